"""Recurrent networks (RNN) with one hidden layer, unfolded in time: Jordan and Elman type.

Weights are stored inputs × neurons. At each time t, with φ the hidden and σ the output activation:

    Jordan (top-down recurrence)   h(t) = φ(Uᵀx(t) + Wᵀy(t−1) + b),   W is outputs × hidden
    Elman (hidden recurrence)      h(t) = φ(Uᵀx(t) + Wᵀh(t−1) + b),   W is hidden × hidden
    both                           y(t) = σ(Vᵀh(t) + c)

An Elman network without V has its hidden states only. With desired outputs d(t) and a loss, J(t) is the loss at time
t and J their sum; its gradients are derived back through time, the weights being the same at every time.

Quantities: x1 x2 …, U W V b c, y0 (Jordan) or h0 (Elman), d1 d2 … (given); h1 y1 h2 y2 … (the states, in the order of
time); u1 z1 u2 z2 … (net inputs of hidden and output neurons, where the activation is your own); J1 J2 … J (losses);
delta_y1 delta_h1 … (gradients at the net inputs, grad_u1 grad_z1 … where they have names); grad_U grad_W ….

find: parameters (U, W, V, b, c), hidden (all h), output (all y), states (h and y in the order of time), loss (J1 … J),
gradients (by all parameters), `gradients of: [W, h1]`, or any quantity by name; states and losses if left out.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from solver.formula.functions import ACTIVATIONS, FUNCTIONS, Own
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Name, Sum, Tree
from solver.nets.layers import activated, put, spread
from solver.nets.losses import Loss, loss
from solver.nets.own_activations import MAX_ACTIVATIONS, known_activations, read_activations
from solver.spec.fields import AtLeast, AtMost, Matrix, Spec, Vector
from solver.spec.nodes import Node, Report
from solver.working.gradients import OnDemand
from solver.working.page import Repeat, Working

EXAMPLE = """
title: A small Elman network
round: {decimals: 4}
given:
  family: rnn
  type: elman
  U: [[0.5, -0.2], [0.1, 0.4]]
  W: [[0.3, 0.0], [-0.1, 0.2]]
  V: [[1.0], [-1.0]]
  b: 0.1
  x: [[1.0, 0.0], [0.0, 1.0]]
parts:
  - {label: a, marks: 4, prompt: Find the hidden states and outputs for the sequence., find: states}
"""

MAX_STEPS = 100_000
LONG = 12
"""Of a longer sequence, only some times are worked out in full, unless full detail is asked for."""

_HIDDEN = [name for name in ACTIVATIONS if FUNCTIONS[name].elementwise]
"""Softmax turns a whole column into shares and is no hidden neuron's."""


class Given(Spec):
    """The network, its initial state and one input sequence."""

    type: Annotated[Literal["jordan", "elman"], "what feeds back: the output (jordan) or the hidden layer (elman)"]
    x: Annotated[tuple[Vector, ...], AtLeast(1), AtMost(MAX_STEPS), "the input sequence, a list of one vector a step"]
    U: Annotated[Matrix, "input weights, inputs × hidden neurons"]
    W: Annotated[Matrix, "recurrence weights: jordan outputs × hidden neurons, elman hidden × hidden neurons"]
    V: Annotated[Matrix | None, "output weights, hidden × output neurons; elman may leave them out"] = None
    b: Annotated[Vector | None, "hidden biases, one for each neuron, or one number for all; 0 if left out"] = None
    c: Annotated[Vector | None, "output biases, one for each neuron, or one number for all; 0 if left out"] = None
    h0: Annotated[Vector | None, "elman: the hidden state before the first step, or one number for all; else 0"] = None
    y0: Annotated[Vector | None, "jordan: the output before the first step, or one number for all; else 0"] = None
    activation: Annotated[str, f"of the hidden neurons: {', '.join(_HIDDEN)}, or one of `activations`"] = "tanh"
    output_activation: Annotated[str, "of the output neurons; softmax, too"] = "sigmoid"
    activations: Annotated[
        dict[str, str] | None,
        AtMost(MAX_ACTIVATIONS),
        "activations of your own, each a formula in u: {swish: u*sigmoid(u)}",
    ] = None
    d: Annotated[tuple[Vector, ...] | None, "the desired outputs, one vector a step; one-hot for softmax"] = None
    loss: Annotated[Loss, "the loss at each time; cross-entropy is binary after sigmoid"] = "none"

    @classmethod
    def notice(cls, node: Node, report: Report) -> None:
        """Notes activations that neither the table nor `activations` has."""
        known = known_activations(node)
        for field in ("activation", "output_activation"):
            word, allowed = node.get(field), [name for name in known if field != "activation" or name != "softmax"]
            if word is not None and word.kind == "scalar" and word.text not in allowed:
                report.unknown(word, "activation", word.text, allowed)


