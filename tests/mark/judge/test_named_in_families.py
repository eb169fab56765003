"""Mistakes that each kind of network invites, planted in a question of its family and read back by their names."""

from collections.abc import Callable

import numpy as np
import pytest

from solver.mark.judge.grade import grade_batch
from solver.mark.sheet import sheet
from solver.rounding import Floats
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.mark.simulate import key_of

X, K = np.array([[1.0, 2, 0], [0, 1, 3], [2, 1, 1]]), np.array([[1.0, 0], [-1, 2]])
Q, KEYS, V = np.array([[1.0, 2], [3, 1]]), np.array([[2.0, 1], [1, 0]]), np.array([[1.0, 2], [1, 1]])


def slid(k: Floats) -> Floats:
    """The kernel over X as it is."""
    return np.array([[(X[i : i + 2, j : j + 2] * k).sum() for j in range(2)] for i in range(2)])


def softmax(z: Floats, axis: int) -> Floats:
    e = np.exp(z)
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


def sigmoid(u: float) -> float:
    return float(1 / (1 + np.exp(-u)))


CONV = "family: count, input: [6, 14, 14], layers"
ATTENTION = f"family: attention, Q: {Q.tolist()}, K: {KEYS.tolist()}, V: {V.tolist()}"
LSTM = (
    "family: lstm, W: {f: [[0.2]], i: [[-0.4]], g: [[0.9]], o: [[0.6]]}, U: {f: [[1]], i: [[1]], g: [[1]], o: [[1]]}, "
    "x: [[1]], h0: [0.1], c0: [0.8]"
)
GRU = "family: gru, W: {z: [[0.7]], r: [[-0.5]], n: [[0.9]]}, U: {z: [[1]], r: [[1]], n: [[1]]}, x: [[1]], h0: [0.4]"
NET = "family: rnn, x: [[2], [1]], U: [[1]], W: [[0.5]], V: [[1]], output_activation: linear, d: [[1], [3]], loss: square-error"
STEP = "family: optimizer, g: [[3.27, -4.18]], w: [1, 1], rate: 0.5"

STEPPED = np.array([[3.27], [-4.18]])

