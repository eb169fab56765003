"""What stands at the head of questions and parts: their marks, and a drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from solver.formula.usage import usage_of
from solver.render.blocks import Block, Heading, Prose, note
from solver.render.views.view import View
from solver.rounding import Rounding
from solver.spec.prose.passages import sentence
from solver.working.question import PaperHead
from solver.working.solution import Drawn, Solution, SolvedPart

IN_ROWS = "Vectors are rows."


def total(solution: Solution) -> Decimal:
    """The marks of a question."""
    return sum((part.worth or Decimal() for part in solution.parts if "." not in part.label), Decimal())


def worth(marks: Decimal | None) -> str:
    """`3 marks`; nothing where there are none."""
    if not marks:
        return ""
    return f"{marks.normalize():f} mark{'' if marks == 1 else 's'}"


def told(head: PaperHead, view: View) -> Iterator[Block]:
    """What a paper tells below its title, and room for who answers it."""
    said = " · ".join(filter(None, (head.course, head.date, head.duration)))
    if said:
        yield Prose((said,))
    if head and view.kind in ("question", "sheet"):
        yield Prose((f"Name: {'.' * 50} Student number: {'.' * 25}",))
    yield from head.instructions.blocks


def headed(solution: Solution, level: int) -> Heading:
    """The heading of a question, and its marks."""
    return Heading(level, sentence(solution.title), worth(total(solution)))


def in_rows(parts: Iterable[SolvedPart]) -> bool:
    """Whether vectors stand as rows in some part."""
    return any(part.context and usage_of(part.context.working.symbols).vectors == "row" for part in parts)


def rounded_here(part: SolvedPart, found: Mapping[str, Rounding]) -> Iterator[Block]:
    """How the results of a part are rounded, where it is among those that `roundings` found."""
    if part.label in found:
        yield note((f"Results here are rounded half up to {part.rounding}.",))


def roundings(solution: Solution, view: View, rounded: Callable[[SolvedPart], bool]) -> dict[str, Rounding]:
    """Where a view says how results are rounded: by "" at its head, then by the label of each part where that changes.

    rounded: whether a part has numbers that are. Of a part whose inner ones have them, the outer one says it.
    """
    parts = [part for part in view.shown(solution) if part.context is None or rounded(part)]
    found: dict[str, Rounding] = {}
    if any(part.context and part.rounding == solution.rounding for part in parts):
        found[""] = solution.rounding
    current, outer = found.get(""), list[SolvedPart]()
    for part in parts:
        outer = [o for o in outer if part.label.startswith(f"{o.label}.")]
        if part.context is None:
            outer.append(part)
            continue
        if part.rounding != current:
            current = part.rounding
            found[next((o for o in outer if o.rounding == current), part).label] = current
        outer = []
    return found


def drawing(drawn: Drawn | None, *, answer: bool = True) -> Iterator[Block]:
    """A figure, if there is one. answer: whether what has been worked out stands in it, or what is given alone."""
    if drawn is not None:
        from solver.render.figures.draw import figure  # few questions have one

        yield figure(drawn, answer)
