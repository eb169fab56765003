"""Cells with gates, LSTM and GRU, as an author stores them: fields, and one direction of one layer, read and named."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from solver.errors import Place, nearest
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Num
from solver.nets.layers import Stored, as_array, neurons_inputs, rows_of, weights_of
from solver.nets.recurrent import MAX_TIMES, Learning, OutputActivation, check_vector, size
from solver.nets.training import Rule
from solver.spec.fields import AtLeast, AtMost, Quantity, Spec, Vector
from solver.spec.nodes import Report
from solver.working.series import symbol_at

Side = Literal["h", "x"]
MAX_LAYERS = 20


class CellFields(Spec):
    """One layer, or one direction of it."""

    W: Annotated[dict[str, Quantity] | Quantity, "weights from the input or the layer below, by gate or stacked"]
    U: Annotated[dict[str, Quantity] | Quantity | None, "weights from the hidden state; none where W acts on both"] = (
        None
    )
    b: Annotated[dict[str, Vector] | Vector | None, "biases; none if left out"] = None
    b_hh: Annotated[dict[str, Vector] | Vector | None, "second biases, beside U"] = None
    h0: Annotated[
        Vector | None, "the hidden state before the first step, behind the last one backward; 0 if left out"
    ] = None


class GatedLayer(CellFields):
    """One layer of several."""

    backward: Annotated[CellFields | None, "the same layer from the end of the sequence"] = None


class Gated(Learning):
    """Fields that LSTM and GRU share."""

    x: Annotated[tuple[Vector, ...], AtLeast(1), AtMost(MAX_TIMES), "the input sequence, a list of one vector a step"]
    W: Annotated[
        dict[str, Quantity] | Quantity | None,
        "weights from the input, by gate; or one matrix with those of all gates, in the order that `order` names",
    ] = None
    U: Annotated[
        dict[str, Quantity] | Quantity | None, "weights from the hidden state, as W; none where W acts on both"
    ] = None
    b: Annotated[dict[str, Vector] | Vector | None, "biases, as W; none if left out"] = None
    b_hh: Annotated[dict[str, Vector] | Vector | None, "second biases, beside U, where there are two as in PyTorch"] = (
        None
    )
    order: Annotated[tuple[str, ...], "the gates in the order in which W, U and b stack them"] = ()
    concatenated: Annotated[
        tuple[Side, ...], "[x, h] or [h, x] where W acts on input and hidden state together, in that order"
    ] = ()
    weights: Annotated[Stored, "how weights are stored: Wx, or Wᵀx"] = "neurons x inputs"
    h0: Annotated[Vector | None, "the hidden state before the first step, or one number for all; 0 if left out"] = None
    V: Annotated[Quantity | None, "weights of an output layer y = σ(Vh + by), stored as `weights` says"] = None
    by: Annotated[Vector | None, "biases of the output layer; none if left out"] = None
    output_activation: Annotated[OutputActivation, "of the output layer"] = "linear"
    layers: Annotated[
        tuple[GatedLayer, ...], AtMost(MAX_LAYERS), "instead of W, U, b and h0, several layers, the first one first"
    ] = ()
    backward: Annotated[CellFields | None, "the layer that reads the sequence from its end"] = None
    names: Annotated[dict[str, str] | None, "names of your own for x, h, y, d: {h: out}"] = None
    train: Annotated[Rule | None, "one update of all weights and biases: {rate: 0.1}"] = None


def gates_of(given: Gated, spec: CellFields | Gated, fixed: Sequence[str], report: Report) -> list[str]:
    """The letters of the gates of a cell; every misfit is noted. fixed: those that it must have; the other one is its candidate."""
    if spec.W is None:
        report.add(spec.place(), "'W' is missing: the weights from the input", "or layers, each with W and U")
        return []
    if isinstance(spec.W, dict):
        found, field = list(spec.W), "W"
        if given.order:
            report.add(given.place("order"), "order is for stacked weights", "W names its gates itself")
    else:
        found, field = list(given.order), "order"
        if not found:
            example = ", ".join([*fixed, "g"])
            report.add(spec.place("W"), "'order' is missing: which gates W stacks, from first to last",
                       f"order: [{example}], or W by gate: {{{fixed[0]}: …}}")  # fmt: skip
            return []
    missing = [gate for gate in fixed if gate not in found]
    others = [gate for gate in found if gate not in fixed]
    expected = f"{', '.join(fixed)} and one more, the candidate's"
    if missing:
        hint = nearest(missing[0], others) if len(others) > 1 else f"the gates are {expected}"
        report.add(
            (given if field == "order" else spec).place(field), f"there is no gate {missing[0]!r} in {field}", hint
        )
    elif len(others) != 1:
        extra = f"{field} names {', '.join(found)}"
        report.add((given if field == "order" else spec).place(field), extra, f"expected {expected}")
    elif len(set(found)) != len(found):
        report.add((given if field == "order" else spec).place(field), f"{field} names a gate twice")
    elif not (others[0].isascii() and others[0].isalpha()):
        report.add(
            (given if field == "order" else spec).place(field),
            f"{others[0][:60]!r} cannot name the candidate",
            "a letter, such as g",
        )
    return found


class GatedCell:
    """One direction of one layer. mark: the layer's number where there are several; side: f, b or none.

    gates: the letters in the author's order; letter: what each quantity is called; inputs, hidden: how many.
    """

    def __init__(
        self,
        given: Gated,
        spec: CellFields | Gated,
        place: tuple[str, str],
        inputs: int,
        gates: Sequence[str],
        report: Report,
    ) -> None:
        self.given, self.spec, self.report = given, spec, report
        (self.mark, self.side), self.inputs, self.gates = place, inputs, gates
        self.stored = given.weights
        self.letter: Mapping[str, str] = {}
        self.hidden = 0
        self.b: dict[str, Array] = {}
        self.bh: dict[str, Array] = {}
        self.U: dict[str, Array] = {}
        before = len(report.problems)
        self.W = self._weights("W", spec.W)
        if not given.concatenated:
            self.U = self._weights("U", spec.U)
        self.ok = len(report.problems) == before
        if self.ok:
            self.b, self.bh = self._biases("b", spec.b), self._biases("b_hh", spec.b_hh)

    @property
    def backward(self) -> bool:
        """Whether it reads the sequence from its end."""
        return self.side == "b"

    @property
    def where(self) -> str:
        """` of layer 2, backward`, behind a title."""
        way = {"": "", "f": ", forward", "b": ", backward"}[self.side]
        return (f" of layer {self.mark}" if self.mark else "") + way

    # -- names --------------------------------------------------------------------------------------------------------
    def at(self, letter: str, t: int) -> str:
        """The name of a quantity at a time: h1, h2_1 of layer 2, hf1 of the forward direction."""
        return f"{self.base(letter)}{t}"

    def base(self, letter: str) -> str:
        """What stands before the time in its name."""
        return f"{self.letter[letter]}{self.side}{self.mark}{'_' if self.mark else ''}"

    @property
    def layer(self) -> str:
        """What stands before the time in the name of the whole layer's state."""
        return f"{self.letter['h']}{self.mark}{'_' if self.mark else ''}"

    def before(self, t: int) -> int:
        """The time whose state a step receives."""
        return t + 1 if self.backward else t - 1

    def symbol(self, letter: str, t: int) -> Symbol:
        """Its symbol."""
        made = symbol_at(self.letter.get(letter, letter), t)
        return made._replace(sub=f"{self.mark},{t}" if self.mark else str(t), sup=self.side)

    def gate_at(self, gate: str, t: int) -> str:
        """The name of a gate, or of the candidate, at a time."""
        return self.at(letter_of(gate), t)

    def weight(self, letter: str, gate: str) -> str:
        """The name of a gate's weights or biases: Wf, Wf2 of layer 2, Wff forward."""
        return f"{letter}{gate}{self.side}{self.mark}"

    def weight_symbol(self, letter: str, gate: str) -> Symbol:
        """Their symbol; a second bias has an h before the gate."""
        sub = f"{letter[1:]}{gate}" + (f",{self.mark}" if self.mark else "")
        return Symbol(letter[0], sub, self.side)

    # -- reading ------------------------------------------------------------------------------------------------------
    def _weights(self, field: str, numbers: Mapping[str, Num | Array] | Num | Array | None) -> dict[str, Array]:
        """The weights of each gate; the first one tells how many neurons there are."""
        given, spec, report = self.given, self.spec, self.report
        if numbers is None:
            report.add(spec.place(), f"{field!r} is missing: the weights from the hidden state",
                       "or concatenated: [x, h], where W acts on both")  # fmt: skip
            return {}
        if given.concatenated and len(set(given.concatenated)) != 2:
            report.add(given.place("concatenated"), "x and h are expected", "[x, h] or [h, x]")
            return {}
        if given.concatenated and spec.U is not None:
            report.add(spec.place("U"), "U is given, but W acts on x and h together", "leave out one of the two")
            return {}
        made: dict[str, Array] = {}
        for gate, each in self._by_gate(field, numbers):
            made[gate] = self._shaped(field, gate, each)
        return made

    def _shaped(self, field: str, gate: str, numbers: Num | Array) -> Array:
        """One gate's weights; noted where they do not fit."""
        given = self.given
        array = as_array(numbers)
        if field == "W":
            inputs = self.inputs
            if given.concatenated:  # n neurons act on n numbers of h and the inputs
                inputs += min(array.value.shape)
        else:
            inputs = self.hidden
        array = weights_of(numbers, inputs, self.stored)
        neurons, found = neurons_inputs(array, self.stored)
        self.hidden = self.hidden or neurons
        if (neurons, found) != (self.hidden, inputs):
            rows, columns = (self.hidden, inputs) if self.stored == "neurons x inputs" else (inputs, self.hidden)
            fed = self.fed_by
            acts = f"{fed} is {self.inputs}×1" if field == "W" else f"h is {self.hidden}×1"
            if field == "W" and given.concatenated:
                acts = f"{fed} and h together are {inputs}×1"
            turned = "; is it transposed?" if (found, neurons) == (self.hidden, inputs) else ""
            self.report.add(
                self._place(field, gate),
                f"{field} of {gate} is {size(array)}, but {acts}: {rows}×{columns} expected",
                f"weights are stored {self.stored}{turned}",
            )
        return array

    @property
    def fed_by(self) -> str:
        """What it receives, in a message."""
        return "x" if self.mark in ("", "1") else "the state below"

    def check_states(self, states: Sequence[str]) -> None:
        """Notes initial states that do not fit."""
        for state in states:
            name = f"{state}0"
            why = f"there are {self.hidden} neurons" if self.hidden > 1 else "there is one neuron"
            check_vector(name, getattr(self.spec, name), self.hidden, why, self.spec.place(name), self.report)

    def _place(self, field: str, gate: str) -> Place:
        by = isinstance(getattr(self.spec, field), dict)
        return self.spec.place(field, gate) if by else self.spec.place(field)

    def _by_gate(
        self, field: str, numbers: Mapping[str, Num | Array] | Num | Array, columns: bool = True
    ) -> Iterator[tuple[str, Num | Array]]:
        """What each gate has: by its key, or a part of what is stacked."""
        given, report, place = self.given, self.report, self.spec.place(field)
        if isinstance(numbers, Mapping):
            for gate in self.gates:
                if gate in numbers:
                    yield gate, numbers[gate]
                elif field in ("W", "U"):
                    report.add(place, f"{field} has no {gate!r}", f"W has {', '.join(self.gates)}")
            for gate in numbers:
                if gate not in self.gates:
                    report.add(self.spec.place(field, gate), f"{field} names {gate[:60]!r}", nearest(gate, self.gates))
            return
        order = given.order or tuple(self.gates)
        array = as_array(numbers)
        turned = columns and self.stored == "inputs x neurons"
        stacked = array.T if turned else array
        rows, count = stacked.value.shape[0], len(order)
        if rows == 1 and not columns:  # one bias for all
            yield from ((gate, array) for gate in order)
            return
        if rows % count:
            what = "columns" if turned else "rows"
            report.add(place, f"{field} has {rows} {what}, which {count} gates cannot share equally")
            return
        for k, gate in enumerate(order):
            part = rows_of(stacked, k * rows // count, (k + 1) * rows // count)
            yield gate, part.T if turned else part

    def _biases(self, field: str, numbers: Mapping[str, Array] | Array | None) -> dict[str, Array]:
        """The biases of the gates that have some."""
        if numbers is None:
            return {}
        found = {}
        for gate, each in self._by_gate(field, numbers, columns=False):
            vector = as_array(each)
            place = self._place(field, gate)
            check_vector(f"{field} of {gate}", vector, self.hidden, f"h is {self.hidden}×1", place, self.report)
            found[gate] = vector
        return found


def letter_of(gate: str) -> str:
    """What a gate goes by among the letters, where a state may have the same one."""
    return f"gate {gate}"
