"""Feedforward networks (MLP): forward pass, loss, and the gradients of backpropagation.

Any depth and width. Layers count from 1 to L, the output layer. Weights are stored inputs × neurons, so u = Wᵀx + b,
or the other way round. The gradients are derived from the formulas: of the loss J, or of a single output y where there
is no loss, or from a gradient given in mid-network.

Quantities: x d, W1 b1 … (given); u1 h1 … uL y (forward); J (loss); df1 … (slopes of the activations);
grad_u1 …, grad_W1 grad_b1 … (gradients; grad_theta1 where there are thresholds).

find: parameters (W, b), hidden (u, h of the hidden layers), output (uL, y), loss (J), derivatives (df),
gradients_u (last layer first), gradients_Wb (last layer first), forward, backward, or any quantity by name.
"""

from typing import Annotated, Literal

import numpy as np

from solver.fields import AtLeast, AtMost, Matrix, Scalar, Spec, Vector
from solver.formula.parse import parse
from solver.formula.shape import SCALAR
from solver.formula.symbol import Symbol
from solver.formula.tree import Array
from solver.gradients import add_gradients
from solver.nodes import Report
from solver.working import Stated, Working

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


Stored = Literal["inputs x neurons", "neurons x inputs"]


class Layer(Spec):
    """One fully connected layer."""

    W: Annotated[Matrix, "weights, stored as `weights` says"]
    b: Annotated[Vector | None, "biases, one for each neuron, or one number for all; none if left out"] = None
    theta: Annotated[Vector | None, "thresholds θ, subtracted instead of adding biases"] = None
    activation: Annotated[Activation, "the activation function"] = "linear"
    slope: Annotated[Scalar | None, "a of leaky_relu (0.01 if left out) or elu (1)"] = None


class Delta(Spec):
    """A gradient that the question gives in mid-network."""

    layer: Annotated[int, AtLeast(1), "at the synaptic input of this layer"]
    value: Annotated[Vector, "the gradient there; backpropagation starts from it"]


class Given(Spec):
    """The network, one training example and the loss."""

    x: Annotated[Vector, "the input pattern"]
    layers: Annotated[tuple[Layer, ...], AtLeast(1), AtMost(MAX_LAYERS), "the layers, the output layer last"]
    weights: Annotated[Stored, "how weights are stored: u = Wᵀx + b, or u = Wx + b"] = "inputs x neurons"
    d: Annotated[Vector | None, "the desired output; one-hot for softmax"] = None
    loss: Annotated[Loss, "cross-entropy is binary after sigmoid, multi-class after softmax"] = "none"
    delta: Annotated[Delta | None, "a gradient given instead of a loss"] = None


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
        rows, columns = layer.W.value.shape
        inputs, neurons = (rows, columns) if given.weights == "inputs x neurons" else (columns, rows)
        if inputs != width:
            hint = f"weights are stored {given.weights}" + ("; is W transposed?" if neurons == width else "")
            report.add(layer.place("W"), f"W{k} is {rows}×{columns}, but {source} is {width}×1", hint)
        _fits_neurons(layer, k, neurons, report)
        width, source = neurons, f"the output of layer {k}"
    if given.loss != "none":
        _fits_loss(given, width, report)
    if given.delta is not None:
        _fits_delta(given, given.delta, report)
    return len(report.problems) == before


def _fits_neurons(layer: Layer, k: int, neurons: int, report: Report) -> None:
    rows, columns = layer.W.value.shape
    for field, values in (("b", layer.b), ("theta", layer.theta)):
        if values is not None and values.value.shape[0] not in (1, neurons):
            size = values.value.shape[0]
            found = f"{field}{k} is {size}×1, but W{k} is {rows}×{columns}"
            report.add(layer.place(field), found, f"{neurons} values are expected, one for each neuron")
    if layer.b is not None and layer.theta is not None:
        report.add(layer.place("theta"), f"layer {k} has biases and thresholds", "give b or theta")
    if layer.slope is not None and layer.activation not in ("leaky_relu", "elu"):
        report.add(layer.place("slope"), f"{layer.activation} has no slope", "leaky_relu and elu do")


def _fits_loss(given: Given, outputs: int, report: Report) -> None:
    activation = given.layers[-1].activation
    if given.d is None:
        report.add(given.place("loss"), "'d' is missing: a loss needs the desired output")
    elif given.d.value.shape[0] != outputs:
        report.add(given.place("d"), f"d is {given.d.value.shape[0]}×1, but the output is {outputs}×1")
    elif given.loss == "cross-entropy" and activation == "softmax" and abs(given.d.value.sum() - 1) > 1e-9:
        report.add(given.place("d"), f"d sums to {given.d.value.sum():g}", "the classes' probabilities sum to 1")
    if given.loss == "cross-entropy" and activation not in ("sigmoid", "softmax"):
        report.add(given.place("loss"), f"cross-entropy after {activation}", "it needs a sigmoid or softmax output")
    if given.delta is not None:
        report.add(given.place("delta"), "a loss and a given gradient", "backpropagation starts from one of them")


