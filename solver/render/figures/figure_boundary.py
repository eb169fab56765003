"""Patterns of two inputs in their plane, and the line that parts them, the side above 0 in a light colour."""

from __future__ import annotations

from solver.render.figures.axes import Axes, around
from solver.render.figures.inscriptions import Inscriptions
from solver.render.figures.scene import (
    BLUE,
    DASHES,
    FAINT,
    INK,
    PAPER,
    Course,
    Disc,
    Piece,
    Point,
    Polygon,
    Scene,
    Stroke,
)
from solver.working.sketches import Boundary, PlaceOf

_SIDE = "#e3eff7"


def scene(sketch: Boundary, put: Inscriptions) -> Scene:
    """The plane; a filled disc is of the upper class, an open one of the lower."""
    points = [(_number(put, row, 0), _number(put, row, 1)) for row in sketch.patterns]
    across, up = around([x for x, _ in points], 0.3), around([y for _, y in points], 0.3)
    axes = Axes((0.0, 0.0), (220.0, 220.0), across, up)
    frame = ((across[0], up[0]), (across[1], up[0]), (across[1], up[1]), (across[0], up[1]))
    lines = [line for line in sketch.lines if put.numbers(line[0]) is not None]
    pieces: list[Piece] = []
    drawn = [_above(frame, put, w, shift, sketch.sign) for w, shift in lines]
    if drawn and len(drawn[-1][0]) > 2:
        pieces.append(Polygon(tuple(axes.at(*p) for p in drawn[-1][0]), _SIDE, Stroke(_SIDE, 0.0)))
    pieces += axes.drawn("x₁", "x₂")
    for k, (_, ends) in enumerate(drawn):
        last = k == len(drawn) - 1
        if len(ends) == 2:
            stroke = Stroke(BLUE, 1.4) if last else Stroke(FAINT, 1.0, DASHES)
            pieces.append(Course(tuple(axes.at(*p) for p in ends), stroke))
    classes = [_class(put, row) for row in sketch.classes]
    top = max((c for c in classes if c is not None), default=1.0)
    for point, kind in zip(points, classes, strict=True):
        pieces.append(Disc(axes.at(*point), 4.5, INK if kind == top else PAPER, Stroke(INK, 1.0)))
    return Scene(lambda: pieces, _alt(sketch, put, lines))


def _number(put: Inscriptions, row: PlaceOf, k: int) -> float:
    numbers = put.numbers(row.name)
    assert numbers is not None
    return float(numbers[k, 0] if row.number is None else numbers[row.number, k])


def _class(put: Inscriptions, row: PlaceOf) -> float | None:
    return None if put.numbers(row.name) is None else _number(put, row, 0)


def _above(
    frame: tuple[Point, ...], put: Inscriptions, w: str, shift: str, sign: int
) -> tuple[list[Point], list[Point]]:
    """The part of the plane where w·x plus the shift is above 0, and the ends of the line where it is 0."""
    weights, own = put.numbers(w), put.numbers(shift) if shift else None
    assert weights is not None
    first, second = (float(cell) for cell in weights.ravel())
    free = 0.0 if own is None else sign * float(own.item())
    heights = [first * x + second * y + free for x, y in frame]
    area: list[Point] = []
    ends: list[Point] = []
    for k, (x, y) in enumerate(frame):
        height, before = heights[k], heights[k - 1]
        if (height > 0) != (before > 0):
            share, (x0, y0) = before / (before - height), frame[k - 1]
            ends.append((x0 + share * (x - x0), y0 + share * (y - y0)))
            area.append(ends[-1])
        if height > 0:
            area.append((x, y))
    return area, ends


def _alt(sketch: Boundary, put: Inscriptions, lines: list[tuple[str, str]]) -> str:
    said = "; ".join(
        f"({put.cell(row.name, *((0, 0) if row.number is None else (row.number, 0)))}, "
        f"{put.cell(row.name, *((1, 0) if row.number is None else (row.number, 1)))})"
        for row in sketch.patterns[:16]
    )
    of = ""
    if lines:
        w, shift = lines[-1]
        own = f" and {put.equation(shift)}" if shift else ""
        of = f", and the line u = 0 for {put.letters(w)} = ({put.cell(w)}, {put.cell(w, 1)}){own}; u > 0 on the shaded side"
    return f"{len(sketch.patterns)} patterns in the plane of two inputs: {said}{of}."
