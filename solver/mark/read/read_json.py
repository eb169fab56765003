"""Answers in JSON (a list or a map of students, or one of them), JSON Lines, and YAML or JSON files of one student."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO

from solver.errors import Place, SpecError
from solver.mark.read.json_items import items_of
from solver.mark.read.read_batch import Texts, named
from solver.mark.read.read_blocks import BLOCK, blocks, pieces, text_of
from solver.mark.read.read_names import STUDENT, AnswerNames, refuse
from solver.mark.read.read_records import Entry, Gathered
from solver.mark.records import Trouble
from solver.rounding import MINUS_INFINITY
from solver.spec.nodes import Node, read_nodes

LONG_JSON = 1 << 22
"""A file of more bytes is taken apart student by student, and none of it kept."""

MAX_FILE = 1 << 24
FILES = 200
"""How many files of a folder are marked at once."""

_ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines of a JSON Lines file. line: where the first one stands, from 1."""

    file: str
    line: int
    data: bytes
    names: AnswerNames

    @property
    def size(self) -> int:
        """Bytes of the file that it holds."""
        return len(self.data)

    def who(self) -> Sequence[str]:
        """The students of its rows, in their order; raises SpecError where it is not UTF-8."""
        lines = enumerate(text_of(self.data, Place(self.file, self.line)).split("\n"), self.line)
        return _who(((Place(self.file, n), None, line) for n, line in lines if line.strip()), self.names)

    def texts(self) -> Iterator[Texts]:
        """The students, in batches; a line that is not one is listed. Raises SpecError where it is not UTF-8."""
        made = Gathered(self.names)
        for index, line in enumerate(text_of(self.data, Place(self.file, self.line)).split("\n")):
            place = Place(self.file, self.line + index)
            if line.strip():
                try:
                    _record(made, parsed(line, place), place, "")
                except SpecError as error:
                    reason = error.problems[0].message
                    made.troubles.append(Trouble(f"(line {place.line})", "", line[:80], reason, place))
        yield from made.batches()


@dataclass(frozen=True, slots=True)
class Items:
    """Some students of a long JSON file, each with its place and, in an object by student, its key."""

    items: tuple[tuple[Place, str | None, str], ...]
    names: AnswerNames

    @property
    def size(self) -> int:
        """About the bytes of the file that they take."""
        return sum(len(text) for *_, text in self.items)

    def who(self) -> Sequence[str]:
        """The students of its rows, in their order."""
        return _who(self.items, self.names)

    def texts(self) -> Iterator[Texts]:
        """The students, in batches; an entry that is none is listed."""
        made = Gathered(self.names)
        for place, key, text in self.items:
            try:
                item = parsed(text, place)
                _record(made, item if key is None else {STUDENT: key, _ANSWERS: item}, place, "")
            except SpecError as error:
                reason = error.problems[0].message
                made.troubles.append(Trouble(f"(line {place.line})", "", text[:80], reason, place))
        yield from made.batches()


@dataclass(frozen=True, slots=True)
class Files:
    """Files of one student each."""

    paths: tuple[str, ...]
    names: AnswerNames

    @property
    def size(self) -> int:
        """How many they are."""
        return len(self.paths)

    def who(self) -> Sequence[str]:
        """The students of its rows, in their order."""
        return [student for texts in self.texts() for student in texts.students]

    def texts(self) -> Iterator[Texts]:
        """The students, in batches; a file that cannot be read leaves its student blank, and is listed."""
        made = Gathered(self.names)
        for path in self.paths:
            stem = Path(path).stem
            try:
                _one_file(made, path, stem)
            except SpecError as error:
                problem = error.problems[0]
                record = made.begin(stem, Place(path))
                record.troubles.append(Trouble(stem, "", "", problem.message, problem.place))
        yield from made.batches()


def _who(items: Iterable[tuple[Place, str | None, str]], names: AnswerNames) -> list[str]:
    """The students of objects, without a look at their answers."""
    found = []
    naming: dict[str, bool] = {}
    for place, key, text in items:
        try:
            item = json.loads(text, parse_int=str, parse_float=str)
        except (ValueError, RecursionError):
            continue
        if key is None:
            if not isinstance(item, dict):
                continue
            naming |= {k: names.find(k) == STUDENT for k in item if k not in naming}
            own = [value for k, value in item.items() if naming[k]]
            key = " ".join(value for value in own if isinstance(value, str))
        found.append(named(key, place, []))
    return found


def read_json(stream: IO[bytes], file: str, names: AnswerNames) -> Iterator[Texts | Items]:
    """A JSON file of students: a list of objects, an object by student, or one student's; raises SpecError."""
    parts = pieces(stream, file)
    head = ""
    for part in parts:
        head += part
        if len(head) > LONG_JSON:
            yield from _long_json(chain((head,), parts), file, names)
            return
    yield from _short_json(head, file, names)


