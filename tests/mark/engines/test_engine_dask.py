"""Marking with Dask: the same results as without, and nothing lost when a worker dies."""

import os
import signal
import time
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from distributed import Client, LocalCluster

from solver.errors import SpecError
from solver.mark.engines.engine_dask import local_cluster, map_on, map_with_dask
from solver.mark.judge.grade import grade_batch
from solver.mark.records import Graded, Submissions
from solver.mark.sheet import Sheet
from tests.mark.simulate import honest
from tests.questions import asked_of

Q2 = asked_of("q2").sheet
BATCHES = 8


def batches() -> Iterator[Submissions]:
    """A class in batches, with some wrong answers."""
    rng = np.random.default_rng(3)
    for k in range(BATCHES):
        batch = honest(Q2, 5, "rounded", rng)
        batch.values["b/u1"] += rng.choice([0.0, 1.5], p=[0.8, 0.2], size=batch.values["b/u1"].shape)
        yield Submissions([f"s{k}.{i}" for i in range(5)], batch)


def slowly(made: Sheet, submissions: Submissions) -> Graded:
    """Marks a batch, slowly enough for a worker to die while it does."""
    time.sleep(0.1)
    return grade_batch(made, None, submissions)


def failing(batch: int) -> int:
    if batch == 3:
        raise ValueError("batch 3")
    return batch * batch


def same(a: Graded, b: Graded) -> bool:
    return (
        a.submissions.students == b.submissions.students
        and a.mistakes == b.mistakes
        and all(np.array_equal(a.marks[key], b.marks[key]) for key in b.marks)
        and all(np.array_equal(a.judged[key].verdicts, b.judged[key].verdicts) for key in b.judged)
    )


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two worker processes."""
    with local_cluster(2) as made:
        yield made


def test_a_scheduler_gives_the_same_results(cluster: LocalCluster) -> None:
    local = [grade_batch(Q2, None, batch) for batch in batches()]
    remote = list(map_with_dask(partial(grade_batch, Q2, None), batches(), cluster.scheduler_address))
    assert len(remote) == BATCHES
    assert all(map(same, remote, local))


def test_a_worker_that_dies_loses_nothing(cluster: LocalCluster) -> None:
    local = [grade_batch(Q2, None, batch) for batch in batches()]
    with Client(cluster) as client:
        client.wait_for_workers(2)
        pids = list(client.run(os.getpid).values())
        results = map_on(client, partial(slowly, Q2), batches())
        remote = [next(results)]
        os.kill(pids[0], signal.SIGKILL)
        remote += results
        assert pids[0] not in client.run(os.getpid).values()
    assert len(remote) == BATCHES
    assert all(map(same, remote, local))


def test_what_the_work_raises_is_raised_here(cluster: LocalCluster) -> None:
    with pytest.raises(ValueError, match="batch 3"):
        list(map_with_dask(failing, range(6), cluster.scheduler_address))


def deadly(batch: int) -> int:
    return 10 // batch if batch else os._exit(1)


def test_a_cluster_of_its_own_gives_up_work_that_kills_every_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.mark.engines.engine_dask.DEATHS", 0)
    results = map_with_dask(deadly, [2, 5, 1, 0], workers=1)
    assert next(results) == 5
    with pytest.raises(SpecError, match="--engine dask"):
        list(results)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x", "tcp://"])
def test_no_scheduler_there(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.mark.engines.engine_dask.CONNECT_SECONDS", 0.1)
    with pytest.raises(SpecError, match="does not answer"):
        list(map_with_dask(abs, [1], address))
