"""Convolution of one channel: a kernel slides over an input, a row or column being an input of one dimension.

Several channels are several quantities: Y1 = correlate(X1, K11) + correlate(X2, K12) + b1. So everything stays a
matrix, leading axes stay free for students and variants, and each cell's sum prints as a lecturer writes it.
"""

from collections.abc import Callable, Sequence
from itertools import product
from math import prod

import numpy as np

from solver.errors import FormulaError
from solver.formula.functions import shapes
from solver.formula.functions.intervals import bilinear
from solver.formula.functions.row import Function, Given, Notation, Slip
from solver.formula.functions.windows import Pair, checked, known, pair, windows
from solver.formula.functions.written import Cells
from solver.formula.sizes import Shape, show
from solver.formula.tree import Call, Option, Options, Tree
from solver.rounding import Floats


def correlate(
    x: Floats,
    k: Floats,
    stride: Option = 1,
    padding: Option = 0,
    dilation: Option = 1,
    after: Option = 0,
    size: Option | None = None,
) -> Floats:
    """The sums of products of a kernel with what lies under it. size: how many places, from the first, are kept."""
    found = windows(x.shape[-2:], k.shape[-2:], stride, padding, dilation, after)
    count = found.places((x.shape[-2], x.shape[-1])) if size is None else pair(size)
    padded = found.padded_by(x)
    made = np.zeros((*np.broadcast_shapes(x.shape[:-2], k.shape[:-2]), *count))
    for r, c in np.ndindex(*found.size):
        made += k[..., r : r + 1, c : c + 1] * padded[..., *found.along(count, r, c)]
    return made


def correlate_transposed(
    u: Floats,
    k: Floats,
    stride: Option = 1,
    padding: Option = 0,
    dilation: Option = 1,
    after: Option = 0,
    size: Option | None = None,
) -> Floats:
    """Each cell of u times the kernel, added up where the kernel stood. size: rows and columns of the result."""
    found = windows(u.shape[-2:], k.shape[-2:], stride, padding, dilation, after)
    shape = found.whole((u.shape[-2], u.shape[-1])) if size is None else pair(size)
    found = windows(shape, k.shape[-2:], stride, padding, dilation, after)
    count = (u.shape[-2], u.shape[-1])
    lead = np.broadcast_shapes(u.shape[:-2], k.shape[:-2])
    made = np.zeros((*lead, *found.padded(shape)))
    for r, c in np.ndindex(*found.size):
        made[..., *found.along(count, r, c)] += k[..., r : r + 1, c : c + 1] * u
    return found.within(made, shape)


def convolve(
    x: Floats, k: Floats, stride: Option = 1, padding: Option = 0, dilation: Option = 1, after: Option = 0
) -> Floats:
    """As `correlate`, with the kernel turned by 180°."""
    return correlate(x, k[..., ::-1, ::-1], stride, padding, dilation, after)


def _places(options: Given) -> dict[str, Option]:
    return {name: option for name, option in options.items() if name != "size"}


