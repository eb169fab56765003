"""The bounds walk: the interval of values that a formula can have when its operands are known to intervals.

An honest student's operand lies within half a unit of what was written; pushed through the formula, that gives every
result an honest calculation can reach. Intervals are never too narrow; where an operand stands twice in a formula they
can be wider than need be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from solver.formula.functions import FUNCTIONS
from solver.formula.tree import Array, Bin, Call, Group, Name, Neg, Num, Op, Sum, Transpose, Tree, Written
from solver.formula.walks.value import value
from solver.rounding import Floats


class Interval(NamedTuple):
    """Lowest and highest value, each (…, rows, columns); the same array where a value is exact."""

    low: Floats
    high: Floats

    @property
    def exact(self) -> bool:
        """Whether it is a single value."""
        return self.low is self.high

    @property
    def middle(self) -> Floats:
        """The value in the middle."""
        if self.exact:
            return self.low
        with np.errstate(invalid="ignore"):  # an interval of everything has no middle
            return self.low / 2 + self.high / 2

    def widened(self, radius: Floats | float) -> Interval:
        """The interval with `radius` more at both ends."""
        return Interval(self.low - radius, self.high + radius)


def point(x: Floats) -> Interval:
    """A value known exactly."""
    return Interval(x, x)


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
                total = _plus(total, _bounds(term, env))
            return total
        case Bin(op, x, y):
            return _join(op, _bounds(x, env), _bounds(y, env))
        case Call(fn, args):
            return _call(fn, [_bounds(a, env) for a in args])
        case _:
            raise TypeError(f"no bounds for {tree!r}")


def _join(op: Op, a: Interval, b: Interval) -> Interval:
    if a.exact and b.exact:
        return point(value(Bin(op, Name("a"), Name("b")), {"a": a.low, "b": b.low}))
    match op:
        case "+":
            return _plus(a, b)
        case "-":
            return Interval(a.low - b.high, a.high - b.low)
        case "*":
            return _times(a, b)
        case "/":
            return _over(a, b)
        case "@":
            return _matmul(a, b)
        case _:
            return _power(a, b)


def _plus(a: Interval, b: Interval) -> Interval:
    return Interval(a.low + b.low, a.high + b.high)


def _times(a: Interval, b: Interval) -> Interval:
    if a.exact or b.exact:
        (known, other) = (a.low, b) if a.exact else (b.low, a)
        ends = [known * other.low, known * other.high]
    else:
        ends = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high]
    return _around([np.where(np.isnan(e), 0.0, e) for e in ends])  # 0·∞ is 0, as in `value`


def _around(ends: list[Floats]) -> Interval:
    low, high = ends[0], ends[0]
    for end in ends[1:]:
        low, high = np.minimum(low, end), np.maximum(high, end)
    return Interval(low, high)


def _over(a: Interval, b: Interval) -> Interval:
    around_zero = (b.low <= 0) & (b.high >= 0)
    found = _around([a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high])
    return Interval(np.where(around_zero, -np.inf, found.low), np.where(around_zero, np.inf, found.high))


def _matmul(a: Interval, b: Interval) -> Interval:
    """By midpoint and radius: |A|ᵣ @ |B| + |A| @ |B|ᵣ + the product of both radii bounds what the middles miss."""
    if a.exact:
        middle, radius = a.low @ b.middle, np.abs(a.low) @ ((b.high - b.low) / 2)
    elif b.exact:
        middle, radius = a.middle @ b.low, ((a.high - a.low) / 2) @ np.abs(b.low)
    else:
        (am, ar), (bm, br) = ((x.middle, (x.high - x.low) / 2) for x in (a, b))
        middle, radius = am @ bm, np.abs(am) @ br + ar @ (np.abs(bm) + br)
    return Interval(middle - radius, middle + radius)


def _power(a: Interval, b: Interval) -> Interval:
    n = b.low
    if b.exact and n.size == 1 and float(n.reshape(-1)[0]).is_integer():
        exponent = int(n.reshape(-1)[0])
        if exponent < 0:
            return _over(point(np.ones_like(a.low)), _power(a, point(-n)))
        ends = _around([a.low**exponent, a.high**exponent])
        if exponent % 2:
            return ends
        return Interval(np.where((a.low < 0) & (a.high > 0), 0.0, ends.low), ends.high)
    found = _around([a.low**b.low, a.low**b.high, a.high**b.low, a.high**b.high])
    lost = np.isnan(found.low) | np.isnan(found.high)
    return Interval(np.where(lost, -np.inf, found.low), np.where(lost, np.inf, found.high))


def _call(fn: str, args: list[Interval]) -> Interval:
    row = FUNCTIONS[fn]
    if all(a.exact for a in args):
        return point(row.code(*[a.low for a in args]))
    if row.bounds is not None:
        low, high = row.bounds(args[0].low, args[0].high)
        return Interval(low, high)
    low, high = row.code(*[a.low for a in args]), row.code(*[a.high for a in args])
    return Interval(np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high))
