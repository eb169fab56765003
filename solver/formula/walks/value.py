"""The value walk: numbers of a formula, over any leading batch axes."""

from collections.abc import Mapping

import numpy as np

from solver.errors import FormulaError
from solver.formula.arithmetic import matmul, product
from solver.formula.functions import FUNCTIONS
from solver.formula.source import source
from solver.formula.tree import Array, Bin, Call, Group, Name, Neg, Num, Sum, Transpose, Tree, Written, children
from solver.rounding import Floats

Env = Mapping[str, Floats]


def value(tree: Tree, env: Env) -> Floats:
    """The value of a formula, shape (…, rows, columns).

    env: name to an array (…, rows, columns); leading axes are a batch and broadcast.
    A value that does not exist is nan or ±inf here; `finite` says where it arose. 0·∞ counts as 0, the limit that
    cross-entropy needs for 0·log 0.
    """
    with np.errstate(all="ignore"):
        return _value(tree, env)


def _value(tree: Tree, env: Env) -> Floats:
    match tree:
        case Name(id=name):
            return env[name]
        case Num() | Array():
            return tree.value
        case Bin(op, a, b):
            return _join(op, _value(a, env), _value(b, env))
        case Neg(x):
            return -_value(x, env)
        case Group(x):
            return _value(x, env)
        case Written(of):
            return _value(of, env)
        case Transpose(x):
            return np.swapaxes(_value(x, env), -1, -2)
        case Sum(terms):
            total = _value(terms[0], env)
            for term in terms[1:]:
                total = total + _value(term, env)
            return total
        case Call(fn, args, options):
            return FUNCTIONS[fn].code(*[_value(a, env) for a in args], **dict(options))
        case _:
            raise TypeError(f"no value for {tree!r}")


def _join(op: str, a: Floats, b: Floats) -> Floats:
    match op:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return product(a, b)
        case "/":
            return a / b
        case "@":
            return matmul(a, b)
        case _:
            return _power(a, b)


def _power(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.power(a, b))


def finite(tree: Tree, env: Env) -> Floats:
    """The value of a formula, each number of it finite, or −∞ where that is meant, as a masked score is.

    Raises FormulaError naming the operation that has no value.
    """
    result = value(tree, env)
    if not np.isfinite(result).all():
        error = fault(tree, env)
        if error is not None:
            raise error
    return result


def fault(tree: Tree, env: Env) -> FormulaError | None:
    """What made a value infinite or undefined: the innermost operation whose operands still have values.

    None where every −∞ in it is meant.
    """
    for child in children(tree):
        if not np.isfinite(value(child, env)).all():
            error = fault(child, env)
            if error is not None:
                return error
    return None if _meant(tree, env) else _reason(tree, env)


def _meant(tree: Tree, env: Env) -> bool:
    """Whether −∞ alone stands where a value is not finite, and comes of a mask, of operands each of which has a value."""
    found = value(tree, env)
    below = found == -np.inf
    if not (np.isfinite(found) | below).all():
        return False
    match tree:
        case Call(fn):
            return FUNCTIONS[fn].infinite or not below.any()
        case Bin("+" | "-" | "*" | "/", a, b):
            return not (below & ~((value(a, env) == -np.inf) | (value(b, env) == -np.inf))).any()
        case Bin() | Sum():
            return not below.any()
        case _:
            return True


def _reason(tree: Tree, env: Env) -> FormulaError:
    what = source(tree)
    if any((value(child, env) == -np.inf).any() for child in children(tree)):
        domain = FUNCTIONS[tree.fn].domain if isinstance(tree, Call) else ""
        hint = (
            f"the argument must be {domain}"
            if domain
            else "−∞ is for a score before softmax, which gives it the share 0"
        )
        return FormulaError(f"{what} has no value where a masked score, −∞, goes into it", hint)
    match tree:
        case Call(fn, args):
            u, lost = value(args[0], env), ~np.isfinite(value(tree, env))
            domain = FUNCTIONS[fn].domain
            hint = f"the argument must be {domain}" if domain else ""
            if u.shape == lost.shape and FUNCTIONS[fn].elementwise:
                return FormulaError(f"{fn}({float(u[lost][0]):g}) has no value, in {what}", hint)
            if domain:
                return FormulaError(f"{what} has no value", hint)
            return FormulaError(f"overflow in {what}", "the numbers are too large to compute with")
        case Bin("/", a, b) if not np.all(value(b, env)):
            top = "0/0" if np.any((value(a, env) == 0) & (value(b, env) == 0)) else "a division by 0"
            return FormulaError(f"{top} in {what}", "a quantity that divides must not be 0, nor round to 0")
        case Bin("**"):
            return FormulaError(f"{what} has no value", "the power overflows, or the base is negative or 0")
        case _:
            return FormulaError(f"overflow in {what}", "the numbers are too large to compute with")
