"""What marking passes on: what students handed in, what could not be read of it, and what they get."""

from __future__ import annotations

from dataclasses import dataclass, field

from solver.errors import Place
from solver.mark.judge.numbers import Batch, Judged
from solver.rounding import Floats

NOWHERE = Place("")


@dataclass(slots=True)
class Trouble:
    """A cell that could not be read: it costs itself alone, and is reported. cell: "" where a whole row is meant."""

    student: str
    cell: str
    found: str
    reason: str
    place: Place = NOWHERE


@dataclass(slots=True)
class Submissions:
    """What some students handed in.

    batch: their numbers; words: their words by answer (None where blank); formulas: their symbolic answers by answer.
    """

    students: list[str]
    batch: Batch
    words: dict[str, list[str | None]] = field(default_factory=dict)
    formulas: dict[str, list[str | None]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)


@dataclass(slots=True)
class Graded:
    """What they get. judged: by answer; mistakes: by answer, (student index, row, column) to the mistake's name.

    marks: by answer, one number a student; parts and totals are their sums.
    """

    submissions: Submissions
    judged: dict[str, Judged]
    mistakes: dict[str, dict[tuple[int, int, int], str]]
    marks: dict[str, Floats]
