"""Mistakes of writing: the result was right, what was written down is not."""

from __future__ import annotations

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
_SHIFTS = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0]).reshape(-1, 1, 1)


def slips(solved: Solved, answer: Floats, expected: Floats, cells: Flags) -> dict[str, Flags]:
    """Which of some cells of students' answers each mistake of writing explains, by its name.

    answer, expected, cells: (students, rows, columns); expected is what the students' own earlier numbers give.
    """
    form, at = solved.form, np.nonzero(cells)
    typed = form if isinstance(form, Rounding) else shortest(solved.written, _MOST_DIGITS)
    if typed is None:
        return {}
    known = (x for x in (solved.rounded, solved.exact, expected) if x is not None)
    right = np.stack([np.broadcast_to(x, answer.shape)[at] for x in known])
    right = np.where(np.isfinite(right), right, 0.0)  # what is −∞, or not known, is not written in digits
    written, page = answer[at], form.round(right)
    unit = 10.0 ** -np.asarray(typed.places(page), dtype=float)
    with np.errstate(invalid="ignore", over="ignore"):
        found = {SWAPPED: _swapped(written, page, unit), MISPLACED: _misplaced(written, page, unit)}
        if isinstance(form, Rounding):
            cut = np.copysign(np.floor(np.abs(right) / unit + 1e-9) * unit, right)
            found[TRUNCATED] = _equal(written, cut) & ~_equal(cut, page)
    made = {name: np.zeros(answer.shape, dtype=bool) for name in WRITING if name in found}
    for name, flags in made.items():
        flags[at] = found[name].any(axis=0)
    return made


def _swapped(answer: Floats, written: Floats, unit: Floats) -> Flags:
    """Where two digits have changed places; written: what is right, (numbers, cells)."""
    digits = np.rint(np.abs(written) / unit)
    digits = np.where(digits < 10.0**_MOST_DIGITS, digits, 0.0)
    places = len(f"{digits.max(initial=0):.0f}")
    low = 10.0 ** np.arange(places + 1).reshape(-1, 1, 1)
    above = np.floor(digits / low)
    digit = above[:-1] - 10 * above[1:]
    a, b, low = digit[1:], digit[:-1], low[: places - 1]
    swapped = np.copysign((digits - 9 * low * (a - b)) * unit, written)
    return np.asarray((_equal(answer, swapped) & (a != b) & (above[1:-1] > 0)).any(axis=0))


def _misplaced(answer: Floats, written: Floats, unit: Floats) -> Flags:
    lost = np.where(_SHIFTS < 0, unit / 2, 0.0)  # digits moved behind the last one asked for are rounded away
    moved = (np.abs(answer - written * 10.0**_SHIFTS) <= lost + 1e-9 * np.abs(answer)).any(axis=0)
    return np.asarray(moved & (written != 0) & (answer != 0) & np.isfinite(answer))


def _equal(a: Floats, b: Floats) -> Flags:
    near: Flags = np.abs(a - b) <= 1e-9 * np.maximum(np.abs(b), 1.0)
    return near
