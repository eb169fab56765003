"""What does not fit in a feedforward network; each misfit is noted at its own line."""

from collections import Counter
from typing import NamedTuple

import numpy as np

from solver.errors import nearest
from solver.families.mlp.given import Given, Train
from solver.formula.parse import is_name
from solver.formula.tree import Array
from solver.nets.decay import check_decay
from solver.nets.layers import as_array, neurons_inputs, one_hot, rows_of, weights_of
from solver.nets.losses import undesired, unfit
from solver.nets.network import AnyLayer, Delta, Start
from solver.nets.training import check
from solver.spec.nodes import Report

LETTERS = ("x", "d", "u", "h", "y", "W", "b", "theta", "J")


class Fitted(NamedTuple):
    """What is given, in shape: patterns as rows, weights as matrices, classes as one-hot."""

    X: Array | None
    weights: tuple[Array, ...]
    desired: Array | None


def called(given: Given, report: Report) -> dict[str, str]:
    """An author's names by the letters that they stand for; those that no quantity can have are noted at their keys."""
    if not given.names:
        return {}
    found: dict[str, str] = {}
    for letter, text in given.names.items():
        place, name = given.place("names", letter), "_".join(text.split())
        if letter not in LETTERS:
            report.add(place, f"there is no {letter[:60]!r} to rename", nearest(letter, LETTERS))
        elif not is_name(name) or (name[-1].isdigit() and letter in ("u", "h", "W", "b", "theta")):
            hint = "a name has letters; the number of the layer is put behind it"
            report.add(place, f"{text[:60]!r} cannot name a quantity", hint)
        else:
            found[letter] = name
    taken = Counter(_names(given, found))
    for letter, name in found.items():
        others = Counter(_names(given, {key: value for key, value in found.items() if key != letter}))
        twice = next((name for name, count in taken.items() if count > 1 and others[name] < count), None)
        if twice is not None:
            report.add(given.place("names", letter), f"{twice!r} would be the name of two quantities")
            break
    return found


def _names(given: Given, called: dict[str, str]) -> list[str]:
    """The names of all quantities but gradients; those of layers with their numbers."""
    start = given.h or given.u
    first = 1 if start is None else start.layer
    depth = max(first + len(given.layers) - (start is None), given.delta.layer if given.delta else 0)
    layered = ["u", "W", "b", "theta", "delta", "df", "params"]
    slopes = [*(layer.slope for layer in given.layers), None if start is None else start.slope]
    layered += [] if slopes.count(None) == len(slopes) else ["a"]
    made = [f"{called.get(letter, letter)}{k}" for letter in layered for k in range(first, depth + 1)]
    made += [f"{called.get('h', 'h')}{k}" for k in range(first, depth)]
    patterns = 1 if given.X is None else as_array(given.X).value.shape[0]
    for letter in ("x", "d"):
        made += [f"{called.get(letter, letter)}{p}" for p in range(1, patterns + 1)] if given.X is not None else []
    others = ("alpha", "beta", "beta1", "beta2", "eps", "lam", "gamma", "one", "pi", "e")
    made += ["Delta"] if given.threshold is not None else []
    made += ["E", "decay"] if given.weight_decay is not None else []
    return [*made, *(called.get(letter, letter) for letter in ("x", "d", "y", "J")), *others]


def facts(given: Given, report: Report) -> Fitted | None:
    """Checks shapes from the input on, the loss and the training; None, and problems, where something does not fit."""
    before = len(report.problems)
    width, source = _inputs(given, report)
    if not given.layers and given.h is None and given.u is None:
        report.add(given.place("layers"), "there are no layers", "such as layers: [{W: [[1], [2]], b: 0.5}]")
    weights: list[Array] = []
    first = 1 if (start := given.h or given.u) is None else start.layer + 1
    for k, layer in enumerate(given.layers, first):
        if layer.shape or layer.W is None:
            width = _shape(layer, k, given, width, source, report)
        else:
            apart = given.biases == "apart" or _biased(layer, report)
            W = weights_of(layer.W, (width or 0) + (0 if apart else 1), given.weights)
            if not apart and neurons_inputs(W, given.weights)[1] < 2:
                report.add(layer.place("W"), "W has biases and no weights", f"biases: {given.biases}")
                width = None
                continue
            W = W if apart else _parted(layer, W, given)
            weights.append(W)
            width = _layer(layer, W, k, given, width, source, report)
        source = f"the output of layer {k}"
    desired = None
    if width is not None:
        desired = _desired(given, width, report)
    if any(layer.shape for layer in given.layers):
        return Fitted(None, (), None) if len(report.problems) == before else None
    if given.loss != "none":
        _fits_loss(given, width, desired, report)
    elif given.threshold is not None:
        report.add(given.place("threshold"), "a threshold without a loss", "loss: huber has one")
    check_decay(given, given.train, report)
    if given.weight_decay is not None and given.loss != "none" and not given.layers:
        report.add(given.place("weight_decay"), "there are no weights that decay", "list the layers")
    if given.delta is not None:
        _fits_delta(given, given.delta, weights, first, report)
    if given.train is not None:
        _fits_training(given, given.train, report)
    X = given.rows
    return Fitted(X, tuple(weights), desired) if len(report.problems) == before else None


