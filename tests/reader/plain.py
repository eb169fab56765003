"""Reads a line of plain text: `[2.0 -1.0] [0.99; 1.00] + 0.5`, `(2.0)(0.99) + e^(-1.2)`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.reader import table
from tests.reader.expression import Expression, Floats, UnreadableError
from tests.reader.grammar import Sign, understood
from tests.reader.table import FUNCTIONS

_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d*)?(?:·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?(?!\d)")
_HIGH = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹⁺ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"
_SUPERSCRIPTS = str.maketrans(_HIGH, "-0123456789+abcdefghijklmnoprstuvwxyz")
_RAISED = re.compile(f"[{_HIGH}]+")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_CONSTANT = re.compile(r"([1I])([₀-₉]+(?:,[₀-₉]+)?)")
_PART = re.compile(r"\[[\d:]+(?:, ?[\d:]+)?\]")
_OPTION = re.compile(r"[a-z]+ (?:\d+|\(\d+, \d+\))")
_FUNCTION = re.compile(
    f"({'|'.join(map(re.escape, sorted(FUNCTIONS, key=len, reverse=True)))})[{_HIGH}]*\\("
)  # tanh(u), tanh²(u)


def read(text: str, quantities: Mapping[str, Floats] | None = None) -> Expression:
    """The expression of a line; quantities: symbols, as they are printed, and their values."""
    known = {name: tuple(map(tuple, at.tolist())) for name, at in (quantities or {}).items()}
    try:
        return understood(signs(text, known))
    except UnreadableError as error:
        raise UnreadableError(f"{error} in {text!r}") from None


def signs(
    text: str, known: Mapping[str, tuple[tuple[float, ...], ...]], placed: Mapping[str, Sign] | None = None
) -> tuple[Sign, ...]:
    """The signs of a line. placed: letters that stand for a sign each."""
    lexer = _Lexer(text, known, placed or {})
    found = lexer.signs("")
    if lexer.place < len(text):
        raise UnreadableError(f"{text[lexer.place :]!r} left over in {text!r}")
    return found


class _Lexer:
    def __init__(
        self, text: str, known: Mapping[str, tuple[tuple[float, ...], ...]], placed: Mapping[str, Sign]
    ) -> None:
        self.text, self.place, self.known, self.placed = text, 0, known, placed
        self.names: dict[str, list[str]] = {}
        """By their first letter, the longest first."""
        for name in sorted(known, key=len, reverse=True):
            self.names.setdefault(name[0], []).append(name)

    def signs(self, ends: str, columns: bool = False) -> tuple[Sign, ...]:
        """The signs up to one of `ends` outside brackets, or, in a matrix, up to the space before the next column."""
        found: list[Sign] = []
        depth = 0
        while self.place < len(self.text):
            c = self.text[self.place]
            if c in ends and depth == 0:
                break
            if c == " ":
                parts = self.column(found)
                if parts and columns and depth == 0:
                    break
                self.place += 1
                if parts:
                    found.append(Sign(" "))
                continue
            sign = self.sign(found)
            depth += {"(": 1, ")": -1}.get(sign.kind, 0)
            found.append(sign)
        return tuple(found)

    def column(self, found: list[Sign]) -> bool:
        """Whether a space parts two operands, rather than standing beside an operation."""
        follows = self.text[self.place + 1 : self.place + 2]
        operation = follows in ("+", "·", "⊙", "") or self.text[self.place + 1 : self.place + 3] in ("- ", "/ ", "= ")
        ended = bool(found) and found[-1].kind not in ("+", "-", "·", "⊙", "/", ",", "(", " ")
        return ended and not operation

    def sign(self, found: list[Sign]) -> Sign:
        rest = self.text[self.place :]
        operand = bool(found) and found[-1].kind in (
            "number", "quantity", "matrix", "fraction", ")", "^", "T", "part", "‖", "|", "⌋", "⌉",
        )  # fmt: skip
        if rest[0] in self.placed:
            self.place += 1
            return self.placed[rest[0]]
        for name in self.names.get(rest[0], ()):
            if rest.startswith(name) and not (
                name[-1].isalnum()
                and rest[len(name) : len(name) + 1].isascii()
                and rest[len(name) : len(name) + 1].isalnum()
            ):
                self.place += len(name)
                return Sign("quantity", name, at=self.known[name])
        if found and found[-1].kind == "," and (option := _OPTION.match(rest)):
            self.place += option.end()
            return Sign("option", option[0])
        if operand and self.text[self.place - 1] != " " and (part := _PART.match(rest)):
            self.place += part.end()
            return Sign("part", part[0])
        constant = _CONSTANT.match(rest)
        if constant:
            self.place += constant.end()
            size = constant[2].translate(_SUBSCRIPTS)
            return Sign("quantity", constant[0], at=tuple(map(tuple, table.constant(constant[1], size).tolist())))
        number = _NUMBER.match(rest)
        if number:
            self.place += number.end()
            exponent = (number[3] or "").translate(_SUPERSCRIPTS)
            digits = number[1].replace(",", "") + (number[2] or "")
            return Sign("number", digits + (f"e{exponent}" if exponent else ""))
        if rest[0] == "∞":
            self.place += 1
            return Sign("number", "inf")
        raised = _RAISED.match(rest)
        if raised:
            self.place += raised.end()
            return Sign("^", parts=(signs(raised[0].translate(_SUPERSCRIPTS), self.known),))
        if rest[0] == "[":
            return self.matrix()
        function = _FUNCTION.match(rest)
        if function:
            self.place += function.end(1)
            return Sign("function", function[1])
        self.place += 1
        if rest[0] == "∞":
            return Sign("number", "inf")
        match rest[0]:
            case "e" if rest[1:2] in ("^", *_HIGH) or self.raised(rest[1:2]):
                return Sign("euler")
            case "ᵀ":
                return Sign("T")
            case "^" if rest[1:2] == "⊤":
                self.place += 1
                return Sign("T")
            case "|" | "‖" if operand:
                return Sign(rest[0])
            case "…" | "⋮" | "⋱":
                return Sign("…")
            case "+" | "-" | "·" | "⊙" | "/" | "(" | ")" | "," | "^" | "|" | "‖" | "⌊" | "⌋" | "⌈" | "⌉":
                return Sign(rest[0])
        raise UnreadableError(f"{rest!r} is unknown in {self.text!r}")

    def raised(self, letter: str) -> bool:
        return letter in self.placed and self.placed[letter].kind == "^"

    def matrix(self) -> Sign:
        self.place += 1
        rows: list[list[tuple[Sign, ...]]] = [[]]
        while True:
            rows[-1].append(self.signs(",;]", columns=True))
            end = self.text[self.place : self.place + 1]
            self.place += 1
            if end == "]":
                break
            if end == ";":
                rows.append([])
            elif not end:
                raise UnreadableError(f"no ] in {self.text!r}")
            while self.text[self.place] == " ":
                self.place += 1
        if len({len(row) for row in rows}) != 1:
            raise UnreadableError(f"rows of different lengths in {self.text!r}")
        return Sign("matrix", rows=tuple(map(tuple, rows)))
