"""Normalisation: every kind in numbers, what may be asked, what does not fit, marking. PyTorch: tests/oracle."""

from typing import Any

import numpy as np
import pytest

from solver.api import solve
from solver.errors import SpecError
from solver.formula.calculus.reverse import CENTRED
from solver.mark.judge.grade import grade_batch
from solver.mark.judge.numbers import Verdict
from solver.mark.sheet import sheet
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.mark.simulate import key_of
from tests.places import PROBLEMS
from tests.tables import each

X = "X: [[1, 2], [3, 6], [2, 1]]"
RUNNING = "running_mean: [0, 1], running_var: 1, momentum: 0.1"
MAPS = "X: [[[1, 2]], [[3, 6]]]"


def solved(fields: str, find: str = "forward", carry: str = "exact") -> Solution:
    text = f"title: t\nround: {{decimals: 4}}\ncarry: {carry}\ngiven: {{family: normalisation, {fields}}}\n"
    return solve_question(load_text(f"{text}parts: [{{label: a, find: {find}}}]").questions[0])


def answers(fields: str, find: str) -> dict[str, Any]:
    return {key.removeprefix("a/"): value for key, value in solved(fields, find).answers.items()}


def problems(fields: str, find: str = "forward") -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields, find)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


@each(
    ("fields", "find", "expected"),
    [
        (f"kind: batch, {X}", "statistics", {"mu": [[2, 3]], "var": [[0.6667, 4.6667]]}),
        (f"kind: batch, {X}, variance: unbiased", "var", {"var": [[1, 7]]}),
        (f"kind: layer, {X}", "statistics", {"mu": [[1.5], [4.5], [1.5]], "var": [[0.25], [2.25], [0.25]]}),
        (f"kind: layer, {X}, gamma: [1, 2], beta: 1", "output", {"Y": [[0, 3], [0, 3], [2, -1]]}),
        (f"kind: instance, {X}, gamma: [1, 2, 3]", "output", {"Y": [[-1, 1], [-2, 2], [3, -3]]}),
        ("kind: rms, X: [3, 4, 0, 0], eps: 0", "[var, output]", {"var": 6.25, "xhat": [[1.2, 1.6, 0, 0]]}),
        ("kind: batch, X: [1, 3]", "[statistics, output]", {"mu": 2, "var": 1, "xhat": [[-1], [1]]}),
        ("kind: layer, X: [1, 3], eps: 3", "output", {"xhat": [[-0.5, 0.5]]}),
        ("kind: group, groups: 2, X: [[1, 3, 0, 4]]", "[mu1, mu2, output]", {"mu1": 2, "mu2": 2, "Xhat": [[-1, 1, -1, 1]]}),
        (f"kind: instance, {MAPS}, gamma: [1, 2]", "output", {"Y1": [[-1, 1]], "Y2": [[-2, 2]]}),
        (f"kind: layer, {MAPS}", "statistics", {"mu": 3, "var": 3.5}),
        (f"kind: batch, X: [{MAPS[3:]}, [[[3, 2]], [[3, 0]]]]", "statistics",
         {"mu1": 2, "var1": 0.5, "mu2": 3, "var2": 4.5}),
        (f"kind: batch, {X}, {RUNNING}", "running", {"run_mean_t1": [[0.2, 1.2]], "run_var_t1": [[0.9667, 1.3667]]}),
        (f"kind: batch, {X}, {RUNNING}, running_variance: unbiased", "run_var_t1", {"run_var_t1": [[1, 1.6]]}),
        (f"kind: batch, {X}, {RUNNING}, momentum_weighs: old", "run_mean_t1", {"run_mean_t1": [[1.8, 2.8]]}),
        ("kind: batch, X: [[1, 3]], mode: inference, running_mean: [0, 1], running_var: [1, 4], beta: 1", "output",
         {"Y": [[2, 2]]}),
    ],
)  # fmt: skip
def test_in_numbers(fields: str, find: str, expected: dict[str, Any]) -> None:
    assert answers(fields, find) == expected


def test_the_mean_has_no_part_in_the_variance() -> None:
    solution = solved(f"kind: batch, {X}, gradient: [[1, 0], [0, 2], [3, 1]]", "backward")
    step = solution["a/grad_mu"].item
    assert step.source == "-sum_columns(grad_Xhat/s)"
    assert CENTRED in step.why
    assert solution.parts[0].checked is not None
    assert solution.parts[0].checked < 1e-6


