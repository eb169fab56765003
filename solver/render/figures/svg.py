"""A scene as SVG: shapes and words of its own, no library and no font asked for."""

from __future__ import annotations

from solver.formula.print.setter_mathml import escaped
from solver.render.clean import clean
from solver.render.figures.scene import (
    PAPER,
    SCRIPT,
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
    extent,
    head,
)

_FONTS = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"
_BASELINE = 0.36
"""So much of a letter's size lies the middle of figures and capitals above their foot."""
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_LEVELS = {"": 0.0, "_": 0.2, "^": -0.35}
"""So much of a letter's size an index or exponent stands below the line."""
_GAP = 0.3  # between the cells of a field


def svg(scene: Scene) -> bytes:
    """The picture, a document of its own, its words said for who cannot see it."""
    width, height = digits(scene.width), digits(scene.height)
    drawn = "\n".join(line for piece in scene.pieces for line in _Writer(scene.height).lines(piece))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{escaped(clean(scene.said))}" font-family="{_FONTS}">\n'
        f'<rect width="100%" height="100%" fill="{PAPER}"/>\n{drawn}\n</svg>\n'
    ).encode()


class _Writer:
    """Writes pieces; in SVG heights are counted downwards."""

    def __init__(self, height: float) -> None:
        self.height = height

    def lines(self, piece: Piece) -> list[str]:
        """The elements of a piece."""
        match piece:
            case Course(points, stroke, arrow):
                drawn = f'<path d="{self.path(points)}" fill="none"{_stroke(stroke)}/>'
                return [drawn, self.shape(head(points[-2], points[-1]), stroke.color)] if arrow else [drawn]
            case Polygon(corners, fill, stroke):
                return [self.shape(corners, fill, _stroke(stroke))]
            case Disc(centre, radius, fill, stroke):
                x, y = self.place(centre)
                return [f'<circle cx="{x}" cy="{y}" r="{digits(radius)}" fill="{fill}"{_stroke(stroke)}/>']
            case Caption():
                return [*([self.shape(extent(piece), PAPER)] if piece.backed else []), self.words(piece)]
            case Tiles((x, y), (w, h), colors):
                size = f"h{digits(w - _GAP)}v{digits(h - _GAP)}h{digits(_GAP - w)}z"
                return [
                    f'<path d="M{" ".join(self.place((x + c * w + _GAP / 2, y - r * h - _GAP / 2)))}{size}" fill="{color}"/>'
                    for r, row in enumerate(colors)
                    for c, color in enumerate(row)
                ]

    def place(self, point: Point) -> tuple[str, str]:
        return digits(point[0]), digits(self.height - point[1])

    def path(self, points: tuple[Point, ...]) -> str:
        return "M" + "L".join(" ".join(self.place(point)) for point in points)

    def shape(self, corners: tuple[Point, ...], fill: str, stroke: str = "") -> str:
        return f'<path d="{self.path(corners)}Z" fill="{fill}"{stroke}/>'

    def words(self, words: Caption) -> str:
        (x, y), (_, foot) = self.place(words.at), self.place((0.0, words.at[1] - _BASELINE * words.size))
        turn = f' transform="rotate({digits(-words.angle)} {x} {y})"' if words.angle else ""
        return (
            f'<text x="{x}" y="{foot}" font-size="{digits(words.size)}" text-anchor="{_ANCHORS[words.across]}" '
            f'fill="{words.color}"{turn}>{_said(words)}</text>'
        )


def _said(words: Caption) -> str:
    """The words, with indices and exponents small and off the line."""
    made, at = "", 0.0
    for where, run in words.runs:
        level = _LEVELS[where] * words.size
        said = escaped(clean(run))
        size = f' font-size="{digits(SCRIPT * words.size)}"' if where else ""
        made += f'<tspan dy="{digits(level - at)}"{size}>{said}</tspan>' if level != at else said
        at = level
    return made


def _stroke(stroke: Stroke) -> str:
    if not stroke.width:
        return ""
    dashes = f' stroke-dasharray="{" ".join(map(digits, stroke.dashes))}"' if stroke.dashes else ""
    return f' stroke="{stroke.color}" stroke-width="{digits(stroke.width)}"{dashes}'
