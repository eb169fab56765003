"""The constructors of adjoints: short, and always of the same value as the plain formula."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.formula.calculus.adjoint import Shapes, add, join, matmul, minus, power, ratio, split, times, transpose
from solver.formula.parse import parse
from solver.formula.source import source
from solver.formula.tree import Bin, Neg, Transpose, Tree, walk
from solver.formula.walks.shape import shape
from solver.formula.walks.value import value
from tests.tables import each

SHAPES: Shapes = {"s": (1, 1), "t": (1, 1), "x": (2, 1), "z": (2, 1), "A": (2, 2), "B": (2, 2)}
Make = Callable[[Tree, Tree, Shapes], Tree]

SHORT: list[tuple[Make, str, str, str]] = [
    (times, "x", "2", "2*x"),
    (times, "-x", "z", "-x*z"),
    (times, "x", "s", "s*x"),
    (times, "2*x", "3*z", "6*x*z"),
    (times, "0.5*x", "0.02", "0.01*x"),
    (times, "x", "1/z", "x/z"),
    (times, "ones(x)", "z", "z"),
    (times, "s*ones(x)", "z", "s*z"),
    (times, "ones(x)/t", "z", "z/t"),
    (times, "A @ x", "z", "(A @ x)*z"),
    (times, "x", "0", "0"),
    (ratio, "x", "x", "ones(x)"),
    (ratio, "s", "s", "1"),
    (ratio, "-x", "s", "-(x/s)"),
    (ratio, "2*x", "4*s", "x/(2*s)"),
    (ratio, "x", "2", "x/2"),
    (ratio, "0*x", "s", "0"),
    (matmul, "2*A", "-x", "-2*(A @ x)"),
    (matmul, "eye(A)", "x", "x"),
    (matmul, "A", "eye(A)", "A"),
    (matmul, "(A @ B)", "x", "A @ B @ x"),
]


@each(("make", "a", "b", "short"), SHORT)
def test_short(make: Make, a: str, b: str, short: str) -> None:
    assert source(make(parse(a), parse(b), SHAPES)).replace("(-x)", "-x") in (short, short.replace("-x*z", "-(x*z)"))


@each(
    ("x", "expected"),
    [("A.T", "A"), ("A @ B", "B.T @ A.T"), ("-A", "-A.T"), ("2*A.T", "2*A"), ("s*A", "s*A.T"), ("A/s", "A.T/s")],
)
def test_transposes_move_inwards(x: str, expected: str) -> None:
    assert source(transpose(parse(x), SHAPES)) == expected


@each(
    ("terms", "expected"),
    [
        ("x", "x"),
        ("x, x", "2*x"),
        ("x, (x), -3*x", "-x"),
        ("x, -x", "0"),
        ("x, -z", "x - z"),
        ("s*x, s*x/2", "3*s*x/2"),
        ("2, 0*x, 3", "5"),
    ],
)
def test_like_terms_are_added(terms: str, expected: str) -> None:
    assert source(add([parse(t) for t in terms.split(",")], SHAPES)) == expected


def test_powers() -> None:
    assert [source(power(parse("x"), n)) for n in (0, 1, 2, -1, Fraction(1, 2))] == [
        "1",
        "x",
        "x**2",
        "x**(-1)",
        "x**(1/2)",
    ]


LEAVES = ["s", "t", "2", "0.3", "ones(s)", "1"]
SAME = {
    "scalar": LEAVES,
    "matrix": ["A", "B", "A.T", "eye(A)", "ones(A)", "s*A", "-B", "A/2", "A @ B", "(A - B)", "ones(B)*t", "A*B"],
}
ENV = {
    name: np.random.default_rng(i).uniform(0.3, 2, [int(n) for n in size])
    for i, (name, size) in enumerate(SHAPES.items())
}

trees = st.recursive(
    st.sampled_from(SAME["scalar"] + SAME["matrix"]).map(parse),
    lambda inner: st.one_of(
        st.builds(Neg, inner),
        st.builds(lambda x: Transpose(x), inner),
        st.builds(Bin, st.sampled_from(["*", "/", "-"]), inner, inner),
    ),
    max_leaves=6,
)


@given(a=trees, b=trees)
def test_a_constructor_never_changes_the_value(a: Tree, b: Tree) -> None:
    with np.errstate(all="ignore"):
        pairs = [
            (times(a, b, SHAPES), Bin("*", a, b)),
            (ratio(a, b, SHAPES), Bin("/", a, b)),
            (minus(a), Neg(a)),
            (transpose(a, SHAPES), Transpose(a)),
            (join(*split(a)), a),
        ]
        if shape(a, SHAPES) == shape(b, SHAPES):
            pairs += [(matmul(a, b, SHAPES), Bin("@", a, b)), (add([a, b, a], SHAPES), Bin("+", Bin("+", a, b), a))]
        for made, plain in pairs:
            expected = value(plain, ENV)
            if all(np.isfinite(value(node, ENV)).all() for node in walk(plain)):  # 0·∞ counts as 0
                got = np.broadcast_to(value(made, ENV), expected.shape)  # a plain 0 stands for zeros of any shape
                assert got == pytest.approx(expected, rel=1e-9, abs=1e-12), (source(made), source(plain))
