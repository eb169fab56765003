"""Files that are written whole or not at all, and folders of files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, TextIO

from solver.errors import Place, Problem, SpecError

if TYPE_CHECKING:
    from pathlib import Path


@contextmanager
def whole_file(name: str | Path) -> Iterator[TextIO]:
    """A text file that appears when all of it is written; raises SpecError where it cannot be written.

    A link stays a link. What is no file, such as a device or a pipe, is written to as it is. Drafts of the same file
    that a killed process has left are removed.
    """
    try:
        path = os.path.realpath(name)
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "w", encoding="utf-8", newline="") as stream:
                yield stream
            return
        start = f".{os.path.basename(path)[:_MOST_NAME]}."
        _remove_drafts(os.path.dirname(path), start)
        draft = os.path.join(os.path.dirname(path), f"{start}{os.urandom(6).hex()}{_DRAFT}")
        try:  # its name is known before it is there: an interruption at any moment removes it
            with open(draft, "x", encoding="utf-8", newline="", opener=_private) as stream:
                _lock(stream.fileno())
                yield stream
            os.chmod(draft, _mode(path))
            os.replace(draft, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(draft)
            raise
    except OSError as error:
        raise SpecError([Problem(Place(os.fspath(name)), f"cannot be written: {error.strerror or error}")]) from None


_DRAFT = ".part"
_MOST_NAME = 60


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _lock(handle: int) -> bool:
    """Holds a file until its process ends, however it does; whether nobody else holds it."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):  # a system without such locks, or somebody holds it
        return False
    return True


def _remove_drafts(folder: str, start: str) -> None:
    """Removes drafts whose process is no more: nobody holds them."""
    with suppress(OSError):
        for name in os.listdir(folder):
            if name.startswith(start) and name.endswith(_DRAFT):
                path = os.path.join(folder, name)
                with open(path, "rb") as draft:
                    if _lock(draft.fileno()):
                        os.unlink(path)


def files_of(folder: str) -> list[Path]:
    """The files of a folder by name, but for hidden ones; raises SpecError where it cannot be read."""
    from pathlib import Path

    try:
        return sorted(path for path in Path(folder).iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise SpecError([Problem(Place(folder), f"cannot be read: {error.strerror or error}")]) from None


def registered(package: str, start: str = "", end: str = "") -> tuple[str, ...]:
    """The middles of the names START…END.py in a package's folder, sorted: a file's name registers it."""
    names = (name.removesuffix(".py") for name in os.listdir(import_module(package).__path__[0]) if name[-3:] == ".py")
    found = (name for name in names if name[0] != "_" and name.startswith(start) and name.endswith(end))
    return tuple(sorted(name.removeprefix(start).removesuffix(end) for name in found))


def _mode(path: str) -> int:
    """The permissions of the file that is replaced, or those of a new one."""
    if os.path.exists(path):
        return os.stat(path).st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
