"""Feedforward networks (MLP): forward pass, loss, the gradients of backpropagation, and training.

Any depth and width. Layers count from 1 to L, the output layer. Weights are stored inputs × neurons, so u = Wᵀx + b,
or the other way round. The gradients are derived from the formulas: of the loss J, or of a single output y where there
is no loss, or from a gradient given in mid-network. A question may start in mid-network, from the activations h or the
synaptic input u of a layer (of several patterns, a row each); the layers listed are those behind it. Many patterns are the rows of X, and of D what is
desired: U = XW + 1bᵀ, with 1 the column of ones.

Quantities: x d, W1 b1 … (given); u1 h1 … uL y (forward); J (loss); df1 … (slopes of the activations);
grad_u1 …, grad_W1 grad_b1 … (gradients; grad_theta1 where there are thresholds). For many patterns X D one, U1 H1 … Y.
Only where they are asked for: grad_h1 …, grad_y, grad_x; delta1 … (∂J/∂u, or minus that: `deltas`); e (d − y, or minus
that: `error`); class (that of the largest output, or of one output above 0.5); params1 … and params (how many weights and biases); any single entry, by the formula of that entry
alone: grad_W2[1,1] is the chain rule for one weight, W2_t1[1,1] its update, rows and columns counted from 1.
`names` gives them names of your own, on the page, in JSON and in answer sheets: {u: z, h: a} makes z1, a1, grad_z1.

Training adds what an optimizer makes of the gradients. Time counts updates: W1_t1 is W1 after the first one, and what
is computed with it ends alike, u1_t1 y_t1 J_t1 grad_W1_t1. An optimizer keeps v_W1_t1, m_W1_t1, … as the family
optimizer says. Where each update sees a part of the patterns (x1 d1, x2 d2 …, or X1 D1 … one1 …), J_t1 is the loss of
the next part, and J_all_t1 (with Y_all_t1 …) that of all patterns after the update. Weights decay where weight decay
is given (adamw: 0.01 if it is not); biases and thresholds do not. Of the network, and not of `train`, weight_decay joins the
loss: J = E + λ/2 Σ w².

find: parameters (W, b), hidden (u, h of the hidden layers), output (uL, y), loss (J), derivatives (df),
gradients_u (last layer first), gradients_Wb (last layer first), gradients_h, deltas, counts, forward, backward; of training updates (the parameters
after each update), loss_after (the loss after each), history (both), final (the parameters at the end); or any
quantity by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.families.mlp.backward import add_backward
from solver.families.mlp.checks import Fitted, called, facts
from solver.families.mlp.given import Given
from solver.families.mlp.offers import add_counts, add_offers
from solver.formula.symbol import Symbol
from solver.formula.tree import Array
from solver.nets.layers import spread
from solver.nets.network import Network, Pass
from solver.nets.own_activations import read_activations
from solver.spec.nodes import Report
from solver.working.page import Working

if TYPE_CHECKING:  # few questions have a figure
    from solver.working.sketches import Sketch

__all__ = ["EXAMPLE", "Given", "work"]

EXAMPLE = """
title: A small network
round: {decimals: 2}
given:
  family: mlp
  x: [1.0, 2.0]
  d: 1
  layers:
    - {W: [[0.5, -0.3], [0.2, 0.8]], b: [0.1, 0.0], activation: relu}
    - {W: [[1.0], [-0.5]], b: 0.2, activation: sigmoid}
  loss: cross-entropy
  train: {rate: 0.5}
parts:
  - {label: a, marks: 2, prompt: Find the output., find: [hidden, output]}
  - {label: b, marks: 1, prompt: Find the loss., find: loss}
  - {label: c, marks: 4, prompt: Find all gradients., find: [gradients_u, gradients_Wb]}
  - {label: d, marks: 3, prompt: Update all parameters and find the new loss., find: [updates, loss_after]}
