"""Marking on many machines with Dask: a pure function mapped over batches, with the same results as on one.

A scheduler that is given by its address does the work; without one, processes on this machine do. A worker that dies
loses nothing: what it was marking is marked again by another. Needs `pip install nnsolve[dask]`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from importlib import import_module
from typing import Any, TypeAlias, TypeVar

from solver.errors import Place, Problem, SpecError
from solver.mark.engines.engine import Engine
from solver.mark.read.chunks import local_files

T = TypeVar("T")
R = TypeVar("R")
Client: TypeAlias = Any
"""A `distributed.Client`, whose package has no types."""

AHEAD = 3
"""Batches that each worker has at hand, so that none waits and memory doesn't grow with the rows."""

DEATHS = 10
"""How many workers may die over one batch before it is given up; a scheduler given by its address has its own rule."""

CONNECT_SECONDS = 10
LOOPBACK = "127.0.0.1"

SEES_FILES = False


def engine(size: int | None, workers: int | None, scheduler: str | None) -> Engine:
    """The workers of a scheduler, or so many processes of this machine (2 where left out)."""
    return lambda marker, chunks: map_with_dask(marker, local_files(chunks), scheduler, workers or 2)


def map_with_dask(
    work: Callable[[T], R], batches: Iterable[T], scheduler: str | None = None, workers: int = 2
) -> Iterator[R]:
    """What `work` gives for each batch, in their order; a few batches are under way at a time.

    work: pure, and sent to the workers once; what it raises is raised here. scheduler: an address such as
    tcp://10.0.0.1:8786; `workers` processes of this machine where it is left out. Raises SpecError where Dask is not
    installed, the scheduler does not answer, or worker after worker dies.
    """
    with ExitStack() as stack:
        client = _client(scheduler, workers, stack)
        try:
            yield from map_on(client, work, batches)
        except Exception as error:
            if not type(error).__module__.startswith("distributed"):
                raise
            raise SpecError([Problem(Place("--engine dask"), _first_line(error), "are the workers alive?")]) from None


def map_on(client: Client, work: Callable[[T], R], batches: Iterable[T]) -> Iterator[R]:
    """The same on a client that is connected already."""
    sent = client.submit(_itself, work, pure=False)  # which is sent again where the workers that have it die
    under_way: deque[Any] = deque()
    for batch in batches:
        most = AHEAD * max(len(client.nthreads()), 1)
        while len(under_way) >= most:
            yield under_way.popleft().result()
        under_way.append(client.submit(_apply, sent, batch, pure=False))
    while under_way:
        yield under_way.popleft().result()


def _itself(work: T) -> T:
    return work


def _apply(work: Callable[[T], R], batch: T) -> R:
    return work(batch)


def local_cluster(workers: int) -> Any:
    """Processes of this machine that listen on the loopback alone, without a web page."""
    return import_module("distributed").LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host=LOOPBACK,
        dashboard_address=f"{LOOPBACK}:0",
        worker_dashboard_address=f"{LOOPBACK}:0",
        scheduler_kwargs={"dashboard": False},
    )


def _client(scheduler: str | None, workers: int, stack: ExitStack) -> Client:
    """A client of the scheduler, or of a cluster of this machine's own."""
    try:
        dask, distributed = import_module("dask"), import_module("distributed")
    except ImportError:
        message = "Dask is not installed"
        raise SpecError([Problem(Place("--engine dask"), message, "pip install 'nnsolve[dask]'")]) from None
    stack.enter_context(dask.config.set({"distributed.scheduler.allowed-failures": DEATHS}))
    if scheduler is None:
        return stack.enter_context(distributed.Client(stack.enter_context(local_cluster(workers))))
    try:
        return stack.enter_context(distributed.Client(scheduler, timeout=CONNECT_SECONDS))
    except (OSError, ValueError) as error:
        message = f"{scheduler[:200]} does not answer: {_first_line(error)}"
        raise SpecError([Problem(Place("--scheduler"), message)]) from None


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]
