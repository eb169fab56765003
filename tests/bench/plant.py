"""Wrong answers planted among right ones: off by units, swapped, shifted, turned; mistakes with a name; cheats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from solver.errors import FormulaError
from solver.formula.mistakes.mutate import mutations
from solver.formula.mistakes.surroundings import Surroundings
from solver.formula.walks.value import value
from solver.mark.judge.numbers import NO_LIMIT, Batch
from solver.mark.sheet import Quantity, Sheet
from solver.rounding import Floats, Rounding
from solver.working.solution import Context


def decimals(form: object, written: Floats) -> np.ndarray:
    """The decimals that numbers are written with."""
    if not isinstance(form, Rounding):
        return np.full(written.shape, NO_LIMIT, dtype=np.int16)
    places = form.places(np.where(np.isfinite(written), written, 0.0))
    return np.broadcast_to(np.asarray(places), written.shape).astype(np.int16)


def key_batch(made: Sheet, count: int) -> Batch:
    """The key's own numbers, for every student."""
    batch = Batch(count)
    for key, answer in made.answers.items():
        if answer.kind == "number":
            batch.values[key] = np.repeat(answer.solved.written[None], count, axis=0)
            batch.decimals[key] = decimals(answer.solved.form, batch.values[key])
    return batch


def random_wrong(made: Sheet, count: int, rng: np.random.Generator) -> tuple[Batch, list[tuple[str, int, int]]]:
    """Students with the key's numbers but for one cell each, which is rescaled or shifted; and which cell."""
    keys = [k for k, a in made.answers.items() if a.kind == "number" and not a.solved.item.given]
    batch, cells = key_batch(made, count), []
    for s in range(count if keys else 0):
        key = keys[rng.integers(len(keys))]
        numbers, form = batch.values[key][s], made.answers[key].solved.form
        at = tuple(int(rng.integers(n)) for n in numbers.shape)
        x = float(numbers[at])
        if not np.isfinite(x):
            cells.append((key, *at))
            continue
        new = (
            x * rng.uniform(-3, 3)
            if rng.random() < 0.6
            else x + rng.choice([-1, 1]) * rng.uniform(0.1, 2) * max(abs(x), 0.1)
        )
        if isinstance(form, Rounding):
            new = float(form.round(np.asarray(new)))
        elif x == np.rint(x):
            new = float(np.rint(new))
        numbers[at] = new
        cells.append((key, *at))
    return batch, cells


Mistaken = tuple[str, str, Floats]
"""An answer, a mistake's name, and what the mistake gives there."""


def mistaken(made: Sheet) -> Iterator[Mistaken]:
    """What every named mistake gives in every answer, from the key's numbers, rounded; where it is not the key's."""
    for context, chain in made.chains:
        around = surroundings(context, chain)
        env = {q.name: q.solved.written for q in chain}
        for quantity in chain:
            formula = quantity.solved.item.definition
            if quantity.key is None or formula is None:
                continue
            here = around.counting if quantity.solved.item.whole else around
            others = {name: number for name, number in env.items() if name != quantity.name}  # nothing comes of itself
            for name, tree in mutations(formula, here):
                try:
                    found = value(tree, others)
                except (FormulaError, ValueError, KeyError):
                    continue
                if found.shape == quantity.solved.written.shape and np.isfinite(found).all():
                    written = quantity.solved.form.round(found)
                    if not np.array_equal(written, quantity.solved.written):
                        yield quantity.key, name, written


def surroundings(context: Context, chain: list[Quantity]) -> Surroundings:
    """What stands around the formulas of a working."""
    working = context.working
    definitions = {q.name: q.solved.item.definition for q in chain}
    shapes = {q.name: working.shapes[q.name] for q in chain}
    roles = [(name, role) for name, role in working.roles.items() if name in shapes and role.of in shapes]
    return Surroundings(
        shapes,
        {name: tree for name, tree in definitions.items() if tree is not None},
        updates={role.of: name for name, role in roles if role.kind == "update" and role.time == 1},
        sizes={name: role.of for name, role in roles if role.kind == "size"},
        gates={name: role.time for name, role in roles if role.kind == "gate"},
        gradients={name for name, role in roles if role.kind in ("gradient", "delta")},
        corrupted={role.of: name for name, role in roles if role.kind == "corrupted"},
    )