"""


def work(given: Given, report: Report) -> Working:
    """Forward pass, backward pass and training; raises nothing, misfits go to the report."""
    before = len(report.problems)
    own = read_activations(given.activations or {}, given, report)
    names = called(given, report)
    found = facts(given, report)
    working = Working()
    if found is None or len(report.problems) > before:
        return working
    if any(layer.shape for layer in given.layers):
        add_counts(working, given)
        return working
    net = Network(working, given, found.weights, own, names)
    parts = _patterns(given, found, net)
    first = parts[0]
    if given.delta is not None:
        net.delta(given.delta.layer, given.delta.value)
    net.forward(first)
    if given.loss != "none":
        net.loss(first)
    else:
        working.absent |= dict.fromkeys(
            (names.get("J", "J"), "loss"), "give a loss, such as loss: square-error, and the desired output"
        )
    add_backward(given, net, first, report)
    _groups(net, first)
    if given.train is not None:
        from solver.families.mlp.learning import Training  # few questions train

        if not Training(net, given.train, parts, _every(names)).run(report):
            return Working()
    _figures(net, first)
    working.default = tuple(name for name, item in working.items.items() if not item.given)
    add_offers(given, found, net, first)
    return working


def _figures(net: Network, first: Pass) -> None:
    """What can be drawn: the network, and the loss after each update."""

    def network() -> Sketch:
        from solver.families.mlp.drawn_neurons import network

        return network(net, first)

    def curve() -> Sketch:
        from solver.working.sketches import Curve

        return Curve(net.letter("J"), (net.letter("J"), *working.groups["loss_after"]), "updates")

    working = net.working
    if net.layers:
        working.figures["network"] = network
    if "loss_after" in working.groups:
        working.figures["loss"] = curve


def _every(names: dict[str, str]) -> Pass:
    """The pass of all patterns."""
    x, d = (_rows_called(names.get(letter, letter)) for letter in "xd")
    return Pass(x, d, "one", called=names)


def _rows_called(name: str) -> str:
    """X for x."""
    return name.upper() if len(name) == 1 else name


def _patterns(given: Given, found: Fitted, net: Network) -> list[Pass]:
    """States inputs, parameters and desired outputs; returns a first pass for each part of the patterns in turn."""
    working, names = net.working, net.called
    x, d = (net.letter(letter) for letter in "xd")
    if found.X is None:
        if given.x is not None:
            net.given("x", None, given.x, "Input")
        only = Pass(x, d, called=names)
        net.givens(only)
        if found.desired is not None:
            net.given("d", None, found.desired, "Desired output")
        return [only]
    patterns = found.X.value.shape[0]
    size = patterns
    if given.train is not None and given.train.mode != "full-batch":
        size = given.train.batch or 1
    one_by_one = given.train is not None and given.train.mode == "stochastic"
    every = _every(dict(names))
    if net.start is None:
        working.given(every.x, found.X, "Inputs, a pattern in each row")
    _ones(working, "one", patterns)
    spans = [(start, min(start + size, patterns)) for start in range(0, patterns, size)] if size < patterns else []
    if one_by_one and not spans:
        spans = [(0, 1)]
    passes = []
    for p, (start, stop) in enumerate(spans, 1):
        if one_by_one:
            working.given(f"{x}{p}", _rows(found.X, start, stop).T, f"Pattern {p}")
            passes.append(Pass(f"{x}{p}", f"{d}{p}", called=names))
        else:
            working.given(f"{every.x}{p}", _rows(found.X, start, stop), f"Patterns {start + 1} to {stop}")
            _ones(working, f"one{p}", stop - start)
            passes.append(Pass(f"{every.x}{p}", f"{every.d}{p}", f"one{p}", called=names))
    net.givens(every)
    if found.desired is not None:
        working.given(every.d, found.desired, "Desired outputs, a pattern in each row")
        for p, (start, stop) in enumerate(spans, 1):
            target = _rows(found.desired, start, stop)
            working.given(passes[p - 1].d, target.T if one_by_one else target, "Desired output")
    return passes or [every]


def _ones(working: Working, name: str, count: int) -> None:
    working.given(name, spread(Array(np.ones((1, 1)), (("1",),)), count), "", Symbol("1", str(count)))


def _rows(matrix: Array, start: int, stop: int) -> Array:
    assert matrix.typed is not None
    return Array(matrix.value[start:stop], matrix.typed[start:stop])


def _groups(net: Network, first: Pass) -> None:
    w, layers = net.working, range(net.first, net.depth + 1)
    named = [first.quantity(letter, k) for k in range(max(net.first - 1, 1), net.depth) for letter in "uh"]
    hidden = [name for name in named if name in w.items and not w.items[name].given]
    last = (first.quantity("u", net.depth), first.quantity("y"))
    output = [name for name in last if name in w.items and not w.items[name].given]
    w.group("parameters", [name for k in layers for name in net.parameters(k)])
    w.group("hidden", hidden)
    w.group("output", output)
    w.group("forward", [*hidden, *output])
    loss = net.letter("J")
    if loss in w.items:
        w.group("loss", [name for name in (first.quantity("E"), first.quantity("decay"), loss) if name in w.items])
    made = {of: name for of, name in w.having("gradient").items() if not w.items[name].given}
    if made:
        synaptic = {first.quantity("u", k) for k in range(1, net.depth + 1)}
        outputs = {net.output_of(k, first) for k in range(net.depth + 1)}
        w.group("derivatives", w.having("slope").values())
        w.group("gradients_u", [name for of, name in made.items() if of in synaptic])
        w.group("gradients_Wb", [name for of, name in made.items() if of not in synaptic | outputs])
        w.group("backward", made.values())
