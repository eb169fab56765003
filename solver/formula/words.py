"""Words with mathematics among them, free of any format: a line's note, a title, a sentence."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from solver.formula.symbol import Symbol
from solver.formula.walks.shape import Shape, Size


class Extent(NamedTuple):
    """A shape that is spoken of: n×K."""

    rows: Size
    columns: Size


Words: TypeAlias = tuple[str | Symbol | Extent, ...]
"""Plain text (hostile until a format escapes it), symbols and shapes, in the order in which they are read."""


def extent(shape: Shape) -> Words:
    """A shape as words."""
    return (Extent(*shape),)


def listed(*parts: str | Words) -> Words:
    """Reasons one after the other, each once; empty ones are left out."""
    found: list[str | Symbol | Extent] = []
    for part in dict.fromkeys((part,) if isinstance(part, str) else part for part in parts if part):
        for piece in ("; ", *part) if found else part:
            if isinstance(piece, str) and found and isinstance(found[-1], str):
                found[-1] += piece
            else:
                found.append(piece)
    return tuple(found)
