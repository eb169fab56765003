"""Derivations with vectors as rows: every line has the transposed value of the one with columns, on random numbers."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest
import yaml

from solver.families.gradient import InstancesProof
from solver.formula.calculus.check import TOLERANCE
from solver.formula.walks.evaluate import evaluate
from solver.formula.walks.value import value
from solver.render import format_json
from solver.rounding import Floats
from solver.working.page import Working
from solver.working.solution import Solution
from tests.numpy_oracle import SYMBOLS, solved
from tests.places import PROBLEMS


def papers(found: Any) -> list[dict[str, Any]]:
    """Every `given` of derivations in a problem."""
    if isinstance(found, list):
        return [given for each in found for given in papers(each)]
    if not isinstance(found, dict):
        return []
    return [found] if found.get("family") == "gradient" else papers(list(found.values()))


def given(J: str, by: list[str], formulas: list[str] | None = None, **more: Any) -> dict[str, Any]:
    return {"family": "gradient", "symbols": SYMBOLS, "J": J, "by": by, "formulas": formulas or [], **more}


GIVEN = [
    *(each for name in ("q1", "gradient") for each in papers(yaml.safe_load((PROBLEMS / f"{name}.yaml").read_text()))),
    given("norm(z - h)**2 + c*norm(C)**2", ["C", "x"], ["h = tanh(C @ x)"]),
    given("norm(z - h)**2 + c*norm(C)**2", ["h", "C", "x"], ["h = relu(C @ x)"], layout="numerator"),
    given("-sum(b*log(h))", ["A", "x", "a"], ["u = A @ x + a", "h = softmax(u)"]),
    given("-sum(b*log(h))", ["A", "x", "a"], ["u = A @ x + a", "h = softmax(u)"], layout="numerator"),
    given("a.T @ inv(A) @ b + log(det(A))", ["a", "A"]),
    given("x.T @ A.T @ A @ x + a.T @ x/c", ["x", "A", "a", "c"]),
    given("(r @ x)*(r @ x)", ["x"], ["r = a.T @ A"]),
    given("sum(X @ y*x) + mean(exp(a))", ["X", "y", "x", "a"]),
    given("sum(swish(x))", ["x"], activations={"swish": "u*sigmoid(u)"}),
]


once = cache(solved)


def both(fields: dict[str, Any]) -> tuple[Solution, Solution]:
    """One question with columns and with rows."""
    made = {"title": "t", "given": fields, "parts": [{"label": "p"}]}
    return once(json.dumps(made)), once(json.dumps({**made, "notation": {"vectors": "row"}}))


@pytest.mark.parametrize("fields", GIVEN, ids=lambda fields: f"{fields['J']} {fields.get('layout', '')}")
def test_each_line_has_the_transposed_value(fields: dict[str, Any]) -> None:
    plain, rows = map(working, both(fields))
    (proof,) = plain.proofs
    assert isinstance(proof, InstancesProof)
    turned = {name for name, symbol in plain.symbols.items() if symbol.column}
    turned |= {name for name, role in plain.roles.items() if role.of in turned}
    assert {name for name in plain.shapes if plain.shapes[name] != rows.shapes[name]} == turned
    for drawn in proof.instances:
        env = evaluate([*proof.chain, *proof.derived], dict(drawn), value)
        env = {name: x.T if name in turned else x for name, x in env.items()}
        for name in env.keys() & rows.items.keys():
            lines = rows.items[name].steps
            for line in lines:
                if line.relation == "=":
                    same(value(line.right, env), env[name])
            terms = [value(line.right, env) for line in lines if line.relation == "→"]
            if terms:
                same(np.asarray(sum(terms)), env[name])


def working(solution: Solution) -> Working:
    (part,) = solution.parts
    assert part.context is not None
    assert part.checked is not None
    assert part.checked <= TOLERANCE
    return part.context.working


def same(found: Floats, expected: Floats) -> None:
    """Equal, a number standing for every cell."""
    assert found.shape in (expected.shape, (1, 1))
    np.testing.assert_allclose(np.broadcast_to(found, expected.shape), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("fields", GIVEN, ids=lambda fields: f"{fields['J']} {fields.get('layout', '')}")
def test_no_column_is_left(fields: dict[str, Any]) -> None:
    """But for the gradients by rows in numerator layout, each of which has its variable's shape, transposed."""
    made = working(both(fields)[1])
    for name, size in made.shapes.items():
        role = made.roles.get(name)
        if role is not None and role.kind in ("gradient", "delta"):
            of = made.shapes[role.of]
            assert size == (of[::-1] if fields.get("layout") == "numerator" else of)
        else:
            assert not made.symbols[name].column


def test_the_exam_s_lines() -> None:
    _, rows = both(GIVEN[0])
    found = {step["name"]: step["lines"] for step in format_json.question(rows)["parts"][0]["steps"]}
    assert found == {
        "y": ["y = x W + b   (1×K)"],
        "J": ["J = (d - y) (d - y)ᵀ   (scalar)"],
        "grad_y": [
            "∇_y J = -(d - y) - (d - y)   (derivative of a sum of squares, by the product rule)",
            "= -2(d - y)   (collecting like terms; 1×K, the shape of y)",
        ],
        "grad_W": [
            "∇_W J = xᵀ (∇_y J)   (chain rule through y; derivative of a matrix product; n×1 times 1×K)",
            "= xᵀ (-2(d - y))   (substituting ∇_y J)",
            "= -2xᵀ (d - y)   (n×K, the shape of W)",
        ],
        "grad_b": [
            "∇_b J = ∇_y J   (chain rule through y; b is a term of y)",
            "= -2(d - y)   (substituting ∇_y J; 1×K, the shape of b)",
        ],
    }
    assert working(rows).items["y"].title == "Given, where {x} is 1×n; {W} is n×K; {b} and {d} are 1×K"
    assert rows.answers == {"p/grad_y": "-2*(d - y)", "p/grad_W": "-2*(x.T @ (d - y))", "p/grad_b": "-2*(d - y)"}


def test_side_by_side_nothing_is_turned_twice() -> None:
    """A row's gradient in numerator layout is a column, and stays one."""
    fields = given("norm(C @ x - y)**2", ["x"], layout="numerator")
    plain, rows = both({"one": fields, "two": fields})
    assert plain.answers["p/one_grad_x"] == "2*((one_C @ one_x - one_y).T @ one_C)"
    assert rows.answers["p/one_grad_x"] == "2*(one_C.T @ (one_x @ one_C.T - one_y).T)"
