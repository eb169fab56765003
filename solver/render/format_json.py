"""A solution as JSON: the contract that grading scripts read."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import prod
from typing import TYPE_CHECKING, Any

from solver.errors import Place, Problem, SpecError
from solver.formula.print.printer_latex import LatexPrinter
from solver.formula.print.printer_text import TextPrinter, symbol_text, words_text
from solver.formula.print.setter_latex import upright
from solver.formula.walks.reduce import Detail
from solver.render.document import NO_HEAD, WHOLE, View, titled
from solver.render.json_text import json_text
from solver.render.views.headings import total
from solver.render.views.view_question import givens
from solver.rounding import Rounding
from solver.spec.prose.passages import unmarked
from solver.working.items import Line
from solver.working.question import PaperHead
from solver.working.solution import Solution, Solved, SolvedPart, jsonable

if TYPE_CHECKING:
    from solver.render.format import Shown

ENDINGS = (".json",)
FOR_PROGRAMS = True
MAX_NUMBERS = 500_000
"""The most numbers that are written: each stands there four times."""
MOST_STEPS = 5_000
"""Of a question with more steps, those that repeat earlier ones with new numbers have no lines."""
MOST_WRITTEN = 3_000_000
"""When the lines of a question have so many characters, the steps that follow have none."""
_LEAST_WRITTEN = 1_000
"""So many characters a step counts as at the least: working it out takes its time, however short it is."""


def page(shown: Shown) -> str:
    """The solutions, with the lines that the view shows; raises SpecError where they have too many numbers."""
    parts = [part for solution in shown.solutions for part in shown.view.shown(solution)]
    numbers = sum(prod(solved.shape) for part in parts for solved in _told(part, shown.view))
    if numbers > MAX_NUMBERS:
        found = f"{numbers:,} numbers to be written, expected at most {MAX_NUMBERS:,}"
        hint = "name parts with --part, let them find less, or take a format that shortens large matrices"
        raise SpecError([Problem(Place("--format json"), found, hint)])
    return render(shown.title, shown.solutions, shown.view, shown.head)


def render(title: str, solutions: Sequence[Solution], view: View = WHOLE, head: PaperHead = NO_HEAD) -> str:
    """One object: a question, or an exam with its `questions`."""
    made = [question(solution, view) for solution in solutions]
    marks = _number(sum((total(solution) for solution in solutions), Decimal()))
    paper = {"title": unmarked(title), **_head(head), "marks": marks, "questions": made}
    whole = {**_head(head), **made[0]} if len(made) == 1 and solutions[0].title == title else paper
    return json_text(whole, indent=2) + "\n"


def _head(head: PaperHead) -> dict[str, str]:
    """What the paper tells, as it is typed."""
    told = {
        "course": head.course,
        "date": head.date,
        "duration": head.duration,
        "instructions": head.instructions.source,
    }
    return {name: said for name, said in told.items() if said}


def question(solution: Solution, view: View = WHOLE) -> dict[str, Any]:
    """The object of one question."""
    shown = view.shown(solution)
    worked = _Worked(sum(len(part.steps) for part in shown) <= MOST_STEPS)
    solved = view.kind in ("answer", "key")
    answers = {part.key(s): jsonable(s.value) if solved else _blank(s) for part in shown for s in part.asked}
    made: dict[str, Any] = {
        "title": unmarked(solution.title),
        "marks": _number(total(solution)),
        "round": _round(solution.rounding),
        "carry": solution.carry,
        "parts": [
            {
                "label": part.label,
                "marks": None if part.worth is None else _number(part.worth),
                "prompt": part.prompt.source,
                "checked": part.checked if view.kind == "answer" and view.lecturer else None,
                "steps": _steps(part, view, worked),
            }
            for part in shown
        ],
        "answers": answers,
    }
    if solution.warnings and view.lecturer:
        made["warnings"] = [
            {"line": w.place.line, "column": w.place.column, "message": w.message, "hint": w.hint}
            for w in solution.warnings
        ]
    if view.compare:
        made["compare"] = {
            part.key(s): {"rounded": _plain(s, s.rounded), "exact": _plain(s, s.exact)}
            for part in shown
            for s in part.asked
            if s.diverges
        }
    return made


class _Worked:
    """The steps of a question with their lines, as long as these are not more than anybody reads.

    few: whether those that repeat earlier ones have lines, too.
    """

    def __init__(self, few: bool) -> None:
        self.few, self.left = few, MOST_WRITTEN

    def step(self, solved: Solved, detail: Detail) -> dict[str, Any]:
        worked = self.left > 0 and (self.few or not _again(solved))
        made = step(solved, detail, worked)
        self.left -= worked * max(sum(map(len, made["lines"])), _LEAST_WRITTEN)
        return made


def _told(part: SolvedPart, view: View) -> Sequence[Solved]:
    """What the view shows of a part: all of its steps, its values, what it gives, or nothing."""
    match view.kind:
        case "answer":
            return part.steps
        case "key":
            return part.asked
        case "question":
            return givens(part)
        case "sheet":
            return []


def _steps(part: SolvedPart, view: View, worked: _Worked) -> list[dict[str, Any]]:
    told = _told(part, view)
    if view.kind == "answer":
        return [worked.step(solved, view.detail) for solved in told]
    return [step(solved, view.detail, view.kind == "question") for solved in told]


def _blank(solved: Solved) -> Any:
    """An answer that is not given: nothing, or lists of nothing in its shape."""
    rows, columns = solved.shape
    return None if (rows, columns) == (1, 1) else [[None] * columns for _ in range(rows)]


def _again(solved: Solved) -> bool:
    """Whether a step repeats an earlier one with new numbers."""
    repeat = solved.context.working.repeats.get(solved.name)
    return repeat is not None and repeat.iteration > 1


def step(solved: Solved, detail: Detail, worked: bool = True) -> dict[str, Any]:
    """The object of one step. worked: whether it has lines."""
    item = solved.item
    return {
        "name": solved.name,
        "symbol": symbol_text(solved.symbol),
        "title": words_text(titled(item.title, solved.context.working.symbols)),
        "formula": item.source,
        "value": jsonable(solved.value),
        "exact": solved.exact_value,
        "text": solved.text,
        "latex": _latex(solved),
        "lines": _lines(solved, detail) if worked else [],
    }


def _latex(solved: Solved) -> str:
    """Its value in LaTeX."""
    if solved.item.answer is not None:
        return upright(str(solved.item.answer))
    return LatexPrinter(solved.context.working.symbols, most=10**6).print(solved.shown)


def _lines(solved: Solved, detail: Detail) -> list[str]:
    if solved.item.answer is not None:
        return [*solved.item.points, *([solved.item.why] if solved.item.why else [])]
    printer = TextPrinter(solved.context.working.symbols)
    return [_line(line, printer) for line in solved.lines(detail)]


def _line(line: Line, printer: TextPrinter) -> str:
    left = printer.print(line.left) + " " if line.left is not None else ""
    note = f"   ({words_text(line.note)})" if line.note else ""
    return f"{left}{line.relation} {printer.print(line.right)}{note}"


def _plain(solved: Solved, value: Any) -> Any:
    written = solved.form.round(value)
    return jsonable(written.item() if written.size == 1 else written)


def _round(rounding: Rounding) -> dict[str, int]:
    return {"figures" if rounding.figures else "decimals": rounding.digits}


def _number(marks: Any) -> int | float:
    return int(marks) if marks == int(marks) else float(marks)
