"""Weights of a student's own for a gate: right where they give every output that is desired."""

from __future__ import annotations

import re
from fractions import Fraction

from solver.families.perceptron.given import exact
from solver.working.items import Kind, Statement

MOST_CHARACTERS = 300
_WORD = re.compile(
    r"(?P<name>[A-Za-zθ]+_?\d*)\s*[=:]|(?P<number>[-−+]?\s*(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:\s*/\s*\d{1,15})?)"
    r"|(?P<other>[A-Za-zθ]+_?\d*)",
    re.ASCII,
)
_NONE = re.compile(r"\b(no|none|not|impossible|cannot|can't|doesn't|don't)\b", re.IGNORECASE)
_BIASES = ("b", "bias", "w0", "w_0")
_THRESHOLDS = ("θ", "theta", "t", "threshold")


class Realised(Statement):
    """Weights, or that there are none. patterns: the inputs; high: which of them are to give the upper output.

    bias: whether there is one; closed: whether a net input of 0 gives the upper output.
    """

    patterns: tuple[tuple[Fraction, ...], ...] = ()
    high: tuple[bool, ...] = ()
    bias: bool = True
    closed: bool = False
    asks = "weights and a bias, such as w = [1, 1], b = -1.5; or: no weights"

    @property
    def kind(self) -> Kind:
        """Judged by what the weights give."""
        return "word"

    def understood(self, text: str) -> str:
        """`1, 1, -1.5`: the weights, then the bias; or that there are none."""
        if len(text) > MOST_CHARACTERS:
            return ""
        found = self._numbers(text)
        if found is None:
            return "no weights" if _NONE.search(text) else ""
        return ", ".join(str(number) for number in found)

    def share(self, said: str) -> float:
        """All or nothing: one wrong output is no gate."""
        found = self._numbers(said)
        if found is None or str(self.answer) == "no weights":
            return float(str(self.answer) == self.understood(said))
        weights, bias = (found[:-1], found[-1]) if self.bias else (found, Fraction(0))
        sums = [sum((w * x for w, x in zip(weights, row, strict=True)), bias) for row in self.patterns]
        return float(all((u > 0 or (u == 0 and self.closed)) == high for u, high in zip(sums, self.high, strict=True)))

    def _numbers(self, text: str) -> list[Fraction] | None:
        """The weights, then the bias where there is one; None where these cannot be found."""
        by: dict[str, list[Fraction]] = {}
        name = ""
        for word in _WORD.finditer(text):
            if word["name"]:
                name = word["name"].lower()
            elif word["number"]:
                digits = re.sub(r"\s", "", word["number"]).replace("−", "-")
                if digits.endswith("/0") or re.fullmatch(r".*/0+", digits):
                    return None
                by.setdefault(name, []).append(exact(digits))
            elif word["other"].lower() in (*_BIASES, *_THRESHOLDS):
                name = word["other"].lower()
        biases = [number for key in _BIASES for number in by.pop(key, [])]
        biases += [-number for key in _THRESHOLDS for number in by.pop(key, [])]
        weights = [number for key in sorted(by, key=lambda key: (len(key), key)) for number in by[key]]
        inputs = len(self.patterns[0])
        if self.bias and not biases and len(weights) == inputs + 1:
            return weights
        if len(weights) == inputs and len(biases) == int(self.bias):
            return [*weights, *biases]
        return None
