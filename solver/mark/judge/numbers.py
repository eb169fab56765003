"""Judging a batch of students: each number against the truth, and against what follows from the student's own numbers.

A number is right if an honest calculation can give it: from the truth under either carry rule, or from the student's
earlier answers, each known to half a unit of the last digit asked for. What follows from a wrong earlier answer is
FOLLOWED. There is no tolerance to choose: the intervals come from the formulas (`formula/walks/bounds.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import NDArray

from solver.formula.functions import FUNCTIONS
from solver.formula.tree import Call, Tree, bare, walk
from solver.formula.walks.bounds import Interval
from solver.formula.walks.evaluate import evaluate
from solver.mark.sheet import Quantity, Sheet
from solver.rounding import Floats, Rounding

Codes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

_CORRECT, _FOLLOWED, _WRONG = (np.uint8(code) for code in (3, 2, 1))

NO_LIMIT = 99
"""The decimals of an answer written as a fraction, which is exact."""


class Verdict(IntEnum):
    """What an answer is worth, worst first."""

    BLANK = 0
    WRONG = 1
    FOLLOWED = 2
    CORRECT = 3


class Note(IntFlag):
    """What else is said of an answer.

    TOO_FEW: right as far as it goes, with fewer digits than asked. LAST_DIGIT: the last digit is wrongly rounded.
    GUARDED: an earlier value makes this step trivial or impossible, so nothing follows from it.
    """

    NONE = 0
    TOO_FEW = 1
    LAST_DIGIT = 2
    GUARDED = 4


@dataclass(slots=True)
class Judged:
    """One answer of a batch: verdicts and notes, each (students, rows, columns), and the value that was expected.

    expected: what the student's own earlier values give, the middle of the accepted interval.
    """

    verdicts: Codes
    notes: Codes
    expected: Floats


@dataclass(slots=True)
class Batch:
    """The answers of some students. values: (students, rows, columns) by key, nan where blank; decimals: as written."""

    count: int
    values: dict[str, Floats] = field(default_factory=dict)
    decimals: dict[str, NDArray[np.int16]] = field(default_factory=dict)


def judge(sheet: Sheet, batch: Batch) -> dict[str, Judged]:
    """The verdict on every number of the sheet, by key. Pure: the same batch gives the same verdicts."""
    judged: dict[str, Judged] = {}
    for _, chain in sheet.chains:
        judged.update(_FollowedChain(batch).run(chain))
    return judged


def own_values(chain: list[Quantity], batch: Batch) -> dict[str, Interval]:
    """Every student's own number for each quantity of a working: as written, or recomputed where blank or guarded."""
    follow = _FollowedChain(batch)
    follow.run(chain)
    return follow.own


class _FollowedChain:
    """Follows one working from quantity to quantity with every student's own numbers."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.own: dict[str, Interval] = {}
        self.slipped: dict[str, Flags] = {}  # (students,): whether a wrong answer stands behind a quantity
        self.guarded: dict[str, Flags] = {}

    def run(self, chain: list[Quantity]) -> dict[str, Judged]:
        judged = {}
        quantities = {quantity.name: quantity for quantity in chain if quantity.solved.numeric}

        def follows(quantity: Quantity, own: Mapping[str, Interval]) -> Interval:
            """The interval of a quantity as the student's own numbers give it."""
            return quantity.solved.item.bounds(own) or quantity.truth

        def stands(name: str, found: Interval) -> Interval:
            quantity = quantities[name]
            slipped, guarded = self.behind(quantity)
            lost = np.isnan(found.low)
            if lost.any():  # nothing follows from an earlier value: what should have come out goes on
                truth = quantity.truth
                found = Interval(np.where(lost, truth.low, found.low), np.where(lost, truth.high, found.high))
                guarded = guarded | lost.any(axis=(-2, -1))
            if quantity.key is None or quantity.key not in self.batch.values:
                self.slipped[name], self.guarded[name] = slipped, guarded
                return unrounded(quantity, found)
            judged[quantity.key], own = self.answered(quantity, quantity.key, found, slipped, guarded)
            return own

        evaluate(quantities.items(), self.own, follows, stands)
        return judged

    def behind(self, quantity: Quantity) -> tuple[Flags, Flags]:
        """Whether a wrong, and whether a guarded value stands behind a quantity, for each student."""
        slipped = guarded = np.zeros(self.batch.count, dtype=bool)
        for need in quantity.solved.item.needs:
            slipped = slipped | self.slipped[need]
            guarded = guarded | self.guarded[need]
        return slipped, guarded

    def answered(
        self, quantity: Quantity, key: str, own: Interval, slipped: Flags, guarded: Flags
    ) -> tuple[Judged, Interval]:
        """Judges one answer; it (or what replaces it) is the student's own value for what comes after.

        own: what the student's earlier numbers give.
        """
        name = quantity.name
        answer, decimals = self.batch.values[key], self.batch.decimals[key]
        asked = half_asked(quantity, answer)
        true, follows = self.agrees(quantity, answer, own, asked)
        blank = np.isnan(answer)
        notes = np.zeros(answer.shape, dtype=np.uint8)
        radius = asked
        off = ~(true | follows | blank)
        if off.any():  # a second look at the few that are off, at the digits they have
            few = np.maximum(_written_half(quantity, decimals), asked)
            short = self.agrees(quantity, answer, own, few)
            near = self.agrees(quantity, answer, own, 2 * asked)
            too_few = off & (short[0] | short[1])
            last_digit = off & ~too_few & (near[0] | near[1])
            notes[too_few] = Note.TOO_FEW
            notes[last_digit] = Note.LAST_DIGIT
            true, follows = true | short[0] | near[0], follows | short[1] | near[1]
            radius = np.where(too_few, few, asked)
        behind = slipped[:, None, None]
        verdicts = np.where(true | (follows & ~behind), _CORRECT, np.where(follows, _FOLLOWED, _WRONG))
        verdicts[blank] = Verdict.BLANK
        notes[(verdicts == Verdict.WRONG) & guarded[:, None, None]] |= np.uint8(Note.GUARDED)

        trivial = _trivial(quantity, answer, verdicts)
        replaced = blank | trivial[:, None, None]
        if replaced.any():
            low, high = own.widened(asked)
            own_low, own_high = np.where(replaced, low, answer - radius), np.where(replaced, high, answer + radius)
        else:
            own_low, own_high = answer - radius, answer + radius
        wrong = (verdicts == Verdict.WRONG) | (verdicts == Verdict.FOLLOWED)
        self.slipped[name] = wrong.any(axis=(1, 2)) | (blank.any(axis=(1, 2)) & slipped)
        self.guarded[name] = guarded | trivial
        judged = Judged(verdicts, notes, np.broadcast_to(own.middle, answer.shape))
        return judged, Interval(own_low, own_high)

    def agrees(self, quantity: Quantity, answer: Floats, own: Interval, half: Floats) -> tuple[Flags, Flags]:
        """Whether an answer lies within half a unit of the truth under either rule; of the student's own interval."""
        room = half * (1 + 1e-9) + 1e-12
        below = answer == -np.inf
        if below.any():  # −∞ is right where it is meant; where nothing bounds what follows, it is no answer
            finite, follows = self.agrees(quantity, np.where(below, 0.0, answer), own, half)
            truth = np.any([t == answer for t in _truths(quantity)], axis=0)
            must = own.high == answer
            may = (own.low == answer) if _may_be_infinite(quantity) else must
            return np.where(below, truth, finite), np.where(below, must | may, follows)
        if not half.any():
            room = room + 1e-9 * np.abs(answer)
        truths = _truths(quantity)
        with np.errstate(invalid="ignore"):
            true = np.abs(answer - truths[0]) <= room
            for other in truths[1:]:
                true |= np.abs(answer - other) <= room
            return true, (answer >= own.low - room) & (answer <= own.high + room)


