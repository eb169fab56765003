"""Whether some weights put all patterns on their sides: weights that do, or a sum of patterns that rules them out.

All is done in whole numbers: patterns are multiplied by what makes all of them whole. Repeated corrections end in weights, or come back to where they were; then
what was added up in between is nothing, and no weights can be right on each of its patterns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import lcm
from operator import add, mul
from typing import NamedTuple

Pattern = tuple[Fraction, ...]
Whole = tuple[int, ...]

MAX_ROUNDS = 3_000
MAX_TRIES = 4_000
MAX_LOOKS = 1_000_000
"""So often a pattern is looked at, at the most."""
_REACH = 3


class Weights(NamedTuple):
    """Weights, and the bias where there is one, that are right on every pattern."""

    w: tuple[Fraction, ...]
    b: Fraction | None


class Contradiction(NamedTuple):
    """How often each pattern is added up, so that both sides get the same sum. counts: by the pattern's place."""

    counts: dict[int, int]


def separated(patterns: Sequence[Pattern], high: Sequence[bool], bias: bool) -> Weights | Contradiction | None:
    """Weights or a contradiction; None where neither was found in time. high: which patterns want the upper output."""
    scale = lcm(*(value.denominator for x in patterns for value in x))
    whole = [tuple(int(value * scale) for value in x) for x in patterns]
    return _small(whole, high, bias, scale) or _corrected(whole, high, bias, scale)


def _small(patterns: Sequence[Whole], high: Sequence[bool], bias: bool, scale: int) -> Weights | None:
    """The smallest whole weights, with the bias in the middle of what is free."""
    size = len(patterns[0])
    if (2 * _REACH + 1) ** size > MAX_TRIES:
        return None
    tries = sorted(product(range(-_REACH, _REACH + 1), repeat=size), key=lambda w: (sum(map(abs, w)), [-k for k in w]))
    for w in tries:
        above = [_dot(w, x) for x, up in zip(patterns, high, strict=True) if up]
        below = [_dot(w, x) for x, up in zip(patterns, high, strict=True) if not up]
        least, most = min(above, default=None), max(below, default=None)
        if not bias:
            if (least is None or least > 0) and (most is None or most < 0):
                return Weights(tuple(map(Fraction, w)), None)
        elif least is None:
            return Weights(tuple(map(Fraction, w)), -Fraction(most or 0, scale) - 1)
        elif most is None:
            return Weights(tuple(map(Fraction, w)), -Fraction(least, scale) + 1)
        elif least > most:
            return Weights(tuple(map(Fraction, w)), -Fraction(least + most, 2 * scale))
    return None


def _corrected(
    patterns: Sequence[Whole], high: Sequence[bool], bias: bool, scale: int
) -> Weights | Contradiction | None:
    signed = [
        tuple(value if up else -value for value in (*x, *([scale] if bias else [])))
        for x, up in zip(patterns, high, strict=True)
    ]
    w = (0,) * len(signed[0])
    seen: dict[Whole, int] = {}
    corrections: list[int] = []
    for _ in range(min(MAX_ROUNDS, MAX_LOOKS // len(signed))):
        if w in seen:
            return Contradiction(dict(sorted(Counter(corrections[seen[w] :]).items())))
        seen[w] = before = len(corrections)
        for k, x in enumerate(signed):
            if _dot(w, x) <= 0:
                w = tuple(map(add, w, x))
                corrections.append(k)
        if len(corrections) == before:
            found = tuple(Fraction(value, scale) for value in w)
            return Weights(found[:-1], found[-1]) if bias else Weights(found, None)
    return None


def _dot(w: Whole, x: Whole) -> int:
    return sum(map(mul, w, x))
