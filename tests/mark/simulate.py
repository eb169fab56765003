"""Simulated students: honest ones, who calculate with the numbers that they wrote or carried, and such with one slip."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np

from solver.formula.functions import FUNCTIONS
from solver.formula.tree import Call, bare
from solver.formula.walks.value import value
from solver.mark.judge.grade import grade_batch
from solver.mark.judge.numbers import NO_LIMIT, Batch, Verdict
from solver.mark.records import Submissions
from solver.mark.sheet import Answer, Quantity, Sheet
from solver.rounding import Floats, Rounding

Mode = Literal["rounded", "exact", "extra"]
MODES: tuple[Mode, ...] = ("rounded", "exact", "extra")
Slip = Callable[[Quantity, Floats], Floats]


def honest(
    sheet: Sheet, count: int, mode: Mode, rng: np.random.Generator, slips: dict[str, tuple[int, int, int]] | None = None
) -> Batch:
    """Students who round every answer half up, and carry it rounded, unrounded, or with up to three random digits more.

    slips: by answer, the student, row and column of a wrong value that this student goes on with. What has no value
    stays blank.
    """
    batch = Batch(count)
    for _, chain in sheet.chains:
        env: dict[str, Floats] = {}
        for quantity in chain:
            written, carried = _result(quantity, env, mode, count, rng)
            if quantity.key in (slips or {}):
                at = (slips or {})[quantity.key or ""]
                wrong = slipped(quantity, float(written[at]))
                written, carried = written.copy(), carried.copy()
                written[at] = carried[at] = wrong
            env[quantity.name] = carried
            if quantity.key:
                batch.values[quantity.key] = np.where(written < np.inf, written, np.nan)
                form = quantity.solved.form
                digits = form.digits if isinstance(form, Rounding) and not form.figures else NO_LIMIT
                batch.decimals[quantity.key] = np.full(written.shape, digits, dtype=np.int16)
    return batch


def _result(
    quantity: Quantity, env: dict[str, Floats], mode: Mode, count: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """What a quantity is written as, and carried as, (students, rows, columns)."""
    item, form = quantity.solved.item, quantity.solved.form
    shape = (count, *quantity.solved.written.shape)
    if item.definition is None:
        fixed = quantity.solved.written
        return np.broadcast_to(fixed, shape), np.broadcast_to(fixed, shape)
    found = np.broadcast_to(value(item.definition, env), shape)
    finite = np.where(np.isfinite(found), found, 0.0)
    written = np.where(np.isfinite(found), form.round(finite), found)
    if mode == "exact" or not isinstance(form, Rounding):
        return written, found
    carried = written
    if mode == "extra":
        more = rng.integers(0, 4, size=(count, 1, 1))
        for k in (1, 2, 3):
            carried = np.where(more == k, Rounding(form.digits + k, form.figures).round(finite), carried)
    return written, np.where(np.isfinite(found), carried, found)


def slipped(quantity: Quantity, right: float) -> float:
    """A wrong value nearby that its function could still give, so that later work goes on from it."""
    item = quantity.solved.item
    top = bare(item.definition) if item.definition is not None else None
    if isinstance(top, Call) and FUNCTIONS[top.fn].range:
        low, high = FUNCTIONS[top.fn].range or (0.0, 0.0)
        return right + 0.31 if right + 0.31 < (low + high) / 2 + 0.4 else right - 0.31
    return right + 1.31


def key_of(sheet: Sheet, count: int) -> Submissions:
    """Students who all hand in the key itself, as it stands on the page."""
    made = Submissions([f"s{i}" for i in range(count)], Batch(count))
    for key, answer in sheet.answers.items():
        if answer.kind == "number":
            made.batch.values[key] = np.repeat(answer.solved.written[None], count, axis=0)
            made.batch.decimals[key] = np.full((count, *answer.shape), NO_LIMIT, dtype=np.int16)
        elif answer.kind == "word":
            made.words[key] = [answer.solved.text] * count
        elif answer.kind == "formula":
            made.formulas[key] = [str(answer.solved.value)] * count
    return made


def lost_beyond(sheet: Sheet, key: str, at: tuple[int, int] = (0, 0)) -> list[str]:
    """The cells beside one that a student loses who slips in it, and goes on from it; what is wrong with the slip itself."""
    given = key_of(sheet, 1)
    batch = honest(sheet, 1, "rounded", np.random.default_rng(1), {key: (0, *at)})
    given.batch.values |= {name: batch.values[name] for name in given.batch.values}
    verdicts = {name: judged.verdicts[0].copy() for name, judged in grade_batch(sheet, None, given).judged.items()}
    lost = [] if verdicts[key][at] == Verdict.WRONG else [f"{key} is not wrong"]
    verdicts[key][at] = Verdict.CORRECT
    return lost + [name for name, found in verdicts.items() if (found == Verdict.WRONG).any()]


def spoil(made: Submissions, answer: Answer, student: int, how: Literal["slip", "invalid"]) -> None:
    """Makes one student's answer wrong in every cell, or unreadable."""
    key = answer.key
    if answer.kind == "number":
        right = made.batch.values[key][student]
        right = np.where(np.isfinite(right), right, 0.0)
        made.batch.values[key][student] = right + 7.3 * np.maximum(np.abs(right), 1.0) if how == "slip" else np.nan
    elif answer.kind == "word":
        made.words[key][student] = "neither of them" if how == "slip" else None
    elif answer.kind == "formula":
        text = made.formulas[key][student]
        made.formulas[key][student] = f"3*({text})" if how == "slip" else "__import__('os').system('true')"


def automatic(sheet: Sheet) -> Iterator[Answer]:
    """The answers that are marked without a person."""
    return (answer for answer in sheet.answers.values() if answer.kind != "text")
