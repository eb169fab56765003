"""What of a solution is shown, and to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from solver.formula.form import each_kind
from solver.formula.tree import LITERALS, Tree, Written, walk
from solver.formula.walks.reduce import Detail
from solver.named import Structure
from solver.render.blocks import Block, Equations, Table
from solver.working.solution import Solution, SolvedPart

Kind = Literal["answer", "question", "key", "sheet"]
"""The working, the paper, the values alone, a form to fill in."""
Reader = Literal["lecturer", "student"]

MOST_WORKED = 500
MOST_NUMBERS = 100_000
_ROWS_A_STEP = 10
_NODES_A_ROW = 25
"""So many rows of a table are as long as a step, and so many nodes of the sums in one, or in a matrix: some 50 products."""


class View(Structure):
    """What of a solution is shown. parts: labels (with all below them); none means every part.

    reader: a student is not shown what is for the lecturer: notes, warnings, the proof of gradients, hints on rounding.
    pictures: whether the page shows its figures; what can be read off one is not printed beside it in a question.
    worked: how many steps are worked out at the most, in lines or in tables; of further ones, what is asked for stands in
    a summary. numbers: how many of what is asked for stand there at the most.
    """

    detail: Detail = "normal"
    parts: tuple[str, ...] = ()
    compare: bool = False
    reconcile: bool = False
    kind: Kind = "answer"
    reader: Reader = "lecturer"
    pictures: bool = True
    worked: int = MOST_WORKED
    numbers: int = MOST_NUMBERS

    @property
    def lecturer(self) -> bool:
        """Whether what is for the lecturer is shown."""
        return self.reader == "lecturer"

    def behind(self, blocks: Sequence[Block]) -> View:
        """The view of what comes next, with as many steps less to be worked out, and numbers, as stand in some blocks."""
        worked, numbers = max(self.worked - steps(blocks), 0), max(self.numbers - _numbers(blocks), 0)
        return self.replaced(worked=worked, numbers=numbers)

    def shows(self, label: str) -> bool:
        """Whether a part is among those asked for, or leads to one."""
        return not self.parts or any(
            label == part or label.startswith(part + ".") or part.startswith(label + ".") for part in self.parts
        )

    def shown(self, solution: Solution) -> list[SolvedPart]:
        """The parts of a question that it shows."""
        return [part for part in solution.parts if self.shows(part.label)]


def _numbers(blocks: Iterable[Block]) -> int:
    """How many cells the tables among some blocks have."""
    return sum(len(block.rows) * len(block.header) for block in blocks if isinstance(block, Table))


def steps(blocks: Iterable[Block]) -> int:
    """How many steps are worked out in some blocks, in lines or in tables; what is as long as several counts as such."""
    return sum(map(_steps, blocks))


def _steps(block: Block) -> int:
    match block:
        case Table(rows=rows) if rows:
            middle = rows[len(rows) // 2]  # padding, which adds no terms, is at the edges
            row = sum(_size(cell) for cell in middle if not isinstance(cell, tuple))
            return len(rows) * max(_NODES_A_ROW, row) // (_ROWS_A_STEP * _NODES_A_ROW)
        case Equations():
            return 1 + _written(block) // (_ROWS_A_STEP * _NODES_A_ROW)
    return 0


def _written(block: Equations) -> int:
    """About how many nodes the cells have that are written out on its lines."""
    nodes = 0
    for line in block.lines:
        if not isinstance(line.right, LITERALS):
            for node in each_kind(line.right):
                if isinstance(node, Written):
                    nodes += len(node.cells) * len(node.cells[0]) * _size(node.cells[0][0])
    return nodes


def _size(cell: Tree | None) -> int:
    return 0 if cell is None else len(list(walk(cell)))


WHOLE = View()
