"""Starts in mid-network, gradients by outputs, deltas, errors, classes by number, short weights: against PyTorch and by hand."""

import numpy as np
import pytest

from solver.formula.calculus.check import TOLERANCE
from tests.families.networks import problems, solved
from tests.pytorch import torch
from tests.tables import each

H, W, D = [0.6, -0.2, 0.9], [[0.5, -1.0], [0.3, 0.8], [-0.7, 0.2]], [1.0, 0.0]
BEHIND = f"layers: [{{W: {W}, b: [0.1, -0.2], activation: sigmoid}}]"
ACTIVATIONS = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "leaky_relu": lambda u: torch.nn.functional.leaky_relu(u, 0.01),
    "elu": torch.nn.functional.elu,
    "linear": lambda u: u,
}


def tensor(values: object) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64).reshape(len(values), -1).requires_grad_()  # type: ignore[arg-type]


def near(found: object, wanted: torch.Tensor) -> bool:
    return bool(np.allclose(np.asarray(found), np.asarray(wanted.detach()), atol=1e-9))


@each("activation", ACTIVATIONS)
def test_from_a_synaptic_input(activation: str) -> None:
    found = solved(
        f"u: {{layer: 2, value: {H}, activation: {activation}}}, {BEHIND}, d: {D}, loss: square-error",
        "[forward, loss, gradients_u, gradients_Wb, grad_h2, grad_y]",
    )
    u, weights, b = tensor(H), tensor(W), tensor([0.1, -0.2])
    h = ACTIVATIONS[activation](u)
    h.retain_grad()
    y = torch.sigmoid(weights.T @ h + b)
    y.retain_grad()
    loss = ((tensor(D) - y) ** 2).sum()
    loss.backward()  # type: ignore[no-untyped-call]
    assert list(found.answers)[:3] == ["a/h2", "a/u3", "a/y"]
    wanted = {"h2": h, "y": y, "grad_u2": u.grad, "grad_W3": weights.grad, "grad_b3": b.grad, "grad_h2": h.grad}
    for name, values in (wanted | {"grad_y": y.grad}).items():
        assert values is not None
        assert near(found.answers[f"a/{name}"], values), name
    assert found.parts[0].checked is not None
    assert found.parts[0].checked <= TOLERANCE


@each("activation", ["tanh", "sigmoid", "relu", "leaky_relu", "linear"])
def test_from_activations_back_through_the_slope_that_they_tell(activation: str) -> None:
    u = tensor(H)
    h = ACTIVATIONS[activation](u)
    y = torch.sigmoid(tensor(W).T @ h + tensor([0.1, -0.2]))
    ((tensor(D) - y) ** 2).sum().backward()  # type: ignore[no-untyped-call]
    value = h.detach().ravel().tolist()
    found = solved(
        f"h: {{layer: 1, value: {value}, activation: {activation}}}, {BEHIND}, d: {D}, loss: square-error, x: [2, 3]",
        "[grad_u1, grad_W1, grad_W2]",
    )
    assert u.grad is not None
    assert near(found.answers["a/grad_u1"], u.grad)
    assert near(found.answers["a/grad_W1"], torch.tensor([[2.0], [3.0]], dtype=torch.float64) @ u.grad.T)


def test_from_activations_and_a_delta_of_the_layer_behind() -> None:
    """δ1 = W2 δ2 ⊙ h1(1 − h1), the step of backpropagation that papers ask for."""
    found = solved(
        "h: {layer: 1, value: [0.5, 0.8], activation: sigmoid}, delta: {layer: 2, value: 0.1}, "
        "layers: [{W: [0.4, -0.6], activation: sigmoid}]",
        "[grad_h1, gradients_u, gradients_Wb]",
    )
    assert found.answers == {
        "a/grad_h1": [[0.04], [-0.06]],
        "a/grad_u1": [[pytest.approx(0.04 * 0.25)], [pytest.approx(-0.06 * 0.16)]],
        "a/grad_W2": [[0.05], [pytest.approx(0.08)]],
    }
    assert found["a/grad_u1"].item.source == "grad_h1*df1"


def test_a_delta_of_weights_that_nobody_gave() -> None:
    found = solved("h: {layer: 1, value: [0.5, 0.8]}, delta: {layer: 2, value: [0.1, -0.2]}", "gradients_Wb")
    assert found.answers == {"a/grad_W2": [[0.05, -0.1], [pytest.approx(0.08), pytest.approx(-0.16)]]}
    found = solved(
        "h: {layer: 1, value: [0.5, 0.8]}, delta: {layer: 2, value: 0.1}, weights: neurons x inputs", "gradients_Wb"
    )
    assert found.answers == {"a/grad_W2": [[0.05, pytest.approx(0.08)]]}


def test_an_output_layer_alone() -> None:
    found = solved("u: {layer: 2, value: [2, 1, 0], activation: softmax}, d: 1, classes_from: 1, loss: cross-entropy")
    y = np.exp([2, 1, 0]) / np.exp([2, 1, 0]).sum()
    assert found.answers["a/J"] == pytest.approx(-np.log(y[0]))
    assert np.ravel(found.answers["a/grad_u2"]) == pytest.approx(y - [1, 0, 0])


