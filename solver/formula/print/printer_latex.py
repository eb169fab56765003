"""Formulas in LaTeX, as markdown with mathematics and TeX both read it."""

import re
from collections.abc import Sequence
from functools import lru_cache
from unicodedata import normalize

from solver.formula.functions import FUNCTIONS, Own
from solver.formula.greek import GREEK
from solver.formula.print.printer import Join, Printer, style
from solver.formula.print.printer_text import grouped, scientific
from solver.formula.symbol import Symbol
from solver.formula.words import Extent, Words
from solver.rounding import MINUS_INFINITY

_ESCAPES = {
    "\\": r"\backslash ", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\hat{\ }", "~": r"\sim ", "<": r"\lt ", ">": r"\gt ", "`": r"\text{'}", "×": r" \times ", "·": r" \cdot ",
}  # fmt: skip
_FENCES = {
    "bars": (r"\left|", r"\right|"),
    "double bars": (r"\left\|", r"\right\|"),
    "floor": (r"\left\lfloor ", r"\right\rfloor "),
    "ceil": (r"\left\lceil ", r"\right\rceil "),
    "root": (r"\sqrt{", "}"),
}
_OPERATORS = frozenset({"tanh", "log", "sin", "cos", "max", "min", "det"})
_GREEK = {"phi": r"\varphi"}
_JOINS: dict[Join, str] = {"juxtaposed": "", "times": r" \cdot ", "hadamard": r" \odot ", "space": r" \, "}

_SPECIAL = re.compile(f"([{re.escape(''.join(_ESCAPES))}‼\u2100-\u214f\u2190-\u23ff\u27c0-\u2aff])")
"""Signs that \\text{} cannot hold in every viewer: those with a macro, letters like ℝ, arrows, mathematics."""
_LOST = re.compile("[\u0300-\u036f\ue000-\uf8ff]")
"""What no viewer sets: accents without their letter, signs of private use."""


def escape(text: str) -> str:
    """Plain letters and signs as mathematics."""
    return "".join(_ESCAPES.get(c, c) for c in text)


def upright(text: str) -> str:
    """Plain words inside mathematics; a sign that not every viewer takes in \\text{} stands outside it."""
    plain = text if text.isascii() else _LOST.sub("", normalize("NFC", text))
    pieces = enumerate(_SPECIAL.split(plain))
    return "".join(escape(piece) if i % 2 else rf"\text{{{piece}}}" for i, piece in pieces if piece)


def words_latex(words: Words) -> str:
    """A sentence inside mathematics, its symbols set as symbols and its shapes as n × K."""
    return "".join(upright(word) if isinstance(word, str) else piece_latex(word) for word in words)


@lru_cache(maxsize=4096)
def symbol_latex(symbol: Symbol) -> str:
    """A symbol in LaTeX: bold for a vector or matrix, words upright."""
    base = rf"\hat{{{_base(symbol)}}}" if symbol.hat else _base(symbol)
    if symbol.prime:
        base += "'"
    if symbol.sub:
        base += "_" + _braced(_words(symbol.sub))
    if symbol.sup:
        base += "^{(" + _words(symbol.sup) + ")}"
    if symbol.argument:
        inner = _words(symbol.argument) if isinstance(symbol.argument, str) else symbol_latex(symbol.argument)
        base += f"({inner})"
    if symbol.wrt and symbol.ratio:
        d = r"\partial" if symbol.ratio == "∂" else r"\mathrm{d}"
        return rf"\frac{{{d} {base}}}{{{d} {symbol_latex(symbol.wrt)}}}"
    return rf"\nabla_{{{symbol_latex(symbol.wrt)}}} {base}" if symbol.wrt else base


def piece_latex(piece: Symbol | Extent) -> str:
    """The mathematics among words in LaTeX."""
    return rf"{piece.rows} \times {piece.columns}" if isinstance(piece, Extent) else symbol_latex(piece)


def _base(symbol: Symbol) -> str:
    letters = symbol.base
    greek = GREEK.get(letters)
    if greek:
        made = "\\" + ("lambda" if letters == "lam" else letters)
        return rf"\boldsymbol{{{made}}}" if symbol.bold else made
    if len(letters) > 1:
        return upright(letters)
    gradient = symbol.wrt is not None or symbol.prime
    return rf"\mathbf{{{escape(letters)}}}" if symbol.bold and not gradient else escape(letters)


def _braced(text: str) -> str:
    return text if len(text) == 1 else "{" + text + "}"


def _words(text: str) -> str:
    return upright(text) if any(c.isalpha() for c in text) and len(text) > 1 else escape(text)


@lru_cache(maxsize=4096)
def number_latex(text: str) -> str:
    """A number in LaTeX: 16{,}941{,}456, 1.5 · 10⁻⁷."""
    if text == MINUS_INFINITY:
        return r"-\infty"
    digits, power = scientific(text)
    return rf"{digits} \cdot 10^{{{power}}}" if power else grouped(digits, "{,}")


class LatexPrinter(Printer[str]):
    """LaTeX, without the surrounding dollars."""

    stacks_fractions = True

    def number(self, text: str) -> str:
        return number_latex(text)

    def symbol(self, symbol: Symbol) -> str:
        return symbol_latex(symbol)

    def brackets(self, inner: str) -> str:
        tall = r"\frac" in inner or r"\begin" in inner
        return rf"\left({inner}\right)" if tall else f"({inner})"

    def negative(self, inner: str) -> str:
        return f"-{inner}"

    def sum(self, op: str, a: str, b: str) -> str:
        return f"{a} {op} {b}"

    def product(self, join: Join, a: str, b: str) -> str:
        return f"{a}{_JOINS[join]}{b}"

    def fraction(self, a: str, b: str) -> str:
        return rf"\frac{{{a}}}{{{b}}}"

    def power(self, base: str, exponent: str) -> str:
        return f"{{{base}}}^{{{exponent}}}" if "^" in base else f"{base}^{{{exponent}}}"

    def transpose(self, inner: str) -> str:
        return f"{{{inner}}}^T" if "^" in inner else f"{inner}^T"

    def call(self, fn: str, args: Sequence[str]) -> str:
        inner = ", ".join(args)
        fences = _FENCES.get(style(fn))
        if fences:
            return fences[0] + inner + fences[1]
        below = FUNCTIONS[fn].notation.below
        return self._word(fn) + (rf"_{{\text{{{below}}}}}" if below else "") + self.brackets(inner)

    def _word(self, fn: str) -> str:
        name = FUNCTIONS[fn].notation.word or fn
        if name in GREEK:
            return _GREEK.get(name, "\\" + name)
        if isinstance(name, Own) and len(name) == 1:
            return str(name)
        return "\\" + name if name in _OPERATORS else upright(str(name))

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        body = r" \\ ".join(" & ".join(row) for row in rows)
        return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"

    def dots(self) -> str:
        return r"\dots"
