"""Definitions of one form evaluated together: the very numbers that they have one by one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.errors import FormulaError
from solver.formula.form import form
from solver.formula.parse import parse
from solver.formula.tree import Name, Sum, Tree, replace_names
from solver.formula.walks.evaluate import evaluate
from solver.formula.walks.stack import FEW
from solver.formula.walks.together import Definition, Program
from solver.formula.walks.value import finite, value
from solver.rounding import Floats, Rounding
from tests.tables import each

FORMULAS = ("a @ b", "tanh(a @ b + W)", "x - b - (1 - x)", "a*b.T", "W @ a", "sum(a)*b*exp(y)", "a")


def program(formulas: list[tuple[str, Tree]]) -> Program[Tree]:
    """Each of them alike where their forms are."""
    made = []
    for name, tree in formulas:
        kind, names = form(tree)
        made.append(Definition(name, tree, names, kind))
    return Program(made)


@given(st.lists(st.tuples(st.sampled_from(FORMULAS), st.integers(1, 30), st.integers(1, 30)), min_size=30, max_size=90))
def test_any_program_has_the_values_of_one_by_one(steps: list[tuple[str, int, int]]) -> None:
    names, formulas = ["x", "y"], []
    for k, (text, a, b) in enumerate(steps):  # from far above or from just above, in chains and in rows
        operands = {"a": Name(names[-min(a, len(names))]), "b": Name(names[-min(b, len(names))])}
        formulas.append((f"q{k}", replace_names(parse(text), operands)))
        names.append(f"q{k}")
    known = {name: np.array([[0.3, -0.7], [0.1, 0.9]]) * scale for name, scale in (("x", 1.0), ("y", 0.5), ("W", 1.5))}
    for stands in (None, lambda name, found: Rounding(3).round(found)):
        together = dict(known)
        found = program(formulas).evaluate(together, value, stands, lambda tree: tree)
        alone = evaluate(formulas, dict(known), value, stands)
        assert not found.failed
        assert together.keys() == alone.keys()
        for name, expected in alone.items():
            np.testing.assert_array_equal(together[name], expected, err_msg=name)


def recurrent(steps: int) -> list[tuple[str, Tree]]:
    """States one after the other, an output of each, and what all the outputs sum to."""
    made = []
    for t in range(1, steps + 1):
        made += [(f"h{t}", parse(f"tanh(U @ x{t} + W @ h{t - 1})")), (f"y{t}", parse(f"sigmoid(V @ h{t})"))]
    made.append(("J", Sum(tuple(Name(f"y{t}") for t in range(1, steps + 1)))))
    return made


def of_network(steps: int) -> dict[str, Floats]:
    rng = np.random.default_rng(1)
    made = {"U": rng.normal(size=(2, 3)), "W": rng.normal(size=(2, 2)), "V": rng.normal(size=(1, 2))}
    return made | {"h0": np.zeros((2, 1))} | {f"x{t}": rng.normal(size=(3, 1)) for t in range(1, steps + 1)}


def test_outputs_are_one_calculation_and_states_are_many() -> None:
    calls: list[int] = []

    def counted(tree: Tree, env: Mapping[str, Floats]) -> Floats:
        calls.append(1)
        return value(tree, env)

    env = of_network(50)
    program(recurrent(50)).evaluate(env, counted)
    assert len(calls) == 50 + 1 + 1
    expected = evaluate(recurrent(50), of_network(50), value)
    assert all(np.array_equal(env[name], expected[name]) for name in expected)


@pytest.mark.parametrize("at", [1, 17, 40])
def test_noise_at_one_time_is_none_of_any(at: int) -> None:
    steps = [(f"h{t}", parse(f"h{t - 1} + x{t} - 0.3")) for t in range(1, 41)]
    env = {"h0": np.array([[0.1]])} | {f"x{t}": np.array([[0.2 if t == at else 0.3]]) for t in range(1, 41)}
    expected = evaluate(steps, dict(env), value)
    program(steps).evaluate(env, value, None, lambda tree: tree)
    assert env[f"h{at}"].item() == 0.0 != 0.1 + 0.2 - 0.3
    assert all(np.array_equal(env[name], found) for name, found in expected.items())


def test_states_are_looked_at_once_and_together() -> None:
    calls: list[int] = []

    def counted(tree: Tree, env: Mapping[str, Floats]) -> Floats:
        calls.append(1)
        return value(tree, env)

    env = of_network(50)
    program(recurrent(50)).evaluate(env, counted, None, lambda tree: tree)
    assert len(calls) == 1 + 1 + 1
    expected = evaluate(recurrent(50), of_network(50), value)
    assert all(np.array_equal(env[name], expected[name]) for name in expected)


def test_students_in_a_leading_axis_may_differ_in_some_quantities_only() -> None:
    env = of_network(20)
    env["x7"] = env["x7"] + np.arange(4.0).reshape(4, 1, 1)
    expected = evaluate(recurrent(20), dict(env), value)
    program(recurrent(20)).evaluate(env, value)
    for name, found in expected.items():
        np.testing.assert_allclose(*np.broadcast_arrays(env[name], found), rtol=1e-14, atol=0, err_msg=name)


def test_one_that_has_no_value_costs_itself_and_what_needs_it() -> None:
    steps = [(f"y{k}", parse(f"log(x{k})")) for k in range(20)] + [(f"z{k}", parse(f"y{k} + 1")) for k in range(20)]
    env = {f"x{k}": np.array([[k - 3.0]]) for k in range(20)}
    found = program(steps).evaluate(env, finite)
    assert found.failed.keys() == {f"y{k}" for k in range(4)}
    assert all(isinstance(error, FormulaError) for error in found.failed.values())
    assert "log(-3)" in str(found.failed["y0"].message)
    assert sorted(env.keys() & {f"z{k}" for k in range(20)}) == sorted(f"z{k}" for k in range(4, 20))
    assert env["z9"].item() == pytest.approx(np.log(6.0) + 1)


def test_values_are_kept_before_they_are_rounded() -> None:
    steps = [(f"y{k}", parse(f"x{k}/3")) for k in range(3 * FEW)]
    env = {f"x{k}": np.array([[float(k)]]) for k in range(3 * FEW)}
    found = program(steps).evaluate(env, value, lambda name, made: Rounding(1).round(made))
    assert (env["y2"].item(), found.values["y2"].item()) == (0.7, 2 / 3)


@each("count", [3, FEW + 1, 200])
def test_a_long_sum_is_added_in_its_order(count: int) -> None:
    rng = np.random.default_rng(2)
    env = {f"x{k}": rng.normal(size=(2, 1)) * 10.0 ** rng.integers(-8, 8) for k in range(count)}
    terms = [parse(f"x{k} @ x{(k + 1) % count}.T" if k % 50 else f"2*x{k} @ x{k}.T") for k in range(count)]
    expected = value(terms[0], env)
    for term in terms[1:]:
        expected = expected + value(term, env)
    np.testing.assert_array_equal(value(Sum(tuple(terms)), env), expected)


def test_rows_and_columns_of_one_form_may_differ() -> None:
    steps = [(f"y{k}", parse(f"x{k} - 2*x{k}**2")) for k in range(30)]
    env = {f"x{k}": np.full((1 + k % 2, 1), 0.1 * k) for k in range(30)}
    expected = evaluate(steps, dict(env), value)
    program(steps).evaluate(env, value)
    assert all(np.array_equal(env[name], found) for name, found in expected.items())


def test_a_square_is_the_same_alone_and_in_a_stack() -> None:
    x = np.random.default_rng(3).uniform(0.05, 3.0, (500, 1, 1))
    alone = [value(parse("x**2"), {"x": each}).item() for each in x]
    assert value(parse("x**2"), {"x": x}).ravel().tolist() == alone
