"""Feedforward networks in the forms of other books: weight decay in the loss, biases among the weights."""

import numpy as np
import pytest

from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.families.networks import solved
from tests.pytorch import torch
from tests.tables import each

X = [[1.0, 2.0], [0.5, -1.0], [-2.0, 0.3]]
D = [[1.0], [0.0], [1.0]]
W1 = [[0.3, -0.2], [0.5, 0.4]]
W2 = [[0.7], [-0.6]]
NET = (
    f"X: {X}, D: {D}, layers: [{{W: {W1}, b: [0.1, -0.1], activation: tanh}}, {{W: {W2}, b: 0.2, activation: sigmoid}}]"
)


@pytest.mark.parametrize(("decay", "factor"), [("half", 0.05), ("whole", 0.1), ("half-mean", 0.1 / 6)])
def test_weight_decay_in_the_loss_over_two_updates(decay: str, factor: float) -> None:
    fields = f"{NET}, loss: cross-entropy, average: true, weight_decay: 0.1, decay: {decay}, train: {{rate: 0.5, iterations: 2}}"
    answers = solved(fields, "[loss, gradients_Wb, final, loss_after]").answers
    learnt = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in (W1, [[0.1, -0.1]], W2, [[0.2]])]
    inputs, wanted = torch.tensor(X, dtype=torch.float64), torch.tensor(D, dtype=torch.float64)
    losses = []
    for t in range(3):
        A, a, B, b = learnt
        y = torch.sigmoid(torch.tanh(inputs @ A + a) @ B + b)
        error = torch.nn.functional.binary_cross_entropy(y, wanted)
        J = error + factor * ((A**2).sum() + (B**2).sum())
        losses.append(J.item())
        grads = torch.autograd.grad(J, learnt)
        if t == 0:
            assert answers["a/E"] == pytest.approx(error.item(), abs=1e-8)
            for name, grad in zip(("W1", "b1", "W2", "b2"), grads, strict=True):
                found = np.reshape(answers[f"a/grad_{name}"], grad.shape)
                assert found == pytest.approx(grad.numpy(), abs=2e-9)
        if t < 2:
            learnt = [(p - 0.5 * g).detach().requires_grad_() for p, g in zip(learnt, grads, strict=True)]
    assert [answers["a/J"], answers["a/J_t1"], answers["a/J_t2"]] == pytest.approx(losses, abs=2e-9)
    assert np.ravel(answers["a/W1_t2"]) == pytest.approx(learnt[0].detach().numpy().ravel(), abs=2e-9)


@each("stored", ["inputs x neurons", "neurons x inputs"])
@each("where", ["first", "last"])
def test_biases_among_the_weights(stored: str, where: str) -> None:
    rows = [[*W1, [0.1, -0.1]], [*W2, [0.2]]]
    if where == "first":
        rows = [[layer[-1], *layer[:-1]] for layer in rows]
    if stored == "neurons x inputs":
        rows = [np.transpose(layer).tolist() for layer in rows]
    layers = f"[{{W: {rows[0]}, activation: tanh}}, {{W: {rows[1]}, activation: sigmoid}}]"
    fields = f"weights: {stored}, biases: {where}, X: {X}, D: {D}, layers: {layers}, loss: cross-entropy"
    apart = solved(f"{NET}, loss: cross-entropy", "[forward, loss, gradients_Wb]").answers
    for name, value in solved(fields, "[forward, loss, gradients_Wb]").answers.items():
        turned = stored == "neurons x inputs" and name.startswith("a/grad_W")
        assert np.asarray(value) == pytest.approx(np.transpose(apart[name]) if turned else np.asarray(apart[name]))


def test_one_neuron_as_one_list_with_its_bias() -> None:
    answers = solved("weights: neurons x inputs, biases: first, x: [1, 2], layers: [{W: [0.5, 3, -1]}]", "y").answers
    assert answers["a/y"] == 1.5


@each(
    ("fields", "message"),
    [
        (f"{NET}, weight_decay: 0.1", "weight decay joins a loss"),
        (f"{NET}, loss: cross-entropy, weight_decay: -1", "weight_decay is -1, expected at least 0"),
        (f"{NET}, loss: cross-entropy, decay: whole", "decay without weight_decay: λ is missing"),
        (
            f"{NET}, loss: cross-entropy, weight_decay: 0.1, train: {{rate: 1, weight_decay: 0.1}}",
            "weight decay stands in the loss, and in the update",
        ),
        (f"{NET}, biases: first", "b is given, but biases stand in W"),
        ("x: 1, biases: last, layers: [{shape: [2, 1]}]", "a shape is of weights alone"),
        ("x: 1, biases: last, layers: [{W: 2}]", "W has biases and no weights"),
    ],
)
def test_what_does_not_fit(fields: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        solved(fields, "output")
    assert caught.value.problems[0].message == message


@each(
    ("fields", "classes"),
    [
        ("x: [1, -2], layers: [{W: [[1, 0, 2], [0, 1, 0]], activation: softmax}]", 3),
        ("X: [[1, -2], [0, 5]], layers: [{W: [[1, -1], [0, 1]], activation: softmax}]", [[1], [2]]),
        ("X: [[1, -2], [0, 5]], D: [0, 1], classes_from: 0, loss: cross-entropy, layers: [{W: [[1, -1], [0, 1]], activation: softmax}]", [[0], [1]]),
        ("X: [[1, 1], [0, 5]], layers: [{W: [1, -1], activation: sigmoid}]", [[1], [0]]),  # 0.5 is class 1
    ],
)  # fmt: skip
def test_the_class_that_is_predicted(fields: str, classes: object) -> None:
    text = f"title: t\ngiven: {{family: mlp, {fields}}}\nparts: [{{label: a, find: class}}]"
    assert solve_question(load_text(text).questions[0]).answers == {"a/class": classes}
