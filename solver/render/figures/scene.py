"""A scene: lines, shapes and words at places measured in points, the lower left corner being 0, 0; free of any format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from math import atan2, cos, hypot, pi, radians, sin
from typing import Literal, TypeAlias

from solver.named import NamedTuple, Structure

Point: TypeAlias = tuple[float, float]

INK, FAINT, PAPER = "#000000", "#8c8c8c", "#ffffff"
BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7"
"""Colours that the colour-blind tell apart (Okabe and Ito, Color Universal Design, 2008)."""
DASHES = (4.0, 2.0)
SMALL, MIDDLE, LARGE = 6.5, 8.0, 10.0
"""Sizes of words, in points."""
SCRIPT = 0.7
"""How large an index or exponent is beside what it stands at."""
_SCRIPTED = re.compile(r"([_^])(\([^()]*\)|[^\W_]+)")
_MARGIN = 6.0
_HEAD = 6.0
_WIDTH, _HEIGHT = 0.62, 1.2  # of an average letter and of a line, in DejaVu Sans


class Stroke(NamedTuple):
    """How a line is drawn."""

    color: str = INK
    width: float = 0.8
    dashes: tuple[float, ...] = ()


class Course(NamedTuple):
    """A line through points; an arrow at its end."""

    points: tuple[Point, ...]
    stroke: Stroke = Stroke()
    arrow: bool = False


class Polygon(NamedTuple):
    """A closed shape."""

    points: tuple[Point, ...]
    fill: str = PAPER
    stroke: Stroke = Stroke()


class Disc(NamedTuple):
    """A circle."""

    centre: Point
    radius: float
    fill: str = PAPER
    stroke: Stroke = Stroke()


class Caption(NamedTuple):
    """Words around a place, or beginning or ending there. backed: on a ground of paper; angle: in degrees."""

    text: str
    at: Point
    size: float = MIDDLE
    across: Literal["left", "center", "right"] = "center"
    color: str = INK
    backed: bool = False
    angle: float = 0.0

    @property
    def width(self) -> float:
        """How wide it is at about."""
        return width(self.text, self.size)

    @property
    def runs(self) -> list[tuple[Literal["", "_", "^"], str]]:
        """Its words in pieces, each with where it stands: W_f is W and, below, f."""
        found: list[tuple[Literal["", "_", "^"], str]] = []
        end = 0
        for script in _SCRIPTED.finditer(self.text):
            found.append(("", self.text[end : script.start()]))
            found.append(("_" if script[1] == "_" else "^", script[2]))
            end = script.end()
        return [run for run in (*found, ("", self.text[end:])) if run[1]]


class Tiles(NamedTuple):
    """A field of coloured cells by rows, the first one on top. corner: the upper left one."""

    corner: Point
    cell: Point
    colors: tuple[tuple[str, ...], ...]


Piece: TypeAlias = Course | Polygon | Disc | Caption | Tiles


class Scene(Structure):
    """What is drawn, the later pieces over the earlier: as large as they are, wherever they stand, with a margin.

    draw: makes the pieces, when somebody paints them. alt: what it shows, in words; tell: the numbers that stand in it,
    when somebody reads them.
    """

    draw: Callable[[], Sequence[Piece]]
    alt: str
    tell: Callable[[], str] = str

    @property
    def said(self) -> str:
        """All that it shows, for who cannot see it."""
        return f"{self.alt} {self.tell()}".strip()

    @property
    def width(self) -> float:
        """How wide it is."""
        return self._placed[0][0]

    @property
    def height(self) -> float:
        """How high it is."""
        return self._placed[0][1]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """What is painted, from 0, 0 on."""
        return self._placed[1]

    @cached_property
    def _placed(self) -> tuple[Point, tuple[Piece, ...]]:
        pieces = self.draw()
        corners = [corner for piece in pieces for corner in extent(piece)]
        left, low = (min(corner[k] for corner in corners) - _MARGIN for k in (0, 1))
        right, high = (max(corner[k] for corner in corners) + _MARGIN for k in (0, 1))
        return (right - left, high - low), tuple(_moved(piece, -left, -low) for piece in pieces)


def extent(piece: Piece) -> tuple[Point, ...]:
    """The corners of what a piece covers, those of words at about."""
    match piece:
        case Course(points) | Polygon(points):
            return points
        case Disc(centre, radius):
            return box(centre, 2 * radius, 2 * radius)
        case Caption(text, (x, y), size, across):
            wide = width(text, size)
            centre = x + {"left": 0.5, "center": 0.0, "right": -0.5}[across] * wide, y
            return turned(box(centre, wide, height(size)), (x, y), piece.angle)
        case Tiles((x, y), (w, h), colors):
            wide, high = w * len(colors[0]), h * len(colors)
            return box((x + wide / 2, y - high / 2), wide, high)


def _moved(piece: Piece, dx: float, dy: float) -> Piece:
    match piece:
        case Course(points):
            return piece._replace(points=tuple((x + dx, y + dy) for x, y in points))
        case Polygon(points):
            return piece._replace(points=tuple((x + dx, y + dy) for x, y in points))
        case Disc((x, y)):
            return piece._replace(centre=(x + dx, y + dy))
        case Caption(_, (x, y)):
            return piece._replace(at=(x + dx, y + dy))
        case Tiles((x, y)):
            return piece._replace(corner=(x + dx, y + dy))


def width(text: str, size: float) -> float:
    """How wide words are, at about, in points."""
    return _WIDTH * size * len(text)


def height(size: float) -> float:
    """How high a line of words is."""
    return _HEIGHT * size


def stacked(
    lines: Iterable[str], at: Point, size: float = MIDDLE, color: str = INK, backed: bool = False
) -> list[Caption]:
    """Lines below each other, the first one at a place."""
    x, y = at
    return [Caption(line, (x, y - k * height(size)), size, color=color, backed=backed) for k, line in enumerate(lines)]


def between(start: Point, end: Point, share: float) -> Point:
    """A point on the way from one to another."""
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def rim(start: Point, end: Point, radius: float) -> Point:
    """The point at a distance from the first point towards the second."""
    far = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    return between(start, end, radius / far)


def head(start: Point, end: Point) -> tuple[Point, ...]:
    """The corners of an arrow's head."""
    way = atan2(end[1] - start[1], end[0] - start[0])
    back = [(way + pi + turn) for turn in (0.42, -0.42)]
    return (end, *((end[0] + _HEAD * cos(angle), end[1] + _HEAD * sin(angle)) for angle in back))


def box(centre: Point, wide: float, high: float) -> tuple[Point, ...]:
    """The corners of a rectangle."""
    (x, y), w, h = centre, wide / 2, high / 2
    return (x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)


def turned(points: Iterable[Point], centre: Point, degrees: float) -> tuple[Point, ...]:
    """Points turned around another."""
    c, s, (x0, y0) = cos(radians(degrees)), sin(radians(degrees)), centre
    return tuple((x0 + c * (x - x0) - s * (y - y0), y0 + s * (x - x0) + c * (y - y0)) for x, y in points)


def shortened(text: str, most: int) -> str:
    """Words without their end, where they are too long."""
    return text if len(text) <= most else text[: most - 1] + "…"


def digits(x: float) -> str:
    """As few digits as a hundredth of a point needs."""
    return f"{round(x, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
