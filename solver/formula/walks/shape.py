"""The shape walk: rows and columns of a formula, and the error that names the two shapes that do not fit."""

from collections.abc import Mapping

from solver.errors import FormulaError, nearest
from solver.formula.functions import FUNCTIONS
from solver.formula.functions.shapes import MAX_CELLS
from solver.formula.sizes import SCALAR, Shape, Size, misfit, show, spread
from solver.formula.source import source
from solver.formula.tree import Array, Bin, Call, Group, Name, Neg, Num, Sum, Transpose, Tree, Written

__all__ = ["MAX_CELLS", "SCALAR", "Shape", "Size", "shape", "show"]


def shape(tree: Tree, shapes: Mapping[str, Shape]) -> Shape:
    """Rows and columns of a formula whose names have the given shapes; raises FormulaError naming what does not fit."""
    match tree:
        case Name(id=name):
            if name not in shapes:
                raise FormulaError(f"{name!r} is not given yet", nearest(name, shapes))
            return shapes[name]
        case Num():
            return SCALAR
        case Array(value=v):
            return (v.shape[0], v.shape[1])
        case Neg(x) | Group(x):
            return shape(x, shapes)
        case Written(of):
            return shape(of, shapes)
        case Transpose(x):
            rows, columns = shape(x, shapes)
            return (columns, rows)
        case Call():
            return _call(tree, [shape(a, shapes) for a in tree.args])
        case Sum(terms):
            first, *others = (shape(t, shapes) for t in terms)
            for other in others:
                if other != first:
                    raise _misfit(tree, first, other, "terms of a sum need equal shapes")
            return first
        case Bin(op, a, b):
            return _join(tree, op, shape(a, shapes), shape(b, shapes))
        case _:
            raise TypeError(f"no shape for {tree!r}")


def _call(call: Call, args: list[Shape]) -> Shape:
    try:
        return FUNCTIONS[call.fn].shape(call.fn, args, dict(call.options))
    except FormulaError as error:
        raise FormulaError(f"{error.message} in {source(call)}", error.hint) from None


def _join(tree: Bin, op: str, a: Shape, b: Shape) -> Shape:
    if op == "@":
        if a[1] != b[0]:
            raise _misfit(tree, a, b, f"the {a[1]} columns on the left must meet {a[1]} rows on the right, not {b[0]}")
        if isinstance(a[0], int) and isinstance(b[1], int) and a[0] * b[1] > MAX_CELLS:
            message = f"{source(tree)} has {a[0]}×{b[1]} numbers"
            raise FormulaError(message, f"a result has {MAX_CELLS:,} numbers at the most")
        return (a[0], b[1])
    if op == "**":
        if b != SCALAR:
            raise _misfit(tree, a, b, "the exponent must be a scalar")
        return a
    found = spread(a, b)
    if found is None:
        raise _misfit(tree, a, b, f"{op} needs equal shapes, or a scalar, row or column on one side")
    return found


def _misfit(tree: Tree, a: Shape, b: Shape, hint: str) -> FormulaError:
    error = misfit(a, b, hint)
    return FormulaError(f"{error.message} in {source(tree)}", hint)
