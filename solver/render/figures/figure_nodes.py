"""A computation graph: nodes behind their operands, values above the edges, local derivatives below, gradients at the nodes."""

from __future__ import annotations

import itertools

from solver.formula.print.printer_text import minused
from solver.render.clean import clean
from solver.render.figures.inscriptions import Inscriptions
from solver.render.figures.scene import (
    BLUE,
    INK,
    MIDDLE,
    SMALL,
    VERMILION,
    Caption,
    Course,
    Piece,
    Point,
    Polygon,
    Scene,
    Stroke,
    between,
    box,
    extent,
    shortened,
    width,
)
from solver.working.sketches import GraphNode, Nodes

_SWEEPS = 4
_ROOMS = (0.2, 0.45, 0.7, 1.0)
_EDGE = 24.0  # from one edge's words to those of the next below it


def scene(sketch: Nodes, put: Inscriptions) -> Scene:
    """The graph from left to right, as close together as its words allow."""
    layout = _placed(sketch)

    def drawn() -> list[Piece]:
        tried = (_drawn(sketch, put, *layout, room) for room in _ROOMS)
        return next(pieces for pieces in tried if pieces)

    return Scene(drawn, _alt(sketch, put))


def _drawn(
    sketch: Nodes, put: Inscriptions, columns: list[list[str]], ways: dict[tuple[str, str], list[str]], room: float
) -> list[Piece]:
    """All pieces; none where words do not find a free place. room: 1 for as much as lets them stand in rows of their own."""
    boxes = {node.name: _words(node, put) for node in sketch.nodes}
    back = {node.name: put.equation(node.gradient) for node in sketch.nodes if node.gradient}
    labels = _labels(sketch, put)
    places = _places(columns, ways, boxes, back, labels, room)
    pieces: list[Piece] = []
    words: list[Caption] = []
    used = {operand for node in sketch.nodes for operand, _ in node.operands}
    for node in sketch.nodes:
        at, wide = places[node.name], 2 * _half(boxes, node.name)
        pieces.append(Polygon(box(at, wide, 17), "#ffffff" if node.formula else "#e8f1f8"))
        words.append(Caption(boxes[node.name], at, MIDDLE))
        if node.name not in used and (value := put.row(node.name)):
            words.append(Caption(value, (at[0], at[1] + 15), SMALL, color=BLUE))
        if node.name in back:
            words.append(Caption(back[node.name], (at[0], at[1] - 15), SMALL, color=VERMILION, backed=True))
    taken = [_area(piece) for piece in (*pieces, *words)]
    lines: list[Piece] = []
    for way, (first, *inner, last) in ways.items():
        (x0, y0), (x1, y1) = places[first], places[last]
        start, end = (x0 + _half(boxes, first), y0), (x1 - _half(boxes, last), y1)
        route = (start, *(places[name] for name in inner), end)
        lines.append(Course(route, Stroke(INK, 0.8), arrow=True))
        after = next(len(column) for column in columns if (*inner, last)[0] in column)
        own = 1 / (after + 1) if after > 1 else 0.5
        for share in (own,) if room == 1 else (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74):
            at = between(route[0], route[1], share)
            said = _said(labels[way], at)
            areas = [_area(word) for word in said]
            if room == 1 or not any(_meet(a, b) for a in areas for b in taken):
                words += said
                taken += areas
                break
        else:
            return []
    return [*lines, *pieces, *words]


def _places(
    columns: list[list[str]], ways: dict[tuple[str, str], list[str]], boxes: dict[str, str], back: dict[str, str],
    labels: dict[tuple[str, str], tuple[str, str]], room: float,
) -> dict[str, Point]:  # fmt: skip
    """Where each node stands, and where edges pass through a column."""
    places: dict[str, Point] = {}
    step = max([50.0, *(room * _EDGE * (len(column) + 1) for column in columns[1:])])
    x = 0.0
    for column, after in zip(columns, [*columns[1:], []], strict=True):
        half = max(_half(boxes, name) for name in column)
        x += half
        for row, name in enumerate(column):
            places[name] = (x, ((len(column) - 1) / 2 - row) * step)
        wide = max([30.0, *(width(line, SMALL) for way in ways if ways[way][1] in after for line in labels[way])])
        over = max([0.0, *(width(back.get(name, ""), SMALL) / 2 - _half(boxes, name) for name in column)])
        x += half + max(70.0, wide + over + 24, room * (wide / 2 + 8 + over) * (len(after) + 1))
    return places


