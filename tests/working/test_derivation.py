"""Derived gradients: the identities of matrix calculus, chains, and random formulas, each against numpy."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from solver.formula.calculus.symbolic import agree
from solver.formula.parse import parse
from tests.numpy_oracle import SHAPES, compare, gradients, outcome, solved, spec
from tests.tables import each
from tests.trials import times

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


@each(("J", "by", "expected"), IDENTITIES)
def test_matrix_calculus(J: str, by: str, expected: str) -> None:
    if J.endswith("/n"):
        (answer,) = solved(spec(J, [by])).answers.values()
        assert agree(parse(answer), parse(expected), {**SHAPES, "n": (1, 1)})
        return
    (answer,) = gradients(J, [by])
    assert agree(parse(answer.replace("J", f"({J})")), parse(expected), SHAPES), answer


@each(("J", "by", "expected"), [row for row in IDENTITIES if not row[0].endswith("/n")][::3])
def test_matrix_calculus_in_numerator_layout(J: str, by: str, expected: str) -> None:
    (turned,) = gradients(J, [by], layout="numerator")
    assert agree(parse(f"({turned.replace('J', f'({J})')}).T"), parse(expected), SHAPES), turned


def test_there_are_sixty_identities() -> None:
    assert len(IDENTITIES) >= 60


@each(
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


@each(("J", "answer"), [("trace(A @ A)", "2*A"), ("trace(A.T @ A)", "2*A"), ("trace(A)", "ones(A)")])
def test_a_matrix_of_one_cell_has_no_identity_beside_it(J: str, answer: str) -> None:
    text = f"title: t\ngiven: {{family: gradient, symbols: {{A: 1 x 1}}, J: {J}, by: [A]}}\nparts: [{{label: a}}]"
    (asked,) = solved(text).parts[0].asked
    assert asked.item.formula == parse(answer)


LAYER = ["u = C @ x + y", "h = tanh(u)"]


@each(
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
@each("layout", ["denominator", "numerator"])
def test_chains(J: str, formulas: list[str], by: list[str], answers: list[str] | None, layout: str) -> None:
    found = gradients(J, by, formulas, layout=layout)
    if answers and layout == "denominator":
        assert found == answers


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


@settings(max_examples=times(15))
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
