"""Formulas, symbols and words in LaTeX."""

from functools import lru_cache

from solver.formula.print.printer_text import words_text
from solver.formula.print.printer_typeset import TypesetPrinter, piece_typeset, symbol_typeset
from solver.formula.print.setter_latex import LatexSetter, upright
from solver.formula.symbol import Symbol, Symbols
from solver.formula.tree import Tree
from solver.formula.words import Extent, Inline, Maths, Words

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


def piece_latex(piece: Symbol | Extent | Maths) -> str:
    """The mathematics among words in LaTeX."""
    match piece:
        case Symbol():
            return symbol_latex(piece)
        case Maths(formula):
            return _SETTER.set(formula)
        case _:
            return _SETTER.set(piece_typeset(piece))


def words_latex(words: Words) -> str:
    """A sentence inside mathematics, its symbols set as symbols and its shapes as n × K."""
    return "".join(map(_inside, words))


def _inside(piece: Inline) -> str:
    """A piece of words inside mathematics, where nothing but mathematics is set apart."""
    return piece_latex(piece) if isinstance(piece, Symbol | Extent | Maths) else upright(words_text((piece,)))
