"""The blocks of a document, free of any format: each format sets the same blocks in its own way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from solver.formula.symbol import Symbols
from solver.formula.tree import Tree
from solver.formula.words import Words
from solver.named import NamedTuple
from solver.working.items import Line
from solver.working.passage import (
    Bullets,
    Displayed,
    Inset,
    Listed,
    Picture,
    Prose,
    Table,
    TextBlock,
    bullets,
    note,
)

if TYPE_CHECKING:  # few documents have figures
    from solver.render.figures.paint import ImageKind

__all__ = [
    "Block",
    "Bullets",
    "Cases",
    "Displayed",
    "Equations",
    "Facts",
    "Figure",
    "Heading",
    "Inset",
    "Listed",
    "Picture",
    "Prose",
    "Table",
    "TextBlock",
    "bullets",
    "note",
    "part_label",
]


class Heading(NamedTuple):
    """A heading, level 1 (document) to 4; `aside` is said beside it, such as the marks. part: the label of one it opens."""

    level: int
    words: Words
    aside: str = ""
    part: str = ""


class Equations(NamedTuple):
    """Lines of working, aligned at their relation signs."""

    lines: Sequence[Line]
    symbols: Symbols
    most: int = 8


class Cases(NamedTuple):
    """A function defined by cases: what stands before the brace, then a formula and its condition for each."""

    left: Tree
    cases: tuple[tuple[Tree, Words], ...]
    symbols: Symbols


class Facts(NamedTuple):
    """Quantities stated side by side, `W = …   b = …`: what is given, or a summary."""

    lines: Sequence[Line]
    symbols: Symbols
    most: int = 8


class Figure(NamedTuple):
    """A drawing. name: its word; alt: what it shows, in words; image: paints it, None where it is only named.

    tell: the numbers that stand in it. Painting raises SpecError where the library that does is not installed.
    """

    name: str
    alt: str
    image: Callable[[ImageKind], bytes] | None = None
    tell: Callable[[], str] = str

    @property
    def said(self) -> str:
        """All that it shows, for who cannot see it."""
        return f"{self.alt} {self.tell()}".strip()


Block: TypeAlias = Heading | Equations | Cases | Facts | Figure | TextBlock
"""What a document is made of: what an author's words are made of, and what is worked out."""


def part_label(label: str) -> str:
    """A part's label as it is printed: `a.ii` is (a)(ii)."""
    return f"({label.replace('.', ')(')})"
