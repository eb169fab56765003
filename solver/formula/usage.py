"""What books write in several ways, as one author writes it: σ(u) or sigmoid(u), ln or log, Wᵀ or W^⊤, ∇ or ∂, u, h or z, a, Wx or xW."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from solver.formula.functions import FUNCTIONS
from solver.formula.greek import GREEK
from solver.formula.sizes import SCALAR
from solver.formula.symbol import Symbol, Symbols, default_symbol
from solver.formula.tree import Tree
from solver.formula.words import Words
from solver.named import NamedTuple

if TYPE_CHECKING:  # few pages have rows
    from solver.formula.walks.turned import Turning

_RENAMED = {"u": "z", "h": "a", "U": "Z", "H": "A"}


class Usage(NamedTuple):
    """How a page writes formulas.

    sigmoid, log: the names of these functions; transpose: the sign behind a matrix; gradient: ∇ with the variable below,
    or a fraction of ∂; names: of a synaptic input and an activation; products: whether a dot stands where factors side by
    side are clear without one; vectors: how they stand.
    """

    sigmoid: Literal["σ", "sigmoid"] = "σ"
    log: Literal["ln", "log"] = "ln"
    transpose: Literal["T", "⊤"] = "T"
    gradient: Literal["∇", "∂"] = "∇"
    names: Literal["u/h", "z/a"] = "u/h"
    products: Literal["plain", "dots"] = "plain"
    vectors: Literal["column", "row"] = "column"

    @property
    def transposed(self) -> str:
        """What plain text has behind a matrix that is transposed."""
        return "ᵀ" if self.transpose == "T" else "^⊤"

    def word(self, fn: str) -> str:
        """What stands before a function's brackets; a Greek letter's name is the letter."""
        own = {"sigmoid": "sigma" if self.sigmoid == "σ" else "sigmoid", "log": self.log}
        return own.get(fn) or FUNCTIONS[fn].notation.word or fn

    def spelled(self, fn: str) -> str:
        """The same in plain text, with what stands below: σ, max_rows."""
        found, below = self.word(fn), FUNCTIONS[fn].notation.below
        return GREEK.get(found, str(found)) + (f"_{below}" if below else "")

    def symbol(self, symbol: Symbol) -> Symbol:
        """A symbol as this author writes it."""
        argument, wrt = symbol.argument, symbol.wrt
        if self.names == "z/a" and symbol.base in _RENAMED:
            symbol = symbol._replace(base=_RENAMED[symbol.base])
        if isinstance(argument, Symbol):
            symbol = symbol._replace(argument=self.symbol(argument))
        if wrt is not None:
            ratio = symbol.ratio or ("∂" if self.gradient == "∂" else "")
            symbol = symbol._replace(wrt=self.symbol(wrt), ratio=ratio)
        return symbol

    def words(self, words: Words) -> Words:
        """Words with their symbols as this author writes them."""
        return tuple(self.symbol(piece) if isinstance(piece, Symbol) else piece for piece in words)


USUAL = Usage()
"""What most lecturers write."""


class SymbolTable(dict[str, Symbol]):
    """How the names of a page are written, and all else that its author decides of formulas.

    turning: turns formulas where vectors stand as rows; None where they are columns. settled: the names that stand as the
    author writes vectors from the start, and are not turned.
    """

    usage: Usage = USUAL
    turning: Turning | None = None
    settled: frozenset[str] = frozenset()

    def __init__(
        self,
        symbols: Mapping[str, Symbol] | Iterable[tuple[str, Symbol]] = (),
        usage: Usage = USUAL,
        turning: Turning | None = None,
    ) -> None:
        super().__init__(symbols)
        self.usage, self.turning = usage, turning

    def copy(self) -> SymbolTable:
        """One that can grow without changing this one."""
        made = SymbolTable(self, self.usage, self.turning)
        made.settled = self.settled
        return made

    def on_page(self, formula: Tree, name: str) -> Tree:
        """The formula of a quantity as the page has it."""
        return formula if self.turning is None else self.turning.stated(formula, name)

    def write(self, usage: Usage) -> list[str]:
        """Writes every name as an author does; a σ among them leaves the function its name.

        Gives two names that look alike now, and did not before.
        """
        if "sigma" in map(attrgetter("base"), self.values()):
            usage = usage._replace(sigmoid="sigmoid")
        self.usage = usage
        if usage.vectors == "row":
            self._turn()
        if (usage.names, usage.gradient) == (USUAL.names, USUAL.gradient):
            return []
        found = dict(self)
        self.update((name, usage.symbol(symbol)) for name, symbol in found.items())
        taken: dict[Symbol, str] = {}
        for name, symbol in self.items():
            other = taken.setdefault(symbol.shaped(SCALAR), name)
            if found[other].shaped(SCALAR) != found[name].shaped(SCALAR):
                return [other, name]
        return []

    def _turn(self) -> None:
        """Writes vectors as rows."""
        from solver.formula.walks.turned import Turning

        rows = set(() if self.turning is None else self.turning.rows)
        for name, symbol in self.items():
            if symbol.column and name not in self.settled:
                self[name] = symbol.shaped(symbol.shape[::-1])
                rows.add(name)
        shapes = {name: symbol.shape[::-1] if name in rows else symbol.shape for name, symbol in self.items()}
        self.turning = Turning(rows, shapes)


def usage_of(symbols: Symbols | None) -> Usage:
    """How a page with these symbols is written."""
    return symbols.usage if isinstance(symbols, SymbolTable) else USUAL


def symbol_for(name: str, symbols: Symbols) -> Symbol:
    """How a name is written there, in the table or not."""
    return symbols.get(name) or usage_of(symbols).symbol(default_symbol(name))
