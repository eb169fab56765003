"""A scene to the bytes of a picture, the same each time; Typst makes points and pages of our own SVG."""

from __future__ import annotations

from typing import Literal

from solver.render.figures.scene import Caption, Scene
from solver.render.figures.svg import svg

ImageKind = Literal["svg", "tikz", "png", "pdf"]

_SHARP, _MOST = 144.0, 1.5e6
"""Dots of a png in an inch, and in all."""
_LAST_OWN = "\u2bff"
"""Typst's own fonts have the letters of Europe and the signs of mathematics, which end about here."""


def painted(scene: Scene, kind: ImageKind) -> bytes:
    """The picture; raises SpecError where one of points, or a PDF, is asked for, and Typst is not installed."""
    if kind == "svg":
        return svg(scene)
    if kind == "tikz":
        from solver.render.figures.tikz import tikz  # which LaTeX alone needs

        return tikz(scene).encode()
    from solver.render.typst.compiler import compiled

    own = all(letter <= _LAST_OWN for piece in scene.pieces if isinstance(piece, Caption) for letter in piece.text)
    source = f'#set page(width: {scene.width}pt, height: {scene.height}pt, margin: 0pt)\n#image("figure.svg")'
    dots = min(_SHARP, 72 * (_MOST / (scene.width * scene.height)) ** 0.5)
    files = {"figure.svg": svg(scene)}
    return compiled(f"#set document(date: none)\n{source}", files, "figure", kind, own_fonts=own, dots=dots)
