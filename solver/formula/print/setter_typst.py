"""Mathematics in Typst, without the surrounding dollars. `bf` is upright and bold, which the page must define."""

from __future__ import annotations

import re
from unicodedata import category

from solver.formula.macros import INTEGRALS, NAMES
from solver.formula.print.setter import Setter
from solver.formula.typeset import (
    Accented,
    Align,
    Digits,
    Enclosed,
    Face,
    Lattice,
    Letters,
    Mark,
    Named,
    Over,
    Role,
    Root,
    Said,
    Sign,
    Typeset,
    columns_of,
)

_NUMBER = re.compile(r"\d+(\.\d+)?")
_PLAIN = frozenset("+-=<>")
_SIGNS = {"·": "⋅", "*": "∗", "∙": "∙"}
_FACES: dict[Face, str] = {
    "italic": "italic", "upright": "upright", "bold": "bf", "bold italic": "bold", "double": "bb", "script": "cal",
    "sans": "sans", "mono": "mono",
}  # fmt: skip
_GAPS = {0.167: "thin", 0.222: "med", 0.278: "thick", 1.0: "quad", 2.0: "wide"}
_MARKS: dict[Mark, str] = {"bar": "macron", "vec": "arrow", "ddot": "diaer"}
_WIDE: dict[Mark, str] = {"bar": "overline"}
_DELIMITERS = {("(", ")"): "", ("[", "]"): '"["', ("{", "}"): '"{"', ("|", "|"): '"|"', ("‖", "‖"): '"‖"'}
_ATOMS = (Letters, Digits, Sign, Named, Said, Over, Root, Enclosed, Accented, Lattice)


def quoted(text: str) -> str:
    """Text as a string of Typst, of which nothing is markup."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class TypstSetter(Setter[str]):
    """Typst's mathematics: signs that mean something else stand behind a backslash, words in quotes."""

    def letters(self, text: str, face: Face) -> str:
        made = text if len(text) == 1 and text.isalpha() else _sign(text) if len(text) == 1 else self.said(text)
        return made if face == "italic" and len(text) == 1 else f"{_FACES[face]}({made})"

    def digits(self, text: str) -> str:
        return text if _NUMBER.fullmatch(text) else self.said(text)

    def sign(self, text: str, role: Role) -> str:
        made = _sign(text) if len(text) == 1 else self.said(text)
        if role in ("relation", "binary") and text not in _PLAIN and text not in _SIGNS and category(text[0]) != "Sm":
            return f'class("{role}", {made})'
        return made

    def named(self, text: str, limits: bool) -> str:
        return text if text in NAMES else f"op({self.said(text)}{', limits: #true' if limits else ''})"

    def said(self, text: str) -> str:
        return quoted(text)

    def gap(self, ems: float) -> str:
        return _GAPS.get(round(ems, 3)) or f"#h({ems:.3g}em)"

    def together(self, parts: tuple[Typeset, ...]) -> str:
        return _joined(*self.each(parts)) or '""'

    def scripts(self, base: Typeset, below: Typeset | None, above: Typeset | None, limits: bool) -> str:
        made = self.set(base)
        if limits != _has_limits(base):
            made = f"{'limits' if limits else 'scripts'}({made})"
        elif not isinstance(base, _ATOMS):
            ends = (("b", below), ("t", above))
            return f"attach({made}{''.join(f', {at}: {self.set(part)}' for at, part in ends if part is not None)})"
        for mark, part in (("_", below), ("^", above)):
            made += "" if part is None else mark + _script(self.set(part))
        return made

    def over(self, top: Typeset, bottom: Typeset, rule: bool) -> str:
        return f"{'frac' if rule else 'binom'}({self.set(top)}, {self.set(bottom)})"

    def root(self, inner: Typeset, degree: Typeset | None) -> str:
        return f"sqrt({self.set(inner)})" if degree is None else f"root({self.set(degree)}, {self.set(inner)})"

    def enclosed(self, left: str, inner: Typeset, right: str) -> str:
        if isinstance(inner, Lattice) and not inner.tight:
            if (left, right) in _DELIMITERS:
                return self._rows(inner, _DELIMITERS[left, right])
            if (left, right) == ("{", ""):
                return self._rows(inner, '#("{", none)')
        made = self.set(inner)
        if (left, right) == ("(", ")"):
            return f"({made})"
        return f"lr({_joined(*(_sign(fence) for fence in left), made, *(_sign(fence) for fence in right))})"

    def accented(self, mark: Mark, inner: Typeset) -> str:
        narrow = isinstance(inner, Letters | Digits | Sign)
        return f"{_MARKS.get(mark, mark) if narrow else _WIDE.get(mark) or _MARKS.get(mark, mark)}({self.set(inner)})"

    def lattice(self, rows: tuple[tuple[Typeset, ...], ...], aligns: tuple[Align, ...], tight: bool) -> str:
        return self._rows(Lattice(rows, aligns, tight), "#none")

    def _rows(self, lattice: Lattice, delimiter: str) -> str:
        options = f"delim: {delimiter}, " if delimiter else ""
        if lattice.tight:
            options += "column-gap: #0em, "
        asked = columns_of(*lattice)
        if lattice.aligns == ("centre",) and set(asked) == {"right"}:
            options, asked = options + "align: #right, ", ["centre"] * len(asked)
        made = [[_full(self.set(cell)) for cell in row] for row in lattice.rows]
        if any("frac(" in cell for row in made for cell in row):
            options += "row-gap: #0.8em, "
        rows = (", ".join(map(_aligned, row, asked)) for row in made)
        return f"mat({options}{'; '.join(rows)})"


def _sign(c: str) -> str:
    """One character as itself: brackets that open or close nothing, and signs with a meaning, behind a backslash."""
    c = _SIGNS.get(c, c)
    if c.isalnum() or c in _PLAIN or not (c.isascii() or category(c) in ("Ps", "Pe")):
        return c
    return "\\" + c


def _joined(*parts: str) -> str:
    """Parts beside each other; a space beside words would be seen."""
    made = ""
    for part in parts:
        made += part if not made or made[-1] == '"' or part[0] == '"' else " " + part
    return made


def _script(made: str) -> str:
    return made if len(made) == 1 and made.isalnum() else f"({made})"


def _full(cell: str) -> str:
    """A cell whose fractions are as large as outside of a matrix."""
    return f"display({cell})" if "frac(" in cell else cell


def _aligned(cell: str, align: Align) -> str:
    """A cell that stands at an edge of its column."""
    return {"centre": cell, "left": f"&{cell}", "right": f"{cell}&"}[align]


def _has_limits(base: Typeset) -> bool:
    """Whether Typst sets scripts of this base under and over it by itself."""
    if isinstance(base, Sign):
        return base.role == "large" and base.text not in INTEGRALS
    if isinstance(base, Named):
        return NAMES.get(base.text, base.limits)
    return False
