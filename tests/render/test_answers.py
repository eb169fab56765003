"""A model answer holds its answers: nothing that a part asks for is left out, however large, up to a document's size."""

import json
import re

import numpy as np
import pytest

from solver.render.document import View, document
from solver.render.format import Shown, format_file
from solver.render.format_json import render as to_json
from solver.render.format_markdown import render as to_markdown
from solver.render.format_text import render as to_text
from solver.render.views import view_answer
from solver.render.views.view import Kind
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.tables import each


def solved(rows: int, columns: int) -> Solution:
    """A matrix of different numbers, asked for."""
    u, v = (1 + np.arange(rows)).tolist(), (1 + np.arange(columns) / 10_000).round(4).tolist()
    given = f"given: {{family: formula, quantities: {{u: {u}, v: {v}}}, formulas: ['y = u @ v.T']}}"
    return solve_question(load_text(f"title: t\nround: {{decimals: 4}}\n{given}\nparts: [{{label: a}}]").questions[0])


def after_summary(text: str) -> str:
    return text.partition("Summary")[2].replace("{,}", "").replace(",", "")


@each("shape", [(9, 1), (10, 1), (1, 9), (3, 10), (40, 12), (41, 1), (1, 100), (50, 20), (12, 13), (300, 1)])
def test_what_is_asked_for_is_complete(shape: tuple[int, int]) -> None:
    solution = solved(*shape)
    blocks = document("t", [solution])
    expected = sorted(f"{x:.4f}" for x in np.ravel(solution["a/y"].value))
    for text in (to_markdown(blocks), to_text(blocks)):
        assert sorted(re.findall(r"\d+\.\d{4}", after_summary(text))) == expected
        assert not set("…⋮⋱") & set(after_summary(text))
        assert "dots" not in after_summary(text)


def test_more_than_a_document_holds_is_said() -> None:
    solution = solved(60, 60)
    text = to_text(document("t", [solution]))
    assert "y has 60 × 60 numbers, too many for this page: --format json gives them all." in " ".join(text.split())
    assert np.shape(json.loads(to_json("t", [solution]))["answers"]["a/y"]) == (60, 60)
    assert len(text.splitlines()) < 60


@pytest.mark.parametrize("kind", ["answer", "key"])
def test_all_answers_together_have_no_more_than_a_document_holds(monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    monkeypatch.setattr(view_answer, "A_PART", 350)
    given = "{family: formula, quantities: {x: [%s]}, formulas: [%s]}"
    formulas = ", ".join(
        ["a1 = x @ x.T", *(f"a{i} = a{i - 1} + 1" for i in range(2, 5)), "z = sum(a4)", "'w = x[1:2]'"]
    )
    text = f"title: t\ngiven: {given % (', '.join('1' * 12), formulas)}\nparts: [{{label: a}}]"
    made = to_text(document("t", [solve_question(load_text(text).questions[0])], View(kind=kind, numbers=350)))
    said = " ".join((made.partition("Summary")[2] or made).split())
    assert re.findall(r"(\S+) has 12 × 12 numbers, too many for this page", said) == ["a₃", "a₄"]
    assert "z = 576" in said
    assert "w = " in said


@each(("form", "kind"), [("text", "key"), ("exam", "key"), ("text", "answer")])
def test_all_parts_and_questions_share_what_a_document_holds(form: str, kind: Kind) -> None:
    text = "title: t\ngiven: {family: formula, quantities: {x: [%s]}, formulas: [y = x @ x.T, z = y + 1]}\n"
    text = text % ", ".join("1" * 14) + "parts: [{label: a, find: y}, {label: b, find: z}]"
    solution = solve_question(load_text(text).questions[0])
    made = format_file(form).page(Shown("s", [solution, solution], View(kind=kind, numbers=600)))
    assert isinstance(made, str)
    assert len(re.findall("too many for this\\s+page", made)) == 2
    assert "too many" not in str(format_file(form).page(Shown("t", [solution], View(kind=kind, numbers=600))))


@each(("size", "dots"), [(40, 1600), (50, 1)])
def test_nobody_fills_in_thousands_of_cells(size: int, dots: int) -> None:
    made = to_text(document("t", [solved(size, size)], View(kind="sheet")))
    assert made.partition("value")[2].count("........") == dots


def test_working_stays_short() -> None:
    text = to_text(document("t", [solved(30, 1)]))
    assert "⋮" in text.partition("Summary")[0]


def test_all_iterations_are_asked_for_elsewhere() -> None:
    given = f"given: {{family: optimizer, g: {[[0.5]] * 60}, w: 1.0, optimizer: sgd, rate: 0.1, iterations: 60}}"
    question = load_text(f"title: t\n{given}\nparts: [{{label: a, find: updates}}]").questions[0]
    text = to_text(document("t", [solve_question(question)]))
    assert "--format json gives all 60 rows." in text
