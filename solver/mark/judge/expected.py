"""What honest students may give for one answer who go on from some numbers: the routes beside the usual ones, and between
what any honest calculation lies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from solver.mark.judge.follow import MORE, FollowedNumbers
from solver.mark.judge.key import of_rows
from solver.mark.judge.numbers import Rows
from solver.mark.judge.routes import INNER, finer, result, results, rounded
from solver.mark.judge.second_look import honest
from solver.mark.sheet import Quantity
from solver.rounding import Floats


class Expected(NamedTuple):
    """Of some students, (…, students, rows, columns).

    nearest: what exact values give that are carried since the last but one result; finer: what values give that are
    carried with a few digits more than asked. routed, others: what the routes give that round within a step, from
    numbers on the same route, and from exact ones. wide, likely: between what honest work lies, from numbers that may be off by
    what is not written of them; and from those that honest work gives, where they are right. nan where nothing is known.
    """

    nearest: Floats
    finer: Floats
    routed: Floats
    others: Floats
    wide: Floats
    likely: Floats

    def rows(self, rows: Rows) -> Expected:
        """Of some of the students."""
        return Expected(*(x[..., rows, :, :] for x in self))


_SIZES = np.cumsum([1, MORE, len(INNER), 2 * len(INNER), 2])
NUMBERS = int(_SIZES[-1]) + 2
"""So many numbers are expected of each cell."""


def expected(own: FollowedNumbers, quantity: Quantity, rows: Rows) -> Expected:
    """What may be expected of some students; worked out once for all who wrote the same before this answer."""
    behind = own.asked_before(quantity.name)
    where = (quantity.name, own.reach, behind)
    table = own.key.expected.get(where) or own.key.expected.setdefault(where, own.key.remembered())
    numbers = [x[key].take(rows, axis=0) for x in (own.batch.values, own.batch.decimals) for key in behind]
    found, which = table.of(numbers, rows.size, lambda some: _worked_out(own, quantity, rows[some]))
    found = found[which] if len(found) > 1 else np.broadcast_to(found, (rows.size, *found.shape[1:]))
    nearest, *more = np.split(found.swapaxes(0, 1), _SIZES)
    return Expected(nearest[0], *more)


def _worked_out(own: FollowedNumbers, quantity: Quantity, rows: Rows) -> Floats:
    """The numbers of `Expected` of some students, (students, numbers, rows, columns)."""
    found = [*_carried(own, quantity, rows), *_routed(own, quantity, rows)]
    for known in (own.interval_of, own.carried):
        span = honest(quantity, {need: known(need, rows) for need in quantity.solved.item.needs})
        found += [np.array(np.nan)] * 2 if span is None else span
    shape = (rows.size, *quantity.solved.written.shape)
    return np.stack([np.broadcast_to(x, shape) for x in found], axis=1)


def _carried(own: FollowedNumbers, quantity: Quantity, rows: Rows) -> list[Floats]:
    """What results give that are carried unrounded, and with a few digits more than asked."""
    raw = {need: of_rows(own.reached(need), rows, own.batch.count) for need in quantity.solved.item.needs}
    found = [result(quantity, raw)]
    for more in range(1, MORE + 1):
        carried = {need: rounded(finer(own.key.quantities[need].solved.form, more), x) for need, x in raw.items()}
        found.append(result(quantity, carried))
    return found


def _routed(own: FollowedNumbers, quantity: Quantity, rows: Rows) -> list[Floats]:
    """What the routes give that round within a step, from numbers on the same route, then from exact ones."""
    needs = quantity.solved.item.needs
    if quantity.solved.item.definition is None:
        return [np.array(np.nan)] * (3 * len(INNER))
    reached, exact = (
        {need: of_rows(numbers(need), rows, own.batch.count) for need in needs}
        for numbers in (own.reached, own.unrounded.__getitem__)
    )
    routed: list[Floats] = []
    others: list[Floats] = []
    for within in ("line", "every"):
        ways = [route for route in INNER if route.within == within]
        envs = [{need: of_rows(own.on_route(need, route), rows, own.batch.count) for need in needs} for route in ways]
        even = [route.even for route in ways]
        found = results(quantity, within, [*envs, reached, reached, exact, exact], [*even, *even, *even])
        routed += [*found[: len(ways)]]
        others += [*found[len(ways) :]]
    return routed + others
