"""Metrics against known answers and against counts made one by one."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.api import solve
from solver.errors import SpecError
from solver.families import metrics
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.places import PROBLEMS
from tests.tables import each


def solved(fields: str, find: str = "") -> Solution:
    asked = f", find: {find}" if find else ""
    text = f"title: t\nround: {{decimals: 9}}\ncarry: exact\ngiven: {{family: metrics, {fields}}}\nparts: [{{label: a{asked}}}]"
    return solve_question(load_text(text).questions[0])


def answers(fields: str, find: str = "") -> dict[str, Any]:
    return {key.removeprefix("a/"): value for key, value in solved(fields, find).answers.items()}


def problems(fields: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


@each(
    ("fields", "found"),
    [
        (
            "counts: {TP: 40, FP: 10, FN: 20, TN: 30}",
            {"accuracy": 0.7, "error_rate": 0.3, "precision": 0.8, "specificity": 0.75, "F1": 8 / 11},
        ),
        ("confusion: [[40, 20], [10, 30]]", {"TP": 40, "FP": 10, "FN": 20, "TN": 30}),
        ("confusion: [[40, 10], [20, 30]], rows: predicted", {"TP": 40, "FP": 10, "FN": 20, "TN": 30}),
        ("confusion: [[30, 10], [20, 40]], classes: [no, yes], positive: yes", {"TP": 40, "FP": 10, "FN": 20}),
        ("actual: [1, 0, 1, 1, 0], scores: [0.9, 0.7, 0.5, 0.4, 0.2]", {"TP": 2, "FP": 1, "FN": 1, "TN": 1}),
        (
            "actual: [1, 0, 1, 1, 0], scores: [0.9, 0.7, 0.5, 0.4, 0.2], threshold: 0.8",
            {"TP": 1, "FP": 0, "recall": 1 / 3},
        ),
        ("probabilities: [0.25, 0.25]", {"perplexity": 4}),
        ("cross_entropy: 3, log: 2", {"perplexity": 8}),
        ("cross_entropy: 1", {"perplexity": math.e}),
        ("box_a: [0, 0, 4, 4], box_b: [2, 2, 6, 6]", {"intersection": 4, "union": 28, "IoU": 1 / 7}),
        ("box_a: [0, 0, 4, 4], box_b: [2, 2, 4, 4], boxes: size", {"intersection": 4, "union": 28, "IoU": 1 / 7}),
        ("box_a: [0, 0, 1, 1], box_b: [2, 2, 3, 3]", {"intersection": 0, "IoU": 0}),
        (
            "mask_a: [[1, 1], [0, 1]], mask_b: [[1, 0], [1, 1]]",
            {"intersection": 2, "union": 4, "IoU": 0.5, "dice": 2 / 3},
        ),
    ],
)
def test_known_answers(fields: str, found: dict[str, float]) -> None:
    made = answers(fields)
    assert {name: made[name] for name in found} == pytest.approx(found, abs=1e-9)


@given(st.data())
def test_lists_are_counted(data: st.DataObject) -> None:
    classes = data.draw(st.sampled_from([["0", "1"], ["a", "b", "c"], ["1", "2", "3", "4"]]))
    pairs = data.draw(st.lists(st.tuples(st.sampled_from(classes), st.sampled_from(classes)), min_size=1, max_size=12))
    pairs += [(name, name) for name in classes]  # each class has a precision and a recall
    actual, predicted = ([pair[k] for pair in pairs] for k in (0, 1))
    made = answers(f"actual: [{', '.join(actual)}], predicted: [{', '.join(predicted)}]")
    assert made["C"] == [[pairs.count((a, p)) for p in classes] for a in classes]
    assert made["accuracy"] == pytest.approx(sum(a == p for a, p in pairs) / len(pairs), abs=1e-9)
    if len(classes) == 2:
        right = pairs.count(("1", "1"))
        assert made["precision"] == pytest.approx(right / predicted.count("1"), abs=1e-9)
        assert made["recall"] == pytest.approx(right / actual.count("1"), abs=1e-9)
        return
    F1 = []
    for k, name in enumerate(classes, 1):
        right = pairs.count((name, name))
        p, r = right / predicted.count(name), right / actual.count(name)
        F1.append(2 * p * r / (p + r))
        assert (made[f"precision{k}"], made[f"recall{k}"], made[f"F1_{k}"]) == pytest.approx((p, r, F1[-1]), abs=1e-8)
    assert made["macro_F1"] == pytest.approx(np.mean(F1), abs=1e-8)


@each(
    ("fields", "message"),
    [
        ("classes: [a, b]", "nothing to measure is given"),
        ("cross_entropy: 1, probabilities: [1]", "probabilities and cross_entropy are given"),
        ("actual: [1, 0]", "'predicted' is missing: actual goes with it"),
        ("actual: [1, 0], predicted: [1]", "1 predictions, but 2 examples"),
        ("actual: [1, 1], predicted: [1, 1]", "1 class, expected 2 to 50"),
        ("actual: [a, b], predicted: [a, c], classes: [a, b]", "'c' is none of the classes a, b"),
        ("confusion: [[1, 2]]", "the confusion matrix is 1×2, expected 2×2 to 50×50, and square"),
        ("confusion: [[1, 2], [3, 0.5]]", "the confusion matrix has other numbers than counts"),
        ("confusion: [[1, 2], [3, 4]], positive: c", "'c' is none of the classes 1, 2"),
        ("box_a: [0, 0, 1], box_b: [0, 0, 1, 1]", "box_a has 3 numbers, expected 4"),
        ("box_a: [0, 0, 0, 1], box_b: [0, 0, 1, 1]", "box_a has no area"),
        ("mask_a: [[1]], mask_b: [[1, 0]]", "mask_b is 1×2, but mask_a is 1×1"),
        ("mask_a: [[2]], mask_b: [[1]]", "mask_a has other numbers than 0 and 1"),
        ("probabilities: [0.5, 0]", "a probability outside 0 to 1, or of 0"),
        ("actual: [1, 0], scores: [0.5]", "1 scores, but 2 examples"),
        ("actual: [1, 2], scores: [0.5, 1]", "the class '2', but scores are of class 1"),
        (
            "actual: [1, 0], predicted: [1, 1], scores: [0.5, 1]",
            "predicted and scores are given",
        ),
    ],
)
def test_what_does_not_fit(fields: str, message: str) -> None:
    (found,) = problems(fields)
    assert found.split(" | ")[0] == message


def test_the_examples_run() -> None:
    assert solve_question(load_text(metrics.EXAMPLE).questions[0]).answers["a/F1"] == 0.842
    made = solve(PROBLEMS / "metrics.yaml").answers
    assert (made["a/accuracy"], made["b.i/accuracy"], made["d/IoU"]) == (0.84, 0.7, 0.167)
