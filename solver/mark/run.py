"""Files of answers to marks: chunks are read and graded in one or more processes, and come back in their order.

Marking a chunk is a pure function, so that any engine may map it: this one, or Dask's workers. Memory doesn't grow with
the class: as many chunks are under way as keep the processes busy.
"""

from __future__ import annotations

import io
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from solver.errors import Place, Problem, SpecError
from solver.mark.judge.grade import Graded, Trouble, grade_batch
from solver.mark.judge.marks import plan
from solver.mark.out.formats import MarksFormat, writer
from solver.mark.out.out_base import Writer
from solver.mark.read.chunks import Chunk
from solver.mark.read.read_batch import Reader
from solver.mark.read.values import DecimalSign
from solver.mark.sheet import Sheet
from solver.working.question import Scheme

if TYPE_CHECKING:
    from solver.mark.tell.report import Report

IN_WORKERS: frozenset[MarksFormat] = frozenset(("csv", "long"))
"""The formats whose lines need nothing of the students before: the processes that mark write them, too."""

SMALL = 4 << 20
"""Below this many bytes of answers, a second process costs more than it saves."""


@dataclass(slots=True)
class Marked:
    """What came of a chunk. text: its lines of output; graded: its batches; report: its analysis; each where asked for.

    places: where each student stands; problems: what makes the chunk unreadable as a whole.
    """

    size: int
    students: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    text: str = ""
    graded: list[Graded] = field(default_factory=list)
    report: Report | None = None
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Marker:
    """Marks chunks: a pure function that may be sent to other processes.

    form: the format whose lines it writes, one of IN_WORKERS; keep: whether the graded batches are wanted, and
    analyse: an item analysis; feedback: the folder for the students' files.
    """

    sheet: Sheet
    scheme: Scheme | None = None
    sign: DecimalSign = "auto"
    form: MarksFormat | None = None
    keep: bool = False
    analyse: bool = False
    feedback: Path | None = None

    def __call__(self, chunk: Chunk) -> Marked:
        """Everything that came of a chunk; what stands in it raises nothing."""
        made, lines = Marked(chunk.size), io.StringIO()
        reader, shares = self.reader, plan(self.sheet, self.scheme or Scheme())
        out = None if self.form is None else writer(self.form, lines, self.sheet, self.scheme)
        if self.analyse:
            from solver.mark.tell.report import Report

            made.report = Report(self.sheet, shares)
        try:
            for texts in chunk.texts():
                graded = grade_batch(self.sheet, self.scheme, reader.submissions(texts))
                made.students += texts.students
                made.places += texts.places
                made.troubles += graded.submissions.troubles
                if out is not None:
                    out.add(graded)
                if made.report is not None:
                    made.report.add(graded)
                if self.feedback is not None:
                    from solver.mark.tell.feedback import write_feedback

                    write_feedback(self.feedback, self.sheet, graded, shares)
                if self.keep:
                    made.graded.append(graded)
        except SpecError as error:
            made.problems.extend(error.problems)
        except OSError as error:
            made.problems.append(Problem(Place(str(error.filename)), f"cannot be written: {error.strerror}"))
        made.text = lines.getvalue()
        return made

    @property
    def reader(self) -> Reader:
        """A reader that this thread keeps from chunk to chunk, for the texts that it knows."""
        kept: Reader | None = getattr(_threads, "reader", None)
        if kept is None or kept.sheet is not self.sheet or kept.sign != self.sign:
            kept = _threads.reader = Reader(self.sheet, self.sign)
        return kept


_threads = threading.local()

Engine = Callable[[Marker, Iterator[Chunk]], Iterable[Marked]]
"""Maps a marker over chunks, and gives what came of them in their order."""


def local(marker: Marker, chunks: Iterator[Chunk], workers: int = 1) -> Iterator[Marked]:
    """The engine of one machine. workers: how many processes mark; 1 is this one."""
    if workers <= 1:
        yield from map(marker, chunks)
        return
    context = get_context("spawn")  # a fork would copy threads' locks
    pool = ProcessPoolExecutor(workers, context, _start, (marker,))
    waiting: deque[Future[Marked]] = deque()
    try:
        for chunk in chunks:
            waiting.append(pool.submit(_mark, chunk))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
        pool.shutdown()
    except BaseException as error:  # an interruption does not wait for chunks whose marks nobody will see
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        if isinstance(error, BrokenProcessPool):
            raise SpecError([Problem(Place("grade"), "a marking process ended; nothing was written")]) from None
        raise