def _truths(quantity: Quantity) -> list[Floats]:
    """The question's own numbers, under either carry rule."""
    return [t for t in (quantity.solved.rounded, quantity.solved.exact) if t is not None]


def _may_be_infinite(quantity: Quantity) -> bool:
    """Whether −∞ is a value of its formula as good as another, as of a mask."""
    formula = quantity.solved.item.definition
    calls = (node for node in walk(formula) if isinstance(node, Call)) if formula is not None else ()
    return any(FUNCTIONS[call.fn].infinite for call in calls)


def half_asked(quantity: Quantity, at: Floats) -> Floats:
    """Half a unit of the last digit asked for; none for what is given or counted."""
    form = quantity.solved.form
    if isinstance(form, Rounding):
        if not form.figures:
            return np.asarray(0.5 * 10.0 ** (-form.digits))
        return form.half_unit(np.where(np.isfinite(at), at, 0.0))
    return np.asarray(0.0)


def unrounded(quantity: Quantity, found: Interval) -> Interval:
    """What a student may carry of a result that is not written down: rounded to the digits asked for, or not."""
    half = half_asked(quantity, found.middle)
    return found.widened(half) if half.any() else found


def _written_half(quantity: Quantity, decimals: NDArray[np.int16]) -> Floats:
    """Half a unit of the last digit that the student wrote; none for counts, whose digits are all asked for."""
    if not isinstance(quantity.solved.form, Rounding):
        return np.asarray(0.0)
    return np.where(decimals >= NO_LIMIT, 0.0, 0.5 * 10.0 ** -decimals.astype(float))


def _trivial(quantity: Quantity, answer: Floats, verdicts: Codes) -> Flags:
    """Whether a wrong value makes what follows trivial or impossible, for each student.

    All zero where the truth is not, outside the range of the function that gives it, or not finite.
    """
    wrong: Flags = (verdicts == Verdict.WRONG).any(axis=(1, 2))
    if not wrong.any():
        return wrong
    truth = quantity.solved.written
    zero = (answer == 0).all(axis=(1, 2)) & bool(np.any(truth != 0))
    infinite = np.isinf(answer).any(axis=(1, 2))
    formula = quantity.solved.item.definition
    outside = np.zeros_like(wrong) if formula is None else _outside(formula, answer)
    found: Flags = wrong & (zero | infinite | outside)
    return found


def _outside(formula: Tree, answer: Floats) -> Flags:
    """Whether a value cannot come from the function at the top of its formula, such as a sigmoid above 1."""
    top = bare(formula)
    limits = FUNCTIONS[top.fn].range if isinstance(top, Call) else None
    if limits is None:
        return np.zeros(answer.shape[0], dtype=bool)
    outside: Flags = np.logical_or(answer < limits[0], answer > limits[1])
    return np.asarray(outside.any(axis=(1, 2)))