def test_the_problem_runs() -> None:
    found = solve(PROBLEMS / "normalisation.yaml").answers
    assert found["a.i/mu"] == [[2, 4]]


@each(
    ("fields", "found"),
    [
        (f"kind: batch, {X}, gamma: [1, 2, 3]", "gamma has 3 numbers, but X has 2 features"),
        (f"kind: instance, {MAPS}, beta: [1, 2, 3]", "beta has 3 numbers, but X has 2 channels"),
        (f"kind: group, {X}, groups: 3", "3 groups cannot share 2 features equally"),
        (f"kind: layer, {X}, groups: 2", "groups is for kind: group"),
        (f"kind: layer, {X}, mode: inference", "mode is for kind: batch | layer normalisation has no running averages"),
        (f"kind: batch, {X}, mode: inference", "'running_mean' is missing"),
        (
            f"kind: batch, {X}, running_mean: 0, running_var: 1",
            "'momentum' is missing: the weight in the running averages",
        ),
        (f"kind: batch, {X}, momentum: 0.1", "momentum is for training with running averages"),
        (f"kind: rms, {X}, variance: unbiased", "kind: rms has no variance"),
        ("kind: batch, X: [[1, 2]], variance: unbiased", "an unbiased variance of 1 number has no value"),
        (f"kind: batch, {X}, gradient: [[1]]", "gradient is 1×1, but X is 3×2"),
        (f"kind: batch, {X}, loss: square-error", "'D' is missing: a loss needs the desired output"),
        (f"kind: batch, {X}, D: [[1]]", "D is given without a loss"),
        ("kind: instance, X: [[[1, 2]], [[1]]]", "the maps of X have several sizes"),
        (f"kind: layer, {MAPS}, groups: 3, eps: 1", "groups is for kind: group"),
        (f"kind: batch, {X}, gradient: [], running_var: 1", "gradient is empty, expected numbers"),
        (X, "'kind' is missing"),
    ],
)
def test_a_misfit_is_named(fields: str, found: str) -> None:
    assert any(found in message for message in problems(fields)), problems(fields)


def test_what_gradients_need() -> None:
    hint = "give a loss and the desired output D, or a gradient at the output"
    assert problems(f"kind: batch, {X}", "loss") == [f"there is no loss here | {hint}"]


@pytest.mark.parametrize(
    ("name", "wrong", "mistake"),
    [
        ("var", [[10 / 2, 56 / 2]], "n − 1 for n"),
        ("s", [[(10 / 3) ** 0.5, (56 / 3) ** 0.5]], "ε forgotten"),
        ("Y", "without gamma", "γ forgotten"),
        ("Y", "without beta", "bias forgotten"),
    ],
)
def test_mistakes_are_named(name: str, wrong: Any, mistake: str) -> None:
    fields = "kind: batch, X: [[1, 2], [5, 11], [2.5, 2.5]], eps: 0.3, gamma: [1.7, 2.3], beta: [0.4, 1.3]"
    solution = solved(fields, "[mu, var, s, Xhat, Y]", "rounded")
    v = {n: np.asarray(solution[f"a/{n}"].value, dtype=float) for n in ("mu", "var", "s", "Xhat", "Y")}
    made: dict[str, Any] = {
        "n − 1 for n": v["var"] * 1.5,
        "ε forgotten": np.sqrt(v["var"]),
        "γ forgotten": v["Xhat"] + np.array([[0.4, 1.3]]),
        "bias forgotten": v["Xhat"] * np.array([[1.7, 2.3]]),
    }
    given = key_of(asked := sheet(solution), 1)
    given.batch.values[f"a/{name}"][0] = np.round(made[mistake], 4)
    assert set(grade_batch(asked, None, given).mistakes[f"a/{name}"].values()) == {mistake}


def test_what_follows_from_a_mistake_is_followed() -> None:
    solution = solved("kind: layer, X: [1, 2, 6]", "[var, xhat]", "rounded")
    given = key_of(made := sheet(solution), 1)
    given.batch.values["a/var"][0] = 7.0
    given.batch.values["a/xhat"][0] = np.round(np.array([[-2, -1, 3]]) / np.round(7**0.5, 4), 4)
    graded = grade_batch(made, None, given)
    assert set(graded.mistakes["a/var"].values()) == {"n − 1 for n"}
    assert set(graded.judged["a/xhat"].verdicts.ravel().tolist()) == {Verdict.FOLLOWED}
