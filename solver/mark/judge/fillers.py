"""Scripts that a person should look at: one value nearly everywhere, another's rare wrong values, much on no usual route."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from solver.mark.judge.coarse import LEAST, withhold_coarse
from solver.mark.judge.digits import half_asked
from solver.mark.judge.numbers import FOLLOWED, WRONG, Batch, Flags, Judged, Note
from solver.mark.judge.patterns import patterned, scaled
from solver.mark.judge.scripts import Copies
from solver.mark.sheet import Answer, Quantity, Sheet
from solver.rounding import Floats
from solver.working.question import Scheme

NEARLY_EVERYWHERE = 0.7
LEAST_CELLS = 6
"""A script with fewer numbers than this has no filler."""

FILLED = 3
"""A value that is wrong in so many cells, of two answers at least, was put where nothing was worked out."""

SHARED = 3
"""So many wrong values that nobody else has make two scripts alike."""

FLAGS = 3
MANY_FLAGS = 0.1
"""So many answers, and this share of all, on no usual route are many."""

FAR = 10
"""What is accepted with a flag so many units off what was expected is for a person."""

Reasons = dict[int, list[str]]


def review(sheet: Sheet, scheme: Scheme, batch: Batch, judged: Mapping[str, Judged]) -> Reasons:
    """Why a person should look at a script, by student; follow-on marks of fillers are withheld in `judged`.

    The same value nearly everywhere earns no follow-on marks; but for `fillers: follow`, neither does any value that is
    wrong in several other cells of several answers, or what has the key's numbers in a pattern: it was put there, not
    worked out. What is written too coarsely is judged again (`coarse.py`).
    """
    wrong = {key: found.verdicts == WRONG for key, found in judged.items() if key in batch.values}
    flags = {key: judged[key].noted(Note.FLAGGED) for key in wrong}
    amiss, flagged = _counts(wrong.values(), batch.count), _counts(flags.values(), batch.count)
    far = [_far(sheet.answers[key], batch, judged[key], cells) for key, cells in flags.items() if cells.any()]
    rough = _counts((judged[key].noted(Note.TOO_FEW) for key in wrong), batch.count)
    some = (amiss >= FILLED) | (flagged >= FLAGS) | (rough >= LEAST)
    rows = np.flatnonzero(some)  # of all others there is nothing to say
    reasons: Reasons = {}
    if far:
        for i, n in zip(*np.unique(np.concatenate(far), return_counts=True), strict=True):
            accepted = "1 answer is accepted that is" if n == 1 else f"{n} answers are accepted that are"
            reasons.setdefault(int(i), []).append(
                f"{accepted} far from the usual routes, where honest rounding may lead"
            )
    if not rows.size:
        return reasons
    alike, patterns = patterned(sheet, batch, judged, rows)
    times = scaled(sheet, batch, judged, rows)
    values, verdicts, guarded, put = (
        np.concatenate([x.reshape(rows.size, -1) for x in some], axis=1)
        for some in (
            [batch.values[k][rows] for k in wrong],
            [judged[k].verdicts[rows] for k in wrong],
            [(judged[k].notes[rows] & np.uint8(Note.GUARDED)) != 0 for k in wrong],
            [alike.get(k, np.zeros(batch.values[k][rows].shape, dtype=bool)) for k in wrong],
        )
    )
    sizes = [judged[k].verdicts[0].size for k in wrong]
    of = np.repeat(np.where([_whole(sheet.answers[k]) for k in wrong], -1, np.arange(len(sizes))), sizes)
    withheld = _fillers(values, verdicts, guarded, of, rows, reasons, scheme.fillers == "none")
    if scheme.fillers == "none":
        withheld |= put
    for i, said in (*patterns.items(), *times.items(), *withhold_coarse(sheet, batch, judged, rows).items()):
        reasons.setdefault(i, []).extend(said)
    at = 0
    for key in wrong if withheld.any() else ():
        found = judged[key]
        shape = found.verdicts.shape[1:]
        cells = slice(at, at + shape[0] * shape[1])
        at = cells.stop
        student, cell = np.nonzero(withheld[:, cells])
        where = (rows[student], *np.divmod(cell, shape[1]))
        found.notes[where] |= np.where(found.verdicts[where] == WRONG, 0, Note.FILLER).astype(np.uint8)
        found.verdicts[where] = WRONG
    for i in rows[(flagged[rows] >= FLAGS) & (flagged[rows] >= MANY_FLAGS * values.shape[1])].tolist():
        reasons.setdefault(i, []).append(f"{flagged[i]} answers are accepted that are on no usual route")
    return reasons


def _counts(cells: Iterable[Flags], count: int) -> NDArray[np.int64]:
    """How many cells of each student are flagged."""
    found = np.zeros(count, dtype=np.int64)
    for some in cells:
        if some.size:
            found += np.bincount(np.flatnonzero(some) // (some.size // count), minlength=count)
    return found


def _far(answer: Answer, batch: Batch, judged: Judged, flagged: Flags) -> NDArray[np.intp]:
    """Whose flagged cells are far off what was expected, a student for each cell."""
    at = np.nonzero(flagged)
    values = batch.values[answer.key][at]
    half = half_asked(Quantity(answer.solved.name, answer.solved, answer.key), values)
    return at[0][np.abs(values - judged.expected[at]) > FAR * 2 * half]


def _whole(answer: Answer) -> bool:
    """Whether an answer is of whole numbers, such as bits, which are alike by nature."""
    number = answer.solved.written if answer.solved.exact is None else answer.solved.exact
    return bool(np.array_equal(number, np.rint(number)))


def _fillers(
    values: Floats,
    verdicts: NDArray[np.uint8],
    guarded: Flags,
    of: NDArray[np.int64],
    rows: NDArray[np.int64],
    reasons: Reasons,
    all_: bool,
) -> Flags:
    """The cells whose follow-on marks are withheld; notes the scripts with one value nearly everywhere, or often wrong.

    guarded: cells left empty by an earlier zero, which are no evidence. of: the answer that a cell is of; -1 where it is
    of whole numbers.
    """
    withheld: Flags = np.zeros(values.shape, dtype=bool)
    wrong, written = verdicts == WRONG, ~np.isnan(values)
    count = written.sum(axis=1)
    some = np.flatnonzero((wrong.sum(axis=1) >= FILLED) & (count >= LEAST_CELLS))
    if not some.size:
        return withheld
    order = np.argsort(values[some], axis=1, kind="stable")
    x, bad, empty = (np.take_along_axis(each[some], order, axis=1) for each in (values, wrong, guarded))
    begins = np.concatenate([np.ones((some.size, 1), dtype=bool), x[:, 1:] != x[:, :-1]], axis=1)
    run = (np.cumsum(begins) - 1).reshape(x.shape)  # cells of one student with one value
    times = np.bincount(run.ravel())
    student, cell = np.nonzero(begins)
    everywhere = (times >= NEARLY_EVERYWHERE * count[some][student]) & (np.bincount(run.ravel(), bad.ravel()) >= FILLED)
    often, put = (_in_several(run, cells & (of[order] >= 0), of[order]) for cells in (bad, bad & ~empty))
    for k in np.flatnonzero(everywhere | (often >= FILLED)).tolist():
        where = f"stands in {times[k]} of {count[some[student[k]]]}" if everywhere[k] else f"is wrong in {often[k]}"
        said = f"{x[student[k], cell[k]]:.10g} {where} cells"
        reasons.setdefault(int(rows[some[student[k]]]), []).append(said)
    filler = everywhere | (put >= FILLED) if all_ else everywhere
    found: Flags = np.zeros(x.shape, dtype=bool)
    np.put_along_axis(found, order, filler[run], axis=1)
    withheld[some] = found & (verdicts[some] == FOLLOWED)
    return withheld


def _in_several(run: NDArray[np.int64], cells: Flags, of: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many cells of each run there are, where they are of several answers; none where they are of one."""
    runs = int(run.max()) + 1
    first, last = np.full(runs, of.max() + 1), np.full(runs, -1)
    np.minimum.at(first, run[cells], of[cells])
    np.maximum.at(last, run[cells], of[cells])
    return np.where(last > first, np.bincount(run[cells], minlength=runs), 0)


