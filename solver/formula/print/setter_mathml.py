"""Mathematics in MathML Core, as browsers set it by themselves: elements without the surrounding `<math>`."""

from __future__ import annotations

from functools import lru_cache

from solver.formula.print.setter import Setter
from solver.formula.print.setter_text import parted
from solver.formula.typeset import (
    Accented,
    Align,
    Digits,
    Enclosed,
    Face,
    Lattice,
    Letters,
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
from solver.named import NamedTuple

_ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"}


class _Alphabet(NamedTuple):
    """Where a face's letters stand in Unicode; 0 where it has none. exceptions: those that had a place before."""

    capitals: int
    small: int
    digits: int = 0
    greek: int = 0
    exceptions: tuple[str, str] = ("", "")


_ALPHABETS: dict[Face, _Alphabet] = {
    "italic": _Alphabet(0x1D434, 0x1D44E, greek=0x1D6E2, exceptions=("h", "ℎ")),
    "bold": _Alphabet(0x1D400, 0x1D41A, 0x1D7CE, 0x1D6A8),
    "bold italic": _Alphabet(0x1D468, 0x1D482, 0x1D7CE, 0x1D71C),
    "double": _Alphabet(0x1D538, 0x1D552, 0x1D7D8, exceptions=("CHNPQRZ", "ℂℍℕℙℚℝℤ")),
    "script": _Alphabet(0x1D49C, 0x1D4B6, exceptions=("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ")),
    "sans": _Alphabet(0x1D5A0, 0x1D5BA, 0x1D7E2),
    "mono": _Alphabet(0x1D670, 0x1D68A, 0x1D7F6),
}
_SPACE = "\u00a0"
"""One that MathML does not strip from the ends of words."""
_GREEK_SIGNS = "∂ϵϑϰϕϱϖ"
_OVER: dict[Mark, str] = {
    "hat": "^", "bar": "¯", "tilde": "~", "vec": "→", "dot": "˙", "ddot": "¨", "overline": "¯", "overbrace": "⏞",
}  # fmt: skip
_UNDER: dict[Mark, str] = {"underline": "_", "underbrace": "⏟"}
_ALIGNS: dict[Align, str] = {"left": ' class="l"', "centre": "", "right": ' class="r"'}


def escaped(text: str) -> str:
    """Text that HTML and XML read as what it is, in an attribute too."""
    return text.translate(_ESCAPES)


@lru_cache(maxsize=1024)
def styled(c: str, face: Face) -> str:
    """A letter of a face, which MathML Core has as a character of its own."""
    alphabet = _ALPHABETS.get(face)
    if alphabet is None:
        return c
    plain, own = alphabet.exceptions
    for start, first, last in (
        (alphabet.capitals, "A", "Z"),
        (alphabet.small, "a", "z"),
        (alphabet.digits, "0", "9"),
        (alphabet.greek, "Α", "Ω"),
        (alphabet.greek and alphabet.greek + 26, "α", "ω"),
    ):
        if start and first <= c <= last:
            return own[plain.index(c)] if c in plain else chr(start + ord(c) - ord(first))
    if alphabet.greek and c in _GREEK_SIGNS:
        return chr(alphabet.greek + 51 + _GREEK_SIGNS.index(c))
    return c


class MathmlSetter(Setter[str]):
    """MathML. Columns of a lattice have the class l or r where they are aligned to the left or right."""

    def letters(self, text: str, face: Face) -> str:
        if face == "italic" and len(text) == 1:
            return f"<mi>{escaped(text)}</mi>"  # a single letter slants by itself
        variant = ' mathvariant="normal"' if len(text) == 1 else ""
        return f"<mi{variant}>{escaped(''.join(styled(c, face) for c in text))}</mi>"

    def digits(self, text: str) -> str:
        return f"<mn>{escaped(text)}</mn>"

    def sign(self, text: str, role: Role) -> str:
        made = escaped("−" if text == "-" else text)
        match role:
            case "relation" | "binary":
                return f'<mo form="infix" stretchy="false">{made}</mo>'
            case "prefix":
                return f'<mo form="prefix">{made}</mo>'
            case "open":
                return f'<mo form="prefix" stretchy="false">{made}</mo>'
            case "close":
                return f'<mo form="postfix" stretchy="false">{made}</mo>'
            case "ordinary" if text != "′":
                return f'<mi mathvariant="normal">{made}</mi>'
            case _:
                return f"<mo>{made}</mo>"

    def named(self, text: str, limits: bool) -> str:
        return f'<mi mathvariant="normal">{escaped(text)}</mi>' if len(text) == 1 else f"<mi>{escaped(text)}</mi>"

    def said(self, text: str) -> str:
        inner = text.strip(" ")
        before = len(text) - len(text.lstrip(" "))
        after = len(text) - len(inner) - before
        return f"<mtext>{_SPACE * before}{escaped(inner)}{_SPACE * after}</mtext>"

    def gap(self, ems: float) -> str:
        return f'<mspace width="{ems:.3g}em"></mspace>'

    def together(self, parts: tuple[Typeset, ...]) -> str:
        return f"<mrow>{self._row(parts)}</mrow>"

    def _row(self, parts: tuple[Typeset, ...]) -> str:
        made: list[str] = []
        before: Typeset | None = None
        for part in parts:
            if before is not None and parted(before, part):
                made.append(self.gap(1 / 6))
            made.append(self.set(part))
            before = part
        return "".join(made)

    def scripts(self, base: Typeset, below: Typeset | None, above: Typeset | None, limits: bool) -> str:
        parts = [self.set(part) for part in (base, below, above) if part is not None]
        if len(parts) == 1:
            return parts[0]
        under, over = ("under", "over") if limits else ("sub", "sup")
        name = f"m{under if below is not None else ''}{over if above is not None else ''}"
        return f"<{name}>{''.join(parts)}</{name}>"

    def over(self, top: Typeset, bottom: Typeset, rule: bool) -> str:
        if rule:
            return f"<mfrac>{self.set(top)}{self.set(bottom)}</mfrac>"
        made = f'<mfrac linethickness="0">{self.set(top)}{self.set(bottom)}</mfrac>'
        return f"<mrow>{_fence('(', 'prefix', True)}{made}{_fence(')', 'postfix', True)}</mrow>"

    def root(self, inner: Typeset, degree: Typeset | None) -> str:
        if degree is None:
            return f"<msqrt>{self.set(inner)}</msqrt>"
        return f"<mroot>{self.set(inner)}{self.set(degree)}</mroot>"

    def enclosed(self, left: str, inner: Typeset, right: str) -> str:
        tall = left not in ("", "(") or is_tall(inner)
        made = self._row(inner.parts) if isinstance(inner, Together) else self.set(inner)
        return f"<mrow>{_fence(left, 'prefix', tall)}{made}{_fence(right, 'postfix', tall)}</mrow>"

    def accented(self, mark: Mark, inner: Typeset) -> str:
        narrow = isinstance(inner, Letters | Digits | Sign) and mark not in ("overline", "underline")
        stretchy = "false" if narrow and mark not in ("overbrace", "underbrace") else "true"
        sign = f'<mo stretchy="{stretchy}">{_OVER.get(mark) or _UNDER[mark]}</mo>'
        if mark in _UNDER:
            return f'<munder accentunder="true">{self.set(inner)}{sign}</munder>'
        return f'<mover accent="true">{self.set(inner)}{sign}</mover>'

    def lattice(self, rows: tuple[tuple[Typeset, ...], ...], aligns: tuple[Align, ...], tight: bool) -> str:
        asked = columns_of(rows, aligns, tight)
        body = "".join(f"<mtr>{''.join(map(self._cell, row, asked))}</mtr>" for row in rows)
        full = ' displaystyle="true"' if tight or "<mfrac" in body else ""
        look = ' class="tight"' if tight else ""
        return f"<mtable{full}{look}>{body}</mtable>"

    def _cell(self, cell: Typeset, align: Align) -> str:
        made = self._row(cell.parts) if isinstance(cell, Together) else self.set(cell)
        return f"<mtd{_ALIGNS[align]}>{made}</mtd>"


def _fence(text: str, form: str, tall: bool) -> str:
    stretchy = "" if tall else ' stretchy="false"'
    return f'<mo form="{form}"{stretchy}>{escaped(text)}</mo>' if text else ""


def is_tall(node: Typeset) -> bool:
    """Whether brackets around it grow: fractions, limits and matrices are tall, scripts are not."""
    match node:
        case Over() | Lattice():
            return True
        case Together(parts):
            return any(map(is_tall, parts))
        case Scripts(base, below, above, limits):
            return limits or any(part is not None and is_tall(part) for part in (base, below, above))
        case Accented(_, inner) | Root(inner) | Enclosed(_, inner):
            return is_tall(inner)
    return False