# -- where it starts ----------------------------------------------------------------------------------------------------
def _inputs(given: Given, report: Report) -> tuple[int | None, str]:
    """The number of inputs of the first layer that is listed, None where there are none; and what they are."""
    start = given.h or given.u
    if given.x is not None and given.X is not None:
        report.add(given.place("X"), "x and X are given", "x for one pattern, X for several")
    if given.rows is not None:
        _patterns(given, given.rows, report)
    elif given.D is not None:
        report.add(given.place("D"), "D is used with X only", "with x, d is a list")
    elif given.average:
        report.add(given.place("average"), "average is used with X only", "one pattern has nothing to average")
    if start is not None:
        _start(given, start, report)
        numbers = as_array(start.value).value
        if given.rows is None and numbers.shape[1] > 1:
            found = f"{numbers.shape[0]}×{numbers.shape[1]} numbers of one pattern"
            report.add(start.place("value"), found, "of several patterns D has a row for each")
        width = numbers.shape[0 if given.rows is None else 1]
        return int(width), f"{'h' if given.h else 'u'} of layer {start.layer}"
    if given.X is not None:
        return int(as_array(given.X).value.shape[1]), "each row of X"
    if given.x is not None:
        return int(given.x.value.shape[0]), "the input x"
    if any(layer.shape for layer in given.layers):
        return None, ""
    report.add(given.place(), "'x' is missing: the input pattern, or X with several", "or h or u of a layer")
    return None, ""


def _patterns(given: Given, rows: Array, report: Report) -> None:
    """What is used with one pattern, or with many, and not with both."""
    name = "X" if given.X is not None else "h" if given.h is not None else "u"
    if given.d is not None:
        report.add(given.place("d"), "d is used with x only", "with X, D has a row for each pattern")
    desired = 0 if given.D is None else as_array(given.D).value.shape[0]
    patterns = rows.value.shape[0]
    if given.D is not None and desired != patterns:
        report.add(given.place("D"), f"D has {desired} rows, but {name} has {patterns}: a row for each pattern")


def _start(given: Given, start: Start, report: Report) -> None:
    """A start in mid-network stands alone."""
    if given.h is not None and given.u is not None:
        report.add(given.place("u"), "h and u are given", "the question starts from one of them")
    if given.X is not None:
        report.add(given.place("X"), "X beside a layer that is given", "with h or u there is no input")
    if given.x is not None and given.rows is not None:
        report.add(
            given.place("x"), "x is of one pattern, but D has a row for each of several", "leave x out, or give d"
        )
    elif given.x is not None and start.layer != 1:
        report.add(given.place("x"), f"x acts on layer 1, but layer {start.layer} is given", "leave out x")
    if start.slope is not None and start.activation not in ("leaky_relu", "elu"):
        report.add(start.place("slope"), f"{start.activation} has no slope", "leaky_relu and elu do")
    if not given.layers and given.delta is None and given.u is None and given.loss == "none":
        report.add(start.place(), "there is nothing behind the layer that is given", "list the layers behind it")


def _biased(layer: AnyLayer, report: Report) -> bool:
    """Whether a layer has biases of its own beside those that stand among its weights, which is noted."""
    field = "b" if layer.b is not None else "theta" if layer.theta is not None else ""
    if field:
        report.add(
            layer.place(field), f"{field} is given, but biases stand in W", f"leave out {field}, or biases: apart"
        )
    return bool(field)


