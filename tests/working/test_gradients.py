"""`find: gradients`: what a part can ask for, in formulas and in recurrent networks, and what cannot be had."""

from __future__ import annotations

import re
import sys

import numpy as np
import pytest

from solver.errors import SpecError
from solver.formula.parse import parse
from solver.render.document import document
from solver.render.format_markdown import render
from solver.spec.reader import load_text
from solver.working.gradients import DifferencesProof, OnDemand
from solver.working.page import Working
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.tables import each

NEURON = """
title: T
carry: exact
round: {decimals: 6}
given:
  family: formula
  quantities: {w: [2, -3], x: [-1, -2], b: -3, q: [1, 2], k: 0}
  formulas:
    - s = w.T @ x + b
    - y = sigmoid(s)
    - p = x*q
    - J = (1 - y)**2
"""


def solved(text: str, *parts: str) -> Solution:
    return solve_question(load_text(text + "parts:\n" + "\n".join(f"  - {part}" for part in parts)).questions[0])


def problems(text: str, *parts: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(text, *parts)
    return [str(problem) for problem in caught.value.problems]


# -- how a part asks --------------------------------------------------------------------------------------------------
@each(
    ("find", "names"),
    [
        ("find: gradients", ["grad_w", "grad_x", "grad_b"]),
        ("find: {gradients of: w}", ["grad_w"]),
        ("find: {gradients of: [s, w]}", ["grad_s", "grad_w"]),
        ("find: [J, {gradients of: [y]}, y]", ["J", "grad_y", "y"]),
        ("find: [J, gradients of: [y, b]]", ["J", "grad_y", "grad_b"]),
        ("find: 'gradients of [w, b]'", ["grad_w", "grad_b"]),
        ("find: gradients of w", ["grad_w"]),
        ("find: [gradients of w, J]", ["grad_w", "J"]),
        ("find: [grad_x, J, gradients]", ["grad_x", "J", "grad_w", "grad_b"]),
        ("find: [gradients, gradients]", ["grad_w", "grad_x", "grad_b"]),
        ("prompt: all", ["s", "y", "p", "J"]),
    ],
)
def test_ways_to_ask(find: str, names: list[str]) -> None:
    solution = solved(NEURON, f"{{label: a, {find}}}")
    assert list(solution.answers) == [f"a/{name}" for name in names]
    assert (solution.parts[0].checked is None) == (not any(n.startswith("grad") for n in names))


def test_the_text_in_block_style() -> None:
    solution = solved(NEURON, "label: a\n    find: gradients of [w, b]")
    assert list(solution.answers) == ["a/grad_w", "a/grad_b"]


def test_parts_share_what_is_derived() -> None:
    """All parts are read before anything is derived, so that (a) can use what (b) names."""
    solution = solved(NEURON, "{label: a, find: {gradients of: w}}", "{label: b, find: {gradients of: s}}")
    assert [s.name for s in solution.parts[0].steps if s.name.startswith("grad")] == ["grad_s", "grad_w"]
    assert [s.name for s in solution.parts[1].steps] == ["grad_s"]
    y = 1 / (1 + np.exp(-1))
    slope = -2 * (1 - y) * y * (1 - y)
    assert solution["b/grad_s"].exact_value == pytest.approx(slope, rel=1e-12)
    assert np.ravel(solution["a/grad_w"].exact_value) == pytest.approx([-slope, -2 * slope], rel=1e-12)


def test_nothing_is_derived_unless_asked_for() -> None:
    question = load_text(NEURON + "parts: [{label: a, find: J}]").questions[0]
    assert question.parts[0].task is not None
    working = question.parts[0].task.working
    assert working.proofs == []
    assert not any(name.startswith(("grad", "df")) for name in working.items)


def test_the_output_can_be_named() -> None:
    text = NEURON.replace("  formulas:", "  output: y\n  formulas:")
    y = 1 / (1 + np.exp(-1))
    answers = solved(text, "{label: a, find: {gradients of: [b, J]}}").answers
    assert answers["a/grad_b"] == pytest.approx(y * (1 - y), abs=1e-6)
    assert answers["a/grad_J"] == 0


def test_what_the_output_does_not_depend_on() -> None:
    solution = solved(NEURON, "{label: a, find: {gradients of: [q, k, p]}}")
    assert {k: np.ravel(v).tolist() for k, v in solution.answers.items()} == {
        "a/grad_q": [0, 0],
        "a/grad_k": [0],
        "a/grad_p": [0, 0],
    }
    assert "does not depend on" in render(document(solution.title, [solution]))


@each(
    ("formula", "note"),
    [
        ("J = sum(relu(z))", "ReLU has no slope at exactly 0; there the slope from the left is used"),
        ("J = sum(abs(z))", "The modulus has no slope at exactly 0; there 0 is used"),
        ("J = sum(max(0, z))", "The larger of two has no slope where the two are equal"),
    ],
)
def test_at_a_kink_the_convention_is_stated(formula: str, note: str) -> None:
    given = f"{{family: formula, quantities: {{z: [0, 2]}}, formulas: ['{formula}']}}"
    solution = solved(f"title: T\ngiven: {given}\n", "{label: a, find: gradients}")
    assert np.ravel(solution.answers["a/grad_z"]).tolist() == [0, 1]
    assert note in render(document(solution.title, [solution]))


def test_a_power_of_a_norm_is_flat_at_0_without_a_line_that_has_no_value() -> None:
    given = "{family: formula, quantities: {x: [0, 0]}, formulas: [J = norm(x)**1.5]}"
    solution = solved(f"title: T\ngiven: {given}\n", "{label: a, find: gradients}")
    assert solution.answers["a/grad_x"] == [[0.0], [0.0]]
    page = render(document(solution.title, [solution]))
    assert "where the norm is 0, so is the slope of its power" in page
    (step,) = solution.parts[0].asked
    assert len(step.lines()) == 2  # the formula and 0, with no 0^(−0.5) in between
    elsewhere = solved(f"title: T\ngiven: {given.replace('[0, 0]', '[3, 4]')}\n", "{label: a, find: gradients}")
    assert len(elsewhere.parts[0].asked[0].lines()) > 3


# -- what cannot be had -----------------------------------------------------------------------------------------------
@each(
    ("find", "message"),
    [
        ("{gradients of: [w, Q]}", "question:14:41: no gradient by 'Q'\n  hint: did you mean 'q'?"),
        ("'gradients of: [ww]'", "question:14:22: no gradient by 'ww'\n  hint: did you mean 'w'?"),
        ("gradients of ww", "question:14:22: no gradient by 'ww'\n  hint: did you mean 'w'?"),
        ("gradient", "question:14:22: unknown find 'gradient'\n  hint: did you mean 'gradients'?"),
        ("{gradient of: [w]}", "question:14:22: found a map of 1 for find, expected"),
        ("grad_ww", "question:14:22: unknown find 'grad_ww'"),
    ],
)
def test_unknown_words(find: str, message: str) -> None:
    (problem,) = problems(NEURON, f"{{label: a, find: {find}}}")
    assert problem.startswith(message)


def test_the_output_is_no_scalar() -> None:
    text = NEURON.replace("    - J = (1 - y)**2\n", "")
    assert problems(text, "{label: a, find: gradients}") == [
        "question:13:22: p is 2×1, but only a scalar has a gradient\n"
        "  hint: sum it, or name another quantity as the output"
    ]
    assert list(solved(text, "{label: a, find: p}").answers) == ["a/p"]
    named = NEURON.replace("  formulas:", "  output: p\n  formulas:")
    assert problems(named, "{label: a, find: J}")[0].startswith("question:8:11: p is 2×1, but only a scalar")
    unknown = NEURON.replace("  formulas:", "  output: j\n  formulas:")
    assert problems(unknown, "{label: a, find: J}") == ["question:8:11: unknown output 'j'\n  hint: did you mean 'J'?"]


def test_a_taken_name() -> None:
    text = NEURON.replace("- p = x*q", "- grad_w = 2*w").replace("(1 - y)", "(1 - y + sum(grad_w))")
    (problem,) = problems(text, "{label: a, find: [grad_w, {gradients of: w}]}")
    assert problem.startswith("question:14:46: the gradient by w is called grad_w, but that name is taken")


def test_there_are_no_gradients_in_some_families() -> None:
    text = "title: T\ngiven: {family: rnn, type: elman, x: [[1]], U: [[1, 2]], W: [[1, 0], [0, 1]]}\n"
    (problem,) = problems(text, "{label: a, find: gradients}")
    assert "gradients" in problem
    (problem,) = problems(text, "{label: a, find: {gradients of: W}}")
    assert problem.startswith("question:4:37: no gradient by 'W'")


def test_a_wrong_gradient_is_never_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DifferencesProof, "largest_difference", lambda self, exact: 0.1)
    (problem,) = problems(NEURON, "{label: a, find: gradients}")
    assert "the gradients of part a differ from central differences by 0.1" in problem


