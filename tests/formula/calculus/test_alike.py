"""A derivation in another chain's names is the one that its own chain would give."""

from __future__ import annotations

import pytest

from solver.errors import FormulaError
from solver.formula.calculus.alike import differentiate_alike
from solver.formula.calculus.differentiate import differentiate
from solver.formula.walks.shape import Shape, shape
from tests.equations import equation
from tests.equations import equations as definitions

SHAPES: dict[str, Shape] = {"W": (2, 3), "W1": (2, 3), "x": (2, 1), "u": (2, 1), "d": (3, 1), "s": (1, 1), "#0": (1, 1)}
CHAINS = [
    ("u1 = W.T @ x; y = tanh(u1); J = sum((d - y)**2)/2", "u1 W x"),
    ("a1 = W1.T @ u; y_t7 = tanh(a1); J_t7 = sum((d - y_t7)**2)/2", "a1 W1 u"),
    ("u1 = W.T @ x; y = sigmoid(u1); z = relu(u1); J = sum(y*z) + s", "u1 s d"),
    ("y = softmax(W.T @ x); J = -sum(d*log(y))", "W"),
    ("p = softmax(W1.T @ u); J2 = -sum(d*log(p))", "W1 p"),
    ("h = tanh(W.T @ x + W1.T @ u); J = sum(h**2)", "W W1 x"),
]


@pytest.mark.parametrize(("equations", "by"), CHAINS)
@pytest.mark.parametrize("taken", [(), ("df1", "delta_h", "df_a1")])
def test_the_same_steps(equations: str, by: str, taken: tuple[str, ...]) -> None:
    chain = definitions(equations)
    shapes = dict(SHAPES)
    for name, tree in chain:
        shapes[name] = shape(tree, shapes)
    for distributions in ((), [("d", "columns")]):
        args = (chain, chain[-1][0], by.split(), shapes, distributions, taken)
        assert differentiate_alike(*args) == [made._replace(shares=()) for made in differentiate(*args)]


def test_a_name_that_is_taken_is_refused_in_the_chain_of_the_author() -> None:
    chain = [equation("J = sum(x**2)")]
    with pytest.raises(FormulaError, match="the gradient by x is called grad_x"):
        differentiate_alike(chain, "J", ["x"], {**SHAPES, "J": (1, 1)}, (), ("grad_x",))
