"""Students who hand in twice: which of their attempts counts.

Before anything is marked, a first pass looks at the names alone. Only where a student comes more than once are attempts
told apart, and all but one of them left out of what is marked: the last, the first, or the best, which is found by
marking the attempts of these students alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from solver.mark.read.chunks import Chunk
from solver.mark.read.read_batch import Texts

Policy = Literal["last", "best", "first"]
"""Which attempt of a student counts."""


class Attempt(NamedTuple):
    """One row of the answers: in which chunk, and the how many-th of it, from 0."""

    chunk: int
    row: int


@dataclass(frozen=True, slots=True)
class Some:
    """Some rows of a chunk: those of `rows`, or all but those."""

    chunk: Chunk
    rows: frozenset[int]
    kept: bool

    @property
    def size(self) -> int:
        """That of the whole chunk."""
        return self.chunk.size

    def who(self) -> Sequence[str]:
        """The students of these rows."""
        return [s for row, s in enumerate(self.chunk.who()) if (row in self.rows) == self.kept]

    def texts(self) -> Iterator[Texts]:
        """These rows, in batches; raises SpecError."""
        start = 0
        for texts in self.chunk.texts():
            count = len(texts.students)
            here = [i for i in range(count) if (start + i in self.rows) == self.kept]
            start += count
            yield texts if len(here) == count else _only(texts, here)


def _only(texts: Texts, rows: Sequence[int]) -> Texts:
    gone = {texts.places[i] for i in set(range(len(texts.students))) - set(rows)}
    return replace(
        texts,
        students=[texts.students[i] for i in rows],
        places=[texts.places[i] for i in rows],
        columns={name: [column[i] for i in rows] for name, column in texts.columns.items()},
        troubles=[trouble for trouble in texts.troubles if trouble.place not in gone],
    )


def repeated(chunks: Callable[[], Iterable[Chunk]]) -> dict[str, list[Attempt]]:
    """The attempts of every student who comes more than once, in order. chunks: gives the answers, anew at each call."""
    twice = _twice(np.fromiter(map(hash, chunk.who()), np.int64) for chunk in chunks())
    if not twice:
        return {}
    found: dict[str, list[Attempt]] = {}
    for index, chunk in enumerate(chunks()):
        for row, student in enumerate(chunk.who()):
            if hash(student) in twice:  # names themselves are compared: two may share a hash
                found.setdefault(student, []).append(Attempt(index, row))
    return {student: attempts for student, attempts in found.items() if len(attempts) > 1}


def _twice(parts: Iterable[NDArray[np.int64]]) -> set[int]:
    """The numbers that come more than once, in 8 bytes a number."""
    found = np.sort(np.concatenate([np.empty(0, np.int64), *parts]))
    return set(found[1:][found[1:] == found[:-1]].tolist())


def left_out(
    attempts: dict[str, list[Attempt]], counts: Callable[[str, list[Attempt]], Attempt]
) -> dict[int, set[int]]:
    """The rows that do not count, by chunk."""
    found: dict[int, set[int]] = {}
    for student, several in attempts.items():
        counting = counts(student, several)
        for attempt in several:
            if attempt != counting:
                found.setdefault(attempt.chunk, set()).add(attempt.row)
    return found


def without(chunks: Iterable[Chunk], rows: dict[int, set[int]]) -> Iterator[Chunk]:
    """The chunks without some rows."""
    for index, chunk in enumerate(chunks):
        yield Some(chunk, frozenset(rows[index]), False) if index in rows else chunk


def alone(chunks: Iterable[Chunk], attempts: dict[str, list[Attempt]]) -> Iterator[Chunk]:
    """The rows of some students alone."""
    rows: dict[int, set[int]] = {}
    for several in attempts.values():
        for attempt in several:
            rows.setdefault(attempt.chunk, set()).add(attempt.row)
    for index, chunk in enumerate(chunks):
        if index in rows:
            yield Some(chunk, frozenset(rows[index]), True)
