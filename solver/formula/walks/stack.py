"""Quantities one behind the other on a new leading axis, so that one calculation serves for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter

import numpy as np

from solver.rounding import Floats

_SHAPE = attrgetter("shape")
FEW = 8
"""So few of one form go one by one."""

MOST_CELLS = 1 << 20
"""Of a stack: where more are to be computed, going from one to the next costs nothing."""


def stacked(uses: Sequence[Sequence[str]], env: Mapping[str, Floats]) -> tuple[dict[str, Floats], int]:
    """The quantities of definitions under the names of the first, those that differ in a stack; their number of axes.

    Raises KeyError for a name without a value, ValueError where rows and columns differ, or a stack becomes too large.
    """
    columns = [(column, [env[name] for name in dict.fromkeys(column)]) for column in zip(*uses, strict=True)]
    sizes = [set(map(_SHAPE, quantities)) for _, quantities in columns]
    depth = max(map(len, set().union(*sizes)))
    stacks = {}
    for (column, quantities), shapes in zip(columns, sizes, strict=True):
        if len(quantities) == 1:
            stacks[column[0]] = quantities[0]
            continue
        if len(quantities) < len(column):
            quantities = [env[name] for name in column]
        shape = quantities[0].shape
        if len(shapes) > 1:
            if len({each[-2:] for each in shapes}) > 1:
                raise ValueError("rows and columns differ")
            shape = np.broadcast_shapes(*shapes)
            quantities = [each if each.shape == shape else np.broadcast_to(each, shape) for each in quantities]
        if quantities[0].size * len(column) > MOST_CELLS:
            raise ValueError("too large for a stack")
        ones = (1,) * (depth - len(shape))
        stacks[column[0]] = np.concatenate(quantities).reshape(len(column), *ones, *shape)
    return stacks, depth + 1
