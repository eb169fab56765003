"""Scripts that are alike: pairs of students who share wrong values that nobody else in the class has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

MOST_VALUES = 200_000
LEAST_SHARED = 3

_COMMON: tuple[str, ...] = ("", "", "")


class Likeness:
    """Takes in rare wrong values, in any order. Beyond MOST_VALUES different ones it looks no further, and says so."""

    def __init__(self) -> None:
        self.who: dict[tuple[str, str], tuple[str, ...]] = {}
        self.full = False

    def add(self, cell: str, value: str, students: Iterable[str]) -> None:
        """Students who wrote this wrong value in this cell."""
        at = (cell, value)
        if at not in self.who and len(self.who) >= MOST_VALUES:
            self.full = True
            return
        found = (*self.who.get(at, ()), *students)
        self.who[at] = found if len(found) <= 2 else _COMMON  # what three wrote is not rare

    def merge(self, other: Likeness) -> None:
        """Takes in what another has seen of other students."""
        self.full |= other.full
        for (cell, value), students in other.who.items():
            self.add(cell, value, students)

    def pairs(self) -> list[tuple[str, str, int]]:
        """Two students and how many rare wrong values they share, the most first."""
        shared = Counter(
            (min(students), max(students))
            for students in self.who.values()
            if len(students) == 2 and len(set(students)) == 2
        )
        found = [(one, other, n) for (one, other), n in shared.items() if n >= LEAST_SHARED]
        return sorted(found, key=lambda pair: (-pair[2], pair[:2]))
