"""Symbolic answers: right in any form, named where the layout, the sign or a factor is off, hostile text refused."""

import pytest

from solver.mark.judge.formulas import LAYOUT
from solver.mark.judge.grade import grade_batch
from solver.mark.judge.numbers import Batch, Verdict
from solver.mark.records import Graded, Submissions
from solver.mark.sheet import sheet
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.tables import each

LINEAR = """
title: T
parts: [{label: a, marks: 6}]
given:
  family: gradient
  symbols: {x: n, W: n x K, b: K, d: K, beta: scalar}
  formulas: [y = W.T @ x + b]
  J: (d - y).T @ (d - y) + beta*norm(W)**2
  by: [y, W, b]
"""
SOFTMAX = """
title: T
parts: [{label: a}]
given:
  family: gradient
  symbols: {x: n, W: n x K, b: K, d: K}
  formulas: [u = W.T @ x + b, y = softmax(u)]
  J: -sum(d*log(y))
  by: [W]
"""
OWN = """
title: T
parts: [{label: a, find: [swish, grad_x]}]
given:
  family: gradient
  symbols: {x: n}
  activations: {swish: u*sigmoid(u)}
  J: sum(swish(x))
  by: [x]
"""


def graded(spec: str, **formulas: str | None) -> Graded:
    made = sheet(solve_question(load_text(spec).questions[0]))
    given = Submissions(["s"], Batch(1), formulas={f"a/{key}": [text] for key, text in formulas.items()})
    return grade_batch(made, None, given)


def verdict(found: Graded, key: str) -> Verdict:
    return Verdict(int(found.judged[f"a/{key}"].verdicts[0, 0, 0]))


@pytest.mark.parametrize(
    "text",
    [
        "-2*x@(d-y).T + 2*beta*W",
        "2*x @ (y - d).T + 2*beta*W",
        "-2*(x @ (d - y).T - beta*W)",
        "grad_W = 2*(x@(W.T@x + b - d).T + beta*W)",
        "x @ grad_y.T + 2*beta*W",
        "−2·x@(d − y)^T + 2·beta·W",
        "2*beta*W - 2*((d-y)@x.T).T",
    ],
)
def test_right_in_any_form(text: str) -> None:
    assert verdict(graded(LINEAR, grad_W=text), "grad_W") == Verdict.CORRECT


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("-2*(d-y)@x.T + 2*beta*W.T", LAYOUT),
        ("2*x@(d-y).T - 2*beta*W", "wrong sign"),
        ("-x@(d-y).T + beta*W", "half as large"),
        ("2*(d-y)@x.T - 2*beta*W.T", f"wrong sign, and {LAYOUT}"),
        ("-2*x@(d-y).T", ""),
        ("beta", ""),
        ("log(-norm(W))*W", ""),
    ],
)
def test_wrong_ones_are_named(text: str, mistake: str) -> None:
    found = graded(LINEAR, grad_W=text)
    assert verdict(found, "grad_W") == Verdict.WRONG
    assert found.mistakes.get("a/grad_W", {}).get((0, 0, 0), "") == mistake


@pytest.mark.parametrize(
    ("text", "expected", "said"),
    [
        ("-2*x.T@(d-y) + 2*beta*W", Verdict.CORRECT, ""),
        ("2*x^T@(x@W + b - d) + 2*beta*W", Verdict.CORRECT, ""),
        ("-2*(d-y).T@x + 2*beta*W.T", Verdict.WRONG, LAYOUT),
        ("2*x.T@(d-y) - 2*beta*W", Verdict.WRONG, "wrong sign"),
        ("-2*x@(d-y).T + 2*beta*W", Verdict.BLANK, "do not fit"),
    ],
)
def test_where_vectors_are_rows_students_write_them(text: str, expected: Verdict, said: str) -> None:
    rows = LINEAR.replace("given:", "notation: {vectors: row}\ngiven:")
    found = graded(rows, grad_W=text, grad_y="2*(d-y)", grad_b="2*(d-y)")
    assert verdict(found, "grad_W") == expected
    told = [*found.mistakes.get("a/grad_W", {}).values(), *(each.reason for each in found.submissions.troubles)]
    assert said in "; ".join(told)
    assert (verdict(found, "grad_y"), verdict(found, "grad_b")) == (Verdict.WRONG, Verdict.FOLLOWED)


