"""The table of a page whose rows repeat one kind of calculation, such as what every layer of a network costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from solver.formula.print.printer_text import grouped
from solver.formula.tree import Literal_, Num, Tree
from solver.named import NamedTuple, Structure, field
from solver.working.items import Listing


class TallyRow(NamedTuple):
    """A row: what it is called, what it is, the names that make its size, and a name for each column that has one."""

    title: str
    said: str
    size: tuple[str, ...]
    cells: dict[str, str]


class Tally(Structure):
    """Rows, columns by heading, and the names of the columns' totals.

    notes: what is said above it, by the column that it is about; "" for all. word: whose it is, of workings side by side.
    """

    rows: list[TallyRow] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    totals: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)
    word: str = ""

    @property
    def names(self) -> set[str]:
        """Every name that stands in it."""
        cells = {name for row in self.rows for name in (*row.size, *row.cells.values())}
        return cells | set(self.totals.values())

    def asked(self, names: Iterable[str]) -> bool:
        """Whether it belongs to a part with these names: of several workings, to those that the part uses."""
        return not self.word or not self.names.isdisjoint(names)

    @property
    def sizes(self) -> set[str]:
        """The names of all sizes, which every part's table shows."""
        return {name for row in self.rows for name in row.size}

    def listing(self, numbers: Mapping[str, Literal_]) -> Listing:
        """The rows and columns of which something is known. numbers: of the names to be shown."""
        columns = [c for c in self.columns if any(row.cells.get(c, "") in numbers for row in self.rows)]
        rows: list[tuple[str | Tree, ...]] = []
        for row in self.rows:
            known = all(name in numbers for name in row.size)
            if not known and not any(row.cells.get(column, "") in numbers for column in columns):
                continue
            sizes = [_plain(numbers[name]) for name in row.size] if known else []
            size = grouped(*sizes) if len(sizes) == 1 else "×".join(sizes)
            rows.append((row.title, row.said, size, *(numbers.get(row.cells.get(c, ""), "") for c in columns)))
        if any(self.totals.get(column, "") in numbers for column in columns):
            rows.append(("total", "", "", *(numbers.get(self.totals.get(column, ""), "") for column in columns)))
        return Listing((f"{self.word}: layer" if self.word else "layer", "", "size", *columns), tuple(rows))

    def beside(self, word: str, name: Callable[[str, str], str]) -> Tally:
        """The table of a working that stands beside others under a word. name: what a quantity is called there."""
        rows = [
            row._replace(
                size=tuple(name(word, each) for each in row.size),
                cells={column: name(word, cell) for column, cell in row.cells.items()},
            )
            for row in self.rows
        ]
        totals = {column: name(word, total) for column, total in self.totals.items()}
        return self.replaced(rows=rows, totals=totals, word=word)

    def said(self, shown: Listing) -> list[str]:
        """What is said above the table, as far as its columns are shown."""
        return [note for column, note in self.notes if not column or column in shown.header]


def _plain(number: Literal_) -> str:
    return number.text if isinstance(number, Num) else ""