@pytest.mark.parametrize("listed", ["[s = 0*q, J = log(s)]", "[J = log(0*q)]", "['J = log(0*sum(q))*2']"])
def test_a_formula_without_a_value_is_what_a_gradient_is_told_of(listed: str) -> None:
    given = f"{{family: formula, quantities: {{q: 2}}, formulas: {listed}}}"
    (problem,) = problems(f"title: T\ngiven: {given}\n", "{label: a, find: gradients}")
    assert problem.startswith("question:4:5: a/J: log(0) has no value, in log(")
    assert problem.endswith("hint: the argument must be positive")


def test_a_gradient_that_no_float_can_tell_says_so() -> None:
    """At each step of this map two neighbours are parted: after a hundred, rounding decides the result."""
    listed = ", ".join(f"x{k + 1} = 2 - 4*tanh(x{k})**2" for k in range(100))
    given = f"title: T\ngiven: {{family: formula, quantities: {{x0: 0.3}}, formulas: [{listed}]}}\n"
    (problem,) = problems(given, "{label: a, find: gradients}")
    assert re.search(r"or a gradient as large as \de\+1\d, where rounding leaves no digit", problem)


def test_mlp_gradients_by_name() -> None:
    text = (
        "title: T\ngiven:\n  family: mlp\n  x: [1, 2]\n  d: 1\n  loss: cross-entropy\n"
        "  layers: [{W: [[0.5], [0.2]], b: 0.1, activation: sigmoid}]\n"
    )
    assert list(solved(text, "{label: a, find: {gradients of: [W1, u1]}}").answers) == ["a/grad_W1", "a/grad_u1"]
    (problem,) = problems(text, "{label: a, find: {gradients of: [V1]}}")
    assert "no gradient by 'V1'" in problem


