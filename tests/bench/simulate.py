"""Simulated students: honest ones who round in their own way, on random questions of every family."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import product
from typing import NamedTuple

import numpy as np

from solver.errors import FormulaError, SpecError
from solver.formula.walks.bounds import point
from solver.formula.walks.stages import staged
from solver.formula.walks.value import value
from solver.mark.judge.numbers import Batch
from solver.mark.sheet import Quantity, Sheet, sheet
from solver.rounding import Floats, Format, Rounding
from solver.spec.reader import load_text
from solver.spec.registry import families, family
from solver.working.question import Question
from solver.working.solve import solve_question
from tests.bench.plant import decimals, key_batch
from tests.places import PROBLEMS


class Route(NamedTuple):
    """What a student rounds within a step: nothing, each line of the working, or every intermediate; ties up, or to even."""

    within: str
    even: bool


ROUTES = tuple(Route(within, even) for within, even in product(("", "line", "every"), (False, True)))
"""Written here once more: a marker that is asked what is honest is not tried."""
FORMS = (Rounding(2), Rounding(3), Rounding(4), Rounding(3, figures=True))
HABITS = ("pure", "mixed")

_NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d+(?![\w.])")
_MOST_CELLS = 400
_NAMED = 2  # the first routes round named results alone


def networks(rng: np.random.Generator, count: int) -> Iterator[Sheet]:
    """Answer sheets of random networks like Question 2's: two hidden Tanh layers, a sigmoid output, cross-entropy."""
    for k in range(count):
        widths = [2, int(rng.integers(2, 5)), int(rng.integers(2, 4)), 1]
        layers = []
        for inputs, neurons, activation in zip(widths, widths[1:], ("tanh", "tanh", "sigmoid"), strict=False):
            rows = np.round(rng.uniform(-3, 3, (inputs, neurons)) / (1 + (k % 3)), 1)
            layers.append(f"{{W: {rows.tolist()}, b: {rng.choice(['0.5', '0.1', '-0.2'])}, activation: {activation}}}")
        x = np.round(rng.uniform(-2, 2, 2), 1).tolist()
        spec = (
            f"title: N{k}\nround: {{decimals: 2}}\ngiven:\n  family: mlp\n  x: {x}\n  d: {k % 2}\n"
            f"  loss: cross-entropy\n  layers: [{', '.join(layers)}]\n"
            "parts:\n  - {label: a, find: [hidden, output, loss]}\n"
            "  - {label: b, find: [derivatives, gradients_u, gradients_Wb]}\n"
        )
        yield from _solved(spec, FORMS[k % len(FORMS)])


def questions(rng: np.random.Generator, each: int) -> Iterator[tuple[str, Sheet]]:
    """Each family's example and problems with random numbers in place of its decimals, in random digits."""
    texts = [(name, family(name).EXAMPLE) for name in families()]
    texts += [(path.stem, path.read_text()) for path in sorted(PROBLEMS.glob("*.yaml")) if path.stem != "exam"]
    for name, text in texts:
        for k in range(each):
            varied = text if k == 0 else _NUMBER.sub(lambda m: _another(m[0], rng), text)
            for made in _solved(varied, FORMS[int(rng.integers(len(FORMS)))]):
                if any(a.kind == "number" for a in made.answers.values()) and len(made.cells) <= _MOST_CELLS:
                    yield name, made


def _another(text: str, rng: np.random.Generator) -> str:
    digits = len(text.partition(".")[2])
    return f"{float(text) * rng.uniform(0.6, 1.4):.{digits}f}"


def _solved(text: str, form: Rounding) -> Iterator[Sheet]:
    try:
        for question in load_text(text).questions:
            yield sheet(solve_question(_rounded(question, form), carry="exact"))
    except SpecError:
        return  # numbers that do not fit, or a result without a value


def _rounded(question: Question, form: Rounding) -> Question:
    """A question in other digits; what wants figures, such as squares of small gradients, keeps them."""
    question.rounding = form
    for part in question.parts:
        part.rounding = form if form.figures or not part.rounding.figures else Rounding(form.digits + 1, figures=True)
    return question


def honest(made: Sheet, count: int, habit: str, rng: np.random.Generator) -> Batch:
    """What `count` honest students write, to the digits asked for.

    Each rounds nothing, lines, or every intermediate within a step, half up or to even, throughout (pure), or now this,
    now that (mixed). Who rounds nothing within may carry what is not rounded, and so may, now and then, the mixed.
    """
    batch = Batch(count)
    for _, chain in made.chains:
        env: dict[str, Floats] = {}
        routes, carries = rng.integers(len(ROUTES), size=count), rng.integers(2, size=count)
        for quantity in chain:
            if not quantity.solved.numeric:
                continue
            form, name = quantity.solved.form, quantity.name
            shape = (count, *quantity.solved.written.shape)
            if habit == "mixed":
                routes, carries = rng.integers(len(ROUTES), size=count), rng.integers(2, size=count)
            if quantity.solved.item.given:
                env[name] = written = np.broadcast_to(quantity.solved.written, shape)
            else:
                found, written = np.full(shape, np.nan), np.full(shape, np.nan)
                for index, route in enumerate(ROUTES):
                    some = np.flatnonzero(routes == index)
                    if some.size:
                        needs = {need: env[need][some] for need in quantity.solved.item.needs}
                        found[some] = _sensible(quantity, needs, route)
                        written[some] = written_as(form, found[some], route.even)
                exact = ((carries == 1) & ((habit == "mixed") | (routes < _NAMED)))[:, None, None]
                if habit == "mixed" and quantity.key is None:
                    exact = exact | (written == 0)
                env[name] = np.where(exact, found, written)
            if quantity.key is not None:
                batch.values[quantity.key] = np.where(written < np.inf, written, np.nan)
                batch.decimals[quantity.key] = decimals(form, batch.values[quantity.key])
    return batch


