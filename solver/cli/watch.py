"""A page that is made again whenever a file is saved that it was made of."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import TypeAlias

from solver.cli.console import INTERRUPTED, dumb, say, tell, warn
from solver.errors import SpecError
from solver.files import READING

Signature: TypeAlias = "tuple[object, ...] | None"
"""What changes when a file is saved; None where there is no file."""

_LOOK, _SETTLED = 0.25, 0.1
"""Seconds between two looks at the files, and that a change is given to be complete."""


def watched(show: Callable[[], None], output: str | None) -> None:
    """Shows a page, again and again, until the reader interrupts it: then the process ends with status 130.

    Files are those that were read for the last page, missing ones too. Problems are shown, and the next change is waited
    for. output: where the page is written; None for standard output.
    """
    read: dict[str, Signature] = {}

    def note(event: str, args: tuple[object, ...]) -> None:
        if event == READING:
            read.setdefault(str(args[0]), _signature(str(args[0])))

    sys.addaudithook(note)
    try:
        while True:
            read.clear()
            if output is None and sys.stdout.isatty() and not dumb():
                say("\x1b[H\x1b[2J\x1b[3J")
            try:
                show()
                said = "shown" if output is None else f"{output} is written"
            except SpecError as error:
                tell(error, "nothing was solved")
                said = "not solved"
            warn(f"{said} at {time.strftime('%H:%M:%S')}; it will be again when a file is saved, Ctrl-C ends")
            _wait(read)
    except KeyboardInterrupt:
        warn("")
        sys.exit(INTERRUPTED)


def _wait(read: Mapping[str, Signature]) -> None:
    """Until one of the files is another, and none changes any more."""
    while (now := _signatures(read)) == read:
        time.sleep(_LOOK)
    while True:
        time.sleep(_SETTLED)
        before, now = now, _signatures(read)
        if now == before:
            return


def _signatures(read: Mapping[str, Signature]) -> dict[str, Signature]:
    return {name: _signature(name) for name in read}


def _signature(name: str) -> Signature:
    """Of a folder, the questions in it; an editor that replaces a file makes another of the same name."""
    try:
        if os.path.isdir(name):
            return tuple(sorted(each for each in os.listdir(name) if each.endswith((".yaml", ".yml"))))
        found = os.stat(name)
        return found.st_mtime_ns, found.st_size, found.st_ino
    except (OSError, ValueError):
        return None
