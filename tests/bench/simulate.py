"""Simulated students: honest ones who round in their own way, and ones with a planted mistake."""

from collections.abc import Iterator

import numpy as np

from solver.formula.walks.value import value
from solver.mark.judge.numbers import Batch
from solver.mark.sheet import Sheet, sheet
from solver.rounding import Floats, Rounding
from solver.spec.reader import load_text
from solver.working.solve import solve_question

HABITS = ("rounds each result", "rounds only at the end", "carries extra digits")


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
            f"title: N{k}\nround: {{decimals: {2 + k % 3}}}\ngiven:\n  family: mlp\n  x: {x}\n  d: {k % 2}\n"
            f"  loss: cross-entropy\n  layers: [{', '.join(layers)}]\n"
            "parts:\n  - {label: a, find: [hidden, output, loss]}\n"
            "  - {label: b, find: [derivatives, gradients_u, gradients_Wb]}\n"
        )
        try:
            yield sheet(solve_question(load_text(spec).questions[0], carry="exact"))
        except Exception as error:  # a network whose rounded output is 0 or 1 has no cross-entropy
            if "no value" not in str(error):
                raise


def honest(made: Sheet, count: int, habit: str, rng: np.random.Generator) -> Batch:
    """What `count` honest students with one habit write, to the digits asked for."""
    batch = Batch(count)
    for _, chain in made.chains:
        env: dict[str, Floats] = {}
        for quantity in chain:
            item, form = quantity.solved.item, quantity.solved.form
            if item.given:
                env[quantity.name] = quantity.solved.written
                continue
            assert item.definition is not None
            assert isinstance(form, Rounding)
            exact = value(item.definition, env)
            carried = exact
            if habit == HABITS[0]:
                carried = form.round(exact)
            elif habit == HABITS[2]:
                more = rng.integers(0, 4, (count, 1, 1))
                options = [Rounding(form.digits + int(m)).round(exact) for m in range(4)]
                carried = np.choose(more, options)
            env[quantity.name] = carried
            if quantity.key is not None:
                written = np.broadcast_to(form.round(carried), (count, *carried.shape[-2:])).copy()
                batch.values[quantity.key] = written
                batch.decimals[quantity.key] = np.full(written.shape, form.digits, dtype=np.int16)
    return batch
