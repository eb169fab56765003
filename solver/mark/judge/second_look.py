"""The second look: the interval that an honest calculation can reach, never infinite and never far from a route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from solver.formula.functions import FUNCTIONS
from solver.formula.interval import Interval
from solver.formula.tree import Bin, Call, Name, Tree, walk
from solver.formula.walks.value import value
from solver.mark.judge.numbers import Flags
from solver.mark.sheet import Quantity
from solver.rounding import Floats

_MOST_NAMES = 3


def in_reach(
    quantity: Quantity,
    answer: Floats,
    limit: Floats,
    own: Mapping[str, Interval],
    follows: Floats,
    inner: Sequence[Floats],
) -> Flags:
    """Whether an honest calculation can reach an answer from operands that lie between what `own` says.

    limit: half a unit of the answer. follows: what the operands as written give; inner: what comes out where intermediates are rounded too, which tells
    how far that may lead off.
    """
    found = quantity.solved.item.bounds(own)
    if found is None or not inner:
        return np.zeros(answer.shape, dtype=bool)
    if quantity.solved.item.definition is not None:
        found = corners(quantity.solved.item.definition, own, found)
    with np.errstate(invalid="ignore"):
        gaps = [np.where(np.isfinite(x), np.abs(x - follows), 0.0) for x in inner]
        more = limit + np.fmax.reduce(gaps)
        return np.asarray((answer >= found.low - more) & (answer <= found.high + more))


def near_routes(answer: Floats, plain: Sequence[Floats], inner: Sequence[Floats], reach: Floats) -> Flags:
    """Whether an answer is within reach of a route, or between two that differ in the digits carried alone."""
    with np.errstate(invalid="ignore"):
        some = [np.where(np.isfinite(x), x, np.nan) for x in plain]
        found: Flags = (answer >= np.fmin.reduce(some) - reach) & (answer <= np.fmax.reduce(some) + reach)
        for x in inner:
            found |= np.abs(answer - x) <= reach
    return found


def corners(tree: Tree, own: Mapping[str, Interval], found: Interval) -> Interval:
    """A tighter interval of an elementwise formula in which an operand stands twice, as in h·(1 − h).

    Each cell then depends on the same cell of its operands alone: its values at all their ends and middles, and a
    little more for what lies between, hold it.
    """
    used = [node.id for node in walk(tree) if isinstance(node, Name)]
    names = list(dict.fromkeys(used))
    if len(used) == len(names) or not 0 < len(names) <= _MOST_NAMES or not _elementwise(tree):
        return found
    ends = [[own[n].low] if own[n].exact else [own[n].low, own[n].middle, own[n].high] for n in names]
    values = [value(tree, dict(zip(names, chosen, strict=True))) for chosen in product(*ends)]
    with np.errstate(invalid="ignore"):
        low, high = np.fmin.reduce(values), np.fmax.reduce(values)
        more = (high - low) / 4
        low, high = np.where(np.isfinite(more), low - more, -np.inf), np.where(np.isfinite(more), high + more, np.inf)
    return Interval(np.maximum(found.low, low), np.minimum(found.high, high))


def _elementwise(tree: Tree) -> bool:
    return all(
        FUNCTIONS[node.fn].elementwise if isinstance(node, Call) else not (isinstance(node, Bin) and node.op == "@")
        for node in walk(tree)
    )
