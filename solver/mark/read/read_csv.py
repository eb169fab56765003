"""CSV files of answers: wide (a row a student, a column a cell), or long (student, answer, value)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, NamedTuple

from solver.errors import Place, Problem, SpecError, nearest
from solver.mark.read.exports import is_time, known_export
from solver.mark.read.read_batch import BATCH, MAX_NAME, Texts, named
from solver.mark.read.read_blocks import DELIMITERS, blocks, text_of
from solver.mark.read.read_long import ANSWER, VALUE, LongGroup, read_long
from solver.mark.read.read_names import IGNORED, STUDENT, AnswerNames, refuse
from solver.mark.read.read_packed import plain_columns
from solver.mark.records import Trouble

_ANSWER, _VALUE = ("answer", "cell"), ("value", "response")


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands in each column of a file: the name of a cell or a whole answer, STUDENT or IGNORED.

    skips: what stands in the first column of rows that are of no student, in lower case.
    """

    columns: tuple[str, ...]
    delimiter: str
    skips: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CsvBlock:
    """Whole rows of a wide CSV. line: where the first one stands, from 1."""

    file: str
    line: int
    data: bytes
    layout: Layout

    @property
    def size(self) -> int:
        """Bytes of the file that it holds."""
        return len(self.data)

    def who(self) -> Sequence[str]:
        """The students of its rows, in their order; raises SpecError where they are not UTF-8."""
        return _names(self) or [student for texts in self.texts() for student in texts.students]

    def texts(self) -> Iterator[Texts]:
        """The rows as text, in batches; raises SpecError where they are not UTF-8."""
        packed = _packed(self)
        if packed is not None:
            yield from packed
            return
        rows = _rows(self)
        for start in range(0, len(rows), BATCH):
            yield _texts(rows[start : start + BATCH], self.layout)


def read_csv(
    stream: IO[bytes], file: str, names: AnswerNames, notices: list[Problem]
) -> Iterator[CsvBlock | LongGroup]:
    """A CSV file in blocks or batches; raises SpecError. notices: gets what is ignored, such as an unknown column."""
    parts = blocks(stream, file, notices=notices)
    line, data = next(parts, (1, b""))
    header, delimiter, used = _header(text_of(data, Place(file, line)), file, names)
    layout = _long(header, delimiter) or _wide(header, delimiter, file, names, notices)
    found = (CsvBlock(file, line, data, layout) for line, data in _after(used, data, parts) if data.strip())
    if VALUE in layout.columns:
        rows = ((block.line, block.data) for block in found)
        yield from read_long(rows, file, layout.columns, layout.delimiter, names)
        return
    empty = True
    for block in found:
        empty = False
        yield block
    if empty:
        raise refuse(Place(file), "holds a header and no answers")


