"""What figures show of networks of cells with gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.formula.print.printer_text import TextPrinter
from solver.formula.tree import bare, names
from solver.nets.gated import letter_of
from solver.working.sketches import GraphNode, Nodes, Recurrence, StateRow

if TYPE_CHECKING:
    from solver.nets.gated import GatedCell
    from solver.nets.gated_net import GatedNet


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
    w, cell = net.working, net.cells[0]
    made = {cell.at(letter, 1) for letter in (*map(letter_of, net.gates), *net.states)}
    steps = {name: bare(tree) for name in w.items if name in made and (tree := w.items[name].definition)}
    states = {net.at("x", 1), *(cell.at(state, 0) for state in net.states)}
    nodes = [GraphNode(name, "", ()) for name in w.items if name in states]
    for name, formula in steps.items():
        operands = tuple((of, "") for of in names(formula) if of in states or of in steps)
        nodes.append(GraphNode(name, TextPrinter(w.symbols).print(formula), operands))
    return Nodes(tuple(nodes), "A cell at t = 1")
