"""Names what went wrong: the one mistake that gives a student's wrong number from the student's own earlier numbers.

Every mistake of `formula/mistakes/mutate.py` is tried on the formula of a wrong answer, and on those of the quantities before it
that nobody wrote down, with what is written there or what is carried exactly. A name is an accusation: it is given where
one mistake alone gives the number, no honest calculation does, and the number has enough digits that this is no chance.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.formula.mistakes.mutate import MISTAKES
from solver.formula.mistakes.surroundings import Surroundings
from solver.formula.walks.bounds import Interval, point
from solver.formula.walks.evaluate import evaluate
from solver.mark.judge.acceptance import own_values
from solver.mark.judge.digits import half_asked, near, room, unrounded
from solver.mark.judge.numbers import Batch, Flags, Judged, Note, Verdict
from solver.mark.judge.writing import TRUNCATED, WRITING, slips
from solver.mark.sheet import Quantity, Sheet
from solver.rounding import Floats, shortest
from solver.working.solution import Context

MOST_UNWRITTEN = 12
"""A mistake is looked for in so many steps before an answer that nobody wrote down; a training run has thousands."""

LIKELY = 0.075
LIKELY_EXACT = 0.5
"""How likely some mistake may give a number by chance, at most, where one is named; of counts, which have few digits."""

BEFORE = {"another activation": "activation left out", "derivative taken of u": "activation left out"}
"""Where both names explain a number, it is the second: max(0, u) is u where u is positive, as if nothing was applied."""

Named = dict[tuple[int, int, int], str]
"""(student index, row, column) to the mistake's name."""


def describe(name: str) -> str:
    """What a student is told of a mistake; the name itself where the name says all."""
    if name in WRITING:
        return WRITING[name]
    return MISTAKES[name].said if name in MISTAKES else name


def name_mistakes(sheet: Sheet, batch: Batch, judged: Mapping[str, Judged]) -> dict[str, Named]:
    """The named mistakes of a batch, by answer: of cells judged WRONG, and of last digits cut off.

    judged: the verdicts on this batch.
    """
    named: dict[str, Named] = {}
    for place, (context, chain) in enumerate(sheet.chains):
        keys = [q.key for q in chain if q.key in judged and q.key in batch.values]
        rows = np.flatnonzero(_any([_students(_to_name(judged[key])) for key in keys if key], batch.count))
        if rows.size:
            few = {key: _rows(judged[key], rows) for key in keys if key}
            for key, cells in _WrongChain(sheet, place, context, chain, _subset(batch, rows, keys), few).run():
                named[key] = {(int(rows[s]), i, j): name for (s, i, j), name in cells.items()}
    return named


def _any(flags: Sequence[Flags], count: int) -> Flags:
    found: Flags = np.logical_or.reduce([np.zeros(count, dtype=bool), *flags])
    return found


def _students(cells: Flags) -> Flags:
    """The students of whom some cell is flagged."""
    found: Flags = np.asarray(cells.any(axis=(1, 2)))
    return found


def _to_name(judged: Judged) -> Flags:
    """The cells that a mistake may explain."""
    found: Flags = (judged.verdicts == Verdict.WRONG) | ((judged.notes & Note.LAST_DIGIT) != 0)
    return found


def _rows(judged: Judged, rows: NDArray[np.int64]) -> Judged:
    return Judged(judged.verdicts[rows], judged.notes[rows], judged.expected[rows])


def _subset(batch: Batch, rows: NDArray[np.int64], keys: Sequence[str | None]) -> Batch:
    values = {key: batch.values[key][rows] for key in keys if key}
    return Batch(rows.size, values, {key: batch.decimals[key][rows] for key in values})


def leading_to(quantity: Quantity, chain: Sequence[Quantity], written: Container[str]) -> list[Quantity]:
    """A quantity, behind those that lead to it from what is given or written down, in the order of the page.

    written: the keys of the answers that stand on the student's page.
    """
    by_name = {q.name: q for q in chain}
    found, stack = {quantity.name}, [quantity]
    while stack:
        for name in stack.pop().solved.item.needs:
            need = by_name[name]
            if name not in found and need.key not in written and not need.solved.item.given:
                found.add(name)
                stack.append(need)
    return [q for q in chain if q.name in found]


