"""A feedforward network: a disc for each neuron, every weight at its edge; what is more than a page holds is left out."""

from __future__ import annotations

from functools import cached_property

from solver.render.clean import clean
from solver.render.figures.inscriptions import Inscriptions
from solver.render.figures.scene import (
    BLUE,
    DASHES,
    FAINT,
    INK,
    LARGE,
    MIDDLE,
    SMALL,
    VERMILION,
    Caption,
    Course,
    Disc,
    Piece,
    Point,
    Scene,
    Stroke,
    between,
    height,
    rim,
    shortened,
    width,
)
from solver.working.sketches import MINUS, Feedforward, NeuronColumn

MOST = 8
"""So many neurons of a layer, and layers of a network, are shown; of more, the first and the last ones."""
_EDGE = 10.0  # from one weight to the next one below it


def shown(count: int, most: int = MOST) -> list[int | None]:
    """The indices that are shown, None where some are left out."""
    return list(range(count)) if count <= most else [*range(most // 2), None, *range(count - most // 2 + 1, count)]


def scene(sketch: Feedforward, put: Inscriptions) -> Scene:
    """The network from left to right."""
    network = _Network(sketch, put)
    return Scene(network.drawn, network.alt(), network.numbers)


class _Network:
    def __init__(self, sketch: Feedforward, put: Inscriptions) -> None:
        self.sketch, self.put = sketch, put
        self.layers = shown(len(sketch.columns) + 1)
        self.slots = [[None] if k is None else shown(self.count(k)) for k in self.layers]
        shifted = any(column.shift for column in sketch.columns)
        self.step = max(_EDGE * (max(len(s) for s in self.slots[1:]) + 1), 42.0 if shifted else 32.0)
        self.pieces: list[Piece] = []

    @cached_property
    def radius(self) -> float:
        """Of a neuron, as large as what stands in it."""
        words = [
            self.inside(k, i)
            for k, s in zip(self.layers, self.slots, strict=True)
            for i in s
            if i is not None and k is not None
        ]
        return min(max([11.0, *(width(word, SMALL) / 2 + 2 for word in words)]), 24.0)

    def count(self, k: int) -> int:
        return self.sketch.inputs if k == 0 else self.sketch.columns[k - 1].neurons

    def output(self, k: int) -> str:
        return self.sketch.source if k == 0 else self.sketch.columns[k - 1].output

    def inside(self, k: int, i: int) -> str:
        """What stands in a neuron: its output where one pattern is known, or its letters."""
        name, count = self.output(k), self.count(k)
        shape = self.put.context.working.shapes.get(name)
        number = self.put.cell(name, i) if shape == (count, 1) else ""
        return (
            number if number and width(number, SMALL) <= 44 else self.put.letters(name, str(i + 1) if count > 1 else "")
        )

    def weight(self, column: NeuronColumn, i: int, j: int) -> str:
        return self.put.cell(column.weights, *((i, j) if column.by_inputs else (j, i))) if column.weights else ""

    def gaps(self) -> list[float]:
        """How far each layer stands behind the one before it."""
        made = []
        for before, k, slots in zip(self.layers, self.layers[1:], self.slots[1:], strict=False):
            if k is None or before is None:
                made.append(56.0)
                continue
            column, n = self.sketch.columns[k - 1], len(slots)
            labels = [
                self.weight(column, i, j)
                for i in shown(self.count(k - 1))
                for j in slots
                if i is not None and j is not None
            ]
            wide = max([0.0, *(width(label, SMALL) for label in labels)])
            bias = max([0.0, *(width(self.bias(before, i), SMALL) for i in shown(self.count(before)) if i is not None)])
            span = (max(n, len(shown(self.count(before)))) - 1) * self.step
            made.append(
                max(
                    0.45 * span,
                    (n + 1) * (max(self.radius, bias / 2) + wide / 2 + 5),
                    (n + 1) / n * (self.radius + wide / 2 + 5),
                    100.0,
                )
            )
        return made

    def bias(self, k: int, i: int) -> str:
        if k == 0 or not self.sketch.columns[k - 1].shift:
            return ""
        column = self.sketch.columns[k - 1]
        number = self.put.cell(column.shift, i)
        if not number:
            letters = self.put.letters(column.shift, str(i + 1) if column.neurons > 1 else "")
            return f"{column.sign} {letters}"
        if number.startswith(MINUS):
            return f"{'+' if column.sign == MINUS else MINUS} {number[1:]}"
        return f"{column.sign} {number}"

    def drawn(self) -> list[Piece]:
        """All pieces, the edges below the rest."""
        heads = [self.heading(k) for k in self.layers]
        x = 0.0
        places: list[dict[int, Point]] = []
        edges: list[Piece] = []
        weights: list[Piece] = []
        before = None
        for k, slots, gap, head in zip(self.layers, self.slots, [0.0, *self.gaps()], heads, strict=True):
            x += gap
            found: dict[int, Point] = {}
            for row, i in enumerate(slots):
                at = (x, ((len(slots) - 1) / 2 - row) * self.step)
                if i is None:
                    self.pieces.append(Caption("⋯" if k is None else "⋮", at, LARGE + 4, color=INK))
                else:
                    found[i] = at
                    self.neuron(k or 0, i, at)
            top = len(slots) / 2 * self.step + 14
            self.pieces += [Caption(line, (x, top - n * height(MIDDLE)), MIDDLE) for n, line in enumerate(head)]
            if k and before is not None:
                self.edges(self.sketch.columns[k - 1], places[-1], found, len(slots), edges, weights)
            places.append(found)
            before = k
        return [*edges, *weights, *self.pieces]

    def heading(self, k: int | None) -> list[str]:
        if k is None:
            return [""]
        letters = self.put.letters(self.output(k))
        return [letters] if k == 0 else [letters, shortened(clean(self.sketch.columns[k - 1].activation), 16)]

    def neuron(self, k: int, i: int, at: Point) -> None:
        fill = "#e8f1f8" if k == 0 else "#ffffff"
        self.pieces.append(Disc(at, self.radius, fill))
        self.pieces.append(Caption(self.inside(k, i), at, SMALL))
        bias = self.bias(k, i)
        if bias:
            self.pieces.append(Caption(bias, (at[0], at[1] - self.radius - 5.5), SMALL, backed=True))

    def edges(
        self, column: NeuronColumn, starts: dict[int, Point], ends: dict[int, Point], slots: int,
        edges: list[Piece], weights: list[Piece],
    ) -> None:  # fmt: skip
        """Each edge with its weight where no two edges meet: behind so much of the way, all are evenly apart."""
        share = 1 / (slots + 1)
        for i, start in starts.items():
            for j, end in ends.items():
                text = self.weight(column, i, j)
                minus = text.startswith(MINUS)
                color = VERMILION if minus else BLUE if text else FAINT
                points = (rim(start, end, self.radius), rim(end, start, self.radius))
                edges.append(Course(points, Stroke(color, 0.7, DASHES if minus else ())))
                if text:
                    weights.append(Caption(text, between(start, end, share), SMALL, backed=True))

    def alt(self) -> str:
        layers = [
            f"{c.neurons} {clean(c.activation)} neuron{'s' if c.neurons != 1 else ''}" for c in self.sketch.columns
        ]
        inputs = f"{self.sketch.inputs} input{'s' if self.sketch.inputs != 1 else ''}"
        known = any(self.put.literal(c.weights) is not None for c in self.sketch.columns if c.weights)
        said = f"{self.sketch.title}: {inputs}, then {', '.join(shortened(layer, 40) for layer in layers[:MOST])}"
        said += f" and so on, {len(layers)} layers in all" if len(layers) > MOST else ""
        return said + ("; each edge bears its weight, and is dashed where that is negative." if known else ".")

    def numbers(self) -> str:
        """All that stands in it, where it is few."""
        names = [
            self.sketch.source,
            *(n for c in self.sketch.columns[:MOST] for n in (c.weights, c.shift, c.output) if n),
        ]
        return self.put.tables(dict.fromkeys(names))
