"""Mathematics in OMML, the equations of word processors: elements without the surrounding `<m:oMath>`.

After ECMA-376, part 1, chapter 22. The prefixes m and w stand for its mathematics and its words.
"""

from __future__ import annotations

from collections.abc import Sequence

from solver.formula.print.setter import Setter
from solver.formula.print.setter_mathml import escaped, is_tall, styled
from solver.formula.print.setter_text import parted
from solver.formula.typeset import (
    Align,
    Face,
    Mark,
    Role,
    Scripts,
    Sign,
    Typeset,
    columns_of,
)

_STYLES: dict[Face, str] = {
    "italic": '<m:sty m:val="i"/>', "upright": '<m:sty m:val="p"/>', "double": '<m:scr m:val="double-struck"/><m:sty m:val="p"/>',
    "script": '<m:scr m:val="script"/><m:sty m:val="p"/>', "sans": '<m:scr m:val="sans-serif"/><m:sty m:val="p"/>',
    "mono": '<m:scr m:val="monospace"/><m:sty m:val="p"/>',
}  # fmt: skip
_WORDS = "<m:nor/>"
_FONT = '<w:rFonts w:ascii="Cambria Math" w:hAnsi="Cambria Math"/>'
_SPACES = ((1.0, "\u2003"), (1 / 2, "\u2002"), (1 / 3, "\u2004"), (1 / 4, "\u2005"), (1 / 6, "\u2006"))
_ACCENTS: dict[Mark, str] = {"hat": "\u0302", "tilde": "\u0303", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308"}
_BARS: dict[Mark, str] = {"bar": "top", "overline": "top", "underline": "bot"}
_ENDS_A_SUM = "+-±∓"


class OmmlSetter(Setter[str]):
    """OMML. What a large sign is of, up to the next sum or relation, becomes its operand."""

    def letters(self, text: str, face: Face) -> str:
        if face.startswith("bold"):  # letters of their own, since not every word processor shows a style's
            return run("".join(styled(c, face) for c in text), _STYLES["upright"])
        return run(text, _STYLES[face])

    def digits(self, text: str) -> str:
        return run(text, _STYLES["upright"])

    def sign(self, text: str, role: Role) -> str:
        return run("−" if text == "-" else text, _STYLES["upright"])

    def named(self, text: str, limits: bool) -> str:
        return self.said(text)

    def said(self, text: str) -> str:
        return run(text, _WORDS) if text else ""

    def gap(self, ems: float) -> str:
        made = ""
        for width, space in _SPACES:
            count = int((ems + 0.02) / width) if ems > 0 else 0
            made += space * count
            ems -= width * count
        return self.said(made)

    def together(self, parts: tuple[Typeset, ...]) -> str:
        made = ""
        for k, part in enumerate(parts):
            if k and parted(parts[k - 1], part):
                made += self.gap(1 / 6)
            large = _large(part)
            if large is not None and k + 1 < len(parts):
                end = next((j for j in range(k + 1, len(parts)) if _ends(parts[j])), len(parts))
                if end > k + 1:
                    return made + self._nary(*large, parts[k + 1 : end]) + self.together(parts[end:])
            made += self.set(part)
        return made

    def _nary(
        self, sign: str, below: Typeset | None, above: Typeset | None, limits: bool, of: Sequence[Typeset]
    ) -> str:
        hidden = f'<m:subHide m:val="{int(below is None)}"/><m:supHide m:val="{int(above is None)}"/>'
        place = "undOvr" if limits else "subSup"
        ends = "".join(
            f"<m:{tag}>{self.set(part) if part is not None else ''}</m:{tag}>"
            for tag, part in (("sub", below), ("sup", above))
        )
        chosen = f'<m:chr m:val="{escaped(sign)}"/><m:limLoc m:val="{place}"/><m:grow m:val="1"/>{hidden}'
        return f"<m:nary><m:naryPr>{chosen}</m:naryPr>{ends}{_held('e', self.together(tuple(of)))}</m:nary>"

    def scripts(self, base: Typeset, below: Typeset | None, above: Typeset | None, limits: bool) -> str:
        made = self.set(base)
        if limits:
            for name, part in (("limLow", below), ("limUpp", above)):
                if part is not None:
                    made = f"<m:{name}>{_held('e', made)}{_held('lim', self.set(part))}</m:{name}>"
            return made
        parts = [(tag, part) for tag, part in (("sub", below), ("sup", above)) if part is not None]
        if not parts:
            return made
        name = "s" + "".join(tag.capitalize() for tag, _ in parts)
        inner = "".join(_held(tag, self.set(part)) for tag, part in parts)
        return f"<m:{name}>{_held('e', made)}{inner}</m:{name}>"

    def over(self, top: Typeset, bottom: Typeset, rule: bool) -> str:
        kind = "bar" if rule else "noBar"
        parts = _held("num", self.set(top)) + _held("den", self.set(bottom))
        made = f'<m:f><m:fPr><m:type m:val="{kind}"/></m:fPr>{parts}</m:f>'
        return made if rule else _fenced("(", made, ")", True)

    def root(self, inner: Typeset, degree: Typeset | None) -> str:
        hidden = "" if degree is not None else '<m:degHide m:val="1"/>'
        deg = f"<m:deg>{self.set(degree) if degree is not None else ''}</m:deg>"
        return f"<m:rad><m:radPr>{hidden}</m:radPr>{deg}{_held('e', self.set(inner))}</m:rad>"

    def enclosed(self, left: str, inner: Typeset, right: str) -> str:
        return _fenced(left, self.set(inner), right, left not in ("", "(") or is_tall(inner))

    def accented(self, mark: Mark, inner: Typeset) -> str:
        made = _held("e", self.set(inner))
        if mark in _ACCENTS:
            return f'<m:acc><m:accPr><m:chr m:val="{_ACCENTS[mark]}"/></m:accPr>{made}</m:acc>'
        if mark in _BARS:
            return f'<m:bar><m:barPr><m:pos m:val="{_BARS[mark]}"/></m:barPr>{made}</m:bar>'
        brace, place, other = ("⏞", "top", "bot") if mark == "overbrace" else ("⏟", "bot", "top")
        chosen = f'<m:chr m:val="{brace}"/><m:pos m:val="{place}"/><m:vertJc m:val="{other}"/>'
        return f"<m:groupChr><m:groupChrPr>{chosen}</m:groupChrPr>{made}</m:groupChr>"

    def lattice(self, rows: tuple[tuple[Typeset, ...], ...], aligns: tuple[Align, ...], tight: bool) -> str:
        asked = columns_of(rows, aligns, tight)
        columns = "".join(map(_column, asked))
        gaps = '<m:cGpRule m:val="3"/><m:cGp m:val="0"/>' if tight else ""
        made = "".join(
            f"<m:mr>{''.join(_held('e', self.set(cell)) for cell in row)}{_held('e', '') * (len(asked) - len(row))}</m:mr>"
            for row in rows
        )
        return f'<m:m><m:mPr><m:plcHide m:val="1"/>{gaps}<m:mcs>{columns}</m:mcs></m:mPr>{made}</m:m>'


def run(text: str, style: str) -> str:
    """A run of text in an equation."""
    return f'<m:r><m:rPr>{style}</m:rPr><w:rPr>{_FONT}</w:rPr><m:t xml:space="preserve">{escaped(text)}</m:t></m:r>'


NOTHING = run("\u200b", _WORDS)
"""In place of what is empty, where a box or a mark of something missing would be shown."""


def _held(tag: str, inner: str) -> str:
    """An element that is never empty."""
    return f"<m:{tag}>{inner or NOTHING}</m:{tag}>"


def _fenced(left: str, inner: str, right: str, tall: bool) -> str:
    ends = f'<m:begChr m:val="{escaped(left)}"/><m:endChr m:val="{escaped(right)}"/><m:grow m:val="{int(tall)}"/>'
    return f"<m:d><m:dPr>{ends}</m:dPr>{_held('e', inner)}</m:d>"


def _column(align: Align) -> str:
    side = "center" if align == "centre" else align
    return f'<m:mc><m:mcPr><m:count m:val="1"/><m:mcJc m:val="{side}"/></m:mcPr></m:mc>'


def _large(part: Typeset) -> tuple[str, Typeset | None, Typeset | None, bool] | None:
    """A large sign, with its limits."""
    match part:
        case Sign(text, "large"):
            return text, None, None, False
        case Scripts(Sign(text, "large"), below, above, limits):
            return text, below, above, limits
    return None


def _ends(part: Typeset) -> bool:
    """Whether the operand of a large sign ends before this one."""
    return isinstance(part, Sign) and (part.role in ("relation", "punctuation") or part.text in _ENDS_A_SUM)