@each(
    ("text", "reason"),
    [
        ("__import__('os').system('true')", "formula language"),
        ("(lambda: 1)()", "formula language"),
        ("x.__class__", "formula language"),
        ("open('f')", "unknown function"),
        ("=HYPERLINK(1)", "not a formula"),
        ("-2*(d-y)@x", "do not fit"),
        ("-2*q@x.T", "not given yet"),
        ("grad_W", "not given yet"),
        ("grad_b*1", "not given yet"),
        ("(" * 500 + "x" + ")" * 500, ""),
        ("x + " * 2000 + "x", "too long"),
        ("ones(W) @ " * 300 + "x", ""),
        ("9**9**9**9**9", ""),
    ],
)
def test_what_cannot_be_read_costs_itself(text: str, reason: str) -> None:
    found = graded(LINEAR, grad_W=text, grad_b="-2*(d-y)")
    assert verdict(found, "grad_b") == Verdict.CORRECT
    assert verdict(found, "grad_W") in (Verdict.BLANK, Verdict.WRONG)
    if reason:
        (trouble,) = found.submissions.troubles
        assert trouble.cell == "a/grad_W"
        assert reason in trouble.reason
        assert verdict(found, "grad_W") == Verdict.BLANK


def test_a_wrong_earlier_formula_is_followed() -> None:
    """The sign slips in the gradient by y; what follows from it by the chain rule costs nothing more."""
    found = graded(LINEAR, grad_y="2*(d-y)", grad_W="2*x@(d-y).T + 2*beta*W", grad_b="2*(d-y)")
    assert [verdict(found, k) for k in ("grad_y", "grad_W", "grad_b")] == [
        Verdict.WRONG,
        Verdict.FOLLOWED,
        Verdict.FOLLOWED,
    ]
    assert found.marks["a/grad_W"].tolist() == [2.0]


def test_blank_is_blank() -> None:
    found = graded(LINEAR, grad_y=None, grad_W="  ", grad_b="-2*(d - y)")
    assert [verdict(found, k) for k in ("grad_y", "grad_W", "grad_b")] == [
        Verdict.BLANK,
        Verdict.BLANK,
        Verdict.CORRECT,
    ]
    assert not found.submissions.troubles


def test_assumptions_of_the_question_hold_for_answers() -> None:
    """Desired outputs after softmax sum to 1, so the longer form is as right as the short one."""
    assert verdict(graded(SOFTMAX, grad_W="x @ (y - d).T"), "grad_W") == Verdict.CORRECT
    assert verdict(graded(SOFTMAX, grad_W="x @ (y*sum(d) - d).T"), "grad_W") == Verdict.CORRECT
    assert verdict(graded(SOFTMAX, grad_W="x @ (y - 1).T"), "grad_W") == Verdict.WRONG


def test_an_authors_own_function() -> None:
    found = graded(OWN, swish="u/(1 + exp(-u))", grad_x="sigmoid(x) + swish(x)*(1 - sigmoid(x))")
    assert verdict(found, "swish") == Verdict.CORRECT
    assert verdict(found, "grad_x") == Verdict.CORRECT
    assert verdict(graded(OWN, swish="swish(u)"), "swish") == Verdict.BLANK


def test_what_no_float_can_tell_apart_is_wrong_and_no_warning() -> None:
    found = graded(LINEAR, grad_y="1e308", grad_b="-1e308")
    assert {verdict(found, key) for key in ("grad_y", "grad_b")} == {Verdict.WRONG}
