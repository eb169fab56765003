"""Shapes, and errors that name both shapes that do not fit."""

import pytest

from solver.errors import FormulaError
from solver.formula.parse import parse
from solver.formula.walks.shape import Shape, shape
from tests.tables import each

SHAPES: dict[str, Shape] = {"W": (2, 3), "x": (2, 1), "b": (3, 1), "s": (1, 1), "A": ("n", "K"), "v": ("n", 1)}


@each(
    ("formula", "expected"),
    [
        ("W.T @ x + b", (3, 1)),
        ("x @ b.T", (2, 3)),
        ("s*W", (2, 3)),
        ("W/s", (2, 3)),
        ("1 - b**2", (3, 1)),
        ("sum(W)", (1, 1)),
        ("tanh(b)", (3, 1)),
        ("leaky_relu(b, s)", (3, 1)),
        ("A.T @ v", ("K", 1)),
        ("v.T @ v", (1, 1)),
        ("max(0, b)", (3, 1)),
    ],
)
def test_shape(formula: str, expected: Shape) -> None:
    assert shape(parse(formula), SHAPES) == expected


@each(
    ("formula", "both"),
    [
        ("W @ x", ("2×3", "2×1")),
        ("x + b", ("2×1", "3×1")),
        ("x * b", ("2×1", "3×1")),
        ("x + x.T", ("2×1", "1×2")),
        ("b**x", ("3×1", "2×1")),
        ("A @ v", ("n×K", "n×1")),
        ("max(b, x)", ("3×1", "2×1")),
    ],
)
def test_misfit_names_both(formula: str, both: tuple[str, str]) -> None:
    with pytest.raises(FormulaError) as error:
        shape(parse(formula), SHAPES)
    assert all(s in error.value.message for s in both)


def test_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(FormulaError, match="not given") as error:
        shape(parse("WW @ x"), SHAPES)
    assert "'W'" in error.value.hint
