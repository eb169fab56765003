"""A recurrent network, folded with its loop, or unrolled: a column for each time."""

from __future__ import annotations

from solver.named import NamedTuple
from solver.render.clean import clean
from solver.render.figures.figure_feedforward import shown
from solver.render.figures.inscriptions import Inscriptions, plain
from solver.render.figures.scene import (
    BLUE,
    INK,
    LARGE,
    MIDDLE,
    SMALL,
    Caption,
    Course,
    Piece,
    Point,
    Polygon,
    Scene,
    Stroke,
    between,
    box,
    shortened,
    width,
)
from solver.working.sketches import Recurrence

_TALL = 26.0
MOST = 6
"""So many times are shown; of more, the first and the last ones."""


def scene(sketch: Recurrence, put: Inscriptions) -> Scene:
    """The network, time from left to right, inputs below."""
    drawing = _Unrolling(sketch, put)
    return drawing.folded() if sketch.folded else drawing.unrolled()


class _Row(NamedTuple):
    """What stands side by side in time, and what comes before it; as in a sketch. aside: -1 left of the middle, 1 right of it."""

    names: tuple[str, ...]
    start: str = ""
    cells: tuple[str, ...] = ()
    cell_start: str = ""
    back: str = ""
    loop: bool = False
    backward: bool = False
    aside: int = 0


