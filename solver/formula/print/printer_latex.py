"""Formulas and symbols in LaTeX."""

from functools import lru_cache

from solver.formula.print.printer_typeset import TypesetPrinter, symbol_typeset
from solver.formula.print.setter_latex import LatexSetter
from solver.formula.symbol import Symbol, Symbols
from solver.formula.tree import Tree

_SETTER = LatexSetter()


class LatexPrinter:
    """LaTeX, without the surrounding dollars. symbols, most: as of every printer."""

    def __init__(self, symbols: Symbols | None = None, most: int = 8) -> None:
        self._typeset = TypesetPrinter(symbols, most)

    def print(self, tree: Tree) -> str:
        """The formula in LaTeX."""
        return _SETTER.set(self._typeset.print(tree))


@lru_cache(maxsize=4096)
def symbol_latex(symbol: Symbol) -> str:
    """A symbol in LaTeX: bold for a vector or matrix, words upright."""
    return _SETTER.set(symbol_typeset(symbol))
