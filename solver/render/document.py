"""A solution to the blocks of a document: what is said, in which order; how it looks is each format's own affair."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from importlib import import_module
from typing import cast

from solver.render.blocks import Block, Heading
from solver.render.views.definitions import definition, titled
from solver.render.views.headings import told, total, worth
from solver.render.views.view import WHOLE, View
from solver.spec.prose.passages import sentence
from solver.working.question import PaperHead
from solver.working.solution import Solution

NO_HEAD = PaperHead()

__all__ = ["WHOLE", "View", "definition", "document", "titled"]


def document(title: str, solutions: Sequence[Solution], view: View = WHOLE, head: PaperHead = NO_HEAD) -> list[Block]:
    """The blocks of one question, or of an exam or several questions under a title of their own, behind a paper's head."""
    name = f"solver.render.views.view_{view.kind}"
    question = cast(Callable[[Solution, View, int], Iterator[Block]], import_module(name).question)
    if len(solutions) == 1 and solutions[0].title == title:
        first, *rest = question(solutions[0], view, 1)
        return [first, *told(head, view), *rest]
    blocks: list[Block] = [
        Heading(1, sentence(title), worth(sum((total(s) for s in solutions), Decimal()))),
        *told(head, view),
    ]
    for solution in solutions:
        made = list(question(solution, view, 2))
        view = view.behind(made)
        blocks += made
    return blocks
