"""What figures show of networks of cells with gates."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from solver.nets.gated import GatedCell, letter_of
from solver.nets.gated_net import GatedNet
from solver.nets.graph_drawn import graph_of
from solver.working.sketches import Nodes, Recurrence, Sketch, StateRow


def figures(net: GatedNet) -> dict[str, Callable[[], Sketch]]:
    """What can be drawn of it."""
    return {
        "cell": partial(cell_graph, net),
        "folded": partial(in_time, net, True),
        "unrolled": partial(in_time, net, False),
    }


def in_time(net: GatedNet, folded: bool) -> Recurrence:
    """The whole network; its weights are too many to be named."""
    layers = tuple(tuple(_row(net, cell) for cell in sides) for sides in net.stack)
    inputs = tuple(net.at("x", t) for t in net.times)
    if net.given.V is None:
        return Recurrence(folded, inputs, layers)
    return Recurrence(folded, inputs, layers, tuple(net.at("y", t) for t in net.times), "", ("V",) * len(layers[-1]))


def _row(net: GatedNet, cell: GatedCell) -> StateRow:
    first = len(net.times) + 1 if cell.backward else 0
    memory = "c" in net.states
    return StateRow(
        tuple(cell.at("h", t) for t in net.times),
        cell.at("h", first),
        backward=cell.backward,
        cells=tuple(cell.at("c", t) for t in net.times) if memory else (),
        cell_start=cell.at("c", first) if memory else "",
    )


def cell_graph(net: GatedNet) -> Nodes:
    """The first cell at t = 1: how its gates and states come of each other."""
    cell = net.cells[0]
    steps = {cell.at(letter, 1) for letter in (*map(letter_of, net.gates), *net.states)}
    sources = {net.at("x", 1), *(cell.at(state, 0) for state in net.states)}
    return graph_of(net.working, sources, steps, "A cell at t = 1")
