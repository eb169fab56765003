"""Scripts that were not worked out: none earns more than its right cells, and a person is told of each."""

from collections.abc import Callable

import numpy as np
import pytest

from solver.mark.judge.grade import grade_batch
from solver.mark.judge.marks import plan
from solver.mark.judge.numbers import Batch
from solver.mark.records import Graded, Submissions
from solver.mark.sheet import Sheet
from solver.rounding import Floats, Rounding
from solver.working.question import Scheme
from tests.bench.marking import together
from tests.bench.plant import CHEATS, decimals, key_batch
from tests.questions import asked_of


def asked(problem: str) -> Sheet:
    return asked_of(problem).sheet


def graded(made: Sheet, batch: Batch, scheme: Scheme | None = None) -> Graded:
    return grade_batch(made, scheme, Submissions([f"s{s}" for s in range(batch.count)], batch))


def total(found: Graded, s: int = 0) -> float:
    return round(sum(float(marks[s]) for key, marks in found.marks.items() if key in found.submissions.batch.values), 2)


def strictly(made: Sheet, batch: Batch, short: float = 0.0, s: int = 0) -> tuple[float, float]:
    """The marks of the cells that have the key's number, by hand, and those of all; short: the worth of one digit less."""
    shared, right, every = plan(made, Scheme()), 0.0, 0.0
    for key in batch.values:
        solved, values = made.answers[key].solved, batch.values[key][s]
        half = solved.form.half_unit(solved.written) if isinstance(solved.form, Rounding) else np.zeros((1, 1))
        with np.errstate(invalid="ignore"):
            off = np.abs(values - solved.written)
        same = (off <= half * 1.0001 + 1e-12) | (values == solved.written)
        worth = np.where(same, 1.0, np.where(off <= 10 * half * 1.0001, short, 0.0))
        right += float((worth * shared.cells[key]).sum()) / 10**shared.places
        every += float(shared.cells[key].sum()) / 10**shared.places
    return right, every


Change = Callable[[Floats], Floats]


def changed(made: Sheet, *changes: Change) -> Batch:
    """The key's numbers, changed by each student in another way."""
    batch = key_batch(made, len(changes))
    for key, values in batch.values.items():
        if not made.answers[key].solved.item.given:
            batch.values[key] = np.concatenate([change(values[:1]) for change in changes]).astype(float)
    return batch


def rounded_to(made: Sheet, less: int) -> Batch:
    batch = key_batch(made, 1)
    for key, values in batch.values.items():
        solved = made.answers[key].solved
        if isinstance(solved.form, Rounding) and not solved.item.given:
            form = Rounding(max(solved.form.digits - less, int(solved.form.figures)), solved.form.figures)
            batch.values[key], batch.decimals[key] = form.round(values), decimals(form, values)
    return batch


def other_order(x: Floats) -> Floats:
    return x[:, ::-1, ::-1]


def next_cell(x: Floats) -> Floats:
    return np.roll(x.reshape(1, -1), 1).reshape(x.shape)


def first_cell(x: Floats) -> Floats:
    return np.zeros_like(x) + x[:, :1, :1]


def mean_of_all(x: Floats) -> Floats:
    return np.zeros_like(x) + np.round(x.mean(), 2)


def sign_turned(x: Floats) -> Floats:
    return -x


def of(number: float) -> Change:
    return lambda x: np.full(x.shape, number)


@pytest.mark.parametrize("problem", ["q2", "gru", "convolution", "loss"])
def test_no_more_than_the_right_cells_are_worth(problem: str) -> None:
    made = asked(problem)
    batch = changed(made, other_order, next_cell, first_cell, sign_turned, of(1.0), of(0.0), of(0.5), of(1e9))
    found = graded(made, batch)
    for s in range(batch.count):
        right, every = strictly(made, batch, s=s)
        assert total(found, s) <= right + 0.03 * every, s
        assert s in found.review or every - right <= 0.07 * every, s


@pytest.mark.parametrize("problem", ["q2", "gru", "normalisation"])
def test_one_digit_too_few_throughout_earns_half_at_most(problem: str) -> None:
    made = asked(problem)
    batch = rounded_to(made, 1)
    right, every = strictly(made, batch, short=0.5)
    found = graded(made, batch)
    assert total(found) <= right + 0.05 * every
    assert "fewer digits than asked" in "; ".join(found.review[0])


@pytest.mark.parametrize("problem", ["q2", "gru", "attention"])
def test_two_digits_too_few_earn_nothing_but_round_numbers(problem: str) -> None:
    made = asked(problem)
    batch = rounded_to(made, 2)
    right, every = strictly(made, batch)
    found = graded(made, batch)
    assert total(found) <= right + 0.03 * every
    assert found.review


