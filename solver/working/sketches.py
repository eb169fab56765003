"""What a figure shows of a working, by the names of its quantities: no number, no place on a page.

A family says what can be drawn of it in `Working.figures`, by the word of `figure:`. Each kind of sketch is drawn by
the file of render/figures that its `kind` names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Sketch:
    """What is to be drawn. kind: how, by the file that draws it."""

    kind: ClassVar[str]


MINUS = "−"


@dataclass(frozen=True)
class NeuronColumn:
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


@dataclass(frozen=True)
class Feedforward(Sketch):
    """A feedforward network. source: what goes in, `inputs` numbers."""

    kind: ClassVar[str] = "neurons"
    source: str
    inputs: int
    columns: tuple[NeuronColumn, ...]


@dataclass(frozen=True)
class Solid:
    """What a layer puts out: names of its channels, height and width, or of how many neurons there are.

    title: of the layer, empty for the input. notes: what is said of the layer, words and names (of which the numbers are put in).
    """

    title: str
    sizes: tuple[str, ...]
    notes: tuple[tuple[str | NumberOf, ...], ...] = ()


@dataclass(frozen=True)
class NumberOf:
    """A quantity among words."""

    name: str


@dataclass(frozen=True)
class Volumes(Sketch):
    """A convolutional network, the input first."""

    kind: ClassVar[str] = "volumes"
    volumes: tuple[Solid, ...]


@dataclass(frozen=True)
class GraphNode:
    """A node. formula: how it is computed, empty for an input; operands: each with its local derivative, if it has one."""

    name: str
    formula: str
    operands: tuple[tuple[str, str], ...]
    gradient: str = ""


@dataclass(frozen=True)
class Nodes(Sketch):
    """A computation graph, each node behind its operands."""

    kind: ClassVar[str] = "graph"
    nodes: tuple[GraphNode, ...]


@dataclass(frozen=True)
class Heat(Sketch):
    """Matrices as fields of colours, side by side. rows, columns: what they count, and their names where they have some."""

    kind: ClassVar[str] = "heat"
    title: str
    matrices: tuple[str, ...]
    rows: str
    columns: str
    row_names: tuple[str, ...] = ()
    column_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Curve(Sketch):
    """One quantity after another: the loss in training. start: the number of the first one."""

    kind: ClassVar[str] = "curve"
    of: str
    names: tuple[str, ...]
    across: str
    start: int = 0


@dataclass(frozen=True)
class PlaceOf:
    """Where numbers stand: a row of a matrix, or a whole vector where there is no number of a row."""

    name: str
    number: int | None = None


@dataclass(frozen=True)
class Boundary(Sketch):
    """Patterns of two inputs, each with its class, and the line where w·x plus the shift is 0. lines: (w, shift), the last one counts.

    sign: of the shift, a threshold being taken off.
    """

    kind: ClassVar[str] = "boundary"
    patterns: tuple[PlaceOf, ...]
    classes: tuple[PlaceOf, ...]
    lines: tuple[tuple[str, str], ...]
    sign: int = 1


@dataclass(frozen=True)
class StateRow:
    """A hidden layer in time: its states, the one before the first step in front. back: weights from its last state, if any."""

    states: tuple[str, ...]
    into: str
    back: str


@dataclass(frozen=True)
class Recurrence(Sketch):
    """A recurrent network, folded or step by step. outputs: empty where there are none; their first one is before the first step, if it feeds back.

    feeds: weights from the last output to the hidden layer, empty where there are none.
    """

    kind: ClassVar[str] = "recurrence"
    folded: bool
    inputs: tuple[str, ...]
    layers: tuple[StateRow, ...]
    outputs: tuple[str, ...]
    out: str
    feeds: str
