"""An author's mathematics, a bounded part of LaTeX, to a typeset tree. What is not known is an error with its place."""

from __future__ import annotations

import re

from solver.errors import FormulaError, nearest
from solver.formula.macros import FACES, GAPS, INTEGRALS, LETTERS, MARKS, NAMES, SIGNS
from solver.formula.typeset import (
    Accented,
    Align,
    Digits,
    Enclosed,
    Gap,
    Lattice,
    Letters,
    Named,
    Over,
    Role,
    Root,
    Said,
    Scripts,
    Sign,
    Together,
    Typeset,
    together,
)
from solver.named import NamedTuple

MAX_TOKENS = 3_000
MAX_DEPTH = 12

_TOKEN = re.compile(r"\\([A-Za-z]+\*?|.|$)|(\d+(?:[.,]\d+)*)|([^\W\d_])|(\s+)|(.)", re.DOTALL)
_PLAIN_SIGNS: dict[str, Role] = {
    "+": "binary", "-": "binary", "*": "binary", "/": "ordinary", "=": "relation", "<": "relation", ">": "relation",
    ":": "relation", ",": "punctuation", ";": "punctuation", "(": "open", "[": "open", ")": "close", "]": "close",
    "!": "ordinary", ".": "ordinary", "?": "ordinary", "|": "ordinary", '"': "ordinary",
}  # fmt: skip
_SIGN_OF = dict(SIGNS.values())
_TEXTS = ("text", "textrm", "textnormal", "mbox")
_FRACTIONS = ("frac", "dfrac", "tfrac", "cfrac")
_SCRIPTED = ("overset", "stackrel", "underset")
_IGNORED = frozenset({"displaystyle", "textstyle", "limits", "nolimits", "nonumber"}) | {
    size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")
}
_FENCE_MACROS = {
    "{": "{", "}": "}", "lbrace": "{", "rbrace": "}", "|": "‖", "Vert": "‖", "lVert": "‖", "rVert": "‖", "vert": "|",
    "lvert": "|", "rvert": "|", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "langle": "⟨", "rangle": "⟩",
}  # fmt: skip
_MATRICES = {
    "matrix": ("", ""), "smallmatrix": ("", ""), "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "Bmatrix": ("{", "}"),
    "vmatrix": ("|", "|"), "Vmatrix": ("‖", "‖"),
}  # fmt: skip
_ALIGNED = ("aligned", "align", "align*", "split", "equation", "equation*")
_ENVIRONMENTS = (*_MATRICES, "cases", "array", "gathered", *_ALIGNED)
_ALIGNS: dict[str, Align] = {"l": "left", "c": "centre", "r": "right"}
_KNOWN = [
    *LETTERS, *(name for name in SIGNS if name.isalpha()), *NAMES, *FACES, *MARKS, *_TEXTS, *_FRACTIONS, *_SCRIPTED, "binom",
    "sqrt", "left", "right", "begin", "end", "operatorname", "quad", "qquad", "bm",
]  # fmt: skip
_EMPTY = Together(())
_PRIME = Sign("′")


class _Token(NamedTuple):
    """kind: macro, number, letter, space, sign or end; place: its first character."""

    kind: str
    text: str
    place: int

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else ("\\" if self.kind == "macro" else "") + self.text[:60]


def typeset(latex: str) -> Typeset:
    """The mathematics that LaTeX between dollars says; raises FormulaError, whose column is the character at fault."""
    reader = _MathsReader(latex)
    made = reader.row(0)
    if reader.token.kind != "end":
        raise reader.refused(f"{reader.token} without its beginning")
    return made


