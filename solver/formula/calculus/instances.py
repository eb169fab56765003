"""Random instances of symbolic shapes: letters become small sizes, quantities random numbers that the formulas allow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeAlias

import numpy as np

from solver.formula.calculus.pairs import Distribution
from solver.formula.walks.shape import SCALAR, Shape
from solver.formula.walks.value import Env
from solver.rounding import Floats

INSTANCES = 4
TRIES = 6
_MODERATE, _LARGEST = 1e2, 1e7  # of values: central differences tell less of large ones
_SEED = 20

Draw: TypeAlias = "Callable[[np.random.Generator, tuple[int, int]], Floats]"  # in words: numpy.random is slow to import


def instances(
    shapes: Mapping[str, Shape], evaluate: Callable[[Env], Env], distributions: Collection[Distribution] = ()
) -> list[dict[str, Floats]]:
    """Values of every name for several sizes of the letters, 4 at the most; none where the formulas have no value.

    evaluate: the values of the formulas, which must be finite. A letter that is a name itself
    gets its size as value. distributions: names whose columns or rows are to sum to 1.
    """
    rng = np.random.default_rng(_SEED)
    letters = list(dict.fromkeys(size for shape in shapes.values() for size in shape if isinstance(size, str)))
    found = []
    for k in range(INSTANCES):
        # all sizes differ at first, so that a product of wrong shapes cannot pass
        sizes = {s: 2 + i for i, s in enumerate(letters)} if k == 0 else {s: int(rng.integers(1, 5)) for s in letters}
        large = None
        for draw in TRIES * (_around_zero, _fractions, _positive):
            env = dict(_values(shapes, sizes, rng, draw, distributions))
            # nan where one has no value; a masked score is −∞ at any size
            size = np.max([np.max(np.abs(v), initial=0.0, where=v != -np.inf) for v in evaluate(env).values()])
            if size <= _MODERATE:
                found.append(env)
                break
            large = env if large is None and size <= _LARGEST else large
        else:
            found += [large] if large is not None else []
    return found


def _values(
    shapes: Mapping[str, Shape],
    sizes: Mapping[str, int],
    rng: np.random.Generator,
    draw: Draw,
    distributions: Collection[Distribution],
) -> Iterator[tuple[str, Floats]]:
    axes = {name: -2 if along == "columns" else -1 for name, along in distributions if along}
    for name, shape in shapes.items():
        rows, columns = (sizes[size] if isinstance(size, str) else size for size in shape)
        if name in sizes and shape == SCALAR:
            yield name, np.array([[float(sizes[name])]])
        elif name in axes:
            made = rng.uniform(0.1, 1.0, (rows, columns))
            yield name, made / made.sum(axis=axes[name], keepdims=True)
        else:
            yield name, draw(rng, (rows, columns))


def _around_zero(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Of both signs; a square matrix is moved off the singular ones."""
    made = rng.normal(size=shape)
    return made + 2.0 * np.eye(shape[0]) if shape[0] == shape[1] > 1 else made


def _fractions(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return rng.uniform(0.1, 0.9, shape)


def _positive(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return rng.uniform(1.1, 2.0, shape) + (shape[0] * np.eye(shape[0]) if shape[0] == shape[1] > 1 else 0.0)
