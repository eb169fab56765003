"""A document in LaTeX, for pdflatex and lualatex: complete, or as a fragment for `\\input`."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from solver.render.blocks import Picture
from solver.render.clean import clean
from solver.render.latex.page_latex import LatexPage
from solver.render.latex.preamble import LAYOUT, MACROS, packages

if TYPE_CHECKING:
    from solver.render.format import Shown

ENDINGS = (".tex",)
FOR_PROGRAMS = False
FRAGMENTS = True


def finder(shown: Shown) -> Callable[[Picture], str]:
    """Names pictures as they are found from the page's folder."""

    def find(picture: Picture) -> str:
        return clean(os.path.relpath(picture.path, shown.folder or os.curdir).replace(os.sep, "/"))

    return find


def page(shown: Shown) -> str:
    """The solutions."""
    body = LatexPage(finder(shown)).render(shown.blocks())
    if shown.fragment:
        return f"% needs: mathtools amssymb array booktabs longtable graphicx hyperref, and tikz for figures\n{MACROS}{body}\n"
    return (
        f"\\documentclass[11pt,a4paper,fleqn]{{article}}\n{packages(body)}{MACROS}{LAYOUT}"
        f"\\begin{{document}}\n{body}\n\\end{{document}}\n"
    )
