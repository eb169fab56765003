"""Other conventions count with their share of the marks, by their own truth; each is named, and nothing else is accepted."""

from __future__ import annotations

import numpy as np
import pytest

from solver.errors import SpecError
from solver.mark.asked import Asked, asked
from solver.mark.judge.grade import grade_batch
from solver.mark.judge.numbers import Batch, Note, Verdict
from solver.mark.out.rows import Rows
from solver.mark.records import Graded, Submissions
from solver.mark.tell.feedback import feedback
from solver.render.format_markdown import render
from solver.spec.reader import load, load_text
from solver.working.question import Decision
from tests.mark.simulate import key_of
from tests.places import PROBLEMS
from tests.tables import each

TEXT = (PROBLEMS / "q2.yaml").read_text()
GIVEN = """
title: Two layers
given:
  family: formula
  quantities: {a: 2.5, b: 4, k: 1}
  formulas: [c = a*b*k, d = c/3, e = d**2 + a]
parts: [{label: a, marks: 6, find: [c, d, e]}]
marking:
  alternatives:
    - {name: doubled, given: {quantities: {k: 2}}, share: 0.5}
"""


def question(alternatives: str, text: str = TEXT) -> Asked:
    return asked(load_text(f"{text}\nmarking: {{alternatives: [{alternatives}]}}\n").questions[0])


def graded(made: Asked, **wrong: object) -> Graded:
    given = key_of(made.sheet, 1)
    for key, numbers in wrong.items():
        given.batch.values[key][0] = np.reshape(np.asarray(numbers, dtype=float), made.sheet.answers[key].shape)
        given.batch.decimals[key][0] = 2
    return grade_batch(made.sheet, made.scheme, given)


@pytest.mark.parametrize(
    ("times", "written", "right"),
    [
        ("1/log(2)", 2.40, True),  # 1.66/ln 2 = 2.395
        ("1/log(2)", 2.42, True),  # 1.679/ln 2, exact values carried
        ("1/log(2)", 2.48, False),
        ("0.5", 0.83, True),
        ("0.5", 0.84, True),
        ("0.5", 0.8, False),
        ("-1", -1.66, True),
        ("-1", 1.5, False),
    ],
)
def test_a_factor_of_the_truth(times: str, written: float, right: bool) -> None:
    made = question(f"{{name: other, answers: [c/J], times: {times}, share: 0.75}}")
    found = graded(made, **{"c/J": written})
    if written == 0.8:
        found.submissions.batch.decimals["c/J"][...] = 1
    judged = found.judged["c/J"]
    most = made.plan.answers["c/J"] / 100
    assert (judged.verdicts[0, 0, 0] == Verdict.CORRECT) == right
    assert float(found.marks["c/J"][0]) == pytest.approx(round(0.75 * most + 1e-9, 2) if right else 0)
    if right:
        assert found.mistakes["c/J"] == {(0, 0, 0): "other"}
        assert "right by another convention: other" in render(feedback(made.sheet, found, 0, made.plan))
        row = next(r for r in Rows(made.sheet, made.plan, made.scheme, found).of(0) if r.cell == "c/J")
        assert (row.verdict, row.mistake, row.reason) == ("CORRECT", "", "right by another convention: other")


def test_what_follows_from_the_own_number_counts() -> None:
    """J by the student's own wrong y, to base 2."""
    made = question("{name: base 2, answers: [c/J], times: 1/log(2)}")
    found = graded(made, **{"c/y": 0.5, "c/J": 1.0})  # -log2(1 - 0.5)
    assert found.judged["c/J"].verdicts[0, 0, 0] == Verdict.CORRECT
    assert found.judged["c/y"].verdicts[0, 0, 0] == Verdict.WRONG


def test_a_sign_the_other_way_round() -> None:
    """δ = −∇ everywhere: every gradient of part e with its sign turned."""
    made = question("{name: delta is minus the gradient, answers: [e/grad_u3, e/grad_u2, e/grad_u1], times: -1}")
    turned = {key: -made.sheet.answers[key].solved.written for key in ("e/grad_u3", "e/grad_u2", "e/grad_u1")}
    found = graded(made, **turned)
    assert float(sum(marks[0] for key, marks in found.marks.items() if key[0] == "e")) == pytest.approx(6)


def test_a_question_given_otherwise() -> None:
    """The other question's own values, and what follows from a wrong one by it."""
    made = asked(load_text(GIVEN).questions[0])
    all_other = graded(made, **{"a/c": 20, "a/d": 6.67, "a/e": 46.99})
    assert float(sum(m[0] for m in all_other.marks.values())) == pytest.approx(5)  # d and e follow from c already
    assert all_other.mistakes["a/c"] == {(0, 0, 0): "doubled"}
    wrong = graded(made, **{"a/c": 33.0})
    assert wrong.judged["a/c"].verdicts[0, 0, 0] == Verdict.WRONG


def test_the_key_is_untouched() -> None:
    for alternatives in ("{name: x, times: 2}", "{name: x, given: {d: 1}}"):
        made = question(alternatives)
        found = graded(made)
        assert float(sum(m[0] for m in found.marks.values())) == pytest.approx(25)
        assert not any((judged.notes & Note.OTHERWISE).any() for judged in found.judged.values())


