"""Sizes of what a sliding window puts out, and the multiplications of its filters, as formulas in names of the caller's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Rounds = Literal["floor", "ceil", "same", "transposed"]
"""How windows that do not fit are dealt with: left out, let stand out, padded for; transposed: windows of the output."""

MOST_COLORS = 4
"""An image has so many channels at most (red, green, blue, alpha); an input that wide is likely channels-last."""


def order_in_doubt(depth: int, height: int, width: int) -> tuple[str, str] | None:
    """What to ask, and a hint, where a volume D×H×W looks as if its channels stood last."""
    if not width <= MOST_COLORS < min(depth, height):
        return None
    hint = f"for {width} channels of {depth}×{height} say order: channels-last, otherwise order: channels-first"
    return f"the input is read as {depth} channels of {height}×{width}", hint


def extent(F: str, r: str | None = None) -> str:
    """How far a filter of size F reaches whose cells are r apart."""
    return f"({r}*({F} - 1) + 1)" if r else F


def padded(size: str, F: str, p: str | None = None, r: str | None = None) -> str:
    """The padded input less the filter."""
    return f"{size} - {extent(F, r)}" + (f" + 2*{p}" if p else "")


def output(
    size: str, F: str, s: str, p: str | None = None, r: str | None = None, rounds: Rounds = "floor", extra: str = ""
) -> str:
    """The output's size. extra: the output padding of a transposed convolution."""
    if rounds == "transposed":
        return (
            f"({size} - 1)*{s}" + (f" - 2*{p}" if p else "") + f" + {extent(F, r)}" + (f" + {extra}" if extra else "")
        )
    if rounds == "same":
        return f"floor(({size} - 1)/{s}) + 1"
    return f"{rounds}(({padded(size, F, p, r)})/{s}) + 1"


def product(names: Sequence[str]) -> str:
    """A product; equal factors are a power."""
    if len(names) > 1 and len(set(names)) == 1:
        return f"{names[0]}**{len(names)}"
    return "*".join(names)


def multiplications(kind: str, deep: str, area: str, before: Sequence[str], after: Sequence[str]) -> str:
    """Multiplications of a convolution: those of one output cell times the cells of the output.

    deep: channels that a filter sees; area: the cells of one channel of it; before, after: channels, then sizes.
    """
    if kind == "transposed":  # each input cell meets each filter
        return f"{deep}*{'*'.join(before[1:])}*{area}*{after[0]}"
    if kind == "depthwise":
        return f"{area}*{'*'.join(after)}"
    if kind == "pointwise":
        return f"{deep}*{'*'.join(after)}"
    return f"{deep}*{area}*{'*'.join(after)}"
