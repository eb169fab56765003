"""The second look: the interval that an honest calculation can reach, never infinite and never far from a route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import product

import numpy as np

from solver.formula.functions import FUNCTIONS
from solver.formula.interval import Interval, point
from solver.formula.tree import Bin, Call, Name, Tree, walk
from solver.formula.walks.bounds import Stands, bounds
from solver.mark.judge.numbers import Flags
from solver.mark.judge.routes import both_ways, finer, rounded
from solver.mark.sheet import Quantity
from solver.rounding import Floats, Format, Rounding

_MOST_NAMES = 3


def honest(quantity: Quantity, own: Mapping[str, Interval]) -> Interval | None:
    """Between what the result of an honest calculation lies, not yet rounded; None where nothing is carried forward.

    own: between what the operands lie. Any intermediate result may be written down, rounded half up or to even.
    """
    formula, form = quantity.solved.item.definition, quantity.solved.form
    if formula is None:
        return quantity.solved.item.bounds(own)
    stands = partial(or_rounded, form) if isinstance(form, Rounding) else None
    return corners(formula, own, bounds(formula, own, stands), stands)


def or_rounded(form: Format, x: Interval, more: int = 0) -> Interval:
    """Between what a number lies that may be rounded, half up or to even, or not; more: or with so many digits more."""
    if not isinstance(form, Rounding):
        return x
    low, high = x.low, x.high
    ends = low if x.exact else np.stack([low, high])
    for written in (*both_ways(form, ends), *(rounded(finer(form, k), ends) for k in range(1, more + 1))):
        low = np.fmin(low, written if x.exact else written[0])
        high = np.fmax(high, written if x.exact else written[1])
    return Interval(low, high)


def near_routes(answer: Floats, plain: Floats, inner: Floats, reach: Floats, between: bool) -> Flags:
    """Whether an answer is within reach of a route; or between two that differ in the digits carried alone.

    plain, inner: what the routes give that differ so, and those that round within a step, (routes, …) each.
    """
    with np.errstate(invalid="ignore"):
        some = np.where(np.isfinite(plain), plain, np.nan)
        if between:
            found: Flags = (answer >= np.fmin.reduce(some) - reach) & (answer <= np.fmax.reduce(some) + reach)
        else:
            found = np.asarray((np.abs(answer - some) <= reach).any(axis=0))
        return np.asarray(found | (np.abs(answer - inner) <= reach).any(axis=0))


def corners(tree: Tree, own: Mapping[str, Interval], found: Interval, stands: Stands | None = None) -> Interval:
    """A tighter interval of an elementwise formula in which an operand stands twice, as in h·(1 − h).

    Each cell then depends on the same cell of its operands alone: its values at all their ends and middles, and a
    little more for what lies between, hold it.
    """
    used = [node.id for node in walk(tree) if isinstance(node, Name)]
    names = list(dict.fromkeys(used))
    if len(used) == len(names) or not 0 < len(names) <= _MOST_NAMES or not _elementwise(tree):
        return found
    ends = [[own[n].low] if own[n].exact else [own[n].low, own[n].middle, own[n].high] for n in names]
    chosen = list(product(*ends))
    if len(chosen) == 1:
        return found
    axes = max(x.ndim for at in ends for x in at)
    points = (
        _stacked(some, axes) if len(at) > 1 else at[0] for at, some in zip(ends, zip(*chosen, strict=True), strict=True)
    )
    values = bounds(tree, dict(zip(names, map(point, points), strict=True)), stands)
    with np.errstate(invalid="ignore", over="ignore"):
        low, high = np.fmin.reduce(values.low), np.fmax.reduce(values.high)
        more = (high - low) / 4
        low, high = np.where(np.isfinite(more), low - more, -np.inf), np.where(np.isfinite(more), high + more, np.inf)
    return Interval(np.maximum(found.low, low), np.minimum(found.high, high))


def _stacked(some: Sequence[Floats], axes: int) -> Floats:
    """Numbers along an axis in front of so many others."""
    return np.stack([x.reshape((1,) * (axes - x.ndim) + x.shape) for x in some])


def _elementwise(tree: Tree) -> bool:
    return all(
        FUNCTIONS[node.fn].elementwise if isinstance(node, Call) else not (isinstance(node, Bin) and node.op == "@")
        for node in walk(tree)
    )
