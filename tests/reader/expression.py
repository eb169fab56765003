"""What a reader has understood of a line: numbers with the digits that are printed, and operations on them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


class UnreadableError(AssertionError):
    """The line has no reading, or two."""


class ElidedError(Exception):
    """Something is left out of the line, so that nobody can recompute it."""


@dataclass(frozen=True)
class Number:
    """A number and its digits, as 1.5e-7 where it has a power of ten."""

    text: str


@dataclass(frozen=True)
class Quantity:
    """A symbol whose value stands elsewhere on the page."""

    symbol: str
    at: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Matrix:
    """Rows of cells."""

    rows: tuple[tuple[Expression, ...], ...]


@dataclass(frozen=True)
class Operation:
    """An operation or a function, by its sign or its name."""

    sign: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Left:
    """… for what is left out."""


Expression: TypeAlias = Number | Quantity | Matrix | Operation | Left


def _softmax(u: Floats) -> Floats:
    e = np.exp(u - u.max(axis=0))
    return np.asarray(e / e.sum(axis=0))


def _phi(u: Floats) -> Floats:
    return np.vectorize(lambda v: 0.5 * math.erfc(-v / math.sqrt(2)))(u)


def _scalar(code: Callable[[Floats], float]) -> Callable[[Floats], Floats]:
    return lambda u: np.array([[float(code(u))]])


FUNCTIONS: dict[str, Callable[..., Floats]] = {
    "tanh": np.tanh,
    "sigmoid": lambda u: 1 / (1 + np.exp(-u)),
    "relu": lambda u: np.where(u > 0, u, 0.0),
    "leaky relu": lambda u, a=0.01: np.where(u > 0, u, a * u),
    "elu": lambda u, a=1.0: np.where(u > 0, u, a * np.expm1(np.minimum(u, 0))),
    "gelu": lambda u: u * _phi(u),
    "softplus": lambda u: np.logaddexp(0, u),
    "softmax": _softmax,
    "step": lambda u: np.where(u > 0, 1.0, 0.0),
    "linear": lambda u: u,
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "floor": np.floor,
    "max": np.maximum,
    "min": np.minimum,
    "sum": _scalar(np.sum),
    "mean": _scalar(np.mean),
    "norm": _scalar(lambda u: math.sqrt(float((u**2).sum()))),
    "size": _scalar(np.size),
    "tr": _scalar(np.trace),
    "det": _scalar(np.linalg.det),
    "inv": np.linalg.inv,
    "Φ": _phi,
    "φ": lambda u: np.exp(-u * u / 2) / math.sqrt(2 * math.pi),
}


def _elementwise(a: Floats, b: Floats) -> Floats:
    if a.size > 1 and b.size > 1 and a.shape != b.shape:
        raise UnreadableError(f"{a.shape} and {b.shape} joined cell by cell")
    return a * b


def _times(a: Floats, b: Floats) -> Floats:
    if a.size > 1 and b.size > 1:
        raise UnreadableError("· between two matrices")
    return a * b


def _matrix_product(a: Floats, b: Floats) -> Floats:
    return a * b if 1 in (a.size, b.size) and a.shape[1] != b.shape[0] else a @ b


_PRODUCTS = {" ", "·", "⊙"}
_SIGNS: dict[str, Callable[..., Floats]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "neg": lambda a: -a,
    "·": _times,
    "⊙": _elementwise,
    "/": lambda a, b: a / b,
    " ": _matrix_product,
    "^": lambda a, b: a**b,
    "T": lambda a: a.T,
}


def value(read: Expression) -> Floats:
    """The number, vector or matrix that a line stands for, always rows × columns."""
    match read:
        case Number(text):
            return np.array([[float(text)]])
        case Quantity(_, at):
            return np.array(at)
        case Matrix(rows):
            return np.asarray(np.block([[value(cell) for cell in row] for row in rows]))  # cells may be vectors
        case Operation(sign, operands):
            with np.errstate(all="ignore"):
                code = _SIGNS.get(sign) or FUNCTIONS[sign]
                result = np.asarray(code(*map(value, operands)))
            if sign in ("·", "⊙", " ") and np.isnan(result).any() and len(operands) == 2:
                return np.nan_to_num(result)  # 0 · log(0) counts as 0
            return result
        case Left():
            raise ElidedError


@dataclass(frozen=True)
class Digits:
    """The half units of printed digits. figures: whether the zeros that end a whole number only hold its place."""

    figures: bool
    noise: float = 0.0
    """Of the float arithmetic, where not the digits that are printed go in, but all that a quantity has."""

    def half_unit(self, text: str) -> float:
        """Half a unit of the last digit that is printed."""
        digits, _, exponent = text.partition("e")
        zeros = len(digits) - len(digits.rstrip("0")) if self.figures and "." not in digits else 0
        return 0.5 * 10.0 ** (int(exponent or 0) + zeros - len(digits.partition(".")[2]))

    def room(self, read: Expression) -> Floats | None:
        """The half unit of every number of a literal; None for anything else."""
        match read:
            case Number(text):
                return np.array([[self.half_unit(text)]])
            case Operation("neg", (Number() as inner,)):
                return self.room(inner)
            case Matrix(rows):
                rooms = [[self.room(cell) for cell in row] for row in rows]
                if all(room is not None and room.size == 1 for row in rooms for room in row):
                    return np.array([[float(room[0, 0]) for room in row if room is not None] for row in rooms])
        return None

    def close(self, found: Floats, printed: Expression) -> bool:
        """Whether numbers are what is printed, to within half a unit of it."""
        room = self.room(printed)
        assert room is not None
        at = value(printed)
        if found.shape == at.shape:  # −∞ is −∞
            found, at = (np.where(np.isinf(at) & (found == at), 0.0, x) for x in (found, at))
        return bool(np.all(np.abs(found - at) <= room * (1 + 1e-6) + 1e-9 * np.abs(at) + self.noise))

    def follows(self, above: Expression, below: Expression) -> bool:
        """Whether a line is the one above it with parts worked out, each as exactly as its digits say."""
        if above == below:
            return True
        if isinstance(above, Operation) and above.sign == "softmax":
            powers = Operation("exp", above.operands)
            above = Operation("/", (powers, Operation("sum", (powers,))))  # its definition, a few lines further up
        if self.room(below) is not None:
            return self.close(value(above), below)
        match above, below:
            case Operation(p, a), Operation(q, b) if (p == q or {p, q} <= _PRODUCTS) and len(a) == len(b):
                if all(self.follows(x, y) for x, y in zip(a, b, strict=True)):
                    return True
            case Matrix(a), Matrix(b) if [len(r) for r in a] == [len(r) for r in b]:
                if all(self.follows(x, y) for r, s in zip(a, b, strict=True) for x, y in zip(r, s, strict=True)):
                    return True
        return same(value(above), value(below))


def same(a: Floats, b: Floats) -> bool:
    """Whether two values are one number."""
    return a.shape == b.shape and bool(
        np.allclose(a, b, rtol=1e-9, atol=1e-14 * max(1.0, float(np.abs(b).max(initial=0.0))))
    )
