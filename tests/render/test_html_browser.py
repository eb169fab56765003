"""A page with everything in it, in a browser: as wide as its screen, silent, usable by keys alone, whole in print; KaTeX's width."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from solver.render.blocks import Block, Equations, Heading
from solver.render.document import View, document
from solver.render.format_html import render
from solver.spec.reader import load
from solver.working.solve import solve_paper
from tests.places import PROBLEMS
from tests.render.browser import PAGES, chromium, package
from tests.render.documents import HARD, markdown
from tests.render.test_mathematics import VIEWERS
from tests.render.test_prompts import ALL

FEW = [PROBLEMS / f"{name}.yaml" for name in ("q1", "concept")]
WIDTHS = (1280, 768, 360)
BOXES = ".lines, .facts, .display, .table, .wide, summary"
AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def blocks(files: Sequence[Path]) -> Iterator[Block]:
    """The blocks of many documents below one title, and every block of an author's."""
    yield Heading(1, ("Everything",), "100 marks")
    yield from ALL[1:]
    for path in files:
        paper = load(path)
        for block in document(paper.title, solve_paper(paper), View(compare=True)):
            yield block._replace(level=block.level + 1) if isinstance(block, Heading) else block


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of everything, and one of little."""
    made: Path = tmp_path_factory.mktemp("html")
    for name, files in (("all", [PROBLEMS / "q2.yaml", *HARD]), ("few", FEW)):
        (made / f"{name}.html").write_text(render(list(blocks(files))), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@contextmanager
def opened(browser: Any, file: Path, clock: bool = False) -> Iterator[Any]:
    """A page, in the first of the widths; whatever a browser has to say about it fails. clock: its time is the test's."""
    context = browser.new_context(offline=True, viewport={"width": WIDTHS[0], "height": 900})
    shown = context.new_page()
    said: list[str] = []
    shown.on("console", lambda message: said.append(message.text))
    shown.on("pageerror", lambda error: said.append(str(error)))
    if clock:
        shown.clock.install()
    shown.goto(file.as_uri())
    yield shown
    context.close()
    assert not said


@pytest.fixture(scope="module")
def page(browser: Any, folder: Path) -> Iterator[Any]:
    """The page of everything, whose layout takes seconds."""
    with opened(browser, folder / "all.html") as shown:
        yield shown


@pytest.fixture(scope="module")
def small(browser: Any, folder: Path) -> Iterator[Any]:
    """The page of little."""
    with opened(browser, folder / "few.html") as shown:
        yield shown


def unfold(page: Any, whether: bool) -> None:
    """All working, or none."""
    page.evaluate("whether => { document.getElementById('all').checked = whether }", whether)


def test_nothing_is_wider_than_the_page(page: Any) -> None:
    """What is wider than its column scrolls in its own box, which the keyboard reaches; at full width nothing is."""
    unfold(page, True)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        over = page.evaluate(
            """boxes => [...document.querySelectorAll(boxes)].filter(box => box.scrollWidth > box.clientWidth + 1)
                .map(box => [box.tabIndex, box.className, box.textContent.slice(0, 99)])""",
            BOXES,
        )
        assert not [box for box in over if box[0] < 0 or width == WIDTHS[0]]
    cut = page.evaluate(
        """boxes => [...document.querySelectorAll(boxes)].filter(box => box.scrollHeight > box.clientHeight + 1)
            .map(box => box.textContent.slice(0, 99))""",
        BOXES,
    )
    assert not cut


def test_the_keyboard_is_enough(small: Any) -> None:
    small.set_viewport_size({"width": 360, "height": 900})
    small.keyboard.press("Tab")
    assert small.evaluate("document.activeElement.className") == "skip"
    small.keyboard.press("Enter")
    assert small.evaluate("location.hash") == "#main"
    small.focus("summary")
    small.keyboard.press("Enter")
    assert small.evaluate("document.querySelector('details').open")
    small.check("#all")
    small.evaluate(
        "[...document.querySelectorAll('[tabindex]')].find(box => box.scrollWidth > box.clientWidth).focus()"
    )
    small.keyboard.press("ArrowRight")
    moved = (
        "document.activeElement.scrollLeft > 0"  # soon: scrolling is smooth, and the page lets no script wait for it
    )
    assert any(small.evaluate(moved) or small.wait_for_timeout(50) for _ in range(200))


