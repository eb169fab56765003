"""Values against an evaluation written independently, and batches against one at a time."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.errors import FormulaError
from solver.formula.functions import FUNCTIONS
from solver.formula.parse import parse
from solver.formula.tree import Bin, Call, Group, Name, Neg, Num, Transpose, Tree
from solver.formula.walks.value import finite, value
from tests.tables import each
from tests.trials import times

Rows = list[list[float]]

SCALARS = {
    "tanh": math.tanh,
    "sigmoid": lambda u: 1 / (1 + math.exp(-u)),
    "relu": lambda u: max(u, 0.0),
    "exp": math.exp,
    "sin": math.sin,
    "cos": math.cos,
    "softplus": lambda u: math.log(1 + math.exp(u)),
    "elu": lambda u: u if u > 0 else math.exp(u) - 1,
    "leaky_relu": lambda u: u if u > 0 else 0.01 * u,
    "gelu": lambda u: u * (1 + math.erf(u / math.sqrt(2))) / 2,
    "linear": lambda u: u,
    "step": lambda u: float(u > 0),
    "abs": abs,
    "ones": lambda u: 1.0,
}


def by_hand(tree: Tree, env: dict[str, Rows]) -> Rows:
    """The value in plain Python lists, rule by rule."""
    match tree:
        case Name(id=name):
            return env[name]
        case Num(text):
            return [[float(text)]]
        case Group(x):
            return by_hand(x, env)
        case Neg(x):
            return [[-c for c in row] for row in by_hand(x, env)]
        case Transpose(x):
            return [list(column) for column in zip(*by_hand(x, env), strict=True)]
        case Call("sum", (x,)):
            return [[math.fsum(c for row in by_hand(x, env) for c in row)]]
        case Call("softmax", (x,)):
            column = [math.exp(row[0]) for row in by_hand(x, env)]
            return [[e / sum(column)] for e in column]
        case Call(fn, (x,)):
            return [[SCALARS[fn](c) for c in row] for row in by_hand(x, env)]
        case Bin("@", a, b):
            left, right = by_hand(a, env), by_hand(b, env)
            return [
                [math.fsum(x * y for x, y in zip(row, col, strict=True)) for col in zip(*right, strict=True)]
                for row in left
            ]
        case Bin(op, a, b):
            left, right = by_hand(a, env), by_hand(b, env)
            height, width = max(len(left), len(right)), max(len(left[0]), len(right[0]))
            return [[joined(op, cell(left, i, j), cell(right, i, j)) for j in range(width)] for i in range(height)]
    raise TypeError(tree)


def cell(rows: Rows, i: int, j: int) -> float:
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows[i][j]


def joined(op: str, a: float, b: float) -> float:
    return {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else math.nan, "**": a**b if op == "**" else 0}[op]


@pytest.mark.parametrize(
    "formula",
    [
        "W.T @ x + b",
        "tanh(W.T @ x + b)",
        "-sum(x * x)",
        "softmax(W @ b)",
        "(W @ b) * x - 2*x",
        "x @ b.T",
        "1 - x**2",
        "elu(x) + leaky_relu(x) + softplus(x) + gelu(x)",
        "relu(x) * step(x) + abs(x)/4 + sin(x)*cos(x) + ones(x) + linear(x)",
        "(x.T @ x)**3 / 7",
    ],
)
@settings(max_examples=times(8))
@given(
    st.lists(st.lists(st.floats(-3, 3), min_size=3, max_size=3), min_size=2, max_size=2),
    st.lists(st.floats(-3, 3), min_size=2, max_size=2),
    st.lists(st.floats(-3, 3), min_size=3, max_size=3),
)
def test_agrees_with_plain_python(formula: str, w: Rows, x: list[float], b: list[float]) -> None:
    env = {"W": w, "x": [[v] for v in x], "b": [[v] for v in b]}
    got = value(parse(formula), {k: np.array(v) for k, v in env.items()})
    assert got == pytest.approx(np.array(by_hand(parse(formula), env)), rel=1e-12, abs=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_a_batch_is_each_student_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    env = {"W": rng.normal(size=(5, 2, 3)), "x": rng.normal(size=(5, 2, 1)), "b": rng.normal(size=(3, 1))}
    for formula in ("tanh(W.T @ x + b)", "softmax(W.T @ x)", "sum(x*x)/norm(b)", "x @ (W.T @ x).T", "mean(W)"):
        together = value(parse(formula), env)
        for i in range(5):
            alone = value(parse(formula), {k: v[i] if v.ndim == 3 else v for k, v in env.items()})
            assert np.allclose(together[i], alone, rtol=1e-14, atol=0)


@pytest.mark.parametrize("name", [n for n, row in FUNCTIONS.items() if isinstance(row.definition, str)])
@given(u=st.lists(st.floats(-4, 4), min_size=3, max_size=3))
def test_a_definition_computes_its_function(name: str, u: list[float]) -> None:
    row = FUNCTIONS[name]
    assert isinstance(row.definition, str)
    column = np.array(u)[:, None]
    for u_ in (column, np.hstack([column, column**2 - 1])):
        args = [u_]
        if len(row.params) > 1:  # between 0 and 1, where all of these functions have values
            args = [1 / (1 + np.exp(-np.roll(u_, k, axis=0) - k)) for k in range(len(row.params))]
        env = dict(zip(row.params, args, strict=True))
        assert value(parse(row.definition), env) == pytest.approx(row.code(*args), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", [n for n, row in FUNCTIONS.items() if row.derivative and row.least == 1])
@given(u=st.floats(0.1, 3), side=st.sampled_from([1, -1]))
def test_a_derivative_is_the_slope(name: str, u: float, side: int) -> None:
    row = FUNCTIONS[name]
    if row.domain in ("positive", "not negative"):
        side = 1
    if name in ("floor", "ceil") and abs(u - round(u)) < 1e-3:
        u += 0.01
    x, h = np.array([[side * u]]), 1e-6
    slope = (row.code(x + h) - row.code(x - h)) / (2 * h)
    a = float(row.defaults[-1]) if row.defaults else 0.0
    got = value(parse(row.derivative or ""), {"u": x, "y": row.code(x), "a": np.array([[a]])})
    assert got == pytest.approx(slope, rel=1e-5, abs=1e-6)


@each(
    ("formula", "what"),
    [
        ("log(z)", "log(0)"),
        ("log(n)", "log(-2)"),
        ("z/z", "0/0"),
        ("n/z", "division by 0"),
        ("exp(k)", "exp(1000)"),
        ("k**(k + 200)", "no value"),
        ("sqrt(n)", "sqrt(-2)"),
        ("n**0.5", "no value"),
        ("(k**100)*(k**100)", "overflow"),
        ("sum(L)", "overflow in sum(L)"),
        ("mean(L)", "overflow in mean(L)"),
        ("norm(L)", "overflow in norm(L)"),
        ("det(L)", "overflow in det(L)"),
        ("correlate(L, L)", "overflow in correlate(L, L)"),
        ("inv(0*L)", "inv(0*L) has no value"),
    ],
)
def test_names_the_operation_without_a_value(formula: str, what: str) -> None:
    env = {"z": np.zeros((1, 1)), "n": np.array([[-2.0]]), "k": np.array([[1000.0]])}
    env["L"] = np.array([[1.5e308, 1e308], [-1e308, 1.7e308]])
    with pytest.raises(FormulaError) as error:
        finite(parse(formula), env)
    assert what in error.value.message


def test_zero_times_log_zero_is_zero() -> None:
    env = {"d": np.array([[1.0]]), "y": np.array([[1.0]])}
    assert finite(parse("-d*log(y) - (1 - d)*log(1 - y)"), env) == 0


@each("formula", ["-d.T @ log(y)", "-sum(d*log(y))", "-sum_columns(log(y)*d)", "-(log(y).T @ d)"])
def test_zero_times_log_zero_is_zero_in_every_product(formula: str) -> None:
    env = {"d": np.array([[1.0], [0.0]]), "y": np.array([[1.0], [0.0]])}
    assert finite(parse(formula), env) == 0


def test_a_matrix_product_with_infinities_follows_the_same_rule() -> None:
    a, inf = np.array([[0.0, 2.0, -1.0]]), np.inf
    assert value(parse("a @ b"), {"a": a, "b": np.array([[inf], [1.0], [1.0]])}) == 1
    assert value(parse("a @ b"), {"a": a, "b": np.array([[-inf], [inf], [1.0]])}) == inf
    assert value(parse("a @ b"), {"a": a, "b": np.array([[-inf], [1.0], [inf]])}) == -inf
    assert np.isnan(value(parse("a @ b"), {"a": a, "b": np.array([[1.0], [inf], [inf]])}))
