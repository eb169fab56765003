"""The standard streams of a process: characters that their encoding lacks are replaced, what cannot be written is said."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

READABLE, ESCAPED = "nnsolve-readable", "nnsolve-escaped"
"""Error handlers of encodings: what reads like a character that is lacking, and JSON's escape of it."""

_LIKE = {
    **dict.fromkeys("⎡⎢⎣┌│└", "["),
    **dict.fromkeys("⎤⎥⎦┐┘", "]"),
    **dict.fromkeys("⎛⎜⎝", "("),
    **dict.fromkeys("⎞⎟⎠", ")"),
    **dict.fromkeys("─━−–—═‐", "-"),
    **dict.fromkeys("‘’′`", "'"),
    **dict.fromkeys("“”″", '"'),
    **dict.fromkeys("·⋅⊙⊗", "*"),
    **dict.fromkeys("•▪", "-"),
    "×": "x",
    "…": "...",
    "⋮": ":",
    "⋱": "..",
    "≈": "~",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "→": "->",
    "←": "<-",
    "∇": "grad",
    "∂": "d",
    "√": "sqrt",
    "∞": "inf",
    "∑": "sum",
    "‖": "||",
    "∈": "in",
    "½": "1/2",
    "\u0302": "^",
}
_SMALL = {"<super>": "^", "<sub>": "_"}
_LETTER = ("GREEK SMALL LETTER ", "GREEK CAPITAL LETTER ")


def readable(text: str) -> str:
    """ASCII that reads like a text: `_12` for ₁₂, `^-u` for ⁻ᵘ, `delta` for δ, `u` for ü; a character's number else."""
    made, before = "", ""
    for c in text:
        sign, plain = _like(c)
        made += plain if sign == before else sign + plain  # one sign before a run of small letters
        before = sign
    return made


def _like(c: str) -> tuple[str, str]:
    """What reads like a character, behind the sign of a small letter: raised or lowered."""
    import unicodedata

    name, apart = unicodedata.name(c, ""), unicodedata.decomposition(c)
    if c in _LIKE:
        return "", _LIKE[c]
    if name.startswith(_LETTER):
        word = name.rpartition(" ")[2].lower()
        return "", word if name.startswith(_LETTER[0]) else word.capitalize()
    plain = "".join(_LIKE.get(part, part) for part in unicodedata.normalize("NFKD", c))
    plain = plain.encode("ascii", "ignore").decode()
    return _SMALL.get(apart.partition(" ")[0], "") if plain else "", plain or _escaped(c)


def _escaped(text: str) -> str:
    """The text in escapes that JSON reads back."""
    wide = text.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{wide[i : i + 4]}" for i in range(0, len(wide), 4))


def _handled(error: UnicodeError, escaped: bool) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return (_escaped(lacking) if escaped else readable(lacking)), error.end


codecs.register_error(READABLE, lambda error: _handled(error, False))
codecs.register_error(ESCAPED, lambda error: _handled(error, True))


def replacing(stream: Any, how: str = READABLE) -> Any:
    """A text stream that writes every character, in some way, from now on. how: one of the two above."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=how)
    return stream


class _Closed(io.TextIOBase):
    """A standard stream that was closed before the process began."""

    @property
    def buffer(self) -> _Closed:
        return self

    def write(self, text: str | bytes) -> int:
        raise OSError(errno.EBADF, "it is closed")


@contextmanager
def standard_streams() -> Iterator[None]:
    """Where standard output cannot be written, or a file cannot be read, that is said, with exit status 2."""
    if sys.stdout is None:
        sys.stdout = _Closed()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            replacing(stream)
    try:
        yield
    except OSError as error:
        what = "standard output cannot be written"
        if error.filename is not None:  # a stream has no name
            what = f"{os.fsdecode(error.filename)}: cannot be read"
        if sys.stderr is not None:
            sys.stderr.write(f"{what}: {error.strerror or error}\n")
        sys.exit(2)
