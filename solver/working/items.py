"""The items of a page: what is given, steps by a formula, words, derivations; each knows itself.

Nothing here knows a format, and nothing elsewhere asks which class an item is of: what solves, proves, judges and shows
a page asks the item. A new kind is one class that says how it differs from `Item`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, Literal, Self, TypeAlias

import numpy as np

from solver.errors import FormulaError
from solver.formula.form import form
from solver.formula.source import source
from solver.formula.tree import Literal_, Name, Num, Sum, Tree, number_of, written_literal
from solver.formula.walks.reduce import Detail, Operands, reduce
from solver.formula.walks.stack import FEW
from solver.formula.walks.value import Env, finite, value
from solver.formula.words import Words
from solver.named import NamedTuple, Structure, field
from solver.rounding import EXACT, Floats, Format, integer

if TYPE_CHECKING:  # marking alone needs them
    from solver.formula.mistakes.surroundings import Surroundings
    from solver.formula.walks.bounds import Interval
    from solver.formula.walks.turned import Turning

Answer: TypeAlias = "str | int | float | list[Answer]"
"""What is answered in words: text, TRUE, a letter, or a nested list of numbers (or of True and False)."""

Value: TypeAlias = "Answer | Floats"
"""An answer for programs: a number, an array (rows, columns), or what is answered in words."""

Kind = Literal["number", "word", "formula", "text"]
"""How an answer is judged: by its value, as a word of few (TRUE, B), as a formula, or by a person."""

Mutants: TypeAlias = "Iterator[tuple[str, Interval]]"
"""What each named mistake gives, and the mistake's name."""


class Line(NamedTuple):
    """One line of working: `left relation right`; without `left` it continues the line above. `note`: its reason.

    → says what a term gives, such as a term of a loss its part of a gradient. checks: here the check of a result that
    stands above begins.
    """

    right: Tree
    left: Tree | None = None
    relation: Literal["=", "≈", "→"] = "="
    note: Words = ()
    checks: bool = False


class Listing(NamedTuple):
    """A table that an item shows: each cell is text or a formula. points: what is said below it."""

    header: tuple[str, ...]
    rows: tuple[tuple[str | Tree, ...], ...]
    points: tuple[str, ...] = ()


