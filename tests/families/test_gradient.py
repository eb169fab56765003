"""The gradient family: the exam's question, what the working says, layouts, and every kind of bad input."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.api import solve
from solver.errors import Problem, SpecError
from solver.formula.calculus.symbolic import agree
from solver.formula.parse import parse
from solver.formula.sizes import SCALAR
from solver.render import format_json as json_format
from solver.render.document import document
from solver.render.format_markdown import render as markdown
from tests.numpy_oracle import SHAPES, SYMBOLS, outcome, solved, spec
from tests.places import PROBLEMS
from tests.tables import each


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
    assert found["grad_h"][1].endswith("(collecting like terms; m×1, the shape of h)")
    assert found["grad_C"] == [
        "C x → ∇_h J xᵀ   (chain rule through h; derivative of a matrix product; m×1 times 1×n)",
        "c ‖C‖² → 2c C   (derivative of a squared norm)",
        "∇_C J = ∇_h J xᵀ + 2c C   (the sum of these)",
        "= -2(z - h) xᵀ + 2c C   (substituting ∇_h J; m×n, the shape of C)",
    ]


@each(
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
    assert r"n \times m\text{, the transposed shape of }\mathbf{C}" in text
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
    assert agree(parse(answer), parse(expected), SHAPES)
    with pytest.raises(SpecError):
        solved(spec("sum(swish(x))", ["x"]))  # no function leaks into another question


def test_an_activation_s_derivative() -> None:
    fields = json.loads(spec("sum(swish(x))", ["x"], activations={"swish": "u*sigmoid(u)"}))
    fields["parts"][0]["find"] = ["dswish"]
    (answer,) = solved(json.dumps(fields)).answers.values()
    assert agree(parse(answer), parse("sigmoid(u) + u*sigmoid(u)*(1 - sigmoid(u))"), {"u": SCALAR})


# -- bad input, each at its place ---------------------------------------------------------------------------------------


def problems(text: str) -> list[Problem]:
    with pytest.raises(SpecError) as caught:
        solved(text)
    return caught.value.problems


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


@each(
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
        ({"J": "sum(y)*ones(s)"}, 7, 6, "ones(s) would be a single number: s is no size"),
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


def test_more_than_a_page_holds_is_refused() -> None:
    formulas = [f"h{k} = x*x" for k in range(21)]
    found = problems(spec("sum(h0)", ["x"] * 21, formulas))
    assert {(p.message, bool(p.hint)) for p in found} == {
        (f"{field} has 21 items, expected at most 20", True) for field in ("by", "formulas")
    }


@each(
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
    formulas = ["h0 = x*x", *(f"h{k} = h{k - 1}*h{k - 1} + h{k - 1}" for k in range(1, 20))]
    fields = json.loads(spec("sum(h19)", ["x"], formulas))
    answers, problems = outcome(json.dumps(fields))
    assert answers or "no values to check them by" in problems[0].message
    assert all(len(answer) < 5_000 for answer in answers)


@given(
    st.lists(st.sampled_from([*"xaAXCcs12.+-*/@()=,T'\"[]:_^é ", "sum(", "norm(", "log(", ".T", "**2"]), max_size=14),
    st.sampled_from(["x", "A", "C", "c", "q"]),
)
def test_no_text_is_anything_but_a_formula(pieces: list[str], by: str) -> None:
    answers, problems = outcome(spec("".join(pieces), [by]))
    assert bool(answers) != bool(problems)
