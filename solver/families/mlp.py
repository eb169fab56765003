"""Feedforward networks (MLP): forward pass, loss, the gradients of backpropagation, and training.

Any depth and width. Layers count from 1 to L, the output layer. Weights are stored inputs × neurons, so u = Wᵀx + b,
or the other way round. The gradients are derived from the formulas: of the loss J, or of a single output y where there
is no loss, or from a gradient given in mid-network. Many patterns are the rows of X, and of D what is desired:
U = XW + 1bᵀ, with 1 the column of ones.

Quantities: x d, W1 b1 … (given); u1 h1 … uL y (forward); J (loss); df1 … (slopes of the activations);
grad_u1 …, grad_W1 grad_b1 … (gradients; grad_theta1 where there are thresholds). For many patterns X D one, U1 H1 … Y.

Training adds what an optimizer makes of the gradients. Time counts updates: W1_t1 is W1 after the first one, and what
is computed with it ends alike, u1_t1 y_t1 J_t1 grad_W1_t1. An optimizer keeps v_W1_t1, m_W1_t1, … as the family
optimizer says. Where each update sees a part of the patterns (x1 d1, x2 d2 …, or X1 D1 … one1 …), J_t1 is the loss of
the next part, and J_all_t1 (with Y_all_t1 …) that of all patterns after the update. Weights decay where weight decay
is given (adamw: 0.01 if it is not); biases and thresholds do not.

find: parameters (W, b), hidden (u, h of the hidden layers), output (uL, y), loss (J), derivatives (df),
gradients_u (last layer first), gradients_Wb (last layer first), forward, backward; of training updates (the parameters
after each update), loss_after (the loss after each), history (both), final (the parameters at the end); or any
quantity by name.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np

from solver.formula.symbol import Symbol
from solver.formula.tree import Array
from solver.nets.losses import Loss
from solver.nets.network import Layer, Network, Pass, Stored, neurons_of
from solver.nets.own_activations import MAX_ACTIVATIONS, known_activations, read_activations
from solver.nets.training import Optimizer, Rule, check, iteration, repeat, within_budget
from solver.spec.fields import AtLeast, AtMost, Matrix, Spec, Vector
from solver.spec.nodes import Node, Report
from solver.working.page import Working

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

MAX_LAYERS = 500


class Delta(Spec):
    """A gradient that the question gives in mid-network."""

    layer: Annotated[int, AtLeast(1), "at the synaptic input of this layer"]
    value: Annotated[Vector, "the gradient there; backpropagation starts from it"]


class Train(Rule):
    """How the network learns."""

    mode: Annotated[
        Literal["full-batch", "mini-batch", "stochastic"],
        "what each update sees: all patterns, `batch` patterns in turn, or one pattern in turn",
    ] = "full-batch"
    batch: Annotated[int | None, AtLeast(1), "how many patterns a mini-batch has"] = None
    update_biases: Annotated[bool, "whether biases and thresholds learn too"] = True


class Given(Spec):
    """The network, one training example or several, the loss, and how it learns."""

    x: Annotated[Vector | None, "the input pattern"] = None
    X: Annotated[Matrix | None, "instead of x, several input patterns: a row each"] = None
    layers: Annotated[tuple[Layer, ...], AtLeast(1), AtMost(MAX_LAYERS), "the layers, the output layer last"]
    weights: Annotated[Stored, "how weights are stored: u = Wᵀx + b, or u = Wx + b"] = "inputs x neurons"
    d: Annotated[Vector | None, "the desired output; one-hot for softmax"] = None
    D: Annotated[Matrix | None, "with X, the desired outputs: a row for each pattern"] = None
    loss: Annotated[Loss, "cross-entropy is binary after sigmoid, multi-class after softmax"] = "none"
    average: Annotated[bool, "with X: whether the loss is averaged over the patterns, instead of summed"] = False
    delta: Annotated[Delta | None, "a gradient given instead of a loss"] = None
    train: Annotated[Train | None, "how the network learns; left out, its gradients are found once"] = None
    activations: Annotated[
        dict[str, str] | None,
        AtMost(MAX_ACTIVATIONS),
        "activations of your own, each a formula in u: {swish: u*sigmoid(u)}",
    ] = None

    @classmethod
    def notice(cls, node: Node, report: Report) -> None:
        """Notes activations that neither the table nor `activations` has."""
        layers, known = node.get("layers"), known_activations(node)
        for layer in layers.items if layers else ():
            word = layer.get("activation")
            if word is not None and word.kind == "scalar" and word.text not in known:
                report.unknown(word, "activation", word.text, known)


def work(given: Given, report: Report) -> Working:
    """Forward pass, backward pass and training; raises nothing, misfits go to the report."""
    own = read_activations(given.activations or {}, given, report)
    if not _fits(given, report):
        return Working()
    working = Working()
    net = Network(working, given.layers, given.weights, given.loss, given.average, own)
    parts = _patterns(given, working, net)
    first = parts[0]
    if given.delta is not None:
        net.delta(given.delta.layer, given.delta.value)
    net.forward(first)
    if given.loss != "none":
        net.loss(first)
    else:
        working.absent |= dict.fromkeys(
            ("J", "loss"), "give a loss, such as loss: square-error, and the desired output"
        )
    if given.delta is not None:
        # the loss behind a given gradient is any whose gradient by u is that one, such as the sum of δ ⊙ u
        top = given.delta.layer
        net.backward(first, "J", top, end=f"sum(grad_u{top} * u{top})")
    elif given.loss != "none":
        net.backward(first, "J", net.depth)
    elif net.scalar_output():
        net.backward(first, "y", net.depth)
    _groups(net, first)
    if given.train is not None and not _Training(net, given.train, parts).run(report):
        return Working()
    return working


def _patterns(given: Given, working: Working, net: Network) -> list[Pass]:
    """States inputs, parameters and desired outputs; returns a first pass for each part of the patterns in turn."""
    if given.x is not None:
        working.given("x", given.x, "Input")
        net.givens()
        if given.d is not None:
            working.given("d", given.d, "Desired output")
        return [Pass()]
    assert given.X is not None
    patterns = given.X.value.shape[0]
    size = patterns
    if given.train is not None and given.train.mode != "full-batch":
        size = given.train.batch or 1
    one_by_one = given.train is not None and given.train.mode == "stochastic"
    working.given("X", given.X, "Inputs, a pattern in each row")
    _ones(working, "one", patterns)
    spans = [(start, min(start + size, patterns)) for start in range(0, patterns, size)] if size < patterns else []
    if one_by_one and not spans:
        spans = [(0, 1)]
    passes = []
    for p, (start, stop) in enumerate(spans, 1):
        if one_by_one:
            working.given(f"x{p}", _rows(given.X, start, stop).T, f"Pattern {p}")
            passes.append(Pass(f"x{p}", f"d{p}"))
        else:
            working.given(f"X{p}", _rows(given.X, start, stop), f"Patterns {start + 1} to {stop}")
            _ones(working, f"one{p}", stop - start)
            passes.append(Pass(f"X{p}", f"D{p}", f"one{p}"))
    net.givens()
    if given.D is not None:
        working.given("D", given.D, "Desired outputs, a pattern in each row")
        for p, (start, stop) in enumerate(spans, 1):
            target = _rows(given.D, start, stop)
            working.given(passes[p - 1].d, target.T if one_by_one else target, "Desired output")
    return passes or [Pass("X", "D", "one")]


def _ones(working: Working, name: str, count: int) -> None:
    ones = Array(np.ones((count, 1)), (("1",),) * count)
    working.given(name, ones, "", Symbol("1", str(count)))


def _rows(matrix: Array, start: int, stop: int) -> Array:
    assert matrix.typed is not None
    return Array(matrix.value[start:stop], matrix.typed[start:stop])


class _Training:
    """Writes the iterations into the working: gradients, the update, and the loss with the new parameters."""

    def __init__(self, net: Network, train: Train, parts: list[Pass]) -> None:
        self.net, self.train, self.parts = net, train, parts
        weights = [f"W{k}" for k in range(1, net.depth + 1)]
        learnt = self._parameters() if train.update_biases else weights
        self.optimizer = Optimizer(net.working, train, learnt, decayed=weights)

    def _parameters(self) -> list[str]:
        return [name for k in range(1, self.net.depth + 1) for name in self.net.parameters(k)]

    def run(self, report: Report) -> bool:
        """All iterations; False (and a problem) where they are too many."""
        w = self.net.working
        self.optimizer.givens()
        before = len(w.items)
        for t in range(1, self.train.iterations + 1):
            self.optimizer.advance(t, self.gradients(t))
            self.after(t)
            if t == 1 and not within_budget(w, before, self.train, report):
                return False
        self.groups()
        return True

    def present(
        self, part: Pass, t: int, ending: str = "", mark: str = "", point: Mapping[str, str] | None = None
    ) -> Pass:
        """A pass with the parameters after t updates, or those at another point."""
        return part._replace(
            ending=ending or f"_t{t}", time=str(t), mark=mark, parameters=dict(point or self.optimizer.current)
        )

    def gradients(self, t: int) -> dict[str, str]:
        """The gradients that update t uses, by parameter."""
        net, w, learnt = self.net, self.net.working, self.optimizer.parameters
        if t == 1:
            return {name: f"grad_{name}" for name in learnt}
        before = len(w.items)
        part, note = self.parts[(t - 1) % len(self.parts)], iteration(self.train, t)
        point = self.optimizer.ahead(t)
        at = self.present(part, t - 1)._replace(note=note)
        if point != self.optimizer.current:
            at = self.present(part, t, f"_ahead_t{t}", "ahead", point)._replace(note=note)
        if at.quantity("J") not in w.items:
            net.forward(at)
            net.loss(at)
        net.backward(at, at.quantity("J"), net.depth, learnt)
        repeat(w, before, t, t if at.mark else t - 1, {})
        return {name: f"grad_{at.parameter(name)}" for name in learnt}

    def after(self, t: int) -> None:
        """The loss with the new parameters: of all patterns."""
        net, w, before = self.net, self.net.working, len(self.net.working.items)
        if len(self.parts) == 1:
            at = self.present(self.parts[0], t)
        else:
            at = self.present(Pass("X", "D", "one"), t, f"_all_t{t}", "all")
        at = at._replace(note=f"{iteration(self.train, t)}with the new parameters, ")
        net.forward(at)
        net.loss(at)
        repeat(w, before, t, t, {at.quantity("J"): w.symbols["J"]})

    def groups(self) -> None:
        w, times = self.net.working, range(1, self.train.iterations + 1)
        ending = "" if len(self.parts) == 1 else "_all"
        updates = [f"{name}_t{t}" for t in times for name in self.optimizer.parameters]
        after = [f"J{ending}_t{t}" for t in times]
        w.group("updates", updates)
        w.group("loss_after", after)
        w.group("history", [*updates, *after])
        w.group("final", updates[-len(self.optimizer.parameters) :])


def _groups(net: Network, first: Pass) -> None:
    w, layers = net.working, range(1, net.depth + 1)
    hidden = [first.quantity(f"{letter}{k}") for k in layers[:-1] for letter in "uh"]
    output = [first.quantity(f"u{net.depth}"), first.quantity("y")]
    w.group("parameters", [name for k in layers for name in net.parameters(k)])
    w.group("hidden", hidden)
    w.group("output", output)
    w.group("forward", [*hidden, *output])
    if "J" in w.items:
        w.group("loss", ["J"])
    made = {of: name for of, name in w.having("gradient").items() if not w.items[name].given}
    if made:
        synaptic = {first.quantity(f"u{k}") for k in layers}
        w.group("derivatives", w.having("slope").values())
        w.group("gradients_u", [name for of, name in made.items() if of in synaptic])
        w.group("gradients_Wb", [name for of, name in made.items() if of not in synaptic])
        w.group("backward", made.values())


# -- what does not fit --------------------------------------------------------------------------------------------------
def _fits(given: Given, report: Report) -> bool:
    """Checks shapes from the input on, the loss and the training; each misfit is noted at its own line."""
    before = len(report.problems)
    width = _fits_inputs(given, report)
    source = "the input x" if given.x is not None else "each row of X"
    for k, layer in enumerate(given.layers, 1):
        rows, columns = layer.W.value.shape
        inputs, neurons = (rows, columns) if given.weights == "inputs x neurons" else (columns, rows)
        if width is not None and inputs != width:
            hint = f"weights are stored {given.weights}" + ("; is W transposed?" if neurons == width else "")
            report.add(layer.place("W"), f"W{k} is {rows}×{columns}, but {source} is {width}×1", hint)
        _fits_neurons(layer, k, neurons, report)
        width, source = neurons, f"the output of layer {k}"
    if given.loss != "none":
        _fits_loss(given, neurons_of(given.layers[-1], given.weights), report)
    if given.delta is not None:
        _fits_delta(given, given.delta, report)
    if given.train is not None:
        _fits_training(given, given.train, report)
    return len(report.problems) == before


def _fits_inputs(given: Given, report: Report) -> int | None:
    """The number of inputs; None where there is no input."""
    if given.x is not None and given.X is not None:
        report.add(given.place("X"), "x and X are given", "x for one pattern, X for several")
    if given.X is not None:
        if given.d is not None:
            report.add(given.place("d"), "d is used with x only", "with X, D has a row for each pattern")
        if given.D is not None and given.D.value.shape[0] != given.X.value.shape[0]:
            rows, patterns = given.D.value.shape[0], given.X.value.shape[0]
            report.add(given.place("D"), f"D has {rows} rows, but X has {patterns}: a row for each pattern")
        return int(given.X.value.shape[1])
    if given.D is not None:
        report.add(given.place("D"), "D is used with X only", "with x, d is a list")
    if given.average:
        report.add(given.place("average"), "average is used with X only", "one pattern has nothing to average")
    if given.x is None:
        report.add(given.place(), "'x' is missing: the input pattern, or X with several")
        return None
    return int(given.x.value.shape[0])


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
    name, desired = ("d", given.d) if given.X is None else ("D", given.D)
    if desired is None:
        report.add(given.place("loss"), f"{name!r} is missing: a loss needs the desired output")
    else:
        found = desired.value.shape[0] if given.X is None else desired.value.shape[1]
        with np.errstate(over="ignore"):  # what overflows does not sum to 1
            sums = desired.value.sum(axis=0 if given.X is None else 1)
        if found != outputs:
            size = f"{found}×1" if given.X is None else f"{desired.value.shape[0]}×{found}"
            expected = f"the output is {outputs}×1" if given.X is None else f"there are {outputs} outputs"
            classes = activation == "softmax" and found == 1
            hint = (
                f"one-hot: for the first class it is [{', '.join('1' + '0' * (min(outputs, 9) - 1))}]"
                if classes
                else ""
            )
            report.add(given.place(name), f"{name} is {size}, but {expected}", hint)
        elif given.loss == "cross-entropy" and activation == "softmax" and np.abs(sums - 1).max() > 1e-9:
            wrong = int(np.abs(sums - 1).argmax())
            place = given.place(name) if given.X is None else given.place(name, wrong)
            what = name if given.X is None else f"row {wrong + 1} of D"
            report.add(place, f"{what} sums to {sums[wrong]:g}", "the classes' probabilities sum to 1")
    if given.loss == "cross-entropy" and activation not in ("sigmoid", "softmax"):
        report.add(given.place("loss"), f"cross-entropy after {activation}", "it needs a sigmoid or softmax output")
    if given.delta is not None:
        report.add(given.place("delta"), "a loss and a given gradient", "backpropagation starts from one of them")


def _fits_delta(given: Given, delta: Delta, report: Report) -> None:
    if given.X is not None:
        report.add(given.place("delta"), "a given gradient is for one pattern", "give x instead of X")
    if delta.layer > len(given.layers):
        report.add(delta.place("layer"), f"layer {delta.layer} of {len(given.layers)}", "layers count from 1")
        return
    neurons = neurons_of(given.layers[delta.layer - 1], given.weights)
    if delta.value.value.shape[0] != neurons:
        found = f"the gradient is {delta.value.value.shape[0]}×1, but layer {delta.layer} has {neurons} neurons"
        report.add(delta.place("value"), found)


def _fits_training(given: Given, train: Train, report: Report) -> None:
    check(train, report)
    if given.loss == "none":
        report.add(given.place("train"), "training needs a loss")
    if train.mode != "full-batch" and given.X is None:
        report.add(train.place("mode"), f"{train.mode} needs several patterns", "give X and D")
    if train.mode == "mini-batch" and train.batch is None:
        report.add(train.place("mode"), "'batch' is missing: how many patterns a mini-batch has")
    if train.batch is not None and train.mode != "mini-batch":
        report.add(train.place("batch"), f"{train.mode} has no batch", "mode: mini-batch has")
    elif train.batch is not None and given.X is not None and train.batch > given.X.value.shape[0]:
        report.add(train.place("batch"), f"batch is {train.batch}, but X has {given.X.value.shape[0]} patterns")
