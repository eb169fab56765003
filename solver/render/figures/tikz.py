"""A scene as a picture of TikZ, which sets its words in the document's own fonts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from solver.render.figures.scene import (
    Caption,
    Course,
    Disc,
    Piece,
    Point,
    Polygon,
    Scene,
    Stroke,
    Tiles,
    digits,
    head,
    turned,
)
from solver.render.latex.words_latex import text

_BASELINE = 0.34
"""So much of a letter's size lies the middle of figures and capitals above their foot."""
_SCRIPTS = {"": "%s", "_": r"\textsubscript{%s}", "^": r"\textsuperscript{%s}"}
_ANCHORS = {"left": "base west", "center": "base", "right": "base east"}


def tikz(scene: Scene) -> str:
    """The environment `tikzpicture`, ending without a newline. Needs the package tikz."""
    body = "\n".join(line for piece in scene.pieces for line in _lines(piece))
    corner = _place((scene.width, scene.height))
    return (
        f"\\begin{{tikzpicture}}[x=1bp,y=1bp,inner sep=0.8bp]\n\\useasboundingbox (0,0) rectangle {corner};\n"
        f"{body}\n\\end{{tikzpicture}}"
    )


def _lines(piece: Piece) -> Iterable[str]:
    match piece:
        case Course(points, stroke, arrow):
            yield rf"\draw[{_stroke(stroke)}] {_path(points)};"
            if arrow:
                yield rf"\fill[fill={_color(stroke.color)}] {_path(head(points[-2], points[-1]))} -- cycle;"
        case Polygon(corners, fill, stroke):
            yield rf"\filldraw[{_filled(fill, stroke)}] {_path(corners)} -- cycle;"
        case Disc(centre, radius, fill, stroke):
            yield rf"\filldraw[{_filled(fill, stroke)}] {_place(centre)} circle[radius={digits(radius)}bp];"
        case Caption(_, (x, y), size, across):
            (foot,) = turned([(x, y - _BASELINE * size)], (x, y), piece.angle)
            font = rf"font=\sffamily\fontsize{{{digits(size)}bp}}{{{digits(1.2 * size)}bp}}\selectfont"
            options = [f"anchor={_ANCHORS[across]}", f"text={_color(piece.color)}", font]
            options += ["fill=white"] if piece.backed else []
            options += [f"rotate={digits(piece.angle)}"] if piece.angle else []
            runs = "".join(_SCRIPTS[where] % text(run) for where, run in piece.runs)
            yield rf"\node[{','.join(options)}] at {_place(foot)} {{{runs}}};"
        case Tiles((x, y), (w, h), colors):
            opposite = f"++({digits(w)},{digits(-h)})"
            for r, row in enumerate(colors):
                for c, color in enumerate(row):
                    corner = _place((x + c * w, y - r * h))
                    yield rf"\filldraw[draw=white,line width=0.3bp,fill={_color(color)}] {corner} rectangle {opposite};"


@lru_cache(maxsize=64)
def _color(color: str) -> str:
    red, green, blue = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    return f"{{rgb,255:red,{red};green,{green};blue,{blue}}}"


def _stroke(stroke: Stroke) -> str:
    if not stroke.width:
        return "draw=none"
    made = f"draw={_color(stroke.color)},line width={digits(stroke.width)}bp"
    if stroke.dashes:
        lengths = zip(("on", "off") * len(stroke.dashes), map(digits, stroke.dashes), strict=False)
        made += ",dash pattern=" + " ".join(f"{kind} {length}bp" for kind, length in lengths)
    return made


def _filled(fill: str, stroke: Stroke) -> str:
    return f"fill={_color(fill)},{_stroke(stroke)}"


def _place(point: Point) -> str:
    return f"({digits(point[0])},{digits(point[1])})"


def _path(points: Iterable[Point]) -> str:
    return " -- ".join(map(_place, points))
