"""The routes that honest students take: what they round on the way, and how.

Each is the one evaluator over the same formulas with another rule. What a route gives from the question's own numbers is
known before anybody hands in; from a student's own numbers it is worked out where it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from solver.errors import FormulaError
from solver.formula.walks.bounds import point
from solver.formula.walks.evaluate import evaluate
from solver.formula.walks.stages import staged
from solver.formula.walks.value import value
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


def rounded(form: Format, x: Floats, even: bool = False) -> Floats:
    """Numbers as a route writes them; what has no value stays so."""
    with np.errstate(invalid="ignore", over="ignore"):
        finite = np.isfinite(x)
        if not finite.all():
            return np.where(finite, rounded(form, np.where(finite, x, 0.0), even), x)
        written = form.round(x)
        if not even or not isinstance(form, Rounding):
            return written
        unit = 2 * form.half_unit(x)
        tied = np.abs(np.abs(x / unit) % 1 - 0.5) < 1e-7
        down = np.copysign(np.abs(written) - unit, x)
        odd = np.abs(np.rint(written / unit)) % 2 == 1
        return np.where(tied & odd, down, written) + 0.0


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
