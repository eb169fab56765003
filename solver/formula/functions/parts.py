"""Parts of matrices, written X[1, 2] or X[1:3, :], counted from 1 with both ends, and matrices put together."""

from collections.abc import Callable, Sequence

import numpy as np

from solver.errors import FormulaError
from solver.formula.functions import shapes
from solver.formula.functions.row import Function, Given, Notation
from solver.formula.sizes import Shape, Size, misfit, show
from solver.formula.tree import Call, Option, Tree
from solver.rounding import Floats

Ends = tuple[int, int]


def _part(u: Floats, rows: Ends, columns: Ends) -> Floats:
    return u[..., _slice(rows, u.shape[-2]), _slice(columns, u.shape[-1])]


def _slice(ends: Ends, size: int) -> slice:
    """From the first to the last, counted from 1; 0 as the last is the end."""
    return slice(ends[0] - 1, ends[1] or size)


def _part_shape(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    rows, columns = args[0]
    return (_left(options["rows"], rows, "row", args[0]), _left(options["columns"], columns, "column", args[0]))


def _left(ends: Option, size: Size, what: str, shape: Shape) -> Size:
    """How many of the rows or columns are left."""
    first, last = _two(ends, f"{what}s", "(1, 3) is from the first to the third")
    if first == 1 and not last:
        return size
    known = shapes.number(size, "an entry")
    if not 1 <= first <= (last or known) <= known:
        wrong = first if not 1 <= first <= known else last
        hint = f"{what}s are counted from 1 to {known}"
        raise FormulaError(f"there is no {what} {wrong} of {show(shape)}", hint)
    return (last or known) - first + 1


def _two(option: Option, name: str, hint: str) -> Ends:
    """Both numbers of an option; raises FormulaError where there is only one."""
    if not isinstance(option, tuple) or len(option) != 2:
        raise FormulaError(f"{name}={option}, expected two numbers", hint)
    return (option[0], option[1])


def _around(u: Floats, rows: Ends, columns: Ends, size: Ends) -> Floats:
    made = np.zeros((*u.shape[:-2], *size))
    made[..., _slice(rows, size[0]), _slice(columns, size[1])] = u
    return made


def _around_shape(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    size = _two(options["size"], "size", "rows and columns: size=(2, 3)")
    found = _part_shape(fn, [size], options)
    if found != args[0]:
        raise misfit(args[0], found, "the rows and columns must be as many as the matrix has")
    if size[0] * size[1] > shapes.MAX_CELLS:
        raise FormulaError(f"{fn} has {show(size)} numbers", f"a result has {shapes.MAX_CELLS:,} numbers at the most")
    return size


def _part_adjoint(call: Call, g: Tree, args: Sequence[Shape], k: int) -> Tree:
    size = tuple(shapes.number(n, "the gradient of an entry") for n in args[0])
    return Call("zeros_around", (g,), (*call.options, ("size", size)))


def _around_adjoint(call: Call, g: Tree, args: Sequence[Shape], k: int) -> Tree:
    return Call("[]", (g,), call.options[:2])


# -- put together ------------------------------------------------------------------------------------------------------
def _joined(axis: int) -> Callable[..., Floats]:
    def code(*args: Floats) -> Floats:
        lead = np.broadcast_shapes(*(a.shape[:-2] for a in args))
        return np.concatenate([np.broadcast_to(a, (*lead, *a.shape[-2:])) for a in args], axis=axis)

    return code


def _joined_shape(axis: int) -> Callable[[str, Sequence[Shape], Given], Shape]:
    def shape(fn: str, args: Sequence[Shape], options: Given) -> Shape:
        first = args[0]
        for other in args[1:]:
            if other[1 - axis] != first[1 - axis]:
                raise misfit(first, other, f"{fn} needs equally many {'columns' if axis == 0 else 'rows'}")
        total = sum(shapes.number(a[axis], fn) for a in args)
        return (total, first[1]) if axis == 0 else (first[0], total)

    return shape


def _joined_adjoint(axis: int) -> Callable[[Call, Tree, Sequence[Shape], int], Tree]:
    def adjoint(call: Call, g: Tree, args: Sequence[Shape], k: int) -> Tree:
        start = sum(shapes.number(a[axis], call.fn) for a in args[:k])
        ends = (start + 1, start + shapes.number(args[k][axis], call.fn))
        rows, columns = (ends, (1, 0)) if axis == 0 else ((1, 0), ends)
        return Call("[]", (g,), (("rows", rows), ("columns", columns)))

    return adjoint


# -- as one column -----------------------------------------------------------------------------------------------------
def _flat_shape(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    rows, columns = (shapes.number(n, fn) for n in args[0])
    return (rows * columns, 1)


def _reshaped(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    rows, columns = (shapes.number(n, fn) for n in args[0])
    size = options.get("size")
    if not isinstance(size, tuple) or len(size) != 2:
        raise FormulaError(f"{fn} without rows and columns", f"write {fn}(X, size=(2, 3))")
    if rows * columns != size[0] * size[1]:
        raise misfit(args[0], (size[0], size[1]), f"{fn} keeps all cells")
    return (size[0], size[1])


def _flat_adjoint(call: Call, g: Tree, args: Sequence[Shape], k: int) -> Tree:
    return Call("reshape", (g,), (("size", tuple(shapes.number(n, call.fn) for n in args[0])),))


ROWS = {
    "[]": Function(
        _part,
        "A part: W[1, 2] is the entry in row 1, column 2, X[1:3, :] the first three rows, u[2] the second of a vector.",
        ("X[1, 2]", "X[2:3, :]", "X[:, 2]", "u[2]"),
        options={"rows": (), "columns": ()},
        by_row="[]",
        shape=_part_shape,
        adjoints=(_part_adjoint,),
        infinite=True,
        notation=Notation(style="part"),
    ),
    "zeros_around": Function(
        _around,
        "A matrix of zeros with u in some rows and columns of it: zeros_around(u, rows=(2, 4), columns=(1, 1), size=(5, 2)).",
        ("zeros_around(u, rows=(2, 4), columns=(1, 1), size=(5, 2))",),
        options={"rows": (), "columns": (), "size": ()},
        shape=_around_shape,
        adjoints=(_around_adjoint,),
        notation=Notation("zeros around"),
    ),
    "flatten": Function(
        lambda u: u.reshape(*u.shape[:-2], -1, 1),
        "All cells as one column, row by row.",
        ("flatten(X)",),
        shape=_flat_shape,
        adjoints=(_flat_adjoint,),
        infinite=True,
    ),
    "reshape": Function(
        lambda u, size: u.reshape(*u.shape[:-2], *size),
        "The cells, row by row, as a matrix of another size: reshape(X, size=(2, 3)).",
        ("reshape(flatten(X), size=(6, 2))",),
        options={"size": ()},
        shape=_reshaped,
        adjoints=(_flat_adjoint,),
        infinite=True,
    ),
    "vstack": Function(
        _joined(-2),
        "Matrices or vectors one below the other.",
        ("vstack(X, Y)", "vstack(u, a, u)"),
        params=("u", "v"),
        more=True,
        by_row="hstack",
        shape=_joined_shape(0),
        adjoints=(_joined_adjoint(0),),
        infinite=True,
        notation=Notation(style="stacked"),
    ),
    "hstack": Function(
        _joined(-1),
        "Matrices or vectors side by side.",
        ("hstack(X, Y)", "hstack(u.T, a)"),
        params=("u", "v"),
        more=True,
        by_row="vstack",
        shape=_joined_shape(1),
        adjoints=(_joined_adjoint(1),),
        infinite=True,
        notation=Notation(style="side by side"),
    ),
}
