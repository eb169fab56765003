"""The views of one spec: a paper leaks no answer in any format, a key has all of them, a student sees what is for students."""

from __future__ import annotations

import io
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import get_args
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result
from pypdfium2 import PdfDocument

from solver.cli.main import main
from solver.files import registered
from solver.formula.print.printer_text import words_text
from solver.mark.sheet import sheet
from solver.render.blocks import Block, Facts, Heading, Listed, Table
from solver.render.document import View, document
from solver.render.format import Shown, format_file, formats
from solver.render.views.view import Kind
from solver.spec.reader import load_text
from solver.working.solution import Solution, SolvedPart
from solver.working.solve import solve_paper
from tests.places import PROBLEMS, Q2
from tests.questions import EXAM, solutions

FILES = sorted(path for path in PROBLEMS.rglob("*.yaml") if path.stem != EXAM)
FORMS = formats()
FEW = [path for path in FILES if path.stem in ("q1", "q2", "q3", "q4", "graph", "lstm")]
WHOLE = ("text", "html", "json")
"""The formats in which every file is read: what a view shows is the same in all, where words are, pictures, or data."""
PAPERS: list[Kind] = ["question", "sheet"]
BARE = "title: t\nparts: [{label: a, prompt: p, given: {family: concept, points: [x]}}]"


def solved(path: Path) -> list[Solution]:
    return solutions(path.stem)


@cache
def bare(form: str, kind: Kind) -> frozenset[str]:
    """The numbers that a format's page has of its own, such as those of a style."""
    return numbers(page(form, solve_paper(load_text(BARE)), View(kind=kind)))


def page(form: str, solutions: list[Solution], view: View) -> str:
    """A page's text, of a binary one as a reader finds it."""
    made = format_file(form).page(Shown("All", solutions, view))
    if isinstance(made, str):
        return re.sub(r"(?<=;base64,)[^\"]+", pictured, made)
    if form == "pdf":
        return "\n".join(each.get_textpage().get_text_range() for each in PdfDocument(made))
    with ZipFile(io.BytesIO(made)) as file:
        body = file.read("word/document.xml").decode()
    texts = (re.findall(r"<[mw]:t\b[^>]*>([^<]*)", paragraph) for paragraph in body.split("</w:p>"))
    return unescape("\n".join(" ".join(text) for text in texts))


def pictured(found: re.Match[str]) -> str:
    """The words of a picture in a page."""
    return " ".join(re.findall(r">([^<]+)</text>", b64decode(found[0]).decode()))


