"""The review list: what a person has to look at beside the marks, and that person's readings of it.

A CSV with the columns student, answer, text, reading, why. A cell that could not be read has an empty `reading` to be
filled in; one that says more than its answer, `y = 0.81 V`, has what was read of it. The list, filled in or corrected,
is read back, and its readings stand in place of the texts when the answers are marked again.
"""

from __future__ import annotations

import csv

from solver.errors import Place, Problem, SpecError
from solver.mark.out.writer import any_cell, csv_line, text_cell
from solver.mark.read.chunks import text_lines
from solver.mark.records import Decided, Decisions, Graded

COLUMNS = ("student", "answer", "text", "reading", "why")
SET_ASIDE = "read so, the rest set aside"


def review_head() -> str:
    """The header of the list."""
    return csv_line(COLUMNS)


def review_lines(graded: Graded) -> str:
    """The lines of a batch: what could not be read, what was read in part, and the scripts that are to be looked at."""
    submissions = graded.submissions
    unread = [
        csv_line(map(text_cell, (trouble.student, trouble.cell, trouble.found, "", trouble.reason)))
        for trouble in submissions.troubles
    ]
    read = [
        csv_line(
            [
                *map(text_cell, (reading.student, reading.cell, reading.text)),
                any_cell(reading.shown),
                text_cell(SET_ASIDE),
            ]
        )
        for reading in submissions.readings
    ]
    scripts = [
        csv_line(map(text_cell, (submissions.students[i], "", "", "", reason)))
        for i, why in graded.review.items()
        for reason in why
    ]
    return "".join(unread + read + scripts)


def read_decisions(file: str) -> Decisions:
    """The readings in a list, by student and cell; empty ones decide nothing. Raises SpecError where it is no list."""
    reader = csv.DictReader(text_lines(file), restval="", delimiter=_delimiter(file))
    found: dict[str, dict[str, Decided]] = {}
    problems: list[Problem] = []
    try:
        head = [name.strip().lstrip("\ufeff").casefold() for name in reader.fieldnames or ()]
        if not set(COLUMNS[:4]) <= set(head):
            message = f"found the columns {', '.join(head[:6])[:80]!r}, expected {', '.join(COLUMNS[:4])}"
            raise SpecError([Problem(Place(file, 1), message, "`--review FILE` writes such a list")])
        reader.fieldnames = head
        for row in reader:
            if not row["reading"].strip() or not row["answer"].strip():
                continue
            by = found.setdefault(row["student"].strip(), {})
            made = Decided(row["text"].strip(), row["reading"].strip())
            if by.setdefault(row["answer"].strip(), made) != made:
                problems.append(Problem(Place(file, reader.line_num), "another reading of this cell stands above"))
    except csv.Error as error:
        raise SpecError([Problem(Place(file, reader.line_num), f"is not CSV: {error}")]) from None
    if problems:
        raise SpecError(problems)
    return found


def _delimiter(file: str) -> str:
    """What parts the columns: a spreadsheet may have saved the list with semicolons."""
    first = next(iter(text_lines(file)), "")
    return max(",;\t", key=first.count)
