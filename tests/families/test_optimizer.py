"""Optimizers on losses: published examples, and the same descent written independently in numpy."""

import numpy as np
import pytest

from solver.api import solve
from solver.errors import SpecError
from solver.families import optimizer
from solver.render.document import View, document
from solver.render.format_text import render
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.places import CASES
from tests.tables import each


def solved(fields: str, find: str = "history", head: str = "round: {decimals: 8}\ncarry: exact") -> Solution:
    text = f"title: t\n{head}\ngiven: {{family: optimizer, {fields}}}\nparts: [{{label: a, find: {find}}}]"
    return solve_question(load_text(text).questions[0])


def problems(fields: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


# -- published answers --------------------------------------------------------------------------------------------------
def test_one_step_of_logistic_regression() -> None:
    assert solve(CASES / "logreg-slp3-sgd.yaml").answers == {
        "a/grad_w": [[-1.5], [-1.0]],
        "a/grad_b": -0.5,
        "b/w_t1": [[0.15], [0.1]],
        "b/b_t1": 0.05,
    }


def test_first_step_of_adam() -> None:
    answers = solve(CASES / "opt-q4quant-adam.yaml").answers
    assert answers == {"a/m_w_t1": 0.4, "a/v_w_t1": 0.016, "a/mhat_w_t1": 4, "a/vhat_w_t1": 16, "b/change_w_t1": -0.1}


def test_four_iterations_of_momentum() -> None:
    answers = solve(CASES / "opt-saida-momentum.yaml").answers
    assert [answers[f"b/grad_x{t}"] for t in ("", "_t1", "_t2", "_t3")] == [12, 7.2, 0, -6.48]
    assert [answers[f"a/v_x_t{t}"] for t in range(1, 5)] == [-2.4, -3.6, -3.24, -1.62]
    assert [answers[f"a/x_t{t}"] for t in range(1, 5)] == [7.6, 4.0, 0.76, -0.86]


# -- a regularised logistic regression, independently -------------------------------------------------------------------
X = np.array([[1.0, 2.0], [-1.0, 0.5], [0.3, -2.0]])
T = np.array([[1.0], [0.0], [1.0]])
LOGISTIC = (
    "quantities: {X: [[1.0, 2.0], [-1.0, 0.5], [0.3, -2.0]], t: [1, 0, 1], one: [1, 1, 1], w: [0.1, -0.2], b: 0.05, "
    "c: 0.3}, formulas: [y = sigmoid(X @ w + one*b)], loss: J = sum((t - y)**2)/2 + c*norm(w)**2, parameters: [w, b]"
)


def loss(w: np.ndarray, b: float) -> float:
    y = 1 / (1 + np.exp(-(X @ w + b)))
    return float(((T - y) ** 2).sum() / 2 + 0.3 * (w**2).sum())


def slopes(w: np.ndarray, b: float) -> tuple[np.ndarray, float]:
    y = 1 / (1 + np.exp(-(X @ w + b)))
    delta = -(T - y) * y * (1 - y)
    return X.T @ delta + 0.6 * w, float(delta.sum())


def test_gradient_descent() -> None:
    solution = solved(f"{LOGISTIC}, rate: 0.5, iterations: 5")
    w, b = np.array([[0.1], [-0.2]]), 0.05
    for t in range(1, 6):
        gw, gb = slopes(w, b)
        w, b = w - 0.5 * gw, b - 0.5 * gb
        assert solution[f"a/w_t{t}"].exact == pytest.approx(w)
        assert solution[f"a/b_t{t}"].exact_value == pytest.approx(b)
        assert solution[f"a/J_t{t}"].exact_value == pytest.approx(loss(w, b))
    assert solution.parts[0].checked is not None


def test_nesterov_takes_its_gradient_ahead() -> None:
    solution = solved(f"{LOGISTIC}, optimizer: nesterov, rate: 0.5, beta: 0.8, iterations: 4")
    w, b, vw, vb = np.array([[0.1], [-0.2]]), 0.05, np.zeros((2, 1)), 0.0
    for t in range(1, 5):
        gw, gb = slopes(w + 0.8 * vw, b + 0.8 * vb)
        vw, vb = 0.8 * vw - 0.5 * gw, 0.8 * vb - 0.5 * gb
        w, b = w + vw, b + vb
        assert solution[f"a/w_t{t}"].exact == pytest.approx(w)
        assert solution[f"a/b_t{t}"].exact_value == pytest.approx(b)


def test_a_first_velocity() -> None:
    fields = "quantities: {w: [1, 2]}, loss: sum(w**2), parameters: w, optimizer: nesterov, rate: 0.1, beta: 0.5"
    assert solved(f"{fields}, initial: {{v: 0.2}}").answers["a/w_t1"] == [
        [pytest.approx(1 + 0.1 - 0.1 * 2.2)],
        [pytest.approx(2 + 0.1 - 0.1 * 4.2)],
    ]
    assert solved(f"{fields}, initial: {{v_w: [1, 0]}}").answers["a/w_t1"] == [
        [pytest.approx(1 + 0.5 - 0.1 * 3)],
        [pytest.approx(2 - 0.1 * 4)],
    ]


def test_a_parameter_that_no_part_asks_for_is_still_checked() -> None:
    fields = "quantities: {w: 2, b: 3}, loss: (w - 1)**2 + (b - 2)**2, parameters: [w, b], rate: 0.1, iterations: 3"
    solution = solved(fields, find="w_t3")
    assert solution.answers == {"a/w_t3": pytest.approx(1.512)}
    assert solution.parts[0].checked is not None
    assert solution.parts[0].checked < 1e-6


def test_each_iteration_uses_the_rounded_values() -> None:
    solution = solved(
        "quantities: {w: 1}, loss: w**2, parameters: w, rate: 0.333, iterations: 3", head="round: {decimals: 1}"
    )
    assert [solution[f"a/w_t{t}"].value for t in (1, 2, 3)] == [0.3, 0.1, 0.0]


# -- what is shown ------------------------------------------------------------------------------------------------------
def test_the_first_iteration_in_full_and_a_table_of_all() -> None:
    solution = solve(CASES / "opt-saida-momentum.yaml")
    shown = render(document(solution.title, [solution], View(parts=("a",))))
    assert "Iteration 1: velocity of x" in shown
    assert "Iteration 2: velocity" not in shown
    assert "iteration   ∇_x f       v       x" in shown
    assert "\n        4   -6.48   -1.62   -0.86\n" in shown
    whole = render(document(solution.title, [solution], View("full", ("a",))))
    assert "Iteration 4: velocity of x" in whole


def test_gradients_say_how_many_iterations_there_are() -> None:
    counted, told = (solved(f"g: [0.5, -0.2, 1], w: 1, rate: 0.1{more}").answers for more in ("", ", iterations: 3"))
    assert counted == told
    assert list(counted) == ["a/w_t1", "a/w_t2", "a/w_t3"]


def test_many_iterations_are_shown_by_the_first_and_the_last() -> None:
    solution = solved("quantities: {w: 1}, loss: w**2, parameters: w, rate: 0.001, iterations: 120")
    shown = render(document(solution.title, [solution]))
    assert len(shown.splitlines()) < 100
    assert "…" in shown
    assert "\n      120 " in shown


def test_words_for_find() -> None:
    fields = f"{LOGISTIC}, optimizer: adam, rate: 0.1, iterations: 2"
    assert list(solved(fields, "gradients").answers) == ["a/grad_w", "a/grad_b"]
    assert list(solved(fields, "final").answers) == ["a/w_t2", "a/b_t2"]
    assert list(solved(fields, "loss_after").answers) == ["a/J_t1", "a/J_t2"]
    assert list(solved(fields, "updates").answers) == ["a/w_t1", "a/b_t1", "a/w_t2", "a/b_t2"]
    assert list(solved(fields, "states").answers)[:4] == ["a/m_w_t1", "a/v_w_t1", "a/mhat_w_t1", "a/vhat_w_t1"]


def test_the_loss_may_be_a_formula_s_name() -> None:
    fields = "quantities: {w: 3}, formulas: [E = w**2], loss: E, parameters: w, rate: 0.5"
    assert solved(fields).answers == {"a/w_t1": 0, "a/E_t1": 0}


def test_the_example_runs() -> None:
    assert solve_question(load_text(optimizer.EXAMPLE).questions[0]).answers["a/x_t4"] == -0.86


# -- what does not fit --------------------------------------------------------------------------------------------------
@each(
    ("fields", "found"),
    [
        ("rate: 0.1", "'g' or 'loss' is missing"),
        ("g: 1, loss: w**2, rate: 0.1", "gradients are given, so loss is not used"),
        ("g: [1, 2], rate: 0.1", "g lists 2 gradients, but iterations is 1"),
        ("g: 1, rate: 0.1, iterations: 2", "g lists 1 gradients, but iterations is 2"),
        ("g: [[1, 2]], w: 1, rate: 0.1", "g(1) is 2×1, but w is 1×1"),
        ("g: [[1, 2], [1]], rate: 0.1, iterations: 2", "g(2) is 1×1, but g(1) is 2×1"),
        ("g: 1, rate: 0.1, weight_decay: 0.1", "weight decay needs the parameter"),
        ("g: 1, rate: 0.1, optimizer: adamw", "weight decay needs the parameter"),
        ("g: 1, rate: 0.1, initial: {v: 0}", "sgd keeps no 'v'"),
        ("g: 1, rate: 0.1, optimizer: momentum, initial: {v: [1, 2]}", "v is 2×1, but w is 1×1"),
        ("quantities: {w: 1}, loss: w**2, rate: 0.1", "'parameters' is missing"),
        ("quantities: {w: 1}, loss: w**2, parameters: v, rate: 0.1", "'v' is not given"),
        ("quantities: {w: 1}, loss: w**2, parameters: [w, w], rate: 0.1", "a parameter stands twice"),
        ("quantities: {w: [1, 2]}, loss: w**2, parameters: w, rate: 0.1", "the loss J is 2×1, but only a scalar"),
        ("quantities: {w: 1}, loss: w**, parameters: w, rate: 0.1", "'w**' is not a formula"),
        ("quantities: {w: 1}, loss: q**2, parameters: w, rate: 0.1", "'q' is not given yet"),
        ("quantities: {w: 1}, loss: 2x = w**2, parameters: w, rate: 0.1", "'2x' cannot be a name"),
        ("quantities: {w: 1}, formulas: [y = w +], loss: w**2, parameters: w, rate: 0.1", "'w +' is not a formula"),
        ("quantities: {w: 1, alpha: 2}, loss: w**2, parameters: w, rate: 0.1", "'alpha' is defined twice"),
        ("quantities: {w: 1}, w: 2, loss: w**2, parameters: w, rate: 0.1", "w is used with g only"),
        (
            "quantities: {w: 1}, loss: w**2, parameters: w, rate: 0.1, iterations: 99999",
            "99,999 iterations make about 299,997 steps | there is room for 29,997: about 9,999 iterations",
        ),
    ],
)
def test_misfits(fields: str, found: str) -> None:
    messages = problems(fields)
    assert len(messages) == 1
    assert found in messages[0]


def test_many_iterations_are_linear_in_steps() -> None:
    """Each iteration adds the same number of steps, and checks only its own formulas."""

    def chains(iterations: int) -> list[int]:
        text = f"title: t\ngiven: {{family: optimizer, {LOGISTIC}, rate: 0.1, iterations: {iterations}}}\nparts: [{{label: a}}]"
        task = load_text(text).questions[0].parts[0].task
        assert task is not None
        return [len(proof.chain) for proof in task.working.proofs]  # type: ignore[attr-defined]

    assert chains(3) == [2, 2, 2]
    assert chains(50) == [2] * 50
