"""Marks for Moodle's grade import: whom it is about, the grade, and its feedback.

In Moodle: Grades, Import, CSV file; then map the first column to the field it is called after, the second to the grade
item and the third to its feedback. https://docs.moodle.org/en/Grade_import
"""

from __future__ import annotations

from solver.mark.out.rows import ACCEPTED, DECIDED, Row
from solver.mark.out.writer import Writer, csv_line, text_cell
from solver.mark.records import Graded, Show
from solver.spec.prose.passages import unmarked

_MOST_SAID = 8


class MoodleWriter(Writer):
    """Writes `Email address,TITLE,TITLE (feedback)`; `Username` or `ID number` where students are known by these.

    The first student decides: an address has an @, an ID number is of digits alone.
    """

    started = False
    show: Show = "hints"

    def head(self, student: str) -> None:
        """The header."""
        field = "Email address" if "@" in student else "ID number" if student.isdigit() else "Username"
        title = unmarked(self.sheet.solution.title)
        self.stream.write(csv_line([field, text_cell(title), text_cell(f"{title} (feedback)")]))
        self.started = True

    def add(self, graded: Graded) -> None:
        rows, parts = self.told(graded), self.part_marks(graded)
        for i, (student, total) in enumerate(zip(graded.submissions.students, self.totals(graded), strict=True)):
            if not self.started:
                self.head(student)
            by_part = {label: units[i] for label, units in parts.items()}
            told = list(rows.of(i)) if total < self.plan.total or self.scheme.decisions else []
            decided = [row for row in told if row.verdict == DECIDED or row.reason.startswith(ACCEPTED)]
            lost = [row for row in told if row.units < row.most and row not in decided]
            said = self.feedback(by_part, lost, decided)
            if student in rows.reviews:
                unread = "; ".join(trouble.told for trouble in rows.reviews[student][:_MOST_SAID])
                said = f"{said} | could not be read: {unread}"
            self.stream.write(csv_line([text_cell(student), self.plan.text(total), text_cell(said)]))

    def close(self) -> None:
        if not self.started:
            self.head("")

    def feedback(self, parts: dict[str, int], lost: list[Row], decided: list[Row]) -> str:
        """The marks of each part, and the first answers that lost some."""
        text, most = self.plan.text, self.plan.most
        marks = ", ".join(f"{label} {text(units)}/{text(most(label))}" for label, units in parts.items())
        marked = [row for row in lost if row.answer in self.plan.cells]
        if self.show == "marks":
            marked = []
        said = [f"{row.cell}: {row.reason or row.verdict.lower()}" for row in marked[:_MOST_SAID]]
        said += [f"{len(marked) - _MOST_SAID} more"] if len(marked) > _MOST_SAID else []
        said += [f"{row.cell}: {text(row.units)}, {row.reason}" for row in decided]
        said += [f"to be marked by hand: {', '.join(self.plan.by_hand)}"] if self.plan.by_hand else []
        return " | ".join([f"Parts: {marks}", *said])