def _said(label: tuple[str, str], at: Point) -> list[Caption]:
    """The number above an edge, the local derivative below it."""
    (x, y), (value, local) = at, label
    made = [
        Caption(value, (x, y + 5.5), SMALL, color=BLUE, backed=True),
        Caption(local, (x, y - 5.5), SMALL, color=VERMILION, backed=True),
    ]
    return [word for word in made if word.text]


def _area(piece: Piece) -> tuple[float, float, float, float]:
    """What a piece covers: left, right, low, high."""
    xs, ys = zip(*extent(piece), strict=True)
    return min(xs), max(xs), min(ys), max(ys)


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[1] + 2 and b[0] < a[1] + 2 and a[2] < b[3] and b[2] < a[3]


def _half(boxes: dict[str, str], name: str) -> float:
    return width(boxes[name], MIDDLE) / 2 + 6 if name in boxes else 0.0


def _words(node: GraphNode, put: Inscriptions) -> str:
    letters = put.letters(node.name)
    return shortened(f"{letters} = {minused(clean(node.formula))}" if node.formula else letters, 48)


def _labels(sketch: Nodes, put: Inscriptions) -> dict[tuple[str, str], tuple[str, str]]:
    """At each edge: the number that goes forward, and the local derivative."""
    return {
        (operand, node.name): (_value(operand, put), put.equation(local) if local else "")
        for node in sketch.nodes
        for operand, local in node.operands
    }


def _value(name: str, put: Inscriptions) -> str:
    """Its numbers, or their shape where they are too many."""
    return put.row(name) or "×".join(map(str, put.context.working.shapes.get(name, ())))


def _placed(sketch: Nodes) -> tuple[list[list[str]], dict[tuple[str, str], list[str]]]:
    """The nodes by columns, in an order with few crossings; each edge by the places it goes through.

    An edge that spans several columns goes through a free place in each.
    """
    level: dict[str, int] = {}
    for node in sketch.nodes:
        level[node.name] = 1 + max((level[operand] for operand, _ in node.operands), default=-1)
    for node in reversed(sketch.nodes):  # an input stands right before the first node that uses it
        users = [level[other.name] for other in sketch.nodes if node.name in dict(other.operands)]
        if not node.formula and users:
            level[node.name] = min(users) - 1
    columns: list[list[str]] = [[] for _ in range(max(level.values()) + 1)]
    ways: dict[tuple[str, str], list[str]] = {}
    for node in sketch.nodes:
        columns[level[node.name]].append(node.name)
    for node in sketch.nodes:
        for operand, _ in node.operands:
            free = [f"{operand} {node.name} {k}" for k in range(level[operand] + 1, level[node.name])]
            for k, name in enumerate(free, level[operand] + 1):
                columns[k].append(name)
            ways[operand, node.name] = [operand, *free, node.name]
    beside: dict[str, list[str]] = {}
    for points in ways.values():
        for a, b in itertools.pairwise(points):
            beside.setdefault(a, []).append(b)
            beside.setdefault(b, []).append(a)
    for sweep in range(_SWEEPS):
        order = range(len(columns)) if sweep % 2 == 0 else range(len(columns) - 1, -1, -1)
        for k in order:
            near = (
                columns[k - 1 if sweep % 2 == 0 else k + 1]
                if 0 <= (k - 1 if sweep % 2 == 0 else k + 1) < len(columns)
                else []
            )
            place = {name: (row + 0.5) / len(near) for row, name in enumerate(near)}
            own = {name: (row + 0.5) / len(columns[k]) for row, name in enumerate(columns[k])}

            def mean(name: str, place: dict[str, float] = place, own: dict[str, float] = own) -> float:
                found = [place[other] for other in beside.get(name, []) if other in place]
                return sum(found) / len(found) if found else own[name]

            columns[k].sort(key=mean)
    return columns, ways


def _alt(sketch: Nodes, put: Inscriptions) -> str:
    said = [f"{_words(node, put)}{f' = {value}' if (value := put.row(node.name)) else ''}" for node in sketch.nodes]
    grads = [put.equation(node.gradient) for node in sketch.nodes if node.gradient]
    back = f" Gradients: {', '.join(grads)}." if grads else ""
    return f"{sketch.title}: {'; '.join(said)}.{back}"
