"""Questions that the fuzzer found, as small as they went: each is a solution, or an error at its line, ever since."""

import pytest

from tests.fuzz.trial import Options, trial

FOUND = {
    "a gradient in symbols alone is in doubt": """
given: {family: gradient, symbols: {d: 1}, J: "norm(-(((1e-308) + (1e-308)) * (d).T))", by: d}
parts: [{label: 1}]
""",
    "the difference of rounded and exact overflows": """
given: {family: formula, quantities: {W1: 1}, formulas: [s1 = softplus(1e308)]}
parts: [{label: a}]
""",
    "the middle of what a student may have overflows": """
round: {figures: 5}
given: {family: formula, quantities: {g: [-1e308]}, formulas: [s0 = g, k1 = -(g / s0)]}
parts: [{label: a, find: gradients, marks: 1}, {label: b, find: gradients}]
""",
    "the proof of a gradient overflows": """
given: {family: mlp, x: [1, 1], d: [1e307, 1], layers: {W: [[1, 1], [1, 1]]}, loss: half-square-error, train: {rate: 1}}
parts: [{label: 1, find: updates}]
""",
    "two figures of the largest numbers are more than there is": """
round: {figures: 2}
given: {family: formula, quantities: {x: 1.797e308}, formulas: [y = x*1]}
parts: [{label: a}]
""",
    "a window that does not move": """
given: {family: formula, quantities: {X: [[1, 2], [3, 4]], K: [[1]]}, formulas: ["s0 = max_pool(X, stride=0)"]}
parts: [{label: a}]
""",
    "a window back over nothing": """
given: {family: formula, quantities: {x: 1}, formulas: ["J = largest(average_unpool(x, stride=(1, 2), padding=2))"]}
parts: [{label: a}]
""",
    "a transposed convolution that does not move": """
given: {family: formula, quantities: {x: [[1, 2], [3, 4]]}, formulas: ["J = sum(correlate_transposed(x, x, stride=0))"]}
parts: [{label: a}]
""",
    "answers of a class meet the cells of a window": """
given:
  family: formula
  quantities: {B: [[1, 3], [2, 0.5]]}
  formulas: ["m = max_pool(B, window=2, stride=1, padding=1)", "J = norm(m / size_rows(variance_columns(-1)))"]
parts: [{label: a}, {label: b, find: gradients}]
""",
    "a shape that nobody gave": """
given: {family: formula, quantities: {X: [[1, 2], [3, 4]]}, formulas: ["s = reshape(X, size=3)", "t = reshape(X)"]}
parts: [{label: a}]
""",
    "an input that names nothing": """
given: {family: count, input: {}, layers: [dense 3]}
parts: [{label: a}]
""",
    "an input within an input": """
given: {family: count, input: {a: {b: 3}}, layers: [dense 3]}
parts: [{label: a}]
""",
    "a window on padding alone": """
given: {family: formula, quantities: {w: [1, 2], k: 1e-308}, formulas: ["u = norm(max_pool(w, window=1, padding=1) @ k)"]}
parts: [{label: a}]
""",
    "a layer without words": """
given: {family: count, input: 3, layers: [" "]}
parts: [{label: a}]
""",
    "desired outputs that overflow": """
given: {family: mlp, x: [1], d: [1e308, 1e308], layers: [{W: [[1, 1]], activation: softmax}], loss: cross-entropy}
parts: [{label: a}]
""",
    "one number where two are needed": """
given: {family: formula, quantities: {X: [[1, 2], [3, 4]]}, formulas: ["s = zeros_around(X, rows=2, columns=0, size=100000)"]}
parts: [{label: a}]
""",
    "no filter": """
given: {family: convolution, X: [[0, 1, 2], [3, 4, 5], [6, 7, 8]], K: []}
parts: [{label: a}]
""",
    "padding behind without end": """
given: {family: formula, quantities: {X: [[1, 2], [3, 4]], k: [1, 2]}, formulas: ["s = correlate_transposed(X, k, after=100000, size=(1, 2))"]}
parts: [{label: a}]
""",
    "a masked score that may be without end": """
given: {family: attention, X: [[0, 1, 0, 1], [1, 1, 1, 1]], Wq: [[1, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 1]], Wk: [[0, 0, 1], [1, 1, 0], [0, 1, 0], [1, 1, 0]], Wv: [[0, 1, 0], [0, 1, 0], [1, 0, 1], [1, 1, 0]], scaled: false, mask: causal}
parts: [{label: 1}]
""",
    "padding without end": """
given: {family: formula, quantities: {X: [[1, 2], [3, 4]]}, formulas: ["J = sum(average_pool(X, padding=10000))"]}
parts: [{label: a}]
""",
    "a window behind all of its input": """
round: {figures: 6}
given: {family: formula, quantities: {q: [0, 0.00]}, formulas: ["k = sgn(100 + max_pool(q, window=2, after=3))"]}
parts: [{label: a}]
""",
    "a mean window behind all of its input": """
given: {family: formula, quantities: {x: [-2, 1.25, 3, 2]}, formulas: ["e = sum(average_unpool(x, window=1, after=(1, 2)))"]}
parts: [{label: a}]
""",
    "padding that a single cell did not show": """
given: {family: formula, quantities: {u: 2}, formulas: ["J = correlate_transposed(u, u, padding=3, after=100000, size=2)"]}
parts: [{label: a}]
""",
    "no keyword for a point": """
given: {family: concept, points: [It is small.], keywords: [[], [slope]]}
parts: [{label: a, marks: 1}]
""",
    "a size that is no whole number": """
given: {family: count, input: [1, 28, 36/13], layers: [conv 10@3x3 same, flatten, fc 2]}
parts: [{label: a, find: parameters}]
""",
    "cells as far apart as numbers go": """
round: {decimals: 0}
carry: exact
given: {family: formula, quantities: {x: [-1e308, 1e308, 7]}, formulas: [J = x]}
parts: [{label: a, marks: 1}]
""",
    "no map at all": """
parts: [{label: a, given: {family: convolution, X: [], pool: max}}]
""",
    "patterns in fractions": """
given: {family: perceptron, outputs: -1/1, X: [[36/13, 1], [-1, 1]], d: [-1, 1], learn: {rate: 0.5}}
parts: [{label: a, marks: 1}]
""",
    "a gate of two neurons": """
given: {family: perceptron, gate: OR, learn: {rate: 0.5}, w: [[0, 1, 2], [1, 0, 1]]}
parts: [{label: a, find: table}]
""",
    "a gradient that comes back by weights nobody gave": """
given: {family: mlp, h: {layer: 1, value: [0.6, 0.8], activation: sigmoid}, delta: {layer: 2, value: 0.12}, layers: []}
parts: [{label: a}]
""",
    "a size that is a count of its own network": """
parts: [{label: a, given: {family: count, input: [3, macs_conv1, 12], layers: [conv 256@5x5]}, find: macs}]
""",
    "a layer far behind": """
given: {family: mlp, u: {layer: 999999999, value: [1.2, 0.3], activation: softmax}, d: 2, classes_from: 1, loss: cross-entropy}
parts: [{label: a}]
""",
    "numbers as far apart as numbers go": """
round: {figures: 1}
given: {family: formula, quantities: {B: [1e308, 3, 1e-308]}, formulas: [e = B, u = -e]}
parts: [{label: a, marks: 1}]
""",
}


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND)
@pytest.mark.parametrize("carry", ["rounded", "exact"])
def test_found_no_more(text, carry) -> None:
    finding, _ = trial(text, Options(carry, rolls=None))
    assert finding is None, f"{finding.kind}\n{finding.detail}"
