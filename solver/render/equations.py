"""The print walk in two dimensions: tall brackets, stacked fractions, each formula ready to be set in any width."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from solver.formula.print.printer import Join as JoinName
from solver.formula.print.printer import Printer, style
from solver.formula.print.printer_text import TextPrinter, symbol_text
from solver.formula.print.window import Way
from solver.formula.symbol import Symbol, Symbols
from solver.formula.tree import Tree
from solver.render.box import cells
from solver.render.clean import clean
from solver.render.pieces import Fenced, Fraction, Grid, Join, Negative, Piece, Raised, Run, Word, joined, listed

_JOINS: dict[JoinName, Join] = {
    "juxtaposed": Join("", "· ", rank=3),
    "times": Join(" · ", "· ", rank=2),
    "hadamard": Join(" ⊙ ", "⊙ ", rank=1),
    "space": Join(" ", rank=2),
    "beside": Join(" ", "· ", rank=2),
}
_FENCES = {"bars": ("|", "|"), "double bars": ("‖", "‖"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}
_SUPERSCRIPTS = dict(zip("0123456789-+abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))


class BlockPrinter(Printer[Piece]):
    """Formulas in two dimensions, ready to be set in any width."""

    stacks_fractions = True

    def __init__(self, symbols: Symbols | None = None, most: int = 8) -> None:
        super().__init__(symbols, most)
        self._text = TextPrinter(symbols, most)

    def number(self, text: str) -> Piece:
        return Word(self._text.number(text), tight=text[0] != "-" and "e" not in text and "/" not in text)

    def symbol(self, symbol: Symbol) -> Piece:
        return Word(symbol_words(symbol), tight=symbol.wrt is None)

    def brackets(self, inner: Piece) -> Piece:
        return Fenced("(", inner, ")")

    def negative(self, inner: Piece) -> Piece:
        if isinstance(inner, Run):
            return Run((Negative(inner.pieces[0]), *inner.pieces[1:]), inner.joins)
        return Word(f"-{inner.text}", tight=False) if isinstance(inner, Word) else Negative(inner)

    def sum(self, op: str, a: Piece, b: Piece) -> Piece:
        return joined(a, Join(f" {op} ", f"{op} "), b)

    def product(self, join: JoinName, a: Piece, b: Piece) -> Piece:
        if isinstance(b, Word) and b.text.startswith("["):  # a part of a, never parted from it
            return Word(a.text + b.text) if isinstance(a, Word) else Raised(a, b.text)
        return joined(a, _JOINS[join], b)

    def _exponent(self, tree: Tree) -> Piece:
        """An exponent stays low: its fractions are set in the line."""
        stacks, self.stacks_fractions = self.stacks_fractions, False
        try:
            return super()._exponent(tree)
        finally:
            self.stacks_fractions = stacks

    def fraction(self, a: Piece, b: Piece) -> Piece:
        if not self.stacks_fractions:
            return joined(a, Join("/", "/ ", rank=3), b)
        top, bottom = _tight(a), _tight(b)
        return Word(f"{top}/{bottom}", tight=False) if top and bottom else Fraction(a, b)

    def power(self, base: Piece, exponent: Piece) -> Piece:
        text = exponent.natural.lines[0]
        if exponent.natural.height > 1:
            return Raised(base, exponent)
        mark = "".join(_SUPERSCRIPTS.get(c, "?") for c in text)
        if "?" in mark or len(mark) > 4:
            mark = f"^{text}" if text.isalnum() and not text.endswith(("ᵀ", "⊤")) else f"^({text})"
        if isinstance(base, Word):
            return Word(base.text + mark)
        return Raised(base, mark)

    def transpose(self, inner: Piece) -> Piece:
        mark = self.usage.transposed
        return Word(inner.text + mark) if isinstance(inner, Word) else Raised(inner, mark)

    def call(self, fn: str, args: Sequence[Piece], exponent: Piece | None = None) -> Piece:
        inner = listed(args)
        if style(fn) in _FENCES:
            left, right = _FENCES[style(fn)]
            return Fenced(left, inner, right, "")
        raised = "".join(_SUPERSCRIPTS[c] for c in exponent.natural.lines[0]) if exponent else ""  # a whole number
        return Fenced("(", inner, ")", self.usage.spelled(fn) + raised)

    def matrix(self, rows: Sequence[Sequence[Piece]]) -> Piece:
        return Fenced("[", Grid(tuple(map(tuple, rows))), "]")

    def dots(self, way: Way = "…") -> Piece:
        return Word(way)


def _tight(piece: Piece) -> str:
    """Its text, if that may stand beside the stroke of a fraction."""
    return piece.text if isinstance(piece, Word) and piece.tight and cells(piece.text) <= 8 else ""


@lru_cache(maxsize=4096)
def symbol_words(symbol: Symbol) -> str:
    """A symbol as text that is safe to show."""
    return clean(symbol_text(symbol))