def test_gradients_by_outputs_are_there_where_they_are_asked_for() -> None:
    fields = "x: [1, 2], d: 1, loss: square-error, layers: [{W: [[1, 2], [3, 4]], activation: tanh}, {W: [1, -1]}]"
    plain = solved(fields)
    assert "a/grad_h1" not in plain.answers
    found = solved(fields, "[gradients_h, grad_x, gradients_u]")
    assert found["a/grad_h1"].item.source == "W2 @ grad_u2"
    assert found["a/grad_x"].item.source == "W1 @ grad_u1"
    assert found.answers["a/grad_u1"] == plain.answers["a/grad_u1"]


def test_many_patterns_have_gradients_by_outputs_too() -> None:
    layers = "layers: [{W: [[1, 2], [3, 4]], activation: tanh}, {W: [1, -1], b: 0.1}]"
    found = solved(
        f"X: [[0.1, 0.2], [0.3, 0.1], [1, 0]], D: [1, 0, 1], loss: square-error, {layers}", "[grad_H1, grad_Y]"
    )
    H1 = torch.tanh(
        torch.tensor([[0.1, 0.2], [0.3, 0.1], [1, 0]], dtype=torch.float64)
        @ torch.tensor([[1.0, 2], [3, 4]], dtype=torch.float64)
    ).requires_grad_()
    Y = H1 @ torch.tensor([[1.0], [-1]], dtype=torch.float64) + 0.1
    Y.retain_grad()
    ((torch.tensor([[1.0], [0], [1]]) - Y) ** 2).sum().backward()  # type: ignore[no-untyped-call]
    assert H1.grad is not None
    assert Y.grad is not None
    assert near(found.answers["a/grad_H1"], H1.grad)
    assert near(found.answers["a/grad_Y"], Y.grad)


@each(("deltas", "sign"), [("gradient", 1), ("minus gradient", -1)])
@each(("error", "e"), [("d - y", 0.5), ("y - d", -0.5)])
def test_errors_and_deltas_of_either_sign(deltas: str, sign: int, error: str, e: float) -> None:
    found = solved(
        f"x: [1], d: 1, loss: half-square-error, layers: [{{W: 2}}, {{W: 0.25}}], deltas: {deltas}, error: {error}",
        "[e, deltas]",
    )
    assert found.answers == {"a/e": e, "a/delta2": -0.5 * sign, "a/delta1": -0.125 * sign}


def test_weights_of_one_neuron_or_one_input_need_no_brackets() -> None:
    found = solved("x: 2, layers: [{W: [1, -1, 3]}, {W: [0.5, 1, 2], b: 1}, {W: 0.6}]", "output")
    assert found.answers == {"a/u3": pytest.approx(0.6 * 12), "a/y": pytest.approx(0.6 * 12)}
    turned = solved(
        "x: 2, weights: neurons x inputs, layers: [{W: [1, -1, 3]}, {W: [0.5, 1, 2], b: 1}, {W: 0.6}]", "output"
    )
    assert turned.answers == found.answers


@each(("first", "d", "one"), [(0, 2, 3), (1, 2, 2), (1, 1, 1), (0, 0, 1)])
def test_a_class_by_its_number(first: int, d: int, one: int) -> None:
    layers = "layers: [{W: [[1, 2, 3]], activation: softmax}]"
    hot = [int(k == one) for k in (1, 2, 3)]
    found = solved(f"x: 1, d: {d}, classes_from: {first}, loss: cross-entropy, {layers}", "[loss, gradients_Wb]")
    assert found.answers == solved(f"x: 1, d: {hot}, loss: cross-entropy, {layers}", "[loss, gradients_Wb]").answers
    many = solved(f"X: [1, 2], D: [{d}, {first}], classes_from: {first}, loss: cross-entropy, {layers}", "loss")
    assert (
        many.answers == solved(f"X: [[1], [2]], D: [{hot}, [1, 0, 0]], loss: cross-entropy, {layers}", "loss").answers
    )


def test_parameters_are_counted() -> None:
    found = solved("layers: [{shape: [3, 4], b: 0}, {shape: [4, 2]}]")
    assert found.answers == {"a/params1": 16, "a/params2": 8, "a/params": 24}
    found = solved("x: [1, 2], layers: [{W: [[1, 2, 3], [4, 5, 6]], theta: 1}, {W: [1, 2, 3]}]", "params")
    assert found.answers == {"a/params": 12}


