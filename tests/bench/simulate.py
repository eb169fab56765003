"""Simulated students: honest ones who round in their own way, on random questions of every family."""

import re
from collections.abc import Iterator

import numpy as np

from solver.errors import SpecError
from solver.formula.walks.value import value
from solver.mark.judge.numbers import Batch
from solver.mark.judge.routes import INNER, NAMED, Route, result, rounded
from solver.mark.sheet import Quantity, Sheet, sheet
from solver.rounding import Floats, Rounding
from solver.spec.reader import load_text
from solver.spec.registry import families, family
from solver.working.question import Question
from solver.working.solve import solve_question
from tests.bench.plant import decimals
from tests.places import PROBLEMS

ROUTES: tuple[Route, ...] = (NAMED, Route(even=True), *INNER)
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
                        written[some] = rounded(form, found[some], route.even)
                exact = ((carries == 1) & ((habit == "mixed") | (routes < _NAMED)))[:, None, None]
                if habit == "mixed" and quantity.key is None:
                    exact = exact | (written == 0)
                env[name] = np.where(exact, found, written)
            if quantity.key is not None:
                batch.values[quantity.key] = np.where(written < np.inf, written, np.nan)
                batch.decimals[quantity.key] = decimals(form, batch.values[quantity.key])
    return batch


def _sensible(quantity: Quantity, needs: dict[str, Floats], route: Route) -> Floats:
    """What a route gives, but where that is no number, or a thousand times too large."""
    found, truth = result(quantity, needs, route), quantity.truth.low
    with np.errstate(invalid="ignore"):
        good = (np.abs(found) <= 1000 * np.maximum(np.abs(truth), 1.0)) | (found == truth)
    return found if good.all() else np.where(good, found, result(quantity, needs, NAMED))


def recomputed(made: Sheet, key: str, values: Floats) -> dict[str, Floats]:
    """The key's numbers with one answer replaced for each student, and what follows from it, each rounded."""
    env: dict[str, Floats] = {}
    found = {}
    for _, chain in made.chains:
        for quantity in chain:
            if not quantity.solved.numeric:
                continue
            number, item = quantity.solved.written, quantity.solved.item
            if item.definition is not None and any(env[need].ndim == 3 for need in item.needs):
                number = rounded(quantity.solved.form, value(item.definition, env))
            if quantity.key == key:
                number = values
            env[quantity.name] = number
            if quantity.key is not None:
                found[quantity.key] = np.broadcast_to(number, (len(values), *quantity.solved.written.shape))
    return found
