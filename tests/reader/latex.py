r"""Reads a line of LaTeX mathematics: `\begin{pmatrix} 2.0 & -1.0 \end{pmatrix} \, \mathbf{x}`, `\frac{1}{1 + e^{-u}}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.reader import table
from tests.reader.expression import Expression, Floats, UnreadableError
from tests.reader.grammar import Sign, understood

_NUMBER = re.compile(r"(\d{1,3}(?:\{,\}\d{3})+|\d+)(\.\d*)?(?: \\cdot 10\^\{(-?\d+)\})?(?!\d)")
_SIGNS = {
    r"\cdot": "·", r"\odot": "⊙", r"\,": " ", r"\dots": "…", r"\vdots": "…", r"\ddots": "…", r"\lfloor": "⌊", r"\rfloor": "⌋", r"\lceil": "⌈", r"\rceil": "⌉", "+": "+", "-": "-",
    "(": "(", ")": ")", ",": ",",
}  # fmt: skip
_WORDS = {
    r"\tanh": "tanh", r"\log": "log", r"\ln": "ln", r"\sigma": "σ", r"\sin": "sin", r"\cos": "cos", r"\max": "max", r"\min": "min", r"\det": "det",
    r"\Phi": "Φ", r"\varphi": "φ",
}  # fmt: skip
_BELOW = re.compile(r"_\{\\text\{(\w+)\}\}")
_CONSTANT = re.compile(r"\\mathbf\{([1I])\}_(\d|\{\d+(?:,\d+)?\})")
_PART = re.compile(r"\[[\d:]+(?:, ?[\d:]+)?\]")
_OPTION = re.compile(r" \\, (\d+|\(\d+, \d+\))")
_TOKEN = re.compile(r"\\[A-Za-z]+|\\[,|;! ]|.")


def read(text: str, quantities: Mapping[str, Floats] | None = None) -> Expression:
    """The expression of a line; quantities: symbols, as they are printed, and their values."""
    known = {name: tuple(map(tuple, at.tolist())) for name, at in (quantities or {}).items()}
    lexer = _Lexer(text, known)
    signs = lexer.signs()
    if lexer.place < len(text):
        raise UnreadableError(f"{text[lexer.place :]!r} left over in {text!r}")
    try:
        return understood(signs)
    except UnreadableError as error:
        raise UnreadableError(f"{error} in {text!r}") from None


class _Lexer:
    def __init__(self, text: str, known: Mapping[str, tuple[tuple[float, ...], ...]]) -> None:
        self.text, self.place, self.known = text, 0, known
        self.names = sorted(known, key=len, reverse=True)

    def starts(self, text: str) -> bool:
        return self.text.startswith(text, self.place)

    def signs(self, *ends: str) -> tuple[Sign, ...]:
        """The signs up to one of `ends`."""
        found: list[Sign] = []
        while self.place < len(self.text) and not any(self.starts(end) for end in ends):
            if self.text[self.place] == " ":
                self.place += 1
            else:
                found.extend(self.sign())
        return tuple(found)

    def braced(self) -> tuple[Sign, ...]:
        self.expect("{")
        inside = self.signs("}")
        self.expect("}")
        return inside

    def expect(self, text: str) -> None:
        if not self.starts(text):
            raise UnreadableError(f"{text} expected at {self.text[self.place :]!r}")
        self.place += len(text)

    def sign(self) -> tuple[Sign, ...]:
        for name in self.names:
            end = self.place + len(name)
            if self.starts(name) and not (name[-1].isalnum() and self.text[end : end + 1].isalnum()):
                self.place = end
                return (Sign("quantity", name, at=self.known[name]),)
        number = _NUMBER.match(self.text, self.place)
        if number:
            self.place = number.end()
            digits = number[1].replace("{,}", "") + (number[2] or "")
            return (Sign("number", digits + (f"e{number[3]}" if number[3] else "")),)
        if self.starts(r"\displaystyle "):
            self.place += len(r"\displaystyle ")
            return self.sign()
        if self.starts(r"\infty"):
            self.place += len(r"\infty")
            return (Sign("number", "inf"),)
        if self.starts(r"\begin{pmatrix}"):
            return (self.matrix(),)
        if self.starts("{"):  # a group stands for what is in it
            inside = self.braced()
            return inside if len(inside) == 1 else (Sign("("), *inside, Sign(")"))
        constant = _CONSTANT.match(self.text, self.place)
        if constant:
            self.place = constant.end()
            at = table.constant(constant[1], constant[2].strip("{}"))
            return (Sign("quantity", constant[0], at=tuple(map(tuple, at.tolist()))),)
        part = _PART.match(self.text, self.place)
        if part:
            self.place = part.end()
            return (Sign("part", part[0]),)
        token = _TOKEN.match(self.text, self.place)
        assert token
        self.place = token.end()
        match token[0]:
            case r"\left" | r"\right":
                return (self.fence(),)
            case r"\frac":
                above = self.braced()
                return (Sign("fraction", parts=(above, self.braced())),)
            case r"\sqrt":
                return (Sign("sqrt", parts=(self.braced(),)),)
            case r"\text":
                end = self.text.index("}", self.place)
                word = self.text[self.place + 1 : end].replace("\\", "")
                self.place = end + 1
                option = _OPTION.match(self.text, self.place)
                if option:
                    self.place = option.end()
                    return (Sign("option", f"{word} {option[1]}"),)
                return (Sign("function", word + self.below()),)
            case "^":
                if self.starts("T"):
                    self.place += 1
                    return (Sign("T"),)
                if self.starts(r"{\top}"):
                    self.place += len(r"{\top}")
                    return (Sign("T"),)
                return (Sign("^", parts=(self.braced(),)),)
            case "e" if self.starts("^"):
                return (Sign("euler"),)
            case word if word in _WORDS:
                return (Sign("function", _WORDS[word] + self.below()),)
            case r"\infty":
                return (Sign("number", "inf"),)
            case sign if sign in _SIGNS:
                return (Sign(_SIGNS[sign]),)
        raise UnreadableError(f"{token[0]!r} is unknown in {self.text!r}")

    def below(self) -> str:
        r"""The word below a function's name: \_{\text{rows}}."""
        found = _BELOW.match(self.text, self.place)
        self.place = found.end() if found else self.place
        return f"_{found[1]}" if found else ""

    def fence(self) -> Sign:
        for text, kind in (
            (r"\|", "‖"),
            ("|", "|"),
            (r"\lfloor", "⌊"),
            (r"\rfloor", "⌋"),
            (r"\lceil", "⌈"),
            (r"\rceil", "⌉"),
            ("(", "("),
            (")", ")"),
        ):
            if self.starts(text):
                self.place += len(text)
                return Sign(kind)
        raise UnreadableError(f"an unknown fence at {self.text[self.place :]!r}")

    def matrix(self) -> Sign:
        self.expect(r"\begin{pmatrix}")
        rows: list[list[tuple[Sign, ...]]] = [[]]
        while True:
            rows[-1].append(self.signs("&", r"\\", r"\end{pmatrix}"))
            if self.starts("&"):
                self.place += 1
            elif self.starts(r"\\"):
                self.place += 2
                self.place += len("[0.5em]") * self.starts("[0.5em]")
                rows.append([])
            else:
                self.expect(r"\end{pmatrix}")
                break
        if len({len(row) for row in rows}) != 1:
            raise UnreadableError(f"rows of different lengths in {self.text!r}")
        return Sign("matrix", rows=tuple(map(tuple, rows)))
