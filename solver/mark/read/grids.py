"""The text of a whole vector or matrix, taken apart into the texts of its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from solver.mark.read.decimals import BLANKS, MAX_NUMBER, SIGNS, DecimalSign, UnreadableError

T = TypeVar("T")


def elements(text: str, shape: tuple[int, int], sign: DecimalSign = "auto") -> list[str]:
    """The texts of a whole answer's cells by rows, all "" where nothing was written; raises UnreadableError.

    `[1.3, -4.7]`, `[1.3; -4.7]`, `1,3; -4,7`, `[[1, 2], [3, 4]]`, `[1 2; 3 4]`, `u = (1.3, -4.7)ᵀ`, `3x3x1`; a vector
    may lie or stand.
    """
    count = shape[0] * shape[1]
    if len(text) > MAX_NUMBER * count + 200:
        raise UnreadableError(f"{len(text):,} characters are too many for {count} numbers")
    t = text.translate(SIGNS).strip()
    if t.lower() in BLANKS:
        return [""] * count
    t = _TRANSPOSED.sub("", _LABELLED.sub("", _of_latex(t), count=1).strip())
    if _SIZE.fullmatch(t) and 1 in shape:
        t = _BY.sub("; ", t)
    elif sign == "auto" and count == 2 and _LONE_COMMA.fullmatch(t):
        raise UnreadableError(f"two numbers, or one with a decimal comma? Two are {t.replace(',', '; ')}")
    rows = _rows(t.translate(_BRACKETS))
    # a comma parts cells or is the decimal sign: whichever gives the shape asked for
    grids = [[_split(row, comma) for row in rows] for comma in ((False, True) if sign == "comma" else (True, False))]
    for grid in (*grids, *(grid[:-1] for grid in grids if grid[-1] == [""])):  # a semicolon may end the last row, too
        fitted = fit(grid, shape)
        if fitted is not None:
            return fitted
    raise UnreadableError(misfit(grids[0], shape))


def fit(grid: Sequence[Sequence[T]], shape: tuple[int, int]) -> list[T] | None:
    """The cells by rows of a grid that has the shape; a vector may lie or stand."""
    cells = [cell for row in grid for cell in row]
    widths = {len(row) for row in grid}
    if len(grid) == shape[0] and widths == {shape[1]}:
        return cells
    line = len(grid) == 1 or widths == {1}
    return cells if 1 in shape and line and len(cells) == shape[0] * shape[1] else None


def misfit(grid: Sequence[Sequence[T]], shape: tuple[int, int]) -> str:
    """Why a grid does not fit a shape."""
    widths = sorted({len(row) for row in grid})
    expected = f"expected {shape[0]}×{shape[1]}"
    if len(widths) == 1:
        return f"{len(grid)}×{widths[0]} numbers, {expected}"
    return f"{len(grid)} rows of {' and '.join(map(str, widths[:4]))} numbers, {expected}"


def _of_latex(t: str) -> str:
    """The text without LaTeX's words for brackets and rows."""
    if "\\" not in t:
        return t
    t = re.sub(r"\\(?:begin|end)\s*\{[bpvB]?(?:small)?matrix\}|\\(?:left|right)", "", t)
    return t.replace("\\\\", ";").replace("&", " ").strip(" $")


_BRACKETS = str.maketrans("(){}<>⟨⟩⎡⎢⎣⎤⎥⎦|", "[][][][]       ")
_LABELLED = re.compile(r"^[^\W\d][\w()\[\]^'∂∇/ ]{0,30}?\s*[=≈:]\s*(?=[\[({<⟨\d.+-])")
_TRANSPOSED = re.compile(r"(?<=[\])}>⟩])(?:\s*\.T|\s*\^?\{?(?:T|⊤|ᵀ)\}?|')$")
_SIZE = re.compile(r"\d{1,9}(?:\s*[x·*]\s*\d{1,9})+", re.IGNORECASE | re.ASCII)
_BY = re.compile(r"\s*[x·*]\s*", re.IGNORECASE)
_LONE_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")


def _rows(t: str) -> list[str]:
    """The rows of a bracketed or bare list of numbers."""
    inner = re.fullmatch(r"\[\s*(\[[^\[\]]*\](?:[\s,;]*\[[^\[\]]*\])*)[\s,;]*\]", t)
    if inner:
        return re.findall(r"\[([^\[\]]*)\]", inner[1])
    flat = re.fullmatch(r"\[([^\[\]]*)\]", t)
    t = flat[1] if flat else t
    if "[" in t or "]" in t:
        raise UnreadableError("brackets that do not match")
    return re.split(r"[;\n]", t)


def _split(row: str, comma: bool) -> list[str]:
    """The cells of a row; comma: every comma parts two cells, otherwise only one with a space after it does."""
    if comma and "," in row:
        return [cell.strip() for cell in row.split(",")]
    return re.split(r"\s*,\s+|\s+", row.strip())
