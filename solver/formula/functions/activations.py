"""Activations, each cell by itself: a layer can name them. Softmax turns each column into shares."""

from collections.abc import Sequence
from math import erfc, inf, pi, sqrt

import numpy as np

from solver.formula.functions.intervals import Bounding, Code, Ends, Given, valley
from solver.formula.functions.row import CONSTANT, Composed, Function, Notation, Pair, Slip
from solver.formula.functions.shapes import like_first
from solver.formula.functions.written import Cells
from solver.formula.interval import Interval, around, times
from solver.formula.sizes import Shape
from solver.formula.tree import Bin, Call, Tree
from solver.rounding import Floats

_AT_ZERO = "has no slope at exactly 0; there the slope from the left is used"


def _sigmoid(u: Floats) -> Floats:
    e = np.exp(-np.abs(u))
    return np.where(u >= 0, 1.0, e) / (1.0 + e)


def _elu(u: Floats, a: Floats | float = 1.0) -> Floats:
    return np.where(u > 0, u, a * np.expm1(np.minimum(u, 0.0)))


def _leaky_relu(u: Floats, a: Floats | float = 0.01) -> Floats:
    return np.where(u > 0, u, a * u)


def normal_cdf(u: Floats) -> Floats:
    """Φ: the share of a standard normal distribution below u."""
    flat = [0.5 * erfc(-v / sqrt(2.0)) for v in np.asarray(u).ravel()]
    return np.array(flat, dtype=float).reshape(np.shape(u))


def _gelu(u: Floats) -> Floats:
    return np.asarray(np.where(u == -np.inf, 0.0, u * normal_cdf(u)))


def _two_sided(below: Code, default: float) -> Bounding:
    """u above 0 and a times something that rises with u below: the sign of a decides where it falls."""

    def bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
        u = args[0]
        a = args[1] if len(args) > 1 else Interval(np.array(default), np.array(default))
        scaled = times(a, Interval(below(np.minimum(u.low, 0.0)), below(np.minimum(u.high, 0.0))))
        positive, negative = u.high > 0, u.low <= 0
        above = Interval(np.maximum(u.low, 0.0), np.maximum(u.high, 0.0))
        both = around([above.low, above.high, scaled.low, scaled.high])
        low = np.where(positive & negative, both.low, np.where(positive, above.low, scaled.low))
        high = np.where(positive & negative, both.high, np.where(positive, above.high, scaled.high))
        return low, high

    return bounds


