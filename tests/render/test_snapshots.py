"""Every problem's page as it was read and found good, some as source; `python -m tests.render.test_snapshots` takes new ones.

Read what `git diff` shows before you commit them. A format is a row of `FORMATS`.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from solver.render.blocks import Block
from solver.render.document import document
from solver.render.format_html import render as html
from solver.render.format_text import render as text
from solver.render.typst.page_typst import TypstPage
from solver.spec.reader import load
from solver.working.solve import solve_paper
from tests.places import PROBLEMS

SNAPSHOTS = Path(__file__).parent / "snapshots"
WIDTH = 80
FILES = sorted(path for path in PROBLEMS.glob("*.yaml") if not load(path).exam)  # an exam repeats its questions
FEW = [path for path in FILES if path.stem in ("q1", "q2", "q3", "q4", "concept", "metrics")]


def _body(blocks: Sequence[Block]) -> str:
    """A page without its style, and without the bytes of its pictures."""
    page = html(blocks)
    return re.sub(r"(?<=;base64,)[^\"]+", "", page[page.index("<body>") :])


def _typst(blocks: Sequence[Block]) -> str:
    return TypstPage(lambda picture: "").body(blocks) + "\n"


FORMATS: dict[str, tuple[Callable[[Sequence[Block]], str], Sequence[Path]]] = {
    ".txt": (lambda blocks: text(blocks, WIDTH), FILES),
    ".html": (_body, FEW),
    ".typ": (_typst, FEW),
}
TAKEN = [(path, ending) for ending, (_, paths) in FORMATS.items() for path in paths]


def page(path: Path, ending: str) -> str:
    paper = load(path)
    return FORMATS[ending][0](document(paper.title, solve_paper(paper)))


@pytest.mark.parametrize(("path", "ending"), TAKEN, ids=lambda each: each.stem if isinstance(each, Path) else each)
def test_pages_stay_as_they_were_read(path: Path, ending: str) -> None:
    assert page(path, ending) == (SNAPSHOTS / f"{path.stem}{ending}").read_text(encoding="utf-8")


def test_every_snapshot_has_its_problem() -> None:
    assert {path.name for path in SNAPSHOTS.iterdir()} == {f"{path.stem}{ending}" for path, ending in TAKEN}


if __name__ == "__main__":
    SNAPSHOTS.mkdir(exist_ok=True)
    for old in SNAPSHOTS.iterdir():
        old.unlink()
    for path, ending in TAKEN:
        (SNAPSHOTS / f"{path.stem}{ending}").write_text(page(path, ending), encoding="utf-8")
