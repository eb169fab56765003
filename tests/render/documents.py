"""The documents that the suite has: of every problem, every published case, every family's example."""

import re
from collections.abc import Iterator
from functools import cache

from solver.render.document import View, document
from solver.render.format_markdown import render
from tests.questions import EXAMPLES, FILES, paper, solutions

NAMES = [*FILES, *EXAMPLES]


@cache
def markdown() -> dict[str, str]:
    """All of them in markdown, in both details, by name."""
    made = {}
    for name in NAMES:
        for detail in ("normal", "full"):
            view = View(detail=detail, compare=True)
            made[f"{name}, {detail}"] = render(document(paper(name).title, solutions(name), view))
    return made


def mathematics(text: str) -> Iterator[tuple[str, bool]]:
    """The mathematics of a markdown document, each with whether it stands in a block of its own."""
    for block, inline in re.findall(r"^\$\$\n(.*?)\n\$\$$|\$`(.*?)`\$", text, re.DOTALL | re.MULTILINE):
        yield (block, True) if block else (inline, False)
