"""Sixty identities of matrix calculus: derived with letters for sizes, and checked on random instances of three sizes.

Petersen and Pedersen, The Matrix Cookbook (2012), sections 2.1 to 2.8 and 10.2, gives most; gradients have the shape
of their variable (denominator layout).
"""

from __future__ import annotations

import numpy as np
import pytest

from solver.formula.calculus.differentiate import differentiate
from solver.formula.parse import parse
from solver.formula.tree import Bin, Neg, Tree, bare, names, rebuild
from solver.formula.walks.shape import Shape, shape
from solver.formula.walks.value import value
from solver.rounding import Floats
from tests.tables import each

SHAPES: dict[str, Shape] = {
    **dict.fromkeys("abcdux", ("n", 1)),
    **dict.fromkeys("ABCSX", ("n", "n")),
    **dict.fromkeys("DMPQ", ("n", "m")),
    "N": ("m", "n"),
    "v": ("m", 1),
    **dict.fromkeys(("s", "t", "beta"), (1, 1)),
}

# J, the variable, the textbook's gradient, and the form derived where that is another
IDENTITIES: list[tuple[str, str, str, str]] = [
    # linear forms
    ("a.T @ x", "x", "a", ""),
    ("x.T @ a", "x", "a", ""),
    ("a.T @ M @ v", "M", "a @ v.T", ""),
    ("v.T @ M.T @ a", "M", "a @ v.T", ""),
    ("a.T @ M @ v", "v", "M.T @ a", ""),
    ("sum(x)", "x", "ones(x)", ""),
    ("mean(x)", "x", "ones(x)/size(x)", ""),
    ("sum(M @ v)", "v", "M.T @ ones(M @ v)", ""),
    # quadratic forms
    ("x.T @ x", "x", "2*x", ""),
    ("x.T @ A @ x", "x", "(A + A.T) @ x", "A @ x + A.T @ x"),
    ("x.T @ A @ x", "A", "x @ x.T", ""),
    ("a.T @ X @ X.T @ b", "X", "(a @ b.T + b @ a.T) @ X", "a @ b.T @ X + b @ a.T @ X"),
    ("a.T @ X.T @ X @ b", "X", "X @ (a @ b.T + b @ a.T)", "X @ b @ a.T + X @ a @ b.T"),
    ("(x - a).T @ A @ (x - a)", "x", "(A + A.T) @ (x - a)", "A @ (x - a) + A.T @ (x - a)"),
    ("(A @ x - b).T @ (A @ x - b)", "x", "2*(A.T @ (A @ x - b))", ""),
    ("(A @ x - b).T @ (A @ x - b)", "A", "2*((A @ x - b) @ x.T)", ""),
    ("(A @ x + b).T @ C @ (D @ v + a)", "x", "A.T @ C @ (D @ v + a)", ""),
    ("(A @ x + b).T @ C @ (D @ v + a)", "v", "D.T @ C.T @ (A @ x + b)", ""),
    ("x.T @ x + 2*a.T @ x", "x", "2*x + 2*a", ""),
    ("(a.T @ x)**2", "x", "2*(a.T @ x)*a", ""),
    # norms
    ("norm(x)", "x", "x/norm(x)", "x/J"),
    ("norm(x - a)", "x", "(x - a)/norm(x - a)", "(x - a)/J"),
    ("norm(x)**2", "x", "2*x", ""),
    ("norm(M)**2", "M", "2*M", ""),
    ("norm(A @ x - b)**2", "x", "2*(A.T @ (A @ x - b))", ""),
    ("norm(a - N.T @ v)**2", "v", "-2*(N @ (a - N.T @ v))", ""),
    ("beta*norm(M)**2", "M", "2*beta*M", ""),
    ("sum(abs(M))", "M", "sign(M)", ""),
    ("s*sum(abs(x)) + t*norm(x)**2", "x", "s*sign(x) + 2*t*x", ""),
    ("sqrt(x.T @ x)", "x", "x/sqrt(x.T @ x)", "x/J"),
    # traces
    ("trace(X)", "X", "eye(X)", ""),
    ("trace(A @ X)", "X", "A.T", ""),
    ("trace(X @ A)", "X", "A.T", ""),
    ("trace(A @ X.T)", "X", "A", ""),
    ("trace(M.T @ M)", "M", "2*M", ""),
    ("trace(A @ X @ B)", "X", "A.T @ B.T", ""),
    ("trace(A @ X.T @ B)", "X", "B @ A", ""),
    ("trace(X @ X)", "X", "2*X.T", ""),
    ("trace(X.T @ A @ X)", "X", "(A + A.T) @ X", "A @ X + A.T @ X"),
    ("trace(M @ M.T @ A)", "M", "(A + A.T) @ M", "A.T @ M + A @ M"),
    ("trace(A @ X @ B @ X.T)", "X", "A.T @ X @ B.T + A @ X @ B", ""),
    ("trace(X @ X @ X)", "X", "3*(X @ X).T", "3*(X.T @ X.T)"),
    # determinants and inverses
    ("det(S)", "S", "det(S)*inv(S).T", "J*inv(S).T"),
    ("log(det(S))", "S", "inv(S).T", ""),
    ("det(A @ S)", "S", "det(A @ S)*inv(S).T", "A.T @ (J*inv(A @ S).T)"),
    ("det(S)**3", "S", "3*det(S)**3*inv(S).T", "3*det(S)**2*det(S)*inv(S).T"),
    ("trace(inv(S))", "S", "-(inv(S) @ inv(S)).T", "-(inv(S).T @ inv(S).T)"),
    ("a.T @ inv(S) @ b", "S", "-(inv(S).T @ a @ b.T @ inv(S).T)", ""),
    ("trace(A @ inv(S) @ B)", "S", "-((inv(S) @ B @ A @ inv(S)).T)", "-(inv(S).T @ A.T @ B.T @ inv(S).T)"),
    # elementwise
    ("sum(sin(x))", "x", "cos(x)", ""),
    ("sum(exp(a*x))", "x", "exp(a*x)*a", ""),
    ("sum(log(1 + exp(x)))", "x", "sigmoid(x)", "exp(x)/(1 + exp(x))"),
    ("sum(sigmoid(M @ v))", "v", "M.T @ (sigmoid(M @ v)*(1 - sigmoid(M @ v)))", ""),
    ("a.T @ tanh(x)", "x", "a*(1 - tanh(x)**2)", ""),
    # products
    ("sum(M*Q)", "M", "Q", ""),
    ("sum(M*M*Q)", "M", "2*M*Q", "2*Q*M"),
    ("trace(P.T @ (M*Q))", "M", "P*Q", ""),
    ("s*x.T @ a", "s", "x.T @ a", "sum(a.T*x.T)"),
    ("a.T @ x/s", "s", "-(a.T @ x)/s**2", ""),
    ("(a.T @ x)/(b.T @ x)", "x", "a/(b.T @ x) - (a.T @ x)/(b.T @ x)**2*b", ""),
    # networks
    ("c.T @ softmax(x)", "x", "softmax(x)*(c - softmax(x).T @ c)", ""),
    ("sum((d - x)**2)", "x", "-2*(d - x)", ""),
    (
        "-sum(d*log(sigmoid(x)) + (1 - d)*log(1 - sigmoid(x)))",
        "x",
        "sigmoid(x) - d",
        "-(d/sigmoid(x)*(sigmoid(x)*(1 - sigmoid(x)))) + (1 - d)/(1 - sigmoid(x))*(sigmoid(x)*(1 - sigmoid(x)))",
    ),
    ("log(sum(exp(x))) - a.T @ x", "x", "softmax(x) - a", "exp(x)/sum(exp(x)) - a"),
]


