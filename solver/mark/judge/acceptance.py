"""Judges numbers, with error carried forward: routes first, an interval second.

Each answer is compared with what honest students get: from the question's numbers, and from the student's own earlier
ones. They carry exact values, or round each result, each line, each intermediate, half up or half to even
(`routes.py`); what is on a route is right. There is no tolerance to choose. Only what is on none is looked at again:
the interval that the formulas give for operands known to half a unit of the digits asked for, but never far from the
routes. What lies in it is accepted and flagged.
"""

from __future__ import annotations

import numpy as np

from solver.formula.walks.bounds import Interval
from solver.mark.judge.follow import FollowedNumbers
from solver.mark.judge.guards import nothing
from solver.mark.judge.key import Key, on_key
from solver.mark.judge.look import FurtherLook
from solver.mark.judge.numbers import CORRECT, FOLLOWED, WRONG, Batch, Judged, anywhere
from solver.mark.judge.routes import rounded
from solver.mark.sheet import Quantity, Sheet
from solver.working.question import Scheme


def judge(sheet: Sheet, batch: Batch, scheme: Scheme | None = None) -> dict[str, Judged]:
    """The verdict on every number of the sheet, by key. Pure: the same batch gives the same verdicts."""
    judged: dict[str, Judged] = {}
    for place, (_, chain) in enumerate(sheet.chains):
        judged.update(JudgedNumbers(key_of(sheet, place, chain), batch, (scheme or Scheme()).reach).run())
    return judged


def own_values(sheet: Sheet, place: int, batch: Batch) -> dict[str, Interval]:
    """Every student's own number for each quantity of a working: as written, or worked out where blank."""
    own = FollowedNumbers(key_of(sheet, place, sheet.chains[place][1]), batch)
    own.fill()
    return {name: own.interval(name) for name in own.key.quantities}


def key_of(sheet: Sheet, place: int, chain: list[Quantity]) -> Key:
    """What is known of a working."""
    found = sheet.keys.get(place)
    if not isinstance(found, Key):
        found = sheet.keys[place] = Key(chain)
    return found


class JudgedNumbers(FollowedNumbers):
    """The same, with verdicts on what is asked."""

    def run(self) -> dict[str, Judged]:
        """The verdicts on what is asked."""
        made = {}
        none = np.zeros(self.batch.count, dtype=bool)
        for name, quantity in self.key.quantities.items():
            behind = [self.slipped[need] for need in quantity.solved.item.needs if self.slipped[need] is not none]
            self.slipped[name] = np.logical_or.reduce(behind) if behind else none
            if quantity.key is not None and quantity.key in self.batch.values:
                made[quantity.key] = self.answered(quantity, quantity.key)
            elif quantity.solved.item.given:
                self.written[name] = self.unrounded[name] = quantity.truth.low
            else:
                self.unasked(quantity)
        return made

    def answered(self, quantity: Quantity, key: str) -> Judged:
        name, answer, plain = quantity.name, self.batch.values[key], self.key.plain(quantity.name)
        true, blank = on_key(self.key, quantity, answer), np.isnan(answer)
        verdicts = true * CORRECT
        notes, expected = np.zeros_like(verdicts), np.broadcast_to(plain[0], answer.shape)
        exact = np.broadcast_to(plain[-1] if len(plain) == 1 else quantity.truth.low, answer.shape)
        written = answer
        rows = np.flatnonzero(anywhere(~true))
        if rows.size and not quantity.solved.item.given:
            look = FurtherLook(self, quantity, key, rows, true[rows])
            found, expected, exact = look.judged(), expected.copy(), exact.copy()
            verdicts[rows], notes[rows], expected[rows] = found.verdicts, found.notes, found.expected
            exact[rows] = look.exact
            if blank.any():
                written = answer.copy()
                written[rows] = np.where(blank[rows], rounded(quantity.solved.form, look.follows), answer[rows])
        elif rows.size:
            verdicts[~true & ~blank] = WRONG
            exact = np.where(true | blank, exact, answer)
            written = np.where(blank, plain[0], answer)
        wrong = (verdicts == WRONG) | (verdicts == FOLLOWED)
        self.slipped[name] = anywhere(wrong) | (anywhere(blank) & self.slipped[name])
        self.zeros[name] = nothing(answer, verdicts)
        self.right[name] = (verdicts >= FOLLOWED) & (notes == 0)
        self.written[name], self.unrounded[name] = written, exact
        return Judged(verdicts, notes, expected)