def _fits_delta(given: Given, delta: Delta, report: Report) -> None:
    if delta.layer > len(given.layers):
        report.add(delta.place("layer"), f"layer {delta.layer} of {len(given.layers)}", "layers count from 1")
        return
    neurons = _neurons(given, given.layers[delta.layer - 1])
    if delta.value.value.shape[0] != neurons:
        found = f"the gradient is {delta.value.value.shape[0]}×1, but layer {delta.layer} has {neurons} neurons"
        report.add(delta.place("value"), found)


def _neurons(given: Given, layer: Layer) -> int:
    rows, columns = layer.W.value.shape
    return int(columns if given.weights == "inputs x neurons" else rows)


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
            neurons = _neurons(given, layer)
            if layer.b is not None:
                w.given(f"b{k}", _spread(layer.b, neurons), f"Biases of {self.place(k)}")
            if layer.theta is not None:
                w.given(f"theta{k}", _spread(layer.theta, neurons), f"Thresholds of {self.place(k)}")
            if layer.slope is not None:
                w.given(f"a{k}", layer.slope, f"Slope of {self.place(k)}")
        if given.d is not None:
            w.given("d", given.d, "Desired output")
        if given.delta is not None:
            k = given.delta.layer
            symbol = Symbol("J", wrt=Symbol("u", str(k)))
            w.given(f"grad_u{k}", given.delta.value, f"Gradient at {self.place(k)}", symbol)

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
            self.working.step(u, self.synaptic_input(layer, k), f"Synaptic input to {{{out}}}")
            self.working.step(out, self.activated(layer, k), self.output_title(k))

    def synaptic_input(self, layer: Layer, k: int) -> str:
        weights = f"W{k}.T" if self.given.weights == "inputs x neurons" else f"W{k}"
        shift = f" + b{k}" if layer.b is not None else f" - theta{k}" if layer.theta is not None else ""
        return f"{weights} @ {self.output_of(k - 1)}{shift}"

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
        """The gradients by every u, W and b: of the loss, of a single output, or from a gradient that is given."""
        given, w = self.given, self.working
        top = given.delta.layer if given.delta is not None else self.depth
        layers = range(top, 0, -1)
        synaptic = [f"u{k}" for k in layers if f"grad_u{k}" not in w.items]
        parameters = [name for k in layers for name in self.parameters(k)]
        titles = {f"grad_u{k}": f"Gradient at {self.place(k)}" for k in layers}
        titles |= {f"df{k}": f"Derivative at {self.place(k)}" for k in layers}
        titles |= {f"grad_{name}": w.items[name].title for name in parameters}
        if given.delta is not None:
            # the loss behind a given gradient is any whose gradient by u is that one, such as the sum of δ ⊙ u
            end = parse(f"sum(grad_u{top} * u{top})")
            add_gradients(w, "J", [*synaptic, *parameters], titles, end=end)
        elif given.loss != "none":
            add_gradients(w, "J", [*synaptic, *parameters], titles)
        elif w.shapes["y"] == SCALAR:
            add_gradients(w, "y", [*synaptic, *parameters], titles)

    def parameters(self, k: int) -> list[str]:
        """The names of layer k's weights and biases."""
        return [name for name in (f"W{k}", f"b{k}", f"theta{k}") if name in self.working.items]

    def groups(self) -> None:
        w, layers = self.working, range(1, self.depth + 1)
        hidden = [name for k in layers[:-1] for name in (f"u{k}", f"h{k}")]
        w.group("parameters", [name for k in layers for name in self.parameters(k)])
        w.group("hidden", hidden)
        w.group("output", [f"u{self.depth}", "y"])
        w.group("forward", [*hidden, f"u{self.depth}", "y"])
        if "J" in w.items:
            w.group("loss", ["J"])
        made = [name for name in w.items if name.startswith("grad_") and not isinstance(w.items[name], Stated)]
        if made:
            gradients_u = [name for name in made if name.startswith("grad_u")]
            gradients_wb = [name for name in made if not name.startswith("grad_u")]
            w.group("derivatives", [name for name in w.items if name.startswith("df")])
            w.group("gradients_u", gradients_u)
            w.group("gradients_Wb", gradients_wb)
            w.group("backward", made)


def _spread(values: Array, neurons: int) -> Array:
    """One value for each neuron, shape (neurons, 1); a single number counts for all."""
    if values.value.shape[0] == neurons:
        return values
    text = values.text(0, 0)
    return Array(np.full((neurons, 1), float(text)), ((text,),) * neurons)


def _loss(given: Given) -> tuple[str, str]:
    """The loss as a formula in d and y, and its name."""
    single = _neurons(given, given.layers[-1]) == 1
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
