"""What cells with gates share, LSTM and GRU: their weights as an author stores them, their names, loss and learning."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from solver.errors import Place, nearest
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Call, Group, Name, Num, Tree
from solver.nets.layers import activated, spread
from solver.nets.network import Stored
from solver.nets.recurrent import (
    MAX_STEPS,
    Learning,
    OutputActivation,
    add_losses,
    added,
    as_array,
    check_learning,
    check_vector,
    letters,
    loss_formula,
    neurons_inputs,
    rows_of,
    shorten,
    size,
    symbol_at,
    weighted,
    weights_of,
)
from solver.nets.training import Optimizer, Rule, check
from solver.spec.fields import AtLeast, AtMost, Quantity, Vector
from solver.spec.nodes import Report
from solver.working.gradients import add_gradients
from solver.working.page import Working
from solver.working.roles import Role

Side = Literal["h", "x"]


class Gated(Learning):
    """Fields that LSTM and GRU share."""

    x: Annotated[tuple[Vector, ...], AtLeast(1), AtMost(MAX_STEPS), "the input sequence, a list of one vector a step"]
    W: Annotated[
        dict[str, Quantity] | Quantity,
        "weights from the input, by gate; or one matrix with those of all gates, in the order that `order` names",
    ]
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
    names: Annotated[dict[str, str] | None, "names of your own for x, h, y, d: {h: out}"] = None
    train: Annotated[Rule | None, "one update of all weights and biases: {rate: 0.1}"] = None


class GatedCell:
    """Reads, checks and states what is given, and writes what every gated cell has: gates, output, loss, gradients.

    fixed: the gates that the cell must have; the other key names its candidate. states: the letters of its states, the
    hidden one first. gates: the letters in the author's order. inputs, hidden: how many.
    """

    def __init__(self, given: Gated, fixed: Sequence[str], states: Sequence[str], report: Report) -> None:
        self.given, self.report, self.working = given, report, Working()
        self.fixed, self.states = fixed, states
        self.length, self.inputs = len(given.x), int(given.x[0].value.shape[0])
        self.stored = given.weights
        self.failed = len(report.problems)
        self.gates = self._gates()
        if not self.ok:
            return
        self.candidate = next(gate for gate in self.gates if gate not in fixed)
        known = ["x", *states, "y", "d"]
        self.letter = letters(known, given.names or {}, given, report)
        for gate in self.gates:
            self.letter[_gate(gate)] = f"{gate}hat" if gate in self.letter.values() else gate
        self.hidden = 0
        self.W = self._weights("W", given.W)
        self.U = {} if given.concatenated else self._weights("U", given.U)
        if self.ok:
            self.b, self.bh = self._biases("b", given.b), self._biases("b_hh", given.b_hh)
            self._check()

    @property
    def ok(self) -> bool:
        """Whether nothing was found that does not fit."""
        return len(self.report.problems) == self.failed

    # -- reading ------------------------------------------------------------------------------------------------------
    def _gates(self) -> list[str]:
        """The letters of the gates; every misfit is noted."""
        given, report = self.given, self.report
        if isinstance(given.W, dict):
            found, field = list(given.W), "W"
            if given.order:
                report.add(given.place("order"), "order is for stacked weights", "W names its gates itself")
        else:
            found, field = list(given.order), "order"
            if not found:
                example = ", ".join([*self.fixed, "g"])
                report.add(given.place("W"), "'order' is missing: which gates W stacks, from first to last",
                           f"order: [{example}], or W by gate: {{{self.fixed[0]}: …}}")  # fmt: skip
                return []
        missing = [gate for gate in self.fixed if gate not in found]
        others = [gate for gate in found if gate not in self.fixed]
        expected = f"{', '.join(self.fixed)} and one more, the candidate's"
        if missing:
            hint = nearest(missing[0], others) if len(others) > 1 else f"the gates are {expected}"
            report.add(given.place(field), f"there is no gate {missing[0]!r} in {field}", hint)
        elif len(others) != 1:
            extra = f"{field} names {', '.join(found)}"
            report.add(given.place(field), extra, f"expected {expected}")
        elif len(set(found)) != len(found):
            report.add(given.place(field), f"{field} names a gate twice")
        elif not (others[0].isascii() and others[0].isalpha()):
            report.add(given.place(field), f"{others[0][:60]!r} cannot name the candidate", "a letter, such as g")
        return found

    def _weights(self, field: str, numbers: Mapping[str, Num | Array] | Num | Array | None) -> dict[str, Array]:
        """The weights of each gate; the first one tells how many neurons there are."""
        given, report = self.given, self.report
        if numbers is None:
            report.add(given.place(), f"{field!r} is missing: the weights from the hidden state",
                       "or concatenated: [x, h], where W acts on both")  # fmt: skip
            return {}
        if given.concatenated and len(set(given.concatenated)) != 2:
            report.add(given.place("concatenated"), "x and h are expected", "[x, h] or [h, x]")
            return {}
        if given.concatenated and given.U is not None:
            report.add(given.place("U"), "U is given, but W acts on x and h together", "leave out one of the two")
            return {}
        made: dict[str, Array] = {}
        for gate, each in self._by_gate(field, numbers):
            made[gate] = self._shaped(field, gate, each)
        return made if self.ok else {}

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
            acts = f"x is {self.inputs}×1" if field == "W" else f"h is {self.hidden}×1"
            if field == "W" and given.concatenated:
                acts = f"x and h together are {inputs}×1"
            turned = "; is it transposed?" if (found, neurons) == (self.hidden, inputs) else ""
            self.report.add(
                self._place(field, gate),
                f"{field} of {gate} is {size(array)}, but {acts}: {rows}×{columns} expected",
                f"weights are stored {self.stored}{turned}",
            )
        return array

    def _place(self, field: str, gate: str) -> Place:
        by = isinstance(getattr(self.given, field), dict)
        return self.given.place(field, gate) if by else self.given.place(field)

    def _by_gate(
        self, field: str, numbers: Mapping[str, Num | Array] | Num | Array, columns: bool = True
    ) -> Iterator[tuple[str, Num | Array]]:
        """What each gate has: by its key, or a part of what is stacked."""
        given, report, place = self.given, self.report, self.given.place(field)
        if isinstance(numbers, Mapping):
            for gate in self.gates:
                if gate in numbers:
                    yield gate, numbers[gate]
                elif field in ("W", "U"):
                    report.add(place, f"{field} has no {gate!r}", f"W has {', '.join(self.gates)}")
            for gate in numbers:
                if gate not in self.gates:
                    report.add(given.place(field, gate), f"{field} names {gate[:60]!r}", nearest(gate, self.gates))
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

    def _check(self) -> None:
        """Notes what else does not fit."""
        given, report, hidden = self.given, self.report, self.hidden
        for t, x in enumerate(given.x):
            if x.value.shape[0] != self.inputs:
                report.add(given.place("x", t), f"x({t + 1}) is {size(x)}, but x(1) is {size(given.x[0])}")
        for state in self.states:
            name = f"{state}0"
            why = f"there are {hidden} neurons" if hidden > 1 else "there is one neuron"
            check_vector(name, getattr(given, name), hidden, why, given.place(name), report)
        outputs: int | None = hidden
        if given.V is not None:
            V = weights_of(given.V, hidden, self.stored)
            outputs, found = neurons_inputs(V, self.stored)
            if found != hidden:
                hint = f"weights are stored {self.stored}"
                report.add(given.place("V"), f"V is {size(V)}, but h is {hidden}×1", hint)
                outputs = None
            elif given.by is not None:
                check_vector("by", given.by, outputs, f"V is {size(V)}", given.place("by"), report)
        elif given.by is not None:
            report.add(given.place("by"), "by is given without V: there is no output layer")
        elif given.loss == "cross-entropy":
            report.add(given.place("loss"), "cross-entropy needs an output layer", "give V and output_activation")
        if given.V is not None or given.loss != "cross-entropy":
            check_learning(given, self.length, outputs, given.output_activation, report)
        if given.train is not None:
            check(given.train, report)
            if given.loss == "none":
                report.add(given.place("train"), "an update needs a loss", "such as loss: square-error, and d")
            if given.train.iterations != 1:
                report.add(given.train.place("iterations"), "one update is made", "leave iterations out")

    # -- what is given ------------------------------------------------------------------------------------------------
    def givens(self, titles: Mapping[str, str]) -> None:
        """States weights, biases, initial states and the sequence. titles: what each gate is called."""
        w, given = self.working, self.given
        for gate in self.gates:
            for letter, made in (("W", self.W), ("U", self.U)):
                if gate in made:
                    source = (
                        "" if self.given.concatenated else " from the input" if letter == "W" else " from the state"
                    )
                    w.given(
                        f"{letter}{gate}", made[gate], f"Weights of the {titles[gate]}{source}", Symbol(letter, gate)
                    )
            for letter, biases in (("b", self.b), ("bh", self.bh)):
                if gate in biases:
                    title = f"Biases of the {titles[gate]}" + (" behind U" if letter == "bh" else "")
                    symbol = Symbol("b", f"{letter[1:]}{gate}")
                    w.given(f"{letter}{gate}", spread(biases[gate], self.hidden), title, symbol)
        if given.V is not None:
            V = weights_of(given.V, self.hidden, self.stored)
            w.given("V", V, "Weights of the output layer")
            if given.by is not None:
                w.given(
                    "by",
                    spread(given.by, neurons_inputs(V, self.stored)[0]),
                    "Biases of the output layer",
                    Symbol("b", "y"),
                )

    def sequence(self) -> None:
        """States the initial states, inputs and desired outputs."""
        w, given = self.working, self.given
        for state in self.states:
            title = "Initial hidden state" if state == "h" else "Initial cell state"
            w.given(self.at(state, 0), spread(getattr(given, f"{state}0"), self.hidden), title, self.symbol(state, 0))
        for t, x in enumerate(given.x, 1):
            w.given(self.at("x", t), x, f"Input at t = {t}", self.symbol("x", t))
        if given.loss != "none":
            times = given.times(self.length)
            for t, d in zip(times, given.desired(self.length, self.outputs), strict=True):
                w.given(self.at("d", t), d, f"Desired output at t = {t}", self.symbol("d", t))

    @property
    def outputs(self) -> int:
        """How many outputs a loss compares."""
        return (
            int(self.working.shapes["V"][0 if self.stored == "neurons x inputs" else 1])
            if self.given.V
            else self.hidden
        )

    # -- names --------------------------------------------------------------------------------------------------------
    def at(self, letter: str, t: int) -> str:
        """The name of a quantity at a time."""
        return f"{self.letter[letter]}{t}"

    def symbol(self, letter: str, t: int) -> Symbol:
        """Its symbol."""
        return symbol_at(self.letter.get(letter, letter), t)

    # -- steps --------------------------------------------------------------------------------------------------------
    def gate_at(self, gate: str, t: int) -> str:
        """The name of a gate, or of the candidate, at a time."""
        return self.at(_gate(gate), t)

    def step(self, letter: str, t: int, formula: Tree, title: str, role: Role | None = None) -> None:
        """A quantity at a time."""
        self.working.step(self.at(letter, t), formula, f"At t = {t}: {title}", symbol=self.symbol(letter, t), role=role)

    def fed(self, gate: str, t: int, h: Tree, more: Sequence[Tree] = ()) -> Tree:
        """The net input of a gate: W x + U h, what else it sees, and its biases."""
        w, x = self.working, Name(self.at("x", t))
        if self.given.concatenated:
            sides = (x, h) if self.given.concatenated[0] == "x" else (h, x)
            terms = [weighted(w, f"W{gate}", Call("vstack", sides), self.stored)]
        else:
            inner = Group(h) if not isinstance(h, Name) else h
            terms = [weighted(w, f"W{gate}", x, self.stored), weighted(w, f"U{gate}", inner, self.stored)]
        return added([*terms, *more, *(Name(f"{b}{gate}") for b in ("b", "bh") if f"{b}{gate}" in w.items)])

    def gate(self, gate: str, t: int, title: str, more: Sequence[Tree] = ()) -> None:
        """σ of a gate's net input."""
        formula = Call("sigmoid", (self.fed(gate, t, Name(self.at("h", t - 1)), more),))
        self.step(_gate(gate), t, formula, title, Role("gate", self.gate_at(gate, t), t))

    def candidate_step(self, t: int, u: Tree) -> None:
        """tanh of the candidate's net input."""
        self.step(_gate(self.candidate), t, Call("tanh", (u,)), "candidate")

    def output(self, t: int) -> None:
        """The output layer, where there is one."""
        if self.given.V is not None:
            terms = [weighted(self.working, "V", Name(self.at("h", t)), self.stored)]
            terms += [Name("by")] if self.given.by is not None else []
            self.step("y", t, activated(self.given.output_activation, added(terms)), "output of the network")

    # -- what comes behind --------------------------------------------------------------------------------------------
    def finish(self) -> Working:
        """Loss, gradients, an update; the groups that parts may ask for."""
        w, given = self.working, self.given
        steps = range(1, self.length + 1)
        parameters = [n for n, item in w.items.items() if item.given and n in self._parameters()]
        w.group("parameters", parameters)
        w.group("gates", [self.gate_at(gate, t) for t in steps for gate in self.gates])
        w.group("hidden", [self.at("h", t) for t in steps])
        if "c" in self.states:
            w.group("cell", [self.at("c", t) for t in steps])
        if given.V is not None:
            w.group("output", [self.at("y", t) for t in steps])
        states = {self.at(letter, t) for t in steps for letter in (*self.states, *(["y"] if given.V else []))}
        w.group("states", [name for name in w.items if name in states])
        forward = [n for n, item in w.items.items() if not item.given]
        w.group("forward", forward)
        w.default = tuple(forward)
        columns = [*map(_gate, self.gates), *self.states[::-1], *(["y"] if given.V else [])]
        shorten(w, [*((self.letter[c], True) for c in columns), *((self.letter[c], False) for c in "xd")], self.length)
        if given.loss == "none":
            w.absent |= dict.fromkeys(
                ("J", "loss", "gradients", "deltas"),
                "give a loss, such as loss: square-error, and the desired outputs d",
            )
            return w
        last = "y" if given.V is not None else "h"
        formula = loss_formula(given, self.outputs, given.output_activation)
        add_losses(
            w, given, given.times(self.length), formula,
            lambda t: {"d": self.at("d", t), "y": self.at(last, t)}, self.symbol,
        )  # fmt: skip
        shorten(w, [("J", True)], self.length)
        self._gradients(parameters)
        return w

    def _parameters(self) -> set[str]:
        return {f"{letter}{gate}" for letter in ("W", "U", "b", "bh", "p") for gate in self.gates} | {"V", "by"}

    def _gradients(self, parameters: Sequence[str]) -> None:
        w, given = self.working, self.given
        needed = set(w.closure(["J"]))
        times = range(1, self.length + 1)
        wrt = [p for p in parameters if p in needed]
        inner = [
            self.at(s, t) for t in range(self.length + 1) for s in (*self.states, "x", "y") if not (s == "y" and not t)
        ]
        before = set(w.items)
        add_gradients(w, "J", [*wrt, *(n for n in inner if n in needed)])
        made = [name for name in w.items if name not in before]
        w.group("gradients", [f"grad_{p}" for p in wrt])
        w.group("deltas", [name for name in made if w.roles[name].kind == "delta"])
        w.group("backward", made)
        w.group("gradients_x", [f"grad_{n}" for t in times if (n := self.at("x", t)) in needed])
        if given.train is not None:
            decayed = [p for p in wrt if p[0] in "WUV"]
            optimizer = Optimizer(w, given.train, wrt, decayed=decayed)
            optimizer.givens()
            optimizer.advance(1, {p: f"grad_{p}" for p in wrt})
            w.group("updates", [optimizer.current[p] for p in wrt])


def _gate(gate: str) -> str:
    """What a gate goes by among the letters, where a state may have the same one."""
    return f"gate {gate}"
