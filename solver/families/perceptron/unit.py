"""A unit, or layers of them, on patterns: net inputs, outputs with their table, the boundary, a loss."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from solver.families.perceptron.given import GATES, Data, Given, ThresholdLayer, column, discrete, function
from solver.formula.print.printer_text import lowered
from solver.formula.tree import Array, Literal_, Name, Num, Tree
from solver.formula.walks.shape import SCALAR, shape
from solver.nets.layers import activated, as_array, put, weights_of
from solver.nets.losses import loss
from solver.rounding import Floats
from solver.working.gradients import OnDemand
from solver.working.items import Listing, Stated, Step
from solver.working.page import Working

if TYPE_CHECKING:
    from solver.working.sketches import Sketch


class TruthTable(Step):
    """Outputs of several patterns, which stand in a table. columns: quantities with a row a pattern, by heading."""

    columns: tuple[tuple[str, str], ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """What its formula uses, and what the table shows."""
        return tuple(dict.fromkeys([*super().needs, *(name for _, name in self.columns if name != self.name)]))

    @property
    def tabled(self) -> tuple[str, ...]:
        """Every column."""
        return tuple(name for _, name in self.columns)

    def listing(self, numbers: Mapping[str, Literal_]) -> Listing:
        """A row a pattern: its inputs, and all that is made of them."""
        header: list[str] = []
        columns: list[list[Tree]] = []
        for heading, name in self.columns:
            array = as_array(numbers[name])
            header += headings(heading, column([array.text(0, j) for j in range(array.value.shape[1])]))
            columns += [cells(column) for column in columns_of(array)]
        return Listing(tuple(header), tuple(zip(*columns, strict=True)))


def columns_of(array: Array) -> list[Array]:
    """The columns of an array."""
    rows, columns = array.value.shape
    return [column([array.text(i, j) for i in range(rows)]) for j in range(columns)]


def headings(heading: str, numbers: Literal_) -> list[str]:
    """What stands above the cells of a number, a vector or a matrix: w, or w₁ and w₂; of h1, h₁,₁ and h₁,₂."""
    rows, columns = numbers.value.shape
    if rows * columns == 1:
        return [lowered(heading)]
    if heading[-1].isdigit():
        heading += ","
    places = [f"{i + 1},{j + 1}" if columns > 1 else f"{i + 1}" for i in range(rows) for j in range(columns)]
    return [lowered(heading + place) for place in places]


def cells(numbers: Literal_) -> list[Tree]:
    """The numbers of a vector or a matrix, row by row."""
    array = as_array(numbers)
    rows, columns = array.value.shape
    return [Num(array.text(i, j)) for i in range(rows) for j in range(columns)]


def forward(given: Given, data: Data, working: Working) -> Working:
    """The outputs, and what can be asked about them, behind what a working has."""
    single = data.X.value.shape[0] == 1
    if single:
        working.given("x", data.row(0), "Input")
    else:
        working.given("X", data.X, "Patterns, one a row")
    layers = given.layers or (None,)
    source = first = "x" if single else "X"
    inner: list[str] = []
    hidden: list[str] = []
    for k, layer in enumerate(layers, 1):
        last = k == len(layers)
        tag = "" if given.layers == () else str(k)
        source = _layer(given, data, working, layer, tag, source, single, last, inner, hidden)
    working.group("outputs", ["y"])
    working.group("truth_table", [*inner, "y"])
    if not single and data.d is not None and given.loss == "none" and given.activation == "threshold":
        apart = "" if given.outputs == "0/1" else "/2"
        working.offer("mistakes", lambda working: _mistakes(working, apart))
        working.group("check", ["y", "mistakes"])
    if given.inputs is not None and given.activation == "threshold" and data.neurons == 1:
        working.offer("gate", lambda working: _gate(data, working))
    working.default = ("y",)
    working.figures["network"] = lambda: _network(given, working, first)
    _learnt_from(given, data, working, single)
    if not given.layers and data.W is not None and data.W.value.shape == (2, 1):
        b, theta = ("b" in working.items and "b") or "", ("theta" in working.items and "theta") or ""
        boundary(working, data.W.value, "w", b, theta)
        working.figures["boundary"] = lambda: _drawn(working, len(data.X.value))
    return working


def _gate(data: Data, working: Working) -> None:
    """Which gate puts out what the unit does, if one of ours."""
    env = dict[str, Floats]()
    for name in working.closure(["y"]):
        working.work_out(name, env)
    inputs, outputs = data.X.value == 1, (env["y"] == 1)[:, 0]
    found = (
        gate
        for gate, of in GATES.items()
        if (gate == "NOT") == (inputs.shape[1] == 1)
        and all(of(list(row)) == bool(y) for row, y in zip(inputs, outputs, strict=True))
    )
    working.statement("gate", next(found, "none of the usual ones"), "Which gate it is")


def _mistakes(working: Working, apart: str) -> None:
    """Counts wrong outputs. apart: divides what a wrong one differs by, where that is not 1."""
    why = "where it is 0, every output is the one desired"
    working.step("mistakes", f"sum(abs(d - y)){apart}", "Outputs that are not those desired", why=why, whole=True)


def _network(given: Given, working: Working, source: str) -> Sketch:
    """The units by layers, their weights as inputs × units."""
    from solver.working.sketches import MINUS, Feedforward, NeuronColumn  # few questions have a figure

    columns = []
    for tag in map(str, range(1, len(given.layers) + 1)) if given.layers else ("",):
        W = f"W{tag}" if tag else "w"
        threshold = f"theta{tag}" if f"theta{tag}" in working.items else ""
        shift = threshold or (f"b{tag}" if f"b{tag}" in working.items else "")
        output = "y" if tag in ("", str(len(given.layers))) else f"h{tag}"
        sign = MINUS if threshold else "+"
        columns.append(NeuronColumn(output, given.activation, int(working.shapes[W][1]), W, shift, True, sign))
    return Feedforward(source, int(working.shapes["W1" if given.layers else "w"][0]), tuple(columns))


def _drawn(working: Working, patterns: int) -> Sketch:
    from solver.working.sketches import Boundary, PlaceOf  # few questions have a figure

    shift = next((name for name in ("b", "theta") if name in working.items), "")
    single = "X" not in working.items
    places = [PlaceOf("x")] if single else [PlaceOf("X", k) for k in range(patterns)]
    classes = [PlaceOf("y")] if single else [PlaceOf("y", k) for k in range(patterns)]
    return Boundary(tuple(places), tuple(classes), (("w", shift),), -1 if shift == "theta" else 1)


def _layer(
    given: Given, data: Data, working: Working, layer: ThresholdLayer | None, tag: str, source: str, single: bool,
    last: bool, inner: list[str], hidden: list[str],
) -> str:  # fmt: skip
    """One layer's net inputs and outputs; the name of the outputs. inner: gets all but the last outputs; hidden: those of hidden layers."""
    w, b, u = (f"w{tag}" if not tag else f"W{tag}", f"b{tag}", f"u{tag}")
    y = "y" if last else f"h{tag}"
    if layer is None:
        assert data.W is not None
        W, bias = data.W, data.b
    else:
        W = weights_of(layer.W, int(working.shapes[source][0 if single else 1]), given.weights)
        W = W if given.weights == "inputs x neurons" else W.T
        bias = None if layer.b is None else as_array(layer.b)
    state = working.given if given.w is not None or layer is not None else partial(_found, working)
    state(w, W, "Weights" if not tag else f"Layer {tag}: weights")
    terms = _product(working, w, source, single)
    if bias is not None:
        state(b, bias, "Bias" if bias.value.shape == (1, 1) else "Biases")
        wide = working.shapes[b] != SCALAR and not single
        terms += f" + {b}.T" if wide else f" + {b}"
    elif layer is not None and layer.theta is not None:
        theta = f"theta{tag}"
        working.given(theta, layer.theta, f"Layer {tag}: thresholds")
        terms += f" - {theta}.T" if working.shapes[theta] != SCALAR and not single else f" - {theta}"
    elif given.theta is not None:
        working.given("theta", given.theta, "Threshold")
        terms += " - theta"
    title = f"Layer {tag}: net input" if tag else "Net input"
    working.step(u, terms, title + ("" if single else " of every pattern"))
    inner.append(u)
    f = function(given, rows=not single)
    tree = activated(f, Name(u))
    title = "Output" if last else f"Layer {tag}: output"
    whole = discrete(given)
    if last and data.d is not None and given.loss == "none" and not single:
        working.given("d", data.d, "Desired outputs")
    if single or not last:
        working.step(y, tree, title, whole=whole)
        if not last:
            inner.append(y)
            hidden.append(y)
    else:
        columns = [("x", "X"), *((name, name) for name in hidden), (u, u), ("y", y)]
        columns += [("d", "d")] if data.d is not None and given.loss == "none" else []
        made = TruthTable(y, tree, f"{title} of every pattern", whole=whole, columns=tuple(columns))
        working.add(made, shape(tree, working.shapes))
    return y


