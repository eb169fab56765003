"""What a question of autoencoders gives, and what of it does not fit."""

from typing import Annotated, Literal

from solver.formula.functions import FUNCTIONS
from solver.nets.decay import Decay, check_decay
from solver.nets.layers import Stored, as_array, neurons_inputs, weights_of
from solver.nets.recurrent import ELEMENTWISE, size
from solver.nets.training import UPDATES, Rule, check
from solver.spec.fields import AtLeast, AtMost, Matrix, Quantity, Scalar, Spec, Vector
from solver.spec.nodes import Node, Report

Error = Literal["mean-square-error", "square-error", "half-square-error", "cross-entropy"]


MAX_LAYERS = 20
"""Of each half: a penalty has a term for each layer."""
_LAYERS = AtMost(MAX_LAYERS, "fewer layers show the same")


class Coder(Spec):
    """One layer of the encoder or of the decoder."""

    W: Annotated[Quantity | None, "weights, stored as `weights` says; left out of a decoder that is tied"] = None
    b: Annotated[Vector | None, "biases, one for each neuron, or one number for all; none if left out"] = None
    activation: Annotated[str, ", ".join(ELEMENTWISE)] = "linear"


class Sparsity(Spec):
    """What keeps the code near 0."""

    rho: Annotated[Scalar | None, "ρ, the mean that each neuron of the code should have"] = None
    beta: Annotated[Scalar | None, "β, the weight of the divergences; 1 if left out"] = None
    l1: Annotated[Scalar | None, "in place of rho and beta: the weight of Σ|h|"] = None


class Given(Spec):
    """Patterns, both halves of the network, its loss and penalties, and how it learns."""

    x: Annotated[Vector | None, "the pattern"] = None
    X: Annotated[Matrix | None, "instead of x, several patterns: a row each"] = None
    corrupted: Annotated[Quantity | None, "denoising: what the encoder sees, of the form of x or X"] = None
    encoder: Annotated[tuple[Coder, ...], AtLeast(1), _LAYERS, f"the layers up to the code, at most {MAX_LAYERS}"]
    decoder: Annotated[
        tuple[Coder, ...], _LAYERS, "the layers behind it; with tied: true they may be left out, and are linear"
    ] = ()
    tied: Annotated[bool, "whether the decoder has the weights of the encoder, transposed"] = False
    weights: Annotated[Stored, "how weights are stored: u = Wᵀx + b, or u = Wx + b"] = "inputs x neurons"
    loss: Annotated[Error, "the reconstruction error; cross-entropy is binary, after sigmoid"] = "mean-square-error"
    average: Annotated[bool, "with X: whether the error is averaged over the patterns, instead of summed"] = False
    sparsity: Annotated[Sparsity | None, "a penalty for a code that is not sparse"] = None
    weight_decay: Annotated[Scalar | None, "λ, the weight of the squared weights in the loss"] = None
    decay: Annotated[Decay, "λ/2 Σ w², or λ Σ w², or λ/(2m) Σ w² of m patterns"] = "half"
    train: Annotated[Rule | None, "how it learns; left out, its gradients are found once"] = None

    @classmethod
    def notice(cls, node: Node, report: Report) -> None:
        """Notes activations that layers cannot have."""
        for half in ("encoder", "decoder"):
            found = node.get(half)
            for layer in (found.items if found and found.kind == "list" else [found]) if found else ():
                word = layer.get("activation")
                if word is not None and word.kind == "scalar" and word.text not in ELEMENTWISE:
                    report.unknown(word, "activation", word.text, ELEMENTWISE)


def decoder_of(given: Given) -> tuple[Coder, ...]:
    """The decoder's layers; linear ones where tied weights leave nothing else to say."""
    return given.decoder or tuple(Coder() for _ in given.encoder)


def fits(given: Given, report: Report) -> bool:
    """Whether all fits together; what is missing or does not fit is noted."""
    before = len(report.problems)
    _check(given, report)
    return len(report.problems) == before


