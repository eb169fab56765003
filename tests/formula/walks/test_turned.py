"""Formulas in vectors that are rows have the same values, or the transposed ones."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from solver.formula.functions import FUNCTIONS
from solver.formula.parse import parse
from solver.formula.print.printer_text import TextPrinter
from solver.formula.source import source
from solver.formula.symbol import default_symbol
from solver.formula.tree import Bin, Call, Name, Neg, Num, Transpose, Tree, names
from solver.formula.walks.shape import shape
from solver.formula.walks.turned import Turning
from solver.formula.walks.value import value
from tests.formula.functions.quantities import SHAPES as QUANTITIES
from tests.formula.functions.quantities import drawn
from tests.tables import each

SHAPES = {"x": (2, 1), "u": (3, 1), "v": (3, 1), "W": (2, 3), "A": (3, 3), "a": (1, 1)}
ROWS = {"x", "u", "v"}


@each(
    ("formula", "row"),
    [
        ("W.T @ x + v", "x @ W + v"),
        ("tanh(W.T @ x + v)", "tanh(x @ W + v)"),
        ("W @ u", "u @ W.T"),
        ("x @ u.T", "x.T @ u"),
        ("x @ (u*v).T", "x.T @ (u*v)"),
        ("a*x", "a*x"),
        ("softmax(A @ u)", "softmax_rows(u @ A.T)"),
        ("-u.T @ log(v)", "-u @ log(v).T"),
        ("sum((u - v)**2)/2", "sum((u - v)**2)/2"),
        ("(W + x @ u.T).T @ x", "x @ (W + x.T @ u)"),
        ("x.T @ W @ u", "x @ W @ u.T"),
        ("sum_rows(x @ u.T).T @ x", "x @ sum_rows(x.T @ u)"),
        ("u[2]", "u[:, 2]"),
        ("vstack(x, u)", "hstack(x, u)"),
        ("flatten(W)", "flatten(W).T"),
        ("argmax(u) + norm(v)", "argmax(u) + norm(v)"),
    ],
)
def test_formulas_as_books_with_rows_have_them(formula: str, row: str) -> None:
    turning, tree = Turning(ROWS, SHAPES), parse(formula)
    made = turning.turned(tree) if shape(tree, SHAPES)[1] == 1 else turning.kept(tree)
    assert source(made) == row


def proven(tree: Tree, env: dict[str, np.ndarray], rows: set[str], shapes: dict[str, tuple[int, int]]) -> None:
    """Both forms have the value they ought to."""
    turning, turned = Turning(rows, shapes), {name: x.T if name in rows else x for name, x in env.items()}
    expected = value(tree, env)
    np.testing.assert_allclose(value(turning.kept(tree), turned), expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(value(turning.turned(tree), turned), expected.T, rtol=1e-9, atol=1e-12)


@each("example", [each for row in FUNCTIONS.values() for each in row.examples])
def test_every_function(example: str) -> None:
    """Its examples; and where one is of a matrix, the same of a column."""
    env, tree = drawn(1), parse(example)
    vectors = {"u", "Z"}
    proven(tree, env, vectors, QUANTITIES)
    column = parse(example.replace("X", "u"))
    try:
        shape(column, QUANTITIES)
    except Exception:  # it takes no column
        return
    proven(column, env, vectors, QUANTITIES)


LEAVES = [Name(name) for name in SHAPES] + [Num("2")]


@st.composite
def formulas(draw: st.DrawFn, depth: int = 4) -> Tree:
    """Any formula whose shapes fit: what does not fit is taken back."""
    made: Tree = draw(st.sampled_from(LEAVES))
    for _ in range(draw(st.integers(1, depth))):
        other = draw(st.sampled_from(LEAVES))
        kind = draw(
            st.sampled_from(["+", "-", "*", "@", "@ other", "T", "neg", "tanh", "sum", "sum_rows", "other.T @"])
        )
        tried: Tree = {
            "T": Transpose(made), "neg": Neg(made), "@ other": Bin("@", other, made),
            "other.T @": Bin("@", Transpose(other), made),
        }.get(kind) or (
            Call(kind, (made,)) if kind in FUNCTIONS else Bin(kind, made, other)  # type: ignore[arg-type]
        )  # fmt: skip
        try:
            shape(tried, SHAPES)
        except Exception:
            continue
        made = tried
    return made


@given(formulas(), st.integers(0, 9))
def test_any_formula(tree: Tree, seed: int) -> None:
    rng = np.random.default_rng(seed)
    env = {name: rng.normal(size=SHAPES[name]) for name in SHAPES}
    proven(tree, env, ROWS, SHAPES)
    assert set(names(Turning(ROWS, SHAPES).turned(tree))) == set(names(tree))


def test_no_row_is_changed_where_there_is_none() -> None:
    tree = parse("tanh(W.T @ x + v)")
    assert Turning((), SHAPES).kept(tree) == tree
    symbols = {name: default_symbol(name).shaped(SHAPES[name]) for name in SHAPES}
    assert TextPrinter(symbols).print(Turning((), SHAPES).kept(tree)) == "tanh(Wᵀ x + v)"
