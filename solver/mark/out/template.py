"""The answer sheet as a form to fill in: a CSV header, a YAML file a student, markdown to print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from solver.mark.out.writer import csv_line, text_cell
from solver.mark.read.read_names import STUDENT
from solver.mark.sheet import Answer, Sheet
from solver.render.blocks import Block, Heading, Prose, Table, bullets
from solver.render.clean import clean
from solver.spec.prose.passages import sentence
from solver.working.solution import SolvedPart

TemplateFormat = Literal["csv", "yaml", "markdown"]

_DOTS = "." * 8
_HOW = {
    "number": "a number",
    "word": "a word or a letter",
    "formula": "a formula",
    "text": "a few sentences",
}


def template(sheet: Sheet, form: TemplateFormat) -> str:
    """The form of a sheet: every answer by name, with its shape."""
    if form == "csv":
        return csv_line(map(text_cell, [STUDENT, *sheet.cells]))
    if form == "yaml":
        return "\n".join(_yaml(sheet)) + "\n"
    from solver.render import format_markdown

    return format_markdown.render(list(_blocks(sheet)))


def shape_of(answer: Answer) -> str:
    """What is to be written: `3×1 numbers`, `a word or a letter`."""
    rows, columns = answer.shape
    how = answer.solved.item.asks or _HOW[answer.kind]
    return how if answer.shape == (1, 1) else f"{rows}×{columns} numbers"


def _yaml(sheet: Sheet) -> Iterator[str]:
    yield f"# {clean(sheet.solution.title)}"
    yield "# Numbers as they were written: 0.86, 1/3, 1.6e-3. What was not answered stays empty."
    yield f"{STUDENT}:"
    yield "answers:"
    for part, answers in _by_part(sheet):
        yield f"  # {part.label}" + (f", {_marks(part)}" if part.marks is not None else "")
        for answer in answers:
            value = _empty(answer)
            yield f"  {answer.key}:{' ' if value else ''}{value}  # {shape_of(answer)}"


def _empty(answer: Answer) -> str:
    """The empty value of an answer: nothing, or lists of empty texts in its shape."""
    rows, columns = answer.shape
    if answer.shape == (1, 1):
        return ""
    row = "[" + ", ".join(['""'] * columns) + "]"
    if columns == 1:
        return "[" + ", ".join(['""'] * rows) + "]"
    return "[" + ", ".join([row] * rows) + "]"


def _blocks(sheet: Sheet) -> Iterator[Block]:
    yield Heading(1, sheet.solution.title)
    if sheet.solution.prompt:
        yield from sheet.solution.prompt.blocks
    yield Prose((f"Student: {_DOTS * 4}",))
    for part, answers in _by_part(sheet):
        yield Heading(2, f"Part {part.label}", _marks(part))
        if part.prompt:
            yield from part.prompt.blocks
        for answer in answers:
            if answer.solved.item.offered:
                yield bullets(*(sentence(line) for line in answer.solved.item.offered))
        rows = [((answer.key,), (shape_of(answer),), (_room(answer),)) for answer in answers]
        yield Table(("answer", "what", "value"), tuple(rows), {})


def _room(answer: Answer) -> str:
    """Room to write: dots for each cell, semicolons between the rows."""
    rows, columns = answer.shape
    return "; ".join([", ".join([_DOTS] * columns)] * rows)


def _by_part(sheet: Sheet) -> Iterator[tuple[SolvedPart, list[Answer]]]:
    for part in sheet.parts:
        yield part, [answer for answer in sheet.answers.values() if answer.part == part.label]


def _marks(part: SolvedPart) -> str:
    if part.marks is None:
        return ""
    return f"{part.marks:f} mark{'' if part.marks == 1 else 's'}"
