"""An audit of published answers: the paper's key passes as carried rounded, a slip in it is found and named."""

import numpy as np

from solver.mark.judge.grade import grade_batch
from solver.mark.records import Trouble
from solver.mark.tell.explain import (
    AGREES,
    BLANK,
    EXACT,
    FOLLOWED,
    LAST_DIGIT,
    OWN,
    ROUNDED,
    TOO_FEW,
    WRONG,
    explain,
    finding,
)
from solver.render.format_markdown import render
from tests.mark.planted import SHEETS, graded
from tests.tables import each

Q2, Q4 = SHEETS["q2"], SHEETS["q4"]

PAPER = {  # as published: 8 of them differ from what exact values give
    "b/u2": [2.48, 7.20], "c/u3": 1.48, "c/J": 1.66, "d/df2": [0.02, 0.0], "e/grad_u2": [0.03, 0.0],
    "e/grad_u1": [0.02, 0.0, 0.0], "f/grad_W2": [[0.03, 0.0], [-0.03, 0.0], [0.03, 0.0]],
    "f/grad_W1": [[0.02, 0.0, 0.0], [0.04, 0.0, 0.0]],
}  # fmt: skip


def test_the_paper_passes_as_carried_rounded() -> None:
    key = graded(Q2, ["key"], {(0, name): value for name, value in PAPER.items()})
    said = render(explain(Q2, key, 0))
    assert "None of 24 answers is wrong. They agree where rounded values are carried." in said
    for name in PAPER:
        assert finding(key, Q2.answers[name], 0) == ROUNDED, name


def test_exact_values_pass_as_carried_exactly() -> None:
    exact = {key: a.solved.form.round(a.solved.exact) for key, a in Q2.answers.items() if a.solved.exact is not None}
    key = graded(Q2, ["key"], {(0, name): value for name, value in exact.items()})
    assert "They agree where exact values are carried." in render(explain(Q2, key, 0))
    assert finding(key, Q2.answers["c/J"], 0) == EXACT


def test_two_digits_swapped() -> None:
    """The erratum of 4(c)(ii): sin 5 published as -0.9598."""
    key = graded(Q4, ["key"], {(0, "c.ii/PE0"): -0.9598})
    said = render(explain(Q4, key, 0))
    assert "1 of 18 answers is wrong." in said
    assert "c.ii/PE0: wrong: digits swapped" in said
    assert "-0.9589" in said


FINDINGS = [
    ({"b/u1": [1.3, -4.7, 3.6]}, "b/u1", AGREES),
    ({"b/u1": [9.0, -4.7, 3.6]}, "b/u1", WRONG),
    ({"b/u1": [9.0, -4.7, 3.6], "b/h1": [1.0, -1.0, 1.0]}, "b/h1", FOLLOWED),
    ({"c/y": np.nan}, "c/y", BLANK),
    ({"b/u1": [1.31, -4.7, 3.6]}, "b/u1", LAST_DIGIT),
    ({"c/J": 1.67}, "c/J", OWN),
]


@each(("given", "key", "expected"), FINDINGS)
def test_finding(given: dict[str, object], key: str, expected: str) -> None:
    made = graded(Q2, ["ann", "key"], {(1, name): value for name, value in given.items()})
    assert finding(made, Q2.answers[key], 1) == expected
    assert finding(made, Q2.answers[key], 0) in (AGREES, ROUNDED)


def test_too_few_digits() -> None:
    given = graded(Q2, ["key"], {(0, "c/J"): 1.7}).submissions
    given.batch.decimals["c/J"][0] = 1
    assert finding(grade_batch(Q2, None, given), Q2.answers["c/J"], 0) == TOO_FEW


def test_what_could_not_be_read() -> None:
    trouble = Trouble("key", "c/J", "`rm`", "not a number")
    key = graded(Q2, ["key"], {(0, "c/J"): np.nan}, [trouble])
    said = render(explain(Q2, key, 0))
    assert "not a number" in said
    assert "1 is left out." in said
