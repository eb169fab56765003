"""Formulas that can be set in any width: each piece knows where it may be broken, and how it looks then."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from solver.render.box import (
    Align,
    Box,
    beside,
    cells,
    dense,
    fenced,
    fraction,
    line,
    raised,
    stacked,
    superscript,
    tall,
)

_NUMBER = re.compile(r"(-?[\d,]*)((?:\.\d*)?)")
_INDENT = 2
_LONG_WORD = 16


class Piece(ABC):
    """A part of a formula, or some words."""

    @cached_property
    def natural(self) -> Box:
        """How it looks where there is room."""
        return self.set(None)

    def within(self, width: int) -> Box:
        """How it looks in `width` cells: broken only if it must be, wider only if nothing in it can be broken."""
        return self.natural if self.natural.width <= width else self.set(max(width, 1))

    @cached_property
    def least(self) -> int:
        """The width it takes however it is broken."""
        return self.within(1).width

    @abstractmethod
    def set(self, width: int | None) -> Box:
        """The box for a width too small for the natural one, or for None the natural one."""


@dataclass(frozen=True, eq=False)
class Word(Piece):
    """A number, a symbol, a function's name: never broken. tight: it needs no brackets beside a stroke, as in 1/n."""

    text: str
    tight: bool = True

    def set(self, width: int | None) -> Box:
        return line(self.text)


@dataclass(frozen=True, eq=False)
class Phrase(Piece):
    """Words, broken at spaces, and inside a word that is longer than a line."""

    text: str

    def set(self, width: int | None) -> Box:
        return stacked(*map(line, wrap(self.text, width))) if width else line(self.text)

    @cached_property
    def least(self) -> int:
        """The longest word, unless it is too long to be kept whole."""
        return min(max(map(cells, self.text.split(" "))), _LONG_WORD)


@dataclass(frozen=True, eq=False)
class Join:
    """What stands between two pieces of a run; broken there, `head` starts the next line.

    rank: a run is broken at its lowest ranks first.
    """

    text: str
    head: str = ""
    rank: int = 0


@dataclass(frozen=True, eq=False)
class Run(Piece):
    """A sum, a product, or arguments; `joins[i]` stands before `pieces[i + 1]`."""

    pieces: tuple[Piece, ...]
    joins: tuple[Join, ...]

    def set(self, width: int | None) -> Box:
        if width is None:
            texts = (line(""), *(line(join.text) for join in self.joins))
            return beside(*(box for text, p in zip(texts, self.pieces, strict=True) for box in (text, p.natural)))
        segments, joins = self.segments
        rows: list[Box] = []
        row: list[Box] = []
        whole = False  # what follows a broken segment on its first line would be read as standing before its others
        for i, segment in enumerate(segments):
            if i:
                joined = beside(*row, line(joins[i - 1].text), segment.natural)
                if whole and joined.width <= width:
                    row = [joined]
                    continue
                rows.append(beside(*row))
            head = line(" " * _INDENT + joins[i - 1].head if i else "")
            made = segment.within(width - head.width)
            whole = made is segment.natural
            row = [head, made]
        rows.append(beside(*row))
        return stacked(*(aired(rows) if any(map(tall, rows)) else rows), baseline=rows[0].baseline)

    @cached_property
    def segments(self) -> tuple[tuple[Piece, ...], tuple[Join, ...]]:
        """The run cut at its joins of the lowest rank."""
        lowest = min((join.rank for join in self.joins), default=0)
        cuts = [i + 1 for i, join in enumerate(self.joins) if join.rank == lowest]
        spans = zip([0, *cuts], [*cuts, len(self.pieces)], strict=True)
        parts = tuple(run(self.pieces[i:j], self.joins[i : j - 1]) for i, j in spans)
        return parts, tuple(self.joins[i - 1] for i in cuts)


def run(pieces: tuple[Piece, ...], joins: tuple[Join, ...]) -> Piece:
    """A run, or its only piece."""
    return Run(pieces, joins) if joins else pieces[0]


def joined(a: Piece, join: Join, b: Piece) -> Run:
    """Two pieces in one run; a run is continued."""
    first = a if isinstance(a, Run) else Run((a,), ())
    then = b if isinstance(b, Run) else Run((b,), ())
    return Run(first.pieces + then.pieces, (*first.joins, join, *then.joins))


def listed(pieces: Sequence[Piece]) -> Piece:
    """Pieces with commas between them, which end a line."""
    return run((*(_followed(p, ",") for p in pieces[:-1]), pieces[-1]), (Join(" "),) * (len(pieces) - 1))