def derived(j: str, by: str) -> Tree:
    made = differentiate([("J", parse(j))], "J", [by], {**SHAPES, "J": (1, 1)})
    assert [d.name for d in made] == [f"grad_{by}"]
    return made[0].formula


def normal(tree: Tree) -> Tree:
    """Without brackets; A @ B @ C and a*b*c from the left, −(2x) as −2·x."""
    tree = rebuild(bare(tree), normal)
    match tree:
        case Bin("@" | "*" as op, a, Bin("@" | "*" as inner, b, c)) if op == inner:
            return normal(Bin(op, normal(Bin(op, a, b)), c))
        case Bin("*" | "/" | "@" as op, Neg(a), b):
            return Neg(Bin(op, a, b))
        case _:
            return tree


def instance(n: int, m: int) -> dict[str, Floats]:
    rng = np.random.default_rng(n)
    sizes = {"n": n, "m": m}
    env = {
        name: rng.uniform(0.3, 1.5, [sizes.get(str(size), 1) for size in its]) * rng.choice([1.0, -1.0])
        for name, its in SHAPES.items()
    }
    env["S"] = env["S"] @ env["S"].T + np.eye(n)  # positive definite, so that it has a logarithm of its determinant
    return env


@each(("j", "by", "textbook", "form"), IDENTITIES)
def test_identity(j: str, by: str, textbook: str, form: str) -> None:
    made = derived(j, by)
    assert normal(made) == normal(parse(form or textbook)), made
    assert shape(made, {**SHAPES, "J": (1, 1)}) == SHAPES[by]
    for n, m in ((3, 2), (2, 4), (4, 3)):
        env = instance(n, m)
        env["J"] = value(parse(j), env)
        expected = value(parse(textbook), env)
        assert value(made, env) == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert expected == pytest.approx(central_differences(j, by, env), rel=1e-5, abs=1e-5)


def central_differences(j: str, by: str, env: dict[str, Floats], h: float = 1e-5) -> Floats:
    tree = parse(j)
    slopes = np.zeros_like(env[by])
    for cell in np.ndindex(*slopes.shape):
        push = np.zeros_like(slopes)
        push[cell] = h
        up, down = (value(tree, {**env, by: env[by] + sign * push}) for sign in (1, -1))
        slopes[cell] = ((up - down) / (2 * h)).item()
    return slopes


def test_there_are_sixty_or_more_and_all_differ() -> None:
    assert len({identity[:2] for identity in IDENTITIES}) == len(IDENTITIES) >= 60
    assert all(identity[1] in names(parse(identity[0])) for identity in IDENTITIES)
