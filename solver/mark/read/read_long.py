"""Long CSV (student, answer, value) of any length: rows sorted by student in a file without a name, then read in groups.

The rows of a student may stand anywhere. Students keep the order in which they first appear; memory holds their names
and the rows that wait to be written, of which each group has little.
"""

from __future__ import annotations

import csv
import io
import struct
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from solver.errors import Place
from solver.mark.read.read_batch import Texts, named
from solver.mark.read.read_blocks import text_of
from solver.mark.read.read_names import IGNORED, STUDENT, AnswerNames, refuse
from solver.mark.read.read_records import Gathered, Record

ANSWER, VALUE = "(answer)", "(value)"
GROUP = 4_000
"""The students of a group."""

WAITING = 1 << 15
"""The bytes of a group that wait in memory before they are written."""

_HEAD = struct.Struct("<III")
"""In front of rows that stand together: their student's number in the group, their line, their bytes."""


@dataclass(frozen=True, slots=True)
class LongGroup:
    """Some students and all their rows. columns: of a row; students: each with the line of the first row."""

    file: str
    students: tuple[tuple[str, int], ...]
    data: bytes
    columns: tuple[str, ...]
    delimiter: str
    names: AnswerNames

    @property
    def size(self) -> int:
        """About the bytes of the file that it holds."""
        return len(self.data)

    def who(self) -> Sequence[str]:
        """The students, in the order in which they first appear."""
        return [named(name, Place(self.file, line), []) for name, line in self.students]

    def texts(self) -> Iterator[Texts]:
        """The students, in batches; of two values of a cell the later one counts, and that is listed."""
        made = Gathered(self.names)
        records = [made.begin(name, Place(self.file, line)) for name, line in self.students]
        answer, value = self.columns.index(ANSWER), self.columns.index(VALUE)
        known: dict[str, str | None] = {}
        at = 0
        while at < len(self.data):
            student, line, size = _HEAD.unpack_from(self.data, at)
            at += _HEAD.size
            record = records[student]
            for row, place in self.rows(self.data[at : at + size], line):
                name, text = (row[i] if i < len(row) else "" for i in (answer, value))
                if name not in known:
                    found = self.names.find(name)
                    known[name] = None if found in (None, IGNORED, STUDENT) else found
                cell = known[name]
                if cell is None or record.cells.get(cell):
                    self.add(made, record, name, text, place)
                else:
                    record.cells[cell] = text
            at += size
        yield from made.batches()

    def rows(self, data: bytes, line: int) -> Iterator[tuple[list[str], int]]:
        """The rows that stand together, each with its line."""
        reader = csv.reader(io.StringIO(text_of(data, Place(self.file, line)), newline=""), delimiter=self.delimiter)
        start = 0
        for row in reader:
            yield row, line + start
            start = reader.line_num

    def add(self, made: Gathered, record: Record, name: str, text: str, line: int) -> None:
        """Notes what is no answer, or stands there again."""
        made.add(record, name, text, Place(self.file, line))


class _Sorted:
    """Rows by group of students."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.numbers: dict[bytes, int] = {}
        self.lines: list[int] = []
        self.waiting: list[list[bytes]] = []
        self.sizes: list[int] = []
        self.written: list[list[tuple[int, int]]] = []

    def add(self, student: bytes, line: int, rows: bytes) -> None:
        """Notes rows of a student that stand together."""
        number = self.numbers.setdefault(student, len(self.lines))
        if number == len(self.lines):
            self.lines.append(line)
        group, place = divmod(number, GROUP)
        if group == len(self.waiting):
            self.waiting.append([])
            self.sizes.append(0)
            self.written.append([])
        self.waiting[group] += (_HEAD.pack(place, line, len(rows)), rows)
        self.sizes[group] += len(rows) + _HEAD.size
        if self.sizes[group] > WAITING:
            self.write(group)

    def write(self, group: int) -> None:
        """Writes what waits of a group."""
        data = b"".join(self.waiting[group])
        self.written[group].append((self.file.seek(0, 2), len(data)))
        self.file.write(data)
        self.waiting[group], self.sizes[group] = [], 0

    def groups(self) -> Iterator[tuple[list[tuple[bytes, int]], bytes]]:
        """The students of each group with their first lines, and its rows."""
        students = list(self.numbers)
        for group in range(len(self.waiting)):
            self.write(group)
            data = b""
            for start, size in self.written[group]:
                self.file.seek(start)
                data += self.file.read(size)
            some = slice(group * GROUP, (group + 1) * GROUP)
            yield list(zip(students[some], self.lines[some], strict=True)), data


def read_long(
    parts: Iterator[tuple[int, bytes]], file: str, columns: tuple[str, ...], delimiter: str, names: AnswerNames
) -> Iterator[LongGroup]:
    """The students of a long file in groups; raises SpecError. parts: whole rows, with the line that they start on."""
    with tempfile.TemporaryFile() as kept:
        made = _Sorted(kept)
        student = columns.index(STUDENT) if STUDENT in columns else len(columns)
        for line, data in parts:
            if student or not _plain(made, file, line, data, delimiter.encode()):
                _any(made, file, line, data, student, delimiter)
        for students, rows in made.groups():
            some = tuple((name.decode(), line) for name, line in students)
            yield LongGroup(file, some, rows, columns, delimiter, names)


def _plain(made: _Sorted, file: str, first: int, data: bytes, delimiter: bytes) -> bool:
    """Sorts rows of one line each that begin with the student's name, without quotes; False where they are not such. Raises SpecError where it is not UTF-8."""
    text_of(data, Place(file, first))
    quoted = b'"' in data
    lines = data.split(b"\n")
    if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
        return False
    if quoted and any(line.startswith(b'"') or line.count(b'"') % 2 for line in lines):
        return False
    before, start = None, 0
    for at, line in enumerate(lines):
        name = line.partition(delimiter)[0]
        if name != before:
            if before is not None:
                _put(made, before, first, start, lines[start:at])
            before, start = name, at
    if before is not None:
        _put(made, before, first, start, lines[start:])
    return True


def _put(made: _Sorted, name: bytes, first: int, start: int, lines: list[bytes]) -> None:
    """Sorts lines that stand together, but for blank ones."""
    if name.strip() or any(line.strip(b",;\t \r") for line in lines):
        made.add(name.strip(), first + start, b"\n".join(lines))


def _any(made: _Sorted, file: str, first: int, data: bytes, student: int, delimiter: str) -> None:
    """Sorts rows of any kind; raises SpecError where they are not CSV."""
    reader = csv.reader(io.StringIO(text_of(data, Place(file, first)), newline=""), delimiter=delimiter)
    line = first
    try:
        for row in reader:
            if any(map(str.strip, row)):
                name = row[student].strip() if student < len(row) else ""
                text = io.StringIO(newline="")
                csv.writer(text, delimiter=delimiter).writerow(row)
                made.add(name.encode(), line, text.getvalue().encode())
            line = first + reader.line_num
    except csv.Error as error:
        raise refuse(Place(file, line), f"not CSV: {error}") from None
