"""A number with nothing around it: digits with a decimal sign, thousands, powers of ten, and fractions, which are exact."""

from __future__ import annotations

import re
from math import isfinite
from typing import Literal, NamedTuple

from solver.mark.judge.numbers import NO_LIMIT

DecimalSign = Literal["auto", "point", "comma"]
"""What parts the decimals: a point (0.86), a comma (0,86), or whichever fits each value."""

MAX_NUMBER = 64
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


PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_SCIENTIFIC = re.compile(r"(.+?)(?:e|\s*[x*·]\s*10\s*(?:\^|\*\*)?)\s*[({]?([+-]?[0-9]{1,3})[)}]?", re.IGNORECASE)
_COMMA_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_POINT_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]*)?")
_SPACE_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:[ '’][0-9]{3})+(?:[.,][0-9]*)?")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]*|,[0-9]+")
_ONE_GROUP = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
ONE_POINT_GROUP = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")

SIGNS = str.maketrans(
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
_POWER = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def exact_or_decimal(t: str, sign: DecimalSign, scale: Scale) -> Number:
    """A number with nothing around it: a decimal, or a fraction, which is exact."""
    if len(t) > MAX_NUMBER:
        raise UnreadableError(f"{len(t):,} characters are too many for a number")
    if not any(c.isdigit() for c in t):
        raise UnreadableError("not a number")
    top, slash, bottom = t.partition("/")
    if slash:
        return _fraction(decimal(top, sign, scale), decimal(bottom, sign, scale))
    return decimal(t, sign, scale)


def tidy(t: str) -> str:
    """The text with one kind of minus, of space and of times, and nothing that cannot be seen."""
    return _POWER.sub(lambda power: "^" + power[0].translate(_POWERS), t.translate(SIGNS)).strip()


def bare(t: str) -> str:
    """The text without brackets, quotes or signs of mathematics around the whole."""
    while len(t) > 1 and (t[0], t[-1]) in _AROUND and t[-1] not in t[1:-1]:
        t = t[1:-1].strip()
    return t


_AROUND = (("[", "]"), ("(", ")"), ("{", "}"), ("$", "$"), ('"', '"'), ("'", "'"), ("“", "”"), ("`", "`"))


def decimal(t: str, sign: DecimalSign, scale: Scale, power: int = 0) -> Number:
    """A number with or without a power of ten; power: of ten, that it is taken times."""
    t = t.strip()
    scientific = _SCIENTIFIC.fullmatch(t)
    if scientific:
        t, power = scientific[1].strip(), power + int(scientific[2])
    minus = ""
    if t[:1] in ("+", "-"):
        minus, t = t[0], t[1:].strip()
    return plain_number(minus + _pointed(t, sign, scale), power)


def _pointed(t: str, sign: DecimalSign, scale: Scale) -> str:
    """The digits with a decimal point and no thousands separators."""
    if sign != "point" and _POINT_GROUPS.fullmatch(t) and (sign == "comma" or t.count(".") > 1 or "," in t):
        return t.replace(".", "").replace(",", ".")
    if sign == "auto" and scale.whole and ONE_POINT_GROUP.fullmatch(t):
        raise UnreadableError(f"{t} or {t.replace('.', '')}? Say which the point is with --decimal")
    if PLAIN_NUMBER.fullmatch(t):
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


def plain_number(t: str, power: int) -> Number:
    if not PLAIN_NUMBER.fullmatch(t):
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


def shown(found: Number) -> str:
    """A number as it is shown: with its decimals, fractions and roots as decimals."""
    if found.decimals >= NO_LIMIT:
        return f"{found.value:.10g}"
    return f"{found.value:.{min(max(found.decimals, 0), 30)}f}"
