"""Marks as one JSON object: the question, what can be earned, and an object for each student."""

from __future__ import annotations

from solver.mark.out.rows_json import students_json
from solver.mark.out.writer import Writer
from solver.mark.records import Graded
from solver.render.json_text import json_text
from solver.spec.prose.passages import unmarked


class JsonWriter(Writer):
    """Writes `{"title", "of", "parts", "by_hand", "students": [{"student", "total", "parts", "answers"}]}`.

    Each student's `answers` has, by cell: verdict, marks, of, written, and where there is one: expected, mistake,
    reason; `review` lists what could not be read. Marks are numbers of the fewest decimals; the totals are exact sums of them in decimal arithmetic.
    """

    apart = True
    between = ",\n"
    begun = False
    endings = (".json",)
    for_programs = True

    def open(self) -> None:
        head = {
            "title": unmarked(self.sheet.solution.title),
            "of": self.plan.number(self.plan.total),
            "parts": {label: self.plan.number(self.plan.most(label)) for label in self.plan.parts},
            "by_hand": {key: self.plan.number(units) for key, units in self.plan.by_hand.items()},
        }
        self.stream.write(f'{json_text(head)[:-1]}, "students": [\n')

    def add(self, graded: Graded) -> None:
        for student in students_json(self.plan, self.told(graded)):
            self.stream.write(f"{self.between if self.begun else ''}{student}")
            self.begun = True

    def close(self) -> None:
        self.stream.write("\n]}\n")
