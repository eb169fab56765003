"""From a sketch to a scene: each kind is a file `figure_KIND.py` beside this one, imported when it is drawn."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from solver.render.blocks import Figure
from solver.render.figures.inscriptions import Inscriptions
from solver.render.figures.scene import Piece, Scene, fitted
from solver.working.sketches import Sketch
from solver.working.solution import Drawn

if TYPE_CHECKING:
    from solver.render.figures.paint import ImageKind


class FigureFile(Protocol):
    """What a kind's file provides."""

    def drawn(self, sketch: Sketch, put: Inscriptions) -> list[Piece]:
        """A sketch with the numbers of a put, wherever it stands."""

    def said(self, sketch: Sketch, put: Inscriptions) -> tuple[str, str]:
        """What it shows, in words, and the numbers that stand in it, where they are few."""


def _found(drawn: Drawn, answer: bool) -> tuple[FigureFile, Sketch, Inscriptions]:
    sketch = drawn.context.working.figures[drawn.word]()
    file = cast(FigureFile, import_module(f"solver.render.figures.figure_{type(sketch).__name__.lower()}"))
    return file, sketch, Inscriptions(drawn.context, answer)


def scene_of(drawn: Drawn, answer: bool = True) -> Scene:
    """What is drawn. answer: whether what has been worked out stands in it, or what is given alone."""
    file, sketch, put = _found(drawn, answer)
    return fitted(file.drawn(sketch, put), *file.said(sketch, put))


def figure(drawn: Drawn, answer: bool = True) -> Figure:
    """The block of a figure, which is drawn when a format wants its picture."""
    file, sketch, put = _found(drawn, answer)

    def image(kind: ImageKind) -> bytes:
        from solver.render.figures.paint import painted

        return painted(scene_of(drawn, answer), kind)

    alt, numbers = file.said(sketch, put)
    return Figure(drawn.word, alt, image, numbers)