def test_on_demand_alone() -> None:
    working = Working()
    for name in ("a", "b"):
        working.given(name, parse("2"))  # type: ignore[arg-type]
    working.step("J", "a*b")
    gradients = OnDemand(working, "J")
    assert gradients.ask() == ["grad_a", "grad_b"]
    derived = gradients.derived(["grad_b"])
    assert list(derived.items) == ["a", "b", "J", "grad_b"]
    assert list(working.items) == ["a", "b", "J"], "a working is final"
    assert derived.having("gradient") == {"b": "grad_b"}
    with pytest.raises(KeyError):
        gradients.ask(["c"])


# -- back through time ------------------------------------------------------------------------------------------------
def sequence(steps: int, kind: str = "elman", loss: str = "cross-entropy", output: str = "sigmoid") -> str:
    rng = np.random.default_rng(steps)
    outputs = 2 if output == "softmax" else 1
    x, u, w, v = (rng.uniform(-1, 1, n).round(2).tolist() for n in ((steps, 2), (2, 3), (3, 3), (3, outputs)))
    d = [[1, 0][:outputs] if bit else [0, 1][:outputs] for bit in rng.integers(0, 2, steps)]
    fed_back = w if kind == "elman" else w[:outputs]
    return (
        f"title: T\ncarry: exact\ngiven:\n  family: rnn\n  type: {kind}\n  x: {x}\n  U: {u}\n  W: {fed_back}\n"
        f"  V: {v}\n  b: 0.1\n  d: {d}\n  loss: {loss}\n  output_activation: {output}\n"
    )


@each("kind", ["elman", "jordan"])
@each(
    ("loss", "output"),
    [
        ("cross-entropy", "sigmoid"),
        ("cross-entropy", "softmax"),
        ("square-error", "linear"),
        ("half-square-error", "tanh"),
        ("mean-square-error", "softmax"),
    ],
)
def test_back_through_time(kind: str, loss: str, output: str) -> None:
    solution = solved(sequence(4, kind, loss, output), "{label: a, find: [J, gradients, gradients of: [h1, y2]]}")
    assert list(solution.answers) == [f"a/{n}" for n in ("J", *(f"grad_{n}" for n in ("U", "W", "b", "V", "h1", "y2")))]
    checked = solution.parts[0].checked
    assert checked is not None
    assert checked < 1e-6


def test_hundreds_of_steps_grow_linearly() -> None:
    """Four times the steps, four times the formulas: no term is written twice, nothing nests with time."""
    sizes = []
    for steps in (50, 200):
        solution = solved(sequence(steps), "{label: a, find: gradients}")
        sizes.append(sum(len(s.item.source) for s in solution.parts[0].steps))
        assert solution.parts[0].checked is not None
    assert sizes[1] < 4.4 * sizes[0]
    assert sys.getrecursionlimit() <= 1000


@each(
    ("old", "new", "message"),
    [
        ("  d: [", "  # d: [", "'d' is missing: a loss needs the desired outputs"),
        ("  loss: cross-entropy", "  loss: cross-entropy\n  c: [1, 2, 3]", "c is 3×1"),
        ("  d: [[", "  d: [[1], [", "d has 4 vectors, but x has 3"),
        ("  d: [[", "  d: [[0, ", "d(1) is 2×1"),
        ("  output_activation: sigmoid", "  output_activation: tanh", "cross-entropy after tanh"),
        ("  V: ", "  # V: ", "a loss needs outputs, but there is no V"),
        ("  loss: cross-entropy", "  loss: cross_entropy", "cross_entropy"),
    ],
)
def test_a_loss_that_does_not_fit(old: str, new: str, message: str) -> None:
    text = sequence(3).replace(old, new)
    found = problems(text, "{label: a, find: gradients}")
    assert any(message in problem for problem in found), found


# -- a working is final -----------------------------------------------------------------------------------------------
def test_parts_that_ask_share_one_working_and_what_was_given_stays_with_it() -> None:
    text = NEURON + "parts:\n  - {label: a, find: grad_w}\n  - {label: b, find: [y, grad_x]}\n  - {label: c, find: J}\n"
    tasks = {id(part.task): part.task for part in load_text(text).questions[0].parts}
    (task,) = tasks.values()
    assert task is not None
    assert list(task.working.having("gradient")) == ["w", "x"]
    assert task.working.gradients is not None
    assert list(task.given.quantities) == ["w", "x", "b", "q", "k"]  # type: ignore[attr-defined]
