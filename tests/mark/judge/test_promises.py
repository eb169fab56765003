"""The bench of marking, small: what it promises of random questions of every family."""

import numpy as np
import pytest

from solver.mark.judge.acceptance import judge
from solver.mark.judge.numbers import Verdict
from tests.bench.marking import cheats, names, planted, sheets, whole
from tests.bench.plant import key_batch
from tests.bench.simulate import HABITS, honest, recomputed

SHEETS = list(sheets(3, 1))


@pytest.mark.parametrize("habit", HABITS)
@pytest.mark.parametrize(("name", "made"), SHEETS, ids=[f"{name}{k}" for k, (name, _) in enumerate(SHEETS)])
def test_honest_students_are_never_rejected(name: str, made: object, habit: str) -> None:
    """Half up and half to even, whatever they round on the way, be it another way at every step."""
    batch = honest(made, 30, habit, np.random.default_rng(4))  # type: ignore[arg-type]
    for key, judged in judge(made, batch).items():  # type: ignore[arg-type]
        there = ~np.isnan(batch.values[key])
        assert (judged.verdicts[there] == Verdict.CORRECT).all(), key


@pytest.mark.parametrize(("name", "made"), SHEETS, ids=[f"{name}{k}" for k, (name, _) in enumerate(SHEETS)])
def test_one_slip_costs_one_answer_in_every_family(name: str, made: object) -> None:
    """A slip in any answer, and right work from there on: nothing else is WRONG."""
    rng = np.random.default_rng(5)
    for key, answer in made.answers.items():  # type: ignore[attr-defined]
        if answer.kind != "number" or not np.isfinite(answer.solved.written).all():
            continue
        right = np.repeat(answer.solved.written[None], 2, axis=0)
        form, at = answer.solved.form, tuple(int(rng.integers(n)) for n in answer.shape)
        for s, slip in enumerate((lambda x: x + 1, lambda x: 2 * x + 1)):
            slipped = form.round(np.asarray(slip(right[(s, *at)])))
            right[(s, *at)] = slipped if slipped else 2.0  # a 0 leaves steps empty, for which a guard withholds marks
        try:
            values = recomputed(made, key, right)  # type: ignore[arg-type]
        except Exception as error:
            raise AssertionError(f"{name} {key}: {error}") from error
        batch = key_batch(made, 2)  # type: ignore[arg-type]
        for other, numbers in values.items():
            batch.values[other] = np.where(np.isfinite(numbers), numbers, np.nan)
        for other, judged in judge(made, batch).items():  # type: ignore[arg-type]
            if other != key:
                assert not (judged.verdicts == Verdict.WRONG).any(), f"a slip in {key}: {other} is wrong"


def test_wrong_answers_are_seldom_accepted() -> None:
    shares = planted(3_600)
    for (_, units), share in shares.items():
        assert share <= {1: 0.40, 2: 0.08, 5: 0.02, 10: 0.01}[units], units
    count = whole(1_200)
    assert count["counts off by one accepted"] == 0
    assert count["digits, signs, places accepted"] <= 2


def test_names_are_no_guesses() -> None:
    count = names(5_000)
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
