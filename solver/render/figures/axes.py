"""Axes of a plane: round numbers along them, and places in it."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

from solver.named import NamedTuple
from solver.render.figures.inscriptions import written
from solver.render.figures.scene import FAINT, INK, MIDDLE, SMALL, Caption, Course, Piece, Point, Stroke, width


class Axes(NamedTuple):
    """A plane of points: the corner, its size, and the numbers at its ends."""

    corner: Point
    size: Point
    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> Point:
        """The place of a pair of numbers."""
        (x0, x1), (y0, y1) = self.x, self.y
        return (
            self.corner[0] + self.size[0] * (x - x0) / (x1 - x0),
            self.corner[1] + self.size[1] * (y - y0) / (y1 - y0),
        )

    def drawn(self, across: str, up: str, whole: bool = False) -> list[Piece]:
        """Both axes with their numbers and names."""
        (x0, y0), (w, h) = self.corner, self.size
        pieces: list[Piece] = [Course(((x0, y0 + h), (x0, y0), (x0 + w, y0)), Stroke(INK, 0.8))]
        for tick in ticks(*self.x, whole):
            x, _ = self.at(tick, self.y[0])
            pieces += [Course(((x, y0), (x, y0 - 3)), Stroke(INK, 0.8)), Caption(number(tick), (x, y0 - 9), SMALL)]
        for tick in ticks(*self.y):
            _, y = self.at(self.x[0], tick)
            pieces += [
                Course(((x0, y), (x0 + w, y)), Stroke(FAINT, 0.3)),
                Caption(number(tick), (x0 - 5, y), SMALL, "right"),
            ]
        pieces += [
            Caption(across, (x0 + w / 2, y0 - 21), MIDDLE),
            Caption(up, (x0 + width(up, MIDDLE) / 2 - 8, y0 + h + 12), MIDDLE),
        ]
        return pieces


def ticks(low: float, high: float, whole: bool = False) -> list[float]:
    """About five round numbers between two; whole ones only where those are meant."""
    rough = (high - low) / 5
    power = 10.0 ** floor(log10(rough))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= rough * 0.999)
    step = max(step, 1.0) if whole else step
    first = -floor(-low / step + 1e-9)
    return [k * step for k in range(first, floor(high / step + 1e-9) + 1)]


def number(x: float) -> str:
    """A number at an axis."""
    return written(f"{x + 0.0:.4g}")


def around(values: Sequence[float], margin: float = 0.08) -> tuple[float, float]:
    """Bounds a little wider than some numbers."""
    low, high = min(values), max(values)
    spare = (high - low) * margin or abs(high) * 0.5 or 1.0
    return low - spare, high + spare
