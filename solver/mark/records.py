"""What marking passes on: what students handed in, what could not be read of it, and what they get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from solver.errors import Place
from solver.mark.judge.numbers import Batch, Judged
from solver.rounding import Floats

NOWHERE = Place("")

Show: TypeAlias = Literal["marks", "hints", "lines", "key"]
"""How much is told, each more than the one before: marks alone; verdicts and named mistakes, without a number of the key;
the working with the student's own numbers in it; the key's values."""

SHOWS: tuple[Show, ...] = ("marks", "hints", "lines", "key")


@dataclass(slots=True)
class Trouble:
    """A cell that could not be read: it costs itself alone, and is reported. cell: "" where a whole row is meant."""

    student: str
    cell: str
    found: str
    reason: str
    place: Place = NOWHERE

    @property
    def told(self) -> str:
        """What is to be looked at, in a few words."""
        if not self.cell:
            return self.reason
        return f"{self.cell}: {self.found or self.reason}"


class Reading(NamedTuple):
    """A cell that says more than its answer, `y = 0.81 V`, and what was read of it."""

    student: str
    cell: str
    text: str
    shown: str
    place: Place


class Decided(NamedTuple):
    """A person's reading of a cell. text: the cell's, as the review list shows it."""

    text: str
    reading: str


Decisions: TypeAlias = Mapping[str, Mapping[str, Decided]]
"""A person's readings by student and by the name of a cell or a whole answer."""


@dataclass(slots=True)
class Submissions:
    """What some students handed in.

    batch: their numbers; words: their words by answer (None where blank); formulas: their symbolic answers by answer.
    readings: the cells of which something was set aside.
    """

    students: list[str]
    batch: Batch
    words: dict[str, list[str | None]] = field(default_factory=dict)
    formulas: dict[str, list[str | None]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)


@dataclass(slots=True)
class Graded:
    """What they get. judged: by answer; mistakes: by answer, (student index, row, column) to the mistake's name.

    marks: by answer, one number a student; parts and totals are their sums. review: why a person should look at a
    script, by student index. decided: units that a person added to an answer, and why, by student index and answer.
    """

    submissions: Submissions
    judged: dict[str, Judged]
    mistakes: dict[str, dict[tuple[int, int, int], str]]
    marks: dict[str, Floats]
    review: dict[int, list[str]] = field(default_factory=dict)
    decided: dict[tuple[int, str], tuple[int, str]] = field(default_factory=dict)

    def looked_at(self) -> dict[str, list[str]]:
        """Why a person should look at scripts, by student: what was found of them, and the cells that could not be read."""
        students = self.submissions.students
        found = {students[i]: list(why) for i, why in self.review.items()}
        for trouble in self.submissions.troubles:
            found.setdefault(trouble.student, []).append(trouble.told)
        return found
