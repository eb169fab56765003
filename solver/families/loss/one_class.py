"""How a cross-entropy with one right class is worked out, and options compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from solver.formula.tree import Array, Literal_, Name, Tree
from solver.formula.walks.reduce import Detail, Operands, reduce
from solver.rounding import Floats, Format
from solver.working.items import Line, Listing, Step

if TYPE_CHECKING:
    from solver.formula.walks.turned import Turning


class RightClass(Step):
    """A cross-entropy with one-hot desired outputs. short: the terms that are left."""

    short: Tree | None = None

    def in_rows(self, turning: Turning) -> Self:
        """With what is left turned, too."""
        short = self.short and turning.stated(self.short, self.name)
        return super().in_rows(turning).replaced(short=short)

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        """The whole sum, then what is left of it with the numbers in it."""
        first, *rest = reduce(self.short or self.formula, operands, result, form, detail)
        made = [Line(self.formula, left=Name(self.name)), Line(first.tree)]
        return [*made, *(Line(tree, relation=sign) for tree, sign in rest)]


class Comparison(Step):
    """The smallest of some losses, with a table of all. options: each option's name, what it puts out, its loss."""

    options: tuple[tuple[str, str, str], ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """What stands in the table."""
        return tuple(dict.fromkeys([*super().needs, *(name for _, y, J in self.options for name in (y, J))]))

    def listing(self, numbers: Mapping[str, Literal_]) -> Listing:
        """A row an option."""
        rows: list[tuple[str | Tree, ...]] = []
        for option, y, J in self.options:
            made = numbers[y]
            turned = made.T if isinstance(made, Array) and made.value.shape[1] == 1 else made
            rows.append((option, turned, numbers[J]))
        return Listing(("option", "y", "loss"), tuple(rows))
