"""Answers that are wrong by the question's own convention, and right by another that its author names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from solver.mark.judge.acceptance import judge
from solver.mark.judge.digits import coarse, half_asked, same
from solver.mark.judge.key import Key
from solver.mark.judge.numbers import CORRECT, FOLLOWED, WRONG, Batch, Flags, Judged, Note
from solver.mark.judge.word_answers import judge_word
from solver.mark.sheet import Quantity, Sheet
from solver.rounding import Floats
from solver.working.question import Alternative, Scheme

Otherwise = dict[str, dict[tuple[int, int, int], str]]


def judge_alternatives(sheet: Sheet, scheme: Scheme, batch: Batch, judged: Mapping[str, Judged]) -> Otherwise:
    """Makes what another convention gives CORRECT, noted as OTHERWISE; the convention's name by answer and cell.

    A convention with its own givens judges the whole script, its errors carried forward; one with a factor takes the
    values of every route, and what follows from the student's own numbers, times it.
    """
    found: Otherwise = {}
    for other in scheme.alternatives:
        keys = [key for key in other.answers or sheet.answers if key in judged and key in batch.values]
        wrong = {key: judged[key].verdicts == WRONG for key in keys}
        if not any(cells.any() for cells in wrong.values()):
            continue
        right = _scaled(sheet, other, batch, judged, keys) if other.times is not None else None
        if right is None:
            right = _solved(sheet.others[other.name], scheme, batch, keys) if other.name in sheet.others else {}
        for key in keys:
            if key not in right or right[key].shape != wrong[key].shape:
                continue
            cells = wrong[key] & right[key]
            _accept(judged[key], cells, found.setdefault(key, {}), other.name)
    return found


def judge_other_words(
    sheet: Sheet, scheme: Scheme, words: Mapping[str, Sequence[str | None]], judged: Mapping[str, Judged]
) -> Otherwise:
    """The same for answers in words, by conventions with their own givens."""
    found: Otherwise = {}
    for other in scheme.alternatives:
        answers = sheet.others[other.name].answers if other.name in sheet.others else {}
        for key in other.answers or answers:
            there = answers.get(key)
            if there is None or there.kind != "word" or key not in judged or key not in words:
                continue
            cells = (judged[key].verdicts == WRONG) & (judge_word(there, words[key]).verdicts == CORRECT)
            _accept(judged[key], cells, found.setdefault(key, {}), other.name)
    return found


def _accept(judged: Judged, cells: Flags, names: dict[tuple[int, int, int], str], convention: str) -> None:
    """Makes cells right by a convention, which is noted."""
    judged.verdicts[cells] = CORRECT
    judged.notes[cells] = Note.OTHERWISE
    for at in np.argwhere(cells).tolist():
        names[at[0], at[1], at[2]] = convention


def _solved(sheet: Sheet, scheme: Scheme, batch: Batch, keys: list[str]) -> dict[str, Flags]:
    """Which cells are right, as far as asked, where the question is another."""
    there = {key: batch.values[key] for key, answer in sheet.answers.items() if _fits(batch, key, answer.shape)}
    judged = judge(sheet, Batch(batch.count, there, {key: batch.decimals[key] for key in there}), scheme)
    return {
        key: (judged[key].verdicts >= FOLLOWED) & (~judged[key].noted(Note.TOO_FEW)) for key in keys if key in judged
    }


def _fits(batch: Batch, key: str, shape: tuple[int, int]) -> bool:
    return key in batch.values and batch.values[key].shape[1:] == shape


def _scaled(
    sheet: Sheet, other: Alternative, batch: Batch, judged: Mapping[str, Judged], keys: list[str]
) -> dict[str, Flags]:
    """Which cells are, at the digits asked, a factor times a value that some route gives."""
    found: dict[str, Flags] = {}
    factor = 1.0 if other.times is None else other.times
    for _, chain in sheet.chains:
        routes = Key(chain).plain
        for quantity in chain:
            key = quantity.key
            if key is None or key not in keys:
                continue
            values, truths = batch.values[key], [*routes(quantity.name), judged[key].expected]
            found[key] = np.zeros(values.shape, dtype=bool)
            half = half_asked(Quantity(quantity.name, quantity.solved, key), values)
            for truth in truths:
                found[key] |= same(values, factor * np.broadcast_to(truth, values.shape), half, quantity.solved.form)
            found[key] &= ~_short(batch, key, half)
    return found


def _short(batch: Batch, key: str, half: Floats) -> Flags:
    """Which cells were written with fewer digits than asked."""
    if not half.any():
        return np.zeros(batch.values[key].shape, dtype=bool)
    return coarse(batch.decimals[key], half)