def _bell(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    """Of a function that rises up to 0 and falls behind it."""
    low, high = valley(0.0)(lambda u: -code(u), args, options)
    return -high, -low


def shares(axis: int) -> Code:
    """Softmax along an axis: each cell's power of e, as a share of the sum of all."""

    def code(u: Floats) -> Floats:
        e = np.exp(u - np.max(u, axis=axis, keepdims=True))
        return np.asarray(e / np.sum(e, axis=axis, keepdims=True))

    return code


def _others(powers: Floats, axis: int) -> Floats:
    """Of each the sum of all others; beside the largest, a difference from the sum would keep nothing of them."""
    place = np.expand_dims(np.argmax(powers, axis=axis), axis)
    rest = powers.copy()
    np.put_along_axis(rest, place, 0.0, axis)
    others: Floats = np.sum(powers, axis=axis, keepdims=True) - powers
    np.put_along_axis(others, place, np.sum(rest, axis=axis, keepdims=True), axis)
    return others


def shares_bounds(axis: int) -> Bounding:
    """Each share is lowest where its own argument is lowest and all others highest."""

    def bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
        low, high = args[0]
        shift = np.max(high, axis=axis, keepdims=True)
        a, b = np.exp(low - shift), np.exp(high - shift)
        return a / (a + _others(b, axis)), b / (b + _others(a, axis))

    return bounds


def _log_softmax(u: Floats) -> Floats:
    shifted, rows = u - np.max(u, axis=-2, keepdims=True), np.arange(u.shape[-2])[:, None]
    largest = rows == np.argmax(u, axis=-2, keepdims=True)
    others = np.sum(np.where(largest, 0.0, np.exp(shifted)), axis=-2, keepdims=True)
    return np.asarray(shifted - np.log1p(others))


def _log_shares_bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    low, high = args[0]
    shift = np.max(high, axis=-2, keepdims=True)
    of_low, of_high = (shift + np.log(_others(np.exp(u - shift), -2)) for u in args[0])
    return low - np.logaddexp(low, of_high), high - np.logaddexp(high, of_low)


def _share(operands: Cells, i: int, j: int, options: Given) -> Tree:
    powers: list[Tree] = [Call("exp", (x,)) for x in operands.column(j)]
    return Bin("/", Call("exp", (operands.cell(i, j),)), operands.total(powers))


def _log_share(operands: Cells, i: int, j: int, options: Given) -> Tree:
    return Call("log", (_share(operands, i, j, options),))


def _softmax_adjoint(call: Call, g: Tree, args: Sequence[Shape], k: int) -> str:
    """Of one column in the lecturer's form; of several each by itself."""
    return "y*(G - y.T @ G)" if args[0][1] == 1 else "y*(G - sum_columns(y*G))"


_TANH = "(exp(u) - exp(-u))/(exp(u) + exp(-u))"

ROWS = {
    "tanh": Function(
        np.tanh,
        "Hyperbolic tangent, between -1 and 1.",
        ("tanh(X)",),
        definition=_TANH,
        slopes=("1 - y**2",),
        activation=True,
        title="Tanh",
        range=(-1.0, 1.0),
        algebra=True,
        analytic=True,
        stable=(("1 - y**2", "4*(sigmoid(2*u)*sigmoid(2*-u))"),),  # 1/cosh²(u)
        notation=Notation(raised=True),
    ),
    "sigmoid": Function(
        _sigmoid,
        "The logistic function 1/(1 + e^-u), between 0 and 1.",
        ("sigmoid(X)",),
        definition="1/(1 + exp(-u))",
        slopes=("y*(1 - y)",),
        activation=True,
        title="Sigmoid",
        range=(0.0, 1.0),
        pairs=(
            Pair(
                (
                    "-d*log(y) - (1 - d)*log(1 - y)",
                    "-(d*log(y) + (1 - d)*log(1 - y))",
                    "-sum(d*log(y) + (1 - d)*log(1 - y))",
                    "sum(-d*log(y) - (1 - d)*log(1 - y))",
                ),
                "-(d - y)",
                (
                    (
                        "(-d/y + (1 - d)/(1 - y)) * (y*(1 - y))",
                        "chain rule: the derivative of the loss, times that of sigmoid",
                    ),
                    ("-d*(1 - y) + (1 - d)*y", "the denominators cancel"),
                    ("-d + d*y + y - d*y", "multiplied out"),
                    ("-(d - y)", "the products cancel"),
                ),
                "cross-entropy after sigmoid: the derivatives cancel to the plain error",
            ),
        ),
        composed=(
            Composed("log(y)", "1 - y", "the derivative of ln σ(u) is 1 − σ(u)"),
            Composed("log(1 - y)", "-y", "the derivative of ln(1 − σ(u)) is −σ(u)"),
        ),
        stable=(
            ("1 - y", "sigmoid(-u)"),
            ("log(y)", "-softplus(-u)"),
            ("log(1 - y)", "-softplus(u)"),
            ("d - y", "d*sigmoid(-u) - (1 - d)*sigmoid(u)"),
            ("y - d", "(1 - d)*sigmoid(u) - d*sigmoid(-u)"),
        ),
    ),
    "relu": Function(
        lambda u: np.maximum(u, 0.0),
        "The larger of 0 and u; its slope at exactly 0 is 0.",
        ("relu(X)",),
        definition=(("u", "u > 0"), ("0", "otherwise")),
        slopes=("step(u)",),
        activation=True,
        kink="u",
        at_kink=_AT_ZERO,
        title="ReLU",
        range=(0.0, inf),
        analytic=True,
        notation=Notation("ReLU"),
    ),
    "leaky_relu": Function(
        _leaky_relu,
        "u above 0, a*u elsewhere, with a = 0.01 unless it is given; its slope at exactly 0 is a.",
        ("leaky_relu(X)", "leaky_relu(X, a)", "leaky_relu(u, A)"),
        params=("u", "a"),
        defaults=("0.01",),
        bounds=_two_sided(lambda u: u, 0.01),
        definition=(("u", "u > 0"), ("a*u", "otherwise")),
        slopes=("step(u) + a*(1 - step(u))", "u*(1 - step(u))"),
        activation=True,
        kink="u",
        at_kink=_AT_ZERO,
        bends="a - 1",
        notation=Notation("leaky ReLU"),
        title="Leaky ReLU",
        analytic=True,
    ),
    "elu": Function(
        _elu,
        "u above 0, a*(e^u - 1) elsewhere, with a = 1 unless it is given; its slope at exactly 0 is a.",
        ("elu(X)", "elu(X, a)"),
        params=("u", "a"),
        defaults=("1",),
        bounds=_two_sided(np.expm1, 1.0),
        definition=(("u", "u > 0"), ("a*(exp(u) - 1)", "otherwise")),
        slopes=("step(u) + (y + a)*(1 - step(u))", "(exp(u) - 1)*(1 - step(u))"),
        activation=True,
        kink="u",
        at_kink="has no slope at exactly 0, unless a is 1; there the slope from the left is used",
        bends="a - 1",
        title="ELU",
        notation=Notation("ELU"),
    ),
    "softplus": Function(
        lambda u: np.logaddexp(0.0, u),
        "The natural logarithm of 1 + e^u.",
        ("softplus(X)",),
        definition="log(1 + exp(u))",
        slopes=("sigmoid(u)",),
        activation=True,
        title="Softplus",
        range=(0.0, inf),
    ),
    "gelu": Function(
        _gelu,
        "u*Phi(u), with the exact Phi of the normal distribution and not its approximation by tanh.",
        ("gelu(X)",),
        bounds=valley(-0.7517915246935645),
        definition="u*Phi(u)",
        convention="Φ(u) is the share of the standard normal distribution below u, φ its density",
        slopes=("Phi(u) + u*phi(u)",),
        activation=True,
        title="GELU",
        notation=Notation("GELU"),
    ),
    "linear": Function(
        lambda u: u + 0.0,
        "u itself.",
        ("linear(X)",),
        definition="u",
        slopes=("ones(u)",),
        activation=True,
        title="Linear",
        analytic=True,
    ),
    "softmax": Function(
        shares(-2),
        "The shares e^u_k/(sum of all e^u_j) of each column; softmax_rows of each row.",
        ("softmax(u)", "softmax(X)", "softmax(mask(X, M))"),
        shape=like_first,
        bounds=shares_bounds(-2),
        definition="exp(u)/sum_columns(exp(u))",
        shown="exp(u_k)/(Sum_j @ exp(u_j))",
        adjoints=(_softmax_adjoint,),
        cells=_share,
        activation=True,
        by_row="softmax_rows",
        slips=(Slip("softmax along the wrong axis", "the shares are taken along the wrong axis", "softmax_rows(u)"),),
        title="Softmax",
        domain="of numbers, not −∞ throughout a column",
        range=(0.0, 1.0),
        pairs=(
            Pair(
                ("-sum(d*log(y))", "sum(-d*log(y))", "-d.T @ log(y)", "-(d.T @ log(y))"),
                "-(d - y)",
                (
                    ("y*((-d/y) - y.T @ (-d/y))", "chain rule: the derivative of the loss, through that of softmax"),
                    ("-d + y*sum(d)", "the denominator cancels"),
                    ("-(d - y)", "the desired outputs sum to 1"),
                ),
                "cross-entropy after softmax: the derivatives cancel to the plain error",
                distribution="columns",
            ),
        ),
        stable=(("log(y)", "log_softmax(u)"),),
    ),
    "log_softmax": Function(
        _log_softmax,
        "The natural logarithm of softmax, of each column, without its overflow.",
        ("log_softmax(X)",),
        shape=like_first,
        bounds=_log_shares_bounds,
        definition="log(softmax(u))",
        cells=_log_share,
        adjoints=("G - exp(y)*sum_columns(G)",),
        notation=Notation("log softmax"),
        title="Log-softmax",
    ),
    "step": Function(
        lambda u: np.where(u > 0, 1.0, 0.0),
        "1 above 0, 0 elsewhere, at exactly 0 too; its slope is 0.",
        ("step(X)",),
        definition=(("1", "u > 0"), ("0", "otherwise")),
        slopes=(CONSTANT,),
        activation=True,
        title="Threshold",
        slips=(
            Slip("the other output at 0", "at exactly 0 the other output was taken", "heaviside(u)"),
            Slip("−1 for 0", "the lower output is 0, not −1", "bipolar(u)"),
        ),
    ),
    "heaviside": Function(
        lambda u: np.where(u >= 0, 1.0, 0.0),
        "1 from 0 on, 0 below; its slope is 0.",
        ("heaviside(X)",),
        definition=(("1", "u ≥ 0"), ("0", "otherwise")),
        slopes=(CONSTANT,),
        activation=True,
        title="Threshold",
        range=(0.0, 1.0),
        slips=(
            Slip("the other output at 0", "at exactly 0 the other output was taken", "step(u)"),
            Slip("−1 for 0", "the lower output is 0, not −1", "sgn(u)"),
        ),
    ),
    "bipolar": Function(
        lambda u: np.where(u > 0, 1.0, -1.0),
        "1 above 0, -1 elsewhere, at exactly 0 too; its slope is 0.",
        ("bipolar(X)",),
        definition=(("1", "u > 0"), ("-1", "otherwise")),
        slopes=(CONSTANT,),
        activation=True,
        title="Bipolar threshold",
        range=(-1.0, 1.0),
        slips=(
            Slip("the other output at 0", "at exactly 0 the other output was taken", "sgn(u)"),
            Slip("0 for −1", "the lower output is −1, not 0", "step(u)"),
        ),
    ),
    "sgn": Function(
        lambda u: np.where(u >= 0, 1.0, -1.0),
        "1 from 0 on, -1 below; its slope is 0.",
        ("sgn(X)",),
        definition=(("1", "u ≥ 0"), ("-1", "otherwise")),
        slopes=(CONSTANT,),
        activation=True,
        title="Bipolar threshold",
        range=(-1.0, 1.0),
        slips=(
            Slip("the other output at 0", "at exactly 0 the other output was taken", "bipolar(u)"),
            Slip("0 for −1", "the lower output is −1, not 0", "heaviside(u)"),
        ),
    ),
    "Phi": Function(
        normal_cdf,
        "The share of the standard normal distribution below u.",
        ("Phi(X)",),
        slopes=("phi(u)",),
        notation=Notation("Phi"),
        range=(0.0, 1.0),
    ),
    "phi": Function(
        lambda u: np.exp(-0.5 * u * u) / sqrt(2.0 * pi),
        "The density of the standard normal distribution.",
        ("phi(X)",),
        bounds=_bell,
        definition=f"exp(-u**2/2)/sqrt(2*{pi:.10f})",
        slopes=("-u*phi(u)",),
        notation=Notation("phi"),
    ),
}
