"""A document as PDF on A4, set by Typst from the source of `format_typst.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from solver.errors import Place, Problem, SpecError
from solver.formula.print.setter_typst import quoted
from solver.render.blocks import Figure, Picture
from solver.render.typst.compiler import RefusedError, compiled
from solver.render.typst.page_typst import TypstPage

if TYPE_CHECKING:
    from solver.render.format import Shown

ENDINGS = (".pdf",)
FOR_PROGRAMS = False

MAX_SOURCE = 420_000
"""The most characters of a document: some 250 pages, which Typst sets in seconds."""
_WHAT = "--format pdf"


def page(shown: Shown) -> bytes:
    """The solutions; raises SpecError where Typst is not installed, a picture cannot be read, or it is too long."""
    paths: dict[str, str] = {}
    pictures: dict[str, bytes] = {}

    def find(picture: Picture | Figure) -> str:
        if isinstance(picture, Picture):
            path, kind, data = picture.path, picture.kind, picture.data
        elif picture.image is None:
            return ""
        else:
            path, kind, data = picture.name, "svg", picture.image("svg")
        name = f"picture{len(pictures) + 1}.{kind}"
        paths[name], pictures[name] = path, data
        return name

    source = TypstPage(find).render(shown.title, shown.blocks())
    if len(source) > MAX_SOURCE:
        found = f"a document of {len(source):,} characters, expected at most {MAX_SOURCE:,}, which are some 250 pages"
        hint = "show some parts with --part, or take another format, such as html"
        raise SpecError([Problem(Place(_WHAT), found, hint)])
    try:
        return compiled(source, pictures, _WHAT)
    except RefusedError as error:  # a picture whose content is none is all that it can refuse
        raise SpecError(_unreadable(paths, pictures)) from error


def _unreadable(paths: Mapping[str, str], pictures: Mapping[str, bytes]) -> Iterator[Problem]:
    """A problem for each picture that cannot be set."""
    for name, data in pictures.items():
        try:
            compiled(f"#image({quoted(name)})", {name: data}, _WHAT)
        except RefusedError as error:
            yield Problem(Place(paths[name]), str(error), "save the picture again")
