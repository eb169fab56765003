"""A window that slides over a matrix: where it stands, and how many places there are."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from solver.errors import FormulaError
from solver.formula.functions import shapes
from solver.formula.functions.shapes import number
from solver.formula.sizes import Shape, show
from solver.formula.tree import Option
from solver.named import NamedTuple
from solver.rounding import Floats

Pair = tuple[int, int]

MOST_CELLS = 40_000_000
"""Of all windows together."""


def pair(option: Option) -> Pair:
    """One number for rows and columns, or one each."""
    return (option, option) if isinstance(option, int) else (option[0], option[1])


class Windows(NamedTuple):
    """Places of a window of `size` cells over an input, each a pair (rows, columns).

    after: so much more padding at the bottom and on the right, as an uneven "same" and rounding up need.
    """

    size: Pair
    stride: Pair
    padding: Pair
    dilation: Pair
    after: Pair = (0, 0)

    def places(self, shape: Pair) -> Pair:
        """How many places there are, down and across; none where a number is too small to make sense."""
        if min(*shape, *self.size, *self.stride, *self.dilation) < 1 or min(*self.padding, *self.after) < 0:
            return (0, 0)
        rows, columns = (
            (n + 2 * p + a - d * (f - 1) - 1) // s + 1 for n, f, s, p, d, a in zip(shape, *self, strict=True)
        )
        return (rows, columns)

    def whole(self, count: Pair) -> Pair:
        """The smallest input that has so many places."""
        rows, columns = (
            (n - 1) * s - 2 * p - a + d * (f - 1) + 1 for n, f, s, p, d, a in zip(count, *self, strict=True)
        )
        return (rows, columns)

    def padded(self, shape: Pair) -> Pair:
        """Rows and columns of the input with its padding."""
        rows, columns = (n + 2 * p + a for n, p, a in zip(shape, self.padding, self.after, strict=True))
        return (rows, columns)

    def padded_by(self, x: Floats, value: float = 0.0) -> Floats:
        """An input with its padding of one value around it."""
        (p, q), (a, b) = self.padding, self.after
        widths = [(0, 0)] * (x.ndim - 2) + [(p, p + a), (q, q + b)]
        return np.pad(x, widths, constant_values=value) if p or q or a or b else x

    def within(self, padded: Floats, shape: Pair) -> Floats:
        """The input of a shape without its padding."""
        p, q = self.padding
        return padded[..., p : p + shape[0], q : q + shape[1]]

    def along(self, count: Pair, r: int, c: int) -> tuple[slice, slice]:
        """The padded input's cells that stand under cell (r, c) of the window, one for each of so many places."""
        rows, columns = (
            slice(k * d, k * d + (n - 1) * s + 1, s)
            for k, d, n, s in zip((r, c), self.dilation, count, self.stride, strict=True)
        )
        return rows, columns

    def place(self, i: int, j: int, r: int, c: int) -> Pair:
        """Where cell (r, c) of the window stands when the window is at (i, j); outside the input it is padding."""
        (s, t), (p, q), (d, e) = self.stride, self.padding, self.dilation
        return (i * s + r * d - p, j * t + c * e - q)

    def standing(self, count: Pair, i: int, j: int) -> list[tuple[Pair, Pair]]:
        """Each of so many places of the window where a cell of it stands at (i, j), with that cell: the inverse of `place`."""
        rows, columns = (
            [(k, (at - k * s) // d) for k in range(max(0, -((d * (f - 1) - at) // s)), min(n, at // s + 1))
             if (at - k * s) % d == 0]
            for at, n, f, s, d in zip(
                (i + self.padding[0], j + self.padding[1]), count, self.size, self.stride, self.dilation, strict=True
            )
        )  # fmt: skip
        return [((a, b), (r, c)) for a, r in rows for b, c in columns]


def windows(
    shape: Sequence[int],
    size: Sequence[int],
    stride: Option = 1,
    padding: Option = 0,
    dilation: Option = 1,
    after: Option = 0,
) -> Windows:
    """The windows over an input of a shape. Where input and window are both one cell wide, stride and padding rest."""
    flat = [n == f == 1 for n, f in zip(shape, size, strict=True)]
    s, p, d, a = ([rest if o else x for x, o in zip(pair(given), flat, strict=True)]
               for given, rest in ((stride, 1), (padding, 0), (dilation, 1), (after, 0)))  # fmt: skip
    return Windows((size[0], size[1]), (s[0], s[1]), (p[0], p[1]), (d[0], d[1]), (a[0], a[1]))


def known(fn: str, shape: Shape) -> Pair:
    """A shape in numbers; raises FormulaError where it has letters."""
    return (number(shape[0], fn), number(shape[1], fn))


def checked(fn: str, shape: Pair, found: Windows) -> Pair:
    """How many places there are; raises FormulaError where there is none, or more cells than can be worked through."""
    count = found.places(shape)
    if min(count) < 1:
        message = f"{fn}: a {show(found.size)} window has no place on a {show(shape)} input"
        raise FormulaError(
            message, "input and padding together must hold the window; stride and dilation are at least 1"
        )
    padded = prod(found.padded(shape))
    if padded > shapes.MAX_CELLS or prod(count) * prod(found.size) > MOST_CELLS:
        message = f"{fn}: {show(count)} places of a {show(found.size)} window are too many"
        raise FormulaError(message, f"the padded input has {shapes.MAX_CELLS:,} numbers at the most")
    return count
