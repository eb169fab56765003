"""The answer sheet as a form to fill in: a CSV header, a YAML file a student, markdown to print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from solver.mark.out.writer import csv_line, text_cell
from solver.mark.read.read_names import STUDENT
from solver.mark.sheet import Answer, Sheet
from solver.render.clean import clean
from solver.render.views.headings import IN_ROWS, in_rows, worth
from solver.render.views.view import View
from solver.render.views.view_sheet import question, wanted
from solver.spec.prose.passages import unmarked
from solver.working.solution import SolvedPart

TemplateFormat = Literal["csv", "yaml", "markdown"]


def template(sheet: Sheet, form: TemplateFormat) -> str:
    """The form of a sheet: every answer by name, with its shape."""
    if form == "csv":
        return csv_line(map(text_cell, [STUDENT, *sheet.cells]))
    if form == "yaml":
        return "\n".join(_yaml(sheet)) + "\n"
    from solver.render import format_markdown

    return format_markdown.render(list(question(sheet.solution, View(kind="sheet"), 1)))


def _yaml(sheet: Sheet) -> Iterator[str]:
    yield f"# {clean(unmarked(sheet.solution.title))}"
    yield "# Numbers as they were written: 0.86, 1/3, 1.6e-3. What was not answered stays empty."
    if in_rows(sheet.parts):
        yield f"# {IN_ROWS}"
    yield f"{STUDENT}:"
    yield "answers:"
    for part, answers in _by_part(sheet):
        yield f"  # {part.label}" + (f", {worth(part.marks)}" if part.marks is not None else "")
        for answer in answers:
            value = _empty(answer)
            yield f"  {answer.key}:{' ' if value else ''}{value}  # {wanted(answer.solved)}"


def _empty(answer: Answer) -> str:
    """The empty value of an answer: nothing, or lists of empty texts in its shape."""
    rows, columns = answer.shape
    if answer.shape == (1, 1):
        return ""
    row = "[" + ", ".join(['""'] * columns) + "]"
    if columns == 1:
        return "[" + ", ".join(['""'] * rows) + "]"
    return "[" + ", ".join([row] * rows) + "]"


def _by_part(sheet: Sheet) -> Iterator[tuple[SolvedPart, list[Answer]]]:
    for part in sheet.parts:
        yield part, sheet.by_part.get(part.label, [])
