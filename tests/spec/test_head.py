"""What a paper tells below its title, of an exam or a single question, in every format."""

from pathlib import Path

import pytest

from solver.errors import SpecError
from solver.render.format import Shown, format_file, formats
from solver.render.views.view import WHOLE
from solver.spec.reader import load, load_text
from solver.working.solve import solve_paper
from tests.tables import each

HEAD = "course: Nets 1\ndate: 2026-11-26\nduration: 90 minutes\ninstructions: Answer *all* & show it.\n"
QUESTION = """title: t
given: {family: formula, quantities: {a: 2}, formulas: [c = a*a]}
parts: [{label: a, marks: 2}]
"""
READ = [name for name in formats() if name not in ("json", "docx", "pdf")]


@each("name", READ)
def test_every_format_tells_it(name: str) -> None:
    paper = load_text(HEAD + QUESTION)
    solutions = solve_paper(paper)
    for kind, room in (("answer", name == "exam"), ("question", True)):
        shown = Shown(paper.title, solutions, WHOLE.replaced(kind=kind), head=paper.head)
        made = format_file(name).page(shown)
        assert isinstance(made, str)
        assert all(said in made for said in ("Nets 1", "26", "90 minutes", "Answer", "show it"))
        assert made.count("Nets 1") == 1
        assert ("Student number" in made) == room


def test_an_exam_tells_its_own(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(HEAD + QUESTION)
    exam = tmp_path / "exam.yaml"
    exam.write_text("title: Exam\ncourse: Nets 2\nquestions: [one.yaml, one.yaml]\n")
    paper = load(exam)
    made = format_file("text").page(Shown(paper.title, solve_paper(paper), head=paper.head))
    assert isinstance(made, str)
    assert made.startswith("Exam · 4 marks")
    assert "Nets 2" in made
    assert "Nets 1" not in made


@each("key", ["course", "date", "duration"])
def test_what_is_no_text_is_said_with_its_place(key: str) -> None:
    with pytest.raises(SpecError) as raised:
        load_text(f"{QUESTION}{key}: [1]\n")
    (problem,) = raised.value.problems
    assert (problem.place.line, problem.message) == (4, f"found a list of 1 for {key}, expected text")


def test_a_page_without_a_head_has_none() -> None:
    paper = load_text(QUESTION)
    assert not paper.head
    made = format_file("text").page(Shown(paper.title, solve_paper(paper), WHOLE.replaced(kind="question")))
    assert isinstance(made, str)
    assert "Name" not in made