def _parted(layer: AnyLayer, W: Array, given: Given) -> Array:
    """The weights without the biases that stand among them, which become the layer's own."""
    rows = W if given.weights == "inputs x neurons" else W.T
    inputs = rows.value.shape[0]
    at = 0 if given.biases == "first" else inputs - 1
    layer.b = rows_of(rows, at, at + 1).T
    kept = rows_of(rows, 1, inputs) if at == 0 else rows_of(rows, 0, at)
    return kept if given.weights == "inputs x neurons" else kept.T


# -- layers -------------------------------------------------------------------------------------------------------------
def _layer(layer: AnyLayer, W: Array, k: int, given: Given, width: int | None, source: str, report: Report) -> int:
    """Checks one layer; returns how many neurons it has."""
    rows, columns = W.value.shape
    neurons, inputs = neurons_inputs(W, given.weights)
    if width is not None and inputs != width:
        hint = f"weights are stored {given.weights}" + ("; is W transposed?" if neurons == width else "")
        if layer.flat("W"):
            hint = f"one list is the weights of one neuron, {width} of them, or of several neurons with one input"
        report.add(layer.place("W"), f"W{k} is {rows}×{columns}, but {source} is {width}×1", hint)
    for field, values in (("b", layer.b), ("theta", layer.theta)):
        if values is not None and values.value.shape[0] not in (1, neurons):
            size = values.value.shape[0]
            found = f"{field}{k} is {size}×1, but W{k} is {rows}×{columns}"
            hint = "one number is expected" if neurons == 1 else f"{neurons} numbers are expected, one for each neuron"
            report.add(layer.place(field), found, hint)
    if layer.b is not None and layer.theta is not None:
        report.add(layer.place("theta"), f"layer {k} has biases and thresholds", "give b or theta")
    if layer.slope is not None and layer.activation not in ("leaky_relu", "elu"):
        report.add(layer.place("slope"), f"{layer.activation} has no slope", "leaky_relu and elu do")
    return neurons


def _shape(layer: AnyLayer, k: int, given: Given, width: int | None, source: str, report: Report) -> int | None:
    """Checks a layer that has a shape in place of weights, or nothing."""
    if layer.W is not None:
        report.add(layer.place("shape"), f"layer {k} has W and a shape", "a shape stands in place of W")
    elif given.biases != "apart":
        report.add(layer.place("shape"), "a shape is of weights alone", "biases: apart, and b where there are some")
    elif len(layer.shape) != 2 or min(layer.shape) < 1:
        missing = "'W' is missing: its weights" if not layer.shape else "a shape is rows and columns, such as [3, 4]"
        report.add(layer.place("shape"), f"layer {k}: {missing}", "or shape: [3, 4], where only parameters are counted")
    else:
        rows, columns = layer.shape
        inputs, neurons = (rows, columns) if given.weights == "inputs x neurons" else (columns, rows)
        if width is not None and inputs != width:
            hint = f"weights are stored {given.weights}" + ("; is it transposed?" if neurons == width else "")
            report.add(layer.place("shape"), f"W{k} is {rows}×{columns}, but {source} is {width}×1", hint)
        return neurons
    return None


# -- what is desired ----------------------------------------------------------------------------------------------------
def _desired(given: Given, outputs: int, report: Report) -> Array | None:
    """The desired output, (outputs, 1), or a row for each pattern; the number of a class as one-hot."""
    field, desired = ("d", given.d) if given.rows is None else ("D", None if given.D is None else as_array(given.D))
    single = desired is not None and desired.value.shape[0 if given.rows is None else 1] == 1
    if desired is None or not single or outputs == 1:
        if given.classes_from is not None and (desired is None or not single):
            report.add(given.place("classes_from"), "classes_from without the number of a class", "such as d: 2")
        return desired
    least = None if given.classes_from is None else int(given.classes_from)
    classes = []
    for i, found in enumerate(desired.value.ravel().tolist()):
        place, text = given.place(field, i) if given.rows is not None else given.place(field), desired.text(i, 0)
        if least is None:
            if found not in range(outputs + 1):
                _size(given, field, desired, outputs, report)
                return desired
            hint = "classes_from: 1 where the first one is class 1, classes_from: 0 where it is class 0"
            report.add(place, f"{field} is {text}, but there are {outputs} outputs: which class is {text}?", hint)
            return desired
        if found not in range(least, least + outputs):
            message = f"there is no class {text}"
            report.add(place, message, f"they count from {least} to {least + outputs - 1}")
            return desired
        classes.append(int(found))
    hot = one_hot(classes, outputs, least or 0)
    return hot.T if given.rows is None else hot


