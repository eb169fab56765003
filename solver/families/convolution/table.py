"""Maps of many cells: each cell's sum in a row of a table, where a matrix of sums could not be read."""

from __future__ import annotations

from collections.abc import Mapping

from solver.formula.print.window import visible
from solver.formula.tree import Array, Literal_, Num, Tree
from solver.formula.walks.reduce import Detail, Operands, written_cell
from solver.rounding import Floats, Format
from solver.working.items import Line, Listing, Step

MANY = 100
"""More terms in all cells together stand in a table."""
MOST_ROWS = 200


class MapStep(Step):
    """A map whose every cell is worked out by itself. terms: how many each cell has, at the most."""

    terms: int = 1

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        """What stands in the table is left out: the formula, then its numbers, then the result."""
        return super().lines(operands, result, form, "brief" if self._tabled(result) else detail)

    def listing(self, numbers: Mapping[str, Literal_]) -> Listing | None:
        """A row a cell, where there are many terms."""
        result = numbers[self.name]
        rows, columns = result.value.shape
        if not isinstance(result, Array) or not self._tabled(result.value):
            return None
        found: list[tuple[str | Tree, ...]] = []
        for k in visible(rows * columns, MOST_ROWS):
            if k is None:
                found.append(("…", "", ""))
                continue
            i, j = divmod(k, columns)
            cell = f"{i + 1}, {j + 1}" if rows > 1 else str(j + 1)
            found.append((cell, written_cell(self.formula, numbers, i, j), Num(result.text(i, j))))
        return Listing(("cell", "written out", "value"), tuple(found))

    def _tabled(self, result: Floats) -> bool:
        """Whether its cells stand in a table; one alone is a line."""
        return result.size > 1 and result.size * self.terms > MANY
