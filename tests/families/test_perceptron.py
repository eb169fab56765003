"""Perceptrons against truth tables, a learning rule of its own in fractions, and PyTorch's gradients."""

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.api import solve
from solver.errors import SpecError
from solver.families import perceptron
from solver.families.perceptron.separable import Contradiction, Weights, separated
from solver.render.document import View, document
from solver.render.format_text import render as text_of
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.places import PROBLEMS
from tests.pytorch import torch
from tests.tables import each
from tests.trials import times


def solved(fields: str, find: str = "", head: str = "round: {decimals: 4}") -> Solution:
    asked = f", find: {find}" if find else ""
    text = f"title: t\n{head}\ngiven: {{family: perceptron, {fields}}}\nparts: [{{label: a{asked}}}]"
    return solve_question(load_text(text).questions[0])


def problems(fields: str, find: str = "") -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields, find)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


def answers(solution: Solution) -> dict[str, Any]:
    return {key.removeprefix("a/"): value for key, value in solution.answers.items()}


# -- one unit, and networks ---------------------------------------------------------------------------------------------
@each(
    ("fields", "outputs"),
    [
        ("inputs: 2, w: [1, 1], b: -1.5", [0, 0, 0, 1]),
        ("inputs: 2, w: [1, 1], theta: 0.5", [0, 1, 1, 1]),
        ("inputs: 2, w: [1, 1], b: 0", [0, 1, 1, 1]),
        ("inputs: 2, w: [1, 1], b: 0, tie: 1", [1, 1, 1, 1]),
        ("inputs: 1, w: -1, b: 0.5", [1, 0]),
        ("inputs: 2, w: [1, 1], b: 0, outputs: -1/1", [-1, -1, -1, 1]),
        ("inputs: 2, w: [1, 1], b: 0, outputs: -1/1, tie: 1", [-1, 1, 1, 1]),
        ("inputs: 2, w: [1, 1], b: 0, outputs: -1/1, tie: 0", [-1, 0, 0, 1]),
        ("inputs: 2, w: [1, 1, 0.5], bias_input: -1", [0, 1, 1, 1]),
        ("X: [[0.1, 0.2]], w: [1, 1], b: -0.3, tie: 1", 1),  # 0.1 + 0.2 − 0.3 is 0
        ("x: [3, 4], w: [1, -1], b: 0.5", 0),
        ("inputs: 2, layers: [{W: [[1, -1], [1, -1]], b: [-0.5, 1.5]}, {W: [1, 1], b: -1.5}]", [0, 1, 1, 0]),
        (
            "inputs: 2, weights: neurons x inputs, "
            "layers: [{W: [[1, 1], [-1, -1]], b: [-0.5, 1.5]}, {W: [[1, 1]], b: -1.5}]",
            [0, 1, 1, 0],
        ),
    ],
)
def test_outputs(fields: str, outputs: list[int] | int) -> None:
    found = answers(solved(fields, "outputs"))["y"]
    assert np.ravel(found).tolist() == np.ravel(outputs).tolist()


def test_the_boundary() -> None:
    made = answers(solved("inputs: 2, w: [3, -4], b: 2", "boundary"))
    assert made == {"slope": 0.75, "intercept": 0.5, "distance": 0.4}
    assert answers(solved("inputs: 2, w: [2, 0], b: -1", "boundary")) == {"crossing": 0.5, "distance": 0.5}
    assert answers(solved("inputs: 2, w: [1, 2], theta: 4", "boundary"))["intercept"] == 2


def test_the_boundary_that_was_learnt() -> None:
    made = answers(solved("gate: AND, learn: {rate: 0.5}", "[final, boundary]"))
    w, b = (next(value for name, value in made.items() if name.startswith(letter)) for letter in "wb")
    assert (made["slope"], made["intercept"]) == (
        pytest.approx(-w[0][0] / w[1][0], abs=1e-4),
        pytest.approx(-b / w[1][0], abs=1e-4),
    )


