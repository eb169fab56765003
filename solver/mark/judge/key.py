"""What is known of a working before anybody hands in: its values on every route, what is exact, what zeros leave empty."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from solver.formula.mistakes.surroundings import Surroundings
from solver.formula.walks.bounds import Interval
from solver.formula.walks.evaluate import evaluate
from solver.mark.judge.digits import half_asked, same
from solver.mark.judge.exact import exact_names
from solver.mark.judge.guards import Emptied
from solver.mark.judge.numbers import Flags, Rows
from solver.mark.judge.remembered import MOST, Remembered, Tries
from solver.mark.judge.routes import truths
from solver.mark.sheet import Quantity
from solver.rounding import Floats


class Key:
    """One working's key, worked out as it is needed. widths, itself: kept by `follow.py`; tries: by `diagnose.py`; expected:
    by `expected.py`."""

    def __init__(self, chain: list[Quantity]) -> None:
        self.chain = chain
        self.quantities = {q.name: q for q in chain if q.solved.numeric}
        self.widths: dict[str, Floats] = {}
        self.itself: object = None
        self.tries: dict[tuple[str, ...], Tries] = {}
        self.expected: dict[tuple[str, float | None, tuple[str, ...]], Remembered] = {}

    @cached_property
    def routes(self) -> dict[str, list[Floats]]:
        """The values that all routes give, by name; first those that are usual."""
        found: dict[str, list[Floats]] = {}
        self.usual: dict[str, int] = {}
        for exact in (False, True):
            for name, values in truths(self.chain, exact).items():
                some = found.setdefault(name, [])
                some += [x for x in values if not any(np.array_equal(x, known) for known in some)]
                self.usual.setdefault(name, len(some))
        return found

    @cached_property
    def asked(self) -> list[str]:
        """The answers that are asked for."""
        return [q.key for q in self.quantities.values() if q.key is not None]

    def remembered(self) -> Remembered:
        """A memory for one answer, of which there may be two: what mistakes give, and what may be expected."""
        return Remembered(MOST // (2 * len(self.asked)))

    @cached_property
    def before(self) -> dict[str, int]:
        """The answers that lead to each quantity, near or far, as bits: the k-th is of the k-th answer asked for."""
        found: dict[str, int] = {}
        own = {q.name: 1 << k for k, q in enumerate(q for q in self.quantities.values() if q.key is not None)}
        for name, quantity in self.quantities.items():
            found[name] = 0
            for need in quantity.solved.item.needs:
                found[name] |= found.get(need, 0) | own.get(need, 0)
        return found

    @cached_property
    def exact(self) -> set[str]:
        """What has no rounding."""
        return exact_names(self.chain)

    @cached_property
    def emptied(self) -> Emptied:
        """Which steps a zero leaves empty."""
        return Emptied(self.chain)

    @cached_property
    def stated(self) -> dict[str, Interval]:
        """What the question gives."""
        items = self.chain[0].solved.context.working.items if self.chain else {}
        given = ((name, item) for name, item in items.items() if item.given)
        return evaluate(given, {}, lambda item, env: item.bounds(env))

    @cached_property
    def around(self) -> Surroundings:
        """What stands around the formulas, as far as a mistake may use it."""
        working, there = self.chain[0].solved.context.working, self.stated | self.quantities
        formulas = {q.name: q.solved.item.definition for q in self.chain}
        roles = [(name, role) for name, role in working.roles.items() if name in there and role.of in there]
        return Surroundings(
            {name: working.shapes[name] for name in there},
            {name: tree for name, tree in formulas.items() if tree is not None},
            updates={role.of: name for name, role in roles if role.kind == "update" and role.time == 1},
            sizes={name: role.of for name, role in roles if role.kind == "size"},
            gates={name: role.time for name, role in roles if role.kind == "gate"},
            gradients={name for name, role in roles if role.kind in ("gradient", "delta")},
            corrupted={role.of: name for name, role in roles if role.kind == "corrupted"},
        )

    def plain(self, name: str) -> list[Floats]:
        """The values with rounded and with exact numbers carried, the question's own rule first."""
        solved = self.quantities[name].solved
        both = (solved.rounded, solved.exact) if solved.context.carry == "rounded" else (solved.exact, solved.rounded)
        return [x for x in both if x is not None]


def on_key(key: Key, quantity: Quantity, answer: Floats) -> Flags:
    """Whether an answer is the key's number, with rounded or with exact values carried."""
    half = half_of(key, quantity, answer)
    right, *others = key.plain(quantity.name)
    hit = same(answer, right, half, quantity.solved.form)
    for other in others:
        hit |= same(answer, other, half, quantity.solved.form)
    return hit


def half_of(key: Key, quantity: Quantity, at: Floats) -> Floats:
    """Half a unit of the digits asked for; none for what is exact."""
    return np.asarray(0.0) if quantity.name in key.exact else half_asked(quantity, at)


def of_rows(x: Floats, rows: Rows | None, count: int) -> Floats:
    """The numbers of some students; what is the same for all stays one."""
    return x if rows is None or x.ndim < 3 or len(x) != count else x.take(rows, axis=0)