def _size(given: Given, field: str, desired: Array, outputs: int, report: Report) -> None:
    """Notes a desired output that is not as long as the output."""
    rows, columns = desired.value.shape
    expected = f"the output is {outputs}×1" if given.rows is None else f"there are {outputs} outputs"
    report.add(given.place(field), f"{field} is {rows}×{columns}, but {expected}")


def _fits_loss(given: Given, outputs: int | None, desired: Array | None, report: Report) -> None:
    last = given.layers[-1] if given.layers else given.u or given.h
    activation = "linear" if last is None else last.activation
    name = "d" if given.rows is None else "D"
    if getattr(given, name) is None:
        report.add(given.place("loss"), f"{name!r} is missing: a loss needs the desired output")
    elif desired is not None and outputs is not None:
        axis = 0 if given.rows is None else 1
        with np.errstate(over="ignore"):  # what overflows does not sum to 1
            sums = desired.value.sum(axis=axis)
        if desired.value.shape[axis] != outputs:
            if desired.value.shape[axis] > 1:
                _size(given, name, desired, outputs, report)
        elif given.loss == "cross-entropy" and activation == "softmax" and np.abs(sums - 1).max() > 1e-9:
            wrong = int(np.abs(sums - 1).argmax())
            place = given.place(name) if given.rows is None else given.place(name, wrong)
            what = name if given.rows is None else f"row {wrong + 1} of D"
            report.add(place, f"{what} sums to {sums[wrong]:g}", "the classes' probabilities sum to 1")
    if (misfit := unfit(given.loss, activation)) is not None:
        report.add(given.place("loss"), *misfit)
    elif desired is not None and (misfit := undesired(given.loss, desired.value)) is not None:
        report.add(given.place(name), *misfit)
    if given.threshold is not None and given.loss != "huber":
        report.add(given.place("threshold"), f"{given.loss} has no threshold", "huber has")
    elif given.threshold is not None and not float(given.threshold.text) > 0:
        report.add(given.place("threshold"), f"threshold is {given.threshold.text}, expected more than 0")
    if given.delta is not None:
        report.add(given.place("delta"), "a loss and a given gradient", "backpropagation starts from one of them")


def _fits_delta(given: Given, delta: Delta, weights: list[Array], first: int, report: Report) -> None:
    if given.rows is not None:
        report.add(given.place("delta"), "a given gradient is for one pattern", "give x instead of X")
    last = first + len(given.layers) - 1
    if delta.layer == last + 1 and not given.layers and given.h is not None:
        return  # of its weights nothing is known
    if not first <= delta.layer <= last:
        listed = f"of {last}" if first == 1 else f"is not one of {first} to {last}"
        report.add(delta.place("layer"), f"layer {delta.layer} {listed}", "layers count from 1")
        return
    if len(weights) <= delta.layer - first:
        return  # noted already
    neurons = neurons_inputs(weights[delta.layer - first], given.weights)[0]
    if delta.value.value.shape[0] != neurons:
        found = f"the gradient is {delta.value.value.shape[0]}×1, but layer {delta.layer} has {neurons} neurons"
        report.add(delta.place("value"), found)


def _fits_training(given: Given, train: Train, report: Report) -> None:
    check(train, report)
    if given.loss == "none":
        report.add(given.place("train"), "training needs a loss")
    elif not given.layers:
        report.add(given.place("train"), "there are no weights to train", "list the layers behind the one given")
    if train.mode != "full-batch" and given.X is None:
        report.add(train.place("mode"), f"{train.mode} needs several patterns", "give X and D")
    if train.mode == "mini-batch" and train.batch is None:
        report.add(train.place("mode"), "'batch' is missing: how many patterns a mini-batch has")
    if train.batch is not None and train.mode != "mini-batch":
        report.add(train.place("batch"), f"{train.mode} has no batch", "mode: mini-batch has")
    elif train.batch is not None and given.X is not None and train.batch > as_array(given.X).value.shape[0]:
        report.add(
            train.place("batch"), f"batch is {train.batch}, but X has {as_array(given.X).value.shape[0]} patterns"
        )
