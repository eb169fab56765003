"""Names what went wrong: the one mistake that gives a student's wrong number from the student's own earlier numbers.

Every mistake of `formula/mistakes/mutate.py` is tried on the formula of a wrong answer, and on those of the quantities before it
that nobody wrote down, with what is written there or what is carried exactly. A name is an accusation: it is given where
one mistake alone gives the number, no honest calculation does, and the number has enough digits that this is no chance.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from functools import partial
from heapq import heappop, heappush
from itertools import islice

import numpy as np

from solver.formula.mistakes.mutate import MISTAKES
from solver.formula.walks.bounds import Interval, point
from solver.formula.walks.evaluate import evaluate
from solver.mark.judge.acceptance import key_of
from solver.mark.judge.digits import half_asked, near, room, unrounded
from solver.mark.judge.explanations import explained
from solver.mark.judge.follow import FollowedNumbers
from solver.mark.judge.key import half_of, of_rows
from solver.mark.judge.numbers import WRONG, Batch, Flags, Judged, Note, Rows, anywhere, few_at_once
from solver.mark.judge.remembered import Tries
from solver.mark.judge.writing import TRUNCATED, WRITING, slips
from solver.mark.sheet import Quantity, Sheet
from solver.rounding import Floats, shortest

MOST_UNWRITTEN = 12
"""A mistake is looked for in so many steps before an answer that nobody wrote down; a training run has thousands."""

MANY = 100
"""A question that asks for more quantities has a mistake looked for in an answer's own formula alone."""

LIKELY = 0.075
LIKELY_EXACT = 0.5
"""How likely some mistake may give a number by chance, at most, where one is named; of counts, which have few digits."""

SHARP = 10
"""What a mistake gives is known to so many half units of the answer, or it explains nothing: an interval of everything
holds everything.
"""

_EITHER = 0.5
"""How likely a bit is what a mistake gives, by chance."""

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
    for place, (_, chain) in enumerate(sheet.chains):
        keys = [q.key for q in chain if q.key is not None and q.key in judged and q.key in batch.values]
        to_name = {key: anywhere(_to_name(judged[key])) for key in keys}
        rows = np.flatnonzero(np.logical_or.reduce([np.zeros(batch.count, dtype=bool), *to_name.values()]))
        if rows.size:
            own = FollowedNumbers(key_of(sheet, place, chain), batch.rows(rows, keys))
            own.fill()
            wrong = _WrongChain(chain, own)
            for quantity in chain:
                if quantity.key in to_name:
                    found: Named = {}
                    students = np.flatnonzero(to_name[quantity.key][rows])
                    for some in wrong.at_once(quantity, students):
                        found |= wrong.answer(quantity, some, judged[quantity.key].rows(rows[some]))
                    if found:
                        real = rows.tolist()
                        named[quantity.key] = {(real[s], i, j): name for (s, i, j), name in found.items()}
    return named


def _to_name(judged: Judged) -> Flags:
    """The cells that a mistake may explain."""
    found: Flags = (judged.verdicts == WRONG) | (judged.noted(Note.LAST_DIGIT))
    return found


def leading_to(quantity: Quantity, chain: Mapping[str, Quantity], written: Container[str]) -> Iterator[Quantity]:
    """A quantity, then those that lead to it from what is given or written down, from the bottom of the page up.

    chain: its working by name. written: the keys of the answers that stand on the student's page.
    """
    found, above = {quantity.name}, [(-quantity.place, quantity)]
    while above:  # what a quantity needs stands above it, so that the lowest of all is next
        _, at = heappop(above)
        yield at
        for need in (chain[name] for name in at.solved.item.needs if name not in found):
            if need.key not in written and not need.solved.item.given:
                found.add(need.name)
                heappush(above, (-need.place, need))


