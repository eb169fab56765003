"""Sources of Typst set by its library: no other program, no network. The one file that knows that library."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from solver.errors import Place, Problem, SpecError


class RefusedError(Exception):
    """A source that Typst refuses; its words say why."""


def compiled(
    source: str, files: Mapping[str, bytes], what: str, kind: Literal["pdf", "png"] = "pdf", *,
    own_fonts: bool = False, dots: float = 144.0,
) -> bytes:  # fmt: skip
    """The pages of a source. files: all that it may read, by name; what: the place of problems.

    own_fonts: sets it in the library's fonts alone, which takes a tenth of the time and is the same on each machine. dots: of a png in an inch.
    Raises SpecError where Typst is not installed, RefusedError where it refuses the source.
    """
    try:
        typst = import_module("typst")
    except ImportError:
        message = "typst, which sets pages and paints figures, is not installed"
        raise SpecError([Problem(Place(what), message, "pip install 'nnsolve[pdf]'")]) from None
    with TemporaryDirectory() as folder:
        for name, data in {**files, "main.typ": source.encode()}.items():
            (Path(folder) / name).write_bytes(data)
        options = {"root": folder, "ignore_system_fonts": own_fonts, "format": kind, "ppi": dots}
        try:
            made = typst.compile(
                str(Path(folder) / "main.typ"), package_path=folder, package_cache_path=folder, **options
            )
        except typst.TypstError as error:
            raise RefusedError(str(error).partition("\n")[0]) from error
    assert isinstance(made, bytes)
    return made
