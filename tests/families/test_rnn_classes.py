"""Recurrent networks whose desired outputs are the numbers of classes."""

import numpy as np
import pytest

from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.tables import each

CHARACTERS = "x: [[1, 0], [0, 1], [1, 1]], U: [[0.3, 0.1], [-0.2, 0.4]], W: [[0.1, 0.2], [0.3, -0.1]], V: [[0.5, -0.3, 0.2], [0.1, 0.4, -0.6]], output_activation: softmax, loss: cross-entropy"


ONE = f"given: {{family: rnn, {CHARACTERS}, "
MANY = ONE.replace("x: [[1, 0], [0, 1], [1, 1]]", "X: [[[1, 0], [0, 1]], [[1, 1], [0, 1]]]")


@pytest.mark.parametrize(
    ("given", "least", "classes"),
    [
        (f"{ONE}d", 0, [2, 0, 1]),
        (f"{ONE}d", 1, [3, 1, 2]),
        (f"{MANY}D", 0, [[2, 0], [1, 1]]),
        (f"{MANY}D", 1, [[3, 1], [2, 2]]),
    ],
)
def test_desired_outputs_may_be_the_numbers_of_classes(given: str, least: int, classes: list[object]) -> None:
    hot = np.eye(3, dtype=int)[np.array(classes) - least].tolist()
    found = [
        solve_question(
            load_text(f"title: t\n{given}: {d}}}\nparts: [{{label: a, find: [loss, gradients]}}]").questions[0]
        ).answers
        for d in (hot, f"{classes}, classes_from: {least}")
    ]
    assert found[0] == found[1]


@each(
    ("given", "said"),
    [
        (f"{ONE}d: [2, 0, 1]", "d(1) is 2, but there are 3 outputs: which class is 2? | "),
        (f"{ONE}d: [2, 3, 1], classes_from: 0", "there is no class 3 | "),
        (f"{ONE}d: [0.5, 3, 1]", "d(1) is 1×1, but the output is 3×1 | "),
        (
            f"{MANY}D: [[2, 0], [1, 1]]",
            "sequence 1 of D is 2×1, but 2 times of 3 outputs are expected | of classes, classes_from",
        ),
        (
            f"{MANY}D: [[2, 0], [1, 3]], classes_from: 0",
            "sequence 2 of D is 2×1, but 2 times of 3 outputs are expected | classes count",
        ),
    ],
)
def test_classes_that_there_are_not(given: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_text(f"title: t\n{given}}}\nparts: [{{label: a}}]")
    problem = caught.value.problems[0]
    assert f"{problem.message} | {problem.hint}".startswith(said)
