"""Words and mathematics in LaTeX that pdflatex and lualatex set alike, with plain packages."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import decomposition, normalize
from urllib.parse import quote

from solver.formula.print.printer_typeset import words_typeset
from solver.formula.print.setter_latex import LatexSetter, macro
from solver.formula.print.setter_width import WIDTH, words_width
from solver.formula.symbol import Symbol
from solver.formula.typeset import Face, Role, Typeset, columns_of
from solver.formula.words import Code, Extent, Inline, Link, Maths, Styled, Words
from solver.render.breaking import broken
from solver.render.clean import clean

_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "`": r"\textasciigrave{}", '"': r"\textquotedbl{}", "[": "{[}", "]": "{]}", "*": "{*}", "|": r"\textbar{}",
    "−": "$-$", "√": r"$\surd$", "′": "$'$", "″": "$''$", "\u00a0": "~", "\u200c": "", "\u200d": "", "⟨": r"$\langle$", "⟩": r"$\rangle$",
}  # fmt: skip
_SET = frozenset(
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿĂăĄąĆćČčĎďĐđĘęĚěĞğĹĺĽľŁłŃńŇňŐőŔŕŘřŚśŞşŠšŢţŤťŮůŰűŸŹźŻżŽž"
    "ŒœİıĪīĀāĒēŌōŪū–—‘’“”„…‹›«»¡¿£§©®°¶€•†‡¢¥"
)
"""What the fonts of both engines have beside ASCII."""
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".",
    "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0323": "d", "\u0327": "c", "\u0331": "b",
}  # fmt: skip
_LIGATURES = re.compile(r"(?<=([-',]))(?=\1)|(?<=[?!])(?=`)")
"""Between signs that a font would set as another: -- as a dash."""
_LETTERS = re.compile(f"[A-Za-z][{''.join(_ACCENTS)}]|.", re.DOTALL)
"""A letter with its accent, or any other sign."""
_LONG = re.compile(r"\S{4,}")
_LINE = 24.0
_HIDDEN = ("\ufe00", "\ufe0f")
_APART, _BREAK = "\u200b", "\u2060"
"""Stand between what must not become one sign, and where a long word may be broken; `clean` lets no such sign through."""
_UNSAFE = re.compile(r"[%#&_]")
_CAPITALS: dict[Face, Face] = {"double": "bold", "script": "italic"}
"""Faces that have capital letters alone, and what stands for others."""
_INLINE = 14.0
"""A formula in a line of words that is wider is broken at its signs."""


def text(said: str, room: float = _LINE) -> str:
    """Hostile words as LaTeX sets them, in so much room.

    What no plain font has is set as what it is compatible with (½ as 1/2, ᵀ as a raised T), or else by its code point
    in a frame, `\\codepoint{1F642}`. Words too long for a line may be broken anywhere.
    """
    shown = clean(said)
    if words_width(shown) > room:
        shown = _LONG.sub(lambda found: _BREAK.join(found[0]) if words_width(found[0]) > room - 1 else found[0], shown)
    return _escaped(shown)


def wide(said: str) -> float:
    """How wide words are in one line, about, in units of the font's size."""
    return words_width(clean(said)) + 1.6 * _escaped(clean(said)).count(r"\codepoint")


@lru_cache(maxsize=4096)  # most sentences of a working come again and again
def _escaped(said: str) -> str:
    apart = _LIGATURES.sub(_APART, said)
    return "".join(c if c.isascii() and c not in _ESCAPES else _sign(c) for c in _LETTERS.findall(apart))


def _sign(c: str) -> str:
    if c in _ESCAPES:
        return _ESCAPES[c]
    if c == _BREAK:
        return r"\allowbreak{}"
    if c == _APART:
        return "{}"
    if c in _SET:
        return c
    found = macro(c)
    if found is not None:
        return f"${found}$"
    if _HIDDEN[0] <= c <= _HIDDEN[1]:
        return ""
    base, accent = normalize("NFD", c)[:1], normalize("NFD", c)[1:]
    if accent in _ACCENTS and base.isascii() and base.isalpha():
        return rf"\{_ACCENTS[accent]}{{{base}}}"
    return _alike(c) or rf"\codepoint{{{ord(c):04X}}}"