@each(
    ("fields", "gate"),
    [
        ("inputs: 2, w: [1, 1], b: -1.5", "AND"),
        ("inputs: 3, w: [-1, -1, -1], b: 0.5", "NOR"),
        ("inputs: 2, outputs: -1/1, w: [-1, 1], b: 0.5", "IMPLIES"),
        ("inputs: 1, w: [-1], b: 0.5", "NOT"),
        ("inputs: 2, w: [1, 0], b: -0.5", "none of the usual ones"),
    ],
)
def test_which_gate_it_is(fields: str, gate: str) -> None:
    assert solved(fields, "gate")["a/gate"].value == gate


def test_the_table_shows_every_pattern() -> None:
    text = text_of(document("t", [solved("gate: AND, w: [1, 1], b: -1.5", "outputs")], View()))
    assert "x₁   x₂         u   y   d" in text


# -- weights that do, or none -------------------------------------------------------------------------------------------
@each("outputs", ["0/1", "-1/1"])
@each("tie", ["", ", tie: 1"])
@each("gate", ["AND", "OR", "NAND", "NOR", "IMPLIES", "NOT"])
def test_gates_have_weights(gate: str, outputs: str, tie: str) -> None:
    solution = solved(f"gate: {gate}, outputs: {outputs}{tie}", "[solution, y, d]")
    made = answers(solution)
    assert made["y"] == made["d"]
    assert made["solution"].startswith("w = [")


@each("gate", ["XOR", "XNOR"])
@each("inputs", [2, 3])
def test_parity_has_none(gate: str, inputs: int) -> None:
    solution = solved(f"gate: {gate}, inputs: {inputs}")
    assert answers(solution) == {"solution": "no weights"}
    assert "not linearly separable" in solution["a/solution"].item.points[-1]


@settings(max_examples=times(8))
@given(st.data())
def test_every_set_is_decided(data: st.DataObject) -> None:
    """Weights fulfil every condition; a contradiction gives both sides the same sum."""
    size = data.draw(st.integers(1, 3))
    cells = st.fractions(-3, 3, max_denominator=4)
    patterns = data.draw(st.lists(st.tuples(*[cells] * size), min_size=1, max_size=6))
    high = data.draw(st.lists(st.booleans(), min_size=len(patterns), max_size=len(patterns)))
    found = separated(patterns, high, bias=True)
    if isinstance(found, Weights):
        assert found.b is not None
        for x, up in zip(patterns, high, strict=True):
            u = sum((a * c for a, c in zip(found.w, x, strict=True)), found.b)
            assert u > 0 if up else u < 0
    elif isinstance(found, Contradiction):
        sides: list[tuple[Fraction, ...]] = []
        for side in (True, False):
            sums = [Fraction(0)] * (size + 1)
            for k, n in found.counts.items():
                if high[k] == side:
                    sums = [s + n * c for s, c in zip(sums, (*patterns[k], Fraction(1)), strict=True)]
            sides.append(tuple(sums))
        assert sides[0] == sides[1]
        assert sides[0][-1] > 0


@each("bits", list(product((False, True), repeat=4)))
def test_all_functions_of_two_inputs(bits: tuple[bool, ...]) -> None:
    patterns = [tuple(map(Fraction, x)) for x in product((0, 1), repeat=2)]
    found = separated(patterns, bits, bias=True)
    separable = bits not in [(False, True, True, False), (True, False, False, True)]
    assert isinstance(found, Weights) == separable