Mistaken = float | Floats | Callable[[dict[str, Floats]], Floats]
PLANTED: list[tuple[str, str, str, Mistaken]] = [
    ("not rounded", "family: cnn, input: [1, 228, 228], layers: [{type: conv, filters: 1, size: 7, stride: 4}]", "H2", 56.25),
    ("rounded the wrong way", "family: cnn, input: [1, 228, 228], layers: [{type: conv, filters: 1, size: 7, stride: 4}]", "H2", 57),
    ("not rounded", f"{CONV}: [max-pool 3 stride 2]", "H_pool1", 6.5),
    ("rounded the wrong way", f"{CONV}: [max-pool 3 stride 2]", "H_pool1", 7),
    ("not rounded", "family: receptive, size: 3, covers: 32", "n", 15.5),
    ("rounded the wrong way", "family: receptive, size: 3, covers: 32", "n", 15),
    ("depth forgotten", f"{CONV}: [conv 8@3x3]", "params_conv1", 8 * (3 * 3 + 1)),
    ("depth forgotten", "family: cnn, input: [6, 9, 9], layers: [{type: conv, filters: 8, size: 3}]", "params_conv1", 80),
    ("groups forgotten", f"{CONV}: [conv 8@3x3 groups 2]", "params_conv1", 8 * (6 * 9 + 1)),
    ("all biases forgotten", f"{CONV}: [conv 8@3x3, flatten, dense 5]", "params_total", 8 * 54 + 5 * 8 * 144),
    ("kernel not turned", f"family: convolution, X: {X.tolist()}, K: {K.tolist()}, operation: convolution", "Y", slid(K)),
    ("mask forgotten", f"{ATTENTION}, mask: causal", "Zm", Q @ KEYS.T / np.sqrt(2)),
    ("√d forgotten", ATTENTION, "Z", Q @ KEYS.T),
    ("softmax along the wrong axis", ATTENTION, "A", lambda right: softmax(right["Z"], 0)),
    ("softmax along the wrong axis", "family: loss, z: [[2, 1], [0, 1]], labels: [1, 2]", "y",
     softmax(np.array([[2.0, 1], [0, 1]]), 0)),
    ("gate mixed up", LSTM, "h1 of forward", lambda right: right["f1"] * np.tanh(right["c1"])),
    ("gates swapped", LSTM, "c1 of forward", lambda right: right["i1"] * 0.8 + right["f1"] * right["g1"]),
    ("tanh of the cell state left out", LSTM, "h1 of forward", lambda right: right["o1"] * right["c1"]),
    ("1 − z for z", GRU, "h1 of forward", lambda right: right["z1"] * 0.4 + (1 - right["z1"]) * right["n1"]),
    ("gate mixed up", GRU, "n1 of forward", lambda right: np.tanh(0.9 + right["z1"] * 0.4)),
    ("weight decay forgotten", f"{NET}, weight_decay: 0.2", "grad_U of [states, loss, gradients]", lambda right: right["grad_U"] - 0.2),
    ("weight decay forgotten", f"family: convolution, X: {X.tolist()}, K: {K.tolist()}, d: [[0, 1], [1, 0]], "
     "loss: square-error, weight_decay: 0.2", "grad_K", lambda right: right["grad_K"] - 0.2 * K),
    ("part of a gradient forgotten", NET, "grad_U of [states, loss, gradients]", lambda right: right["delta_h2"] * 1),
    ("gradient not clipped", f"{STEP}, clip: {{by: norm, at: 1}}", "ghat_w_t1 of [norm_t1, ghat_w_t1]", STEPPED),
    ("gradient not clipped", f"{STEP}, clip: {{by: value, at: 1}}", "ghat_w_t1", STEPPED),
    ("wrong sign", f"{STEP}, optimizer: momentum", "w_t1", 1 + 0.5 * STEPPED),
    ("sums of moduli for squares", "family: competitive, kind: som, X: [[0.5, 0.4]], W: [[0.3, 0.2], [0.8, 0.4]]", "d_t1",
     np.array([[0.4], [0.3]])),
    ("diagonal kept", "family: competitive, kind: hopfield, patterns: [[1, 1, -1]]", "W",
     np.outer([1, 1, -1], [1, 1, -1])),
    ("the other output at 0", "family: perceptron, X: [[0, 0], [1, -1], [2, -2], [1, 1]], w: [1, 1], b: 0", "y", np.ones((4, 1))),
    ("log to base 10", "family: loss, z: [2, 1], label: 1", "CE", -float(np.log10(sigmoid(1)))),
    ("variance for standard deviation", "family: generative, mu: [0.5], logvar: [0.4], eps: [1]", "sigma", float(np.exp(0.4))),
    ("dropout scale forgotten", "family: dropout, x: [1, 2], mask: [1, 1], p: 0.5", "h", np.array([[1.0], [2]])),
    ("n − 1 for n", "family: normalisation, kind: batch, X: [[1], [2], [4]], eps: 0.1", "var", float(np.var([1, 2, 4], ddof=1))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "asked", "mistaken"), PLANTED, ids=[f"{n}: {a}" for n, _, a, _ in PLANTED])
def test_planted(name: str, given: str, asked: str, mistaken: Mistaken) -> None:
    answer, _, find = asked.partition(" of ")
    text = f"title: t\nround: {{decimals: 4}}\ngiven: {{{given}}}\nparts: [{{label: a, find: {find or asked}}}]"
    made, key = sheet(solve_question(load_text(text).questions[0])), f"a/{answer}"
    right = {q.name: q.solved.written for _, chain in made.chains for q in chain}
    wrong = mistaken(right) if callable(mistaken) else np.asarray(mistaken, dtype=float)
    students = key_of(made, 1)
    students.batch.values[key][0] = np.round(wrong.reshape(made.answers[key].shape), 4)
    assert set(grade_batch(made, None, students).mistakes.get(key, {}).values()) == {name}
