"""The routes that honest students take: what they round on the way, and how.

Each is the one evaluator over the same formulas with another rule. What a route gives from the question's own numbers is
known before anybody hands in; from a student's own numbers it is worked out where it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from solver.errors import FormulaError
from solver.formula.walks.bounds import point
from solver.formula.walks.evaluate import evaluate
from solver.formula.walks.stages import staged
from solver.formula.walks.value import value
from solver.mark.judge.numbers import Flags
from solver.mark.sheet import Quantity
from solver.rounding import Floats, Format, Rounding


class Route(NamedTuple):
    """What is rounded within a step: nothing, each line that the working prints, or every intermediate result.

    even: ties go to the even digit, as many programs have it.
    """

    within: str = ""
    even: bool = False


NAMED = Route()
INNER = tuple(Route(within, even) for within in ("line", "every") for even in (False, True))
"""The routes beside carrying exact values and rounding each named result."""


def rounded(form: Format, x: Floats, even: bool | Flags = False) -> Floats:
    """Numbers as a route writes them; what has no value stays so. even: of all, or of those flagged, as that broadcasts."""
    with np.errstate(invalid="ignore", over="ignore"):
        finite = np.isfinite(x)
        if not finite.all():
            return np.where(finite, rounded(form, np.where(finite, x, 0.0), even), x)
        written = form.round(x)
        return written if even is False else _to_even(form, x, written, even)


def finer(form: Format, more: int) -> Format:
    """With so many digits more."""
    return Rounding(form.digits + more, form.figures) if isinstance(form, Rounding) else form


def both_ways(form: Rounding, x: Floats) -> tuple[Floats] | tuple[Floats, Floats]:
    """Numbers half up, and half to even where that is something else."""
    with np.errstate(invalid="ignore", over="ignore"):
        up = rounded(form, x)
        even = _to_even(form, x, up, True)
    return (up,) if even is up else (up, even)


def _to_even(form: Format, x: Floats, up: Floats, even: bool | Flags) -> Floats:
    """Numbers that are rounded half up, with ties to even; the same where there are none."""
    if not isinstance(form, Rounding):
        return up
    unit = 2 * form.half_unit(x)
    tied = np.abs(np.abs(x / unit) % 1 - 0.5) < 1e-7
    if not tied.any():
        return up
    down = np.copysign(np.abs(up) - unit, x)
    odd = np.abs(np.rint(up / unit)) % 2 == 1
    return np.where(tied & odd & even, down, up) + 0.0


def result(quantity: Quantity, env: Mapping[str, Floats], route: Route = NAMED) -> Floats:
    """What a step gives on a route, not yet rounded itself; nan or infinite where there is no value.

    env: numbers of what it needs, over any leading axes. Where nothing is carried forward through an item, its truth.
    """
    item, form = quantity.solved.item, quantity.solved.form
    formula = item.definition
    if formula is None:
        found = item.bounds({name: point(env[name]) for name in item.needs})
        return quantity.truth.low if found is None else found.middle
    if not route.within or not isinstance(form, Rounding):
        return value(formula, env)
    return staged(formula, env, lambda x: rounded(form, x, route.even), route.within == "every")


def results(quantity: Quantity, within: str, envs: Sequence[Mapping[str, Floats]], even: Sequence[bool]) -> Floats:
    """What a formula gives of several numbers for each of some students, rounded within, shape (numbers, students, …).

    All are worked out at once, one behind the other. envs: numbers of what it needs, of which some are of each student
    or all of all; even: of each, whether ties go to the even digit.
    """
    formula, form = quantity.solved.item.definition, quantity.solved.form
    assert formula is not None  # what has none has no routes
    count = max((len(x) for env in envs for x in env.values() if x.ndim > 2), default=1)
    stacked = {name: _stacked([env[name] for env in envs], count) for name in envs[0]}
    ways = np.repeat(np.array(even), count)

    def stands(x: Floats) -> Floats:
        of_all = x.ndim < 3 or len(x) != ways.size  # numbers of the formula alone
        return rounded(form, x, ways.reshape(-1, *(1,) * (x.ndim - 1 + of_all)))

    found = (
        staged(formula, stacked, stands, within == "every") if isinstance(form, Rounding) else value(formula, stacked)
    )
    rows, columns = found.shape[-2:]
    return np.broadcast_to(found, (len(envs) * count, rows, columns)).reshape(len(envs), count, rows, columns)


def _stacked(numbers: Sequence[Floats], count: int) -> Floats:
    """Numbers of several times some students, one behind the other; one where it is the same for all."""
    if numbers[0].ndim < 3 and all(x is numbers[0] for x in numbers):
        return numbers[0]
    return np.concatenate([np.broadcast_to(x, (count, *x.shape[-2:])) for x in numbers])


def truths(chain: list[Quantity], exact: bool) -> dict[str, list[Floats]]:
    """What each route gives of every quantity from the question's own numbers, none rounded; the plainest first.

    exact: who rounds within a step carries its result unrounded all the same, which is unusual.
    """
    numeric = {q.name: q for q in chain if q.solved.numeric}
    found: dict[str, list[Floats]] = {
        name: [x for x in (q.solved.rounded, q.solved.exact) if x is not None] for name, q in numeric.items()
    }
    for route in INNER if exact else (Route(even=True), *INNER):

        def follows(quantity: Quantity, env: Mapping[str, Floats], route: Route = route) -> Floats:
            if quantity.solved.item.given:
                return quantity.truth.low
            try:
                made = result(quantity, env, route)
            except (FormulaError, ValueError):
                return quantity.truth.low
            return np.where(made < np.inf, made, quantity.truth.low)

        def stands(name: str, made: Floats, route: Route = route) -> Floats:
            if not any(np.array_equal(made, known) for known in found[name]):
                found[name].append(made)
            return made if exact else rounded(numeric[name].solved.form, made, route.even)

        evaluate(numeric.items(), {}, follows, stands)
    return found
