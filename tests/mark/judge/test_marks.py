"""Marks: shared by weight and by cell, in whole units whose sums are exact."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.mark.judge.grade import grade_batch
from solver.mark.judge.marks import Plan, award, fair, plan, share
from solver.mark.judge.numbers import Judged, Note, Verdict
from solver.mark.sheet import Sheet, sheet
from solver.spec.reader import load_text
from solver.working.question import Question, Scheme
from solver.working.solve import solve_question
from tests.mark.simulate import automatic, key_of, spoil
from tests.tables import each
from tests.trials import times

GIVEN = """
given:
  family: formula
  quantities: {x: [1.0, 2.0, 4.0]}
  formulas: ["u = 2*x", "v = sum(x)", "w = v - 1"]
"""


def question(parts: str, marking: str = "") -> tuple[Sheet, Scheme, Question]:
    text = f"title: T\n{GIVEN}\nparts: {parts}\n" + (f"marking: {marking}\n" if marking else "")
    (asked,) = load_text(text).questions
    return sheet(solve_question(asked)), asked.marking or Scheme(), asked


@each(
    ("units", "weights", "shares"),
    [
        (100, [1, 1, 1], [50, 25, 25]),
        (400, [1, 1, 1], [150, 125, 125]),
        (100, [1] * 5, [20] * 5),  # even as it is
        (100, [1] * 6, [17, 17, 17, 17, 16, 16]),  # a quarter each is too much
        (400, [2, 1], [275, 125]),
        (400, [2, 1, 0], [275, 125, 0]),
        (100, [9, 1, 1], [82, 9, 9]),  # nobody goes empty for the sake of quarters
        (110, [1, 1, 1], [37, 37, 36]),
    ],
)
def test_quarters_where_hundredths_would_be_uneven(units: int, weights: list[float], shares: list[int]) -> None:
    assert fair(units, weights, 25) == shares


def shown(parts: str, marking: str = "") -> dict[str, str]:
    made, scheme, _ = question(parts, marking)
    shares = plan(made, scheme)
    return {label: shares.text(shares.most(label)) for label in shares.parts}


@each(
    ("parts", "marks"),
    [
        ("[{label: a, marks: 3}]", {"a": "3"}),
        ("[{label: a}, {label: b, marks: 2.5}]", {"a": "1", "b": "2.5"}),
        ("[{label: a, marks: 0}]", {"a": "0"}),
        ("[{label: a, marks: 0.125}]", {"a": "0.125"}),
        ("[{label: a, marks: 3, parts: [{label: i}, {label: ii}]}]", {"a.i": "1.5", "a.ii": "1.5"}),
        ("[{label: a, marks: 3, parts: [{label: i, marks: 1}, {label: ii}]}]", {"a.i": "1", "a.ii": "2"}),
        ("[{label: a, marks: 2, parts: [{label: i, marks: 1}, {label: ii, marks: 1}]}]", {"a.i": "1", "a.ii": "1"}),
        ("[{label: a, marks: 2, parts: [{label: i, marks: 2}, {label: ii}]}]", {"a.i": "2", "a.ii": "0"}),
        ("[{label: a, parts: [{label: i}, {label: ii, marks: 4}]}]", {"a.i": "1", "a.ii": "4"}),
        (
            "[{label: a, marks: 4, parts: [{label: i}, {label: ii, parts: [{label: A}, {label: B}]}]}]",
            {"a.i": "2", "a.ii.A": "1", "a.ii.B": "1"},
        ),
        (
            "[{label: a, marks: 1, parts: [{label: i}, {label: ii}, {label: iii}]}]",
            {"a.i": "0.5", "a.ii": "0.25", "a.iii": "0.25"},
        ),
    ],
)
def test_marks_of_parts(parts: str, marks: dict[str, str]) -> None:
    assert shown(parts) == marks


def test_weights_and_cells() -> None:
    made, scheme, _ = question("[{label: a, marks: 4}]", "{weights: {a/u: 2, a/w: 0}}")
    shares = plan(made, scheme)
    assert shares.answers == {"a/u": 275, "a/v": 125, "a/w": 0}
    assert shares.cells["a/u"].ravel().tolist() == [100, 100, 75]


@each(
    ("marking", "message"),
    [
        ("{follow: 1.5}", "follow is 1.5, expected a share of 0 to 1"),
        ("{last_digit: -1}", "last_digit is -1, expected a share"),
        ("{folow: 1}", "unknown key 'folow'"),
        ("{share: all}", "share"),
        ("{weights: {a/z: 1}}", "no answer is called 'a/z'"),
        ("{weights: {a/u: -1}}", "the weight of a/u is -1"),
        ("{weights: {a/u: many}}", "found 'many'"),
        ("[1]", "found a list of 1, expected a map"),
    ],
)
def test_a_scheme_that_cannot_be_read(marking: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        question("[{label: a}]", marking)
    (problem,) = caught.value.problems
    assert message in f"{problem.message} {problem.hint}"
    assert problem.place.line


def judged(codes: list[int], notes: list[int]) -> Judged:
    """The verdicts of one student on the three cells of u."""
    shape = (1, 3, 1)
    return Judged(
        np.array(codes, dtype=np.uint8).reshape(shape), np.array(notes, dtype=np.uint8).reshape(shape), np.zeros(shape)
    )


RIGHT, FOLLOWED, WRONG, BLANK = (int(v) for v in (Verdict.CORRECT, Verdict.FOLLOWED, Verdict.WRONG, Verdict.BLANK))
FEW, LAST = int(Note.TOO_FEW), int(Note.LAST_DIGIT)


@each(
    ("marking", "codes", "notes", "named", "marks"),
    [
        ("", [RIGHT, RIGHT, RIGHT], [0, 0, 0], [], 3.0),
        ("", [RIGHT, FOLLOWED, WRONG], [0, 0, 0], [], 2.0),
        ("", [RIGHT, RIGHT, BLANK], [FEW, LAST, 0], [], 1.5),
        ("{follow: 0.5}", [FOLLOWED, FOLLOWED, RIGHT], [0, 0, 0], [], 2.0),
        ("{follow: 0}", [FOLLOWED, RIGHT, RIGHT], [0, 0, 0], [], 2.0),
        ("{too_few_digits: 0.25, last_digit: 0.1}", [RIGHT, RIGHT, RIGHT], [FEW, LAST, 0], [], 2.65),
        ("{follow: 0.5, last_digit: 0.1}", [FOLLOWED, WRONG, BLANK], [LAST, LAST, 0], [], 0.45),
        ("{mistake: 0.3}", [WRONG, WRONG, RIGHT], [0, 0, 0], [0], 1.3),
        ("{mistake: 0.3}", [RIGHT, RIGHT, RIGHT], [LAST, 0, 0], [0], 3.0),
        ("{mistake: 0}", [WRONG, RIGHT, RIGHT], [0, 0, 0], [0], 2.0),
        ("{share: all-or-nothing}", [RIGHT, RIGHT, WRONG], [0, 0, 0], [], 0.0),
        ("{share: all-or-nothing, follow: 0.5}", [RIGHT, RIGHT, FOLLOWED], [0, 0, 0], [], 1.5),
        ("{share: all-or-nothing, mistake: 0.2}", [RIGHT, WRONG, RIGHT], [0, 0, 0], [1], 0.6),
        ("{share: all-or-nothing}", [RIGHT, RIGHT, RIGHT], [0, 0, 0], [], 3.0),
    ],
)
def test_what_an_answer_earns(marking: str, codes: list[int], notes: list[int], named: list[int], marks: float) -> None:
    made, scheme, _ = question("[{label: a, marks: 3, find: u}]", marking)
    mistakes = {"a/u": {(0, row, 0): "a mistake" for row in named}}
    assert award(made, scheme, {"a/u": judged(codes, notes)}, mistakes)["a/u"].tolist() == [marks]


@given(st.integers(0, 10_000), st.lists(st.floats(0, 100), min_size=1, max_size=40))
def test_shares_add_up(units: int, weights: list[float]) -> None:
    """By largest remainder: they sum to the whole, and none is a unit off its exact share."""
    made = share(units, weights)
    assert sum(made) == units
    total = sum(weights)
    if total > 1e-6:
        assert all(abs(m - units * w / total) < 1 + 1e-6 for m, w in zip(made, weights, strict=True))
    assert all(m >= 0 for m in made)


rates = st.integers(0, 20).map(lambda k: k / 20)


@settings(max_examples=times(8))
@given(
    st.lists(st.decimals(0, 20, places=2), min_size=2, max_size=2),
    st.tuples(rates, rates, rates, rates, st.sampled_from(["cells", "all-or-nothing"])),
    st.integers(0, 2**32 - 1),
)
def test_totals_are_the_sums_of_what_is_shown(
    marks: list[Decimal], rules: tuple[float, float, float, float, str], seed: int
) -> None:
    """Every mark shown is a whole unit; parts and totals are their decimal sums, and none is above what can be earned."""
    follow, few, last, mistake, how = rules
    marking = f"{{follow: {follow}, too_few_digits: {few}, last_digit: {last}, mistake: {mistake}, share: {how}}}"
    parts = f"[{{label: a, marks: {marks[0]}}}, {{label: b, marks: {marks[1]}, find: [u, w]}}]"
    made, scheme, _ = question(parts, marking)
    shares, rng, students = plan(made, scheme), np.random.default_rng(seed), 20
    verdicts = {
        key: Judged(
            rng.integers(0, 4, (students, *cells.shape)).astype(np.uint8),
            rng.integers(0, 8, (students, *cells.shape)).astype(np.uint8),
            np.zeros((students, *cells.shape)),
        )
        for key, cells in shares.cells.items()
    }
    given_marks = award(made, scheme, verdicts, {"a/u": {(0, 0, 0): "m", (3, 2, 0): "m"}})
    by_part = shares.part_units(given_marks)
    for i in range(students):
        answers = {key: Decimal(shares.text(int(shares.units(m)[i]))) for key, m in given_marks.items()}
        sums = {label: sum(answers[key] for key in keys) for label, keys in shares.parts.items()}
        assert {label: Decimal(shares.text(int(units[i]))) for label, units in by_part.items()} == sums
        assert all(answers[key] <= Decimal(shares.text(shares.answers[key])) for key in answers)
        assert sum(sums.values()) <= sum(marks)
    assert shares.total == sum(int(m * 10**shares.places) for m in marks)


def test_a_person_marks_free_text() -> None:
    text = """
    title: T
    parts:
      - {label: a, marks: 2, given: {family: concept, points: [one, two]}}
      - {label: b, marks: 1, given: {family: concept, statement: S., truth: true}}
    """
    made = sheet(solve_question(load_text(text).questions[0]))
    shares = plan(made, Scheme())
    assert (shares.by_hand, shares.total, list(shares.parts)) == ({"a": 200}, 100, ["b"])
    graded = grade_batch(made, None, key_of(made, 1))
    assert {key: m.tolist() for key, m in graded.marks.items()} == {"b": [1.0]}


def test_an_answer_asked_for_twice_is_judged_twice() -> None:
    made, scheme, _ = question("[{label: a, find: v}, {label: b, find: [u, v]}]")
    handed_in = key_of(made, 2)
    spoil(handed_in, made.answers["b/v"], 1, "slip")
    graded = grade_batch(made, scheme, handed_in)
    assert graded.judged["b/v"].verdicts.ravel().tolist() == [RIGHT, WRONG]
    assert graded.judged["a/v"].verdicts.ravel().tolist() == [RIGHT, RIGHT]


def test_answers_that_nobody_gave_are_blank() -> None:
    made, scheme, _ = question("[{label: a}]")
    handed_in = key_of(made, 2)
    del handed_in.batch.values["a/v"], handed_in.batch.decimals["a/v"]
    graded = grade_batch(made, scheme, handed_in)
    assert graded.judged["a/v"].verdicts.ravel().tolist() == [BLANK, BLANK]
    assert graded.judged["a/w"].verdicts.ravel().tolist() == [RIGHT, RIGHT]
    assert set(graded.judged) == {answer.key for answer in automatic(made)}


def test_units_as_text() -> None:
    shares = Plan(2)
    assert [shares.text(units) for units in (0, 1, 10, 100, 250, 1005, 2000)] == [
        "0", "0.01", "0.1", "1", "2.5", "10.05", "20",
    ]  # fmt: skip


@each(
    ("units", "weights", "made"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (10, [1, 2, 4], [1, 3, 6]),  # the remainders .43, .86, .71: the largest first
        (10, [4, 2, 1], [6, 3, 1]),
        (3, [0, 0], [2, 1]),
        (0, [1, 2], [0, 0]),
    ],
)
def test_the_largest_remainders_come_first(units: int, weights: list[float], made: list[int]) -> None:
    assert share(units, weights) == made
