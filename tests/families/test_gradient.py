"""Symbolic gradients: the forms of the textbook, an oracle of numpy's own, both layouts, and every kind of bad input."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.errors import Problem, SpecError
from solver.formula.check import TOLERANCE
from solver.formula.parse import parse
from solver.formula.shape import Shape
from solver.render import json as json_format
from solver.render.document import document
from solver.render.markdown import render as markdown
from solver.solution import Solution
from solver.solving import solve, solve_question
from solver.spec import load_text
from solver.symbolic import equal

PROBLEMS = Path(__file__).parents[2] / "problems"

SYMBOLS = {
    "x": "n", "a": "n", "b": "n", "A": "n x n", "B": "n x n", "C": "m x n", "X": "n x m", "Y": "n x m", "y": "m",
    "z": "m", "c": "scalar", "s": "scalar",
}  # fmt: skip
SHAPES: dict[str, Shape] = {
    "x": ("n", 1), "a": ("n", 1), "b": ("n", 1), "A": ("n", "n"), "B": ("n", "n"), "C": ("m", "n"), "X": ("n", "m"),
    "Y": ("n", "m"), "y": ("m", 1), "z": ("m", 1), "c": (1, 1), "s": (1, 1),
}  # fmt: skip


def spec(J: str, by: list[str], formulas: list[str] | None = None, **more: Any) -> str:
    fields = {"family": "gradient", "symbols": SYMBOLS, "formulas": formulas or [], "J": J, "by": by, **more}
    return json.dumps({"title": "t", "given": fields, "parts": [{"label": "p"}]})


def solved(text: str) -> Solution:
    return solve_question(load_text(text).questions[0])


def gradients(J: str, by: list[str], formulas: list[str] | None = None, **more: Any) -> list[str]:
    """The answers, each checked against central differences made here."""
    solution = solved(spec(J, by, formulas, **more))
    (part,) = solution.parts
    assert part.checked is not None
    assert part.checked <= TOLERANCE
    answers = list(solution.answers.values())
    numerator = more.get("layout") == "numerator"
    for sizes in ({"n": 3, "m": 2}, {"n": 1, "m": 4}, {"n": 2, "m": 2}):
        for name, answer in zip(by, answers, strict=True):
            compare(J, name, formulas or [], answer, sizes, numerator)
    return answers


# -- an oracle that shares nothing with the solver but Python's syntax ---------------------------------------------------


def softmax(u: Any) -> Any:
    return np.exp(u) / np.exp(u).sum(axis=0, keepdims=True)


NUMPY = {
    "sigmoid": lambda u: 1 / (1 + np.exp(-u)),
    "softmax": softmax,
    "tanh": np.tanh,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "abs": np.abs,
    "sign": np.sign,
    "sum": lambda u: np.array([[u.sum()]]),
    "mean": lambda u: np.array([[u.mean()]]),
    "size": lambda u: np.array([[float(u.size)]]),
    "norm": lambda u: np.array([[np.sqrt((u * u).sum())]]),
    "trace": lambda u: np.array([[np.trace(u)]]),
    "det": lambda u: np.array([[np.linalg.det(u)]]),
    "inv": np.linalg.inv,
    "eye": lambda u: np.eye(len(u)),
    "ones": np.ones_like,
    "relu": lambda u: np.maximum(u, 0),
    "step": lambda u: (u > 0).astype(float),
    "softplus": lambda u: np.log1p(np.exp(u)),
}


def run(text: str, env: dict[str, Any]) -> Any:
    return eval(text, {"__builtins__": {}}, {**NUMPY, **env})


def forward(J: str, formulas: list[str], env: dict[str, Any], pushed: str = "", push: Any = 0) -> tuple[Any, Any]:
    """The output, and the value of everything; one quantity may be pushed where it arises."""
    env = {**env, **({pushed: env[pushed] + push} if pushed in env else {})}
    for formula in formulas:
        name, _, text = formula.partition("=")
        env[name.strip()] = run(text.strip(), env) + (push if name.strip() == pushed else 0)
    return run(J, env), env


def compare(J: str, by: str, formulas: list[str], answer: str, sizes: dict[str, int], numerator: bool) -> None:
    rng = np.random.default_rng(7)
    env = {
        name: rng.uniform(0.2, 0.8, [sizes.get(str(size), size) for size in shape]) for name, shape in SHAPES.items()
    }
    env["A"] = env["A"] + 2 * np.eye(sizes["n"])
    env["b"] = env["b"] / env["b"].sum()  # the desired outputs of softmax
    output, values = forward(J, formulas, env)
    if np.abs(output) > 1e3:
        return  # too large for differences of 1e-5 to tell
    found = run(answer, {**values, "J": output})
    found = np.asarray(found).T if numerator else np.asarray(found)
    gradient = np.broadcast_to(found, values[by].shape)
    for index in np.ndindex(values[by].shape):
        push = np.zeros(values[by].shape)
        push[index] = 1e-5
        above, _ = forward(J, formulas, env, by, push)
        below, _ = forward(J, formulas, env, by, -push)
        slope = float(np.squeeze(above - below)) / 2e-5
        assert np.isclose(gradient[index], slope, rtol=1e-5, atol=1e-6), (J, by, answer)


# -- the forms of the textbook ------------------------------------------------------------------------------------------

IDENTITIES = [
    # linear and bilinear forms
    ("a.T @ x", "x", "a"),
    ("x.T @ a", "x", "a"),
    ("sum(a*x)", "x", "a"),
    ("c*a.T @ x", "x", "c*a"),
    ("a.T @ A @ x", "x", "A.T @ a"),
    ("a.T @ A @ x", "a", "A @ x"),
    ("a.T @ A @ b", "A", "a @ b.T"),
    ("a.T @ A.T @ b", "A", "b @ a.T"),
    ("a.T @ X @ y", "X", "a @ y.T"),
    ("y.T @ X.T @ a", "X", "a @ y.T"),
    ("y.T @ C @ A @ x", "C", "y @ x.T @ A.T"),
    ("y.T @ C @ A @ x", "A", "C.T @ y @ x.T"),
    # quadratic forms and squares
    ("x.T @ x", "x", "2*x"),
    ("sum(x**2)", "x", "2*x"),
    ("norm(x)**2", "x", "2*x"),
    ("x.T @ A @ x", "x", "A @ x + A.T @ x"),
    ("x.T @ A @ x", "A", "x @ x.T"),
    ("x.T @ A.T @ A @ x", "x", "2*(A.T @ A @ x)"),
    ("x.T @ A.T @ A @ x", "A", "2*(A @ x @ x.T)"),
    ("(x - a).T @ (x - a)", "x", "2*(x - a)"),
    ("(a - x).T @ (a - x)", "x", "-2*(a - x)"),
    ("(x - a).T @ A @ (x - a)", "x", "A @ (x - a) + A.T @ (x - a)"),
    ("norm(C @ x - y)**2", "x", "2*(C.T @ (C @ x - y))"),
    ("norm(C @ x - y)**2", "C", "2*((C @ x - y) @ x.T)"),
    ("norm(y - C @ x)**2", "y", "2*(y - C @ x)"),
    ("norm(y - C @ x)**2 + c*norm(x)**2", "x", "-2*(C.T @ (y - C @ x)) + 2*c*x"),
    ("sum((x - a)**2)/2", "x", "x - a"),
    ("mean((x - a)**2)", "x", "2*(x - a)/size(x)"),
    ("a.T @ (x*x)", "x", "2*a*x"),
    ("x.T @ A @ x/2 - b.T @ x", "x", "(A @ x + A.T @ x)/2 - b"),
    # norms
    ("norm(x)", "x", "x/norm(x)"),
    ("norm(x - a)", "x", "(x - a)/norm(x - a)"),
    ("norm(X)**2", "X", "2*X"),
    ("norm(X)", "X", "X/norm(X)"),
    ("sum(abs(x))", "x", "sign(x)"),
    ("c*sum(abs(X))", "X", "c*sign(X)"),
    ("c*sum(abs(x)) + s*norm(x)**2", "x", "c*sign(x) + 2*s*x"),
    ("norm(x)**3", "x", "3*norm(x)*x"),
    # traces
    ("trace(A)", "A", "eye(A)"),
    ("trace(C @ X)", "X", "C.T"),
    ("trace(X @ C)", "X", "C.T"),
    ("trace(X.T @ Y)", "X", "Y"),
    ("trace(A @ X @ C)", "X", "A.T @ C.T"),
    ("trace(X.T @ X)", "X", "2*X"),
    ("trace(X @ X.T)", "X", "2*X"),
    ("trace(X.T @ A @ X)", "X", "A @ X + A.T @ X"),
    ("trace(A @ A)", "A", "2*A.T"),
    ("trace(A @ B @ A)", "A", "(A @ B).T + (B @ A).T"),
    ("trace(X.T @ Y)", "Y", "X"),
    # determinants and inverses
    ("det(A)", "A", "det(A)*inv(A).T"),
    ("log(det(A))", "A", "inv(A).T"),
    ("det(A)**2", "A", "2*det(A)**2*inv(A).T"),
    ("1/det(A)", "A", "-inv(A).T/det(A)"),
    ("trace(inv(A))", "A", "-(inv(A).T @ inv(A).T)"),
    ("a.T @ inv(A) @ b", "A", "-(inv(A).T @ a @ b.T @ inv(A).T)"),
    ("trace(inv(A) @ B)", "A", "-(inv(A).T @ B.T @ inv(A).T)"),
    ("trace(inv(A) @ B)", "B", "inv(A).T"),
    ("det(A @ B)", "A", "det(A @ B)*inv(A).T"),
    # elementwise functions
    ("sum(log(x))", "x", "1/x"),
    ("sum(exp(x))", "x", "exp(x)"),
    ("sum(x*log(x))", "x", "log(x) + 1"),
    ("sum(sqrt(x))", "x", "1/(2*sqrt(x))"),
    ("sum(a/x)", "x", "-a/x**2"),
    ("sum(x/a)", "x", "1/a"),
    ("sum(tanh(x))", "x", "1 - tanh(x)**2"),
    ("sum(sigmoid(x))", "x", "sigmoid(x)*(1 - sigmoid(x))"),
    ("a.T @ sin(x)", "x", "a*cos(x)"),
    ("sum(softplus(x))", "x", "sigmoid(x)"),
    ("sum(x**3)", "x", "3*x**2"),
    ("sum(exp(C @ x))", "x", "C.T @ exp(C @ x)"),
    ("log(sum(exp(x)))", "x", "softmax(x)"),
    ("sum(relu(x - a))", "x", "step(x - a)"),
    # scalars
    ("c*x.T @ x", "c", "x.T @ x"),
    ("norm(c*x - a)**2", "c", "2*(x.T @ (c*x - a))"),
    ("sum(x)**2", "x", "2*sum(x)*ones(x)"),
    ("(a.T @ x - c)**2", "x", "2*(a.T @ x - c)*a"),
    ("x.T @ A @ x/(x.T @ x)", "A", "x @ x.T/(x.T @ x)"),
    ("sum(x)/n", "x", "ones(x)/n"),
]


@pytest.mark.parametrize(("J", "by", "expected"), IDENTITIES, ids=lambda v: v)
def test_matrix_calculus(J: str, by: str, expected: str) -> None:
    if J.endswith("/n"):
        (answer,) = solved(spec(J, [by])).answers.values()
        assert equal(parse(answer), parse(expected), {**SHAPES, "n": (1, 1)})
        return
    (answer,) = gradients(J, [by])
    assert equal(parse(answer.replace("J", f"({J})")), parse(expected), SHAPES), answer
    (turned,) = gradients(J, [by], layout="numerator")
    assert equal(parse(f"({turned.replace('J', f'({J})')}).T"), parse(expected), SHAPES), turned


def test_there_are_sixty_identities() -> None:
    assert len(IDENTITIES) >= 60


@pytest.mark.parametrize(
    ("J", "by", "answer"),
    [
        ("x.T @ A @ x", "x", "A @ x + A.T @ x"),
        ("x.T @ A.T @ A @ x", "x", "2*(A.T @ A @ x)"),
        ("log(det(A))", "A", "inv(A).T"),
        ("det(A)", "A", "J*inv(A).T"),
        ("norm(x)", "x", "x/J"),
        ("trace(C @ X)", "X", "C.T"),
        ("c*sum(abs(x)) + s*norm(x)**2", "x", "c*sign(x) + 2*s*x"),
        ("norm(y - C @ x)**2", "x", "-2*(C.T @ (y - C @ x))"),
        ("sum((x - a)**2)/2", "x", "x - a"),
        ("c*x.T @ x", "c", "x.T @ x"),
        ("(a.T @ x - c)**2/2", "x", "(a.T @ x - c)*a"),
        ("sum(log(x))", "x", "1/x"),
    ],
)
def test_short_forms(J: str, by: str, answer: str) -> None:
    (found,) = gradients(J, [by])
    assert found.removeprefix("(").removesuffix(")") == answer.removeprefix("(").removesuffix(")")


LAYER = ["u = C @ x + y", "h = tanh(u)"]


@pytest.mark.parametrize(
    ("J", "formulas", "by", "answers"),
    [
        ("norm(z - h)**2", LAYER, ["C", "y"], None),
        ("z.T @ h", ["h = sigmoid(C @ x + y)"], ["C", "x", "y"], None),
        ("-sum(z*log(h) + (1 - z)*log(1 - h))", ["u = C @ x", "h = sigmoid(u)"], ["C"], ["-((z - h) @ x.T)"]),
        ("-sum(z*log(h) + (1 - z)*log(1 - h)) + c*norm(C)**2", ["h = sigmoid(C @ x)"], ["C"], ["-((z - h) @ x.T) + 2*c*C"]),
        ("-sum(b*log(h))", ["u = A @ x", "h = softmax(u)"], ["A"], ["-((b - h) @ x.T)"]),
        ("-sum(b*log(h))", ["u = A @ x", "h = softmax(u)"], ["A", "h"], None),
        ("-sum(b*log(h))", ["u = A @ x", "h = softmax(u)"], ["b"], ["-log(h)"]),
        ("norm(v)**2", ["h = tanh(A @ x)", "k = tanh(A @ h)", "v = k - a"], ["A", "x"], None),
        ("e.T @ e/2 + c*sum(abs(x))", ["e = y - C @ x"], ["x"], ["-(C.T @ e) + c*sign(x)"]),
        ("norm(h)**2", ["h = a*x + x*x"], ["x", "a"], None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("layout", ["denominator", "numerator"])
def test_chains(J: str, formulas: list[str], by: list[str], answers: list[str] | None, layout: str) -> None:
    found = gradients(J, by, formulas, layout=layout)
    if answers and layout == "denominator":
        assert found == answers


def test_the_exam_s_question() -> None:
    answers = solve(PROBLEMS / "q1.yaml").answers
    assert {key: answer for key, answer in answers.items() if key.startswith("b.")} == {
        "b.i/grad_y": "-2*(d - y)",
        "b.i/grad_W": "-2*(x @ (d - y).T)",
        "b.i/grad_b": "-2*(d - y)",
        "b.ii/grad_W": "-2*(x @ (d - y).T) + 2*beta*W",
        "b.ii/grad_b": "-2*(d - y)",
    }


# -- the working --------------------------------------------------------------------------------------------------------


def lines(J: str, by: list[str], formulas: list[str] | None = None, **more: Any) -> dict[str, list[str]]:
    made = json_format.question(solved(spec(J, by, formulas, **more)))
    return {step["name"]: step["lines"] for part in made["parts"] for step in part["steps"]}


def test_each_line_names_its_rule_and_its_shapes() -> None:
    found = lines("(z - h).T @ (z - h) + c*norm(C)**2", ["C"], ["h = C @ x"])
    assert found["grad_h"][0].endswith("(derivative of a sum of squares, by the product rule)")
    assert found["grad_h"][1].endswith("(like terms added; m×1, the shape of h)")
    assert found["grad_C"] == [
        "C x → ∇_h J xᵀ   (chain rule through h; derivative of a matrix product; m×1 times 1×n)",
        "c · ‖C‖² → 2 · c · C   (derivative of a squared norm)",
        "∇_C J = ∇_h J xᵀ + 2 · c · C   (the sum of these)",
        "= -2 · (z - h) xᵀ + 2 · c · C   (the gradient by h put in; m×n, the shape of C)",
    ]


@pytest.mark.parametrize(
    ("J", "by", "rule"),
    [
        ("x.T @ A @ x", "x", "derivative of a quadratic form"),
        ("c*x.T @ x", "x", "derivative of a sum of squares"),
        ("a.T @ x", "x", "derivative of a linear form"),
        ("a.T @ A @ b", "A", "derivative of a bilinear form"),
        ("trace(C @ X)", "X", "derivative of a trace"),
        ("det(A)", "A", "derivative of a determinant"),
        ("norm(x)", "x", "derivative of a norm"),
        ("sum(x**2)", "x", "derivative of a sum of squares"),
        ("sum(abs(x))", "x", "derivative of a sum of absolute values"),
        ("sum(tanh(x))", "x", "derivative of tanh, elementwise"),
        ("c**3", "c", "power rule"),
        ("s/c", "c", "quotient rule"),
        ("sum(x*exp(x))", "x", "product rule"),
    ],
)
def test_rules(J: str, by: str, rule: str) -> None:
    assert rule in " ".join(lines(J, [by])[f"grad_{by}"])


def test_layouts_are_said_and_shapes_turned() -> None:
    text = markdown(document("t", [solved(spec("norm(C @ x - y)**2", ["C", "x"], layout="numerator"))]))
    assert "In numerator layout" in text
    assert "n×m, the transposed shape of C" in text
    assert "checked by central differences: largest difference" in text
    assert "In denominator layout" in markdown(document("t", [solved(spec("a.T @ x", ["x"]))]))


def test_what_j_does_not_depend_on() -> None:
    solution = solved(spec("a.T @ x + sum(sign(b))", ["x", "y", "b"]))
    assert solution.answers == {"p/grad_x": "a", "p/grad_y": "0", "p/grad_b": "0"}
    assert solution["p/grad_y"].item.why == "{J} does not depend on {y}"  # type: ignore[union-attr]
    assert "in steps only" in solution["p/grad_b"].item.why  # type: ignore[union-attr]


def test_parts_share_what_is_derived() -> None:
    fields = {
        "family": "gradient",
        "symbols": SYMBOLS,
        "formulas": ["h = C @ x"],
        "J": "norm(z - h)**2",
        "by": ["h", "C"],
    }
    parts = [{"label": "a", "find": "grad_h"}, {"label": "b", "find": "gradients"}, {"label": "c", "find": "J"}]
    solution = solved(json.dumps({"title": "t", "given": fields, "parts": parts}))
    assert [s.name for s in solution.parts[0].steps] == ["h", "J", "grad_h"]
    assert [s.name for s in solution.parts[1].uses] == ["h", "J"]
    assert solution.answers["c/J"] == "norm(z - h)**2"
    assert markdown(document("t", [solution]))


def test_another_name_for_j_and_sizes_as_numbers() -> None:
    text = """