def work(given: Given, report: Report) -> Working:
    """Every hidden state and output in the order of time; raises nothing, misfits go to the report."""
    own = read_activations(given.activations or {}, given, report)
    if not _fits(given, report):
        return Working()
    working = Working()
    _givens(given, working)
    steps = range(1, len(given.x) + 1)
    for t in steps:
        _step(given, working, t, own)
    if given.loss != "none":
        _losses(given, working)
    else:
        working.absent |= dict.fromkeys(
            ("J", "loss"), "give a loss, such as loss: square-error, and the desired outputs"
        )
    hidden, output = [f"h{t}" for t in steps], [f"y{t}" for t in steps] if given.V is not None else []
    working.group("parameters", [name for name in "UWVbc" if name in working.items])
    working.group("hidden", hidden)
    if output:
        working.group("output", output)
    if len(given.x) > LONG:
        _shorten(working, given)
    states = {*hidden, *output}
    working.group("states", [name for name in working.items if name in states])
    return working


def _shorten(working: Working, given: Given) -> None:
    """Leaves the first two times and the last one in full; a table has the numbers of those between."""
    last = len(given.x)
    for t in range(1, last + 1):
        for base in "xduhzyJ":
            if f"{base}{t}" in working.items:
                heading = None if base in "xduz" else Symbol(base).shaped(working.shapes[f"{base}{t}"])
                working.repeats[f"{base}{t}"] = Repeat(t, base, heading, t <= 2 or t == last, "time")


def _fits(given: Given, report: Report) -> bool:
    """Checks shapes against U, whose columns are the hidden neurons; each misfit is noted at its own line."""
    before = len(report.problems)
    inputs, hidden = given.U.value.shape
    _check_inputs(given, report, inputs)
    jordan = given.type == "jordan"
    outputs = None
    if given.V is None:
        if jordan:
            report.add(
                given.place(), "'V' is missing: a Jordan network feeds its output back", "give V, or type: elman"
            )
        if given.c is not None:
            report.add(given.place("c"), "c is given without V: there is no output layer")
    elif given.V.value.shape[0] != hidden:
        hint = "rows are hidden neurons, columns are outputs" + _transposed(given.V.value.shape[1] == hidden)
        report.add(given.place("V"), f"V is {_size(given.V)}, but U is {_size(given.U)}: {hidden} rows expected", hint)
    else:
        outputs = given.V.value.shape[1]
    fed_back = outputs if jordan else hidden
    if fed_back is not None and given.W.value.shape != (fed_back, hidden):
        other = f" and V is {_size(given.V)}" if jordan and given.V is not None else ""
        turned = given.W.value.shape == (hidden, fed_back)
        report.add(
            given.place("W"),
            f"W is {_size(given.W)}, but U is {_size(given.U)}{other}: {fed_back}×{hidden} expected",
            f"{'outputs' if jordan else 'hidden'} × hidden neurons" + _transposed(turned),
        )
    _check_vector("b", given.b, hidden, f"U is {_size(given.U)}", given, report)
    if given.loss != "none":
        _check_loss(given, report)
    if given.V is not None and outputs:
        _check_vector("c", given.c, outputs, f"V is {_size(given.V)}", given, report)
        if jordan:
            _check_vector("y0", given.y0, outputs, f"V is {_size(given.V)}", given, report)
    if jordan and given.h0 is not None:
        report.add(given.place("h0"), "h0 is not used: a Jordan network feeds its output back", "leave h0 out, give y0")
    if not jordan:
        _check_vector("h0", given.h0, hidden, f"U is {_size(given.U)}", given, report)
        if given.y0 is not None:
            message = "y0 is not used: an Elman network feeds its hidden layer back"
            report.add(given.place("y0"), message, "leave y0 out, give h0")
    return len(report.problems) == before


def _check_inputs(given: Given, report: Report, inputs: int) -> None:
    """The vectors of the sequence are of one size, the rows of U."""
    first = given.x[0]
    if first.value.shape[0] != inputs:
        hint = "rows are inputs, columns are neurons"
        if all(x.value.shape[0] == 1 for x in given.x) and len(given.x) == inputs:
            hint = "x is a list of vectors, one for each time: a single one is [[1, 2]]"
        else:
            hint += _transposed(first.value.shape[0] == given.U.value.shape[1])
        report.add(
            given.place("U"), f"U is {_size(given.U)}, but x(1) is {_size(first)}: they must have equal rows", hint
        )
    for t, x in enumerate(given.x):
        if x.value.shape != first.value.shape:
            report.add(given.place("x", t), f"x({t + 1}) is {_size(x)}, but x(1) is {_size(first)}")


