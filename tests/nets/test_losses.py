"""Losses of networks by hand: each family that learns knows them, in values and slopes, and says what does not go."""

from typing import Any

import pytest

from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.tables import each

MLP = "family: mlp, x: [1, 2], layers: [{W: [[1, 0.5], [0, -1]]}]"
ROWS = "family: mlp, X: [[1, 2], [0, 1]], layers: [{W: [1, -1]}]"
RNN = "family: rnn, x: [[2], [1]], U: [[1]], W: [[0]], V: [[1]], activation: linear, output_activation: linear"
UNIT = "family: perceptron, x: [1, 2], w: [1, 1], activation: linear"
MAPS = "family: convolution, X: [[1, 2], [3, 4]], K: [[1]]"


def answers(given: str, find: str) -> dict[str, Any]:
    text = f"title: t\nround: {{decimals: 4}}\ngiven: {{{given}}}\nparts: [{{label: a, find: {find}}}]"
    return {
        key.removeprefix("a/"): value for key, value in solve_question(load_text(text).questions[0]).answers.items()
    }


@each(
    ("given", "expected"),
    [
        (f"{MLP}, d: [3, -1], loss: absolute-error", {"J": 2.5, "grad_u1": [[-1], [-1]]}),
        (f"{MLP}, d: [3, -1], loss: mean-absolute-error", {"J": 1.25, "grad_u1": [[-0.5], [-0.5]]}),
        (f"{MLP}, d: [3, -1], loss: huber", {"J": 1.625, "grad_u1": [[-1], [-0.5]]}),
        (f"{MLP}, d: [3, -1], loss: huber, threshold: 0.1", {"J": 0.24, "grad_u1": [[-0.1], [-0.1]]}),
        (f"{MLP}, d: [1, -1], loss: hinge", {"J": 0, "grad_u1": [[0], [0]]}),
        (f"{MLP}, d: [-1, -1], loss: hinge", {"J": 2, "grad_u1": [[1], [0]]}),
        (f"{ROWS}, D: [1, 1], loss: hinge, average: true", {"J": 2, "grad_U1": [[-0.5], [-0.5]]}),
        (f"{ROWS}, D: [1, 1], loss: absolute-error", {"J": 4, "grad_U1": [[-1], [-1]]}),
        (f"{ROWS}, D: [1, 1], loss: mean-absolute-error, average: true", {"J": 2, "grad_U1": [[-0.5], [-0.5]]}),
        (f"{RNN}, d: [[1], [3]], loss: absolute-error", {"J": 3, "grad_V": 1}),
        (f"{RNN}, d: [[1], [3]], loss: huber", {"J": 2, "grad_V": 1}),
        (f"{UNIT}, d: -1, loss: hinge", {"J": 4, "grad_w": [[1], [2]]}),
        (f"{UNIT}, d: 1, loss: absolute-error", {"J": 2, "grad_w": [[1], [2]]}),
        (f"{MAPS}, d: [[1, 1], [1, 1]], loss: absolute-error", {"J": 6, "grad_K": 9}),
        (f"{MAPS}, d: [[1, 1], [1, 1]], loss: mean-absolute-error", {"J": 1.5, "grad_K": 2.25}),
        (f"{MAPS}, d: [[1, 1], [1, 1]], loss: huber", {"J": 4.5, "grad_K": 9}),
        (f"{MAPS}, d: [[1, 1], [1, -1]], loss: hinge", {"J": 5, "grad_K": 4}),
    ],
)
def test_by_hand(given: str, expected: dict[str, Any]) -> None:
    assert answers(given, f"[{', '.join(expected)}]") == expected


@each(
    ("given", "message"),
    [
        (f"{MLP}, d: [0, 1], loss: hinge", "hinge needs desired outputs of 1 and -1"),
        (f"{MLP[:-2]}, activation: sigmoid}}], d: [1, 1], loss: hinge", "hinge after sigmoid"),
        (f"{MLP}, d: [1, 1], loss: square-error, threshold: 1", "square-error has no threshold"),
        (f"{MLP}, d: [1, 1], loss: huber, threshold: 0", "threshold is 0, expected more than 0"),
        (f"{MLP}, threshold: 1", "a threshold without a loss"),
        (f"{RNN}, d: [[1], [0]], loss: hinge", "hinge needs desired outputs of 1 and -1"),
        (f"{UNIT}, d: 0, loss: hinge", "hinge needs desired outputs of 1 and -1"),
        (f"{UNIT}, d: 0, loss: cross-entropy", "cross-entropy after linear"),
        (f"{MAPS}, d: [[1, 1], [1, 1]], loss: cross-entropy", "cross-entropy of maps"),
        (f"{MAPS}, d: [[1, 1], [1, 2]], loss: hinge", "hinge needs desired outputs of 1 and -1"),
    ],
)
def test_what_does_not_go(given: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        answers(given, "J")
    assert [p.message for p in caught.value.problems] == [message]
