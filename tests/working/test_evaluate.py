"""The one evaluator: variants of a question in one batch, against the same variants one by one."""

from __future__ import annotations

import numpy as np
import pytest

import solver
from solver.formula.parse import parse
from solver.formula.walks.bounds import Interval, bounds, point
from solver.formula.walks.evaluate import evaluate
from solver.formula.walks.value import value
from solver.rounding import Carry, Floats, Rounding
from solver.spec.reader import load
from solver.working.page import Working
from solver.working.solve import numbers, program, solve_question
from tests.places import Q2
from tests.trials import times

VARIANTS = 1_000
FORM = Rounding(4)
PROGRAM = [(name, parse(text)) for name, text in (("u", "w*x + 1"), ("y", "u**2"))]


def test_one_program_in_several_domains() -> None:
    x = {"w": np.full((1, 1), 2.0), "x": np.array([[[0.24]], [[0.36]]])}
    assert evaluate(PROGRAM, dict(x), value)["y"].ravel() == pytest.approx([1.48**2, 1.72**2])
    rounded = evaluate(PROGRAM, dict(x), value, lambda name, found: Rounding(1).round(found))
    assert rounded["y"].ravel().tolist() == [2.3, 2.9]  # 1.5², 1.7²
    around = {"w": point(x["w"]), "x": Interval(x["x"] - 0.01, x["x"] + 0.01)}
    low, high = evaluate(PROGRAM, around, bounds)["y"]
    assert (low < np.array([1.48**2, 1.72**2]).reshape(-1, 1, 1)).all()
    assert (high > np.array([1.48**2, 1.72**2]).reshape(-1, 1, 1)).all()


def test_what_has_no_value_is_left_out() -> None:
    def rule(number: float, env: object) -> float | None:
        return number if number >= 0 else None

    assert evaluate([("a", 1.0), ("b", -1.0)], {}, rule) == {"a": 1.0}


def _variants(working: Working) -> dict[str, Floats]:
    rng = np.random.default_rng(0)
    given = ("x", "W1", "b1", "W2", "b2", "W3", "b3")
    shapes = {name: tuple(int(size) for size in working.shapes[name]) for name in given}
    return {name: rng.uniform(-1.5, 1.5, (VARIANTS, *shape)).round(1) for name, shape in shapes.items()}


@pytest.mark.parametrize("carry", ["rounded", "exact"])
def test_variants_of_question_2_in_one_batch(carry: Carry) -> None:
    working = solver.solve(Q2).parts[-1].context.working  # type: ignore[union-attr]
    names, variants = list(working.items), _variants(working)
    forms = {name: item.form(FORM) for name, item in working.items.items()}

    def solved(given: dict[str, Floats]) -> dict[str, Floats]:
        env = dict(given)
        steps = program(working, (name for name in names if name not in given), forms)
        found = numbers(steps, env, forms if carry == "rounded" else None)
        assert not found.failed
        return env

    batch = solved(variants)
    for i in range(0, VARIANTS, 50 // times(1) or 1):
        alone = solved({name: each[i] for name, each in variants.items()})
        for name, found in alone.items():
            of_batch = np.broadcast_to(batch[name], (VARIANTS, *found.shape))[i]
            np.testing.assert_allclose(of_batch, found, rtol=1e-12, atol=1e-12, err_msg=f"{name} of variant {i}")


def test_a_batch_of_the_question_itself_is_its_solution() -> None:
    question = load(Q2).questions[0]
    solution = solve_question(question)
    context = solution.parts[-1].context
    assert context is not None
    working = context.working
    given = {name: item.value({}) for name, item in working.items.items() if item.given}
    env = {name: np.repeat(found[None], 3, axis=0) for name, found in given.items() if found is not None}
    forms = {name: solved.form for name, solved in context.solved.items()}
    steps = program(working, (name for name in context.solved if name not in env), forms)
    assert not numbers(steps, env, forms).failed
    for name, solved in context.solved.items():
        assert all(np.array_equal(variant, solved.written) for variant in env[name]), name
