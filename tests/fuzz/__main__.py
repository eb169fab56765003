"""The fuzzer as a command: exit status 1 where something was found."""

import argparse
import os
import sys
import time

from tests.fuzz.workers import run, work

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: as many processes work as there is room for


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


if __name__ == "__main__":
    sys.exit(main())
