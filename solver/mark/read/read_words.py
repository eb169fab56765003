"""Words as students write them, `FALSE because …`, `Option B`, `12·1·1`, to the word that the key is of the kind of.

A misspelt word is asked back, never guessed: whoever reads it knows what `Flase` means, and a program must not.
"""

from __future__ import annotations

import re

from solver.mark.read.decimals import UnreadableError

_TRUTHS = {
    **dict.fromkeys(("true", "t", "yes", "y"), "TRUE"),
    **dict.fromkeys(("false", "f", "no", "n"), "FALSE"),
}
_AROUND = " .,;:()[]{}\"'`*_“”’!"
_LEAD = (
    r"(?:(?:my|the)\s+)?(?:final\s+)?(?:(?:answer|ans|option|choice|statement|it|this|that)\b[\s.:=]*(?:is\b)?[\s:=]*)*"
)
_TRUTH = re.compile(_LEAD + r"(true|false|t|f|yes|no|y|n)\b(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_LETTER = re.compile(_LEAD + r"[(\[]?([a-z])\b(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_BECAUSE = re.compile(r"\W*(?:because|since|as|due|for)\b", re.IGNORECASE)
_REMARK = re.compile(r"\s*[.,;:()\]–—-].*[^\W\d]{3}", re.DOTALL)
_OTHER = re.compile(r"\b(?:[A-Z]|(?i:true|false|yes|no|or|and))\b")
_SIZE = re.compile(
    r"\D{0,40}?(\d{1,9}(?:\s*(?:[x×✕*·⋅∙,]|by)\s*\d{1,9})+)(?:\s+[a-z]{1,20})*\.?", re.IGNORECASE | re.ASCII
)
_KEY_SIZE = re.compile(r"\d{1,9}(?:\s*[x×*,]\s*\d{1,9})+", re.IGNORECASE)
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_LONG_WORD = 5
MAX_WORDS = 20_000


def word(text: str, expected: str) -> str | None:
    """The word that a text says, None where it is blank; raises UnreadableError where it has to be asked back.

    expected: the key's word, which says the kind: a truth, a letter, a size such as 12×1×1, or a word of its own.
    """
    found = prose(_UNSEEN.sub("", text))
    if found is None:
        return None
    key = expected.casefold()
    if key in ("true", "false"):
        return _truth(found)
    if len(key) == 1 and key.isalpha():
        return _letter(found)
    if _KEY_SIZE.fullmatch(expected):
        return _size(found)
    plain = found.strip(_AROUND).casefold()
    if len(key) >= _LONG_WORD and plain != key and _one_slip(plain, key):
        raise UnreadableError("a word that is misspelt, or another one?")
    return found


def _truth(found: str) -> str:
    if found.strip(_AROUND).casefold() in _TRUTHS:
        return found
    match = _TRUTH.fullmatch(found)
    if match is None or not _told(match["rest"]):
        raise UnreadableError("neither TRUE nor FALSE")
    return _TRUTHS[match[1].casefold()]


def _letter(found: str) -> str:
    plain = found.strip(_AROUND)
    if len(plain) == 1:
        return found
    match = _LETTER.fullmatch(found)
    if match is None or not _told(match["rest"]):
        raise UnreadableError("not one letter")
    return match[1].upper()


def _told(rest: str) -> bool:
    """Whether what stands behind an answer is a reason or a remark, rather than another answer."""
    if not rest.strip(_AROUND) or _BECAUSE.match(rest):
        return True
    return _REMARK.match(rest) is not None and _OTHER.search(rest) is None


def _size(found: str) -> str:
    plain = found.strip(_AROUND)
    if _KEY_SIZE.fullmatch(plain) or re.fullmatch(r"\d{1,9}", plain):
        return found
    match = _SIZE.fullmatch(plain)
    if match is None:
        raise UnreadableError("not a size, such as 12×1×1")
    return "×".join(re.findall(r"\d+", match[1]))


def _one_slip(a: str, b: str) -> bool:
    """Whether one letter too many, too few, wrong or changed with its neighbour makes one word of the other."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[start:], b[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def prose(text: str) -> str | None:
    """Words with single spaces, which are judged elsewhere; None where blank. Raises UnreadableError."""
    if len(text) > MAX_WORDS:
        raise UnreadableError(f"{len(text):,} characters are too many")
    t = " ".join(text.split())
    return None if t in ("", "-", "–", "—") else t