# -- cheats on question 2 ----------------------------------------------------------------------------------------------
HIDDEN = ("e/grad_u2", "e/grad_u1", "f/grad_W2", "f/grad_W1", "f/grad_b2", "f/grad_b1")


def everywhere(number: float, digits: int, but: str = "") -> Callable[[Sheet], Batch]:
    """One number in every cell, but for the parts named."""

    def made(sheet: Sheet) -> Batch:
        batch = key_batch(sheet, 1)
        for key in batch.values:
            if key[0] not in but or not but:
                batch.values[key][:], batch.decimals[key][:] = number, digits
        return batch

    return made


def rounded_to(digits: int, parts: str = "bcdef") -> Callable[[Sheet], Batch]:
    """The key, rounded too coarsely."""

    def made(sheet: Sheet) -> Batch:
        batch = key_batch(sheet, 1)
        for key in batch.values:
            if key[0] in parts:
                batch.values[key] = Rounding(digits).round(batch.values[key])
                batch.decimals[key][:] = digits
        return batch

    return made


def replaced(change: Callable[[str, Floats], Floats]) -> Callable[[Sheet], Batch]:
    """The key, changed."""

    def made(sheet: Sheet) -> Batch:
        batch = key_batch(sheet, 1)
        for key in batch.values:
            batch.values[key] = np.array(change(key, batch.values[key]), dtype=float)
        return batch

    return made


def _neighbours(sheet: Sheet) -> Batch:
    batch = key_batch(sheet, 1)
    before = batch.values["c/y"][0, 0, 0]
    for key in batch.values:
        if key[0] in "def":
            batch.values[key][:] = before
    return batch


def _in_each(change: Callable[[Floats], Floats]) -> Callable[[str, Floats], Floats]:
    """A change of the answers after part a."""
    return lambda key, x: x if key[0] == "a" else change(x)


def _answer_before(sheet: Sheet) -> Batch:
    """From part c on, each answer filled with the first number of the one before it."""
    batch = key_batch(sheet, 1)
    right = {key: float(x[0, 0, 0]) for key, x in batch.values.items()}
    for before, key in pairwise(right):
        if key[0] in "cdef":
            batch.values[key][:] = right[before]
    return batch


CHEATS: dict[str, Callable[[Sheet], Batch]] = {
    "blank": everywhere(np.nan, 0),
    "1 everywhere": everywhere(1.0, 0),
    "0.0000001 everywhere": everywhere(1e-7, 7),
    "b–f rounded to integers": rounded_to(0),
    "hidden gradients 0.00": replaced(lambda key, x: 0 * x if key in HIDDEN else x),
    "0 everywhere": everywhere(0.0, 0),
    "0.50 everywhere": everywhere(0.5, 2),
    "1.00 in b–f": everywhere(1.0, 2, but="a"),
    "0.00 in b–f": everywhere(0.0, 2, but="a"),
    "b–f rounded to one decimal": rounded_to(1),
    "1000000000 everywhere": everywhere(1e9, 0),
    "1000000000 in b–f": everywhere(1e9, 0, but="a"),
    "y copied into d–f": _neighbours,
    "blank but for f, all 0.00": replaced(lambda key, x: 0 * x if key[0] == "f" else np.nan * x),
    "every sign turned": replaced(lambda key, x: -x),
    "first cell copied down in b–f": replaced(_in_each(lambda x: np.zeros_like(x) + x[:, :1, :1])),
    "cells in another order in b–f": replaced(_in_each(lambda x: x[:, ::-1, ::-1])),
    "answer before copied in c–f": _answer_before,
    "0.01 in d–f": replaced(lambda key, x: 0 * x + 0.01 if key[0] in "def" else x),
    "J = 1000000": replaced(lambda key, x: 0 * x + 1e6 if key == "c/J" else x),
}
