"""What a cell of a notebook shows of a solution, a part or a step."""

from __future__ import annotations

import re

from solver.render import format_html, format_markdown
from solver.render.blocks import Block, Cases, Displayed, Equations, Facts
from solver.render.document import document
from solver.render.views.view_answer import part_blocks, step_blocks
from solver.working.notebook import NotebookForm
from solver.working.solution import Solution, Solved, SolvedPart

_INLINE = re.compile(r"\$`(.*?)`\$")
"""Mathematics in a line, which notebooks read without the backticks that GitHub wants."""


def cell(shown: object, form: NotebookForm) -> str:
    """It in a form that notebooks know; latex is its mathematics alone, as MathJax sets it."""
    blocks = _blocks(shown)
    if form == "html":
        return format_html.fragment(blocks, unfolded=isinstance(shown, Solved))
    if form == "latex":
        blocks = [block for block in blocks if isinstance(block, Equations | Facts | Cases | Displayed)]
    return _INLINE.sub(r"$\1$", format_markdown.render(blocks))


def _blocks(shown: object) -> list[Block]:
    match shown:
        case Solution():
            return document(shown.title, [shown], head=shown.head)
        case SolvedPart():
            return part_blocks(shown)
        case Solved():
            return step_blocks(shown)
    raise TypeError(f"{shown!r} is no solution")
