"""The documents that the suite has: of every problem, every published case, every family's example."""

import re
from collections.abc import Iterator
from functools import cache

from solver.render.document import View, document
from solver.render.format_markdown import render
from solver.spec.reader import load, load_text
from solver.spec.registry import families, family
from solver.working.question import Paper
from solver.working.solve import solve_paper
from tests.places import ROOT

FILES = sorted([*(ROOT / "problems").rglob("*.yaml"), *(ROOT / "tests" / "cases").glob("*.yaml")])


def papers() -> Iterator[tuple[str, Paper]]:
    """Each with its name."""
    for path in FILES:
        yield path.stem, load(path)
    for name in families():
        yield f"example of {name}", load_text(family(name).EXAMPLE)


@cache
def markdown() -> dict[str, str]:
    """All of them in markdown, in both details, by name."""
    made = {}
    for name, paper in papers():
        solutions = solve_paper(paper)
        for detail in ("normal", "full"):
            made[f"{name}, {detail}"] = render(document(paper.title, solutions, View(detail=detail, compare=True)))
    return made


def mathematics(text: str) -> Iterator[tuple[str, bool]]:
    """The mathematics of a markdown document, each with whether it stands in a block of its own."""
    for block, inline in re.findall(r"^\$\$\n(.*?)\n\$\$$|\$`(.*?)`\$", text, re.DOTALL | re.MULTILINE):
        yield (block, True) if block else (inline, False)
