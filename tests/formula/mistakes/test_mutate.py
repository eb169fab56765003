"""Every mistake makes of its own example what it says, and nothing that does not fit."""

import numpy as np

from solver.formula.mistakes.mutate import MISTAKES, mutations
from solver.formula.mistakes.surroundings import Surroundings
from solver.formula.parse import parse
from solver.formula.source import source
from solver.formula.tree import Name, Sum
from solver.formula.walks.shape import Shape, shape
from solver.formula.walks.value import value
from tests.tables import each

SCALARS = ("d", "y", "D1", "F1", "H1", "H2", "d1", "p1", "s1", "pos", "n", "m", "k", "P1", "P2", "p", "q", "mu", "v")
SHAPES: dict[str, Shape] = {
    "W": (3, 2), "W_t1": (3, 2), "A": (2, 2), "B": (2, 2), "g": (2, 1), "h": (3, 1), "u": (3, 1), "x": (3, 1),
    "b": (2, 1), "grad_u": (2, 1), "x_noisy": (3, 1), **dict.fromkeys(SCALARS, (1, 1)), **dict.fromkeys(("f1", "i1", "o1", "z1", "c1", "g1"), (2, 1)),
}  # fmt: skip
FORMULAS = {"h": "tanh(u)", "W_t1": "W - k*(x @ g.T)", "P1": "n*(m + 1)", "P2": "k*(n + 1)"}
DEFINITIONS = {name: parse(text) for name, text in FORMULAS.items()}
COUNTS = {
    "MACs for FLOPs", "bias not counted", "input size for output size", "stride ignored", "padding ignored",
    "padding on one side", "+ 1 left out", "all biases forgotten", "depth forgotten", "groups forgotten", "not rounded",
    "rounded the wrong way",
}  # fmt: skip


def around(whole: bool = False) -> Surroundings:
    shapes = {**SHAPES, "x": (2, 1)} if whole else SHAPES
    gates = dict.fromkeys(("f1", "i1", "o1", "z1"), 1)
    return Surroundings(
        shapes, DEFINITIONS, whole, {"W": "W_t1"}, {"H2": "H1"}, gates, {"grad_u", "g"}, {"x": "x_noisy"}
    )


def texts(formula: str, mistake: str, whole: bool = False) -> list[str]:
    return [source(tree).replace(" ", "") for name, tree in mutations(parse(formula), around(whole)) if name == mistake]


@each("name", MISTAKES)
def test_example(name: str) -> None:
    mistake = MISTAKES[name]
    surroundings = around(name in COUNTS)
    if name == "transpose mixed up":
        surroundings = Surroundings({**SHAPES, "x": (2, 1)})
    if "pool(u)" in mistake.before:
        surroundings = Surroundings({**SHAPES, "u": (4, 2)})
    made = [tree for mistaken, tree in mutations(parse(mistake.before), surroundings) if mistaken == name]
    rng = np.random.default_rng(1)
    env = {n: rng.uniform(0.1, 0.9, (int(r), int(c))) for n, (r, c) in surroundings.shapes.items()}
    expected = value(parse(mistake.after), env)
    assert any(np.allclose(value(tree, env), expected, rtol=1e-12) for tree in made), [source(t) for t in made]


@each("name", MISTAKES)
def test_said_in_one_line(name: str) -> None:
    said = MISTAKES[name].said
    assert 0 < len(said) < 90
    assert said.isprintable()
    assert not said.endswith(".")


