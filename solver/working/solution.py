"""A solved question: each quantity as written and exactly, with its lines of working made when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from solver.errors import Problem, nearest
from solver.formula.print.printer_text import TextPrinter
from solver.formula.symbol import Symbol
from solver.formula.tree import LITERALS, Literal_, Tree, literal, names
from solver.formula.walks.reduce import Detail, Operands
from solver.formula.walks.value import value
from solver.named import NamedTuple, Structure, field
from solver.rounding import Carry, Floats, Format, Rounding, shortest
from solver.working.items import Item, Line, Listing, Value
from solver.working.notebook import Notebook
from solver.working.page import Working
from solver.working.passage import NOTHING, Passage
from solver.working.question import DEFAULT_ROUNDING, PaperHead

if TYPE_CHECKING:  # few pages have rows
    from solver.formula.walks.turned import Turning


class Solved(Notebook):
    """One quantity of a question. A plain class, since a sequence makes thousands.

    written: the value as it stands on the page, shape (rows, columns).
    rounded: computed from rounded operands; exact: from unrounded ones; neither is itself rounded yet, and each is
    None where the arithmetic has no value. label: the part that first worked it out. name: in specs and answer sheets.
    """

    def __init__(
        self,
        item: Item,
        context: Context,
        label: str,
        form: Format,
        written: Floats,
        rounded: Floats | None,
        exact: Floats | None,
    ) -> None:
        self.item, self.name = item, item.name
        self.context, self.label, self.form = context, label, form
        self.written, self.rounded, self.exact = written, rounded, exact

    @property
    def symbol(self) -> Symbol:
        """How it is written."""
        return self.context.working.symbols[self.name]

    @property
    def numeric(self) -> bool:
        """Whether it has a number under one of the carry rules."""
        return self.rounded is not None or self.exact is not None

    @property
    def value(self) -> Value:
        """The value as written: a number for a scalar, an array otherwise; words or a formula where it is that."""
        return self.item.plain(self.written, self.form)

    @property
    def exact_value(self) -> Any:
        """The value computed without rounding, as JSON; None where the arithmetic has none."""
        if self.exact is None and self.item.kind == "number":
            return None
        return jsonable(self.item.plain(self.written if self.exact is None else self.exact, self.form))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of its answer; 1×1 for a scalar or what is no number."""
        rows, columns = self.written.shape if self.item.kind == "number" else (1, 1)
        return rows, columns

    @property
    def shape_on_page(self) -> tuple[int, int]:
        """The same where vectors may stand as rows."""
        return self.shape[::-1] if self._turning is not None and self.name in self._turning.rows else self.shape

    @property
    def diverges(self) -> bool:
        """Whether carrying rounded and exact values prints different numbers."""
        if self.rounded is None or self.exact is None:
            return False
        return not np.array_equal(self.form.round(self.rounded), self.form.round(self.exact))

    def literal(self, guard: int = 0) -> Literal_:
        """Its numbers as printed where it is used; carried exactly, they show up to `guard` digits more."""
        if self.context.carry == "rounded" or not isinstance(self.form, Rounding) or guard == 0:
            return self._printed
        if not self.shortened():
            return self._printed
        assert self.exact is not None
        return literal(self.exact, self._needed(guard) or Rounding(self.form.digits + guard, self.form.figures))

    def _needed(self, guard: int) -> Rounding | None:
        """The digits that write its unrounded value in full, if so many do."""
        assert self.exact is not None
        assert isinstance(self.form, Rounding)
        needed = shortest(self.exact, self.form.digits + guard)
        return needed if needed is not None and _same(needed.round(self.exact), self.exact) else None

    def shortened(self, guard: int = 0) -> bool:
        """Whether its printed numbers, with so many guard digits, are not the value that later steps use."""
        if self.context.carry == "rounded" or self.exact is None or not isinstance(self.form, Rounding):
            return False
        if _same(self.written, self.exact):
            return False
        return guard == 0 or self._needed(guard) is None

    @property
    def shown(self) -> Tree:
        """What stands behind its equals sign where it is stated: its numbers, or the formula that was derived."""
        shown, turning = self.item.shown(self._printed), self._turning
        return turning.number(shown, self.name) if turning and isinstance(shown, LITERALS) else shown

    def printed(self, guard: int = 0) -> Literal_:
        """Its numbers as the page has them, where vectors may stand as rows."""
        literal, turning = self.literal(guard), self._turning
        return turning.number(literal, self.name) if turning else literal

    @property
    def _turning(self) -> Turning | None:
        return self.context.working.symbols.turning

    @cached_property
    def _printed(self) -> Literal_:
        return self.item.literal(self.written, self.form)

    @property
    def text(self) -> str:
        """The value as printed in one line."""
        if self.item.answer is not None:
            return str(self.item.answer)
        return TextPrinter(self.context.working.symbols, most=10**6).print(self.shown)

    def lines(self, detail: Detail = "normal") -> list[Line]:
        """The lines of working.

        ≈ stands where a printed number is not the value: on every line that leaves out digits, and, carried exactly,
        at the result, too. Carried rounded, the result as written is the value that later steps use: = stands there.
        """
        return self._worked(detail)[0]

    def guard(self, detail: Detail = "normal") -> int:
        """How many guard digits the lines show of operands that are carried exactly."""
        return self._worked(detail)[1]

    def _worked(self, detail: Detail) -> tuple[list[Line], int]:
        last = 0

        def operands(guard: int) -> Mapping[str, Literal_]:
            nonlocal last
            last = guard
            return self._operands(guard)

        lines = self.worked(operands, self.written, detail)
        if self.context.carry == "exact" and lines:
            if any(self.context.solved[name].shortened(last) for name in self.item.needs):
                put_in = next((k for k, line in enumerate(lines) if k and not names(line.right)), -1)
                lines[put_in] = lines[put_in]._replace(relation="≈")
            if self.shortened() or not self._reached(lines):
                lines[-1] = lines[-1]._replace(relation="≈")
            if self._lost():
                lines[-1] = lines[-1]._replace(note=_STABLE)
        return self._written(lines), last

    def worked(self, operands: Operands, result: Floats, detail: Detail = "normal") -> list[Line]:
        """The lines by which a page comes from numbers of what it needs to a result."""
        turning = self._turning
        if turning is None:
            return self.item.lines(operands, result, self.form, detail)

        def turned(guard: int) -> Mapping[str, Literal_]:
            return {name: turning.number(x, name) for name, x in operands(guard).items()}

        return self._on_page.lines(turned, result.T if self.name in turning.rows else result, self.form, detail)

    @property
    def _on_page(self) -> Item:
        turning = self._turning
        if turning is None or turning.rows.isdisjoint((self.name, *self.item.needs)):
            return self.item
        return self.item.in_rows(turning) or self.item

    def _written(self, lines: list[Line]) -> list[Line]:
        """Lines with their notes as the question's author writes symbols."""
        usage = self.context.working.symbols.usage
        return [line._replace(note=usage.words(line.note)) if line.note else line for line in lines]

    def derivation(self) -> list[Line]:
        """The lines by which a known pair's short formula was found."""
        return self._written(list(self._on_page.derivation))

    def _reached(self, lines: list[Line]) -> bool:
        """Whether the line above the result, where it is one of numbers, has the very value that is written."""
        if len(lines) < 2 or any(names(line.right) or line.left is not None for line in lines[-2:]):
            return True
        above = value(lines[-2].right, {})
        return _same(above if above.shape == self.written.shape else above.T, self.written)

    def _lost(self) -> bool:
        """Whether its unrounded value comes of a stable form, and the formula on the page would give another."""
        if self.item.restated is None or self.item.formula is None:
            return False
        found = self.form.round(value(self.item.formula, self.context.envs["exact"]))
        return not np.array_equal(found, self.written)

    @property
    def listing(self) -> Listing | None:
        """The table that it shows, if any."""
        return self.item.listing(_Printed(self.context.solved, (*self.item.needs, self.name)))

    def _operands(self, guard: int) -> Mapping[str, Literal_]:
        return {name: self.context.solved[name].literal(guard) for name in self.item.needs}


