"""What went wrong, where, and what to do: the one shape of every error a user sees."""

from collections.abc import Iterable
from typing import NamedTuple


class Place(NamedTuple):
    """A position in a file; line and column count from 1, and are 0 where they say nothing."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join(str(x) for x in self if x or x is self.file)


class Problem(NamedTuple):
    """One error: where, what was found and expected, and a hint that helps."""

    place: Place
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" + (f"\n  hint: {self.hint}" if self.hint else "")


class SpecError(Exception):
    """A specification that cannot be solved; carries every problem found, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda p: (p.place.file, p.place.line, p.place.column))
        super().__init__("\n".join(str(p) for p in self.problems))


class FormulaError(Exception):
    """A formula that cannot be read, shaped or computed; the caller knows its place."""

    def __init__(self, message: str, hint: str = "", column: int = 0) -> None:
        self.message, self.hint, self.column = message, hint, column
        super().__init__(message)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the known word nearest to `word`, or lists what is known."""
    import difflib

    options = sorted(known)
    close = difflib.get_close_matches(word[:100], options, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    shown = ", ".join(options[:20]) + (", …" if len(options) > 20 else "")
    return f"known here: {shown}" if options else ""
