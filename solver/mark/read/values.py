"""The text of one cell to a value: numbers as students write them, vectors in one cell, words.

Nothing is evaluated: a value is what a pattern or a small grammar (`closed_forms.py`) matches, what stands around it
(`y = 0.81 V (2 dp)`) is set aside and what was read is shown, and everything else is asked back. Where a text may mean
two numbers, one of these rules decides, or it is asked back:

- a comma parts decimals, but for a count and values in the thousands, where `16,941` is 16941;
- `3.534` for a count or a value in the thousands is asked back, unless the decimal sign is said;
- `81%` is 0.81 where the key is at most 1, and `138M` is 138 million where it is in the thousands; else asked back;
- `2,48` alone, where two numbers are asked for, is asked back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from math import inf, isfinite
from typing import Literal, NamedTuple, TypeVar

from solver.mark.judge.numbers import NO_LIMIT
from solver.mark.read.closed_forms import closed_form

DecimalSign = Literal["auto", "point", "comma"]
"""What parts the decimals: a point (0.86), a comma (0,86), or whichever fits each value."""

MAX_NUMBER = 64
MAX_AROUND = 200
MAX_WORDS = 20_000
MAX_SIZE = 1e30
"""The largest number that is read; beyond it lies no answer, and products of such numbers stay finite."""

BLANKS = frozenset(("", "-", "–", "—", "?", ".", "~", "nan", "na", "n/a", "null", "none", "blank"))
"""What stands for an answer that was not given, in lower case."""


class UnreadableError(ValueError):
    """A cell that says nothing that can be marked; its text is the reason."""


class Scale(NamedTuple):
    """What is known of the number asked for: whether it is a count, is above 1, is in the thousands."""

    counted: bool = False
    above_one: bool = False
    thousands: bool = False

    @property
    def whole(self) -> bool:
        """Whether `16,941` is sixteen thousand here rather than 16.941."""
        return self.counted or self.thousands


PLAIN = Scale()


class Number(NamedTuple):
    """A number as written: its value and its decimals (NO_LIMIT for a fraction, a power or a root, which are exact).

    shown: what was read, where the text says it in another way than a plain number; else "".
    """

    value: float
    decimals: int
    shown: str = ""


_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_SCIENTIFIC = re.compile(r"(.+?)(?:e|\s*[x*·]\s*10\s*(?:\^|\*\*)?)\s*[({]?([+-]?[0-9]{1,3})[)}]?", re.IGNORECASE)
_COMMA_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_POINT_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]*)?")
_SPACE_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:[ '’][0-9]{3})+(?:[.,][0-9]*)?")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]*|,[0-9]+")
_ONE_GROUP = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
_ONE_POINT_GROUP = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("−–—﹣－‐‑", "-"),  # minus signs and dashes that keyboards and word processors put
        **dict.fromkeys("×✕⋅∙", "x"),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f\u2002\u2003\u2006\u3000", " "),
        **dict.fromkeys(
            "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        ),
        **{chr(0xFF10 + digit): str(digit) for digit in range(10)},  # full width, as a Japanese keyboard types them
        "．": ".",
        "，": ",",
        "⁄": "/",
        "∕": "/",
        "＋": "+",
        "％": "%",
        "＝": "=",
    }
)
_MINUS_INFINITY = re.compile(r"- ?(?:∞|\.?inf(?:inity|ty)?|oo|\\infty)", re.IGNORECASE)
_POWER = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def number(text: str, sign: DecimalSign = "auto", scale: Scale = PLAIN) -> Number | None:
    """A number, `None` where nothing was written; raises UnreadableError. scale: of the number asked for."""
    t = text.strip()
    if _PLAIN.fullmatch(t) and len(t) <= MAX_NUMBER and not (sign != "point" and "." in t and _groups(t, sign, scale)):
        return _number(t, 0)
    if len(t) > MAX_AROUND:
        raise UnreadableError(f"{len(t):,} characters are too many for a number")
    if t.lower() in BLANKS:
        return None
    t = _tidy(t)
    if t.lower() in BLANKS:
        return None
    plain = _bare(t)
    if _MINUS_INFINITY.fullmatch(plain):
        return Number(-inf, 0)
    try:
        return _exact_or_decimal(plain, sign, scale)
    except UnreadableError as reason:
        found = _within(t, sign, scale)
        if found is None:
            raise reason from None
    return found


def _groups(t: str, sign: DecimalSign, scale: Scale) -> bool:
    """Whether a point may part thousands in a plain number, so that it has to be looked at again."""
    return sign == "comma" or (scale.whole and _ONE_POINT_GROUP.fullmatch(t.lstrip("+-")) is not None)


def _exact_or_decimal(t: str, sign: DecimalSign, scale: Scale) -> Number:
    """A number with nothing around it: a decimal, or a fraction, which is exact."""
    if len(t) > MAX_NUMBER:
        raise UnreadableError(f"{len(t):,} characters are too many for a number")
    if not any(c.isdigit() for c in t):
        raise UnreadableError("not a number")
    top, slash, bottom = t.partition("/")
    if slash:
        return _fraction(_decimal(top, sign, scale), _decimal(bottom, sign, scale))
    return _decimal(t, sign, scale)


def _tidy(t: str) -> str:
    """The text with one kind of minus, of space and of times, and nothing that cannot be seen."""
    return _POWER.sub(lambda power: "^" + power[0].translate(_POWERS), t.translate(_SIGNS)).strip()


def _bare(t: str) -> str:
    """The text without brackets, quotes or signs of mathematics around the whole."""
    while len(t) > 1 and (t[0], t[-1]) in _AROUND and t[-1] not in t[1:-1]:
        t = t[1:-1].strip()
    return t


_AROUND = (("[", "]"), ("(", ")"), ("{", "}"), ("$", "$"), ('"', '"'), ("'", "'"), ("“", "”"), ("`", "`"))


def _decimal(t: str, sign: DecimalSign, scale: Scale, power: int = 0) -> Number:
    """A number with or without a power of ten; power: of ten, that it is taken times."""
    t = t.strip()
    scientific = _SCIENTIFIC.fullmatch(t)
    if scientific:
        t, power = scientific[1].strip(), power + int(scientific[2])
    minus = ""
    if t[:1] in ("+", "-"):
        minus, t = t[0], t[1:].strip()
    return _number(minus + _pointed(t, sign, scale), power)


def _pointed(t: str, sign: DecimalSign, scale: Scale) -> str:
    """The digits with a decimal point and no thousands separators."""
    if sign != "point" and _POINT_GROUPS.fullmatch(t) and (sign == "comma" or t.count(".") > 1 or "," in t):
        return t.replace(".", "").replace(",", ".")
    if sign == "auto" and scale.whole and _ONE_POINT_GROUP.fullmatch(t):
        raise UnreadableError(f"{t} or {t.replace('.', '')}? Say which the point is with --decimal")
    if _PLAIN.fullmatch(t):
        return t
    if _SPACE_GROUPS.fullmatch(t):
        return re.sub(r"[ '’]", "", t).replace(",", ".")
    grouped = sign != "comma" and _COMMA_GROUPS.fullmatch(t) is not None
    if grouped and (sign == "point" or scale.whole or not _ONE_GROUP.fullmatch(t)):
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


# -- what stands around a number --------------------------------------------------------------------------------------
_LATEX = (
    (re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}"), r"(\1)/(\2)"),
    (re.compile(r"\\sqrt\s*\{([^{}]*)\}"), r"√(\1)"),
    (re.compile(r"\\(?:approx|simeq)"), "≈"),
    (re.compile(r"\\(?:cdot|times)"), "·"),
    (re.compile(r"\\pi"), "π"),
    (re.compile(r"\\[,;:! ]|\\(?:left|right)|\\[()\[\]]"), " "),
)
_VULGAR = re.compile(r"([0-9]*)([¼-¾⅐-⅞])")
_LEAD = re.compile(
    r"(?:the\s+)?(?:final\s+)?(?:answer|ans|result|value|class|approx(?:imately)?|about|ca|circa|roughly)\b[.:]?(?:\s+is\b)?\s*",
    re.I,
)
_EQUALS = re.compile(r":=|=>|->|→|⇒|[=≈≅≃≐]|^~")
_TITLE = re.compile(r"[^\W\d][\w\[\],/^]{0,40}\s*:(?!=)\s*")
_LABEL = re.compile(r"[^\W\d][\w()\[\],.'^*{}∂∇/ -]{0,40}")
_REMARK = re.compile(
    r"\s*\((?:[^\W\d]|[ .,'-])+\)$|\s*\(?\s*(?:to\s+)?[0-9]{1,2}\s*(?:dp|d\.p|sf|s\.f|sig(?:nificant)?\s*fig\w*|figs?|figures?|decimals?(?:\s+places)?|places|digits|dec)\.?\s*\)?$",
    re.I,
)
_UNIT = re.compile(
    r"(.*[0-9)])(?:\s+([^\W\d_]{1,20}(?:[ /-][^\W\d_]{1,20}){0,2})|\s*(px|pixels?|params?|parameters|weights|neurons|units?|bits?|flops?|macs?|ops|ms|s|cm|mm|rad|deg|V|°))[.]?",
    re.I,
)
_NO_UNITS = frozenset(
    ("or", "and", "not", "x", "e", "to", "by", "is", "oder", "und", "ou", "et", "o", "y", "bis", "pm")
)
_PREFIX = re.compile(
    r"(.*[0-9])\s*(k|K|M|G|T|B|bn|Mio\.?|thousand|million|billion|trillion)\s*(?:flops?|macs?|params?|parameters?|weights?|ops|operations)?",
    re.I,
)
_POWERS_OF_TEN = {
    "k": 3,
    "thousand": 3,
    "m": 6,
    "mio": 6,
    "million": 6,
    "g": 9,
    "b": 9,
    "bn": 9,
    "billion": 9,
    "t": 12,
    "trillion": 12,
}
_BYTES = re.compile(r".*[0-9]\s*[kmgt]i?b(?:ytes?)?", re.I)


def _within(t: str, sign: DecimalSign, scale: Scale) -> Number | None:
    """The number within a text that says more, None where there is none; raises UnreadableError where there are two."""
    for pattern, plain in _LATEX:
        t = pattern.sub(plain, t)
    said = [_side(piece) for piece in _EQUALS.split(_untitled(_bare(t.strip())))]
    if len(said) > 1 and not said[-1]:
        return None
    found = _value(said[-1], sign, scale)
    if found is None:
        return None
    for piece in said[:-1]:
        if _LABEL.fullmatch(piece):
            continue
        before = _value(piece, sign, scale)
        if before is not None and abs(before.value - found.value) > 0.51 * 10.0 ** -min(found.decimals, 12):
            raise UnreadableError("two different numbers")
    return Number(found.value, found.decimals, shown(found))


def _untitled(t: str) -> str:
    """The text without a name and a colon before it."""
    title = _TITLE.match(t)
    return t[title.end() :] if title else t


def _side(piece: str) -> str:
    return _bare(_LEAD.sub("", piece.strip(), count=1)).strip()


def _value(t: str, sign: DecimalSign, scale: Scale) -> Number | None:
    """The number on one side of an equals sign: with a remark, a unit, a percent sign or in closed form."""
    t = _bare(_REMARK.sub("", t).rstrip(" ;,!✓…").strip())
    t = re.sub(r"^'(?=[-+.0-9])|(?<=[0-9])\.{1,}$", "", t)
    if not t:
        return None
    for read in (_as_written, _percent, _prefixed, _closed, _with_unit):
        found = read(t, sign, scale)
        if found is not None:
            return found
    return None


def _as_written(t: str, sign: DecimalSign, scale: Scale) -> Number | None:
    try:
        return _exact_or_decimal(t, sign, scale)
    except UnreadableError as reason:
        if str(reason) == "not a number":
            return None
        raise


def _percent(t: str, sign: DecimalSign, scale: Scale) -> Number | None:
    """`81%`: hundredths, where the number asked for is at most 1."""
    found = re.fullmatch(r"(.*[0-9])\s*(?:%|per\s?cent|pct)\.?", t, re.I)
    if found is None:
        return None
    if scale.above_one:
        raise UnreadableError("a percentage: the number itself, or hundredths?")
    return _decimal(found[1], sign, PLAIN, -2)


def _prefixed(t: str, sign: DecimalSign, scale: Scale) -> Number | None:
    """`138M`, `1.5 GFLOPs`: thousands, millions, where the number asked for is as large."""
    if _BYTES.fullmatch(t):
        raise UnreadableError("kilobytes or megabytes: of 1000 or of 1024, and in which unit?")
    found = _PREFIX.fullmatch(t)
    if found is None or (found[2] in ("m", "g", "t", "b")):
        return None
    if not scale.thousands:
        raise UnreadableError(f"{found[1]}, or times the {found[2]}?")
    return _decimal(found[1], sign, PLAIN, _POWERS_OF_TEN[found[2].casefold().rstrip(".")])


def _closed(t: str, sign: DecimalSign, scale: Scale) -> Number | None:
    """A power, root or constant, which is exact."""
    mixed = _VULGAR.fullmatch(t.lstrip("-"))
    if mixed:
        value = float(mixed[1] or 0) + unicodedata.numeric(mixed[2])
        return Number(-value if t.startswith("-") else value, NO_LIMIT)
    pointed = t if sign == "point" else re.sub(r"(?<=[0-9]),(?=[0-9])", ".", t)
    found = closed_form(pointed)
    if found is None:
        return None
    if abs(found) > MAX_SIZE:
        raise UnreadableError("too large a number")
    return Number(found + 0.0, NO_LIMIT)


def _with_unit(t: str, sign: DecimalSign, scale: Scale) -> Number | None:
    found = _UNIT.fullmatch(t)
    if found is None or not _NO_UNITS.isdisjoint((found[2] or "").casefold().split()):
        return None
    return _value(found[1], sign, scale)


def shown(found: Number) -> str:
    """A number as it is shown: with its decimals, fractions and roots as decimals."""
    if found.decimals >= NO_LIMIT:
        return f"{found.value:.10g}"
    return f"{found.value:.{min(max(found.decimals, 0), 30)}f}"


# -- vectors and matrices ---------------------------------------------------------------------------------------------
T = TypeVar("T")


def elements(text: str, shape: tuple[int, int], sign: DecimalSign = "auto") -> list[str]:
    """The texts of a whole answer's cells by rows, all "" where nothing was written; raises UnreadableError.

    `[1.3, -4.7]`, `[1.3; -4.7]`, `1,3; -4,7`, `[[1, 2], [3, 4]]`, `[1 2; 3 4]`, `u = (1.3, -4.7)ᵀ`, `3x3x1`; a vector
    may lie or stand.
    """
    count = shape[0] * shape[1]
    if len(text) > MAX_NUMBER * count + 200:
        raise UnreadableError(f"{len(text):,} characters are too many for {count} numbers")
    t = text.translate(_SIGNS).strip()
    if t.lower() in BLANKS:
        return [""] * count
    t = _TRANSPOSED.sub("", _LABELLED.sub("", _of_latex(t), count=1).strip())
    if _SIZE.fullmatch(t) and 1 in shape:
        t = _BY.sub("; ", t)
    elif sign == "auto" and count == 2 and _LONE_COMMA.fullmatch(t):
        raise UnreadableError(f"two numbers, or one with a decimal comma? Two are {t.replace(',', '; ')}")
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


def _of_latex(t: str) -> str:
    """The text without LaTeX's words for brackets and rows."""
    if "\\" not in t:
        return t
    t = re.sub(r"\\(?:begin|end)\s*\{[bpvB]?(?:small)?matrix\}|\\(?:left|right)", "", t)
    return t.replace("\\\\", ";").replace("&", " ").strip(" $")


_BRACKETS = str.maketrans("(){}<>⟨⟩⎡⎢⎣⎤⎥⎦|", "[][][][]       ")
_LABELLED = re.compile(r"^[^\W\d][\w()\[\]^'∂∇/ ]{0,30}?\s*[=≈:]\s*(?=[\[({<⟨\d.+-])")
_TRANSPOSED = re.compile(r"(?<=[\])}>⟩])(?:\s*\.T|\s*\^?\{?(?:T|⊤|ᵀ)\}?|')$")
_SIZE = re.compile(r"\d{1,9}(?:\s*[x·*]\s*\d{1,9})+", re.IGNORECASE | re.ASCII)
_BY = re.compile(r"\s*[x·*]\s*", re.IGNORECASE)
_LONE_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")


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
