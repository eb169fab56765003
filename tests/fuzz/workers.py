"""The processes of the fuzzer, apart from its command: a process that is started finds nothing in a `__main__`."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import get_context
from multiprocessing.queues import Queue
from queue import Empty
from typing import Any

MOST_FINDINGS = 40


@dataclass
class Tally:
    """What one process did. found: by kind, the first finding as it is told; times: how often each was met."""

    stages: Counter[str] = field(default_factory=Counter)
    times: Counter[str] = field(default_factory=Counter)
    found: dict[str, str] = field(default_factory=dict)

    @property
    def specs(self) -> int:
        return self.stages.total()

    def merge(self, other: Tally) -> None:
        self.stages += other.stages
        self.times += other.times
        self.found = {**other.found, **self.found}


def work(worker: int, options: Any) -> Tally:
    """The specs of one process."""
    from tests.fuzz.case import case, minimised, told
    from tests.fuzz.corpus import corpus
    from tests.fuzz.trial import bound_memory, trial

    bound_memory()
    base, tally = corpus(), Tally()
    end = time.monotonic() + options.seconds
    for number in count(options.start + worker, options.workers):
        if number - options.start >= options.specs if options.specs else time.monotonic() > end:
            break
        made = case(options.seed, number, base)
        finding, stage = trial(made.source, made.options)
        tally.stages[stage] += 1
        if finding is None:
            continue
        tally.times[finding.kind] += 1
        if finding.kind not in tally.found and len(tally.found) < MOST_FINDINGS:
            smallest = minimised(made, finding.kind)
            finding = trial(smallest.source, smallest.options)[0] or finding
            tally.found[finding.kind] = told(number, options.seed, smallest, finding)
            print(f"[{number}] {finding.kind}", file=sys.stderr, flush=True)
    return tally


def run(options: Any) -> Tally:
    """Several processes; one that is killed is a finding, too."""
    context = get_context("spawn")
    results: Queue[Tally] = context.Queue()
    processes = [
        context.Process(target=_send, args=(results, worker, options), daemon=True) for worker in range(options.workers)
    ]
    for process in processes:
        process.start()
    tally, waiting = Tally(), len(processes)
    while waiting:
        try:
            tally.merge(results.get(timeout=1))
            waiting -= 1
        except Empty:  # is anybody still there?
            if not any(process.is_alive() for process in processes) and results.empty():
                tally.times["a process ended"] += waiting
                codes = [process.exitcode for process in processes]
                tally.found["a process ended"] = f"exit codes {codes}\n"
                break
    return tally


def _send(results: Queue[Tally], worker: int, options: Any) -> None:
    results.put(work(worker, options))