def workers_for(size: int | None) -> int:
    """How many processes are worth their start for so many bytes of answers (None: not known)."""
    return 1 if size is not None and size < SMALL else min(os.cpu_count() or 1, 8)


_marker: Marker | None = None


def _start(marker: Marker) -> None:
    """Gives a new process its marker; an interruption is its parent's to handle."""
    global _marker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _marker = marker


def _mark(chunk: Chunk) -> Marked:
    assert _marker is not None
    return _marker(chunk)


# -- a run ------------------------------------------------------------------------------------------------------------
MOST_TROUBLES = 1_000


@dataclass
class Summary:
    """What is told of a run: how many students, and the troubles, of which the first thousand are kept."""

    students: int = 0
    troubles: list[Trouble] = field(default_factory=list)
    trouble_count: int = 0
    report: Report | None = None

    def note(self, troubles: Iterable[Trouble]) -> None:
        """Counts troubles and keeps the first."""
        for trouble in troubles:
            self.trouble_count += 1
            if len(self.troubles) < MOST_TROUBLES:
                self.troubles.append(trouble)


def run(
    marker: Marker,
    chunks: Iterator[Chunk],
    out: Writer | None = None,
    engine: Engine = local,
    each: Callable[[Graded], None] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Summary:
    """Marks all chunks into a writer, which this opens and closes; raises SpecError where a file cannot be read.

    each: gets every graded batch in order (the marker keeps them); progress: gets the size of each finished chunk.
    """
    summary, seen = Summary(), Seen()
    if out is not None:
        out.open()
    for marked in engine(marker, chunks):
        if marked.problems:
            raise SpecError(marked.problems)
        summary.students += len(marked.students)
        summary.note(marked.troubles)
        summary.note(seen.again(marked.students, marked.places))
        if summary.report is None:
            summary.report = marked.report
        elif marked.report is not None:
            summary.report.merge(marked.report)
        if out is not None and marker.form is not None:
            out.stream.write(marked.text)
        for graded in marked.graded:
            if out is not None and marker.form is None:
                out.add(graded)
            if each is not None:
                each(graded)
        if progress is not None:
            progress(marked.size)
    if out is not None:
        out.close()
    return summary


class Seen:
    """Which students came before, in 16 bytes a student: sorted runs of hashes, each at most half of the one before."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.runs: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []

    def again(self, students: list[str], places: list[Place]) -> list[Trouble]:
        """The students of a batch who came before, each listed; all are remembered."""
        hashes = np.fromiter(map(hash, students), np.int64, len(students))
        order = np.argsort(hashes, kind="stable")
        hashes, codes = hashes[order], np.fromiter(map(self.code, places), np.int64, len(places))[order]
        first = np.full(len(students), -1)
        for known, at in self.runs:
            found = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
            hit = (known[found] == hashes) & (first < 0)
            first[hit] = at[found[hit]]
        starts = np.searchsorted(hashes, hashes)  # the first of equal ones within the batch
        inside = (starts < np.arange(len(hashes))) & (first < 0)
        first[inside] = codes[starts[inside]]
        self.keep(hashes, codes)
        repeated = sorted((int(order[i]), int(first[i])) for i in np.flatnonzero(first >= 0))
        return [self.trouble(students[i], places[i], before) for i, before in repeated]

    def keep(self, hashes: NDArray[np.int64], codes: NDArray[np.int64]) -> None:
        """Adds a sorted run, and merges those that are not much longer."""
        while self.runs and len(self.runs[-1][0]) <= 2 * len(hashes):
            known, at = self.runs.pop()
            hashes, codes = np.concatenate((known, hashes)), np.concatenate((at, codes))
            order = np.argsort(hashes, kind="stable")
            hashes, codes = hashes[order], codes[order]
        if len(hashes):
            self.runs.append((hashes, codes))

    def code(self, place: Place) -> int:
        """A place as one number: its file's and its line."""
        if not self.files or self.files[-1] != place.file:
            self.files.append(place.file)
        return (len(self.files) - 1) << 32 | place.line

    def trouble(self, student: str, place: Place, before: int) -> Trouble:
        first = Place(self.files[before >> 32], before & 0xFFFFFFFF)
        where = f"line {first.line}" if first.file == place.file and first.line else f"{first.file}, line {first.line}"
        return Trouble(student, "", "", f"this student came before, at {where}: both are marked", place)
