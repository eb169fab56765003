"""What a network has only where a part asks for it: gradients by outputs, deltas, errors, counts of parameters."""

from collections.abc import Callable

from solver.families.mlp.checks import Fitted
from solver.families.mlp.given import Given
from solver.formula.calculus.differentiate import gradient_name
from solver.formula.symbol import Symbol
from solver.formula.tree import Name, Neg
from solver.nets.layers import put
from solver.nets.network import Network, Pass, symbol_of
from solver.working.page import Working


def add_offers(given: Given, found: Fitted, net: Network, at: Pass) -> None:
    """Offers what may be asked for."""
    w, output = net.working, net.letter("J")
    if output not in w.items and given.delta is None:
        output = net.letter("y")
    hidden = []
    for k in range(net.depth, -1, -1):
        name = net.output_of(k, at)
        known = gradient_name(at.quantity("u", k + 1)) in w.items and k + 1 in net.layers
        if gradient_name(name) in w.items:
            hidden.append(gradient_name(name))
            continue
        if name not in w.items or not (known or (k == net.depth and output in w.items and output != name)):
            continue
        w.offer(gradient_name(name), _by_output(net, k, at, output))
        if 0 < k < net.depth:
            hidden.append(gradient_name(name))
    w.group("gradients_h", hidden)
    deltas = [k for k in range(net.depth, 0, -1) if gradient_name(at.quantity("u", k)) in w.items]
    for k in deltas:
        w.offer(f"delta{k}", _delta(net, k, at, given.deltas == "minus gradient"))
    w.group("deltas", [f"delta{k}" for k in deltas])
    if found.desired is not None and at.quantity("y") in w.items:
        formula = put(given.error, d=at.d, y=at.quantity("y"))
        w.offer("e", lambda working: working.step("e", formula, "Error"))
    if at.quantity("y") in w.items and "class" not in w.items:
        w.offer("class", _predicted(given, at.quantity("y"), many=given.rows is not None))
    if net.start is None:
        _offer_counts(w, given, net.stored == "inputs x neurons")


def _predicted(given: Given, y: str, *, many: bool) -> Callable[[Working], None]:
    """The class of the largest output; of a single one, whether it is 0.5 or more."""
    first = given.classes_from or "1"

    def add(working: Working) -> None:
        rows, columns = working.shapes[y]
        if (columns if many else rows) == 1:
            formula, why = put("heaviside(y - 0.5)", y=y), "1 from 0.5 on, 0 below"
        else:
            largest = "argmax_rows(y)" if many else "argmax(y)"
            formula, why = put(largest if first == "1" else f"{largest} - 1", y=y), f"classes count from {first}"
        working.step("class", formula, f"Class predicted{' for each pattern' if many else ''}", why=why, whole=True)

    return add


def _by_output(net: Network, k: int, at: Pass, output: str) -> Callable[[Working], None]:
    def add(working: Working) -> None:
        net.by_output(working, k, at, output)

    return add


def _delta(net: Network, k: int, at: Pass, minus: bool) -> Callable[[Working], None]:
    u = at.quantity("u", k)
    gradient = Name(gradient_name(u))

    def add(working: Working) -> None:
        convention = f"delta is {'minus ' if minus else ''}the gradient at the synaptic input"
        symbol, formula = symbol_of("delta", str(k)), Neg(gradient) if minus else gradient
        again = "" if minus else gradient.id
        working.step(f"delta{k}", formula, f"Delta of {net.place(k)}", why=convention, symbol=symbol, again=again)

    return add


def add_counts(working: Working, given: Given) -> None:
    """The counts of a network of which more is not known."""
    _offer_counts(working, given, given.weights == "inputs x neurons")
    working.expand(["counts"])
    why = "a layer has a shape only: give its W"
    working.absent |= dict.fromkeys(("hidden", "output", "forward", "backward", "loss", "updates", "parameters"), why)


def _offer_counts(working: Working, given: Given, inputs_first: bool) -> None:
    """How many weights and biases each layer has, and all together."""
    counts = []
    for k, layer in enumerate(given.layers, 1):
        rows, columns = layer.shape if layer.shape else layer.W.value.shape if layer.W is not None else (0, 0)
        neurons = columns if inputs_first else rows
        biased = layer.b is not None or layer.theta is not None
        formula = f"{rows}*{columns}" + (f" + {neurons}" if biased else "")
        counts.append(f"params{k}")
        symbol, title = Symbol("params", str(k)), f"Weights{' and biases' if biased else ''} of layer {k}"
        working.offer(counts[-1], _count(counts[-1], formula, title, symbol))
    working.offer("params", _count("params", " + ".join(counts), "Parameters", Symbol("params"), counts))
    working.group("counts", [*counts, "params"])


def _count(
    name: str, formula: str, title: str, symbol: Symbol, needs: list[str] | None = None
) -> Callable[[Working], None]:
    def add(working: Working) -> None:
        if needs:
            working.expand(needs)
        working.step(name, formula, title, symbol=symbol, whole=True)

    return add
