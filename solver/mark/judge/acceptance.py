"""Judges numbers, with error carried forward: routes first, an interval second.

Each answer is compared with what honest students get: from the question's numbers, and from the student's own earlier
ones. They carry exact values, or round each result, each line, each intermediate, half up or half to even
(`routes.py`); what is on a route is right. There is no tolerance to choose. Only what is on none is looked at again:
the interval that the formulas give for operands known to half a unit of the digits asked for, but never far from the
routes. What lies in it is accepted and flagged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from solver.formula.walks.bounds import Interval, point
from solver.mark.judge.digits import (
    coarse,
    half_asked,
    half_written,
    near,
    one_short,
    room,
    two_digits_right,
    unrounded,
)
from solver.mark.judge.guards import may_be_infinite, nothing, outside
from solver.mark.judge.key import Key
from solver.mark.judge.numbers import Batch, Codes, Flags, Judged, Note, Verdict
from solver.mark.judge.routes import INNER, NAMED, Route, result, rounded
from solver.mark.judge.second_look import in_reach, near_routes
from solver.mark.sheet import Quantity, Sheet
from solver.rounding import Floats, Format, Rounding
from solver.working.question import Scheme

_CORRECT, _FOLLOWED, _WRONG = (np.uint8(code) for code in (3, 2, 1))
_FAR, _FAR_SHARE = 40.0, 0.3
"""What is off by more than so many units, and by this share, is on no route, however somebody rounds."""
_USUAL = 4.3
"""What a route that rounds within a step gives is flagged where it leads further off than so many units."""
_MOST_STEPS, _MOST_MIXED = 8, 3
Rows = NDArray[np.int64]


def judge(sheet: Sheet, batch: Batch, scheme: Scheme | None = None) -> dict[str, Judged]:
    """The verdict on every number of the sheet, by key. Pure: the same batch gives the same verdicts."""
    judged: dict[str, Judged] = {}
    for place, (_, chain) in enumerate(sheet.chains):
        judged.update(_Class(key_of(sheet, place, chain), batch, (scheme or Scheme()).reach).judged())
    return judged


def own_values(sheet: Sheet, place: int, batch: Batch) -> dict[str, Interval]:
    """Every student's own number for each quantity of a working: as written, or worked out where blank."""
    own = FollowedNumbers(key_of(sheet, place, sheet.chains[place][1]), batch, Scheme().reach)
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

    def __init__(self, key: Key, batch: Batch, reach: float) -> None:
        self.key, self.batch, self.reach = key, batch, reach

    def judged(self) -> dict[str, Judged]:
        key, batch = self.key, self.batch
        asked = [q for q in key.quantities.values() if q.key is not None and q.key in batch.values]
        hits = {}
        off = np.zeros(batch.count, dtype=bool)
        for quantity in asked:
            answer = batch.values[quantity.key or ""]
            blank = np.isnan(answer)
            hits[quantity.name] = hit = on_key(key, quantity, answer)
            off |= ~(hit | blank).all(axis=(1, 2))
        rows = np.flatnonzero(off)
        few = (
            FollowedNumbers(key, batch if rows.size == batch.count else batch.rows(rows), self.reach).run()
            if rows.size
            else {}
        )
        made = {}
        for quantity in asked:
            name, where = quantity.name, quantity.key or ""
            hit, right = hits[name], key.plain(name)[0]
            if rows.size and rows.size == batch.count:
                made[where] = few[where]
                continue
            verdicts = hit * _CORRECT
            notes, expected = np.zeros_like(verdicts), np.broadcast_to(right, verdicts.shape)
            if rows.size:
                expected = expected.copy()
                verdicts[rows], notes[rows], expected[rows] = (
                    getattr(few[where], x) for x in ("verdicts", "notes", "expected")
                )
            made[where] = Judged(verdicts, notes, expected)
        return made


def on_key(key: Key, quantity: Quantity, answer: Floats) -> Flags:
    """Whether an answer is the key's number, with rounded or with exact values carried."""
    half = _half(key, quantity, answer)
    limit = room(half, answer)
    right, *others = key.plain(quantity.name)
    hit = near(answer, right, limit)
    for other in others:
        hit |= near(answer, other, limit)
    return hit


def _half(key: Key, quantity: Quantity, at: Floats) -> Floats:
    """Half a unit of the digits asked for; none for what is exact."""
    return np.asarray(0.0) if quantity.name in key.exact else half_asked(quantity, at)


