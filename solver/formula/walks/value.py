"""The value walk: numbers of a formula, over any leading batch axes."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from solver.errors import FormulaError
from solver.formula.arithmetic import all_finite, matmul, power, product, settled
from solver.formula.form import runs
from solver.formula.functions import FUNCTIONS
from solver.formula.source import source
from solver.formula.tree import (
    SUMS,
    Array,
    Bin,
    Call,
    Group,
    Name,
    Neg,
    Num,
    Op,
    Sum,
    Transpose,
    Tree,
    Written,
    children,
)
from solver.formula.walks.stack import FEW, stacked
from solver.rounding import Floats

Env = Mapping[str, Floats]


@np.errstate(all="ignore")
def value(tree: Tree, env: Env) -> Floats:
    """The value of a formula, shape (…, rows, columns).

    env: name to an array (…, rows, columns); leading axes are a batch and broadcast.
    A value that does not exist is nan or ±inf here; `finite` says where it arose. 0·∞ counts as 0, the limit that
    cross-entropy needs for 0·log 0.
    """
    return _value(tree, env)


def unwarned(tree: Tree, env: Env) -> Floats:
    """The same, for who has told numpy already that it need not warn."""
    return _value(tree, env)


def _value(tree: Tree, env: Env) -> Floats:
    return _VALUE[type(tree)](tree, env)


def _sum(tree: Sum, env: Env) -> Floats:
    if len(tree.terms) > FEW:
        return _long_sum(tree, env)
    terms = [_value(term, env) for term in tree.terms]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return settled(total, terms)


def _long_sum(tree: Sum, env: Env) -> Floats:
    """The sum, terms of one form in a stack, added in their order."""
    sizes = []
    total: Floats | None = None
    for term, uses in runs(tree):
        stack = _stack(term, uses, env)
        sizes.append(np.abs(stack).max(axis=0))
        if total is not None:
            stack = np.concatenate((np.broadcast_to(total, stack.shape[1:])[None], stack))
        total = np.add.accumulate(stack, axis=0)[-1]
    assert total is not None
    return settled(total, sizes)


def _stack(term: Tree, uses: Sequence[Sequence[str]], env: Env) -> Floats:
    """The values of a formula whose names are each time others."""
    if len(uses) > FEW:
        try:
            stacks, depth = stacked(uses, env)
        except ValueError:
            depth = 0
        if depth and (made := _value(term, stacks)).ndim == depth:
            return made
    names = uses[0]
    each = [_value(term, {name: env[used] for name, used in zip(names, own, strict=True)}) for own in uses]
    shape = np.broadcast_shapes(*(one.shape for one in each))
    return np.stack([np.broadcast_to(one, shape) for one in each])


def _bin(tree: Bin, env: Env) -> Floats:
    if tree.op not in SUMS:
        return _JOIN[tree.op](_value(tree.a, env), _value(tree.b, env))
    chain = [tree]
    while isinstance(tree.a, Bin) and tree.a.op in SUMS:  # a + b − c is one sum
        chain.append(tree := tree.a)
    terms = [total := _value(tree.a, env)]
    for each in reversed(chain):
        terms.append(term := _value(each.b, env))
        total = total + term if each.op == "+" else total - term
    return settled(total, terms)


def _call(tree: Call, env: Env) -> Floats:
    operands = [_value(a, env) for a in tree.args]
    code = FUNCTIONS[tree.fn].code
    return code(*operands, **dict(tree.options)) if tree.options else code(*operands)


_JOIN: dict[Op, Callable[[Floats, Floats], Floats]] = {
    "*": product,
    "/": operator.truediv,
    "@": matmul,
    "**": power,
}
_VALUE: dict[type, Callable[[Any, Env], Floats]] = {  # by type, as children are: a value is asked for all the time
    Name: lambda x, env: env[x.id],
    Num: lambda x, env: x.value,
    Array: lambda x, env: x.value,
    Bin: _bin,
    Neg: lambda x, env: -_value(x.x, env),
    Group: lambda x, env: _value(x.x, env),
    Written: lambda x, env: _value(x.of, env),
    Transpose: lambda x, env: _value(x.x, env).swapaxes(-1, -2),
    Sum: _sum,
    Call: _call,
}


def finite(tree: Tree, env: Env) -> Floats:
    """The value of a formula, each number of it finite, or −∞ where that is meant, as a masked score is.

    Raises FormulaError naming the operation that has no value.
    """
    result = value(tree, env)
    if not all_finite(result):
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
