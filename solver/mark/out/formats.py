"""Formats of marks by name: each is a file `out_FORMAT.py` beside this one, imported when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any, TextIO

from solver.files import registered
from solver.mark.out.writer import Writer
from solver.mark.records import Show
from solver.mark.sheet import Sheet
from solver.working.question import Scheme


def formats() -> tuple[str, ...]:
    """The names of all formats, sorted."""
    return registered("solver.mark.out", "out_")


def writing(form: str) -> type[Writer]:
    """The class that writes a format, which must be one of `formats()`."""
    found: type[Writer] = getattr(import_module(f"solver.mark.out.out_{form}"), f"{form.capitalize()}Writer")
    return found


def endings() -> dict[str, str]:
    """The format that each ending of a file's name stands for."""
    return {ending: form for form in formats() for ending in writing(form).endings}


def writer(
    form: str, stream: TextIO, sheet: Sheet, scheme: Scheme | None = None, show: Show | None = None, **options: Any
) -> Writer:
    """The writer of a format. show: how much it tells, None for what is usual in it.

    options: `width` and `color` of a table; `gradebook` and `assignment` for canvas.
    """
    made = writing(form)(stream, sheet, scheme, **options)
    made.show = show or made.show
    return made
