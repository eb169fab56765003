"""Backpropagation, from the loss, the output or a gradient given, down to where the question starts."""

from solver.families.mlp.given import Given
from solver.formula.calculus.differentiate import gradient_name
from solver.formula.functions import FUNCTIONS
from solver.formula.parse import parse
from solver.formula.symbol import Symbol
from solver.formula.tree import Bin, Call, Name, Tree, names, replace_names, walk
from solver.formula.walks.value import value
from solver.nets.layers import put
from solver.nets.network import Network, Pass, Start, symbol_of
from solver.spec.nodes import Report
from solver.working.roles import Role


def add_backward(given: Given, net: Network, first: Pass, report: Report) -> None:
    """The gradients of the first pass."""
    output = net.letter("J")
    if given.delta is not None:
        # the loss behind a given gradient is any whose gradient by u is that one, such as the sum of δ ⊙ u
        top = given.delta.layer
        u = first.quantity("u", top)
        net.backward(first, output, top, end=f"sum({gradient_name(u)} * {u})")
        if top not in net.layers:
            _by_parameters(net, first, top)
    elif given.loss != "none":
        net.backward(first, output, net.depth)
    elif net.scalar_output():
        output = net.letter("y")
        net.backward(first, output, net.depth)
    else:
        return
    if given.h is not None and "activation" in given.h.written:
        _through(given.h, net, first, output, report)
    if given.x is not None and net.start is not None:
        _by_parameters(net, first, net.start.layer)


def _through(start: Start, net: Network, at: Pass, output: str, report: Report) -> None:
    """The gradient at the synaptic input of the layer whose activations are given: its slope is told by these."""
    if start.layer + 1 not in net.layers:
        message = f"the weights of layer {start.layer + 1} are missing: the gradient comes back to layer {start.layer} by them"
        report.add(start.place("activation"), message, "list that layer, or leave this activation out")
        return
    k, u, h = start.layer, at.quantity("u", start.layer), net.output_of(start.layer, at)
    slope = _slope(start, h)
    if slope is None:
        message = f"the slope of {start.activation} cannot be told from its output"
        report.add(start.place("activation"), message, "give u of this layer, and not h")
        return
    if start.slope is not None:
        net.working.given(f"a{k}", start.slope, f"Slope of {net.place(k)}")
    net.by_output(net.working, k, at, output)
    of = symbol_of(net.letter("u"), str(k))
    symbol = Symbol("f", prime=True, argument=of)
    net.working.step(f"df{k}", slope, f"Derivative at {net.place(k)}", symbol=symbol, role=Role("slope", u))
    formula = Bin("*", Name(gradient_name(h)), Name(f"df{k}"))
    symbol = Symbol(output, wrt=of)
    title, role = f"Gradient at {net.place(k)}", Role("gradient", u)
    net.working.step(gradient_name(u), formula, title, symbol=symbol, role=role)


def _slope(start: Start, h: str) -> Tree | None:
    """f′ in terms of the output y = f(u); None where y does not tell it.

    u itself may stand in a step: where f rises through f(0) = 0, y has the sign of u.
    """
    row = FUNCTIONS.get(start.activation)
    if start.activation == "linear":
        return put("1 + 0*y", y=h)
    if row is None or not row.slopes:
        return None
    slope = row.slopes[0]
    tree = parse(slope) if isinstance(slope, str) else slope
    inside = {name for node in walk(tree) if isinstance(node, Call) and node.fn == "step" for name in names(node)}
    bare = replace_names(tree, {"u": Name("y")}) if "u" in inside else tree
    signed = "u" not in inside or not value(parse(f"{start.activation}(0)"), {}).any()
    if "u" in names(bare) or not signed:
        return None
    default = row.defaults[0] if row.defaults else "0"
    a: Tree = Name(f"a{start.layer}") if start.slope is not None else parse(default)
    return replace_names(bare, {"y": Name(h), "a": a})


def _by_parameters(net: Network, at: Pass, k: int) -> None:
    """The gradients by weights that are not known: they need what the layer acts on alone."""
    gradient, x = gradient_name(at.quantity("u", k)), net.output_of(k - 1, at)
    if gradient not in net.working.items or x not in net.working.items:
        return
    W, formula = net.weights(k), "x @ g.T" if net.stored == "inputs x neurons" else "g @ x.T"
    symbol = Symbol(net.letter("J"), wrt=symbol_of(net.letter("W"), str(k)))
    title, role = f"Gradient with respect to the weights of {net.place(k)}", Role("gradient", W)
    net.working.step(gradient_name(W), put(formula, x=x, g=gradient), title, symbol=symbol, role=role)
