"""What is asked: a question, its parts and what they find; an exam of several; how it is marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from solver.errors import Place, Problem
from solver.named import NamedTuple, Structure, field
from solver.rounding import Carry, Rounding
from solver.working.page import Working
from solver.working.passage import NOTHING, Passage

DEFAULT_ROUNDING = Rounding(2)

Share = Literal["cells", "all-or-nothing"]
Fillers = Literal["follow", "none"]


class Rates(NamedTuple):
    """What an answer that is not plainly right earns or loses, as shares of its marks."""

    follow: float = 1.0
    too_few_digits: float = 0.5
    last_digit: float = 0.0
    mistake: float = 0.0


class Alternative(NamedTuple):
    """Another convention that answers may follow, and the share of their marks that they earn then.

    answers: by name; all where there are none. times: a factor of their values; None where what is given differs, and a
    question of its own says how (`Question.alternatives`). place: where its answers are named.
    """

    name: str
    answers: tuple[str, ...] = ()
    times: float | None = None
    share: float = 1.0
    place: Place = Place("")


class Decision(NamedTuple):
    """What a person decided of an answer, by its name, of a cell, or of a part.

    values: of those who wrote one of these, each the cells of the answer by rows, or a word; any where there is none.
    students: of these; of all where there is none. marks: what it earns then; add: what is added to what it earns; full
    marks without either. why: what is said of it.
    """

    answer: str
    values: tuple[tuple[str, ...], ...] = ()
    students: frozenset[str] = frozenset()
    marks: float | None = None
    add: float | None = None
    why: str = ""


class Scheme(Structure):
    """How verdicts become marks. weights: of answers within their part, by name; those left out count 1.

    reach: how far off every usual way of rounding an answer may lie at most, in units of its last digit; None for as far
    as honest rounding leads. fillers: whether a value that was never worked out earns what follows from it. decisions: a person's, the later
    ones over the earlier. alternatives: other conventions that count.
    """

    rates: Rates = field(default_factory=Rates)
    share: Share = "cells"
    weights: Mapping[str, float] = field(default_factory=dict)
    reach: float | None = None
    fillers: Fillers = "none"
    decisions: tuple[Decision, ...] = ()
    alternatives: tuple[Alternative, ...] = ()

    @property
    def by_person(self) -> set[str]:
        """The answers and parts for which a person gave marks."""
        return {
            decision.answer for decision in self.decisions if decision.marks is not None or decision.add is not None
        }

    def weight(self, key: str) -> float:
        """The weight of an answer among those of its part."""
        return self.weights.get(key, 1.0)


class Task(Structure):
    """What one `given` block asks a family to work out; parts that share the block share the task.

    given: the block as the family reads it.
    """

    family: str
    working: Working
    given: object = None


class Wanted(NamedTuple):
    """A figure that the question shows: its word, and of what."""

    word: str
    working: Working


class Part(Structure):
    """One part of a question. label: the whole label, `a.ii`; find: the names it asks for; marks: None where unmarked."""

    label: str
    place: Place
    prompt: Passage = NOTHING
    marks: Decimal | None = None
    rounding: Rounding = DEFAULT_ROUNDING
    task: Task | None = None
    find: list[str] = field(default_factory=list)
    note: Passage = NOTHING
    figure: Wanted | None = None


def worths(parts: Sequence[Part]) -> dict[str, Decimal | None]:
    """The marks of each part: its own, or those of the parts in it together; None where none of them is marked."""
    found: dict[str, Decimal | None] = {}
    inner: dict[str, Decimal] = {}
    for part in reversed(parts):  # an outer part stands before those in it
        marks = found[part.label] = inner.get(part.label) if part.marks is None else part.marks
        if marks is not None:
            outer = part.label.rpartition(".")[0]
            inner[outer] = inner.get(outer, Decimal()) + marks
    return found


class Question(Structure):
    """A checked question. warnings: what its author likely did not mean; alternatives: the question by other conventions."""

    title: str
    file: str
    prompt: Passage = NOTHING
    rounding: Rounding = DEFAULT_ROUNDING
    carry: Carry = "rounded"
    marking: Scheme | None = None
    parts: list[Part] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    alternatives: dict[str, Question] = field(default_factory=dict)
    figure: Wanted | None = None


class PaperHead(NamedTuple):
    """What a paper tells before its questions."""

    course: str = ""
    date: str = ""
    duration: str = ""
    instructions: Passage = NOTHING

    def __bool__(self) -> bool:
        return any(self)


class Paper(Structure):
    """One question, or an exam of several; `title` and `head` are the exam's."""

    title: str
    questions: list[Question]
    exam: bool = False
    head: PaperHead = PaperHead()
