"""A recurrent network, folded with its loop, or unrolled: a column for each time."""

from __future__ import annotations

from solver.render.clean import clean
from solver.render.figures.figure_feedforward import shown
from solver.render.figures.inscriptions import Inscriptions, plain
from solver.render.figures.scene import (
    BLUE,
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
    fitted,
    shortened,
    width,
)
from solver.working.sketches import Recurrence

_TALL, _STEP = 26.0, 66.0
_LONGEST = 26
MOST = 6
"""So many times are shown; of more, the first and the last ones."""


def scene(sketch: Recurrence, put: Inscriptions) -> Scene:
    """The network, time from left to right, inputs below."""
    drawing = _Unrolling(sketch, put)
    return drawing.folded() if sketch.folded else drawing.unrolled()


class _Unrolling:
    def __init__(self, sketch: Recurrence, put: Inscriptions) -> None:
        self.sketch, self.put = sketch, put
        self.ways: list[Piece] = []
        self.words: list[Piece] = []
        self.boxes: list[Piece] = []
        self.rows = [*(layer.states for layer in sketch.layers), *([sketch.outputs] if sketch.outputs else [])]
        self.wide = 44.0

    def letters(self, name: str, time: str = "") -> str:
        symbol = self.put.context.working.symbols[name]
        return plain(symbol._replace(argument=time) if time else symbol)

    def numbers(self, name: str) -> str:
        """The numbers in one line, where they are known and few."""
        numbers = self.put.numbers(name)
        if numbers is None or numbers.shape[1] > 1:
            return ""
        cells = ", ".join(self.put.cell(name, i) for i in range(numbers.shape[0]))
        return cells if len(cells) <= _LONGEST else ""

    def box(self, name: str, at: Point, time: str = "") -> None:
        lines = [self.letters(name, time), "" if time else self.numbers(name)]
        self.boxes.append(Polygon(box(at, self.wide, _TALL)))
        if lines[1]:
            self.words.append(Caption(lines[0], (at[0], at[1] + 5.5), MIDDLE))
            self.words.append(Caption(lines[1], (at[0], at[1] - 6), SMALL, color=BLUE))
        else:
            self.words.append(Caption(lines[0], at, MIDDLE))

    def way(self, points: tuple[Point, ...], weights: str, share: float = 0.5) -> None:
        """An arrow with its weights at its longest stretch."""
        self.ways.append(Course(points, Stroke(), arrow=True))
        if weights:
            k = len(points) // 2 - (len(points) == 2)
            said = self.put.letters(weights)
            self.words.append(Caption(said, between(points[k], points[k + 1], share), MIDDLE, backed=True))

    def up(self, at: Point, weights: str) -> None:
        """From a box to the one above it."""
        self.way(((at[0], at[1] + _TALL / 2), (at[0], at[1] + _STEP - _TALL / 2)), weights)

    def column(self, x: float, names: list[str], time: str = "") -> None:
        """The boxes of one time, from the input to the output."""
        into = [*(layer.into for layer in self.sketch.layers), self.sketch.out]
        for row, name in enumerate(names):
            self.box(name, (x, row * _STEP), time)
            if row + 1 < len(names):
                self.up((x, row * _STEP), into[row])

    def unrolled(self) -> Scene:
        sketch = self.sketch
        known = [name for row in (sketch.inputs, *self.rows) for name in row if name]
        self.wide = max(self.wide, *(width(self.numbers(name), SMALL) + 8 for name in known))
        far = self.wide + 44
        kept = shown(len(sketch.inputs), MOST)
        for place, k in enumerate(kept, 1):
            x = place * far
            if k is None:
                self.words += [Caption("⋯", (x, row * _STEP), LARGE + 4) for row in range(len(self.rows) + 1)]
            else:
                self.column(x, [sketch.inputs[k], *(row[k + 1] for row in self.rows)])
            for row, layer in enumerate(sketch.layers, 1):
                if layer.back:
                    self.back(x - far, x, row * _STEP, layer.back)
            if sketch.feeds:
                top = len(self.rows) * _STEP
                start, end = (x - far + self.wide / 2, top - 6), (x - self.wide / 2, top - _STEP + 6)
                self.way((start, end), sketch.feeds)
        for row, names in enumerate(self.rows, 1):
            if names[0]:
                self.box(names[0], (0.0, row * _STEP))
        return fitted([*self.ways, *self.boxes, *self.words], self.alt())

    def back(self, before: float, x: float, y: float, weights: str) -> None:
        self.way(((before + self.wide / 2, y), (x - self.wide / 2, y)), weights)

    def folded(self) -> Scene:
        sketch = self.sketch
        self.column(0.0, [sketch.inputs[0], *(row[1] for row in self.rows)], "t")
        right, out = self.wide / 2, self.wide / 2 + 30
        for row, layer in enumerate(sketch.layers, 1):
            if layer.back:
                y = row * _STEP
                self.way(((right, y + 7), (out, y + 7), (out, y - 7), (right, y - 7)), "")
                self.words.append(Caption(self.put.letters(layer.back), (out + 12, y), MIDDLE))
        if sketch.feeds:
            y, left = len(self.rows) * _STEP, -self.wide / 2 - 30
            self.way(((-right, y), (left, y), (left, y - _STEP), (-right, y - _STEP)), sketch.feeds)
        return fitted([*self.ways, *self.boxes, *self.words], self.alt())

    def alt(self) -> str:
        sketch, put = self.sketch, self.put
        count = len(sketch.layers)
        layers = f"{count} hidden layers" if count > 1 else "one hidden layer"
        weights = [w for layer in sketch.layers for w in (layer.into, layer.back)] + [sketch.feeds, sketch.out]
        letters = ", ".join(dict.fromkeys(put.letters(w) for w in weights if w))
        known = [f"{self.letters(n)} = ({v})" for row in self.rows for n in row[1:] if n and (v := self.numbers(n))]
        values = f": {'; '.join(known[:24])}" if known and not sketch.folded else ""
        how = "folded, with its loop" if sketch.folded else f"unrolled over {len(sketch.inputs)} times"
        return (
            clean(shortened(f"A recurrent network {how}, with {layers} and the weights {letters}{values}", 2000)) + "."
        )