@each(
    ("alternatives", "message"),
    [
        ("{name: x}", "either times or given"),
        ("{name: x, times: 2, given: {d: 1}}", "either times or given"),
        ("{name: x, times: 0}", "expected a factor other than 0"),
        ("{name: x, times: 1/}", "times is no factor"),
        ("{name: x, times: y}", "times is no factor"),
        ("{name: x, times: 2, share: 2}", "expected a share of 0 to 1"),
        ("{name: x, times: 2, answers: [c/JJ]}", "no answer is called 'c/JJ'"),
        ("{name: x, given: {nothing: 1}}", "nothing given has these keys"),
        ("{name: x, given: {d: [1, 2]}}", "d"),
        ("{name: x, times: 2}, {name: x, times: 3}", "two alternatives are called"),
        ("{times: 2}", "'name' is missing"),
    ],
)
def test_errors_are_located(alternatives: str, message: str) -> None:
    with pytest.raises(SpecError) as error:
        question(alternatives)
    problem = error.value.problems[0]
    assert message in problem.message
    assert problem.place.line == len(TEXT.splitlines()) + 2 or problem.place.line == len(TEXT.splitlines()) + 1


MIXED = """
title: Mixed
parts:
  - {label: a, marks: 2, given: {family: concept, points: [one, two]}}
  - {label: b, marks: 1, given: {family: concept, statement: S., truth: true}}
  - {label: n, marks: 1, given: {family: formula, quantities: {n: 7}, formulas: [{formula: m = 2*n, whole: true}]}, find: m}
  - label: c
    marks: 2
    given: {family: gradient, symbols: {x: n, A: n x n}, J: x.T @ A @ x, by: [A]}
"""


@each(
    ("alternatives", "message"),
    [
        ("{name: x, answers: [b], times: 2}", "about b, which is no number that `times` could multiply"),
        ("{name: x, answers: [a], times: 2}", "about a, which a person marks"),
        ("{name: x, answers: [n/m, c/grad_A], times: -1}", "about c/grad_A, which is a formula"),
    ],
)
def test_what_cannot_be_another_conventions_is_refused_at_its_place(alternatives: str, message: str) -> None:
    with pytest.raises(SpecError) as error:
        question(alternatives, MIXED)
    problem = error.value.problems[0]
    assert message in problem.message
    assert problem.place.line == len(MIXED.splitlines()) + 2
    assert problem.place.column


def test_a_count_by_another_convention() -> None:
    made = question("{name: MACs, answers: [n/m], times: 0.5, share: 0.5}", MIXED)
    batch = Batch(3, {"n/m": np.array([14.0, 7.0, 8.0])[:, None, None]}, {"n/m": np.zeros((3, 1, 1), dtype=np.int16)})
    found = grade_batch(made.sheet, made.scheme, Submissions(["a", "b", "c"], batch))
    assert found.marks["n/m"].tolist() == [1, 0.5, 0]


WORD = """
title: Words
parts: [{label: b, marks: 1, given: {family: concept, statement: S., truth: true}}]
"""


def test_a_word_by_another_convention() -> None:
    """The statement is false where another convention holds."""
    made = question("{name: other books, answers: [b], given: {truth: false, statement: S.}, share: 0.25}", WORD)
    words: dict[str, list[str | None]] = {"b": ["TRUE", "FALSE", "maybe", None]}
    found = grade_batch(made.sheet, made.scheme, Submissions(list("wxyz"), Batch(4), words))
    assert found.marks["b"].tolist() == [1, 0.25, 0, 0]
    assert found.mistakes["b"] == {(1, 0, 0): "other books"}
    row = Rows(made.sheet, made.plan, made.scheme, found).of(1)[0]
    assert (row.verdict, row.reason) == ("CORRECT", "right by another convention: other books")


def test_solving_knows_nothing_of_it() -> None:
    assert load(PROBLEMS / "q2.yaml").questions[0].alternatives == {}


@each(("c", "d", "verdict"), [(20, 6.67, "CORRECT"), (30, 10, "FOLLOWED"), (20, 9, "WRONG")])
def test_what_follows_from_another_convention_follows_from_nothing_wrong(c: float, d: float, verdict: str) -> None:
    text = GIVEN.replace("given: {quantities: {k: 2}}", "answers: [a/c], times: 2")
    made = graded(asked(load_text(text).questions[0]), **{"a/c": c, "a/d": d})
    assert Verdict(int(made.judged["a/d"].verdicts.item())).name == verdict


def test_what_follows_from_what_a_person_accepts_follows_from_nothing_wrong() -> None:
    made = asked(load_text(GIVEN).questions[0])
    scheme = made.scheme.replaced(decisions=(Decision("a/c", (("11",),), why="as copied"),))
    found = graded(Asked(made.sheet, scheme, made.plan), **{"a/c": 11, "a/d": 3.67, "a/e": 15.97})
    assert [Verdict(int(found.judged[key].verdicts.item())).name for key in ("a/c", "a/d", "a/e")] == ["CORRECT"] * 3
    found = graded(Asked(made.sheet, scheme, made.plan), **{"a/c": 11, "a/d": 4, "a/e": 18.5})
    assert [Verdict(int(found.judged[key].verdicts.item())).name for key in ("a/d", "a/e")] == ["WRONG", "FOLLOWED"]
