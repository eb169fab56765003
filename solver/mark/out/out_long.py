"""Marks as long CSV: a row for each cell of each student's answers, with its verdict and the reason."""

from __future__ import annotations

from solver.mark.out.rows import Rows
from solver.mark.out.writer import Writer, any_cell, csv_line, text_cell
from solver.mark.records import Graded

COLUMNS = ("student", "answer", "written", "expected", "key", "verdict", "mistake", "reason", "marks", "of")


class LongWriter(Writer):
    """Writes `student,answer,written,expected,key,verdict,mistake,reason,marks,of`.

    marks is empty where a person marks the answer; the other marks of a student sum to the total.
    """

    apart = True

    def open(self) -> None:
        self.stream.write(csv_line(COLUMNS))

    def add(self, graded: Graded) -> None:
        rows, text = Rows(self.sheet, self.plan, self.scheme, graded), self.plan.text
        for i, student in enumerate(map(text_cell, graded.submissions.students)):
            for row in rows.of(i):
                values = map(any_cell, (row.written, row.expected, row.key))
                words = map(text_cell, (row.verdict, row.mistake, row.reason))
                marks = text(row.units) if row.answer in self.plan.cells else ""
                self.stream.write(csv_line([student, text_cell(row.cell), *values, *words, marks, text(row.most)]))
