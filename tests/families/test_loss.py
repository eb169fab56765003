"""Losses against known answers, PyTorch, and each other."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.api import solve
from solver.errors import SpecError
from solver.families import loss
from solver.render.document import View, document
from solver.render.format_text import render as text_of
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.places import PROBLEMS
from tests.pytorch import torch
from tests.tables import each

functional = torch.nn.functional


def solved(fields: str, find: str = "", head: str = "round: {decimals: 4}") -> Solution:
    asked = f", find: {find}" if find else ""
    text = f"title: t\n{head}\ngiven: {{family: loss, {fields}}}\nparts: [{{label: a{asked}}}]"
    return solve_question(load_text(text).questions[0])


def problems(fields: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


def exact(solution: Solution, name: str) -> Any:
    found = solution[f"a/{name}"].exact
    assert found is not None
    return found.ravel()


@each(
    ("fields", "answers"),
    [
        ("y: [0.7, 0.2, 0.1], label: 1", {"CE": 0.3567}),
        ("y: [0.7, 0.2, 0.1], label: 0, labels_from: 0", {"CE": 0.3567}),
        ("y: [0.7, 0.2, 0.1], d: [1, 0, 0]", {"CE": 0.3567}),
        ("y: [0.5, 0.25, 0.25], label: 2, log: 2", {"CE": 2}),
        ("y: [0.1, 0.9], label: 1, log: 10", {"CE": 1}),
        ("y: [0.7, 0.2, 0.1], d: [0.5, 0.5, 0]", {"CE": 0.9831}),
        ("y: [[0.5, 0.5], [0.2, 0.8]], labels: [1, 2]", {"CE": 0.4581}),
        ("y: [[0.5, 0.5], [0.2, 0.8]], labels: [1, 2], average: sum", {"CE": 0.9163}),
        ("y: 0.8, d: 1, loss: binary-cross-entropy", {"BCE": 0.2231}),
        ("y: [0.9, 0.2], d: [1, 0], loss: binary-cross-entropy", {"BCE": 0.1643}),
        ("z: [3.2, 5.1, -1.7], label: 1, loss: hinge", {"hinge": 2.9}),
        ("z: [1.3, 4.9, 2.0], label: 2, loss: hinge", {"hinge": 0}),
        ("z: [2.2, 2.5, -3.1], label: 3, loss: [hinge, squared-hinge]", {"hinge": 12.9, "squared_hinge": 83.25}),
        ("z: [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]], labels: [1, 2, 3], loss: hinge", {"hinge": 5.2667}),
        ("z: 0.3, d: -1, loss: hinge", {"hinge": 1.3}),
        ("y: 1.5, d: 3, loss: huber", {"huber": 1}),
        ("y: [1.5, 2.5], d: [3, 3], loss: huber, delta: 2", {"huber": 0.625}),
        ("y: 2, d: 5, loss: [square-error, half-square-error, absolute-error]", {"SE": 9, "HSE": 4.5, "AE": 3}),
        ("y: [1, 2], d: [2, 4], loss: root-mean-square-error", {"RMSE": 1.5811}),
        ("p: [0.5, 0.5], q: [0.25, 0.75], log: 2", {"H": 1, "H_pq": 1.2075, "KL": 0.2075}),
        ("p: [1, 0], q: [0.25, 0.75]", {"H": 0, "H_pq": 1.3863, "KL": 1.3863}),
        ("options: {A: [0.7, 0.3], B: [0.4, 0.6]}, label: 2", {"CE_A": 1.204, "CE_B": 0.5108, "smallest": 0.5108}),
    ],
)
def test_known_answers(fields: str, answers: dict[str, float]) -> None:
    assert {key.removeprefix("a/"): value for key, value in solved(fields).answers.items()} == answers


def test_one_hot_shows_as_one_term() -> None:
    text = text_of(document("t", [solved("y: [0.7, 0.2, 0.1], label: 2")], View()))
    assert "CE = -sum(d ⊙ ln(y))\n     = -ln(y₂)\n     = -ln(0.2)" in text


def test_many_examples_are_one_sum() -> None:
    found = solved(f"z: [{', '.join(['[0, 0]'] * 200)}], labels: [{', '.join('1' * 200)}]")
    assert exact(found, "CE") == pytest.approx(np.log(2))


def test_options_stand_in_a_table() -> None:
    solution = solved("options: {A: [0.7, 0.3], B: [0.4, 0.6]}, label: 2")
    listing = solution["a/smallest"].listing
    assert listing is not None
    assert [row[0] for row in listing.rows] == ["A", "B"]


@given(st.data())
def test_classes_as_pytorch_has_them(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    n, k = data.draw(st.integers(1, 4)), data.draw(st.integers(2, 4))
    kind = data.draw(st.sampled_from(["cross-entropy", "hinge", "squared-hinge", "binary-cross-entropy"]))
    average = data.draw(st.sampled_from(["mean", "sum"]))
    T = data.draw(st.sampled_from([1.0, 0.5, 2.0])) if "cross" in kind else 1.0
    scores, labels = rng.uniform(-2, 2, (n, k)).round(3), rng.integers(0, k, n)
    z = torch.tensor(scores, requires_grad=True)
    fields = f"loss: {kind}, average: {average}{f', temperature: {T}' if T != 1 else ''}, "
    if kind == "binary-cross-entropy":
        wanted = rng.integers(0, 2, (n, k)).astype(float)
        fields += f"z: {scores.tolist()}, d: {wanted.tolist()}"
        J = functional.binary_cross_entropy_with_logits(z / T, torch.tensor(wanted), reduction=average)
    else:
        given_ = f"z: {scores.tolist()}, labels: {(labels + 1).tolist()}"
        fields += given_ if n > 1 else f"z: {scores[0].tolist()}, label: {labels[0] + 1}"
        right = torch.tensor(labels)
        if kind == "cross-entropy":
            J = functional.cross_entropy(z / T, right, reduction=average)
        else:
            power = 1 if kind == "hinge" else 2
            J = functional.multi_margin_loss(z, right, p=power, reduction=average) * k
    J.backward()
    assert z.grad is not None
    solution = solved(fields, "[loss, gradients]", "round: {decimals: 12}\ncarry: exact")
    name = {"cross-entropy": "CE", "binary-cross-entropy": "BCE"}.get(kind, kind.replace("-", "_"))
    if kind == "binary-cross-entropy" and n == 1:
        return  # a row is a batch of classes
    assert exact(solution, name) == pytest.approx(J.item(), abs=1e-9)
    assert exact(solution, "grad_z") == pytest.approx(z.grad.numpy().ravel(), abs=1e-9)


@given(st.data())
def test_numbers_as_pytorch_has_them(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    n, delta = data.draw(st.integers(2, 5)), data.draw(st.sampled_from([0.5, 1.0, 2.0]))
    outputs, wanted = rng.uniform(-3, 3, n).round(3), rng.uniform(-3, 3, n).round(3)
    d = torch.tensor(wanted)
    losses = {
        "huber": ("huber", lambda y: functional.huber_loss(y, d, delta=delta)),
        "mean-square-error": ("MSE", lambda y: functional.mse_loss(y, d)),
        "mean-absolute-error": ("MAE", lambda y: functional.l1_loss(y, d)),
        "half-square-error": ("HSE", lambda y: ((y - d) ** 2).sum() / 2),
    }
    kind = data.draw(st.sampled_from(sorted(losses)))
    name, code = losses[kind]
    y = torch.tensor(outputs, requires_grad=True)
    J = code(y)
    J.backward()
    assert y.grad is not None
    fields = f"y: {outputs.tolist()}, d: {wanted.tolist()}, loss: {kind}, delta: {delta}"
    solution = solved(fields, "[loss, gradients]", "round: {decimals: 12}\ncarry: exact")
    assert exact(solution, name) == pytest.approx(J.item(), abs=1e-9)
    assert exact(solution, "grad_y") == pytest.approx(y.grad.numpy(), abs=1e-9)


@each(
    ("fields", "warned"),
    [
        ("y: [0.7, 0.2, 0.2], label: 1", ["y sums to 1.1, not to 1"]),
        ("y: [[0.5, 0.5], [0.5, 0.4]], labels: [1, 1]", ["row 2 of y sums to 0.9, not to 1"]),
        ("p: [0.5, 0.4], q: [0.5, 0.5]", ["p sums to 0.9, not to 1"]),
        ("y: [0.7, 0.2, 0.1], label: 1", []),
        ("y: [1.7, 2.2], d: [1, 2], loss: square-error", []),
        ("y: [0.9, 0.9], d: [1, 0], loss: binary-cross-entropy", []),
    ],
)
def test_probabilities_that_do_not_sum_to_1(fields: str, warned: list[str]) -> None:
    assert [w.message for w in solved(fields).warnings] == warned


@each(
    ("fields", "message"),
    [
        (
            "label: 1",
            "nothing is put out | give z (scores), y (probabilities or numbers), x with W, options, or p and q",
        ),
        ("z: [1, 2], y: [0.5, 0.5], label: 1", "z and y are given | losses are of one of them"),
        ("z: [1, 2], loss: hinge", "'d' or 'label' is missing: a loss needs what is desired | "),
        (
            "options: {A: [0.5, 0.5], B: [0.1, 0.9]}",
            "'d' or 'label' is missing: a loss needs what is desired | ",
        ),
        ("z: [1, 2], label: 3", "there is no class 3 | they count from 1 to 2"),
        ("z: [1, 2], label: 1, d: [1, 0]", "d and label are given | one of them says what is right"),
        ("z: [[1, 2], [2, 1]], labels: [1]", "1 label, but there are 2 examples | "),
        ("z: [1, 2], d: [1, 0, 0]", "d is 3×1, but the output is 2×1 | "),
        ("y: [0.5, 0.5], label: 1, loss: hinge", "hinge needs scores | give z"),
        ("z: [1, 2], d: [1, 0], loss: huber", "huber needs outputs, not scores | give y"),
        ("y: [1.2, -0.2], label: 1", "y has a number outside 0 to 1, which is no probability | "),
        ("y: 0.5, d: 1", "cross-entropy of one number | binary-cross-entropy is of one output"),
        ("p: [0.5, 0.5]", "'q' is missing: KL compares two distributions | "),
        ("y: [0.5, 0.5], label: 1, temperature: 2", "a temperature without scores | give z"),
        ("z: [0.5, 0.5], label: 1, temperature: 0", "the temperature is 0, expected one above 0 | "),
        ("x: [1, 2], label: 1", "'W' is missing: the scores of x are W x + b | "),
        ("x: [1, 2], W: [[1, 2, 3]], label: 1", "W is 1×3, but x has 2 numbers | weights are stored inputs x neurons"),
        (
            "options: {A: [0.5, 0.5], B: [1]}, label: 1",
            "B is 1×1, but the first option is 2×1 | ",
        ),
        ("y: [0.5, 0.5], label: 1, smoothing: 1", "smoothing is 1, expected one between 0 and 1 | "),
        (
            "y: 0.5, d: 1, loss: huber, smoothing: 0.1",
            "smoothing is of a cross-entropy of classes | loss: cross-entropy",
        ),
    ],
)
def test_what_does_not_fit(fields: str, message: str) -> None:
    assert problems(fields) == [message]


@each(
    ("fields", "each"),
    [
        ("y: [0.9, 0.2, 0.6], d: [1, 0, 1], loss: binary-cross-entropy", [0.1054, 0.2231, 0.5108]),
        ("y: [1, 2.5, 0], d: [1.5, 0.5, 0], loss: huber", [0.125, 1.5, 0]),
        ("y: [1, 2.5, 0], d: [1.5, 0.5, 0], loss: mean-square-error", [0.25, 4, 0]),
        ("y: [[0.5, 0.5], [0.25, 0.75]], labels: [1, 1], log: 2", [1, 2]),
        # CS231n's cat, car and frog
        ("z: [[3.2, 5.1, -1.7], [1.3, 4.9, 2], [2.2, 2.5, -3.1]], labels: [1, 2, 3], loss: hinge", [2.9, 0, 12.9]),
    ],
)
def test_the_loss_of_each_example(fields: str, each: list[float]) -> None:
    (found,) = solved(fields, "each").answers.values()
    assert np.ravel(found).tolist() == each


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_smoothing_as_pytorch_has_it(reduction: str) -> None:
    Z, labels = [[2.0, 1.0, 0.1], [0.0, -1.0, 3.0]], [1, 3]
    solution = solved(f"z: {Z}, labels: {labels}, smoothing: 0.1, average: {reduction}", "[loss, gradients]")
    z = torch.tensor(Z, dtype=torch.float64, requires_grad=True)
    J = functional.cross_entropy(z, torch.tensor(labels) - 1, reduction=reduction, label_smoothing=0.1)
    J.backward()
    assert z.grad is not None
    assert exact(solution, "CE") == pytest.approx(J.item(), abs=1e-9)
    assert exact(solution, "grad_z") == pytest.approx(z.grad.numpy().ravel(), abs=1e-9)


def test_the_examples_run() -> None:
    assert solve_question(load_text(loss.EXAMPLE).questions[0]).answers["b/CE"] == 0.417
    answers = solve(PROBLEMS / "loss.yaml").answers
    assert (answers["a.iv/hinge"], answers["e/MAE"], answers["d/KL"]) == (3.2, 1.333, 0.737)
