"""Engines by name: each is a file `engine_NAME.py` beside this one, imported when it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Protocol, cast

from solver.files import registered
from solver.mark.marker import Marked, Marker
from solver.mark.read.chunks import Chunk

Engine = Callable[[Marker, Iterator[Chunk]], Iterable[Marked]]
"""Maps a marker over chunks, and gives what came of them in their order."""


class EngineFile(Protocol):
    """What an engine's file provides.

    SEES_FILES: whether what marks sees this machine's folders. engine: an engine for so many bytes of answers (None
    where that is not known), workers and a scheduler's address, each where it was asked for; raises SpecError.
    """

    SEES_FILES: bool
    engine: Callable[[int | None, int | None, str | None], Engine]


def engines() -> tuple[str, ...]:
    """The names of all engines, sorted."""
    return registered("solver.mark.engines", "engine_")


def engine_file(name: str) -> EngineFile:
    """The engine of this name, which must be one of `engines()`."""
    return cast(EngineFile, import_module(f"solver.mark.engines.engine_{name}"))
