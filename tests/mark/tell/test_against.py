"""Re-marking: whose mark moved against an earlier run, and why."""

import io

import numpy as np
import pytest

from solver.errors import SpecError
from solver.mark.judge.grade import grade_batch
from solver.mark.out.formats import writer
from solver.mark.records import Graded, Submissions
from solver.mark.sheet import sheet
from solver.mark.tell.against import Against, Move
from solver.spec.reader import load_text
from solver.working.question import Scheme
from solver.working.solve import solve_question
from tests.mark.simulate import honest
from tests.questions import asked_of
from tests.tables import each

Q2 = asked_of("q2").sheet
STUDENTS = ["ann", "=bob", "cy, d"]


def run(wrong: dict[int, str], scheme: Scheme | None = None, students: list[str] = STUDENTS) -> Graded:
    """A class in which some students have one answer wrong."""
    batch = honest(Q2, len(students), "rounded", np.random.default_rng(1))
    for i, key in wrong.items():
        batch.values[key][i] = 99.0
    return grade_batch(Q2, scheme, Submissions(students, batch))


def text_of(form: str, graded: Graded) -> str:
    stream = io.StringIO()
    to = writer(form, stream, Q2)
    to.open()
    to.add(graded)
    to.close()
    return stream.getvalue()


def moves(old: str, new: Graded) -> list[Move]:
    against = Against(Q2, None, io.StringIO(old, newline=""))
    return [*against.moves(new), *against.missing()]


@pytest.mark.parametrize("form", ["csv", "long"])
def test_nothing_moves_between_equal_runs(form: str) -> None:
    old = text_of(form, run({1: "c/J"}))
    assert moves(old, run({1: "c/J"})) == []
    assert text_of(form, run({1: "c/J"})) == old


def test_against_long_the_verdicts_say_why() -> None:
    old = text_of("long", run({1: "c/J"}))
    assert moves(old, run({2: "b/u2"})) == [
        Move("=bob", 2375, 2500, ("c/J: WRONG 0 → CORRECT 1.25",)),
        Move(
            "cy, d",
            2500,
            2400,
            (
                "b/u2[1]: CORRECT 0.5 → WRONG 0 (expected 2.48)",
                "b/u2[2]: CORRECT 0.5 → WRONG 0 (expected 7.20)",
            ),
        ),
    ]


def test_against_csv_the_parts_say_where() -> None:
    old = text_of("csv", run({1: "c/J"}))
    assert moves(old, run({2: "b/u2"})) == [
        Move("=bob", 2375, 2500, ("c: 2.75 → 4, now full",)),
        Move("cy, d", 2500, 2400, ("b: 4 → 3, now b/u2[1] WRONG, b/u2[2] WRONG",)),
    ]


@pytest.mark.parametrize("form", ["csv", "long"])
def test_students_who_come_and_go(form: str) -> None:
    old = text_of(form, run({}))
    assert moves(old, run({}, students=["ann", "eve", "cy, d"])) == [
        Move("eve", None, 2500),
        Move("'=bob", 2500, None),
    ]


def test_a_total_that_stays_while_its_parts_move() -> None:
    old = text_of("csv", run({0: "e/grad_u3"})).replace("ann,3,4,4,2,4,6,23", "ann,3,4,4,2,6,4,23")
    (move,) = moves(old, run({0: "e/grad_u3"}))
    assert (move.before, move.after) == (2300, 2300)
    assert move.why == ("e: 6 → 4, now e/grad_u3 WRONG", "f: 4 → 6, now full")


@each(
    ("old", "message"),
    [
        ("", "has no column of students"),
        ("name,mark\nann,1\n", "has no column of students"),
        ("student,a,total\nann\n", "a row of 1 cells under 3 columns"),
        ("student,a,total\nann,many,1\n", "found 'many', expected marks"),
        ("student,a,total\nann,nan,1\n", "found 'nan', expected marks"),
        ("student,a,total\nann,1e999999,1\n", "found '1e999999', expected marks"),
    ],
)
def test_a_file_that_is_no_earlier_run(old: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        moves(old, run({}))


def test_another_question_s_answers() -> None:
    """A cell that the earlier run did not have is new; one that is asked for no more is said to be."""
    spec = "title: T\nparts: [{label: a, marks: 1, given: {family: concept, statement: S., truth: true}}]"
    other = sheet(solve_question(load_text(spec).questions[0]))
    header = text_of("long", run({})).splitlines()[0]
    against = Against(other, None, io.StringIO(f"{header}\ns,z,1,1,1,CORRECT,,,2,2\n"))
    graded = grade_batch(other, None, Submissions(["s"], honest(other, 1, "rounded", np.random.default_rng(0))))
    graded = grade_batch(other, None, Submissions(["s"], graded.submissions.batch, words={"a": ["T"]}))
    assert list(against.moves(graded)) == [
        Move("s", 200, 100, ("z: CORRECT 2, no longer asked for", "a: new, CORRECT 1"))
    ]
