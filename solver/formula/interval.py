"""Intervals and their arithmetic: never too narrow, whatever the operands within them are."""

from __future__ import annotations

import numpy as np

from solver.formula.arithmetic import matmul, product
from solver.named import NamedTuple
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

    @property
    def radius(self) -> Floats:
        """Half the width; what is exact has none."""
        return np.zeros_like(self.low) if self.exact else (self.high - self.low) / 2

    def widened(self, radius: Floats | float) -> Interval:
        """The interval with `radius` more at both ends."""
        return Interval(self.low - radius, self.high + radius)

    @property
    def sound(self) -> Interval:
        """The interval with ±∞ for an end that is not known."""
        if self.exact or not (np.isnan(self.low).any() or np.isnan(self.high).any()):
            return self
        lost = np.isnan(self.low) | np.isnan(self.high)
        return Interval(np.where(lost, -np.inf, self.low), np.where(lost, np.inf, self.high))


def point(x: Floats) -> Interval:
    """A value known exactly."""
    return Interval(x, x)


def around(ends: list[Floats]) -> Interval:
    """The least interval that holds all of some values."""
    low, high = ends[0], ends[0]
    for end in ends[1:]:
        low, high = np.minimum(low, end), np.maximum(high, end)
    return Interval(low, high)


def plus(a: Interval, b: Interval) -> Interval:
    """a + b"""
    return Interval(a.low + b.low, a.high + b.high)


def minus(a: Interval, b: Interval) -> Interval:
    """a − b"""
    return Interval(a.low - b.high, a.high - b.low)


def times(a: Interval, b: Interval) -> Interval:
    """a · b, cell by cell."""
    if a.exact or b.exact:
        (known, other) = (a.low, b) if a.exact else (b.low, a)
        return around([product(known, other.low), product(known, other.high)])
    return around([product(a.low, b.low), product(a.low, b.high), product(a.high, b.low), product(a.high, b.high)])


def over(a: Interval, b: Interval) -> Interval:
    """a / b; everything where b holds 0."""
    around_zero = (b.low <= 0) & (b.high >= 0)
    found = around([a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high])
    return Interval(np.where(around_zero, -np.inf, found.low), np.where(around_zero, np.inf, found.high))


def times_matrix(a: Interval, b: Interval) -> Interval:
    """a @ b, by midpoint and radius: |A|ᵣ @ |B| + |A| @ |B|ᵣ + the product of both radii bounds what the middles miss."""
    for known, other, turned in ((a, b, False), (b, a, True)):
        if known.exact and not (np.isfinite(other.low).all() and np.isfinite(other.high).all()):
            up, down = np.maximum(known.low, 0.0), np.minimum(known.low, 0.0)
            if turned:
                low, high = (matmul(x, up) + matmul(y, down) for x, y in (other, other[::-1]))
            else:
                low, high = (matmul(up, x) + matmul(down, y) for x, y in (other, other[::-1]))
            return Interval(low, high).sound
    if a.exact:
        middle, radius = a.low @ b.middle, np.abs(a.low) @ b.radius
    elif b.exact:
        middle, radius = a.middle @ b.low, a.radius @ np.abs(b.low)
    else:
        middle = a.middle @ b.middle
        radius = np.abs(a.middle) @ b.radius + a.radius @ (np.abs(b.middle) + b.radius)
    return Interval(middle - radius, middle + radius).sound


def power(a: Interval, b: Interval) -> Interval:
    """a ** b; everything where a base may be negative, but for one whole exponent."""
    n = b.low
    if b.exact and n.size == 1 and float(n.reshape(-1)[0]).is_integer():
        exponent = int(n.reshape(-1)[0])
        if exponent < 0:
            return over(point(np.ones_like(a.low)), power(a, point(-n)))
        ends = around([a.low**exponent, a.high**exponent])
        if exponent % 2:
            return ends
        return Interval(np.where((a.low < 0) & (a.high > 0), 0.0, ends.low), ends.high)
    found = around([a.low**b.low, a.low**b.high, a.high**b.low, a.high**b.high]).sound
    lost = a.low < 0
    return Interval(np.where(lost, -np.inf, found.low), np.where(lost, np.inf, found.high))
