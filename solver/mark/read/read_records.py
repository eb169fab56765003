"""Answers that come as records, a student's entries by name: from long CSV, JSON, JSON Lines and YAML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from solver.errors import Place
from solver.mark.read.grids import fit, misfit
from solver.mark.read.read_batch import BATCH, SHOWN, Texts, named
from solver.mark.read.read_names import IGNORED, STUDENT, AnswerNames, unknown_entry
from solver.mark.records import Trouble
from solver.mark.sheet import Answer

Entry: TypeAlias = "str | list[Entry] | dict[str, Entry] | None"
"""A value as it was written: digits stay text."""


@dataclass(slots=True)
class Record:
    """One student's entries: texts by the name of a cell or of a whole answer, and what could not be taken in."""

    student: str
    place: Place
    cells: dict[str, str] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)


@dataclass(slots=True)
class Gathered:
    """Records in their order. troubles: of what is no record; cells: the names that answers came by, which come again."""

    names: AnswerNames
    records: list[Record] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)

    def begin(self, student: str, place: Place) -> Record:
        """A new record; `named` says what is wrong with a name."""
        troubles: list[Trouble] = []
        made = Record(named(student, place, troubles), place, troubles=troubles)
        self.records.append(made)
        return made

    def add(self, record: Record, name: str, value: Entry, place: Place) -> None:
        """Notes one entry; what cannot be matched to an answer is listed."""
        found = self.cells.get(name)
        if found is not None and isinstance(value, str) and not record.cells.get(found):
            record.cells[found] = value  # as most are
            return
        found = found or self.names.find(name)
        if found is None:
            reason = unknown_entry(self.names, name)
            record.troubles.append(Trouble(record.student, name[:SHOWN], _shown(value), reason, place))
        elif found not in (IGNORED, STUDENT):
            self.cells[name] = found
            self.put(record, found, value, place)

    def put(self, record: Record, name: str, value: Entry, place: Place) -> None:
        """Notes the value of a cell or a whole answer."""
        answer = self.names.sheet.answers.get(name)
        if answer is None or not isinstance(value, list):
            made = {name: value}
        else:
            cells = _cells(value, answer)
            if isinstance(cells, str):
                record.troubles.append(Trouble(record.student, name, _shown(value), cells, place))
                return
            made = {cell.name: text for cell, text in zip(answer.cells, cells, strict=True)}
        for cell, text in made.items():
            written = _text(text)
            if written is None:
                record.troubles.append(Trouble(record.student, cell, _shown(text), "expected one value here", place))
                continue
            before = record.cells.get(cell, "")
            if before and written and before != written:
                reason = "given twice: the later value counts"
                record.troubles.append(Trouble(record.student, cell, before[:SHOWN], reason, place))
            record.cells[cell] = written or before

    def batches(self) -> Iterator[Texts]:
        """Everything gathered, in batches."""
        for start in range(0, len(self.records), BATCH):
            some = self.records[start : start + BATCH]
            given = dict.fromkeys(name for record in some for name in record.cells)
            columns = {name: [record.cells.get(name, "") for record in some] for name in given}
            troubles = [trouble for record in some for trouble in record.troubles]
            yield Texts([record.student for record in some], [record.place for record in some], columns, troubles)
        if self.troubles:
            yield Texts([], [], {}, self.troubles)


def _cells(value: Sequence[Entry], answer: Answer) -> list[Entry] | str:
    """The cells of a list, or why it does not fit the answer; a list of letters is one text."""
    if answer.solved.item.asks and all(item is None or isinstance(item, str) for item in value):
        return [", ".join(item for item in value if isinstance(item, str))]
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
