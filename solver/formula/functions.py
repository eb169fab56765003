"""The function table: one row a function, with its numbers, shape, definition, derivative and notation.

A new activation is one row: its `code` (numpy, over any leading batch axes), its `definition` and its `derivative`,
both formulas of the language in the names `u` (the argument), `y` (the function's own value) and further parameters.
"""

from collections.abc import Callable
from math import erf, pi, sqrt
from typing import Any, NamedTuple

import numpy as np

from solver.rounding import Floats

Case = tuple[str, str]
"""A formula and the condition under which it holds."""


class Function(NamedTuple):
    """One function of the formula language.

    code: numpy arrays (…, rows, columns) to an array; elementwise unless `to_scalar`, which gives (…, 1, 1).
    definition: a formula in `params`, or cases of (formula, condition); None where there is nothing to explain.
    derivative: dy/du of an elementwise function, a formula in u, y and the other parameters.
    adjoint: of any other function, the gradient by u in terms of G, the gradient by y.
    defaults: the values of the last parameters, where they may be left out.
    kink: whether it has no derivative at 0. square: whether it takes square matrices only.
    domain: what the argument must be, in words, for the message where the result is not a number.
    """

    code: Callable[..., Floats]
    definition: str | tuple[Case, ...] | None = None
    derivative: str | None = None
    adjoint: str | None = None
    params: tuple[str, ...] = ("u",)
    defaults: tuple[str, ...] = ()
    to_scalar: bool = False
    activation: bool = False
    along_column: bool = False
    square: bool = False
    kink: bool = False
    text: str = ""
    latex: str = ""
    domain: str = ""
    title: str = ""

    @property
    def least(self) -> int:
        """The fewest arguments it takes."""
        return len(self.params) - len(self.defaults)


def _sigmoid(u: Floats) -> Floats:
    e = np.exp(-np.abs(u))
    return np.where(u >= 0, 1.0, e) / (1.0 + e)


def _softmax(u: Floats) -> Floats:
    e = np.exp(u - np.max(u, axis=-2, keepdims=True))
    result: Floats = e / np.sum(e, axis=-2, keepdims=True)
    return result


def _elu(u: Floats, a: Floats | float = 1.0) -> Floats:
    return np.where(u > 0, u, a * np.expm1(np.minimum(u, 0.0)))


def _leaky_relu(u: Floats, a: Floats | float = 0.01) -> Floats:
    return np.where(u > 0, u, a * u)


def _normal_cdf(u: Floats) -> Floats:
    flat = [0.5 * (1.0 + erf(v / sqrt(2.0))) for v in np.asarray(u).ravel()]
    return np.array(flat, dtype=float).reshape(np.shape(u))


def _total(reduction: Callable[..., Any]) -> Callable[[Floats], Floats]:
    def code(u: Floats) -> Floats:
        return np.asarray(reduction(u, axis=(-2, -1), keepdims=True), dtype=float)

    return code


def _norm(u: Floats) -> Floats:
    return np.asarray(np.sqrt(np.sum(u * u, axis=(-2, -1), keepdims=True)))


def _eye(u: Floats) -> Floats:
    return np.broadcast_to(np.eye(u.shape[-1]), u.shape) + 0.0


def _det(u: Floats) -> Floats:
    return np.asarray(np.linalg.det(u))[..., None, None]


def _inv(u: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.inv(u))
    except np.linalg.LinAlgError:
        return np.full(u.shape, np.nan)


CONSTANT = "0*u"
"""The derivative of what does not change with u."""

_TANH = "(exp(u) - exp(-u))/(exp(u) + exp(-u))"

