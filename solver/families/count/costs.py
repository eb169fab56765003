"""What every layer costs, from its formulas: weights, biases, operations, neurons, activations and their memory."""

from __future__ import annotations

from typing import NamedTuple

from solver.families.count.net import At, Output
from solver.nets.sliding import product

HEADINGS = {
    "weights": "weights",
    "biases": "biases",
    "params": "parameters",
    "neurons": "neurons",
    "connections": "connections",
    "macs": "MACs",
    "flops": "FLOPs",
    "activations": "activations",
    "memory": "memory (bytes)",
    "cache": "cache (bytes)",
    "active": "active parameters",
    "reach": "receptive field",
}
"""The columns of the table, by what stands before a layer's name in the names of its counts."""


class Costs(NamedTuple):
    """A layer's formulas in local names; empty where it has none.

    params: weights and biases in one formula. added: additions of biases. neurons: whether its outputs are neurons.
    why: how a parameter count comes about; why_macs: the same of the operations. steps: operations that wait for one
    another; path: the longest way from one place of a sequence to another. cache: keys and values that attention keeps.
    active: parameters that one token uses, where they are not all.
    """

    weights: str = ""
    biases: str = ""
    params: str = ""
    macs: str = ""
    added: str = ""
    connections: str = ""
    neurons: bool = False
    why: str = ""
    why_macs: str = ""
    stores: bool = True
    steps: str = ""
    path: str = ""
    cache: str = ""
    active: str = ""


def cells(out: Output) -> str:
    """How many numbers a layer puts out, in local names."""
    return "*".join([*(["E"] if out.features else []), *(f"Y{i}" for i in range(1, len(out.axes) + 1))])


def places(out: Output) -> str:
    """How many places of an output there are, in local names; empty for a vector."""
    return "*".join(f"Y{i}" for i in range(1, len(out.axes) + 1))


def charge(at: At, out: Output, costs: Costs) -> None:
    """Adds the counts of a layer whose output is known, and puts them in its row."""
    given, row = at.net.given, at.net.rows[at.tag].cells

    def count(word: str, template: str, title: str, why: str = "", base: str = "") -> None:
        row[HEADINGS[word]] = at.count(word, template, title, why, base)

    if costs.weights:
        count("weights", costs.weights, "weights")
    if costs.biases:
        count("biases", costs.biases, "biases")
    if costs.params or costs.weights:
        params = costs.params if costs.biases and costs.params else costs.weights
        count("params", params, "parameters", costs.why)
        at.net.group(at.tag, row["parameters"])
    if costs.active:
        count("active", costs.active, "active parameters", "those that one token uses")
    if costs.neurons:
        count("neurons", cells(out), "neurons")
    if costs.connections:
        count("connections", costs.connections, "connections")
    if costs.macs:
        count("macs", costs.macs, "MACs", costs.why_macs, "MACs")
        added = f" + {costs.added}" if given.bias_operations and costs.added else ""
        terms = costs.macs if " + " not in costs.macs else f"({costs.macs})"
        count("flops", f"2*{terms}{added}", "FLOPs", costs.why_macs, "FLOPs")
        at.net.group(at.tag, row["FLOPs"])
    if at.net.symbolic and costs.steps:
        at.count("steps", costs.steps, "sequential operations")
    if at.net.symbolic and costs.path:
        at.count("path", costs.path, "longest path")
    if costs.stores:
        batch = "batch*" if given.batch > 1 else ""
        count("activations", f"{batch}{cells(out)}", "activations")
        at.local["stored"] = row["activations"]
        count("memory", "bytes*stored", "memory")
    if costs.cache:
        batch = "batch*" if given.batch > 1 else ""
        why = "the keys and values of every position, which each new token looks at"
        count("cache", f"{batch}bytes*({costs.cache})", "keys and values kept", why)


def power(letters: tuple[str, ...]) -> str:
    """The cells of a filter's one channel, in local names."""
    return product(letters)