class _Printed(Mapping[str, Literal_]):
    """Quantities as they are printed, each when a table has a place for it: few items show one."""

    def __init__(self, solved: Mapping[str, Solved], names: Sequence[str]) -> None:
        self.solved, self.names = solved, names

    def __getitem__(self, name: str) -> Literal_:
        return self.solved[name].literal(0)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


_STABLE = ("in a form that loses no digits; the one above does",)


def _same(written: Floats, exact: Floats) -> bool:
    """Whether nothing but the noise of float arithmetic lies between two values."""
    return np.allclose(written, exact, rtol=1e-14, atol=0)


class Context(Structure):
    """What the parts of one `given` share: its working and all that has been solved of it so far."""

    working: Working
    carry: Carry
    solved: dict[str, Solved] = field(default_factory=dict)
    envs: dict[Carry, dict[str, Floats]] = field(default_factory=lambda: {"rounded": {}, "exact": {}})


class Drawn(NamedTuple):
    """A figure that the question shows: its word, and where its numbers stand."""

    word: str
    context: Context


class SolvedPart(Structure, Notebook):
    """One part: `steps` in the order of the page (what it asks for and what leads there), `asked` among them.

    worth: its marks, or those of the parts in it. rounding: how its results are written. uses: givens and earlier results that its steps use, stated before them.
    checked: the largest difference between its gradients and central differences; None where it has no gradients.
    """

    label: str
    prompt: Passage = NOTHING
    note: Passage = NOTHING
    marks: Decimal | None = None
    worth: Decimal | None = None
    rounding: Rounding = DEFAULT_ROUNDING
    context: Context | None = None
    checked: float | None = None
    uses: list[Solved] = field(default_factory=list)
    steps: list[Solved] = field(default_factory=list)
    asked: list[Solved] = field(default_factory=list)
    figure: Drawn | None = None

    def key(self, solved: Solved) -> str:
        """The answer's name: `b/u1`, or the bare label where a part has one unnamed answer."""
        return f"{self.label}/{solved.name}" if solved.name else self.label

    def again(self, solved: Solved) -> bool:
        """Whether an answer gives the number of another that it asks for once more, and is not asked for on a sheet."""
        return bool(solved.item.again) and any(other.name == solved.item.again for other in self.asked)


class Solution(Structure, Notebook):
    """A solved question. `solution["b/u1"]` is one of its answers. head: what its paper tells, where it is solved alone."""

    title: str
    file: str
    prompt: Passage
    rounding: Rounding
    carry: Carry
    parts: list[SolvedPart]
    warnings: list[Problem] = field(default_factory=list)
    figure: Drawn | None = None
    head: PaperHead = PaperHead()

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


def jsonable(value: Value | None) -> Any:
    """A value as JSON: numbers plain, matrices nested lists by rows, words as they are; −∞, which JSON lacks, "-inf"."""
    if isinstance(value, np.ndarray):
        return value.tolist() if np.isfinite(value).all() else [[jsonable(x) for x in row] for row in value.tolist()]
    return str(value) if value == -np.inf else value
