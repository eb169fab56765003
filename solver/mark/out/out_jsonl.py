"""Marks as JSON Lines: one object a student and a line, so that a class of any size is read line by line."""

from __future__ import annotations

from solver.mark.out.rows_json import students_json
from solver.mark.out.writer import Writer
from solver.mark.records import Graded


class JsonlWriter(Writer):
    """Writes `{"student", "total", "parts", "review", "answers"}` for each student, as `json` has them in `students`."""

    apart = True
    endings = (".jsonl", ".ndjson")
    for_programs = True

    def add(self, graded: Graded) -> None:
        for student in students_json(self.plan, self.told(graded)):
            self.stream.write(f"{student}\n")
