"""An author's mathematics in two dimensions, ready to be set in any width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solver.formula.print.setter import Setter
from solver.formula.print.setter_text import TextSetter
from solver.formula.typeset import (
    Align,
    Enclosed,
    Face,
    Lattice,
    Mark,
    Over,
    Role,
    Root,
    Scripts,
    Sign,
    Together,
    Typeset,
    columns_of,
)
from solver.render.box import Box, beside, stacked
from solver.render.clean import clean
from solver.render.pieces import Fenced, Fraction, Grid, Join, Piece, Raised, Word, joined

_RANKS = {"relation": 0, "binary": 1}
_SPACE = Join(" ", rank=2)
_CLOSE = Join("", rank=3)


class PieceSetter(Setter[Piece]):
    """Tall brackets, stacked fractions, limits over and under their sign; the rest as in one line of text."""

    def __init__(self) -> None:
        super().__init__()
        self._text = TextSetter()

    def _word(self, node: Typeset) -> Word:
        return Word(clean(self._text.set(node)).strip())

    def letters(self, text: str, face: Face) -> Piece:
        return Word(clean(self._text.letters(text, face)))

    def digits(self, text: str) -> Piece:
        return Word(clean(text))

    def sign(self, text: str, role: Role) -> Piece:
        return Word(clean(text))

    def named(self, text: str, limits: bool) -> Piece:
        return Word(clean(text))

    def said(self, text: str) -> Piece:
        return Word(clean(text))

    def gap(self, ems: float) -> Piece:
        return Word(" " if ems > 0 else "")

    def together(self, parts: tuple[Typeset, ...]) -> Piece:
        made: Piece | None = None
        join = _SPACE
        term: list[Typeset] = []
        for i, part in enumerate(parts):
            if isinstance(part, Sign) and part.role in _RANKS and term and i + 1 < len(parts):
                made = self._term(term) if made is None else joined(made, join, self._term(term))
                sign = clean(part.text)
                join, term = Join(f" {sign} ", f"{sign} ", rank=_RANKS[part.role]), []
            else:
                term.append(part)
        last = self._term(term)
        return last if made is None else joined(made, join, last)

    def _term(self, parts: list[Typeset]) -> Piece:
        """What stands between two signs; what is flat is set as text sets it."""
        made: Piece | None = None
        flat: list[Typeset] = []
        for part in (*parts, None):
            if part is not None and _flat(part):
                flat.append(part)
                continue
            close = isinstance(part, Enclosed) or (isinstance(part, Scripts) and isinstance(part.base, Enclosed))
            if flat:
                word = self._word(Together(tuple(flat)))
                made = word if made is None else joined(made, _SPACE, word)
                flat = []
            if part is not None:
                piece = self.set(part)
                made = piece if made is None else joined(made, _CLOSE if close else _SPACE, piece)
        return made or Word("")

    def scripts(self, base: Typeset, below: Typeset | None, above: Typeset | None, limits: bool) -> Piece:
        if limits:
            under = self.set(below) if below is not None else None
            return _Limits(self.set(base), under, self.set(above) if above is not None else None)
        if _flat(base) and _flat(below) and _flat(above):
            return self._word(Scripts(base, below, above))
        marks = self._text.set(Scripts(Together(()), below, above)).removeprefix("()")
        return Raised(self.set(base), clean(marks))

    def over(self, top: Typeset, bottom: Typeset, rule: bool) -> Piece:
        if not rule:
            return Fenced("(", Grid(((self.set(top),), (self.set(bottom),))), ")")
        return Fraction(self.set(top), self.set(bottom))

    def root(self, inner: Typeset, degree: Typeset | None) -> Piece:
        if _flat(inner):
            return Word(clean(self._text.root(inner, degree)))
        return Fenced("(", self.set(inner), ")", clean(self._text.root(Together(()), degree)).removesuffix("()"))

    def enclosed(self, left: str, inner: Typeset, right: str) -> Piece:
        return Fenced(left, self.set(inner), right)

    def accented(self, mark: Mark, inner: Typeset) -> Piece:
        return self._word(inner) if not _flat(inner) else Word(clean(self._text.accented(mark, inner)))

    def lattice(self, rows: tuple[tuple[Typeset, ...], ...], aligns: tuple[Align, ...], tight: bool) -> Piece:
        if tight:
            return _AlignedLines(tuple(tuple(map(self.set, row)) for row in rows), columns_of(rows, aligns, tight))
        width = max(map(len, rows), default=0)
        cells = (tuple(map(self.set, row)) + (Word(""),) * (width - len(row)) for row in rows)
        return Grid(tuple(cells))


def _flat(node: Typeset | None) -> bool:
    """Whether one line of text shows it well."""
    match node:
        case Together(parts):
            return all(map(_flat, parts))
        case Scripts(base, below, above, limits):
            return not limits and _flat(base) and _flat(below) and _flat(above)
        case Enclosed(left, inner, right):
            return bool(left and right) and _flat(inner)
        case None:
            return True
        case Root(inner, degree):
            return _flat(inner) and _flat(degree)
    return not isinstance(node, Lattice | Over)


@dataclass(frozen=True, eq=False)
class _Limits(Piece):
    """A sign with its limits under and over it."""

    base: Piece
    below: Piece | None
    above: Piece | None

    def set(self, width: int | None) -> Box:
        boxes = [p.natural for p in (self.above, self.base, self.below) if p is not None]
        widest = max(box.width for box in boxes)
        above = boxes[0].height if self.above is not None else 0
        return stacked(*(b.padded(widest, "centre") for b in boxes), baseline=above + self.base.natural.baseline)


@dataclass(frozen=True, eq=False)
class _AlignedLines(Piece):
    """Lines in columns that stand close to each other, each aligned in its way."""

    rows: tuple[tuple[Piece, ...], ...]
    aligns: Sequence[Align]

    def set(self, width: int | None) -> Box:
        count = max(map(len, self.rows))
        widths = [max((row[j].natural.width for row in self.rows if j < len(row)), default=0) for j in range(count)]
        made = [beside(*(p.natural.padded(widths[j], self.aligns[j]) for j, p in enumerate(row))) for row in self.rows]
        return stacked(*made)