title: t
given:
  family: gradient
  symbols: {w: 3, V: 3x2, v: 2 x 1, r: 1 x 3, q: scalar}
  J: E = w.T @ V @ v + r @ w + q/3
  by: [w, V, r, q]
parts: [{label: p}]
"""
    solution = solved(text)
    assert solution.answers == {"p/grad_w": "V @ v + r.T", "p/grad_V": "w @ v.T", "p/grad_r": "w.T", "p/grad_q": "1/3"}
    assert solution["p/grad_w"].symbol.base == "E"


# -- an author's own functions ------------------------------------------------------------------------------------------


def test_activations_are_written_out() -> None:
    more = {"activations": {"swish": "u*sigmoid(u)", "double": "swish(2*u)"}}
    solution = solved(spec("sum(h)", ["x"], ["h = double(C @ x)"], **more))
    (answer,) = solution.answers.values()
    expected = "C.T @ (2*sigmoid(2*(C @ x)) + 4*(C @ x)*sigmoid(2*(C @ x))*(1 - sigmoid(2*(C @ x))))"
    assert equal(parse(answer), parse(expected), SHAPES)
    with pytest.raises(SpecError):
        solved(spec("sum(swish(x))", ["x"]))  # no function leaks into another question


def test_an_activation_s_derivative() -> None:
    fields = json.loads(spec("sum(swish(x))", ["x"], activations={"swish": "u*sigmoid(u)"}))
    fields["parts"][0]["find"] = ["dswish"]
    (answer,) = solved(json.dumps(fields)).answers.values()
    assert equal(parse(answer), parse("sigmoid(u) + u*sigmoid(u)*(1 - sigmoid(u))"))


# -- bad input, each at its place ---------------------------------------------------------------------------------------


def problems(text: str) -> list[Problem]:
    with pytest.raises(SpecError) as caught:
        solved(text)
    return caught.value.problems


def outcome(text: str) -> tuple[list[str], list[Problem]]:
    """The answers, or the problems."""
    try:
        return list(solved(text).answers.values()), []
    except SpecError as error:
        return [], error.problems


BAD = """title: t
given:
  family: gradient
  symbols: {{x: n, W: n x K, b: K, s: scalar{more}}}
  formulas:
    - {formula}
  J: {J}
  by: {by}
