"""How wide mathematics is set, about, in units of the font's size: by classes of glyphs of Computer Modern.

The estimate is of a display; it is rather too wide than too narrow. Words of a spec may be of any script.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import zip_longest

from solver.formula.print.setter import Setter
from solver.formula.typeset import (
    Align,
    Digits,
    Enclosed,
    Face,
    Lattice,
    Letters,
    Mark,
    Over,
    Role,
    Scripts,
    Sign,
    Together,
    Typeset,
    parts_of,
)

_DIGIT = 0.5
_NARROW = frozenset("ijl.,:;!'|()[]ft ")
_WIDE = frozenset("mwMW@%…—")
_SCRIPT = 0.72
_FENCES = (0.4, 0.46, 0.8)
"""Of a bracket, by the height of what it encloses."""
_COLUMN_GAP = 1.0
_FLAT = (Digits, Letters, Sign)
_ROLES: dict[Role, float] = {
    "relation": 1.34,
    "binary": 1.23,
    "prefix": 0.78,
    "punctuation": 0.45,
    "open": 0.4,
    "close": 0.4,
    "ordinary": 0.6,
    "large": 1.65,
}


@lru_cache(maxsize=8192)
def words_width(text: str) -> float:
    """The width of words."""
    return sum(map(_glyph, text))


def _glyph(c: str) -> float:
    if not c.isascii():
        kind = unicodedata.category(c)
        if kind in ("Mn", "Me", "Cf"):
            return 0.0
        if kind[0] != "L" or unicodedata.east_asian_width(c) in "WF":
            return 1.0
    if c in _NARROW:
        return 0.36
    return 0.9 if c in _WIDE else 0.75 if c.isupper() else 0.53


class WidthSetter(Setter[float]):
    """The width of each node."""

    def __init__(self) -> None:
        super().__init__()
        self.columns = lru_cache(maxsize=512)(self._columns)  # a matrix too wide is measured again and again

    def letters(self, text: str, face: Face) -> float:
        return words_width(text) * (1.15 if face.startswith("bold") else 1.05)

    def digits(self, text: str) -> float:
        return _DIGIT * len(text) - (_DIGIT - 0.28) * (text.count(".") + text.count(","))

    def sign(self, text: str, role: Role) -> float:
        if role == "ordinary" and text in "…⋯⋱":
            return 1.35
        return _ROLES[role] + (1.4 if text in "⟹⟺" else 0.0)

    def named(self, text: str, limits: bool) -> float:
        return words_width(text) + 0.17

    def said(self, text: str) -> float:
        return words_width(text)

    def gap(self, ems: float) -> float:
        return ems

    def together(self, parts: tuple[Typeset, ...]) -> float:
        return sum(self.each(parts))

    def scripts(self, base: Typeset, below: Typeset | None, above: Typeset | None, limits: bool) -> float:
        scripts = max((self.set(part) * _SCRIPT for part in (below, above) if part is not None), default=0.0)
        return max(self.set(base), scripts) if limits else self.set(base) + scripts + 0.05

    def over(self, top: Typeset, bottom: Typeset, rule: bool) -> float:
        return max(self.set(top), self.set(bottom)) + (0.24 if rule else 2 * _FENCES[2])

    def root(self, inner: Typeset, degree: Typeset | None) -> float:
        return self.set(inner) + 1.0 + (self.set(degree) * 0.5 if degree is not None else 0.0)

    def enclosed(self, left: str, inner: Typeset, right: str) -> float:
        return self.set(inner) + _FENCES[_height(inner)] * (bool(left) + bool(right))

    def bracket(self, sign: str, inner: Typeset) -> float:
        """The width of one bracket, as tall as what it stands beside; of none, 0."""
        return _FENCES[_height(inner)] if sign else 0.0

    def accented(self, mark: Mark, inner: Typeset) -> float:
        return self.set(inner)

    def lattice(self, rows: tuple[tuple[Typeset, ...], ...], aligns: tuple[Align, ...], tight: bool) -> float:
        widths = self.columns(rows)
        return sum(widths) + (0.0 if tight else _COLUMN_GAP * max(len(widths) - 1, 0))

    def _columns(self, rows: tuple[tuple[Typeset, ...], ...]) -> tuple[float, ...]:
        """The width of each column."""
        return tuple([max(self.each(filter(None, column))) for column in zip_longest(*rows)])


def _height(node: Typeset) -> int:
    """How tall it is: 0 as a line, 1 as one row of a matrix, 2 taller."""
    kind = type(node)
    if kind in _FLAT:
        return 0
    if kind is Together:
        return max(map(_height, parts_of(node)), default=0)
    if isinstance(node, Scripts):
        return _height(node.base)
    if isinstance(node, Enclosed):
        return _height(node.inner)
    if isinstance(node, Lattice):
        return 2 if len(node.rows) > 1 else max([1, *(_height(cell) for row in node.rows for cell in row)])
    return 2 if isinstance(node, Over) else 0


WIDTH = WidthSetter()
