"""A document as PDF on A4, set by Typst from the source of `format_typst.py`: no other program, no network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from solver.errors import Place, Problem, SpecError
from solver.formula.print.setter_typst import quoted
from solver.render.blocks import Figure, Picture
from solver.render.typst.page_typst import TypstPage

if TYPE_CHECKING:
    from solver.render.format import Shown

ENDINGS = (".pdf",)
FOR_PROGRAMS = False


def page(shown: Shown) -> bytes:
    """The solutions; raises SpecError where Typst is not installed, or a picture cannot be read."""
    typst = _typst()
    pictures: dict[str, tuple[str, bytes]] = {}

    def find(picture: Picture | Figure) -> str:
        if isinstance(picture, Picture):
            path, kind, data = picture.path, picture.kind, picture.data
        elif picture.image is None:
            return ""
        else:
            path, kind, data = picture.name, "svg", picture.image("svg")
        name = f"picture{len(pictures) + 1}.{kind}"
        pictures[name] = (path, data)
        return name

    source = TypstPage(find).render(shown.title, shown.blocks())
    with TemporaryDirectory() as folder:  # all that the source may read
        for file, (_, data) in pictures.items():
            (Path(folder) / file).write_bytes(data)

        def compiled(text: str) -> bytes:
            main = Path(folder) / "main.typ"
            main.write_text(text, encoding="utf-8")
            made = typst.compile(str(main), root=folder, package_path=folder, package_cache_path=folder)
            assert isinstance(made, bytes)
            return made

        try:
            return compiled(source)
        except typst.TypstError as error:  # a picture whose content is none is all that it can refuse
            raise SpecError(_unreadable(pictures, compiled, typst.TypstError)) from error


def _typst() -> Any:
    try:
        return import_module("typst")
    except ImportError:
        raise SpecError(
            [
                Problem(
                    Place("--format pdf"), "typst, which sets the pages, is not installed", "pip install 'nnsolve[pdf]'"
                )
            ]
        ) from None


def _unreadable(
    pictures: Mapping[str, tuple[str, bytes]], compiled: Callable[[str], bytes], refusal: type[Exception]
) -> Iterator[Problem]:
    """A problem for each picture that cannot be set."""
    for name, (path, _) in pictures.items():
        try:
            compiled(f"#image({quoted(name)})")
        except refusal as error:
            yield Problem(Place(path), str(error).partition("\n")[0], "save the picture again")
