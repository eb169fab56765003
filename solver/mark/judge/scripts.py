"""Scripts that say the same get the same: what several of a class wrote is graded once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solver.mark.judge.numbers import Rows, firsts, numbered
from solver.mark.records import Graded, Submissions


class Copies:
    """Which students wrote the same. like: of each student the script, by number, as they come."""

    def __init__(self, like: Rows) -> None:
        self.like = like
        self.count = int(like.max(initial=-1)) + 1

    @property
    def alone(self) -> bool:
        """Whether everybody wrote something else."""
        return self.count == self.like.size

    @cached_property
    def first(self) -> Rows:
        """The first student of each script."""
        return firsts(self.like, self.count)

    @cached_property
    def last(self) -> Rows:
        """The last student of each script."""
        return self.like.size - 1 - firsts(self.like[::-1], self.count)

    @cached_property
    def times(self) -> Rows:
        """How many students wrote each script."""
        return np.bincount(self.like, minlength=self.count)

    @cached_property
    def _order(self) -> list[int]:
        """The students, those of each script together."""
        found: list[int] = np.argsort(self.like, kind="stable").tolist()
        return found

    @cached_property
    def _ends(self) -> list[int]:
        found: list[int] = [0, *np.cumsum(self.times).tolist()]
        return found

    def students(self, script: int) -> list[int]:
        """The students who wrote a script."""
        return self._order[self._ends[script] : self._ends[script + 1]]

    def once(self, given: Submissions) -> Submissions:
        """What was handed in, each script once, by its first student."""
        if self.alone:
            return given
        rows = self.first.tolist()
        words, formulas = (
            {key: [texts[i] for i in rows] for key, texts in some.items()} for some in (given.words, given.formulas)
        )
        return Submissions([given.students[i] for i in rows], given.batch.rows(self.first), words, formulas)

    def graded(self, once: Graded) -> Graded:
        """What every student gets, from what each script does, handed in by its first student."""
        if self.alone:
            return once
        judged = {key: found.rows(self.like) for key, found in once.judged.items()}
        mistakes = {
            key: {(i, row, column): name for (k, row, column), name in names.items() for i in self.students(k)}
            for key, names in once.mistakes.items()
        }
        marks = {key: some.take(self.like) for key, some in once.marks.items()}
        review = {i: [*said] for k, said in once.review.items() for i in self.students(k)}
        return Graded(once.submissions, judged, mistakes, marks, review)


def distinct(given: Submissions, apart: Collection[str] = ()) -> Copies:
    """Which of some students wrote the same, digit for digit. apart: students whose scripts stand alone."""
    return Copies(numbered([*_columns(given, apart)], len(given.students))[1])


def _columns(given: Submissions, apart: Collection[str]) -> Iterator[NDArray[Any]]:
    """All that tells scripts from one another, (students, …) each."""
    yield from given.batch.values.values()
    yield from (x for x in given.batch.decimals.values() if (x != x[:1, :1, :1]).any())
    for texts in (*given.words.values(), *given.formulas.values()):
        known: dict[str | None, int] = {}
        yield np.array([known.setdefault(text, len(known)) for text in texts])
    if apart:
        yield np.array([(i + 1) * (name in apart) for i, name in enumerate(given.students)])
