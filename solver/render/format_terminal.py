"""A document as a terminal shows it: the lines of the plain text, styled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from solver.render import format_text
from solver.render.blocks import Block
from solver.render.layout import Role, lay_out

if TYPE_CHECKING:
    from solver.render.format import Shown

ENDINGS = ()
FOR_PROGRAMS = False

STYLES: dict[Role, str] = {
    "document": "bold",
    "part": "bold cyan",
    "heading": "bold cyan",
    "aside": "dim",
    "rule": "dim",
    "title": "bold",
    "why": "dim italic",
    "label": "bold",
    "mark": "cyan",
    "left": "cyan",
    "note": "dim italic",
}
"""The look of each role, in the colours of the terminal's own theme."""


def page(shown: Shown) -> str:
    """The solutions, as wide as the terminal."""
    return render(shown.blocks(), shown.width, shown.color)


def render(blocks: Sequence[Block], width: int, color: bool) -> str:
    """The document in lines of at most `width` cells; without `color`, the same as plain text."""
    if not color:
        return format_text.render(blocks, width)
    from rich.color import ColorSystem
    from rich.style import Style

    styles = {role: Style.parse(style) for role, style in STYLES.items()}
    plain = Style.null()

    def styled(words: str, role: Role) -> str:
        shown = words.replace("\u00a0", " ")
        style = plain if shown.isspace() else styles.get(role, plain)
        return style.render(shown, color_system=ColorSystem.STANDARD)

    rows = ("".join(styled(words, role) for words, role in row).rstrip() for row in lay_out(blocks, width))
    return "".join(f"{row}\n" for row in rows)