class FollowedNumbers:
    """Follows one working from quantity to quantity with every student's own numbers.

    written: what each student goes on with who rounds each result; unrounded: who carries exact values from the last
    wrong one on. slipped: of which students a wrong answer stands behind a quantity; zeros: whose answer is nothing.
    """

    def __init__(self, key: Key, batch: Batch, reach: float) -> None:
        self.key, self.batch, self.reach = key, batch, reach
        self.written: dict[str, Floats] = {}
        self.unrounded: dict[str, Floats] = {}
        self.raw: dict[tuple[str, Route], Floats] = {}
        self.others: dict[Route, dict[str, Floats]] = {route: {} for route in INNER}
        self.spans: dict[str, Interval] = {}
        self.replaced: Flags = np.zeros(batch.count, dtype=bool)
        self.steps: dict[str, int] = {}
        self.slipped: dict[str, Flags] = {}
        self.zeros: dict[str, Flags] = {}

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

    def fill(self) -> None:
        """Works out what is not written, without a verdict on what is."""
        for name, quantity in self.key.quantities.items():
            found = self.batch.values.get(quantity.key or "")
            if found is not None and not np.isnan(found).any():
                self.written[name] = found
            elif quantity.solved.item.given:
                self.written[name] = quantity.truth.low
            else:
                made = _known(result(quantity, self.needs(quantity, self.written)), self.key.plain(name)[0])
                made = rounded(quantity.solved.form, made)
                self.written[name] = made if found is None else np.where(np.isnan(found), made, found)

    # -- what a student goes on with ----------------------------------------------------------------------------------
    def unasked(self, quantity: Quantity) -> None:
        name, truth = quantity.name, self.key.plain(quantity.name)
        found = _known(result(quantity, self.needs(quantity, self.written)), truth[0])
        self.written[name] = rounded(quantity.solved.form, found)
        exact = _known(result(quantity, self.needs(quantity, self.unrounded)), truth[-1])
        self.unrounded[name] = exact

    def needs(self, quantity: Quantity, env: Mapping[str, Floats], rows: Rows | None = None) -> dict[str, Floats]:
        """The numbers of what a quantity needs, of some students."""
        return {name: _of(env[name], rows, self.batch.count) for name in quantity.solved.item.needs}

    def on_route(self, name: str, route: Route) -> Floats:
        """What a student goes on with who takes another route where nothing is asked."""
        quantity, env = self.key.quantities[name], self.others[route]
        if quantity.solved.item.given or (quantity.key is not None and quantity.key in self.batch.values):
            return self.written[name]
        if name not in env:
            needs = {need: self.on_route(need, route) for need in quantity.solved.item.needs}
            made = _known(result(quantity, needs, route), self.written[name])
            env[name] = rounded(quantity.solved.form, made, route.even)
        return env[name]

    def reached(self, name: str, route: Route = NAMED) -> Floats:
        """A student's own result before it was rounded, where it came of a route."""
        quantity = self.key.quantities[name]
        if quantity.solved.item.given:
            return self.written[name]
        if (name, route) not in self.raw:
            made = result(quantity, self.needs(quantity, self.written), route)
            written = self.written[name]
            near = np.abs(made - written) <= room(half_asked(quantity, written), written)
            self.raw[name, route] = np.where(near, made, written)
        return self.raw[name, route]

    def unwritten(self, name: str) -> int:
        """How many steps before a quantity, itself included, are not asked for."""
        quantity = self.key.quantities[name]
        if quantity.solved.item.given or (quantity.key is not None and quantity.key in self.batch.values):
            return 0
        if name not in self.steps:
            self.steps[name] = min(1 + sum(map(self.unwritten, quantity.solved.item.needs)), _MOST_STEPS)
        return self.steps[name]

    def interval(self, name: str) -> Interval:
        """Between what a student's own number lies: half a unit of the digits asked for around what is written."""
        if name not in self.spans:
            self.spans[name] = self.span(self.key.quantities[name])
        return self.spans[name]

    def span(self, quantity: Quantity) -> Interval:
        written = self.written[quantity.name]
        asked = quantity.key is not None and quantity.key in self.batch.values
        if quantity.solved.item.given and not asked:
            return point(written)
        if quantity.name in self.key.exact:
            return point(written)
        half = half_asked(quantity, written)
        near = Interval(written - half, written + half) if half.any() else point(written)
        blank = np.isnan(self.batch.values[quantity.key or ""]) if asked else np.ones(written.shape, dtype=bool)
        if not blank.any() or quantity.solved.item.given:
            return near
        found = quantity.solved.item.bounds({need: self.interval(need) for need in quantity.solved.item.needs})
        wide = unrounded(quantity, quantity.truth if found is None else found)
        with np.errstate(invalid="ignore"):
            lost = ~blank | ~(np.isfinite(wide.low) & np.isfinite(wide.high))
        return Interval(*(np.where(lost, end, other) for end, other in zip(near, wide, strict=True)))

    # -- verdicts -----------------------------------------------------------------------------------------------------
    def answered(self, quantity: Quantity, key: str) -> Judged:
        name, answer = quantity.name, self.batch.values[key]
        behind, blank = self.slipped[name], np.isnan(answer)
        plain = self.key.plain(name)
        true = on_key(self.key, quantity, answer)
        verdicts = true * _CORRECT
        notes, expected = np.zeros_like(verdicts), np.array(np.broadcast_to(plain[0], answer.shape))
        exact = np.array(np.broadcast_to(plain[-1] if len(plain) == 1 else _exact(quantity), answer.shape))
        written = answer if not blank.any() else answer.copy()
        rows = np.flatnonzero((~true).any(axis=(1, 2)))
        if rows.size and not quantity.solved.item.given:
            look = _Look(self, quantity, key, rows)
            found, own = look.judged(), look.exact
            verdicts[rows], notes[rows], expected[rows] = found.verdicts, found.notes, found.expected
            exact[rows] = own
            if blank.any():
                written[rows] = np.where(blank[rows], rounded(quantity.solved.form, look.follows), answer[rows])
        elif rows.size:
            verdicts[~true & ~blank] = _WRONG
            exact[rows] = np.where(true[rows] | blank[rows], exact[rows], answer[rows])
            written = np.where(blank, plain[0], answer)
        wrong = (verdicts == _WRONG) | (verdicts == _FOLLOWED)
        self.slipped[name] = wrong.any(axis=(1, 2)) | (blank.any(axis=(1, 2)) & behind)
        self.zeros[name] = nothing(answer, verdicts)
        self.written[name], self.unrounded[name] = written, exact
        return Judged(verdicts, notes, expected)


