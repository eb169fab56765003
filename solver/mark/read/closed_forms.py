"""Numbers in closed form, `√2/2`, `2^10`, `e^-1`: the smallest grammar that holds them, and no calculator.

A product or quotient of powers, roots and constants, each of numbers as typed; no sum: what is left to be added up has
not been worked out. Whatever it holds is exact.

    product = power (("·" | "/" | nothing, before a root, π or ln) power)*
    power   = ["-"] atom ["^" ["-"] atom]
    atom    = number | "e" | "π" | "√" atom | "ln" atom | "exp" atom | "(" product ")"
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

_TOKEN = re.compile(r"\s*(sqrt|exp|ln|pi|[0-9]+(?:\.[0-9]+)?|\.[0-9]+|[eπ√^·*/()−-]|×)", re.IGNORECASE)
_TIMES = ("·", "*", "×")
_MOST_TOKENS = 24


def closed_form(text: str) -> float | None:
    """The value of a closed form, None where the text is none, or none that is finite."""
    tokens: list[str] = []
    at = 0
    plain = text.replace("**", "^").strip()
    while at < len(plain):
        found = _TOKEN.match(plain, at)
        if found is None or len(tokens) >= _MOST_TOKENS:
            return None
        tokens.append(found[1].casefold())
        at = found.end()
    if tokens.count("/") > 1:  # 1/2/3 is read in two ways
        return None
    parser = _Parser(tokens)
    try:
        value = parser.product()
    except (_NoneError, ArithmeticError, ValueError):
        return None
    return value if not parser.left and parser.closed and math.isfinite(value) else None


class _NoneError(Exception):
    """The text is no closed form."""


class _Parser:
    """Goes through the tokens once. closed: whether there is a power, root, fraction or constant."""

    def __init__(self, tokens: list[str]) -> None:
        self.left = tokens[::-1]
        self.closed = False

    def next(self) -> str:
        """The token that comes next, "" at the end."""
        return self.left[-1] if self.left else ""

    def take(self) -> str:
        """Takes the next token."""
        if not self.left:
            raise _NoneError
        return self.left.pop()

    def product(self) -> float:
        """Factors, with signs of their own."""
        value = self.power()
        while self.next() not in ("", ")"):
            token = self.next()
            if token in _TIMES:
                self.take()
                value *= self.power()
            elif token == "/":
                self.take()
                self.closed = True
                value /= self.power()
            elif token == "√" or (token[0].isalpha() and token != "e"):  # 2√2, 3π; 2e is half of a power of ten
                value *= self.power()
            else:
                raise _NoneError
        return value

    def power(self) -> float:
        """An atom, perhaps raised."""
        sign = self.sign()
        base = self.atom()
        if self.next() == "^":
            self.take()
            self.closed = True
            exponent = self.sign() * self.atom()
            base = math.pow(base, exponent)
        return sign * base

    def sign(self) -> float:
        """-1 where a minus stands here."""
        if self.next() in ("-", "−"):
            self.take()
            return -1.0
        return 1.0

    def atom(self) -> float:
        """A number, a constant, a function of an atom, or a product in brackets."""
        token = self.take()
        if token == "(":
            value = self.product()
            if self.take() != ")":
                raise _NoneError
            return value
        if token[0].isdigit() or token[0] == ".":
            return float(token)
        constant, function = _CONSTANTS.get(token), _FUNCTIONS.get(token)
        self.closed = True
        if constant is not None:
            return constant
        if function is None:
            raise _NoneError
        return function(self.atom())


_CONSTANTS = {"e": math.e, "π": math.pi, "pi": math.pi}
_FUNCTIONS: dict[str, Callable[[float], float]] = {"√": math.sqrt, "sqrt": math.sqrt, "ln": math.log, "exp": math.exp}
