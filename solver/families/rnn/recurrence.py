"""What a question of recurrent networks gives: sequences, layers, what feeds back, the output."""

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

import numpy as np

from solver.formula.functions import FUNCTIONS
from solver.formula.tree import Array, Num
from solver.nets.layers import Stored, as_array, neurons_inputs, one_hot, weights_of
from solver.nets.own_activations import MAX_ACTIVATIONS, known_activations, note_activation
from solver.nets.recurrent import ELEMENTWISE, MAX_TIMES, Learning
from solver.nets.training import Rule
from solver.spec.fields import AtLeast, AtMost, Quantity, Spec, Vector
from solver.spec.nodes import Node, Report

MAX_LAYERS = 20
MAX_SEQUENCES = 10_000


class ReverseTime(Spec):
    """The layer that reads the sequence from its end."""

    U: Annotated[Quantity, "its input weights"]
    W: Annotated[Quantity, "its recurrence weights"]
    b: Annotated[Vector | None, "its biases, none if left out"] = None
    h0: Annotated[Vector | None, "its state behind the last step; 0 if left out"] = None
    V: Annotated[Quantity | None, "weights from it to the output, where V is from the forward layer alone"] = None


class Recurrent(Spec):
    """One hidden layer of several."""

    U: Annotated[Quantity, "weights from the layer below"]
    W: Annotated[Quantity, "recurrence weights"]
    b: Annotated[Vector | None, "biases, none if left out"] = None
    h0: Annotated[Vector | None, "its state before the first step; 0 if left out"] = None
    activation: Annotated[str, "of its neurons"] = "tanh"
    backward: Annotated[ReverseTime | None, "the same layer from the end of the sequence"] = None


class Given(Learning):
    """The network, its initial state and one input sequence, or a batch of them."""

    type: Annotated[
        Literal["jordan", "elman", "both"],
        "what feeds back: the output (jordan), the hidden layer (elman), or both",
    ] = "elman"
    teacher_forcing: Annotated[
        bool, "type: jordan or both: the desired output of the last time feeds back, not the network's own"
    ] = False
    x: Annotated[
        tuple[Vector, ...] | None, AtLeast(1), AtMost(MAX_TIMES), "the input sequence, a list of one vector a step"
    ] = None
    X: Annotated[
        tuple[Quantity, ...] | None, AtLeast(1), AtMost(MAX_SEQUENCES), "instead of x, several sequences of one length"
    ] = None
    U: Annotated[Quantity | None, "input weights, inputs × hidden neurons"] = None
    W: Annotated[
        Quantity | None, "recurrence weights: jordan outputs × hidden neurons, elman hidden × hidden neurons"
    ] = None
    Wy: Annotated[Quantity | None, "type: both, weights from the last output, outputs × hidden neurons"] = None
    V: Annotated[Quantity | None, "output weights, hidden × output neurons; elman may leave them out"] = None
    b: Annotated[Vector | None, "hidden biases, one for each neuron, or one number for all; none if left out"] = None
    c: Annotated[Vector | None, "output biases, one for each neuron, or one number for all; none if left out"] = None
    h0: Annotated[Vector | None, "elman: the hidden state before the first step, or one number for all; else 0"] = None
    y0: Annotated[Vector | None, "jordan: the output before the first step, or one number for all; else 0"] = None
    layers: Annotated[
        tuple[Recurrent, ...],
        AtMost(MAX_LAYERS),
        "instead of U, W, b and h0, several hidden layers, the first one first",
    ] = ()
    backward: Annotated[ReverseTime | None, "the layer that reads the sequence from its end"] = None
    weights: Annotated[Stored, "how all weights are stored: Uᵀx, or Ux"] = "inputs x neurons"
    activation: Annotated[str, f"of the hidden neurons: {', '.join(ELEMENTWISE)}, or one of `activations`"] = "tanh"
    output_activation: Annotated[str, "of the output neurons; softmax, too"] = "sigmoid"
    activations: Annotated[
        dict[str, str] | None,
        AtMost(MAX_ACTIVATIONS),
        "activations of your own, each a formula in u: {swish: u*sigmoid(u)}",
    ] = None
    net_inputs: Annotated[
        bool, "whether net inputs are steps of their own: u(t) of the hidden layer, o(t) of the output"
    ] = False
    D: Annotated[
        tuple[Quantity, ...] | None, "with X, the desired outputs of each sequence, a vector or a class a time"
    ] = None
    names: Annotated[dict[str, str] | None, "names of your own for x, h, y, u, o, d, U, W, V, b, c: {h: a}"] = None
    train: Annotated[Rule | None, "one update of all weights and biases: {rate: 0.1}"] = None

    @classmethod
    def notice(cls, node: Node, report: Report) -> None:
        """Notes activations that neither the table nor `activations` has."""
        known = known_activations(node)
        hidden = [name for name in known if name not in FUNCTIONS or name in ELEMENTWISE]
        layers = node.get("layers")
        for inner in layers.items if layers is not None else ():
            note_activation(inner.get("activation"), hidden, report)
        note_activation(node.get("activation"), hidden, report)
        note_activation(node.get("output_activation"), known, report)

    @property
    def length(self) -> int:
        """How many times there are."""
        if self.X is not None:
            return int(as_array(self.X[0]).value.shape[0])
        return len(self.x or ())

    def desired_rows(self, outputs: int) -> list[Array]:
        """The desired outputs of each sequence of a batch, a row a time; numbers of classes are one-hot."""
        made = [as_array(each) for each in self.D or ()]
        if self.classes_from is None or outputs == 1:
            return made
        least = int(self.classes_from)
        known = range(least, least + outputs)
        for k, array in enumerate(made):
            classes = array.value.ravel().tolist()
            if array.value.shape[1] == 1 and all(found in known for found in classes):
                made[k] = one_hot([int(found) for found in classes], outputs, least)
        return made

    @property
    def inputs(self) -> int:
        """How many inputs there are at each time."""
        if self.X is not None:
            return int(as_array(self.X[0]).value.shape[1])
        return int(self.x[0].value.shape[0]) if self.x else 0


