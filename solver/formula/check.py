"""The proof of a derivation: gradients against central differences of the formulas themselves.

Every variable is pushed up and down a little, all pushes in one batch, and the chain of formulas evaluated again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from solver.formula.differentiate import local_derivative
from solver.formula.functions import FUNCTIONS
from solver.formula.tree import Call, Tree, bare
from solver.formula.value import Env, value
from solver.rounding import Floats

MOST_CELLS = 256
DIRECTIONS = 3
TOLERANCE = 1e-5
_STEPS = (6e-6, 6e-7, 1e-4)


def largest_difference(
    chain: Sequence[tuple[str, Tree]], output: str, gradients: Mapping[str, Floats], given: Env
) -> float:
    """The largest difference between a gradient and its central difference, relative to gradients larger than 1.

    gradients: by variable, each of the variable's shape; a variable may be given or defined in the chain.
    Of many cells, random directions through all of them are compared instead of each cell alone.
    """
    exact = evaluate(chain, given, {})
    found = np.inf
    for step in _STEPS:  # a kink close by, or strong curvature, wants another step
        found = min(found, _difference(chain, output, gradients, given, exact, step))
        if found <= TOLERANCE / 10:
            break
    return found


def _difference(
    chain: Sequence[tuple[str, Tree]], output: str, gradients: Mapping[str, Floats], given: Env, exact: Env, step: float
) -> float:
    pushes = _pushes({name: exact[name].shape for name in gradients})
    up = {name: step * p for name, p in pushes.items()}
    down = {name: -p for name, p in up.items()}
    high = evaluate(chain, given, up, exact)[output]
    low = evaluate(chain, given, down, exact)[output]
    slopes = ((high - low) / (2 * step)).reshape(-1)
    expected = sum(np.asarray((pushes[name] * gradient).sum(axis=(-2, -1))) for name, gradient in gradients.items())
    scale = np.maximum(1.0, np.abs(expected))
    worst = np.max(np.abs(slopes - expected) / scale, initial=0.0)
    return float(worst) if np.isfinite(worst) else float("inf")


def _pushes(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Floats]:
    """A batch of directions: each cell alone, or a few random ones through all cells; shape (batch, rows, columns)."""
    total = sum(int(np.prod(shape)) for shape in shapes.values())
    if total > MOST_CELLS:
        rng = np.random.default_rng(0)
        return {name: rng.choice([-1.0, 1.0], (DIRECTIONS, *shape)) / np.sqrt(total) for name, shape in shapes.items()}
    made, at = {}, 0
    for name, shape in shapes.items():
        size = int(np.prod(shape))
        push = np.zeros((total, size))
        push[at + np.arange(size), np.arange(size)] = 1.0
        made[name] = push.reshape(total, *shape)
        at += size
    return made


def evaluate(
    chain: Sequence[tuple[str, Tree]], given: Env, pushes: Mapping[str, Floats], exact: Env | None = None
) -> dict[str, Floats]:
    """The values of a chain, each named quantity pushed by what `pushes` adds to it.

    exact: the values without pushes; where an activation stands at its kink there, it goes on straight with the
    slope that its derivative formula gives.
    """
    env: dict[str, Floats] = {name: v + pushes[name] if name in pushes else v for name, v in given.items()}
    for name, tree in chain:
        result = value(tree, env)
        if exact is not None:
            result = _through_kink(tree, env, exact, result)
        env[name] = result + pushes[name] if name in pushes else result
    return env


def _through_kink(tree: Tree, env: Env, exact: Env, result: Floats) -> Floats:
    top = bare(tree)
    if not (isinstance(top, Call) and FUNCTIONS[top.fn].kink):
        return result
    u0 = value(top.args[0], exact)
    at_kink = u0 == 0
    if not at_kink.any():
        return result
    slope = value(local_derivative(top, tree), exact)
    straight = value(tree, exact) + slope * (value(top.args[0], env) - u0)
    return np.where(at_kink, straight, result)
