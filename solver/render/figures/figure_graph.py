"""A computation graph: nodes behind their operands, values above the edges, local derivatives below, gradients at the nodes."""

from __future__ import annotations

import itertools

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
    fitted,
    shortened,
    width,
)
from solver.working.sketches import GraphNode, Nodes

_SWEEPS = 4
_EDGE = 24.0  # from one edge's words to those of the next below it


def scene(sketch: Nodes, put: Inscriptions) -> Scene:
    """The graph from left to right."""
    columns, ways = _placed(sketch)
    boxes = {node.name: _words(node, put) for node in sketch.nodes}
    wide = [max([0.0, *(width(boxes[name], MIDDLE) + 12 for name in column if name in boxes)]) for column in columns]
    x, places = 0.0, dict[str, Point]()
    step = max(46.0, *(_EDGE * (len(column) + 1) for column in columns[1:]), 46.0)
    back = {node.name: put.equation(node.gradient) for node in sketch.nodes if node.gradient}
    labels = _labels(sketch, put)
    for k, column in enumerate(columns):
        x += wide[k] / 2
        for row, name in enumerate(column):
            places[name] = (x, ((len(column) - 1) / 2 - row) * step)
        inner = [
            max(width(line, SMALL) for line in labels[way])
            for way in ways
            if ways[way][1] in columns[min(k + 1, len(columns) - 1)]
        ]
        room = max([30.0, *inner])
        over = max([0.0, *(width(back.get(name, ""), SMALL) / 2 - _half(boxes, name) for name in column)])
        after = len(columns[k + 1]) if k + 1 < len(columns) else 1
        x += wide[k] / 2 + (max(70.0, (room / 2 + 8 + over) * (after + 1)) if k + 1 < len(columns) else 0.0)
    pieces: list[Piece] = []
    words: list[Piece] = []
    for (start, end), points in ways.items():
        first, *_, last = points
        route = [places[name] for name in points]
        route[0] = (route[0][0] + _half(boxes, first), route[0][1])
        route[-1] = (route[-1][0] - _half(boxes, last), route[-1][1])
        pieces.append(Course(tuple(route), Stroke(INK, 0.8), arrow=True))
        column = next(column for column in columns if points[1] in column)
        at = between(route[0], route[1], 1 / (len(column) + 1) if len(column) > 1 else 0.5)
        value, local = labels[start, end]
        if value:
            words.append(Caption(value, (at[0], at[1] + 5.5), SMALL, color=BLUE, backed=True))
        if local:
            words.append(Caption(local, (at[0], at[1] - 5.5), SMALL, color=VERMILION, backed=True))
    used = {operand for node in sketch.nodes for operand, _ in node.operands}
    for node in sketch.nodes:
        at = places[node.name]
        pieces.append(
            Polygon(box(at, width(boxes[node.name], MIDDLE) + 12, 17), "#ffffff" if node.formula else "#e8f1f8")
        )
        words.append(Caption(boxes[node.name], at, MIDDLE))
        if node.name not in used and (value := put.cell(node.name)):
            words.append(Caption(value, (at[0], at[1] + 15), SMALL, color=BLUE))
        if node.name in back:
            words.append(Caption(back[node.name], (at[0], at[1] - 15), SMALL, color=VERMILION, backed=True))
    return fitted([*pieces, *words], _alt(sketch, put))


def _half(boxes: dict[str, str], name: str) -> float:
    return width(boxes[name], MIDDLE) / 2 + 6 if name in boxes else 0.0


def _words(node: GraphNode, put: Inscriptions) -> str:
    letters = put.letters(node.name)
    return shortened(f"{letters} = {clean(node.formula)}" if node.formula else letters, 36)


def _labels(sketch: Nodes, put: Inscriptions) -> dict[tuple[str, str], tuple[str, str]]:
    """At each edge: the number that goes forward, and the local derivative."""
    return {
        (operand, node.name): (_value(operand, put), put.equation(local) if local else "")
        for node in sketch.nodes
        for operand, local in node.operands
    }


def _value(name: str, put: Inscriptions) -> str:
    if put.context.working.shapes.get(name) == (1, 1):
        return put.cell(name)
    return "×".join(map(str, put.context.working.shapes.get(name, ())))


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
    said = [f"{_words(node, put)}{f' = {value}' if (value := put.cell(node.name)) else ''}" for node in sketch.nodes]
    grads = [put.equation(node.gradient) for node in sketch.nodes if node.gradient]
    back = f" Gradients: {', '.join(grads)}." if grads else ""
    return f"A computation graph: {'; '.join(said)}.{back}"
