"""Numbers that are nothing on paper: what the last digits of floats alone have made."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection

import numpy as np

from solver.rounding import Floats
from solver.working.items import Item

_LAST_DIGITS = 8 * float(np.finfo(float).eps)


def settle(item: Item, number: Floats, env: dict[str, Floats], given: Collection[str], below: float) -> Floats:
    """A number, 0 in each cell below a size that is another one when the last digits of what leads to it are.

    So Σ(d − y)² is 0 where y is d but for the arithmetic of an inverse. env: the exact numbers of what the item needs;
    given: the names whose digits are all meant.
    """
    made = {name: env[name] for name in item.needs if name not in given and name in env}
    lost = np.zeros(number.shape, dtype=bool)
    for apart in (False, True) if made else ():
        moved = {name: _moved(x, apart) for name, x in made.items()}
        other = item.precise(ChainMap(moved, env))  # a copy for each would take the square of their number
        if other is not None and other.shape == number.shape:
            with np.errstate(invalid="ignore"):
                lost |= ~(np.abs(other - number) <= np.abs(number) / 2)
    return np.where(lost & (np.abs(number) < below), 0.0, number)


def _moved(x: Floats, apart: bool) -> Floats:
    """The last digits moved, those of neighbouring cells alike or against one another."""
    ways = 1 - 2 * (np.arange(x.size) % 2).reshape(x.shape) if apart else 1
    return np.asarray(x * (1 + _LAST_DIGITS * ways))
