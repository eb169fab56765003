"""What a question of competitive and associative nets gives, and what of it does not fit."""

from typing import Annotated, Literal

import numpy as np

from solver.formula.tree import Array
from solver.nets.layers import as_array
from solver.nets.recurrent import size
from solver.nets.schedules import Schedule, check_schedule
from solver.spec.fields import AtLeast, AtMost, Matrix, Quantity, Scalar, Spec, Vector
from solver.spec.nodes import Report

Kind = Literal["som", "lvq", "winner-take-all", "k-means", "rbf", "hopfield"]

MAX_PRESENTATIONS = 2_000
MAX_LEARNT = 200_000
"""So many numbers may the units have at the most, after every presentation, in all."""
MAX_ENUMERATED = 8
"""Of so many neurons all states are looked at."""


class Given(Spec):
    """The net and its inputs."""

    kind: Annotated[Kind, "what kind of net it is"]
    X: Annotated[Quantity | None, "inputs, one a row; a list is one input, unless units have one number each"] = None
    W: Annotated[Quantity | None, "units, one a row, before learning; of hopfield the weights"] = None
    rate: Annotated[tuple[Scalar, ...], AtMost(MAX_PRESENTATIONS), "the learning rate η, or a list"] = ()
    schedule: Annotated[Schedule | None, "how η falls from `rate` on; t, and α, are η's"] = None
    shrink: Annotated[Schedule | None, "som: how σ falls from `sigma` on, by the same kinds"] = None
    per: Annotated[Literal["presentation", "epoch"], "what t, or a list of rates, counts"] = "presentation"
    epochs: Annotated[int | None, AtLeast(1), AtMost(MAX_PRESENTATIONS), "how often all inputs are presented"] = None
    distance: Annotated[Literal["squared", "euclidean", "city"], "which distance d is"] = "squared"
    grid: Annotated[tuple[int, ...], AtMost(2), "som: rows and columns of units; a chain if left out"] = ()
    sigma: Annotated[Quantity | None, "som: the width of the neighbourhood; rbf: of all centres, or a list"] = None
    radius: Annotated[Scalar | None, "som: in place of sigma, how far neighbours learn on the grid, in full"] = None
    labels: Annotated[tuple[int, ...], AtMost(1000), "lvq: the class of each unit"] = ()
    classes: Annotated[tuple[int, ...], AtMost(1000), "lvq: the class of each input"] = ()
    rule: Annotated[
        Literal["lvq1", "lvq2", "lvq2.1"],
        "lvq: what learns: the winner; or winner and runner-up, where the winner is wrong and the runner-up right (lvq2), "
        "or just one of them is right (lvq2.1), and x is in the window",
    ] = "lvq1"
    window: Annotated[Scalar | None, "lvq2: w; x is in the window where d_c/d_r is above `nearness`"] = None
    nearness: Annotated[
        Literal["(1 - w)/(1 + w)", "1/(1 + w)", "1 - w"], "lvq2: how near the distances of both must be"
    ] = "(1 - w)/(1 + w)"
    centres: Annotated[Quantity | None, "rbf: the centres, one a row"] = None
    gaussian: Annotated[Literal["2 sigma^2", "sigma^2"], "rbf: what divides the squared distance"] = "2 sigma^2"
    bias: Annotated[bool, "rbf: whether the output has a bias, the first of w"] = False
    w: Annotated[Vector | None, "rbf: the weights of the output"] = None
    d: Annotated[Vector | None, "rbf: the desired output of each input"] = None
    patterns: Annotated[Matrix | None, "hopfield: what is stored, a pattern of ±1, or of 0 and 1, in each row"] = None
    scale: Annotated[Literal["none", "N"], "hopfield: whether the weights are divided by N"] = "none"
    diagonal: Annotated[Literal["zero", "kept"], "hopfield: whether neurons feed back to themselves"] = "zero"
    theta: Annotated[Vector | None, "hopfield: thresholds; 0 if left out"] = None
    start: Annotated[Vector | None, "hopfield: the first state"] = None
    update: Annotated[Literal["synchronous", "asynchronous"], "hopfield: all at once, or one by one"] = "synchronous"
    order: Annotated[tuple[int, ...], AtMost(200), "hopfield: the neurons' order, from 1; 1, 2, … if left out"] = ()
    outputs: Annotated[Literal["-1/1", "0/1"], "hopfield: the two outputs of a neuron"] = "-1/1"
    tie: Annotated[Literal["keep", "1", "-1", "0"], "hopfield: the output at 0"] = "keep"
    steps: Annotated[int | None, AtLeast(1), AtMost(200), "hopfield: so many updates; until the end if left out"] = None


