"""The model exam's Question 2, number for number: as published with rounded values carried, and exactly."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

import solver
from solver.cli.main import main
from tests.places import Q2

PUBLISHED = {
    "a/W1": [[3.2, -2.4, -2.1], [-1.2, -1.4, 2.6]],
    "a/b1": [[0.5], [0.5], [0.5]],
    "a/W2": [[3.0, 0.0], [-2.4, -4.2], [-3.0, 2.5]],
    "a/b2": [[0.5], [0.5]],
    "a/W3": [[2.0], [-1.0]],
    "a/b3": 0.5,
    "b/u1": [[1.3], [-4.7], [3.6]],
    "b/h1": [[0.86], [-1.0], [1.0]],
    "b/u2": [[2.48], [7.2]],
    "b/h2": [[0.99], [1.0]],
    "c/u3": 1.48,
    "c/y": 0.81,
    "c/J": 1.66,
    "d/df1": [[0.26], [0.0], [0.0]],
    "d/df2": [[0.02], [0.0]],
    "e/grad_u3": 0.81,
    "e/grad_u2": [[0.03], [0.0]],
    "e/grad_u1": [[0.02], [0.0], [0.0]],
    "f/grad_W3": [[0.8], [0.81]],
    "f/grad_b3": 0.81,
    "f/grad_W2": [[0.03, 0.0], [-0.03, 0.0], [0.03, 0.0]],
    "f/grad_b2": [[0.03], [0.0]],
    "f/grad_W1": [[0.02, 0.0, 0.0], [0.04, 0.0, 0.0]],
    "f/grad_b1": [[0.02], [0.0], [0.0]],
}

EXACT = {
    "b/u2": [[2.49], [7.2]],
    "c/u3": 1.47,
    "c/J": 1.68,
    "d/df2": [[0.03], [0.0]],
    "e/grad_u2": [[0.04], [0.0]],
    "e/grad_u1": [[0.03], [0.0], [0.0]],
    "f/grad_W2": [[0.04, 0.0], [-0.04, 0.0], [0.04, 0.0]],
    "f/grad_b2": [[0.04], [0.0]],
    "f/grad_W1": [[0.03, 0.0, 0.0], [0.07, 0.0, 0.0]],
    "f/grad_b1": [[0.03], [0.0], [0.0]],
}


def test_every_answer_is_as_published() -> None:
    assert solver.solve(Q2).answers == PUBLISHED


def test_exact_values_carried() -> None:
    assert solver.solve(Q2, carry="exact").answers == {**PUBLISHED, **EXACT}


def test_both_are_always_known_and_their_differences_listed() -> None:
    for carry in ("rounded", "exact"):
        solution = solver.solve(Q2, carry=carry)
        assert {key for key, solved in solution if solved.diverges} == set(EXACT)


def test_exact_values_are_numpy_s_own() -> None:
    """The unrounded column against a forward and backward pass in plain numpy."""
    w1, w2, w3 = (np.array(PUBLISHED[f"a/W{k}"]) for k in (1, 2, 3))
    x = np.array([[1.0], [2.0]])
    h1 = np.tanh(w1.T @ x + 0.5)
    h2 = np.tanh(w2.T @ h1 + 0.5)
    y = 1 / (1 + np.exp(-(w3.T @ h2 + 0.5)))
    g3 = y - 0.0
    g2 = (w3 @ g3) * (1 - h2**2)
    g1 = (w2 @ g2) * (1 - h1**2)
    solution = solver.solve(Q2)
    expected = {"c/y": y, "c/J": -np.log(1 - y), "f/grad_W1": x @ g1.T, "f/grad_W2": h1 @ g2.T, "f/grad_W3": h2 @ g3.T}
    for key, value in expected.items():
        assert solution[key].exact == pytest.approx(value, rel=1e-12)


def test_json_is_the_contract() -> None:
    made = json.loads(CliRunner().invoke(main, ["run", str(Q2), "--format", "json"]).stdout)
    assert made["answers"] == PUBLISHED
    assert set(made) >= {"title", "round", "parts", "answers"}
    step = made["parts"][1]["steps"][0]
    assert set(step) >= {"name", "symbol", "formula", "value", "exact", "text", "lines"}
    assert step["formula"] == "W1.T @ x + b1"
    assert step["text"] == "[1.30; -4.70; 3.60]"
    assert step["lines"][0] == "u₁ = W₁ᵀ x + b₁"
    assert step["lines"][-1] == "= [1.30; -4.70; 3.60]"