def _short_json(text: str, file: str, names: AnswerNames) -> Iterator[Texts]:
    """A file that is parsed as one."""
    place = Place(file)
    found = parsed(text, place)
    made = Gathered(names)
    if isinstance(found, list):
        for index, item in enumerate(found, 1):
            if isinstance(item, dict):
                _record(made, item, place, "")
            else:
                name = f"(entry {index})"
                made.troubles.append(Trouble(name, "", str(item)[:80], "expected an object of answers", place))
    elif isinstance(found, dict) and not _of_students(found, names):
        _record(made, found, place, "" if file == STDIN else Path(file).stem)
    elif isinstance(found, dict):
        for student, item in found.items():
            _record(made, {STUDENT: student, _ANSWERS: item}, place, "")
    else:
        raise refuse(place, "expected a list of students, or an object by student")
    if not made.records:
        raise refuse(place, "holds no students")
    yield from made.batches()


def _long_json(parts: Iterator[str], file: str, names: AnswerNames) -> Iterator[Items]:
    """A file too long to be held: the students of a list, or of an object, one after another, some at a time."""
    found: list[tuple[Place, str | None, str]] = []
    size = 0
    for item in items_of(parts, file):
        found.append(item)
        size += len(item[2])
        if size > BLOCK:
            yield Items(tuple(found), names)
            found, size = [], 0
    if found:
        yield Items(tuple(found), names)


STDIN = "standard input"


def _of_students(found: dict[str, Entry], names: AnswerNames) -> bool:
    """Whether an object's keys are students rather than answers."""
    if _ANSWERS in found or any(names.find(key) is not None for key in found):
        return False
    return all(isinstance(item, dict) for item in found.values())


def read_lines(stream: IO[bytes], file: str, names: AnswerNames) -> Iterator[Lines]:
    """A JSON Lines file; raises SpecError."""
    line = 0
    for line, data in blocks(stream, file, quotes=False):
        yield Lines(file, line, data, names)
    if not line:
        raise refuse(Place(file), "the file is empty", "expected an object of answers on each line")


def parsed(text: str, place: Place) -> Entry:
    """A JSON value with its numbers as they were written; raises SpecError."""
    if not text.strip():
        raise refuse(place, "the file is empty")
    try:
        value = json.loads(text, parse_int=str, parse_float=str, parse_constant=_constant, object_pairs_hook=_once)
        return _plain(value)
    except json.JSONDecodeError as error:
        where = place if place.line else Place(place.file, error.lineno, error.colno)
        raise refuse(where, f"not JSON: {error.msg}") from None
    except RecursionError:
        raise refuse(place, "not answers: nested too deeply") from None


def _constant(name: str) -> str:
    """−∞, as a masked score; NaN and Infinity are no numbers and no blanks either."""
    return MINUS_INFINITY if name == "-Infinity" else f"the constant {name}"


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; an answer that stands in it twice cannot be read."""
    made: dict[str, object] = {}
    for key, value in pairs:
        made[key] = f"twice: {made[key]!s:.40} and {value!s:.40}" if key in made else value
    return made


def _plain(value: object) -> Entry:
    """The value with True and False as words."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value if isinstance(value, str) else None


def _one_file(made: Gathered, path: str, stem: str) -> None:
    """One student's file; raises SpecError."""
    try:
        with open(path, "rb") as stream:
            data = b"".join(block for _, block in blocks(_bounded(stream, path), path, quotes=False))
    except OSError as error:
        raise refuse(Place(path), f"cannot be read: {error.strerror}") from None
    text = text_of(data, Place(path, 1))
    if path.lower().endswith(".json"):
        found = parsed(text, Place(path))
        if not isinstance(found, dict):
            raise refuse(Place(path), "expected an object of answers")
        _record(made, found, Place(path), stem)
        return
    root = read_nodes(text, path)
    if root.kind != "map":
        raise refuse(root.place, f"found {root.found()}, expected a map from answer name to value")
    answers = root.get(_ANSWERS)
    answers = answers if answers is not None and answers.kind == "map" else root
    student = root.get(STUDENT)
    record = made.begin(student.text if student is not None and student.text.strip() else stem, root.place)
    for key, value in answers.entries:
        if key.text != STUDENT:
            made.add(record, key.text, _of_node(value), key.place)


def _bounded(stream: IO[bytes], path: str) -> IO[bytes]:
    if stream.seek(0, 2) > MAX_FILE:
        raise refuse(Place(path), f"is larger than {MAX_FILE:,} bytes, too much for one student")
    stream.seek(0)
    return stream


def _of_node(node: Node) -> Entry:
    if node.empty:
        return None
    if node.kind == "list":
        return [_of_node(item) for item in node.items]
    if node.kind == "map":
        return {key.text: _of_node(value) for key, value in node.entries}
    return node.text


def _record(made: Gathered, found: Entry, place: Place, default: str) -> None:
    """One student's object: `student` and the answers, beside it or under `answers`; raises SpecError."""
    if not isinstance(found, dict):
        raise refuse(place, "expected an object of answers")
    who = [value for key, value in found.items() if made.names.find(key) == STUDENT]
    text = " ".join(value for value in who if isinstance(value, str)) or default
    answers = found.get(_ANSWERS, found)
    record = made.begin(text, place)
    if not isinstance(answers, dict):
        shown = answers[:80] if isinstance(answers, str) else ""
        record.troubles.append(Trouble(record.student, "", shown, "expected an object of answers", place))
        return
    for name, value in answers.items():
        made.add(record, name, value, place)
