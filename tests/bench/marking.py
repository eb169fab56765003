"""Marking measured, as tables: `python -m tests.bench.marking [honest answers]`.

Honest answers rejected, wrong answers accepted, cheats, named mistakes, students a second.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

import solver
from solver.mark.judge.acceptance import judge
from solver.mark.judge.diagnose import name_mistakes
from solver.mark.judge.grade import grade_batch
from solver.mark.judge.numbers import Batch, Verdict
from solver.mark.records import Submissions
from solver.mark.sheet import Sheet, sheet
from solver.rounding import Floats, Rounding
from tests.bench.plant import CHEATS, decimals, key_batch, mistaken, random_wrong
from tests.bench.simulate import HABITS, honest, honest_values, networks, questions, recomputed, with_slips
from tests.places import Q2

STUDENTS = 60
FIRST = 40
"""The seed of the first questions that wrong answers are planted in."""
UNITS = (1, 2, 5, 10)
"""How far off a wrong answer is, in units of its last digit."""


def main(answers: int = 1_000_000) -> None:
    """Prints every measure."""
    rejections(answers)
    planted(answers // 10)
    whole(answers // 50)
    slips(answers // 200)
    cheats()
    names(answers // 10)
    rate()


def sheets(seed: int, each: int) -> Iterator[tuple[str, Sheet]]:
    """Random questions of every family, and networks like Question 2's."""
    rng = np.random.default_rng(seed)
    yield from (("networks", made) for made in networks(rng, 8 * each))
    yield from questions(rng, each)


def mixed(seed: int) -> Iterator[Sheet]:
    """Random questions without end, shuffled, so that the first few are of many families."""
    while True:
        made = one_of_each(seed)
        yield from (made[k][1] for k in np.random.default_rng(seed).permutation(len(made)))
        seed += 1


@lru_cache(maxsize=1)
def one_of_each(seed: int) -> list[tuple[str, Sheet]]:
    """As `sheets`, for who goes through them again."""
    return list(sheets(seed, 1))


# -- honest answers ----------------------------------------------------------------------------------------------------
def rejections(answers: int) -> Counter[tuple[str, str]]:
    """Honest answers that are rejected, or accepted with a flag, by habit; and what a fixed tolerance rejects."""
    found: Counter[tuple[str, str]] = Counter()
    rng, seed = np.random.default_rng(1), 10
    while found["pure", "answers"] + found["mixed", "answers"] < answers:
        for _, made in sheets(seed, 1):
            for habit in HABITS:
                batch = honest(made, STUDENTS, habit, rng)
                for key, judged in judge(made, batch).items():
                    there = ~np.isnan(batch.values[key])
                    found[habit, "answers"] += int(there.sum())
                    found[habit, "rejected"] += int((there & (judged.verdicts != Verdict.CORRECT)).sum())
                    found[habit, "noted"] += int((there & (judged.notes != 0)).sum())
                    for name, off in _by_key(made, key, batch.values[key]).items():
                        found[habit, name] += int((there & off).sum())
        seed += 1
    print("honest answers: rejected, noted; rejected by a fixed tolerance around the key")
    for habit in HABITS:
        count = found[habit, "answers"]
        fixed = ", ".join(f"{name} {found[habit, name] / count:.2%}" for name in _LIMITS)
        print(
            f"  {habit:6} {count:>9,} answers: {found[habit, 'rejected']}, {found[habit, 'noted'] / count:.2%}; {fixed}"
        )
    return found


_LIMITS = ("half a unit", "one unit", "5 %")


def _by_key(made: Sheet, key: str, answer: Floats) -> dict[str, np.ndarray]:
    """What a fixed tolerance around the key calls wrong."""
    written, unit = made.answers[key].solved.written, _unit(made, key)
    limits = (0.5 * unit, 1.0 * unit, np.maximum(0.05 * np.abs(written), 1e-12))
    with np.errstate(invalid="ignore"):
        off = np.abs(answer - written)
    return {name: off > limit * (1 + 1e-9) for name, limit in zip(_LIMITS, limits, strict=True)}


