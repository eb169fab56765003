"""What a question of a feedforward network gives."""

from typing import Annotated, Literal

from solver.formula.tree import Array
from solver.nets.decay import Decay
from solver.nets.layers import Stored, as_array
from solver.nets.losses import Loss
from solver.nets.network import AnyLayer, Delta, Start
from solver.nets.own_activations import MAX_ACTIVATIONS, known_activations, note_activation
from solver.nets.training import Rule
from solver.spec.fields import AtLeast, AtMost, Quantity, Scalar, Spec, Vector
from solver.spec.nodes import Node, Report

MAX_LAYERS = 500


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
    X: Annotated[Quantity | None, "instead of x, several input patterns: a row each, or a list of single inputs"] = None
    h: Annotated[Start | None, "instead of x, the activations of a layer: the layers behind it are listed"] = None
    u: Annotated[Start | None, "instead of x, the synaptic input of a layer, whose activation is given with it"] = None
    layers: Annotated[tuple[AnyLayer, ...], AtMost(MAX_LAYERS), "the layers, the output layer last"] = ()
    weights: Annotated[Stored, "how weights are stored: u = Wᵀx + b, or u = Wx + b"] = "inputs x neurons"
    biases: Annotated[
        Literal["apart", "first", "last"],
        "where they are: in b; or in W, as weights of a first or last input that is always 1",
    ] = "apart"
    d: Annotated[Vector | None, "the desired output; one-hot for softmax, or the number of a class"] = None
    D: Annotated[Quantity | None, "with X, the desired outputs: a row for each pattern, or the number of its class"] = (
        None
    )
    classes_from: Annotated[Literal["0", "1"] | None, "what the first class is counted as, where d is a class"] = None
    loss: Annotated[Loss, "cross-entropy is binary after sigmoid, multi-class after softmax; hinge is of d = ±1"] = (
        "none"
    )
    threshold: Annotated[Scalar | None, "where loss: huber turns from squares to straight lines; 1 if left out"] = None
    average: Annotated[bool, "with X: whether the loss is averaged over the patterns, instead of summed"] = False
    weight_decay: Annotated[Scalar | None, "λ, the weight of the squared weights in the loss; biases stay out"] = None
    decay: Annotated[Decay, "λ/2 Σ w², or λ Σ w², or λ/(2m) Σ w² of m patterns"] = "half"
    delta: Annotated[Delta | None, "a gradient given instead of a loss"] = None
    deltas: Annotated[
        Literal["gradient", "minus gradient"], "what delta1, delta2 … are: ∂J/∂u, or −∂J/∂u as in books that add α·δ·h"
    ] = "gradient"
    error: Annotated[Literal["d - y", "y - d"], "what e is"] = "d - y"
    names: Annotated[
        dict[str, str] | None,
        "names of your own for x, d, u, h, y, W, b, theta, J: {u: z, h: hidden layer output}",
    ] = None
    train: Annotated[Train | None, "how the network learns; left out, its gradients are found once"] = None
    activations: Annotated[
        dict[str, str] | None,
        AtMost(MAX_ACTIVATIONS),
        "activations of your own, each a formula in u: {swish: u*sigmoid(u)}",
    ] = None

    @property
    def rows(self) -> Array | None:
        """Several patterns, a row each: of the input, or of the layer that is given in its place."""
        start = self.h or self.u
        if self.X is None and start is not None and self.D is not None:
            return as_array(start.value)
        return None if self.X is None else as_array(self.X)

    @classmethod
    def notice(cls, node: Node, report: Report) -> None:
        """Notes activations that neither the table nor `activations` has."""
        layers, known = node.get("layers"), known_activations(node)
        starts = [start for start in (node.get("h"), node.get("u")) if start is not None]
        for layer in [*(layers.items if layers else ()), *starts]:
            note_activation(layer.get("activation"), known, report)
