"""How shapes are found, by kind of function. `fn` is the function's name, for the message where they do not fit."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from solver.errors import FormulaError
from solver.formula.sizes import SCALAR, Shape, Size, misfit, show, spread

MAX_CELLS = 4_000_000
"""The most numbers in one result; few functions and the matrix product can have more than their operands."""

Given: TypeAlias = Mapping[str, int | tuple[int, ...]]


def like_arguments(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    """One shape for all arguments; scalars, rows and columns are spread."""
    result = args[0]
    for other in args[1:]:
        found = spread(result, other)
        if found is None:
            raise misfit(result, other, "the arguments must have one shape, or be scalars, rows or columns of it")
        result = found
    return result


def like_first(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    """The first argument's shape."""
    return args[0]


def scalar(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    """One number."""
    return SCALAR


def one_a_row(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    """A column: one number for each row."""
    return (args[0][0], 1)


def one_a_column(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    """A row: one number for each column."""
    return (1, args[0][1])


def square(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    """The argument's own shape, rows and columns alike."""
    if args[0][0] != args[0][1]:
        raise FormulaError(f"{fn} of a {show(args[0])} matrix", f"{fn} needs a square matrix")
    return args[0]


def scalar_of_square(fn: str, args: Sequence[Shape], options: Given) -> Shape:
    """One number from a square matrix."""
    square(fn, args, options)
    return SCALAR


def number(size: Size, fn: str) -> int:
    """A size that must be known."""
    if isinstance(size, str):
        raise FormulaError(f"{fn} needs a size that is known, not {size}", "give the quantity's numbers, or its size")
    return size