class Item:
    """What stands on the page under a name.

    title: how it is introduced; why: the reason behind it. formula: what it is in symbols, where it is that.
    given: whether the question gives it. answer: what it answers in words; None for a number or a formula.
    points: what is said below its title; points_answer: they are the answer, whose short form need not be shown.
    whole: an exact count, never rounded. steps: the lines by which a formula was derived; derivation: where that of a
    number comes from, shown in full detail. restated: the formula by which its unrounded value is computed, where the one
    that is shown cancels. again: the quantity whose number it gives once more: who is asked for both answers once.
    asks: how its answer is to be written; offered: what there is to choose from, for who answers; also: other ways to
    write the answer that are as right.
    """

    given: ClassVar[bool] = False
    name: str
    title: str = ""
    why: str = ""
    formula: Tree | None = None
    answer: Answer | None = None
    points: tuple[str, ...] = ()
    points_answer: bool = False
    whole: bool = False
    steps: tuple[Line, ...] = ()
    restated: Tree | None = None
    again: str = ""
    asks: str = ""
    offered: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def derivation(self) -> tuple[Line, ...]:
        """Where its number comes from; nothing for most."""
        return ()

    # -- what it is ---------------------------------------------------------------------------------------------------
    @property
    def kind(self) -> Kind:
        """How its answer is judged."""
        return "number" if self.answer is None else "text"

    @property
    def needs(self) -> tuple[str, ...]:
        """The names it uses."""
        return ()

    @property
    def alike(self) -> tuple[Hashable, tuple[str, ...]]:
        """What makes one calculation serve for all items that have it in common, None if nothing does, and the names
        that are put in."""
        return None, self.needs

    @property
    def source(self) -> str:
        """Its formula as an author would type it; empty where it has none."""
        return "" if self.formula is None else source(self.formula)

    @property
    def definition(self) -> Tree | None:
        """The formula that gives its number."""
        return self.formula if self.kind == "number" else None

    # -- what it is worth ---------------------------------------------------------------------------------------------
    def value(self, env: Env) -> Floats | None:
        """Its number, not yet rounded, (…, rows, columns) over any leading axes; None where it has none by nature.

        Raises FormulaError where the arithmetic has none.
        """
        return None

    def precise(self, env: Env) -> Floats | None:
        """Its number from unrounded operands, by the stable form of its formula where there is one."""
        if self.restated is not None and np.isfinite(made := value(self.restated, env)).all():
            return made
        return self.value(env)

    def computed(self, exact: bool) -> Tree | None:
        """The formula that `precise` or `value` computes, where it has a value; None for what is no formula."""
        return None

    def misfit(self, value: Floats) -> FormulaError | None:
        """Why the question's own value cannot be meant, if so."""
        return None

    def bounds(self, env: Mapping[str, Interval]) -> Interval | None:
        """The numbers that an honest calculation can give, nan where nothing can follow.

        None where errors are not carried forward through it: the question's own number stands for it.
        """
        return None

    def mutants(self, around: Surroundings, env: Mapping[str, Interval]) -> Mutants:
        """The numbers that a calculation with a named mistake can give."""
        return iter(())

    def form(self, policy: Format) -> Format:
        """How its value is written under the question's rounding."""
        return policy if self.kind == "number" else EXACT

    def in_rows(self, turning: Turning) -> Item | None:
        """The item whose lines a page shows where vectors stand as rows; None where it is written in columns alone.

        Asked only of what is such a vector, or needs one.
        """
        return None

    # -- what words are worth -----------------------------------------------------------------------------------------
    def understood(self, text: str) -> str | None:
        """A student's words in one spelling, empty where they cannot be meant; None where it reads no words itself."""
        return None

    def share(self, said: str) -> float | None:
        """What part of its marks such an answer earns; None where all depends on whether it is the key's word."""
        return None

    def helps(self, text: str) -> str:
        """What helps a person who marks a text; nothing where nobody is helped."""
        return ""

    # -- how it is written --------------------------------------------------------------------------------------------
    def literal(self, written: Floats, form: Format) -> Literal_:
        """Its number as it is printed where it is used."""
        return written_literal(written, form)

    def shown(self, printed: Literal_) -> Tree:
        """What stands behind its equals sign where it is stated, given its number as it is printed."""
        return printed

    def plain(self, written: Floats, form: Format) -> Value:
        """Its answer for programs: a plain number for a scalar, an array otherwise, or its words."""
        if self.answer is not None:
            return self.answer
        return number(float(written[0, 0]), form) if written.shape == (1, 1) else written

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        """The lines of working; none for words."""
        return [] if self.answer is not None else [Line(self.shown(self.literal(result, form)), left=Name(self.name))]

    def listing(self, numbers: Mapping[str, Literal_]) -> Listing | None:
        """The table that it shows, if any. numbers: of what it needs, and its own."""
        return None

    @property
    def tabled(self) -> tuple[str, ...]:
        """The quantities whose numbers stand in its table, and need no summary."""
        return ()


class Stated(Item, Structure):
    """A quantity that the question gives."""

    given = True
    name: str
    numbers: Literal_
    title: str = ""

    def value(self, env: Env) -> Floats:
        """The numbers given."""
        return self.numbers.value

    def bounds(self, env: Mapping[str, Interval]) -> Interval:
        """The numbers given, exactly."""
        from solver.formula.walks.bounds import point

        return point(self.numbers.value)

    def mutants(self, around: Surroundings, env: Mapping[str, Interval]) -> Mutants:
        """What comes out where the numbers are copied with a mistake."""
        return _mutants(self.numbers, around, env)

    def form(self, policy: Format) -> Format:
        """As it is typed."""
        return EXACT

    def in_rows(self, turning: Turning) -> Item:
        """Its numbers are turned by who shows them."""
        return self

    def literal(self, written: Floats, form: Format) -> Literal_:
        """As it is typed."""
        return self.numbers

    def plain(self, written: Floats, form: Format) -> Value:
        """A typed number: `3` an int, `3.0` a float."""
        if not isinstance(self.numbers, Num):
            return written
        text = self.numbers.text
        return integer(text) if text.lstrip("-").isdigit() else number_of(text)


