"""A derivation in another chain's names is the one that its own chain would give."""

from __future__ import annotations

import pytest

from solver.errors import FormulaError
from solver.formula.calculus import alike
from solver.formula.calculus.alike import LONG, differentiate_alike
from solver.formula.calculus.differentiate import differentiate
from solver.formula.walks.shape import Shape, shape
from tests.equations import equation
from tests.equations import equations as definitions
from tests.tables import each

SHAPES: dict[str, Shape] = {"W": (2, 3), "W1": (2, 3), "x": (2, 1), "u": (2, 1), "d": (3, 1), "s": (1, 1), "#0": (1, 1)}
CHAINS = [
    ("u1 = W.T @ x; y = tanh(u1); J = sum((d - y)**2)/2", "u1 W x"),
    ("a1 = W1.T @ u; y_t7 = tanh(a1); J_t7 = sum((d - y_t7)**2)/2", "a1 W1 u"),
    ("u1 = W.T @ x; y = sigmoid(u1); z = relu(u1); J = sum(y*z) + s", "u1 s d"),
    ("y = softmax(W.T @ x); J = -sum(d*log(y))", "W"),
    ("p = softmax(W1.T @ u); J2 = -sum(d*log(p))", "W1 p"),
    ("h = tanh(W.T @ x + W1.T @ u); J = sum(h**2)", "W W1 x"),
]


@each(("equations", "by"), CHAINS)
@each("taken", [(), ("df1", "delta_h", "df_a1")])
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


STEPS = {
    "recurrent": "h{t} = tanh(U @ x{t} + W @ h{b} + c); y{t} = sigmoid(V @ h{t}); L{t} = -sum(d{t}*log(y{t}) + (1 - d{t})*log(1 - y{t}))",
    "slopes": "u{t} = U @ x{t} + W @ h{b}; h{t} = relu(u{t}); L{t} = sum((d{t} - V @ h{t})**2)/2",
    "gates": "f{t} = sigmoid(U @ x{t} + W @ h{b}); g{t} = leaky_relu(W @ h{b}); h{t} = f{t}*h{b} + (1 - f{t})*g{t}; L{t} = sum(h{t}*U @ x{t})",
    "logs": "h{t} = sigmoid(W @ h{b} + U @ x{t}); L{t} = -sum(log(h{t})*2) - sum(log(1 - h{t}))",
    "logs within": "h{t} = sigmoid(W @ h{b}); g{t} = tanh(W @ log(h{t}) + U @ x{t}); L{t} = sum(g{t}**2)",
    "shares": "h{t} = softmax(W @ h{b} + U @ x{t}); L{t} = -sum(d{t}*log(h{t}))",
    "variance": "m{t} = mean(h{b}); v{t} = mean((h{b} - m{t})**2); h{t} = (h{b} - m{t})/sqrt(v{t} + s) + U @ x{t}; L{t} = sum(h{t}**2)",
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("by", ["W U", "h0", "W h3 h7 x5 U", "W c V s L4 J"])
def test_a_long_chain_is_passed_through_as_a_short_one(step: str, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 12
    chain = [each for t in range(1, count + 1) for each in definitions(STEPS[step].format(t=t, b=t - 1))]
    chain.append(equation("J = " + " + ".join(f"L{t}" for t in range(1, count + 1))))
    shapes: dict[str, Shape] = {"U": (3, 2), "W": (3, 3), "V": (3, 3), "c": (3, 1), "s": (1, 1), "h0": (3, 1)}
    for t in range(1, count + 1):
        shapes |= {f"x{t}": (2, 1), f"d{t}": (3, 1)}
    for name, tree in chain:
        shapes[name] = shape(tree, shapes)
    sums = [(f"d{t}", "columns") for t in range(1, count + 1) if t != 9]  # one is no distribution
    args = (chain, "J", by.split(), shapes, sums, ("delta_h5", "grad_h2"))
    assert len(chain) > LONG or monkeypatch.setattr(alike, "LONG", 0) is None
    assert differentiate_alike(*args) == [made._replace(shares=()) for made in differentiate(*args)]
