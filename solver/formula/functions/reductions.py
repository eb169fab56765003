"""Sums, means and extremes: of all cells, or of each row (_rows) or each column (_columns)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import inf

import numpy as np

from solver.formula.arithmetic import settled
from solver.formula.functions import shapes
from solver.formula.functions.activations import shares, shares_bounds
from solver.formula.functions.intervals import Bounding, Code, Ends, Given, unchanged
from solver.formula.functions.row import Function, Notation, Pair, Shaping, Slip
from solver.formula.functions.written import Cells
from solver.formula.interval import Interval, minus, power
from solver.formula.tree import Bin, Call, Group, Num, Tree
from solver.rounding import Floats

Axes = tuple[int, ...]

_ALONG: Mapping[str, tuple[Axes, Shaping, str]] = {
    "": ((-2, -1), shapes.scalar, "of all cells"),
    "_rows": ((-1,), shapes.one_a_row, "of each row, n×1"),
    "_columns": ((-2,), shapes.one_a_column, "of each column, 1×m"),
}
"""By the ending of a name: the axes that go, the shape that is left, and what that is in words."""


def _reduced(reduction: Callable[..., Floats], axes: Axes) -> Code:
    return lambda u: np.asarray(reduction(u, axis=axes, keepdims=True))


def _added(reduction: Callable[..., Floats], axes: Axes) -> Code:
    """A sum or a mean, 0 where nothing but noise is left."""

    def code(u: Floats) -> Floats:
        largest = np.asarray(np.max(np.abs(u), axis=axes, keepdims=True))
        return settled(np.asarray(reduction(u, axis=axes, keepdims=True)), [largest])

    return code


def _count(u: Floats, axes: Axes) -> Floats:
    kept = tuple(1 if k - 2 in axes else n for k, n in enumerate(u.shape[-2:]))
    return np.full((*u.shape[:-2], *kept), float(np.prod([u.shape[axis] for axis in axes])))


def _norm(u: Floats) -> Floats:
    return np.asarray(np.sqrt(np.sum(u * u, axis=(-2, -1), keepdims=True)))


def _norm_bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    low, high = args[0]
    smallest = np.where((low < 0) & (high > 0), 0.0, np.minimum(np.abs(low), np.abs(high)))
    return _norm(smallest), _norm(np.maximum(np.abs(low), np.abs(high)))


def _variance_bounds(axes: Axes) -> Bounding:
    """By the definition: the mean of the squared differences from the mean."""

    def bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
        mean = Interval(*(np.mean(x, axis=axes, keepdims=True) for x in args[0]))
        squares = power(minus(args[0], mean), Interval(two := np.full((1, 1), 2.0), two))
        return np.mean(squares.low, axis=axes, keepdims=True), np.mean(squares.high, axis=axes, keepdims=True)

    return bounds


def _flat(u: Floats, axes: Axes) -> Floats:
    """The cells that are compared, along one last axis."""
    if len(axes) == 2:
        return u.reshape(*u.shape[:-2], 1, -1)
    return u if axes == (-1,) else np.swapaxes(u, -1, -2)


def _first(u: Floats, axes: Axes, best: Callable[..., Floats]) -> Floats:
    """1 at the first cell that is the best along the axes, 0 elsewhere."""
    flat = _flat(u, axes)
    marks: Floats = (np.arange(flat.shape[-1]) == best(flat, axis=-1)[..., None]).astype(float)
    if len(axes) == 2:
        return marks.reshape(u.shape)
    return marks if axes == (-1,) else np.swapaxes(marks, -1, -2)


def _first_bounds(axes: Axes, smallest: bool) -> Bounding:
    """A cell is the best for certain above the highest of all others, and may be where none lies above its highest."""

    def bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
        low, high = args[0]
        if smallest:
            low, high = -high, -low
        order = np.sort(_flat(high, axes), axis=-1)
        top = _back(order[..., -1:], axes)
        second = _back(order[..., -2:-1], axes) if order.shape[-1] > 1 else np.full_like(top, -inf)
        rival = np.where(high == top, second, top)
        certain = low > rival
        possible = high >= np.max(low, axis=axes, keepdims=True)
        return certain.astype(float), possible.astype(float)

    return bounds


def _back(flat: Floats, axes: Axes) -> Floats:
    return flat if axes != (-2,) else np.swapaxes(flat, -1, -2)


def _index(u: Floats, axes: Axes, best: Callable[..., Floats]) -> Floats:
    flat = _flat(u, axes)
    return _back((best(flat, axis=-1) + 1.0)[..., None], axes)


def _index_bounds(axes: Axes, smallest: bool) -> Bounding:
    """Between the first and the last place that can be the best."""

    def bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
        low, high = args[0]
        if smallest:
            low, high = -high, -low
        possible = _flat((high >= np.max(low, axis=axes, keepdims=True)).astype(float), axes)
        first = np.argmax(possible, axis=-1) + 1.0
        last = possible.shape[-1] - np.argmax(possible[..., ::-1], axis=-1) + 0.0
        return _back(first[..., None], axes), _back(last[..., None], axes)

    return bounds


def _along(suffix: str) -> Callable[[Cells, int, int], Sequence[Num]]:
    """The cells that one result comes from."""
    return {
        "": lambda operands, i, j: operands.all(),
        "_rows": lambda operands, i, j: operands.row(i),
        "_columns": lambda operands, i, j: operands.column(j),
    }[suffix]


def _sum_cell(suffix: str, operands: Cells, i: int, j: int, options: Given) -> Tree:
    return operands.total(_along(suffix)(operands, i, j))


def _mean_cell(suffix: str, operands: Cells, i: int, j: int, options: Given) -> Tree:
    cells = _along(suffix)(operands, i, j)
    return Bin("/", Group(operands.total(cells)), Num(str(len(cells))))


def _extreme_cell(fn: str, suffix: str, operands: Cells, i: int, j: int, options: Given) -> Tree:
    return Call(fn, tuple(_along(suffix)(operands, i, j)))


def _share(operands: Cells, i: int, j: int, options: Given) -> Tree:
    powers: list[Tree] = [Call("exp", (x,)) for x in operands.row(i)]
    return Bin("/", Call("exp", (operands.cell(i, j),)), operands.total(powers))


_FIRST = "has no slope where two cells tie; there the first of them counts"


def _exchanged(best: str, other: str, formula: str) -> Slip:
    return Slip(f"{other} for {best}", f"the {other} is taken where the {best} belongs", formula)


def _rows() -> dict[str, Function]:
    made: dict[str, Function] = {}
    for suffix, (axes, shaped, where) in _ALONG.items():
        across = {"": "", "_rows": "_columns", "_columns": "_rows"}[suffix]
        over = {"": "over all cells", "_rows": "of each row", "_columns": "of each column"}[suffix]
        made[f"sum{suffix}"] = Function(
            _added(np.sum, axes),
            f"The sum {where}.",
            (f"sum{suffix}(X)",),
            by_row=f"sum{across}",
            shape=shaped,
            adjoints=("G*ones(u)",),
            noun=f"a sum {over}",
            analytic=True,
            cells=partial(_sum_cell, suffix) if suffix else None,
            notation=Notation("sum", below=suffix[1:]),
        )
        made[f"mean{suffix}"] = Function(
            _added(np.mean, axes),
            f"The mean {where}.",
            (f"mean{suffix}(X)",),
            by_row=f"mean{across}",
            shape=shaped,
            adjoints=(f"G*ones(u)/size{suffix}(u)",),
            noun=f"a mean {over}",
            analytic=True,
            cells=partial(_mean_cell, suffix) if suffix else None,
            slips=(Slip("sum for mean", "the sum is not divided by the number of its terms", f"sum{suffix}(u)"),),
            notation=Notation("mean", below=suffix[1:]),
        )
        made[f"variance{suffix}"] = Function(
            _reduced(np.var, axes),
            f"The variance {where}: the mean of the squared differences from the mean, divided by their number n.",
            (f"variance{suffix}(X)",),
            by_row=f"variance{across}",
            shape=shaped,
            bounds=_variance_bounds(axes),
            definition=f"mean{suffix}((u - mean{suffix}(u))**2)",
            adjoints=(f"2*G*(u - mean{suffix}(u))/size{suffix}(u)",),
            noun=f"a variance {over}",
            notation=Notation("variance", below=suffix[1:]),
            range=(0.0, inf),
        )
        made[f"size{suffix}"] = Function(
            partial(_count, axes=axes),
            f"The number of cells: {where}.",
            (f"size{suffix}(X)",),
            by_row=f"size{across}",
            shape=shaped,
            bounds=unchanged,
            adjoints=("",),
            analytic=True,
            notation=Notation("size", below=suffix[1:]),
        )
        for best, kind, reduction, index, worst in (
            ("largest", "max", np.max, np.argmax, ("smallest", "min")),
            ("smallest", "min", np.min, np.argmin, ("largest", "max")),
        ):
            name = f"{kind}{suffix}" if suffix else best
            last = f"{worst[1]}{suffix}" if suffix else worst[0]
            turned = f"{kind}{across}" if suffix else best
            made[name] = Function(
                _reduced(reduction, axes),
                f"The {best} {where}; of equal ones the first has the slope.",
                (f"{name}(X)",),
                by_row=turned,
                shape=shaped,
                adjoints=(f"G*is_{name}(u)",),
                cells=partial(_extreme_cell, kind, suffix),
                at_kink=_FIRST,
                tied=f"sum{suffix}(u*is_{name}(x))",
                notation=Notation(kind, below=suffix[1:]),
                title=f"The {best} cell",
            )
            made[f"is_{name}"] = Function(
                partial(_first, axes=axes, best=index),
                f"1 at the {best} {where.split(',')[0]}, at the first of equal ones, 0 elsewhere.",
                (f"is_{name}(X)",),
                by_row=f"is_{turned}",
                shape=shapes.like_first,
                bounds=_first_bounds(axes, kind == "min"),
                adjoints=("",),
                notation=Notation(f"onehot arg{kind}", below=suffix[1:]),
                slips=(_exchanged(best, worst[0], f"is_{last}(u)"),),
                range=(0.0, 1.0),
            )
        for best, index, other in (("largest", np.argmax, "smallest"), ("smallest", np.argmin, "largest")):
            smallest = best == "smallest"
            fn, last = ("argmin", "argmax") if smallest else ("argmax", "argmin")
            made[f"{fn}{suffix}"] = Function(
                partial(_index, axes=axes, best=index),
                f"The place of the {best} {where}, counted from 1"
                + (", row by row" if not suffix else "")
                + "; of equal ones the first.",
                (f"{fn}{suffix}(X)",),
                by_row=f"{fn}{across}",
                shape=shaped,
                bounds=_index_bounds(axes, smallest),
                adjoints=("",),
                notation=Notation(fn, below=suffix[1:]),
                slips=(_exchanged(best, other, f"{last}{suffix}(u)"),),
            )
    return made


ROWS = {
    **_rows(),
    "softmax_rows": Function(
        shares(-1),
        "The shares e^u_k/(sum of all e^u_j) of each row.",
        ("softmax_rows(X)", "softmax_rows(mask(X, M))", "softmax_rows(causal(X))"),
        shape=shapes.like_first,
        bounds=shares_bounds(-1),
        definition="exp(u)/sum_rows(exp(u))",
        shown="exp(u_k)/(Sum_j @ exp(u_j))",
        adjoints=("y*(G - sum_rows(y*G))",),
        cells=_share,
        activation=True,
        notation=Notation("softmax", below="rows"),
        title="Softmax of each row",
        domain="of numbers, not −∞ throughout a row",
        slips=(Slip("softmax along the wrong axis", "the shares are taken along the wrong axis", "softmax(u)"),),
        range=(0.0, 1.0),
        pairs=(
            Pair(
                ("-sum(d*log(y))", "sum(-d*log(y))"),
                "-(d - y)",
                (
                    (
                        "y*((-d/y) - (y*(-d/y)) @ ones(y.T @ y))",
                        "chain rule: the derivative of the loss, through that of softmax in each row",
                    ),
                    ("-d + y*(d @ ones(y.T @ y))", "the denominator cancels"),
                    ("-(d - y)", "the desired outputs of each row sum to 1"),
                ),
                "cross-entropy after softmax: the derivatives cancel to the plain error",
                distribution="rows",
            ),
        ),
        stable=(("log(y)", "log_softmax(u.T).T"),),
    ),
    "norm": Function(
        _norm,
        "The length of a vector, of a matrix the Frobenius norm: the root of the sum of all squares.",
        ("norm(X)",),
        by_row="norm",
        shape=shapes.scalar,
        bounds=_norm_bounds,
        adjoints=("G*u/y",),
        notation=Notation(style="double bars"),
        range=(0.0, inf),
        analytic=True,
        noun="a norm",
    ),
}
