"""Students who come twice in a class of any size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from solver.errors import Place
from solver.mark.records import Trouble


class Seen:
    """Which students came before, in 16 bytes a student: sorted runs of hashes, each at most half of the one before."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.runs: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []

    def again(self, students: list[str], places: list[Place]) -> list[Trouble]:
        """The students of a batch who came before, each listed; all are remembered."""
        hashes = np.fromiter(map(hash, students), np.int64, len(students))
        order = np.argsort(hashes, kind="stable")
        hashes, codes = hashes[order], np.fromiter(map(self.code, places), np.int64, len(places))[order]
        first = np.full(len(students), -1)
        for known, at in self.runs:
            found = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
            hit = (known[found] == hashes) & (first < 0)
            first[hit] = at[found[hit]]
        starts = np.searchsorted(hashes, hashes)  # the first of equal ones within the batch
        inside = (starts < np.arange(len(hashes))) & (first < 0)
        first[inside] = codes[starts[inside]]
        self.keep(hashes, codes)
        repeated = sorted((int(order[i]), int(first[i])) for i in np.flatnonzero(first >= 0))
        return [self.trouble(students[i], places[i], before) for i, before in repeated]

    def keep(self, hashes: NDArray[np.int64], codes: NDArray[np.int64]) -> None:
        """Adds a sorted run, and merges those that are not much longer."""
        while self.runs and len(self.runs[-1][0]) <= 2 * len(hashes):
            known, at = self.runs.pop()
            hashes, codes = np.concatenate((known, hashes)), np.concatenate((at, codes))
            order = np.argsort(hashes, kind="stable")
            hashes, codes = hashes[order], codes[order]
        if len(hashes):
            self.runs.append((hashes, codes))

    def code(self, place: Place) -> int:
        """A place as one number: its file's and its line."""
        if not self.files or self.files[-1] != place.file:
            self.files.append(place.file)
        return (len(self.files) - 1) << 32 | place.line

    def trouble(self, student: str, place: Place, before: int) -> Trouble:
        first = Place(self.files[before >> 32], before & 0xFFFFFFFF)
        where = f"line {first.line}" if first.file == place.file and first.line else f"{first.file}, line {first.line}"
        return Trouble(student, "", "", f"this student came before, at {where}: both are marked", place)
