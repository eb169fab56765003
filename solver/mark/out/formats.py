"""Formats of marks by name, each imported when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Literal, TextIO

from solver.mark.out.out_base import Writer
from solver.mark.sheet import Sheet
from solver.working.question import Scheme

MarksFormat = Literal["table", "csv", "long", "json", "gradescope", "moodle", "canvas"]


def writer(form: MarksFormat, stream: TextIO, sheet: Sheet, scheme: Scheme | None = None, **options: Any) -> Writer:
    """The writer of a format. options: `width` and `color` of a table; `gradebook` and `assignment` for canvas."""
    module = import_module(f"solver.mark.out.out_{form}")
    made: Writer = getattr(module, f"{form.capitalize()}Writer")(stream, sheet, scheme, **options)
    return made
