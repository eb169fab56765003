"""Marking with Dask: the same results as without, and nothing lost when a worker dies."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from solver.errors import SpecError
from solver.mark.engines.engine_dask import LOOPBACK, map_with_dask
from solver.mark.judge.grade import grade_batch
from solver.mark.records import Graded, Submissions
from tests.mark.engines.deadly import deadly
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
def scheduler() -> Iterator[str]:
    """The address of a scheduler with a worker, both in this process."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", host=LOOPBACK, dashboard_address=None
    ) as made:
        yield made.scheduler_address


def test_a_scheduler_gives_the_same_results(scheduler: str) -> None:
    local = [grade_batch(Q2, None, batch) for batch in batches()]
    remote = list(map_with_dask(partial(grade_batch, Q2, None), batches(), scheduler))
    assert len(remote) == BATCHES
    assert all(map(same, remote, local))


def test_what_the_work_raises_is_raised_here(scheduler: str) -> None:
    with pytest.raises(ValueError, match="batch 3"):
        list(map_with_dask(failing, range(6), scheduler))


def call(batch: Callable[[], Any]) -> Any:
    return batch()


def test_a_cluster_of_its_own_loses_nothing_and_gives_up_what_kills_every_worker(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In another process: a class is marked, one batch ends a worker and is done by the next, and one ends them all."""
    monkeypatch.setattr("solver.mark.engines.engine_dask.DEATHS", 1)
    monkeypatch.setattr("solver.mark.engines.engine_dask.AHEAD", 1)  # what waits with a batch that kills is suspected
    class_batch = next(batches())
    work = [partial(grade_batch, Q2, None, class_batch), *(partial(deadly, tmp_path / "died", n) for n in (1, 5, 0))]
    results = map_with_dask(call, work, workers=1)
    assert same(next(results), grade_batch(Q2, None, class_batch))
    assert [next(results), next(results)] == [10, 2]
    assert (tmp_path / "died").exists()
    with pytest.raises(SpecError, match=r"--engine dask: .* on 2 different workers"):
        list(results)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x", "tcp://"])
def test_no_scheduler_there(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.mark.engines.engine_dask.CONNECT_SECONDS", 0.1)
    with pytest.raises(SpecError, match="does not answer"):
        list(map_with_dask(abs, [1], address))