class Direction(NamedTuple):
    """One hidden layer in one direction. mark: the number of the layer where there are several; side: f or b, or none.

    U, W: turned where they are typed as a list. neurons: how many. spec: where its fields stand.
    """

    spec: Spec
    mark: str
    side: str
    U: Array
    W: Array
    b: Array | None
    h0: Array | None
    activation: str
    inputs: int
    stored: Stored

    @property
    def neurons(self) -> int:
        """How many neurons it has."""
        return neurons_inputs(self.U, self.stored)[0]


def shaped(spec: Spec, field: str, numbers: Num | Array, inputs: int, stored: Stored) -> Array:
    """Weights; a list is those of one neuron, or of one input."""
    return weights_of(numbers, inputs, stored) if spec.flat(field) else as_array(numbers)


def levels(given: Given) -> list[list[Direction]]:
    """The hidden layers, each forward, or forward and backward; none where weights are missing."""
    found: list[list[Direction]] = []
    inputs = given.inputs
    layers: tuple[Given | Recurrent, ...] = given.layers or (given,)
    for k, layer in enumerate(layers, 1):
        if layer.U is None or layer.W is None:
            return []
        mark = str(k) if given.layers else ""
        sides: list[Direction] = []
        for side, spec in (("f", layer), ("b", layer.backward)):
            if spec is None or spec.U is None or spec.W is None:
                continue
            U = shaped(spec, "U", spec.U, inputs, given.weights)
            neurons = neurons_inputs(U, given.weights)[0]
            back = neurons
            if given.type == "jordan" and given.V is not None:
                back = neurons_inputs(shaped(given, "V", given.V, neurons, given.weights), given.weights)[0]
            W = shaped(spec, "W", spec.W, back, given.weights)
            side = side if layer.backward is not None else ""
            sides.append(Direction(spec, mark, side, U, W, spec.b, spec.h0, layer.activation, inputs, given.weights))
        found.append(sides)
        inputs = sum(side.neurons for side in sides)
    return found


def batch(sequences: Sequence[Num | Array], t: int) -> Array:
    """The rows of time t, one a sequence."""
    arrays = [as_array(s) for s in sequences]
    typed = tuple(tuple(a.text(t - 1, j) for j in range(a.value.shape[1])) for a in arrays)
    return Array(np.array([a.value[t - 1] for a in arrays]), typed)
