"""The engine of one machine: this process, or as many as are worth their start."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context, parent_process

from solver.errors import Place, Problem, SpecError
from solver.mark.engines.engine import Engine
from solver.mark.marker import Marked, Marker
from solver.mark.read.chunks import Chunk

SMALL = 4 << 20
"""Below this many bytes of answers, a second process costs more than it saves."""


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


SEES_FILES = True


def engine(size: int | None, workers: int | None, scheduler: str | None) -> Engine:
    """So many processes, or as many as are worth it; raises SpecError where a scheduler is named."""
    if scheduler:
        raise SpecError([Problem(Place("--scheduler"), "is of no use without --engine dask")])
    return partial(local, workers=workers or workers_for(size))


def workers_for(size: int | None) -> int:
    """How many processes are worth their start for so many bytes of answers (None: not known)."""
    return 1 if size is not None and size < SMALL else min(os.cpu_count() or 1, 8)


_marker: Marker | None = None


def _start(marker: Marker) -> None:
    """Gives a new process its marker; an interruption is its parent's to handle, and its parent's end its own."""
    global _marker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _marker = marker


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _mark(chunk: Chunk) -> Marked:
    assert _marker is not None
    return _marker(chunk)
