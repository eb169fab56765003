"""What is said of a student's answers as plain objects for JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from solver.mark.judge.marks import Plan
from solver.mark.out.rows import BY_HAND, Row, Rows
from solver.render.json_text import json_text


def cell_json(plan: Plan, row: Row) -> dict[str, Any]:
    """One cell: verdict, written, marks (None where a person marks it), of, and where there is one: expected, mistake, reason."""
    made: dict[str, Any] = {"verdict": row.verdict} if row.verdict else {}
    made["written"] = row.written
    made |= {"marks": None if row.verdict == BY_HAND else plan.number(row.units), "of": plan.number(row.most)}
    said = {"expected": row.expected, "mistake": row.mistake, "reason": row.reason}
    return made | {name: text for name, text in said.items() if text}


def students_json(plan: Plan, rows: Rows) -> Iterator[str]:
    """Every student of a batch, as the text of what `student_json` gives. What many have alike is made once."""
    made: dict[int, str] = {}
    kept: list[Row] = []  # what is kept keeps its identity
    marks: dict[tuple[int, ...], str] = {}
    for i, student in enumerate(rows.graded.submissions.students):
        cells = []
        for row in rows.of(i):
            cell = made.get(id(row))
            if cell is None:
                kept.append(row)
                cell = made[id(row)] = f"{json_text(row.cell)}: {json_text(cell_json(plan, row))}"
            cells.append(cell)
        earned = tuple([units[i] for units in rows.part_units.values()])
        if earned not in marks:
            marks[earned] = json_text(_marks(plan, rows, i))[1:-1]
        looked = _review(rows, i)
        review = f"{json_text(looked)[1:-1]}, " if looked else ""
        yield f'{{"student": {json_text(student)}, {marks[earned]}, {review}"answers": {{{", ".join(cells)}}}}}'


def student_json(plan: Plan, rows: Rows, i: int) -> dict[str, Any]:
    """Student i of a batch: `{"student", "total", "parts", "answers"}`, the answers by cell, and `review` if any."""
    return student_head(plan, rows, i) | {"answers": {row.cell: cell_json(plan, row) for row in rows.of(i)}}


def student_head(plan: Plan, rows: Rows, i: int) -> dict[str, Any]:
    """Student i of a batch without the answers: `{"student", "total", "parts"}`, and `review` where a person has to look:
    at cells that were not read, and at the whole script.
    """
    return {"student": rows.graded.submissions.students[i]} | _marks(plan, rows, i) | _review(rows, i)


def _marks(plan: Plan, rows: Rows, i: int) -> dict[str, Any]:
    units = {label: earned[i] for label, earned in rows.part_units.items()}
    parts = {label: plan.number(earned) for label, earned in units.items()}
    return {"total": plan.number(sum(units.values())), "parts": parts}


def _review(rows: Rows, i: int) -> dict[str, Any]:
    student = rows.graded.submissions.students[i]
    unread = [{"answer": t.cell, "text": t.found, "reason": t.reason} for t in rows.reviews.get(student, ())]
    whole = [{"answer": "", "text": "", "reason": reason} for reason in rows.graded.review.get(i, ())]
    return {"review": unread + whole} if unread or whole else {}
