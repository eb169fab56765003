"""The fuzzer as a command: exit status 1 where something was found."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import get_context
from multiprocessing.queues import Queue
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: as many processes work as there is room for

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


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--specs", type=int, default=0, help="end after so many specs instead")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="the number of the first spec")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", type=int, metavar="NUMBER", help="one spec, printed, with its finding unminimised")
    options = parser.parse_args()
    if options.only is not None:
        return only(options.seed, options.only)
    began = time.monotonic()
    tally = run(options) if options.workers > 1 else work(0, options)
    took = time.monotonic() - began
    for kind, text in tally.found.items():
        print(f"== {tally.times[kind]} × {text}")
    stages = ", ".join(f"{number:,} {stage}" for stage, number in tally.stages.most_common())
    print(f"{tally.specs:,} specs ({stages}) in {took:.0f} s, {tally.specs / took:.0f} a second: ", end="")
    print(f"{len(tally.found)} findings, {tally.times.total()} times")
    return 1 if tally.found else 0


def only(seed: int, number: int) -> int:
    """One spec, as the run meets it."""
    from tests.fuzz.case import case, told
    from tests.fuzz.corpus import corpus
    from tests.fuzz.trial import trial

    made = case(seed, number, corpus())
    finding, stage = trial(made.source, made.options)
    print(told(number, seed, made, finding) if finding else f"{made.source}\n--- {stage}")
    return 1 if finding else 0


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
        except Exception:  # queue.Empty: look whether anybody is still there
            if not any(process.is_alive() for process in processes) and results.empty():
                tally.times["a process ended"] += waiting
                codes = [process.exitcode for process in processes]
                tally.found["a process ended"] = f"exit codes {codes}\n"
                break
    return tally


def _send(results: Queue[Tally], worker: int, options: Any) -> None:
    results.put(work(worker, options))


if __name__ == "__main__":
    sys.exit(main())
