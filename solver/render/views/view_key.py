"""The key: every value asked for, complete unless it is far too large, without its working."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from solver.formula.walks.reduce import MOST
from solver.render.answers import answers
from solver.render.blocks import Block, Bullets, Prose, bullets, part_label
from solver.render.views.definitions import point, titled
from solver.render.views.headings import headed, worth
from solver.render.views.view import View
from solver.working.solution import Solution, SolvedPart


def question(solution: Solution, view: View, level: int) -> Iterator[Block]:
    """A question, its parts as values."""
    yield headed(solution, level)
    parts = view.shown(solution)
    for part, made in zip(parts, values(parts, view), strict=True):
        if part.asked:
            yield Prose((" · ".join(filter(None, (part_label(part.label), worth(part.worth)))),), "label")
            yield from made


def values(parts: Sequence[SolvedPart], view: View) -> list[list[Block]]:
    """What each of some parts asks for."""
    found: list[list[Block]] = []
    for part in parts:
        found.append(list(_values(part, view)) if part.asked else [])
        view = view.behind(found[-1])
    return found


def _values(part: SolvedPart, view: View) -> Iterator[Block]:
    assert part.context is not None
    symbols = part.context.working.symbols
    numbers = [solved for solved in part.asked if solved.item.answer is None]
    yield from answers(numbers, symbols, MOST["normal"], left=view.numbers, key=True)
    for solved in part.asked:
        item = solved.item
        if item.points_answer:
            yield Bullets(tuple(point(text, symbols, whole=True) for text in item.points))
        elif item.answer is not None:
            yield bullets((*titled(item.title, symbols), ": " if item.title else "", str(item.answer)))
