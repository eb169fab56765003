"""Scalar algebra: derivatives against central differences, simplification that keeps values, equality both ways."""

import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.errors import FormulaError
from solver.formula.calculus.symbolic import agree, derivative, simplify
from solver.formula.parse import parse
from solver.formula.source import source
from solver.formula.walks.shape import Shape
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.tables import each
from tests.trials import times

MATH = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "abs": abs,
    "sign": lambda u: math.copysign(1.0, u),
    "sigmoid": lambda u: 1 / (1 + math.exp(-u)),
    "softplus": lambda u: math.log1p(math.exp(u)),
    "relu": lambda u: max(u, 0.0),
    "step": lambda u: float(u > 0),
    "Phi": lambda u: 0.5 * (1 + math.erf(u / math.sqrt(2))),
    "phi": lambda u: math.exp(-u * u / 2) / math.sqrt(2 * math.pi),
    "max": max,
}


def at(text: str, u: float) -> float:
    return float(eval(text, {"__builtins__": {}}, {**MATH, "u": u}))


@each(
    ("text", "shortest"),
    [
        ("u**3/3 + 2*u", "u**2 + 2"),
        ("3*u**2 - 2*u + 7", "2*(3*u - 1)"),
        ("u*sigmoid(u)", None),
        ("u*tanh(softplus(u))", None),
        ("u*Phi(u)", None),
        ("log(1 + exp(u))", None),
        ("1/(1 + exp(-u))", None),
        ("exp(-u**2)", None),
        ("u/(1 + abs(u))", None),
        ("relu(u)**2", None),
        ("sin(u)/u", None),
        ("sqrt(1 + u**2) - 1", "u/sqrt(1 + u**2)"),
        ("max(0, u)*u", None),
        ("5", "0"),
    ],
)
def test_derivatives(text: str, shortest: str | None) -> None:
    made = source(derivative(parse(text), "u"))
    for u in (-1.7, -0.4, 0.3, 1.1, 2.5):
        slope = (at(text, u + 1e-6) - at(text, u - 1e-6)) / 2e-6
        assert math.isclose(at(made, u), slope, rel_tol=1e-7, abs_tol=1e-8), (made, u)
    assert shortest is None or agree(parse(made), parse(shortest), {"u": (1, 1)})
    assert shortest is None or len(made) <= len(shortest)


def test_what_has_no_derivative() -> None:
    with pytest.raises(FormulaError):
        derivative(parse("elu(u, u) + nothing(u)"), "u")


@each(
    ("text", "short"),
    [("u + u", "2*u"), ("u*u - u**2 + 1", "1"), ("(u**2 - 1)/(u - 1)", "u + 1"), ("u/u", "1"), ("tanh(u)", "tanh(u)")],
)
def test_simplify(text: str, short: str) -> None:
    assert source(simplify(parse(text))) == short


@each(
    ("a", "b", "same"),
    [
        ("(a + b)**2", "a**2 + 2*a*b + b**2", True),
        ("sigmoid(a)", "1/(1 + exp(-a))", True),
        ("tanh(a)", "2*sigmoid(2*a) - 1", True),
        ("log(a*a)", "2*log(a)", True),
        ("abs(a)", "a", False),
        ("a - b", "b - a", False),
        ("a/b/c", "a/(b*c)", True),
        ("a**b", "exp(b*log(a))", True),
        ("a", "a + 0.001", False),
    ],
)
def test_equal_scalars(a: str, b: str, same: bool) -> None:
    shapes: dict[str, Shape] = dict.fromkeys("abc", (1, 1))
    assert agree(parse(a), parse(b), shapes) is same
    assert agree(parse(b), parse(a), shapes) is same


@each(
    ("a", "b", "same"),
    [
        ("x @ (d - y).T", "x @ d.T - x @ y.T", True),
        ("-2*(x @ (d - y).T)", "2*x @ (y - d).T", True),
        ("x @ (d - y).T", "((d - y) @ x.T).T", True),
        ("x @ (d - y).T", "(d - y) @ x.T", False),
        ("W.T @ x", "(x.T @ W).T", True),
        ("W @ d", "W @ y", False),
        ("norm(x)**2", "x.T @ x", True),
    ],
)
def test_equal_matrices(a: str, b: str, same: bool) -> None:
    shapes: dict[str, Shape] = {"x": ("n", 1), "d": ("K", 1), "y": ("K", 1), "W": ("n", "K")}
    assert agree(parse(a), parse(b), shapes) is same


FORMULAS = st.recursive(
    st.sampled_from(["u", "2", "0.5", "(u + 1)"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["tanh", "sigmoid", "sin", "exp"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
        inner.map(lambda t: f"({t})/(3 + sin(u))"),
    ),
    max_leaves=5,
)


@settings(max_examples=times(10))
@given(FORMULAS)
def test_shorter_never_means_different(text: str) -> None:
    made = source(simplify(parse(text)))
    for u in (-0.9, 0.2, 0.8):
        assert math.isclose(at(made, u), at(text, u), rel_tol=1e-9, abs_tol=1e-9)
    slope = source(derivative(parse(text), "u"))
    for u in (-0.9, 0.2, 0.8):
        difference = (at(text, u + 1e-6) - at(text, u - 1e-6)) / 2e-6
        assert math.isclose(at(slope, u), difference, rel_tol=1e-5, abs_tol=1e-6)


def test_functions_in_an_author_s_formulas() -> None:
    text = """
title: t
round: {decimals: 4}
given:
  family: formula
  quantities: {x: [1.0, -2.0]}
  activations: {swish: u*sigmoid(u)}
  formulas: [h = swish(x), s = swish(sum(x))]
parts: [{label: p}]
"""
    answers = solve_question(load_text(text).questions[0]).answers
    assert answers == {"p/h": [[0.7311], [-0.2384]], "p/s": -0.2689}


def test_sympy_is_imported_only_where_it_is_needed() -> None:
    code = "import sys, solver as s; s.solve('problems/q2.yaml'); s.solve('problems/q1.yaml'); print('sympy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
