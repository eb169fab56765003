"""A document as a terminal shows it: styled, each part in a frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from solver.render import format_text
from solver.render.blocks import Block
from solver.render.layout import Reveal, staged
from solver.render.panels import SIGNS, framed
from solver.render.spans import Role, Row

if TYPE_CHECKING:
    from solver.render.format import Shown

ENDINGS = ()
FOR_PROGRAMS = False

STYLES: dict[Role, str] = {
    "document": "bold",
    "part": "bold blue",
    "heading": "bold blue",
    "aside": "bold",
    "rule": "grey",
    "title": "bold",
    "why": "italic grey",
    "label": "bold",
    "mark": "blue",
    "left": "blue",
    "note": "italic grey",
    "emphasis": "italic",
    "strong": "bold",
    "code": "magenta",
    "link": "underline",
}
"""The look of each role; its colours are those below."""

HUES = {
    256: {"blue": "color(63)", "magenta": "color(163)", "grey": "color(243)"},
    16: {"blue": "bright_blue", "magenta": "magenta", "grey": "default"},
}
"""The colours by how many a terminal has: as legible on white as on black. Of 16 a theme may make what it likes."""


def page(shown: Shown) -> str:
    """The solutions, as wide as the terminal."""
    return render(shown.blocks(pictures=False), shown.width, shown.colors, shown.encoding)


def render(blocks: Sequence[Block], width: int, colors: int = 0, encoding: str = "utf-8") -> str:
    """The document in lines of at most `width` cells.

    colors: how many the terminal shows, 256, 16 or none: then no text is styled. encoding: where it lacks what pages are
    drawn with, so that other signs take its place and more room, no part has a frame.
    """
    return styled((row for stage in stages(blocks, width, encoding) for row in stage.rows), colors)


def stages(blocks: Sequence[Block], width: int, encoding: str) -> Iterator[Reveal]:
    """The lines of the page in the order of reading."""
    try:
        SIGNS.encode(encoding)
    except UnicodeEncodeError:
        return staged(blocks, width)
    return framed(blocks, width)


def styled(rows: Iterable[Row], colors: int) -> str:
    """Lines as a terminal reads them."""
    if not colors:
        return format_text.joined(rows)
    from rich.color import ColorSystem
    from rich.style import Style

    hues = HUES[colors]
    styles = {
        role: Style.parse(" ".join(hues.get(word, word) for word in said.split())) for role, said in STYLES.items()
    }
    system = ColorSystem.EIGHT_BIT if colors == 256 else ColorSystem.STANDARD

    def one(words: str, role: Role) -> str:
        shown = words.replace("\u00a0", " ")
        return shown if shown.isspace() or role not in styles else styles[role].render(shown, color_system=system)

    return "".join(f"{''.join(one(words, role) for words, role in row).rstrip()}\n" for row in rows)
