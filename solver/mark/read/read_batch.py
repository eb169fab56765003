"""The texts of a batch of students to numbers and words: the one place where what was written gets a value."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solver.errors import Place
from solver.mark.judge.numbers import Batch
from solver.mark.read.read_packed import CellCodes, Column
from solver.mark.read.values import DecimalSign, UnreadableError, elements, number, prose
from solver.mark.records import Submissions, Trouble
from solver.mark.sheet import Answer, Sheet
from solver.rounding import EXACT, Floats

MAX_FORMULA = 2_000
SHOWN = 80
"""Characters of an unreadable text that a report repeats."""

BATCH = 4_000
"""The most students that are marked at once."""

MAX_NAME = 200
_MOST_TEXTS = 200_000


class NumberTexts(dict[str, int]):
    """Every number text that has been read, to its place in the tables: a class writes few different ones."""

    def __init__(self, sign: DecimalSign, whole: bool) -> None:
        super().__init__()
        self.sign, self.whole = sign, whole
        self.found, self.decimals = array("d"), array("h")
        self.unreadable: dict[int, str] = {}
        self.packed = CellCodes(self.__getitem__)

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self.found)
        try:
            found = number(text, self.sign, self.whole)
        except UnreadableError as reason:
            found = None
            self.unreadable[code] = str(reason)
        self.found.append(np.nan if found is None else found.value)
        self.decimals.append(0 if found is None else found.decimals)
        return code

    def read(self, texts: Sequence[str]) -> tuple[Floats, NDArray[np.int16], dict[int, str]]:
        """Values (nan where blank) and decimals of the texts; why the unreadable ones are, by position."""
        if len(self) > _MOST_TEXTS:
            self.clear()
            self.unreadable.clear()
            self.found, self.decimals = array("d"), array("h")
            self.packed.clear()
        if isinstance(texts, Column):
            codes = self.packed.look_up(texts)
        else:
            codes = np.fromiter(map(self.__getitem__, texts), np.int64, len(texts))
        values, decimals = np.frombuffer(self.found)[codes], np.frombuffer(self.decimals, np.int16)[codes]
        reasons = {}
        if self.unreadable:
            among = np.isin(codes, np.fromiter(self.unreadable, np.int64, len(self.unreadable)))
            reasons = {int(i): self.unreadable[int(codes[i])] for i in np.flatnonzero(among)}
        return values, decimals, reasons


@dataclass
class Texts:
    """What a batch of students wrote, as text.

    columns: by the name of a cell or of a whole answer, one text a student; places: where each student stands.
    """

    students: Sequence[str]
    places: Sequence[Place]
    columns: Mapping[str, Sequence[str]]
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def size(self) -> int:
        """About the bytes that it took in a file."""
        return sum(len(text) + 1 for column in self.columns.values() for text in column)

    def texts(self) -> Iterator[Texts]:
        """Itself: a batch already."""
        yield self


def named(text: str, place: Place, troubles: list[Trouble]) -> str:
    """A student's name as it is shown; what has none is named for its line, and listed."""
    name = text.strip()
    if not name:
        name = f"(line {place.line})"
        troubles.append(Trouble(name, "", "", "no student is named", place))
    elif len(name) > MAX_NAME:
        troubles.append(Trouble(name[:MAX_NAME], "", name[:SHOWN], f"a name of {len(name):,} characters is cut", place))
    return name[:MAX_NAME]


class Reader:
    """Reads batches for one sheet. It remembers texts it has read, nothing of a student."""

    def __init__(self, sheet: Sheet, sign: DecimalSign = "auto") -> None:
        self.sheet, self.sign = sheet, sign
        self.numbers = {whole: NumberTexts(sign, whole) for whole in (False, True)}
        self.whole = {key: _is_whole(answer) for key, answer in sheet.answers.items()}

    def submissions(self, texts: Texts) -> Submissions:
        """The batch's values; what is unreadable is blank and listed."""
        made = Submissions(list(texts.students), Batch(len(texts.students)), troubles=list(texts.troubles))
        for key, answer in self.sheet.answers.items():
            columns = self.cell_columns(key, answer, texts, made.troubles)
            if answer.kind == "number":
                self.read_numbers(answer, columns, texts, made)
            else:
                self.read_words(answer, columns.get(key), texts, made)
        made.troubles.sort(key=lambda trouble: trouble.place)
        return made

    def cell_columns(self, key: str, answer: Answer, texts: Texts, troubles: list[Trouble]) -> dict[str, Sequence[str]]:
        """The texts of an answer by cell name; a column for the whole answer is taken apart."""
        given = texts.columns
        if answer.shape == (1, 1) or key not in given:
            return {cell.name: given[cell.name] for cell in answer.cells if cell.name in given}
        split: list[list[str]] = []
        known: dict[str, list[str]] = {}
        for index, text in enumerate(given[key]):
            found = known.get(text)
            if found is None:
                try:
                    found = known[text] = elements(text, answer.shape, self.sign)
                except UnreadableError as reason:
                    troubles.append(_trouble(texts, index, key, text, str(reason)))
                    found = [""] * len(answer.cells)
            split.append(found)
        columns: dict[str, Sequence[str]] = {
            cell.name: column for cell, column in zip(answer.cells, zip(*split, strict=True), strict=True)
        }
        for cell in answer.cells:  # a cell that was also given by itself counts where the whole is blank
            if cell.name in given:
                columns[cell.name] = [
                    whole or own for whole, own in zip(columns[cell.name], given[cell.name], strict=True)
                ]
        return columns

    def read_numbers(
        self, answer: Answer, columns: Mapping[str, Sequence[str]], texts: Texts, made: Submissions
    ) -> None:
        count = len(texts.students)
        values = np.full((count, *answer.shape), np.nan)
        decimals = np.zeros(values.shape, dtype=np.int16)
        numbers = self.numbers[self.whole[answer.key]]
        for cell in answer.cells:
            column = columns.get(cell.name)
            if column is None:
                continue
            at = (slice(None), cell.row, cell.column)
            values[at], decimals[at], reasons = numbers.read(column)
            for index, reason in reasons.items():
                made.troubles.append(_trouble(texts, index, cell.name, column[index], reason))
        made.batch.values[answer.key], made.batch.decimals[answer.key] = values, decimals

    def read_words(self, answer: Answer, column: Sequence[str] | None, texts: Texts, made: Submissions) -> None:
        into = made.formulas if answer.kind == "formula" else made.words
        words = into[answer.key] = [None] * len(texts.students)
        for index, text in enumerate(column or ()):
            try:
                words[index] = self.words(answer, text)
            except UnreadableError as reason:
                made.troubles.append(_trouble(texts, index, answer.key, text, str(reason)))

    def words(self, answer: Answer, text: str) -> str | None:
        found = prose(text)
        if answer.kind == "formula" and found is not None and len(found) > MAX_FORMULA:
            raise UnreadableError(f"{len(found):,} characters are too many for a formula")
        return found


def _is_whole(answer: Answer) -> bool:
    """Whether `16,941` is sixteen thousand here: a count, or a value in the thousands."""
    if answer.kind != "number":
        return False
    written = answer.solved.written
    counted = answer.solved.form is EXACT and bool(np.all(written == np.round(written)))
    return counted or bool(np.max(np.abs(written)) >= 1000)


def _trouble(texts: Texts, index: int, cell: str, found: str, reason: str) -> Trouble:
    return Trouble(texts.students[index], cell, found[:SHOWN], reason, texts.places[index])
