"""The texts of a batch of students to numbers and words: the one place where what was written gets a value."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from solver.errors import Place
from solver.mark.judge.numbers import Batch
from solver.mark.read.decimals import PLAIN, DecimalSign, Scale, UnreadableError
from solver.mark.read.grids import elements
from solver.mark.read.read_packed import CellCodes, Column
from solver.mark.read.read_words import prose, word
from solver.mark.read.values import number
from solver.mark.records import Decided, Decisions, Reading, Submissions, Trouble
from solver.mark.sheet import Answer, Sheet
from solver.render.clean import safe_cell
from solver.rounding import EXACT, Floats

MAX_FORMULA = 2_000
SHOWN = 80
"""Characters of an unreadable text that a report repeats."""

BATCH = 8_000
"""The most students that are marked at once."""

MAX_NAME = 200
_MOST_TEXTS = 200_000


class NumberTexts(dict[str, int]):
    """Every number text that has been read, to its place in the tables: a class writes few different ones."""

    def __init__(self, sign: DecimalSign, scale: Scale = PLAIN) -> None:
        super().__init__()
        self.sign, self.scale = sign, scale
        self.found, self.decimals = array("d"), array("h")
        self.unreadable: dict[int, str] = {}
        self.shown: dict[int, str] = {}
        self.packed = CellCodes()

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self.found)
        try:
            found = number(text, self.sign, self.scale)
        except UnreadableError as reason:
            found = None
            self.unreadable[code] = str(reason)
        self.found.append(np.nan if found is None else found.value)
        self.decimals.append(0 if found is None else found.decimals)
        if found is not None and found.shown:
            self.shown[code] = found.shown
        return code

    def read(self, texts: Sequence[str]) -> NumbersRead:
        """Values and decimals of the texts, and what is said of some."""
        if len(self) > _MOST_TEXTS:
            self.clear()
            self.unreadable.clear()
            self.shown.clear()
            self.found, self.decimals = array("d"), array("h")
            self.packed.clear()
        if isinstance(texts, Column):
            codes = self.packed.look_up(texts, self.__getitem__)
        else:
            codes = np.fromiter(map(self.__getitem__, texts), np.int64, len(texts))
        values, decimals = np.frombuffer(self.found)[codes], np.frombuffer(self.decimals, np.int16)[codes]
        return NumbersRead(values, decimals, _among(codes, self.unreadable), _among(codes, self.shown))


class NumbersRead(NamedTuple):
    """A column of numbers: values (nan where blank), decimals; by position, why some are unreadable, and what was read."""

    values: Floats
    decimals: NDArray[np.int16]
    reasons: dict[int, str]
    shown: dict[int, str]


def _among(codes: NDArray[np.int64], said: dict[int, str]) -> dict[int, str]:
    """What is said of some codes, by the positions where these stand."""
    if not said:
        return {}
    found = np.flatnonzero(np.isin(codes, np.fromiter(said, np.int64, len(said))))
    return {int(i): said[int(codes[i])] for i in found}


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

    def who(self) -> Sequence[str]:
        """The students of its rows, in their order."""
        return self.students

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


Known: TypeAlias = Sequence[tuple[int, Mapping[str, Decided]]]
"""The students of a batch of whom a person has read something, by position."""


class Reader:
    """Reads batches for one sheet. It remembers texts it has read, nothing of a student.

    decisions: a person's readings, which stand in place of the texts that they are of.
    """

    def __init__(self, sheet: Sheet, sign: DecimalSign = "auto", decisions: Decisions | None = None) -> None:
        self.sheet, self.sign, self.decisions = sheet, sign, decisions or {}
        self.scales = {key: _scale(answer) for key, answer in sheet.answers.items()}
        self.numbers = {scale: NumberTexts(sign, scale) for scale in self.scales.values()}
        self.known_words: dict[tuple[str, str], str | None] = {}

    def submissions(self, texts: Texts) -> Submissions:
        """The batch's values; what is unreadable is blank and listed."""
        made = Submissions(list(texts.students), Batch(len(texts.students)), troubles=list(texts.troubles))
        known = [(i, self.decisions[s]) for i, s in enumerate(texts.students) if s in self.decisions]
        for key, answer in self.sheet.answers.items():
            columns = self.cell_columns(key, answer, texts, made.troubles, known)
            if answer.kind == "number":
                self.read_numbers(answer, columns, texts, made)
            else:
                self.read_words(answer, columns.get(key), texts, made)
        made.troubles.sort(key=lambda trouble: trouble.place)
        return made

    def cell_columns(
        self, key: str, answer: Answer, texts: Texts, troubles: list[Trouble], known: Known = ()
    ) -> dict[str, Sequence[str]]:
        """The texts of an answer by cell name; a column for the whole answer is taken apart."""
        given = texts.columns
        columns: dict[str, Sequence[str]] = {cell.name: given[cell.name] for cell in answer.cells if cell.name in given}
        if answer.shape != (1, 1) and key in given:
            whole = decided(key, given[key], texts, troubles, known)
            split = self.split(key, answer, whole, texts, troubles)
            for cell, column in zip(answer.cells, split, strict=True):
                own = columns.get(cell.name)  # a cell that was also given by itself counts where the whole is blank
                columns[cell.name] = column if own is None else [a or b for a, b in zip(column, own, strict=True)]
        if known:
            columns = {name: decided(name, column, texts, troubles, known) for name, column in columns.items()}
        return columns

    def split(
        self, key: str, answer: Answer, column: Sequence[str], texts: Texts, troubles: list[Trouble]
    ) -> Sequence[Sequence[str]]:
        """The texts of whole answers taken apart, a column for each cell."""
        rows: list[list[str]] = []
        known: dict[str, list[str]] = {}
        for index, text in enumerate(column):
            found = known.get(text)
            if found is None:
                try:
                    found = known[text] = elements(text, answer.shape, self.sign)
                except UnreadableError as reason:
                    troubles.append(_trouble(texts, index, key, text, str(reason)))
                    found = [""] * len(answer.cells)
            rows.append(found)
        return list(zip(*rows, strict=True)) or [[]] * len(answer.cells)

    def read_numbers(
        self, answer: Answer, columns: Mapping[str, Sequence[str]], texts: Texts, made: Submissions
    ) -> None:
        """The values of an answer's cells."""
        count = len(texts.students)
        values = np.full((count, *answer.shape), np.nan)
        decimals = np.zeros(values.shape, dtype=np.int16)
        numbers = self.numbers[self.scales[answer.key]]
        for cell in answer.cells:
            column = columns.get(cell.name)
            if column is None:
                continue
            at = (slice(None), cell.row, cell.column)
            values[at], decimals[at], reasons, shown = numbers.read(column)
            for index, reason in reasons.items():
                made.troubles.append(_trouble(texts, index, cell.name, column[index], reason))
            for index, text in shown.items():
                made.readings.append(_reading(texts, index, cell.name, column[index], text))
        made.batch.values[answer.key], made.batch.decimals[answer.key] = values, decimals

    def read_words(self, answer: Answer, column: Sequence[str] | None, texts: Texts, made: Submissions) -> None:
        """The words or the formula of an answer."""
        into = made.formulas if answer.kind == "formula" else made.words
        words = into[answer.key] = [None] * len(texts.students)
        for index, text in enumerate(column or ()):
            try:
                words[index] = found = self.words(answer, text)
            except UnreadableError as reason:
                made.troubles.append(_trouble(texts, index, answer.key, text, str(reason)))
                continue
            plain = " ".join(text.split())
            if answer.kind != "word" or found is None or found == plain:
                continue
            if answer.solved.item.understood(plain) is None:
                made.readings.append(_reading(texts, index, answer.key, text, found))

    def words(self, answer: Answer, text: str) -> str | None:
        """What a text says; raises UnreadableError."""
        if answer.kind == "word":
            known = self.known_words
            if (answer.key, text) not in known:
                if len(known) > _MOST_TEXTS:
                    known.clear()
                known[answer.key, text] = _word(answer, text)
            return known[answer.key, text]
        found = prose(text)
        if answer.kind == "formula" and found is not None and len(found) > MAX_FORMULA:
            raise UnreadableError(f"{len(found):,} characters are too many for a formula")
        return found


