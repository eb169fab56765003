"""The rounding policy: to decimals or significant figures, half up on the decimal value."""

from __future__ import annotations

from math import copysign, floor, log10
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from solver.named import NamedTuple

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = np.ndarray[tuple[Any, ...], np.dtype[np.float64]]
"""As NDArray[np.float64], which takes long to import."""
Carry = Literal["rounded", "exact"]

MAX_DIGITS = 12
MINUS_INFINITY = "-inf"
"""−∞ in digits, as Python and YAML read it."""

_EPSILON = float(np.finfo(float).eps)
_POWERS_OF_TEN = 10.0 ** np.arange(40)
_TENS = _POWERS_OF_TEN.tolist()
_NOISE = np.minimum(1e-14 * _POWERS_OF_TEN, 1e-9)
_HALF_UNITS = 0.5 * np.power(10.0, -np.arange(40.0))
_VANISHING = 1e-200  # figures of what is smaller are out of a float's reach: it counts as 0
_LARGEST = float(np.finfo(float).max)
_SAMPLE = 256
_FEW = 9
_LARGEST_FIXED = 1e15  # beyond this a float has no decimals left to show


def _half_up(x: Floats, places: NDArray[np.int64] | int) -> Floats:
    """Round half away from zero; a tie is one of the decimal value, so 0.645 goes up.

    Binary arithmetic leaves a tie a few units in the last place off: what lies that close counts as the tie.
    """
    # tens and hundreds divide by 10, 100: 10.0**-2 is not exact, and 100 must come out as 100
    decimals = isinstance(places, int) and places >= 0  # then nothing divides
    up, down = (10.0**places, 1.0) if decimals else (10.0 ** np.maximum(places, 0), 10.0 ** np.maximum(-places, 0))
    with np.errstate(over="ignore"):  # what overflows here stays as it is
        scaled = np.asarray(np.abs(x) * up)
        if not decimals:
            scaled = np.asarray(scaled / down)
        result = np.asarray(scaled * (64 * _EPSILON))  # the slack; from here on in place, since arrays can be large
        result += 1e-9
        np.minimum(result, 1e-6, out=result)
        result += 0.5
        result += scaled
        np.floor(result, out=result)
        result /= up
        if not decimals:
            result *= down
    if not (scaled < _LARGEST_FIXED).all() or (not decimals and np.isinf(result).any()):
        result = np.where((scaled < _LARGEST_FIXED) & np.isfinite(result), result, np.abs(x))
    np.copysign(result, x, out=result)
    result += 0.0  # turns -0.0 into 0.0
    return result


def _few_half_up(x: Floats, decimals: int) -> Floats:
    """The same for a few cells, which are gone through in less time than the calls of numpy take."""
    up, made = 10.0**decimals, []
    for cell in x.ravel().tolist():
        scaled = abs(cell) * up
        if not scaled < _LARGEST_FIXED:
            return _half_up(x, decimals)
        slack = min(scaled * (64 * _EPSILON) + 1e-9, 1e-6)
        made.append(copysign(floor(slack + 0.5 + scaled) / up, cell) + 0.0)
    return np.array(made).reshape(x.shape)


class Rounding(NamedTuple):
    """How a result is written: `digits` decimals, or `digits` significant figures."""

    digits: int
    figures: bool = False

    def places(self, x: Floats) -> NDArray[np.int64] | int:
        """Decimals kept for each value of x (negative: tens, hundreds, …)."""
        if not self.figures:
            return self.digits
        size = np.where(np.abs(x) < _VANISHING, 1.0, np.minimum(np.abs(x), _LARGEST))
        return np.asarray(self.digits - 1 - np.floor(np.log10(size) + 1e-12), dtype=np.int64)

    def round(self, x: Floats) -> Floats:
        """Each value of x as it is written on the page; any shape."""
        x = np.asarray(x, dtype=float)
        if not self.figures and x.size <= _FEW:
            return _few_half_up(x, self.digits)
        return _half_up(x, self.places(x))

    def half_unit(self, x: Floats) -> Floats:
        """Half a unit of the last digit written, for each value of x; one for all of them where decimals stay fixed."""
        if not self.figures and self.digits < len(_HALF_UNITS):
            return np.asarray(_HALF_UNITS[self.digits])
        return np.asarray(0.5 * np.power(10.0, -np.asarray(self.places(x), dtype=float)))

    def text(self, x: float) -> str:
        """One value that `round` has rounded, in digits: decimals stay fixed (6.70); −∞ is -inf."""
        value = x + 0.0
        if abs(value) >= _LARGEST_FIXED:
            text = f"{value:.{self.digits - self.figures}e}"
            kept = float(text) == value or (self.figures and abs(float(text)) <= _LARGEST)
            return text if kept else repr(float(value))
        if not self.figures:
            return f"{value:.{self.digits}f}"
        if value == 0:
            return f"{0:.{self.digits - 1}f}"
        exponent = floor(log10(abs(value)) + 1e-12)
        if exponent < -4 or exponent >= 9 > self.digits:
            return f"{value:.{self.digits - 1}e}"
        return f"{value:.{max(self.digits - 1 - exponent, 0)}f}"

    def __str__(self) -> str:
        unit = "significant figure" if self.figures else "decimal place"
        return f"{self.digits} {unit}{'' if self.digits == 1 else 's'}"


