"""A class followed from quantity to quantity along one working, with every student's own numbers."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

import numpy as np

from solver.formula.walks.bounds import Interval, point
from solver.mark.judge.digits import (
    half_asked,
    room,
)
from solver.mark.judge.key import Key, of_rows
from solver.mark.judge.numbers import Batch, Flags, Rows
from solver.mark.judge.routes import INNER, NAMED, Route, result, rounded
from solver.mark.judge.second_look import honest, or_rounded
from solver.mark.sheet import Quantity
from solver.rounding import Floats

_MOST_STEPS = 8
MORE = 3
"""Whoever carries more digits than asked carries so many more at most, or all."""


class FollowedNumbers:
    """Follows one working from quantity to quantity with every student's own numbers.

    written: what each student goes on with who rounds each result; unrounded: who carries exact values from the last
    wrong one on. slipped: of which students a wrong answer stands behind a quantity; zeros: whose answer is nothing; right:
    which answers are on a route. reach: how far off a route an answer may be at most, where there is a limit.
    """

    def __init__(self, key: Key, batch: Batch, reach: float | None = None) -> None:
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
        self.right: dict[str, Flags] = {}

    def fill(self) -> None:
        """Works out what is not written, without a verdict on what is."""
        for name, quantity in self.key.quantities.items():
            found = self.batch.values.get(quantity.key or "")
            if found is not None and not np.isnan(found).any():
                self.written[name] = found
            elif quantity.solved.item.given:
                given = quantity.truth.low
                self.written[name] = given if found is None else np.where(np.isnan(found), given, found)
            else:
                made = _known(result(quantity, self.needs(quantity, self.written)), self.key.plain(name)[0])
                made = rounded(quantity.solved.form, made)
                self.written[name] = made if found is None else np.where(np.isnan(found), made, found)

    def whole(self, name: str) -> bool:
        """Whether everybody wrote all of a quantity, or it is given."""
        quantity = self.key.quantities[name]
        found = self.batch.values.get(quantity.key or "")
        return quantity.solved.item.given or (found is not None and not np.isnan(found).any())

    # -- what a student goes on with ----------------------------------------------------------------------------------
    def unasked(self, quantity: Quantity) -> None:
        name, truth = quantity.name, self.key.plain(quantity.name)
        found = _known(result(quantity, self.needs(quantity, self.written)), truth[0])
        self.written[name] = rounded(quantity.solved.form, found)
        exact = _known(result(quantity, self.needs(quantity, self.unrounded)), truth[-1])
        self.unrounded[name] = exact

    def needs(self, quantity: Quantity, env: Mapping[str, Floats], rows: Rows | None = None) -> dict[str, Floats]:
        """The numbers of what a quantity needs, of some students."""
        return {name: of_rows(env[name], rows, self.batch.count) for name in quantity.solved.item.needs}

    def stands(self, quantity: Quantity) -> bool:
        """Whether a quantity is given, or asked for, so that what leads to it does not matter to what follows."""
        return quantity.solved.item.given or (quantity.key is not None and quantity.key in self.batch.values)

    def leading(self, name: str, known: Container[str], ends: Callable[[Quantity], bool]) -> list[Quantity]:
        """A quantity behind those that lead to it and are not known yet, in order; ends: what nothing leads to."""
        found, stack = {name}, [name]
        while stack:
            quantity = self.key.quantities[stack.pop()]
            more = () if ends(quantity) else set(quantity.solved.item.needs).difference(found)
            new = [need for need in more if need not in known]
            found.update(new)
            stack += new
        if len(found) == 1:
            return [self.key.quantities[name]] if name not in known else []
        return [quantity for each, quantity in self.key.quantities.items() if each in found]

    def on_route(self, name: str, route: Route) -> Floats:
        """What a student goes on with who takes another route where nothing is asked."""
        env = self.others[route]
        for quantity in self.leading(name, env, self.stands):
            if self.stands(quantity):
                env[quantity.name] = self.written[quantity.name]
            else:
                made = _known(result(quantity, self.needs(quantity, env), route), self.written[quantity.name])
                env[quantity.name] = rounded(quantity.solved.form, made, route.even)
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

    def asked_before(self, name: str) -> tuple[str, ...]:
        """The answers that lead to a quantity, near or far: they alone decide what may be expected of it."""
        found = self.key.before[name]
        return tuple(key for k, key in enumerate(self.key.asked) if found >> k & 1 and key in self.batch.values)

    def unwritten(self, name: str) -> int:
        """How many steps before a quantity, itself included, are not asked for."""
        for quantity in self.leading(name, self.steps, self.stands):
            before = 0 if self.stands(quantity) else 1 + sum(self.steps[need] for need in quantity.solved.item.needs)
            self.steps[quantity.name] = min(before, _MOST_STEPS)
        return self.steps[name]

    def interval(self, name: str) -> Interval:
        """Between what a student's own number lies: half a unit of the digits asked for around what is written."""
        for quantity in self.leading(name, self.spans, self.known):
            self.spans[quantity.name] = self.span(quantity)
        return self.spans[name]

    def carried(self, name: str, rows: Rows) -> Interval:
        """Between what lies that some students go on with: the same, but of a right answer only what comes of honest work."""
        near, right, quantity = self.interval_of(name, rows), self.right.get(name), self.key.quantities[name]
        if right is None or near.exact:
            return near
        found = honest(quantity, {need: self.interval_of(need, rows) for need in quantity.solved.item.needs})
        if found is None:
            return near
        found = or_rounded(quantity.solved.form, found, MORE)
        low, high = np.maximum(near.low, found.low), np.minimum(near.high, found.high)
        here = right[rows] & (low <= high)
        return Interval(np.where(here, low, near.low), np.where(here, high, near.high))

    def interval_of(self, name: str, rows: Rows) -> Interval:
        """The interval of some students."""
        span = self.interval(name)
        low = of_rows(span.low, rows, self.batch.count)
        return point(low) if span.exact else Interval(low, of_rows(span.high, rows, self.batch.count))

    def known(self, quantity: Quantity) -> bool:
        """Whether every student has written a number, or has no choice of it."""
        found = self.batch.values.get(quantity.key or "")
        given = quantity.solved.item.given or quantity.name in self.key.exact
        return given or (found is not None and not np.isnan(found).any())

    def span(self, quantity: Quantity) -> Interval:
        written = self.written[quantity.name]
        answer = self.batch.values.get(quantity.key or "")
        if quantity.name in self.key.exact or (quantity.solved.item.given and answer is None):
            return point(written)
        half = half_asked(quantity, written)
        near = Interval(written - half, written + half) if half.any() else point(written)
        if self.known(quantity):
            return near
        blank = np.ones(written.shape, dtype=bool) if answer is None else np.isnan(answer)
        found = honest(quantity, {need: self.spans[need] for need in quantity.solved.item.needs})
        wide = or_rounded(quantity.solved.form, quantity.truth if found is None else found, MORE)
        with np.errstate(invalid="ignore"):
            lost = ~blank | ~(np.isfinite(wide.low) & np.isfinite(wide.high))
        return Interval(*(np.where(lost, end, other) for end, other in zip(near, wide, strict=True)))


def widths(key: Key, name: str) -> Floats:
    """How far honest rounding may lead from the key in each cell, for who has the key's numbers; 0 where it has no end."""
    if name not in key.widths:
        asked = {q.key: q.solved.written[None] for q in key.quantities.values() if q.key is not None}
        itself = key.itself if isinstance(key.itself, FollowedNumbers) else FollowedNumbers(key, Batch(1, asked))
        if not itself.written:
            itself.fill()
        key.itself, quantity = itself, key.quantities[name]
        span = honest(quantity, {need: itself.interval(need) for need in quantity.solved.item.needs})
        with np.errstate(invalid="ignore"):
            width = np.zeros((1, 1)) if span is None else span.high - span.low
        key.widths[name] = np.where(np.isfinite(width), width, 0.0)
    return key.widths[name]


def _known(x: Floats, otherwise: Floats) -> Floats:
    finite = x < np.inf  # −∞ may be meant
    return x if finite.all() else np.where(finite, x, otherwise)
