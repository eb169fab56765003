"""The suite's documents in markdown, in one file, so that one worker makes them once: each block is taken by every viewer."""

import re
from pathlib import Path

from solver.render.document import document
from solver.render.format_markdown import render
from solver.spec.reader import load_text
from solver.working.solve import solve_paper
from tests.render.documents import markdown
from tests.render.test_mathematics import needs_viewers, refused
from tests.tables import each


@needs_viewers
def test_katex_and_mathjax_accept_them() -> None:
    assert not refused(markdown().values())


def test_mathematics_is_balanced() -> None:
    for name, page in markdown().items():
        outside = "".join(page.split("$$\n")[::2])
        for block in page.split("$$\n")[1::2]:
            assert block.count(r"\begin{") == block.count(r"\end{"), name
            assert block.count("{") == block.count("}"), name
            assert len(re.findall(r"\\left(?![a-z])", block)) == len(re.findall(r"\\right(?![a-z])", block)), name
            assert "\n\n" not in block, name
            assert not re.search(r"^\s*[-+=]\s", block, re.MULTILINE), name
        assert outside.count("$`") == outside.count("`$"), name


def test_no_block_is_longer_than_viewers_take() -> None:
    for name, page in markdown().items():
        blocks = page.split("$$\n")[1::2]
        assert max(map(len, blocks), default=0) < 1_000, name


@each("decimals", [2, 4, 6, 9])
def test_many_classes_fit_into_blocks_however_many_digits(decimals: int) -> None:
    text = (Path(__file__).parent / "documents" / "softmax.yaml").read_text()
    paper = load_text(text.replace("decimals: 3", f"decimals: {decimals}"))
    page = render(document(paper.title, solve_paper(paper)))
    assert max(map(len, page.split("$$\n")[1::2])) < 1_000
