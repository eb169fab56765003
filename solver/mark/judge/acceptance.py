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
from solver.mark.judge.key import CORRECT, FOLLOWED, WRONG, Key, on_key
from solver.mark.judge.look import FurtherLook
from solver.mark.judge.numbers import Batch, Flags, Judged, anywhere
from solver.mark.judge.routes import rounded
from solver.mark.sheet import Quantity, Sheet
from solver.working.question import Scheme


def judge(sheet: Sheet, batch: Batch, scheme: Scheme | None = None) -> dict[str, Judged]:
    """The verdict on every number of the sheet, by key. Pure: the same batch gives the same verdicts."""
    judged: dict[str, Judged] = {}
    for place, (_, chain) in enumerate(sheet.chains):
        judged.update(_Class(key_of(sheet, place, chain), batch, (scheme or Scheme()).reach).judged())
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


class _Class:
    """A class at one working. Who has nothing but the key's numbers, rounded or exact, is done at once."""

    def __init__(self, key: Key, batch: Batch, reach: float | None) -> None:
        self.key, self.batch, self.reach = key, batch, reach

    def judged(self) -> dict[str, Judged]:
        key, batch = self.key, self.batch
        asked = [q for q in key.quantities.values() if q.key is not None and q.key in batch.values]
        hits = {}
        off = np.zeros(batch.count, dtype=bool)
        for quantity in asked:
            answer = batch.values[quantity.key or ""]
            hits[quantity.name] = hit = on_key(key, quantity, answer)
            missed = np.flatnonzero(~hit)
            off[missed[~np.isnan(answer.reshape(-1)[missed])] // (answer.shape[1] * answer.shape[2])] = True
        rows = np.flatnonzero(off)
        few: dict[str, Judged] = {}
        if rows.size:
            some, like = batch.distinct(rows, [q.key for q in asked if q.key is not None])
            them = {name: hit.take(some, axis=0) for name, hit in hits.items()}
            few = JudgedNumbers(key, batch.rows(some), self.reach, them).run()
        made = {}
        for quantity in asked:
            where, hit = quantity.key or "", hits[quantity.name]
            verdicts, right = hit * CORRECT, key.plain(quantity.name)[0]
            notes, expected = np.zeros_like(verdicts), np.broadcast_to(right, verdicts.shape)
            if rows.size:
                expected, found = expected.copy(), few[where].rows(like)
                verdicts[rows], notes[rows], expected[rows] = found.verdicts, found.notes, found.expected
            made[where] = Judged(verdicts, notes, expected)
        return made


class JudgedNumbers(FollowedNumbers):
    """The same, with verdicts on what is asked. hits: the cells that have the key's numbers, by name."""

    def __init__(self, key: Key, batch: Batch, reach: float | None, hits: dict[str, Flags]) -> None:
        super().__init__(key, batch, reach)
        self.hits = hits

    def run(self) -> dict[str, Judged]:
        """The verdicts on what is asked."""
        made = {}
        none = np.zeros(self.batch.count, dtype=bool)
        for name, quantity in self.key.quantities.items():
            self.slipped[name] = none
            for need in quantity.solved.item.needs:
                self.slipped[name] = self.slipped[name] | self.slipped[need]
            if quantity.key is not None and quantity.key in self.batch.values:
                made[quantity.key] = self.answered(quantity, quantity.key)
            elif quantity.solved.item.given:
                self.written[name] = self.unrounded[name] = quantity.truth.low
            else:
                self.unasked(quantity)
        return made

    def answered(self, quantity: Quantity, key: str) -> Judged:
        name, answer = quantity.name, self.batch.values[key]
        behind, blank = self.slipped[name], np.isnan(answer)
        plain = self.key.plain(name)
        true = self.hits[name]
        verdicts = true * CORRECT
        notes, expected = np.zeros_like(verdicts), np.array(np.broadcast_to(plain[0], answer.shape))
        exact = np.array(np.broadcast_to(plain[-1] if len(plain) == 1 else quantity.truth.low, answer.shape))
        written = answer if not blank.any() else answer.copy()
        rows = np.flatnonzero(anywhere(~true))
        if rows.size and not quantity.solved.item.given:
            look = FurtherLook(self, quantity, key, rows, true[rows])
            found, own = look.judged(), look.exact
            verdicts[rows], notes[rows], expected[rows] = found.verdicts, found.notes, found.expected
            exact[rows] = own
            if blank.any():
                written[rows] = np.where(blank[rows], rounded(quantity.solved.form, look.follows), answer[rows])
        elif rows.size:
            verdicts[~true & ~blank] = WRONG
            exact[rows] = np.where(true[rows] | blank[rows], exact[rows], answer[rows])
            written = np.where(blank, plain[0], answer)
        wrong = (verdicts == WRONG) | (verdicts == FOLLOWED)
        self.slipped[name] = anywhere(wrong) | (anywhere(blank) & behind)
        self.zeros[name] = nothing(answer, verdicts)
        self.right[name] = (verdicts >= FOLLOWED) & (notes == 0)
        self.written[name], self.unrounded[name] = written, exact
        return Judged(verdicts, notes, expected)
