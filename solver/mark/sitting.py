"""One student at one question: answers come one by one or all at once, and each is judged as it comes.

    >>> from solver.mark.asked import asked_in
    >>> from solver.mark.sitting import Sitting
    >>> sitting = Sitting(asked_in("problems/q2.yaml"), "ann")
    >>> sitting.answer("b/u1", "[1.30, -4.70, 3.60]")["verdict"]
    'CORRECT'
    >>> replies = sitting.answer_all({"c/y": 0.86, "c/J": "1.97"})
    >>> replies["c/y"]["verdict"], replies["c/J"]["verdict"]  # J is right for this y
    ('WRONG', 'FOLLOWED')
    >>> sitting.marks["total"], sitting.marks["of"]
    (2.25, 25)
    >>> sitting.next[-2:]  # what waits for no other answer
    ['b/h1', 'e/grad_u3']
    >>> later = Sitting(sitting.question, **sitting.state)  # goes on from there

No files, and all that goes in and out, but a document, is plain JSON. A wrong value is carried on, so that an earlier
answer that changes may change the verdicts on later ones. Any number of sittings share one question, in any threads.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from itertools import islice
from typing import Any

from solver.errors import Place, Problem, SpecError
from solver.mark.asked import Asked
from solver.mark.judge.diagnose import leading_to
from solver.mark.judge.grade import grade_batch
from solver.mark.out.rows import BY_HAND, Row, Rows
from solver.mark.out.rows_json import cell_json, student_json
from solver.mark.read.decimals import DecimalSign, UnreadableError
from solver.mark.read.grids import elements
from solver.mark.read.read_batch import Reader, Texts
from solver.mark.read.read_names import IGNORED, STUDENT, AnswerNames
from solver.mark.read.read_records import Entry, Gathered, Record
from solver.mark.records import NOWHERE, Graded, Show, Trouble
from solver.mark.sheet import Answer
from solver.mark.tell.feedback import feedback, remark
from solver.render.blocks import Block

_HERE = Place("answer")


class Sitting:
    """A question, one student's answers so far, and what came of them.

    answers: those of an earlier sitting, `state["answers"]`. sign: the decimal sign of the answers. show: how much the feedback
    tells; by default, no number of the key.
    """

    def __init__(
        self,
        question: Asked,
        student: str = "student",
        answers: Mapping[str, Any] | None = None,
        sign: DecimalSign = "auto",
        show: Show = "hints",
    ) -> None:
        self.question, self.student, self.sign, self.show = question, student, sign, show
        self._names, self._reader = AnswerNames(question.sheet), Reader(question.sheet, sign)
        self._texts: dict[str, str] = {}  # by cell
        self._troubles: dict[str, list[Trouble]] = {}  # by answer: what could not be taken apart
        self._graded: Graded | None = None
        self._rows: dict[str, list[Row]] = {}  # of what is graded, by answer
        self._lock = threading.RLock()
        if answers:
            self.answer_all(answers)

    # -- answers ------------------------------------------------------------------------------------------------------
    def answer(self, name: str, value: object) -> dict[str, Any]:
        """Takes one answer, and gives the verdict on it: see `reply`.

        name: of an answer, `b/u1`, or of one of its cells, `b/u1[2]`. value: text as the student wrote it, a number, a
        list of them by rows, or None to take an answer back; a later value replaces an earlier one. What cannot be read
        counts as blank, and the reply says so. Raises SpecError where the question has no answer of this name.
        """
        return self.answer_all({name: value})[self._key(name)]

    def answer_all(self, answers: Mapping[str, object]) -> dict[str, dict[str, Any]]:
        """Takes several answers at once, and gives a reply for each, by the answer's name; raises SpecError."""
        unknown = [name for name in answers if self._names.find(name) in (None, STUDENT, IGNORED)]
        if unknown:
            raise SpecError(
                Problem(_HERE, f"no answer is called {name[:60]!r}", self._names.nearest(name)) for name in unknown
            )
        with self._lock:
            for name, value in answers.items():
                self._take(self._names.find(name) or "", _entry(value))
            self._graded, self._rows = None, {}
            return {key: self.reply(key) for key in dict.fromkeys(map(self._key, answers))}

    def _key(self, name: str) -> str:
        """The answer that a name, which is known, belongs to."""
        found = self._names.find(name) or ""
        return found if found in self.question.sheet.answers else self.question.sheet.cells[found].key

    def _take(self, name: str, value: Entry) -> None:
        key = self._key(name)
        answer = self.question.sheet.answers[key]
        gathered = Gathered(self._names)
        record = Record(self.student, NOWHERE)
        gathered.add(record, name, value, NOWHERE)
        if name == key:
            for cell in answer.cells:
                self._texts.pop(cell.name, None)
        self._troubles[key] = record.troubles
        for found, text in record.cells.items():
            self._texts.update(self._cells(answer, found, text))

    def _cells(self, answer: Answer, name: str, text: str) -> dict[str, str]:
        """A text by cell; that of a whole vector or matrix is taken apart."""
        if name in self.question.sheet.cells:
            return {name: text}
        try:
            texts = elements(text, answer.shape, self.sign)
        except UnreadableError as reason:
            self._troubles[answer.key].append(Trouble(self.student, name, text[:80], str(reason)))
            return {}
        return {cell.name: found for cell, found in zip(answer.cells, texts, strict=True)}

    # -- what came of them --------------------------------------------------------------------------------------------
    @property
    def graded(self) -> Graded:
        """The verdicts on all answers so far, as a batch of one student."""
        with self._lock:
            if self._graded is None:
                columns = {name: [text] for name, text in self._texts.items()}
                troubles = [trouble for some in self._troubles.values() for trouble in some]
                submissions = self._reader.submissions(Texts([self.student], [NOWHERE], columns, troubles))
                self._graded = grade_batch(self.question.sheet, self.question.scheme, submissions)
            return self._graded

    def reply(self, key: str) -> dict[str, Any]:
        """What is said of one answer, without giving away the key.

        `{"answer", "verdict", "marks", "of", "troubles", "cells": [{"cell", "verdict", "written", "marks", "of", "said"}]}`:
        the worst verdict of its cells (BLANK before WRONG where none is wrong), and in words the named mistake, missing
        digits and so on.
        """
        rows = self._rows_of(key)
        graded, answer = self.graded, self.question.sheet.answers[key]
        said = {
            c.name: remark(graded, answer, (0, c.row, c.column)) if key in graded.judged else "" for c in answer.cells
        }
        number = self.question.plan.number
        return {
            "answer": key,
            "verdict": _worst(rows),
            "marks": number(sum(row.units for row in rows)),
            "of": number(sum(row.most for row in rows)),
            "troubles": [
                f"{trouble.found!r}: {trouble.reason}" if trouble.found else trouble.reason
                for trouble in graded.submissions.troubles
                if trouble.cell == key or trouble.cell in said
            ],
            "cells": [
                {name: value for name, value in cell_json(self.question.plan, row).items() if name in _OPEN}
                | {"cell": row.cell, "said": said[row.cell]}
                for row in rows
            ],
        }

    @property
    def marks(self) -> dict[str, Any]:
        """The marks so far: `{"total", "of", "parts": {label: {"marks", "of"}}}`."""
        plan = self.question.plan
        units = {label: int(earned[0]) for label, earned in plan.part_units(self.graded.marks).items()}
        return {
            "total": plan.number(sum(units.values())),
            "of": plan.number(plan.total),
            "parts": {
                label: {"marks": plan.number(earned), "of": plan.number(plan.most(label))}
                for label, earned in units.items()
            },
        }

    @property
    def result(self) -> dict[str, Any]:
        """Everything, the key included: the student's object of `grade --format json`."""
        return student_json(self.question.plan, self._made_rows(), 0)

    @property
    def feedback(self) -> list[Block]:
        """What a student is told at the end, a document; how much of it, `show` says."""
        return feedback(self.question.sheet, self.graded, 0, self.question.plan, self.show)

    @property
    def state(self) -> dict[str, Any]:
        """What another sitting goes on from: `Sitting(question, **state)`."""
        with self._lock:
            return {"student": self.student, "answers": dict(self._texts), "sign": self.sign}

    # -- what may be asked --------------------------------------------------------------------------------------------
    @property
    def open(self) -> list[str]:
        """The answers without a word or number yet, in the order of the page."""
        with self._lock:
            return [a.key for a in self.question.sheet.answers.values() if not self._begun(a)]

    @property
    def next(self) -> list[str]:
        """The open answers that follow from what is given and answered, so that none has to wait for another."""
        sheet, waiting = self.question.sheet, self.open
        begun = sheet.answers.keys() - waiting
        follows = dict.fromkeys(waiting, True)
        for _, chain in sheet.chains:
            by_name = {q.name: q for q in chain}
            for quantity in chain:
                if quantity.key in follows:
                    above = islice(leading_to(quantity, by_name, begun), 1, None)
                    follows[quantity.key] = all(q.key is None for q in above)
        return [key for key in waiting if follows[key]]

    def _begun(self, answer: Answer) -> bool:
        return any(self._texts.get(cell.name, "").strip() for cell in answer.cells)

    def _made_rows(self) -> Rows:
        question = self.question
        return Rows(question.sheet, question.plan, question.scheme, self.graded)

    def _rows_of(self, key: str) -> list[Row]:
        with self._lock:
            if not self._rows:
                for row in self._made_rows().of(0):
                    self._rows.setdefault(row.answer, []).append(row)
            return self._rows[key]


_OPEN = ("verdict", "written", "marks", "of")
_ORDER = {name: place for place, name in enumerate((BY_HAND, "WRONG", "BLANK", "FOLLOWED", "CORRECT"))}


def _worst(rows: list[Row]) -> str:
    return min((row.verdict for row in rows), key=_ORDER.__getitem__)


def _entry(value: object) -> Entry:
    """A value of a program as one that was written; raises TypeError for what none can be."""
    match value:
        case None | str():
            return value
        case bool():
            return str(value).upper()
        case int() | float():
            return repr(value)
        case list() | tuple():
            return [_entry(item) for item in value]
    raise TypeError(f"an answer is text, a number or a list of them, not {type(value).__name__}")