# -- the learning rule --------------------------------------------------------------------------------------------------
@settings(max_examples=times(8))
@given(st.data())
def test_the_rule_in_fractions(data: st.DataObject) -> None:
    """Weights after each presentation, all in fractions."""
    low = data.draw(st.sampled_from([0, -1]))
    tie = data.draw(st.sampled_from([low, 1]))
    minus = data.draw(st.booleans())
    tenths = st.integers(-20, 20).map(lambda k: Fraction(k, 10))
    count = data.draw(st.integers(2, 4))
    X = [[data.draw(tenths), data.draw(tenths)] for _ in range(count)]
    d = [data.draw(st.sampled_from([low, 1])) for _ in range(count)]
    w, b = [data.draw(tenths), data.draw(tenths)], data.draw(tenths)
    rate, epochs = Fraction(data.draw(st.integers(1, 10)), 10), data.draw(st.integers(1, 3))
    fields = (
        f"outputs: {low}/1, tie: {tie}, X: {[[float(c) for c in x] for x in X]}, d: {d}, w: {[float(c) for c in w]}, "
        f"b: {float(b)}, learn: {{rate: {float(rate)}, epochs: {epochs}}}" + (", errors: y - d" if minus else "")
    )
    made = answers(solved(fields, "[weights, errors]"))
    t, ended = 0, False
    for _ in range(epochs):
        if ended:
            break
        start, ended = (tuple(w), b), True
        for x, target in zip(X, d, strict=True):
            t += 1
            u = sum((a * c for a, c in zip(w, x, strict=True)), b)
            e = target - (1 if u > 0 or (u == 0 and tie == 1) else low)
            ended = ended and e == 0
            w, b = [a + rate * e * c for a, c in zip(w, x, strict=True)], b + rate * e
            assert np.ravel(made[f"w_t{t}"]) == pytest.approx([float(c) for c in w], abs=1e-9)
            assert made[f"b_t{t}"] == pytest.approx(float(b), abs=1e-9)
            assert made[f"e_t{t}"] == (-e if minus else e)
        ended = ended or (tuple(w), b) == start
    assert f"w_t{t + 1}" not in made or not ended


def test_a_threshold_that_stays() -> None:
    """Negnevitsky's table for AND: five epochs to (0.1, 0.1)."""
    made = answers(solved("gate: AND, w: [0.3, -0.1], theta: 0.2, tie: 1, learn: {rate: 0.1}", "[epochs, conclusion]"))
    assert [np.ravel(made[f"w_t{t}"]).tolist() for t in (4, 8, 12, 16, 20)] == [
        [0.3, 0.0],
        [0.2, 0.0],
        [0.2, 0.1],
        [0.1, 0.1],
        [0.1, 0.1],
    ]
    assert made["conclusion"] == "no mistake in epoch 5: it has converged"


def test_thresholds_of_a_layer() -> None:
    layers = "[{W: [[1, 1], [1, 1]], theta: [0.5, 1.5]}, {W: [1, -1], theta: 0.5}]"
    assert np.ravel(answers(solved(f"inputs: 2, layers: {layers}", "outputs"))["y"]).tolist() == [0, 1, 1, 0]


def test_it_converges() -> None:
    solution = solved("gate: AND, learn: {}")
    made = answers(solution)
    assert made.pop("conclusion").startswith("no mistake in epoch")
    w, b = (np.ravel(value) for value in made.values())
    assert [(np.dot(w, x) + b > 0).item() for x in product((0, 1), repeat=2)] == [False, False, False, True]


def test_a_cycle_is_no_convergence() -> None:
    solution = solved("gate: XOR, learn: {}", "conclusion")
    assert answers(solution)["conclusion"] == (
        "it never converges: after epoch 3 the weights are those after epoch 2, a cycle"
    )
    assert "not linearly separable" in solution["a/conclusion"].item.points[-1]
    stopped = solved("gate: XOR, learn: {epochs: 1}", "conclusion")
    assert answers(stopped)["conclusion"] == "not converged after 1 epoch"


# -- units with a slope, against PyTorch ----------------------------------------------------------------------------------
ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "linear": lambda u: u, "softmax": lambda u: u.softmax(-1)}


