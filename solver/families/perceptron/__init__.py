"""Perceptrons: threshold units and networks, logic gates, the learning rule; logistic and softmax regression.

One unit, y = f(u) with u = w·x + b, on one pattern `x`, on patterns `X` (one a row), or on all patterns of a gate:

    gate: XOR                   AND OR NAND NOR XOR XNOR NOT IMPLIES, of 2 inputs unless `inputs` says otherwise
    inputs: 3                   all patterns of three binary inputs; d: [0, 1, 1, 0, …] says what they should give

outputs: 0/1 or -1/1; tie: what is put out at u = 0 exactly, the lower of the two unless said. theta: a threshold θ in
place of a bias, u = w·x − θ. bias_input: a constant such as −1 that joins every pattern as its last input. Weights of
several neurons are a matrix; `layers` makes a network of them. activation: sigmoid, tanh, linear or softmax in place of
the threshold, with a `loss` if gradients are asked for; or winner, 1 for the neuron of the largest u and 0 for all others.

Without weights, weights that give `d` (or the gate) are found, with their check, or it is shown why there are none.

`learn: {rate: 0.5}` presents the patterns one after the other, w ← w + η e x and b ← b + η e with e = d − y, until an
epoch without a mistake; or shows that it never ends. Without `w` it starts at 0 with a bias; a `theta` stays as it is.
After another activation w ← w + η δ x, where δ = e f′(u), half the squared error, or δ = e with loss: cross-entropy, and
`epochs` (1) are gone through.
errors: y - d turns the signs of e and δ, so that δ = ∂J/∂u. With outputs −1/1, margin: 0 has w ← w + η d x wherever
d u ≤ 0 (margin: γ, wherever d u ≤ γ); rule: hebb has it for every pattern. Several classes: activation: winner, and d a
row of 0 and 1 for each pattern.

Quantities: X x d w b θ (given), u y (of layers u1 h1 u2 …), J; slope intercept distance (of the line u = 0); learning:
x1 d1 … (patterns), u_t1 y_t1 e_t1 delta_t1 w_t1 b_t1 … (of presentation 1, and after it; m_t1: 1 where a margin makes
the weights change), w_mean b_mean (averages over all presentations).

find: outputs, truth_table (u and y), gate (with `inputs`: which one it is), check (y, and how many of it are wrong), solution (weights and what they must
fulfil), boundary (two inputs), loss, gradients; learning: weights (after every presentation), errors, deltas, epochs
(weights after each epoch), final (the last ones), average (w_mean, b_mean), conclusion, table (weights and conclusion);
or any quantity by name.
"""

from solver.errors import FormulaError
from solver.families.perceptron.found import solved
from solver.families.perceptron.given import Given, PerceptronRule, ThresholdLayer, checked
from solver.families.perceptron.presentations import learned
from solver.families.perceptron.unit import forward
from solver.spec.nodes import Report
from solver.working.page import Working

__all__ = ["EXAMPLE", "Given", "PerceptronRule", "ThresholdLayer", "work"]

EXAMPLE = """
title: A perceptron learns OR
round: {decimals: 1}
given: {family: perceptron, gate: OR, learn: {rate: 0.5}}
parts:
  - {label: a, marks: 4, prompt: Train it from zero weights until it makes no mistake., find: table}
"""


def work(given: Given, report: Report) -> Working:
    """The unit on its patterns, learning or a solution; raises nothing, what does not fit goes to the report."""
    data = checked(given, report)
    if data is None:
        return Working()
    try:
        if given.learn is not None:
            return learned(given, data, report)
        return forward(given, data, Working()) if given.w is not None or given.layers else solved(given, data)
    except FormulaError as error:
        report.add(given.place(), error.message, error.hint)
        return Working()