TABLE = [
    # formula, mistake, what it becomes
    ("W.T @ x + b", "bias forgotten", ["W.T@x"]),
    ("W.T @ x + b", "transpose mixed up", []),  # 3×2 times 3×1 does not fit
    ("A @ g", "transpose mixed up", ["A.T@g"]),
    ("d - y", "bias forgotten", []),
    ("k*m + y", "bias forgotten", ["k*m"]),
    ("(W @ g)*(1 - h**2)", "f′(u) left out", ["(W@g)"]),
    ("(W @ g)*(1 - h**2)", "updated weights", ["(W_t1@g)*(1-h**2)"]),
    ("(W @ g)*x", "f′(u) left out", []),
    ("1 - h**2", "derivative taken of u", ["(1-u**2)"]),
    ("k*(d - y)**2", "factor 2 of the loss", ["2*(k*(d-y)**2)", "(k*(d-y)**2)/2"]),
    ("0.5*y", "factor 2 of the loss", ["y"]),
    ("W @ g", "factor 2 of the loss", []),
    ("tanh(u)", "activation left out", ["u"]),
    ("tanh(u)", "another activation", ["sigmoid(u)", "relu(u)"]),
    ("-y", "wrong sign", ["--y", "y"]),
    ("o1*tanh(c1)", "activation left out", []),  # a mistake of its own
    ("k*tanh(c1)", "tanh of the cell state left out", []),
    ("f1*c1 + i1*g1", "gates swapped", ["i1*c1+f1*g1"]),
    ("i1*g1", "gate mixed up", ["f1*g1", "o1*g1", "z1*g1"]),
    ("z1*c1 + (1 - z1)*g1", "1 − z for z", ["(1-z1)*c1+z1*g1"]),
    ("A/sqrt(k + 1)", "√d forgotten", []),
]


@each(("formula", "mistake", "expected"), TABLE)
def test_rule(formula: str, mistake: str, expected: list[str]) -> None:
    found = [text.replace("-(-y)", "--y") for text in texts(formula, mistake)]
    assert found == expected


COUNTED = [
    ("n*(m + 1)", "bias not counted", ["n*(m)"]),
    ("n*m + m", "bias not counted", ["n*m"]),
    ("n + m", "bias not counted", []),
    ("n*(D1/k*F1**2 + 1)", "bias not counted", ["n*(D1/k*F1**2)"]),
    ("n*D1*F1**2", "depth forgotten", ["n*F1**2"]),
    ("D1*F1*F1 + 1", "depth forgotten", ["F1*F1+1"]),
    ("n*(m + 1)", "depth forgotten", []),
    ("2*D1/k*F1**2*H2", "groups forgotten", ["2*D1*F1**2*H2"]),
    ("P1 + n", "all biases forgotten", ["(n*(m))+n"]),
    ("P1 + 2*P2", "all biases forgotten", []),
    ("ceil((H1 - F1)/s1) + 1", "rounded the wrong way", ["floor((H1-F1)/s1)+1"]),
    ("(H1 - 1)*s1 - 2*p1 + F1", "MACs for FLOPs", []),
    ("floor((H1 - F1 + 2*p1)/s1) + 1", "stride ignored", ["floor((H1-F1+2*p1))+1"]),
    ("floor((H1 - F1 + 2*p1)/s1) + 1", "padding ignored", ["floor((H1-F1)/s1)+1"]),
    ("floor((H1 - F1 + 2*p1)/s1) + 1", "bias not counted", []),
    ("2*F1**2*H2", "input size for output size", ["2*F1**2*H1"]),
    ("2*F1**2*H1", "input size for output size", []),  # no H0 on the page
]


@each(("formula", "mistake", "expected"), COUNTED)
def test_count(formula: str, mistake: str, expected: list[str]) -> None:
    assert texts(formula, mistake, whole=True) == expected


def test_every_mutant_has_the_shape() -> None:
    for formula in ("W.T @ x + b", "(W @ g)*(1 - h**2)", "A @ B @ g", "-(d - y)", "x @ g.T"):
        tree = parse(formula)
        for _, made in mutations(tree, around()):
            assert shape(made, SHAPES) == shape(tree, SHAPES)
            assert made != tree


def test_a_very_long_formula_is_left_alone() -> None:
    assert mutations(Sum((Name("y"),) * 300), around()) == []
