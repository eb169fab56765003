"""Derived formulas in the form a lecturer writes, and what could go wrong on the way there."""

from __future__ import annotations

import numpy as np
import pytest

from solver.errors import FormulaError
from solver.formula.calculus.differentiate import MOST_NODES, Derived, differentiate
from solver.formula.source import source
from solver.formula.tree import walk
from solver.formula.walks.shape import Shape, shape
from solver.formula.walks.value import value
from solver.rounding import Floats
from tests.equations import equations as definitions
from tests.tables import each

SHAPES: dict[str, Shape] = {
    **dict.fromkeys(("a", "b", "s", "t"), (1, 1)),
    **dict.fromkeys(("x", "z", "G", "u", "uu", "v", "d", "y0", "w"), (2, 1)),
    **dict.fromkeys(("A", "B"), (2, 2)),
    "D": (2, 3),
    "W": (2, 3),
}


def derive(equations: str, by: str, output: str = "J", **options: object) -> list[Derived]:
    chain = definitions(equations)
    shapes = dict(SHAPES)
    for name, tree in chain:
        shapes[name] = shape(tree, shapes)
    return differentiate(chain, output, by.split(), shapes, **options)  # type: ignore[arg-type]


def written(equations: str, by: str, output: str = "J", **options: object) -> list[str]:
    return [f"{made.name} = {source(made.formula)}" for made in derive(equations, by, output, **options)]


FORMS = [
    # one neuron, the known pairs, and what breaks them
    (
        "u1 = w.T @ x + b; y = sigmoid(u1); J = -s*log(y) - (1 - s)*log(1 - y)",
        "u1 w b",
        ["grad_u1 = -(s - y)", "grad_w = x @ grad_u1.T", "grad_b = grad_u1"],
    ),
    ("y = sigmoid(u); J = -sum(d*log(y) + (1 - d)*log(1 - y))", "u", ["grad_u = -(d - y)"]),
    ("y = sigmoid(u); J = 3*sum(-d*log(y) - (1 - d)*log(1 - y))", "u", ["grad_u = -3*(d - y)"]),
    ("y = softmax(u); J = -sum(d*log(y))", "u", ["grad_u = -(d - y)"]),
    ("y = softmax(u); J = -d.T @ log(y)", "u", ["grad_u = -(d - y)"]),
    (
        "y = softmax(u); J = -sum(d*log(y))",
        "u y",
        ["grad_y = -(d/y)", "grad_u = y*(grad_y - y.T @ grad_y)"],
    ),
    ("y = sigmoid(u); J = -sum(d*log(y) + (1 - d)*log(1 - y)) + t*norm(u)**2", "u", ["grad_u = 2*t*u - (d - y)"]),
    ("y = w.T @ x + b; J = (s - y)**2/2", "y w", ["grad_y = -(s - y)", "grad_w = x @ grad_y.T"]),
    # slopes are steps of their own, named after the argument
    ("h = tanh(u); J = sum(h)", "u", ["df = 1 - h**2", "grad_u = df"]),
    ("u1 = 2*x; h = tanh(u1); J = h.T @ z", "x", ["df1 = 1 - h**2", "grad_x = 2*z*df1"]),
    # one step where several names share an adjoint
    (
        "y = tanh(A @ x + z); J = sum(y)",
        "A x z",
        ["delta_y = 1 - y**2", "grad_A = delta_y @ x.T", "grad_x = A.T @ delta_y", "grad_z = delta_y"],
    ),
    # used more than once
    ("J = a*a", "a", ["grad_a = 2*a"]),
    ("J = a*b + a/b - a", "a", ["grad_a = b + 1/b - 1"]),
    ("h = a*b; J = h + a", "a h", ["grad_h = 1", "grad_a = 1 + grad_h*b"]),
    ("J = x.T @ x + x.T @ z", "x", ["grad_x = 2*x + z"]),
    ("J = sum(x - x)", "x", ["grad_x = 0*x"]),
    # a scalar spread over a matrix
    ("J = sum(a + A)", "a", ["grad_a = sum(ones(a + A))"]),
    ("J = sum(a*A*B)", "a", ["grad_a = sum(B*A)"]),
    ("J = sum(A/a)", "a", ["grad_a = -sum(A/a**2)"]),
    ("J = sum((a - x)**2)", "a", ["grad_a = 2*sum(a - x)"]),
    # division and powers
    ("J = a/b", "a b", ["grad_a = 1/b", "grad_b = -(a/b**2)"]),
    ("J = a**b", "a b", ["grad_a = b*a**(b - 1)", "grad_b = a**b*log(a)"]),
    ("J = a**-2", "a", ["grad_a = -2*a**(-3)"]),
    ("J = a**0.5", "a", ["grad_a = a**(-1/2)/2"]),
    ("J = a**2.0", "a", ["grad_a = 2*a"]),
    ("J = sum(x**0)", "x", ["grad_x = 0*x"]),
    ("J = 0.01*norm(W)**2", "W", ["grad_W = 0.02*W"]),
    # kinks, and functions of two arguments
    ("J = sum(max(0, x))", "x", ["grad_x = step(x)"]),
    ("J = sum(max(x, z))", "x z", ["grad_x = step(x - z)", "grad_z = 1 - step(x - z)"]),
    ("J = sum(min(x, 1))", "x", ["grad_x = step(1 - x)"]),
    ("J = sum(leaky_relu(x, a))", "a", ["grad_a = sum(x*(1 - step(x)))"]),
    ("h = leaky_relu(u, a); J = sum(h)", "a", ["grad_a = sum(u*(1 - step(u)))"]),
    # the output itself, what it does not depend on, and constants
    ("J = a**2", "J a", ["grad_J = 1", "grad_a = 2*a"]),
    ("J = a**2", "x", ["grad_x = 0*x"]),
    ("h = x*2; J = a**2", "h", ["grad_h = 0*h"]),
    ("J = sum(step(x)) + size(x)", "x", ["grad_x = 0*x"]),
    ("h = step(x); J = sum(h*z)", "z x", ["grad_z = h", "grad_x = 0*x"]),
    # nothing is derived beyond what is asked for
    ("h = tanh(u); J = sum(h*z)", "h", ["grad_h = z"]),
]


