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


READING = "nnsolve.reading"
"""The audit event of a file, or folder, of a question that is about to be read, by its name: `sys.audit(READING, name)`."""


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
        draft, handle = "", None
        try:  # its name is known before it is there: an interruption at any moment removes it
            while handle is None:
                draft = os.path.join(os.path.dirname(path), f"{start}{os.urandom(6).hex()}{_DRAFT}")
                handle = _held(draft)
            with open(handle, "w", encoding="utf-8", newline="", closefd=not _HELD) as stream:
                yield stream
            os.chmod(draft, _mode(path))
            os.replace(draft, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(draft)
            raise
        finally:
            if handle is not None and _HELD:
                os.close(handle)
    except OSError as error:
        raise SpecError([Problem(Place(os.fspath(name)), f"cannot be written: {error.strerror or error}")]) from None


_DRAFT = ".part"
_MOST_NAME = 60


_HELD = os.name != "nt"
"""Whether a draft is held until it has its name; elsewhere an open file cannot be renamed."""


def _held(draft: str) -> int | None:
    """A new file, held from before anything is in it; None where another run removed it before it was."""
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _lock(handle, wait=True)
        there = os.path.exists(draft)
    except BaseException:
        os.close(handle)
        raise
    if not there:
        os.close(handle)
    return handle if there else None


def _lock(handle: int, wait: bool = False) -> bool:
    """Holds a file until it is closed, or its process ends, however it does; whether nobody else holds it."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
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
