"""−∞ is a value of a masked score: as a step of its own, on its lines, in its gradient, in JSON and in marking."""

import json

import numpy as np
import pytest

from solver.errors import FormulaError, SpecError
from solver.formula.parse import parse
from solver.formula.print.printer_latex import LatexPrinter
from solver.formula.print.printer_text import TextPrinter
from solver.formula.tree import literal
from solver.formula.walks.value import finite
from solver.mark.judge.grade import grade_batch
from solver.mark.judge.marks import plan
from solver.mark.judge.numbers import Verdict
from solver.mark.read.decimals import Number
from solver.mark.read.values import number
from solver.mark.sheet import sheet
from solver.render.format_json import render
from solver.rounding import EXACT, Rounding
from solver.spec.reader import load_text
from solver.working.question import Scheme
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.mark.simulate import key_of
from tests.tables import each

ATTENTION = """
title: t
round: {decimals: 2}
carry: CARRY
given:
  family: formula
  quantities:
    S: [[0.7, 1.3, 0.45], [-0.6, 0.7, -0.1], [1.4, 2.6, 0.9]]
    M: [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
  output: J
  formulas:
    - T = mask(S, M)
    - V = T/sqrt(2)
    - P = softmax_rows(V)
    - J = sum(P*S)
    - R = softmax_rows(mask(S, M))
    - "r = T[2, :]"
parts: [{label: a, find: [T, V, P, J, grad_S, R, r]}]
"""
INF = np.inf


def attention(carry: str = "rounded") -> Solution:
    return solve_question(load_text(ATTENTION.replace("CARRY", carry)).questions[0])


@pytest.mark.parametrize("carry", ["rounded", "exact"])
def test_the_chain_agrees_with_numpy(carry: str) -> None:
    found = attention(carry)
    s = np.array([[0.7, 1.3, 0.45], [-0.6, 0.7, -0.1], [1.4, 2.6, 0.9]])
    shares = np.exp(s / np.sqrt(2)) * np.tri(3)
    shares /= shares.sum(axis=1, keepdims=True)
    exact = found.parts[0].context
    assert exact is not None
    env = exact.envs["exact"]
    assert np.array_equal(env["T"], np.where(np.tri(3) == 1, s, -INF))
    assert np.allclose(env["P"], shares, rtol=1e-12)
    by_softmax = s / np.sqrt(2) - (shares * s).sum(axis=1, keepdims=True) / np.sqrt(2)
    assert np.allclose(env["grad_S"], shares + shares * by_softmax, rtol=1e-12)
    assert found.parts[0].checked is not None


def test_lines_show_the_shares_of_a_mask() -> None:
    lines = [TextPrinter().print(line.right) for line in attention()["a/R"].lines()]
    assert lines[1] == "softmax_rows(mask([0.7 1.3 0.45; -0.6 0.7 -0.1; 1.4 2.6 0.9], [1 0 0; 1 1 0; 1 1 1]))"
    assert lines[2] == "softmax_rows([0.7 -∞ -∞; -0.6 0.7 -∞; 1.4 2.6 0.9])"
    assert lines[3].startswith("[e^(0.7)/(e^(0.7) + e^(-∞) + e^(-∞)), e^(-∞)/(e^(0.7) + e^(-∞) + e^(-∞)), ")
    assert lines[4].startswith("[2.0138/(2.0138 + 0.0000 + 0.0000), 0.0000/")
    assert lines[5] == "[1.00 0.00 0.00; 0.21 0.79 0.00; 0.20 0.67 0.12]"


@each("form", [Rounding(2), Rounding(3, figures=True), EXACT])
def test_it_is_written_and_rounded_as_itself(form: Rounding) -> None:
    made = literal(np.array([[-INF, 1.0]]), form)
    assert form.round(np.array([-INF]))[0] == -INF
    assert TextPrinter().print(made).startswith("[-∞ 1")
    assert LatexPrinter().print(made).startswith(r"\begin{pmatrix} -\infty & 1")


