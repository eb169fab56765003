"""What a recurrence has in stacks: nothing of its numbers changes, nor why one of them has none."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from solver.errors import FormulaError
from solver.formula.form import form
from solver.formula.parse import parse
from solver.formula.source import source
from solver.formula.tree import Tree
from solver.formula.walks.evaluate import evaluate
from solver.formula.walks.lift import lifted
from solver.formula.walks.together import Definition, Program
from solver.formula.walks.value import finite
from solver.rounding import Floats, Rounding
from tests.tables import each


@each(
    ("text", "rest", "parts"),
    [
        ("tanh(U.T @ x + W.T @ h + b)", "tanh(#0 + #1 @ h + b)", ["U.T @ x", "W.T"]),
        ("(W @ h + U @ x)*(1 - x**2)", "(W @ h + #0)*#1", ["U @ x", "(1 - x**2)"]),
        ("x + b + h", "x + b + h", []),  # one sum: what is noise beside b is told from h, too
        ("x*b + h - x*b", "#0 + h - #0", ["x*b"]),
        ("h*tanh(x + b - U)", "h*#0", ["tanh(x + b - U)"]),
        ("U.T @ -h", "#0 @ -h", ["U.T"]),
        ("U @ -h", "U @ -h", []),
        ("sum(x*b)", "#0", ["sum(x*b)"]),
    ],
)
def test_the_largest_parts_in_which_nothing_recurs(text: str, rest: str, parts: list[str]) -> None:
    left, found = lifted(parse(text), {"U", "x", "b", "W"})
    assert source(left) == rest
    assert [source(part) for part in found.values()] == parts


def program(formulas: list[tuple[str, Tree]]) -> Program[Tree]:
    kinds = [(name, tree, *form(tree)) for name, tree in formulas]
    return Program(Definition(name, tree, used, kind) for name, tree, kind, used in kinds)


def network(steps: int) -> tuple[list[tuple[str, Tree]], dict[str, Floats]]:
    rng = np.random.default_rng(4)
    env = {"U": rng.normal(size=(2, 3)), "W": rng.normal(size=(2, 2)), "h0": rng.normal(size=(2, 1))}
    env |= {f"x{t}": rng.normal(size=(3, 1)) for t in range(1, steps + 1)}
    made = [(f"h{t}", parse(f"tanh(U @ x{t} + W @ h{t - 1})*(1 - sum(x{t})**2)")) for t in range(1, steps + 1)]
    made += [(f"g{t}", parse(f"(W @ g{t + 1} + h{t})*(1 - h{t}**2)")) for t in range(steps - 1, 0, -1)]
    return made, env | {f"g{steps}": np.ones((2, 1))}


@pytest.mark.parametrize("axes", [(), (3,), (2, 3)])
def test_forth_and_back_with_any_leading_axes(axes: tuple[int, ...]) -> None:
    steps, env = network(40)
    env["U"] = env["U"] + np.arange(np.prod(axes, dtype=int)).reshape(*axes, 1, 1) if axes else env["U"]
    for stands in (None, lambda name, found: Rounding(3).round(found)):
        expected = evaluate(steps, dict(env), finite, stands)
        found = dict(env)
        program(steps).evaluate(found, finite, stands, lambda tree: tree)
        for name, one in expected.items():
            assert found[name].shape == one.shape
            np.testing.assert_allclose(found[name], one, rtol=1e-13, atol=1e-300, err_msg=name)


def test_only_what_recurs_is_left_to_each() -> None:
    calls: list[str] = []

    def counted(tree: Tree, env: Mapping[str, Floats]) -> Floats:
        calls.append(source(tree))
        return finite(tree, env)

    steps, env = network(40)
    program(steps).evaluate(env, counted, None, lambda tree: tree)
    assert calls == [
        "tanh(U @ x1 + W @ h0)*(1 - sum(x1)**2)",
        "(W @ g40 + h39)*(1 - h39**2)",
    ]  # all of a kind in a stack


def test_where_there_is_no_value_its_own_formula_says_why() -> None:
    steps = [(f"h{t}", parse(f"log(x{t}*2) + h{t - 1}")) for t in range(1, 40)]
    env = {"h0": np.zeros((1, 1))} | {f"x{t}": np.array([[30.0 - t]]) for t in range(1, 40)}
    found = program(steps).evaluate(env, finite, None, lambda tree: tree)
    assert list(found.failed) == ["h30"]
    assert isinstance(found.failed["h30"], FormulaError)
    assert "log(0)" in found.failed["h30"].message
    assert "x30" in found.failed["h30"].message
    assert "h29" in env
    assert "h31" not in env