def written_as(form: Format, x: Floats, even: bool) -> Floats:
    """Numbers as they are written; what has no value stays so."""
    there = np.isfinite(x)
    number = np.where(there, x, 0.0)
    made = form.round(number)
    if even and isinstance(form, Rounding):
        unit = 2 * form.half_unit(number)
        below = np.floor(np.abs(number) / unit + 1e-7)
        tied = np.abs(np.abs(number) / unit - below - 0.5) < 1e-7
        made = np.where(tied & (below % 2 == 0), np.copysign(below * unit, number) + 0.0, made)
    return np.where(there, made, x)


def found_by(quantity: Quantity, env: Mapping[str, Floats], route: Route) -> Floats:
    """What a step gives on a route, not yet rounded itself."""
    item, form = quantity.solved.item, quantity.solved.form
    if item.definition is None:
        lies = item.bounds({name: point(env[name]) for name in item.needs})
        return quantity.truth.low if lies is None else lies.middle
    if not route.within or not isinstance(form, Rounding):
        return value(item.definition, env)
    return staged(item.definition, env, lambda x: written_as(form, x, route.even), route.within == "every")


def honest_values(made: Sheet) -> dict[str, list[Floats]]:
    """What honest students may write of each answer: on one route throughout, carrying what is rounded or not, or in one
    step after the key's numbers, or after exact ones.
    """
    found: dict[str, list[Floats]] = {}
    for _, chain in made.chains:
        numeric = [q for q in chain if q.solved.numeric]
        pages = [{q.name: q.solved.written for q in numeric}, {q.name: q.truth.low for q in numeric}]
        ways: list[tuple[Route, bool, dict[str, Floats]]] = [(r, True, page) for r in ROUTES for page in pages]
        ways += [(route, exact, {}) for route in ROUTES for exact in (False, True)]
        for route, exact, env in ways:
            throughout = not env
            for quantity in numeric:
                number = quantity.truth.low
                if not quantity.solved.item.given:
                    with suppress(FormulaError, ValueError):
                        number = found_by(quantity, env, route)
                written = written_as(quantity.solved.form, number, route.even)
                if throughout:
                    env[quantity.name] = number if exact else written
                if quantity.key is not None:
                    found.setdefault(quantity.key, []).append(written)
    return found


def _sensible(quantity: Quantity, needs: dict[str, Floats], route: Route) -> Floats:
    """What a route gives, but where that is no number, or a thousand times too large."""
    found, truth = found_by(quantity, needs, route), quantity.truth.low
    with np.errstate(invalid="ignore"):
        good = (np.abs(found) <= 1000 * np.maximum(np.abs(truth), 1.0)) | (found == truth)
    return found if good.all() else np.where(good, found, found_by(quantity, needs, ROUTES[0]))


Slips = Mapping[str, Callable[[Floats], Floats]]
"""By answer, what somebody makes of what should stand there, over any leading axes."""


def recomputed(made: Sheet, slips: Slips, count: int = 1) -> dict[str, Floats]:
    """The key's numbers with slips of so many students, and what follows from these, each rounded."""
    env: dict[str, Floats] = {}
    found = {}
    for _, chain in made.chains:
        for quantity in chain:
            if not quantity.solved.numeric:
                continue
            number, item, form = quantity.solved.written, quantity.solved.item, quantity.solved.form
            if item.definition is not None and any(env[need].ndim == 3 for need in item.needs):
                number = written_as(form, value(item.definition, env), even=False)
            if quantity.key in slips:
                number = slips[quantity.key](np.broadcast_to(number, (count, *number.shape[-2:])))
            env[quantity.name] = number
            if quantity.key is not None:
                found[quantity.key] = np.broadcast_to(number, (count, *quantity.solved.written.shape))
    return found


def with_slips(made: Sheet, at_once: int, rng: np.random.Generator) -> Iterator[tuple[set[str], Batch]]:
    """Two students for each answer, with slips in it and in others, so many in all, and what follows from these."""
    keys = [
        key
        for key, answer in made.answers.items()
        if answer.kind == "number" and np.isfinite(answer.solved.written).all()
    ]
    for key in keys if len(keys) >= at_once else ():
        others = [other for other in keys if other != key]
        chosen = {key, *rng.choice(others, at_once - 1, replace=False).tolist()} if at_once > 1 else {key}
        batch = key_batch(made, 2)
        for answer, numbers in recomputed(made, {each: _slip(made, each, rng) for each in chosen}, 2).items():
            batch.values[answer] = np.where(np.isfinite(numbers), numbers, np.nan)
        yield chosen, batch


def _slip(made: Sheet, key: str, rng: np.random.Generator) -> Callable[[Floats], Floats]:
    """One cell is 1 too large for the first student, and twice as large and 1 more for the second."""
    answer = made.answers[key]
    at = tuple(int(rng.integers(n)) for n in answer.shape)

    def change(numbers: Floats) -> Floats:
        wrong = np.array(numbers)
        for s, x in enumerate((wrong[(0, *at)] + 1, 2 * wrong[(1, *at)] + 1)):
            written = answer.solved.form.round(np.asarray(x)) if np.isfinite(x) else 0
            wrong[(s, *at)] = written if written else 2.0  # a 0 leaves steps empty, for which a guard withholds marks
        return wrong

    return change
