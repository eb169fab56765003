"""The numbers and letters that a figure puts in: what is given, and in an answer what has been worked out."""

from __future__ import annotations

from collections.abc import Iterable

from solver.formula.print.printer_text import TextPrinter, minused, symbol_text
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Num
from solver.formula.usage import symbol_for
from solver.formula.walks.evaluate import evaluate
from solver.named import NamedTuple
from solver.render.clean import clean
from solver.rounding import EXACT, Floats
from solver.working.solution import Context

_FEW = 30
"""So many numbers of a matrix are said."""
_LONGEST = 26
"""So many signs of a vector's numbers stand in one line."""


class Inscriptions(NamedTuple):
    """A context, seen as a question (what is given alone) or as its answer."""

    context: Context
    answer: bool = True

    def literal(self, name: str) -> Num | Array | None:
        """The numbers of a quantity as they are written; None where they are not known here."""
        item, solved = self.context.working.items.get(name), self.context.solved.get(name)
        if item is None or not (item.given or self.answer):
            return None
        if solved is not None:
            return solved.literal() if solved.numeric else None
        if item.whole:
            return item.literal(self.counted(name), EXACT)
        numbers = item.value({}) if item.given else None
        return None if numbers is None else item.literal(numbers, EXACT)

    def counted(self, name: str) -> Floats:
        """An exact count that no part has asked for."""
        known: dict[str, Floats] = {}
        working = self.context.working
        evaluate(working.program(working.closure([name])), known, lambda item, env: item.value(env))
        return known[name]

    def numbers(self, name: str) -> Floats | None:
        """The numbers as they are written, rows × columns."""
        literal = self.literal(name)
        return None if literal is None else literal.value

    def cell(self, name: str, i: int = 0, j: int = 0) -> str:
        """One number as it is written; empty where it is not known here, or is no cell of it."""
        literal = self.literal(name)
        if isinstance(literal, Num):
            return written(literal.text) if i == j == 0 else ""
        if literal is None or i >= literal.value.shape[0] or j >= literal.value.shape[1]:
            return ""
        return written(literal.text(i, j))

    def row(self, name: str) -> str:
        """The numbers of a vector in one line, where they are known and few."""
        numbers = self.numbers(name)
        if numbers is None or numbers.shape[1] > 1:
            return ""
        cells = ", ".join(self.cell(name, i) for i in range(numbers.shape[0]))
        return "" if len(cells) > _LONGEST else f"({cells})" if numbers.shape[0] > 1 else cells

    def table(self, name: str) -> str:
        """`W = (1, −2; 3, 4)`, a matrix by rows, where its numbers are known and few; otherwise nothing."""
        numbers = self.numbers(name)
        if numbers is None or numbers.size > _FEW:
            return ""
        rows, columns = numbers.shape
        cells = "; ".join(", ".join(self.cell(name, i, j) for j in range(columns)) for i in range(rows))
        return f"{self.letters(name)} = {cells if numbers.size == 1 else f'({cells})'}"

    def tables(self, names: Iterable[str]) -> str:
        """The tables of several quantities."""
        return "; ".join(filter(None, map(self.table, names)))

    def letters(self, name: str, place: str = "") -> str:
        """How a quantity is written; place: which of its entries."""
        symbol = symbol_for(name, self.context.working.symbols)
        if place:
            symbol = symbol._replace(sub=f"{symbol.sub},{place}".removeprefix(","))
        return clean(symbol_text(symbol))

    def said(self, name: str) -> str:
        """The number, or the letters that stand for it."""
        return self.cell(name) or self.letters(name)

    def equation(self, name: str) -> str:
        """The letters, and the number behind them where it is known."""
        number = self.cell(name) if self.context.working.shapes.get(name) == (1, 1) else ""
        return f"{self.letters(name)} = {number}" if number else self.letters(name)


def plain(symbol: Symbol) -> str:
    """A symbol in letters that are safe to show."""
    return clean(symbol_text(symbol))


def written(number: str) -> str:
    """A number as a page has it: −1,024, 1.5·10⁻⁷."""
    return minused(TextPrinter().number(number))
