"""The numbers of every format are those of the JSON: each answer is read back out of its part of the page.

The pages are the snapshots, which `test_snapshots.py` compares with what is made today.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from solver.render.format_json import render as to_json
from solver.render.views.view import View
from tests.questions import paper, solutions
from tests.render.test_snapshots import FILES, SNAPSHOTS
from tests.tables import each

HEADINGS = {
    ".md": "#+ ",
    ".html.txt": "<h[234]>",
    ".tex": r"\\\w*section\*\{",
    ".typ": r"#head\(\d, \[",
    ".docx.txt": r"Heading\d: ",
}
_NUMBER = re.compile(r"([=≈‹$|]|\[(?=-?[\d.]+\]))|(-?\d+(?:\.\d+)?(?:e-?\d+)?)")
_START = "start"


def tokens(text: str) -> list[float | str]:
    """The numbers of a text, and where a formula, its right side or a cell starts."""
    text = re.sub(r"(?<=\d)(?:\{,\}|,(?=\d{3}\b))(?=\d{3})", "", text.replace("−", "-").replace("- ", "-"))
    text = re.sub(r" ?(?:\\cdot|[·⋅]) ?\{?10\}?(?:\^|\r\n(?=-?\d))[{(]?(-?\d+)[})]?", r"e\1", text)
    found = [float(each[2]) if each[2] else _START for each in _NUMBER.finditer(text)]
    return [each for k, each in enumerate(found) if not (k and each == found[k - 1] == _START)]


def stands(numbers: Sequence[float], stream: Sequence[float | str]) -> bool:
    """Whether the numbers stand side by side behind a sign, or, in a table, each behind one."""
    whole, apart = [_START, *numbers], [each for number in numbers for each in (_START, number)]
    return any(
        wanted == list(stream[k : k + len(wanted)])
        for wanted in (whole, apart)
        for k in range(len(stream) - len(wanted) + 1)
    )


def sections(page: str, labels: Sequence[str], heading: str) -> Iterator[str]:
    """What stands below the heading of each part."""
    ends = [next(re.finditer(heading + re.escape(label), page)).start() for label in labels] + [len(page)]
    return (page[start:end] for start, end in pairwise(ends))


def missing(path: Path) -> Iterator[str]:
    """The answers that a format's page lacks."""
    solved = solutions(path.stem)
    answers = json.loads(to_json(paper(path.stem).title, solved, View(kind="key")))["answers"]
    labels = [part.label for solution in solved for part in solution.parts]
    shown = [f"({label.replace('.', ')(')})" for label in labels]
    for ending, heading in HEADINGS.items():
        page = (SNAPSHOTS / f"{path.stem}{ending}").read_text(encoding="utf-8")
        streams = dict(zip(labels, map(tokens, sections(page, shown, heading)), strict=True))
        for key, answer in answers.items():
            cells = np.asarray(answer)
            if cells.dtype.kind not in "fi" or cells.ndim > 2:  # said in words
                continue
            stream = streams[key.partition("/")[0]]
            rows = np.atleast_2d(cells).tolist()
            if not stands(cells.ravel().tolist(), stream) and not all(stands(row, stream) for row in rows):
                yield f"{path.stem}{ending}: {key} is {answer}"


@each("path", FILES)
def test_every_answer_is_read_back(path: Path) -> None:
    assert not list(missing(path))
