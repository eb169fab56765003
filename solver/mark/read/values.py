"""The text of one cell to a number, as students write it.

Nothing is evaluated: a value is what a pattern or a small grammar (`closed_forms.py`) matches, what stands around it
(`y = 0.81 V (2 dp)`) is set aside and what was read is shown, and everything else is asked back. Where a text may mean
two numbers, one of these rules decides, or it is asked back:

- a comma parts decimals, but for a count and values in the thousands, where `16,941` is 16941;
- `3.534` for a count or a value in the thousands is asked back, unless the decimal sign is said;
- `81%` is 0.81 where the key is at most 1, and `138M` is 138 million where it is in the thousands; else asked back;
- `2,48` alone, where two numbers are asked for, is asked back (`grids.py`).
"""

from __future__ import annotations

import re
import unicodedata
from math import inf

from solver.mark.judge.numbers import NO_LIMIT
from solver.mark.read.closed_forms import closed_form
from solver.mark.read.decimals import (
    BLANKS,
    MAX_NUMBER,
    MAX_SIZE,
    ONE_POINT_GROUP,
    PLAIN,
    PLAIN_NUMBER,
    DecimalSign,
    Number,
    Scale,
    UnreadableError,
    bare,
    decimal,
    exact_or_decimal,
    plain_number,
    shown,
    tidy,
)

MAX_AROUND = 200
_MINUS_INFINITY = re.compile(r"- ?(?:∞|\.?inf(?:inity|ty)?|oo|\\infty)", re.IGNORECASE)


def number(text: str, sign: DecimalSign = "auto", scale: Scale = PLAIN) -> Number | None:
    """A number, `None` where nothing was written; raises UnreadableError. scale: of the number asked for."""
    t = text.strip()
    if (
        PLAIN_NUMBER.fullmatch(t)
        and len(t) <= MAX_NUMBER
        and not (sign != "point" and "." in t and _groups(t, sign, scale))
    ):
        return plain_number(t, 0)
    if len(t) > MAX_AROUND:
        raise UnreadableError(f"{len(t):,} characters are too many for a number")
    if t.lower() in BLANKS:
        return None
    t = tidy(t)
    if t.lower() in BLANKS:
        return None
    plain = bare(t)
    if _MINUS_INFINITY.fullmatch(plain):
        return Number(-inf, 0)
    try:
        return exact_or_decimal(plain, sign, scale)
    except UnreadableError as reason:
        found = _within(t, sign, scale)
        if found is None:
            raise reason from None
    return found


def _groups(t: str, sign: DecimalSign, scale: Scale) -> bool:
    """Whether a point may part thousands in a plain number, so that it has to be looked at again."""
    return sign == "comma" or (scale.whole and ONE_POINT_GROUP.fullmatch(t.lstrip("+-")) is not None)


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
    said = [_side(piece) for piece in _EQUALS.split(_untitled(bare(t.strip())))]
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
    return bare(_LEAD.sub("", piece.strip(), count=1)).strip()


def _value(t: str, sign: DecimalSign, scale: Scale) -> Number | None:
    """The number on one side of an equals sign: with a remark, a unit, a percent sign or in closed form."""
    t = bare(_REMARK.sub("", t).rstrip(" ;,!✓…").strip())
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
        return exact_or_decimal(t, sign, scale)
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
    return decimal(found[1], sign, PLAIN, -2)


def _prefixed(t: str, sign: DecimalSign, scale: Scale) -> Number | None:
    """`138M`, `1.5 GFLOPs`: thousands, millions, where the number asked for is as large."""
    if _BYTES.fullmatch(t):
        raise UnreadableError("kilobytes or megabytes: of 1000 or of 1024, and in which unit?")
    found = _PREFIX.fullmatch(t)
    if found is None or (found[2] in ("m", "g", "t", "b")):
        return None
    if not scale.thousands:
        raise UnreadableError(f"{found[1]}, or times the {found[2]}?")
    return decimal(found[1], sign, PLAIN, _POWERS_OF_TEN[found[2].casefold().rstrip(".")])


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