class _Cells(NamedTuple):
    """Which cells of an answer one mistake explains.

    cells: (students, rows, columns), of one mistake; wrong: (students,), whether it is all the wrong ones; whole: whether
    it is all cells.
    """

    cells: Flags
    wrong: Flags
    whole: Flags

    def __or__(self, other: _Cells) -> _Cells:
        return _Cells(*(a | b for a, b in zip(self, other, strict=True)))


@dataclass
class _WrongChain:
    """The wrong answers of some students along one working."""

    sheet: Sheet
    place: int
    context: Context
    chain: list[Quantity]
    batch: Batch
    judged: Mapping[str, Judged]

    def run(self) -> Iterator[tuple[str, Named]]:
        working = self.context.working
        formulas = {q.name: q.solved.item.definition for q in self.chain}
        definitions = {name: tree for name, tree in formulas.items() if tree is not None}
        given = ((name, item) for name, item in working.items.items() if item.given)
        stated = evaluate(given, {}, lambda item, env: item.bounds(env))
        self.own = stated | {
            name: point(span.middle) for name, span in own_values(self.sheet, self.place, self.batch).items()
        }
        fresh = (q for q in self.chain if q.name in self.own and q.name not in stated)
        self.carried_exactly = self.own | {q.name: point(self.exact(q)) for q in fresh}
        roles = [(name, role) for name, role in working.roles.items() if name in self.own and role.of in self.own]
        self.around = Surroundings(
            {name: working.shapes[name] for name in self.own},
            definitions,
            updates={role.of: name for name, role in roles if role.kind == "update" and role.time == 1},
            sizes={name: role.of for name, role in roles if role.kind == "size"},
            gates={name: role.time for name, role in roles if role.kind == "gate"},
            gradients={name for name, role in roles if role.kind == "gradient"},
            corrupted={role.of: name for name, role in roles if role.kind == "corrupted"},
        )
        for quantity in self.chain:
            if quantity.key is not None and quantity.key in self.judged:
                named = self.answer(quantity, quantity.key)
                if named:
                    yield quantity.key, named

    def exact(self, quantity: Quantity) -> Floats:
        """The exact value where it is what a student rounded, and what is written where it is not."""
        written, exact = self.own[quantity.name].low, quantity.truth.low
        return np.where(near(written, exact, room(half_asked(quantity, written), written)), exact, written)

    def answer(self, quantity: Quantity, key: str) -> Named:
        """The mistakes in one answer."""
        students = np.flatnonzero(_students(_to_name(self.judged[key])))
        if not students.size:
            return {}
        judged, answer = _rows(self.judged[key], students), self.batch.values[key][students]
        wrong: Flags = judged.verdicts == Verdict.WRONG
        cut: Flags = (judged.notes & Note.LAST_DIGIT) != 0
        found: dict[str, _Cells] = {}
        named: Named = {}
        written = slips(quantity.solved, answer, judged.expected)
        for s, i, j in np.argwhere(written.get(TRUNCATED, False) & cut).tolist():
            named[int(students[s]), i, j] = TRUNCATED
        if wrong.any():
            for name, explains in written.items():
                self.add(found, name, explains & wrong, explains, wrong, np.isnan(answer))
            half = half_asked(quantity, answer)
            limit = room(half, answer)
            tried: set[str] = set()
            for env in (self.own, self.carried_exactly):
                for name, mistaken in self.mistaken(quantity, students, env):
                    tried.add(name)
                    holds = (answer >= mistaken.low - limit) & (answer <= mistaken.high + limit)
                    apart = ~near(judged.expected, mistaken.middle, limit)
                    self.add(found, name, holds & apart & wrong, holds, wrong, np.isnan(answer))
            _subsumed(found)
            unit = half if half.any() else _half_typed(quantity)
            with np.errstate(over="ignore"):  # what overflows is large, and no chance gives it
                sizes = [choose(np.abs(answer), np.abs(judged.expected)) / unit for choose in (np.fmax, np.fmin)]
            either = [np.minimum(1 / np.maximum(size, 1.0), 1.0) for size in sizes]
            for s, i, j, name in _chosen(found):
                likely = either[name in WRITING]  # a digit moved out of sight leaves little to tell it by
                explained = found[name].cells[s]
                together = explained if found[name].wrong[s] else np.zeros_like(explained)
                chance = max(len(tried), len(WRITING)) * (
                    likely[s][together].prod() if together.any() else likely[s, i, j]
                )
                if chance <= (LIKELY if half.any() else LIKELY_EXACT):
                    named[int(students[s]), i, j] = name
        return named

    def add(self, found: dict[str, _Cells], name: str, cells: Flags, holds: Flags, wrong: Flags, blank: Flags) -> None:
        every_wrong = ~_students(wrong & ~cells) & _students(cells)
        new = _Cells(cells, every_wrong, every_wrong & ~_students(~holds & ~blank))
        found[name] = found[name] | new if name in found else new

    # -- what a mistake gives -----------------------------------------------------------------------------------------
    def mistaken(
        self, quantity: Quantity, students: NDArray[np.int64], own: Mapping[str, Interval]
    ) -> Iterator[tuple[str, Interval]]:
        """What each mistake gives in a quantity, from the students' own numbers, and the mistake's name."""
        env = {
            name: point(x.low[students] if x.low.ndim == 3 and len(x.low) == self.batch.count else x.low)
            for name, x in own.items()
        }
        stretch = leading_to(quantity, self.chain, self.batch.values)[-MOST_UNWRITTEN:]
        for at in stretch:
            itself = {at.name: point(np.full(at.solved.written.shape, np.nan))}  # nothing comes of itself
            for name, mistaken in at.solved.item.mutants(self.around, env | itself):
                yield name, mistaken if at is quantity else self.carried(at, mistaken, stretch, env)

    def carried(
        self, start: Quantity, mistaken: Interval, stretch: Sequence[Quantity], env: Mapping[str, Interval]
    ) -> Interval:
        """What a mistaken quantity that nobody wrote down makes of the last one of a stretch."""
        last, changed, quantities = [mistaken], {start.name}, {}
        for quantity in stretch:
            if quantity is not start and not changed.isdisjoint(quantity.solved.item.needs):
                quantities[quantity.name] = quantity
                changed.add(quantity.name)

        def stands(name: str, found: Interval) -> Interval:
            last.append(found)
            return unrounded(quantities[name], found)

        own = {**env, start.name: unrounded(start, mistaken)}
        evaluate(quantities.items(), own, lambda quantity, env: quantity.solved.item.bounds(env), stands)
        return last[-1]


