"""What a figure shows of a working, by the names of its quantities: no number, no place on a page.

A family says what can be drawn of it in `Working.figures`, by the word of `figure:`. Each kind of sketch is drawn by
the file of render/figures with the name of its class.
"""

from __future__ import annotations

from typing import TypeAlias

from solver.named import NamedTuple

MINUS = "−"


class NeuronColumn(NamedTuple):
    """A fully connected layer. output: its result; weights, shift: empty where there are none.

    by_inputs: whether weights are stored inputs × neurons. sign: of the shift, a threshold being taken off.
    """

    output: str
    activation: str
    neurons: int
    weights: str = ""
    shift: str = ""
    by_inputs: bool = True
    sign: str = "+"


class Feedforward(NamedTuple):
    """A feedforward network. source: what goes in, `inputs` numbers; title: what it is."""

    source: str
    inputs: int
    columns: tuple[NeuronColumn, ...]
    title: str = "A feedforward network"


class Solid(NamedTuple):
    """What a layer puts out: names of its channels, height and width, or of how many neurons there are.

    title: of the layer, empty for the input. notes: what is said of the layer, words and names (of which the numbers are put in).
    """

    title: str
    sizes: tuple[str, ...]
    notes: tuple[tuple[str | NumberOf, ...], ...] = ()


class NumberOf(NamedTuple):
    """A quantity among words."""

    name: str


class Volumes(NamedTuple):
    """A convolutional network, the input first."""

    volumes: tuple[Solid, ...]


class GraphNode(NamedTuple):
    """A node. formula: how it is computed, empty for an input; operands: each with its local derivative, if it has one."""

    name: str
    formula: str
    operands: tuple[tuple[str, str], ...]
    gradient: str = ""


class Nodes(NamedTuple):
    """A computation graph, each node behind its operands. title: what it is of."""

    nodes: tuple[GraphNode, ...]
    title: str = "A computation graph"


class Heat(NamedTuple):
    """Matrices as fields of colours, side by side. rows, columns: what they count, and their names where they have some."""

    title: str
    matrices: tuple[str, ...]
    rows: str
    columns: str
    row_names: tuple[str, ...] = ()
    column_names: tuple[str, ...] = ()


class Curve(NamedTuple):
    """One quantity after another: the loss in training. start: the number of the first one."""

    of: str
    names: tuple[str, ...]
    across: str
    start: int = 0


class PlaceOf(NamedTuple):
    """Where numbers stand: a row of a matrix, or a whole vector where there is no number of a row."""

    name: str
    number: int | None = None


class Boundary(NamedTuple):
    """Patterns of two inputs, each with its class, and the line where w·x plus the shift is 0. lines: (w, shift), the last one counts.

    sign: of the shift, a threshold being taken off.
    """

    patterns: tuple[PlaceOf, ...]
    classes: tuple[PlaceOf, ...]
    lines: tuple[tuple[str, str], ...]
    sign: int = 1


class Map(NamedTuple):
    """Units in the plane of two inputs. inputs: vectors, or the one `matrix` with a row each; units: matrices with a row each, as they started and ended.

    joined: which of them are neighbours, counted from 0.
    """

    inputs: tuple[str, ...]
    units: tuple[str, ...]
    joined: tuple[tuple[int, int], ...] = ()
    matrix: str = ""


class StateRow(NamedTuple):
    """One direction of a hidden layer in time. states: from the first time on; start: what comes before them, if anything.

    cells: what goes along with each state, such as the state of a memory cell, and cell_start before them. into, back:
    weights, empty where none are named. loop: whether its last state comes back; backward: whether time runs back.
    """

    states: tuple[str, ...]
    start: str = ""
    into: str = ""
    back: str = ""
    loop: bool = True
    backward: bool = False
    cells: tuple[str, ...] = ()
    cell_start: str = ""


class Recurrence(NamedTuple):
    """A recurrent network, folded or step by step. layers: each with its one direction, or both.

    outputs: empty where there are none; output_start: the one before the first step, if it feeds back. out: weights by
    which each direction of the last layer leads to the output. feeds: weights from the last output to the hidden layer.
    """

    folded: bool
    inputs: tuple[str, ...]
    layers: tuple[tuple[StateRow, ...], ...]
    outputs: tuple[str, ...] = ()
    output_start: str = ""
    out: tuple[str, ...] = ()
    feeds: str = ""


Sketch: TypeAlias = Feedforward | Volumes | Nodes | Heat | Curve | Boundary | Map | Recurrence
"""What can be drawn."""
