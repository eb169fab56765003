"""The blocks of a document, free of any format: each format sets the same blocks in its own way."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from solver.formula.symbol import Symbols
from solver.formula.tree import Tree
from solver.formula.words import Words
from solver.working.items import Line


class Heading(NamedTuple):
    """A heading, level 1 (document) to 4; `aside` is said beside it, such as the marks."""

    level: int
    text: str
    aside: str = ""


class Prose(NamedTuple):
    """A sentence or paragraph. role: a question's prompt, the line that introduces a step, its reason, a label."""

    words: Words
    role: Literal["plain", "prompt", "title", "why", "label", "note"] = "plain"


class Bullets(NamedTuple):
    """A list of points."""

    items: tuple[Words, ...]


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


class Table(NamedTuple):
    """Rows of cells, each words or a formula, below a header of plain text or words."""

    header: tuple[str | Words, ...]
    rows: tuple[tuple[Words | Tree, ...], ...]
    symbols: Symbols
    most: int = 8


Block: TypeAlias = Heading | Prose | Bullets | Equations | Cases | Facts | Table


def part_label(label: str) -> str:
    """A part's label as it is printed: `a.ii` is (a)(ii)."""
    return f"({label.replace('.', ')(')})"
