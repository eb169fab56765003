"""The computation graph of steps, as a figure shows it."""

from __future__ import annotations

from collections.abc import Collection

from solver.formula.print.printer_text import TextPrinter
from solver.formula.tree import bare, names
from solver.working.page import Working
from solver.working.sketches import GraphNode, Nodes


def graph_of(working: Working, sources: Collection[str], steps: Collection[str], title: str) -> Nodes:
    """Steps as nodes behind what they use of each other and of the sources; what else they use stands in their formulas."""
    nodes = [GraphNode(name, "", ()) for name in working.items if name in sources]
    for name, item in working.items.items():
        if name in steps and item.definition is not None:
            formula = bare(item.definition)
            operands = tuple((of, "") for of in names(formula) if of in sources or of in steps)
            nodes.append(
                GraphNode(name, TextPrinter(working.symbols).print(working.symbols.on_page(formula, name)), operands)
            )
    return Nodes(tuple(nodes), title)
