"""What is judged of numbers: answers of a batch in, verdicts and notes out. How they are judged: `acceptance.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solver.rounding import Floats

Codes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]

NO_LIMIT = 99
"""The decimals of an answer written as a fraction, which is exact."""


def anywhere(cells: Flags) -> Flags:
    """The students of whom some cell is flagged; cells: (students, rows, columns)."""
    found: Flags = np.zeros(len(cells), dtype=bool)
    if cells.size:
        found[np.flatnonzero(cells) // (cells.size // len(cells))] = (
            True  # many times quicker than .any() along short axes
        )
    return found


_SIDE_BY_SIDE = 256
"""So many rows are laid out at once, which stay near the processor."""


def as_bytes(columns: Sequence[NDArray[Any]], count: int) -> list[bytes]:
    """Each row of some arrays, (count, …) each, as one piece: rows that are the same, digit for digit, are equal."""
    parts = [np.ascontiguousarray(x).reshape(count, -1).view(np.uint8) for x in columns if x.size]
    width, made = sum(part.shape[1] for part in parts), []
    for at in range(0, count if width else 0, _SIDE_BY_SIDE):
        packed = np.concatenate([part[at : at + _SIDE_BY_SIDE] for part in parts], axis=1)
        made += packed.view(f"V{width}").ravel().tolist()
    return made if width else [b""] * count


def numbered(columns: Sequence[NDArray[Any]], count: int) -> tuple[list[bytes], Rows]:
    """The rows of some arrays that differ, see `as_bytes`, as they come; and of each row which of these it is."""
    place: dict[bytes, int] = {}
    which = [place.setdefault(row, len(place)) for row in as_bytes(columns, count)]
    return [*place], np.array(which, dtype=np.int64)


def firsts(which: Rows, count: int) -> Rows:
    """Where each of so many numbers comes first."""
    found = np.empty(count, dtype=np.int64)
    found[which[::-1]] = np.arange(which.size)[::-1]
    return found


AT_ONCE = 1 << 19
"""So many numbers are looked at together."""


def few_at_once(rows: Rows, of_each: int) -> list[Rows]:
    """Some students a few at a time, so that what is looked at of them is not large. of_each: how many numbers that is."""
    step = max(AT_ONCE // max(of_each, 1), 1)
    return np.split(rows, range(step, rows.size, step)) if rows.size else []


class Verdict(IntEnum):
    """What an answer is worth, worst first."""

    BLANK = 0
    WRONG = 1
    FOLLOWED = 2
    CORRECT = 3


BLANK, WRONG, FOLLOWED, CORRECT = (np.uint8(verdict) for verdict in Verdict)
"""As codes are held: to compare these with an int makes eight bytes of each."""


class Note(IntFlag):
    """What else is said of an answer.

    TOO_FEW: right as far as it goes, with one digit fewer than asked. LAST_DIGIT: the last digit is wrongly rounded.
    GUARDED: an earlier value leaves nothing to work out here, or has no value to go on with.
    FLAGGED: accepted, though it is on no usual route: a person may look. FILLER: the same value stands everywhere. DECIDED: a
    person accepts it. OTHERWISE: right by another convention, which has its name among the mistakes.
    """

    NONE = 0
    TOO_FEW = 1
    LAST_DIGIT = 2
    GUARDED = 4
    FLAGGED = 8
    FILLER = 16
    DECIDED = 32
    OTHERWISE = 64
    PARTLY = 128


@dataclass(slots=True)
class Judged:
    """One answer of a batch: verdicts and notes, each (students, rows, columns), and the value that was expected.

    expected: the key's value where nothing wrong stands before an answer, and what the student's own earlier values
    give where something does. shares: what part of its marks an answer noted as PARTLY earns, (students, 1, 1).
    """

    verdicts: Codes
    notes: Codes
    expected: Floats
    shares: Floats | None = None

    def noted(self, note: Note) -> Flags:
        """Which cells have a note."""
        found: Flags = (self.notes & np.uint8(note)) != 0
        return found

    def rows(self, rows: NDArray[np.int64]) -> Judged:
        """Of some of the students."""
        shares = None if self.shares is None else self.shares[rows]
        notes, expected = self.notes.take(rows, axis=0), self.expected.take(rows, axis=0)
        return Judged(self.verdicts.take(rows, axis=0), notes, expected, shares)


@dataclass(slots=True)
class Batch:
    """The answers of some students. values: (students, rows, columns) by key, nan where blank; decimals: as written."""

    count: int
    values: dict[str, Floats] = field(default_factory=dict)
    decimals: dict[str, NDArray[np.int16]] = field(default_factory=dict)

    def rows(self, rows: NDArray[np.int64], keys: Iterable[str] | None = None) -> Batch:
        """Some of the students, with all answers or with some of them."""
        there = self.values if keys is None else list(keys)
        values = {key: self.values[key].take(rows, axis=0) for key in there}
        return Batch(rows.size, values, {key: self.decimals[key].take(rows, axis=0) for key in there})
