"""Workbooks: the first sheet of an .xlsx as CSV, so that everything that is known of CSV holds for it too."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from importlib import import_module
from typing import IO, Any

from solver.errors import Place
from solver.mark.read.read_names import refuse

MOST_BYTES = 1 << 30
"""The most bytes that a workbook may hold when it is unpacked."""

_DECIMALS = re.compile(r"#?,?#*0(?:\.(0+))?(%?)(?:;.*)?")


@contextmanager
def as_csv(stream: IO[bytes], file: str, into: IO[bytes]) -> Iterator[IO[bytes]]:
    """The first sheet of a workbook written into another stream as CSV; raises SpecError where it cannot be read."""
    try:
        openpyxl = import_module("openpyxl")
    except ImportError:
        raise refuse(
            Place(file), "openpyxl, which reads .xlsx, is not installed", "pip install 'nnsolve[xlsx]'"
        ) from None
    text = io.TextIOWrapper(into, "utf-8", newline="", write_through=True)
    try:
        with zipfile.ZipFile(stream) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
        if size > MOST_BYTES:
            raise refuse(Place(file), f"is larger than {MOST_BYTES:,} bytes when it is unpacked")
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        rows = csv.writer(text, lineterminator="\n")
        for row in book.worksheets[0].iter_rows():
            rows.writerow([_text(cell) for cell in row])
        book.close()
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, TypeError, AttributeError, SyntaxError) as error:
        reason = next(iter(str(error).splitlines()), "")[:100]
        raise refuse(Place(file), f"cannot be read as a workbook: {reason}", "save it as .xlsx or CSV again") from None
    text.detach()
    into.seek(0)
    yield into


def _text(cell: Any) -> str:
    """A cell as the spreadsheet shows it: a number with the decimals of its format, a date as one."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, date | time):
        return f"the date {value.isoformat()}"
    if isinstance(value, int | float):
        form = _DECIMALS.fullmatch(cell.number_format or "")
        if form is None:
            return repr(int(value)) if value == int(value) else repr(value)
        places = len(form[1] or "")
        return f"{value * 100:.{places}f}%" if form[2] else f"{value:.{places}f}"
    return " ".join(str(value).splitlines())
