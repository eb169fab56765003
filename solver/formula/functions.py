"""The function table: one row a function, with its numbers, shape, definition, derivative and notation.

A new activation is one row: its `code` (numpy, over any leading batch axes), its `definition` and its `derivative`,
both formulas of the language in the names `u` (the argument), `y` (the function's own value) and further parameters.
"""

from collections.abc import Callable
from math import erf, inf, pi, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.rounding import Floats

Case = tuple[str, str]
"""A formula and the condition under which it holds."""


class Function(NamedTuple):
    """One function of the formula language.

    code: numpy arrays (…, rows, columns) to an array; elementwise unless `to_scalar`, which gives (…, 1, 1).
    definition: a formula in `params`, or cases of (formula, condition); None where there is nothing to explain.
    derivative: dy/du of an elementwise function, a formula in u, y and the other parameters; further: its derivatives
    by those.
    adjoint: of any other function, the gradient by u in terms of G, the gradient by y.
    defaults: the values of the last parameters, where they may be left out.
    kink: where this formula is 0, it has no derivative; at_kink says which one is used there.
    square: whether it takes square matrices only.
    domain: what the argument must be, in words, for the message where the result is not a number.
    bounds: lowest and highest argument to lowest and highest value, for a function that does not rise everywhere
    with its arguments. range: between what its values lie, where not everywhere.
    """

    code: Callable[..., Floats]
    definition: str | tuple[Case, ...] | None = None
    derivative: str | None = None
    further: tuple[str, ...] = ()
    adjoint: str | None = None
    params: tuple[str, ...] = ("u",)
    defaults: tuple[str, ...] = ()
    to_scalar: bool = False
    activation: bool = False
    along_column: bool = False
    square: bool = False
    kink: str = ""
    at_kink: str = "has no slope at exactly 0; there the slope from the left is used"
    text: str = ""
    latex: str = ""
    domain: str = ""
    title: str = ""
    bounds: Callable[[Floats, Floats], tuple[Floats, Floats]] | None = None
    range: tuple[float, float] | None = None

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


def _log_softmax(u: Floats) -> Floats:
    shifted, rows = u - np.max(u, axis=-2, keepdims=True), np.arange(u.shape[-2])[:, None]
    largest = rows == np.argmax(u, axis=-2, keepdims=True)
    others = np.sum(np.where(largest, 0.0, np.exp(shifted)), axis=-2, keepdims=True)
    result: Floats = shifted - np.log1p(others)
    return result


def _softmax_rows(u: Floats) -> Floats:
    return np.swapaxes(_softmax(np.swapaxes(u, -1, -2)), -1, -2)


def _elu(u: Floats, a: Floats | float = 1.0) -> Floats:
    return np.where(u > 0, u, a * np.expm1(np.minimum(u, 0.0)))


def _leaky_relu(u: Floats, a: Floats | float = 0.01) -> Floats:
    return np.where(u > 0, u, a * u)


def _valley(code: Callable[[Floats], Floats], at: float) -> Callable[[Floats, Floats], tuple[Floats, Floats]]:
    """The bounds of a function that falls up to one place and rises behind it."""

    def bounds(low: Floats, high: Floats) -> tuple[Floats, Floats]:
        a, b = code(low), code(high)
        inside = (low < at) & (high > at)
        return np.where(inside, code(np.array(at)), np.minimum(a, b)), np.maximum(a, b)

    return bounds


def _wave(code: Callable[[Floats], Floats], top: float) -> Callable[[Floats, Floats], tuple[Floats, Floats]]:
    """The bounds of a sine-like function that has its top at `top`, and again a full turn later."""

    def reaches(low: Floats, high: Floats, place: float) -> NDArray[np.bool_]:
        return np.floor((high - place) / (2 * pi)) > np.floor((low - place) / (2 * pi))

    def bounds(low: Floats, high: Floats) -> tuple[Floats, Floats]:
        a, b = code(low), code(high)
        return (
            np.where(reaches(low, high, top + pi), -1.0, np.minimum(a, b)),
            np.where(reaches(low, high, top), 1.0, np.maximum(a, b)),
        )

    return bounds


