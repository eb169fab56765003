"""The blocks of a document, free of any format: each format sets the same blocks in its own way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from solver.formula.symbol import Symbol, Symbols
from solver.formula.tree import Tree
from solver.working import Line

Words: TypeAlias = tuple[str | Symbol, ...]
"""A sentence: plain text (hostile until a format escapes it) and symbols."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, level 1 (document) to 4; `aside` is said beside it, such as the marks."""

    level: int
    text: str
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Prose:
    """A sentence or paragraph. role: a question's prompt, the line that introduces a step, its reason, a label."""

    words: Words
    role: Literal["plain", "prompt", "title", "why", "label", "note"] = "plain"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of points."""

    items: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Equations:
    """Lines of working, aligned at their relation signs."""

    lines: Sequence[Line]
    symbols: Symbols
    most: int = 8


@dataclass(frozen=True, slots=True)
class Facts:
    """Quantities stated side by side, `W = …   b = …`: what is given, or a summary."""

    lines: Sequence[Line]
    symbols: Symbols
    most: int = 8


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, each words or a formula."""

    header: tuple[str, ...]
    rows: tuple[tuple[Words | Tree, ...], ...]
    symbols: Symbols
    most: int = 8


Block: TypeAlias = Heading | Prose | Bullets | Equations | Facts | Table
