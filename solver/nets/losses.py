"""The losses that networks learn from, each a formula in d (desired) and y (output)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from solver.rounding import Floats

Loss = Literal[
    "cross-entropy", "square-error", "half-square-error", "mean-square-error", "absolute-error", "mean-absolute-error",
    "huber", "hinge", "none",
]  # fmt: skip

ERRORS: dict[Loss, tuple[str, str]] = {
    "square-error": ("(d - y)**2", "Squared error"),
    "half-square-error": ("(d - y)**2", "Half the squared error"),
    "mean-square-error": ("(d - y)**2", "Mean squared error"),
    "absolute-error": ("abs(d - y)", "Absolute error"),
    "mean-absolute-error": ("abs(d - y)", "Mean absolute error"),
    "huber": ("huber(d - y)", "Huber loss"),
    "hinge": ("max(0, 1 - d*y)", "Hinge loss"),
}
"""What each output adds to a loss, and its name; hinge is of d = ±1."""


def unfit(kind: Loss, activation: str) -> tuple[str, str] | None:
    """Why a loss does not go with the last activation, and a hint; None where it does."""
    if kind == "cross-entropy" and activation not in ("sigmoid", "softmax"):
        return f"cross-entropy after {activation}", "it needs a sigmoid or softmax output"
    if kind == "hinge" and activation in ("sigmoid", "softmax"):
        return f"hinge after {activation}", "it is of scores, such as those of a linear output"
    return None


def undesired(kind: Loss, desired: Floats) -> tuple[str, str] | None:
    """Why a loss does not go with what is desired, and a hint; None where it does."""
    if kind == "hinge" and not np.isin(desired, (-1, 1)).all():
        return "hinge needs desired outputs of 1 and -1", "they are the two classes"
    return None


def loss(
    kind: Loss, outputs: int, *, softmax: bool, patterns: int | None = None, average: bool = False, threshold: str = ""
) -> tuple[str, str]:
    """The loss as a formula in d and y, and its name.

    outputs: how many there are. softmax: whether y are the probabilities of classes. patterns: how many rows d and y
    have; None where they are the column of one pattern. average: whether many patterns are averaged, not summed.
    threshold: the name of huber's, which is 1 without one.
    """
    many, single = patterns is not None, outputs == 1 and patterns is None
    manner = (", averaged" if average else ", summed") + " over the patterns" if many else ""
    divisor = patterns if patterns is not None and average else 1
    match kind:
        case "cross-entropy" if softmax:
            formula, title = "-sum(d*log(y))", "Cross-entropy over the classes"
        case "cross-entropy" if single:
            return "-d*log(y) - (1 - d)*log(1 - y)", "Cross-entropy"
        case "cross-entropy":
            formula = "-sum(d*log(y) + (1 - d)*log(1 - y))"
            title = "Cross-entropy" if outputs == 1 else "Cross-entropy, summed over the outputs"
        case _:
            term, title = ERRORS[kind]
            term = term.replace("d - y)", f"d - y, {threshold})") if threshold and kind == "huber" else term
            formula = term if single else f"sum({term})"
            if kind == "half-square-error":
                divisor *= 2
            elif kind.startswith("mean") and many and not average:
                divisor = outputs
            elif kind.startswith("mean"):
                formula, divisor = term if single else f"mean({term})", 1
    return formula + (f"/{divisor}" if divisor > 1 else ""), title + manner
