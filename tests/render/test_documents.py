"""The suite's documents in markdown, in one file, so that one worker makes them once: each block is taken by every viewer."""

import re
from pathlib import Path

import pytest

from solver.render.document import document
from solver.render.format_markdown import render
from solver.spec.reader import load_text
from solver.working.solve import solve_paper
from tests.render.browser import chromium
from tests.render.documents import markdown
from tests.render.test_mathematics import VIEWERS, needs_viewers, refused

KATEX = VIEWERS / "node_modules" / "katex" / "dist"
COLUMN = 830
MOST = 40
_MATRIX = re.compile(r"\\begin\{pmatrix\}(((?!\\begin).)*?)\\end\{pmatrix\}", re.DOTALL)
_SIGNS = re.compile(r"\\[a-zA-Z]+|[ {}^_\\]")

_SCRIPT = """async (blocks) => {
    const boxes = blocks.map(tex => {
        const box = document.body.appendChild(document.createElement("div"));
        box.style = "display: table; white-space: nowrap";
        katex.render("\\\\displaystyle " + tex, box, {strict: false, output: "html"});
        return box;
    });
    document.body.getBoundingClientRect();  // asks for the fonts
    await document.fonts.ready;
    return boxes.map(box => box.getBoundingClientRect().width);
}"""


def widest(block: str) -> int:
    """About as many signs as the widest row of a block shows."""
    count = 1
    while count:  # of a matrix, the longest row
        block, count = _MATRIX.subn(lambda found: max(found[1].split(r"\\"), key=len).replace("&", "xx"), block)
    return max(len(_SIGNS.sub("", row.replace(r"\qquad", "xxxx"))) for row in block.split("\n"))


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


def test_no_block_is_wider_than_a_column(tmp_path: Path) -> None:
    """As KaTeX sets it in a browser."""
    if not KATEX.is_dir():
        pytest.skip("katex: npm install --prefix tests/render/mathematics")
    found = {
        b for page in markdown().values() for b in re.findall(r"^\$\$\n(.*?)\n\$\$$", page, re.DOTALL | re.MULTILINE)
    }
    longest = sorted(found, key=widest)[-MOST:]
    page = tmp_path / "page.html"
    page.write_text(
        f'<!doctype html><link rel="stylesheet" href="{(KATEX / "katex.min.css").as_uri()}">'
        f'<script src="{(KATEX / "katex.min.js").as_uri()}"></script>'
        '<body style="font-size: 16px">'
    )
    with chromium() as browser:
        shown = browser.new_page(viewport={"width": 3000, "height": 600})
        shown.goto(page.as_uri())
        widths = shown.evaluate(_SCRIPT, longest)
    assert not [(width, block) for width, block in zip(widths, longest, strict=True) if width > COLUMN]
    assert max(widths) > COLUMN * 0.8


@pytest.mark.parametrize("decimals", [2, 4, 6, 9])
def test_many_classes_fit_into_blocks_however_many_digits(decimals: int) -> None:
    text = (Path(__file__).parent / "documents" / "softmax.yaml").read_text()
    paper = load_text(text.replace("decimals: 3", f"decimals: {decimals}"))
    page = render(document(paper.title, solve_paper(paper)))
    assert max(map(len, page.split("$$\n")[1::2])) < 1_000