class FoundWeights(Stated):
    """Numbers that an answer finds, where others would do as well."""

    given = False


def _found(working: Working, name: str, numbers: Array, title: str) -> None:
    rows, columns = numbers.value.shape
    literal = Num(numbers.text(0, 0)) if (rows, columns) == SCALAR else numbers
    working.add(FoundWeights(name, literal, title), (rows, columns))


def _product(working: Working, w: str, source: str, single: bool) -> str:
    scalar = working.shapes[w] == SCALAR
    if single:
        return f"{w}*{source}" if scalar else f"{w}.T @ {source}"
    return f"{source}*{w}" if scalar else f"{source} @ {w}"


def _learnt_from(given: Given, data: Data, working: Working, single: bool) -> None:
    """The loss, of which gradients can be asked, and the errors."""
    if data.d is None or (given.loss == "none" and not single):
        return
    d = data.d.T if single else data.d
    working.given("d", d, "Desired output" if single else "Desired outputs")
    working.step("e", put("d - y" if given.errors == "d - y" else "y - d"), "Error", whole=discrete(given))
    if given.loss == "none":
        return
    patterns = None if single else int(data.X.value.shape[0])
    formula, title = loss(
        given.loss, data.neurons, softmax=given.activation == "softmax", patterns=patterns, average=True
    )
    working.step("J", formula, title)
    working.group("loss", ["J"])
    working.gradients = OnDemand(working, "J", [n for n in ("w", "b") if n in working.items])