def _unit(made: Sheet, key: str) -> Floats:
    solved = made.answers[key].solved
    return 2 * solved.form.half_unit(solved.written) if isinstance(solved.form, Rounding) else np.asarray(1e-9)


# -- wrong answers -----------------------------------------------------------------------------------------------------
def planted(answers: int) -> dict[tuple[str, int], float]:
    """One cell of each student is off by some units, the others right, or blank: the share accepted without a flag.

    What then is the number of an honest route is counted apart: it is no wrong answer.
    """
    shares: dict[tuple[str, int], float] = {}
    print("off by units, and on no honest route: accepted without a note, with one; by a fixed tolerance")
    for others in ("right", "blank"):
        rng = np.random.default_rng(1)
        counts: dict[int, Counter[str]] = {units: Counter() for units in UNITS}
        for made in mixed(FIRST):
            _off(made, others, rng, counts)
            if min(count["all"] for count in counts.values()) >= answers // 8:
                break
        for units, count in counts.items():
            share = shares[others, units] = count["plain"] / count["all"]
            fixed = ", ".join(f"{name} {count[name] / count['all']:.1%}" for name in _LIMITS)
            noted = count["noted"] / count["all"]
            print(
                f"  {units:>2} off, others {others}: {share:.2%}, {noted:.2%} of {count['all']:,}; {fixed}; "
                f"beside them {count['honest']} equal to an honest route, {count['honest accepted']} of which are accepted"
            )
    return shares


def _off(made: Sheet, others: str, rng: np.random.Generator, counts: dict[int, Counter[str]]) -> None:
    """Each student of a batch in turn by one of the units."""
    keys = [
        key
        for key, answer in made.answers.items()
        if answer.kind == "number" and not answer.solved.item.given and isinstance(answer.solved.form, Rounding)
    ]
    if not keys:
        return
    batch = key_batch(made, STUDENTS)
    if others == "blank":
        for key in batch.values:
            if not made.answers[key].solved.item.given:
                batch.values[key][:] = np.nan
    cells = []
    for s in range(STUDENTS):
        key = keys[rng.integers(len(keys))]
        written, unit = made.answers[key].solved.written, np.broadcast_to(_unit(made, key), made.answers[key].shape)
        at = (int(rng.integers(written.shape[0])), int(rng.integers(written.shape[1])))
        if not np.isfinite(written[at]):
            continue
        units = UNITS[s % len(UNITS)]
        batch.values[key][(s, *at)] = written[at] + units * unit[at] * rng.choice([-1.0, 1.0])
        cells.append((counts[units], key, s, *at))
    judged, honestly = judge(made, batch), honest_values(made)
    for count, key, s, row, column in cells:
        accepted = judged[key].verdicts[s, row, column] >= Verdict.FOLLOWED
        answer, unit = batch.values[key][s, row, column], np.broadcast_to(_unit(made, key), made.answers[key].shape)
        if any(abs(x[row, column] - answer) < unit[row, column] / 1000 for x in honestly[key]):
            count["honest"] += 1
            count["honest accepted"] += int(accepted)
            continue
        noted = judged[key].notes[s, row, column] != 0
        count["all"] += 1
        count["plain"] += int(accepted and not noted)
        count["noted"] += int(accepted and noted)
        for name, off in _by_key(made, key, batch.values[key][s]).items():
            count[name] += int(not off[row, column])


def whole(answers: int) -> Counter[str]:
    """Counts and bits off by one, digits swapped, signs turned and places shifted: how many are accepted."""
    rng = np.random.default_rng(5)
    count: Counter[str] = Counter()
    for made in mixed(FIRST):
        tried: list[tuple[str, str, Floats]] = []
        for key, answer in made.answers.items():
            if answer.kind != "number" or answer.solved.item.given:
                continue
            written = answer.solved.written
            if not np.isfinite(written).all():
                continue
            if not isinstance(answer.solved.form, Rounding) and np.array_equal(written, np.rint(written)):
                tried.append(("counts off by one", key, written + rng.choice([-1.0, 1.0], written.shape)))
            else:
                changes = (-written, 10 * written, written / 10, 100 * written)
                tried += [("digits, signs, places", key, changed) for changed in changes]
        _tried(made, tried, count)
        if count["digits, signs, places"] >= answers:
            break
    print("whole answers changed: accepted without a note")
    for name in ("counts off by one", "digits, signs, places"):
        print(f"  {name}: {count[name + ' accepted']} of {count[name]:,}")
    return count


