"""A document as plain Unicode text."""

from collections.abc import Sequence

from solver.render.blocks import Block
from solver.render.layout import lay_out


def render(blocks: Sequence[Block], width: int = 100) -> str:
    """The document in lines of at most `width` cells, ending in a newline."""
    rows = ("".join(text for text, _ in row).replace("\u00a0", " ").rstrip() for row in lay_out(blocks, width))
    return "".join(f"{row}\n" for row in rows)