def _followed(piece: Piece, sign: str) -> Piece:
    """A piece with a sign behind the last thing in it."""
    if isinstance(piece, Run):
        return Run((*piece.pieces[:-1], _followed(piece.pieces[-1], sign)), piece.joins)
    return _Followed(piece, sign)


@dataclass(frozen=True, eq=False)
class _Followed(Piece):
    """A piece and a sign behind it."""

    piece: Piece
    sign: str

    def set(self, width: int | None) -> Box:
        return beside(_within(self.piece, width and width - cells(self.sign)), line(self.sign))


@dataclass(frozen=True, eq=False)
class Fenced(Piece):
    """A piece between brackets that grow with it, and what stands before them: a minus, a function's name."""

    left: str
    inner: Piece
    right: str
    before: str = ""

    def set(self, width: int | None) -> Box:
        room = None if width is None else width - cells(self.before) - (4 if self.left == "[" else 2)
        return beside(line(self.before), fenced(self.left, _within(self.inner, room), self.right))


@dataclass(frozen=True, eq=False)
class Negative(Piece):
    """−x, kept off the rule of a fraction."""

    inner: Piece

    def set(self, width: int | None) -> Box:
        minus = "- " if isinstance(self.inner, Fraction) else "-"
        return beside(line(minus), _within(self.inner, width and width - len(minus)))


@dataclass(frozen=True, eq=False)
class Fraction(Piece):
    """One piece over another; (a) / (b) where one of them is broken and has tall lines, which would be read as fractions."""

    a: Piece
    b: Piece

    def set(self, width: int | None) -> Box:
        boxes = [_within(each, width and width - 2) for each in (self.a, self.b)]
        if width and any(map(_parted, (self.a, self.b), boxes)):
            return joined(_operand(self.a), Join("/", "/ "), _operand(self.b, below=True)).within(width)
        return fraction(*map(dense, boxes))


def _parted(piece: Piece, box: Box) -> bool:
    """Whether a sum or product is broken, and one of its lines is tall."""
    return isinstance(piece, Run) and box is not piece.natural and tall(box)


def _operand(piece: Piece, *, below: bool = False) -> Piece:
    """What stands before or behind the stroke of a fraction."""
    loose = isinstance(piece, Negative) or (isinstance(piece, Word) and not piece.tight)
    open_ = isinstance(piece, Run | Fraction) or (below and loose)
    return Fenced("(", piece, ")") if open_ else piece


