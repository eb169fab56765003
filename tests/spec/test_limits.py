"""What is too much is refused where it stands, and told once."""

from pathlib import Path

import pytest

from solver.errors import Problem, SpecError
from solver.spec import nodes, question_reader
from solver.spec.reader import load, load_text
from solver.working import page

GIVEN = "given: {family: formula, quantities: {a: 2, x: [1, 2]}, formulas: [b = a**2, c = a*sum(x)]}"
ONE = f"title: T\n{GIVEN}\nparts: [{{label: a}}, {{label: b}}]\n"
MANY = f"title: T\nparts:\n- {{label: a, {GIVEN}}}\n- {{label: b, {GIVEN}}}\n- {{label: c, {GIVEN}}}\n"


def problems(text: str) -> list[Problem]:
    with pytest.raises(SpecError) as caught:
        load_text(text, "q.yaml")
    return caught.value.problems


def test_a_paper_has_so_many_parts_in_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_reader, "MAX_PARTS", 3)
    (tmp_path / "one.yaml").write_text(ONE)
    exam = tmp_path / "exam.yaml"
    exam.write_text("title: Exam\nquestions: [one.yaml]\n")
    assert len(load(exam).questions) == 1
    exam.write_text("title: Exam\nquestions: [one.yaml, one.yaml]\n")
    with pytest.raises(SpecError, match=r"one.yaml:3:8: more than 3 parts"):
        load(exam)


@pytest.mark.parametrize(("name", "most"), [("MAX_QUANTITIES", 11), ("MAX_NUMBERS", 14)])
def test_parts_count_together(name: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, name, most)
    [problem] = problems(MANY)  # each has four quantities with five numbers
    assert (problem.place.line, problem.message[:9]) == (5, "more than")


@pytest.mark.parametrize(("name", "most"), [("MAX_QUANTITIES", 3), ("MAX_NUMBERS", 4)])
def test_a_working_is_bounded(name: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, name, most)
    [problem] = problems(ONE.replace("c = a*sum(x)", "c = a*sum(x), d = 2*a, e = 3*a"))
    assert (str(problem.place)[:9], problem.message) == ("q.yaml:2:", "this is too much to work out")


def test_gradients_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    asks = ONE.replace("parts:", "parts: [{label: g, find: gradients}]\n#")
    load_text(asks)
    monkeypatch.setattr(nodes, "MAX_QUANTITIES", 4)
    [problem] = problems(asks)
    assert (problem.place.line, problem.message[:9]) == (3, "more than")
