"""One answer of those who have something else than the key: on the routes, in the interval, short of a digit."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from solver.mark.judge.digits import (
    coarse,
    half_asked,
    half_written,
    near,
    one_short,
    room,
    same,
    two_digits_right,
)
from solver.mark.judge.follow import MORE, FollowedNumbers, widths
from solver.mark.judge.guards import may_be_infinite, outside
from solver.mark.judge.key import CORRECT, FOLLOWED, WRONG, Rows, of_rows
from solver.mark.judge.numbers import Codes, Flags, Judged, Note, Verdict, anywhere
from solver.mark.judge.routes import INNER, NAMED, finer, result, results, rounded
from solver.mark.judge.second_look import honest, near_routes
from solver.mark.sheet import Quantity
from solver.rounding import Floats, Rounding

_FAR, _FAR_SHARE, _FAR_WIDTHS = 40.0, 0.3, 3.0
"""What is off by more than so many units, and by this share, and by so many times what honest rounding makes of the key's
own numbers, is on no route, however somebody rounds."""
_REACH = 3.0
"""So many units an answer may be off a route where honest rounding has no end."""
_AT_ONCE = 1024
"""So many students are looked at further at once: what all routes give of them is not large."""
_USUAL = 4.3
"""What a route that rounds within a step gives is flagged where it leads further off than so many units."""


class FurtherLook:
    """A look at one answer of the students who have something else than the key there, or behind it.

    true: the cells that have the key's number.
    """

    def __init__(self, own: FollowedNumbers, quantity: Quantity, key: str, rows: Rows, true: Flags) -> None:
        self.own, self.quantity, self.rows, self.true = own, quantity, rows, true
        self.answer, self.decimals = own.batch.values[key][rows], own.batch.decimals[key][rows]
        self.behind = own.slipped[quantity.name][rows][:, None, None]
        self.form = quantity.solved.form
        self.right = own.key.plain(quantity.name)[0]
        self.rounds = quantity.name not in own.key.exact and isinstance(self.form, Rounding)

    def judged(self) -> Judged:
        answer, quantity, own = self.answer, self.quantity, self.own
        blank = np.isnan(answer)
        found = np.broadcast_to(result(quantity, own.needs(quantity, own.written, self.rows)), answer.shape)
        exact = np.broadcast_to(result(quantity, own.needs(quantity, own.unrounded, self.rows)), answer.shape)
        lost = ~(np.isfinite(found) | ((found == -np.inf) & may_be_infinite(quantity)))
        exact = np.where(np.isnan(exact) | (lost & np.isinf(exact)), self.right, exact)
        self.follows = np.where(lost, exact, found) if lost.any() else found
        half = half_asked(quantity, answer)
        if quantity.name in own.key.exact:  # whole numbers of whole numbers; of other numbers it is rounded after all
            half = np.where(self.follows == np.rint(self.follows), 0.0, half)
        self.half = half
        true = self.true
        with np.errstate(invalid="ignore"):
            follows = same(answer, self.follows, half, self.form)
            carried = same(answer, exact, half, self.form)
        candidates = [self.follows, exact]
        beyond = outside(quantity.solved.item.definition, answer) & ~true
        follows = (follows | carried) & ~beyond
        flagged = few = last = np.zeros(answer.shape, dtype=bool)
        open_ = ~(true | follows | blank | beyond) & np.isfinite(answer)  # −∞ is no digits off
        if self.rounds and open_.any():
            known = [np.broadcast_to(x, answer.shape) for x in own.key.routes[quantity.name]]
            likely = own.key.usual[quantity.name]
            inner = open_ & self.any_of(known, answer, half)
            usual = self.any_of([*self.own.key.plain(quantity.name), *candidates], answer, half, 2 * _USUAL)
            true, flagged = true | inner, inner & ~(usual & self.any_of(known[:likely], answer, half))
            open_ &= ~true & self.possible(known)
        if self.rounds and open_.any():
            true, follows, flagged, few, last = (x.copy() for x in (true, follows, flagged, few, last))
            every = np.flatnonzero(anywhere(open_))
            for some in np.split(every, range(_AT_ONCE, every.size, _AT_ONCE)):
                part = self.further(some, open_[some], [c[some] for c in candidates])
                for into, cells in zip((true, follows, flagged, few, last), part, strict=True):
                    into[some] |= cells
            follows |= flagged
        verdicts = np.where(true | (follows & ~self.behind), CORRECT, np.where(follows, FOLLOWED, WRONG))
        verdicts[blank] = Verdict.BLANK
        notes: Codes = (
            flagged * np.uint8(Note.FLAGGED) | few * np.uint8(Note.TOO_FEW) | last * np.uint8(Note.LAST_DIGIT)
        )
        empty = self.empty()
        if empty.any():
            kept = empty[:, None, None] & (verdicts == FOLLOWED)
            verdicts[kept] = WRONG
            notes[kept] = np.uint8(Note.GUARDED)
        notes[lost & (verdicts == WRONG)] |= np.uint8(Note.GUARDED)
        expected = np.where(self.behind & (verdicts != CORRECT), self.follows, self.right)
        self.own.replaced[self.rows] |= anywhere(beyond)
        on_own = carried | blank | beyond
        self.exact = np.where(on_own, exact, answer)
        return Judged(verdicts, notes, expected)

    def any_of(self, values: Iterable[Floats], answer: Floats, half: Floats, times: float = 1.0) -> Flags:
        """Whether an answer is one of some numbers as it is written, or so many half units off."""
        found: Flags = np.zeros(answer.shape, dtype=bool)
        for x in values:
            found |= same(answer, x, half, self.form, times)
        return found

    def possible(self, known: list[Floats]) -> Flags:
        """Which cells are so near to what follows, or to the key, that a further look is worth while."""
        answer, wide = self.answer, widths(self.own.key, self.quantity.name)
        found: Flags = np.zeros(answer.shape, dtype=bool)
        with np.errstate(invalid="ignore", over="ignore"):
            wide = _FAR_WIDTHS * wide
            for x in (self.follows, *known[:2]):
                far = np.maximum(np.maximum(_FAR * 2 * self.half, _FAR_SHARE * np.abs(x)), wide)
                found |= ~(np.abs(answer - x) > far)
        return found

    def empty(self) -> Flags:
        """For which students a wrong zero leaves nothing to work out."""
        found: Flags = np.zeros(self.rows.size, dtype=bool)
        for need in self.quantity.solved.item.needs:
            zero = self.own.zeros.get(need)
            if zero is not None and zero[self.rows].any() and self.own.key.emptied.by(self.quantity, need):
                found |= zero[self.rows]
        return found

    def further(self, some: Rows, open_: Flags, candidates: list[Floats]) -> tuple[Flags, Flags, Flags, Flags, Flags]:
        """Of some students' open cells: what is right, or follows, on another route or with a note; what is flagged, as
        honest rounding alone leads there; what is short of a digit; what has a wrong last digit.
        """
        answer, decimals = self.answer[some], self.decimals[some]
        half = np.broadcast_to(self.half, self.answer.shape)[some]
        known = [np.broadcast_to(x, answer.shape) for x in self.own.key.plain(self.quantity.name)]
        with np.errstate(invalid="ignore", over="ignore"):
            usual = open_ & self.any_of(candidates, answer, half, 2 * _USUAL)
            least = np.minimum(half, half_asked(self.quantity, candidates[0])) if half.any() else half
            short, fine = open_ & one_short(answer, decimals, least), open_ & ~coarse(decimals, half)
            inside, ended = self.inside(some, fine, candidates[0])
            follows, flagged, few_true, few_own = (np.zeros(answer.shape, dtype=bool) for _ in range(4))
            at = np.flatnonzero(anywhere(usual | short | inside))
            if at.size:
                x, unit, plain = answer[at], 2 * half[at], [each[at] for each in candidates]
                nearest, routed, others = self.routes(some[at])
                plain.append(nearest)
                if (inside[at] & ~ended[at]).any():
                    plain += self.with_more_digits(some[at])
                follows[at] = usual[at] & same(x, routed, half[at], self.form).any(axis=0)
                close = near_routes(x, plain, [routed, others], room(unit * self.reach, x), self.own.reach is None)
                flagged[at] = inside[at] & (close | (ended[at] if self.own.reach is None else False))
                if short.any():
                    wide = half_written(decimals[at]) * (1 + 1e-9)
                    few_own[at] = short[at] & _near(x, [*plain, *routed, *others], wide)
                    few_true[at] = short[at] & _near(x, [each[at] for each in known], wide)
            flagged &= ~follows
            few_true, few_own = (cells & ~(follows | flagged) for cells in (few_true, few_own))
            left = fine & ~follows & ~flagged
            last_true, last_own = (left & self.last_digit(answer, of, half) for of in (known, candidates))
        few = few_true | few_own
        return few_true | last_true, follows | few_own | last_own, flagged, few, (last_true | last_own) & ~few

    def inside(self, some: Rows, cells: Flags, follows: Floats) -> tuple[Flags, Flags]:
        """Which cells lie where honest rounding alone leads, and for which that has an end on their side of what follows.

        It is looked for where it can be, given the digits asked of the operands; then where it can be, given that an
        operand that is right comes of honest work, too.
        """
        inside, ended = (np.zeros(cells.shape, dtype=bool) for _ in range(2))
        at, quantity, answer = np.flatnonzero(anywhere(cells)), self.quantity, self.answer[some]
        half = np.broadcast_to(self.half, self.answer.shape)[some]
        for known in (self.own.interval_of, self.own.carried):
            rows = self.rows[some[at]]
            span = (
                honest(quantity, {need: known(need, rows) for need in quantity.solved.item.needs}) if at.size else None
            )
            if span is None:
                return inside, ended
            here = cells[at] & same(answer[at], np.clip(answer[at], span.low, span.high), half[at], self.form)
            if known == self.own.carried:
                inside[at], ended[at] = here, np.isfinite(np.where(answer[at] > follows[at], span.high, span.low))
            at = at[anywhere(here)]
        return inside, ended

    def with_more_digits(self, some: Rows) -> list[Floats]:
        """What some students' results give that they carry with a few digits more than asked."""
        own, quantity, found = self.own, self.quantity, []
        raw = {
            need: of_rows(own.reached(need), self.rows[some], own.batch.count) for need in quantity.solved.item.needs
        }
        for more in range(1, MORE + 1):
            carried = {need: rounded(finer(own.key.quantities[need].solved.form, more), x) for need, x in raw.items()}
            found.append(np.broadcast_to(result(quantity, carried, NAMED), (some.size, *self.answer.shape[1:])))
        return found

    def last_digit(self, answer: Floats, values: Iterable[Floats], half: Floats) -> Flags:
        """Which cells are one unit off, and still right to two significant digits."""
        found: Flags = np.zeros(answer.shape, dtype=bool)
        for x in values:
            close = same(answer, x, half, self.form, 2)
            if close.any():
                found |= close & two_digits_right(answer, x)
        return found

    def routes(self, some: Rows) -> tuple[Floats, Floats, Floats]:
        """What exact values give that are carried since the last but one result; what the routes give that round within
        a step, (routes, students, …), from numbers on the same route, and from exact ones.
        """
        own, quantity = self.own, self.quantity
        rows, shape, needs = self.rows[some], (some.size, *self.answer.shape[1:]), quantity.solved.item.needs
        reached, exact = (
            {need: of_rows(numbers(need), rows, own.batch.count) for need in needs}
            for numbers in (own.reached, own.unrounded.__getitem__)
        )
        nearest = np.broadcast_to(result(quantity, reached, NAMED), shape)
        if quantity.solved.item.definition is None:
            none = np.empty((0, *shape))
            return nearest, none, none
        routed, others = [], []
        for within in ("line", "every"):
            ways = [route for route in INNER if route.within == within]
            envs = [
                {need: of_rows(own.on_route(need, route), rows, own.batch.count) for need in needs} for route in ways
            ]
            even = [route.even for route in ways]
            found = results(quantity, within, [*envs, reached, reached, exact, exact], [*even, *even, *even])
            routed.append(found[: len(ways)])
            others.append(found[len(ways) :])
        return nearest, np.concatenate(routed), np.concatenate(others)

    @property
    def reach(self) -> float:
        """How many units of the last digit an answer may be off a route: what the author says, or a few, to which each step
        that is not written adds its own.
        """
        if self.own.reach is not None:
            return self.own.reach
        return _REACH * (1 + sum(self.own.unwritten(need) for need in self.quantity.solved.item.needs))


def _near(answer: Floats, values: Iterable[Floats], limit: Floats) -> Flags:
    found: Flags = np.zeros(answer.shape, dtype=bool)
    for x in values:
        found |= near(answer, x, limit)
    return found
