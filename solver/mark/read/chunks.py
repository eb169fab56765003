"""Files of answers, in any of the formats, to chunks that are marked one after another or side by side."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import IO, Protocol

from solver.errors import Place, Problem
from solver.files import files_of
from solver.mark.read.read_batch import Texts
from solver.mark.read.read_blocks import blocks, text_of
from solver.mark.read.read_csv import read_csv
from solver.mark.read.read_json import FILES, STDIN, Files, read_json, read_lines
from solver.mark.read.read_names import AnswerNames, refuse

_ONE_STUDENT = (".yaml", ".yml", ".json")

MOST_ANSWERS = 1 << 30
MOST_LINES = 1 << 26
"""The most bytes of answers, or of another text, that come from what may never end: standard input, a pipe, a device."""


class Chunk(Protocol):
    """A part of the answers that one process reads and marks: rows, lines or files."""

    @property
    def size(self) -> int:
        """How much of the whole it is, in the unit of `size_of`."""

    def who(self) -> Sequence[str]:
        """The student of each of its rows, in the order of `texts`; raises SpecError."""

    def texts(self) -> Iterator[Texts]:
        """Its students in batches; raises SpecError."""


class Kept:
    """What can be read once alone, standard input or a pipe, kept in a file without a name, to be read again."""

    def __init__(self) -> None:
        self.files: dict[str, IO[bytes]] = {}
        self.open = ExitStack()

    def __enter__(self) -> Kept:
        return self

    def __exit__(self, *_: object) -> None:
        self.open.close()

    def again(self, path: str) -> IO[bytes]:
        """The stream of a path from its start; raises SpecError where it cannot be read."""
        found = self.files.get(path)
        if found is None:
            if path == "-" and sys.stdin is None:
                raise refuse(Place(STDIN), "is closed")
            with nullcontext(sys.stdin.buffer) if path == "-" else _opened(path) as stream:
                found = self.files[path] = self.open.enter_context(_nameless())
                shutil.copyfileobj(_Bounded(stream, STDIN if path == "-" else path, MOST_ANSWERS), found)
        found.seek(0)
        return found


class _Bounded(io.RawIOBase):
    """A stream that may never end; raises SpecError where it is longer than so many bytes."""

    def __init__(self, stream: IO[bytes], file: str, most: int) -> None:
        self.stream, self.file, self.most = stream, file, most
        self.left = most

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, into: bytearray | memoryview) -> int:  # type: ignore[override]
        """As much as there is room for."""
        data = self.stream.read(len(into))
        self.left -= len(data)
        if self.left < 0:
            raise refuse(Place(self.file), f"goes on for more than {self.most:,} bytes", "name a file instead")
        into[: len(data)] = data
        return len(data)


def chunks(
    paths: Sequence[str], names: AnswerNames, notices: list[Problem], kept: Kept | None = None
) -> Iterator[Chunk]:
    """The answers of some files, folders of one file a student, or `-`; raises SpecError.

    notices: gets what a file holds beside answers and is ignored, such as a column of another name. kept: what an
    earlier pass through the same paths has kept of those that are read once alone.
    """
    if kept is None:
        with Kept() as own:
            yield from chunks(paths, names, notices, own)
        return
    for path in paths:
        if os.path.isdir(path) and path != "-":
            yield from _of_folder(path, names, notices)
        elif path.lower().endswith((".yaml", ".yml")):
            yield from _of_yaml(path, names)
        elif path == "-" or (os.path.exists(path) and not os.path.isfile(path)):
            yield from _of_stream(kept.again(path), STDIN if path == "-" else path, names, notices)
        else:
            with _opened(path) as stream:
                yield from _of_stream(stream, path, names, notices)


def size_of(paths: Iterable[str]) -> int | None:
    """The sum of the sizes of all chunks; None where it is not known beforehand."""
    total = 0
    for path in paths:
        if os.path.isfile(path):
            total += os.path.getsize(path)
        else:
            return None
    return total


def local_files(found: Iterable[Chunk]) -> Iterator[Chunk]:
    """The same chunks, with the files among them read here: another machine may not have them."""
    for chunk in found:
        if isinstance(chunk, Files):
            yield from chunk.texts()
        else:
            yield chunk


def text_lines(path: str) -> Iterator[str]:
    """The lines of a text file with their ends, as the csv module wants them; raises SpecError."""
    with _opened(path) as stream:
        if not os.path.isfile(path):
            stream = io.BufferedReader(_Bounded(stream, path, MOST_LINES))
        for line, data in blocks(stream, path):
            yield from io.StringIO(text_of(data, Place(path, line)), newline="")


def _nameless() -> AbstractContextManager[IO[bytes]]:
    return tempfile.TemporaryFile()


def _opened(path: str) -> AbstractContextManager[IO[bytes]]:
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise refuse(Place(path), "does not exist") from None
    except (OSError, ValueError) as error:
        raise refuse(Place(path), f"cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _of_stream(stream: IO[bytes], file: str, names: AnswerNames, notices: list[Problem]) -> Iterator[Chunk]:
    low = file.lower()
    if low.endswith((".jsonl", ".ndjson")):
        return read_lines(stream, file, names)
    if low.endswith(".json"):
        return read_json(stream, file, names)
    if low.endswith((".xlsx", ".xlsm")):
        return _of_workbook(stream, file, names, notices)
    if file == STDIN:
        return _sniffed(stream, file, names, notices)
    return read_csv(stream, file, names, notices)


def _of_workbook(stream: IO[bytes], file: str, names: AnswerNames, notices: list[Problem]) -> Iterator[Chunk]:
    from solver.mark.read.read_xlsx import as_csv

    with _nameless() as into, as_csv(stream, file, into) as rows:
        yield from read_csv(rows, file, names, notices)


def _sniffed(stream: IO[bytes], file: str, names: AnswerNames, notices: list[Problem]) -> Iterator[Chunk]:
    """Standard input says what it is by its first character: [ a JSON list, { JSON or JSON Lines, else CSV."""
    head = stream.read(1 << 12)
    stream.seek(0)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"[":
        return read_json(stream, file, names)
    if start == b"{":
        first, _, rest = head.strip().partition(b"\n")
        several = first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")
        return read_lines(stream, file, names) if several else read_json(stream, file, names)
    return read_csv(stream, file, names, notices)


def _of_folder(path: str, names: AnswerNames, notices: list[Problem]) -> Iterator[Chunk]:
    """The YAML and JSON files of a folder by name, a student each."""
    inside = files_of(path)
    files = [str(entry) for entry in inside if entry.suffix.lower() in _ONE_STUDENT]
    others = [entry.name for entry in inside if entry.suffix.lower() not in _ONE_STUDENT]
    if not files:
        raise refuse(Place(path), "is a folder without YAML or JSON files", "name CSV files one by one")
    if others:
        shown = ", ".join(name[:60] for name in others[:5]) + (", …" if len(others) > 5 else "")
        notices.append(Problem(Place(path), f"ignored, as neither YAML nor JSON: {shown}"))
    for start in range(0, len(files), FILES):
        yield Files(tuple(files[start : start + FILES]), names)


def _of_yaml(path: str, names: AnswerNames) -> Iterator[Chunk]:
    """One student's file, named by itself: it must be readable."""
    with _opened(path):
        yield Files((path,), names)
