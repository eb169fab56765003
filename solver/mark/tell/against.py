"""Re-marking: whose mark moved against an earlier run, and which answers' verdicts moved it.

The earlier run's CSV is read in either form: `csv` says which parts moved, `long` which cells, and from which verdict.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from solver.errors import Place, Problem, SpecError
from solver.mark.judge.marks import Plan, plan
from solver.mark.judge.numbers import Verdict
from solver.mark.out.out_long import COLUMNS
from solver.mark.out.rows import Row, Rows
from solver.mark.out.writer import text_cell
from solver.mark.records import Graded
from solver.mark.sheet import Sheet
from solver.working.question import Scheme

MOST_COLUMNS = 10_000
_REASONS = 8
_MARKS = re.compile(r"\d{1,9}(\.\d{0,9})?", re.ASCII)


class Move(NamedTuple):
    """A student's total that moved, in units of the plan; None where the student was, or is, not there. why: by cell or part."""

    student: str
    before: int | None
    after: int | None
    why: tuple[str, ...] = ()


class OldCell(NamedTuple):
    """One cell of the earlier run."""

    verdict: str
    units: int


class Old(NamedTuple):
    """The earlier run: units by student and part, or by student and cell with the verdicts."""

    parts: dict[str, dict[str, int]]
    cells: dict[str, dict[str, OldCell]]

    @property
    def students(self) -> Iterable[str]:
        """Who was marked, in the order of the file."""
        return self.cells or self.parts


def read_old(lines: Iterable[str], made: Plan, file: str = "old.csv") -> Old:
    """The earlier run from the lines of its CSV, wide or long; raises SpecError where it is neither."""
    reader = csv.reader(lines)
    try:
        header = [name.lstrip("\ufeff") for name in next(reader, [])]
        if tuple(header[: len(COLUMNS) - 1]) == COLUMNS[:-1]:  # a list for review stands behind
            return Old({}, _read_long(reader, made, file))
        if header[:1] == ["student"] and "total" in header and len(header) <= MOST_COLUMNS:
            return Old(_read_wide(header, reader, made, file), {})
    except csv.Error as error:
        raise SpecError([Problem(Place(file, reader.line_num), f"is not CSV: {error}")]) from None
    hint = "give what `nnsolve grade --format csv` or `--format long` wrote"
    raise SpecError([Problem(Place(file, 1), "has no column of students, or none of totals", hint)])


def _read_wide(header: list[str], rows: Iterator[list[str]], made: Plan, file: str) -> dict[str, dict[str, int]]:
    parts = header[1 : header.index("total")]
    found: dict[str, dict[str, int]] = {}
    for line, row in enumerate(rows, 2):
        if row:
            if len(row) <= len(parts):
                raise SpecError([Problem(Place(file, line), f"a row of {len(row)} cells under {len(header)} columns")])
            units = [_units(cell, made, file, line) for cell in row[1 : len(parts) + 1]]
            found[row[0]] = dict(zip(parts, units, strict=True))
    return found


def _read_long(rows: Iterator[list[str]], made: Plan, file: str) -> dict[str, dict[str, OldCell]]:
    student, answer, verdict, marks = (COLUMNS.index(name) for name in ("student", "answer", "verdict", "marks"))
    found: dict[str, dict[str, OldCell]] = {}
    for line, row in enumerate(rows, 2):
        if row:
            if len(row) not in (len(COLUMNS) - 1, len(COLUMNS)):
                raise SpecError([Problem(Place(file, line), f"a row of {len(row)} cells under {len(COLUMNS)} columns")])
            units = _units(row[marks], made, file, line)
            found.setdefault(row[student], {})[row[answer]] = OldCell(row[verdict], units)
    return found


def _units(text: str, made: Plan, file: str, line: int) -> int:
    if text and not _MARKS.fullmatch(text):
        raise SpecError([Problem(Place(file, line), f"found {text[:40]!r}, expected marks")])
    return int(Decimal(text or "0").scaleb(made.places).to_integral_value())


