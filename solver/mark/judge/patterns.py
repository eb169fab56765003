"""Scripts whose wrong numbers are the key's in a pattern: in other cells, one cell's for all, with the other sign.

One answer so is a slip, and what is worked out from it follows. Where it is wrong in several, nothing was worked out in
those that only seem to follow, as functions of single cells do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.mark.judge.digits import half_asked, room
from solver.mark.judge.numbers import FOLLOWED, WRONG, Batch, Flags, Judged, anywhere
from solver.mark.sheet import Answer, Quantity, Sheet
from solver.rounding import Floats, Rounding


class Pattern(NamedTuple):
    """What a person is told; in how many answers it is wrong, and in which share of all, where it is no chance."""

    said: str
    least: int
    share: float


PATTERNS = (
    Pattern("{} answers have the key's numbers in other cells", 2, 0.0),
    Pattern("{} answers have one number in all cells", 2, 0.0),
    Pattern("{} answers have the key's numbers with the other sign", 3, 0.7),
)
"""A sign that is lost once is carried on, so that it turns all that follows."""

SCALED = Pattern("{} answers are the key's times {:.4g}", 3, 0.7)
"""A factor that is forgotten once is carried on, too; where several answers are wrong by one, a person decides."""

_SATURATED = (0.0, 1.0)
"""What functions give of all large numbers stands in all cells by nature."""


def patterned(
    sheet: Sheet, batch: Batch, judged: Mapping[str, Judged], rows: NDArray[np.int64]
) -> tuple[dict[str, Flags], dict[int, list[str]]]:
    """Of some students, the cells that follow in a pattern alone, (rows, …) by answer, and the patterns by student."""
    fits: dict[str, list[Flags]] = {}
    seen, wrong = (np.zeros((len(PATTERNS), rows.size), dtype=np.int64) for _ in range(2))
    possible = np.zeros(len(PATTERNS), dtype=np.int64)
    for key, found in judged.items():
        answer = sheet.answers[key]
        if key not in batch.values or not _tells(answer):
            continue
        values = batch.values[key][rows]
        bad = anywhere(found.verdicts[rows] == WRONG)
        fits[key] = []
        for k, (fit, counts) in enumerate(_fits(answer, values)):
            fits[key].append(fit)
            possible[k] += counts is not None
            if counts is not None:
                seen[k] += fit
                wrong[k] += fit & bad & counts
    reasons: dict[int, list[str]] = {}
    put = np.zeros(seen.shape, dtype=bool)
    for k, pattern in enumerate(PATTERNS):
        put[k] = (wrong[k] >= pattern.least) & (seen[k] >= pattern.share * possible[k])
        for i in np.flatnonzero(put[k]).tolist():
            reasons.setdefault(int(rows[i]), []).append(pattern.said.format(seen[k, i]))
    withheld = {}
    for key, by in fits.items() if put.any() else ():
        some = np.logical_or.reduce([fit & chosen for fit, chosen in zip(by, put, strict=True)])
        if some.any():
            withheld[key] = some[:, None, None] & (judged[key].verdicts[rows] == FOLLOWED)
    return withheld, reasons


def scaled(sheet: Sheet, batch: Batch, judged: Mapping[str, Judged], rows: NDArray[np.int64]) -> dict[int, list[str]]:
    """Of some students, those whose numbers are nearly all the key's times one factor, such as counts twice as large."""
    answers = {key: sheet.answers[key] for key in judged if key in batch.values and _tells(sheet.answers[key])}
    if len(answers) < SCALED.least:
        return {}
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        large = {key: int(np.abs(answer.solved.written).argmax()) for key, answer in answers.items()}
        factors = np.sort(
            [_flat(batch.values[k])[rows, at] / answers[k].solved.written.flat[at] for k, at in large.items()], axis=0
        )  # what is blank stands last
        middle = np.maximum((~np.isnan(factors)).sum(axis=0) - 1, 0) // 2
        factor = factors[middle, np.arange(rows.size)]
        seen, wrong = (np.zeros(rows.size, dtype=np.int64) for _ in range(2))
        for key, answer in answers.items():
            written, values = answer.solved.written, batch.values[key][rows]
            made = factor[:, None, None] * written
            half = half_asked(Quantity(answer.solved.name, answer.solved, key), made)
            fits = _all(np.abs(values - made) <= room(half * (1 + np.abs(factor[:, None, None])), made))
            fits &= anywhere(np.abs(made) > 4 * half)  # any factor fits what rounds to nothing
            seen += fits
            wrong += fits & anywhere(judged[key].verdicts[rows] == WRONG)
        one = np.abs(np.abs(factor) - 1) < 0.01  # what has the other sign is seen as such
        found = (wrong >= SCALED.least) & (seen >= SCALED.share * len(answers)) & ~one & (factor != 0)
    return {int(rows[i]): [SCALED.said.format(seen[i], factor[i])] for i in np.flatnonzero(found).tolist()}


def _tells(answer: Answer) -> bool:
    """Whether an answer's numbers tell anything: not bits, which are alike by nature, nor what the question gives."""
    solved = answer.solved
    key = solved.written
    if answer.kind != "number" or solved.item.given or not np.isfinite(key).all():
        return False
    return bool((np.abs(key) > (0 if isinstance(solved.form, Rounding) else 1)).any())


def _fits(answer: Answer, values: Floats) -> list[tuple[Flags, Flags | None]]:
    """Which students' numbers fit each pattern, and whose then are evidence; None where no numbers could be."""
    key = answer.solved.written
    half = half_asked(Quantity(answer.solved.name, answer.solved, answer.key), key)
    limit = room(np.broadcast_to(half, key.shape), key)
    with np.errstate(invalid="ignore", over="ignore"):
        off = ~_all(np.abs(values - key) <= limit)
        ordered = np.argsort(key, axis=None)
        moved = _all(np.abs(np.sort(_flat(values)) - key.ravel()[ordered]) <= limit.ravel()[ordered]) & off
        first = values[:, :1, :1]
        same = _all(values == first) & off
        turned = _all(np.abs(values + key) <= limit) & off
        several = key.size > 1 and bool((np.abs(key - key[0, 0]) > limit).any())
    saturated = np.isin(np.abs(first[:, 0, 0]), _SATURATED)
    return [(moved, off if several else None), (same & several, ~saturated if several else None), (turned, off)]


def _flat(cells: Floats) -> Floats:
    return cells.reshape(len(cells), -1)


def _all(cells: Flags) -> Flags:
    return np.asarray(cells.reshape(len(cells), -1).all(axis=1))
