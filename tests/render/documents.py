"""The documents that the suite has: of every problem, every published case, every family's example."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from solver.render.document import View, document
from solver.render.format_markdown import render
from tests.questions import EXAM, EXAMPLES, FILES, paper, solutions

NAMES = [name for name in (*FILES, *EXAMPLES) if name != EXAM]


@cache
def markdown() -> dict[str, str]:
    """All of them in markdown, in both details, by name."""
    made = {}
    for name in NAMES:
        for detail in ("normal", "full"):
            view = View(detail=detail, compare=True)
            made[f"{name}, {detail}"] = render(document(paper(name).title, solutions(name), view))
    return made


_ROWS = re.compile(r"(\\begin\{aligned\}\n)(.*)(\n\\end\{aligned\})", re.DOTALL)
_NUMBER = re.compile(r"-?[\d.]+(?:\{,\}[\d.]+)*")
_LETTER = re.compile(r"\\(?:text|mathbf)\{[A-Za-z\d ]*\}|(?<![\\A-Za-z{])[A-Za-z](?![A-Za-z])")
_AGAIN = re.compile(r"( .{1,60}?)\1+", re.DOTALL)


def unlike(texts: Iterable[str]) -> list[tuple[str, bool]]:
    """Each row of their mathematics but for those that a viewer reads as it reads another.

    Which number or letter stands somewhere makes no difference to it, nor how often the same stands in a row.
    """
    found: dict[tuple[str, bool], str] = {}
    for tex, display in {piece for text in texts for piece in mathematics(text)}:
        whole = _ROWS.fullmatch(tex)
        rows = [whole[1] + row + whole[3] for row in whole[2].split(" \\\\\n")] if whole else [tex]
        for row in rows:
            key = _AGAIN.sub(r"\1", _LETTER.sub("x", _NUMBER.sub("0", row))), display
            found[key] = min(found.get(key, row), row, key=lambda each: (len(each), each))
    return [(tex, display) for (_, display), tex in found.items()]


def mathematics(text: str) -> Iterator[tuple[str, bool]]:
    """The mathematics of a markdown document, each with whether it stands in a block of its own."""
    for block, inline in re.findall(r"^\$\$\n(.*?)\n\$\$$|\$`(.*?)`\$", text, re.DOTALL | re.MULTILINE):
        yield (block, True) if block else (inline, False)
