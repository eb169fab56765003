"""What follows from a student's numbers is worked out once for all who have the same, in one batch or in many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.mark.judge.numbers import Rows, firsts, numbered
from solver.rounding import Floats

MOST = 16_000_000
"""So many bytes are kept of a working: much of a class goes on from the key's numbers, rounded in one way or another."""


class Remembered:
    """What follows from some numbers, by these numbers. room: how many bytes of it are kept at the most."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.known: dict[bytes, Floats] = {}

    def of(self, numbers: Sequence[NDArray[Any]], count: int, make: Callable[[Rows], Floats]) -> tuple[Floats, Rows]:
        """What follows from the numbers of some students: each that differs once, and for each student which it is.

        numbers: (students, rows, columns) each, or the same for all. make: works it out for some of the students,
        (students, …).
        """
        wide = [x if len(x) == count and x.ndim > 2 else np.broadcast_to(x, (count, *x.shape[-2:])) for x in numbers]
        scripts, which = numbered(wide, count)
        found = [self.known.get(script) for script in scripts]
        new = [k for k, known in enumerate(found) if known is None]
        if new:
            made = make(firsts(which, len(scripts))[new])
            for k, one in zip(new, made, strict=True):
                found[k] = one
                if (size := one.nbytes + len(scripts[k])) <= self.room:
                    self.known[scripts[k]] = one.copy()
                    self.room -= size
        return np.stack([one for one in found if one is not None]), which


class Tries(NamedTuple):
    """The mistakes that are tried on an answer. names: of each; used: what they are worked out from; given: what each gives,
    give or take how much, (2, mistakes, rows, columns).
    """

    names: tuple[str, ...]
    used: tuple[str, ...]
    given: Remembered
