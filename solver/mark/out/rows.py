"""What is said of every cell of a student's answers: the verdict, the reason, and the marks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from solver.mark.judge.marks import Plan, cell_units
from solver.mark.judge.numbers import BLANK, CORRECT, NO_LIMIT, Note, Verdict
from solver.mark.records import SHOWS, Graded, Show, Trouble
from solver.mark.sheet import Answer, Cell, Sheet
from solver.rounding import Floats, Rounding
from solver.working.question import Scheme

BY_HAND = "BY HAND"
DECIDED = "DECIDED"

NO_ANSWER = "no answer"
OTHERWISE = "right by another convention"
ACCEPTED = "accepted by a person's decision"
PARTLY = "right in part"
SAME_EVERYWHERE = "put here from elsewhere rather than worked out, so that nothing follows from it"


class Row(NamedTuple):
    """One cell of one student. units, most: what it earned and could earn, in units of the plan.

    written: what the student wrote; key: the key's value; expected: what follows from the student's own earlier values,
    empty where the answer is plainly right; reason: empty there too. What is not to be shown is empty.
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


_Seen: TypeAlias = tuple[int, int, int, float | None, int | None, float | str | None]
"""All that a row follows from: verdict, note, units, expected (None where nothing is said of it), decimals, what was written."""


WINDOW = 250
"""So many students have what was seen of them as plain objects at a time, which are large."""


@dataclass(slots=True)
class _Column:
    """One cell of all students of a batch. A class writes few different things, and each has its row made once.

    parts: what `_Seen` is made of, over the students; seen: of the students of a window.
    """

    answer: Answer
    cell: Cell
    key: str
    most: int
    parts: tuple[Sequence[Any] | NDArray[Any], ...]
    mistakes: dict[int, str]
    rows: dict[_Seen, Row]

    def seen(self, some: slice) -> list[_Seen]:
        """All that is seen of some students."""
        return list(zip(*(_plain(part[some]) for part in self.parts), strict=True))


class Rows:
    """The rows of one graded batch, student by student. show: how much they tell."""

    def __init__(self, sheet: Sheet, plan: Plan, scheme: Scheme, graded: Graded, show: Show = "key") -> None:
        self.plan, self.scheme, self.graded, self.show = plan, scheme, graded, show
        self.columns = [c for answer in sheet.answers.values() for c in self.columns_of(answer)]
        self.start = -WINDOW
        self.part_units = {label: units.tolist() for label, units in plan.part_units(graded.marks).items()}
        self.reviews: dict[str, list[Trouble]] = {}
        for trouble in graded.submissions.troubles:
            self.reviews.setdefault(trouble.student, []).append(trouble)
        self.troubles = {(t.student, t.cell): t.reason for t in graded.submissions.troubles}

    def columns_of(self, answer: Answer) -> Iterator[_Column | Answer]:
        """The columns of one answer; itself where a person marks it."""
        key, given = answer.key, self.graded.submissions
        if answer.kind == "text":
            yield answer
            return
        judged, most = self.graded.judged[key], self.plan.cells[key]
        mistakes = self.graded.mistakes.get(key, {})
        units = cell_units(judged, most, self.scheme, mistakes)
        told = (judged.verdicts != BLANK) & ((judged.verdicts != CORRECT) | (judged.notes != 0))
        expected = np.full(told.shape, np.nan)
        told &= judged.expected < np.inf
        expected[told] = answer.solved.form.round(judged.expected[told]) if answer.kind == "number" else 0
        by_cell: dict[tuple[int, int], dict[int, str]] = {}
        for (i, r, c), mistake in mistakes.items():
            by_cell.setdefault((r, c), {})[i] = mistake
        for cell in answer.cells:
            at = (slice(None), cell.row, cell.column)
            written: Sequence[Any] | Floats
            decimals: Sequence[Any] | NDArray[np.int16]
            if answer.kind == "number":
                written, decimals = given.batch.values[key][at], given.batch.decimals[key][at]
            else:
                words = given.words if answer.kind == "word" else given.formulas
                decimals = [None] * len(given.students)
                written = words.get(key) or decimals
            parts = (judged.verdicts[at], judged.notes[at], units[at], expected[at], decimals, written)
            worth = int(most[cell.row, cell.column])
            mistaken = by_cell.get((cell.row, cell.column), {})
            yield _Column(answer, cell, _key(answer, cell), worth, parts, mistaken, {})

    def window(self, i: int) -> None:
        """Makes plain objects of what is seen of student i and those behind."""
        self.start = i
        some = slice(i, i + WINDOW)
        nobody: list[_Seen] = [(0, 0, 0, None, None, None)] * WINDOW
        self.quick: list[tuple[list[_Seen], Callable[[_Seen], Row | None], dict[int, str], _Column | Answer]] = [
            (nobody, _NO_ROWS.get, {}, column)
            if isinstance(column, Answer)
            else (column.seen(some), column.rows.get, column.mistakes, column)
            for column in self.columns
        ]

    def of(self, i: int) -> list[Row]:
        """The rows of one student, in the order of the sheet, and a person's decisions. Rows that are the same are one object."""
        if not 0 <= i - self.start < WINDOW:
            self.window(i)
        found, at = [], i - self.start
        for all_seen, made, mistakes, column in self.quick:
            seen = all_seen[at]
            row = made(seen)
            if row is None or i in mistakes:
                row = self.by_hand(column, i) if isinstance(column, Answer) else self.new(column, seen, i)
            found.append(row)
        if self.graded.decided:
            found += self.decided(i)
        return found

    def decided(self, i: int) -> list[Row]:
        """The rows of what a person added to the marks of one student."""
        return [
            Row(f"{key} (decision)", key, DECIDED, "", "", "", "", why or "decided by a person", units, 0)
            for (student, key), (units, why) in self.graded.decided.items()
            if student == i and key in self.graded.judged
        ]

    def new(self, column: _Column, seen: _Seen, i: int) -> Row:
        """A row that was not made before, or that says what is of one student alone."""
        mistake = column.mistakes.get(i, "")
        row = self.row(column, seen, mistake, i)
        if not mistake and (seen[0] != Verdict.BLANK or not self.troubles):
            column.rows[seen] = row
        return row

    def by_hand(self, answer: Answer, i: int) -> Row:
        """The row of an answer that a person marks."""
        given = self.graded.submissions.words.get(answer.key)
        written = (given[i] or "") if given else ""
        decided = self.graded.decided.get((i, answer.key))
        verdict, units, reason = BY_HAND, 0, "to be marked by hand"
        if decided is not None:
            verdict, units, reason = DECIDED, decided[0], decided[1]
        most = self.plan.answers.get(answer.key, self.plan.by_hand.get(answer.key, 0))
        return Row(answer.key, answer.key, verdict, written, "", "", "", reason, units, most)

    def row(self, column: _Column, seen: _Seen, mistake: str, i: int) -> Row:
        """The row of a cell."""
        verdict, note, units, value, decimals, written = seen
        answer, cell, key = column.answer, column.cell, column.key
        text = _written(written, decimals)
        if self.show == "marks":
            return Row(cell.name, answer.key, "", text, "", "", "", "", units, column.most)
        key = key if self.show == "key" else ""
        expected = reason = ""
        if verdict == Verdict.BLANK:
            reason = self.blank(cell, i)
        elif verdict != Verdict.CORRECT or note:
            lines = SHOWS.index(self.show) >= SHOWS.index("lines")
            expected = _expected(answer, value, key) if lines else ""
            reason = _reason(answer, verdict, note, expected, key, mistake)
        mistake = "" if note & (_OTHERWISE | _DECIDED) else mistake
        return Row(cell.name, answer.key, _NAMES[verdict], text, expected, key, mistake, reason, units, column.most)

    def blank(self, cell: Cell, i: int) -> str:
        """Why there is no answer."""
        if not self.troubles:
            return NO_ANSWER
        student = self.graded.submissions.students[i]
        return self.troubles.get((student, cell.name)) or self.troubles.get((student, cell.key)) or NO_ANSWER


