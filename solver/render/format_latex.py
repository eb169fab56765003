"""A document in LaTeX, for pdflatex and lualatex: complete, or as a fragment for `\\input`."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from solver.render.blocks import Figure, Picture
from solver.render.clean import clean
from solver.render.latex.page_latex import LatexPage
from solver.render.latex.preamble import LAYOUT, MACROS, PACKAGES

if TYPE_CHECKING:
    from solver.render.format import Shown

ENDINGS = (".tex",)
FOR_PROGRAMS = False
FRAGMENTS = True


def finder(shown: Shown) -> Callable[[Picture | Figure], str]:
    """Names pictures as they are found from the page's folder, where figures are put."""

    def find(picture: Picture | Figure) -> str:
        if isinstance(picture, Picture):
            return clean(os.path.relpath(picture.path, shown.folder or os.curdir).replace(os.sep, "/"))
        if picture.image is None or shown.beside is None:
            return ""
        return shown.beside.put(picture.name, ".pdf", picture.image("pdf"))

    return find


def page(shown: Shown) -> str:
    """The solutions."""
    body = LatexPage(finder(shown)).render(shown.blocks())
    if shown.fragment:
        return f"% needs: amsmath amssymb array booktabs longtable graphicx hyperref\n{MACROS}{body}\n"
    return (
        f"\\documentclass[11pt,a4paper,fleqn]{{article}}\n{PACKAGES}{MACROS}{LAYOUT}"
        f"\\begin{{document}}\n{body}\n\\end{{document}}\n"
    )
