"""The stable form has the value of the formula in 60-digit arithmetic, also where plain floats lose every digit."""

from __future__ import annotations

from typing import Any

import mpmath  # type: ignore[import-untyped]
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.formula.functions import FUNCTIONS
from solver.formula.parse import parse
from solver.formula.source import source
from solver.formula.tree import Bin, Call, Group, Name, Neg, Num, Transpose, Tree
from solver.formula.walks.stable import stable
from solver.formula.walks.value import value
from tests.tables import each
from tests.trials import times

DEFINED = {
    "y": "sigmoid(u)",
    "p": "softmax(v)",
    "q": "softmax_rows(v.T)",
    "h": "tanh(u)",
    "o": "1/(1 + exp(-u))",
    "z": "y",
    "s": "sigmoid(2*u - d)",
}
FORMULAS = [
    "-d*log(y) - (1 - d)*log(1 - y)",
    "-sum(d*log(y) + (1 - d)*log(1 - y))",
    "-d*log(o) - (1 - d)*log(1 - o)",
    "-d*log(z) - (1 - (d))*log((1 - z))",
    "-log(1 - s)",
    "log(sigmoid(u))*d + log(sigmoid(u))",
    "log(1 + exp(u))",
    "log(1/(1 + exp(u)))",
    "-sum(c*log(p))",
    "-c.T @ log(p)",
    "-sum(c.T*log(q))",
    "log(softmax(v))",
    "y*(1 - y)",
    "1 - h**2",
    "-(d - y)",
    "(y - d)*3",
    "u*(1 - d)",
]
DIGITS = 60
trees: dict[str, Tree] = {name: parse(text) for name, text in DEFINED.items()}


def defined(name: str) -> Tree | None:
    return trees.get(name)


def by_mpmath(tree: Tree, env: dict[str, Any]) -> Any:
    """An independent walk: matrices of 60-digit numbers."""
    match tree:
        case Name(id=name):
            return by_mpmath(trees[name], env) if name in trees else env[name]
        case Num(text):
            return mpmath.matrix([[mpmath.mpf(text)]])
        case Group(x):
            return by_mpmath(x, env)
        case Neg(x):
            return -by_mpmath(x, env)
        case Transpose(x):
            return by_mpmath(x, env).T
        case Bin("@", a, b):
            return by_mpmath(a, env) * by_mpmath(b, env)
        case Bin(op, a, b):
            left, right = by_mpmath(a, env), by_mpmath(b, env)
            rows, columns = max(left.rows, right.rows), max(left.cols, right.cols)
            return mpmath.matrix(rows, columns) + mpmath.matrix(
                [[cell(op, at(left, i, j), at(right, i, j)) for j in range(columns)] for i in range(rows)]
            )
        case Call("sum", (x,)):
            return mpmath.matrix([[mpmath.fsum(by_mpmath(x, env))]])
        case Call("softmax" | "softmax_rows" as fn, (x,)):
            u = by_mpmath(x, env)
            u = u.T if fn == "softmax_rows" else u
            e = u.apply(mpmath.exp)
            made = e / mpmath.fsum(e)
            return made.T if fn == "softmax_rows" else made
        case Call(fn, (x,)):
            codes = {"sigmoid": lambda u: 1 / (1 + mpmath.exp(-u)), "log": mpmath.log, "exp": mpmath.exp}
            return by_mpmath(x, env).apply(codes.get(fn) or mpmath.tanh)
        case _:
            raise TypeError(tree)


def at(x: Any, i: int, j: int) -> Any:
    return x[0, 0] if x.rows == x.cols == 1 else x[i, j]


def cell(op: str, a: Any, b: Any) -> Any:
    return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b, "**": lambda: a**b}[op]()


numbers = st.floats(-700, 700).map(lambda x: round(x, 3))


@pytest.mark.parametrize("text", FORMULAS)
@settings(max_examples=times(5))
@given(u=numbers, v=st.lists(numbers, min_size=3, max_size=3), d=st.sampled_from([0, 1]), k=st.integers(0, 2))
def test_equal_to_high_precision(text: str, u: float, v: list[float], d: int, k: int) -> None:
    env = {
        "u": np.array([[u]]),
        "v": np.array(v).reshape(3, 1),
        "d": np.array([[float(d)]]),
        "c": np.eye(3)[:, k : k + 1],
    }
    made = stable(parse(text), defined, lambda name: name == "d")
    for name in ("y", "p", "q", "h", "o", "z", "s"):
        env[name] = value(trees[name], env)
    with mpmath.workdps(DIGITS + 600):
        expected = by_mpmath(parse(text), {name: mpmath.matrix(x.tolist()) for name, x in env.items()})
        known = np.array([[float(expected[i, j]) for j in range(expected.cols)] for i in range(expected.rows)])
    assert value(made, env) == pytest.approx(known, rel=1e-12, abs=1e-290), source(made)


RULES = [(fn, *rule) for fn, row in FUNCTIONS.items() for rule in row.stable]


@each(("fn", "cancels", "made"), RULES)
def test_each_row_says_the_same_in_another_way(fn: str, cancels: str, made: str) -> None:
    u, d = np.array([[-1.3, 0.0, 0.4], [2.2, -0.6, 1.1]]), np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    plain = value(parse(cancels), {"y": value(parse(f"{fn}(u)"), {"u": u}), "d": d})
    assert value(parse(made), {"u": u, "d": d}) == pytest.approx(plain, rel=1e-12)
    rewritten = stable(parse(cancels), {"y": parse(f"{fn}(u)")}.get, lambda name: name == "d")
    assert value(rewritten, {"u": u, "d": d, "y": u * np.nan}) == pytest.approx(plain, rel=1e-12)


@each("text", ["log(1 - d)", "d - x", "1 - x", "log(x)", "1 - h", "sum(u) - h", "log(1 + u)"])
def test_the_same_tree_where_nothing_cancels(text: str) -> None:
    tree = parse(text)
    assert stable(tree, defined, lambda name: True) is tree


def test_names_that_define_each_other_end() -> None:
    tree = parse("log(a)")
    assert stable(tree, lambda name: Name("b" if name == "a" else "a")) is tree
