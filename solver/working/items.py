"""The items of a page: what is given, steps by a formula, words, derivations; each knows what it needs.

Nothing here knows a format. Each kind of step says how it is computed and which lines show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, Protocol, TypeAlias

import numpy as np

from solver.formula.source import source
from solver.formula.tree import Literal_, Name, Tree, names
from solver.formula.walks.reduce import Detail, Operands, reduce
from solver.formula.walks.value import Env, finite, value
from solver.rounding import EXACT, Floats, Format

Answer: TypeAlias = "str | int | float | list[Answer]"
"""What a statement answers: text, TRUE, a letter, or a nested list of numbers (or of True and False)."""


class Line(NamedTuple):
    """One line of working: `left relation right`; without `left` it continues the line above. `note`: its reason.

    → says what a term gives, such as a term of a loss its part of a gradient.
    """

    right: Tree
    left: Tree | None = None
    relation: Literal["=", "≈", "→"] = "="
    note: str = ""


@dataclass(slots=True)
class Stated:
    """A quantity that the question gives."""

    name: str
    numbers: Literal_
    title: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """Nothing: it is given."""
        return ()


@dataclass
class Step:
    """A quantity computed by a formula.

    title: how the step is introduced; why: the reason behind it; whole: an exact count, never rounded.
    derivation: where the formula comes from, shown in full detail. stable: the formula by which its unrounded value is
    computed, where the one that is shown cancels.
    """

    name: str
    formula: Tree
    title: str = ""
    why: str = ""
    whole: bool = False
    derivation: tuple[Line, ...] = ()
    stable: Tree | None = None

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The names its formula uses."""
        return tuple(names(self.formula))

    @property
    def source(self) -> str:
        """The formula as an author would type it."""
        return source(self.formula)

    def value(self, env: Env) -> Floats:
        """The unrounded value; raises FormulaError where the arithmetic has none."""
        return finite(self.formula, env)

    def precise(self, env: Env) -> Floats:
        """The value from unrounded operands; raises FormulaError where the arithmetic has none."""
        if self.stable is not None and np.isfinite(made := value(self.stable, env)).all():
            return made
        return self.value(env)

    def form(self, policy: Format) -> Format:
        """How its value is written under the question's rounding."""
        return EXACT if self.whole else policy

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        """The working, `name = formula = … = result`."""
        first, *rest = reduce(self.formula, operands, result, form, detail)
        return [Line(first, left=Name(self.name)), *(Line(tree) for tree in rest)]


@dataclass(slots=True)
class Statement:
    """An answer in words: its short form, and the points a reader should find in it.

    points_answer: the points are the answer, so that its short form need not be shown beside them.
    """

    name: str
    answer: Answer
    title: str = ""
    points: tuple[str, ...] = ()
    why: str = ""
    points_answer: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """Nothing: words stand for themselves."""
        return ()


@dataclass(slots=True)
class Derivation:
    """A formula worked out in symbols: lines with their reasons, but no number. needs: the items it starts from."""

    name: str
    formula: Tree
    steps: tuple[Line, ...]
    title: str = ""
    why: str = ""
    needs: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The formula as an author would type it."""
        return source(self.formula)


class Computed(Protocol):
    """Whatever has a number that the page works out: a step, an equation solved for its unknown, …

    needs: the names it uses; source: its formula in the formula language.
    """

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def needs(self) -> tuple[str, ...]: ...
    def value(self, env: Env) -> Floats: ...
    def precise(self, env: Env) -> Floats: ...
    def form(self, policy: Format) -> Format: ...
    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]: ...


Item: TypeAlias = Stated | Statement | Derivation | Computed
