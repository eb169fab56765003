"""The bench of marking, small: what it promises of random questions of every family."""

from collections.abc import Iterator

import numpy as np

from solver.mark.judge.acceptance import judge
from solver.mark.judge.numbers import Batch, Note, Verdict
from solver.mark.sheet import Sheet
from tests.bench.marking import FIRST, cheats, names, one_of_each, planted, whole
from tests.bench.plant import key_batch
from tests.bench.simulate import HABITS, honest, recomputed
from tests.trials import times


def questions() -> Iterator[tuple[str, Sheet]]:
    return (each for seed in range(times(1)) for each in one_of_each(FIRST + seed))


def together(batches: list[Batch]) -> Batch:
    """The students of some batches in one, which is judged at once."""
    first = batches[0]
    values = {key: np.concatenate([batch.values[key] for batch in batches]) for key in first.values}
    decimals = {key: np.concatenate([batch.decimals[key] for batch in batches]) for key in first.decimals}
    return Batch(sum(batch.count for batch in batches), values, decimals)


def test_honest_students_are_never_rejected() -> None:
    """Half up and half to even, whatever they round on the way, be it another way at every step."""
    answers = flagged = 0
    for name, made in questions():
        batch = together([honest(made, 12, habit, np.random.default_rng(4)) for habit in HABITS])
        for key, judged in judge(made, batch).items():
            there = ~np.isnan(batch.values[key])
            assert (judged.verdicts[there] == Verdict.CORRECT).all(), f"{name}: {key}"
            pure = there[:12]
            answers += int(pure.sum())
            flagged += int((pure & (judged.notes[:12] & Note.FLAGGED != 0)).sum())
    assert flagged <= 0.007 * answers, "who keeps to one habit is on a known route, and nobody has to look"


def test_one_slip_costs_one_answer_in_every_family() -> None:
    """A slip in any answer, and right work from there on: nothing else is WRONG."""
    for name, made in questions():
        slips, batches = zip(*slipped(name, made), strict=True)
        for key, judged in judge(made, together(list(batches))).items():
            wrong = (judged.verdicts == Verdict.WRONG).reshape(len(slips), -1).any(axis=1)
            assert {slip for slip, lost in zip(slips, wrong, strict=True) if lost} <= {key}, f"{name}: {key}"


def slipped(name: str, made: Sheet) -> Iterator[tuple[str, Batch]]:
    """Two students for each answer, with a slip in it and what follows from that."""
    rng = np.random.default_rng(5)
    for key, answer in made.answers.items():
        if answer.kind != "number" or not np.isfinite(answer.solved.written).all():
            continue
        right = np.repeat(answer.solved.written[None], 2, axis=0)
        form, at = answer.solved.form, tuple(int(rng.integers(n)) for n in answer.shape)
        for s, slip in enumerate((lambda x: x + 1, lambda x: 2 * x + 1)):
            slipped = form.round(np.asarray(slip(right[(s, *at)])))
            right[(s, *at)] = slipped if slipped else 2.0  # a 0 leaves steps empty, for which a guard withholds marks
        try:
            values = recomputed(made, key, right)
        except Exception as error:
            raise AssertionError(f"{name} {key}: {error}") from error
        batch = key_batch(made, 2)
        for other, numbers in values.items():
            batch.values[other] = np.where(np.isfinite(numbers), numbers, np.nan)
        yield key, batch


def test_wrong_answers_are_seldom_accepted() -> None:
    shares = planted(times(2_000))
    for (_, units), share in shares.items():
        assert share <= {1: 0.03, 2: 0.02, 5: 0.004, 10: 0}[units], units
    count = whole(times(1_200))
    assert count["counts off by one accepted"] == 0
    assert count["digits, signs, places accepted"] <= times(2)


def test_names_are_no_guesses() -> None:
    count = names(times(2_500))
    assert count["false"] <= 0.01 * count["random"]
    assert count["right"] >= 0.7 * count["planted"]
    assert count["other"] <= 0.08 * count["planted"]


def test_cheats_earn_no_more_than_their_right_answers() -> None:
    most = {
        "blank": 0, "1 everywhere": 1, "0.0000001 everywhere": 6, "0 everywhere": 6, "b–f rounded to integers": 10,
        "hidden gradients 0.00": 22.5, "J = 1000000": 23.75, "1000000000 everywhere": 0, "1000000000 in b–f": 3,
        "1.00 in b–f": 3.75, "y copied into d–f": 15, "0.01 in d–f": 13, "answer before copied in c–f": 11,
    }  # fmt: skip
    found = cheats()
    for name, marks in most.items():
        assert found[name] <= marks, name
