"""A file of rows in blocks of whole ones, so that a class of any size is read in little memory."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from typing import IO

from solver.errors import Place
from solver.mark.read.read_names import refuse

BLOCK = 1 << 20
MOST_BLOCK = 1 << 24
"""The most bytes that one row may span: a quote that never closes is found there."""

UTF8 = "save the file as UTF-8 (in a spreadsheet: `CSV UTF-8`)"
DELIMITERS = ",;\t"
_QUOTED = re.compile(rb'(?:\A|(?<=[,;\t\r\n]))"(?:[^"]+|"")*+("?)')

csv.field_size_limit(2 * MOST_BLOCK)  # an enormous field costs itself alone


def blocks(stream: IO[bytes], file: str, quotes: bool = True) -> Iterator[tuple[int, bytes]]:
    """A stream as UTF-8 without BOM, in blocks of whole rows, each with the line it starts on; raises SpecError.

    quotes: a row goes on over the end of a line inside quotes, as in CSV.
    """
    data = stream.read(BLOCK)
    decode, rest, newline, line = _decoder(data, Place(file)), b"", b"", 1
    data = data.removeprefix(codecs.BOM_UTF8)
    while data:
        rest += decode(data)
        newline = newline or (b"\n" if b"\n" in rest else b"\r" if b"\r" in rest[:-1] else b"")
        cut = _end_of_row(rest, newline, quotes) if newline else 0
        if cut:
            yield line, rest[:cut]
            line, rest = line + rest.count(newline, 0, cut), rest[cut:]
        elif len(rest) > MOST_BLOCK:
            message = f"a row of more than {MOST_BLOCK:,} bytes starts here"
            raise refuse(Place(file, line), message, "is a quote never closed?")
        data = stream.read(BLOCK)
    if rest:
        yield line, rest


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