MISFITS = [
    ("  x: [1, 2]\n  layers: [{W: [1, 2, 3]}]\n", 6, "W1 is 1×3, but the input x is 2×1 | one list is the weights of"),
    ("  x: [1, 2]\n  layers: [{W: 3}]\n", 6, "W1 is 1×1, but the input x is 2×1"),
    ("  x: [1, 2]\n  layers: [{b: 3}]\n", 6, "layer 1: 'W' is missing: its weights"),
    ("  x: [1, 2]\n  layers: [{W: [1, 2], shape: [2, 1]}]\n", 6, "layer 1 has W and a shape"),
    ("  x: [1, 2]\n  layers: [{shape: [3, 1]}]\n", 6, "W1 is 3×1, but the input x is 2×1"),
    ("  layers: [{shape: [3]}]\n", 5, "layer 1: a shape is rows and columns"),
    ("  layers: [{W: 1}]\n", 4, "'x' is missing: the input pattern, or X with several | or h or u of a layer"),
    ("  h: {layer: 1, value: 1}\n  u: {layer: 1, value: 1}\n  layers: [{W: 1}]\n", 6, "h and u are given"),
    ("  h: {layer: 2, value: 1}\n  x: 1\n  layers: [{W: 1}]\n", 6, "x acts on layer 1, but layer 2 is given"),
    ("  h: {layer: 2, value: 1}\n", 5, "there is nothing behind the layer that is given"),
    ("  h: {layer: 2, value: [1, 2]}\n  layers: [{W: [[1, 2, 3]]}]\n", 6, "W3 is 1×3, but h of layer 2 is 2×1"),
    ("  u: {layer: 2, value: 1, activation: swich}\n  layers: [{W: 1}]\n", 5, "unknown activation 'swich'"),
    ("  h: {layer: 1, value: 1, activation: gelu}\n  delta: {layer: 2, value: 1}\n  layers: [{W: 1}]\n", 5, "the slope of gelu cannot be told from its output | give u of this layer"),
    ("  h: {layer: 1, value: 1}\n  delta: {layer: 4, value: 1}\n  layers: [{W: 1}]\n", 6, "layer 4 is not one of 2 to 2"),
    ("  x: 1\n  d: 2\n  loss: cross-entropy\n  layers: [{W: [[1, 2, 3]], activation: softmax}]\n", 6, "which class is 2? | classes_from: 1 where"),
    ("  x: 1\n  d: 3\n  classes_from: 0\n  loss: cross-entropy\n  layers: [{W: [[1, 2, 3]], activation: softmax}]\n", 6, "there is no class 3 | they count from 0 to 2"),
    ("  X: [1, 2]\n  D: [1, 4]\n  classes_from: 1\n  loss: cross-entropy\n  layers: [{W: [[1, 2, 3]], activation: softmax}]\n", 6, "there is no class 4"),
    ("  x: 1\n  d: [1, 0]\n  classes_from: 1\n  loss: square-error\n  layers: [{W: [[1, 2]]}]\n", 7, "classes_from without the number of a class"),
    ("  x: 1\n  d: 0.5\n  loss: square-error\n  layers: [{W: [[1, 2]]}]\n", 6, "d is 1×1, but the output is 2×1"),
]  # fmt: skip


@each(("fields", "line", "message"), MISFITS)
def test_misfits(fields: str, line: int, message: str) -> None:
    found = problems(fields)
    assert len(found) == 1, found
    assert found[0][0] == line
    assert message in found[0][1]


ROWS, WANTED = [[0.6, -0.2, 0.9], [0.1, 0.4, -0.5]], [[1.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize("start", ["h", "u"])
def test_from_a_layer_of_several_patterns(start: str) -> None:
    fields = f"{start}: {{layer: 1, value: {ROWS}, activation: tanh}}, {BEHIND}, D: {WANTED}, loss: square-error"
    found = solved(f"{fields}, average: true, train: {{rate: 0.5}}", "[forward, loss, gradients_u, final, loss_after]")
    u = torch.tensor(ROWS, dtype=torch.float64)
    u = (torch.atanh(u) if start == "h" else u).requires_grad_()
    weights, b = tensor(W), tensor([0.1, -0.2])
    h = torch.tanh(u)
    y = torch.sigmoid(h @ weights + b.T)
    loss = ((torch.tensor(WANTED, dtype=torch.float64) - y) ** 2).sum() / 2
    loss.backward()  # type: ignore[no-untyped-call]
    assert u.grad is not None
    assert weights.grad is not None
    assert near(found.answers["a/Y"], y)
    assert near(found.answers["a/J"], loss)
    assert near(found.answers["a/grad_U1"], u.grad)
    assert near(found.answers["a/W2_t1"], weights - 0.5 * weights.grad)
    assert found.parts[0].checked is not None
    assert found.parts[0].checked <= TOLERANCE


@each(
    ("fields", "message"),
    [
        (
            f"h: {{layer: 1, value: {ROWS}}}\n  d: [1, 0]",
            "2×3 numbers of one pattern | of several patterns D has a row",
        ),
        (f"h: {{layer: 1, value: {ROWS}}}\n  D: [[1, 0]]", "D has 1 rows, but h has 2: a row for each pattern"),
        (f"h: {{layer: 1, value: {ROWS}}}\n  D: {WANTED}\n  x: 1", "x is of one pattern, but D has a row for each"),
    ],
)
def test_several_patterns_that_do_not_fit(fields: str, message: str) -> None:
    text = f"  {fields}\n  {BEHIND}\n  loss: square-error\n"
    assert any(message in found for _, found in problems(text))
