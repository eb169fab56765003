"""Scripts that a person should look at: one value nearly everywhere, another's rare wrong values, much on no usual route."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from solver.mark.judge.digits import coarse, half_asked
from solver.mark.judge.numbers import Batch, Flags, Judged, Note, Verdict
from solver.mark.sheet import Answer, Quantity, Sheet
from solver.rounding import Floats
from solver.working.question import Scheme

NEARLY_EVERYWHERE = 0.7
LEAST_CELLS = 6
"""A script with fewer numbers than this has no filler."""

FILLED = 3
"""A value that is wrong in so many cells was put where nothing was worked out."""

SHARED = 3
"""So many wrong values that nobody else has make two scripts alike."""

FLAGS = 3
MANY_FLAGS = 0.1
"""So many answers, and this share of all, on no usual route are many."""

Reasons = dict[int, list[str]]


def review(sheet: Sheet, scheme: Scheme, batch: Batch, judged: Mapping[str, Judged]) -> Reasons:
    """Why a person should look at a script, by student; follow-on marks of fillers are withheld in `judged`.

    The same value nearly everywhere earns no follow-on marks; with `fillers: none`, neither does any value that is wrong
    in several other cells. Who rounds too coarsely in several places has worked nothing out that is written as coarsely.
    Likeness is seen within a batch.
    """
    keys = [key for key in judged if key in batch.values]
    reasons: Reasons = {}
    if not keys:
        return reasons
    open_ = np.logical_or.reduce([_any((judged[k].verdicts % 3 != 0) | (judged[k].notes != 0)) for k in keys])
    rows = np.flatnonzero(open_)  # all others have right answers and blanks alone
    if not rows.size:
        return reasons
    values, verdicts, notes = (
        np.concatenate([x[rows].reshape(rows.size, -1) for x in some], axis=1)
        for some in (
            [batch.values[k] for k in keys],
            [judged[k].verdicts for k in keys],
            [judged[k].notes for k in keys],
        )
    )
    few = np.concatenate([_coarse(sheet.answers[k], batch, rows).reshape(rows.size, -1) for k in keys], axis=1)
    rough = few & (verdicts == Verdict.FOLLOWED)
    rough &= ((few & (verdicts == Verdict.WRONG)).sum(axis=1) >= FILLED)[:, None]
    withheld = _fillers(values, verdicts, rows, reasons, scheme.fillers == "none") & ~rough
    if withheld.any() or rough.any():
        at = 0
        for key in keys:
            found = judged[key]
            shape = found.verdicts.shape[1:]
            cells = slice(at, at + shape[0] * shape[1])
            at = cells.stop
            for note, some in ((Note.FILLER, withheld), (Note.TOO_FEW, rough)):
                student, cell = np.nonzero(some[:, cells])
                where = (rows[student], *np.divmod(cell, shape[1]))
                found.verdicts[where] = Verdict.WRONG
                found.notes[where] |= np.uint8(note)
    flagged = ((notes & Note.FLAGGED) != 0).sum(axis=1)
    for i in np.flatnonzero((flagged >= FLAGS) & (flagged >= MANY_FLAGS * values.shape[1])).tolist():
        reasons.setdefault(int(rows[i]), []).append(f"{flagged[i]} answers are accepted that are on no usual route")
    _alike(values, verdicts == Verdict.WRONG, rows, reasons)
    return reasons


def _coarse(answer: Answer, batch: Batch, rows: NDArray[np.int64]) -> Flags:
    """Which cells have fewer digits than asked."""
    values = batch.values[answer.key][rows]
    half = half_asked(Quantity(answer.solved.name, answer.solved, answer.key), values)
    return coarse(batch.decimals[answer.key][rows], half) & bool(half.any())


def _any(cells: Flags) -> Flags:
    return np.asarray(cells.any(axis=(1, 2)))


def _fillers(
    values: Floats, verdicts: NDArray[np.uint8], rows: NDArray[np.int64], reasons: Reasons, all_: bool
) -> Flags:
    """The cells whose follow-on marks are withheld; notes the scripts with one value nearly everywhere."""
    withheld: Flags = np.zeros(values.shape, dtype=bool)
    wrong, written = verdicts == Verdict.WRONG, ~np.isnan(values)
    count = written.sum(axis=1)
    for i in np.flatnonzero((wrong.sum(axis=1) >= FILLED) & (count >= LEAST_CELLS)).tolist():
        found, index, times = np.unique(values[i][written[i]], return_inverse=True, return_counts=True)
        bad = np.bincount(index, weights=wrong[i][written[i]], minlength=found.size)
        filler = (times >= NEARLY_EVERYWHERE * count[i]) & (bad >= FILLED)
        if filler.any():
            value = float(found[filler][0])
            reasons.setdefault(int(rows[i]), []).append(
                f"{value:.10g} stands in {times[filler][0]} of {count[i]} cells"
            )
        if all_:
            filler |= bad >= FILLED
        if filler.any():
            withheld[i] = np.isin(values[i], found[filler]) & (verdicts[i] == Verdict.FOLLOWED)
    return withheld


def _alike(values: Floats, wrong: Flags, rows: NDArray[np.int64], reasons: Reasons) -> None:
    """Notes pairs of scripts that share wrong values which nobody else in the batch has."""
    pairs = []
    for column in range(values.shape[1]):
        some = np.flatnonzero(wrong[:, column])
        if some.size < 2:
            continue
        order = some[np.argsort(values[some, column], kind="stable")]
        x = values[order, column]
        edge = np.concatenate(([True], x[1:] != x[:-1], [True]))
        two = np.flatnonzero(edge[:-2] & ~edge[1:-1] & edge[2:]) if x.size > 1 else np.array([], dtype=np.int64)
        if two.size:
            pairs.append(order[two] * len(values) + order[two + 1])
    if not pairs:
        return
    codes, times = np.unique(np.concatenate(pairs), return_counts=True)
    for code, n in zip(codes[times >= SHARED].tolist(), times[times >= SHARED].tolist(), strict=True):
        i, j = (int(rows[k]) for k in divmod(code, len(values)))
        for one in (i, j):
            reasons.setdefault(one, []).append(f"{n} wrong values that one other script alone has")