def boundary(working: Working, weights: Floats, w: str, b: str, theta: str) -> None:
    """The line u = 0 in the plane of two inputs.

    weights: their numbers; w, b, theta: what the weights, the bias and the threshold are called, "" where there is none.
    """
    first, second = weights[:, 0]
    level, last = b or theta, " + b" if b else r" - \theta" if theta else ""
    over, distance = (f"-{b}", f"abs({b})") if b else (theta, f"abs({theta})")
    names = []
    equation = f"$w_1 x_1 + w_2 x_2{last} = 0$"
    if second != 0:
        why = f"{equation}, solved for $x_2$"
        working.step("slope", f"-{w}[1]/{w}[2]", "Slope of the decision boundary", why=why)
        names.append("slope")
        if level:
            working.step("intercept", f"{over}/{w}[2]", "Where it crosses the axis of x₂")
            names.append("intercept")
    elif first != 0:
        title = "The decision boundary is upright: where it crosses the axis of x₁"
        working.step("crossing", f"{over}/{w}[1]" if level else f"0*{w}[1]", title, why=equation)
        names.append("crossing")
    if (first or second) and level:
        working.step("distance", f"{distance}/norm({w})", "Distance of the decision boundary from the origin")
        names.append("distance")
    working.group("boundary", names)
    working.group("decision_boundary", names)
