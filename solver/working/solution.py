"""A solved question: each quantity as written and exactly, with its lines of working made when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from solver.errors import Problem, nearest
from solver.formula.print.printer_text import TextPrinter
from solver.formula.symbol import Symbol
from solver.formula.tree import Literal_, Name, Num, Tree, literal, written_literal
from solver.formula.walks.reduce import Detail
from solver.rounding import EXACT, Carry, Floats, Format, Rounding, integer, shortest
from solver.working.items import Answer, Derivation, Item, Line, Stated, Statement
from solver.working.page import Working

Value: TypeAlias = "float | int | str | Floats | list[Answer]"


@dataclass
class Solved:
    """One quantity of a question.

    written: the value as it stands on the page, shape (rows, columns).
    rounded: computed from rounded operands; exact: from unrounded ones; neither is itself rounded yet, and each is
    None where the arithmetic has no value. label: the part that first worked it out.
    """

    item: Item
    context: Context
    label: str
    form: Format
    written: Floats
    rounded: Floats | None
    exact: Floats | None

    @property
    def name(self) -> str:
        """Its name in specs and answer sheets."""
        return self.item.name

    @property
    def symbol(self) -> Symbol:
        """How it is written."""
        return self.context.working.symbols[self.name]

    @property
    def value(self) -> Value:
        """The value as written: a number for a scalar, an array otherwise; words for a statement or a derivation."""
        if isinstance(self.item, Statement):
            return self.item.answer
        if isinstance(self.item, Derivation):
            return self.item.source
        if isinstance(self.item, Stated) and isinstance(self.item.numbers, Num):
            return typed_number(self.item.numbers.text)
        written = self.written
        if written.shape != (1, 1):
            return written
        return plain(float(written[0, 0]), self.form)

    @property
    def exact_value(self) -> Any:
        """The value computed without rounding, as JSON; None where the arithmetic has none."""
        if self.exact is None:
            return None
        return plain(float(self.exact[0, 0]), self.form) if self.exact.shape == (1, 1) else self.exact.tolist()

    @property
    def diverges(self) -> bool:
        """Whether carrying rounded and exact values prints different numbers."""
        if isinstance(self.item, Stated | Statement | Derivation) or self.rounded is None or self.exact is None:
            return False
        return not np.array_equal(self.form.round(self.rounded), self.form.round(self.exact))

    def literal(self, guard: int = 0) -> Literal_:
        """Its numbers as printed where it is used; carried exactly, they show up to `guard` digits more."""
        if self.context.carry == "rounded" or not isinstance(self.form, Rounding) or guard == 0:
            return self._printed
        assert self.exact is not None
        digits = self.form.digits + guard
        needed = shortest(self.exact, digits)
        if np.allclose(self.written, self.exact, rtol=1e-12, atol=0 if self.form.figures else 1e-12):
            return self._printed
        return literal(self.exact, needed or Rounding(digits, self.form.figures))

    @property
    def shown(self) -> Tree:
        """What stands behind its equals sign where it is stated: its numbers, or the formula that was derived."""
        return self.item.formula if isinstance(self.item, Derivation) else self.literal()

    @cached_property
    def _printed(self) -> Literal_:
        return self.item.numbers if isinstance(self.item, Stated) else written_literal(self.written, self.form)

    @property
    def text(self) -> str:
        """The value as printed in one line."""
        if isinstance(self.item, Statement):
            return str(self.item.answer)
        symbols = self.context.working.symbols if isinstance(self.item, Derivation) else None
        return TextPrinter(symbols, most=10**6).print(self.shown)

    def lines(self, detail: Detail = "normal") -> list[Line]:
        """The lines of working."""
        item = self.item
        if isinstance(item, Statement):
            return []
        if isinstance(item, Stated):
            return [Line(item.numbers, left=Name(item.name))]
        if isinstance(item, Derivation):
            brief = [Line(item.formula, left=Name(item.name), note=item.steps[-1].note)]
            return brief if detail == "brief" else list(item.steps)
        return item.lines(self._operands, self.written, self.form, detail)

    def _operands(self, guard: int) -> Mapping[str, Literal_]:
        return {name: self.context.solved[name].literal(guard) for name in self.item.needs}


@dataclass(slots=True)
class Context:
    """What the parts of one `given` share: its working and all that has been solved of it so far."""

    working: Working
    carry: Carry
    solved: dict[str, Solved] = field(default_factory=dict)
    envs: dict[Carry, dict[str, Floats]] = field(default_factory=lambda: {"rounded": {}, "exact": {}})


@dataclass(slots=True)
class SolvedPart:
    """One part: `steps` in the order of the page (what it asks for and what leads there), `asked` among them.

    uses: givens and earlier results that its steps use, stated before them.
    checked: the largest difference between its gradients and central differences; None where it has no gradients.
    """

    label: str
    prompt: str = ""
    note: str = ""
    marks: Decimal | None = None
    context: Context | None = None
    checked: float | None = None
    uses: list[Solved] = field(default_factory=list)
    steps: list[Solved] = field(default_factory=list)
    asked: list[Solved] = field(default_factory=list)

    def key(self, solved: Solved) -> str:
        """The answer's name: `b/u1`, or the bare label where a part has one unnamed answer."""
        return f"{self.label}/{solved.name}" if solved.name else self.label


@dataclass(slots=True)
class Solution:
    """A solved question. `solution["b/u1"]` is one of its answers."""

    title: str
    file: str
    prompt: str
    rounding: Rounding
    carry: Carry
    parts: list[SolvedPart]
    warnings: list[Problem] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[str, Solved]]:
        """Every answer with its name, in the order of the page."""
        for part in self.parts:
            for solved in part.asked:
                yield part.key(solved), solved

    @property
    def answers(self) -> dict[str, Any]:
        """Every answer by name, as JSON has it."""
        return {key: jsonable(solved.value) for key, solved in self}

    def __getitem__(self, key: str) -> Solved:
        """One answer; raises KeyError with the nearest known name."""
        for name, solved in self:
            if name == key:
                return solved
        raise KeyError(f"{key}: {nearest(key, (name for name, _ in self))}")


def plain(x: float, form: Format) -> float | int:
    """A number for programs: a count as an int."""
    return int(x) if form is EXACT and x == int(x) else x


def typed_number(text: str) -> float | int:
    """A typed number for programs: `3` an int, `3.0` a float."""
    return integer(text) if text.lstrip("-").isdigit() else float(text)


def jsonable(value: Value | None) -> Any:
    """A value as JSON: numbers plain, matrices nested lists by rows, words as they are."""
    return value.tolist() if isinstance(value, np.ndarray) else value