parts: [{{label: p}}]
"""


@pytest.mark.parametrize(
    ("change", "line", "column", "message"),
    [
        ({"J": "y"}, 7, 6, "J is K×1, but only a scalar has a gradient"),
        ({"J": "W.T @ b"}, 7, 6, "shapes K×n and K×1 do not fit in W.T @ b"),
        ({"formula": "y = W @ x"}, 6, 7, "shapes n×K and n×1 do not fit in W @ x"),
        ({"formula": "y = W.T @ x + xx"}, 6, 21, "'xx' is neither a symbol nor defined above"),
        ({"formula": "y = W.T @ sigmod(x)"}, 6, 17, "unknown function 'sigmod'"),
        ({"formula": "x = W.T @ x", "J": "sum(b)"}, 6, 7, "'x' is defined twice"),
        ({"formula": "W.T @ x", "J": "sum(b)"}, 6, 7, "'W.T @ x' does not define a name"),
        ({"formula": "2y = s", "J": "sum(b)"}, 6, 7, "'2y' cannot be a name"),
        ({"formula": "y = y + b"}, 6, 11, "'y' is neither a symbol nor defined above"),
        ({"by": "[V]"}, 8, 8, "'V' is nothing to differentiate by"),
        ({"by": "[W, J]"}, 8, 11, "'J' is nothing to differentiate by"),
        ({"by": "[W, b, W]"}, 8, 14, "'W' stands twice in by"),
        ({"by": "[n]"}, 8, 8, "'n' is nothing to differentiate by"),
        ({"J": "det(W)"}, 7, 6, "det of a n×K matrix in det(W)"),
        ({"more": ", t: n by m"}, 4, 46, "'n by m' is no shape of t"),
        ({"more": ", t: 0 x 3"}, 4, 46, "t has a size of 0"),
        ({"more": ", t: 100000"}, 4, 46, "t has a size of 100000"),
        ({"more": ", t: nxK"}, 4, 46, "'nxK' is no shape of t"),
        ({"more": ", n: K"}, 4, 46, "'n' is a symbol and a size, of W"),
        ({"more": ", sum: n"}, 4, 46, "'sum' is a function"),
        ({"more": ", t-1: n"}, 4, 46, "'t-1' cannot be a name"),
        ({"J": "log(-exp(s)) + sum(y)"}, 7, 6, "J and its gradients have no values to check them by"),
        ({"J": "__import__('os')"}, 7, 6, "unknown function '__import__'"),
        ({"J": "s.real"}, 7, 6, "'s.real' is not part of the formula language"),
        ({"J": "s**s**"}, 7, 6, "'s**s**' is not a formula"),
    ],
)  # fmt: skip
def test_what_is_wrong_and_where(change: dict[str, str], line: int, column: int, message: str) -> None:
    fields = {"formula": "y = W.T @ x + b", "J": "sum(y)", "by": "[W]", "more": "", **change}
    (problem,) = problems(BAD.format(**fields))
    assert message in problem.message
    assert (problem.place.line, problem.place.column) == (line, column)
    assert problem.hint


def test_names_that_derivation_needs_are_refused() -> None:
    (problem,) = problems(spec("sum(grad_x*x)", ["x"], ["grad_x = a*a"]))
    assert "grad_x" in problem.message


@pytest.mark.parametrize(
    ("activations", "message"),
    [
        ({"sum": "u"}, "'sum' cannot name a function"),
        ({"f-1": "u"}, "'f-1' cannot name a function"),
        ({"f": "v + u"}, "f uses 'v'"),
        ({"f": "u @ u"}, "f is no elementwise function of u"),
        ({"f": "softmax(u)"}, "f is no elementwise function of u"),
        ({"f": "3"}, "f is no elementwise function of u"),
        ({"f": "u.__class__"}, "f: 'u.__class__' is not part of the formula language"),
        ({"f": "g(u)", "g": "u"}, "f: unknown function 'g'"),
        ({"f": "f(u)"}, "f: unknown function 'f'"),
        ({"x": "u*u"}, "'x' is a function"),
        ({"f": "log(-abs(u))"}, "the derivative of f differs"),
    ],
)
def test_functions_that_cannot_be_used(activations: dict[str, str], message: str) -> None:
    assert any(message in p.message for p in problems(spec("a.T @ b", ["a"], activations=activations)))


def test_functions_that_grow_are_refused() -> None:
    own = {"f0": "u*u"} | {f"f{k}": f"f{k - 1}(f{k - 1}(u))*f{k - 1}(u)" for k in range(1, 12)}
    found = problems(spec("sum(f11(x))", ["x"], activations=own))
    assert any("too long or nested too deeply" in p.hint for p in found)


def test_long_chains_stay_short() -> None:
    formulas = ["h0 = x*x", *(f"h{k} = h{k - 1}*h{k - 1} + h{k - 1}" for k in range(1, 30))]
    fields = json.loads(spec("sum(h29)", ["x"], formulas))
    answers, problems = outcome(json.dumps(fields))
    assert answers or "no values to check them by" in problems[0].message
    assert all(len(answer) < 5_000 for answer in answers)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([*"xaAXCcs12.+-*/@()=,T'\"[]:_^é ", "sum(", "norm(", "log(", ".T", "**2"]), max_size=14),
    st.sampled_from(["x", "A", "C", "c", "q"]),
)
def test_no_text_is_anything_but_a_formula(pieces: list[str], by: str) -> None:
    answers, problems = outcome(spec("".join(pieces), [by]))
    assert bool(answers) != bool(problems)


# -- random formulas ----------------------------------------------------------------------------------------------------

LEAVES = {shape: [name for name, s in SHAPES.items() if s == shape] for shape in set(SHAPES.values())}
Sizes = tuple[Any, Any]


@st.composite
def formulas_of(draw: st.DrawFn, shape: Sizes, depth: int = 3) -> str:
    """A formula of a shape, with a value and a slope almost everywhere."""
    leaves = LEAVES.get(shape, []) + [f"{name}.T" for name in LEAVES.get(shape[::-1], [])]
    if depth == 0 and leaves:
        return draw(st.sampled_from(leaves))
    inner = lambda s: draw(formulas_of(s, max(depth - 1, 0)))  # noqa: E731
    kinds = ["sum", "product", "call", "matrix", "scaled", "negative"] if depth else ["matrix"]
    kind = draw(st.sampled_from([*kinds, "total"] if shape == (1, 1) else kinds))
    other = draw(st.sampled_from(["n", "m"])) if depth else 1
    match kind:
        case "sum":
            return f"({inner(shape)} {draw(st.sampled_from('+-'))} {inner(shape)})"
        case "product":
            return f"({inner(shape)}*{inner(shape)})"
        case "call":
            return f"{draw(st.sampled_from(['tanh', 'sigmoid', 'sin']))}({inner(shape)})"
        case "scaled":
            return f"({draw(st.sampled_from(['2*', '-', 'c*', '0.5*']))}{inner(shape)})"
        case "negative":
            return f"({inner(shape)}/(2 + {inner(shape)}**2))"
        case "total":
            return f"{draw(st.sampled_from(['sum', 'norm', 'mean']))}({inner((draw(st.sampled_from('nm')), 1))})"
        case _:
            return f"({inner((shape[0], other))} @ {inner((other, shape[1]))})"


@settings(max_examples=150, deadline=None)
@given(formulas_of((1, 1)), formulas_of(("n", 1), 2), st.sampled_from(["x", "A", "C", "X", "c"]), st.booleans())
def test_random_formulas(J: str, h: str, by: str, numerator: bool) -> None:
    layout = "numerator" if numerator else "denominator"
    text = spec(J.replace("b", "h"), [by], [f"h = {h}"], layout=layout)
    answers, problems = outcome(text)
    if problems:
        assert "nested too deeply" in problems[0].message or "no values to check" in problems[0].message
        return
    if "grad_" not in answers[0]:  # a result of more than a line or two stays in terms of the gradients above it
        compare(J.replace("b", "h"), by, [f"h = {h}"], answers[0], {"n": 3, "m": 2}, numerator)
