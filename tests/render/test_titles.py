"""A title is a sentence with markup: set in every format, plain where a format takes no more."""

from __future__ import annotations

import json
from io import BytesIO
from xml.etree import ElementTree

import pytest
from docx import Document

from solver.errors import SpecError
from solver.render.format import Shown, format_file
from solver.spec.reader import load_text
from solver.working.solve import solve_paper
from tests.tables import each

TITLE = r"Loss $\frac{a}{b}$ of *two* <nets> & `x_1`"
PLAIN = "Loss a/b of two <nets> & x_1"
SPEC = f"title: '{TITLE}'\nparts: [{{label: a, given: {{family: concept, points: [one]}}}}, {{label: b, given: {{family: concept, points: [two]}}}}]"


def made(form: str) -> str:
    paper = load_text(SPEC)
    page = format_file(form).page(Shown(paper.title, solve_paper(paper)))
    assert isinstance(page, str)
    return page


@each(
    ("form", "title"),
    [
        ("markdown", r"# Loss $`\frac{a}{b}`$ of *two* \<nets\> \& `x_1`"),
        ("latex", r"\section*{Loss $\frac{a}{b}$ of \emph{two} \textless{}nets\textgreater{} \& \texttt{x\_1}}"),
        ("exam", r"\question \textbf{Loss $\frac{a}{b}$ of \emph{two} "),
        ("typst", '#head(1, [Loss $frac(a, b)$ of #emph[two]; \\<nets\\> & #raw("x_1");], [])'),
        ("typst", '#set document(title: "Loss a/b of two <nets> & x_1"'),
        ("html", "<title>Loss a/b of two &lt;nets&gt; &amp; x_1</title>"),
        ("text", PLAIN),
        ("terminal", PLAIN),
    ],
)
def test_it_is_set(form: str, title: str) -> None:
    assert title in made(form)


def test_html_sets_it_in_its_heading() -> None:
    page = made("html")
    heading = ElementTree.fromstring(page[page.index("<h1>") : page.index("</h1>") + 5])
    assert [child.tag.rpartition("}")[2] for child in heading] == ["math", "em", "code"]


def test_json_and_the_properties_of_a_document_are_plain() -> None:
    assert json.loads(made("json"))["title"] == PLAIN
    paper = load_text(SPEC)
    page = format_file("docx").page(Shown(paper.title, solve_paper(paper)))
    assert isinstance(page, bytes)
    document = Document(BytesIO(page))
    assert document.core_properties.title == PLAIN
    first = document.paragraphs[0]
    assert first.style is not None
    assert (first.style.name, "<m:oMath>" in first._p.xml) == ("Heading 1", True)


def test_what_cannot_be_read_is_said_with_its_place() -> None:
    with pytest.raises(SpecError) as told:
        load_text(SPEC.replace("frac", "fraction"))
    assert (told.value.problems[0].place.line, told.value.problems[0].place.column) == (1, 15)
