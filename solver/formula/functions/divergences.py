"""Divergences of distributions, each cell by itself."""

from collections.abc import Sequence
from functools import reduce
from math import inf

import numpy as np

from solver.formula.functions.intervals import Code, Ends, Given, valley
from solver.formula.functions.row import Function, Notation, Slip
from solver.formula.functions.written import Cells
from solver.formula.interval import Interval
from solver.formula.tree import Bin, Call, Group, Neg, Num, Tree
from solver.rounding import Floats

_ONE, _TWO = Num("1"), Num("2")


def _times_log(p: Floats, q: Floats) -> Floats:
    """p*log(p/q), 0 where p is 0."""
    return np.where(p == 0, 0.0, p * np.log(np.where(p == 0, 1.0, p) / q))


def _kl(p: Floats, q: Floats) -> Floats:
    return _times_log(p, q) + _times_log(1 - p, 1 - q)


def _kl_bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    """It is convex in both, and 0 where they meet: the most is at a corner, the least where they are nearest."""
    p, q = (Interval(np.clip(x.low, 0.0, 1.0), np.clip(x.high, 0.0, 1.0)) for x in args)
    corners = [code(a, b) for a in p for b in q]
    below, above = code(p.high, q.low), code(p.low, q.high)
    low = np.where(p.high < q.low, below, np.where(p.low > q.high, above, 0.0))
    return low, reduce(np.maximum, corners)


def _kl_cell(operands: Cells, i: int, j: int, options: Given) -> Tree:
    p, q = operands.cell(i, j), operands.cell(i, j, 1)
    rest = Group(Bin("-", _ONE, p)), Group(Bin("-", _ONE, q))
    terms = [Bin("*", a, Call("log", (Bin("/", a, b),))) for a, b in ((p, q), rest)]
    return Bin("+", *terms)


def _kl_normal(mu: Floats, v: Floats) -> Floats:
    return (mu * mu + np.expm1(v) - v) / 2


def _kl_normal_bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    """It falls up to mu = 0, and up to v = 0, and rises behind them."""
    zero = np.zeros((1, 1))
    alone = (lambda mu: code(mu, zero), lambda v: code(zero, v))
    (a, b), (c, d) = (valley(0.0)(term, [x], options) for term, x in zip(alone, args, strict=True))
    return a + c, b + d


def _kl_normal_cell(operands: Cells, i: int, j: int, options: Given) -> Tree:
    mu, v = operands.cell(i, j), operands.cell(i, j, 1)
    spread = Bin("+", _ONE, Group(v) if v.text.startswith("-") else v)
    inner = Bin("-", Bin("-", spread, Bin("**", Group(mu), _TWO)), Call("exp", (v,)))
    return Bin("/", Neg(Group(inner)), _TWO)


ROWS = {
    "kl": Function(
        _kl,
        "The Kullback-Leibler divergence of two distributions over yes and no, whose probabilities of yes are p and q.",
        ("kl(P/4, 1/(1 + P))", "kl(0.3, P/4)"),
        params=("p", "q"),
        bounds=_kl_bounds,
        definition="p*log(p/q) + (1 - p)*log((1 - p)/(1 - q))",
        cells=_kl_cell,
        slopes=("log(p/q) - log((1 - p)/(1 - q))", "-p/q + (1 - p)/(1 - q)"),
        notation=Notation("KL"),
        domain="two probabilities, the second neither 0 nor 1",
        slips=(Slip("KL the wrong way round", "the two distributions of the divergence are exchanged", "kl(q, p)"),),
        range=(0.0, inf),
        analytic=True,
    ),
    "kl_normal": Function(
        _kl_normal,
        "The Kullback-Leibler divergence of the normal distribution of mean mu and log-variance v from N(0, 1).",
        ("kl_normal(X, Y)", "kl_normal(u, a)"),
        params=("mu", "v"),
        bounds=_kl_normal_bounds,
        definition="-(1 + v - mu**2 - exp(v))/2",
        cells=_kl_normal_cell,
        slopes=("mu", "(exp(v) - 1)/2"),
        notation=Notation("KL", below="normal"),
        domain="of a log-variance that does not overflow",
        range=(0.0, inf),
        analytic=True,
        slips=(
            Slip("½ of the divergence forgotten", "the factor 1/2 of the divergence is missing", "2*kl_normal(mu, v)"),
        ),
    ),
}
