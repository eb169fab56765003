"""How cells are written out: the operands of a function as printed, and sums of terms."""

from collections.abc import Callable, Sequence

from solver.formula.functions.windows import Pair
from solver.formula.tree import Array, Bin, Dots, Group, Literal_, Num, Sum, Tree


class Cells:
    """The arguments of a function in numbers. shown: which of so many terms of a sum are written, None for …."""

    def __init__(self, args: Sequence[Literal_], shown: Callable[[int], Sequence[int | None]]) -> None:
        self.args, self.shown = args, shown

    def shape(self, k: int = 0) -> tuple[int, int]:
        """Rows and columns of argument k."""
        value = self.args[k].value
        return (value.shape[-2], value.shape[-1])

    def cell(self, i: int, j: int, k: int = 0) -> Num:
        """Row i, column j of argument k; a scalar, row or column is spread."""
        arg = self.args[k]
        if not isinstance(arg, Array):
            return arg
        rows, columns = self.shape(k)
        return Num(arg.text(min(i, rows - 1), min(j, columns - 1)))

    def number(self, i: int, j: int, k: int = 0) -> float:
        """The number of that cell."""
        return float(self.cell(i, j, k).value.item())

    def row(self, i: int, k: int = 0) -> list[Num]:
        """The cells of row i."""
        return [self.cell(i, j, k) for j in range(self.shape(k)[1])]

    def column(self, j: int, k: int = 0) -> list[Num]:
        """The cells of column j."""
        return [self.cell(i, j, k) for i in range(self.shape(k)[0])]

    def all(self, k: int = 0) -> list[Num]:
        """Every cell, row by row."""
        return [x for i in range(self.shape(k)[0]) for x in self.row(i, k)]

    def total(self, terms: Sequence[Tree]) -> Tree:
        """The sum of some terms, those in the middle left out where there are many."""
        return self._total(len(terms), terms.__getitem__)

    def products(self, places: Sequence[tuple[Pair, Pair]]) -> Tree:
        """A sum of products, (3.2)(1.0) + (−1.2)(2.0): each of a cell of the first argument and one of the second."""

        def product(k: int) -> Tree:
            one, other = places[k]
            return Bin("*", Group(self.cell(*one)), Group(self.cell(*other, 1)))

        return self._total(len(places), product)

    def _total(self, count: int, term: Callable[[int], Tree]) -> Tree:
        """The sum of so many terms; those that are left out are not made."""
        if not count:
            return Num("0")
        kept = [Dots() if k is None else term(k) for k in self.shown(count)]
        if len(kept) < count:
            return Sum(tuple(kept))  # of which a narrow page shows still fewer
        made = kept[0]
        for each in kept[1:]:
            made = Bin("+", made, Group(each) if isinstance(each, Num) and each.text.startswith("-") else each)
        return made
