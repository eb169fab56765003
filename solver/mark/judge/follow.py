"""A class followed from quantity to quantity along one working, with every student's own numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from solver.formula.walks.bounds import Interval, point
from solver.mark.judge.digits import (
    half_asked,
    room,
    unrounded,
)
from solver.mark.judge.key import Key, Rows, of_rows
from solver.mark.judge.numbers import Batch, Flags
from solver.mark.judge.routes import INNER, NAMED, Route, result, rounded
from solver.mark.sheet import Quantity
from solver.rounding import Floats

_MOST_STEPS = 8


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


def _known(x: Floats, otherwise: Floats) -> Floats:
    finite = x < np.inf  # −∞ may be meant
    return x if finite.all() else np.where(finite, x, otherwise)
