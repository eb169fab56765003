"""Feedforward networks (MLP): forward pass, loss, and the gradients of backpropagation.

Any depth and width. Weights are stored inputs × neurons, so u = Wᵀx + b. Layers count from 1 to L, the output layer.

Quantities: x d, W1 b1 … (given); u1 h1 … uL y (forward); J (loss); df1 … (activation derivatives, hidden layers);
grad_u1 …, grad_W1 grad_b1 … (gradients of J).

find: parameters (W, b), hidden (u, h of the hidden layers), output (uL, y), loss (J), derivatives (df),
gradients_u (last layer first), gradients_Wb (last layer first), forward, backward, or any quantity by name.
"""

from typing import Annotated, Literal

import numpy as np

from solver.fields import AtLeast, AtMost, Matrix, Scalar, Spec, Vector
from solver.formula.tree import Array
from solver.gradients import add_gradients
from solver.nodes import Report
from solver.working import Working

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
parts:
  - {label: a, marks: 2, prompt: Find the output., find: [hidden, output]}
  - {label: b, marks: 1, prompt: Find the loss., find: loss}
  - {label: c, marks: 4, prompt: Find all gradients., find: [gradients_u, gradients_Wb]}
"""

MAX_LAYERS = 500

Activation = Literal["tanh", "sigmoid", "relu", "leaky_relu", "softplus", "elu", "gelu", "linear", "softmax"]
Loss = Literal["cross-entropy", "square-error", "half-square-error", "mean-square-error", "none"]


class Layer(Spec):
    """One fully connected layer."""

    W: Annotated[Matrix, "weights, inputs × neurons"]
    b: Annotated[Vector | None, "biases, one for each neuron, or one number for all; 0 if left out"] = None
    activation: Annotated[Activation, "the activation function"] = "linear"
    slope: Annotated[Scalar | None, "a of leaky_relu (0.01 if left out) or elu (1)"] = None


class Given(Spec):
    """The network, one training example and the loss."""

    x: Annotated[Vector, "the input pattern"]
    layers: Annotated[tuple[Layer, ...], AtLeast(1), AtMost(MAX_LAYERS), "the layers, the output layer last"]
    d: Annotated[Vector | None, "the desired output; one-hot for softmax"] = None
    loss: Annotated[Loss, "cross-entropy is binary after sigmoid, multi-class after softmax"] = "none"


def work(given: Given, report: Report) -> Working:
    """The whole forward and backward pass; raises nothing, misfits go to the report."""
    if not _fits(given, report):
        return Working()
    working = Working()
    net = _Network(given, working)
    net.givens()
    net.forward()
    if given.loss != "none":
        net.loss()
        net.backward()
    net.groups()
    return working


def _fits(given: Given, report: Report) -> bool:
    """Checks shapes from the input on, and the loss; each misfit is noted at its own line."""
    before = len(report.problems)
    width, source = given.x.value.shape[0], "the input x"
    for k, layer in enumerate(given.layers, 1):
        rows, neurons = layer.W.value.shape
        if rows != width:
            hint = "rows are inputs, columns are neurons" + ("; is it transposed?" if neurons == width else "")
            found = f"W{k} is {rows}×{neurons}, but {source} has {width} values ({width}×1)"
            report.add(layer.place("W"), found, hint)
        if layer.b is not None and layer.b.value.shape[0] not in (1, neurons):
            size = layer.b.value.shape[0]
            report.add(layer.place("b"), f"b{k} is {size}×1, but W{k} is {rows}×{neurons}: {neurons} biases expected")
        if layer.slope is not None and layer.activation not in ("leaky_relu", "elu"):
            report.add(layer.place("slope"), f"{layer.activation} has no slope", "leaky_relu and elu do")
        width, source = neurons, f"layer {k}"
    outputs, activation = width, given.layers[-1].activation
    if given.loss == "none":
        return len(report.problems) == before
    if given.d is None:
        report.add(given.place("loss"), "'d' is missing: a loss needs the desired output")
    elif given.d.value.shape[0] != outputs:
        report.add(given.place("d"), f"d is {given.d.value.shape[0]}×1, but the output is {outputs}×1")
    if given.loss == "cross-entropy" and activation not in ("sigmoid", "softmax"):
        report.add(given.place("loss"), f"cross-entropy after {activation}", "it needs a sigmoid or softmax output")
    if given.loss != "cross-entropy" and activation == "softmax":
        report.add(given.place("loss"), f"{given.loss} after softmax", "softmax goes with cross-entropy")
    return len(report.problems) == before


class _Network:
    """Writes the steps of one network into a working."""

    def __init__(self, given: Given, working: Working) -> None:
        self.given, self.working = given, working
        self.depth = len(given.layers)

    def output_of(self, k: int) -> str:
        """The name of layer k's output; layer 0 is the input."""
        return "x" if k == 0 else "y" if k == self.depth else f"h{k}"

    def givens(self) -> None:
        w, given = self.working, self.given
        w.given("x", given.x, "Input")
        for k, layer in enumerate(given.layers, 1):
            w.given(f"W{k}", layer.W, f"Weights of {self.place(k)}")
            w.given(f"b{k}", _biases(layer), f"Biases of {self.place(k)}")
            if layer.slope is not None:
                w.given(f"a{k}", layer.slope, f"Slope of {self.place(k)}")
        if given.d is not None:
            w.given("d", given.d, "Desired output")

    def place(self, k: int) -> str:
        """Layer k in words."""
        if k == self.depth:
            return "the output layer"
        words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
        if self.depth == 2:
            return "the hidden layer"
        return f"the {words[k - 1]} hidden layer" if k <= len(words) else f"hidden layer {k}"

    def forward(self) -> None:
        for k, layer in enumerate(self.given.layers, 1):
            u, out = f"u{k}", self.output_of(k)
            self.working.step(u, f"W{k}.T @ {self.output_of(k - 1)} + b{k}", f"Synaptic input to {{{out}}}")
            self.working.step(out, self.activated(layer, k), self.output_title(k))

    def output_title(self, k: int) -> str:
        return "Output {y}" if k == self.depth else f"Output of {self.place(k)}"

    def activated(self, layer: Layer, k: int) -> str:
        if layer.activation == "linear":
            return f"u{k}"
        return f"{layer.activation}(u{k}, a{k})" if layer.slope is not None else f"{layer.activation}(u{k})"

    def loss(self) -> None:
        formula, title = _loss(self.given)
        self.working.step("J", formula, title)

    def backward(self) -> None:
        """The gradients of J, or of the output where there is no loss, by every u, W and b."""
        layers = range(self.depth, 0, -1)
        wrt = [f"u{k}" for k in layers] + [name for k in layers for name in (f"W{k}", f"b{k}")]
        titles = {f"grad_u{k}": f"Gradient at {self.place(k)}" for k in layers}
        titles |= {f"df{k}": f"Derivative at {self.place(k)}" for k in layers}
        titles |= {f"grad_W{k}": f"Weights of {self.place(k)}" for k in layers}
        titles |= {f"grad_b{k}": f"Biases of {self.place(k)}" for k in layers}
        add_gradients(self.working, "y" if self.given.loss == "none" else "J", wrt, titles)

    def groups(self) -> None:
        w, depth = self.working, self.depth
        hidden = [name for k in range(1, depth) for name in (f"u{k}", f"h{k}")]
        w.group("parameters", [name for k in range(1, depth + 1) for name in (f"W{k}", f"b{k}")])
        w.group("hidden", hidden)
        w.group("output", [f"u{depth}", "y"])
        w.group("forward", [*hidden, f"u{depth}", "y"])
        if self.given.loss == "none":
            return
        gradients_u = [f"grad_u{k}" for k in range(depth, 0, -1)]
        gradients_wb = [name for k in range(depth, 0, -1) for name in (f"grad_W{k}", f"grad_b{k}")]
        w.group("loss", ["J"])
        w.group("derivatives", [name for name in w.items if name.startswith("df")])
        w.group("gradients_u", gradients_u)
        w.group("gradients_Wb", gradients_wb)
        w.group("backward", [*gradients_u, *gradients_wb])


def _biases(layer: Layer) -> Array:
    """One bias for each neuron, shape (neurons, 1)."""
    neurons = layer.W.value.shape[1]
    if layer.b is not None and layer.b.value.shape[0] == neurons:
        return layer.b
    text = layer.b.text(0, 0) if layer.b is not None else "0"
    return Array(np.full((neurons, 1), float(text)), ((text,),) * neurons)


def _loss(given: Given) -> tuple[str, str]:
    """The loss as a formula in d and y, and its name."""
    single = given.layers[-1].W.value.shape[1] == 1
    if given.loss == "cross-entropy":
        if given.layers[-1].activation == "softmax":
            return "-sum(d*log(y))", "Cross-entropy over the classes"
        if single:
            return "-d*log(y) - (1 - d)*log(1 - y)", "Cross-entropy"
        return "-sum(d*log(y) + (1 - d)*log(1 - y))", "Cross-entropy, summed over the outputs"
    square = "(d - y)**2" if single else "sum((d - y)**2)"
    formulas = {
        "square-error": (square, "Square error"),
        "half-square-error": (f"{square}/2", "Half the square error"),
        "mean-square-error": (square if single else "mean((d - y)**2)", "Mean square error"),
    }
    return formulas[given.loss]