def _tokens(latex: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(latex):
        group = match.lastindex or 1
        found.append(_Token(("macro", "number", "letter", "space", "sign")[group - 1], match[group], match.start()))
        if len(found) > MAX_TOKENS:
            raise FormulaError(f"more than {MAX_TOKENS:,} signs in one formula", "", match.start())
    found.append(_Token("end", "", len(latex)))
    return found


class _MathsReader:
    """Reads the tokens from left to right, one level of braces inside the other."""

    def __init__(self, latex: str) -> None:
        self.latex, self.tokens, self.at = latex, _tokens(latex), 0

    # -- tokens -------------------------------------------------------------------------------------------------------
    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def next(self) -> _Token:
        token = self.token
        self.at += token.kind != "end"
        return token

    def skip(self) -> _Token:
        """The next token that is no space, not yet taken."""
        while self.token.kind == "space":
            self.at += 1
        return self.token

    def sees(self, kind: str, *texts: str) -> bool:
        return self.token.kind == kind and self.token.text in texts

    def refused(self, message: str, hint: str = "", token: _Token | None = None) -> FormulaError:
        return FormulaError(message, hint, (token or self.token).place)

    def expect(self, sign: str, after: str) -> None:
        self.skip()
        if not self.sees("sign", sign):
            raise self.refused(f"found {self.token} after {after}, expected {sign}")
        self.at += 1

    # -- rows ---------------------------------------------------------------------------------------------------------
    def ends(self) -> bool:
        """Whether a row ends here: at a closing brace, a column or line of a matrix, \\right, \\end."""
        return self.token.kind == "end" or self.sees("sign", "}", "&") or self.sees("macro", "right", "end", "\\", "cr")

    def row(self, depth: int, closing: str = "") -> Typeset:
        """What stands side by side, up to where the row ends."""
        if depth > MAX_DEPTH:
            raise self.refused("nested too deeply", f"the most is {MAX_DEPTH} levels")
        made: list[Typeset] = []
        while True:
            self.skip()
            if self.ends() or (closing and self.sees("sign", closing)):
                return together(*made) if made else _EMPTY
            part = self.scripted(depth, not made or _opens(made[-1]))
            if part is not None:
                made.append(part)

    def scripted(self, depth: int, first: bool) -> Typeset | None:
        """An atom with what stands below and above it. first: a minus here stands for one of what follows."""
        start = self.token
        base = _EMPTY if self.sees("sign", "^", "_", "'") else self.atom(depth)
        if base is None:
            return None
        if first and isinstance(base, Sign) and base.role == "binary" and base.text in "+-±∓":
            base = base._replace(role="prefix")
        scripts: dict[str, Typeset] = {}
        primes: list[Typeset] = []
        while True:
            self.skip()
            if self.sees("macro", "limits", "nolimits"):
                self.next()
            elif self.sees("sign", "'"):
                self.next()
                primes.append(_PRIME)
            elif self.sees("sign", "_", "^"):
                sign = self.next()
                if sign.text in scripts:
                    raise self.refused(f"a second {sign.text} at one base", "put braces around the first", sign)
                scripts[sign.text] = self.argument(depth, sign.text)
            else:
                break
        if not scripts and not primes:
            return base
        if base is _EMPTY:
            raise self.refused(f"{start} without a base", "{} is an empty one", start)
        above = [*primes, *([scripts["^"]] if "^" in scripts else [])]
        return Scripts(base, scripts.get("_"), together(*above) if above else None, _limited(base))

    def argument(self, depth: int, after: str) -> Typeset:
        """What a macro or a script takes: a group, or the next sign alone."""
        token = self.skip()
        if token.kind == "number" and len(token.text) > 1:  # x^12 is x¹2
            self.tokens[self.at] = _Token("number", token.text[1:], token.place + 1)
            return Digits(token.text[0])
        if self.ends():
            raise self.refused(f"found {token} after {after}, expected what it is about", "such as {x}")
        made = self.atom(depth + 1)
        return _EMPTY if made is None else _alone(made)

    def words(self, after: str) -> str:
        """The text in braces, as it is typed."""
        self.expect("{", after)
        opened, start, level = self.tokens[self.at - 1], self.token.place, 1
        token = opened
        while level:
            token = self.next()
            if token.kind == "end":
                raise self.refused(f"the brace behind {after} is not closed", token=opened)
            if token.kind == "sign":
                level += {"{": 1, "}": -1}.get(token.text, 0)
        return re.sub(r"\\([#$%&_{}])|~", lambda match: match[1] or " ", self.latex[start : token.place])

    # -- atoms --------------------------------------------------------------------------------------------------------
    def atom(self, depth: int) -> Typeset | None:
        """One sign, letter, number, group or macro; None for a macro that changes nothing here."""
        token = self.next()
        match token.kind:
            case "number":
                return Digits(token.text)
            case "letter":
                return Letters(token.text)
            case "macro":
                return self.macro(token, depth)
        if token.text == "{":
            made = self.row(depth + 1)
            self.expect("}", "{…")
            return made
        if token.text == "~":
            return Gap(GAPS[" "])
        if token.text in _PLAIN_SIGNS:
            return Sign("∗" if token.text == "*" else token.text, _PLAIN_SIGNS[token.text])
        if token.text in _SIGN_OF and not token.text.isascii():
            return Sign(token.text, _SIGN_OF[token.text])
        raise self.refused(f"{token} has no meaning in mathematics", "\\text{…} holds words", token)

    def macro(self, token: _Token, depth: int) -> Typeset | None:
        name = token.text
        if name in LETTERS:
            return Letters(LETTERS[name])
        if name in NAMES:
            return Named(name, NAMES[name])
        if name in SIGNS:
            return Sign(*SIGNS[name])
        if name in GAPS:
            return Gap(GAPS[name])
        if name in _IGNORED:
            return None
        if name in FACES or name == "bm":
            return self.face(token, depth)
        if name in MARKS:
            return Accented(MARKS[name], self.argument(depth, str(token)))
        if name in _TEXTS:
            return Said(self.words(str(token)))
        if name in _FRACTIONS or name == "binom":
            top = self.argument(depth, str(token))
            return Over(top, self.argument(depth, str(token)), rule=name != "binom")
        if name in _SCRIPTED:
            script, base = self.argument(depth, str(token)), self.argument(depth, str(token))
            return Scripts(base, script, None, True) if name == "underset" else Scripts(base, None, script, True)
        if name in ("operatorname", "operatorname*"):
            return Named(self.words(str(token)), name.endswith("*"))
        if name == "sqrt":
            return self.root(depth)
        if name == "left":
            return self.enclosed(token, depth)
        if name == "begin":
            return self.environment(token, depth)
        raise self.refused(f"unknown macro {token}", _hint(name), token)

    def face(self, token: _Token, depth: int) -> Typeset:
        """Letters of another face, \\mathbf{W}; what is no letter keeps its own."""
        face = FACES.get(token.text, "bold italic")
        made = self.argument(depth, str(token))
        parts = made.parts if isinstance(made, Together) else (made,)
        letters = "".join(part.text for part in parts if isinstance(part, Letters))
        if face == "upright" and len(letters) == len(parts) > 1:
            return Letters(letters, face)
        return together(*(part._replace(face=face) if isinstance(part, Letters) else part for part in parts))

    def root(self, depth: int) -> Typeset:
        degree = None
        self.skip()
        if self.sees("sign", "["):
            self.next()
            degree = self.row(depth + 1, closing="]")
            self.expect("]", "\\sqrt[…")
        return Root(self.argument(depth, "\\sqrt"), degree)

    def enclosed(self, token: _Token, depth: int) -> Typeset:
        left = self.fence("\\left")
        inner = self.row(depth + 1)
        if not self.sees("macro", "right"):
            raise self.refused("\\left without its \\right", "\\right. ends it without a sign", token)
        self.next()
        return Enclosed(left, inner, self.fence("\\right"))

    def fence(self, after: str) -> str:
        self.skip()
        token = self.next()
        if token.kind == "sign" and token.text in "()[]|.":
            return token.text.replace(".", "")
        if token.kind == "macro" and token.text in _FENCE_MACROS:
            return _FENCE_MACROS[token.text]
        raise self.refused(f"found {token} after {after}, expected a bracket", "( ) [ ] | \\{ \\} or .", token)

    def environment(self, token: _Token, depth: int) -> Typeset:
        name = self.words("\\begin")
        if name not in _ENVIRONMENTS:
            raise self.refused(f"unknown environment {name[:60]!r}", nearest(name, _ENVIRONMENTS), token)
        aligns: tuple[Align, ...] = ("centre",)
        if name == "array":
            aligns = tuple(_ALIGNS[c] for c in self.words("\\begin{array}") if c in _ALIGNS) or aligns
        elif name == "cases":
            aligns = ("left",)
        elif name in _ALIGNED:
            aligns = ("right", "left")
        lattice = Lattice(self.lines(name, token, depth), aligns, tight=name in _ALIGNED)
        left, right = ("{", "") if name == "cases" else _MATRICES.get(name, ("", ""))
        return Enclosed(left, lattice, right) if left else lattice

    def lines(self, name: str, begin: _Token, depth: int) -> tuple[tuple[Typeset, ...], ...]:
        """The lines of an environment, up to its \\end."""
        rows: list[tuple[Typeset, ...]] = []
        cells: list[Typeset] = []
        while True:
            cells.append(self.row(depth + 1))
            end = self.next()
            if end.kind == "sign" and end.text == "&":
                continue
            rows.append(tuple(cells))
            cells = []
            if end.kind == "macro" and end.text in ("\\", "cr"):
                continue
            if end.kind != "macro" or end.text != "end":
                raise self.refused(f"\\begin{{{name}}} without its \\end", token=begin)
            closed = self.words("\\end")
            if closed != name:
                raise self.refused(f"\\end{{{closed[:40]}}} ends \\begin{{{name}}}", token=end)
            return tuple(rows[:-1] if rows[-1] == (_EMPTY,) and len(rows) > 1 else rows)


def _hint(name: str) -> str:
    near = nearest(name, _KNOWN)
    return near.replace("'", "\\", 1).replace("'", "") if near.startswith("did you") else "\\text{…} holds words"


def _alone(made: Typeset) -> Typeset:
    """A sign that is an argument by itself joins nothing: x^+."""
    return made._replace(role="ordinary") if isinstance(made, Sign) and made.role == "binary" else made


def _limited(base: Typeset) -> bool:
    """Whether scripts stand under and over this base in a display."""
    if isinstance(base, Sign):
        return base.role == "large" and base.text not in INTEGRALS
    if isinstance(base, Accented):
        return base.mark in ("overbrace", "underbrace")
    return isinstance(base, Named) and base.limits


def _opens(before: Typeset) -> bool:
    """Whether a plus or minus behind this stands for one of what follows."""
    return isinstance(before, Sign) and before.role in ("binary", "relation", "open", "punctuation", "prefix", "large")