_UNITS = ("X", "W", "rate", "schedule", "per", "epochs", "distance")
_FIELDS: dict[Kind, tuple[str, ...]] = {
    "som": (*_UNITS, "grid", "sigma", "shrink", "radius"),
    "lvq": (*_UNITS, "labels", "classes", "rule", "window", "nearness"),
    "winner-take-all": _UNITS,
    "k-means": ("X", "W", "epochs"),
    "rbf": ("X", "centres", "sigma", "gaussian", "bias", "w", "d"),
    "hopfield": ("patterns", "W", "scale", "diagonal", "theta", "start", "update", "order", "outputs", "tie", "steps"),
}


def fits(given: Given, report: Report) -> bool:
    """Whether all fits together; what is missing or does not fit is noted."""
    before = len(report.problems)
    known = ("family", "kind", *_FIELDS[given.kind])
    for field in given.written:
        if field not in known:
            report.add(given.place(field), f"{field} is not of {given.kind}", f"it uses {', '.join(known[2:])}")
    if len(report.problems) == before:
        {"rbf": _radial, "hopfield": _hopfield}.get(given.kind, _units)(given, report)
    return len(report.problems) == before


def units_of(given: Given) -> Array:
    """The units or centres, a row each; a list is of one number each."""
    units = given.W if given.centres is None else given.centres
    assert units is not None
    return as_array(units)


def inputs_of(given: Given) -> Array:
    """The inputs, a row each; a list is one input, or several of one number each where units have one."""
    assert given.X is not None
    array = as_array(given.X)
    return array.T if given.flat("X") and units_of(given).value.shape[1] > 1 else array


def _missing(given: Given, report: Report, *names: tuple[str, str]) -> bool:
    lost = [(name, what) for name, what in names if getattr(given, name) in (None, ())]
    for name, what in lost:
        report.add(given.place(), f"{name!r} is missing: {what}")
    return bool(lost)


def _units(given: Given, report: Report) -> None:
    add = report.add
    if _missing(given, report, ("X", "the inputs, one a row"), ("W", "the units, one a row")):
        return
    W = units_of(given)
    units, width = W.value.shape
    inputs = inputs_of(given).value
    if inputs.shape[1] != width:
        add(given.place("W"), f"W is {size(W)}, but an input has {inputs.shape[1]} numbers", "a unit in each row")
    count = len(inputs) * (given.epochs or 1)
    if count > MAX_PRESENTATIONS:
        add(given.place("epochs"), f"{count:,} presentations, expected at most {MAX_PRESENTATIONS:,}")
    elif (learnt := count * units * width) > MAX_LEARNT:
        seen = f"{count:,} presentations to {units:,} units of {width:,} numbers: {learnt:,} numbers"
        add(given.place("epochs"), f"{seen}, expected at most {MAX_LEARNT:,}", "fewer epochs, inputs or units")
    listed, what = (given.epochs or 1, "epochs") if given.per == "epoch" else (count, "presentations")
    if 1 < len(given.rate) < listed:
        hint = "per: epoch, where they are of epochs" if len(given.rate) == (given.epochs or 1) else ""
        add(given.place("rate"), f"rate lists {len(given.rate)} rates, but there are {listed} {what}", hint)
    _falling(given, report)
    if given.epochs is not None and not given.rate and given.kind != "k-means":
        add(given.place("epochs"), "'rate' is missing: without it nothing is learnt")
    if given.kind == "som":
        _grid(given, units, report)
    if given.kind == "lvq":
        for name, number, what in (("labels", units, "unit"), ("classes", len(inputs), "input")):
            found = len(getattr(given, name))
            if found != number and (found or name == "labels" or given.rate):
                add(given.place(name), f"{name} has {found} classes, expected {number}: one for each {what}")
        _window(given, units, report)


def _window(given: Given, units: int, report: Report) -> None:
    """The rules that move two units have a window; LVQ1 has none."""
    if given.rule == "lvq1":
        for name in ("window", "nearness"):
            if name in given.written:
                report.add(given.place(name), f"lvq1 has no {name}", "rule: lvq2 and lvq2.1 have one")
        return
    if units < 2:
        report.add(given.place("rule"), f"{given.rule} moves two units, but W has one")
    if not given.rate:
        report.add(given.place("rule"), f"'rate' is missing: {given.rule} is a rule of learning")
    if given.window is None:
        report.add(given.place("rule"), f"'window' is missing: {given.rule} learns near the border", "such as 0.3")
    elif not 0 < float(given.window.text) < 1:
        report.add(given.place("window"), f"window is {given.window.text}, expected 0 < window < 1")


def _falling(given: Given, report: Report) -> None:
    """Schedules fit what falls."""
    for field, falls in (("schedule", "rate"), ("shrink", "sigma")):
        schedule = getattr(given, field)
        if schedule is None:
            continue
        check_schedule(schedule, report)
        if not getattr(given, falls):
            report.add(given.place(field), f"{falls!r} is missing: what falls from it on")
    if given.schedule is not None and len(given.rate) > 1:
        report.add(given.place("schedule"), "a schedule and a list of rates", "give one of them")


