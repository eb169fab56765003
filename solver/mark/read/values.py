"""The text of one cell to a value: numbers as students write them, vectors in one cell, words.

Nothing is evaluated: a value is what a pattern matches, and everything else is unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import inf, isfinite
from typing import Literal, NamedTuple, TypeVar

from solver.mark.judge.numbers import NO_LIMIT

DecimalSign = Literal["auto", "point", "comma"]
"""What parts the decimals: a point (0.86), a comma (0,86), or whichever fits each value."""

MAX_NUMBER = 64
MAX_WORDS = 20_000
MAX_SIZE = 1e30
"""The largest number that is read; beyond it lies no answer, and products of such numbers stay finite."""

BLANKS = frozenset(("", "-", "–", "—", "?", ".", "~", "nan", "na", "n/a", "null", "none", "blank"))
"""What stands for an answer that was not given, in lower case."""


class UnreadableError(ValueError):
    """A cell that says nothing that can be marked; its text is the reason."""


class Number(NamedTuple):
    """A number as written: its value and its decimals (NO_LIMIT for a fraction, which is exact)."""

    value: float
    decimals: int


_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_SCIENTIFIC = re.compile(r"(.+?)(?:e|\s*[x*·]\s*10\s*(?:\^|\*\*)?)\s*[({]?([+-]?[0-9]{1,3})[)}]?", re.IGNORECASE)
_COMMA_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_POINT_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]*)?")
_SPACE_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:[ '’][0-9]{3})+(?:[.,][0-9]*)?")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]*|,[0-9]+")
_ONE_GROUP = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("−–—﹣－‐‑", "-"),  # minus signs and dashes that keyboards and word processors put
        **dict.fromkeys("×✕⋅∙", "x"),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f\u2002\u2003", " "),
        "⁄": "/",
        "∕": "/",
        "＋": "+",
    }
)
_MINUS_INFINITY = re.compile(r"- ?(?:∞|\.?inf(?:inity|ty)?|oo|\\infty)", re.IGNORECASE)
_POWER = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def number(text: str, sign: DecimalSign = "auto", whole: bool = False) -> Number | None:
    """A number, `None` where nothing was written; raises UnreadableError.

    whole: the answer is a count or in the thousands, so that `16,941` is 16941 rather than 16.941.
    """
    t = text.strip()
    if len(t) > MAX_NUMBER:
        raise UnreadableError(f"{len(t):,} characters are too many for a number")
    if _PLAIN.fullmatch(t) and (sign != "comma" or "." not in t):
        return _number(t, 0)
    if t.lower() in BLANKS:
        return None
    t = _tidy(t)
    if _MINUS_INFINITY.fullmatch(t):
        return Number(-inf, 0)
    if not any(c.isdigit() for c in t):
        raise UnreadableError("not a number")
    top, slash, bottom = t.partition("/")
    if slash:
        return _fraction(_decimal(top, sign, whole), _decimal(bottom, sign, whole))
    return _decimal(t, sign, whole)


def _tidy(t: str) -> str:
    """The text with one kind of minus, of space and of times; brackets round the whole removed."""
    t = _POWER.sub(lambda power: "^" + power[0].translate(_POWERS), t.translate(_SIGNS))
    while len(t) > 1 and (t[0], t[-1]) in (("[", "]"), ("(", ")"), ("{", "}"), ("$", "$")):
        t = t[1:-1]
    return t.strip()


def _decimal(t: str, sign: DecimalSign, whole: bool) -> Number:
    """A number with or without a power of ten."""
    t, power = t.strip(), 0
    scientific = _SCIENTIFIC.fullmatch(t)
    if scientific:
        t, power = scientific[1].strip(), int(scientific[2])
    minus = ""
    if t[:1] in ("+", "-"):
        minus, t = t[0], t[1:].strip()
    return _number(minus + _pointed(t, sign, whole), power)


def _pointed(t: str, sign: DecimalSign, whole: bool) -> str:
    """The digits with a decimal point and no thousands separators."""
    if sign != "point" and _POINT_GROUPS.fullmatch(t) and (sign == "comma" or t.count(".") > 1 or "," in t):
        return t.replace(".", "").replace(",", ".")
    if _PLAIN.fullmatch(t):
        return t
    if _SPACE_GROUPS.fullmatch(t):
        return re.sub(r"[ '’]", "", t).replace(",", ".")
    grouped = sign != "comma" and _COMMA_GROUPS.fullmatch(t) is not None
    if grouped and (sign == "point" or whole or not _ONE_GROUP.fullmatch(t)):
        return t.replace(",", "")
    if _DECIMAL_COMMA.fullmatch(t):
        if sign == "point":
            raise UnreadableError("a comma where a point is the decimal sign")
        return t.replace(",", ".")
    raise UnreadableError("not a number")


def _number(t: str, power: int) -> Number:
    if not _PLAIN.fullmatch(t):
        raise UnreadableError("not a number")
    value = float(f"{t}e{power}") if power else float(t)
    if abs(value) > MAX_SIZE or not isfinite(value):
        raise UnreadableError("too large a number")
    _, _, decimals = t.partition(".")
    return Number(value + 0.0, len(decimals) - power)


def _fraction(top: Number, bottom: Number) -> Number:
    if bottom.value == 0:
        raise UnreadableError("a fraction over 0")
    value = top.value / bottom.value
    if abs(value) > MAX_SIZE:
        raise UnreadableError("too large a number")
    return Number(value, NO_LIMIT)


# -- vectors and matrices ---------------------------------------------------------------------------------------------
T = TypeVar("T")


def elements(text: str, shape: tuple[int, int], sign: DecimalSign = "auto") -> list[str]:
    """The texts of a whole answer's cells by rows, all "" where nothing was written; raises UnreadableError.

    `[1.3, -4.7]`, `[1.3; -4.7]`, `1,3; -4,7`, `[[1, 2], [3, 4]]`, `[1 2; 3 4]`; a vector may lie or stand.
    """
    count = shape[0] * shape[1]
    if len(text) > MAX_NUMBER * count + 200:
        raise UnreadableError(f"{len(text):,} characters are too many for {count} numbers")
    t = text.translate(_SIGNS).strip()
    if t.lower() in BLANKS:
        return [""] * count
    t = re.sub(r"(?<=[\])}])(?:\.T|\^?\{?T\}?|')$", "", t)
    rows = _rows(t.translate(_BRACKETS))
    # a comma parts cells or is the decimal sign: whichever gives the shape asked for
    grids = [[_split(row, comma) for row in rows] for comma in ((False, True) if sign == "comma" else (True, False))]
    for grid in (*grids, *(grid[:-1] for grid in grids if grid[-1] == [""])):  # a semicolon may end the last row, too
        fitted = fit(grid, shape)
        if fitted is not None:
            return fitted
    raise UnreadableError(misfit(grids[0], shape))


def fit(grid: Sequence[Sequence[T]], shape: tuple[int, int]) -> list[T] | None:
    """The cells by rows of a grid that has the shape; a vector may lie or stand."""
    cells = [cell for row in grid for cell in row]
    widths = {len(row) for row in grid}
    if len(grid) == shape[0] and widths == {shape[1]}:
        return cells
    line = len(grid) == 1 or widths == {1}
    return cells if 1 in shape and line and len(cells) == shape[0] * shape[1] else None


def misfit(grid: Sequence[Sequence[T]], shape: tuple[int, int]) -> str:
    """Why a grid does not fit a shape."""
    widths = sorted({len(row) for row in grid})
    expected = f"expected {shape[0]}×{shape[1]}"
    if len(widths) == 1:
        return f"{len(grid)}×{widths[0]} numbers, {expected}"
    return f"{len(grid)} rows of {' and '.join(map(str, widths[:4]))} numbers, {expected}"


_BRACKETS = str.maketrans("(){}", "[][]")


def _rows(t: str) -> list[str]:
    """The rows of a bracketed or bare list of numbers."""
    inner = re.fullmatch(r"\[\s*(\[[^\[\]]*\](?:[\s,;]*\[[^\[\]]*\])*)[\s,;]*\]", t)
    if inner:
        return re.findall(r"\[([^\[\]]*)\]", inner[1])
    flat = re.fullmatch(r"\[([^\[\]]*)\]", t)
    t = flat[1] if flat else t
    if "[" in t or "]" in t:
        raise UnreadableError("brackets that do not match")
    return re.split(r"[;\n]", t)


def _split(row: str, comma: bool) -> list[str]:
    """The cells of a row; comma: every comma parts two cells, otherwise only one with a space after it does."""
    if comma and "," in row:
        return [cell.strip() for cell in row.split(",")]
    return re.split(r"\s*,\s+|\s+", row.strip())


# -- words ------------------------------------------------------------------------------------------------------------
def prose(text: str) -> str | None:
    """Words with single spaces, which are judged elsewhere; None where blank. Raises UnreadableError."""
    if len(text) > MAX_WORDS:
        raise UnreadableError(f"{len(text):,} characters are too many")
    t = " ".join(text.split())
    return None if t in ("", "-", "–", "—") else t
