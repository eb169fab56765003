"""A unit, its patterns and what it should give, as they are typed, and whether they fit together."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from typing import Annotated, Literal, NamedTuple

import numpy as np

from solver.formula.print.printer_text import minused
from solver.formula.tree import Array, Num, number_of
from solver.nets.layers import Stored, as_array, neurons_inputs, weights_of
from solver.nets.losses import Loss, undesired, unfit
from solver.nets.recurrent import size
from solver.spec.fields import AtLeast, AtMost, Matrix, Quantity, Scalar, Spec, Vector
from solver.spec.nodes import Report

MAX_PATTERNS = 1_000
MAX_OUTPUTS = 20_000
MAX_BITS = 8
MAX_PRESENTATIONS = 1_000

GATES: dict[str, Callable[[list[bool]], bool]] = {
    "AND": all,
    "OR": any,
    "NAND": lambda bits: not all(bits),
    "NOR": lambda bits: not any(bits),
    "XOR": lambda bits: sum(bits) % 2 == 1,
    "XNOR": lambda bits: sum(bits) % 2 == 0,
    "NOT": lambda bits: not bits[0],
    "IMPLIES": lambda bits: not bits[0] or bits[-1],
}

Unit = Literal["threshold", "winner", "sigmoid", "tanh", "linear", "softmax"]


class ThresholdLayer(Spec):
    """One layer of a network."""

    W: Annotated[Quantity, "its weights; a flat list is one neuron's"]
    b: Annotated[Vector | None, "its biases, or one for all"] = None
    theta: Annotated[Vector | None, "or its thresholds: u = W·x − θ"] = None


class PerceptronRule(Spec):
    """How the weights are learnt."""

    rate: Annotated[Scalar, "the learning rate"] = Num("1")
    epochs: Annotated[
        int | None, AtLeast(1), "how often all patterns are gone through; until no mistake if left out"
    ] = None
    rule: Annotated[Literal["error", "hebb"], "by the error e, or, without any output, by Hebb's rule"] = "error"
    margin: Annotated[
        Scalar | None, "with outputs -1/1: w ← w + η d x wherever d u ≤ γ, this margin; 0 for what is wrong or at 0"
    ] = None


class Given(Spec):
    """A unit, patterns, and what they should give."""

    x: Annotated[Vector | None, "one pattern"] = None
    X: Annotated[Matrix | None, "patterns, one a row"] = None
    gate: Annotated[
        Literal["AND", "OR", "NAND", "NOR", "XOR", "XNOR", "NOT", "IMPLIES"] | None, "the function wanted"
    ] = None
    inputs: Annotated[int | None, AtLeast(1), AtMost(MAX_BITS), "all patterns of so many binary inputs"] = None
    d: Annotated[Quantity | None, "the desired output of the pattern, or of each; a row each for several neurons"] = (
        None
    )
    w: Annotated[Quantity | None, "the weights; a matrix for several neurons"] = None
    b: Annotated[Quantity | None, "the bias, or one for each neuron"] = None
    theta: Annotated[Scalar | None, "a threshold in place of a bias: u = w·x − θ"] = None
    bias_input: Annotated[Scalar | None, "a constant that joins every pattern as its last input"] = None
    layers: Annotated[tuple[ThresholdLayer, ...], AtMost(50), "a network: layers in place of w and b"] = ()
    weights: Annotated[Stored, "how matrices of weights are stored"] = "inputs x neurons"
    activation: Annotated[
        Unit, "what is made of u; of a network, by its last layer and all others; winner puts out 1 where u is largest"
    ] = "threshold"
    outputs: Annotated[
        Literal["0/1", "-1/1"], "the two outputs of a threshold; inputs and outputs of gates are the same"
    ] = "0/1"
    tie: Annotated[Literal["0", "1", "-1"] | None, "what a threshold puts out at u = 0; the lower one if left out"] = (
        None
    )
    loss: Annotated[Loss, "the loss, for gradients and deltas"] = "none"
    learn: Annotated[PerceptronRule | None, "the learning rule: {rate: 0.5}"] = None
    errors: Annotated[Literal["d - y", "y - d"], "how the error e is taken"] = "d - y"


class Data(NamedTuple):
    """What is given, read. X: patterns by rows; d: desired outputs by rows; W, b: of the unit; None where not given."""

    X: Array
    d: Array | None
    W: Array | None
    b: Array | None
    bits: bool

    @property
    def neurons(self) -> int:
        """How many there are."""
        if self.W is not None:
            return int(self.W.value.shape[1])
        return 1 if self.d is None else int(self.d.value.shape[1])

    @property
    def fractions(self) -> tuple[tuple[Fraction, ...], ...]:
        """The patterns, exactly."""
        rows, columns = self.X.value.shape
        return tuple(tuple(exact(self.X.text(k, j)) for j in range(columns)) for k in range(rows))

    def row(self, k: int) -> Array:
        """Pattern k as a column."""
        return column([self.X.text(k, j) for j in range(self.X.value.shape[1])])

    def named(self, k: int) -> str:
        """Pattern k as it is read: (0, −1)."""
        cells = [minused(self.X.text(k, j)) for j in range(self.X.value.shape[1])]
        joined = ",\u00a0".join(cells)  # a table keeps it in one line
        return f"({joined})" if len(cells) > 1 else cells[0]


def exact(text: str) -> Fraction:
    """The value of what is typed: 0.5, 1e-3 or 1/3."""
    above, _, below = text.partition("/")
    return Fraction(above) / Fraction(below or "1")


def table(rows: Sequence[Sequence[str]]) -> Array:
    """An array of what is typed."""
    return Array(np.array([[number_of(cell) for cell in row] for row in rows]), tuple(map(tuple, rows)))


def column(cells: Sequence[str]) -> Array:
    """A vector of what is typed."""
    return table([[cell] for cell in cells])


def threshold(given: Given) -> str:
    """The function that a threshold unit applies."""
    low = given.outputs.split("/")[0]
    if given.tie not in (None, low, "1"):
        return "sign"
    upper = given.tie == "1"
    return {"0": "heaviside" if upper else "step", "-1": "sgn" if upper else "bipolar"}[low]


def discrete(given: Given) -> bool:
    """Whether the outputs are of a few whole numbers."""
    return given.activation in ("threshold", "winner")


def function(given: Given, rows: bool = False) -> str:
    """The function that makes the output of the net input; rows: of many patterns, one a row."""
    names = {"softmax": ("softmax", "softmax_rows"), "winner": ("is_largest", "is_max_rows")}
    made = threshold(given) if given.activation == "threshold" else given.activation
    return names.get(made, (made, made))[rows]


def checked(given: Given, report: Report) -> Data | None:
    """What is given, read; None where it does not fit, which is noted."""
    before = len(report.problems)
    _sources(given, report)
    if len(report.problems) > before:
        return None
    X = _patterns(given)
    if X.value.shape[0] > MAX_PATTERNS:
        report.add(given.place("X"), f"{X.value.shape[0]:,} patterns, expected at most {MAX_PATTERNS:,}")
        return None
    width = int(X.value.shape[1])
    W = b = None
    neurons = 1
    if given.layers:
        outputs = 0
        for layer in given.layers:
            if layer.b is not None and layer.theta is not None:
                report.add(layer.place("theta"), "theta and b are given", "a threshold θ is a bias of −θ")
            field, bias = ("b", layer.b) if layer.theta is None else ("theta", layer.theta)
            width, _, _ = _layer(given, layer, "W", layer.W, bias, width, report, field)
            outputs += width * X.value.shape[0]
        neurons = width
        if outputs > MAX_OUTPUTS:
            found = f"{outputs:,} outputs of all neurons for all patterns, expected at most {MAX_OUTPUTS:,}"
            report.add(given.place("layers"), found, "fewer patterns, or fewer neurons")
    elif given.w is not None:
        neurons, W, b = _layer(given, given, "w", given.w, given.b, width, report)
    elif given.b is not None:
        report.add(given.place("b"), "b is given without w")
    if len(report.problems) > before:
        return None
    d = _desired(given, X, neurons if W is not None or given.layers else None, report)
    if d is not None and len(report.problems) == before:
        _levels(given, d, report)
    if given.activation in ("softmax", "winner") and (W is not None or given.layers) and neurons == 1:
        what = f"{given.activation} of one neuron is always 1"
        report.add(given.place("activation"), what, "give a weight for each class")
    return Data(X, d, W, b, _bits(given)) if len(report.problems) == before else None


def _bits(given: Given) -> bool:
    return given.x is None and given.X is None


def _rule(given: Given, rule: PerceptronRule, report: Report) -> None:
    """Notes a rule that does not go with the unit."""
    if rule.margin is not None:
        if given.activation != "threshold" or given.outputs != "-1/1":
            report.add(rule.place("margin"), "a margin is for a threshold with outputs -1/1", "outputs: -1/1")
        if float(rule.margin.text) < 0:
            report.add(rule.place("margin"), f"margin is {rule.margin.text}, expected 0 or more")
        if rule.rule == "hebb":
            report.add(rule.place("margin"), "Hebb's rule has no margin", "it learns every pattern")
    if rule.rule == "hebb" and given.loss != "none":
        report.add(rule.place("rule"), "Hebb's rule has no loss", "leave loss out")


def _sources(given: Given, report: Report) -> None:
    """Notes what is missing, or given twice."""
    add = report.add
    sources = [name for name in ("x", "X", "inputs") if getattr(given, name) is not None]
    if len(sources) > 1:
        add(
            given.place(sources[1]),
            f"{sources[0]} and {sources[1]} are given",
            "one pattern, patterns, or all of so many",
        )
    if not sources and given.gate is None:
        add(given.place(), "the patterns are missing", "give x, X, a gate, or inputs: 2 for all of two binary inputs")
    if given.gate is not None and given.d is not None:
        add(given.place("d"), "a gate and d are given", "the gate says what is desired")
    if given.gate == "NOT" and (given.inputs or 1) != 1:
        add(given.place("inputs"), f"NOT has one input, not {given.inputs}")
    if given.layers:
        for name in ("w", "b", "learn", "bias_input", "theta"):
            if getattr(given, name) is not None:
                add(given.place(name), f"{name} and layers are given", "a network has W and b in each layer")
    if given.theta is not None and given.b is not None:
        add(given.place("theta"), "theta and b are given", "a threshold θ is a bias of −θ")
    desired = given.d is not None or given.gate is not None
    if given.learn is not None and not desired:
        add(given.place("learn"), "'d' is missing: learning needs what is desired", "or a gate")
    if given.loss != "none" and not desired:
        add(given.place("loss"), "'d' is missing: a loss needs the desired output")
    if given.w is None and not given.layers and given.learn is None:
        if not desired:
            add(given.place(), "'w' is missing", "give weights, or d or a gate to find weights for")
        elif given.activation != "threshold":
            add(given.place(), f"'w' is missing: weights are found for a threshold, not for {given.activation}")
    if given.learn is not None:
        if not float(given.learn.rate.text) > 0:
            add(given.learn.place("rate"), f"rate is {given.learn.rate.text}, expected more than 0")
        _rule(given, given.learn, report)
    if given.activation == "threshold":
        low = given.outputs.split("/")[0]
        if given.tie == "-1" and low == "0":
            add(given.place("tie"), "a threshold with outputs 0/1 cannot put out -1", "outputs: -1/1, or tie: 0 or 1")
        if given.loss != "none":
            add(
                given.place("loss"),
                "a threshold has no slope to take gradients by",
                "leave loss out, or give activation",
            )
    else:
        for name in ("tie", *(() if _bits(given) else ("outputs",))):
            if name in given.written:
                add(given.place(name), f"{name} is for a threshold", f"the activation is {given.activation}")
        if (misfit := unfit(given.loss, given.activation)) is not None:
            add(given.place("loss"), *misfit)
        if given.learn is not None and given.loss not in ("none", "cross-entropy", "half-square-error"):
            add(given.place("loss"), f"no learning rule for {given.loss}", "cross-entropy or half-square-error")
        if given.activation == "winner" and given.loss != "none":
            add(given.place("loss"), "a winner has no slope to take gradients by", "leave loss out, or use softmax")
        if given.learn is not None and given.activation == "softmax" and given.loss != "cross-entropy":
            add(given.place("activation"), "softmax learns from loss: cross-entropy")


def _patterns(given: Given) -> Array:
    low = given.outputs.split("/")[0]
    if given.x is not None:
        rows = [[given.x.text(i, 0) for i in range(given.x.value.shape[0])]]
    elif given.X is not None:
        rows = [[given.X.text(i, j) for j in range(given.X.value.shape[1])] for i in range(given.X.value.shape[0])]
    else:
        size = given.inputs or (1 if given.gate == "NOT" else 2)
        rows = [list(bits) for bits in product((low, "1"), repeat=size)]
    if given.bias_input is not None:
        rows = [[*row, given.bias_input.text] for row in rows]
    return table(rows)


def _layer(
    given: Given,
    spec: Spec,
    name: str,
    weights: Num | Array,
    bias: Num | Array | None,
    width: int,
    report: Report,
    field: str = "b",
) -> tuple[int, Array, Array | None]:
    """How many neurons there are, the weights (inputs × neurons) and the biases; misfits are noted."""
    W = weights_of(weights, width, given.weights)
    neurons, inputs = neurons_inputs(W, given.weights)
    if inputs != width:
        flat = spec.flat(name)
        found = f"{name} has {W.value.size} weights" if flat else f"{name} is {size(W)}"
        hint = "" if flat else f"weights are stored {given.weights}"
        hint += "; are they transposed?" if hint and neurons == width else ""
        report.add(spec.place(name), f"{found}, but there {_are(width, 'input')}", hint)
    b = None if bias is None else as_array(bias)
    if b is not None and b.value.shape not in ((1, 1), (neurons, 1)):
        report.add(spec.place(field), f"{field} is {size(b)}, but there {_are(neurons, 'neuron')}")
    return neurons, W if given.weights == "inputs x neurons" else W.T, b


def _are(count: int, what: str) -> str:
    return f"is 1 {what}" if count == 1 else f"are {count} {what}s"


def _desired(given: Given, X: Array, neurons: int | None, report: Report) -> Array | None:
    """The desired outputs, a row a pattern."""
    patterns, place = int(X.value.shape[0]), given.place("d")
    low = given.outputs.split("/")[0]
    if given.gate is not None:
        inputs = X.value.shape[1] - (given.bias_input is not None)
        if not np.isin(X.value[:, :inputs], (float(low), 1.0)).all():
            report.add(given.place("X"), f"a gate has inputs {low} and 1", "give d for patterns of other numbers")
            return None
        if neurons not in (None, 1):
            report.add(given.place("w"), f"a gate is one neuron, but there are {neurons}", "give d for several outputs")
            return None
        made = [GATES[given.gate]([cell == 1 for cell in row[:inputs]]) for row in X.value]
        return column(["1" if up else low for up in made])
    if given.d is None:
        return None
    d = as_array(given.d)
    if d.value.shape[1] == 1 and patterns == 1 and d.value.shape[0] > 1:
        d = d.T
    if d.value.shape[0] != patterns:
        rows = d.value.shape[0]
        message = f"d has {rows} row{'s' * (rows > 1)}, but there {_are(patterns, 'pattern')}"
        report.add(place, message, "one output for each")
    elif neurons is not None and d.value.shape[1] != neurons:
        report.add(place, f"d has {d.value.shape[1]} numbers a pattern, but there {_are(neurons, 'neuron')}")
    elif neurons is None and given.learn is None and d.value.shape[1] != 1:
        report.add(place, "d has several numbers a pattern", "weights are found for one neuron")
    return d


def _levels(given: Given, d: Array, report: Report) -> None:
    """Notes a desired output that the unit cannot put out."""
    if given.activation == "threshold":
        low = given.outputs.split("/")[0]
        wrong = np.argwhere(~np.isin(d.value, (float(low), 1.0)))
        if len(wrong):
            i, j = wrong[0]
            hint = "outputs: -1/1 for bipolar ones" if low == "0" else "outputs: 0/1 for binary ones"
            report.add(given.place("d"), f"a desired output of {d.text(i, j)}, but outputs are {given.outputs}", hint)
    elif (misfit := undesired(given.loss, d.value)) is not None:
        report.add(given.place("d"), *misfit)
    elif given.loss == "cross-entropy" and not ((d.value >= 0) & (d.value <= 1)).all():
        report.add(given.place("d"), "cross-entropy needs desired outputs between 0 and 1")
