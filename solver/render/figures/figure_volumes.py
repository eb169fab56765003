"""A convolutional network: volumes as boxes, with their sizes, and what each layer does; unknown sizes as letters."""

from __future__ import annotations

from math import log2

from solver.render.figures.figure_feedforward import shown
from solver.render.figures.inscriptions import Inscriptions
from solver.render.figures.scene import (
    LARGE,
    MIDDLE,
    SMALL,
    Caption,
    Course,
    Piece,
    Point,
    Polygon,
    Scene,
    height,
    stacked,
    width,
)
from solver.working.sketches import NumberOf, Solid, Volumes

MOST = 12
"""So many volumes are shown; of more, the first and the last ones."""
_FACES = ("#cfe3f1", "#e8f1f8", "#9fc6e2")  # front, top, side
_UNKNOWN = 32.0
_TALL = 76.0
_ROOM = 450.0
"""Behind so much of a row the next one begins."""


def scene(sketch: Volumes, put: Inscriptions) -> Scene:
    """The volumes from left to right."""
    pieces: list[Piece] = []
    x, y = 0.0, 0.0
    kept = shown(len(sketch.volumes), MOST)
    for place, k in enumerate(kept):
        if k is None:
            pieces.append(Caption("⋯", (x + 14, y), LARGE + 4))
            x += 36
            continue
        volume = sketch.volumes[k]
        if place:
            lines = [volume.title, *(_note(note, put) for note in volume.notes)]
            if x > _ROOM:
                x, y = 0.0, y - _TALL - 6 * height(SMALL) - 16
            gap = max([60.0, *(width(line, SMALL) + 12 for line in lines)])
            pieces.append(Course(((x + 4, y), (x + gap - 4, y)), arrow=True))
            above = y + 5 + height(SMALL) * (len(lines) - 0.5)
            pieces += stacked(lines, (x + gap / 2, above), SMALL)
            x += gap
        caption = _size(volume, put)
        left, right = _solid(volume, put, (x, y))
        wide = max(right - left, width(caption, MIDDLE) + 4)
        solid = _drawn(volume, put, (x + (wide - (right - left)) / 2, y))
        pieces += [*solid, Caption(caption, (x + wide / 2, y - _TALL / 2 - 8), MIDDLE)]
        x += wide
    return Scene(lambda: pieces, _alt(sketch, put))


def _note(note: tuple[str | NumberOf, ...], put: Inscriptions) -> str:
    return "".join(put.said(piece.name) if isinstance(piece, NumberOf) else piece for piece in note)


def _size(volume: Solid, put: Inscriptions) -> str:
    return "×".join(put.said(name) for name in volume.sizes)


def _length(name: str, put: Inscriptions, most: float) -> float:
    """How long a side is drawn: it grows with the number's logarithm, as sizes differ by far."""
    numbers = put.numbers(name)
    if numbers is None:
        return min(_UNKNOWN, most)
    return min(6.0 + 7.0 * log2(max(float(numbers.item()), 1.0)), most)


def _sides(volume: Solid, put: Inscriptions) -> tuple[float, float, float]:
    """Thickness, height, and how far the back lies behind the front."""
    if len(volume.sizes) == 1:
        return 9.0, _length(volume.sizes[0], put, _TALL), 0.0
    deep, high, wide = volume.sizes
    return _length(deep, put, 46.0), _length(high, put, _TALL - 20), _length(wide, put, 50.0) * 0.4


def _solid(volume: Solid, put: Inscriptions, at: Point) -> tuple[float, float]:
    thick, _, back = _sides(volume, put)
    return at[0], at[0] + thick + back


def _drawn(volume: Solid, put: Inscriptions, at: Point) -> list[Piece]:
    """A box, its left side at a place, its middle as high as that."""
    (x, y), (thick, tall, back) = at, _sides(volume, put)
    low, up = y - (tall + back) / 2, y - (tall + back) / 2 + tall
    front = ((x, low), (x + thick, low), (x + thick, up), (x, up))
    if not back:
        return [Polygon(front, _FACES[0])]
    top = ((x, up), (x + thick, up), (x + thick + back, up + back), (x + back, up + back))
    side = ((x + thick, low), (x + thick + back, low + back), (x + thick + back, up + back), (x + thick, up))
    return [Polygon(points, fill) for points, fill in zip((front, top, side), _FACES, strict=True)]


def _alt(sketch: Volumes, put: Inscriptions) -> str:
    said = [f"input {_size(sketch.volumes[0], put)}"]
    for volume in sketch.volumes[1:]:
        notes = ", ".join(_note(note, put) for note in volume.notes)
        said.append(f"{volume.title.lower()}{f' ({notes})' if notes else ''} to {_size(volume, put)}")
    if len(said) > MOST:
        said = [*said[: MOST // 2], "…", *said[-MOST // 2 + 1 :]]
    return f"A convolutional network: {'; '.join(said)}."
