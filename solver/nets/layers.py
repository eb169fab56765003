"""What layers of every network share: formulas with a layer's own names put in, its activation, its biases."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from solver.formula.functions import Own
from solver.formula.parse import parse, parse_using
from solver.formula.tree import Array, Name, Tree, bare, replace_names


def put(formula: str, **names: str | Tree) -> Tree:
    """A formula with other names, or formulas, in place of its own: read once for all layers, times and iterations."""
    trees = {name: Name(new) if isinstance(new, str) else new for name, new in names.items()}
    return replace_names(parse(formula), trees)


def activated(activation: str, u: Tree, slope: str = "", own: Mapping[str, Own] | None = None) -> Tree:
    """The activation of u. slope: the name of its parameter; own: an author's activations."""
    if activation == "linear":
        return u
    tree = parse_using(f"{activation}(u{', a' if slope else ''})", own or {})
    return bare(replace_names(tree, {"u": u, "a": Name(slope)}))


def spread(values: Array | None, neurons: int) -> Array:
    """One value for each neuron, shape (neurons, 1); a single number counts for all, and nothing is 0."""
    if values is not None and values.value.shape[0] == neurons:
        return values
    text = values.text(0, 0) if values is not None else "0"
    return Array(np.full((neurons, 1), float(text)), ((text,),) * neurons)