def _half_typed(quantity: Quantity) -> float:
    """Half a unit of the last digit of an exact answer, as it is typed."""
    typed = shortest(quantity.solved.written, 6)
    return 0.5 * 10.0 ** -(typed.digits if typed else 6)


def _subsumed(found: Mapping[str, _Cells]) -> None:
    """Of two names for one thing, the plainer one stands."""
    for name, plainer in BEFORE.items():
        if name in found and plainer in found:
            found[name].cells[...] &= ~found[plainer].cells
            found[name].wrong[...] &= ~found[plainer].wrong
            found[name].whole[...] &= ~found[plainer].whole


def _chosen(found: Mapping[str, _Cells]) -> Iterator[tuple[int, int, int, str]]:
    """The cells that exactly one mistake explains, as (student, row, column, name).

    One that explains all cells of an answer goes before those that explain its wrong ones, and these before those that
    explain single cells.
    """
    if not found:
        return
    names = list(found)
    cells, wrong, whole = (np.stack([getattr(c, kind) for c in found.values()]) for kind in _Cells._fields)
    by_answer = np.where(whole.any(axis=0), whole, wrong)
    cells &= by_answer[:, :, None, None] | ~np.asarray(by_answer.any(axis=0))[:, None, None]
    cells &= cells.sum(axis=0) == 1
    for k, s, i, j in np.argwhere(cells).tolist():
        yield s, i, j, names[k]
