"""Marks as CSV: a row for each student, a column for each part, and the total."""

from __future__ import annotations

from solver.mark.out.writer import Writer, csv_line, text_cell
from solver.mark.records import Graded


class CsvWriter(Writer):
    """Writes `student,a,b,…,total`; answers that a person marks have a column of their own, empty, behind the total.

    `review` has what a person has to look at: the cells that could not be read, as they were written.
    """

    apart = True
    endings = ("", ".csv")

    def open(self) -> None:
        by_hand = [f"{key} (by hand)" for key in self.plan.by_hand]
        self.stream.write(csv_line(map(text_cell, ["student", *self.plan.parts, "total", *by_hand, "review"])))

    def add(self, graded: Graded) -> None:
        shown = [self.plan.text(units) for units in range(self.plan.total + 1)]  # few marks, many students
        columns = [[shown[u] for u in units] for units in self.part_marks(graded).values()]
        totals = [shown[u] for u in self.totals(graded)]
        reviews = map(text_cell, self.reviews(graded))
        students = map(text_cell, graded.submissions.students)
        by_hand = [[""] * len(totals)] * len(self.plan.by_hand)
        rows = zip(students, *columns, totals, *by_hand, reviews, strict=True)
        self.stream.write("".join([",".join(row) + "\n" for row in rows]))
