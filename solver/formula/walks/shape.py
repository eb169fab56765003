"""The shape walk: rows and columns of a formula, and the error that names the two shapes that do not fit."""

from collections.abc import Mapping
from typing import TypeAlias

from solver.errors import FormulaError, nearest
from solver.formula.functions import FUNCTIONS
from solver.formula.source import source
from solver.formula.tree import Array, Bin, Call, Group, Name, Neg, Num, Sum, Transpose, Tree, Written

Size: TypeAlias = int | str
"""A number of rows or columns: known, or a letter such as n."""
Shape: TypeAlias = tuple[Size, Size]

SCALAR: Shape = (1, 1)

MAX_CELLS = 4_000_000
"""The most numbers in one result; only a matrix product can have more than its operands."""


def show(shape: Shape) -> str:
    """`3×2`."""
    return f"{shape[0]}×{shape[1]}"


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
        case Call(fn, args):
            return _call(tree, fn, [shape(a, shapes) for a in args])
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


def _call(tree: Tree, fn: str, args: list[Shape]) -> Shape:
    if FUNCTIONS[fn].square and args[0][0] != args[0][1]:
        raise FormulaError(f"{fn} of a {show(args[0])} matrix in {source(tree)}", f"{fn} needs a square matrix")
    if FUNCTIONS[fn].to_scalar:
        return SCALAR
    result = args[0]
    for other in args[1:]:
        if other != SCALAR and result != SCALAR and other != result:
            raise _misfit(tree, result, other, "the arguments must have one shape, or be scalars")
        result = other if result == SCALAR else result
    return result


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
    if a == SCALAR:
        return b
    if b == SCALAR or a == b:
        return a
    raise _misfit(tree, a, b, f"{op} needs equal shapes, or a scalar on one side")


def _misfit(tree: Tree, a: Shape, b: Shape, hint: str) -> FormulaError:
    return FormulaError(f"shapes {show(a)} and {show(b)} do not fit in {source(tree)}", hint)
