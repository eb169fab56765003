"""Reads a formula in two dimensions, as a screen shows it: tall brackets, fractions with a rule, raised exponents, lines broken.

What is tall is read first, and stands in the line as one sign; the line is then read as plain text is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import accumulate

from tests.reader import plain
from tests.reader.expression import Expression, Floats, UnreadableError
from tests.reader.grammar import Sign, understood

Grid = list[list[str]]
"""Rows of cells; all rows are as wide."""

_LEFT = {"⎡": "⎤", "⎛": "⎞", "⎢": "⎥", "⎣": "⎦", "⎜": "⎟", "⎝": "⎠", "│": "│", "║": "║"}
_FENCES = {"⎛⎝": "()", "⎢⎣": "⌊⌋", "⎡⎢": "⌈⌉", "││": "||", "║║": "‖‖"}
_MATRIX = "⎡⎣"
_RULE = "─"
_TALL = frozenset({_RULE, *_LEFT, *_LEFT.values()})
_PLACES = range(0xE000, 0xF8FF)  # letters of private use stand for what is tall


def read(lines: Sequence[str], quantities: Mapping[str, Floats] | None = None) -> Expression:
    """The expression that some lines show; quantities: symbols, as they are printed, and their values."""
    known = {name: tuple(map(tuple, at.tolist())) for name, at in (quantities or {}).items()}
    try:
        return understood(_Screen(known).signs(_grid(lines)))
    except UnreadableError as error:
        raise UnreadableError(f"{error} in\n" + "\n".join(lines)) from None


def cells(line: str) -> list[str]:
    """The cells of a line, each one sign with the accents on it."""
    row: list[str] = []
    for c in line:
        if row and not c.isascii() and unicodedata.category(c) in ("Mn", "Me"):
            row[-1] += c
        else:
            row.append(c)
    return row


def _grid(lines: Sequence[str]) -> Grid:
    rows = [cells(line) for line in lines]
    width = max(map(len, rows))
    return [row + [" "] * (width - len(row)) for row in rows]


def _cut(grid: Grid, left: int, right: int) -> Grid:
    return [row[left:right] for row in grid]


def _blank(cells: Sequence[str]) -> bool:
    return all(c == " " for c in cells)


def _columns(grid: Grid) -> list[list[str]]:
    return [list(column) for column in zip(*grid, strict=True)]


def _groups(grid: Grid) -> list[Grid]:
    """Rows between blank ones."""
    groups: list[Grid] = []
    for i, row in enumerate(grid):
        if not _blank(row):
            if not groups or _blank(grid[i - 1]):
                groups.append([])
            groups[-1].append(row)
    return groups


def _indent(grid: Grid) -> int:
    """How far in the first sign of all lines stands."""
    return min(next((x for x, c in enumerate(row) if c != " "), len(row)) for row in grid)


class _Screen:
    def __init__(self, known: Mapping[str, tuple[tuple[float, ...], ...]]) -> None:
        self.known = known

    def signs(self, grid: Grid) -> tuple[Sign, ...]:
        """The signs of a formula that may be broken into several lines."""
        placed: dict[str, Sign] = {}
        return plain.signs(self.text(grid, placed), self.known, placed)

    def text(self, grid: Grid, placed: dict[str, Sign]) -> str:
        return " ".join(self.broken(group, placed) for group in _groups(grid))

    def broken(self, group: Grid, placed: dict[str, Sign]) -> str:
        """Lines without a blank one between them: one, with what is tall in it, or several, the later ones further in."""
        first = _indent(group)
        if any(_tall(c) for row in group for c in row) or any(_indent([row]) <= first for row in group[1:]):
            for rows in range(len(group), 0, -1):
                if rows == len(group) or _indent(group[rows:]) >= _indent(group[:rows]):
                    try:
                        above = self.line(group[:rows], placed)
                        return " ".join([above, self.broken(group[rows:], placed)]) if rows < len(group) else above
                    except UnreadableError:
                        if rows == 1:
                            raise
            raise UnreadableError("what belongs to no line")
        return " ".join(self.line([row], placed) for row in group)

    def line(self, grid: Grid, placed: dict[str, Sign]) -> str:
        """A line with what is tall in it, as one line of plain text."""
        columns = _columns(grid)
        left = next(x for x, column in enumerate(columns) if not _blank(column))
        base = self.baseline(_cut(grid, left, len(columns)))
        text, x = "", left
        while x < len(columns):
            c = grid[base][x]
            if c == " " and not _blank(columns[x]):
                stop = next((i for i in range(x, len(columns)) if grid[base][i] != " "), len(columns))
                text += self.raised(_cut(grid, x, stop)[:base], _cut(grid, x, stop)[base:], placed)
                x = stop
                while grid[base][x - 1 : x] == [" "] and _blank(columns[x - 1]):
                    x -= 1
            elif c in _LEFT and self.extent(columns[x], base)[1] > 1:
                top, height = self.extent(columns[x], base)
                end = self.closing(columns, x, top, height)
                inner = _cut(grid, x + 1, end)[top : top + height]
                self.empty([*_cut(grid, x, end + 1)[:top], *_cut(grid, x, end + 1)[top + height :]])
                text += self.fenced(columns[x][top] + columns[x][top + height - 1], inner, placed)
                x = end + 1
            elif c == _RULE:
                end = next((i for i in range(x, len(columns)) if grid[base][i] != _RULE), len(columns))
                region = _cut(grid, x, end)
                parts = self.signs(region[:base]), self.signs(region[base + 1 :])
                for part in parts:
                    understood(part)
                text += self.place(Sign("fraction", parts=parts), placed)
                x = end
            elif c == "[" and grid[base][x + 1 : x + 2] == [" "]:
                end = self.bracket(grid[base], x)
                text += self.place(self.matrix([grid[base][x + 1 : end]]), placed)
                x = end + 1
            else:
                if len(grid) > 1:
                    self.empty([columns[x][:base], columns[x][base + 1 :]])
                text += c
                x += 1
        return text.strip()

    def empty(self, grid: Grid) -> None:
        if not all(map(_blank, grid)):
            raise UnreadableError(f"what belongs to no line: {[''.join(row) for row in grid]}")

    def place(self, sign: Sign, placed: dict[str, Sign]) -> str:
        letter = chr(_PLACES[len(placed)])
        placed[letter] = sign
        return letter

    def baseline(self, grid: Grid) -> int:
        """The row that a formula stands on: that of what stands furthest to the left."""
        column = _columns(grid)[0]
        (first, *others) = (y for y, c in enumerate(column) if c != " ")
        if not others:
            return first
        top, height = self.extent(column, first)
        if height != len(others) + 1:
            raise UnreadableError(f"two lines begin in one column: {column}")
        if column[top] + column[top + height - 1] == _MATRIX:
            return top + (height - 1) // 2
        end = self.closing(_columns(grid), 0, top, height)
        inner = _cut(grid, 1, end)[top : top + height]
        columns = _columns(inner)
        left = next(x for x, each in enumerate(columns) if not _blank(each))
        return top + self.baseline(_cut(inner, left, len(columns)))

    def extent(self, column: Sequence[str], row: int) -> tuple[int, int]:
        """The first row of a tall bracket, and how many it has."""
        family = next((f for f in ("⎡⎢⎣", "⎛⎜⎝", "│", "║", "⎤⎥⎦", "⎞⎟⎠") if column[row] in f), "")
        if not family:
            raise UnreadableError(f"two lines begin in one column: {column}")
        top = row
        while top and column[top - 1] in family and column[top] not in "⎡⎛⎤⎞":
            top -= 1
        bottom = row
        while bottom + 1 < len(column) and column[bottom + 1] in family and column[bottom] not in "⎣⎝⎦⎠":
            bottom += 1
        return top, bottom + 1 - top

    def closing(self, columns: Sequence[Sequence[str]], x: int, top: int, height: int) -> int:
        """The column of the bracket that closes the one at x."""
        left = columns[x][top : top + height]
        right = [_LEFT[c] for c in left]
        depth = 0
        for i in range(x, len(columns)):
            each = list(columns[i][top : top + height])
            if each == right and (i > x):
                depth -= 1
                if depth == 0:
                    return i
            elif each == left:
                depth += 1
        raise UnreadableError(f"{left} is not closed")

    def bracket(self, row: Sequence[str], x: int) -> int:
        depth = 0
        for i in range(x, len(row)):
            depth += {"[": 1, "]": -1}.get(row[i], 0)
            if depth == 0:
                return i
        raise UnreadableError("[ is not closed")

    def fenced(self, kind: str, inner: Grid, placed: dict[str, Sign]) -> str:
        if kind == _MATRIX:
            return self.place(self.matrix(inner), placed)
        left, right = _FENCES[kind]
        return left + self.text(inner, placed) + right

    def raised(self, above: Grid, below: Grid, placed: dict[str, Sign]) -> str:
        """A mark at the top of what is tall, or an exponent above it."""
        self.empty(below)
        (lines,) = _groups(above)
        if len(lines) == 1:
            return "".join(lines[0]).strip()
        return self.place(Sign("^", parts=(self.signs(above),)), placed)

    def matrix(self, inner: Grid) -> Sign:
        """Rows are parted by a blank line where one of them is tall or broken, columns by two blank ones.

        A row too wide goes on in lines behind ↪, each with columns of its own.
        """
        rows: list[list[Grid]] = []
        for each in _lines(inner):
            arrow = next((x for row in each for x, c in enumerate(row) if c == "↪"), None)
            if arrow is not None and rows:
                rows[-1].append([[" " if c == "↪" else c for c in row] for row in each])
            elif rows and all(_continues(row) for row in each):
                rows[-1][-1] += each
            else:
                rows.append([each])
        made: list[list[tuple[Sign, ...]]] = [[] for _ in rows]
        for k in range(max(map(len, rows))):
            spans = _spans([line for row in rows for line in row[k]])
            for row, found in zip(rows, made, strict=True):
                found += [self.signs(_cut(row[k], *span)) for span in spans]
        return Sign("matrix", rows=tuple(map(tuple, made)))


def _lines(inner: Grid) -> list[Grid]:
    """The lines of a matrix: those between blank ones where something is tall, and else each for itself."""
    found: list[Grid] = []
    tall = any(_tall(c) for row in inner for c in row)
    for group in _groups(inner):
        if tall and any(_tall(c) for row in group for c in row):
            found.append(group)
            continue
        for row in group:
            if tall and row is not group[0] and "↪" not in row:
                found[-1].append(row)
            else:
                found.append([row])
    return found


def _spans(grid: Grid) -> list[tuple[int, int]]:
    """Where columns begin and end."""
    columns = _columns(grid)
    depths = [list(accumulate({"[": 1, "]": -1}.get(c, 0) for c in row)) for row in grid]
    inside = [max(row[x] for row in depths) > 0 for x in range(len(columns))]  # the gaps of a matrix in a cell
    free = [_blank(column) and not within for column, within in zip(columns, inside, strict=True)]
    filled = [x for x, blank in enumerate(free) if not blank]
    starts = [x for x in filled if x == filled[0] or (free[x - 1] and free[x - 2])]
    return list(zip(starts, [*starts[1:], len(columns)], strict=True))


def _tall(c: str) -> bool:
    return c in _TALL


def _continues(row: Sequence[str]) -> bool:
    """Whether every cell of a line goes on from the line above it, with an operation first."""
    parts = re.split(" {2,}", "".join(row).strip())
    return all(part[:2] in ("+ ", "- ", "· ", "⊙ ", "/ ") for part in parts)
