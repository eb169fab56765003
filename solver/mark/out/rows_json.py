"""What is said of a student's answers as plain objects for JSON."""

from __future__ import annotations

from typing import Any

from solver.mark.judge.marks import Plan
from solver.mark.out.rows import Row, Rows


def cell_json(plan: Plan, row: Row) -> dict[str, Any]:
    """One cell: verdict, written, marks (None where a person marks it), of, and where there is one: expected, mistake, reason."""
    made: dict[str, Any] = {"verdict": row.verdict, "written": row.written}
    made |= {"marks": plan.number(row.units) if row.answer in plan.cells else None, "of": plan.number(row.most)}
    said = {"expected": row.expected, "mistake": row.mistake, "reason": row.reason}
    return made | {name: text for name, text in said.items() if text}


def student_json(plan: Plan, rows: Rows, i: int) -> dict[str, Any]:
    """Student i of a batch: `{"student", "total", "parts", "answers"}`, the answers by cell."""
    units = {label: int(earned[i]) for label, earned in plan.part_units(rows.graded.marks).items()}
    return {
        "student": rows.graded.submissions.students[i],
        "total": plan.number(sum(units.values())),
        "parts": {label: plan.number(earned) for label, earned in units.items()},
        "answers": {row.cell: cell_json(plan, row) for row in rows.of(i)},
    }
