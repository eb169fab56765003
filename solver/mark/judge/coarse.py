"""Scripts that are written too coarsely: what only follows from numbers that are too coarse was not worked out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.mark.judge.digits import coarse, half_asked, one_short, same
from solver.mark.judge.numbers import BLANK, FOLLOWED, WRONG, Batch, Flags, Judged, Note
from solver.mark.sheet import Quantity, Sheet
from solver.rounding import Rounding

LEAST = 3
"""So many numbers with too few digits are a habit."""

THROUGHOUT = 0.7


class _Written(NamedTuple):
    """Some students' cells of one answer, (students, rows, columns) each.

    few: with fewer digits than asked; short: one digit alone; true: the key's number as far as written.
    """

    few: Flags
    short: Flags
    true: Flags


def withhold_coarse(
    sheet: Sheet, batch: Batch, judged: Mapping[str, Judged], rows: NDArray[np.int64]
) -> dict[int, list[str]]:
    """Judges again, in `judged`, what some students wrote too coarsely; the scripts for a person, with what they are told.

    Where several are WRONG for it, what follows and is as coarse is WRONG, too. Who writes too few digits throughout has
    what agrees with their own numbers judged as what agrees with the key: one digit too few, or WRONG. Zeros at the end may
    be missing: programs drop them.
    """
    cells = {key: some for key in judged if (some := _cells(sheet, batch, key, rows)) is not None}
    wrong, lacking, written = (np.zeros(rows.size, dtype=np.int64) for _ in range(3))
    few = np.zeros(rows.size, dtype=np.int64)
    for key, some in cells.items():
        found = judged[key]
        bad = some.few & (found.verdicts[rows] == WRONG)
        wrong += _count(bad)
        lacking += _count(bad | (some.few & ((found.notes[rows] & np.uint8(Note.TOO_FEW)) != 0)))
        few += _count(some.few)
        written += _count(found.verdicts[rows] != BLANK)
    often = wrong >= LEAST
    throughout = (lacking >= LEAST) & (few >= THROUGHOUT * written)
    for key, some in cells.items() if (often | throughout).any() else ():
        found = judged[key]
        verdicts, notes = found.verdicts[rows], found.notes[rows]
        follows = often[:, None, None] & some.few & (verdicts == FOLLOWED)
        own = throughout[:, None, None] & some.few & ~some.true & (verdicts >= FOLLOWED)
        verdicts[follows | (own & ~some.short)] = WRONG
        notes[follows | own] |= np.uint8(Note.TOO_FEW)
        found.verdicts[rows], found.notes[rows] = verdicts, notes
    return {
        int(rows[i]): [f"{few[i]} of {written[i]} numbers have fewer digits than asked"]
        for i in np.flatnonzero(throughout).tolist()
    }


def _cells(sheet: Sheet, batch: Batch, key: str, rows: NDArray[np.int64]) -> _Written | None:
    """What is to be known of an answer; None where no digits are asked of it."""
    solved = sheet.answers[key].solved
    if key not in batch.values or solved.item.given or not isinstance(solved.form, Rounding):
        return None
    values, decimals = batch.values[key][rows], batch.decimals[key][rows]
    half = half_asked(Quantity(solved.name, solved, key), values)
    true = same(values, solved.written, half, solved.form)
    for other in (solved.rounded, solved.exact):
        true = true if other is None else true | same(values, other, half, solved.form)
    few = coarse(decimals, half) & ~np.isnan(values)
    return _Written(few, one_short(values, decimals, half), true)


def _count(cells: Flags) -> NDArray[np.int64]:
    return np.asarray(cells.sum(axis=(1, 2)))