def _check_loss(given: Given, report: Report) -> None:
    """A loss needs outputs, and a desired output of their size for each of them."""
    if given.V is None:
        report.add(given.place("loss"), "a loss needs outputs, but there is no V", "give V, or leave loss out")
        return
    softmax = given.output_activation == "softmax"
    if given.loss == "cross-entropy" and given.output_activation not in ("sigmoid", "softmax"):
        found = f"cross-entropy after {given.output_activation}"
        report.add(given.place("loss"), found, "it needs a sigmoid or softmax output")
    if given.d is None:
        report.add(given.place("loss"), "'d' is missing: a loss needs the desired outputs")
        return
    if len(given.d) != len(given.x):
        found = f"d has {len(given.d)} vectors, but x has {len(given.x)}"
        report.add(given.place("d"), found, "one desired output for each time")
    outputs = given.V.value.shape[1]
    for t, d in enumerate(given.d):
        if d.value.shape[0] != outputs:
            found = f"d({t + 1}) is {_size(d)}, but V is {_size(given.V)}: {outputs}×1 expected"
            report.add(given.place("d", t), found)
        elif given.loss == "cross-entropy" and softmax and abs(d.value.sum() - 1) > 1e-9:
            found = f"d({t + 1}) sums to {d.value.sum():g}"
            report.add(given.place("d", t), found, "the classes' probabilities sum to 1")


def _check_vector(name: str, vector: Array | None, size: int, because: str, given: Given, report: Report) -> None:
    if vector is not None and vector.value.shape[0] not in (1, size):
        report.add(given.place(name), f"{name} is {_size(vector)}, but {because}: {size}×1 expected")


def _transposed(likely: bool) -> str:
    return "; is it transposed?" if likely else ""


def _size(array: Array) -> str:
    return f"{array.value.shape[0]}×{array.value.shape[1]}"


def _givens(given: Given, working: Working) -> None:
    hidden = given.U.value.shape[1]
    working.given("U", given.U, "Weights from the input to the hidden layer")
    source = "output" if given.type == "jordan" else "hidden layer"
    working.given("W", given.W, f"Recurrence weights from the {source} to the hidden layer")
    working.given("b", spread(given.b, hidden), "Biases of the hidden layer")
    if given.type == "elman":
        working.given("h0", spread(given.h0, hidden), "Initial hidden state", _at("h", 0))
    if given.V is not None:
        outputs = given.V.value.shape[1]
        working.given("V", given.V, "Weights from the hidden layer to the output")
        working.given("c", spread(given.c, outputs), "Biases of the output layer")
        if given.type == "jordan":
            working.given("y0", spread(given.y0, outputs), "Initial output", _at("y", 0))
    for t, x in enumerate(given.x, 1):
        working.given(f"x{t}", x, f"Input at t = {t}", _at("x", t))
    for t, d in enumerate(given.d or (), 1):
        working.given(f"d{t}", d, f"Desired output at t = {t}", _at("d", t))


def _at(base: str, t: int) -> Symbol:
    """h(1): a quantity at time t."""
    return Symbol(base, argument=str(t))


def _step(given: Given, working: Working, t: int, own: Mapping[str, Own]) -> None:
    fed_back = "y" if given.type == "jordan" else "h"
    synaptic = put("U.T @ x + W.T @ h + b", x=f"x{t}", h=f"{fed_back}{t - 1}")
    title = f"At t = {t}: output of the hidden layer"
    net = _net_input(working, "u", t, given.activation, own, synaptic, "the hidden layer")
    working.step(f"h{t}", activated(given.activation, net, own=own), title, symbol=_at("h", t))
    if given.V is not None:
        synaptic = put("V.T @ h + c", h=f"h{t}")
        net = _net_input(working, "z", t, given.output_activation, own, synaptic, "the output neurons")
        formula = activated(given.output_activation, net, own=own)
        working.step(f"y{t}", formula, f"At t = {t}: output of the network", symbol=_at("y", t))


def _net_input(
    working: Working, base: str, t: int, activation: str, own: Mapping[str, Own], formula: Tree, place: str
) -> Tree:
    """The argument of an activation; for an author's own, whose slope is one of it, a step of its own."""
    if activation not in own:
        return formula
    working.step(f"{base}{t}", formula, f"At t = {t}: synaptic input to {place}", symbol=_at(base, t))
    return Name(f"{base}{t}")


def _losses(given: Given, working: Working) -> None:
    """The loss at each time, and their sum, whose gradients parts may ask for."""
    steps = range(1, len(given.x) + 1)
    losses = [f"J{t}" for t in steps]
    assert given.V is not None
    formula, _ = loss(given.loss, given.V.value.shape[1], softmax=given.output_activation == "softmax")
    for t, name in zip(steps, losses, strict=True):
        working.step(name, put(formula, d=f"d{t}", y=f"y{t}"), f"At t = {t}: loss", symbol=_at("J", t))
    working.step("J", Sum(tuple(map(Name, losses))) if len(losses) > 1 else Name("J1"), "Loss of the whole sequence")
    working.group("loss", [*losses, "J"])
    through = [name for t in steps for name in (f"u{t}", f"z{t}") if name in working.items]
    working.gradients = OnDemand(working, "J", [name for name in "UWVbc" if name in working.items], through)
