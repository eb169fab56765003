"""Every problem's page as it was read and found good, in every format that is read.

`python -m tests.render.test_snapshots` takes new ones: read what `git diff` shows before you commit them. A format is a
row of `FORMATS`; of markup, `tests/reader/outline.py` leaves what a reader sees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import unified_diff
from pathlib import Path
from xml.etree import ElementTree

import pytest

from solver.render import format_html, format_markdown, format_text
from solver.render.blocks import Block, Figure
from solver.render.document import document
from solver.render.latex.page_latex import LatexPage
from solver.render.typst.page_typst import TypstPage
from tests.places import PROBLEMS
from tests.questions import EXAM, paper, solutions
from tests.reader import outline

SNAPSHOTS = Path(__file__).parent / "snapshots"
WIDTH = 80
NOISE = re.compile(r"(?<=largest difference )\d+e-\d+")
"""What no two kinds of processors have in common."""
FILES = sorted(path for path in PROBLEMS.glob("*.yaml") if path.stem != EXAM)


def _docx(blocks: Sequence[Block]) -> str:
    docx = pytest.importorskip("docx", reason="python-docx: pip install 'nnsolve[docx]'")
    from solver.render.docx.page_docx import DocxPage
    from solver.render.format_docx import SPACES

    body = DocxPage(docx.Document()).body(blocks)
    return outline.docx(ElementTree.fromstring(f"<w:body {SPACES}>{body}</w:body>"))


FORMATS: dict[str, Callable[[Sequence[Block]], str]] = {
    ".txt": lambda blocks: format_text.render(blocks, WIDTH),
    ".md": format_markdown.render,
    ".html.txt": lambda blocks: outline.html(format_html.render(blocks)),
    ".tex": lambda blocks: LatexPage(lambda picture: "").render(blocks) + "\n",
    ".typ": lambda blocks: TypstPage(lambda picture: "").body(blocks) + "\n",
    ".docx.txt": _docx,
}


def pages(path: Path) -> Iterator[tuple[str, str]]:
    """The name of each snapshot of a problem, and what it should hold; figures are named, and not drawn."""
    blocks = [
        block._replace(image=None) if isinstance(block, Figure) else block
        for block in document(paper(path.stem).title, solutions(path.stem))
    ]
    for ending, made in FORMATS.items():
        yield f"{path.stem}{ending}", NOISE.sub("…", made(blocks))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_pages_stay_as_they_were_read(path: Path) -> None:
    changed = ""
    for name, page in pages(path):
        taken = (SNAPSHOTS / name).read_text(encoding="utf-8")
        if page != taken:
            lines = unified_diff(taken.split("\n"), page.split("\n"), name, "now", lineterm="", n=0)
            changed += "\n".join([*list(lines)[:12], ""])
    assert not changed, changed


def test_every_snapshot_has_its_problem() -> None:
    assert {path.name for path in SNAPSHOTS.iterdir()} == {
        f"{path.stem}{ending}" for path in FILES for ending in FORMATS
    }


if __name__ == "__main__":
    SNAPSHOTS.mkdir(exist_ok=True)
    for old in SNAPSHOTS.iterdir():
        old.unlink()
    for path in FILES:
        for name, page in pages(path):
            (SNAPSHOTS / name).write_text(page, encoding="utf-8")
