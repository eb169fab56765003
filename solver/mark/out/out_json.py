"""Marks as one JSON object: the question, what can be earned, and an object for each student."""

from __future__ import annotations

from typing import Any

from solver.mark.judge.grade import Graded
from solver.mark.out.out_base import Writer
from solver.mark.out.out_rows import Row, Rows
from solver.render.json_text import json_text


class JsonWriter(Writer):
    """Writes `{"title", "of", "parts", "by_hand", "students": [{"student", "total", "parts", "answers"}]}`.

    Each student's `answers` has, by cell: verdict, marks, of, written, and where there is one: expected, mistake,
    reason. Marks are numbers of the fewest decimals; the totals are exact sums of them in decimal arithmetic.
    """

    def open(self) -> None:
        head = {
            "title": self.sheet.solution.title,
            "of": self.marks(self.plan.total),
            "parts": {label: self.marks(self.plan.most(label)) for label in self.plan.parts},
            "by_hand": {key: self.marks(units) for key, units in self.plan.by_hand.items()},
        }
        self.stream.write(f'{json_text(head)[:-1]}, "students": [')
        self.first = True

    def marks(self, units: int) -> int | float:
        """Units as a JSON number."""
        text = self.plan.text(units)
        return float(text) if "." in text else int(text)

    def add(self, graded: Graded) -> None:
        rows, parts = Rows(self.sheet, self.plan, self.scheme, graded), self.part_marks(graded)
        for i, (student, total) in enumerate(zip(graded.submissions.students, self.totals(graded), strict=True)):
            made = {
                "student": student,
                "total": self.marks(total),
                "parts": {label: self.marks(units[i]) for label, units in parts.items()},
                "answers": {row.cell: self.answer(row) for row in rows.of(i)},
            }
            self.stream.write(("\n" if self.first else ",\n") + json_text(made))
            self.first = False

    def answer(self, row: Row) -> dict[str, Any]:
        """One cell."""
        marked = row.answer in self.plan.cells
        made: dict[str, Any] = {"verdict": row.verdict, "written": row.written}
        made |= {"marks": self.marks(row.units) if marked else None, "of": self.marks(row.most)}
        said = {"expected": row.expected, "mistake": row.mistake, "reason": row.reason}
        return made | {name: text for name, text in said.items() if text}

    def close(self) -> None:
        self.stream.write("\n]}\n")
