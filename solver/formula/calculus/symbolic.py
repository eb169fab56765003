"""Scalar algebra with SymPy: derivatives and simplification of formulas, built from trees, never from text.

SymPy is imported where it is needed, by the functions here. What it cannot express is left to random values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from solver.formula.calculus.adjoint import join
from solver.formula.calculus.differentiate import differentiate
from solver.formula.calculus.instances import instances
from solver.formula.calculus.tidy import tidy
from solver.formula.functions import FUNCTIONS
from solver.formula.source import source
from solver.formula.tree import (
    Bin,
    Call,
    Group,
    Name,
    Neg,
    Num,
    Sum,
    Transpose,
    Tree,
    bare,
    children,
    names,
    replace_names,
    walk,
)
from solver.formula.walks.shape import SCALAR, Shape, shape
from solver.formula.walks.value import Env, value

MOST_NODES = 80
MOST_DEGREE = 6
"""Larger formulas, and higher powers, are not simplified: SymPy's time grows steeply with both."""

_TOLERANCE = 1e-9


class _UnknownError(Exception):
    """SymPy has no counterpart that keeps the author's notation."""


def derivative(tree: Tree, by: str) -> Tree:
    """The derivative of a scalar formula by one of its names, as short as it can be written.

    Raises FormulaError where a function of it has none.
    """
    return simplify(plain_derivative(tree, by))


def plain_derivative(tree: Tree, by: str) -> Tree:
    """The derivative as the rules give it; raises FormulaError where a function has none."""
    shapes = dict.fromkeys([*names(tree), by, "y·"], SCALAR)
    whole = Bin("*", Num("1"), Group(tree))  # no activation on its own, whose slope would be a step
    (made,) = (d for d in differentiate([("y·", whole)], "y·", [by], shapes) if d.kind == "gradient")
    if by not in names(tree):
        return Num("0")
    return bare(tidy(replace_names(made.formula, {"y·": Group(tree)}), shapes))


def simplify(tree: Tree) -> Tree:
    """The shortest of several ways to write a scalar formula; the formula itself where none is shorter."""
    if _nodes(tree) > MOST_NODES or _degree(tree) > MOST_DEGREE:
        return tree
    try:
        made = _sympy(tree)
    except _UnknownError:
        return tree
    sympy = _library()
    found = [tree]
    for way in (sympy.expand, sympy.factor, sympy.together):
        try:
            found.append(_tree(way(made)))
        except _UnknownError:
            continue
    return min((x for x in found if agree(x, tree, dict.fromkeys(names(tree), SCALAR))), key=_length)


def _nodes(tree: Tree) -> int:
    return sum(not isinstance(x, Group) for x in walk(tree))


def _length(tree: Tree) -> tuple[int, int]:
    return _nodes(tree), len(source(tree))


def _degree(tree: Tree) -> int:
    """The degree of a formula, as a polynomial in its names and functions; a bound, for quotients."""
    match tree:
        case Bin("**", a, Num(text)) if text.isdigit() and len(text) < 4:
            return int(text) * _degree(a)
        case Bin("*" | "/" | "@", a, b):
            return _degree(a) + _degree(b)
        case Num():
            return 0
        case Call():
            return max(1, *map(_degree, tree.args))
        case _:
            return max(map(_degree, children(tree)), default=1)


def agree(a: Tree, b: Tree, shapes: Mapping[str, Shape]) -> bool:
    """Whether both have the same values on random instances; False where no instance has a value.

    shapes: of their names; sizes may be letters.
    """
    if shape(a, shapes) != shape(b, shapes):
        return False
    used = {n: shapes[n] for n in dict.fromkeys([*names(a), *names(b)])}

    def values(env: Env) -> Env:
        return {"a": value(a, env), "b": value(b, env)}

    drawn = [values(env) for env in instances(used, values)]
    return bool(drawn) and all(np.allclose(v["a"], v["b"], rtol=_TOLERANCE, atol=_TOLERANCE) for v in drawn)


def _library() -> ModuleType:
    return import_module("sympy")  # when it is needed


# -- there and back -----------------------------------------------------------------------------------------------------
@lru_cache(maxsize=1)
def _functions() -> dict[str, Callable[..., Any]]:
    """The functions that keep their names on the way; SymPy knows no more of them than that."""
    sympy = _library()
    return {
        fn: getattr(sympy, fn) if row.algebra else sympy.Function(fn, real=True)
        for fn, row in FUNCTIONS.items()
        if row.elementwise and row.takes(1)
    }


def _sympy(tree: Tree) -> Any:
    sympy = _library()
    match tree:
        case Name(id=name):
            return sympy.Symbol(name, real=True)
        case Num(text):
            number = Fraction(text)
            return sympy.Rational(number.numerator, number.denominator)
        case Neg(x):
            return -_sympy(x)
        case Group(x) | Transpose(x):
            return _sympy(x)
        case Sum(terms):
            return sympy.Add(*map(_sympy, terms))
        case Bin("**", a, b):
            if not isinstance(_sympy(b), sympy.Integer) or abs(_sympy(b)) > 12:
                raise _UnknownError
            return _sympy(a) ** _sympy(b)
        case Bin("+", a, b):
            return _sympy(a) + _sympy(b)
        case Bin("-", a, b):
            return _sympy(a) - _sympy(b)
        case Bin("*" | "@", a, b):
            return _sympy(a) * _sympy(b)
        case Bin("/", a, b) if _sympy(b) != 0:
            return _sympy(a) / _sympy(b)
        case Call(fn, (u,), ()) if fn in _functions():
            return _functions()[fn](_sympy(u))
        case _:
            raise _UnknownError


def _tree(expression: Any) -> Tree:
    """SymPy's expression as a formula: terms by falling degree, quotients with one stroke."""
    if expression.is_Symbol:
        return Name(expression.name)
    if expression.is_Rational:
        return join(Fraction(int(expression.p), int(expression.q)), None)
    if expression.is_Add:
        first, *others = (_tree(x) for x in expression.as_ordered_terms())
        for x in others:
            first = Bin("-", first, x.x) if isinstance(x, Neg) else Bin("+", first, x)
        return first
    if expression.is_Mul:
        return _quotient(expression)
    if expression.is_Pow and expression.exp.is_Integer:
        return (
            _quotient(expression) if expression.exp < 0 else Bin("**", _tree(expression.base), Num(str(expression.exp)))
        )
    for fn, made in _functions().items():
        if expression.func == made and len(expression.args) == 1:
            return Call(fn, (_tree(expression.args[0]),))
    raise _UnknownError


def _quotient(expression: Any) -> Tree:
    number, rest = expression.as_coeff_Mul()
    above, below = rest.as_numer_denom()
    factors = [_tree(x) for x in above.as_ordered_factors()] if above != 1 else []
    made: Tree | None = None
    for x in factors:
        made = x if made is None else Bin("*", made, x)
    if below == 1:
        return join(Fraction(int(number.p), int(number.q)), made) if number.is_Rational else _fail()
    top = join(Fraction(int(number.p)), made)
    bottom = _tree(below * number.q)
    return Neg(Bin("/", top.x, bottom)) if isinstance(top, Neg) else Bin("/", top, bottom)


def _fail() -> Tree:
    raise _UnknownError
