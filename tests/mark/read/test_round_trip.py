"""Answer sheet, filled in with the key, read again: every family's example gets full marks, and nothing is asked back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import yaml

from solver.mark.asked import Asked
from solver.mark.judge.grade import grade_batch
from solver.mark.out.template import template
from solver.mark.read.chunks import chunks
from solver.mark.read.read_batch import Reader
from solver.mark.read.read_names import names
from solver.mark.sheet import Cell
from tests.questions import FEW, asked_of
from tests.tables import each


def typed(made: Asked, cell: Cell) -> str:
    """The key as a student would type it."""
    solved = made.sheet.answers[cell.key].solved
    if made.sheet.answers[cell.key].kind == "formula":
        return str(solved.value)
    if made.sheet.answers[cell.key].kind != "number":
        return solved.text
    return solved.form.text(float(solved.written[cell.row, cell.column]))


def filled(made: Asked, form: str) -> str:
    """The sheet filled in."""
    answers = {
        key: [[typed(made, cell) for cell in answer.cells if cell.row == r] for r in range(answer.shape[0])]
        for key, answer in made.sheet.answers.items()
    }
    if form == "csv":
        line = io.StringIO()
        csv.writer(line).writerow(["ann", *(typed(made, cell) for cell in made.sheet.cells.values())])
        return template(made.sheet, "csv") + line.getvalue()
    empty = yaml.safe_load(template(made.sheet, "yaml"))
    assert list(empty["answers"]) == list(answers)
    done = {"student": "ann", "answers": answers}
    return yaml.safe_dump(done, allow_unicode=True) if form == "yaml" else json.dumps([done])


@each("form", ["csv", "yaml", "json"])
@each("name", FEW)
def test_a_filled_sheet_reads_back(name: str, form: str, tmp_path: Path) -> None:
    made = asked_of(name)
    path = tmp_path / f"a.{form}"
    path.write_text(filled(made, form), encoding="utf-8")
    (found,) = (
        Reader(made.sheet).submissions(t) for c in chunks([str(path)], names(made.sheet), []) for t in c.texts()
    )
    graded = grade_batch(made.sheet, made.scheme, found)
    assert found.students == ["ann"]
    assert not found.readings
    assert not graded.submissions.troubles
    units = made.plan.part_units(graded.marks)
    assert sum(int(earned[0]) for earned in units.values()) == made.plan.total
