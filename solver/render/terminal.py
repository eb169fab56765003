"""A document as a terminal shows it: the lines of the plain text, styled."""

from collections.abc import Sequence

from solver.render import text
from solver.render.blocks import Block
from solver.render.layout import Role, lay_out

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


def render(blocks: Sequence[Block], width: int, color: bool) -> str:
    """The document in lines of at most `width` cells; without `color`, the same as plain text."""
    if not color:
        return text.render(blocks, width)
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
