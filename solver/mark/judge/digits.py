"""How precise an answer is asked, and how precise it is written."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solver.formula.interval import Interval
from solver.mark.judge.numbers import NO_LIMIT, Flags
from solver.mark.sheet import Quantity
from solver.rounding import Floats, Format, Rounding

_FLOATS = 1e-12
"""What floats may leave of nothing."""


def half_asked(quantity: Quantity, at: Floats) -> Floats:
    """Half a unit of the last digit asked for; none for what is given or counted."""
    form = quantity.solved.form
    if isinstance(form, Rounding):
        if not form.figures:
            return np.asarray(0.5 * 10.0 ** (-form.digits))
        return half_figures(form, at)
    return np.asarray(0.0)


def half_figures(form: Rounding, at: Floats) -> Floats:
    """Half a unit of the last figure; of what has no value, as of 1."""
    return form.half_unit(np.where(np.isfinite(at), at, 0.0))


def room(half: Floats, at: Floats) -> Floats:
    """How far a number may be from another to be the same when written: half a unit, and what floats need."""
    if half.all():
        return half * (1 + 1e-9) + np.minimum(_FLOATS, half / 1000)
    return half * (1 + 1e-9) + _FLOATS + 1e-9 * np.abs(at)


def same(answer: Floats, x: Floats, half: Floats, form: Format, times: float = 1.0) -> Flags:
    """Whether an answer is a number as it is written, or so many half units off at most; half: that of the answer.

    What is smaller than the power of ten at which an answer begins has a finer last digit: 0.997 in three figures is not
    1.00, and nothing but 0 is 0.
    """
    found = near(answer, x, room(times * half, answer))
    if isinstance(form, Rounding) and form.figures and found.any():
        finer = half_figures(form, x)
        nothing = (answer == 0) & (np.abs(x) <= _FLOATS)
        with np.errstate(invalid="ignore", over="ignore"):
            found &= (finer >= half * (1 - 1e-9)) | (np.abs(answer - x) <= room(times * finer, x)) | nothing
    return found


def near(a: Floats, b: Floats, limit: Floats) -> Flags:
    """Whether numbers differ by a limit at most; −∞ is near −∞ alone."""
    with np.errstate(invalid="ignore", over="ignore"):
        found: Flags = np.abs(a - b) <= limit
        return found if b.min(initial=0.0) > -np.inf else found | ((b == -np.inf) & (a == -np.inf))


def unrounded(quantity: Quantity, found: Interval) -> Interval:
    """What a student may carry of a result that is not written down: rounded to the digits asked for, or not."""
    half = half_asked(quantity, found.middle)
    return found.widened(half) if half.any() else found


def half_written(decimals: NDArray[np.int16]) -> Floats:
    """Half a unit of the last digit that the student wrote; none for a fraction."""
    return np.asarray(_HALVES[np.clip(decimals, -_MOST_ZEROS, NO_LIMIT) + _MOST_ZEROS])


_MOST_ZEROS = 300
_HALVES = np.array([0.5 * 10.0**-places for places in range(-_MOST_ZEROS, NO_LIMIT)] + [0.0])  # a power is slow


def one_short(answer: Floats, decimals: NDArray[np.int16], half: Floats) -> Flags:
    """Whether an answer has exactly one digit fewer than asked, and still two that count."""
    written = half_written(decimals)
    short = (written > 5 * half) & (written < 50 * half)
    return np.asarray(short & (np.abs(answer) >= 10 * 2 * written * (1 - 1e-9)))


def coarse(decimals: NDArray[np.int16], half: Floats) -> Flags:
    """Whether an answer has fewer digits than asked."""
    return np.asarray(half_written(decimals) > 5 * half)


def two_digits_right(answer: Floats, right: Floats) -> Flags:
    """Whether an answer is right to two significant digits: half a unit of the second one off at most."""
    with np.errstate(invalid="ignore"):
        size = np.where(np.isfinite(right) & (right != 0), np.abs(right), 1.0)
        second = 10.0 ** (np.floor(np.log10(size) + 1e-12) - 1)
        found: Flags = (np.abs(answer - right) <= second / 2 * (1 + 1e-9)) & (right != 0)
        return found
