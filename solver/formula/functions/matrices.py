"""Matrices: square ones, and those made of ones."""

from collections.abc import Sequence

import numpy as np

from solver.errors import FormulaError
from solver.formula.functions import shapes
from solver.formula.functions.intervals import Code, Ends, Given, unchanged
from solver.formula.functions.row import CONSTANT, Function, Notation
from solver.formula.interval import Interval
from solver.formula.sizes import SCALAR, Shape, show
from solver.formula.tree import Call, Tree
from solver.rounding import Floats


def _det(u: Floats) -> Floats:
    return np.asarray(np.linalg.det(u))[..., None, None]


def _det_bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    """By Hadamard's inequality, column by column: what the middle misses is at most this."""
    middle, radius = args[0].middle, args[0].radius
    norms = np.sqrt(np.sum(np.square(np.abs(middle) + radius), axis=-2))
    radii = np.sqrt(np.sum(np.square(radius), axis=-2))
    whole = np.prod(norms, axis=-1, keepdims=True)
    missed = np.sum(radii / np.where(norms == 0, 1.0, norms), axis=-1, keepdims=True) * whole
    at = _det(middle)
    return at - missed[..., None], at + missed[..., None]


def _inv(u: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.inv(u))
    except np.linalg.LinAlgError:
        return np.full(u.shape, np.nan)


def _inv_bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    """By the Neumann series: with E = |M⁻¹|·R below 1 in norm, (M ± R)⁻¹ is M⁻¹ ± (I − E)⁻¹·E·|M⁻¹|; else anything."""
    middle = _inv(args[0].middle)
    size = np.abs(middle)
    error = size @ args[0].radius
    good = (error.sum(axis=-1).max(axis=-1) < 1)[..., None, None]
    radius = _inv(np.eye(middle.shape[-1]) - np.where(good, error, 0.0)) @ error @ size
    return np.where(good, middle - radius, -np.inf), np.where(good, middle + radius, np.inf)


def _eye(u: Floats | None = None, size: tuple[int, int] = (1, 1)) -> Floats:
    if u is None:
        return np.eye(*size)
    return np.broadcast_to(np.eye(u.shape[-1]), u.shape) + 0.0


def _ones(u: Floats | None = None, size: tuple[int, int] = (1, 1)) -> Floats:
    return np.ones(size) if u is None else np.ones_like(u, dtype=float)


def _sized(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    if args:
        return shapes.square(fn, args, options) if fn == "eye" else args[0]
    size = options["size"]
    assert isinstance(size, tuple)
    return (size[0], size[1])


def _diag(u: Floats) -> Floats:
    return np.asarray(u * np.eye(u.shape[-2]))


def _diag_bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    """Each end by itself, and nothing but 0 elsewhere, even where an end is not finite."""
    on = np.eye(args[0].low.shape[-2]) > 0
    return np.where(on, args[0].low, 0.0), np.where(on, args[0].high, 0.0)


def _spread(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    rows, columns = args[0]
    if columns != 1:
        raise FormulaError(f"{fn} of a {show(args[0])} matrix", f"{fn} needs a column, n×1")
    return (rows, rows)


def _trace_adjoint(call: Call, g: Tree, args: Sequence[Shape], k: int) -> str:
    """1 for a single cell, which no I beside it makes clearer."""
    return "G*ones(u)" if args[0] == SCALAR else "G*eye(u)"


ROWS = {
    "ones": Function(
        _ones,
        "Ones: ones(4) is a column of 4, ones(2, 3) a 2×3 matrix, ones(X) as many as X has cells.",
        ("ones(X)", "ones(4)", "ones(2, 3)"),
        shape=_sized,
        bounds=unchanged,
        slopes=(CONSTANT,),
        sized=True,
        notation=Notation("1", "constant"),
        analytic=True,
    ),
    "eye": Function(
        _eye,
        "The identity matrix: eye(3) is 3×3, eye(A) as large as the square matrix A.",
        ("eye(A)", "eye(3)"),
        shape=_sized,
        bounds=unchanged,
        adjoints=("",),
        sized=True,
        notation=Notation("I", "constant"),
        analytic=True,
    ),
    "diag": Function(
        _diag,
        "The matrix with a column on its diagonal, and 0 elsewhere: softmax has the slopes diag(y) - y @ y.T.",
        ("diag(u)",),
        shape=_spread,
        bounds=_diag_bounds,
        adjoints=("sum_rows(eye(G)*G)",),
        analytic=True,
        noun="a diagonal matrix",
    ),
    "trace": Function(
        lambda u: np.trace(u, axis1=-2, axis2=-1)[..., None, None],
        "The sum of a square matrix's diagonal.",
        ("trace(A)",),
        shape=shapes.scalar_of_square,
        adjoints=(_trace_adjoint,),
        notation=Notation("tr"),
        analytic=True,
        noun="a trace",
    ),
    "det": Function(
        _det,
        "The determinant of a square matrix.",
        ("det(A)",),
        shape=shapes.scalar_of_square,
        bounds=_det_bounds,
        adjoints=("G*y*inv(u).T",),
        analytic=True,
        noun="a determinant",
    ),
    "inv": Function(
        _inv,
        "The inverse of a square matrix.",
        ("inv(A)",),
        shape=shapes.square,
        bounds=_inv_bounds,
        adjoints=("-(y.T @ G @ y.T)",),
        domain="an invertible matrix",
        notation=Notation(style="inverse"),
        analytic=True,
        noun="an inverse",
    ),
}
