"""A file of rows in blocks of whole ones, so that a class of any size is read in little memory."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from typing import IO

from solver.errors import Place, Problem
from solver.mark.read.read_names import refuse

BLOCK = 1 << 21
MOST_BLOCK = 1 << 24
"""The most bytes that one row may span: a quote that never closes is found there."""

UTF8 = "save the file as UTF-8 (in a spreadsheet: `CSV UTF-8`)"
DELIMITERS = ",;\t"
_QUOTED = re.compile(rb'(?:\A|(?<=[,;\t\r\n]))"(?:[^"]+|"")*+("?)')

csv.field_size_limit(2 * MOST_BLOCK)  # an enormous field costs itself alone


def blocks(
    stream: IO[bytes], file: str, quotes: bool = True, notices: list[Problem] | None = None
) -> Iterator[tuple[int, bytes]]:
    """A stream as UTF-8 without BOM, in blocks of whole rows, each with the line it starts on; raises SpecError.

    quotes: a row goes on over the end of a line inside quotes, as in CSV. notices: where they are given, a file that is
    not UTF-8 is read as Windows-1252, as older spreadsheets save it, and they get that.
    """
    data = stream.read(BLOCK)
    decode, rest, newline, line = _decoder(data, Place(file)), b"", b"", 1
    western = None if notices is None else _Western(file, notices)
    data = data.removeprefix(codecs.BOM_UTF8)
    while data:
        rest += decode(data) if western is None else western.utf8(decode(data), line, rest)
        newline = newline or (b"\n" if b"\n" in rest else b"\r" if b"\r" in rest[:-1] else b"")
        cut = _end_of_row(rest, newline, quotes) if newline else 0
        if cut:
            yield line, rest[:cut]
            line, rest = line + rest.count(newline, 0, cut), rest[cut:]
        elif len(rest) > MOST_BLOCK:
            message = f"a row of more than {MOST_BLOCK:,} bytes starts here"
            raise refuse(Place(file, line), message, "is a quote never closed?")
        data = stream.read(BLOCK)
    if western is not None:
        rest += western.end(line, rest)
    if rest:
        yield line, rest


class _Western:
    """Makes UTF-8 of a file that turns out to be Windows-1252: at its first byte that no UTF-8 text has."""

    def __init__(self, file: str, notices: list[Problem]) -> None:
        self.file, self.notices = file, notices
        self.found = self.wide = False
        self.tail = b""

    def utf8(self, data: bytes, line: int, before: bytes) -> bytes:
        """The next bytes as UTF-8; before: what stands in front of them on and after this line. Raises SpecError."""
        if data.isascii() and not self.tail:
            return data
        if not self.found:
            data, self.tail = self.tail + data, b""
            try:
                data.decode()
                self.wide = True
                return data
            except UnicodeDecodeError as error:
                if error.reason == "unexpected end of data" and len(data) - error.start < 4:
                    self.tail = data[error.start :]
                    return data[: error.start]
                if self.wide or not data[: error.start].isascii():
                    return data  # it was UTF-8 so far: whoever reads the row says where it is not
                self.found = True
                where = line + before.count(b"\n") + data.count(b"\n", 0, error.start)
                self.notices.append(Problem(Place(self.file, where), _READ_AS.format(data[error.start])))
        try:
            return data.decode("cp1252").encode()
        except UnicodeDecodeError:
            return data

    def end(self, line: int, before: bytes) -> bytes:
        """What is left at the end of the file."""
        left, self.tail = self.tail, b""
        if left and not self.wide:
            self.notices.append(Problem(Place(self.file, line + before.count(b"\n")), _READ_AS.format(left[0])))
            return left.decode("cp1252", "replace").encode()
        return left


_READ_AS = "not UTF-8 text (byte 0x{:02x}): read as Windows-1252"


def pieces(stream: IO[bytes], file: str) -> Iterator[str]:
    """A stream as text without BOM, in pieces of about a block, however they are cut; raises SpecError."""
    data = stream.read(BLOCK)
    decode, text = _decoder(data, Place(file)), codecs.getincrementaldecoder("utf-8")()
    data, line = data.removeprefix(codecs.BOM_UTF8), 1
    while True:
        try:
            piece = text.decode(decode(data), not data)
        except UnicodeDecodeError as error:
            line += error.object.count(b"\n", 0, error.start)
            found = f"not UTF-8 text: byte 0x{error.object[error.start]:02x}"
            raise refuse(Place(file, line), found, UTF8) from None
        yield piece
        if not data:
            return
        line += piece.count("\n")
        data = stream.read(BLOCK)


def _decoder(head: bytes, place: Place) -> Callable[[bytes], bytes]:
    """What makes UTF-8 of a file: nothing to do, or from UTF-16 where its mark stands at the start."""
    if not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return lambda data: data
    wide = codecs.getincrementaldecoder("utf-16")()

    def decode(data: bytes) -> bytes:
        try:
            return wide.decode(data).encode()
        except UnicodeError:
            raise refuse(place, "marked as UTF-16, but not UTF-16 text", UTF8) from None

    return decode


def _end_of_row(data: bytes, newline: bytes, quotes: bool) -> int:
    """Where the last whole row ends; 0 where none does."""
    cut = data.rfind(newline) + 1
    if not quotes or data.count(b'"', 0, cut) % 2 == 0:
        return cut
    end = row = 0
    for quoted in _QUOTED.finditer(data, 0, cut):  # a row goes on beyond the cut, or a field holds a stray quote
        row = data.rfind(newline, end, quoted.start()) + 1 or row
        if not quoted[1]:
            return row
        end = quoted.end()
    return cut


def text_of(data: bytes, place: Place) -> str:
    """The text of UTF-8 bytes that start at a place; raises SpecError with the line of what is not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = place.line + data.count(b"\n", 0, error.start)
        raise refuse(Place(place.file, line), f"not UTF-8 text: byte 0x{data[error.start]:02x}", UTF8) from None