@each(("equations", "by", "expected"), FORMS)
def test_the_form_a_lecturer_writes(equations: str, by: str, expected: list[str]) -> None:
    assert written(equations, by) == expected


def test_many_columns_of_softmax_are_each_their_own() -> None:
    assert written("Y = softmax(D); J = sum(Y*W)", "D") == ["grad_D = Y*(W - sum_columns(Y*W))"]


# names that the rules, slopes and steps use themselves
CAPTURES = [
    ("y = softmax(G); u = y*z; J = sum(u*u)", "G z"),
    ("G = norm(u); y = G*u; J = sum(y*G)", "u G"),
    ("u = A @ x; y = leaky_relu(u, a); h = elu(u, a); J = sum(y*h)", "u a x"),
    ("h = tanh(u); g = sigmoid(u); J = sum(h*g)", "u"),
    ("h = tanh(u); g = tanh(u); J = sum(h*g)", "u h"),
    ("u1 = 2*x; uu1 = 3*x; v1 = u1*2; h = tanh(u1); g = tanh(uu1); k = tanh(v1); J = sum(h*g*k)", "x"),
    ("df = 2*u; h = tanh(u); J = sum(h*df)", "u"),
    ("u_v = 2*u; h = tanh(u_v); g = tanh(v); J = sum(h*g)", "u v"),
    ("delta_h = 2*x; h = tanh(A @ x + z); J = sum(h*delta_h)", "A x z"),
    ("grad_h = 2*x; h = A @ grad_h; J = h.T @ h", "x"),
    ("ones1 = x*x; y = exp(ones1); u = y/sum(y); J = log(sum(u*z))", "x z"),
    ("y = inv(A + B.T @ B); G = trace(y @ B); J = G*det(y)", "A B"),
    ("d = sigmoid(x); y = sigmoid(u); J = -sum(d*log(y) + (1 - d)*log(1 - y))", "x u"),
    ("y = softmax(u); J = -sum(z*log(y))", "u z"),
    ("y = sigmoid(s); J = -sum(x*log(y) + (1 - x)*log(1 - y))", "s"),
    ("y = sigmoid(u); L = -s*log(y) - (1 - s)*log(1 - y); J = sum(L*x)", "u"),
    ("y = sigmoid(s); L = -x*log(y) - (1 - x)*log(1 - y); J = sum(L)", "s"),
    ("Y = softmax(A); J = -sum(B*log(Y))", "A"),
]


