"""What stays on the page of what follows it."""

from __future__ import annotations

from docx import Document

from solver.formula.parse import parse
from solver.formula.tree import Name
from solver.render.blocks import Block, Equations, Facts, Heading, Prose, bullets, note
from solver.render.docx.page_docx import DocxPage
from solver.render.keeping import kept
from solver.render.latex.page_latex import LatexPage
from solver.working.items import Line
from solver.working.passage import ProseRole
from tests.tables import each

QUESTION, PART, SUBPART = (
    Heading(2, ("Question 4",)),
    Heading(3, ("(c)",), part="c"),
    Heading(3, ("(c)(i)",), part="c.i"),
)
NEXT, NOTE, LINES = Heading(3, ("(d)",), part="d"), note(("n",)), [Line(parse("1/x"), left=Name("f"))]
FACTS, WORKING = Facts(LINES, {}), Equations(LINES, {})


def said(role: ProseRole) -> Prose:
    return Prose((role,), role)


@each(
    ("blocks", "keeps"),
    [
        ([QUESTION, NOTE, PART], [True, True, False]),
        ([PART, said("prompt"), SUBPART], [True, True, False]),
        ([PART, said("prompt"), NEXT], [True, False, False]),
        ([SUBPART, said("title"), said("label"), said("why"), NEXT], [True, True, True, False, False]),
        ([said("label"), said("why"), said("title"), WORKING], [True, False, True, False]),
        ([said("title"), said("why"), FACTS, WORKING, said("label")], [True, True, True, False, False]),
        ([said("label"), FACTS, said("title"), WORKING, NOTE, NEXT], [True, False, True, False, False, False]),
        ([bullets(("a",)), said("label"), NEXT], [False, False, False]),
    ],
)
def test_what_opens_is_kept_and_what_ends_is_not(blocks: list[Block], keeps: list[bool]) -> None:
    assert list(kept(blocks)) == list(zip(blocks, keeps, strict=True))


@each(
    ("form", "sign"), [("latex", "\\nopagebreak"), ("latex", "\\postdisplaypenalty=10000"), ("docx", "<w:keepNext/>")]
)
def test_formats_keep_it(form: str, sign: str) -> None:
    """A reason and a definition before their working, and nothing behind it."""
    setter = LatexPage(lambda picture: "") if form == "latex" else DocxPage(Document())
    made = [
        (setter.render if isinstance(setter, LatexPage) else setter.body)([*kept, bullets(("a",))])
        for kept in ([said("why"), FACTS, WORKING], [said("plain")])
    ]
    assert [sign in each for each in made] == [True, False]
