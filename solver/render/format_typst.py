"""A document as the source of Typst, which can be edited and compiled: `typst compile FILE.typ`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from solver.render.blocks import Figure, Picture
from solver.render.clean import clean
from solver.render.typst.page_typst import TypstPage

if TYPE_CHECKING:
    from solver.render.format import Shown

ENDINGS = (".typ",)
FOR_PROGRAMS = False
FRAGMENTS = True


def page(shown: Shown) -> str:
    """The solutions; pictures are named as they are found from the page's folder."""

    def find(picture: Picture | Figure) -> str:
        if isinstance(picture, Picture):
            return clean(os.path.relpath(picture.path, shown.folder or os.curdir).replace(os.sep, "/"))
        if picture.image is None or shown.beside is None:
            return ""
        return shown.beside.put(picture.name, ".svg", picture.image("svg"))

    page = TypstPage(find)
    blocks = shown.blocks()
    return f"{page.body(blocks)}\n" if shown.fragment else page.render(shown.title, blocks)
