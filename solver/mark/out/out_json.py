"""Marks as one JSON object: the question, what can be earned, and an object for each student."""

from __future__ import annotations

from solver.mark.out.rows import Rows
from solver.mark.out.rows_json import student_json
from solver.mark.out.writer import Writer
from solver.mark.records import Graded
from solver.render.json_text import json_text


class JsonWriter(Writer):
    """Writes `{"title", "of", "parts", "by_hand", "students": [{"student", "total", "parts", "answers"}]}`.

    Each student's `answers` has, by cell: verdict, marks, of, written, and where there is one: expected, mistake,
    reason. Marks are numbers of the fewest decimals; the totals are exact sums of them in decimal arithmetic.
    """

    endings = (".json",)
    for_programs = True

    def open(self) -> None:
        head = {
            "title": self.sheet.solution.title,
            "of": self.plan.number(self.plan.total),
            "parts": {label: self.plan.number(self.plan.most(label)) for label in self.plan.parts},
            "by_hand": {key: self.plan.number(units) for key, units in self.plan.by_hand.items()},
        }
        self.stream.write(f'{json_text(head)[:-1]}, "students": [')
        self.first = True

    def add(self, graded: Graded) -> None:
        rows = Rows(self.sheet, self.plan, self.scheme, graded)
        for i in range(len(graded.submissions.students)):
            self.stream.write(("\n" if self.first else ",\n") + json_text(student_json(self.plan, rows, i)))
            self.first = False

    def close(self) -> None:
        self.stream.write("\n]}\n")