@pytest.mark.parametrize(
    ("problem", "guesses"),
    [
        ("count", [of(1.0), of(1000.0), of(0.0), of(64.0)]),
        ("perceptron", [of(0.5), of(-1.0)]),
        ("attention", [of(0.25), mean_of_all]),
        ("convolution", [mean_of_all]),
        ("normalisation", [mean_of_all]),
    ],
)
def test_guesses_earn_little(problem: str, guesses: list[Change]) -> None:
    """A tenth of the marks at most, beyond the cells that are right."""
    made = asked(problem)
    batch = changed(made, *guesses)
    found = graded(made, batch)
    for s in range(batch.count):
        right, every = strictly(made, batch, s=s)
        assert total(found, s) <= right + 0.1 * every, s


UNTOLD = ("blank", "J = 1000000")
EARNED = {
    "blank": 0, "1 everywhere": 1, "0.0000001 everywhere": 6, "0 everywhere": 6, "b–f rounded to integers": 10,
    "hidden gradients 0.00": 22.5, "J = 1000000": 23.75, "1000000000 everywhere": 0, "1000000000 in b–f": 3,
    "1.00 in b–f": 3.75, "y copied into d–f": 15, "0.01 in d–f": 13, "answer before copied in c–f": 11,
}  # fmt: skip
"""Marks of 25 at the most: those of the answers that are right."""


def test_cheats_earn_no_more_than_their_right_answers_and_a_person_is_told() -> None:
    made = asked("q2")
    found = graded(made, together([cheat(made) for cheat in CHEATS.values()]))
    for s, name in enumerate(CHEATS):
        assert total(found, s) <= EARNED.get(name, 25), name
        assert name in UNTOLD or found.review.get(s), name


# -- who is honest loses nothing ---------------------------------------------------------------------------------------
def test_two_cells_exchanged_once_are_one_slip() -> None:
    """u₁ in another order, and its tanh: the second follows, and nobody is told."""
    made = asked("q2")
    batch = key_batch(made, 1)
    for key in ("b/u1", "b/h1"):
        batch.values[key] = other_order(batch.values[key])
    found = graded(made, batch)
    assert found.judged["b/h1"].verdicts.min() >= 2
    assert not found.review


def test_a_sign_lost_once_is_carried_on() -> None:
    made = asked("q2")
    batch = key_batch(made, 1)
    for key in batch.values:
        if key[0] in "ef":
            batch.values[key] = -batch.values[key]
    found = graded(made, batch)
    assert found.judged["e/grad_u3"].verdicts.max() == 1
    assert all(found.judged[key].verdicts.min() >= 2 for key in batch.values if key[0] == "f")
    assert not found.review


@pytest.mark.parametrize(("problem", "factor"), [("q3", 3.0), ("q3", 0.5), ("q2", 2.0), ("q2", 1.0), ("q2", -1.0)])
def test_what_is_the_key_times_a_factor_is_for_a_person(problem: str, factor: float) -> None:
    made = asked(problem)
    said = graded(made, changed(made, lambda x: factor * x)).review.get(0, [])
    assert any(f"times {factor:g}" in why for why in said) == (abs(factor) != 1)


def test_a_factor_forgotten_once_is_a_slip() -> None:
    made = asked("q2")
    batch = key_batch(made, 1)
    for key in batch.values:
        if key[0] in "ef":
            batch.values[key] = 2 * batch.values[key]
    found = graded(made, batch)
    assert found.judged["e/grad_u3"].verdicts.max() == 1
    assert not any("times" in why for why in found.review.get(0, []))


def test_zeros_that_programs_drop_are_not_missed() -> None:
    """7.2 for 7.20 in a script with three numbers a digit short: these three alone lose something."""
    made = asked("q2")
    batch = key_batch(made, 1)
    for key, values in batch.values.items():
        batch.decimals[key] = np.where(np.abs(values * 10 - np.rint(values * 10)) < 1e-9, 1, 2).astype(np.int16)
    whole = total(graded(made, batch))
    for key, short in (("b/u2", 2.5), ("c/J", 1.7), ("c/u3", 1.5)):
        batch.values[key][0, 0, 0], batch.decimals[key][0, 0, 0] = short, 1
    found = graded(made, batch)
    cells = plan(made, Scheme()).cells
    lost = sum(float(cells[key][0, 0]) for key in ("b/u2", "c/J", "c/u3")) / 200
    assert whole == 25
    assert total(found) >= whole - lost - 0.02
    assert not found.review


def test_patterns_follow_where_the_scheme_says_so() -> None:
    made = asked("q2")
    batch = CHEATS["cells in another order in b–f"](made)
    assert total(graded(made, batch)) < total(graded(made, batch, Scheme(fillers="follow")))
