"""Formulas as one line of plain text with Unicode letters: `u₁ = W₁ᵀ x + b₁`, matrices as `[1 2; 3 4]`."""

from collections.abc import Sequence

from solver.formula.greek import GREEK
from solver.formula.print.printer import Join, Printer, style
from solver.formula.print.window import Way
from solver.formula.symbol import Symbol
from solver.formula.tree import Call, Tree, Written
from solver.formula.walks.shape import show
from solver.formula.words import Code, Extent, Inline, Link, Maths, Styled, Words
from solver.rounding import MINUS_INFINITY

_MARKS = {"": "", "hat": "\u0302", "bar": "\u0304"}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_FENCES = {"bars": ("|", "|"), "double bars": ("‖", "‖"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}
_JOINS: dict[Join, str] = {"juxtaposed": "", "times": " · ", "hadamard": " ⊙ ", "space": " ", "beside": " "}


def minused(text: str) -> str:
    """Numbers or a formula with the sign of a minus in place of a hyphen, for what is set as words."""
    return text.replace("-", "−")


def lowered(text: str) -> str:
    """Text whose digits stand below the line."""
    return text.translate(_SUBSCRIPTS)


def grouped(text: str, separator: str = ",") -> str:
    """A number's whole part in groups of three, so that all on a page are written alike: 1,010, 16,941,456.25."""
    sign = "-" if text.startswith("-") else ""
    whole, point, decimals = text.removeprefix("-").partition(".")
    if len(whole) < 4 or not whole.isdigit():
        return text
    first = len(whole) % 3 or 3
    groups = [whole[:first], *(whole[i : i + 3] for i in range(first, len(whole), 3))]
    return sign + separator.join(groups) + point + decimals


def scientific(text: str) -> tuple[str, str]:
    """`1.5e-07` as its digits and its power of ten; the power is empty where there is none."""
    digits, _, exponent = text.lower().partition("e")
    return digits, str(int(exponent)) if exponent else ""


def symbol_text(symbol: Symbol) -> str:
    """A symbol in plain text: u₁, f′(u₁), h(1), ∇_u₁ J."""
    base = GREEK.get(symbol.base, symbol.base) + _MARKS[symbol.mark] + ("′" if symbol.prime else "")
    if symbol.sub:
        base += (
            lowered(symbol.sub)
            if symbol.sub.replace(",", "").isdigit()
            else "_" + GREEK.get(symbol.sub, symbol.sub.replace(" ", ""))
        )
    if symbol.sup:
        base += symbol.sup.translate(_SUPERSCRIPTS) if symbol.sup.isdigit() else f"^({symbol.sup})"
    if symbol.argument:
        inner = symbol.argument if isinstance(symbol.argument, str) else symbol_text(symbol.argument)
        base += f"({inner})"
    if symbol.entry:
        base += f"[{symbol.entry}]"
    if symbol.wrt and symbol.ratio:
        return f"{symbol.ratio}{base}/{symbol.ratio}{symbol_text(symbol.wrt)}"
    return f"∇_{symbol_text(symbol.wrt)} {base}" if symbol.wrt else base


def words_text(words: Words) -> str:
    """Words in plain text."""
    return "".join(map(_piece, words))


def _piece(piece: Inline) -> str:
    match piece:
        case str():
            return piece
        case Symbol():
            return symbol_text(piece)
        case Extent(rows, columns):
            return show((rows, columns))
        case Styled(words):
            return words_text(words)
        case Code(text):
            return text
        case Link(words, address):
            said = words_text(words)
            return said if said == address else f"{said} ({address})"
        case Maths(formula):
            from solver.formula.print.setter_text import TextSetter  # few texts hold mathematics

            return TextSetter().set(formula)


class TextPrinter(Printer[str]):
    """One line of Unicode text. A space in a matrix parts its columns, so that factors there have a dot between them."""

    _inside = False

    def _set(self, tree: Tree) -> tuple[str, int]:
        outside, self._inside = self._inside, self._inside or isinstance(tree, Written) or _stacks(tree)
        try:
            return super()._set(tree)
        finally:
            self._inside = outside

    def _scaled(self, a: Tree, b: Tree) -> Join:
        join = super()._scaled(a, b)
        return "times" if self._inside and join in ("space", "beside") else join

    def number(self, text: str) -> str:
        if text == MINUS_INFINITY:
            return "-∞"
        if "/" in text:
            return "/".join(map(grouped, text.split("/")))
        digits, power = scientific(text)
        return f"{digits}·10{power.translate(_SUPERSCRIPTS)}" if power else grouped(digits)

    def symbol(self, symbol: Symbol) -> str:
        return symbol_text(symbol)

    def brackets(self, inner: str) -> str:
        return f"({inner})"

    def negative(self, inner: str) -> str:
        return f"-{inner}"

    def sum(self, op: str, a: str, b: str) -> str:
        return f"{a} {op} {b}"

    def product(self, join: Join, a: str, b: str) -> str:
        return f"{a}{_JOINS[join]}{b}"

    def fraction(self, a: str, b: str) -> str:
        return f"{a}/{b}"

    def power(self, base: str, exponent: str) -> str:
        if exponent.removeprefix("-").isdigit():
            return base + exponent.translate(_SUPERSCRIPTS)
        single = exponent.isalnum() and not exponent.endswith(("ᵀ", "⊤"))
        return f"{base}^{exponent}" if single else f"{base}^({exponent})"

    def transpose(self, inner: str) -> str:
        return inner + self.usage.transposed

    def call(self, fn: str, args: Sequence[str], exponent: str | None = None) -> str:
        word = self.usage.spelled(fn)
        left, right = _FENCES.get(style(fn), (f"{self.power(word, exponent) if exponent else word}(", ")"))
        return left + ", ".join(args) + right

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        separator = ", " if any(" " in cell for row in rows for cell in row) else " "
        return "[" + "; ".join(separator.join(row) for row in rows) + "]"

    def dots(self, way: Way = "…") -> str:
        return "…"


def _stacks(tree: Tree) -> bool:
    return isinstance(tree, Call) and style(tree.fn) in ("stacked", "side by side")
