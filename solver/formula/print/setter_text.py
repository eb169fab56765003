"""Mathematics as one line of plain text with Unicode letters: `x̂ᵢ = (xᵢ - μ)/σ`."""

from __future__ import annotations

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
    Scripts,
    Sign,
    Together,
    Typeset,
    parts_of,
)

_BELOW = dict(zip("0123456789+-=()aehijklmnoprstuvx,", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ,", strict=True))
_ABOVE = dict(
    zip(
        "0123456789+-=()abcdefghijklmnoprstuvwxyzT⊤′*",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᵀ′*",
        strict=True,
    )
)
_FACES: dict[Face, dict[str, str]] = {
    "double": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "script": dict(zip("BEFHILMR", "ℬℰℱℋℐℒℳℛ", strict=True)),
}
_MARKS: dict[Mark, str] = {
    "hat": "\u0302",
    "bar": "\u0304",
    "tilde": "\u0303",
    "vec": "\u20d7",
    "dot": "\u0307",
    "ddot": "\u0308",
    "overline": "\u0305",
    "underline": "\u0332",
}
_ROOTS = {"2": "√", "3": "∛", "4": "∜"}
_LONGEST = 8


class TextSetter(Setter[str]):
    """One line of Unicode text."""

    def letters(self, text: str, face: Face) -> str:
        table = _FACES.get(face, {})
        return "".join(table.get(c, c) for c in text)

    def digits(self, text: str) -> str:
        return text

    def sign(self, text: str, role: Role) -> str:
        match role:
            case "relation" | "binary":
                return f" {text} "
            case "punctuation":
                return f"{text} "
            case _:
                return text

    def named(self, text: str, limits: bool) -> str:
        return text

    def said(self, text: str) -> str:
        return text

    def gap(self, ems: float) -> str:
        return " " if ems > 0 else ""

    def together(self, parts: tuple[Typeset, ...]) -> str:
        made, before = "", None
        for part in parts:
            more = self.set(part)
            if before is not None and parted(before, part):
                more = " " + more
            made += more.lstrip() if made.endswith(" ") else more
            before = part
        return made

    def scripts(self, base: Typeset, below: Typeset | None, above: Typeset | None, limits: bool) -> str:
        made = self._atom(base)
        for part, table, sign in ((below, _BELOW, "_"), (above, _ABOVE, "^")):
            if part is not None:
                made += _script(self.set(part).strip(), table, sign)
        return made

    def over(self, top: Typeset, bottom: Typeset, rule: bool) -> str:
        if not rule:
            return f"binom({self.set(top)}, {self.set(bottom)})"
        return f"{self._atom(top)}/{self._atom(bottom)}"

    def root(self, inner: Typeset, degree: Typeset | None) -> str:
        index = "2" if degree is None else self.set(degree)
        return (_ROOTS.get(index) or _script(index, _ABOVE, "^") + "√") + self._atom(inner)

    def enclosed(self, left: str, inner: Typeset, right: str) -> str:
        if isinstance(inner, Lattice) and (left, right) == ("(", ")"):
            left, right = "[", "]"
        return left + (" " if left == "{" else "") + self.set(inner) + right

    def accented(self, mark: Mark, inner: Typeset) -> str:
        made = self.set(inner)
        if mark not in _MARKS:
            return made
        return made + _MARKS[mark] if len(made) == 1 else f"{mark}({made})"

    def lattice(self, rows: tuple[tuple[Typeset, ...], ...], aligns: tuple[Align, ...], tight: bool) -> str:
        cells = [[self.set(cell).strip() for cell in row] for row in rows]
        between = "" if tight else ", " if any(" " in cell for row in cells for cell in row) else " "
        if tight:
            return "; ".join(" ".join(cell for cell in row if cell) for row in cells)
        return "; ".join(between.join(row) for row in cells)

    def _atom(self, node: Typeset) -> str:
        made = self.set(node).strip()
        return made if _whole(node) else f"({made})"


def _whole(node: Typeset) -> bool:
    """Whether nothing could be read as standing outside of it."""
    if isinstance(node, Together):
        return len(node.parts) < 2 or all(isinstance(part, Letters) and len(part.text) == 1 for part in node.parts)
    if isinstance(node, Accented) and node.mark in ("overbrace", "underbrace"):
        return _whole(node.inner)
    return not isinstance(node, Over | Lattice)


def _script(text: str, table: dict[str, str], sign: str) -> str:
    plain = text.replace(" ", "")
    if len(plain) <= _LONGEST and all(c in table for c in plain):
        return "".join(table[c] for c in plain)
    return f"{sign}{text}" if text.isalnum() else f"{sign}({text})"


def parted(before: Typeset, after: Typeset) -> bool:
    """Whether a space is wanted: behind a function's name and a large sign, before and between words."""
    first, last = _first(after), _last(before)
    if isinstance(last, Named) or (isinstance(last, Sign) and last.role == "large"):
        return not isinstance(first, Enclosed | Sign) or (
            isinstance(first, Sign) and first.role in ("ordinary", "large")
        )
    return isinstance(first, Named) and isinstance(last, Letters | Digits | Named | Over | Root)


def _first(node: Typeset) -> Typeset:
    while isinstance(node, Together | Scripts):
        node = parts_of(node)[0] if isinstance(node, Together) else node.base
    return node


def _last(node: Typeset) -> Typeset:
    while isinstance(node, Together | Scripts):
        node = parts_of(node)[-1] if isinstance(node, Together) else node.base
    return node
