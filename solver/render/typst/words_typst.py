"""Words in Typst's markup."""

from __future__ import annotations

import re
from functools import lru_cache

from solver.formula.print.printer_typeset import words_typeset
from solver.formula.print.setter_typst import TypstSetter, quoted
from solver.formula.print.setter_width import WIDTH
from solver.formula.symbol import Symbol
from solver.formula.typeset import Face, Typeset
from solver.formula.words import Code, Extent, Inline, Link, Maths, Styled, Words
from solver.render.breaking import INDENT, broken
from solver.render.clean import clean

_SPECIAL = re.compile(r"[\\*_`$#@<>\[\]~'\"]|/(?=[/*])|-(?![a-zA-Z\s])|\.(?=\.)")
"""Signs that would be markup, labels, comments, or dashes and quotes that turn into others."""
_LEADING = re.compile(r"^(\s*\d*)(?=[-+=/.])")
"""Before a sign that would make a line a heading or an item of a list."""
_LONG = re.compile(r"\S{40}")


class _PlainSetter(TypstSetter):
    """Mathematics whose words are safe to show."""

    def said(self, text: str) -> str:
        return super().said(clean(text))

    def letters(self, text: str, face: Face) -> str:
        return super().letters(clean(text), face)


SETTER = _PlainSetter()


def parted(text: str) -> str:
    """Text whose longest words may be broken, though there is no hyphen."""
    return _LONG.sub("\\g<0>\u200b", text)


@lru_cache(maxsize=4096)  # most sentences of a working come again and again
def escape(text: str) -> str:
    """Plain words that Typst shows as they are."""
    return _LEADING.sub(r"\1\\", _SPECIAL.sub(r"\\\g<0>", parted(clean(text))))


def words(said: Words, room: float) -> str:
    """Words and what is set apart in them; mathematics wider than the page stands on lines of its own."""
    return "".join(_piece(piece, room) for piece in said).strip()


def _piece(piece: Inline, room: float) -> str:
    match piece:
        case str():
            return escape(piece)
        case Symbol() | Extent() | Maths():
            return _inline(words_typeset((piece,)), room)
        case Styled(inner, strong):
            return f"#{'strong' if strong else 'emph'}[{words(inner, room)}];"
        case Code(text):
            return f"#raw({quoted(parted(clean(text)))});"
        case Link(inner, address):
            return f"#link({quoted(clean(address))})[{words(inner, room)}];"


def _inline(formula: Typeset, room: float) -> str:
    if WIDTH.set(formula) <= room:
        return f"${SETTER.set(formula)}$"
    rows = (f"& {f'#h({INDENT}em) ' if k else ''}{SETTER.set(part)}" for k, part in enumerate(broken(formula, room)))
    return "$ " + " \\\n  ".join(rows) + " $"
