"""Recurrent networks whose desired outputs are the numbers of classes."""

import numpy as np
import pytest

from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.working.solve import solve_question

CHARACTERS = "x: [[1, 0], [0, 1], [1, 1]], U: [[0.3, 0.1], [-0.2, 0.4]], W: [[0.1, 0.2], [0.3, -0.1]], V: [[0.5, -0.3, 0.2], [0.1, 0.4, -0.6]], output_activation: softmax, loss: cross-entropy"


@pytest.mark.parametrize(("least", "classes"), [(0, [2, 0, 1]), (1, [3, 1, 2])])
def test_desired_outputs_may_be_the_numbers_of_classes(least: int, classes: list[int]) -> None:
    hot = np.eye(3, dtype=int)[[c - least for c in classes]].tolist()
    found = [
        solve_question(
            load_text(
                f"title: t\ngiven: {{family: rnn, {CHARACTERS}, {d}}}\nparts: [{{label: a, find: [loss, gradients]}}]"
            ).questions[0]
        ).answers
        for d in (f"d: {hot}", f"d: {classes}, classes_from: {least}")
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("d", "message"),
    [
        ("d: [2, 0, 1]", "d(1) is 2, but there are 3 outputs: which class is 2?"),
        ("d: [2, 3, 1], classes_from: 0", "there is no class 3"),
        ("d: [0.5, 3, 1]", "d(1) is 1×1, but the output is 3×1"),
    ],
)
def test_classes_that_there_are_not(d: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_text(f"title: t\ngiven: {{family: rnn, {CHARACTERS}, {d}}}\nparts: [{{label: a}}]")
    assert caught.value.problems[0].message == message


BATCH = CHARACTERS.replace("x: [[1, 0], [0, 1], [1, 1]]", "X: [[[1, 0], [0, 1]], [[1, 1], [0, 1]]]")


@pytest.mark.parametrize(("least", "classes"), [(0, [[2, 0], [1, 1]]), (1, [[3, 1], [2, 2]])])
def test_classes_of_a_batch(least: int, classes: list[list[int]]) -> None:
    hot = [np.eye(3, dtype=int)[[c - least for c in row]].tolist() for row in classes]
    found = [
        solve_question(
            load_text(
                f"title: t\ngiven: {{family: rnn, {BATCH}, {D}}}\nparts: [{{label: a, find: [loss, gradients]}}]"
            ).questions[0]
        ).answers
        for D in (f"D: {hot}", f"D: {classes}, classes_from: {least}")
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("D", "message"),
    [
        (
            "D: [[2, 0], [1, 1]]",
            "sequence 1 of D is 2×1, but 2 times of 3 outputs are expected | of classes, classes_from",
        ),
        (
            "D: [[2, 0], [1, 3]], classes_from: 0",
            "sequence 2 of D is 2×1, but 2 times of 3 outputs are expected | classes count",
        ),
    ],
)
def test_classes_of_a_batch_that_there_are_not(D: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_text(f"title: t\ngiven: {{family: rnn, {BATCH}, {D}}}\nparts: [{{label: a}}]")
    assert message in f"{caught.value.problems[0].message} | {caught.value.problems[0].hint}"
