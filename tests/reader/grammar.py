"""Signs to an expression, with the precedence that everybody learns; what can be read in two ways is not read at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.reader.expression import (
    Expression,
    Left,
    Matrix,
    Number,
    Operation,
    Quantity,
    UnreadableError,
)
from tests.reader.table import FUNCTIONS


@dataclass(frozen=True)
class Sign:
    """One sign of a line.

    kind: "number", "quantity", "function", "…", an operation, a bracket, "^" (with the signs of its exponent),
    "T", "fraction" (with those above and below its rule), "matrix" (with those of its cells).
    """

    kind: str
    text: str = ""
    parts: tuple[tuple[Sign, ...], ...] = ()
    rows: tuple[tuple[tuple[Sign, ...], ...], ...] = ()
    at: tuple[tuple[float, ...], ...] = ()


_OPERANDS = {"(", "matrix", "fraction", "function", "quantity", "number", "sqrt", "euler"}
_FENCES = {"|": ("|", "abs"), "‖": ("‖", "norm"), "⌊": ("⌋", "floor"), "⌈": ("⌉", "ceil"), "(": (")", "")}


def understood(signs: Sequence[Sign]) -> Expression:
    """The expression that signs stand for; raises UnreadableError where it has none, or two."""
    reader = _Reader(signs)
    read = reader.sum()
    if reader.next is not None:
        raise UnreadableError(f"{reader.next.kind} {reader.next.text} left over")
    return read


class _Reader:
    def __init__(self, signs: Sequence[Sign]) -> None:
        self.signs, self.place = signs, 0
        self.kinds = [*(sign.kind for sign in signs), ""]
        self.open: list[str] = []

    @property
    def next(self) -> Sign | None:
        return self.signs[self.place] if self.place < len(self.signs) else None

    def kind(self) -> str:
        return self.kinds[self.place]

    def take(self, kind: str = "") -> Sign:
        sign = self.next
        if sign is None or (kind and sign.kind != kind):
            raise UnreadableError(f"{kind or 'a sign'} expected, {sign and (sign.kind, sign.text)} found")
        self.place += 1
        return sign

    def sum(self) -> Expression:
        total = self.term(leads=True)
        while self.kind() in ("+", "-"):
            sign = self.take().kind
            total = Operation(sign, (total, self.term(leads=False)))
        return total

    def term(self, leads: bool) -> Expression:
        negative = self.kind() == "-"
        if negative:
            if not leads:
                raise UnreadableError("two signs in a row")
            self.take()
        product: Expression = self.power()
        if negative:
            product = Operation("neg", (product,))
        divided = False
        while True:
            kind = self.kind()
            if kind in ("·", "⊙", "/", " "):
                self.take()
            elif self.begins():
                kind = "juxtaposed"
            else:
                return product
            if divided and kind in ("juxtaposed", " ", "/"):
                raise UnreadableError("a stroke, and then one more factor: which does it divide?")
            divided = kind == "/"
            if divided and self.next and self.next.kind == "number" and "e" in self.next.text:
                raise UnreadableError("a stroke before 1.5·10⁷")
            product = Operation(" " if kind == "juxtaposed" else kind, (product, self.power()))

    def begins(self) -> bool:
        """Whether what follows is an operand that stands beside the one before."""
        kind = self.kinds[self.place]
        return kind in _OPERANDS or (kind in ("|", "‖") and kind not in self.open)  # bars that are open would be closed

    def power(self) -> Expression:
        first = self.next
        base = self.operand()
        raised = False
        while self.kind() in ("^", "T", "part"):
            if first is not None and first.kind == "number" and ("e" in first.text):
                raise UnreadableError("1.5·10⁷ with an exponent")
            sign = self.take()
            if sign.kind == "T":
                base = Operation("T", (base,))
                continue
            if sign.kind == "part":
                base = Operation("part", (base,), part=sign.text)
                continue
            if raised:
                raise UnreadableError("two exponents in a row")
            raised = True
            base = Operation("^", (base, understood(sign.parts[0]) if sign.parts else self.operand()))
        return base

    def operand(self) -> Expression:
        sign = self.take()
        match sign.kind:
            case "number":
                return Number(sign.text)
            case "quantity":
                return Quantity(sign.text, sign.at)
            case "…":
                return Left()
            case "euler":
                power = self.take("^")
                return Operation("exp", (understood(power.parts[0]) if power.parts else self.operand(),))
            case "matrix":
                return Matrix(tuple(tuple(understood(cell) for cell in row) for row in sign.rows))
            case "fraction":
                return Operation("/", (understood(sign.parts[0]), understood(sign.parts[1])))
            case "sqrt":
                return Operation("sqrt", (understood(sign.parts[0]),))
            case "function":
                assert sign.text in FUNCTIONS
                if self.kind() == "^":  # tanh²(u)
                    power = self.take()
                    exponent = understood(power.parts[0]) if power.parts else self.operand()
                    return Operation("^", (self.called(sign.text), exponent))
                return self.called(sign.text)
            case "(" | "|" | "‖" | "⌊" | "⌈":
                closing, name = _FENCES[sign.kind]
                self.open.append(sign.kind)
                inner = self.sum()
                self.open.pop()
                self.take(closing)
                return Operation(name, (inner,)) if name else inner
            case _:
                raise UnreadableError(f"{sign.kind} where an operand should stand")

    def called(self, name: str) -> Expression:
        """A function of what follows: a matrix, which has brackets of its own, or arguments in brackets."""
        if self.kind() == "matrix":
            return Operation(name, (self.operand(),))
        self.take("(")
        arguments = [self.sum()]
        options: list[tuple[str, int | tuple[int, int]]] = []
        while self.kind() == ",":
            self.take()
            if self.kind() == "option":
                options.append(_option(self.take()))
            else:
                arguments.append(self.sum())
        self.take(")")
        return Operation(name, tuple(arguments), tuple(options))


def _option(sign: Sign) -> tuple[str, int | tuple[int, int]]:
    numbers = [int(n) for n in re.findall(r"\d+", sign.text)]
    name = sign.text.split()[0]
    return name, numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])