def _softmax_bounds(axis: int) -> Callable[[Floats, Floats], tuple[Floats, Floats]]:
    """Each value is lowest where its own argument is lowest and all others highest."""

    def bounds(low: Floats, high: Floats) -> tuple[Floats, Floats]:
        shift = np.max(high, axis=axis, keepdims=True)
        a, b = np.exp(low - shift), np.exp(high - shift)
        lows, highs = np.sum(a, axis=axis, keepdims=True), np.sum(b, axis=axis, keepdims=True)
        return a / (a + highs - b), b / (b + lows - a)

    return bounds


def _log_softmax_bounds(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    lowest, highest = _softmax_bounds(-2)(low, high)
    return np.log(lowest), np.log(highest)


def _phi_bounds(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    a, b = np.exp(-0.5 * low * low) / sqrt(2 * pi), np.exp(-0.5 * high * high) / sqrt(2 * pi)
    return np.minimum(a, b), np.where((low < 0) & (high > 0), 1 / sqrt(2 * pi), np.maximum(a, b))


def _norm_bounds(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    smallest = np.where((low < 0) & (high > 0), 0.0, np.minimum(np.abs(low), np.abs(high)))
    return _norm(smallest), _norm(np.maximum(np.abs(low), np.abs(high)))


def _unbounded(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    return np.full_like(low, -np.inf), np.full_like(high, np.inf)


def _det_bounds(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """By Hadamard's inequality, column by column: what the middle misses is at most this."""
    middle, radius = (low + high) / 2, (high - low) / 2
    norms = np.sqrt(np.sum(np.square(np.abs(middle) + radius), axis=-2))
    radii = np.sqrt(np.sum(np.square(radius), axis=-2))
    whole = np.prod(norms, axis=-1, keepdims=True)
    missed = np.sum(radii / np.where(norms == 0, 1.0, norms), axis=-1, keepdims=True) * whole
    at = _det(middle)
    return at - missed[..., None], at + missed[..., None]


def _normal_cdf(u: Floats) -> Floats:
    flat = [0.5 * (1.0 + erf(v / sqrt(2.0))) for v in np.asarray(u).ravel()]
    return np.array(flat, dtype=float).reshape(np.shape(u))


def _total(reduction: Callable[..., Any]) -> Callable[[Floats], Floats]:
    def code(u: Floats) -> Floats:
        return np.asarray(reduction(u, axis=(-2, -1), keepdims=True))

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

_TIE = "has no slope where the two are equal; there step(0) = 0 is used"

_TANH = "(exp(u) - exp(-u))/(exp(u) + exp(-u))"

FUNCTIONS: dict[str, Function] = {
    # activations
    "tanh": Function(np.tanh, _TANH, "1 - y**2", activation=True, latex=r"\tanh", title="Tanh", range=(-1.0, 1.0)),
    "sigmoid": Function(_sigmoid, "1/(1 + exp(-u))", "y*(1 - y)", activation=True, title="Sigmoid", range=(0.0, 1.0)),
    "relu": Function(
        lambda u: np.maximum(u, 0.0), "max(0, u)", "step(u)", activation=True, kink="u", title="ReLU", range=(0.0, inf)
    ),
    "leaky_relu": Function(
        _leaky_relu,
        (("u", "u > 0"), ("a*u", "otherwise")),
        "step(u) + a*(1 - step(u))",
        ("u*(1 - step(u))",),
        params=("u", "a"),
        defaults=("0.01",),
        activation=True,
        kink="u",
        text="leaky relu",
        title="Leaky ReLU",
    ),
    "elu": Function(
        _elu,
        (("u", "u > 0"), ("a*(exp(u) - 1)", "otherwise")),
        "step(u) + (y + a)*(1 - step(u))",
        ("(exp(u) - 1)*(1 - step(u))",),
        params=("u", "a"),
        defaults=("1",),
        activation=True,
        kink="u",
        title="ELU",
    ),
    "softplus": Function(
        lambda u: np.logaddexp(0.0, u),
        "log(1 + exp(u))",
        "sigmoid(u)",
        activation=True,
        title="Softplus",
        range=(0.0, inf),
    ),
    "gelu": Function(
        lambda u: u * _normal_cdf(u),
        "u*Phi(u)",
        "Phi(u) + u*phi(u)",
        activation=True,
        title="GELU",
        bounds=_valley(lambda u: u * _normal_cdf(u), -0.7517915246935645),
    ),
    "linear": Function(lambda u: u + 0.0, "u", "ones(u)", activation=True, title="Linear"),
    "softmax": Function(
        _softmax,
        "exp(u)/sum(exp(u))",
        adjoint="y*(G - y.T @ G)",
        activation=True,
        along_column=True,
        title="Softmax",
        range=(0.0, 1.0),
        bounds=_softmax_bounds(-2),
    ),
    "softmax_rows": Function(
        _softmax_rows,
        adjoint="y*(G - (y*G) @ ones(y.T @ y))",  # the product with ones is the sum of each row
        activation=True,
        text="softmax",
        title="Softmax of each row",
        bounds=_softmax_bounds(-1),
    ),
    "log_softmax": Function(
        _log_softmax,
        "log(softmax(u))",
        adjoint="G - exp(y)*(ones(y @ y.T) @ G)",  # the product with ones is the sum of each column
        text="log softmax",
        title="Log-softmax",
        bounds=_log_softmax_bounds,
    ),
    "step": Function(
        lambda u: np.where(u > 0, 1.0, 0.0),
        (("1", "u > 0"), ("0", "otherwise")),
        CONSTANT,
        activation=True,
        title="Threshold",
    ),
    # elementary
    "exp": Function(np.exp, derivative="y", range=(0.0, inf), domain="small enough not to overflow"),
    "log": Function(np.log, derivative="1/u", latex=r"\log", domain="positive"),
    "sqrt": Function(np.sqrt, derivative="1/(2*y)", domain="not negative"),
    "sin": Function(np.sin, derivative="cos(u)", latex=r"\sin", bounds=_wave(np.sin, pi / 2)),
    "cos": Function(np.cos, derivative="-sin(u)", latex=r"\cos", bounds=_wave(np.cos, 0.0)),
    "abs": Function(
        np.abs,
        derivative="sign(u)",
        kink="u",
        at_kink="has no slope at exactly 0; there 0 is used",
        title="The modulus",
        bounds=_valley(np.abs, 0.0),
    ),
    "sign": Function(np.sign, derivative=CONSTANT),
    "floor": Function(np.floor, derivative=CONSTANT),
    "ones": Function(np.ones_like, derivative=CONSTANT, text="1"),
    "max": Function(
        np.maximum,
        derivative="step(u - v)",
        further=("1 - step(u - v)",),
        params=("u", "v"),
        kink="u - v",
        at_kink=_TIE,
        latex=r"\max",
        title="The larger of two",
    ),
    "min": Function(
        np.minimum,
        derivative="step(v - u)",
        further=("1 - step(v - u)",),
        params=("u", "v"),
        kink="u - v",
        at_kink=_TIE,
        latex=r"\min",
        title="The smaller of two",
    ),
    "Phi": Function(_normal_cdf, derivative="phi(u)", text="Φ", latex=r"\Phi"),
    "phi": Function(
        lambda u: np.exp(-0.5 * u * u) / sqrt(2.0 * pi),
        f"exp(-u**2/2)/sqrt(2*{pi:.10f})",
        "-u*phi(u)",
        text="φ",
        latex=r"\varphi",
        bounds=_phi_bounds,
    ),
    # of all cells
    "sum": Function(_total(np.sum), adjoint="G*ones(u)", to_scalar=True),
    "mean": Function(_total(np.mean), adjoint="G*ones(u)/size(u)", to_scalar=True),
    "size": Function(
        lambda u: np.full((*u.shape[:-2], 1, 1), float(u.shape[-1] * u.shape[-2])), derivative=CONSTANT, to_scalar=True
    ),
    "norm": Function(_norm, adjoint="G*u/y", to_scalar=True, range=(0.0, inf), bounds=_norm_bounds),
    # of square matrices
    "trace": Function(
        lambda u: np.trace(u, axis1=-2, axis2=-1)[..., None, None],
        adjoint="G*eye(u)",
        to_scalar=True,
        square=True,
        text="tr",
    ),
    "det": Function(_det, adjoint="G*y*inv(u).T", to_scalar=True, square=True, latex=r"\det", bounds=_det_bounds),
    "inv": Function(_inv, adjoint="-(y.T @ G @ y.T)", square=True, domain="an invertible matrix", bounds=_unbounded),
    "eye": Function(_eye, derivative=CONSTANT, square=True, text="I"),
}

ACTIVATIONS = tuple(name for name, row in FUNCTIONS.items() if row.activation)