def test_json_stays_json() -> None:
    solution = attention("exact")
    answers = json.loads(render("t", [solution]))["answers"]
    assert answers["a/r"] == [[-0.6, 0.7, "-inf"]]
    assert solution.answers["a/T"][0] == [0.7, "-inf", "-inf"]


@each(
    ("text", "message"),
    [
        ("sum(mask(S, M))", "sum(mask(S, M)) has no value where a masked score, −∞, goes into it"),
        ("-mask(S, M)", "-mask(S, M) has no value where a masked score, −∞, goes into it"),
        ("mask(S, M) @ S", "mask(S, M) @ S has no value where a masked score, −∞, goes into it"),
        ("mask(log(0*S), M)", "log(0) has no value, in log(0*S)"),
        ("mask(S, M) + log(0*S)", "log(0) has no value, in log(0*S)"),
        ("softmax_rows(mask(S, 0*M))", "softmax_rows(mask(S, 0*M)) has no value where a masked score, −∞, goes into it"),
    ],
)  # fmt: skip
def test_where_it_is_not_meant(text: str, message: str) -> None:
    env = {"S": np.ones((3, 3)), "M": np.tri(3)}
    with pytest.raises(FormulaError) as raised:
        finite(parse(text), env)
    assert raised.value.message == message


def test_a_loss_of_it_is_refused_where_it_stands() -> None:
    with pytest.raises(SpecError) as raised:
        solve_question(load_text(ATTENTION.replace("sum(P*S)", "sum(T)").replace("CARRY", "exact")).questions[0])
    assert "a/J: sum(T) has no value where a masked score, −∞, goes into it" in str(raised.value)


@each("text", ["-inf", "−∞", "- ∞", "-Infinity", "-.inf", "-oo", r"$-\infty$"])
def test_students_write_it(text: str) -> None:
    assert number(text) == Number(-INF, 0)


def test_marking() -> None:
    """The key is right; a score for −∞, or −∞ for a score, is wrong; what follows from a forgotten mask is followed."""
    made = sheet(attention())
    given = key_of(made, 4)
    values = given.batch.values
    values["a/T"][1, 0, 1] = 1.3
    values["a/T"][2, 0, 0] = -INF
    s = np.array([[0.7, 1.3, 0.45], [-0.6, 0.7, -0.1], [1.4, 2.6, 0.9]])
    values["a/T"][3], values["a/V"][3] = s, np.round(s / np.sqrt(2), 2)
    values["a/P"][3] = np.round(np.exp(s / np.sqrt(2)) / np.exp(s / np.sqrt(2)).sum(axis=1, keepdims=True), 2)
    graded = grade_batch(made, None, given)
    totals = sum(plan(made, Scheme()).part_units(graded.marks).values())
    assert (graded.judged["a/T"].verdicts[0] == Verdict.CORRECT).all()
    assert totals[0] == plan(made, Scheme()).total
    assert graded.judged["a/T"].verdicts[1, 0].tolist() == [Verdict.CORRECT, Verdict.WRONG, Verdict.CORRECT]
    assert graded.judged["a/T"].verdicts[2, 0].tolist() == [Verdict.WRONG, Verdict.CORRECT, Verdict.CORRECT]
    assert graded.mistakes["a/T"][3, 0, 1] == "mask forgotten"
    assert graded.judged["a/P"].verdicts[3, 0, 1] == Verdict.FOLLOWED


def test_it_is_no_answer_to_what_nothing_bounds() -> None:
    """A logarithm of what may be 0 has no lower bound: −∞ is wrong all the same."""
    text = (
        "{title: t, round: {decimals: 1}, given: {family: formula, quantities: {x: 0.02},"
        " formulas: [y = x*2, z = log(y)]}, parts: [{label: a, find: [y, z]}]}"
    ).replace("decimals: 1}", "decimals: 1}, carry: exact")
    made = sheet(solve_question(load_text(text).questions[0]))
    given = key_of(made, 1)
    given.batch.values["a/z"][:] = -INF
    assert grade_batch(made, None, given).judged["a/z"].verdicts[0, 0, 0] == Verdict.WRONG