class _Look:
    """A look at one answer of the students who have something else than the key there, or behind it."""

    def __init__(self, own: FollowedNumbers, quantity: Quantity, key: str, rows: Rows) -> None:
        self.own, self.quantity, self.rows = own, quantity, rows
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
        self.half, limit = half, room(half, answer)
        true = on_key(own.key, quantity, answer)
        with np.errstate(invalid="ignore"):
            follows = near(answer, self.follows, limit)
            carried = near(answer, exact, limit)
        candidates = [self.follows, exact]
        follows |= carried
        flagged = few = last = np.zeros(answer.shape, dtype=bool)
        open_ = ~(true | follows | blank) & np.isfinite(answer)  # −∞ is no digits off
        if self.rounds and open_.any():
            known = [np.broadcast_to(x, answer.shape) for x in own.key.routes[quantity.name]]
            likely = own.key.usual[quantity.name]
            inner = open_ & _near(answer, known, limit)
            usual = _near(answer, [*self.own.key.plain(quantity.name), *candidates], room(2 * half * _USUAL, answer))
            true, flagged = true | inner, inner & ~(usual & _near(answer, known[:likely], limit))
            open_ &= ~true & self.possible(known)
        if self.rounds and open_.any():
            some = np.flatnonzero(open_.any(axis=(1, 2)))
            part = self.further(some, [c[some] for c in candidates])
            true, follows, flagged, few, last = (x.copy() for x in (true, follows, flagged, few, last))
            still = open_[some]
            true[some] |= part[0] & still
            follows[some] |= part[1] & still
            flagged[some] |= part[2] & still
            few[some], last[some] = (x & still for x in part[3:])
            follows |= flagged
        verdicts = np.where(true | (follows & ~self.behind), _CORRECT, np.where(follows, _FOLLOWED, _WRONG))
        verdicts[blank] = Verdict.BLANK
        notes: Codes = (
            flagged * np.uint8(Note.FLAGGED) | few * np.uint8(Note.TOO_FEW) | last * np.uint8(Note.LAST_DIGIT)
        )
        empty = self.empty()
        if empty.any():
            kept = empty[:, None, None] & (verdicts == _FOLLOWED)
            verdicts[kept] = _WRONG
            notes[kept] = np.uint8(Note.GUARDED)
        notes[lost & (verdicts == _WRONG)] |= np.uint8(Note.GUARDED)
        expected = np.where(self.behind & (verdicts != _CORRECT), self.follows, self.right)
        beyond = outside(quantity.solved.item.definition, answer) & (verdicts == _WRONG)
        self.own.replaced[self.rows] |= beyond.any(axis=(1, 2))
        on_own = carried | blank | beyond
        self.exact = np.where(on_own, exact, answer)
        return Judged(verdicts, notes, expected)

    def possible(self, known: list[Floats]) -> Flags:
        """Which cells are so near to what follows, or to the key, that a further look is worth while."""
        answer = self.answer
        found: Flags = np.zeros(answer.shape, dtype=bool)
        with np.errstate(invalid="ignore", over="ignore"):
            for x in (self.follows, *known[:2]):
                found |= ~(np.abs(answer - x) > np.maximum(_FAR * 2 * self.half, _FAR_SHARE * np.abs(x)))
        return found

    def empty(self) -> Flags:
        """For which students a wrong zero leaves nothing to work out."""
        found: Flags = np.zeros(self.rows.size, dtype=bool)
        for need in self.quantity.solved.item.needs:
            zero = self.own.zeros.get(need)
            if zero is not None and zero[self.rows].any() and self.own.key.emptied.by(self.quantity, need):
                found |= zero[self.rows]
        return found

    def further(self, some: Rows, candidates: list[Floats]) -> tuple[Flags, Flags, Flags, Flags, Flags]:
        """Of some students: what is on another route from the truth, from own numbers, or in the interval; short of a
        digit, or with a wrong last digit.
        """
        answer, decimals, quantity = self.answer[some], self.decimals[some], self.quantity
        half = np.broadcast_to(self.half, self.answer.shape)[some]
        limit = room(half, answer)
        known = [np.broadcast_to(x, answer.shape) for x in self.own.key.plain(quantity.name)]
        with np.errstate(invalid="ignore", over="ignore"):
            true: Flags = np.zeros(answer.shape, dtype=bool)
            reached, *inner = self.routes(some)
            mine = [*candidates, reached, *inner]
            usual = _near(answer, candidates, room(2 * half * _USUAL, answer))
            follows = usual & _near(answer, inner[::3], limit)
            short = coarse(decimals, half)
            one = one_short(answer, decimals, half)
            wide = half_written(decimals) * (1 + 1e-9)
            few_true, few_own = one & _near(answer, known, wide), one & _near(answer, mine, wide)
            plain = [*candidates, reached, *self.carried(some)]
            flagged = ~short & ~true & ~follows
            if flagged.any():
                flagged &= in_reach(
                    quantity, answer, limit, self.spans(some), candidates[0], self.like(some, candidates[0], inner)
                )
            if flagged.any():
                reach = room(2 * half * self.reach, answer)
                close = near_routes(answer, plain, inner, reach)
                left = np.flatnonzero((flagged & ~close).any(axis=(1, 2)))
                if left.size:
                    deep = list(self.deep(some[left]))
                    close[left] |= near_routes(answer[left], [x[left] for x in plain] + deep, deep, reach[left])
                flagged &= close
            last_true, last_own = (_last_digit(answer, of, half) & ~short & ~flagged for of in (known, candidates))
        few, last = (few_true | few_own) & ~true & ~follows, (last_true | last_own) & ~true & ~follows
        return (
            true | few_true | last_true,
            follows | few_own | last_own,
            flagged,
            few,
            last & ~few,
        )

    def routes(self, some: Rows) -> Iterator[Floats]:
        """What the routes give that round within a step, and exact values carried since the last but one result."""
        own, quantity = self.own, self.quantity
        rows = self.rows[some]
        shape = (some.size, *self.answer.shape[1:])
        needs = quantity.solved.item.needs
        reached = {need: _of(own.reached(need), rows, own.batch.count) for need in needs}
        yield np.broadcast_to(result(quantity, reached, NAMED), shape)
        if quantity.solved.item.definition is not None:
            for route in INNER:
                env = {need: _of(own.on_route(need, route), rows, own.batch.count) for need in needs}
                yield np.broadcast_to(result(quantity, env, route), shape)
                exact = {need: _of(own.unrounded[need], rows, own.batch.count) for need in needs}
                for env in (reached, exact):
                    yield np.broadcast_to(result(quantity, env, route), shape)

    def like(self, some: Rows, follows: Floats, inner: list[Floats]) -> list[Floats]:
        """The routes that round within, but for those of students who have a value replaced: these lead elsewhere."""
        replaced = self.own.replaced[self.rows[some]][:, None, None]
        if not replaced.any():
            return inner
        return [np.where(replaced, follows, x) if k % 3 == 2 else x for k, x in enumerate(inner)]

    @property
    def reach(self) -> float:
        """How many units of the last digit an answer may be off a route: each step that is not written adds its own."""
        return self.own.reach * (1 + sum(self.own.unwritten(need) for need in self.quantity.solved.item.needs))

    def deep(self, some: Rows) -> Iterator[Floats]:
        """What the routes give from operands that come of other routes, not rounded themselves."""
        own, quantity, count = self.own, self.quantity, self.own.batch.count
        rows, shape = self.rows[some], (some.size, *self.answer.shape[1:])
        envs: list[dict[str, Floats]] = [
            {need: _of(own.reached(need, before), rows, count) for need in quantity.solved.item.needs}
            for before in INNER
        ]
        found = [need for need in quantity.solved.item.needs if not own.key.quantities[need].solved.item.given]
        if len(found) <= _MOST_MIXED:  # each operand in its own way
            known = {need: _of(own.written[need], rows, count) for need in quantity.solved.item.needs}
            ways = [(own.written[n], own.unrounded[n], own.reached(n), own.reached(n, INNER[2])) for n in found]
            for chosen in product(*ways):
                mixed = zip(found, chosen, strict=True)
                envs.append(known | {n: _of(x, rows, count) for n, x in mixed})
        for env in envs:
            for route in (NAMED, *INNER):
                yield np.broadcast_to(result(quantity, env, route), shape)

    def carried(self, some: Rows) -> Iterator[Floats]:
        """What comes of operands with one to three digits more than asked for."""
        own, quantity = self.own, self.quantity
        rows, shape = self.rows[some], (some.size, *self.answer.shape[1:])
        for more in (1, 2, 3):
            for numbers in (own.reached, own.unrounded.__getitem__):
                env = {}
                for need in quantity.solved.item.needs:
                    form, known = own.key.quantities[need].solved.form, _of(numbers(need), rows, own.batch.count)
                    env[need] = _with_more(form, known, more)
                yield np.broadcast_to(result(quantity, env), shape)
        spans = self.spans(some)
        unwritten = [need for need, span in spans.items() if not span.exact and self.left_out(need)]
        for end in range(2) if unwritten else ():
            env = {need: _of(own.written[need], rows, own.batch.count) for need in spans}
            for need in unwritten:
                values = own.batch.values.get(own.key.quantities[need].key or "")
                blank = True if values is None else np.isnan(values[rows])
                env[need] = np.where(blank, spans[need][end], env[need])
            yield np.broadcast_to(result(quantity, env), shape)

    def left_out(self, need: str) -> bool:
        """Whether anybody leaves out a quantity that this one needs."""
        values = self.own.batch.values.get(self.own.key.quantities[need].key or "")
        return values is None or bool(np.isnan(values).any())

    def spans(self, some: Rows) -> dict[str, Interval]:
        """Between what the students' own numbers lie."""
        rows, count = self.rows[some], self.own.batch.count
        found = {}
        for need in self.quantity.solved.item.needs:
            span = self.own.interval(need)
            low = _of(span.low, rows, count)
            found[need] = point(low) if span.exact else Interval(low, _of(span.high, rows, count))
        return found


def _near(answer: Floats, values: list[Floats], limit: Floats) -> Flags:
    found: Flags = np.zeros(answer.shape, dtype=bool)
    for x in values:
        found |= near(answer, x, limit)
    return found


def _last_digit(answer: Floats, values: list[Floats], half: Floats) -> Flags:
    """One unit off, and still right to two significant digits."""
    found: Flags = np.zeros(answer.shape, dtype=bool)
    for x in values:
        found |= (np.abs(answer - x) <= 2 * half * (1 + 1e-9)) & two_digits_right(answer, x)
    return found


def _of(x: Floats, rows: Rows | None, count: int) -> Floats:
    """The numbers of some students; what is the same for all stays one."""
    return x if rows is None or x.ndim < 3 or len(x) != count else x[rows]


def _with_more(form: Format, x: Floats, more: int) -> Floats:
    """Numbers with more digits than asked for."""
    return rounded(Rounding(form.digits + more, form.figures), x) if isinstance(form, Rounding) else x


def _known(x: Floats, otherwise: Floats) -> Floats:
    finite = x < np.inf  # −∞ may be meant
    return x if finite.all() else np.where(finite, x, otherwise)


def _exact(quantity: Quantity) -> Floats:
    return quantity.truth.low
