"""Matrices as fields of colours from light to dark, with their numbers where there is room."""

from __future__ import annotations

import numpy as np

from solver.render.clean import clean
from solver.render.figures.figure_feedforward import shown
from solver.render.figures.inscriptions import Inscriptions, written
from solver.render.figures.scene import (
    INK,
    MIDDLE,
    PAPER,
    SMALL,
    Caption,
    Course,
    Piece,
    Scene,
    Stroke,
    Tiles,
    box,
    shortened,
    width,
)
from solver.rounding import Floats
from solver.working.sketches import Heat

MOST_FIELDS = 4
MOST_CELLS = 40
"""So many rows and columns are shown; of more, the first and the last ones."""
_NUMBERED = 12
_LIGHT, _DARK = (247, 251, 255), (8, 48, 107)  # of one hue, so that they are told apart in grey, too


def scene(sketch: Heat, put: Inscriptions) -> Scene:
    """The fields from left to right, each row of a matrix a row."""
    pieces: list[Piece] = []
    left, said = 0.0, []
    names = sketch.matrices[:MOST_FIELDS]
    numbers = {name: put.numbers(name) for name in names}
    finite = [n[np.isfinite(n)] for n in numbers.values() if n is not None]
    known = np.concatenate([n.ravel() for n in finite]) if finite else np.zeros(0)
    low, top = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    for name in names:
        shape = put.context.working.shapes[name]
        rows, columns = shown(int(shape[0]), MOST_CELLS), shown(int(shape[1]), MOST_CELLS)
        words = [put.cell(name, i, j) for i in rows for j in columns if i is not None and j is not None]
        numbered = len(columns) <= _NUMBERED and len(rows) <= 2 * _NUMBERED
        wide = max([16.0, *(width(word, SMALL) + 6 for word in words)]) if numbered else 9.0
        tall = 16.0 if numbered else 9.0
        left += 6 + max(width(_named(sketch.row_names, i), SMALL) for i in rows if i is not None)
        pieces += _field(sketch, put, name, numbers[name], (left, tall * len(rows)), (wide, tall), (low, top), numbered)
        said.append(f"{put.letters(name)}, {shape[0]} by {shape[1]}")
        left += wide * len(columns) + 34
    ends = (written(f"{end:.3g}") for end in (low, top))
    scale = "; from {} (light) to {} (dark)".format(*ends) if known.size else ", still empty"
    alt = f"{clean(sketch.title)} as a heat map: {'; '.join(said)}, {sketch.rows} by rows, {sketch.columns} by columns{scale}."
    return Scene(lambda: pieces, alt, lambda: put.tables(names))


def _named(names: tuple[str, ...], k: int) -> str:
    return shortened(clean(names[k]), 12) if k < len(names) else str(k + 1)


def _field(
    sketch: Heat, put: Inscriptions, name: str, numbers: Floats | None, corner: tuple[float, float],
    cell: tuple[float, float], ends: tuple[float, float], numbered: bool,
) -> list[Piece]:  # fmt: skip
    """One matrix: its cells, the names around them, and what is left out as a gap."""
    (x0, y0), (w, h) = corner, cell
    shape = put.context.working.shapes[name]
    rows, columns = shown(int(shape[0]), MOST_CELLS), shown(int(shape[1]), MOST_CELLS)
    shares = {(i, j): _share(numbers, i, j, ends) for i in rows for j in columns if i is not None and j is not None}
    colors = tuple(
        tuple(_color(shares.get((i, j))) if i is not None and j is not None else PAPER for j in columns) for i in rows
    )
    wide, tall = w * len(columns), h * len(rows)
    frame = box((x0 + wide / 2, y0 - tall / 2), wide, tall)
    pieces: list[Piece] = [Tiles(corner, cell, colors), Course((*frame, frame[0]), Stroke(INK, 0.6))]
    few_rows, few_columns = max(1, len(rows) // 12), max(1, len(columns) // 12)
    for r, i in enumerate(rows):
        if i is not None and r % few_rows == 0:
            pieces.append(Caption(_named(sketch.row_names, i), (x0 - 4, y0 - (r + 0.5) * h), SMALL, "right"))
    for c, j in enumerate(columns):
        if j is not None and c % few_columns == 0:
            pieces.append(Caption(_named(sketch.column_names, j), (x0 + (c + 0.5) * w, y0 - tall - 7), SMALL))
    if numbered:
        for r, i in enumerate(rows):
            for c, j in enumerate(columns):
                if i is not None and j is not None and (text := put.cell(name, i, j)):
                    dark = (shares.get((i, j)) or 0.0) > 0.5
                    pieces.append(
                        Caption(text, (x0 + (c + 0.5) * w, y0 - (r + 0.5) * h), SMALL, color=PAPER if dark else INK)
                    )
    pieces += [
        Caption(put.letters(name), (x0 + wide / 2, y0 + 10), MIDDLE),
        Caption(sketch.columns, (x0 + wide / 2, y0 - tall - 20), MIDDLE),
    ]
    longest = max(width(_named(sketch.row_names, i), SMALL) for i in rows if i is not None)
    pieces.append(Caption(sketch.rows, (x0 - longest - 12, y0 - tall / 2), MIDDLE, angle=90.0))
    return pieces


def _share(numbers: Floats | None, i: int, j: int, ends: tuple[float, float]) -> float | None:
    """How dark a cell is; None where it has no number."""
    if numbers is None or not np.isfinite(numbers[i, j]):
        return None
    low, top = ends
    return float((numbers[i, j] - low) / (top - low)) if top > low else 0.0


def _color(share: float | None) -> str:
    if share is None:
        return PAPER
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(_LIGHT, _DARK, strict=True))