def _grid(given: Given, units: int, report: Report) -> None:
    add = report.add
    if given.grid and int(np.prod(given.grid)) != units:
        sides = "×".join(map(str, given.grid))
        add(given.place("grid"), f"the grid has {sides} places, but W has {units} units")
    if given.rate and (given.sigma is None) == (given.radius is None):
        add(given.place("sigma"), "expected sigma or radius", "the width of a Gaussian, or how far neighbours learn")
    if given.sigma is not None and (as_array(given.sigma).value.size > 1 or (as_array(given.sigma).value <= 0).any()):
        add(given.place("sigma"), "sigma is expected to be one number above 0")
    if given.radius is not None and float(given.radius.text) < 0:
        add(given.place("radius"), f"radius is {given.radius.text}, expected at least 0")


def _radial(given: Given, report: Report) -> None:
    add = report.add
    if _missing(given, report, ("X", "the inputs, one a row"), ("centres", "one a row"), ("sigma", "the width")):
        return
    assert given.sigma is not None
    inputs, centres = inputs_of(given).value, units_of(given).value
    if inputs.shape[1] != centres.shape[1]:
        add(given.place("centres"), f"a centre has {centres.shape[1]} numbers, but an input {inputs.shape[1]}")
    widths = as_array(given.sigma).value
    if widths.size not in (1, len(centres)):
        add(given.place("sigma"), f"sigma lists {widths.size} widths, but there are {len(centres)} centres")
    if (widths <= 0).any():
        add(given.place("sigma"), "a width is not above 0")
    weights = len(centres) + given.bias
    if given.w is not None and given.w.value.shape[0] != weights:
        add(
            given.place("w"),
            f"w has {given.w.value.shape[0]} weights, expected {weights}",
            "one for each centre" + (", and the bias first" if given.bias else ""),
        )
    if given.d is not None and given.d.value.shape[0] != len(inputs):
        add(given.place("d"), f"d has {given.d.value.shape[0]} numbers, but there are {len(inputs)} inputs")
    if given.w is None and given.d is not None and weights > len(inputs):
        add(
            given.place("d"),
            f"{weights} weights are found from {len(inputs)} inputs",
            "least squares needs as many inputs",
        )


def _hopfield(given: Given, report: Report) -> None:
    add = report.add
    if given.patterns is None and given.W is None:
        add(given.place(), "'patterns' is missing: what is stored, a row each", "or W, the weights")
        return
    W = None if given.W is None else as_array(given.W)
    if W is not None and len(set(W.value.shape)) > 1:
        add(given.place("W"), f"W is {size(W)}, expected as many rows as columns")
    for name in ("scale", "diagonal"):
        if given.W is not None and name in given.written:
            add(given.place(name), f"{name} is of weights that are made of patterns, but W is given")
    count = neurons(given)
    for name in ("patterns", "start"):
        array = getattr(given, name)
        if array is None:
            continue
        lower, upper = outputs_of(given)
        if not np.isin(array.value, (lower, upper)).all():
            found = f"{name} has other numbers than {'−1' if lower else '0'} and 1"
            hint = "outputs: 0/1, where they are 0 and 1" if np.isin(array.value, (0, 1)).all() else ""
            add(given.place(name), found, hint)
        if array.value.shape[1 if name == "patterns" else 0] != count:
            add(given.place(name), f"{name} is {size(array)}, but there are {count} neurons")
    if given.tie != "keep" and int(given.tie) not in outputs_of(given):
        add(given.place("tie"), f"tie is {given.tie}, but outputs are {given.outputs}")
    if given.theta is not None and given.theta.value.shape[0] not in (1, count):
        add(given.place("theta"), f"theta is {size(given.theta)}, but there are {count} neurons")
    for i, neuron in enumerate(given.order):
        if not 1 <= neuron <= count:
            add(given.place("order", i), f"there is no neuron {neuron}", f"they count from 1 to {count}")
    if given.order and given.update == "synchronous":
        add(given.place("order"), "an order of neurons that are updated all at once", "update: asynchronous")
    if W is not None and not np.array_equal(W.value, W.value.T):
        report.warn(given.place("W"), "W is not symmetric", "the energy may rise, and recall need not end")


def outputs_of(given: Given) -> tuple[int, int]:
    """The two outputs of a neuron, the lower one first."""
    return (0, 1) if given.outputs == "0/1" else (-1, 1)


def neurons(given: Given) -> int:
    """How many neurons a Hopfield network has."""
    made = given.W if given.W is not None else given.patterns
    assert made is not None
    return int(as_array(made).value.shape[1])