def alike(batch: Batch, judged: Mapping[str, Judged], copies: Copies) -> Reasons:
    """The pairs of students that share wrong values which nobody else in the batch has, by student.

    batch: each script once; judged: the verdicts on these.
    """
    wrong = {key: found.verdicts == WRONG for key, found in judged.items() if key in batch.values}
    several = _counts(wrong.values(), batch.count) >= SHARED  # the scripts with enough wrong values to share
    pairs, count = [], copies.like.size
    for key in wrong if copies.times[several].sum() > 1 else ():
        for r, c in np.ndindex(wrong[key].shape[1:]):
            some = np.flatnonzero(wrong[key][:, r, c])
            if not several[some].any():
                continue
            order = some[np.argsort(batch.values[key][some, r, c], kind="stable")]
            x = batch.values[key][order, r, c]
            begin = np.flatnonzero(np.concatenate(([True], x[1:] != x[:-1])))
            end = np.append(begin[1:], x.size) - 1
            one, other = order[begin], order[end]
            two = (np.add.reduceat(copies.times[order], begin) == 2) & several[one] & several[other]
            pairs.append(copies.first[one[two]] * count + copies.last[other[two]])
    reasons: Reasons = {}
    if pairs:
        codes, times = np.unique(np.concatenate(pairs), return_counts=True)
        for code, n in zip(codes[times >= SHARED].tolist(), times[times >= SHARED].tolist(), strict=True):
            for one in divmod(code, count):
                reasons.setdefault(one, []).append(f"{n} wrong values that one other script alone has")
    return reasons
