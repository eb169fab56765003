"""What is said of every cell of a student's answers: the verdict, the reason, and the marks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from solver.mark.judge.marks import Plan, cell_units
from solver.mark.judge.numbers import NO_LIMIT, Note, Verdict
from solver.mark.records import Graded
from solver.mark.sheet import Answer, Cell, Sheet
from solver.rounding import Rounding
from solver.working.question import Scheme

BY_HAND = "BY HAND"


class Row(NamedTuple):
    """One cell of one student. units, most: what it earned and could earn, in units of the plan.

    written: what the student wrote; key: the key's value; expected: what follows from the student's own earlier values,
    empty where the answer is plainly right; reason: empty there too.
    """

    cell: str
    answer: str
    verdict: str
    written: str
    expected: str
    key: str
    mistake: str
    reason: str
    units: int
    most: int


class _Column(NamedTuple):
    """One answer of a batch in plain lists (students, rows, columns), which are quicker to walk than arrays."""

    answer: Answer
    cells: list[tuple[Cell, str, int]]
    """Each cell with the key's value and what it can earn."""
    verdicts: list[Any]
    notes: list[Any]
    expected: list[Any]
    units: list[Any]
    values: list[Any]
    decimals: list[Any]
    texts: list[str | None]
    mistakes: dict[tuple[int, int, int], str]


class Rows:
    """The rows of one graded batch, student by student."""

    def __init__(self, sheet: Sheet, plan: Plan, scheme: Scheme, graded: Graded) -> None:
        self.plan, self.scheme, self.graded = plan, scheme, graded
        self.answers = list(sheet.answers.values())
        self.columns = {answer.key: self.column(answer) for answer in self.answers if answer.kind != "text"}
        self.troubles = {(t.student, t.cell): t.reason for t in graded.submissions.troubles}

    def column(self, answer: Answer) -> _Column:
        """The lists of one answer."""
        key, given = answer.key, self.graded.submissions
        judged, most = self.graded.judged[key], self.plan.cells[key]
        mistakes = self.graded.mistakes.get(key, {})
        units = cell_units(judged, most, self.scheme, mistakes)
        numbers = answer.kind == "number"
        return _Column(
            answer,
            [(cell, _key(answer, cell), int(most[cell.row, cell.column])) for cell in answer.cells],
            judged.verdicts.tolist(),
            judged.notes.tolist(),
            judged.expected.tolist(),
            units.tolist(),
            given.batch.values[key].tolist() if numbers else [],
            given.batch.decimals[key].tolist() if numbers else [],
            (given.words if answer.kind == "word" else given.formulas).get(key) or [],
            dict(mistakes),
        )

    def of(self, i: int) -> Iterator[Row]:
        """The rows of one student, in the order of the sheet."""
        for answer in self.answers:
            if answer.kind == "text":
                yield self.by_hand(answer, i)
            else:
                yield from self.rows(self.columns[answer.key], i)

    def by_hand(self, answer: Answer, i: int) -> Row:
        """The row of an answer that a person marks."""
        given = self.graded.submissions.words.get(answer.key)
        written = (given[i] or "") if given else ""
        reason = "to be marked by hand"
        return Row(answer.key, answer.key, BY_HAND, written, "", "", "", reason, 0, self.plan.by_hand[answer.key])

    def rows(self, column: _Column, i: int) -> Iterator[Row]:
        """The rows of one answer."""
        answer, verdicts, notes, units = column.answer, column.verdicts[i], column.notes[i], column.units[i]
        for cell, key, most in column.cells:
            r, c = cell.row, cell.column
            verdict, note = verdicts[r][c], notes[r][c]
            mistake = column.mistakes.get((i, r, c), "")
            expected = reason = ""
            if verdict == Verdict.BLANK:
                reason = self.blank(cell, i)
            elif verdict != Verdict.CORRECT or note:
                expected = _expected(answer, column.expected[i][r][c], key)
                reason = _reason(answer, verdict, note, expected, key, mistake)
            yield Row(
                cell.name,
                answer.key,
                _NAMES[verdict],
                _written(column, i, r, c),
                expected,
                key,
                mistake,
                reason,
                units[r][c],
                most,
            )

    def blank(self, cell: Cell, i: int) -> str:
        """Why there is no answer."""
        student = self.graded.submissions.students[i]
        return self.troubles.get((student, cell.name)) or self.troubles.get((student, cell.key)) or "no answer"


_NAMES = {int(verdict): verdict.name for verdict in Verdict}


def _key(answer: Answer, cell: Cell) -> str:
    """The key's value of a cell, as it is written on the page."""
    if answer.kind != "number":
        return str(answer.solved.value)
    return answer.solved.form.text(float(answer.solved.written[cell.row, cell.column]))


def _expected(answer: Answer, value: float, key: str) -> str:
    """What follows from the student's own earlier values, as it is written on the page."""
    if answer.kind != "number":
        return key
    if not value < np.inf:
        return "no value"
    form = answer.solved.form
    return form.text(float(form.round(np.asarray(value))))


def _written(column: _Column, i: int, r: int, c: int) -> str:
    """What the student wrote: numbers with the decimals that they had, fractions as decimals."""
    if not column.values:
        return (column.texts[i] or "") if column.texts else ""
    value, decimals = column.values[i][r][c], column.decimals[i][r][c]
    if value != value:  # nan
        return ""
    return f"{value:.10g}" if decimals >= NO_LIMIT else f"{value:.{min(max(decimals, 0), 30)}f}"


def _reason(answer: Answer, verdict: int, note: int, expected: str, key: str, mistake: str) -> str:
    """Why a cell has its verdict."""
    parts = [mistake] if mistake else []
    form = answer.solved.form
    if verdict == Verdict.FOLLOWED:
        parts.append(f"follows from an earlier wrong value; the key has {key}")
    elif verdict == Verdict.WRONG and answer.kind == "number" and expected != key:
        parts.append(f"expected {expected} from the earlier values given; the key has {key}")
    elif verdict == Verdict.WRONG:
        parts.append(f"expected {expected}")
    if note & Note.TOO_FEW:
        parts.append(f"fewer digits than the {form} asked for" if isinstance(form, Rounding) else "too few digits")
    if note & Note.LAST_DIGIT:
        parts.append(f"the last digit is wrongly rounded, expected {expected}")
    if note & Note.GUARDED:
        parts.append("an earlier value makes this step trivial or impossible, so that nothing follows from it")
    return "; ".join(parts)