@each(("equations", "by"), CAPTURES)
def test_gradients_whatever_the_names_are(equations: str, by: str) -> None:
    rng = np.random.default_rng(1)
    given: dict[str, Floats] = {n: rng.uniform(0.2, 0.9, s) for n, s in SHAPES.items()}
    chain = definitions(equations)

    def run(pushed: str = "", push: Floats | float = 0.0) -> dict[str, Floats]:
        env = {n: v + push if n == pushed else v for n, v in given.items()}
        for name, tree in chain:
            env[name] = value(tree, env) + (push if name == pushed else 0.0)
        return env

    env = run()
    made = derive(equations, by, distributions=())
    assert len({d.name for d in made} | set(env)) == len(made) + len(env)
    for step in made:
        env[step.name] = value(step.formula, env)
    for name in by.split():
        for cell in np.ndindex(*env[name].shape):
            push = np.zeros_like(env[name])
            push[cell] = 1e-5
            slope = (run(name, push)["J"] - run(name, -push)["J"]).item() / 2e-5
            assert env[f"grad_{name}"][cell] == pytest.approx(slope, rel=1e-6, abs=1e-8), (name, cell)


def test_softmax_keeps_its_short_form_only_for_probabilities() -> None:
    chain = "y = softmax(u); J = -sum(d*log(y))"
    assert written(chain, "u", distributions={("d", "columns")}) == ["grad_u = -(d - y)"]
    assert written(chain, "u", distributions=()) == ["grad_u = y*(-(d/y) + y.T @ (d/y))"]


@each("chain", ["h = A @ x; J = h", "J = x", "J = A"])
def test_only_a_scalar_has_gradients(chain: str) -> None:
    with pytest.raises(FormulaError, match=r"J is 2×[12], but only a scalar has a gradient"):
        derive(chain, "x")


def test_a_gradient_s_name_can_be_taken() -> None:
    with pytest.raises(FormulaError, match="the gradient by a is called grad_a, but that name is taken"):
        derive("grad_a = a*2; J = grad_a*a", "a")
    with pytest.raises(FormulaError, match="taken"):
        derive("J = a", "a", taken={"grad_a"})


@pytest.mark.parametrize("rule", ["h{0} = h{1}*sin(h{1})", "h{0} = h{1} + h{1}/(1 + h{1}**2)", "h{0} = A @ h{1}*h{1}"])
def test_shared_results_are_not_written_out_again(rule: str) -> None:
    """Forty results, each used twice by the next, would have 2⁴⁰ terms."""
    chain = "; ".join(["h0 = x", *(rule.format(k, k - 1) for k in range(1, 41)), "J = sum(h40)"])
    made = derive(chain, "x")
    assert sum(1 for d in made for _ in walk(d.formula)) < 100 * MOST_NODES


def test_a_long_chain_is_no_deep_tree() -> None:
    chain = "; ".join(["h0 = x", *(f"h{k} = A @ h{k - 1} + z" for k in range(1, 1500)), "J = sum(h1499)"])
    assert derive(chain, "A z x")[-1].name == "grad_x"


def test_kinks_are_named() -> None:
    by_name = {d.name: d.kinked for d in derive("h = relu(u); J = sum(h*abs(x))", "u x")}
    assert by_name == {"df": ("relu",), "grad_u": (), "grad_x": ("abs",)}