@dataclass(frozen=True, eq=False)
class Raised(Piece):
    """A base with an exponent: a mark that is a superscript already, or a piece above it."""

    base: Piece
    exponent: Piece | str

    def set(self, width: int | None) -> Box:
        if isinstance(self.exponent, str):
            return superscript(_within(self.base, width and width - cells(self.exponent)), self.exponent)
        exponent = _within(self.exponent, width and width // 2)
        return raised(_within(self.base, width and width - exponent.width), exponent)


@dataclass(frozen=True, eq=False)
class Grid(Piece):
    """Rows of cells in aligned columns: a matrix without its brackets.

    Too wide, its widest columns are broken; if that is not enough, each row goes over several lines, the later ones
    behind ↪.
    """

    rows: tuple[tuple[Piece, ...], ...]
    gap: int = 2

    def set(self, width: int | None) -> Box:
        columns = list(zip(*self.rows, strict=True))
        rooms: Sequence[int | None] = [None] * len(columns)
        if width is not None:
            # a fraction would take what follows it on the next line for its own: such a column stays whole if it can
            spans = [(n, n if n <= width and any(map(_tall_run, c)) else m) for c in columns for n, m in [span(c)]]
            rooms = shared(spans, width - self.gap * (len(columns) - 1))
        # a blank line parts rows, and therefore nothing within a cell
        made = [[dense(box) for box in column(pieces, room)] for pieces, room in zip(columns, rooms, strict=True)]
        chunks = self._chunks([boxes[0].width for boxes in made], width)
        rows = [stacked(*aired([self._row(row, i, j) for i, j in chunks])) for row in zip(*made, strict=True)]
        if len(rows) == 1:
            return rows[0]
        whole = stacked(*aired(rows))
        return replace(whole, baseline=(whole.height - 1) // 2)

    def _chunks(self, widths: Sequence[int], width: int | None) -> list[tuple[int, int]]:
        """Which columns stand in one line: all, or as many as fit."""
        if width is None or sum(widths) + self.gap * (len(widths) - 1) <= width:
            return [(0, len(widths))]
        starts, used = [0], widths[0]
        for i, each in enumerate(widths[1:], 1):
            used += self.gap + each
            if used > width:
                starts.append(i)
                used = _INDENT + each
        return list(zip(starts, [*starts[1:], len(widths)], strict=True))

    def _row(self, row: Sequence[Box], start: int, stop: int) -> Box:
        gap, indent = line(" " * self.gap), line("↪ " if start else "")
        return beside(indent, row[start], *(box for cell in row[start + 1 : stop] for box in (gap, cell)))


def _tall_run(piece: Piece) -> bool:
    return isinstance(piece, Run) and tall(piece.natural)


def aired(rows: Sequence[Box]) -> list[Box]:
    """The rows, with a blank line between them where one is taller than a line."""
    if all(row.height == 1 for row in rows):
        return list(rows)
    return [rows[0], *(box for row in rows[1:] for box in (line(""), row))]


def span(pieces: Sequence[Piece]) -> tuple[int, int]:
    """The width of a column where there is room, and the least that it can be."""
    return column(pieces)[0].width, max(p.least for p in pieces)


def shared(spans: Sequence[tuple[int, int]], width: int) -> list[int]:
    """The width of each column, together `width`: narrow ones keep theirs, the others share what is left."""
    rooms = [natural for natural, _ in spans]
    pending = set(range(len(spans))) if sum(rooms) > width else set()
    while pending:
        taken = sum(rooms[i] for i in range(len(spans)) if i not in pending)
        share = (width - taken) // len(pending)
        settled = {i for i in pending if spans[i][0] <= share or spans[i][1] >= share}
        for i in settled or pending:
            natural, least = spans[i]
            rooms[i] = natural if natural <= share else max(least, share)
        pending -= settled or pending
    return rooms


def column(pieces: Sequence[Piece], room: int | None = None) -> list[Box]:
    """The cells of a column in its width: numbers by their points, sums term under term, words to the left."""
    boxes = _points(pieces, room) or _terms(pieces, room) or [_within(p, room) for p in pieces]
    width = max(box.width for box in boxes)
    align: Align = "right" if all(isinstance(p, Word) for p in pieces) else "left"
    return [box.padded(width, "centre" if _elided(p) else align) for box, p in zip(boxes, pieces, strict=True)]


def _points(pieces: Sequence[Piece], room: int | None) -> list[Box]:
    """Numbers, point under point; none where the cells are not numbers."""
    numbers = [_NUMBER.fullmatch(p.text) if isinstance(p, Word) else None for p in pieces]
    if not all(number or _elided(p) for number, p in zip(numbers, pieces, strict=True)):
        return []
    before, after = (max((len(n[i]) for n in numbers if n), default=0) for i in (1, 2))
    if room is not None and before + after > room:
        return []
    return [
        line(n[1].rjust(before) + n[2].ljust(after)) if n else p.natural for n, p in zip(numbers, pieces, strict=True)
    ]


def _terms(pieces: Sequence[Piece], room: int | None) -> list[Box]:
    """Sums of as many terms each, term under term; none where the cells are not such sums."""
    sums = [p.segments if isinstance(p, Run) else None for p in pieces]
    if len({len(s[0]) if s else 0 for s, p in zip(sums, pieces, strict=True) if not _elided(p)}) != 1:
        return []
    rows = [s for s in sums if s]
    if not rows or any(term.natural.height > 1 for terms, _ in rows for term in terms):
        return []
    widths = [max(term.natural.width for term in terms) for terms in zip(*(terms for terms, _ in rows), strict=True)]
    boxes = []
    for p, s in zip(pieces, sums, strict=True):
        if s is None:
            boxes.append(p.natural)
            continue
        terms = [t.natural.padded(w, "right") for t, w in zip(s[0], widths, strict=True)]
        boxes.append(beside(terms[0], *(b for j, t in zip(s[1], terms[1:], strict=True) for b in (line(j.text), t))))
    return boxes if room is None or max(box.width for box in boxes) <= room else []


def _elided(piece: Piece) -> bool:
    return isinstance(piece, Word) and piece.text in ("…", "⋮", "⋱")


def _within(piece: Piece, room: int | None) -> Box:
    return piece.natural if room is None else piece.within(room)


def wrap(text: str, width: int, *, whole: bool = False) -> list[str]:
    """The words of a text in lines of at most `width` cells; a longer word is broken, or kept whole."""
    lines: list[str] = []
    row = ""
    for word in text.split(" "):
        if not word:
            continue
        if row and cells(row) + 1 + cells(word) <= width:
            row += " " + word
            continue
        if row:
            lines.append(row)
        *full, row = [word] if whole else _chopped(word, width)
        lines += full
    if row or not lines:
        lines.append(row)
    return lines


def _chopped(word: str, width: int) -> list[str]:
    if cells(word) <= width:
        return [word]
    parts = [""]
    for c in word:
        if parts[-1] and cells(parts[-1]) + cells(c) > width:
            parts.append("")
        parts[-1] += c
    return parts
