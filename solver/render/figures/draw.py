"""From a sketch to a scene: each kind is a file `figure_KIND.py` beside this one, imported when it is drawn."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from solver.render.blocks import Figure
from solver.render.figures.inscriptions import Inscriptions
from solver.render.figures.scene import Scene
from solver.working.sketches import Sketch
from solver.working.solution import Drawn

if TYPE_CHECKING:
    from solver.render.figures.paint import ImageKind


class FigureFile(Protocol):
    """What a kind's file provides."""

    def scene(self, sketch: Sketch, put: Inscriptions) -> Scene:
        """A sketch with the numbers of a put."""


def scene_of(drawn: Drawn, answer: bool = True) -> Scene:
    """What is drawn. answer: whether what has been worked out stands in it, or what is given alone."""
    sketch = drawn.context.working.figures[drawn.word]()
    module = cast(FigureFile, import_module(f"solver.render.figures.figure_{type(sketch).__name__.lower()}"))
    return module.scene(sketch, Inscriptions(drawn.context, answer))


def figure(drawn: Drawn, answer: bool = True) -> Figure:
    """The block of a figure, which is painted when a format wants its picture."""
    made = scene_of(drawn, answer)

    def image(kind: ImageKind) -> bytes:
        from solver.render.figures.paint import painted

        return painted(made, kind)

    return Figure(drawn.word, made.alt, image, made.tell)
