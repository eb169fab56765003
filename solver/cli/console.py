"""What commands share: words on the terminal, output that is whole or not at all, problems and how a run ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import click

from solver.cli.streams import ESCAPED, READABLE, replacing
from solver.errors import Place, Problem, SpecError

INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells give it."""


def columns() -> int:
    """How wide the terminal is."""
    if not os.isatty(1) and "COLUMNS" not in os.environ:
        return 100
    import shutil  # which brings compression along

    return max(shutil.get_terminal_size((100, 24)).columns, 40)


def colors() -> int:
    """How many colours are shown where there is a terminal: 256, 16 or none."""
    if os.environ.get("NO_COLOR") or dumb():
        return 0
    return 256 if "256color" in os.environ.get("TERM", "") or os.environ.get("COLORTERM") else 16


def encoding(stream: TextIO | None) -> str:
    """The encoding of a stream; UTF-8 where it does not say."""
    return getattr(stream, "encoding", None) or "utf-8"


def say(text: str, stream: TextIO | None = None) -> None:
    """Writes to standard output, or to another stream, at once; raises OSError where that cannot be written."""
    stream = stream or sys.stdout
    stream.write(text)
    stream.flush()


@contextmanager
def whole(output: str | None, json: bool = False) -> Iterator[TextIO]:
    """A file that is there whole or not at all, or standard output; raises SpecError where the file cannot be written.

    json: what standard output's encoding lacks is escaped, so that it reads back as it was.
    """
    if output is None:
        yield replacing(sys.stdout, ESCAPED if json else READABLE)
        sys.stdout.flush()
        return
    from solver.files import whole_file

    with whole_file(output) as stream:
        yield stream


def deliver(made: str | bytes, output: str | None, json: bool = False) -> None:
    """Writes a page whole to a file or standard output; raises SpecError where it cannot be, or is not for a terminal.

    json: as of `whole`.
    """
    if isinstance(made, bytes) and output is None and sys.stdout.isatty():
        raise refused("standard output", "is a terminal, which cannot show this format", "add -o FILE, or a pipe")
    with whole(output, json) as stream:
        if isinstance(made, bytes):
            stream.buffer.write(made)
        else:
            stream.write(made)


def paged(text: str) -> bool:
    """Shows a page that is longer than the screen in the reader's pager, and waits for it; whether it did.

    None is used where standard input or output is no terminal, or one that cannot move its cursor.
    """
    if not (sys.stdout.isatty() and sys.stdin is not None and sys.stdin.isatty()) or dumb():
        return False
    import shutil

    if text.count("\n") < shutil.get_terminal_size().lines:
        return False
    code = encoding(sys.stdout)
    try:
        click.echo_via_pager(text.encode(code, READABLE).decode(code).removesuffix("\n"))
    except ValueError:  # a PAGER with a quote that is not closed
        return False
    return True


def dumb() -> bool:
    """Whether the terminal can neither move its cursor nor show colours."""
    return os.environ.get("TERM") in ("dumb", "unknown")


def warn(text: str) -> None:
    """Says something on standard error, a line a line."""
    from solver.render.clean import clean

    if sys.stderr is not None:
        say("".join(f"{clean(line)}\n" for line in text.splitlines() or [""]), sys.stderr)


def refused(what: str, why: str, hint: str = "") -> SpecError:
    """The one problem of an option or a file."""
    return SpecError([Problem(Place(what), why, hint)])


@contextmanager
def problems(ending: str) -> Iterator[None]:
    """Prints the problems of what it holds, and ends with status 2."""
    try:
        yield
    except SpecError as error:
        tell(error, ending)
        sys.exit(2)


def tell(error: SpecError, ending: str) -> None:
    """Prints problems, each with its place, and what came of them."""
    for problem in error.problems:
        warn(str(problem))
    count = len(error.problems)
    warn(f"{count} problem{'' if count == 1 else 's'} found; {ending}")
