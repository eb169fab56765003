"""Mathematics in LaTeX, as markdown with mathematics and TeX both read it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from solver.formula.macros import FACES, GAPS, LETTERS, NAMES, SIGNS
from solver.formula.print.setter import Setter
from solver.formula.typeset import (
    Accented,
    Align,
    Digits,
    Face,
    Lattice,
    Letters,
    Mark,
    Named,
    Role,
    Scripts,
    Sign,
    Typeset,
    columns_of,
    parts_of,
    together,
)

_ESCAPES = {
    "\\": r"\backslash ", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\hat{\ }", "~": r"\sim ", "<": r"\lt ", ">": r"\gt ", "`": r"\text{'}", "×": r" \times ", "·": r" \cdot ",
    "‖": r" \| ",
}  # fmt: skip
_ESCAPED = str.maketrans(_ESCAPES)
_SPECIAL = (("‼", "‼"), ("\u2100", "\u214f"), ("\u2190", "\u23ff"), ("\u27c0", "\u2aff"))
"""Signs without a macro that \\text{} cannot hold in every viewer, first and last: letters like ℝ, arrows, mathematics."""
_LOST = (("\u0300", "\u036f"), ("\ue000", "\uf8ff"))
"""What no viewer sets: accents without their letter, signs of private use."""

_GREEK = {sign: rf"\{name}" for name, sign in LETTERS.items()}
_MACROS = {sign: rf"\{name}" for name, (sign, _) in reversed(SIGNS.items()) if name.isalpha()} | {
    "…": r"\dots", "→": r"\to", "←": r"\leftarrow", "∅": r"\emptyset", "∧": r"\wedge", "∨": r"\vee", "¬": r"\neg",
    "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "‖": r"\|", "{": r"\{", "}": r"\}", "[": "[", "]": "]", "|": "|",
    "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&", "_": r"\_",
}  # fmt: skip
_FACES: dict[Face, str] = {face: rf"\{name}" for name, face in FACES.items()}
_GAPS = {round(ems, 3): "~" if name == " " else rf"\{name}" for name, ems in reversed(GAPS.items())}
"""A space is no macro: at an end it would lose what makes it one, and escape what follows."""
_WIDE: dict[Mark, str] = {"hat": "widehat", "tilde": "widetilde", "bar": "overline", "vec": "overrightarrow"}
_FENCES = {"⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil", "⟨": r"\langle", "⟩": r"\rangle"} | {
    "‖": r"\|", "{": r"\{", "}": r"\}", "": ".",
}  # fmt: skip
_MATRICES = {
    ("", ""): "matrix", ("(", ")"): "pmatrix", ("[", "]"): "bmatrix", ("{", "}"): "Bmatrix", ("|", "|"): "vmatrix",
    ("‖", "‖"): "Vmatrix",
}  # fmt: skip
_LETTERED = _ESCAPED | str.maketrans(_GREEK)
_SCRIPTED = ("_", "^")
_PRIME = Sign("′")
_TRANSPOSED = Letters("T")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LETTERS = frozenset(_ALPHABET)


def escape(text: str) -> str:
    """Plain letters and signs as mathematics."""
    return text.translate(_ESCAPED)


def macro(sign: str) -> str | None:
    """The macro of a Greek letter or a sign of mathematics, if it has one."""
    return _GREEK.get(sign) or _MACROS.get(sign)


def upright(text: str) -> str:
    """Plain words inside mathematics; a sign that not every viewer takes in \\text{} stands outside it."""
    if text and text.isascii() and _ESCAPES.keys().isdisjoint(text):
        return rf"\text{{{text}}}"
    pieces = ((special, "".join(run)) for special, run in groupby(text if text.isascii() else _kept(text), _special))
    return "".join(escape(piece) if special else rf"\text{{{piece}}}" for special, piece in pieces)


def _special(c: str) -> bool:
    return c in _ESCAPES or (not c.isascii() and _among(c, _SPECIAL))


def _kept(text: str) -> str:
    from unicodedata import normalize  # seldom needed

    return "".join(c for c in normalize("NFC", text) if not _among(c, _LOST))


def _among(c: str, ranges: Sequence[tuple[str, str]]) -> bool:
    return any(first <= c <= last for first, last in ranges)


class LatexSetter(Setter[str]):
    """LaTeX, without the surrounding dollars. large: fractions in a matrix are as large as outside of it."""

    def __init__(self, large: bool = True) -> None:
        super().__init__()
        self.large = large

    def letters(self, text: str, face: Face) -> str:
        made = text.translate(_LETTERED)
        return made if face == "italic" and len(text) == 1 else f"{_FACES[face]}{{{made}}}"

    def digits(self, text: str) -> str:
        return text.replace(",", "{,}")

    def sign(self, text: str, role: Role) -> str:
        made = _MACROS.get(text) or escape(text)
        match role:
            case "relation" | "binary":
                return f" {made} "
            case "punctuation":
                return f"{made} "
            case _:
                return made

    def named(self, text: str, limits: bool) -> str:
        return "\\" + text if text in NAMES else upright(text)

    def said(self, text: str) -> str:
        return upright(text)

    def gap(self, ems: float) -> str:
        macro = _GAPS.get(round(ems, 3))
        return f" {macro} " if macro else rf" \hspace{{{ems:.3g}em}} "

    def together(self, parts: tuple[Typeset, ...]) -> str:
        made = ""
        for more in self.each(parts):
            if made.endswith(" "):
                made += more.lstrip()
            elif more[:1] in _LETTERS and _takes_letters(made):
                made += " " + more
            else:
                made += more
        return made

    def scripts(self, base: Typeset, below: Typeset | None, above: Typeset | None, limits: bool) -> str:
        if limits and not _has_limits(base):
            made = self.set(base).strip()
            made = rf"\underset{{{self.set(below)}}}{{{made}}}" if below is not None else made
            return rf"\overset{{{self.set(above)}}}{{{made}}}" if above is not None else made
        made = self.set(base).strip()
        if isinstance(base, Scripts) or not made:
            made = f"{{{made}}}"
        if above is not None and parts_of(above)[0] == _PRIME:
            made, rest = made + "'", parts_of(above)[1:]
            above = together(*rest) if rest else None
        if below is not None:
            index = self.set(below).strip().replace(", ", ",")
            made += "_" + (index if len(index) == 1 else f"{{{index}}}")
        if above is not None:
            made += "^" + ("T" if above == _TRANSPOSED else f"{{{self.set(above).strip()}}}")
        return made

    def over(self, top: Typeset, bottom: Typeset, rule: bool) -> str:
        return rf"\{'frac' if rule else 'binom'}{{{self.set(top)}}}{{{self.set(bottom)}}}"

    def root(self, inner: Typeset, degree: Typeset | None) -> str:
        return rf"\sqrt{f'[{{{self.set(degree)}}}]' if degree is not None else ''}{{{self.set(inner)}}}"

    def enclosed(self, left: str, inner: Typeset, right: str) -> str:
        if isinstance(inner, Lattice) and not inner.tight:
            if inner.aligns == ("centre",) and (left, right) in _MATRICES:
                return self.rows(_MATRICES[left, right], inner.rows)
            if inner.aligns == ("left",) and (left, right) == ("{", ""):
                return self.rows("cases", inner.rows)
        made = self.set(inner)
        if (left, right) == ("(", ")") and r"\frac" not in made and r"\begin" not in made:
            return f"({made})"
        first, last = (_FENCES.get(fence, fence) for fence in (left, right))
        return rf"\left{first}{_apart(first, made)}{made.rstrip()}\right{last}"

    def accented(self, mark: Mark, inner: Typeset) -> str:
        narrow = isinstance(inner, Letters | Digits | Sign)
        macro = mark if narrow else _WIDE.get(mark, mark)
        return rf"\{macro}{{{self.set(inner)}}}"

    def lattice(self, rows: tuple[tuple[Typeset, ...], ...], aligns: tuple[Align, ...], tight: bool) -> str:
        if tight:
            return self.rows("aligned", rows)
        if aligns == ("centre",):
            return self.rows("matrix", rows)
        columns = "".join(align[0] for align in columns_of(rows, aligns, tight)) or "c"
        return self.rows("array", rows, f"{{{columns}}}")

    def rows(self, name: str, rows: tuple[tuple[Typeset, ...], ...], columns: str = "") -> str:
        """An environment of rows of cells."""
        cells = [[cell.strip() for cell in self.each(row)] for row in rows]
        apart = r" \\ "
        if self.large and name != "aligned" and any(r"\frac" in cell for row in cells for cell in row):
            cells, apart = [list(map(_full, row)) for row in cells], r" \\[0.5em] "
        made = map(" & ".join, cells)
        body = apart.join(f"{{}}{row}" if row[:1] in ("[", "*") else row for row in made)  # which \\ would take
        return rf"\begin{{{name}}}{columns} {body} \end{{{name}}}"


def _full(cell: str) -> str:
    r"""A cell whose fractions are as large as outside of a matrix."""
    return rf"\displaystyle {cell}" if r"\frac" in cell else cell


def _has_limits(base: Typeset) -> bool:
    """Whether LaTeX sets scripts of this base under and over it by itself."""
    return isinstance(base, Named | Accented) or (isinstance(base, Sign) and base.role == "large")


def _takes_letters(made: str) -> bool:
    """Whether a letter right behind would be read as part of what ends here: of a macro, of what stands below or above."""
    last = made[-1:]
    return last == "}" or (made[-2:-1] in _SCRIPTED and last.isalnum()) or made.rstrip(_ALPHABET)[-1:] == "\\"


def _apart(macro: str, rest: str) -> str:
    """A space, where a letter behind a macro would be read as part of its name."""
    return " " if macro[-1].isalpha() and rest[:1].isalpha() else ""
