"""Central differences: right gradients pass, wrong ones do not, at kinks and at any size."""

from __future__ import annotations

import numpy as np

from solver.formula.calculus.check import MOST_CELLS, TOLERANCE, largest_difference
from solver.formula.calculus.differentiate import differentiate
from solver.formula.walks.shape import Shape, shape
from solver.formula.walks.value import value
from solver.rounding import Floats
from tests.equations import equations as definitions
from tests.tables import each


def checked(equations: str, given: dict[str, list[list[float]] | Floats], by: str, **wrong: Floats | float) -> float:
    """The largest difference of the derived gradients; `wrong` is added to some of them."""
    env: dict[str, Floats] = {name: np.array(v, dtype=float) for name, v in given.items()}
    start = dict(env)
    chain = definitions(equations)
    shapes: dict[str, Shape] = {name: (v.shape[0], v.shape[1]) for name, v in env.items()}
    for name, tree in chain:
        shapes[name] = shape(tree, shapes)
        env[name] = value(tree, env)
    for made in differentiate(chain, "J", by.split(), shapes, ()):
        env[made.name] = value(made.formula, env)
    gradients = {name: env[f"grad_{name}"] + wrong.get(name, 0.0) for name in by.split()}
    return largest_difference(chain, "J", gradients, start)


X: list[list[float]] = [[0.5], [-1.5]]

RIGHT = [
    ("J = sum(x**3)", {"x": X}),
    ("c = sum(step(x)); J = c*c", {"x": X}),
    ("J = sum(relu(x))", {"x": [[0.0], [1.0]]}),
    ("J = sum(tanh(2*relu(x)))", {"x": [[0.0], [-0.0]]}),
    ("h = leaky_relu(x); J = sum(h*h) + sum(h)", {"x": [[0.0], [1e-7]]}),
    ("J = sum(elu(relu(x)*3))", {"x": [[0.0], [2.0]]}),
    ("J = sum(max(0, x)) + sum(max(x, 2*x)) + sum(min(x, 0))", {"x": [[0.0], [1.0]]}),
    ("J = sum(abs(x))", {"x": [[0.0], [-3.0]]}),
    ("J = sum(step(x)*x) + sum(floor(x)) + sum(sign(x))", {"x": [[0.0], [1.0]]}),
    ("J = 1e9*sum(x) + 1e12", {"x": X}),
    ("J = 1e-9*sum(x**2)", {"x": X}),
    ("J = sum(x)", {"x": [[1e6], [1e-6]]}),
    ("J = sum(exp(20*x))", {"x": X}),
]


@each(("equations", "given"), RIGHT)
def test_a_right_gradient_passes(equations: str, given: dict[str, list[list[float]] | Floats]) -> None:
    assert checked(equations, given, "x") <= TOLERANCE


@each("error", [1e-3, -0.5])
@each("equations", ["J = sum(x**3)", "J = sum(sigmoid(x))", "y = 2*x; J = y.T @ y"])
def test_a_wrong_gradient_does_not(equations: str, error: float) -> None:
    assert checked(equations, {"x": X}, "x", x=np.array([[0.0], [error]])) > TOLERANCE


def test_a_wrong_gradient_that_is_small_is_found() -> None:
    """Vanishing gradients of 1e-3 with 1 % of error: wrong, though the difference is 1e-5."""
    assert checked("J = 1e-3*sum(x)", {"x": X}, "x", x=1e-5) > TOLERANCE


def test_a_wrong_slope_away_from_the_kink_is_found() -> None:
    assert checked("J = sum(relu(x))", {"x": [[0.5], [-0.5]]}, "x", x=np.array([[0.0], [1.0]])) > TOLERANCE


def test_quantities_in_mid_chain() -> None:
    equations = "u = A @ x; h = tanh(u); J = h.T @ h"
    given: dict[str, list[list[float]] | Floats] = {"A": [[1.0, 2.0], [0.5, -1.0]], "x": X}
    assert checked(equations, given, "h u x A J") <= TOLERANCE
    assert checked(equations, given, "h u x", u=0.01) > TOLERANCE


def test_of_many_cells_random_directions_are_compared() -> None:
    side = int(MOST_CELLS**0.5) + 4
    A = np.random.default_rng(0).uniform(-1, 1, (side, side))
    assert checked("J = sum(tanh(A)*A)", {"A": A}, "A") <= TOLERANCE
    assert checked("J = sum(tanh(A)*A)", {"A": A}, "A", A=0.01) > TOLERANCE


def test_a_gradient_that_is_no_number_does_not_pass() -> None:
    assert checked("J = norm(x)", {"x": [[0.0], [0.0]]}, "x") == float("inf")


@each(
    ("equations", "given", "by"),
    [
        ("J = cos((norm(y)**3)**3)", {"y": [[2.0], [3.0]]}, "y"),
        ("y = sigmoid(u); J = -log(1 - y)", {"u": [[30.0]]}, "y"),
        ("p = softmax(u); J = exp(20 + sum(p**2))", {"u": [[1.0], [2.0]]}, "u"),
        ("J = softplus(9*u) + 1e12", {"u": [[1.0]]}, "u"),
    ],
)
def test_complex_steps_confirm_what_central_differences_cannot(
    equations: str, given: dict[str, list[list[float]] | Floats], by: str
) -> None:
    assert checked(equations, given, by) <= TOLERANCE
    assert checked(equations, given, by, **{by: 1e13}) > TOLERANCE


def test_what_has_no_value_has_no_gradient() -> None:
    assert checked("J = log(0*q)", {"q": [[2.0]]}, "q") == np.inf
