"""Pooling of one channel, and what leads back: each window to its largest cell or its mean."""

from collections.abc import Sequence

import numpy as np

from solver.errors import FormulaError
from solver.formula.functions.convolution import correlate, correlate_transposed
from solver.formula.functions.intervals import Code, Ends, Given
from solver.formula.functions.row import Adjoint, Function, Notation, Slip
from solver.formula.functions.windows import Pair, Windows, checked, known, pair, windows
from solver.formula.functions.written import Cells
from solver.formula.interval import Interval, point
from solver.formula.sizes import Shape, misfit, show
from solver.formula.tree import Bin, Call, Group, Num, Option, Tree
from solver.rounding import Floats


def _windows(
    shape: Sequence[int], window: Option = 2, stride: Option | None = None, padding: Option = 0, after: Option = 0
) -> Windows:
    return windows(shape, pair(window), window if stride is None else stride, padding, after=after)


def _cells(x: Floats, found: Windows, value: float) -> Floats:
    """The cells of every window along a first axis: (cells, …, rows, columns)."""
    count = found.places((x.shape[-2], x.shape[-1]))
    padded = found.padded_by(x, value)
    return np.stack([padded[..., *found.along(count, r, c)] for r, c in np.ndindex(*found.size)])


def _back(cells: Floats, found: Windows, shape: Pair) -> Floats:
    """The windows' cells added up where they came from; the inverse of `_cells` in shape."""
    count = (cells.shape[-2], cells.shape[-1])
    made = np.zeros((*cells.shape[1:-2], *found.padded(shape)))
    for cell, (r, c) in zip(cells, np.ndindex(*found.size), strict=True):
        made[..., *found.along(count, r, c)] += cell
    return found.within(made, shape)


def _max_pool(u: Floats, **options: Option) -> Floats:
    return np.asarray(np.max(_cells(u, _windows(u.shape[-2:], **options), -np.inf), axis=0))


def _chosen(x: Floats, found: Windows) -> Floats:
    """1 at the first largest cell of each window, 0 elsewhere: (cells, …, rows, columns)."""
    cells = _cells(x, found, -np.inf)
    first = np.argmax(cells, axis=0)
    return np.asarray(np.arange(len(cells)).reshape(-1, *[1] * first.ndim) == first, dtype=float)


def _level(*arrays: Floats) -> list[Floats]:
    """The arrays with equally many leading axes: a batch must not meet the cells of a window."""
    most = max(each.ndim for each in arrays)
    return [each.reshape(*[1] * (most - each.ndim), *each.shape) for each in arrays]


def _max_unpool(u: Floats, x: Floats, **options: Option) -> Floats:
    u, x = _level(u, x)
    found = _windows(x.shape[-2:], **options)
    return _back(_chosen(x, found) * u, found, (x.shape[-2], x.shape[-1]))


def _max_pick(u: Floats, x: Floats, **options: Option) -> Floats:
    u, x = _level(u, x)
    found = _windows(x.shape[-2:], **options)
    return np.asarray(np.sum(_chosen(x, found) * _cells(u, found, 0.0), axis=0))


def _leveled(u: Interval, x: Interval) -> tuple[Interval, Interval]:
    made = _level(*u, *x)
    return Interval(*made[:2]), point(made[2]) if x.exact else Interval(*made[2:])


def _may_and_must(x: Interval, found: Windows) -> tuple[Floats, Floats]:
    """Where each window's first largest cell can be, and where it is for certain."""
    low, high = _cells(x.low, found, -np.inf), _cells(x.high, found, -np.inf)
    may = (high >= np.max(low, axis=0)) & (high > -np.inf)
    return may.astype(float), (may & (np.sum(may, axis=0) == 1)).astype(float)


def _unpool_bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    u, x = _leveled(*args)
    shape = (x.low.shape[-2], x.low.shape[-1])
    found = _windows(shape, **options)
    may, must = (_chosen(x.low, found),) * 2 if x.exact else _may_and_must(x, found)
    low = np.where(must > 0, u.low, may * np.minimum(u.low, 0.0))
    high = np.where(must > 0, u.high, may * np.maximum(u.high, 0.0))
    return _back(low, found, shape), _back(high, found, shape)