def _correlated(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    x, k = (known(fn, a) for a in args)
    count = checked(fn, x, windows(x, k, **_places(options)))
    if "size" not in options:
        return count
    kept = pair(options["size"])
    if not all(1 <= a <= b for a, b in zip(kept, count, strict=True)):
        raise FormulaError(f"{fn} with size {show(kept)} of {show(count)} places", "size keeps the first places")
    return kept


def _transposed(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    u, k = (known(fn, a) for a in args)
    found = windows(u, k, **_places(options))
    size = pair(options["size"]) if "size" in options else found.whole(u)
    found = windows(size, k, **_places(options))
    if min(size) < 1 or any(n < m for n, m in zip(found.places(size), u, strict=True)):
        message = f"{fn}: a {show(u)} input has no {show(size)} result"
        raise FormulaError(
            message, "the result must be an input from which the same window, stride and padding lead back"
        )
    if prod(found.padded(size)) > shapes.MAX_CELLS:
        raise FormulaError(
            f"{fn} has {show(size)} numbers", f"a result and its padding have {shapes.MAX_CELLS:,} numbers at the most"
        )
    return size


# -- gradients ---------------------------------------------------------------------------------------------------------
def _only(options: Options, **more: Option) -> Options:
    return (*((name, option) for name, option in options if name != "size"), *more.items())


def _swapped(options: Options) -> Options:
    """Stride and dilation exchanged: how a kernel's gradient slides the result's gradient over the input."""
    names = {"stride": "dilation", "dilation": "stride"}
    return _only(tuple((names.get(name, name), option) for name, option in options))


def _cut_to(size: Pair, x: Pair, k: Pair, options: Options) -> dict[str, Option]:
    """The option `size` of a correlation of these shapes, where it has more places than that."""
    return {} if windows(x, k, **_places(dict(options))).places(x) == size else {"size": size}


def _turned(k: Tree) -> Tree:
    return Call("turned", (k,))


def _same(k: Tree) -> Tree:
    return k


def _correlate_adjoint(turn: Callable[[Tree], Tree]) -> Callable[[Call, Tree, Sequence[Shape], int], Tree]:
    def adjoint(call: Call, g: Tree, args: Sequence[Shape], k: int) -> Tree:
        x, kernel = (known(call.fn, a) for a in args)
        made = known(call.fn, _correlated(call.fn, args, dict(call.options)))
        if k == 0:
            whole = windows(made, kernel, **_places(dict(call.options))).whole(made)
            size: dict[str, Option] = {} if whole == x else {"size": x}
            return Call("correlate_transposed", (g, turn(call.args[1])), _only(call.options, **size))
        swapped = _swapped(call.options)
        return turn(Call("correlate", (call.args[0], g), _only(swapped, **_cut_to(kernel, x, made, swapped))))

    return adjoint


def _transposed_adjoint(call: Call, g: Tree, args: Sequence[Shape], k: int) -> Tree:
    u, kernel = (known(call.fn, a) for a in args)
    made = known(call.fn, _transposed(call.fn, args, dict(call.options)))
    if k == 0:  # a result made larger can have room for more places than u has cells
        return Call("correlate", (g, call.args[1]), _only(call.options, **_cut_to(u, made, kernel, call.options)))
    swapped = _swapped(call.options)
    return Call("correlate", (g, call.args[0]), _only(swapped, **_cut_to(kernel, made, u, swapped)))


# -- by hand -----------------------------------------------------------------------------------------------------------
def _places_under(operands: Cells, i: int, j: int, options: Given, turned: bool) -> list[tuple[Pair, Pair]]:
    """The cells of the input with those of the kernel that stand on them; padding adds 0, and has none."""
    (rows, columns), (height, width) = operands.shape(0), operands.shape(1)
    found = windows((rows, columns), (height, width), **_places(options))
    made = []
    for r, c in product(range(height), range(width)):
        a, b = found.place(i, j, r, c)
        if 0 <= a < rows and 0 <= b < columns:
            made.append(((a, b), (height - 1 - r, width - 1 - c) if turned else (r, c)))
    return made


def _correlate_cell(operands: Cells, i: int, j: int, options: Given) -> Tree:
    return operands.products(_places_under(operands, i, j, options, turned=False))


def _convolve_cell(operands: Cells, i: int, j: int, options: Given) -> Tree:
    return operands.products(_places_under(operands, i, j, options, turned=True))


def _transposed_cell(operands: Cells, i: int, j: int, options: Given) -> Tree:
    shape, kernel = operands.shape(0), operands.shape(1)
    return operands.products(windows(shape, kernel, **_places(options)).standing(shape, i, j))


_OPTIONS: dict[str, Option | None] = {"stride": 1, "padding": 0, "dilation": 1, "after": 0}

ROWS = {
    "correlate": Function(
        correlate,
        "Cross-correlation, what networks call convolution: the kernel k slides over u unturned; stride, padding and "
        "dilation are whole numbers or pairs (rows, columns); padding is 0, after: more of it at the bottom and right.",
        (
            "correlate(X, K)",
            "correlate(X, K, stride=2, padding=1)",
            "correlate(X, K, stride=(1, 2), padding=(2, 0), dilation=(2, 1))",
            "correlate(X[1, :], w, padding=1)",
            "correlate(X, K, stride=2, padding=1, after=(1, 0))",
            "correlate(X, Y, padding=1, size=(2, 3))",
        ),
        params=("u", "k"),
        options=_OPTIONS | {"size": None},
        shape=_correlated,
        bounds=bilinear,
        adjoints=(_correlate_adjoint(_same),) * 2,
        cells=_correlate_cell,
        slips=(
            Slip(
                "kernel turned",
                "the kernel is turned by 180°: here it slides over the input as it is",
                "convolve(u, k)",
            ),
        ),
        notation=Notation("corr"),
        convention="corr(u, k) slides the kernel k over u, unturned: a cell is the sum of the products of what lies on each other",
    ),
    "convolve": Function(
        convolve,
        "True convolution: as correlate, with the kernel turned by 180°.",
        ("convolve(X, K)", "convolve(X, K, stride=2, padding=(1, 0), dilation=2)"),
        params=("u", "k"),
        options=_OPTIONS,
        shape=_correlated,
        bounds=bilinear,
        adjoints=(_correlate_adjoint(_turned),) * 2,
        cells=_convolve_cell,
        notation=Notation("conv"),
        convention="conv(u, k) turns the kernel k by 180° before it slides over u",
        slips=(Slip("kernel not turned", "the kernel must be turned by 180° first", "correlate(u, k)"),),
    ),
    "correlate_transposed": Function(
        correlate_transposed,
        "Transposed convolution: each cell of u times the kernel, added up where the kernel stood; size chooses among "
        "the results that stride allows.",
        (
            "correlate_transposed(Y, K)",
            "correlate_transposed(Y, K, stride=2, padding=1)",
            "correlate_transposed(Y, K, stride=(2, 3), dilation=(1, 2), size=(9, 10))",
        ),
        params=("u", "k"),
        options=_OPTIONS | {"size": None},
        shape=_transposed,
        bounds=bilinear,
        adjoints=(_transposed_adjoint,) * 2,
        cells=_transposed_cell,
        notation=Notation("corr", below="transposed"),
        convention="corr_transposed(u, k) puts each cell of u times the kernel k where the kernel stood, and adds up what overlaps",
    ),
    "turned": Function(
        lambda u: u[..., ::-1, ::-1],
        "A kernel turned by 180°.",
        ("turned(X)",),
        shape=shapes.like_first,
        adjoints=("turned(G)",),
    ),
}
