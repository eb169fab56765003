"""The quantities in the examples of the function table."""

import numpy as np

from solver.rounding import Floats

SHAPES = {
    "a": (1, 1), "u": (3, 1), "w": (1, 3), "A": (3, 3), "X": (4, 3), "Y": (4, 3), "Z": (2, 1), "M": (4, 3), "P": (4, 3),
    "K": (2, 2), "V": (6, 8),
}  # fmt: skip


def drawn(seed: int) -> dict[str, Floats]:
    """Random numbers for each: P positive, M a mask of 0 and 1 with a 1 in every row and column, the rest of both signs."""
    rng = np.random.default_rng(seed)
    made = {name: rng.normal(size=shape) for name, shape in SHAPES.items()}
    made["a"] = np.array([[rng.uniform(0.2, 0.8)]])
    made["A"] += 3.0 * np.eye(3)
    made["P"] = rng.uniform(0.3, 2.0, SHAPES["P"])
    made["M"] = (rng.uniform(size=SHAPES["M"]) < 0.5).astype(float)
    made["M"][np.arange(4), np.arange(4) % 3] = 1.0
    return made
