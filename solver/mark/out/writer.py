"""What all writers of marks share: they are opened, given one graded batch after another, and closed."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import lru_cache
from typing import ClassVar, TextIO

import numpy as np

from solver.errors import Problem
from solver.mark.judge.marks import Plan, plan
from solver.mark.judge.numbers import Note
from solver.mark.out.rows import ACCEPTED, Rows
from solver.mark.records import Graded, Show
from solver.mark.sheet import Sheet
from solver.render.clean import safe_cell
from solver.working.question import Scheme

_QUOTED = re.compile(r'[,;"\r\n\t]|^\s|\s$')
_NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?%?", re.ASCII)
_MOST_SEEN = 4096


class Writer(ABC):
    """Writes marks to a text stream, opened with newline="" where it is a file.

    open, then add any number of batches, then close, which ends the text but leaves the stream open. Nothing of an
    earlier batch is kept, unless a writer says so. apart: whether the lines of a batch need nothing of those before, so
    that the processes that mark write them; between: what stands between those of two batches. endings: of the files
    that are written so, "" for a name without one. for_programs: whether what standard output cannot encode is escaped, so that a program reads it back. show: how much is told of each answer; a format that students see tells no number of the key
    by itself. notices: what
    could not be said in it, known when it is closed.
    """

    apart: ClassVar[bool] = False
    between: ClassVar[str] = ""
    endings: ClassVar[tuple[str, ...]] = ()
    for_programs: ClassVar[bool] = False
    show: Show = "key"

    def __init__(self, stream: TextIO, sheet: Sheet, scheme: Scheme | None = None) -> None:
        self.stream, self.sheet, self.scheme = stream, sheet, scheme or Scheme()
        self.plan: Plan = plan(sheet, self.scheme)
        self.notices: list[Problem] = []

    def open(self) -> None:
        """Writes what stands before the first student."""
        return

    @abstractmethod
    def add(self, graded: Graded) -> None:
        """Writes the students of one batch, in its order."""

    def close(self) -> None:
        """Writes what stands behind the last student."""
        return

    def told(self, graded: Graded) -> Rows:
        """What is said of every cell of a batch."""
        return Rows(self.sheet, self.plan, self.scheme, graded, self.show)

    def part_marks(self, graded: Graded) -> dict[str, list[int]]:
        """The units of every part that is marked here, a list over the students each."""
        return {label: units.tolist() for label, units in self.plan.part_units(graded.marks).items()}

    def reviews(self, graded: Graded) -> list[str]:
        """What a person has to look at, for each student: what was found of the script, and cells that could not be read."""
        students = graded.submissions.students
        said = graded.looked_at()
        for (i, key), (units, why) in graded.decided.items():
            told = f"{key}: decided, {self.plan.text(units)}" + (f": {why}" if why else "")
            said.setdefault(students[i], []).append(told)
        for key, judged in graded.judged.items():
            if self.scheme.decisions:
                for i in np.flatnonzero(judged.noted(Note.DECIDED).any(axis=(1, 2))).tolist():
                    reasons = dict.fromkeys(w for at, w in graded.mistakes.get(key, {}).items() if at[0] == i and w)
                    said.setdefault(students[i], []).append(": ".join([f"{key}: {ACCEPTED}", *reasons]))
        return ["; ".join(said.get(student, ())) for student in students] if said else [""] * len(students)

    def totals(self, graded: Graded) -> list[int]:
        """The units of each student: the sum of the parts."""
        parts = self.part_marks(graded).values()
        return [sum(units) for units in zip(*parts, strict=True)] or [0] * len(graded.submissions.students)


@lru_cache(maxsize=_MOST_SEEN)  # the same reasons and names come again and again
def text_cell(text: str) -> str:
    """Text as a CSV cell that a spreadsheet shows and never computes, quoted where it has to be.

    What a spreadsheet would take for a formula gets an apostrophe in front; control characters become visible.
    """
    if text.isalnum():
        return text
    return _quoted(safe_cell(text))


@lru_cache(maxsize=_MOST_SEEN)
def any_cell(text: str) -> str:
    """A cell of somebody's CSV: a number stays as it is, all else is text."""
    return _quoted(text) if _NUMBER.fullmatch(text) else text_cell(text)


def csv_line(cells: Iterable[str], separator: str = ",") -> str:
    """Cells that are ready to one line of CSV."""
    return separator.join(cells) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
