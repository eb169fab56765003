"""The sheet: a form to fill in, each answer under the name that it has in an answer file."""

from __future__ import annotations

from collections.abc import Iterator

from solver.render.blocks import Block, Heading, Prose, Table, bullets, note
from solver.render.views.headings import IN_ROWS, headed, in_rows, worth
from solver.render.views.view import View
from solver.spec.prose.passages import sentence
from solver.working.solution import Solution, Solved

_DOTS = "." * 8
_MOST_CELLS = 2_000
_HOW = {
    "number": "a number",
    "word": "a word or a letter",
    "formula": "a formula",
    "text": "a few sentences",
}


def question(solution: Solution, view: View, level: int) -> Iterator[Block]:
    """A question, its answers as rows with dots for every cell."""
    yield headed(solution, level)
    yield from solution.prompt.blocks
    yield Prose((f"Student: {_DOTS * 4}",))
    parts = [part for part in view.shown(solution) if part.asked]
    if in_rows(parts):
        yield note((IN_ROWS,))
    for part in parts:
        yield Heading(level + 1, (f"Part {part.label}",), worth(part.worth), part.label)
        yield from part.prompt.blocks
        asked = [solved for solved in part.asked if not part.again(solved)]
        for solved in asked:
            if solved.item.offered:
                yield bullets(*map(sentence, solved.item.offered))
        rows = [((part.key(solved),), (wanted(solved),), (_room(solved),)) for solved in asked]
        yield Table(("answer", "what", "value"), tuple(rows), {})


def wanted(solved: Solved) -> str:
    """What is to be written: `3×1 numbers`, `a word or a letter`."""
    rows, columns = solved.shape_on_page
    how = solved.item.asks or _HOW[solved.item.kind]
    return how if (rows, columns) == (1, 1) else f"{rows}×{columns} numbers"


def _room(solved: Solved) -> str:
    """Room to write: dots for each cell, semicolons between the rows; … where nobody fills in all of them."""
    rows, columns = solved.shape_on_page
    if rows * columns > _MOST_CELLS:
        return f"{_DOTS}, …"
    return "; ".join([", ".join([_DOTS] * columns)] * rows)
