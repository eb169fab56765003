"""Shapes: rows and columns, each a number or a letter, and what two of them make together."""

from typing import TypeAlias

from solver.errors import FormulaError

Size: TypeAlias = int | str
"""A number of rows or columns: known, or a letter such as n."""
Shape: TypeAlias = tuple[Size, Size]

SCALAR: Shape = (1, 1)


def show(shape: Shape) -> str:
    """`3×2`."""
    return f"{shape[0]}×{shape[1]}"


def spread(a: Shape, b: Shape) -> Shape | None:
    """The shape of a + b: equal shapes, a scalar, or a row or column spread over a matrix; None where they do not fit.

    A row and a column do not fit: that they make a matrix is more often a forgotten transpose than meant.
    """
    if a == b or b == SCALAR:
        return a
    if a == SCALAR:
        return b
    for small, large in ((a, b), (b, a)):
        if small in ((1, large[1]), (large[0], 1)):
            return large
    return None


def misfit(a: Shape, b: Shape, hint: str) -> FormulaError:
    """The error that names two shapes; the shape walk adds where."""
    return FormulaError(f"shapes {show(a)} and {show(b)} do not fit", hint)
