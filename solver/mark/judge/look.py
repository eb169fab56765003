"""One answer of those who have something else than the key: on the routes, in the interval, short of a digit."""

from __future__ import annotations

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
from solver.mark.judge.expected import NUMBERS, Expected, expected
from solver.mark.judge.follow import FollowedNumbers, widths
from solver.mark.judge.guards import may_be_infinite, outside
from solver.mark.judge.numbers import (
    BLANK,
    CORRECT,
    FOLLOWED,
    WRONG,
    Codes,
    Flags,
    Judged,
    Note,
    Rows,
    anywhere,
    few_at_once,
)
from solver.mark.judge.routes import result
from solver.mark.judge.second_look import near_routes
from solver.mark.sheet import Quantity
from solver.rounding import Floats, Rounding

_FAR, _FAR_SHARE, _FAR_WIDTHS = 40.0, 0.3, 3.0
"""What is off by more than so many units, and by this share, and by so many times what honest rounding makes of the key's
own numbers, is on no route, however somebody rounds."""
_REACH = 3.0
"""So many units an answer may be off a route where honest rounding has no end."""
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
        candidates = np.stack([self.follows, exact])
        beyond = outside(quantity.solved.item.definition, answer) & ~true
        follows = (follows | carried) & ~beyond
        flagged = few = last = np.zeros(answer.shape, dtype=bool)
        open_ = ~(true | follows | blank | beyond) & np.isfinite(answer)  # −∞ is no digits off
        if self.rounds and open_.any():
            known = np.stack(own.key.routes[quantity.name])[:, None]
            likely = known[: own.key.usual[quantity.name]]
            inner = open_ & self.any_of(known, answer, half)
            plain = np.stack(self.own.key.plain(quantity.name))[:, None]
            usual = self.any_of(plain, answer, half, 2 * _USUAL) | self.any_of(candidates, answer, half, 2 * _USUAL)
            true, flagged = true | inner, inner & ~(usual & self.any_of(likely, answer, half))
            open_ &= ~true & self.possible(known)
        if self.rounds and open_.any():
            true, follows, flagged, few, last = (x.copy() for x in (true, follows, flagged, few, last))
            every = np.flatnonzero(anywhere(open_))
            for some in few_at_once(every, NUMBERS * self.right.size):
                part = self.further(some, open_[some], candidates[:, some])
                for into, cells in zip((true, follows, flagged, few, last), part, strict=True):
                    into[some] |= cells
            follows |= flagged
        verdicts = np.where(true | (follows & ~self.behind), CORRECT, np.where(follows, FOLLOWED, WRONG))
        verdicts[blank] = BLANK
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

    def any_of(self, values: Floats, answer: Floats, half: Floats, times: float = 1.0) -> Flags:
        """Whether an answer is one of some numbers, (numbers, …), as it is written, or so many half units off."""
        return np.asarray(same(answer, values, half, self.form, times).any(axis=0))

    def possible(self, known: Floats) -> Flags:
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

    def further(self, some: Rows, open_: Flags, candidates: Floats) -> tuple[Flags, Flags, Flags, Flags, Flags]:
        """Of some students' open cells: what is right, or follows, on another route or with a note; what is flagged, as
        honest rounding alone leads there; what is short of a digit; what has a wrong last digit.
        """
        answer, decimals = self.answer[some], self.decimals[some]
        half = np.broadcast_to(self.half, self.answer.shape)[some]
        known = np.stack(self.own.key.plain(self.quantity.name))[:, None]
        with np.errstate(invalid="ignore", over="ignore"):
            usual = open_ & self.any_of(candidates, answer, half, 2 * _USUAL)
            least = np.minimum(half, half_asked(self.quantity, candidates[0])) if half.any() else half
            short, fine = open_ & one_short(answer, decimals, least), open_ & ~coarse(decimals, half)
            likely = expected(self.own, self.quantity, self.rows[some])
            inside, ended = self.inside(answer, half, fine, likely, candidates[0])
            follows, flagged, few_true, few_own = (np.zeros(answer.shape, dtype=bool) for _ in range(4))
            at = np.flatnonzero(anywhere(usual | short | inside))
            if at.size:
                x, unit, likely = answer[at], 2 * half[at], likely.rows(at)
                plain = np.concatenate([candidates[:, at], likely.nearest[None]])
                follows[at] = usual[at] & same(x, likely.routed, half[at], self.form).any(axis=0)
                routes = np.concatenate([likely.routed, likely.others])
                reach, between, endless = room(unit * self.reach, x), self.own.reach is None, inside[at] & ~ended[at]
                close = near_routes(x, plain, routes, reach, between)
                if endless.any():
                    more = np.concatenate([plain, likely.finer])
                    close |= endless & near_routes(x, more, routes, reach, between)
                flagged[at] = inside[at] & (close | (ended[at] if self.own.reach is None else False))
                if short.any():
                    wide = half_written(decimals[at]) * (1 + 1e-9)
                    few_own[at] = short[at] & near(x, np.concatenate([plain, routes]), wide).any(axis=0)
                    few_true[at] = short[at] & near(x, known, wide).any(axis=0)
            flagged &= ~follows
            few_true, few_own = (cells & ~(follows | flagged) for cells in (few_true, few_own))
            left = fine & ~follows & ~flagged
            last_true, last_own = (self.last_digit(left, answer, of, half) for of in (known, candidates))
        few = few_true | few_own
        return few_true | last_true, follows | few_own | last_own, flagged, few, (last_true | last_own) & ~few

    def inside(
        self, answer: Floats, half: Floats, cells: Flags, likely: Expected, follows: Floats
    ) -> tuple[Flags, Flags]:
        """Which cells lie where honest rounding alone leads, and for which that has an end on their side of what follows."""
        low, high = likely.wide
        there = anywhere(cells & same(answer, np.clip(answer, low, high), half, self.form))
        low, high = likely.likely
        inside = there[:, None, None] & cells & same(answer, np.clip(answer, low, high), half, self.form)
        return inside, inside & np.isfinite(np.where(answer > follows, high, low))

    def last_digit(self, cells: Flags, answer: Floats, values: Floats, half: Floats) -> Flags:
        """Which of some cells are one unit off one of some numbers, (numbers, …), and still right to two significant digits."""
        of, *at = np.nonzero(cells & same(answer, values, half, self.form, 2))
        found: Flags = np.zeros(answer.shape, dtype=bool)
        if of.size:
            right = np.broadcast_to(values, (len(values), *answer.shape))[of, *at]
            here = two_digits_right(answer[*at], right)
            found[tuple(x[here] for x in at)] = True
        return found

    @property
    def reach(self) -> float:
        """How many units of the last digit an answer may be off a route: what the author says, or a few, to which each step
        that is not written adds its own.
        """
        if self.own.reach is not None:
            return self.own.reach
        return _REACH * (1 + sum(self.own.unwritten(need) for need in self.quantity.solved.item.needs))
