"""How bounds are found, by kind of function: of each argument, whatever the others are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from solver.formula.interval import Interval
from solver.rounding import Floats

if TYPE_CHECKING:
    from numpy.typing import NDArray

Code: TypeAlias = Callable[..., Floats]
Ends: TypeAlias = tuple[Floats, Floats]
Given: TypeAlias = Mapping[str, int | tuple[int, ...]]
Bounding: TypeAlias = Callable[[Code, Sequence[Interval], Given], Ends]


def rising(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    """Of a function that never falls with an argument; where an end has no value, nothing is known of it."""
    low, high = code(*[a.low for a in args], **options), code(*[a.high for a in args], **options)
    return np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)


def directed(directions: str) -> Bounding:
    """Of a function that rises in the arguments marked + and falls in those marked -."""

    def bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
        turned = [a if d == "+" else Interval(a.high, a.low) for a, d in zip(args, directions, strict=False)]
        return rising(code, turned, options)

    return bounds


def valley(at: float) -> Bounding:
    """Of a function that falls up to one place and rises behind it."""

    def bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
        low, high = args[0]
        a, b = code(low), code(high)
        inside = (low < at) & (high > at)
        return np.where(inside, code(np.array(at)), np.minimum(a, b)), np.maximum(a, b)

    return bounds


def wave(top: float) -> Bounding:
    """Of a sine-like function that has its top at `top`, and again a full turn later."""

    def reaches(low: Floats, high: Floats, place: float) -> NDArray[np.bool_]:
        return np.floor((high - place) / (2 * np.pi)) > np.floor((low - place) / (2 * np.pi))

    def bounds(code: Code, args: Sequence[Interval], options: Given) -> Ends:
        low, high = args[0]
        a, b = code(low), code(high)
        return (
            np.where(reaches(low, high, top + np.pi), -1.0, np.minimum(a, b)),
            np.where(reaches(low, high, top), 1.0, np.maximum(a, b)),
        )

    return bounds


def bilinear(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    """Of sums of products of the first argument's cells with the second's, by midpoint and radius."""
    a, b = args
    middle = code(a.middle, b.middle, **options)
    radius = code(np.abs(a.middle), b.radius, **options) + code(a.radius, np.abs(b.middle) + b.radius, **options)
    return middle - radius, middle + radius


def unchanged(code: Code, args: Sequence[Interval], options: Given) -> Ends:
    """Of what depends on the argument's shape alone."""
    made = code(*[a.low for a in args], **options)
    return made, made
