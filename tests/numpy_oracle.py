"""Gradients checked by numpy alone: formulas of the language are Python, so Python computes them, and its differences."""

import json
from functools import cache
from types import CodeType
from typing import Any

import numpy as np

from solver.errors import Problem, SpecError
from solver.formula.calculus.check import TOLERANCE
from solver.formula.walks.shape import Shape
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question

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


def outcome(text: str) -> tuple[list[str], list[Problem]]:
    """The answers, or the problems."""
    try:
        return list(solved(text).answers.values()), []
    except SpecError as error:
        return [], error.problems


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


# -- what shares nothing with the solver but Python's syntax ---------------------------------------------------


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


@cache
def compiled(text: str) -> CodeType:
    return compile(text, "formula", "eval")


def run(text: str, env: dict[str, Any]) -> Any:
    return eval(compiled(text), {"__builtins__": {}}, {**NUMPY, **env})


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