class Step(Item, Structure):
    """A quantity computed by a formula."""

    name: str
    formula: Tree = field()
    title: str = ""
    why: str = ""
    whole: bool = False
    steps: tuple[Line, ...] = ()
    derive: Callable[[], tuple[Line, ...]] = tuple
    restated: Tree | None = None
    again: str = ""

    @property
    def derivation(self) -> tuple[Line, ...]:
        """Made when it is shown."""
        return self.derive()

    @property
    def definition(self) -> Tree:
        """Its formula."""
        return self.formula

    @property
    def needs(self) -> tuple[str, ...]:
        """The names its formula uses."""
        return form(self.formula)[1]

    @property
    def alike(self) -> tuple[Hashable, tuple[str, ...]]:
        """Its formulas without their names; a long sum has none like it."""
        kind, used = form(self.formula)
        if isinstance(self.formula, Sum) and len(self.formula.terms) > FEW:
            return None, used
        if self.restated is None:
            return (type(self), kind), used
        restated, names = form(self.restated)
        both = tuple(dict.fromkeys(used + names))
        return (type(self), kind, restated, tuple(map(both.index, names))), both

    def value(self, env: Env) -> Floats:
        """The formula's value."""
        return finite(self.formula, env)

    def computed(self, exact: bool) -> Tree:
        """Its formula, or the stable form of it."""
        return (self.restated if exact else None) or self.formula

    def misfit(self, value: Floats) -> FormulaError | None:
        """A count that is no whole number."""
        if not self.whole or np.allclose(value, np.rint(value), rtol=1e-9, atol=0):
            return None
        broken = float(value.flat[int(np.argmax(np.abs(value - np.rint(value))))])
        message = f"{broken:.12g} is not a whole number, in {self.source}"
        return FormulaError(message, "whole: true is for counts; leave it out, or use floor")

    def bounds(self, env: Mapping[str, Interval]) -> Interval:
        """The formula's bounds."""
        from solver.formula.walks.bounds import bounds

        return bounds(self.formula, env)

    def mutants(self, around: Surroundings, env: Mapping[str, Interval]) -> Mutants:
        """The bounds of the formula with each mistake in it."""
        return _mutants(self.formula, around.counting if self.whole else around, env)

    def form(self, policy: Format) -> Format:
        """A count stays exact."""
        return EXACT if self.whole else policy

    def in_rows(self, turning: Turning) -> Self:
        """The step of the turned formula."""
        return self.replaced(
            formula=turning.stated(self.formula, self.name),
            derive=lambda: tuple(line._replace(right=turning.stated(line.right, self.name)) for line in self.derive()),
        )

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        """The working, `name = formula = … = result`."""
        first, *rest = reduce(self.formula, operands, result, form, detail)
        return [Line(first.tree, Name(self.name)), *[Line(tree, None, sign) for tree, sign in rest]]


class Statement(Item, Structure):
    """An answer in words: its short form, and the points a reader should find in it."""

    name: str
    answer: Answer = field()
    title: str = ""
    points: tuple[str, ...] = ()
    why: str = ""
    points_answer: bool = False
    offered: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def in_rows(self, turning: Turning) -> Item:
        """Words stay."""
        return self

    @property
    def kind(self) -> Kind:
        """A short answer is a word."""
        short = isinstance(self.answer, str) and not self.points_answer and len(self.answer) <= 20
        return "word" if short else "text"


class Derivation(Item, Structure):
    """A formula worked out in symbols: lines with their reasons, but no number. needs: the items it starts from."""

    name: str
    formula: Tree = field()
    steps: tuple[Line, ...] = ()
    title: str = ""
    why: str = ""
    needs: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """A formula."""
        return "formula"

    def shown(self, printed: Literal_) -> Tree:
        """The formula that was derived."""
        return self.formula

    def plain(self, written: Floats, form: Format) -> Value:
        """The formula as an author would type it."""
        return self.source

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        """The derivation; briefly, what comes out of it."""
        if detail == "brief":
            return [Line(self.formula, left=Name(self.name), note=self.steps[-1].note)]
        return list(self.steps)


def number(x: float, form: Format) -> float | int:
    """A number for programs: a count as an int."""
    return int(x) if form is EXACT and x.is_integer() else x


def _mutants(formula: Tree, around: Surroundings, env: Mapping[str, Interval]) -> Mutants:
    from solver.formula.mistakes.mutate import mutations
    from solver.formula.walks.bounds import bounds

    return ((name, bounds(tree, env)) for name, tree in mutations(formula, around))
