"""Answers that come as records, a student's entries by name: from long CSV, JSON, JSON Lines and YAML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from solver.errors import Place
from solver.mark.read.read_batch import BATCH, SHOWN, Texts
from solver.mark.read.read_names import IGNORED, STUDENT, AnswerNames, unknown_entry
from solver.mark.read.values import fit, misfit
from solver.mark.records import Trouble
from solver.mark.sheet import Answer

Entry: TypeAlias = "str | list[Entry] | dict[str, Entry] | None"
"""A value as it was written: digits stay text."""


@dataclass(slots=True)
class Gathered:
    """Entries by student, in the order in which students first appear.

    places: where each student first stands; cells: each student's texts by the name of a cell or of a whole answer.
    """

    names: AnswerNames
    places: dict[str, Place] = field(default_factory=dict)
    cells: dict[str, dict[str, str]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)

    def student(self, name: str, place: Place) -> dict[str, str]:
        """The texts of a student, who is known from now on."""
        self.places.setdefault(name, place)
        return self.cells.setdefault(name, {})

    def add(self, student: str, name: str, value: Entry, place: Place) -> None:
        """Notes one entry; what cannot be matched to an answer is listed."""
        texts = self.student(student, place)
        found = self.names.find(name)
        if found is None:
            reason = unknown_entry(self.names, name)
            self.troubles.append(Trouble(student, name[:SHOWN], _shown(value), reason, place))
        elif found not in (IGNORED, STUDENT):
            self.put(student, found, value, place, texts)

    def put(self, student: str, name: str, value: Entry, place: Place, texts: dict[str, str]) -> None:
        answer = self.names.sheet.answers.get(name)
        if answer is None or not isinstance(value, list):
            made = {name: value}
        else:
            cells = _cells(value, answer)
            if isinstance(cells, str):
                self.troubles.append(Trouble(student, name, _shown(value), cells, place))
                return
            made = {cell.name: text for cell, text in zip(answer.cells, cells, strict=True)}
        for cell, text in made.items():
            written = _text(text)
            if written is None:
                self.troubles.append(Trouble(student, cell, _shown(text), "expected one value here", place))
                continue
            before = texts.get(cell, "")
            if before and written and before != written:
                reason = "given twice: the later value counts"
                self.troubles.append(Trouble(student, cell, before[:SHOWN], reason, place))
            texts[cell] = written or before

    def batches(self) -> Iterator[Texts]:
        """Everything gathered, in batches."""
        students = list(self.places)
        by_student: dict[str, list[Trouble]] = {}
        for trouble in self.troubles:
            by_student.setdefault(trouble.student, []).append(trouble)
        for start in range(0, len(students), BATCH):
            some = students[start : start + BATCH]
            given = dict.fromkeys(name for student in some for name in self.cells[student])
            columns = {name: [self.cells[student].get(name, "") for student in some] for name in given}
            troubles = [trouble for student in some for trouble in by_student.pop(student, ())]
            yield Texts(some, [self.places[student] for student in some], columns, troubles)
        if by_student:
            yield Texts([], [], {}, [trouble for troubles in by_student.values() for trouble in troubles])


def _cells(value: Sequence[Entry], answer: Answer) -> list[Entry] | str:
    """The cells of a list, or why it does not fit the answer."""
    grid = [row if isinstance(row, list) else [row] for row in value]
    flat = fit(grid, answer.shape)
    return misfit(grid, answer.shape) if flat is None else flat


def _text(value: Entry) -> str | None:
    """The text of a scalar, "" for nothing; None for what is none."""
    if value is None:
        return ""
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, str) else None


def _shown(value: Entry) -> str:
    return (value if isinstance(value, str) else "" if value is None else str(value))[:SHOWN]
