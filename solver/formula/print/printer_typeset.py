"""Formulas, symbols and words as a typeset tree, from which each format sets them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from solver.formula.functions import FUNCTIONS, Own
from solver.formula.greek import GREEK
from solver.formula.macros import NAMES
from solver.formula.print.printer import Join, Printer, style
from solver.formula.print.printer_text import grouped, scientific, words_text
from solver.formula.print.window import Way, spread
from solver.formula.symbol import Symbol
from solver.formula.typeset import (
    Accented,
    Digits,
    Enclosed,
    Gap,
    Lattice,
    Letters,
    Named,
    Numbers,
    Over,
    Root,
    Said,
    Scripts,
    Sign,
    Together,
    Typeset,
    parts_of,
    together,
)
from solver.formula.usage import Usage
from solver.formula.words import Extent, Inline, Maths, Words
from solver.rounding import MINUS_INFINITY

_FENCES = {"bars": ("|", "|"), "double bars": ("‖", "‖"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}
_JOINS: dict[Join, tuple[Typeset, ...]] = {
    "juxtaposed": (),
    "times": (Sign("·", "binary"),),
    "hadamard": (Sign("⊙", "binary"),),
    "space": (Gap(1 / 6),),
    "beside": (Gap(1 / 6),),
}
_COMMA = Sign(",", "punctuation")
_MINUS = Sign("-", "prefix")
_PLUS, _LESS = Sign("+", "binary"), Sign("-", "binary")
_PRIME = Sign("′")
_WORD = re.compile(r"[a-zA-Z]{2}")
_TOKEN = re.compile(r"([^\W\d_])(\d*)|(\d+|\S)")
_INDEX = re.compile(r"(\d+|[a-zA-Z])")
_BRACKETS = {"(": Sign("(", "open"), "[": Sign("[", "open"), ")": Sign(")", "close"), "]": Sign("]", "close")}


@lru_cache(maxsize=4096)
def symbol_typeset(symbol: Symbol) -> Typeset:
    """A symbol: bold for a vector or matrix, words upright."""
    made: Typeset = Accented(symbol.mark, _base(symbol)) if symbol.mark else _base(symbol)
    below = _words(symbol.sub) if symbol.sub else None
    above: tuple[Typeset, ...] = (_PRIME,) if symbol.prime else ()
    if symbol.sup:
        above += (_BRACKETS["("], _words(symbol.sup), _BRACKETS[")"])
    if below or above:
        made = Scripts(made, below, together(*above) if above else None)
    if symbol.argument:
        inner = _words(symbol.argument) if isinstance(symbol.argument, str) else symbol_typeset(symbol.argument)
        made = Together((made, Enclosed("(", inner, ")")))
    if symbol.entry:
        made = Together((*parts_of(made), *parts_of(_marks(f"[{symbol.entry}]"))))
    if symbol.wrt and symbol.ratio:
        d: Typeset = Sign("∂") if symbol.ratio == "∂" else Letters("d", "upright")
        return Over(together(d, made), together(d, symbol_typeset(symbol.wrt)))
    return Together((Scripts(Sign("∇"), symbol_typeset(symbol.wrt)), *parts_of(made))) if symbol.wrt else made


def piece_typeset(piece: Symbol | Extent) -> Typeset:
    """A symbol or shape among words."""
    if isinstance(piece, Symbol):
        return symbol_typeset(piece)
    return together(_words(str(piece.rows)), Sign("×", "binary"), _words(str(piece.columns)))


def words_typeset(words: Words) -> Typeset:
    """Words inside mathematics, where nothing but mathematics is set apart."""
    return together(*map(_inside, words))


def _inside(piece: Inline) -> Typeset:
    match piece:
        case Symbol() | Extent():
            return piece_typeset(piece)
        case Maths(formula):
            return formula
    return Said(words_text((piece,)))


def _base(symbol: Symbol) -> Typeset:
    letters = symbol.base
    if letters in GREEK:
        return Letters(GREEK[letters], "bold italic" if symbol.bold else "italic")
    if letters == "∑":
        return Sign(letters, "large")
    if len(letters) > 1:
        return Named(letters, NAMES[letters]) if letters in NAMES else Said(letters)
    if letters.isdigit() and not symbol.bold:
        return Digits(letters)
    gradient = symbol.wrt is not None or symbol.prime
    return Letters(letters, "bold" if symbol.bold and not gradient else "italic")


def _words(text: str) -> Typeset:
    """What stands below or in brackets, parted by commas: words upright; W1, 2i and t - 1 as mathematics."""
    pieces = [_said(piece) if _WORD.search(piece) else _maths(piece) for piece in map(str.strip, text.split(","))]
    return together(*(node for k, piece in enumerate(pieces) for node in ((_COMMA, piece) if k else (piece,))))


def _said(word: str) -> Typeset:
    return Letters(GREEK[word]) if word in GREEK else Said(word)


def _maths(text: str) -> Typeset:
    """Single letters, a number right behind one below it, numbers and signs: W1, 2i + 1."""
    made: list[Typeset] = []
    for letter, index, other in _TOKEN.findall(text):
        if letter:
            made.append(Scripts(Letters(letter), Digits(index)) if index else Letters(letter))
        elif other.isdigit():
            made.append(Digits(other))
        else:
            made.append(Sign(other, "binary") if made and other in "+-" else Sign(other))
    return together(*made)


def _marks(text: str) -> Typeset:
    """Numbers, letters and signs as they are typed: 1,2; [2, :]."""
    return together(*(_mark(piece) for piece in _INDEX.split(text.replace(" ", "")) for piece in _single(piece)))


def _single(piece: str) -> Sequence[str]:
    return (piece,) if piece.isdigit() else tuple(piece)


def _mark(piece: str) -> Typeset:
    if piece.isdigit():
        return Digits(piece)
    if piece.isalpha():
        return Letters(piece)
    return _COMMA if piece == "," else _BRACKETS.get(piece) or Sign(piece)


@lru_cache(maxsize=4096)
def number_typeset(text: str) -> Typeset:
    """A number: its minus, its digits with thousands apart, its power of ten."""
    if text == MINUS_INFINITY:
        return Together((_MINUS, Sign("∞")))
    if not (text[0] == "-" or text[0].isdigit()):
        return _marks(text)
    above, slash, below = text.partition("/")
    if slash:
        over = Over(number_typeset(above.removeprefix("-")), number_typeset(below))
        return Together((_MINUS, over)) if text[0] == "-" else over
    digits, power = scientific(text)
    sign = (_MINUS,) if digits[0] == "-" else ()
    plain = digits.removeprefix("-")
    if not power:
        return together(*sign, Digits(grouped(plain)))
    return together(*sign, Digits(plain), Sign("·", "binary"), Scripts(Digits("10"), above=number_typeset(power)))


@lru_cache(maxsize=512)
def _numbers(rows: tuple[tuple[str | None, ...], ...]) -> Numbers:
    return Numbers("(", Lattice(spread(rows, number_typeset, Sign)), ")")


class TypesetPrinter(Printer[Typeset]):
    """Formulas as typeset trees."""

    stacks_fractions = ruled = True

    def number(self, text: str) -> Typeset:
        return number_typeset(text)

    def symbol(self, symbol: Symbol) -> Typeset:
        return symbol_typeset(symbol)

    def brackets(self, inner: Typeset) -> Typeset:
        return Enclosed("(", inner, ")")

    def negative(self, inner: Typeset) -> Typeset:
        return together(_MINUS, inner)

    def sum(self, op: str, a: Typeset, b: Typeset) -> Typeset:
        return together(a, _PLUS if op == "+" else _LESS, b)

    def product(self, join: Join, a: Typeset, b: Typeset) -> Typeset:
        return together(a, *_JOINS[join], b)

    def fraction(self, a: Typeset, b: Typeset) -> Typeset:
        return Over(a, b)

    def power(self, base: Typeset, exponent: Typeset) -> Typeset:
        return _raised(base, exponent)

    def transpose(self, inner: Typeset) -> Typeset:
        return _raised(inner, Letters("T") if self.usage.transpose == "T" else Sign("⊤"))

    def call(self, fn: str, args: Sequence[Typeset], exponent: Typeset | None = None) -> Typeset:
        inner = together(*(part for i, arg in enumerate(args) for part in ((_COMMA, arg) if i else (arg,))))
        if style(fn) == "root":
            return Root(inner)
        if style(fn) in _FENCES:
            left, right = _FENCES[style(fn)]
            return Enclosed(left, inner, right)
        below = FUNCTIONS[fn].notation.below
        word = _word(fn, self.usage)
        held = inner if _matrix(inner) else Enclosed("(", inner, ")")  # a matrix has brackets of its own
        behind = Scripts(word, Said(below) if below else None, exponent) if below or exponent else word
        return Together((behind, held))

    def matrix(self, rows: Sequence[Sequence[Typeset]]) -> Typeset:
        return Enclosed("(", Lattice(tuple(map(tuple, rows))), ")")

    def numbers(self, rows: tuple[tuple[str | None, ...], ...]) -> Typeset:
        return _numbers(rows)

    def dots(self, way: Way = "…") -> Typeset:
        return Sign(way)


def _raised(base: Typeset, above: Typeset) -> Scripts:
    if isinstance(base, Scripts) and base.above is None and not base.limits:
        return base._replace(above=above)
    return Scripts(base, above=above)


def _matrix(node: Typeset) -> bool:
    return isinstance(node, Enclosed) and isinstance(node.inner, Lattice)


def _word(fn: str, usage: Usage) -> Typeset:
    name = usage.word(fn)
    if name in GREEK:
        return Letters(GREEK[name])
    if isinstance(name, Own) and len(name) == 1:
        return Letters(str(name))
    return Named(str(name), NAMES.get(name, False))
