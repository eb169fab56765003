"""A script is graded as if its author were alone, however many wrote the same, before or beside it."""

import numpy as np
import pytest

import solver
from solver.mark.judge.grade import grade_batch
from solver.mark.judge.remembered import Remembered
from solver.mark.judge.scripts import Copies, distinct
from solver.mark.records import Graded, Submissions
from solver.mark.sheet import Sheet, sheet
from solver.working.question import Decision, Scheme
from tests.bench.marking import mistaken_class, together
from tests.bench.plant import key_batch, random_wrong
from tests.bench.simulate import honest
from tests.places import Q2


def fresh() -> Sheet:
    """Nothing is remembered of it."""
    return sheet(solver.solve(Q2))


def a_class(made: Sheet, seed: int, count: int = 8) -> Submissions:
    """Honest students, some who err, some who guess, some who leave much out; many of them twice."""
    rng = np.random.default_rng(seed)
    blanks = key_batch(made, count)
    for cells in blanks.values.values():
        cells[rng.random(cells.shape) < 0.3] = np.nan
    wrong = random_wrong(made, count, rng)[0]
    batch = together([honest(made, count, "mixed", rng), mistaken_class(made, count, 0.8, rng), wrong, blanks])
    batch = batch.rows(rng.integers(batch.count, size=2 * batch.count))
    return Submissions([f"s{i}" for i in range(batch.count)], batch)


def of(graded: Graded, i: int) -> object:
    """All that one student gets, but for who else wrote the same."""
    judged = {key: [x[i].tolist() for x in (j.verdicts, j.notes, j.expected)] for key, j in graded.judged.items()}
    names = {(key, *at[1:]): name for key, some in graded.mistakes.items() for at, name in some.items() if at[0] == i}
    said = [text for text in graded.review.get(i, []) if "one other script" not in text]
    return repr(judged), names, {key: float(marks[i]) for key, marks in graded.marks.items()}, said


@pytest.mark.parametrize("seed", [1, 2])
def test_who_else_is_in_a_batch_changes_nothing(seed: int) -> None:
    made = fresh()
    given = a_class(made, seed)
    together_, again = grade_batch(made, None, given), grade_batch(made, None, given)
    for i in range(0, given.batch.count, 8):
        one = Submissions([given.students[i]], given.batch.rows(np.array([i])))
        alone = of(grade_batch(made, None, one), 0)
        assert of(together_, i) == of(again, i) == alone
        if i % 24 == 0:
            assert of(grade_batch(fresh(), None, one), 0) == alone


def test_every_digit_tells_scripts_apart() -> None:
    made = fresh()
    batch = key_batch(made, 7)
    batch.values["b/u1"][1, 0, 0] += 1e-13
    batch.values["b/u1"][2, 0, 0] = np.nan
    batch.decimals["b/u1"][3, 0, 0] -= 1
    batch.values["f/grad_b3"][4] *= -1
    given = Submissions([f"s{i}" for i in range(7)], batch)
    assert distinct(given).like.tolist() == [0, 1, 2, 3, 4, 0, 0]
    assert distinct(given, {"s5"}).like.tolist() == [0, 1, 2, 3, 4, 5, 0]
    given.words = {"w": ["a", "a", "a", "a", "a", "a", None]}
    assert distinct(given).like.tolist() == [0, 1, 2, 3, 4, 0, 5]


def test_students_of_scripts() -> None:
    scripts = Copies(np.array([0, 1, 0, 2, 1, 0]))
    assert [scripts.students(k) for k in range(3)] == [[0, 2, 5], [1, 4], [3]]
    assert (scripts.first.tolist(), scripts.last.tolist(), scripts.times.tolist()) == ([0, 1, 3], [5, 4, 3], [3, 2, 1])


def test_a_decision_about_one_of_two_who_wrote_the_same_is_about_this_one() -> None:
    made = fresh()
    batch = key_batch(made, 2)
    batch.values["c/y"][:] = 0.11
    given = Submissions(["ann", "bob"], batch)
    marks = grade_batch(made, Scheme(decisions=(Decision("c/y", students=frozenset({"bob"})),)), given).marks["c/y"]
    assert marks[0] == 0 < marks[1]


def test_pairs_are_two_students_not_three() -> None:
    made = fresh()
    for copies, told in ((1, set()), (2, {3, 4}), (3, set())):
        batch = key_batch(made, 8)
        for key, wrong in (("b/u1", 7.31), ("c/y", 0.37), ("d/df1", 0.77), ("a/W3", 4.5)):
            batch.values[key].reshape(8, -1)[3 : 3 + copies, 0] = wrong
        review = grade_batch(made, None, Submissions([f"s{i}" for i in range(8)], batch)).review
        assert {i for i, said in review.items() if any("one other script" in text for text in said)} == told


def test_what_is_remembered_has_a_bound() -> None:
    kept = Remembered(1000)
    numbers = np.arange(100.0).reshape(100, 1, 1)
    for _ in range(2):
        found, which = kept.of([numbers], 100, lambda rows: np.repeat(numbers[rows], 3, axis=1))
        assert found[which, 0, 0].tolist() == numbers.ravel().tolist()
        assert sum(one.nbytes + len(key) for key, one in kept.known.items()) == 31 * 32 <= 1000
