"""A document as plain Unicode text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from solver.render.blocks import Block
from solver.render.layout import lay_out
from solver.render.spans import Row

if TYPE_CHECKING:
    from solver.render.format import Shown

ENDINGS = (".txt",)
FOR_PROGRAMS = False


def page(shown: Shown) -> str:
    """The solutions, in lines of 100 cells."""
    return render(shown.blocks(pictures=False))


def render(blocks: Sequence[Block], width: int = 100) -> str:
    """The document in lines of at most `width` cells, ending in a newline."""
    return joined(lay_out(blocks, width))


def joined(rows: Iterable[Row]) -> str:
    """Lines as text."""
    lines = ("".join(text for text, _ in row).replace("\u00a0", " ").rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines)
