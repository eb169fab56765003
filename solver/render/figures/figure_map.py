"""Units of a map in the plane of their two inputs, neighbours joined: where they started, and where they have come to."""

from __future__ import annotations

from solver.render.figures.axes import Axes, around
from solver.render.figures.inscriptions import Inscriptions
from solver.render.figures.scene import (
    BLUE,
    DASHES,
    FAINT,
    INK,
    PAPER,
    SMALL,
    Caption,
    Course,
    Disc,
    Piece,
    Point,
    Scene,
    Stroke,
)
from solver.working.sketches import Map

_RADIUS = 6.5


def scene(sketch: Map, put: Inscriptions) -> Scene:
    """The inputs as dots, the first units faint and dashed, the last ones with their numbers."""
    inputs = [point for name in sketch.inputs for point in _points(put, name, one=name != sketch.matrix)]
    known = [name for name in sketch.units if put.numbers(name) is not None]
    maps = [_points(put, name) for name in known]
    places = [*inputs, *(point for units in maps for point in units)]
    axes = Axes((0.0, 0.0), (240.0, 240.0), around([x for x, _ in places], 0.15), around([y for _, y in places], 0.15))
    pieces = axes.drawn("x₁", "x₂")
    pieces += [Disc(axes.at(*point), 2.2, INK, Stroke(INK, 0.5)) for point in inputs]
    for k, units in enumerate(maps):
        pieces += _net(sketch, [axes.at(*point) for point in units], last=k == len(maps) - 1)
    return Scene(lambda: pieces, _alt(sketch, put, known), lambda: put.tables(known))


def _points(put: Inscriptions, name: str, one: bool = False) -> list[Point]:
    """The rows of a matrix; of one input, its two numbers."""
    numbers = put.numbers(name)
    assert numbers is not None
    return [(float(x), float(y)) for x, y in (numbers.reshape(1, 2) if one else numbers)]


def _net(sketch: Map, units: list[Point], last: bool) -> list[Piece]:
    stroke = Stroke(BLUE, 1.2) if last else Stroke(FAINT, 0.8, DASHES)
    pieces: list[Piece] = [Course((units[a], units[b]), stroke) for a, b in sketch.joined]
    for k, unit in enumerate(units, 1):
        pieces.append(Disc(unit, _RADIUS if last else 3.0, PAPER, stroke))
        pieces += [Caption(str(k), unit, SMALL)] if last else []
    return pieces


def _alt(sketch: Map, put: Inscriptions, known: list[str]) -> str:
    units = len(_points(put, known[0]))
    joined = ", neighbours joined" if sketch.joined else ""
    moved = f", from {put.letters(known[0])} to {put.letters(known[-1])}" if len(known) > 1 else " at the start"
    return f"{units} units in the plane of two inputs{joined}{moved}, and the inputs as dots."