def test_accessible_in_light_and_dark(small: Any) -> None:
    script = (package("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    small.set_viewport_size({"width": 768, "height": 900})
    small.check("#all")
    small.evaluate(script)
    for scheme, rules in (("light", AA), ("dark", ["color-contrast"])):
        small.emulate_media(color_scheme=scheme)
        found = small.evaluate(
            """rules => axe.run({runOnly: rules, elementRef: false})
                .then(run => run.violations.map(v => [v.id, v.nodes.map(node => node.html)]))""",
            rules,
        )
        named = ("empty-table-header",)  # axe takes a formula for nothing
        assert not [(rule, at) for rule, nodes in found for at in nodes if rule not in named or "<math>" not in at]


def test_print_shows_all_working_and_cuts_nothing(page: Any) -> None:
    unfold(page, False)
    page.set_viewport_size({"width": 657, "height": 900})  # A4 without its margins
    page.emulate_media(media="print")
    assert not page.query_selector("details[open]")
    shut, over = page.evaluate(
        """boxes => [[...document.querySelectorAll(".lines")].filter(box => !box.checkVisibility()).length,
            [...document.querySelectorAll(boxes)].flatMap(box => [...box.querySelectorAll("math")])
                .filter(math => math.getBoundingClientRect().right > innerWidth).map(math => math.textContent)]""",
        BOXES,
    )
    assert not shut
    assert not over


def test_pages_of_paper(small: Any) -> None:
    made = small.pdf(prefer_css_page_size=True)
    assert made.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", made)) > 2


def test_valid(folder: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node: apt-get install nodejs")
    program = package("html-validate") / "bin" / "html-validate.mjs"
    command = [
        node,
        str(program),
        "--config",
        str(PAGES / ".htmlvalidate.json"),
        "--formatter",
        "json",
        str(folder / "few.html"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert not [(m["ruleId"], m["message"], m["line"]) for f in json.loads(done.stdout) for m in f["messages"]]
    assert done.returncode == 0


def test_a_live_page_loads_itself_again_when_it_is_another(browser: Any, tmp_path: Path) -> None:
    """And reaches nothing but itself; what is unfolded stays so."""
    file, steps = tmp_path / "a page.html", [block for block in blocks(FEW[:1]) if isinstance(block, Equations)][:3]
    file.write_text(render([Heading(1, ("First",)), *steps], live=True), encoding="utf-8")
    with opened(browser, file, clock=True) as page:  # it looks every second
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url.split("?")[0]))
        page.locator("summary").nth(1).click()
        page.evaluate("first = true")
        page.clock.run_for(1500)
        page.wait_for_selector("iframe", state="attached")
        page.frames[1].wait_for_load_state()
        assert page.evaluate("first")  # it is the same page, still
        draft = tmp_path / "draft"
        draft.write_text(render([Heading(1, ("Second",)), *steps], live=True), encoding="utf-8")
        draft.replace(file)
        page.clock.run_for(1500)
        page.wait_for_selector("h1:text('Second')")
        assert page.evaluate("[...document.querySelectorAll('details')].map(fold => fold.open)") == [False, True, False]
    assert set(asked) == {file.as_uri()}


def test_only_a_live_page_has_a_script() -> None:
    page = [Heading(1, ("Title",))]
    assert "<script" not in render(page)
    assert "script-src" not in render(page)
    assert render(page, live=True).count("<script") == 1


# -- markdown's mathematics, as KaTeX sets it ------------------------------------------------------------
KATEX = VIEWERS / "node_modules" / "katex" / "dist"
COLUMN = 830
MOST = 40
MATRIX = re.compile(r"\\begin\{pmatrix\}(((?!\\begin).)*?)\\end\{pmatrix\}", re.DOTALL)
SIGNS = re.compile(r"\\[a-zA-Z]+|[ {}^_\\]")

SCRIPT = """async (blocks) => {
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
        block, count = MATRIX.subn(lambda found: max(found[1].split(r"\\"), key=len).replace("&", "xx"), block)
    return max(len(SIGNS.sub("", row.replace(r"\qquad", "xxxx"))) for row in block.split("\n"))


def test_no_block_is_wider_than_a_column(browser: Any, tmp_path: Path) -> None:
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
    shown = browser.new_page(viewport={"width": 3000, "height": 600})
    shown.goto(page.as_uri())
    widths = shown.evaluate(SCRIPT, longest)
    shown.close()
    assert not [(width, block) for width, block in zip(widths, longest, strict=True) if width > COLUMN]
    assert max(widths) > COLUMN * 0.8
