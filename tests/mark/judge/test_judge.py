"""Honest students are right, one slip costs one answer, blanks cost themselves, and guards hold."""

import itertools

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.mark.judge.acceptance import judge
from solver.mark.judge.numbers import Batch, Judged, Note, Verdict
from solver.mark.sheet import Sheet, sheet
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.mark.simulate import MODES, Mode, honest
from tests.tables import each
from tests.trials import times

STUDENTS = 40


def network(rng: np.random.Generator, decimals: int, hidden: str = "tanh") -> Sheet | None:
    """A question like the exam's second one with random numbers; None where rounding leaves its loss without a value."""
    sizes = [2, int(rng.integers(2, 4)), 2, 1]

    def numbers(*shape: int) -> list[object]:
        return np.round(rng.uniform(-2.0, 2.0, shape), 1).tolist()  # type: ignore[no-any-return]

    layers = [
        f"    - {{W: {numbers(rows, columns)}, b: {numbers(columns)}, activation: {hidden if k < 2 else 'sigmoid'}}}"
        for k, (rows, columns) in enumerate(itertools.pairwise(sizes))
    ]
    text = "\n".join(
        [
            f"title: T\nround: {{decimals: {decimals}}}\ncarry: exact\ngiven:\n  family: mlp",
            f"  x: {numbers(2)}\n  d: {int(rng.integers(0, 2))}\n  loss: cross-entropy\n  layers:",
            *layers,
            "parts:\n  - {label: b, find: hidden}\n  - {label: c, find: [output, loss]}",
            "  - {label: d, find: derivatives}\n  - {label: e, find: gradients_u}\n  - {label: f, find: gradients_Wb}",
        ]
    )
    try:
        return sheet(solve_question(load_text(text).questions[0]))
    except SpecError:
        return None


networks = st.tuples(st.integers(0, 10**6), st.integers(2, 4), st.sampled_from(["tanh", "sigmoid", "relu"]))


@given(networks, st.sampled_from(MODES))
@example((0, 4, "relu"), "extra")  # y = 0.0000 and is carried as 0.0000005: J has no end
def test_honest_students_are_right(which: tuple[int, int, str], mode: Mode) -> None:
    """Under both carry rules and with random extra digits, at 2 to 4 decimals: every answer CORRECT; random digits may be flagged."""
    seed, decimals, hidden = which
    rng = np.random.default_rng(seed)
    made = network(rng, decimals, hidden)
    if made is None:
        return
    batch = honest(made, STUDENTS, mode, rng)
    for key, judged in judge(made, batch).items():
        there = ~np.isnan(batch.values[key])
        assert (judged.verdicts[there] == Verdict.CORRECT).all(), key
        noted = judged.notes[there] & ~np.uint8(Note.FLAGGED if mode == "extra" else Note.NONE)
        assert not noted.any(), key
        assert (judged.verdicts[~there] == Verdict.BLANK).all(), key


@settings(max_examples=times(8))
@given(st.integers(0, 10**6), st.integers(3, 4))
def test_one_slip_costs_one_answer(seed: int, decimals: int) -> None:
    """Each student slips in another answer and goes on from there: that cell is WRONG, all later ones at worst FOLLOWED."""
    rng = np.random.default_rng(seed)
    made = network(rng, decimals)
    if made is None:
        return
    answers = list(made.answers.values())
    slips = {}
    for i, answer in enumerate(answers):
        rows, columns = answer.shape
        slips[answer.key] = (i, int(rng.integers(rows)), int(rng.integers(columns)))
    batch = honest(made, len(answers), "rounded", rng, slips)
    judged = judge(made, batch)
    for key, (i, row, column) in slips.items():
        for other, found in judged.items():
            there = ~np.isnan(batch.values[other][i])
            wrong = (found.verdicts[i] == Verdict.WRONG) & there
            if other == key:
                assert wrong[row, column], key
                wrong[row, column] = False
            assert not wrong.any(), f"slip in {key}, wrong in {other}"


@settings(max_examples=times(8))
@given(st.integers(0, 10**6), st.sampled_from(MODES))
def test_a_blank_upstream_costs_itself_alone(seed: int, mode: Mode) -> None:
    rng = np.random.default_rng(seed)
    made = network(rng, 3)
    if made is None:
        return
    answers = list(made.answers.values())
    batch = honest(made, len(answers), mode, rng)
    for i, answer in enumerate(answers):
        batch.values[answer.key][i] = np.nan
    judged = judge(made, batch)
    for i, answer in enumerate(answers):
        for key, found in judged.items():
            there = ~np.isnan(batch.values[key][i])
            assert (found.verdicts[i][there] == Verdict.CORRECT).all(), (answer.key, key)
            assert (found.verdicts[i][~there] == Verdict.BLANK).all()


