"""Arithmetic as a page has it: 0·∞ counts as 0, the limit that cross-entropy needs for 0·log 0, and what the floats
leave of a sum that is 0 on paper, 0.1 + 0.2 − 0.3, is 0."""

from collections.abc import Sequence
from math import isfinite

import numpy as np

from solver.rounding import Floats

_NOISE = 3 * float(np.finfo(float).eps)
_DOUBTFUL = 1e-12
_FEW = 9  # so few cells are gone through in less time than a call of numpy takes
_MANY = 10_000  # to copy so many takes longer than to look at them twice


def settled(result: Floats, terms: Sequence[Floats]) -> Floats:
    """The sum of some terms, 0 where nothing but noise is left of it.

    Complex numbers stay: their small part is a derivative.
    """
    if result.dtype.kind == "c":
        return result
    if result.size == 1:
        left = abs(result.item())
        if 0 < left <= _NOISE * max(abs(term.item()) for term in terms) < np.inf:
            return np.zeros_like(result)
        return result
    if result.size <= _FEW >= len(terms) and _all_beyond(result, _NOISE * _largest(terms)):
        return result
    if result.size > _FEW and np.abs(result).min() > _NOISE * max(map(_reach, terms)):
        return result
    size = np.abs(terms[0])
    for term in terms[1:]:
        size = np.maximum(size, np.abs(term))
    noise = np.abs(result) <= _NOISE * size
    return np.where(noise & (size < np.inf), 0.0, result) if noise.any() else result


def product(a: Floats, b: Floats) -> Floats:
    """a · b, cell by cell."""
    result = a * b
    if result.size <= _FEW and result.dtype.kind != "c" and _finite(result):
        return result
    if np.isnan(result.sum()):
        vanishes = ((a == 0) & np.isinf(b)) | (np.isinf(a) & (b == 0))
        result = np.where(vanishes, 0.0, result)
    return np.asarray(result)


def power(a: Floats, b: Floats) -> Floats:
    """a to the power b; a square is a · a, alone and in any stack, where numpy takes another way for a single number."""
    return np.asarray(a * a if b.size == 1 and b.item() == 2 else np.power(a, b))


def matmul(a: Floats, b: Floats) -> Floats:
    """The matrix product a @ b over any leading axes."""
    result = a @ b
    if (
        (a.size <= _FEW >= b.size)
        and result.dtype.kind != "c"
        and _finite(result)
        and (a.shape[-1] == 1 or _all_beyond(result, _DOUBTFUL * _largest([a]) * _largest([b])))  # one cannot cancel
    ):
        return result
    if a.shape[-1] > 1 and np.abs(result).min(initial=np.inf) <= _DOUBTFUL * _reach(a) * _reach(b):
        result = settled(result, [np.abs(a) @ np.abs(b)])
    if not np.isnan(result).any() or not (np.isinf(a).any() or np.isinf(b).any()):
        return np.asarray(result)
    known = np.where(np.isinf(a), 0.0, a) @ np.where(np.isinf(b), 0.0, b)
    up = _meets(a, np.inf, b, 1) + _meets(a, -np.inf, b, -1) + _meets(a, 1, b, np.inf) + _meets(a, -1, b, -np.inf)
    down = _meets(a, np.inf, b, -1) + _meets(a, -np.inf, b, 1) + _meets(a, 1, b, -np.inf) + _meets(a, -1, b, np.inf)
    return np.asarray(known + np.where(up > 0, np.inf, 0.0) - np.where(down > 0, np.inf, 0.0))


def _reach(x: Floats) -> float:
    """The largest size of a cell, without a copy of many."""
    if x.dtype.kind == "c" or x.size <= _MANY:
        return float(np.abs(x).max(initial=0.0))
    return float(max(x.max(initial=0.0), -x.min(initial=0.0)))


def _largest(arrays: Sequence[Floats]) -> float:
    """The largest size of a cell of a few."""
    found = 0.0
    for array in arrays:
        for cell in array.ravel().tolist():
            if cell > found:
                found = cell
            elif -cell > found:
                found = -cell
    return found


def _all_beyond(x: Floats, limit: float) -> bool:
    """Whether each cell of a few is larger in size than a limit."""
    for cell in x.ravel().tolist():  # noqa: SIM110 (a loop is twice as fast)
        if not abs(cell) > limit:
            return False
    return True


def _finite(x: Floats) -> bool:
    """Whether all of a few cells are finite; where their sum overflows, who asks has to look closer."""
    return isfinite(x.item() if x.size == 1 else sum(x.ravel().tolist()))


def all_finite(x: Floats) -> bool:
    """Whether every cell is finite."""
    return (x.size <= _FEW and x.dtype.kind != "c" and _finite(x)) or bool(np.isfinite(x).all())


def _meets(a: Floats, x: float, b: Floats, y: float) -> Floats:
    """How often a number of the kind x meets one of the kind y: ±∞, or a sign (of infinite numbers too)."""
    return np.asarray(_kind(a, x) @ _kind(b, y))


def _kind(a: Floats, x: float) -> Floats:
    return np.asarray(a == x if np.isinf(x) else np.sign(a) == x, dtype=float)
