"""Which mistake explains a wrong answer, where several may."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from solver.mark.judge.numbers import Flags, anywhere

BEFORE = {"another activation": "activation left out", "derivative taken of u": "activation left out"}
"""Where both names explain a number, it is the second: max(0, u) is u where u is positive, as if nothing was applied."""


@dataclass(slots=True)
class Explained:
    """What each mistake explains of one answer of some students.

    cells: the wrong ones that it gives, (mistakes, students, rows, columns); wrong: whether it gives all the wrong ones of a
    student, (mistakes, students); whole: whether it gives all cells.
    """

    names: list[str]
    cells: Flags
    wrong: Flags
    whole: Flags

    def chosen(self) -> Iterator[tuple[int, Flags]]:
        """The cells that exactly one mistake explains, by its place.

        One that explains all cells of an answer goes before those that explain its wrong ones, and these before those
        that explain single cells.
        """
        by_answer = np.where(self.whole.any(axis=0), self.whole, self.wrong)
        cells = self.cells & (by_answer[:, :, None, None] | ~np.asarray(by_answer.any(axis=0))[:, None, None])
        cells &= cells.sum(axis=0) == 1
        yield from ((k, cells[k]) for k in np.flatnonzero(cells.any(axis=(1, 2, 3))).tolist())


def explained(names: Sequence[str], holds: Flags, apart: Flags, wrong: Flags, blank: Flags) -> Explained:
    """What some mistakes explain, those of one name together.

    holds: the cells that each gives, (mistakes, students, rows, columns); apart: where that is not what was expected. wrong,
    blank: (students, rows, columns).
    """
    cells = holds & wrong & apart
    size = cells.shape[:2]
    some, left = (anywhere(x.reshape(-1, *wrong.shape[1:])).reshape(size) for x in (cells, wrong & ~cells))
    every_wrong = some & ~left
    whole = every_wrong.copy()
    mistake, student = np.nonzero(whole)
    whole[mistake, student] = (holds[mistake, student] | blank[student]).all(axis=(1, 2))
    by_name: dict[str, list[int]] = {}
    for k, name in enumerate(names):
        by_name.setdefault(name, []).append(k)
    found = (
        x if len(by_name) == len(names) else _together(x, [*by_name.values()]) for x in (cells, every_wrong, whole)
    )
    made = Explained([*by_name], *found)
    for name, plainer in BEFORE.items():  # of two names for one thing, the plainer one stands
        if name in by_name and plainer in by_name:
            k, other = made.names.index(name), made.names.index(plainer)
            for flags in (made.cells, made.wrong, made.whole):
                flags[k] &= ~flags[other]
    return made


def _together(flags: Flags, by_name: Sequence[list[int]]) -> Flags:
    return np.stack([flags[some].any(axis=0) for some in by_name])