class Exact:
    """Counts and other values that are written whole, whatever the policy says."""

    def round(self, x: Floats) -> Floats:
        """The values themselves."""
        return np.asarray(x, dtype=float) + 0.0

    def half_unit(self, x: Floats) -> Floats:
        """Room for the arithmetic of floats only."""
        return np.asarray(np.abs(x) * 1e-9 + 1e-12)

    def text(self, x: float) -> str:
        """A whole number without decimals, another as short as it is exact; −∞ is -inf."""
        if abs(x) < _LARGEST_FIXED and x == int(x):
            return str(int(x))
        return repr(float(x))

    def __reduce__(self) -> str:
        return "EXACT"  # there is one, in another process too


EXACT = Exact()
Format = Rounding | Exact


def integer(text: str) -> int:
    """The whole number of some digits, with a minus or not, however many zeros stand before them."""
    size = int(text.lstrip("-").lstrip("0") or "0")
    return -size if text.startswith("-") else size


def shortest(x: Floats, most: int) -> Rounding | None:
    """The fewest decimals (at most `most`) that write every value of x exactly, −∞ apart; None where none do."""
    if x.size <= _FEW:
        return _few_shortest([abs(cell) for cell in x.ravel().tolist() if cell != -np.inf], most)
    size = np.abs(x).reshape(-1, 1)
    largest = float(size.max(initial=0.0))
    if largest == np.inf:
        size = np.abs(x[x != -np.inf]).reshape(-1, 1)
        largest = float(size.max(initial=0.0))
    if not largest < _LARGEST_FIXED:
        return None
    places = _fitting(size[:_SAMPLE], 0, most, largest)  # a few values of a large array tell most of it
    while places is not None and len(size) > _SAMPLE and _fitting(size, places, places, largest) is None:
        places = places + 1 if places < most else None
    return None if places is None else Rounding(places)


def _few_shortest(sizes: list[float], most: int) -> Rounding | None:
    """The same for a few values, which are gone through in less time than the calls of numpy take."""
    if not all(size < _LARGEST_FIXED for size in sizes):
        return None
    largest, last = max(sizes, default=0.0), min(most, len(_TENS) - 1)
    for places, scale in enumerate(_TENS[: last + 1]):
        noise = min(min(1e-14 * scale, 1e-9) + 8 * _EPSILON * largest * scale, 1e-3)
        for size in sizes:
            whole = round(size * scale)
            if abs(size * scale - whole) > noise or (whole == 0 and size * _TENS[last] > 1e-3):
                break
        else:
            return Rounding(places)
    return None


def _fitting(size: Floats, least: int, most: int, largest: float) -> int | None:
    """The first of `least` to `most` decimals that write every size exactly; None where none do."""
    scale = _POWERS_OF_TEN[least : most + 1]
    scaled = size * scale
    whole = np.rint(scaled)
    noise = np.minimum(
        _NOISE[least : most + 1] + 8 * _EPSILON * largest * scale, 1e-3
    )  # of the arithmetic, but never a digit of its own
    fits = np.abs(scaled - whole) <= noise
    fits &= (whole != 0) | (size * _POWERS_OF_TEN[min(most, 39)] <= 1e-3)  # a small number is not noise
    found = fits.all(axis=0)
    first = int(found.argmax())
    return least + first if found[first] else None
