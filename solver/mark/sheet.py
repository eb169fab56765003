"""The answer sheet of a question: every answer asked for, its cells and their names."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from solver.formula.walks.bounds import Interval, point
from solver.working.items import Kind
from solver.working.solution import Context, Solution, Solved, SolvedPart


class Cell(NamedTuple):
    """One cell of an answer. row and column count from 0; both are 0 for a scalar or a word."""

    name: str
    key: str
    row: int
    column: int


@dataclass
class Answer:
    """One answer of the sheet. key: its name, `b/u1`; part: the label of its part."""

    key: str
    part: str
    solved: Solved
    kind: Kind

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Rows and columns; 1×1 for a scalar or a word."""
        return self.solved.shape

    @cached_property
    def cells(self) -> list[Cell]:
        """Its cells by rows: `b/u1[1]`, `f/grad_W2[2,1]`, `c/J`."""
        rows, columns = self.shape
        if (rows, columns) == (1, 1):
            return [Cell(self.key, self.key, 0, 0)]
        if columns == 1:
            return [Cell(f"{self.key}[{i + 1}]", self.key, i, 0) for i in range(rows)]
        return [Cell(f"{self.key}[{i + 1},{j + 1}]", self.key, i, j) for i in range(rows) for j in range(columns)]


class Quantity(NamedTuple):
    """One quantity of a question's working, in the order of the page.

    key: its answer on the sheet, if it is asked. place: how many stand before it.
    """

    name: str
    solved: Solved
    key: str | None
    place: int = 0

    @property
    def truth(self) -> Interval:
        """The question's own number, under the carry rule that has one."""
        number = self.solved.rounded if self.solved.exact is None else self.solved.exact
        assert number is not None  # asked of what has a number
        return point(number)


@dataclass
class Sheet:
    """What a question asks, and how each answer follows from the others.

    chains: for each working, its quantities in order; each uses only what stands above it. keys: what marking has found
    out about each chain, by its place, and keeps. again: what a part finds whose number
    another of its answers has already. others: the sheets of the question by other conventions, by name.
    """

    solution: Solution
    answers: dict[str, Answer] = field(default_factory=dict)
    chains: list[tuple[Context, list[Quantity]]] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    others: dict[str, Sheet] = field(default_factory=dict)
    keys: dict[int, object] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Every cell by name, in the order of the page."""
        return {cell.name: cell for answer in self.answers.values() for cell in answer.cells}

    @cached_property
    def by_part(self) -> dict[str, list[Answer]]:
        """The answers of every part that asks for some, by its label."""
        found: dict[str, list[Answer]] = {}
        for answer in self.answers.values():
            found.setdefault(answer.part, []).append(answer)
        return found

    @property
    def parts(self) -> list[SolvedPart]:
        """The parts that ask for something."""
        return [part for part in self.solution.parts if part.asked]


def sheet(solution: Solution) -> Sheet:
    """The answer sheet of a solved question."""
    made = Sheet(solution)
    keys: dict[tuple[int, str], str] = {}
    for part in solution.parts:
        for solved in part.asked:
            key = part.key(solved)
            if part.again(solved):
                made.again.append(key)
                continue
            made.answers[key] = Answer(key, part.label, solved, solved.item.kind)
            keys.setdefault((id(solved.context), solved.name), key)
    contexts = {id(part.context): part.context for part in solution.parts if part.context is not None}
    for identity, context in contexts.items():
        names = (name for name in context.working.items if name in context.solved)
        chain = [
            Quantity(name, context.solved[name], keys.get((identity, name)), place) for place, name in enumerate(names)
        ]
        made.chains.append((context, chain))
    return made
