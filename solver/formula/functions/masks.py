"""Masks: scores that must not count become −∞, and softmax gives them the share 0."""

from collections.abc import Sequence

import numpy as np

from solver.formula.functions import shapes
from solver.formula.functions.intervals import Code, Ends, Given
from solver.formula.functions.row import Function, Notation, Slip
from solver.formula.interval import Interval
from solver.rounding import Floats


def _masked(u: Floats, m: Floats) -> Floats:
    return np.where(m == 0, -np.inf, u)


def _masked_bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    u, m = args
    may, must = (m.low <= 0) & (m.high >= 0), (m.low == 0) & (m.high == 0)
    return np.where(may, -np.inf, u.low), np.where(must, -np.inf, u.high)


def _causal(u: Floats) -> Floats:
    return np.where(np.tri(*u.shape[-2:]) == 0, -np.inf, u)


def _lower(u: Floats) -> Floats:
    return np.tril(u)


_FORGOTTEN = ("mask forgotten", "the mask is forgotten: what it hides counts too")

ROWS = {
    "mask": Function(
        _masked,
        "u where the mask m is not 0, −∞ where it is 0; before softmax, where −∞ gives the share 0.",
        ("softmax_rows(mask(X, M))",),
        params=("u", "m"),
        bounds=_masked_bounds,
        slopes=("step(abs(m))", "0*m"),
        convention="a score under a mask of 0 becomes −∞, and $e^{-\\infty} = 0$: softmax gives it the share 0",
        infinite=True,
        slips=(Slip(*_FORGOTTEN, "u"),),
    ),
    "causal": Function(
        _causal,
        "−∞ above the diagonal: row t sees columns 1 to t alone; before softmax_rows.",
        ("softmax_rows(causal(X))",),
        shape=shapes.like_first,
        adjoints=("lower_triangle(G)",),
        convention="a score above the diagonal becomes −∞, and $e^{-\\infty} = 0$: softmax gives it the share 0",
        infinite=True,
        slips=(Slip(*_FORGOTTEN, "u"),),
    ),
    "lower_triangle": Function(
        _lower,
        "0 above the diagonal.",
        ("lower_triangle(X)",),
        shape=shapes.like_first,
        adjoints=("lower_triangle(G)",),
        notation=Notation("lower triangle"),
    ),
}
