"""Elementary functions, each cell by itself."""

from collections.abc import Sequence
from functools import reduce
from math import inf, log, pi

import numpy as np

from solver.formula.functions.intervals import Code, Ends, Given, directed, valley, wave
from solver.formula.functions.row import CONSTANT, Function, Notation, Slip
from solver.formula.interval import Interval
from solver.rounding import Floats

LN10 = f"{log(10):.15f}"
DEGREE = f"{pi / 180:.18f}"

_TIE = "has no slope where the two are equal; there step(0) = 0 is used"
_SWAPPED = ("sine and cosine swapped", "sine and cosine are exchanged")
_DEGREES = ("degrees for radians", "the angle is in radians; the calculator took it for degrees")


def _equal(u: Floats, v: Floats) -> Floats:
    return np.where(u == v, 1.0, 0.0)


def _sign_or(u: Floats, v: Floats) -> Floats:
    return np.where(u == 0, v, np.sign(u))


def _sign_or_bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    """Of u it rises; where u may be 0, it may be v."""
    (low, high), v = args
    may_be = (low <= 0) & (high >= 0)
    return (
        np.where(may_be, np.minimum(np.sign(low), v.low), np.sign(low)),
        np.where(may_be, np.maximum(np.sign(high), v.high), np.sign(high)),
    )


def _huber(u: Floats, a: Floats | float = 1.0) -> Floats:
    return np.where(np.abs(u) <= a, u * u / 2, a * (np.abs(u) - a / 2))


def _huber_bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    """It rises with a, and with |u|, unless a is below 0."""
    low, high = args[0]
    a = args[1] if len(args) > 1 else Interval(np.array(1.0), np.array(1.0))
    ends = np.abs(low), np.abs(high)
    near = np.where((low < 0) & (high > 0), 0.0, np.minimum(*ends))
    far = np.maximum(*ends)
    return (
        np.minimum(code(near, a.low), code(far, a.low)),
        np.maximum(code(near, a.high), code(far, a.high)),
    )


