"""Learnable parameters of a dense network: one weight for each input of a neuron, and its bias.

A layer of n neurons that receives m inputs has n·(m + 1) parameters, n·m without biases. In a recurrent network the
values fed back are inputs too: in the Elman form each hidden layer receives its own outputs, in the Jordan form the
first hidden layer receives those of the output layer.
"""

from collections.abc import Callable

from solver.families.count.architecture import Given
from solver.formula.tree import Num
from solver.formula.walks.rational import rational
from solver.spec.nodes import Report
from solver.working.page import Working

MAX_LAYERS = 50
MAX_PARAMETERS = 10**15 - 1
"""Counts up to here are exact in floating point (whole numbers are below 2**53) and written in full."""


def work(given: Given, report: Report) -> Working:
    """The count of each layer and their sum; a network too large to count exactly goes to the report."""
    working = Working()
    layers = _neurons(given, report)
    depth = len(layers)
    if not depth:
        return working
    inputs = given.inputs or 1
    if given.recurrent != "none" and depth == 1:
        report.add(given.place("layers"), "a recurrent network has a hidden layer and an output layer, found 1 layer")
        return working
    sizes = {"inputs": inputs} | {f"neurons{k}": n for k, n in enumerate(layers, 1)}
    received = {k: _received(given, k, depth) for k in range(1, depth + 1)}
    if sum(sizes[f"neurons{k}"] * (1 + sum(sizes[s] for s in received[k])) for k in received) > MAX_PARAMETERS:
        report.add(
            given.place("layers"), "the network is too large", f"at most {MAX_PARAMETERS:,} parameters are exact"
        )
        return working
    working.given("inputs", Num(str(inputs)), "Inputs")
    for k, neurons in enumerate(layers, 1):
        working.given(f"neurons{k}", Num(str(neurons)), f"Neurons in layer {k}")
    for k, sources in received.items():
        terms = [*sources, "1"] if given.bias else sources
        each = f"({' + '.join(terms)})" if len(terms) > 1 else terms[0]
        working.step(f"params{k}", f"neurons{k}*{each}", f"Layer {k}", why=_why(given, k, depth), whole=True)
    counted = [f"params{k}" for k in received]
    working.step("params", " + ".join(counted), "Total", whole=True)
    apart = {"weights": [f"neurons{k}*{source}" for k, sources in received.items() for source in sources]}
    for what in ("biases", "neurons") if given.bias else ("neurons",):
        apart[what] = [f"neurons{k}" for k in received]
    for what, terms in apart.items():
        working.offer(what, _sum(what, terms))
    working.group("layers", counted)
    working.group("parameters", [*counted, "params"])
    working.group("total", ["params"])
    return working


def _sum(name: str, terms: list[str]) -> Callable[[Working], None]:
    def add(working: Working) -> None:
        working.step(name, " + ".join(terms), f"All {name}", whole=True)

    return add


def _received(given: Given, k: int, depth: int) -> list[str]:
    """The names of the sizes that add up to the inputs of a neuron in layer k."""
    sources = ["inputs" if k == 1 else f"neurons{k - 1}"]
    if given.recurrent == "elman" and k < depth:
        sources.append(f"neurons{k}")
    if given.recurrent == "jordan" and k == 1:
        sources.append(f"neurons{depth}")
    return sources


def _why(given: Given, k: int, depth: int) -> str:
    sources = ["input" if k == 1 else f"neuron of layer {k - 1}"]
    if len(_received(given, k, depth)) > 1:
        sources.append(f"neuron of layer {k if given.recurrent == 'elman' else depth} that feeds back")
    weights = " and ".join(f"a weight for each {source}" for source in sources)
    return f"each neuron of layer {k} has {weights}" + (", and one bias" if given.bias else ", and no bias")


def _neurons(given: Given, report: Report) -> list[int]:
    """The neurons of each layer; none, and a problem, where they are not dense."""
    before = len(report.problems)
    found: list[int] = []
    if given.inputs is None:
        hint = "inputs: 4 and layers: [8, 3], or input: [3, 32, 32] and layers such as conv 8@5x5"
        report.add(given.place(), "'inputs' is missing, or an 'input'", hint)
    if not given.layers:
        report.add(given.place("layers"), "layers has 0 items, expected at least 1")
    if len(given.layers) > MAX_LAYERS:
        report.add(given.place("layers"), f"layers has {len(given.layers)} items, expected at most {MAX_LAYERS}")
    for k, layer in enumerate(given.layers):
        number = None if layer.neurons is None else rational(layer.neurons)
        if layer.type != "dense" or set(layer.written) - {"type", "neurons"} or number is None:
            hint = "inputs goes with the neurons of dense layers: a network of other layers has an input"
            report.add(given.place("layers", k), "this layer is not a number of neurons", hint)
        elif number < 1:
            report.add(given.place("layers", k), f"layers is {number}, expected at least 1")
        else:
            found.append(int(number))
    return found if len(report.problems) == before else []
