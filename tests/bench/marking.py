"""Marking measured: honest answers rejected, wrong answers accepted, students a second: `python -m tests.bench.marking`."""

import sys
import time

import numpy as np

import solver
from solver.mark.judge.acceptance import judge
from solver.mark.judge.numbers import Verdict
from solver.mark.sheet import sheet
from solver.rounding import Rounding
from tests.bench.simulate import HABITS, honest, networks
from tests.places import Q2


def main(students: int = 1_000_000) -> None:
    """Prints every measure."""
    rejections(students)
    planted(students // 3)
    rate()


def rejections(students: int, nets: int = 120) -> None:
    """Honest students of random networks: by this rule, and by a fixed tolerance against the key."""
    rng = np.random.default_rng(1)
    sheets = list(networks(rng, nets))
    each = students // (len(sheets) * len(HABITS)) + 1
    total = wrong = answers = 0
    fixed = {"half a unit": 0, "one unit": 0, "5 %": 0}
    for made in sheets:
        for habit in HABITS:
            batch = honest(made, each, habit, rng)
            judged = judge(made, batch)
            verdicts = [j.verdicts.reshape(each, -1) for j in judged.values()]
            wrong += int((np.concatenate(verdicts, axis=1) != Verdict.CORRECT).any(axis=1).sum())
            answers += sum(v.size for v in verdicts)
            total += each
            for name, off in by_key(made, batch).items():
                fixed[name] += int(off.sum())
    shares = ", ".join(f"{name} {count / total:.1%}" for name, count in fixed.items())
    print(f"honest: {total:,} students, {answers:,} answers, {wrong} students with an answer rejected")
    print(f"  a fixed tolerance against the key would reject something of: {shares}")


def by_key(made: object, batch: object) -> dict[str, np.ndarray]:
    """Which students a fixed tolerance around the key (rounded values carried) calls wrong somewhere."""
    off = {name: np.zeros(batch.count, dtype=bool) for name in ("half a unit", "one unit", "5 %")}
    for key, answer in batch.values.items():
        solved = made.answers[key].solved
        if solved.rounded is None or not isinstance(solved.form, Rounding):
            continue
        key_value = solved.form.round(solved.rounded)
        unit = 10.0**-solved.form.digits
        distance = np.abs(answer - key_value)
        limits = {"half a unit": 0.5 * unit, "one unit": unit, "5 %": 0.05 * np.abs(key_value)}
        for name, limit in limits.items():
            off[name] |= (distance > limit + 1e-9).any(axis=(1, 2))
    return off


def planted(answers: int, nets: int = 60) -> None:
    """One answer of each student is off by some units of its last digit: how often is that accepted?"""
    rng = np.random.default_rng(2)
    sheets = list(networks(rng, nets))
    each = answers // len(sheets) + 1
    for units in (1, 2, 5, 10, 100):
        accepted = total = 0
        tolerance = {"half a unit": 0, "one unit": 0, "5 %": 0}
        for made in sheets:
            batch = honest(made, each, HABITS[0], rng)
            keys = list(batch.values)
            chosen = rng.integers(0, len(keys), each)
            for index, key in enumerate(keys):
                rows = np.flatnonzero(chosen == index)
                solved = made.answers[key].solved
                unit = 10.0**-solved.form.digits
                size = batch.values[key][0].size
                at = rng.integers(0, size, rows.size)
                flat = batch.values[key].reshape(each, -1)
                flat[rows, at] += units * unit * rng.choice([-1.0, 1.0], rows.size)
                if solved.rounded is not None:
                    expected = solved.form.round(solved.rounded).reshape(-1)[at]
                    distance = np.abs(flat[rows, at] - expected)
                    limits = {"half a unit": 0.5 * unit, "one unit": unit, "5 %": 0.05 * np.abs(expected)}
                    for name, limit in limits.items():
                        tolerance[name] += int((distance <= limit + 1e-9).sum())
            judged = judge(made, batch)
            for index, key in enumerate(keys):
                rows = np.flatnonzero(chosen == index)
                right = (judged[key].verdicts[rows] >= Verdict.FOLLOWED) & (judged[key].notes[rows] == 0)
                accepted += int(right.all(axis=(1, 2)).sum())
                total += rows.size
        shares = ", ".join(f"{name} {count / total:.1%}" for name, count in tolerance.items())
        print(f"off by {units} unit(s): accepted {accepted / total:.2%} of {total:,}; against the key alone: {shares}")


def rate(students: int = 4_000, runs: int = 12) -> None:
    """Question 2's cells, error carried forward and bounds on, in process on one core."""
    made = sheet(solver.solve(Q2))
    batch = honest(made, students, HABITS[0], np.random.default_rng(3))
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        judge(made, batch)
        times.append(time.perf_counter() - start)
    print(f"judging {len(made.cells)} cells: best {students / min(times):,.0f} students a second (target 100,000)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