@settings(max_examples=times(8))
@given(st.data())
def test_gradients_and_learning_as_pytorch_has_them(data: st.DataObject) -> None:
    f = data.draw(st.sampled_from([*ACTIVATIONS, "sigmoid cross-entropy"]))
    f, cross = f.split()[0], f.endswith("cross-entropy") or f == "softmax"
    inputs, neurons, count = data.draw(st.integers(1, 3)), 3 if f == "softmax" else 1, data.draw(st.integers(1, 3))
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    X, W, b = (rng.uniform(-1, 1, s).round(3) for s in ((count, inputs), (inputs, neurons), (neurons,)))
    D = np.eye(3)[rng.integers(0, 3, count)] if f == "softmax" else rng.integers(0, 2, (count, 1)).astype(float)
    loss = "cross-entropy" if cross else "half-square-error"
    minus = data.draw(st.booleans())
    fields = (
        f"X: {X.tolist()}, d: {D.tolist()}, w: {W.tolist()}, b: {b.tolist()}, activation: {f}, loss: {loss}, "
        f"learn: {{rate: 0.25, epochs: 2}}{', errors: y - d' if minus else ''}"
    )
    solution = solved(fields, "[table, deltas, loss, gradients]", "round: {decimals: 12}\ncarry: exact")
    made = {key.removeprefix("a/"): s.exact for key, s in solution if s.numeric}
    w, c = torch.tensor(W, requires_grad=True), torch.tensor(b, requires_grad=True)
    t = 0
    for _ in range(2):
        for x, d in zip(torch.tensor(X), torch.tensor(D), strict=True):
            t += 1
            u = x @ w + c
            u.retain_grad()
            y = ACTIVATIONS[f](u)
            if f == "softmax":
                J = -(d * y.log()).sum()
            elif cross:
                J = -(d * y.log() + (1 - d) * (1 - y).log()).sum()
            else:
                J = ((d - y) ** 2).sum() / 2
            w.grad = c.grad = None
            J.backward()
            assert w.grad is not None
            assert c.grad is not None
            assert u.grad is not None
            assert np.ravel(made[f"J_t{t}"]) == pytest.approx(J.item(), abs=1e-9)
            sign = 1 if minus else -1
            assert np.ravel(made[f"delta_t{t}"]) == pytest.approx(sign * u.grad.numpy(), abs=1e-9)
            if t == 1:
                assert np.ravel(made["grad_w"]) == pytest.approx(w.grad.numpy().ravel(), abs=1e-9)
                assert np.ravel(made["grad_b"]) == pytest.approx(c.grad.numpy().ravel(), abs=1e-9)
            with torch.no_grad():
                w -= 0.25 * w.grad
                c -= 0.25 * c.grad
            assert np.ravel(made[f"w_t{t}"]) == pytest.approx(w.detach().numpy().ravel(), abs=1e-9)
            assert np.ravel(made[f"b_t{t}"]) == pytest.approx(c.detach().numpy().ravel(), abs=1e-9)


@each(("f", "loss"), [("sigmoid", "cross-entropy"), ("softmax", "cross-entropy"), ("tanh", "square-error")])
def test_a_batch_as_pytorch_has_it(f: str, loss: str) -> None:
    neurons = 3 if f == "softmax" else 1
    rng = np.random.default_rng(3)
    X, W, b = (rng.uniform(-1, 1, s).round(3) for s in ((4, 2), (2, neurons), (neurons,)))
    D = np.eye(3)[[0, 2, 1, 1]] if f == "softmax" else np.array([[0.0], [1], [1], [0]])
    fields = f"X: {X.tolist()}, d: {D.tolist()}, w: {W.tolist()}, b: {b.tolist()}, activation: {f}, loss: {loss}"
    solution = solved(fields, "[loss, gradients]", "carry: exact")
    w, c = torch.tensor(W, requires_grad=True), torch.tensor(b, requires_grad=True)
    y, d = ACTIVATIONS[f](torch.tensor(X) @ w + c), torch.tensor(D)
    sums = {
        "softmax": lambda: -(d * y.log()).sum(),
        "sigmoid": lambda: -(d * y.log() + (1 - d) * (1 - y).log()).sum(),
        "tanh": lambda: ((d - y) ** 2).sum(),
    }
    J = sums[f]() / 4
    J.backward()
    assert w.grad is not None
    assert np.ravel(solution["a/J"].exact) == pytest.approx(J.item(), abs=1e-9)
    assert np.ravel(solution["a/grad_w"].exact) == pytest.approx(w.grad.numpy().ravel(), abs=1e-9)


