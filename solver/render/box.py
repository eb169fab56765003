"""Blocks of characters with a baseline: what a formula looks like on a screen of equal cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

Align = Literal["left", "right", "centre"]

_UPRIGHTS = {  # one line high, then the top, the middle and the bottom of a taller one
    "(": ("(", "⎛", "⎜", "⎝"),
    ")": (")", "⎞", "⎟", "⎠"),
    "[": ("[ ", "⎡ ", "⎢ ", "⎣ "),
    "]": (" ]", " ⎤", " ⎥", " ⎦"),
    "⌊": ("⌊", "⎢", "⎢", "⎣"),
    "⌋": ("⌋", "⎥", "⎥", "⎦"),
    "⌈": ("⌈", "⎡", "⎢", "⎢"),
    "⌉": ("⌉", "⎤", "⎥", "⎥"),
    "|": ("|", "│", "│", "│"),
    "‖": ("‖", "║", "║", "║"),
    "{": ("{ ", "⎧ ", "⎪ ", "⎩ "),
    "}": (" }", " ⎫", " ⎪", " ⎭"),
    "⟨": ("⟨", "╱", "│", "╲"),
    "⟩": ("⟩", "╲", "│", "╱"),
    "": ("", "", "", ""),
}


@lru_cache(maxsize=8192)
def cells(text: str) -> int:
    """How many cells of a terminal a text takes: none for what joins the sign before it, two for a wide letter."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of, text))


@lru_cache(maxsize=8192)
def _cells_of(c: str) -> int:
    if unicodedata.category(c) in ("Mn", "Me", "Cf") or "\u1160" <= c <= "\u11ff" or "\U0001f3fb" <= c <= "\U0001f3ff":
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


@dataclass(frozen=True, slots=True)
class Box:
    """Lines of text, each `width` cells wide, and which of them stands on the line of writing."""

    lines: tuple[str, ...]
    width: int
    baseline: int = 0

    @property
    def height(self) -> int:
        """In lines."""
        return len(self.lines)

    def padded(self, width: int, align: Align = "left") -> Box:
        """The box in `width` cells; a wider one stays as it is."""
        room = width - self.width
        if room <= 0:
            return self
        left = " " * {"left": 0, "right": room, "centre": room // 2}[align]
        right = " " * (room - len(left))
        return Box(tuple(left + each + right for each in self.lines), width, self.baseline)


@lru_cache(maxsize=2048)
def line(text: str) -> Box:
    """One line."""
    return Box((text,), cells(text))


def level(boxes: Sequence[Box]) -> list[Box]:
    """The boxes with blank lines above and below, so that their baselines and heights agree."""
    top = max(box.baseline for box in boxes)
    bottom = max(box.height - box.baseline for box in boxes)
    levelled = []
    for box in boxes:
        if box.height < top + bottom:
            blank = (" " * box.width,)
            above, below = top - box.baseline, bottom - (box.height - box.baseline)
            box = Box(blank * above + box.lines + blank * below, box.width, top)
        levelled.append(box)
    return levelled


def beside(*boxes: Box) -> Box:
    """The boxes in a row, baseline to baseline."""
    if len(boxes) == 1:
        return boxes[0]
    width = sum(box.width for box in boxes)
    if all(box.height == 1 for box in boxes):
        return Box(("".join(box.lines[0] for box in boxes),), width)
    levelled = level(boxes)
    lines = map("".join, zip(*(box.lines for box in levelled), strict=True))
    return Box(tuple(lines), width, levelled[0].baseline)


def stacked(*boxes: Box, baseline: int = 0) -> Box:
    """The boxes one below the other."""
    width = max(box.width for box in boxes)
    return Box(tuple(each for box in boxes for each in box.padded(width).lines), width, baseline)


def dense(box: Box) -> Box:
    """The box without its blank lines."""
    kept = [k for k, each in enumerate(box.lines) if each.strip() or k == box.baseline]
    return (
        Box(tuple(box.lines[k] for k in kept), box.width, kept.index(box.baseline)) if len(kept) < box.height else box
    )


def fenced(left: str, inner: Box, right: str) -> Box:
    """The box between brackets of its height."""
    return beside(_upright(left, inner), inner, _upright(right, inner))


def _upright(bracket: str, inner: Box) -> Box:
    single, top, middle, bottom = _UPRIGHTS[bracket]
    if inner.height == 1:
        return line(single)
    return Box((top, *[middle] * (inner.height - 2), bottom), cells(top), inner.baseline)


def braced(*rows: Box) -> Box:
    """Rows behind one tall brace, its point at the line of writing; a point needs a line of its own between two rows."""
    if len(rows) == 2 and all(row.height == 1 for row in rows):
        rows = (rows[0], line(""), rows[1])
    inner = stacked(*rows)
    middle = (inner.height - 1) // 2
    above, below = ["⎪ "] * (middle - 1), ["⎪ "] * (inner.height - middle - 2)
    brace = ("⎧ ", *above, "⎨ ", *below, "⎩ ") if inner.height > 2 else ("{ ",) * inner.height
    return beside(Box(brace, 2, middle), replace(inner, baseline=middle))


_TALL = frozenset("─" + "".join(sign.strip() for signs in _UPRIGHTS.values() for sign in signs[1:]))


def tall(box: Box) -> bool:
    """Whether it has brackets or a fraction of several lines, and not just lines that are broken."""
    return box.height > 1 and any(not _TALL.isdisjoint(each) for each in box.lines)


def fraction(a: Box, b: Box) -> Box:
    """One box over the other, a rule between them."""
    width = max(a.width, b.width) + 2
    return stacked(a.padded(width, "centre"), line("─" * width), b.padded(width, "centre"), baseline=a.height)


def raised(base: Box, exponent: Box) -> Box:
    """The exponent above and to the right of its base."""
    shift = base.baseline + exponent.height - exponent.baseline
    return beside(base, replace(exponent, baseline=exponent.baseline + shift))


def superscript(base: Box, mark: str) -> Box:
    """A mark that is a superscript already, at the top of its base."""
    width = cells(mark)
    return beside(base, Box((mark, *[" " * width] * base.baseline), width, base.baseline))
