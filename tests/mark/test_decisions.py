"""A person's decisions: accepted values, marks given and added, words marked; every output says so; errors are located."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from solver.errors import SpecError
from solver.mark.asked import Asked, asked, decided
from solver.mark.run import Options, Told, run
from solver.render.format_markdown import render
from solver.spec.reader import load_text
from tests.questions import asked_of
from tests.tables import each

ANSWERS = """student,c/J,b/u1
ann,9.17,"[1.30, -4.70, 3.6]"
bob,9.17,"[1.30, -4.70, 9.99]"
cy,9.18,"[1.30, -4.70, 3.60]"
"""
WORDS = """
title: Words
parts:
  - {label: a, marks: 2, given: {family: concept, points: [one, two]}}
  - {label: b, marks: 1, given: {family: concept, statement: S., truth: true}}
"""


@pytest.fixture(scope="module")
def q2() -> Asked:
    return asked_of("q2")


def marked(
    question: Asked, folder: Path, decisions: str, form: str = "csv", answers: str = ANSWERS, **more: object
) -> str:
    (folder / "answers.csv").write_text(answers)
    (folder / "d.yaml").write_text(decisions)
    out = io.StringIO()
    options = Options(form=form, decisions=str(folder / "d.yaml"), **more)  # type: ignore[arg-type]
    run(question, [str(folder / "answers.csv")], options, out)
    return out.getvalue()


def totals(text: str) -> dict[str, float]:
    return {row["student"]: float(row["total"]) for row in csv.DictReader(io.StringIO(text))}


def audits(question: Asked, folder: Path, decisions: str | None) -> list[str]:
    (folder / "answers.csv").write_text(ANSWERS)
    (folder / "d.yaml").write_text(decisions or "[]")
    told: list[Told] = []
    run(
        question,
        [str(folder / "answers.csv")],
        Options(decisions=str(folder / "d.yaml"), explain=True),
        tell=told.append,
    )
    return [render(said) for said in told if not isinstance(said, str)]


def test_what_follows_from_an_accepted_value_is_right_of_that_student_alone(q2: Asked, tmp_path: Path) -> None:
    answers = "student,c/y,c/J\nann,0.86,1.97\nbob,0.87,2.04\n"
    made = marked(q2, tmp_path, "- {answer: c/y, value: 0.86}\n", "long", answers)
    found = [(row["student"], row["verdict"]) for row in csv.DictReader(io.StringIO(made)) if row["answer"] == "c/J"]
    assert found == [("ann", "CORRECT"), ("bob", "FOLLOWED")]


def test_an_audit_says_what_a_person_accepted(q2: Asked, tmp_path: Path) -> None:
    ann, bob, cy = audits(
        q2,
        tmp_path,
        "- {answer: c/J, value: 9.17, why: other log}\n- {answer: c, student: bob, add: 1, why: nice sketch}\n",
    )
    assert "accepted by a person" in ann
    assert "other log" in ann
    assert "marks given by a person: nice sketch" in bob
    assert "by a person" not in cy
    assert not any("by a person" in said for said in audits(q2, tmp_path, None))


CASES = [
    ("- {answer: c/J, value: 9.17, why: other log}", {"ann": "c/J", "bob": "c/J"}),
    ("- {answer: c/J, values: [9.17, 9.18]}", {"ann": "c/J", "bob": "c/J", "cy": "c/J"}),
    ("- {answer: c/J, value: 9.17, students: [ann]}", {"ann": "c/J"}),
    ("- {answer: 'b/u1[3]', value: 9.99}", {"bob": "b/u1[3]"}),
    ("- {answer: b/u1, value: [1.3, -4.7, 9.99]}", {"bob": "b/u1[3]"}),
    ("- {answer: c/J, value: 9.17, marks: 1}", {"ann": 1, "bob": 1}),
    ("- {answer: c, student: cy, add: 0.5}", {"cy": 0.5}),
    ("- {answer: c, student: cy, add: -5}", {"cy": 0}),
    ("- {answer: c, student: cy, add: 50}", {"cy": 4}),
    ("decisions:\n- {answer: c/J, student: nobody}", {}),
]


@pytest.fixture
def before(q2: Asked, tmp_path: Path) -> dict[str, float]:
    """Totals without a decision."""
    return totals(marked(q2, tmp_path, "[]"))


@each(("decisions", "more"), CASES)
def test_marks_move_by_what_was_decided(
    q2: Asked, before: dict[str, float], tmp_path: Path, decisions: str, more: dict[str, str | float]
) -> None:
    for student, total in totals(marked(q2, tmp_path, decisions)).items():
        worth = more.get(student, 0)
        if isinstance(worth, str):
            cell = q2.sheet.cells[worth]
            worth = q2.plan.cells[cell.key][cell.row, cell.column] / 100
        assert total - before[student] == pytest.approx(worth), student


def test_csv_decides_the_same(q2: Asked, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("answer;value;student;add\nb/u1;[1.3, -4.7, 9.99];;\nc;;cy;0.5\n")
    found = decided(q2, str(tmp_path / "d.csv")).scheme.decisions
    assert [(d.answer, d.values, set(d.students), d.add) for d in found] == [
        ("b/u1", (("1.3", "-4.7", "9.99"),), set(), None),
        ("c", (), {"cy"}, 0.5),
    ]


BOTH = "- {answer: c/J, value: 9.17, why: other log}\n- {answer: c, student: cy, add: 0.5, why: spoke well}\n"


@pytest.mark.parametrize("form", ["csv", "long", "json", "moodle", "gradescope", "table"])
def test_every_output_lists_them(q2: Asked, tmp_path: Path, form: str) -> None:
    said = marked(q2, tmp_path, BOTH, form, width=300) if form == "table" else marked(q2, tmp_path, BOTH, form)
    assert "spoke well" in said
    assert "accepted by a person's decision: other log" in said
    if form == "json":
        students = json.loads(said)["students"]
        for student in students:
            assert sum(a["marks"] for a in student["answers"].values()) == pytest.approx(student["total"])


def test_feedback_lists_them(q2: Asked, tmp_path: Path) -> None:
    marked(q2, tmp_path, BOTH, feedback=tmp_path / "out")
    assert (
        "c/J: 0.5 marks: spoke well" in (tmp_path / "out" / "cy.md").read_text()
        or "spoke well" in (tmp_path / "out" / "cy.md").read_text()
    )
    assert "accepted by a person's decision: other log" in (tmp_path / "out" / "ann.md").read_text()


@pytest.mark.parametrize("form", ["csv", "long"])
def test_against_tells_them(q2: Asked, tmp_path: Path, form: str) -> None:
    (tmp_path / "old.csv").write_text(marked(q2, tmp_path, "[]", form))
    told: list[object] = []
    run(
        q2,
        [str(tmp_path / "answers.csv")],
        Options(decisions=_file(tmp_path, BOTH), against=str(tmp_path / "old.csv")),
        tell=told.append,
    )
    assert "3 marks moved" in told
    assert any("cy" in str(line) and ("DECIDED" in str(line) or "c:" in str(line)) for line in told)


def _file(folder: Path, text: str) -> str:
    (folder / "again.yaml").write_text(text)
    return str(folder / "again.yaml")


def test_words_are_marked_and_count(tmp_path: Path) -> None:
    question = asked(load_text(WORDS).questions[0])
    answers = "student,a,b\nann,my words,T\nbob,,F\n"
    decisions = "- {answer: a, student: ann, marks: 1.5, why: line 2}\n"
    assert totals(marked(question, tmp_path, "[]", answers=answers)) == {"ann": 1, "bob": 0}
    text = marked(question, tmp_path, decisions, answers=answers)
    assert totals(text) == {"ann": 2.5, "bob": 0}
    long = list(csv.DictReader(io.StringIO(marked(question, tmp_path, decisions, "long", answers=answers))))
    assert [(row["verdict"], row["marks"], row["of"], row["reason"]) for row in long if row["answer"] == "a"] == [
        ("DECIDED", "1.5", "2", "line 2"),
        ("BY HAND", "", "2", "to be marked by hand"),
    ]
    for form in ("json", "gradescope", "moodle"):
        assert "line 2" in marked(question, tmp_path, decisions, form, answers=answers)


def test_what_is_accepted_is_no_mistake(q2: Asked, tmp_path: Path) -> None:
    """A name that stood there is gone."""
    answers = 'student,b/u1\nann,"[0.80, -5.20, 3.10]"\n'
    for decisions, mistakes in (("[]", {"bias forgotten"}), ("- {answer: b/u1, student: ann}", set())):
        long = csv.DictReader(io.StringIO(marked(q2, tmp_path, decisions, "long", answers=answers)))
        assert {row["mistake"] for row in long} - {""} == mistakes


BAD = [
    ("- {answer: c/JJ, value: 1}", 1, "no answer is called 'c/JJ'"),
    ("- {value: 1}", 1, "'answer' is missing"),
    ("\n- {answer: c/J, value: x}", 2, "expected a number"),
    ("- {answer: b/u1, value: [1, 2]}", 1, "found 2 numbers for b/u1, expected 3"),
    ("- {answer: c/J, marks: 1}", 1, "is about everybody's answer"),
    ("- {answer: c/J, student: a, marks: 1, add: 1}", 1, "expected one of them"),
    ("- {answer: c/J, student: a, marks: -1}", 1, "expected a number of marks"),
    ("- {answer: c/J, student: a, mark: 1}", 1, "unknown key 'mark'"),
    ("- 3", 1, "expected a decision"),
    ("3", 1, "expected a list of decisions"),
]


@each(("text", "line", "message"), BAD)
def test_errors_are_located(q2: Asked, tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(SpecError) as error:
        decided(q2, _file(tmp_path, text))
    assert message in error.value.problems[0].message
    assert error.value.problems[0].place.line == line


def test_all_errors_at_once(q2: Asked, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        decided(q2, _file(tmp_path, "\n".join(text.strip() for text, *_ in BAD[:9])))
    assert len(error.value.problems) == 9