def numbers(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\d+(?:\.\d+)?", text))


def said(text: str) -> str:
    """A page's words in one line, without the signs of any markup."""
    return re.sub(r"[\s\\*_`•>|\-]+", " ", re.sub(r"\\([^\w\s])", r"\1", text))


def asked(solution: Solution) -> Iterator[SolvedPart]:
    return (part for part in solution.parts if part.asked)


def known(solution: Solution) -> str:
    """All that a paper may say: what the question says and gives, marks, and what an answer is to look like."""
    parts = [solution.title, solution.prompt.source, str(solution.rounding)]
    for part in solution.parts:
        parts += [part.label, part.prompt.source, str(part.marks)]
        for each in (*part.uses, *part.steps):
            parts += [each.text, each.symbol.sub] if each.item.given else []
        for each in part.asked:
            parts += [*each.item.offered, each.item.asks, each.name, *map(str, each.shape), each.item.title]
    whole = sum((part.marks or 0 for part in solution.parts), 0)
    return "\n".join([*parts, str(whole), *(str(k) for k in range(26))])


@cache
def secrets(path: Path) -> list[tuple[Solution, frozenset[str], frozenset[str]]]:
    """Each solution of a file with the numbers and the words of its answers, but for what the question says itself."""
    found = []
    for solution in solved(path):
        items = [each for part in asked(solution) for each in part.asked if not each.item.given]
        values = frozenset().union(*(numbers(each.text) for each in items if each.item.answer is None))
        words = [word for each in items for word in ([each.item.why] if each.item.answer is None else
                 [str(each.item.answer), *each.item.points, each.item.why])]  # fmt: skip
        allowed = known(solution)
        told = frozenset(said(word) for word in words if len(word) > 3 and said(word) not in said(allowed))
        found.append((solution, values - numbers(allowed), told))
    return found


def leaks(form: str, path: Path, kind: Kind) -> list[str]:
    """The answers that the pages of a file have."""
    found: list[str] = []
    for solution, values, words in secrets(path):
        text = page(form, [solution], View(kind=kind))
        found += values & (numbers(text) - bare(form, "question" if kind == "key" else kind))
        there = said(text)
        found += [word for word in words if word in there]
    return found


@pytest.mark.parametrize("kind", PAPERS)
@pytest.mark.parametrize("form", FORMS)
def test_a_paper_leaks_no_answer(form: str, kind: Kind) -> None:
    for path in FILES if form in WHOLE else FEW:
        assert not leaks(form, path, kind), path.name


def test_the_search_for_leaks_finds_them() -> None:
    for form, files in (("markdown", FILES), ("docx", FEW), ("pdf", FEW)):
        assert len([path for path in files if leaks(form, path, "key")]) > 0.8 * len(files)


def test_a_paper_has_no_formula_but_of_what_is_given() -> None:
    for solution in (each for path in FILES for each in solved(path)):
        given = {s.name for part in solution.parts for s in (*part.uses, *part.steps) if s.item.given}
        for block in document("All", [solution], View(kind="question")):
            if isinstance(block, Facts):
                assert {getattr(line.left, "id", "?") for line in block.lines} <= given


@pytest.mark.parametrize("pictures", [True, False])
def test_what_is_given_is_stated_once_and_not_where_it_is_asked_for(pictures: bool) -> None:
    """Nor before the reader has answered part (a), if the figure shows the weights that it asks for."""
    blocks = document("All", solved(Q2), View(kind="question", pictures=pictures))
    parts: dict[str, list[str]] = {}
    for block in blocks:
        if isinstance(block, Heading):
            parts[words_text(block.words)] = names = []
        if isinstance(block, Facts):
            names += [str(getattr(line.left, "id", "")) for line in block.lines]
    assert parts["(a)"] == []
    assert parts["(b)"] == (["x"] if pictures else ["x", "W1", "b1", "W2", "b2"])
    assert parts["(c)"] == (["d"] if pictures else ["W3", "b3", "d"])
    assert parts["(f)"] == []


def test_more_marks_have_more_room() -> None:
    room = [block.text.count("\n") for block in blocks_of(Q2, View(kind="question")) if isinstance(block, Listed)]
    assert room == [6, 8, 8, 4, 12, 12]


def test_parts_and_marks_stay() -> None:
    for kind in ("question", "answer"):
        heads = [b for b in blocks_of(Q2, View(kind=kind)) if isinstance(b, Heading)]
        assert heads[0].aside == "25 marks"
        assert [words_text(h.words) for h in heads[1:]] == [f"({x})" for x in "abcdef"]
    some = [words_text(b.words) for b in blocks_of(Q2, View(kind="question", parts=("c",))) if isinstance(b, Heading)]
    assert some == ["Question 2", "(c)"]


def blocks_of(path: Path, view: View) -> list[Block]:
    return document(solved(path)[0].title, solved(path), view)


@pytest.mark.parametrize("form", ["markdown", "text"])
def test_a_key_has_every_value_and_leaves_nothing_out(form: str) -> None:
    for solution in (each for path in FILES for each in solved(path)):
        made = page(form, [solution], View(kind="key"))
        want = [s for part in asked(solution) for s in part.asked]
        for s in want:
            if s.item.answer is None:
                assert numbers(s.text) <= numbers(made), s.name
            elif not s.item.points_answer:
                assert said(str(s.item.answer)) in said(made)
        if not re.search("[…⋮⋱]", "".join(s.text for s in want)):
            assert not re.search(r"[…⋮⋱]|\\[lcvd]?dots\b", made)


def test_json_of_the_views() -> None:
    made = {
        kind: json.loads(format_file("json").page(Shown("Question 2", solved(Q2), View(kind=kind))))
        for kind in (*PAPERS, "key", "answer")
    }
    assert made["key"]["answers"] == made["answer"]["answers"]
    assert made["question"]["answers"].keys() == made["answer"]["answers"].keys()
    assert made["question"]["answers"]["b/u1"] == [[None], [None], [None]]
    assert made["sheet"]["answers"]["c/J"] is None
    assert all(not part["steps"] for part in made["sheet"]["parts"])
    assert [s["name"] for s in made["question"]["parts"][1]["steps"]] == ["x", "W1", "b1", "W2", "b2"]
    assert all(not step["lines"] for part in made["key"]["parts"] for step in part["steps"])


NOTED = """title: t
round: {decimals: 1}
parts:
  - label: a
    note: The published key has a slip here.
    given:
      family: mlp
      x: [1.0, 2.0]
      d: 1
      layers: [{W: [[0.004], [0.003]], b: 0.0, activation: sigmoid}]
      loss: cross-entropy
    find: [gradients]
"""


def test_a_student_is_not_told_what_is_for_the_lecturer() -> None:
    solutions = solve_paper(load_text(NOTED))
    lecturer = page("text", solutions, View())
    student = page("text", solutions, View(reader="student"))
    for told in ("central differences", "published key"):
        assert told in lecturer
        assert told not in student
    made = json.loads(format_file("json").page(Shown("t", solutions, View(reader="student"))))
    assert made["parts"][0]["checked"] is None


def test_a_sheet_has_the_answers_of_the_template() -> None:
    for solution in (each for path in FILES for each in solved(path)):
        rows = [
            row[0][0] if isinstance(row[0], tuple) else ""
            for block in document("All", [solution], View(kind="sheet"))
            if isinstance(block, Table) and block.header[0] == "answer"
            for row in block.rows
        ]
        assert rows == list(sheet(solution).answers)


def test_every_view_has_its_file() -> None:
    assert set(get_args(Kind)) == set(registered("solver.render.views", "view_"))


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["run", str(Q2), *args])


@pytest.mark.parametrize("option", ["--compare", "--reconcile"])
@pytest.mark.parametrize("view", [("--view", "question"), ("--view", "key"), ("--for", "student")])
def test_tables_for_the_lecturer_stand_in_no_other_view(option: str, view: tuple[str, str]) -> None:
    result = run(*view, option)
    assert result.exit_code == 2
    assert f"{option}: stands in the lecturer's answer, found {' '.join(view)}" in result.output


def test_an_unknown_view_is_refused() -> None:
    result = run("--view", "quetsion")
    assert result.exit_code == 2
    assert "'question'" in result.output
