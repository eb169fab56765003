"""An author's words, read once and free of any format: paragraphs, lists, tables, mathematics, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, TypeAlias

from solver.formula.symbol import Symbols
from solver.formula.tree import Num, Tree
from solver.formula.typeset import Align, Typeset
from solver.formula.words import Words
from solver.named import NamedTuple, Structure

ProseRole = Literal["plain", "prompt", "title", "why", "label"]


class Prose(NamedTuple):
    """A sentence or paragraph. role: a question's prompt, the line that introduces a step, its reason, a label."""

    words: Words
    role: ProseRole = "plain"


class Bullets(NamedTuple):
    """A list of points, each of blocks; numbered from `start` where there is one."""

    items: tuple[tuple[TextBlock, ...], ...]
    start: int | None = None


class Table(NamedTuple):
    """Rows of cells, each words or a formula, below a header of plain text or words.

    aligns: of the columns; where there are none, numbers stand to the right and words to the left.
    """

    header: tuple[str | Words, ...]
    rows: tuple[tuple[Words | Tree, ...], ...]
    symbols: Symbols
    most: int = 8
    aligns: tuple[Align | None, ...] = ()

    @property
    def sides(self) -> list[Align | None]:
        """How each column stands: as is asked; numbers to the right, so that their points line up; None for words."""
        numbers = [_numbers(column) for column in zip(*self.rows, strict=True)] or [False] * len(self.header)
        asked = (*self.aligns, *(None,) * len(numbers))
        return [align or ("right" if found else None) for align, found in zip(asked, numbers, strict=False)]


def _numbers(column: Iterable[Words | Tree]) -> bool:
    """Whether numbers stand in it, and no words, but for cells that are empty or left out."""
    said = [cell for cell in column if not isinstance(cell, tuple) or "".join(map(str, cell)).strip() not in ("", "…")]
    return any(isinstance(cell, Num) for cell in said) and not any(isinstance(cell, tuple) for cell in said)


class Inset(NamedTuple):
    """Blocks set apart: a quotation, or a note about the question or its answer."""

    blocks: tuple[TextBlock, ...]
    kind: Literal["note", "quote"]


class Listed(NamedTuple):
    """Lines of code, or other text to be kept as it is. language: what it is written in, one word; it may be empty."""

    text: str
    language: str = ""


class Displayed(NamedTuple):
    """An author's mathematics on a line of its own."""

    formula: Typeset


class Picture(NamedTuple):
    """A picture from a file. alt: what it shows, in words; path: of the file; data: its content when it was read."""

    alt: str
    path: str
    kind: Literal["png", "jpeg", "svg"]
    data: bytes


TextBlock: TypeAlias = Prose | Bullets | Table | Inset | Listed | Displayed | Picture
"""What an author's words are made of."""


class Passage(Structure):
    """An author's words: as they were typed, and as blocks."""

    source: str
    blocks: tuple[TextBlock, ...]

    def __bool__(self) -> bool:
        return bool(self.blocks)

    def __str__(self) -> str:
        return self.source

    @property
    def words(self) -> Words:
        """The words of its paragraphs in one line."""
        found: list[Words] = [block.words for block in self.blocks if isinstance(block, Prose)]
        return tuple(piece for i, words in enumerate(found) for piece in ((" ", *words) if i else words))


NOTHING = Passage("", ())

_BLANK_LINES = r"(?:\r\n?|\n|\u2028)[ \t]*(?:\r\n?|\n|\u2028)\s*|\u2029"


def plain(text: str, role: ProseRole = "plain") -> Passage:
    """Text without markup: blank lines part its paragraphs."""
    return Passage(text, tuple(Prose((part.strip(),), role) for part in re.split(_BLANK_LINES, text) if part.strip()))


def phrase(*parts: str | Passage) -> Passage:
    """Parts in one line, one after the other."""
    words = (part.words if isinstance(part, Passage) else (part,) for part in parts)
    return Passage("".join(map(str, parts)), (Prose(tuple(piece for each in words for piece in each)),))


def bullets(*items: Words) -> Bullets:
    """A list of points of one sentence each."""
    return Bullets(tuple((Prose(words),) for words in items))


def note(words: Words) -> Inset:
    """A note of one paragraph."""
    return Inset((Prose(words),), "note")
