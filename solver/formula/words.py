"""Words with mathematics among them, free of any format: a line's note, a title, a sentence."""

from __future__ import annotations

from typing import TypeAlias

from solver.formula.symbol import Symbol
from solver.formula.typeset import Typeset
from solver.formula.walks.shape import Shape, Size
from solver.named import NamedTuple


class Extent(NamedTuple):
    """A shape that is spoken of: n×K."""

    rows: Size
    columns: Size


class Styled(NamedTuple):
    """Words that are emphasised, or strongly so."""

    words: Words
    strong: bool = False


class Code(NamedTuple):
    """Text that is kept as it is typed, such as a name in a program."""

    text: str


class Link(NamedTuple):
    """Words, and the address that they are about: http, https or mailto, without spaces."""

    words: Words
    address: str


class Maths(NamedTuple):
    """An author's mathematics in the line."""

    formula: Typeset


Inline: TypeAlias = str | Symbol | Extent | Styled | Code | Link | Maths

Words: TypeAlias = tuple[Inline, ...]
"""Plain text (hostile until a format escapes it), mathematics and what is set apart, in the order of reading."""


def extent(shape: Shape) -> Words:
    """A shape as words."""
    return (Extent(*shape),)


def listed(*parts: str | Words) -> Words:
    """Reasons one after the other, each once; empty ones are left out."""
    found: list[Inline] = []
    for part in dict.fromkeys((part,) if isinstance(part, str) else part for part in parts if part):
        for piece in ("; ", *part) if found else part:
            if isinstance(piece, str) and found and isinstance(found[-1], str):
                found[-1] += piece
            else:
                found.append(piece)
    return tuple(found)