def _pick_bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    u, x = _leveled(*args)
    found = _windows(x.low.shape[-2:], **options)
    may = _chosen(x.low, found) if x.exact else _may_and_must(x, found)[0]
    low = np.where(may > 0, _cells(u.low, found, 0.0), np.inf)
    high = np.where(may > 0, _cells(u.high, found, 0.0), -np.inf)
    return np.min(low, axis=0), np.max(high, axis=0)


def _kernel(window: Option) -> Floats:
    """Under a mean each cell counts alike, padding too."""
    rows, columns = pair(window)
    return np.full((rows, columns), 1.0 / (rows * columns))


def _shares(found: Windows, shape: Pair) -> Floats:
    """How many times as much a cell of each window counts, where cells of it lie behind the padding: they do not count."""
    sides = []
    for n, count, f, s, a in zip(
        found.padded(shape), found.places(shape), found.size, found.stride, found.after, strict=True
    ):
        inside = np.minimum(f, n - a - np.arange(count) * s)
        sides.append(f / inside)
    return np.outer(*sides)


def _average_pool(
    u: Floats, window: Option = 2, stride: Option | None = None, padding: Option = 0, after: Option = 0
) -> Floats:
    made = correlate(u, _kernel(window), window if stride is None else stride, padding, after=after)
    if not any(pair(after)):
        return made
    shape = (u.shape[-2], u.shape[-1])
    return made * _shares(_windows(shape, window, stride, padding, after), shape)


def _average_unpool(
    u: Floats,
    window: Option = 2,
    stride: Option | None = None,
    padding: Option = 0,
    after: Option = 0,
    size: Option | None = None,
) -> Floats:
    if any(pair(after)):
        shape = (
            pair(size)
            if size is not None
            else _windows(u.shape[-2:], window, stride, padding, after).whole(u.shape[-2:])
        )
        u = u * _shares(_windows(shape, window, stride, padding, after), shape)
    return correlate_transposed(
        u, _kernel(window), window if stride is None else stride, padding, after=after, size=size
    )