def _tried(made: Sheet, tried: list[tuple[str, str, Floats]], count: Counter[str]) -> None:
    """Each change is a student's."""
    batch = key_batch(made, len(tried))
    for s, (_, key, changed) in enumerate(tried):
        form = made.answers[key].solved.form
        batch.values[key][s] = form.round(changed) if isinstance(form, Rounding) else changed
        batch.decimals[key][s] = decimals(form, batch.values[key][s])
    judged = judge(made, batch) if tried else {}
    for s, (name, key, _) in enumerate(tried):
        differs = np.abs(batch.values[key][s] - made.answers[key].solved.written) > 3 * _unit(made, key)
        accepted = (judged[key].verdicts[s] >= Verdict.FOLLOWED) & (judged[key].notes[s] == 0)
        count[name] += int(differs.sum())
        count[name + " accepted"] += int((differs & accepted).sum())


# -- slips -------------------------------------------------------------------------------------------------------------
def slips(scripts: int) -> Counter[str]:
    """One slip, or two, and right work from there on: the scripts that lose more than these answers."""
    count: Counter[str] = Counter()
    for at_once in (1, 2):
        rng, tried = np.random.default_rng(5), f"{at_once} at once"
        for made in mixed(FIRST):
            lost_beyond(made, at_once, rng, count, tried)
            if count[tried] >= scripts:
                break
        print(f"scripts with {tried}: {count[tried]:,}, of which {count[tried + ', beyond']} lose another answer")
    return count


