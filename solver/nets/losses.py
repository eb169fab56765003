"""The losses that networks learn from, each a formula in d (desired) and y (output)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Loss = Literal["cross-entropy", "square-error", "half-square-error", "mean-square-error", "none"]


Decay = Literal["half", "whole", "half-mean"]


def weight_decay(kind: Decay, weights: Sequence[str], patterns: int | None) -> str:
    """What weight decay adds to a loss, λ/2 Σ w², λ Σ w² or, of m patterns, λ/(2m) Σ w²; λ is called lam."""
    squares = " + ".join(f"sum({name}**2)" for name in weights)
    squares = f"({squares})" if len(weights) > 1 else squares
    return {"half": "lam/2", "whole": "lam", "half-mean": f"lam/(2*{patterns or 1})"}[kind] + f"*{squares}"


def loss(
    kind: Loss, outputs: int, *, softmax: bool, patterns: int | None = None, average: bool = False
) -> tuple[str, str]:
    """The loss as a formula in d and y, and its name.

    outputs: how many there are. softmax: whether y are the probabilities of classes. patterns: how many rows d and y
    have; None where they are the column of one pattern. average: whether many patterns are averaged, not summed.
    """
    many, single = patterns is not None, outputs == 1 and patterns is None
    manner = (", averaged" if average else ", summed") + " over the patterns" if many else ""
    divisor = patterns if patterns is not None and average else 1
    square = "(d - y)**2" if single else "sum((d - y)**2)"
    match kind:
        case "cross-entropy" if softmax:
            formula, title = "-sum(d*log(y))", "Cross-entropy over the classes"
        case "cross-entropy" if single:
            return "-d*log(y) - (1 - d)*log(1 - y)", "Cross-entropy"
        case "cross-entropy":
            formula = "-sum(d*log(y) + (1 - d)*log(1 - y))"
            title = "Cross-entropy" if outputs == 1 else "Cross-entropy, summed over the outputs"
        case "half-square-error":
            formula, title, divisor = square, "Half the square error", 2 * divisor
        case "mean-square-error" if many and not average:
            formula, title, divisor = square, "Mean square error", outputs
        case "mean-square-error":
            formula, title, divisor = square if single else "mean((d - y)**2)", "Mean square error", 1
        case _:
            formula, title = square, "Square error"
    return formula + (f"/{divisor}" if divisor > 1 else ""), title + manner
