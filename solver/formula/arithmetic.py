"""Products of numbers in which 0·∞ counts as 0: the limit that cross-entropy needs for 0·log 0."""

import numpy as np

from solver.rounding import Floats


def product(a: Floats, b: Floats) -> Floats:
    """a · b, cell by cell."""
    result = a * b
    if np.isnan(result).any():
        vanishes = ((a == 0) & np.isinf(b)) | (np.isinf(a) & (b == 0))
        result = np.where(vanishes, 0.0, result)
    return np.asarray(result)


def matmul(a: Floats, b: Floats) -> Floats:
    """The matrix product a @ b over any leading axes."""
    result = a @ b
    if not np.isnan(result).any() or not (np.isinf(a).any() or np.isinf(b).any()):
        return np.asarray(result)
    known = np.where(np.isinf(a), 0.0, a) @ np.where(np.isinf(b), 0.0, b)
    up = _meets(a, np.inf, b, 1) + _meets(a, -np.inf, b, -1) + _meets(a, 1, b, np.inf) + _meets(a, -1, b, -np.inf)
    down = _meets(a, np.inf, b, -1) + _meets(a, -np.inf, b, 1) + _meets(a, 1, b, -np.inf) + _meets(a, -1, b, np.inf)
    return np.asarray(known + np.where(up > 0, np.inf, 0.0) - np.where(down > 0, np.inf, 0.0))


def _meets(a: Floats, x: float, b: Floats, y: float) -> Floats:
    """How often a number of the kind x meets one of the kind y: ±∞, or a sign (of infinite numbers too)."""
    return np.asarray(_kind(a, x) @ _kind(b, y))


def _kind(a: Floats, x: float) -> Floats:
    return np.asarray(a == x if np.isinf(x) else np.sign(a) == x, dtype=float)
