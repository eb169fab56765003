"""Long lists of numbers in a YAML text: found in one pass and cut out before it is parsed, and read as a whole.

A weight costs a fraction of a YAML node so. Digits stay as they were typed (`3.0` stays `3.0`), and are split into
cells only where they are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import overload

import numpy as np

from solver.errors import Place
from solver.named import NamedTuple
from solver.rounding import Floats

LONG = 100
"""Shorter lists, in characters, are read as nodes."""


class NumberList(NamedTuple):
    """A list of numbers, or of such lists, as it stands in a text. place: of its opening bracket."""

    source: str
    place: Place

    @property
    def nested(self) -> bool:
        """Whether it is a list of lists."""
        return self.source[1:].lstrip()[0] == "["

    @property
    def total(self) -> int:
        """How many numbers it holds."""
        return self.source.count(",") + 1  # a comma stands between any two, be they of one row or of two

    @property
    def length(self) -> int:
        """How many items the list has."""
        return self.source.count("]") - 1 if self.nested else self.total

    @property
    def rows(self) -> list[str]:
        """The text between the brackets of each row; of the list itself, where it is not nested."""
        if not self.nested:
            return [self.source[1:-1]]
        return [row[row.index("[") + 1 :] for row in self.source[1:-1].split("]")[:-1]]

    def parts(self) -> Iterator[tuple[str, Place]]:
        """The text and the place of each number, or of each row with its brackets."""
        line, column, done = self.place.line, self.place.column, 0
        for match in _parts()["row" if self.nested else "number"].finditer(self.source, 1):
            between = self.source[done : match.start()]
            breaks = _breaks(between)
            line, column = (
                (line + breaks, len(between) - _last_break(between)) if breaks else (line, column + len(between))
            )
            done = match.start()
            yield match[0], Place(self.place.file, line, column)


class Typed(Sequence[tuple[str, ...]]):
    """The digits of a matrix as they were typed, row by row; a row is split when it is asked for."""

    def __init__(self, rows: Sequence[str]) -> None:
        self._rows = rows
        self._last: tuple[int, tuple[str, ...]] = (-1, ())

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> tuple[str, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> Typed: ...
    def __getitem__(self, index: int | slice) -> tuple[str, ...] | Typed:
        if isinstance(index, slice):
            return Typed(self._rows[index])
        if self._last[0] != index:
            self._last = index, cells(self._rows[index])
        return self._last[1]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Typed) and self._rows == other._rows:
            return True
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(tuple.__eq__, self, other))


def cells(row: str) -> tuple[str, ...]:
    """The digits of each number of a row."""
    return tuple(cell.strip().removeprefix("+") for cell in row.split(","))


def is_row(text: str) -> bool:
    """Whether a text is numbers with a comma between two."""
    return _parts()["row"].fullmatch(f"[{text}]") is not None


def values(rows: Sequence[str]) -> Floats | None:
    """The numbers of rows of text, shape (rows, columns); None where the rows differ in length or a number is too large."""
    columns = rows[0].count(",") + 1
    if any(row.count(",") + 1 != columns for row in rows):
        return None
    made = np.empty((len(rows), columns))
    for i, row in enumerate(rows):
        made[i] = np.fromstring(row, sep=",")
    return made if np.isfinite(made).all() else None


def cut(text: str) -> tuple[str, dict[int, str]]:
    """The text with an empty list in place of every long list of numbers, and these by the index of their bracket.

    What follows keeps its line and column.
    """
    pieces: list[str] = []
    found: dict[int, str] = {}
    done = length = 0
    for match in _parts()["any"].finditer(text):
        source = match[0]
        if len(source) <= LONG:
            continue
        breaks = _breaks(source)
        blank = "\n" * breaks + " " * (len(source) - 1 - (_last_break(source) + 1 if breaks else 1))
        pieces += text[done : match.start() + 1], blank
        length += match.start() + 1 - done
        found[length - 1] = source
        length += len(blank)
        done = match.end() - 1
    return ("".join(pieces) + text[done:] if found else text), found


def _breaks(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _last_break(text: str) -> int:
    return max(text.rfind("\n"), text.rfind("\r"))


@cache
def _parts() -> dict[str, re.Pattern[str]]:
    """A number, a row of them, and any list of either; possessive, so that no text is gone through twice."""
    space = r"[ \r\n]*+"  # PyYAML takes no tab before a number
    number = r"[-+]?+(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][-+]?+\d{1,3}+)?+"
    row = rf"\[{space}{number}(?:{space},{space}{number})*+{space}\]"
    every = rf"{row}|\[{space}{row}(?:{space},{space}{row})*+{space}\]"
    return {name: re.compile(p, re.ASCII) for name, p in (("number", number), ("row", row), ("any", every))}