def _after(used: int, data: bytes, parts: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """The blocks without the header."""
    newline = b"\n" if b"\n" in data else b"\r"
    yield 1 + data.count(newline, 0, used), data[used:]
    yield from parts


_SEPARATOR = re.compile(r'\s*"?sep=(.)"?[;,]*\r?\n', re.IGNORECASE)
"""A spreadsheet's own first line, which says what parts the columns."""


# -- the header -------------------------------------------------------------------------------------------------------
def _header(text: str, file: str, names: AnswerNames) -> tuple[list[str], str, int]:
    """The first row that is not blank, what parts its columns, and the bytes up to its end.

    The delimiter is the one that finds most known names: names themselves hold commas.
    """
    if not text.strip():
        raise refuse(Place(file), "the file is empty", "expected a header and a row for each student")
    best: tuple[int, int, list[str], str, int] | None = None
    said = _SEPARATOR.match(text)
    for delimiter in said[1] if said else DELIMITERS:
        lines = io.StringIO(text, newline="")
        lines.seek(said.end() if said else 0)
        row = next((row for row in csv.reader(iter(lines.readline, ""), delimiter=delimiter) if any(row)), [])
        known = sum(names.find(name) is not None for name in row)
        if best is None or (known, len(row)) > best[:2]:
            best = (known, len(row), row, delimiter, len(text[: lines.tell()].encode()))
    assert best is not None
    return best[2:]


def _long(header: list[str], delimiter: str) -> Layout | None:
    """The layout of a long file, which has a column for the answer's name and one for its value."""
    low = [name.strip().casefold() for name in header]
    answer = next((low.index(name) for name in _ANSWER if name in low), None)
    value = next((low.index(name) for name in _VALUE if name in low), None)
    if answer is None or value is None:
        return None
    student = low.index(STUDENT) if STUDENT in low else next(i for i in range(len(low) + 1) if i not in (answer, value))
    columns = [IGNORED] * len(header)
    columns[answer], columns[value] = ANSWER, VALUE
    if student < len(columns):
        columns[student] = STUDENT
    return Layout(tuple(columns), delimiter)


def _wide(header: list[str], delimiter: str, file: str, names: AnswerNames, notices: list[Problem]) -> Layout:
    """The layout of a wide file; raises SpecError where columns cannot be told apart or a name is misspelt."""
    place = Place(file, 1)
    export = known_export(header, names)
    columns = [names.find(name) for name in header] if export is None else export.columns
    if export is not None and export.told:
        notices.append(Problem(place, f"{export.title}: {export.told}", "a mapping file says otherwise"))
    problems = []
    if STUDENT not in columns and export is None and columns[0] is None and not is_time(header[0]):
        columns[0] = STUDENT
    for name, (_, where) in names.renamed.items():
        if name not in [column.strip() for column in header]:
            problems.append(Problem(where, f"{file} has no column {name[:60]!r}", nearest(name, header)))
    if STUDENT not in columns:
        others = ", ".join(repr(name[:40]) for name, column in zip(header, columns, strict=True) if not column)
        which = f"which of {others[:200]} does? Map it: --map FILE with the line `COLUMN: student`" if others else ""
        hint = which or "call one `student`, or map one to it"
        problems.append(Problem(place, "no column names the student", hint))
    given = {column for column in columns if column}
    missing = [name for name in names.all if name not in given]
    seen: dict[str, str] = {}
    for index, (name, column) in enumerate(zip(header, columns, strict=True), 1):
        shown = f"column {index}, {name[:60]!r},"
        if column is None:
            meant = names.close(name, missing)
            if meant:
                hint = f"did you mean {meant!r}? A mapping file says so, or that it is to be ignored"
                problems.append(Problem(place, f"{shown} is no answer's name", hint))
            elif name.strip():
                notices.append(Problem(place, f"{shown} is ignored: no answer has this name", names.nearest(name)))
        elif column not in (IGNORED, STUDENT):
            if column in seen:
                problems.append(Problem(place, f"{shown} is {column} again, after {seen[column][:60]!r}"))
            seen.setdefault(column, name)
    if not seen and not problems:
        problems.append(Problem(place, "no column has the name of an answer", names.nearest(header[-1])))
    if problems:
        raise SpecError(problems)
    skips = export.skips if export is not None else frozenset()
    return Layout(tuple(column or IGNORED for column in columns), delimiter, skips)


# -- rows -------------------------------------------------------------------------------------------------------------
def _packed(block: CsvBlock) -> list[Texts] | None:
    """The batches of a block of plain rows, each with a name; None where they are not, and the csv module reads them."""
    place, layout = Place(block.file, block.line), block.layout
    if layout.skips:
        return None
    text_of(block.data, place)
    found = plain_columns(block.data, layout.delimiter, len(layout.columns))
    if found is None:
        return None
    own = [column for name, column in zip(layout.columns, found, strict=True) if name == STUDENT]
    students = [" ".join(map(str.strip, row)).strip() for row in zip(*own, strict=True)]
    if not all(0 < len(student) <= MAX_NAME for student in students):
        return None
    places = [Place(block.file, line) for line in range(block.line, block.line + len(students))]
    made = []
    for start in range(0, len(students), BATCH):
        some = slice(start, start + BATCH)
        answers = {n: c[some] for n, c in zip(layout.columns, found, strict=True) if n not in (STUDENT, IGNORED)}
        made.append(Texts(students[some], places[some], answers))
    return made


def _names(block: CsvBlock) -> list[str] | None:
    """The names of plain rows, without the rest of them; None where they are not plain."""
    if (
        block.layout.skips
        or b'"' in block.data
        or b"\0" in block.data
        or block.data.count(b"\r") != block.data.count(b"\r\n")
    ):
        return None
    delimiter = block.layout.delimiter.encode()
    own = [index for index, column in enumerate(block.layout.columns) if column == STUDENT]
    if len(own) != 1:
        return None
    at, found = own[0], []
    for line in block.data.split(b"\n"):
        if line and line != b"\r":
            cells = line.split(delimiter, at + 1)
            if len(cells) <= at:
                return None
            found.append(cells[at])
    try:
        students = [cell.decode().strip() for cell in found]
    except UnicodeDecodeError:
        return None
    return students if all(0 < len(student) <= MAX_NAME for student in students) else None


class CsvRow(NamedTuple):
    """One row and the line it starts on."""

    cells: list[str]
    place: Place


def _rows(block: CsvBlock) -> list[CsvRow]:
    """The rows of a block that are not blank."""
    place = Place(block.file, block.line)
    reader = csv.reader(io.StringIO(text_of(block.data, place), newline=""), delimiter=block.layout.delimiter)
    rows, line = [], block.line
    try:
        for cells in reader:
            if any(map(str.strip, cells)) and cells[0].strip().casefold() not in block.layout.skips:
                rows.append(CsvRow(cells, Place(block.file, line)))
            line = block.line + reader.line_num
    except csv.Error as error:
        raise refuse(Place(block.file, line), f"not CSV: {error}") from None
    return rows


def _texts(rows: Sequence[CsvRow], layout: Layout) -> Texts:
    """A batch of rows: rows too short or too long are listed, and a row that cannot be matched is blank."""
    width, troubles = len(layout.columns), []
    own = [index for index, column in enumerate(layout.columns) if column == STUDENT]
    cells: list[list[str]] = []
    for row, place in rows:
        made = row
        if len(row) != width:
            made, reason = _matched(row, width, own)
            if reason:
                troubles.append(Trouble(_student(made, own, place, []), "", "", reason, place))
        cells.append(made)
    places = [row.place for row in rows]
    columns = list(zip(*cells, strict=True))
    students = [_student(made, own, place, troubles) for made, place in zip(cells, places, strict=True)]
    answers = {name: columns[index] for index, name in enumerate(layout.columns) if name not in (STUDENT, IGNORED)}
    return Texts(students, places, answers, troubles)


def _matched(row: list[str], width: int, own: Sequence[int]) -> tuple[list[str], str]:
    """A row at the header's width, and what was wrong with it."""
    if len(row) < width:
        return row + [""] * (
            width - len(row)
        ), f"a row of {len(row)} columns, the header has {width}: the rest is blank"
    if not any(map(str.strip, row[width:])):
        return row[:width], ""
    kept = [text if index in own else "" for index, text in enumerate(row[:width])]
    return kept, f"a row of {len(row)} columns, the header has {width}: nothing of it is read; quote what holds commas"


def _student(row: Sequence[str], own: Sequence[int], place: Place, troubles: list[Trouble]) -> str:
    return named(" ".join(row[index].strip() for index in own), place, troubles)