ROWS = {
    "exp": Function(
        np.exp,
        "e to the power u.",
        ("exp(X)",),
        slopes=("y",),
        notation=Notation(style="power of e"),
        range=(0.0, inf),
        domain="small enough not to overflow",
        algebra=True,
        analytic=True,
        stable=(("log(1 + y)", "softplus(u)"),),
    ),
    "log": Function(
        np.log,
        "The natural logarithm, to base e; 0*log(0) counts as 0.",
        ("log(P)",),
        convention="{log} is the natural logarithm; 0 {log} 0 counts as 0",
        slopes=("1/u",),
        domain="positive",
        slips=(Slip("log to base 10", "log is the natural logarithm here, not that to base 10", f"log(u)/{LN10}"),),
        algebra=True,
        analytic=True,
    ),
    "sqrt": Function(
        np.sqrt,
        "The square root.",
        ("sqrt(P)",),
        slopes=("1/(2*y)",),
        notation=Notation(style="root"),
        domain="not negative",
        range=(0.0, inf),
        analytic=True,
    ),
    "sin": Function(
        np.sin,
        "The sine of an angle in radians.",
        ("sin(X)",),
        bounds=wave(pi / 2),
        slopes=("cos(u)",),
        range=(-1.0, 1.0),
        slips=(Slip(*_SWAPPED, "cos(u)"), Slip(*_DEGREES, f"sin((u)*{DEGREE})")),
        algebra=True,
        analytic=True,
        notation=Notation(raised=True),
    ),
    "cos": Function(
        np.cos,
        "The cosine of an angle in radians.",
        ("cos(X)",),
        bounds=wave(0.0),
        slopes=("-sin(u)",),
        range=(-1.0, 1.0),
        slips=(Slip(*_SWAPPED, "sin(u)"), Slip(*_DEGREES, f"cos((u)*{DEGREE})")),
        algebra=True,
        analytic=True,
        notation=Notation(raised=True),
    ),
    "abs": Function(
        lambda u: np.maximum(u, -u),  # of complex numbers by their real parts, as the proof of a gradient wants
        "The modulus; its slope at exactly 0 is 0.",
        ("abs(X)",),
        bounds=valley(0.0),
        slopes=("sign(u)",),
        kink="u",
        at_kink="has no slope at exactly 0; there 0 is used",
        notation=Notation(style="bars"),
        title="The modulus",
        range=(0.0, inf),
        analytic=True,
    ),
    "sign": Function(np.sign, "-1, 0 or 1.", ("sign(X)",), slopes=(CONSTANT,), range=(-1.0, 1.0)),
    "sign_or": Function(
        _sign_or,
        "-1 or 1 by the sign of u; v where u is 0.",
        ("sign_or(X, sign(Y))",),
        params=("u", "v"),
        bounds=_sign_or_bounds,
        definition=(("1", "u > 0"), ("-1", "u < 0"), ("v", "otherwise")),
        slopes=(CONSTANT, "equal(u, 0)"),
        notation=Notation("sgn"),
        slips=(
            Slip("1 where the input is 0", "where the input is 0, what was there stays", "sgn(u)"),
            Slip("−1 where the input is 0", "where the input is 0, what was there stays", "bipolar(u)"),
        ),
    ),
    "floor": Function(
        np.floor,
        "The largest whole number that is not above u.",
        ("floor(X)",),
        slopes=(CONSTANT,),
        notation=Notation(style="floor"),
    ),
    "ceil": Function(
        np.ceil,
        "The smallest whole number that is not below u.",
        ("ceil(X)",),
        slopes=(CONSTANT,),
        notation=Notation(style="ceil"),
    ),
    "max": Function(
        lambda *args: reduce(np.maximum, args),
        "The larger of two, cell by cell; largest(X) is the largest cell of a matrix.",
        ("max(X, Y)", "max(0, X)", "max(X, u.T)"),
        params=("u", "v"),
        slopes=("step(u - v)", "1 - step(u - v)"),
        kink="u - v",
        at_kink=_TIE,
        title="The larger of two",
        analytic=True,
    ),
    "min": Function(
        lambda *args: reduce(np.minimum, args),
        "The smaller of two, cell by cell; smallest(X) is the smallest cell of a matrix.",
        ("min(X, Y)", "min(X, a)"),
        params=("u", "v"),
        slopes=("step(v - u)", "1 - step(v - u)"),
        kink="u - v",
        at_kink=_TIE,
        title="The smaller of two",
        analytic=True,
    ),
    "huber": Function(
        _huber,
        "u^2/2 up to |u| = a, a*(|u| - a/2) beyond, with a = 1 unless it is given.",
        ("huber(X)", "huber(X, 0.5)"),
        params=("u", "a"),
        defaults=("1",),
        bounds=_huber_bounds,
        definition=(("u**2/2", "|u| ≤ a"), ("a*(abs(u) - a/2)", "otherwise")),
        slopes=("max(-a, min(a, u))", "max(0, abs(u) - a)"),
        range=(0.0, inf),
    ),
    "greater": Function(
        lambda u, v: np.where(u > v, 1.0, 0.0),
        "1 where u is above v, 0 elsewhere; its slope is 0.",
        ("greater(X, Y)", "greater(X, 0)"),
        params=("u", "v"),
        bounds=directed("+-"),
        slopes=(CONSTANT, CONSTANT),
        range=(0.0, 1.0),
    ),
    "equal": Function(
        _equal,
        "1 where the two are equal, 0 elsewhere; its slope is 0.",
        ("equal(X, Y)", "equal(M, 1)"),
        params=("u", "v"),
        bounds=lambda code, args, options: (
            np.where((args[0].low == args[1].high) & (args[0].high == args[1].low), 1.0, 0.0),
            np.where((args[0].low <= args[1].high) & (args[1].low <= args[0].high), 1.0, 0.0),
        ),
        slopes=(CONSTANT, CONSTANT),
        range=(0.0, 1.0),
    ),
}