def lost_beyond(made: Sheet, at_once: int, rng: np.random.Generator, count: Counter[str], tried: str) -> list[str]:
    """The answers beside the slips that are lost with them."""
    some = list(with_slips(made, at_once, rng))
    if not some:
        return []
    beyond: list[str] = []
    judged = judge(made, together([batch for _, batch in some]))
    for s in range(2 * len(some)):
        lost = {key for key, found in judged.items() if (found.verdicts[s] == Verdict.WRONG).any()}
        count[tried] += 1
        count[tried + ", beyond"] += not lost <= some[s // 2][0]
        beyond += sorted(lost - some[s // 2][0])
    return beyond


def together(batches: list[Batch]) -> Batch:
    """The students of some batches in one, which is judged at once."""
    first = batches[0]
    values = {key: np.concatenate([batch.values[key] for batch in batches]) for key in first.values}
    decimals = {key: np.concatenate([batch.decimals[key] for batch in batches]) for key in first.decimals}
    return Batch(sum(batch.count for batch in batches), values, decimals)


# -- cheats and names --------------------------------------------------------------------------------------------------
def cheats() -> dict[str, float]:
    """The marks of each cheat on question 2, of 25."""
    made = sheet(solver.solve(Q2))
    found = {}
    print("cheats on question 2, of 25 marks")
    for name, cheat in CHEATS.items():
        graded = grade_batch(made, None, Submissions(["x"], cheat(made)))
        found[name] = round(sum(float(marks[0]) for marks in graded.marks.values()), 2)
        print(f"  {name}: {found[name]:g}{'; for a person: ' + '; '.join(graded.review[0]) if graded.review else ''}")
    return found


def names(answers: int) -> Counter[str]:
    """Random wrong answers that are given a name; planted mistakes that are given theirs."""
    rng = np.random.default_rng(6)
    count: Counter[str] = Counter()
    by_rule: dict[str, Counter[str]] = {}
    for made in mixed(FIRST):
        batch, cells = random_wrong(made, 5 * STUDENTS, rng)
        _named(made, batch, cells, count)
        _recognised(made, rng, count, by_rule)
        if count["random"] >= answers:
            break
    print(
        f"random wrong answers: {count['false']} of {count['random']:,} named ({count['false'] / count['random']:.2%})"
    )
    print(
        f"planted mistakes: {count['right'] / count['planted']:.1%} of {count['planted']:,} named, {count['other']} otherwise"
    )
    for name, one in sorted(by_rule.items()):
        print(f"  {name}: {one['right']} of {one['planted']}, {one['other']} otherwise")
    return count


def _named(made: Sheet, batch: Batch, cells: list[tuple[str, int, int]], count: Counter[str]) -> None:
    judged = judge(made, batch)
    named = name_mistakes(made, batch, judged)
    for s, (key, row, column) in enumerate(cells):
        if judged[key].verdicts[s, row, column] == Verdict.WRONG:
            count["random"] += 1
            count["false"] += (s, row, column) in named.get(key, {})


def _recognised(made: Sheet, rng: np.random.Generator, count: Counter[str], by_rule: dict[str, Counter[str]]) -> None:
    every = list(mistaken(made))
    alike: dict[tuple[str, bytes], set[str]] = {}
    for key, name, written in every:
        alike.setdefault((key, written.tobytes()), set()).add(name)
    some = [every[i] for i in rng.permutation(len(every))[: 5 * STUDENTS]]
    if not some:
        return
    batch = key_batch(made, len(some))
    for s, (key, _, written) in enumerate(some):
        batch.values[key][s] = written
        batch.decimals[key][s] = decimals(made.answers[key].solved.form, written)
    judged = judge(made, batch)
    named = name_mistakes(made, batch, judged)
    for s, (key, name, written) in enumerate(some):
        wrong = np.argwhere(judged[key].verdicts[s] == Verdict.WRONG).tolist()
        if not wrong:
            continue
        found = {named.get(key, {}).get((s, row, column), "") for row, column in wrong}
        given = found - {""}
        true = (
            len(given) == 1 and given <= alike[key, written.tobytes()]
        )  # another that gives the very same is as right
        told = "none" if not given else "right" if true else "other"
        for into in (count, by_rule.setdefault(name, Counter())):
            into["planted"] += 1
            into[told] += 1


# -- speed -------------------------------------------------------------------------------------------------------------
def rate(students: int = 20_000, runs: int = 5) -> None:
    """Question 2's 64 cells, everything on, in process on one core, in CPU time."""
    made = sheet(solver.solve(Q2))
    rng = np.random.default_rng(3)
    print(f"question 2, {len(made.cells)} cells: students a second of CPU time, judged; judged, named, awarded")
    for slips in (0.0, 0.3, 0.7):
        batch = honest(made, students, "pure", rng)
        for s in np.flatnonzero(rng.random(students) < slips):
            key = list(batch.values)[rng.integers(len(batch.values))]
            numbers = batch.values[key][s].reshape(-1)
            numbers[rng.integers(numbers.size)] += round(float(rng.uniform(-2, 2)), 2) + 0.3
        _rate(f"{slips:.0%} with a slip", made, batch, runs)
    _rate("half with a mistake that has a name, carried on", made, mistaken_class(made, students, 0.5, rng), runs)


def mistaken_class(made: Sheet, students: int, share: float, rng: np.random.Generator) -> Batch:
    """Honest students, of whom some make a named mistake and go on from it."""
    batch, mistakes = honest(made, students, "mixed", rng), list(mistaken(made))
    chosen = np.where(rng.random(students) < share, rng.integers(len(mistakes), size=students), -1)
    for k, (key, _, numbers) in enumerate(mistakes):
        rows = np.flatnonzero(chosen == k)
        wrong = np.repeat(numbers[None], rows.size, axis=0)
        for answer, values in recomputed(made, {key: lambda _, wrong=wrong: wrong}, rows.size).items():
            batch.values[answer][rows] = values
    return batch


def _rate(what: str, made: Sheet, batch: Batch, runs: int) -> None:
    submissions = Submissions([str(s) for s in range(batch.count)], batch)
    best = [
        min(_timed(run) for _ in range(runs))
        for run in (lambda: judge(made, batch), lambda: grade_batch(made, None, submissions))
    ]
    print(f"  {what}: " + "; ".join(f"{batch.count / t:,.0f}" for t in best))


def _timed(run: object) -> float:
    start = time.process_time()
    run()  # type: ignore[operator]
    return time.process_time() - start


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