# -- shapes ------------------------------------------------------------------------------------------------------------
def _pooled(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    shape = known(fn, args[0])
    return _on_cells(fn, shape, _windows(shape, **options))


def _on_cells(fn: str, shape: Pair, found: Windows) -> Pair:
    """How many places there are; raises FormulaError where a window lies on padding alone."""
    if any(p >= n for p, n in zip(found.padding, found.size, strict=True)):
        message = f"{fn}: a {show(found.size)} window in a padding of {show(found.padding)}"
        raise FormulaError(message, "a window is larger than the padding: it must not lie on padding alone")
    count = checked(fn, shape, found)
    if any((c - 1) * s >= n + p for c, s, n, p in zip(count, found.stride, shape, found.padding, strict=True)):
        message = f"{fn}: the last {show(found.size)} window lies behind the {show(shape)} input, on padding alone"
        raise FormulaError(message, "after is smaller, so that each window holds a cell of the input")
    return count


def _unpooled(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    x = known(fn, args[1])
    count = _on_cells(fn, x, _windows(x, **options))
    if args[0] != count:
        raise misfit(args[0], count, "the first argument has a number for each window of the second")
    return x


def _picked(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    if args[0] != args[1]:
        raise misfit(args[0], args[1], "the arguments must have one shape")
    return _pooled(fn, args[1:], options)


def _spread(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    u = known(fn, args[0])
    places = {name: option for name, option in options.items() if name != "size"}
    size = pair(options["size"]) if "size" in options else _windows(u, **places).whole(u)
    if _on_cells(fn, size, _windows(size, **places)) != u:
        raise misfit(u, size, "the same window and stride must lead from the result back to the input")
    return size


# -- gradients ---------------------------------------------------------------------------------------------------------
def _max_adjoint(call: Call, g: Tree, args: Sequence[Shape], k: int) -> Tree:
    return Call("max_unpool", (g, call.args[0]), call.options)


def _other(fn: str) -> Adjoint:
    """Of a function that is linear in its first argument and does not change with its second."""

    def adjoint(call: Call, g: Tree, args: Sequence[Shape], k: int) -> Tree:
        return Call(fn, (g, call.args[1]), call.options)

    return adjoint


def _average_adjoint(call: Call, g: Tree, args: Sequence[Shape], k: int) -> Tree:
    return Call("average_unpool", (g,), (*call.options, ("size", known(call.fn, args[0]))))


def _spread_adjoint(call: Call, g: Tree, args: Sequence[Shape], k: int) -> Tree:
    return Call("average_pool", (g,), tuple(o for o in call.options if o[0] != "size"))


# -- by hand -----------------------------------------------------------------------------------------------------------
def _window(operands: Cells, i: int, j: int, options: Given) -> list[Num]:
    """The cells of one window, padding left out."""
    rows, columns = operands.shape()
    found = _windows((rows, columns), **options)
    places = (found.place(i, j, r, c) for r, c in np.ndindex(*found.size))
    return [operands.cell(a, b) for a, b in places if 0 <= a < rows and 0 <= b < columns]


def _max_cell(operands: Cells, i: int, j: int, options: Given) -> Tree:
    return Call("max", tuple(_window(operands, i, j, options)))


def _average_cell(operands: Cells, i: int, j: int, options: Given) -> Tree:
    shape = operands.shape()
    found = _windows(shape, **options)
    sides = zip(found.padded(shape), found.size, found.stride, found.after, (i, j), strict=True)
    rows, columns = (min(f, n - a - k * s) for n, f, s, a, k in sides)
    return Bin("/", Group(operands.total(_window(operands, i, j, options))), Num(str(rows * columns)))


_OPTIONS: dict[str, Option | None] = {"window": 2, "stride": None, "padding": 0, "after": 0}

ROWS = {
    "max_pool": Function(
        _max_pool,
        "The largest cell of each window, 2×2 unless it is given, the stride as large as the window; padding never counts; after=1: one more row and column of it at the end, to round up.",
        (
            "max_pool(X)",
            "max_pool(X, window=3, stride=1, padding=1)",
            "max_pool(X, window=(2, 3))",
            "max_pool(X, after=(0, 1))",
        ),
        options=_OPTIONS,
        shape=_pooled,
        adjoints=(_max_adjoint,),
        cells=_max_cell,
        at_kink="has no slope where two cells of a window tie; there the first of them counts",
        tied="max_pick(u, x)",
        title="The largest of a window",
        notation=Notation("maxpool"),
        slips=(
            Slip("mean for the largest", "the mean of each window is taken, not its largest cell", "average_pool(u)"),
        ),
    ),
    "average_pool": Function(
        _average_pool,
        "The mean of each window, 2×2 unless it is given, the stride as large as the window; padding counts as 0, but what after adds does not count.",
        ("average_pool(X)", "average_pool(X, window=3, stride=(1, 2), padding=1)", "average_pool(X, after=(0, 1))"),
        options=_OPTIONS,
        shape=_pooled,
        adjoints=(_average_adjoint,),
        cells=_average_cell,
        notation=Notation("avgpool"),
        slips=(Slip("largest for the mean", "the largest cell of each window is taken, not the mean", "max_pool(u)"),),
    ),
    "max_unpool": Function(
        _max_unpool,
        "Each number of u at the place of its window's largest cell in x, 0 elsewhere: the way back through max_pool.",
        ("max_unpool(max_pool(Y), Y)", "max_unpool(Z, X, window=3, stride=1)"),
        params=("u", "x"),
        options=_OPTIONS,
        shape=_unpooled,
        bounds=_unpool_bounds,
        adjoints=(_other("max_pick"), ""),
        tied="max_unpool(u, x)",
        notation=Notation("maxunpool"),
        convention="maxunpool(u, x) puts each number of u where the largest cell of its window of x stands, and 0 elsewhere",
    ),
    "max_pick": Function(
        _max_pick,
        "Of each window the cell of u where x is largest.",
        ("max_pick(X, Y)",),
        params=("u", "x"),
        options=_OPTIONS,
        shape=_picked,
        bounds=_pick_bounds,
        adjoints=(_other("max_unpool"), ""),
        tied="max_pick(u, x)",
        notation=Notation("maxpick"),
        convention="maxpick(u, x) takes of each window the cell of u that stands where x is largest",
    ),
    "average_unpool": Function(
        _average_unpool,
        "Each number of u in equal shares over its window: the way back through average_pool.",
        (
            "average_unpool(Y)",
            "average_unpool(Y, window=3, stride=2, padding=1)",
            "average_unpool(Y, window=3, after=(1, 0))",
        ),
        options=_OPTIONS | {"size": None},
        shape=_spread,
        adjoints=(_spread_adjoint,),
        notation=Notation("avgunpool"),
        convention="avgunpool(u) spreads each number of u in equal shares over its window; where windows overlap, shares add up",
    ),
}