# -- what does not fit ----------------------------------------------------------------------------------------------------
@each(
    ("fields", "message"),
    [
        ("w: [1, 1]", "the patterns are missing | give x, X, a gate, or inputs: 2 for all of two binary inputs"),
        ("inputs: 2", "'w' is missing | give weights, or d or a gate to find weights for"),
        ("inputs: 2, x: [1, 2], w: [1, 2]", "x and inputs are given | one pattern, patterns, or all of so many"),
        ("inputs: 2, w: [1, 1, 1]", "w has 3 weights, but there are 2 inputs | "),
        ("inputs: 2, w: [1, 1], b: [1, 2]", "b is 2×1, but there is 1 neuron | "),
        ("inputs: 2, w: [1, 1], learn: {}", "'d' is missing: learning needs what is desired | or a gate"),
        ("inputs: 2, d: [0, 1], w: [1, 1]", "d has 2 rows, but there are 4 patterns | one output for each"),
        ("inputs: 1, d: [0, -1], w: 1", "a desired output of -1, but outputs are 0/1 | outputs: -1/1 for bipolar ones"),
        (
            "inputs: 2, w: [1, 1], tie: -1",
            "a threshold with outputs 0/1 cannot put out -1 | outputs: -1/1, or tie: 0 or 1",
        ),
        ("gate: AND, d: [0, 0, 0, 1]", "a gate and d are given | the gate says what is desired"),
        ("gate: NOT, inputs: 2", "NOT has one input, not 2 | "),
        (
            "gate: AND, w: [1, 1], loss: square-error",
            "a threshold has no slope to take gradients by | leave loss out, or give activation",
        ),
        ("gate: AND, w: [1, 1], b: 1, theta: 1", "theta and b are given | a threshold θ is a bias of −θ"),
        ("gate: AND, activation: tanh", "'w' is missing: weights are found for a threshold, not for tanh | "),
        (
            "inputs: 2, layers: [{W: [1, 1]}, {W: [[1, 1], [1, 1]]}]",
            "W is 2×2, but there is 1 input | weights are stored inputs x neurons",
        ),
        (
            "inputs: 8, d: [1], learn: {epochs: 9}",
            "d has 1 row, but there are 256 patterns | one output for each",
        ),
        (
            "gate: AND, inputs: 8, learn: {epochs: 9}",
            "9 epochs of 256 patterns, expected at most 1,000 presentations | fewer epochs or patterns",
        ),
        (
            f"inputs: 8, layers: [{', '.join(['{W: ' + str([[1] * 8] * 8) + '}'] * 10)}]",
            "20,480 outputs of all neurons for all patterns, expected at most 20,000 | fewer patterns, or fewer neurons",
        ),
    ],
)
def test_what_does_not_fit(fields: str, message: str) -> None:
    assert problems(fields) == [message]


def test_the_examples_run() -> None:
    assert answers(solve_question(load_text(perceptron.EXAMPLE).questions[0]))["w_t16"] == [[0.5], [0.5]]
    made = solve(PROBLEMS / "perceptron.yaml").answers
    assert made["a.i/y"] == [[0], [0], [0], [1]]
    assert made["c/solution"] == "no weights"
    assert made["d/y"] == [[0], [1], [1], [0]]