def _alike(c: str) -> str:
    """What a sign is compatible with, where all of that can be set."""
    plain = normalize("NFKC", c).replace("\u2044", "/")
    if plain == c or not plain.isascii() or not plain.isprintable():
        return ""
    made = _escaped(plain)
    kind = decomposition(c).partition(" ")[0]
    return {"<super>": rf"\textsuperscript{{{made}}}", "<sub>": rf"\textsubscript{{{made}}}"}.get(kind, made)


class _TexSetter(LatexSetter):
    """LaTeX whose words and letters are what the document's fonts have."""

    def said(self, text_: str) -> str:
        return rf"\text{{{text(text_)}}}"

    def letters(self, text_: str, face: Face) -> str:
        shown = clean(text_)
        if any(not c.isascii() and macro(c) is None for c in shown):
            return rf"\text{{{text(shown)}}}"
        capitals = all("A" <= c <= "Z" for c in shown)
        if face in _CAPITALS and not capitals:
            face = _CAPITALS[face]
        if face == "bold" and not shown.isascii():
            face = "bold italic"  # no upright bold Greek
        return super().letters(shown, face)

    def sign(self, text_: str, role: Role) -> str:
        if not text_.isascii() and macro(text_) is None:
            made = rf"\text{{{text(text_)}}}"
            return (
                rf"\mathrel{{{made}}}" if role == "relation" else rf"\mathbin{{{made}}}" if role == "binary" else made
            )
        return super().sign(text_, role)

    def named(self, text_: str, limits: bool) -> str:
        made = super().named(text_, limits)
        return made if made.startswith("\\") and made[1:] == text_ else rf"\operatorname{{\text{{{text(text_)}}}}}"

    def rows(self, name: str, rows: tuple[tuple[Typeset, ...], ...], columns: str = "") -> str:
        """Numbers of a matrix stand point below point."""
        if name == "pmatrix" and set(columns_of(rows, ("centre",), False)) == {"right"}:
            name, columns = "pmatrix*", "[r]"
        return super().rows(name, rows, columns)


_SETTER = _TexSetter()


def mathematics(formula: Typeset, room: float | None = None) -> str:
    """Mathematics without dollars around it; what is wider than `room`, in units of the font's size, is made smaller."""
    made = _SETTER.set(formula).strip()
    return made if room is None or WIDTH.set(formula) <= room else rf"\fitted{{{room:.1f}em}}{{$\displaystyle {made}$}}"


def words(said: Words, room: float) -> str:
    """Words in a line, with what is set apart in them."""
    return "".join(_piece(piece, room) for piece in said)


def _piece(piece: Inline, room: float) -> str:
    match piece:
        case str():
            return text(piece, min(room, _LINE))
        case Symbol() | Extent() | Maths():
            return inline(words_typeset((piece,)), room)
        case Styled(inner, strong):
            return rf"\{'textbf' if strong else 'emph'}{{{words(inner, room)}}}"
        case Code(said):
            return rf"\texttt{{{kept(said)}}}"
        case Link(inner, address):
            return rf"\href{{{_address(address)}}}{{{words(inner, room)}}}"


def inline(formula: Typeset, room: float) -> str:
    """Mathematics in a line of words; a long formula may be broken at its signs."""
    parts = broken(formula, min(room, _INLINE))
    return " ".join(f"${mathematics(part, room)}$" for part in parts)


def kept(said: str) -> str:
    """Text whose spaces count, breakable anywhere."""
    shown = clean(said)
    pieces = (r"\ " if c == " " else _escaped(c) + r"\allowbreak{}" * (k % 8 == 7) for k, c in enumerate(shown))
    return "".join("{}" + piece if piece[:1] in ("-", "'", ",") else piece for piece in pieces)


def _address(address: str) -> str:
    return _UNSAFE.sub(r"\\\g<0>", quote(address, safe=":/?#&=%@!$'()*+,;_.-"))
