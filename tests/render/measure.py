"""Documents that are hard to set, in every format: `python -m tests.render.measure FOLDER` writes them there, to be looked at.

A line for each says what can be measured: the widest line of text in three widths and the longest block of markdown, the
pages that Typst, LaTeX and LibreOffice make, what LaTeX complains of, and by how many pixels HTML is wider than a screen.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2

from solver.render.box import cells
from solver.render.format import Beside, Shown, format_file
from solver.spec.reader import load
from solver.working.solve import solve_paper
from tests.places import PROBLEMS
from tests.render.browser import chromium

NAMES = ("wide", "batch", "softmax", "cnn", "bptt", "adam")
FILES = (PROBLEMS / "exam.yaml", *(Path(__file__).parent / "documents" / f"{name}.yaml" for name in NAMES))
ENDINGS = {
    "markdown": "md",
    "html": "html",
    "latex": "tex",
    "exam": "exam.tex",
    "typst": "typ",
    "pdf": "pdf",
    "docx": "docx",
    "json": "json",
}
TERMINALS = (60, 80, 120)
SCREENS = (360, 768, 1280)
COMPLAINT = re.compile(r"Warning|Overfull|Underfull \\hbox|Missing character|^!", re.MULTILINE)


def main(folder: Path) -> None:
    """Writes all of them, and prints the table."""
    folder.mkdir(parents=True, exist_ok=True)
    print("document: text, markdown | pages: typst, latex, exam, docx | complaints of latex, exam | html over")
    with chromium() as browser:
        for file in FILES:
            print(f"{file.stem}: {', '.join(measured(file, folder, browser))}", flush=True)


def measured(file: Path, folder: Path, browser: Any) -> Iterator[str]:
    """Makes one document, and tells its measures."""
    paper = load(file)
    shown = Shown(paper.title, solve_paper(paper), head=paper.head, folder=str(folder))
    for width in TERMINALS:
        made = format_file("terminal").page(shown._replace(width=width, colors=256))
        (folder / f"{file.stem}.{width}.ansi").write_text(made, encoding="utf-8")
        lines = re.sub(r"\x1b\[[\d;]*m", "", made).split("\n")
        yield f"{max(map(cells, lines))} of {width}"
    for name, ending in ENDINGS.items():
        beside = Beside(file.stem)
        made = format_file(name).page(shown._replace(beside=beside))
        data = made.encode() if isinstance(made, str) else made
        for part, content in {f"{file.stem}.{ending}": data, **beside.files}.items():
            (folder / part).write_bytes(content)
    text = (folder / f"{file.stem}.md").read_text(encoding="utf-8")
    yield f"block of {max(map(len, text.split(chr(10) * 2))):,}"
    yield f"{pages(folder / f'{file.stem}.pdf')} pages"
    for stem in (file.stem, f"{file.stem}.exam"):
        log = set_by_latex(folder, stem)
        yield f"{pages(folder / f'{stem}.tex.pdf')} with {len(COMPLAINT.findall(log))} complaints"
    word = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    (folder / "word").mkdir(exist_ok=True)
    subprocess.run(
        [*word, "--outdir", str(folder / "word"), str(folder / f"{file.stem}.docx")], check=True, capture_output=True
    )
    yield f"{pages(folder / 'word' / f'{file.stem}.pdf')} of LibreOffice"
    page = browser.new_page()
    page.goto((folder / f"{file.stem}.html").as_uri())
    for width in SCREENS:
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=folder / f"{file.stem}.{width}.png", full_page=True)
        yield f"{page.evaluate('document.documentElement.scrollWidth') - width} px"
    page.close()


def set_by_latex(folder: Path, stem: str) -> str:
    """Runs pdflatex twice; its last log."""
    job = f"-jobname={stem}.tex"
    for _ in range(2):
        subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", job, f"{stem}.tex"], cwd=folder, capture_output=True, check=False
        )
    return (folder / f"{stem}.tex.log").read_text(encoding="utf-8", errors="replace")


def pages(file: Path) -> int:
    """Of a PDF."""
    return len(pypdfium2.PdfDocument(file))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
