"""Marks for Canvas: its own exported gradebook with one assignment filled in, ready to be imported again.

The export has a row of column names (Student, ID, SIS User ID, SIS Login ID, Section, then the assignments as
`Name (id)`; between these, columns of one's own, of which `Notes` is what teachers alone see), perhaps a row on posting, a row `Points Possible`, and a row for each student.
https://community.canvaslms.com, "How do I import grades in the Gradebook?"
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO

from solver.errors import Place, Problem, SpecError, nearest
from solver.mark.out.writer import Writer, any_cell, csv_line
from solver.mark.records import Graded
from solver.mark.sheet import Sheet
from solver.spec.prose.passages import unmarked
from solver.working.question import Scheme

IDENTITIES = ("SIS Login ID", "SIS User ID", "Integration ID", "ID", "Student")
_FIXED = {*IDENTITIES, "Section", "Root Account"}
_KEPT = ("N/A", "EX")
NOTES = "Notes"
"""Canvas's own column for teachers, which an export has where the gradebook shows it, and an import changes."""
MAX_BYTES = 64_000_000


class CanvasWriter(Writer):
    """Writes a gradebook when it is closed; until then it keeps the gradebook's rows.

    gradebook: the lines of the export. assignment: the column to fill, with or without its id; the question's title
    if left out. What a person has to look at is added to `Notes`, where the gradebook has it. Students are found by login, SIS ID, ID or name; excused ones stay excused. unmatched: the students
    graded that the gradebook does not have.

    Raises SpecError where the file is no gradebook, or has no such assignment.
    """

    def __init__(
        self,
        stream: TextIO,
        sheet: Sheet,
        scheme: Scheme | None = None,
        *,
        gradebook: Iterable[str],
        assignment: str = "",
        file: str = "gradebook",
    ) -> None:
        super().__init__(stream, sheet, scheme)
        self.unmatched: list[str] = []
        self.unsaid = 0
        self.rows, self.separator = _read(gradebook, file)
        self.column = self.found(assignment or unmarked(sheet.solution.title), file)
        self.known = self.identities()
        self.notes = next((i for i, name in enumerate(self.rows[0]) if name.strip() == NOTES), None)
        self.file = file

    def found(self, assignment: str, file: str) -> int:
        """The column of the assignment."""
        header = self.rows[0]
        names = {i: name for i, name in enumerate(header) if name.strip() and name not in _FIXED}
        for i, name in names.items():
            if assignment.strip().casefold() in (name.casefold(), name.rpartition(" (")[0].casefold()):
                return i
        plain = [name.rpartition(" (")[0] or name for name in names.values()]
        message = f"no assignment is called {assignment[:80]!r}"
        raise SpecError([Problem(Place(file, 1), message, nearest(assignment, plain))])

    def identities(self) -> dict[str, int]:
        """The row of each student by all they are known by; what two students share identifies neither."""
        known: dict[str, int] = {}
        shared = set()
        columns = [self.rows[0].index(name) for name in IDENTITIES if name in self.rows[0]]
        for r, row in enumerate(self.rows[1:], 1):
            if _is_student(row):
                for name in {row[c].strip().casefold() for c in columns if c < len(row)} - {""}:
                    if known.setdefault(name, r) != r:
                        shared.add(name)
        return {name: r for name, r in known.items() if name not in shared}

    def add(self, graded: Graded) -> None:
        reviews = self.reviews(graded)
        for student, units, review in zip(graded.submissions.students, self.totals(graded), reviews, strict=True):
            r = self.known.get(student.strip().casefold())
            if r is None:
                self.unmatched.append(student)
            elif self.rows[r][self.column].strip() not in _KEPT:
                self.rows[r][self.column] = self.plan.text(units)
                if review and self.notes is None:
                    self.unsaid += 1
                elif review and self.notes is not None and review not in self.rows[r][self.notes]:
                    self.rows[r][self.notes] = "; ".join(filter(None, (self.rows[r][self.notes].strip(), review)))

    def close(self) -> None:
        if self.unsaid:
            message = f"has no column {NOTES!r}, which would say of {self.unsaid:,} script{'' if self.unsaid == 1 else 's'} what a person has to look at"
            hint = "show it in the gradebook and export again, or take the list of --review FILE"
            self.notices.append(Problem(Place(self.file, 1), message, hint))
        for row in self.rows:
            self.stream.write(csv_line(map(any_cell, row), self.separator))


def _read(gradebook: Iterable[str], file: str) -> tuple[list[list[str]], str]:
    """The rows of an exported gradebook, all as long as the first, and what separates its cells."""
    lines: list[str] = []
    size = 0
    for line in gradebook:
        size += len(line)
        if size > MAX_BYTES:
            raise SpecError([Problem(Place(file), f"is larger than {MAX_BYTES:,} characters")])
        lines.append(line.removeprefix("\ufeff") if not lines else line)
    first = lines[0] if lines else ""
    separator = ";" if first.count(";") > first.count(",") else ","
    try:
        rows = list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error as error:
        raise SpecError([Problem(Place(file), f"is not CSV: {error}")]) from None
    if not rows or not {"Student", "ID"} <= set(rows[0]):
        found = ", ".join(rows[0][:4])[:80] if rows else "nothing"
        hint = "export it in Canvas: Gradebook, Export"
        raise SpecError([Problem(Place(file, 1), f"found {found!r}, expected a gradebook with Student and ID", hint)])
    width = len(rows[0])
    return [row[:width] + [""] * (width - len(row)) for row in rows if row], separator


def _is_student(row: list[str]) -> bool:
    """Whether a row is of a student: not the one of points, nor the one on posting."""
    return bool(row[0].strip()) and row[0].strip() != "Points Possible"