FUNCTIONS: dict[str, Function] = {
    # activations
    "tanh": Function(np.tanh, _TANH, "1 - y**2", activation=True, latex=r"\tanh", title="Tanh"),
    "sigmoid": Function(_sigmoid, "1/(1 + exp(-u))", "y*(1 - y)", activation=True, title="Sigmoid"),
    "relu": Function(lambda u: np.maximum(u, 0.0), "max(0, u)", "step(u)", activation=True, kink=True, title="ReLU"),
    "leaky_relu": Function(
        _leaky_relu,
        (("u", "u > 0"), ("a*u", "otherwise")),
        "step(u) + a*(1 - step(u))",
        params=("u", "a"),
        defaults=("0.01",),
        activation=True,
        kink=True,
        text="leaky relu",
        title="Leaky ReLU",
    ),
    "elu": Function(
        _elu,
        (("u", "u > 0"), ("a*(exp(u) - 1)", "otherwise")),
        "step(u) + (y + a)*(1 - step(u))",
        params=("u", "a"),
        defaults=("1",),
        activation=True,
        kink=True,
        title="ELU",
    ),
    "softplus": Function(
        lambda u: np.logaddexp(0.0, u), "log(1 + exp(u))", "sigmoid(u)", activation=True, title="Softplus"
    ),
    "gelu": Function(lambda u: u * _normal_cdf(u), "u*Phi(u)", "Phi(u) + u*phi(u)", activation=True, title="GELU"),
    "linear": Function(lambda u: u + 0.0, "u", "ones(u)", activation=True, title="Linear"),
    "softmax": Function(
        _softmax, "exp(u)/sum(exp(u))", adjoint="y*(G - y.T @ G)", activation=True, along_column=True, title="Softmax"
    ),
    "step": Function(
        lambda u: np.where(u > 0, 1.0, 0.0),
        (("1", "u > 0"), ("0", "otherwise")),
        CONSTANT,
        activation=True,
        title="Threshold",
    ),
    # elementary
    "exp": Function(np.exp, derivative="y", domain="small enough not to overflow"),
    "log": Function(np.log, derivative="1/u", latex=r"\log", domain="positive"),
    "sqrt": Function(np.sqrt, derivative="1/(2*y)", domain="not negative"),
    "sin": Function(np.sin, derivative="cos(u)", latex=r"\sin"),
    "cos": Function(np.cos, derivative="-sin(u)", latex=r"\cos"),
    "abs": Function(np.abs, derivative="sign(u)"),
    "sign": Function(np.sign, derivative=CONSTANT),
    "floor": Function(np.floor, derivative=CONSTANT),
    "ones": Function(np.ones_like, derivative=CONSTANT, text="1"),
    "max": Function(np.maximum, params=("u", "v"), latex=r"\max"),
    "min": Function(np.minimum, params=("u", "v"), latex=r"\min"),
    "Phi": Function(_normal_cdf, derivative="phi(u)", text="Φ", latex=r"\Phi"),
    "phi": Function(
        lambda u: np.exp(-0.5 * u * u) / sqrt(2.0 * pi),
        f"exp(-u**2/2)/sqrt(2*{pi:.10f})",
        "-u*phi(u)",
        text="φ",
        latex=r"\varphi",
    ),
    # of all cells
    "sum": Function(_total(np.sum), adjoint="G*ones(u)", to_scalar=True),
    "mean": Function(_total(np.mean), adjoint="G*ones(u)/size(u)", to_scalar=True),
    "size": Function(
        lambda u: np.full((*u.shape[:-2], 1, 1), float(u.shape[-1] * u.shape[-2])), derivative=CONSTANT, to_scalar=True
    ),
    "norm": Function(_norm, adjoint="G*u/y", to_scalar=True),
    # of square matrices
    "trace": Function(
        lambda u: np.trace(u, axis1=-2, axis2=-1)[..., None, None],
        adjoint="G*eye(u)",
        to_scalar=True,
        square=True,
        text="tr",
    ),
    "det": Function(_det, adjoint="G*y*inv(u).T", to_scalar=True, square=True, latex=r"\det"),
    "inv": Function(_inv, adjoint="-(y.T @ G @ y.T)", square=True, domain="an invertible matrix"),
    "eye": Function(_eye, derivative=CONSTANT, square=True, text="I"),
}

ACTIVATIONS = tuple(name for name, row in FUNCTIONS.items() if row.activation)