QUESTION = """
title: T
round: {decimals: 2}
given:
  family: formula
  quantities: {x: [1.0, 2.0], W: [[0.4, -0.3], [0.2, 0.5]], v: [1.5, -0.7]}
  formulas: ["u = W.T @ x", "h = tanh(u)", "z = v.T @ h", "y = sigmoid(z)", "g = y - 1", "q = x.T @ x/3"]
parts: [{label: a}]
"""


def one(**answers: list[float] | float) -> tuple[dict[str, Judged], Sheet]:
    """The verdicts on one student's answers."""
    made = sheet(solve_question(load_text(QUESTION).questions[0]))
    batch = Batch(1)
    for name, numbers in answers.items():
        batch.values[f"a/{name}"] = np.atleast_1d(np.asarray(numbers, dtype=float)).reshape(1, -1, 1)
        batch.decimals[f"a/{name}"] = np.full(batch.values[f"a/{name}"].shape, 2, dtype=np.int16)
    return judge(made, batch), made


def verdicts(judged: dict[str, Judged], name: str) -> list[str]:
    return [Verdict(v).name for v in judged[f"a/{name}"].verdicts.ravel().tolist()]


def test_work_from_a_wrong_value_follows() -> None:
    judged, _ = one(u=[0.8, 1.7], h=[0.66, 0.94], z=0.33, y=0.58, g=-0.42)
    assert verdicts(judged, "u") == ["CORRECT", "WRONG"]
    assert verdicts(judged, "h") == ["CORRECT", "FOLLOWED"]
    assert [verdicts(judged, n) for n in "zyg"] == [["FOLLOWED"]] * 3


def test_all_zero_earns_no_follow_on() -> None:
    """h = 0 makes z = 0 and y = 1/2 trivial."""
    judged, _ = one(u=[0.8, 0.7], h=[0.0, 0.0], z=0.0, y=0.5, g=-0.5)
    assert verdicts(judged, "h") == ["WRONG", "WRONG"]
    assert verdicts(judged, "z") == ["WRONG"]
    assert judged["a/z"].notes.ravel().tolist() == [Note.GUARDED]


def test_from_a_sigmoid_above_1_both_it_and_the_right_value_lead_on() -> None:
    for g, found in ((0.6, "FOLLOWED"), (-0.36, "CORRECT"), (0.2, "WRONG")):
        judged, _ = one(u=[0.8, 0.7], h=[0.66, 0.6], z=0.57, y=1.6, g=g)
        assert verdicts(judged, "y") == ["WRONG"]
        assert verdicts(judged, "g") == [found]


def test_right_work_after_a_guarded_value_is_right() -> None:
    judged, _ = one(u=[0.8, 0.7], h=[0.66, 0.6], z=0.57, y=1.6, g=-0.36)
    assert verdicts(judged, "g") == ["CORRECT"]


@each(
    ("value", "decimals", "verdict", "note"),
    [
        (1.67, 2, Verdict.CORRECT, Note.NONE),
        (1.6667, 4, Verdict.CORRECT, Note.NONE),
        (1.7, 1, Verdict.CORRECT, Note.TOO_FEW),
        (2.0, 0, Verdict.WRONG, Note.NONE),
        (1.66, 2, Verdict.CORRECT, Note.LAST_DIGIT),
        (1.6, 1, Verdict.WRONG, Note.NONE),
        (1.69, 2, Verdict.WRONG, Note.NONE),
        (float("nan"), 99, Verdict.BLANK, Note.NONE),
    ],
)
def test_digits_are_told_from_values(value: float, decimals: int, verdict: Verdict, note: Note) -> None:
    """q = 5/3, which is 1.67."""
    made = sheet(solve_question(load_text(QUESTION).questions[0]))
    found = {"a/q": np.array([[[value]]])}
    judged = judge(made, Batch(1, found, {"a/q": np.array([[[decimals]]], dtype=np.int16)}))["a/q"]
    assert (int(judged.verdicts[0, 0, 0]), int(judged.notes[0, 0, 0])) == (verdict, note)


def test_the_same_batch_gives_the_same_verdicts_in_any_partition() -> None:
    rng = np.random.default_rng(5)
    made = network(rng, 2)
    assert made
    batch = honest(made, 30, "rounded", rng)
    for key in batch.values:
        batch.values[key] += rng.choice([0.0, 0.02, 1.7], p=[0.9, 0.05, 0.05], size=batch.values[key].shape)
    whole = judge(made, batch)
    for start in range(0, 30, 7):
        rows = slice(start, start + 7)
        piece = Batch(len(range(30)[rows]), {k: v[rows] for k, v in batch.values.items()})
        piece.decimals = {k: v[rows] for k, v in batch.decimals.items()}
        for key, found in judge(made, piece).items():
            assert np.array_equal(found.verdicts, whole[key].verdicts[rows])
            assert np.array_equal(found.notes, whole[key].notes[rows])
