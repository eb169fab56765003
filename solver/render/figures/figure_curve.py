"""One number after another as a curve: the loss in training."""

from __future__ import annotations

import numpy as np

from solver.render.figures.axes import Axes, around
from solver.render.figures.inscriptions import Inscriptions
from solver.render.figures.scene import BLUE, PAPER, SMALL, Caption, Course, Disc, Piece, Scene, Stroke
from solver.working.sketches import Curve

_FEW = 12
"""So many points are marked, and bear their number."""


def scene(sketch: Curve, put: Inscriptions) -> Scene:
    """The curve over what is counted; in a question its axes alone."""
    cells = [(t, name, put.numbers(name)) for t, name in enumerate(sketch.names, sketch.start)]
    known = [
        (t, name, float(numbers.item()))
        for t, name, numbers in cells
        if numbers is not None and np.isfinite(numbers).all()
    ]
    values = [value for _, _, value in known] or [0.0, 1.0]
    last = sketch.start + max(len(sketch.names) - 1, 1)
    axes = Axes((44.0, 34.0), (300.0, 160.0), (sketch.start - 0.02 * (last - sketch.start), last), around(values, 0.15))
    letters = put.letters(sketch.of)
    pieces: list[Piece] = axes.drawn(sketch.across, letters, whole=True)
    points = tuple(axes.at(t, value) for t, _, value in known)
    if len(points) > 1:
        pieces.append(Course(points, Stroke(BLUE, 1.2)))
    if len(known) <= _FEW:
        pieces += [Disc(point, 2.5, PAPER, Stroke(BLUE, 1.0)) for point in points]
        pieces += [
            Caption(put.cell(name), (x, y + 9), SMALL, backed=True)
            for (_, name, _), (x, y) in zip(known, points, strict=True)
        ]
    numbers = "; ".join(f"{put.cell(name)} at {t}" for t, name, _ in known) if len(known) <= _FEW else ""
    return Scene(lambda: pieces, _alt(sketch, put, letters, known), lambda: numbers)


def _alt(sketch: Curve, put: Inscriptions, letters: str, known: list[tuple[int, str, float]]) -> str:
    if not known:
        return f"Axes for the curve of {letters} over {sketch.across}, still empty."
    (first, start, _), (last, end, _) = known[0], known[-1]
    return (
        f"The curve of {letters} over {sketch.across}: from {put.cell(start)} at {first} to {put.cell(end)} at {last}."
    )
