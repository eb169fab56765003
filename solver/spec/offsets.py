"""Where a character of a text stands in the file: texts over several lines, in quotes, with escapes."""

import re

from solver.errors import Place

_HEADER = re.compile(r"[|>][^\n]*")
_ESCAPE = re.compile(r"\\(?:x..|u.{4}|U.{8}|.)|[^\\]", re.DOTALL)


def after(place: Place, written: str, index: int) -> Place:
    """The place of a character of what is written from a place on."""
    before = written[:index]
    if "\n" not in before:
        return place._replace(column=place.column + index)
    return place._replace(line=place.line + before.count("\n"), column=index - before.rfind("\n"))


def index_of(offset: int, text: str, written: str) -> int:
    """Which character of what is written gave that of a text; the first where the two cannot be matched.

    Breaks, indents and blanks differ between the two, and nothing else: the same number of other characters stands before both.
    """
    wanted = sum(not c.isspace() for c in text[:offset])
    count = 0
    for index, gives in _characters(written):
        if not gives.isspace():
            if count == wanted:
                return index
            count += 1
    return 0


def _characters(written: str) -> list[tuple[int, str]]:
    """The characters that a text in YAML gives, each with its index; a character of an escape stands for what it gives."""
    match written[:1]:
        case '"':
            body = _ESCAPE.finditer(written, 1, len(written) - 1)
            return [(found.start(), _given(found[0])) for found in body if found[0] != "\\\n"]
        case "'":
            pairs = re.finditer("''|.", written[1:-1], re.DOTALL)
            return [(found.start() + 1, found[0][0]) for found in pairs]
        case "|" | ">":
            header = _HEADER.match(written)
            start = header.end() if header else 0
            return list(enumerate(written[start:], start))
        case _:
            return list(enumerate(written))


def _given(escape: str) -> str:
    """What an escape stands for, as far as it matters here: a blank, or something else."""
    return " " if escape in _BLANK else escape[-1] if len(escape) == 1 else "x"


_BLANK = {f"\\{c}" for c in "tnrvfNLP_ \t"}
