"""Words from a spec made safe to show: nothing in them can steer a terminal, reorder a line or hide itself."""

import re

_BREAKS = r"[\t\n\v\f\r\x85\u2028\u2029]+"  # as text: compiled where a text first has such signs
_JOINERS = "\u200c\u200d"  # letters and emoji of several parts need them
_UNKNOWN = "\ufffd"
_STARTS_A_FORMULA = frozenset("=+-@＝＋－＠")


def clean(text: str) -> str:
    """The text on one line: breaks and tabs become spaces, control characters their pictures (ESC is ␛).

    Removed are the invisible: the marks that change the direction of writing, tags, zero-width spaces.
    Lone surrogates and noncharacters, which no file may hold, become �.
    """
    if text.isprintable():
        return text
    return "".join(map(_shown, re.sub(_BREAKS, " ", text)))


def safe_cell(text: str) -> str:
    """The text as a spreadsheet shows and never computes it: an apostrophe stands before what it takes for a formula."""
    plain = clean(text)
    if plain.lstrip()[:1] in _STARTS_A_FORMULA or text[:1] in ("\t", "\r", "\n"):
        return "'" + plain
    return plain


def _shown(c: str) -> str:
    if c.isprintable():
        return c
    import unicodedata  # seldom needed

    code = ord(c)
    match unicodedata.category(c):
        case "Cc":
            return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else _UNKNOWN
        case "Cs":
            return _UNKNOWN
        case "Cf":
            return c if c in _JOINERS else ""
        case "Cn" if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
            return _UNKNOWN
        case _:
            return c
