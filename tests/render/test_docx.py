"""Documents for word processors: equations that Word and LibreOffice take, words and numbers as they are, styles."""

import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from solver.cli.main import main
from solver.render.docx.page_docx import _shared
from solver.render.format import Shown, format_file
from solver.render.views.view import View
from solver.spec.reader import load, load_text
from solver.working.solution import Solution
from solver.working.solve import solve_paper
from tests.formula.print.test_setter_omml import check
from tests.places import PROBLEMS, ROOT
from tests.questions import EXAMPLES, solutions
from tests.render.documents import hard
from tests.render.test_prompts import HOSTILE, PIXEL, QUESTION, Blocks
from tests.tables import each

docx = pytest.importorskip("docx", reason="python-docx: pip install 'nnsolve[docx]'")

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def made(*solutions: Solution, parts: tuple[str, ...] = ()) -> bytes:
    page = format_file("docx").page(Shown("Title", solutions, View(parts=parts)))
    assert isinstance(page, bytes)
    return page


def body(page: bytes) -> ElementTree.Element:
    with ZipFile(io.BytesIO(page)) as file:
        return ElementTree.fromstring(file.read("word/document.xml"))


def text(element: ElementTree.Element) -> str:
    return "".join(each.text or "" for each in element.iter() if each.tag in (f"{M}t", f"{W}t"))


def test_a_columns_longest_word_stays_in_one_piece() -> None:
    assert _shared([60.0, 9.0, 9.0], [6.0, 9.0, 2.0], [False, True, True], 20.0) == pytest.approx(
        [6 + 2 / 3, 9, 4 + 1 / 3]
    )
    assert _shared([60.0, 9.0], [30.0, 9.0], [False, True], 26.0) == pytest.approx([20, 6])
    assert _shared([60.0, 9.0], [12.0, 9.0], [False, True], 30.0) == pytest.approx([21, 9])


def test_equations_are_well_formed_in_every_family_and_in_all_that_is_hard() -> None:
    page = body(made(*hard(), *(solution for name in EXAMPLES for solution in solutions(name))))
    equations = list(page.iter(f"{M}oMath"))
    assert len(equations) > 1000
    for equation in equations:
        check(equation)
    for cell in page.iter(f"{W}tc"):
        assert cell[-1].tag == f"{W}p"  # Word refuses a cell that ends in anything else
    order = ["pStyle", "keepNext", "numPr", "pBdr", "tabs", "spacing", "ind", "jc"]
    for properties in page.iter(f"{W}pPr"):
        places = [order.index(each.tag.removeprefix(W)) for each in properties]
        assert places == sorted(places), [each.tag for each in properties]


def test_every_block() -> None:
    page = format_file("docx").page(Blocks("Title", ()))
    assert isinstance(page, bytes)
    document = docx.Document(io.BytesIO(page))
    styles = {each.style.name for each in document.paragraphs}
    assert {"Heading 1", "List Number", "List Bullet 2", "Normal"} <= styles
    assert [each.text for each in document.paragraphs if each.style.name == "Heading 1"] == ["Title\t3 marks"]
    assert len(document.inline_shapes) == 1
    assert document.core_properties.title == "Title"
    assert (
        ':val="3"'
        in ElementTree.tostring(body_part(page, "word/numbering.xml"), "unicode").rpartition("startOverride")[2]
    )


def body_part(page: bytes, name: str) -> ElementTree.Element:
    with ZipFile(io.BytesIO(page)) as file:
        return ElementTree.fromstring(file.read(name))


@each("prompt", HOSTILE)
def test_hostile_words_are_there_as_they_are(prompt: str) -> None:
    page = body(made(*solve_paper(load_text(QUESTION.format(prompt=json.dumps(prompt, ensure_ascii=False))))))
    assert text(page).count(prompt.replace("\x1b", "␛").replace("\u202e", "")) == 5


def test_the_numbers_are_those_of_the_json() -> None:
    said = text(body(made(*solutions("q2")))).replace("−", "-")
    numbers = {
        n for s in solutions("q2") for answer in s.answers.values() for n in re.findall(r"-?\d+\.\d+", str(answer))
    }
    assert numbers
    assert [number for number in numbers if number not in said] == []


def test_bytes_are_the_same_each_time() -> None:
    assert made(*solutions("q1")) == made(*solutions("q1"))


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    done = CliRunner().invoke(main, ["run", str(PROBLEMS / "q1.yaml"), "-o", str(tmp_path / "q.docx")])
    assert done.exit_code == 2
    assert "pip install 'nnsolve[docx]'" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    spec = 'title: t\nprompt: "![A \\"net\\"](net.png)"\nparts: [{label: a, given: {family: concept, points: [a]}}]\n'
    Path("q.yaml").write_text(spec)
    Path("net.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = CliRunner().invoke(main, ["run", "q.yaml", "-o", "q.docx"])
    assert done.exit_code == 2
    assert "net.png: cannot be read as a picture" in done.stderr
    assert not Path("q.docx").exists()
    Path("net.png").write_bytes(PIXEL)
    assert CliRunner().invoke(main, ["run", "q.yaml", "-o", "q.docx"]).exit_code == 0
    assert 'descr="A &quot;net&quot;"' in ElementTree.tostring(body(Path("q.docx").read_bytes()), "unicode")


def test_libreoffice_opens_it(tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        pytest.skip("soffice: apt-get install libreoffice-writer libreoffice-math")
    pdfium = pytest.importorskip("pypdfium2", reason="pypdfium2: pip install pypdfium2")
    words = solve_paper(load(ROOT / "tests/render/documents/words.yaml"))
    (tmp_path / "q.docx").write_bytes(made(*solutions("q2"), *words, parts=("a", "b")))  # each equation takes it long
    where = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        "soffice",
        where,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "q.docx"),
    ]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    pages = [page.get_textpage().get_text_range() for page in pdfium.PdfDocument(tmp_path / "q.pdf")]
    assert len(pages) > 2
    assert "¿" not in "".join(pages)  # the sign of an equation that lacks something
    assert "4.70" in "".join(pages)