def decided(name: str, column: Sequence[str], texts: Texts, troubles: list[Trouble], known: Known) -> Sequence[str]:
    """A column with a person's readings in place of the texts that they are of; a reading of another text is listed."""
    hits = [(index, readings[name]) for index, readings in known if name in readings]
    if not hits:
        return column
    made = list(column)
    for index, (text, reading) in hits:
        if safe_cell(made[index][:SHOWN]).strip() == text:
            made[index] = reading
        elif made[index].strip() != reading:
            troubles.append(_trouble(texts, index, name, made[index], f"the reading of {text!r} is not of this text"))
    return made


def _word(answer: Answer, text: str) -> str | None:
    """The word that a text says, as the item itself reads it, or as words are read; raises UnreadableError."""
    item, found = answer.solved.item, prose(text)
    own = None if found is None else item.understood(found)
    if own == "":
        raise UnreadableError(f"not {item.asks}")
    return word(text, answer.solved.text) if own is None else own


def _scale(answer: Answer) -> Scale:
    """What is known of the number that is asked for."""
    if answer.kind != "number":
        return PLAIN
    written = answer.solved.written
    counted = answer.solved.form is EXACT and bool(np.all(written == np.round(written)))
    most = np.max(np.abs(written), initial=0, where=np.isfinite(written))
    return Scale(counted, bool(most > 1), bool(most >= 1000))


def _trouble(texts: Texts, index: int, cell: str, found: str, reason: str) -> Trouble:
    return Trouble(texts.students[index], cell, found[:SHOWN], reason, texts.places[index])


def _reading(texts: Texts, index: int, cell: str, text: str, shown: str) -> Reading:
    return Reading(texts.students[index], cell, text[:SHOWN], shown, texts.places[index])
