"""Files that are written whole or not at all, and folders of files."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TextIO

from solver.errors import Place, Problem, SpecError


@contextmanager
def whole_file(name: str | Path) -> Iterator[TextIO]:
    """A text file that appears when all of it is written; raises SpecError where it cannot be written.

    A link stays a link. What is no file, such as a device or a pipe, is written to as it is.
    """
    try:
        path = Path(os.path.realpath(name))
        if path.exists() and not path.is_file():
            with open(path, "w", encoding="utf-8", newline="") as stream:
                yield stream
            return
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                yield stream
            os.chmod(draft, _mode(path))
            os.replace(draft, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(draft)
            raise
    except OSError as error:
        raise SpecError([Problem(Place(os.fspath(name)), f"cannot be written: {error.strerror or error}")]) from None


def files_of(folder: str) -> list[Path]:
    """The files of a folder by name, but for hidden ones; raises SpecError where it cannot be read."""
    try:
        return sorted(path for path in Path(folder).iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise SpecError([Problem(Place(folder), f"cannot be read: {error.strerror or error}")]) from None


def registered(package: str, start: str = "", end: str = "") -> tuple[str, ...]:
    """The middles of the names START…END.py in a package's folder, sorted: a file's name registers it."""
    stems = (path.stem for path in Path(import_module(package).__path__[0]).glob(f"{start}*{end}.py"))
    return tuple(sorted(stem.removeprefix(start).removesuffix(end) for stem in stems))


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced, or those of a new one."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
