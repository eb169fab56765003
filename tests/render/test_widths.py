"""No block of markdown is wider than a viewer's column, as KaTeX sets it in a browser."""

import re
import shutil
from pathlib import Path

import pytest

from tests.render.documents import markdown

KATEX = Path(__file__).parent / "mathematics" / "node_modules" / "katex" / "dist"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
COLUMN = 830
MOST = 250

_SCRIPT = """async (blocks) => {
    const box = document.getElementById("box"), widths = [];
    for (const round of [0, 1]) {
        widths.length = 0;
        for (const tex of blocks) {
            katex.render("\\\\displaystyle " + tex, box, {strict: false});
            widths.push(box.getBoundingClientRect().width);
        }
        await document.fonts.ready;
    }
    return widths;
}"""


def test_widths(tmp_path: Path) -> None:
    browser = pytest.importorskip("playwright.sync_api", reason="playwright: pip install playwright")
    if CHROMIUM is None or not KATEX.is_dir():
        pytest.skip("chromium, or katex: npm install --prefix tests/render/mathematics")
    found = {
        b for page in markdown().values() for b in re.findall(r"^\$\$\n(.*?)\n\$\$$", page, re.DOTALL | re.MULTILINE)
    }
    longest = sorted(found, key=lambda block: max(map(len, block.split("\n"))))[-MOST:]
    page = tmp_path / "page.html"
    page.write_text(
        f'<!doctype html><link rel="stylesheet" href="{(KATEX / "katex.min.css").as_uri()}">'
        f'<script src="{(KATEX / "katex.min.js").as_uri()}"></script>'
        '<body style="font-size: 16px"><div id="box" style="display: inline-block; white-space: nowrap"></div>'
    )
    with browser.sync_playwright() as running:
        chromium = running.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--allow-file-access-from-files"]
        )
        shown = chromium.new_page(viewport={"width": 3000, "height": 600})
        shown.goto(page.as_uri())
        widths = shown.evaluate(_SCRIPT, longest)
        chromium.close()
    assert not [(width, block) for width, block in zip(widths, longest, strict=True) if width > COLUMN]
    assert max(widths) > COLUMN * 0.8
