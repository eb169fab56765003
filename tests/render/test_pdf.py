"""Pages as PDF: nothing leaves the margins, headings stay with what they head, words and numbers are there."""

import base64
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from solver.cli.main import main
from solver.errors import SpecError
from solver.render import format_pdf
from solver.render.format import Shown, format_file
from solver.render.format_json import render as to_json
from solver.render.views.view import View
from solver.spec.reader import load_text
from solver.working.solve import solve_paper
from tests.places import PROBLEMS
from tests.questions import EXAMPLES, paper, solutions
from tests.render.documents import hard
from tests.render.test_numbers import tokens
from tests.render.test_prompts import HOSTILE, QUESTION
from tests.render.test_snapshots import FILES

pytest.importorskip("typst", reason="typst: pip install 'nnsolve[pdf]'")
pdfium = pytest.importorskip("pypdfium2", reason="pypdfium2: pip install pypdfium2")

MARGIN = 72 / 2.54 * 2
A4 = (595.28, 841.89)


def made(title: str, *names: str) -> bytes:
    page = format_file("pdf").page(Shown(title, [solution for name in names for solution in solutions(name)]))
    assert isinstance(page, bytes)
    return page


def words_of(pdf: bytes) -> list[str]:
    """The text of each page."""
    return [page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(pdf)]


def test_every_family_and_all_that_is_hard_stays_within_the_margins() -> None:
    examples = [solution for name in EXAMPLES for solution in solutions(name)]
    pdf = format_file("pdf").page(Shown("All", [*hard(), *examples]))
    document = pdfium.PdfDocument(pdf)
    for number, page in enumerate(document, 1):
        assert page.get_size() == pytest.approx(A4, abs=0.1)
        text = page.get_textpage()
        for k in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(k)
            inside = left > MARGIN - 1 and bottom > 20 and top < A4[1] - MARGIN + 12
            if not inside or right > A4[0] - MARGIN + 1:
                said = text.get_text_bounded(left, bottom, right, top)
                assert inside, (number, said)
                assert said.endswith(" "), (number, said)  # a space at the end of a line is not seen
                assert right < A4[0] - MARGIN + 5, (number, said)
    assert len(document) > 50


def test_no_heading_ends_a_page() -> None:
    pages = words_of(made("Exam", "exam"))
    for number, page in enumerate(pages, 1):
        *lines, foot = page.strip().splitlines()
        assert re.fullmatch(rf"{number} / {len(pages)}", foot.strip())
        assert not re.search(r"\bmarks?$|^Given$|^Summary$|^\([a-z]+\)$", lines[-1].strip()), lines[-1]


def test_hostile_words_are_there_as_they_are() -> None:
    prompts = [prompt for prompt in HOSTILE if prompt not in ("🙂", "\u202egnp.exe", "\x1b[31mred\x1b[0m")]
    solutions = []
    for prompt in prompts:
        paper = load_text(QUESTION.format(prompt=json.dumps(prompt, ensure_ascii=False)))
        solutions += solve_paper(paper)
    text = re.sub(r"\s", "", "".join(words_of(format_file("pdf").page(Shown("t", solutions)))))  # type: ignore[arg-type]
    for prompt in prompts:
        assert text.count(re.sub(r"\s", "", prompt)) >= 5, prompt


@pytest.mark.parametrize("path", FILES[::5], ids=lambda path: path.stem)
def test_the_numbers_are_those_of_the_json(path: Path) -> None:
    """Every answer stands on the pages, its numbers side by side: by rows, or by columns, as a matrix is set.

    Of the other problems `test_numbers.py` reads the Typst that becomes a PDF.
    """
    found = solutions(path.stem)
    pdf = format_file("pdf").page(Shown(paper(path.stem).title, found))
    assert isinstance(pdf, bytes)
    read = [each for each in tokens(" ".join(words_of(pdf))) if isinstance(each, float)]
    for key, answer in json.loads(to_json(paper(path.stem).title, found, View(kind="key")))["answers"].items():
        cells = np.asarray(answer)
        if cells.dtype.kind in "fi" and cells.ndim <= 2:  # the rest is said in words
            ways = (cells.reshape(1, -1), cells.T.reshape(1, -1), np.atleast_2d(cells), np.atleast_2d(cells).T)
            assert any(all(beside(row, read) for row in way.tolist()) for way in ways), f"{key}: {answer}"


def beside(numbers: list[float], read: list[float]) -> bool:
    return any(read[k : k + len(numbers)] == numbers for k in range(len(read) - len(numbers) + 1))


def test_bytes_are_the_same_each_time() -> None:
    assert made("t", "q1") == made("t", "q1")


def test_a_file_and_a_pipe(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["run", str(PROBLEMS / "q1.yaml"), "-o", str(tmp_path / "q.pdf")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "q.pdf").read_bytes().startswith(b"%PDF")
    piped = CliRunner().invoke(main, ["run", str(PROBLEMS / "q1.yaml"), "--format", "pdf"])
    assert piped.stdout_bytes == (tmp_path / "q.pdf").read_bytes()


def test_a_terminal_is_refused(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    with pytest.raises(SystemExit) as ended:
        main(["run", str(PROBLEMS / "q1.yaml"), "--format", "pdf"], standalone_mode=False)
    out, err = capsysbinary.readouterr()
    assert (ended.value.code, out) == (2, b"")
    assert b"standard output: is a terminal, which cannot show this format\n  hint: add -o FILE, or a pipe" in err


def test_without_typst(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    done = CliRunner().invoke(main, ["run", str(PROBLEMS / "q1.yaml"), "-o", str(tmp_path / "q.pdf")])
    assert done.exit_code == 2
    assert "pip install 'nnsolve[pdf]'" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    spec = 'title: t\nprompt: "![A \\"net\\"](net.png)"\nparts: [{label: a, given: {family: concept, points: [a]}}]\n'
    Path("q.yaml").write_text(spec)
    Path("net.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = CliRunner().invoke(main, ["run", "q.yaml", "-o", "q.pdf"])
    assert done.exit_code == 2
    assert "net.png: failed to decode image" in done.stderr
    assert not Path("q.pdf").exists()
    Path("net.png").write_bytes(base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
    ))  # fmt: skip
    assert CliRunner().invoke(main, ["run", "q.yaml", "-o", "q.pdf"]).exit_code == 0
    assert 'image("net.png"' not in CliRunner().invoke(main, ["run", "q.yaml", "-o", "out/q.typ"]).output


def test_a_document_that_is_too_long_is_refused_before_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(format_pdf, "MAX_SOURCE", 1_000)
    monkeypatch.setattr(format_pdf, "compiled", pytest.fail)
    with pytest.raises(SpecError, match=r"characters, expected at most 1,000.*\n.*--part"):
        made("Q2", "q2")
