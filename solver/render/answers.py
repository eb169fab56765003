"""What a part asks for, complete: as a matrix, or as a table where that is larger than a page.

Only what would fill many pages is shown by its corner, and the page says where all of it is.
"""

from collections.abc import Iterable, Iterator, Sequence

from solver.formula.symbol import Symbols
from solver.formula.tree import Array, Name, Num, Tree
from solver.formula.words import Words
from solver.render.blocks import Block, Facts, Prose, Table, note
from solver.working.items import Line
from solver.working.solution import Solved

PAGE = 40
"""The most rows of a matrix on a page."""
_COLUMNS = 12
_ACROSS = 76.0
"""The most signs in a row of a matrix, one and a half between two numbers: so many the narrowest page has room for."""
_NUMBERS = 2_000
"""The most numbers of one answer in a document."""
A_PART = 10_000
"""The most numbers of all answers of a part; of what comes behind, larger matrices are shown by their corners."""
_TABLE_COLUMNS = 8


def answers(
    asked: Sequence[Solved], symbols: Symbols, most: int, *, left: int = A_PART, key: bool = False
) -> Iterator[Block]:
    """The values of what is asked for.

    most: the rows and columns shown of what is too large for a document. left: how many numbers may still be shown. key:
    whether all of them stand there, in tables, and not only those of matrices that fill no pages.
    """
    facts: list[Line] = []
    for solved in asked:
        tree = solved.shown
        rows, columns = tree.value.shape if isinstance(tree, Array) else (1, 1)
        left -= rows * columns
        shown = left >= 0 or max(rows, columns) <= most
        if shown and rows <= PAGE and columns <= _COLUMNS and _across(tree) <= _ACROSS:
            facts.append(stated(solved))
            continue
        if facts:
            yield Facts(facts, symbols, PAGE)
            facts = []
        assert isinstance(tree, Array)
        if shown and (key or tree.value.size <= _NUMBERS):
            yield from _tables(solved, tree, symbols)
        else:
            yield Facts([stated(solved)], symbols, most)
            said = f" has {rows:,} × {columns:,} numbers, too many for this page: --format json gives them all."
            yield note((solved.symbol, said))
    if facts:
        yield Facts(facts, symbols, PAGE)


def _across(tree: Tree) -> float:
    """How many signs a row of a matrix takes."""
    if not isinstance(tree, Array):
        return 0.0
    longest: int = max((len(text) for row in tree.written() for text in row), default=0)
    return float(tree.value.shape[1] * (longest + 1.5))


def stated(solved: Solved, guard: int = 0) -> Line:
    """A quantity with its value as written, or with `guard` digits more; ≈ where it has more than it shows."""
    tree = solved.printed(guard) if guard and solved.numeric else solved.shown
    return Line(tree, Name(solved.name), "≈" if solved.shortened(guard) else "=")


def elided(solved: Solved, most: int) -> bool:
    """Whether its lines of working leave numbers of its value out."""
    return max(solved.written.shape, default=0) > most


def _tables(solved: Solved, array: Array, symbols: Symbols) -> Iterator[Block]:
    """A table of the rows, several where there are many columns; of a vector one with many entries in a row."""
    rows, columns = array.value.shape
    made: list[tuple[Words | Tree, ...]] = []
    shape = f" ({rows:,} × {columns:,})"
    if 1 in (rows, columns):
        entries: list[Tree] = [Num(array.text(i, j)) for i in range(rows) for j in range(columns)]
        yield Prose((solved.symbol, shape), "plain")
        for k in range(0, len(entries), _TABLE_COLUMNS):
            row = entries[k : k + _TABLE_COLUMNS]
            blank: list[Words] = [("",)] * (_TABLE_COLUMNS - len(row))
            made.append(((f"{k + 1} to {k + len(row)}",), *row, *blank))
        yield Table(("entries", *[""] * _TABLE_COLUMNS), tuple(made), symbols)
        return
    for first in range(0, columns, _TABLE_COLUMNS):
        across = range(first, min(first + _TABLE_COLUMNS, columns))
        which = f", columns {first + 1} to {across[-1] + 1}" if columns > _TABLE_COLUMNS else ""
        yield Prose((solved.symbol, shape + which), "plain")
        made = [((str(i + 1),), *(Num(array.text(i, j)) for j in across)) for i in range(rows)]
        yield Table(("row", *(str(j + 1) for j in across)), tuple(made), symbols)


def distinct(solved: Iterable[Solved]) -> list[Solved]:
    """Of what is printed alike, the last: the ones of two batches, a result worked out in two ways."""
    return list({(each.symbol, each.written.tobytes()): each for each in solved}.values())