class Against:
    """Compares batches with an earlier run. Students are told apart by their names as CSV shows them."""

    def __init__(self, sheet: Sheet, scheme: Scheme | None, lines: Iterable[str], file: str = "old.csv") -> None:
        self.sheet, self.scheme = sheet, scheme or Scheme()
        self.plan = plan(sheet, self.scheme)
        self.old = read_old(lines, self.plan, file)
        self.seen: set[str] = set()

    def moves(self, graded: Graded) -> Iterator[Move]:
        """Whose total moved, of one batch, in its order; a student who is new has no mark before."""
        parts = {label: units.tolist() for label, units in self.plan.part_units(graded.marks).items()}
        rows: Rows | None = None
        for i, student in enumerate(graded.submissions.students):
            shown = _shown(student)
            self.seen.add(shown)
            after = {label: units[i] for label, units in parts.items()}
            total, before = sum(after.values()), self.before(shown)
            if before == total and self.old.parts.get(shown, after) == after:
                continue
            rows = rows or Rows(self.sheet, self.plan, self.scheme, graded)
            why = () if before is None else tuple(self.why(shown, after, rows.of(i)))
            yield Move(student, before, total, why)

    def lines(self, graded: Graded) -> Iterator[str]:
        """The moves of one batch in words: `ann: 20 → 22 (b: 2 → 4, now full)`."""
        return map(self.line, self.moves(graded))

    def missing_lines(self) -> Iterator[str]:
        """Those of the earlier run who were in no batch, in words."""
        return map(self.line, self.missing())

    def line(self, move: Move) -> str:
        """A move in words."""
        was, now = ("–" if units is None else self.plan.text(units) for units in (move.before, move.after))
        return f"{move.student}: {was} → {now}" + (f" ({'; '.join(move.why)})" if move.why else "")

    def before(self, shown: str) -> int | None:
        """A student's total in the earlier run."""
        if shown in self.old.cells:
            return sum(cell.units for cell in self.old.cells[shown].values())
        return sum(self.old.parts[shown].values()) if shown in self.old.parts else None

    def why(self, shown: str, after: dict[str, int], rows: list[Row]) -> Iterator[str]:
        """What moved a student's marks: by cell where the earlier run said so, by part otherwise."""
        text = self.plan.text
        if shown in self.old.cells:
            yield from self.cells_moved(self.old.cells[shown], {row.cell: row for row in rows})
            return
        old = self.old.parts[shown]
        for label in dict.fromkeys([*old, *after]):
            was, now = old.get(label, 0), after.get(label, 0)
            if was != now:
                keys = self.plan.parts.get(label, [])
                lost = [f"{r.cell} {r.verdict}" for r in rows if r.answer in keys and r.units < r.most][:_REASONS]
                yield f"{label}: {text(was)} → {text(now)}" + (f", now {', '.join(lost)}" if lost else ", now full")

    def cells_moved(self, old: dict[str, OldCell], rows: dict[str, Row]) -> Iterator[str]:
        """The cells whose verdict or marks changed."""
        text = self.plan.text
        for name in dict.fromkeys([*old, *rows]):
            was, row = old.get(name), rows.get(name)
            if was is None and row is not None and row.units:
                yield f"{name}: new, {row.verdict} {text(row.units)}"
            elif was is not None and row is None and was.units:
                yield f"{name}: {was.verdict} {text(was.units)}, no longer asked for"
            elif was is not None and row is not None and was != (row.verdict, row.units):
                reason = f" ({row.reason})" if row.reason and row.verdict != Verdict.CORRECT.name else ""
                yield f"{name}: {was.verdict} {text(was.units)} → {row.verdict} {text(row.units)}{reason}"

    def missing(self) -> Iterator[Move]:
        """Those of the earlier run who were in no batch, after the last one."""
        for shown in self.old.students:
            if shown not in self.seen:
                yield Move(shown, self.before(shown), None)


def _shown(student: str) -> str:
    """A student's name as a CSV reader gives it back."""
    return next(csv.reader([text_cell(student)]), [""])[0] if student else ""
