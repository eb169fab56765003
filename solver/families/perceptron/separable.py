"""Whether some weights put all patterns on their sides: weights that do, or a sum of patterns that rules them out.

All is done in whole numbers and fractions. Repeated corrections end in weights, or come back to where they were; then
what was added up in between is nothing, and no weights can be right on each of its patterns.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import NamedTuple

Pattern = tuple[Fraction, ...]

MAX_ROUNDS = 3_000
MAX_TRIES = 4_000
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
    return _small(patterns, high, bias) or _corrected(patterns, high, bias)


def _small(patterns: Sequence[Pattern], high: Sequence[bool], bias: bool) -> Weights | None:
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
            return Weights(tuple(map(Fraction, w)), -(most or Fraction(0)) - 1)
        elif most is None:
            return Weights(tuple(map(Fraction, w)), -least + 1)
        elif least > most:
            return Weights(tuple(map(Fraction, w)), -(least + most) / 2)
    return None


def _corrected(patterns: Sequence[Pattern], high: Sequence[bool], bias: bool) -> Weights | Contradiction | None:
    signed = [
        tuple(value if up else -value for value in (*x, *([Fraction(1)] if bias else [])))
        for x, up in zip(patterns, high, strict=True)
    ]
    w = tuple(Fraction(0) for _ in signed[0])
    seen: dict[Pattern, int] = {}
    corrections: list[int] = []
    for _ in range(MAX_ROUNDS):
        if w in seen:
            cycle = corrections[seen[w] :]
            return Contradiction({k: cycle.count(k) for k in sorted(set(cycle))})
        seen[w] = before = len(corrections)
        for k, x in enumerate(signed):
            if _dot(w, x) <= 0:
                w = tuple(a + c for a, c in zip(w, x, strict=True))
                corrections.append(k)
        if len(corrections) == before:
            return Weights(w[:-1], w[-1]) if bias else Weights(w, None)
    return None


def _dot(w: Sequence[int | Fraction], x: Pattern) -> Fraction:
    return sum((c * a for a, c in zip(w, x, strict=True)), Fraction(0))
