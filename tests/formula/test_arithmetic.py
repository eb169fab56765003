"""What the floats leave of a sum that is 0 on paper is 0, and nothing else is."""

import numpy as np
import pytest

from solver.formula.arithmetic import matmul, settled
from solver.formula.parse import parse
from solver.formula.walks.value import value
from tests.tables import each


@each(
    ("formula", "expected"),
    [
        ("0.1 + 0.2 - 0.3", 0.0),
        ("(100.1 - 100 - 0.1)*1000000", 0.0),  # the noise is that of 100, not of 0.1
        ("3*0.1 - 0.3", 0.0),
        ("sum(x)", 0.0),
        ("mean(x)", 0.0),
        ("x.T @ w", 0.0),
        ("1 + 2**(-50) - 1", 2.0**-50),
        ("333333333333333.3 - 333333333333333", 0.3125),
        ("0.000000000000001 - 0.0000000000000004", 6e-16),
    ],
)
def test_noise_is_nothing(formula: str, expected: float) -> None:
    env = {"x": np.array([[0.1], [0.2], [-0.3]]), "w": np.ones((3, 1))}
    assert value(parse(formula), env).item() == pytest.approx(expected, rel=1e-9, abs=0)


def test_cells_settle_each_for_itself() -> None:
    a, b = np.array([[0.1 + 0.2, 1.0, np.inf]]), np.array([[-0.3, 1e-17, 1.0]])
    assert settled(a + b, [a, b]).tolist() == [[0.0, 1.0, np.inf]]
    assert np.isnan(settled(np.array([[np.nan, 1.0]]), [np.array([[1.0, 1.0]])])[0, 0])
    assert matmul(np.array([[0.1, 0.2, -0.3], [1, 1, 1]]), np.ones((3, 1))).tolist() == [[0.0], [3.0]]


def test_a_complex_step_is_no_noise() -> None:
    step = np.array([[1e-20j]])
    assert settled(step, [np.array([[1.0 + 0j]])]).item() == 1e-20j


def test_the_tail_of_a_normal_distribution_is_not_lost() -> None:
    assert value(parse("Phi(0 - 8.4)"), {}).item() == pytest.approx(2.2324e-17, rel=1e-4)
    assert value(parse("gelu(0 - 8.4)"), {}).item() == pytest.approx(-1.8752e-16, rel=1e-4)
