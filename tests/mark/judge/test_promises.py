"""The bench of marking, small: what it promises of random questions of every family."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest

from solver.mark.judge.acceptance import judge
from solver.mark.judge.numbers import Note, Verdict
from solver.mark.sheet import Sheet
from tests.bench.marking import FIRST, lost_beyond, names, one_of_each, planted, whole
from tests.bench.simulate import HABITS, honest
from tests.trials import times


def questions() -> Iterator[tuple[str, Sheet]]:
    """Of one family the example, of the next one its problem; no long training, which repeats itself."""
    for seed in range(times(1)):
        named = defaultdict[str, list[Sheet]](list)
        for name, made in one_of_each(FIRST + seed):
            named[name].append(made)
        named.pop("training")
        for k, (name, sheets) in enumerate(named.items()):
            yield name, (sheets[k % 2 :: 2] or sheets)[0]


def test_honest_students_are_never_rejected() -> None:
    """Half up and half to even, whatever they round on the way, be it another way at every step."""
    answers = flagged = 0
    for k, (name, made) in enumerate(questions()):
        habit = HABITS[k % 2]
        batch = honest(made, 12, habit, np.random.default_rng(4))
        for key, judged in judge(made, batch).items():
            there = ~np.isnan(batch.values[key])
            assert (judged.verdicts[there] == Verdict.CORRECT).all(), f"{name}: {key}"
            if habit == "pure":
                answers += int(there.sum())
                flagged += int((there & (judged.notes & Note.FLAGGED != 0)).sum())
    assert flagged <= 0.007 * answers, "who keeps to one habit is on a known route, and nobody has to look"


@pytest.mark.parametrize(("at_once", "of_so_many"), [(1, 1), (2, 2)])
def test_slips_cost_their_answers_alone_in_every_family(at_once: int, of_so_many: int) -> None:
    """Slips in any answers, and right work from there on: nothing else is WRONG."""
    rng, count = np.random.default_rng(5), Counter[str]()
    for name, made in islice(questions(), 0, None, of_so_many):
        assert lost_beyond(made, at_once, rng, count, "tried") == [], name
    assert count["tried"] >= 200


def test_wrong_answers_are_seldom_accepted() -> None:
    shares = planted(times(500))
    for (_, units), share in shares.items():
        assert share <= {1: 0.03, 2: 0.02, 5: 0.004, 10: 0}[units], units
    count = whole(times(600))
    assert count["counts off by one accepted"] == 0
    assert count["digits, signs, places accepted"] <= times(2)


def test_names_are_no_guesses() -> None:
    count = names(times(1_200))
    assert count["false"] <= 0.01 * count["random"]
    assert count["right"] >= 0.7 * count["planted"]
    assert count["other"] <= 0.02 * count["planted"]
