"""What the functions of the table mean, as a student looks them up: plain numpy and loops, nothing of the solver."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pair = tuple[int, int]


def _softmax(axis: int) -> Callable[[Floats], Floats]:
    def shares(u: Floats) -> Floats:
        e = np.exp(u - u.max(axis=axis, keepdims=True))
        return np.asarray(e / e.sum(axis=axis, keepdims=True))

    return shares


def _exp(u: Floats) -> Floats:
    """With more room than a float has, where a power wants it: it may be divided by one as large."""
    made = np.exp(u)
    return made if np.isfinite(made).all() else np.exp(u.astype(np.longdouble))  # type: ignore[return-value]


def _log_softmax(u: Floats) -> Floats:
    largest = np.arange(len(u))[:, None] == u.argmax(axis=0)
    below = u - u.max(axis=0)
    return np.asarray(below - np.log1p(np.where(largest, 0.0, np.exp(below)).sum(axis=0)))


def _phi(u: Floats) -> Floats:
    return np.vectorize(lambda v: 0.5 * math.erfc(-v / math.sqrt(2)))(u)


def _scalar(code: Callable[[Floats], float]) -> Callable[[Floats], Floats]:
    return lambda u: np.array([[float(code(u))]])


def _first(pick: Callable[..., NDArray[np.int64]]) -> Callable[..., Floats]:
    return lambda u, axis, keepdims: np.asarray(pick(u, axis=axis, keepdims=True) + 1.0)


def _marked(pick: Callable[..., NDArray[np.int64]]) -> Callable[..., Floats]:
    def marks(u: Floats, axis: int, keepdims: bool) -> Floats:
        made = np.zeros(u.shape)
        np.put_along_axis(made, pick(u, axis=axis, keepdims=True), 1.0, axis)
        return made

    return marks


def _marked_alone(pick: Callable[[Floats], np.int64]) -> Callable[[Floats], Floats]:
    return lambda u: (np.arange(u.size) == pick(u)).astype(float).reshape(u.shape)


def _size(u: Floats, axis: int, keepdims: bool) -> Floats:
    return np.asarray(np.ones(u.shape).sum(axis=axis, keepdims=True))


_REDUCTIONS: dict[str, Callable[..., Floats]] = {
    "sum": np.sum, "mean": np.mean, "variance": np.var, "max": np.max, "min": np.min, "argmax": _first(np.argmax), "argmin": _first(np.argmin),
    "size": _size, "onehot argmax": _marked(np.argmax), "onehot argmin": _marked(np.argmin),
}  # fmt: skip


def _along(name: str, code: Callable[..., Floats]) -> dict[str, Callable[..., Floats]]:
    return {
        f"{name}_rows": lambda u: np.asarray(code(u, axis=1, keepdims=True)),
        f"{name}_columns": lambda u: np.asarray(code(u, axis=0, keepdims=True)),
    }


def _extreme(joined: Callable[[Floats, Floats], Floats], alone: Callable[[Floats], float]) -> Callable[..., Floats]:
    def code(u: Floats, *others: Floats) -> Floats:
        if not others:
            return np.array([[alone(u)]])
        for other in others:
            u = joined(u, other)
        return u

    return code


def _argmax(u: Floats) -> Floats:
    return np.array([[float(np.argmax(u)) + 1.0]])


# -- windows -----------------------------------------------------------------------------------------------------------
def _pair(option: int | Pair) -> Pair:
    return (option, option) if isinstance(option, int) else option


def _correlate(
    x: Floats, k: Floats, stride: int | Pair = 1, padding: int | Pair = 0, dilation: int | Pair = 1,
    size: Pair | None = None, after: int | Pair = 0,
) -> Floats:  # fmt: skip
    (s, t), (p, q), (d, e) = _pair(stride), _pair(padding), _pair(dilation)
    if isinstance(padding, int):  # a row or a column has one dimension
        p, q = (0 if k.shape[i] == x.shape[i] == 1 else padding for i in (0, 1))
    x = np.pad(x, ((p, p + _pair(after)[0]), (q, q + _pair(after)[1])))
    high, wide = (k.shape[0] - 1) * d + 1, (k.shape[1] - 1) * e + 1
    rows, columns = size or ((x.shape[0] - high) // s + 1, (x.shape[1] - wide) // t + 1)
    made = np.zeros((rows, columns))
    for i, j in np.ndindex(rows, columns):
        made[i, j] = sum(k[r, c] * x[i * s + r * d, j * t + c * e] for r, c in np.ndindex(*k.shape))
    return made


def _convolve(x: Floats, k: Floats, **options: int | Pair) -> Floats:
    return _correlate(x, k[::-1, ::-1], **options)  # type: ignore[arg-type]


def _transposed(
    y: Floats, k: Floats, stride: int | Pair = 1, padding: int | Pair = 0, dilation: int | Pair = 1,
    size: Pair | None = None,
) -> Floats:  # fmt: skip
    (s, t), (p, q), (d, e) = _pair(stride), _pair(padding), _pair(dilation)
    rows = (y.shape[0] - 1) * s + (k.shape[0] - 1) * d + 1
    columns = (y.shape[1] - 1) * t + (k.shape[1] - 1) * e + 1
    size = size or (rows - 2 * p, columns - 2 * q)
    made = np.zeros((max(rows, size[0] + 2 * p), max(columns, size[1] + 2 * q)))
    for i, j in np.ndindex(*y.shape):
        for r, c in np.ndindex(*k.shape):
            made[i * s + r * d, j * t + c * e] += y[i, j] * k[r, c]
    return made[p : p + size[0], q : q + size[1]]


def _pool(code: Callable[[Floats], float], fill: float, behind: float) -> Callable[..., Floats]:
    def pooled(
        x: Floats,
        window: int | Pair = 2,
        stride: int | Pair | None = None,
        padding: int | Pair = 0,
        after: int | Pair = 0,
    ) -> Floats:
        (h, w), (s, t), (p, q) = _pair(window), _pair(window if stride is None else stride), _pair(padding)
        x = np.pad(x, ((p, p), (q, q)), constant_values=fill)
        x = np.pad(x, ((0, _pair(after)[0]), (0, _pair(after)[1])), constant_values=behind)
        rows, columns = (x.shape[0] - h) // s + 1, (x.shape[1] - w) // t + 1
        cells = [[code(x[i * s : i * s + h, j * t : j * t + w]) for j in range(columns)] for i in range(rows)]
        return np.array(cells)

    return pooled


def _in_windows(
    x: Floats, window: int | Pair = 2, stride: int | Pair | None = None, padding: int | Pair = 0, after: int | Pair = 0
) -> tuple[Floats, list[list[Pair]]]:
    """A padded matrix and, window by window along the rows, the places of its cells."""
    (h, w), (s, t), (p, q) = _pair(window), _pair(window if stride is None else stride), _pair(padding)
    x = np.pad(x, ((p, p + _pair(after)[0]), (q, q + _pair(after)[1])), constant_values=-np.inf)
    corners = [(i, j) for i in range(0, x.shape[0] - h + 1, s) for j in range(0, x.shape[1] - w + 1, t)]
    return x, [[(i + r, j + c) for r, c in np.ndindex(h, w)] for i, j in corners]


def _max_unpool(u: Floats, x: Floats, padding: int | Pair = 0, **options: int | Pair) -> Floats:
    padded, windows = _in_windows(x, padding=padding, **options)
    made, (p, q) = np.zeros(padded.shape), _pair(padding)
    for number, places in zip(u.ravel(), windows, strict=True):
        made[max(places, key=padded.__getitem__)] += number  # the first of those that are equal
    return made[p : p + x.shape[0], q : q + x.shape[1]]


def _average_unpool(
    u: Floats, window: int | Pair = 2, stride: int | Pair | None = None, padding: int | Pair = 0,
    after: int | Pair = 0, size: Pair | None = None,
) -> Floats:  # fmt: skip
    (h, w), (s, t), (p, q) = _pair(window), _pair(window if stride is None else stride), _pair(padding)
    rows, columns = (u.shape[0] - 1) * s + h, (u.shape[1] - 1) * t + w
    e, f = _pair(after)
    n, m = size or (rows - 2 * p - e, columns - 2 * q - f)
    made = np.zeros((max(rows, p + n), max(columns, q + m)))
    for i, j in np.ndindex(*u.shape):
        inside = min(h, n + 2 * p - i * s) * min(w, m + 2 * q - j * t)  # what lies behind the padding has no share
        made[i * s : i * s + h, j * t : j * t + w] += u[i, j] / inside
    return made[p : p + n, q : q + m]


# -- parts and masks ---------------------------------------------------------------------------------------------------
def part(u: Floats, text: str) -> Floats:
    """`[1, 2:3]` or `[2]` of a matrix or vector, counted from 1 with both ends."""
    places = [each.strip() for each in text.strip("[]").split(",")]
    if len(places) == 1:
        places = [places[0], ":"] if u.shape[1] == 1 else [":", places[0]]
    slices = [_slice(each, n) for each, n in zip(places, u.shape, strict=True)]
    return u[slices[0], slices[1]]


def _slice(text: str, size: int) -> slice:
    first, colon, last = text.partition(":")
    low = int(first or 1)
    return slice(low - 1, int(last or size) if colon else low)


def constant(letter: str, size: str) -> Floats:
    """1ₙ, 1₂,₃ and I₃."""
    rows, *columns = (int(n) for n in size.split(","))
    return np.eye(rows) if letter == "I" else np.ones((rows, *(columns or [1])))


FUNCTIONS: Mapping[str, Callable[..., Floats]] = {
    "tanh": np.tanh,
    "sigmoid": lambda u: 1 / (1 + np.exp(-u)),
    "σ": lambda u: 1 / (1 + np.exp(-u)),
    "ReLU": lambda u: np.where(u > 0, u, 0.0),
    "leaky ReLU": lambda u, a=0.01: np.where(u > 0, u, a * u),
    "ELU": lambda u, a=1.0: np.where(u > 0, u, a * np.expm1(np.minimum(u, 0))),
    "GELU": lambda u: u * _phi(u),
    "softplus": lambda u: np.logaddexp(0, u),
    "softmax": _softmax(0),
    "softmax_rows": _softmax(1),
    "log softmax": _log_softmax,
    "step": lambda u: np.where(u > 0, 1.0, 0.0),
    "heaviside": lambda u: np.where(u < 0, 0.0, 1.0),
    "bipolar": lambda u: np.where(u > 0, 1.0, -1.0),
    "sgn": lambda u, v=1.0: np.where(u > 0, 1.0, np.where(u < 0, -1.0, v)),
    "linear": lambda u: u,
    "exp": _exp,
    "log": np.log,
    "ln": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "floor": np.floor,
    "ceil": np.ceil,
    "huber": lambda u, a=1.0: np.where(np.abs(u) < a, u**2 / 2, a * np.abs(u) - a**2 / 2),
    "KL": lambda p, q: p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q)),
    "KL_normal": lambda mu, v: (mu**2 + np.exp(v) - v - 1) / 2,
    "dist": lambda u, v: np.array([[math.hypot(*(a - b)) for b in v] for a in u]),
    "dist_city": lambda u, v: np.array([[np.abs(a - b).sum() for b in v] for a in u]),
    "bell": lambda u, v: np.exp(-u / v),
    "greater": lambda u, v: np.where(u > v, 1.0, 0.0),
    "equal": lambda u, v: np.where(u == v, 1.0, 0.0),
    "mask": lambda u, m: np.where(m == 0, -np.inf, u),
    "causal": lambda u: np.where(np.tri(*u.shape) == 0, -np.inf, u),
    "lower triangle": np.tril,
    "max": _extreme(np.maximum, np.max),
    "min": _extreme(np.minimum, np.min),
    "argmax": _argmax,
    "onehot argmax": _marked_alone(np.argmax),
    "onehot argmin": _marked_alone(np.argmin),
    "argmin": lambda u: _argmax(-u),
    "sum": _scalar(np.sum),
    "mean": _scalar(np.mean),
    "variance": _scalar(np.var),
    "norm": _scalar(lambda u: math.sqrt(float((u**2).sum()))),
    "size": _scalar(np.size),
    "tr": _scalar(np.trace),
    "det": _scalar(np.linalg.det),
    "diag": lambda u: np.diag(u.ravel()),
    "Φ": _phi,
    "φ": lambda u: np.exp(-u * u / 2) / math.sqrt(2 * math.pi),
    "corr": _correlate,
    "conv": _convolve,
    "corr_transposed": _transposed,
    "flatten": lambda u: u.reshape(-1, 1),
    "reshape": lambda u, size: u.reshape(size),
    "turned": lambda u: u[::-1, ::-1],
    "maxpool": _pool(np.max, -np.inf, -np.inf),
    "avgpool": _pool(np.nanmean, 0.0, np.nan),
    "maxunpool": _max_unpool,
    "avgunpool": _average_unpool,
    **{name: code for each, along in _REDUCTIONS.items() for name, code in _along(each, along).items()},
}
