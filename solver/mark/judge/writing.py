"""Mistakes of writing: the result was right, what was written down is not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from solver.mark.judge.numbers import Flags
from solver.rounding import Floats, Rounding, shortest
from solver.working.solution import Solved

TRUNCATED, SWAPPED, MISPLACED = "truncated", "digits swapped", "decimal point misplaced"

WRITING = {
    TRUNCATED: "the digits behind the last one asked for are cut off; they decide how it is rounded",
    SWAPPED: "two neighbouring digits have changed places",
    MISPLACED: "the decimal point is at another place",
}
"""What is told to a student, by the mistake's name."""

_MOST_DIGITS = 15
_SHIFTS = (-3, -2, -1, 1, 2, 3)


def slips(solved: Solved, answer: Floats, expected: Floats) -> dict[str, Flags]:
    """Which of some students' numbers each mistake of writing explains, by its name.

    answer, expected: (students, rows, columns); expected is what the students' own earlier numbers give.
    """
    found: dict[str, Flags] = {}
    rights: list[Floats] = []
    pages: list[Floats] = []
    for right in (solved.rounded, solved.exact, expected):
        if right is None or _among(right, rights):
            continue
        written = solved.form.round(right)
        with np.errstate(invalid="ignore", over="ignore"):
            for name, flags in _slips(solved, answer, right, written, not _among(written, pages)):
                found[name] = found[name] | flags if name in found else flags
        rights.append(right)
        pages.append(written)
    return found


def _among(x: Floats, known: list[Floats]) -> bool:
    """Whether numbers, of some students or of all, are some that are known."""
    return any(bool((x == other).all()) for other in known)


def _slips(solved: Solved, answer: Floats, right: Floats, written: Floats, new: bool) -> Iterator[tuple[str, Flags]]:
    """What explains an answer where a number, written so, is right; new: whether it was not written so before."""
    form = solved.form
    typed = form if isinstance(form, Rounding) else shortest(solved.written, _MOST_DIGITS)
    if typed is None:
        return
    if not np.isfinite(written).all():  # what is −∞, or not known, is not written in digits
        written, right = (np.where(np.isfinite(x), x, 0.0) for x in (written, right))
    unit = 10.0 ** -np.asarray(typed.places(written), dtype=float)
    if isinstance(form, Rounding):
        cut = np.copysign(np.floor(np.abs(right) / unit + 1e-9) * unit, right)
        yield TRUNCATED, _equal(answer, cut) & ~_equal(cut, written)
    if new:
        yield SWAPPED, _swapped(answer, written, unit)
        yield MISPLACED, _misplaced(answer, written, unit)


def _swapped(answer: Floats, written: Floats, unit: Floats) -> Flags:
    digits = np.rint(np.abs(written) / unit)
    found: Flags = np.zeros(answer.shape, dtype=bool)
    low = 1.0
    while low * 10 <= digits.max(initial=0) < 10.0**_MOST_DIGITS:
        a, b = digits // (10 * low) % 10, digits // low % 10
        swapped = np.copysign((digits - 9 * low * (a - b)) * unit, written)
        found |= _equal(answer, swapped) & (a != b) & (digits >= 10 * low)
        low *= 10
    return found


def _misplaced(answer: Floats, written: Floats, unit: Floats) -> Flags:
    found: Flags = np.zeros(answer.shape, dtype=bool)
    for shift in _SHIFTS:
        lost = unit / 2 if shift < 0 else 0.0  # digits moved behind the last one asked for are rounded away
        found |= np.abs(answer - written * 10.0**shift) <= lost + 1e-9 * np.abs(answer)
    found &= (written != 0) & (answer != 0) & np.isfinite(answer)
    return found


def _equal(a: Floats, b: Floats) -> Flags:
    near: Flags = np.abs(a - b) <= 1e-9 * np.maximum(np.abs(b), 1.0)
    return near
