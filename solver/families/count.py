"""Learnable parameters of a dense network: one weight for each input of a neuron, and its bias.

A layer of n neurons that receives m inputs has n·(m + 1) parameters, n·m without biases. In a recurrent network the
values fed back are inputs too: in the Elman form each hidden layer receives its own outputs, in the Jordan form the
first hidden layer receives those of the output layer.

Quantities: inputs, neurons1 … (given); params1 … (each layer), params (the network).

find: layers (params1 …), total (params), or any quantity by name.
"""

from typing import Annotated, Literal

from solver.formula.tree import Num
from solver.spec.fields import AtLeast, AtMost, Spec
from solver.spec.nodes import Report
from solver.working.page import Working

EXAMPLE = """
title: Parameters of a dense network
given:
  family: count
  inputs: 4
  layers: [8, 3]
parts:
  - {label: a, marks: 2, prompt: How many parameters does each layer have?, find: layers}
  - {label: b, marks: 1, prompt: How many are there in all?, find: total}
"""

MAX_LAYERS = 50
MAX_PARAMETERS = 10**15 - 1
"""Counts up to here are exact in floating point (whole numbers are below 2**53) and written in full."""


class Given(Spec):
    """The sizes of the network."""

    inputs: Annotated[int, AtLeast(1), "how many inputs the first layer receives"]
    layers: Annotated[
        tuple[Annotated[int, AtLeast(1)], ...],
        AtLeast(1),
        AtMost(MAX_LAYERS),
        "the neurons of each layer, the output layer last",
    ]
    bias: Annotated[bool, "whether every neuron has a bias"] = True
    recurrent: Annotated[
        Literal["none", "elman", "jordan"],
        "what is fed back: nothing, hidden outputs to their own layer, or the output to the first hidden layer",
    ] = "none"


def work(given: Given, report: Report) -> Working:
    """The count of each layer and their sum; a network too large to count exactly goes to the report."""
    working = Working()
    depth = len(given.layers)
    if given.recurrent != "none" and depth == 1:
        report.add(given.place("layers"), "a recurrent network has a hidden layer and an output layer, found 1 layer")
        return working
    sizes = {"inputs": given.inputs} | {f"neurons{k}": n for k, n in enumerate(given.layers, 1)}
    received = {k: _received(given, k) for k in range(1, depth + 1)}
    if sum(sizes[f"neurons{k}"] * (1 + sum(sizes[s] for s in received[k])) for k in received) > MAX_PARAMETERS:
        report.add(
            given.place("layers"), "the network is too large", f"at most {MAX_PARAMETERS:,} parameters are exact"
        )
        return working
    working.given("inputs", Num(str(given.inputs)), "Inputs")
    for k, neurons in enumerate(given.layers, 1):
        working.given(f"neurons{k}", Num(str(neurons)), f"Neurons in layer {k}")
    for k, sources in received.items():
        terms = [*sources, "1"] if given.bias else sources
        each = f"({' + '.join(terms)})" if len(terms) > 1 else terms[0]
        working.step(f"params{k}", f"neurons{k}*{each}", f"Layer {k}", why=_why(given, k), whole=True)
    layers = [f"params{k}" for k in received]
    working.step("params", " + ".join(layers), "Total", whole=True)
    working.group("layers", layers)
    working.group("total", ["params"])
    return working


def _received(given: Given, k: int) -> list[str]:
    """The names of the sizes that add up to the inputs of a neuron in layer k."""
    sources = ["inputs" if k == 1 else f"neurons{k - 1}"]
    depth = len(given.layers)
    if given.recurrent == "elman" and k < depth:
        sources.append(f"neurons{k}")
    if given.recurrent == "jordan" and k == 1:
        sources.append(f"neurons{depth}")
    return sources


def _why(given: Given, k: int) -> str:
    sources = ["input" if k == 1 else f"neuron of layer {k - 1}"]
    if len(_received(given, k)) > 1:
        sources.append(f"neuron of layer {k if given.recurrent == 'elman' else len(given.layers)} that feeds back")
    weights = " and ".join(f"a weight for each {source}" for source in sources)
    return f"each neuron of layer {k} has {weights}" + (", and one bias" if given.bias else ", and no bias")
