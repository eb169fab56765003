"""Distances between the rows of two matrices, and how fast a bell falls with them."""

from collections.abc import Sequence

import numpy as np

from solver.errors import FormulaError
from solver.formula.functions.intervals import Code, Ends, Given
from solver.formula.functions.row import Function, Notation, Slip
from solver.formula.functions.written import Cells
from solver.formula.interval import Interval, minus, over, point, power
from solver.formula.sizes import Shape, show
from solver.formula.tree import Bin, Call, Group, Neg, Num, Tree
from solver.rounding import Floats


def _pairs(u: Floats, v: Floats) -> Floats:
    """Each row of u less each row of v: (…, rows of u, rows of v, columns)."""
    return u[..., :, None, :] - v[..., None, :, :]


def _squared(u: Floats, v: Floats) -> Floats:
    return np.asarray(np.sum(_pairs(u, v) ** 2, axis=-1))


def _city(u: Floats, v: Floats) -> Floats:
    difference = _pairs(u, v)
    return np.asarray(np.sum(np.maximum(difference, -difference), axis=-1))


def _shape(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    if args[0][1] != args[1][1]:
        message = f"{fn} of {show(args[0])} and {show(args[1])}"
        raise FormulaError(message, "the rows of both must be equally long")
    return (args[0][0], args[1][0])


def _differences(args: Sequence[Interval]) -> Interval:
    u, v = args
    return minus(
        Interval(u.low[..., :, None, :], u.high[..., :, None, :]),
        Interval(v.low[..., None, :, :], v.high[..., None, :, :]),
    )


def _squared_bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    squares = power(_differences(args), point(np.full((1, 1), 2.0)))
    return np.sum(squares.low, axis=-1), np.sum(squares.high, axis=-1)


def _city_bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    low, high = _differences(args)
    least = np.where((low < 0) & (high > 0), 0.0, np.minimum(np.abs(low), np.abs(high)))
    return np.sum(least, axis=-1), np.sum(np.maximum(np.abs(low), np.abs(high)), axis=-1)


def _terms(operands: Cells, i: int, j: int) -> list[Bin]:
    def less(x: Num) -> Tree:
        return Group(x) if x.text.startswith("-") else x

    return [Bin("-", a, less(b)) for a, b in zip(operands.row(i), operands.row(j, 1), strict=True)]


def _squared_cell(operands: Cells, i: int, j: int, options: Given) -> Tree:
    return operands.total([Bin("**", Group(term), Num("2")) for term in _terms(operands, i, j)])


def _city_cell(operands: Cells, i: int, j: int, options: Given) -> Tree:
    return operands.total([Call("abs", (term,)) for term in _terms(operands, i, j)])


def _bell(u: Floats, v: Floats) -> Floats:
    return np.asarray(np.exp(-u / v))


def _bell_bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    low, high = over(*args)
    return np.exp(-high), np.exp(-low)


def _bell_cell(operands: Cells, i: int, j: int, options: Given) -> Tree:
    return Call("exp", (Neg(Group(Bin("/", operands.cell(i, j), operands.cell(i, j, 1)))),))


ROWS = {
    "squared_distances": Function(
        _squared,
        "The squared distance of row i of u from row j of v, in row i and column j.",
        ("squared_distances(X, Y)", "squared_distances(X, w)"),
        params=("u", "v"),
        shape=_shape,
        bounds=_squared_bounds,
        adjoints=("2*(sum_rows(G)*u - G @ v)", "2*(sum_columns(G).T*v - G.T @ u)"),
        cells=_squared_cell,
        notation=Notation("dist", power="2"),
        convention="dist²(U, V) has the squared distance of row i of U from row j of V in row i and column j",
        slips=(
            Slip("sums of moduli for squares", "moduli are added up, where squares belong", "city_distances(u, v)"),
        ),
        analytic=True,
    ),
    "city_distances": Function(
        _city,
        "The city-block distance of row i of u from row j of v, in row i and column j: the sum of the moduli.",
        ("city_distances(X, Y)", "city_distances(X, w)"),
        params=("u", "v"),
        shape=_shape,
        bounds=_city_bounds,
        adjoints=("",),
        cells=_city_cell,
        notation=Notation("dist", below="city"),
        convention="dist_city(U, V) has the sum of the moduli of row i of U less row j of V in row i and column j",
        slips=(Slip("squares for moduli", "squares are added up, where moduli belong", "squared_distances(u, v)"),),
    ),
    "bell": Function(
        _bell,
        "A bell over the squared distance u, e^(-u/v), with v = 2*sigma^2 for a Gaussian of width sigma.",
        ("bell(P, 0.7)", "bell(P, 1 + P)"),
        params=("u", "v"),
        bounds=_bell_bounds,
        definition="exp(-(u/v))",
        cells=_bell_cell,
        slopes=("-y/v", "y*u/v**2"),
        domain="of a width that is not 0",
        slips=(Slip("2 of 2σ² forgotten", "the squared distance is divided by 2σ², not by σ²", "bell(u, v/2)"),),
        range=(0.0, 1.0),
        analytic=True,
    ),
}
