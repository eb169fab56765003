"""Learning rules that are not by the error of one threshold: margins, Hebb, a winner among classes, averages."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.families.test_perceptron import answers, problems, solved
from tests.tables import each
from tests.trials import times

PATTERN = st.tuples(st.lists(st.integers(-3, 3), min_size=2, max_size=2), st.sampled_from([-1, 1]))


@settings(max_examples=times(8))
@given(patterns=st.lists(PATTERN, min_size=2, max_size=4), margin=st.sampled_from([0, 1, 2]))
@example(patterns=[([0, 0], -1), ([0, 0], 1)], margin=0)  # after an epoch the weights are those it started from
def test_a_margin(patterns: list[tuple[list[int], int]], margin: int) -> None:
    """The rule as it is written in code, with a count of the presentations that change the weights; a cycle ends it."""
    X, d = [x for x, _ in patterns], [wanted for _, wanted in patterns]
    w, b, total = np.zeros(2), 0, np.zeros(2)
    fields = f"X: {X}, d: {d}, outputs: -1/1, learn: {{rate: 1, margin: {margin}, epochs: 2}}"
    found = answers(solved(fields, "[weights, average, errors]", "carry: exact"))
    t, seen = 0, {(0, 0, 0)}
    for _ in range(2):
        changed = 0
        for x, wanted in zip(X, d, strict=True):
            t += 1
            near = wanted * (w @ x + b) <= margin
            w, b = (w + wanted * np.array(x), b + wanted) if near else (w, b)
            changed += near
            total = total + w
            assert np.ravel(found[f"w_t{t}"]).tolist() == w.tolist()
            assert (found[f"b_t{t}"], found[f"m_t{t}"]) == (b, near)
        state = (*w.tolist(), b)
        if not changed or state in seen:
            break
        seen.add(state)
    assert np.ravel(found["w_mean"]) == pytest.approx(total / t, abs=0.01)


def test_hebb_learns_and() -> None:
    """Fausett, Fundamentals of Neural Networks, 2.3: bipolar AND has w = (2, 2), b = −2."""
    found = answers(solved("gate: AND, outputs: -1/1, learn: {rule: hebb}", "[final, conclusion]"))
    assert (found["w_t4"], found["b_t4"]) == ([[2], [2]], -2)
    assert found["conclusion"] == "1 epoch of learning"


def test_a_winner_among_classes() -> None:
    """The weights of the right class gain the input, those of the winner lose it; the first of equal ones wins."""
    fields = "X: [[1, 2], [3, 1]], d: [[0, 1], [1, 0]], w: [[0, 0], [0, 0]], activation: winner, learn: {epochs: 1}"
    found = answers(solved(fields, "[weights, errors]"))
    assert found["w_t1"] == [[-1, 1], [-2, 2]]
    assert found["w_t2"] == [[2, -2], [-1, 1]]
    assert answers(solved("X: [[1, 0], [0, 1]], w: [[1, 2], [3, 1]], activation: winner", "outputs"))["y"] == [
        [0, 1],
        [1, 0],
    ]


def test_a_gate_of_minus_one_and_one_for_a_linear_unit() -> None:
    """The delta rule on bipolar AND, its first pattern by hand: −1 − (0.1 − 0.1 − 0.1) = −0.9."""
    fields = "gate: AND, outputs: -1/1, activation: linear, w: [0.1, 0.1], b: 0.1, learn: {rate: 0.2}"
    found = answers(solved(fields, "[errors, weights]"))
    assert found["e_t1"] == -0.9
    assert (found["w_t1"], found["b_t1"]) == ([[0.28], [0.28]], -0.08)


@each(
    ("fields", "message"),
    [
        ("gate: AND, learn: {margin: 1}", "a margin is for a threshold with outputs -1/1 | outputs: -1/1"),
        ("gate: AND, outputs: -1/1, learn: {margin: -1}", "margin is -1, expected 0 or more | "),
        (
            "gate: AND, outputs: -1/1, learn: {margin: 1, rule: hebb}",
            "Hebb's rule has no margin | it learns every pattern",
        ),
        (
            "gate: AND, activation: sigmoid, loss: cross-entropy, learn: {rule: hebb}",
            "Hebb's rule has no loss | leave loss out",
        ),
        ("inputs: 2, w: [1, 1], activation: winner", "winner of one neuron is always 1 | give a weight for each class"),
        (
            "X: [[1, 2]], d: [1], w: [1, 1], activation: sigmoid, outputs: -1/1",
            "outputs is for a threshold | the activation is sigmoid",
        ),
    ],
)
def test_what_does_not_fit(fields: str, message: str) -> None:
    assert problems(fields) == [message]