class _Unrolling:
    def __init__(self, sketch: Recurrence, put: Inscriptions) -> None:
        self.sketch, self.put = sketch, put
        self.ways: list[Piece] = []
        self.words: list[Piece] = []
        self.boxes: list[Piece] = []
        self.rows = [_Row(sketch.inputs)]
        self.links: list[tuple[int, int, str]] = []
        """From one row to another above it, by weights."""
        below = [0]
        for sides in sketch.layers:
            mine = []
            for k, side in enumerate(sides):
                aside = (-1, 1)[k] if len(sides) > 1 else 0
                self.links += [
                    (row, len(self.rows), side.into if row == below[k % len(below)] else "") for row in below
                ]
                mine.append(len(self.rows))
                self.rows.append(
                    _Row(
                        side.states, side.start, side.cells, side.cell_start, side.back, side.loop, side.backward, aside
                    )
                )
            below = mine
        if sketch.outputs:
            self.links += [(row, len(self.rows), weights) for row, weights in zip(below, sketch.out, strict=True)]
            self.rows.append(_Row(sketch.outputs, sketch.output_start))
        self.tall = _TALL if not any(row.cells for row in self.rows) else 32.0 if sketch.folded else 48.0
        self.step = self.tall + 40.0
        every = [name for row in self.rows for name in (*row.names, *row.cells, row.start, row.cell_start) if name]
        self.wide = max([44.0, *(width(self.letters(name, "t"), MIDDLE) + 8 for name in every)])
        if not sketch.folded:
            self.wide = max([self.wide, *(width(put.row(name), SMALL) + 8 for name in every)])

    @property
    def aside(self) -> float:
        """How far the two directions stand from the middle."""
        return self.wide / 2 + 6 if any(row.aside for row in self.rows) else 0.0

    def letters(self, name: str, time: str = "") -> str:
        symbol = self.put.context.working.symbols[name]
        if not time:
            return plain(symbol)
        if symbol.argument:
            return plain(symbol._replace(argument=time))
        return plain(symbol._replace(sub=f"{symbol.sub.rpartition(',')[0]},{time}".removeprefix(",")))

    def at(self, row: int, x: float) -> Point:
        """Where a row's box stands at a time whose column is there."""
        return x + self.rows[row].aside * self.aside, row * self.step

    def box(self, names: tuple[str, ...], at: Point, time: str = "") -> None:
        """What belongs together at a time, each with its numbers below its letters."""
        each = [
            [(self.letters(name, time), MIDDLE, INK), ("" if time else self.put.row(name), SMALL, BLUE)]
            for name in names
        ]
        lines = [line for pair in each for line in pair if line[0]]
        self.boxes.append(Polygon(box(at, self.wide, self.tall)))
        for k, (text, size, color) in enumerate(lines):
            down = (k - (len(lines) - 1) / 2) * 11
            self.words.append(Caption(text, (at[0], at[1] - down), size, color=color))

    def way(self, points: tuple[Point, ...], weights: str, share: float = 0.5) -> None:
        """An arrow with its weights at its longest stretch."""
        self.ways.append(Course(points, Stroke(), arrow=True))
        if weights:
            k = len(points) // 2 - (len(points) == 2)
            said = self.put.letters(weights)
            self.words.append(Caption(said, between(points[k], points[k + 1], share), MIDDLE, backed=True))

    def column(self, x: float, k: int, time: str = "") -> None:
        """The boxes of one time, from the input to the output."""
        for row, each in enumerate(self.rows):
            self.box((each.names[k], *each.cells[k : k + 1]), self.at(row, x), time)
        for low, high, weights in self.links:
            (x0, y0), (x1, y1) = self.at(low, x), self.at(high, x)
            share = 0.12 if high - low > 1 else 0.65 if x0 != x1 else 0.5  # no two of a column in each other's way
            self.way(((x0, y0 + self.tall / 2), (x1, y1 - self.tall / 2)), weights, share)

    def unrolled(self) -> Scene:
        sketch = self.sketch
        far = self.wide + 44 + 2 * self.aside
        kept = shown(len(sketch.inputs), MOST)
        last = len(kept) + 1
        for place, k in enumerate(kept, 1):
            x = place * far
            if k is None:
                self.words += [Caption("⋯", self.at(row, x), LARGE + 4) for row in range(len(self.rows))]
            else:
                self.column(x, k)
            if sketch.feeds:
                top = (len(self.rows) - 1) * self.step
                start, end = (x - far + self.wide / 2, top - 6), (x - self.wide / 2, top - self.step + 6)
                if sketch.output_start or place > 1:
                    self.way((start, end), sketch.feeds)
        for row, each in enumerate(self.rows):
            sign = -1 if each.backward else 1
            if each.start:
                names = (each.start, *filter(None, (each.cell_start,)))
                self.box(names, self.at(row, last * far if each.backward else 0.0))
            if each.loop:
                for place in range(1, last):
                    (x, y), (before, _) = self.at(row, place * far), self.at(row, (place - sign) * far)
                    if each.start or place != (last - 1 if each.backward else 1):
                        self.way(((before + sign * self.wide / 2, y), (x - sign * self.wide / 2, y)), each.back)
        return Scene(lambda: [*self.ways, *self.boxes, *self.words], self.alt())

    def folded(self) -> Scene:
        self.column(0.0, 0, "t")
        for row, each in enumerate(self.rows):
            if each.loop:
                x, y = self.at(row, 0.0)
                sign = -1 if each.aside < 0 else 1
                right, out = x + sign * self.wide / 2, x + sign * (self.wide / 2 + 30)
                self.way(((right, y + 7), (out, y + 7), (out, y - 7), (right, y - 7)), "")
                if each.back:
                    said = self.put.letters(each.back)
                    self.words.append(Caption(said, (out + sign * (6 + width(said, MIDDLE) / 2), y), MIDDLE))
        if self.sketch.feeds:
            y, right, left = (len(self.rows) - 1) * self.step, self.wide / 2, -self.wide / 2 - 30
            self.way(((-right, y), (left, y), (left, y - self.step), (-right, y - self.step)), self.sketch.feeds)
        return Scene(lambda: [*self.ways, *self.boxes, *self.words], self.alt())

    def alt(self) -> str:
        sketch, put = self.sketch, self.put
        count = len(sketch.layers)
        layers = f"{count} hidden layers" if count > 1 else "one hidden layer"
        both = " in both directions" if any(len(sides) > 1 for sides in sketch.layers) else ""
        weights = [w for sides in sketch.layers for side in sides for w in (side.into, side.back)]
        letters = ", ".join(dict.fromkeys(put.letters(w) for w in (*weights, sketch.feeds, *sketch.out) if w))
        rows = [names for row in self.rows[1:] for names in (row.names, row.cells)]
        known = [f"{self.letters(n)} = {v}" for row in rows for n in row if (v := self.put.row(n))]
        values = f": {'; '.join(known[:24])}" if known and not sketch.folded else ""
        how = "folded, with its loop" if sketch.folded else f"unrolled over {len(sketch.inputs)} times"
        said = f", with {layers}{both}" + (f" and the weights {letters}" if letters else "")
        return clean(shortened(f"A recurrent network {how}{said}{values}", 2000)) + "."
