"""Reads a line of Typst's mathematics: `mat(2.0, -1.0) thin bf(x)`, `frac(1, 1 + e^(-u))`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.reader import table
from tests.reader.expression import Expression, Floats, UnreadableError
from tests.reader.grammar import Sign, understood

_NUMBER = re.compile(r'("\d{1,3}(?:,\d{3})+(?:\.\d+)?"|\d+(?:\.\d+)?)(?: ⋅ 10\^(?:(\d)|\((-?) ?(\d+)\)))?')
_CONSTANT = re.compile(r"bf\(([1I])\)_(\d|\(\d+(?: \\, \d+)?\))")
_PART = re.compile(r"\\\[ ((?:\d+|\\:|\\,| )+) \\\]")
_OPTION = re.compile(r'"(\w[\w -]*)"thin (\d+|\\\( \d+ \\, \d+ \\\))')
_NAME = re.compile(r'(?:op\("|")([\w -]+)(?:"\)|")|(?:scripts\()?(tanh|log|ln|sin|cos|max|min|det|[Φφσ])(?!\w)\)?')
_EULER = re.compile(r"e(?=\^)")
_BELOW = re.compile(r'_\("(\w+)"\)')
_FENCES = {r"\|": "|", r"\‖": "‖", r"\⌊": "⌊", r"\⌋": "⌋", r"\⌈": "⌈", r"\⌉": "⌉"} | {"‖": "‖"}
_SIGNS = {"⋅": "·", "⊙": "⊙", "thin": " ", "…": "…", "⋮": "…", "⋱": "…", "+": "+", "-": "-", "(": "(", ")": ")", r"\,": ","} | _FENCES  # fmt: skip


def read(text: str, quantities: Mapping[str, Floats] | None = None) -> Expression:
    """The expression of a line; quantities: symbols, as they are printed, and their values."""
    known = {name: tuple(map(tuple, at.tolist())) for name, at in (quantities or {}).items()}
    reader = _Reader(text, known)
    signs = reader.signs()
    try:
        if reader.place < len(text):
            raise UnreadableError(f"{text[reader.place :]!r} left over")
        return understood(signs)
    except UnreadableError as error:
        raise UnreadableError(f"{error} in {text!r}") from None


class _Reader:
    def __init__(self, text: str, known: Mapping[str, tuple[tuple[float, ...], ...]]) -> None:
        self.text, self.place, self.known = text, 0, known
        self.names = sorted(known, key=len, reverse=True)

    def takes(self, text: str) -> bool:
        """Whether the text comes next, which is then behind."""
        found = self.text.startswith(text, self.place)
        self.place += len(text) if found else 0
        return found

    def matches(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.place)
        self.place = found.end() if found else self.place
        return found

    def signs(self, ends: str = "") -> tuple[Sign, ...]:
        """The signs up to one of the characters that end them."""
        found: list[Sign] = []
        while self.place < len(self.text) and self.text[self.place] not in ends:
            if not (self.takes(" ") or self.takes("&")):  # & stands where a column is aligned
                found += self.sign()
        return tuple(found)

    def argument(self) -> tuple[Sign, ...]:
        """One argument of a call, and what ends it."""
        made = self.signs(",;)")
        self.place += 1
        return made

    def sign(self) -> tuple[Sign, ...]:
        for name in self.names:
            end = self.place + len(name)
            if self.text.startswith(name, self.place) and not (
                name[-1].isalnum() and self.text[end : end + 1].isalnum()
            ):
                self.place = end
                return (Sign("quantity", name, at=self.known[name]),)
        if number := self.matches(_NUMBER):
            exponent = number[2] or (number[3] or "") + (number[4] or "")
            digits = number[1].strip('"').replace(",", "")
            return (Sign("number", digits + (f"e{exponent}" if exponent else "")),)
        if constant := self.matches(_CONSTANT):
            at = table.constant(constant[1], re.sub(r"[() \\]", "", constant[2]))
            return (Sign("quantity", constant[0], at=tuple(map(tuple, at.tolist()))),)
        if part := self.matches(_PART):
            return (Sign("part", "[" + re.sub(r"[\\ ]", "", part[1]).replace(",", ", ") + "]"),)
        if option := self.matches(_OPTION):
            size = re.sub(r"[\\ ]", "", option[2]).replace(",", ", ")
            return (Sign("option", f"{option[1]} {size}"),)
        if name := self.matches(_NAME):
            below = self.matches(_BELOW)
            return (Sign("function", (name[1] or name[2]) + (f"_{below[1]}" if below else "")),)
        return self.mark()

    def mark(self) -> tuple[Sign, ...]:
        if self.takes("∞"):
            return (Sign("number", "inf"),)
        if self.takes("display("):
            return self.argument()
        if self.takes("mat("):
            self.takes("align: #right, ")
            self.takes("row-gap: #0.8em, ")
            return (self.matrix(),)
        if self.takes("frac("):
            above = self.argument()
            return (Sign("fraction", parts=(above, self.argument())),)
        if self.takes("sqrt("):
            return (Sign("sqrt", parts=(self.argument(),)),)
        if self.takes("attach("):  # a group stands for what is in it
            base = self.argument()
            assert self.takes(" t: ")
            raised = Sign("T") if self.takes("T)") or self.takes("⊤)") else Sign("^", parts=(self.argument(),))
            return (Sign("("), *base, Sign(")"), raised) if len(base) > 1 else (*base, raised)
        if self.takes("lr("):
            return self.argument()
        if self.takes("^T") or self.takes("^(⊤)"):
            return (Sign("T"),)
        if self.takes("^("):
            return (Sign("^", parts=(self.argument(),)),)
        if self.takes("^"):
            return (Sign("^", parts=(self.sign(),)),)
        if self.matches(_EULER):
            return (Sign("euler"),)
        if self.takes("("):
            return (Sign("("), *self.argument(), Sign(")"))
        for text, kind in _SIGNS.items():
            if self.takes(text):
                return (Sign(kind),)
        raise UnreadableError(f"{self.text[self.place :][:20]!r} is unknown")

    def matrix(self) -> Sign:
        rows: list[list[tuple[Sign, ...]]] = [[]]
        while True:
            rows[-1].append(self.argument())
            match self.text[self.place - 1]:
                case ")":
                    return Sign("matrix", rows=tuple(map(tuple, rows)))
                case ";":
                    rows.append([])
