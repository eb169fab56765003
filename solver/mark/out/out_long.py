"""Marks as long CSV: a row for each cell of each student's answers, with its verdict and the reason."""

from __future__ import annotations

from solver.mark.out.rows import BY_HAND, Row
from solver.mark.out.writer import Writer, any_cell, csv_line, text_cell
from solver.mark.records import Graded

COLUMNS = ("student", "answer", "written", "expected", "key", "verdict", "mistake", "reason", "marks", "of", "review")

_MOST_LINES = 10_000


class LongWriter(Writer):
    """Writes `student,answer,written,expected,key,verdict,mistake,reason,marks,of,review`.

    marks is empty where a person marks the answer; the other marks of a student sum to the total. review
    is what could not be read, as it was written.
    """

    apart = True

    def open(self) -> None:
        self.stream.write(csv_line(COLUMNS))

    def add(self, graded: Graded) -> None:
        rows = self.told(graded)
        unread = {(t.student, t.cell): t.found for t in graded.submissions.troubles if t.cell}
        tails: dict[int, str] = {}
        kept: list[Row] = []  # what is kept keeps its identity
        lines: list[str] = []
        for name, i in zip(graded.submissions.students, range(len(graded.submissions.students)), strict=True):
            student = text_cell(name)
            for row in rows.of(i):
                tail = tails.get(id(row))
                if tail is None:
                    kept.append(row)
                    tail = tails[id(row)] = self.tail(row)
                found = unread.get((name, row.cell)) or unread.get((name, row.answer)) if unread else None
                lines.append(f"{student},{tail}\n" if not found else f"{student},{tail}{text_cell(found)}\n")
            if len(lines) > _MOST_LINES:
                self.stream.write("".join(lines))
                lines.clear()
        self.stream.write("".join(lines))

    def tail(self, row: Row) -> str:
        """The line of a row but for its student and what could not be read."""
        values = map(any_cell, (row.written, row.expected, row.key))
        words = map(text_cell, (row.verdict, row.mistake, row.reason))
        marks = "" if row.verdict == BY_HAND else self.plan.text(row.units)
        return ",".join([text_cell(row.cell), *values, *words, marks, self.plan.text(row.most), ""])
