"""A scene to SVG, PNG or PDF, the same bytes each time. The one file that knows the library that paints the last two."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from solver.errors import Place, Problem, SpecError
from solver.render.figures.scene import (
    PAPER,
    Caption,
    Course,
    Disc,
    Piece,
    Polygon,
    Scene,
    Stroke,
    Tiles,
    extent,
    head,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas
    from matplotlib.text import Text
    from matplotlib.transforms import Transform

ImageKind = Literal["svg", "png", "pdf"]

_POINTS = 72.0
_SHARP = 144
"""Dots of a png in an inch."""
_METADATA: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def painted(scene: Scene, kind: ImageKind) -> bytes:
    """The picture; raises SpecError where one of points is asked for, or a PDF, and the library is not installed."""
    if kind == "svg":
        from solver.render.figures.svg import svg

        return svg(scene)
    canvas = composed(scene)
    from matplotlib import rc_context

    made = BytesIO()
    with rc_context({"pdf.fonttype": 42}), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a letter that the font lacks is a box
        canvas.savefig(made, format=kind, dpi=_SHARP if kind == "png" else _POINTS, metadata=_METADATA[kind])
    return made.getvalue()


def composed(scene: Scene) -> Canvas:
    """The scene as the library's own, for painting and for measuring."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D
    except ImportError:
        message = "matplotlib, which paints figures, is not installed"
        raise SpecError([Problem(Place("figure"), message, "pip install 'nnsolve[draw]'")]) from None
    canvas = Figure(figsize=(scene.width / _POINTS, scene.height / _POINTS), facecolor="#ffffff")
    FigureCanvasAgg(canvas)
    places = Affine2D().scale(1 / _POINTS) + canvas.dpi_scale_trans
    for order, piece in enumerate(scene.pieces):
        _add(canvas, piece, places, order)
    return canvas


def _add(canvas: Canvas, piece: Piece, places: Transform, order: int) -> None:
    from matplotlib.collections import PolyCollection
    from matplotlib.lines import Line2D
    from matplotlib.patches import Circle
    from matplotlib.patches import Polygon as Patch

    shared: dict[str, Any] = {"transform": places, "zorder": order}
    match piece:
        case Course(points, stroke, arrow):
            xs, ys = zip(*points, strict=True)
            canvas.add_artist(
                Line2D(xs, ys, color=stroke.color, linewidth=stroke.width, linestyle=_dashed(stroke), **shared)
            )
            if arrow:
                canvas.add_artist(
                    Patch(head(points[-2], points[-1]), facecolor=stroke.color, edgecolor="none", **shared)
                )
        case Polygon(corners, fill, stroke):
            canvas.add_artist(Patch(corners, facecolor=fill, **_edge(stroke), **shared))
        case Disc(centre, radius, fill, stroke):
            canvas.add_artist(Circle(centre, radius, facecolor=fill, **_edge(stroke), **shared))
        case Caption():
            if piece.backed:  # a shape of our own takes half the time of a text's
                ground = Patch(extent(piece), facecolor=PAPER, edgecolor="none", **shared)
                canvas.add_artist(ground)
            canvas.add_artist(_text(piece, shared))
        case Tiles(corner, (w, h), colors):
            x0, y0 = corner
            cells = [
                [
                    (x0 + c * w, y0 - r * h),
                    (x0 + (c + 1) * w, y0 - r * h),
                    (x0 + (c + 1) * w, y0 - (r + 1) * h),
                    (x0 + c * w, y0 - (r + 1) * h),
                ]
                for r, row in enumerate(colors)
                for c in range(len(row))
            ]
            canvas.add_artist(
                PolyCollection(
                    cells,
                    facecolors=[color for row in colors for color in row],
                    edgecolors="#ffffff",
                    linewidths=0.3,
                    **shared,
                )
            )


def _text(label: Caption, shared: dict[str, Any]) -> Text:
    from matplotlib.text import Text

    return Text(
        *label.at,
        label.text,
        fontsize=label.size,
        fontfamily="DejaVu Sans",
        color=label.color,
        ha=label.across,
        va="center",
        rotation=label.angle,
        parse_math=False,
        **shared,
    )


def _edge(stroke: Stroke) -> dict[str, Any]:
    return {"edgecolor": stroke.color, "linewidth": stroke.width, "linestyle": _dashed(stroke)}


def _dashed(stroke: Stroke) -> Any:
    return (0, stroke.dashes) if stroke.dashes else "-"