def _check(given: Given, report: Report) -> None:
    add, pattern = report.add, given.x if given.x is not None else given.X
    if pattern is None:
        add(given.place(), "'x' is missing: the pattern", "or X, a pattern in each row")
        return
    if given.x is not None and given.X is not None:
        add(given.place("X"), "x and X are given", "x for one pattern, X for several")
        return
    if given.corrupted is not None and as_array(given.corrupted).value.shape != pattern.value.shape:
        found = size(as_array(given.corrupted))
        add(given.place("corrupted"), f"corrupted is {found}, but {'x' if given.x else 'X'} is {size(pattern)}")
    inputs = pattern.value.shape[0 if given.x is not None else 1]
    _check_layers(given, inputs, report)
    if given.loss == "cross-entropy":
        if (last := decoder_of(given)[-1]).activation != "sigmoid":
            add(given.place("loss"), f"cross-entropy after {last.activation}", "it needs a sigmoid output")
        if (pattern.value < 0).any() or (pattern.value > 1).any():
            add(given.place("loss"), "cross-entropy of numbers outside 0 to 1", "choose mean-square-error")
    if given.sparsity is not None:
        _check_sparsity(given, given.sparsity, report)
    check_decay(given, given.train, report)
    if given.train is not None:
        _check_training(given, given.train, report)


def _check_layers(given: Given, inputs: int, report: Report) -> None:
    """Notes weights that are missing, or that do not fit the layer before, and a reconstruction of another size."""
    add, width, source, half = report.add, inputs, "the pattern", len(given.encoder)
    if given.tied and given.decoder and len(given.decoder) != half:
        found = f"the decoder has {len(given.decoder)} layers, but the encoder {half}"
        add(given.place("decoder"), found, "tied: true mirrors the encoder")
        return
    if not given.decoder and not given.tied:
        add(given.place(), "'decoder' is missing", "or tied: true, for the encoder's weights transposed")
        return
    shapes: list[tuple[int, int]] = []
    for k, layer in enumerate((*given.encoder, *decoder_of(given)), 1):
        name = f"encoder layer {k}" if k <= half else f"decoder layer {k - half}"
        if layer.W is None:
            if k <= half or not given.tied:
                hint = "" if k <= half else "or tied: true, for the encoder's weights transposed"
                add(layer.place(), f"{name} has no W", hint)
                return
            neurons, expected = shapes[2 * half - k][::-1]
        else:
            if k > half and given.tied:
                add(layer.place("W"), f"{name} has a W, but tied: true gives it the encoder's", "leave one of them out")
                return
            W = weights_of(layer.W, width, given.weights)
            neurons, expected = neurons_inputs(W, given.weights)
            shapes.append((neurons, expected))
            if expected != width:
                hint = f"weights are stored {given.weights}" + ("; is W transposed?" if neurons == width else "")
                add(layer.place("W"), f"W of {name} is {size(W)}, but {source} has {width} numbers", hint)
        if layer.b is not None and layer.b.value.shape[0] not in (1, neurons):
            add(layer.place("b"), f"b of {name} is {size(layer.b)}, but it has {neurons} neurons")
        width, source = neurons, f"{name}"
    if width != inputs:
        place = given.place("decoder")
        add(place, f"the decoder puts out {width} numbers, but a pattern has {inputs}", "it reconstructs the pattern")


def _check_sparsity(given: Given, sparsity: Sparsity, report: Report) -> None:
    """Notes a penalty that is not one, or that the code has no place for."""
    add = report.add
    if (sparsity.rho is None) == (sparsity.l1 is None):
        add(
            sparsity.place(),
            "sparsity needs rho or l1",
            "rho, a mean activation, with its weight beta; or l1, a weight",
        )
        return
    if sparsity.rho is None:
        if sparsity.beta is not None:
            add(sparsity.place("beta"), "beta is the weight of rho's penalty", "l1 is a weight itself")
        return
    if not 0 < float(sparsity.rho.text) < 1:
        add(sparsity.place("rho"), f"rho is {sparsity.rho.text}, expected a mean between 0 and 1")
    code = given.encoder[-1]
    if FUNCTIONS[code.activation].range != (0.0, 1.0) and code.activation != "sigmoid":
        hint = "rho needs a sigmoid code; l1 goes with any"
        add(code.place("activation"), f"after {code.activation}, a mean activation need not lie between 0 and 1", hint)


def _check_training(given: Given, rule: Rule, report: Report) -> None:
    """Notes settings that do not go together."""
    add, update = report.add, UPDATES[rule.optimizer]
    check(rule, report)
    if update.ahead and rule.iterations > 1:
        add(rule.place("optimizer"), "nesterov looks ahead from its second update on", "nesterov-shifted does not")
    if given.sparsity is not None and given.sparsity.rho is not None and "beta" in update.settings:
        add(rule.place("optimizer"), f"{rule.optimizer} has a β of its own, and so has the sparsity penalty")
