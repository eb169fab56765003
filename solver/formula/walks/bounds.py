"""The bounds walk: the interval of values that a formula can have when its operands are known to intervals.

An honest student's operand lies within half a unit of what was written; pushed through the formula, that gives every
result an honest calculation can reach. Intervals are never too narrow; where an operand stands twice in a formula they
can be wider than need be.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from solver.formula.functions import FUNCTIONS
from solver.formula.interval import Interval, minus, over, plus, point, power, times, times_matrix
from solver.formula.tree import Array, Bin, Call, Group, Name, Neg, Num, Op, Sum, Transpose, Tree, Written
from solver.formula.walks.value import value

__all__ = ["Interval", "bounds", "point"]


def bounds(tree: Tree, env: Mapping[str, Interval]) -> Interval:
    """The interval of a formula, over any leading batch axes.

    An end that does not exist (a logarithm of 0, a division by an interval around 0) is infinite.
    """
    with np.errstate(all="ignore"):
        return _bounds(tree, env)


def _bounds(tree: Tree, env: Mapping[str, Interval]) -> Interval:
    match tree:
        case Name(id=name):
            return env[name]
        case Num() | Array():
            return point(tree.value)
        case Group(x):
            return _bounds(x, env)
        case Written(of):
            return _bounds(of, env)
        case Neg(x):
            a = _bounds(x, env)
            return point(-a.low) if a.exact else Interval(-a.high, -a.low)
        case Transpose(x):
            a = _bounds(x, env)
            turned = np.swapaxes(a.low, -1, -2)
            return point(turned) if a.exact else Interval(turned, np.swapaxes(a.high, -1, -2))
        case Sum(terms):
            total = _bounds(terms[0], env)
            for term in terms[1:]:
                total = plus(total, _bounds(term, env))
            return total
        case Bin(op, x, y):
            return _join(op, _bounds(x, env), _bounds(y, env))
        case Call():
            return _call(tree, [_bounds(a, env) for a in tree.args])
        case _:
            raise TypeError(f"no bounds for {tree!r}")


def _join(op: Op, a: Interval, b: Interval) -> Interval:
    if a.exact and b.exact:
        return point(value(Bin(op, Name("a"), Name("b")), {"a": a.low, "b": b.low}))
    return {"+": plus, "-": minus, "*": times, "/": over, "@": times_matrix, "**": power}[op](a, b)


def _call(call: Call, args: list[Interval]) -> Interval:
    row, options = FUNCTIONS[call.fn], dict(call.options)
    if all(a.exact for a in args):
        return point(row.code(*[a.low for a in args], **options))
    return Interval(*row.bounds(row.code, args, options)).sound