def _plain(part: Sequence[Any] | NDArray[Any]) -> Sequence[Any]:
    """Plain objects, which are quicker; None for nan, which equals nothing."""
    if not isinstance(part, np.ndarray):
        return part
    found: list[Any] = part.tolist()
    return [None if value != value else value for value in found] if part.dtype.kind == "f" else found


_NO_ROWS: dict[_Seen, Row] = {}
_TOO_FEW, _LAST_DIGIT, _GUARDED, _FILLER, _FLAGGED, _DECIDED, _OTHERWISE, _PARTLY = map(
    int,
    (
        Note.TOO_FEW,
        Note.LAST_DIGIT,
        Note.GUARDED,
        Note.FILLER,
        Note.FLAGGED,
        Note.DECIDED,
        Note.OTHERWISE,
        Note.PARTLY,
    ),
)  # plain numbers are quicker
_NAMES = {int(verdict): verdict.name for verdict in Verdict}


def _key(answer: Answer, cell: Cell) -> str:
    """The key's value of a cell, as it is written on the page."""
    if answer.kind != "number":
        return str(answer.solved.value)
    return answer.solved.form.text(float(answer.solved.written[cell.row, cell.column]))


def _expected(answer: Answer, value: float | None, key: str) -> str:
    """What follows from the student's own earlier values, as it is written on the page."""
    if answer.kind != "number":
        return key
    return "no value" if value is None else answer.solved.form.text(value)


def _written(written: float | str | None, decimals: int | None) -> str:
    """What the student wrote: numbers with the decimals that they had, fractions as decimals."""
    if written is None or isinstance(written, str):
        return written or ""
    exact = decimals is None or decimals >= NO_LIMIT
    return f"{written:.10g}" if exact else f"{written:.{min(max(decimals or 0, 0), 30)}f}"


def _reason(answer: Answer, verdict: int, note: int, expected: str, key: str, mistake: str) -> str:
    """Why a cell has its verdict; of what was expected and the key's value, what is not empty."""
    parts = [mistake] if mistake else []
    if note & _OTHERWISE:
        return f"{OTHERWISE}: {mistake}"
    form = answer.solved.form
    if verdict == Verdict.FOLLOWED:
        parts.append("follows from an earlier wrong value" + (f"; the key has {key}" if key else ""))
    elif verdict == Verdict.WRONG and expected and answer.kind == "number" and expected != key:
        has = f"; the key has {key}" if key else ""
        parts.append(f"expected {expected} from the earlier values given{has}")
    elif verdict == Verdict.WRONG and expected:
        parts.append(f"expected {expected}")
    if note & _TOO_FEW:
        parts.append(f"fewer digits than the {form} asked for" if isinstance(form, Rounding) else "too few digits")
    if note & _LAST_DIGIT:
        parts.append("the last digit is wrongly rounded" + (f", expected {expected}" if expected else ""))
    if note & _GUARDED:
        parts.append("an earlier value makes this step trivial or impossible, so that nothing follows from it")
    if note & _FILLER:
        parts.append(SAME_EVERYWHERE)
    if note & _PARTLY:
        parts.append(PARTLY)
    if note & _DECIDED:
        return f"{ACCEPTED}: {mistake}" if mistake else ACCEPTED
    if note & _FLAGGED and key:
        parts.append("accepted, on no usual way of rounding")
    return "; ".join(parts)
