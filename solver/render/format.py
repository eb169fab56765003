"""Formats of solutions by name: each is a file `format_NAME.py` beside this one, imported when it is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Protocol, cast

from solver.files import registered
from solver.named import NamedTuple
from solver.render.blocks import Block
from solver.render.document import NO_HEAD, WHOLE, View, document
from solver.working.question import PaperHead
from solver.working.solution import Solution


class Beside:
    """Files that a page names, to stand beside it. stem: how their names begin."""

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self.files: dict[str, bytes] = {}

    def put(self, word: str, ending: str, data: bytes) -> str:
        """Keeps a file; gives its name."""
        name, k = f"{self.stem}-{word}{ending}", 1
        while self.files.get(name, data) != data:
            k += 1
            name = f"{self.stem}-{word}-{k}{ending}"
        self.files[name] = data
        return name


class Shown(NamedTuple):
    """Solutions to show under one title. width: of the lines, in cells; colors: how many can be shown, 256, 16 or none.

    encoding: of the stream that it is written to.
    folder: where the page will stand, for the pictures that it names; the current one if empty. beside: takes the files
    that are to stand there with it; None where it stands alone. fragment: without what makes the
    page a document of its own, in formats that have such. live: whether a page in a browser
    is to show itself again when its file is another. head: what the paper tells below its title.
    """

    title: str
    solutions: Sequence[Solution]
    view: View = WHOLE
    width: int = 100
    colors: int = 0
    encoding: str = "utf-8"
    folder: str = ""
    beside: Beside | None = None
    fragment: bool = False
    live: bool = False
    head: PaperHead = NO_HEAD

    def blocks(self, pictures: bool = True) -> list[Block]:
        """The document. pictures: whether the format shows its figures, or only says what they are."""
        return document(self.title, self.solutions, self.view.replaced(pictures=pictures), self.head)


class FormatFile(Protocol):
    """What a format's file provides.

    ENDINGS: of the files that are written in it, "" for a name without one. FOR_PROGRAMS: whether what standard
    output cannot encode is escaped, so that a program reads it back, and not replaced for a reader. page: makes text,
    or the bytes of a file that is none. FRAGMENTS: true in a format that can leave out what makes a page a document.
    """

    ENDINGS: tuple[str, ...]
    FOR_PROGRAMS: bool
    page: Callable[[Shown], str | bytes]


def formats() -> tuple[str, ...]:
    """The names of all formats, sorted."""
    return registered("solver.render", "format_")


def format_file(name: str) -> FormatFile:
    """The format of this name, which must be one of `formats()`."""
    return cast(FormatFile, import_module(f"solver.render.format_{name}"))


def endings() -> dict[str, str]:
    """The format that each ending of a file's name stands for."""
    return {ending: name for name in formats() for ending in format_file(name).ENDINGS}