class _Numbers(Mapping[str, Interval]):
    """Some students' numbers, each worked out when it is asked for. used: the names that were."""

    def __init__(self, names: Collection[str], number: Callable[[str], Floats]) -> None:
        self.names, self.number = names, number
        self.used: dict[str, Interval] = {}

    def __getitem__(self, name: str) -> Interval:
        if name not in self.used:
            self.used[name] = point(self.number(name))
        return self.used[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def but(self, name: str, number: Floats) -> _Numbers:
        """The same with another number in the place of one."""
        return _Numbers({*self.names, name}, lambda other: number if other == name else self[other].low)


class _WrongChain:
    """The wrong answers of some students along one working."""

    def __init__(self, chain: list[Quantity], own: FollowedNumbers) -> None:
        self.chain, self.own, self.key = {q.name: q for q in chain}, own, own.key
        self.unwritten = MOST_UNWRITTEN if sum(q.key is not None for q in chain) <= MANY else 1
        self.stretches: dict[str, list[Quantity]] = {}
        self.names = [*{**self.key.stated, **self.key.quantities}]

    def written(self, name: str, students: Rows) -> Floats:
        """What students wrote, or what is worked out for them where they did not."""
        if name not in self.key.quantities:
            return self.key.stated[name].low
        found = self.own.written[name] if self.own.whole(name) else self.own.interval(name).middle
        return of_rows(found, students, self.own.batch.count)

    def exact(self, name: str, students: Rows) -> Floats:
        """The exact value where it is what a student rounded, and what is written where it is not."""
        written = self.written(name, students)
        if name in self.key.stated:
            return written
        quantity = self.key.quantities[name]
        exact = quantity.truth.low
        return np.where(near(written, exact, room(half_asked(quantity, written), written)), exact, written)

    def at_once(self, quantity: Quantity, students: Rows) -> list[Rows]:
        """Some students a few at a time, so that what all mistakes give of them is not large."""
        if not students.size:
            return []
        tries, _ = self.tries(quantity, students[:1])
        return few_at_once(students, len(tries.names) * quantity.solved.written.size)

    def answer(self, quantity: Quantity, students: Rows, judged: Judged) -> Named:
        """The mistakes of some students in one answer; judged: the verdicts on these."""
        answer = self.own.batch.values[quantity.key or ""][students]
        wrong: Flags = judged.verdicts == WRONG
        cut: Flags = judged.noted(Note.LAST_DIGIT)
        named: Named = {}
        written = slips(quantity.solved, answer, judged.expected, wrong | cut)
        for s, i, j in np.argwhere(written.get(TRUNCATED, False) & cut).tolist():
            named[int(students[s]), i, j] = TRUNCATED
        if not wrong.any():
            return named
        half = half_of(self.key, quantity, answer)
        tries, names, holds, apart = self.given(quantity, students, answer, judged.expected, wrong, room(half, answer))
        names = [*written, *names]
        holds = np.concatenate([*(flags[None] for flags in written.values()), holds])
        apart = np.concatenate([np.ones((len(written), *answer.shape), dtype=bool), apart])
        blank = np.isnan(answer)
        found = explained(names, holds, apart, wrong, blank)
        unit = half if half.any() else _half_typed(quantity)
        with np.errstate(over="ignore"):  # what overflows is large, and no chance gives it
            sizes = [choose(np.abs(answer), np.abs(judged.expected)) / unit for choose in (np.fmax, np.fmin)]
        either = [np.minimum(1 / np.maximum(size, 1.0), 1.0) for size in sizes]
        most = (LIKELY if half.any() else LIKELY_EXACT) / max(len({*tries.names}), len(WRITING))
        for k, cells in found.chosen():
            likely = either[found.names[k] in WRITING]  # a digit moved out of sight leaves little to tell it by
            together = np.where(found.cells[k], likely, 1.0).prod(axis=(1, 2), keepdims=True)
            chance = np.where(found.wrong[k, :, None, None], together, likely)
            if not half.any():  # of bits, those that are right all the same tell something, too
                every = np.where(blank, 1.0, np.minimum(likely, _EITHER)).prod(axis=(1, 2), keepdims=True)
                chance = np.where(found.whole[k, :, None, None], np.minimum(chance, every), chance)
            for s, i, j in np.argwhere(cells & (chance <= most)).tolist():
                named[int(students[s]), i, j] = found.names[k]
        return named

    def given(
        self, quantity: Quantity, students: Rows, answer: Floats, expected: Floats, wrong: Flags, limit: Floats
    ) -> tuple[Tries, list[str], Flags, Flags]:
        """What is tried; of those mistakes that give some wrong cell the names, the cells that each gives, and where that
        is not what was expected, (mistakes, students, rows, columns).
        """
        tries, made, which = self.tried(quantity, students)
        middle, radius = (np.moveaxis(made[:, k], 1, 0) for k in (0, 1))
        middle = middle[:, which]
        with np.errstate(invalid="ignore"):  # what has no end holds nothing
            if radius.any():
                radius = radius[:, which]
                holds = near(answer, middle, limit + radius) & ((radius == 0) | (2 * radius <= SHARP * limit))
            else:
                holds = near(answer, middle, limit)
        some = np.flatnonzero((holds & wrong).any(axis=(1, 2, 3)))
        names = [tries.names[k] for k in some.tolist()]
        return tries, names, holds[some], ~near(expected, middle[some], limit)

    # -- what a mistake gives -----------------------------------------------------------------------------------------
    def tried(self, quantity: Quantity, students: Rows) -> tuple[Tries, Floats, Rows]:
        """The mistakes that are tried on an answer; what each gives, see `Tries`, (…) of those students that differ before
        it; and of each student which these are.
        """
        tries, stretch = self.tries(quantity, students[:1])
        numbers = [self.written(name, students) for name in tries.used]
        return tries, *tries.given.of(numbers, students.size, lambda rows: self.gives(stretch, students[rows])[1])

    def tries(self, quantity: Quantity, students: Rows) -> tuple[Tries, list[Quantity]]:
        """The same, and the steps in which they are made."""
        stretch = self.stretch(quantity)
        where = tuple(at.name for at in stretch)
        if where not in self.key.tries:
            names, _, used = self.gives(stretch, students)
            self.key.tries[where] = Tries(
                tuple(names), tuple(sorted(used & self.key.quantities.keys())), self.key.remembered()
            )
        return self.key.tries[where], stretch

    def stretch(self, quantity: Quantity) -> list[Quantity]:
        """The steps in which a mistake may be that leads to a wrong answer, in order."""
        if quantity.name not in self.stretches:
            before = islice(leading_to(quantity, self.chain, self.own.batch.values), self.unwritten)
            self.stretches[quantity.name] = [*before][::-1]
        return self.stretches[quantity.name]

    def gives(self, stretch: list[Quantity], students: Rows) -> tuple[list[str], Floats, set[str]]:
        """Of each mistake the name, what it gives of some students, and what they are worked out from."""
        names: list[str] = []
        middles: list[Floats] = []
        radii: list[Floats] = []
        used: set[str] = set()
        shape = (students.size, *stretch[-1].solved.written.shape)
        for carried in (self.written, self.exact):
            env = _Numbers(self.names, partial(carried, students=students))
            for name, mistaken in self.mistaken(stretch, env):
                names.append(name)
                middles.append(np.broadcast_to(mistaken.middle, shape))
                with np.errstate(invalid="ignore"):  # what has no end is known to no radius
                    radii.append(np.broadcast_to(mistaken.radius, shape))
            used |= env.used.keys()
            if used <= self.key.stated.keys():
                break  # these are exact
        made = np.array([middles, radii]).reshape(2, -1, *shape)
        return names, np.moveaxis(made, 2, 0), used

    def mistaken(self, stretch: Sequence[Quantity], env: _Numbers) -> Iterator[tuple[str, Interval]]:
        """What each mistake in a stretch gives in its last quantity, from the students' own numbers, and its name."""
        for at in stretch:
            itself = np.full(at.solved.written.shape, np.nan)  # nothing comes of itself
            for name, mistaken in at.solved.item.mutants(self.key.around, env.but(at.name, itself)):
                yield name, mistaken if at is stretch[-1] else self.carried(at, mistaken, stretch, env)

    def carried(self, start: Quantity, mistaken: Interval, stretch: Sequence[Quantity], env: _Numbers) -> Interval:
        """What a mistaken quantity that nobody wrote down makes of the last one of a stretch."""
        last, changed, quantities = [mistaken], {start.name}, {}
        for quantity in stretch:
            if quantity is not start and not changed.isdisjoint(quantity.solved.item.needs):
                quantities[quantity.name] = quantity
                changed.add(quantity.name)

        def stands(name: str, found: Interval) -> Interval:
            last.append(found)
            return unrounded(quantities[name], found)

        needs = {need for quantity in quantities.values() for need in quantity.solved.item.needs}
        own = {need: env[need] for need in needs} | {start.name: unrounded(start, mistaken)}
        evaluate(quantities.items(), own, lambda quantity, env: quantity.solved.item.bounds(env), stands)
        return last[-1]


def _half_typed(quantity: Quantity) -> float:
    """Half a unit of the last digit of an exact answer, as it is typed."""
    typed = shortest(quantity.solved.written, 6)
    return 0.5 * 10.0 ** -(typed.digits if typed else 6)
