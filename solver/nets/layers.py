"""What layers of every network share: formulas with a layer's own names put in, its activation, its biases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from solver.formula.form import renamed
from solver.formula.functions import Own
from solver.formula.parse import parse, parse_using
from solver.formula.tree import Array, Name, Num, Tree, bare, number_of, replace_names

Stored = Literal["inputs x neurons", "neurons x inputs"]


def put(formula: str, **names: str | Tree) -> Tree:
    """A formula with other names, or formulas, in place of its own: read once for all layers, times and iterations."""
    tree = parse(formula)
    others = {name: new for name, new in names.items() if isinstance(new, str)}
    if len(others) == len(names):
        return renamed(tree, others)
    return replace_names(tree, {name: Name(new) if isinstance(new, str) else new for name, new in names.items()})


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
    return Array(np.full((neurons, 1), number_of(text)), ((text,),) * neurons)


# -- weights as they are typed ------------------------------------------------------------------------------------------
def as_array(numbers: Num | Array) -> Array:
    """A number as a 1×1 array."""
    return numbers if isinstance(numbers, Array) else Array(numbers.value, ((numbers.text,),))


def rows_of(array: Array, start: int, stop: int) -> Array:
    """Some rows, as they are typed."""
    columns = range(array.value.shape[1])
    return Array(array.value[start:stop], tuple(tuple(array.text(i, j) for j in columns) for i in range(start, stop)))


def weights_of(numbers: Num | Array, inputs: int, stored: Stored) -> Array:
    """Weights that act on so many inputs; a flat list is those of one neuron, or those of one input."""
    array = as_array(numbers)
    rows, columns = array.value.shape
    if columns == 1 and rows > 1 and (rows == inputs) == (stored == "neurons x inputs"):
        return array.T
    return array


def one_hot(numbers: Sequence[int], classes: int, least: int) -> Array:
    """A row for each class number, 1 at the class; the first class is called `least`."""
    lines = tuple(tuple("1" if k == number - least else "0" for k in range(classes)) for number in numbers)
    return Array(np.array(lines, dtype=float), lines)


def neurons_inputs(weights: Array, stored: Stored) -> tuple[int, int]:
    """How many neurons weights have, and how many inputs."""
    rows, columns = weights.value.shape
    return (rows, columns) if stored == "neurons x inputs" else (columns, rows)
