"""The question: the paper as it is handed out, with room to answer and nothing of the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from solver.formula.walks.reduce import MOST
from solver.render.answers import answers, distinct
from solver.render.blocks import Block, Heading, Listed, Prose, bullets, note, part_label
from solver.render.views.definitions import titled
from solver.render.views.headings import IN_ROWS, drawing, headed, in_rows, rounded_here, roundings, worth
from solver.render.views.view import View
from solver.rounding import Rounding
from solver.spec.prose.passages import sentence
from solver.working.solution import Solution, Solved, SolvedPart

_LINES_A_MARK = 2
_LEAST, _USUAL, _MOST_LINES = 2, 4, 30
"""Lines of room: for a word, for a part without marks, and for any part at the most."""


def question(solution: Solution, view: View, level: int) -> Iterator[Block]:
    """A question, its parts with what they give and room to answer."""
    parts = view.shown(solution)
    yield headed(solution, level)
    yield from solution.prompt.blocks
    yield from drawing(solution.figure, answer=False)
    told = roundings(solution, view, _rounded)
    said = [IN_ROWS] if in_rows(parts) else []
    said += [_policy(solution)] if "" in told else []
    if said:
        yield note((" ".join(said),))
    known = _read_off(solution, parts) if view.pictures else set()
    for part in parts:
        yield Heading(level + 1, (part_label(part.label),), worth(part.worth), part.label)
        yield from part.prompt.blocks
        yield from drawing(part.figure, answer=False)
        yield from rounded_here(part, told)
        yield from _given(part, known, view)
        for solved in part.asked:
            yield from choices(solved)
        if part.asked:
            yield _room(part)


def _rounded(part: SolvedPart) -> bool:
    return any(isinstance(solved.form, Rounding) and not solved.item.given for solved in part.asked)


def choices(solved: Solved) -> Iterator[Block]:
    """What an answer in words is about, and what there is to choose from."""
    item = solved.item
    if item.offered:
        yield bullets(*map(sentence, item.offered))
    elif item.answer is not None and item.title:
        yield Prose(titled(item.title, solved.context.working.symbols), "title")
    if item.asks:
        yield Prose((f"Answer with {item.asks}.",), "why")


def _policy(solution: Solution) -> str:
    if solution.carry == "exact":
        return f"Calculate with unrounded values, and write results to {solution.rounding}, rounded half up."
    return f"Round each result half up to {solution.rounding}; the next step uses the rounded value."


def givens(part: SolvedPart) -> Sequence[Solved]:
    """What a part's steps start from, but for what it asks to be stated."""
    asked = {solved.name for solved in part.asked}
    return [solved for solved in (*part.uses, *part.steps) if solved.item.given and solved.name not in asked]


def _given(part: SolvedPart, known: set[int], view: View) -> Iterator[Block]:
    """What the part starts from and no part before it has stated."""
    new = [solved for solved in givens(part) if id(solved) not in known]
    known.update(map(id, new))
    if new := distinct(new):
        yield Prose(("Given",), "label")
        yield from answers(new, new[0].context.working.symbols, MOST[view.detail])


def _read_off(solution: Solution, parts: Sequence[SolvedPart]) -> set[int]:
    """What is given and asked to be stated, where the figure shows all of it: to print it would answer that part."""
    if solution.figure is None or solution.figure.word != "network":
        return set()
    from solver.render.figures.figure_feedforward import MOST  # few questions have one

    stated = (solved for part in parts for solved in part.asked if solved.item.given)
    return {id(solved) for solved in stated if max(np.shape(solved.value), default=1) <= MOST}


def _room(part: SolvedPart) -> Listed:
    """Empty lines, which every format keeps: the more, the more marks there are."""
    lines = _USUAL if part.marks is None else int(part.marks * _LINES_A_MARK)
    if all(solved.item.kind == "word" for solved in part.asked):
        lines = _LEAST
    return Listed("\n" * min(max(lines, _LEAST), _MOST_LINES))
