"""What a reader has understood of a line: numbers with the digits that are printed, and operations on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tests.reader.table import FUNCTIONS, part

Floats: TypeAlias = NDArray[np.float64]


class UnreadableError(AssertionError):
    """The line has no reading, or two."""


class ElidedError(Exception):
    """Something is left out of the line, so that nobody can recompute it."""


class _Valued:
    """What is worked out once; not by `cached_property`, which takes a lock each time before Python 3.12."""

    @property
    def value(self) -> Floats:
        known = self.__dict__
        if "_value" not in known:
            known["_value"] = _value(self)
        found: Floats = known["_value"]
        return found


@dataclass(frozen=True)
class Number(_Valued):
    """A number and its digits, as 1.5e-7 where it has a power of ten."""

    text: str


@dataclass(frozen=True)
class Quantity(_Valued):
    """A symbol whose value stands elsewhere on the page; how a format writes it makes no difference."""

    symbol: str = field(compare=False)
    at: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Matrix(_Valued):
    """Rows of cells."""

    rows: tuple[tuple[Expression, ...], ...]


@dataclass(frozen=True)
class Operation(_Valued):
    """An operation or a function, by its sign or its name."""

    sign: str
    operands: tuple[Expression, ...]
    options: tuple[tuple[str, int | tuple[int, int]], ...] = ()
    part: str = ""


@dataclass(frozen=True)
class Left(_Valued):
    """… for what is left out."""


Expression: TypeAlias = Number | Quantity | Matrix | Operation | Left


def _elementwise(a: Floats, b: Floats) -> Floats:
    for n, m in zip(a.shape, b.shape, strict=True):
        if n != m and 1 not in (n, m):  # a row or column is spread
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
    "^": lambda a, b: np.linalg.inv(a) if a.size > 1 and np.array_equal(b, [[-1.0]]) else a**b,
    "T": lambda a: a.T,
}


def value(read: Expression) -> Floats:
    """The number, vector or matrix that a line stands for, always rows × columns; worked out once."""
    return read.value


def _value(read: _Valued) -> Floats:
    match read:
        case Number(text):
            return np.array([[float(text)]])
        case Quantity(_, at):
            return np.array(at)
        case Matrix(rows):
            cells = [[value(cell) for cell in row] for row in rows]
            if all(cell.size == 1 for row in cells for cell in row) and len({len(row) for row in cells}) == 1:
                return np.array([[cell.item() for cell in row] for row in cells])
            return np.asarray(np.block(cells))  # cells may be vectors
        case Operation("part", (whole,), part=text):
            return part(value(whole), text)
        case Operation(sign, operands, options):
            with np.errstate(all="ignore"):
                code = _SIGNS.get(sign) or FUNCTIONS[sign]
                result = np.asarray(code(*map(value, operands), **dict(options)))
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
        return bool(np.all(np.abs(found - at) <= room * (1 + 1e-6) + 1e-12 * np.abs(at) + self.noise))

    def follows(self, above: Expression, below: Expression) -> bool:
        """Whether a line is the one above it with parts worked out, each as exactly as its digits say."""
        if above == below:
            return True
        if isinstance(above, Operation) and above.sign.startswith("softmax") and not _same_sign(above, below):
            powers = Operation("exp", above.operands)
            along = "_columns" if above.sign == "softmax" and value(powers).shape[1] > 1 else ""
            total = Operation("sum" + (above.sign.removeprefix("softmax") or along), (powers,))
            above = Operation("/", (powers, total))  # its definition, a few lines further up
        if isinstance(above, Operation) and above.sign == "^" and isinstance(below, Operation) and below.sign == "⊙":
            squared, exponent = above.operands
            above = Operation("⊙", (squared, squared)) if exponent == Number("2") else above
        if self.room(below) is not None:
            return self.close(value(above), below)
        match above, below:
            case Operation(p, a, with_), Operation(q, b, and_) if with_ == and_ and _alike(p, q) and len(a) == len(b):
                if all(self.follows(x, y) for x, y in zip(a, b, strict=True)):
                    return True
            case Matrix(a), Matrix(b) if [len(r) for r in a] == [len(r) for r in b]:
                if all(self.follows(x, y) for r, s in zip(a, b, strict=True) for x, y in zip(r, s, strict=True)):
                    return True
        return same(value(above), value(below))


def _alike(p: str, q: str) -> bool:
    return p == q or {p, q} <= _PRODUCTS


def _same_sign(a: Expression, b: Expression) -> bool:
    return isinstance(a, Operation) and isinstance(b, Operation) and a.sign == b.sign


def same(a: Floats, b: Floats) -> bool:
    """Whether two values are one number."""
    largest = float(np.abs(b[np.isfinite(b)]).max(initial=0.0))
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-11, atol=1e-15 * max(1.0, largest)))


def equal(above: Expression, below: Expression) -> bool:
    """Whether two lines stand for one number; sin(10⁶) may make much of the last digits of a float that goes in."""
    if same(value(above), value(below)):
        return True
    match above, below:
        case Operation(p, a, with_), Operation(q, b, and_) if (p, with_, len(a)) == (q, and_, len(b)):
            return all(map(equal, a, b))
        case Matrix(a), Matrix(b) if [len(r) for r in a] == [len(r) for r in b]:
            return all(equal(x, y) for r, s in zip(a, b, strict=True) for x, y in zip(r, s, strict=True))
    return False
