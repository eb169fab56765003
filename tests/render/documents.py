"""The documents that the suite has: of every problem, every published case, every family's example."""

import re
from collections.abc import Hashable, Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from solver.render.blocks import Block
from solver.render.document import View, document
from solver.render.format_markdown import render
from solver.spec.reader import load
from solver.working.solution import Solution
from solver.working.solve import solve_paper
from tests.questions import EXAM, EXAMPLES, FILES, paper, solutions

HARD = sorted((Path(__file__).parent / "documents").glob("*.yaml"))
"""Those that are hard to set."""
NAMES = [name for name in (*FILES, *EXAMPLES) if name != EXAM]


@cache
def blocks(name: str) -> list[Block]:
    """All that one of them has to say, every line of it, with its comparisons."""
    return document(paper(name).title, solutions(name), View(detail="full", compare=True))


@cache
def hard() -> list[Solution]:
    """Of all that are hard to set."""
    return [solution for path in HARD for solution in solve_paper(load(path))]


@cache
def markdown() -> dict[str, str]:
    """All of them in markdown, by name."""
    return {name: render(blocks(name)) for name in NAMES}


_ROWS = re.compile(r"(\\begin\{aligned\}\n)(.*)(\n\\end\{aligned\})", re.DOTALL)
_NUMBER = r"-?[\d.]+(?:\{,\}[\d.]+)*"
_STYLED = r"\\text\{[A-Za-z\d ]*\}|\\(?:mathbf|boldsymbol|hat|bar)\{(?:[A-Za-z\d]|\\[a-z]+)\}"
_GREEK = r"\\(?:alpha|beta|gamma|delta|eta|theta|lambda|mu|rho|sigma|Delta|nabla)(?![a-z])"
_LETTER = r"(?<![\\A-Za-z])[A-Za-z](?![A-Za-z])"
_ALIKE = [
    re.compile(f"{_NUMBER}|{_STYLED}|{_GREEK}|{_LETTER}"),
    re.compile(r"x_(?:x|\{x(?:,x)*\})"),
    re.compile(r"x\^(?:x|\{x\})"),
    re.compile(r"x?\(x(?:, ?x)*\)|x+"),
]
"""What viewers read as they read one letter."""
_OPERATOR = re.compile(r"(?:\\[a-z]+|\\,|[-+=&/])+")
_SIDES = [("{", "}"), (r"\left", r"\right"), (r"\begin", r"\end")]


def unlike(texts: Iterable[str]) -> list[tuple[str, bool]]:
    """Few and short rows of their mathematics: a viewer that reads them has read all.

    It goes from word to word, so it is asked once about each of them, about an operator beside it, and about all that
    a row leaves open; which number or letter stands somewhere makes no difference to it.
    """
    rows: set[tuple[str, bool]] = set()
    for tex, display in {piece for text in texts for piece in mathematics(text)}:
        whole = _ROWS.fullmatch(tex)
        pieces = [whole[1] + row + whole[3] for row in whole[2].split(" \\\\\n")] if whole else [tex]
        rows |= {(piece, display) for piece in pieces}
    seen: set[Hashable] = set()
    found = []
    for row, display in sorted(rows, key=lambda each: (len(each[0]), each)):
        read = row
        for alike in _ALIKE:
            read = alike.sub("x", read)
        words = read.split()
        kinds = ["+" if _OPERATOR.fullmatch(word) else word for word in ("", *words, "")]
        new: set[Hashable] = {(*each, display) for each in (*zip(words), *pairwise(kinds))}
        new.add((*(row.count(start) - row.count(end) for start, end in _SIDES), display))
        if not new <= seen:
            seen |= new
            found.append((row, display))
    return found


def mathematics(text: str) -> Iterator[tuple[str, bool]]:
    """The mathematics of a markdown document, each with whether it stands in a block of its own."""
    for block, inline in re.findall(r"^\$\$\n(.*?)\n\$\$$|\$`(.*?)`\$", text, re.DOTALL | re.MULTILINE):
        yield (block, True) if block else (inline, False)
