"""Bounds hold every value that operands within their intervals can give, and are not wastefully wide."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.formula.parse import parse
from solver.formula.walks.bounds import Interval, bounds, point
from solver.formula.walks.stages import staged
from solver.formula.walks.value import value
from solver.mark.judge.routes import rounded
from solver.mark.judge.second_look import or_rounded
from solver.rounding import Rounding
from tests.tables import each
from tests.trials import times

FORMULAS = [
    "W.T @ x + b",
    "tanh(W.T @ x + b)",
    "-d*log(p) - (1 - d)*log(1 - p)",
    "(W @ b) * x",
    "x @ b.T",
    "1 - x**2",
    "x**3 - 2*x**2",
    "1/p + x/p",
    "norm(x)/sum(p*p)",
    "max(x, 0.2) - min(b.T @ b, 0.3)*x",
    "2**p",
    "p**0.5",
    "p**-2",
    "abs(x) - sqrt(p)",
    "softmax(b)",
    "softmax_rows(W)",
    "det(W @ W.T)",
    "trace(W @ W.T)",
    "inv(eye(2) + x @ x.T)",
]


@pytest.mark.parametrize("formula", FORMULAS)
@settings(max_examples=times(8))
@given(seed=st.integers(0, 2**32 - 1), width=st.sampled_from([1e-3, 0.05, 0.5, 3.0]))
def test_every_value_lies_within(formula: str, seed: int, width: float) -> None:
    rng = np.random.default_rng(seed)
    middles = {
        "W": rng.normal(size=(2, 3)),
        "x": rng.normal(size=(2, 1)) * 2,
        "b": rng.normal(size=(3, 1)),
        "d": rng.uniform(size=(1, 1)),
        "p": rng.uniform(0.2, 0.8, size=(1, 1)),
    }
    widths = {k: np.full_like(v, min(width, 0.19) if k == "p" else width) for k, v in middles.items()}
    env = {k: Interval(v - widths[k], v + widths[k]) for k, v in middles.items()}
    env["d"] = point(middles["d"])
    found = bounds(parse(formula), env)
    assert np.all(found.low <= found.high + 1e-12)
    samples = {k: rng.uniform(v.low, v.high, size=(200, *v.low.shape)) for k, v in env.items()}
    for k in samples:  # the corners are where the extremes are
        samples[k][:100] = np.where(rng.integers(0, 2, samples[k][:100].shape), env[k].low, env[k].high)
    values = value(parse(formula), samples)
    slack = 1e-9 * (1 + np.abs(values))
    assert np.all(values >= found.low - slack)
    assert np.all(values <= found.high + slack)


@pytest.mark.parametrize("formula", [*FORMULAS[:6], "1/p + x/p", "softmax(b)", "sigmoid(x)*(1 - p)", "2**p"])
@settings(max_examples=times(8))
@given(seed=st.integers(0, 2**32 - 1), form=st.sampled_from([Rounding(2), Rounding(3), Rounding(3, figures=True)]))
def test_who_rounds_on_the_way_lies_within(formula: str, seed: int, form: Rounding) -> None:
    """Each line, or every intermediate result, or none; half up or to even; from any operands."""
    rng = np.random.default_rng(seed)
    env = {
        name: np.round(rng.uniform(0.2, 0.8, shape) if name == "p" else rng.normal(size=shape), 3)
        for name, shape in (("W", (2, 3)), ("x", (2, 1)), ("b", (3, 1)), ("d", (1, 1)), ("p", (1, 1)))
    }
    near = {name: Interval(x - 0.01, x + 0.01) for name, x in env.items()}
    found = bounds(parse(formula), near, partial(or_rounded, form))
    for every in (False, True):
        for even in (False, True):
            drawn = {name: rng.uniform(x.low, x.high) for name, x in near.items()}
            made = staged(parse(formula), drawn, lambda x, even=even: rounded(form, x, even), every)
            good = np.isfinite(made)
            assert np.all((made >= found.low - 1e-9)[good])
            assert np.all((made <= found.high + 1e-9)[good])


@each(
    ("formula", "low", "high"),
    [
        ("a + b", 0.0, 4.0),
        ("a - b", -4.0, 0.0),
        ("a*b", -3.0, 3.0),
        ("a**2", 0.0, 1.0),
        ("a**3", -1.0, 1.0),
        ("1/b", 1 / 3, 1.0),
        ("b/a", -np.inf, np.inf),
        ("sin(b)", np.sin(3.0), 1.0),
        ("cos(a)", np.cos(1.0), 1.0),
        ("abs(a)", 0.0, 1.0),
        ("log(a)", -np.inf, 0.0),
        ("-b", -3.0, -1.0),
        ("2*b", 2.0, 6.0),
    ],
)
def test_bounds_are_tight(formula: str, low: float, high: float) -> None:
    env = {"a": Interval(np.array([[-1.0]]), np.array([[1.0]])), "b": Interval(np.array([[1.0]]), np.array([[3.0]]))}
    found = bounds(parse(formula), env)
    assert (found.low.item(), found.high.item()) == pytest.approx((low, high))


def test_exact_operands_give_an_exact_value() -> None:
    env = {"W": point(np.eye(2)), "x": point(np.ones((2, 1)))}
    found = bounds(parse("tanh(W.T @ x) - 2*x"), env)
    assert found.exact
    assert np.array_equal(found.low, np.tanh(np.ones((2, 1))) - 2)


@each(
    ("formula", "a", "u", "low", "high"),
    [
        ("leaky_relu(u, a)", (0.1, 0.2), (-2.0, -2.0), -0.4, -0.2),
        ("leaky_relu(u, a)", (-0.2, 0.1), (-2.0, 1.0), -0.2, 1.0),
        ("elu(u, a)", (0.5, 1.0), (-1.0, -1.0), np.expm1(-1.0), 0.5 * np.expm1(-1.0)),
        ("max(u, a)", (0.5, 1.0), (-1.0, 2.0), 0.5, 2.0),
        ("greater(u, a)", (0.5, 1.0), (2.0, 3.0), 1.0, 1.0),
        ("greater(u, a)", (0.5, 1.0), (0.7, 3.0), 0.0, 1.0),
        ("huber(u, a)", (-1.0, 1.0), (1.0, 2.0), -2.5, 1.5),
        ("sign_or(u, a)", (0.5, 3.0), (-1.0, 1.0), -1.0, 3.0),
        ("u**a", (2.0, 3.0), (-2.0, -2.0), -np.inf, np.inf),
        ("u**a", (2.0, 3.0), (0.0, 2.0), 0.0, 8.0),
        ("softmax(vstack(100*u, a))[1]", (0.0, 0.0), (-1.0, 1.0), np.exp(-100), 1.0),
        ("softmax_rows(hstack(u, 100*a))[1, 1]", (0.0, 1.0), (0.0, 0.0), np.exp(-100), 0.5),
        ("log_softmax(vstack(100*u, a))[1]", (0.0, 0.0), (-10.0, -9.0), -1000.0, -900.0),
        ("log_softmax(vstack(100*u, a))[2]", (0.0, 0.0), (9.0, 10.0), -1000.0, -900.0),
    ],
)
def test_bounds_see_every_argument(
    formula: str, a: tuple[float, float], u: tuple[float, float], low: float, high: float
) -> None:
    env = {n: Interval(*(np.array([[end]]) for end in ends)) for n, ends in (("a", a), ("u", u))}
    found = bounds(parse(formula), env)
    assert (found.low.item(), found.high.item()) == pytest.approx((low, high))


def test_a_product_with_an_infinite_end_keeps_what_is_known() -> None:
    env = {"d": point(np.array([[0.0, 1.0]])), "y": Interval(np.array([[0.0], [0.5]]), np.array([[0.1], [0.6]]))}
    found = bounds(parse("d @ log(y)"), env)
    assert (found.low.item(), found.high.item()) == pytest.approx((np.log(0.5), np.log(0.6)))


def test_an_inverse_is_known_where_no_matrix_near_is_singular() -> None:
    found = bounds(
        parse("inv(A)"), {"A": Interval(np.array([[3.99, 1.99], [1.99, 3.99]]), np.array([[4.01, 2.01], [2.01, 4.01]]))}
    )
    assert (found.high - found.low).max() < 0.02
    wide = bounds(
        parse("inv(A)"), {"A": Interval(np.array([[0.9, 0.9], [0.9, 0.9]]), np.array([[1.1, 1.1], [1.1, 1.2]]))}
    )
    assert np.isinf(wide.low).all()
    assert np.isinf(wide.high).all()
