"""Networks of cells with gates, LSTM and GRU: one layer or several, in one direction or both; forward and backward."""

from collections.abc import Iterator, Mapping, Sequence

from solver.formula.symbol import Symbol
from solver.formula.tree import Call, Group, Name, Tree
from solver.nets.decay import check_decay
from solver.nets.gated import CellFields, Gated, GatedCell, gates_of, letter_of
from solver.nets.layers import activated, neurons_inputs, spread, weights_of
from solver.nets.recurrent import add_losses, added, check_learning, check_vector, letters, loss_formula, size, weighted
from solver.nets.training import Optimizer, check
from solver.spec.nodes import Report
from solver.working.gradients import add_gradients
from solver.working.page import Working
from solver.working.roles import Role
from solver.working.series import shorten, symbol_at


class GatedNet:
    """Reads, checks and states what is given, and writes what every such network has: gates, output, loss, gradients.

    fixed: the gates that a cell must have; the other key names its candidate. states: the letters of its states, the
    hidden one first. stack: the layers from the bottom, each with its directions.
    """

    def __init__(self, given: Gated, fixed: Sequence[str], states: Sequence[str], report: Report) -> None:
        self.given, self.report, self.working = given, report, Working()
        self.fixed, self.states, self.stored = fixed, states, given.weights
        self.times = range(1, len(given.x) + 1)
        self.stack: list[list[GatedCell]] = []
        self.failed = len(report.problems)
        specs = self._specs()
        self.gates = gates_of(given, specs[0][0], fixed, report) if self.ok else []
        if not self.ok:
            return
        self.candidate = next(gate for gate in self.gates if gate not in fixed)
        self.letter = letters(["x", *states, "y", "d"], given.names or {}, given, report)
        for gate in self.gates:
            self.letter[letter_of(gate)] = f"{gate}hat" if gate in self.letter.values() else gate
        inputs = int(given.x[0].value.shape[0])
        for k, sides in enumerate(specs, 1):
            mark = str(k) if len(specs) > 1 else ""
            ways = ("f", "b") if len(sides) > 1 else ("",)
            cells = [
                GatedCell(given, spec, (mark, side), inputs, self.gates, report)
                for spec, side in zip(sides, ways, strict=True)
            ]
            self.stack.append(cells)
            for cell in cells:
                cell.letter = self.letter
            if not all(cell.ok for cell in cells):
                return
            inputs = sum(cell.hidden for cell in cells)
        self._check()

    @property
    def ok(self) -> bool:
        """Whether nothing was found that does not fit."""
        return len(self.report.problems) == self.failed

    @property
    def cells(self) -> list[GatedCell]:
        """All cells, layer by layer."""
        return [cell for sides in self.stack for cell in sides]

    @property
    def single(self) -> bool:
        """Whether there is one layer in one direction."""
        return len(self.cells) == 1

    @property
    def top(self) -> int:
        """How many numbers the state of the last layer has."""
        return sum(cell.hidden for cell in self.stack[-1])

    # -- reading ------------------------------------------------------------------------------------------------------
    def _specs(self) -> list[list[CellFields | Gated]]:
        """Where each layer's fields stand, for each direction."""
        given = self.given
        layers = given.layers
        if layers:
            alone = [
                f
                for f in ("W", "U", "b", "b_hh", "backward", *(f"{s}0" for s in self.states))
                if getattr(given, f) is not None
            ]
            for field in alone:
                self.report.add(given.place(field), f"{field} is given beside layers", "each layer has its own")
        return [[layer, *([layer.backward] if layer.backward is not None else [])] for layer in (layers or (given,))]

    def _check(self) -> None:
        """Notes what else does not fit."""
        given, report, hidden = self.given, self.report, self.top
        for t, x in enumerate(given.x):
            if x.value.shape[0] != given.x[0].value.shape[0]:
                report.add(given.place("x", t), f"x({t + 1}) is {size(x)}, but x(1) is {size(given.x[0])}")
        for cell in self.cells:
            cell.check_states(self.states)
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
            last = given.output_activation if given.V is not None else "linear"
            check_learning(given, len(self.times), outputs, last, report)
        check_decay(given, given.train, report)
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
        for cell in self.cells:
            for gate in self.gates:
                for letter, made in (("W", cell.W), ("U", cell.U)):
                    if gate in made:
                        source = "" if given.concatenated else " from the state" if letter == "U" else " from the input"
                        if source and letter == "W" and cell.mark not in ("", "1"):
                            source = " from the layer below"
                        title = f"Weights of the {titles[gate]}{source}{cell.where}"
                        w.given(cell.weight(letter, gate), made[gate], title, cell.weight_symbol(letter, gate))
                for letter, biases in (("b", cell.b), ("bh", cell.bh)):
                    if gate in biases:
                        title = f"Biases of the {titles[gate]}{' behind U' if letter == 'bh' else ''}{cell.where}"
                        numbers = spread(biases[gate], cell.hidden)
                        w.given(cell.weight(letter, gate), numbers, title, cell.weight_symbol(letter, gate))
        if given.V is not None:
            V = weights_of(given.V, self.top, self.stored)
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
        for cell in self.cells:
            first = len(self.times) + 1 if cell.backward else 0
            for state in self.states:
                title = ("Hidden" if state == "h" else "Cell") + " state behind the last step"
                if not cell.backward:
                    title = "Initial hidden state" if state == "h" else "Initial cell state"
                numbers = spread(getattr(cell.spec, f"{state}0"), cell.hidden)
                w.given(cell.at(state, first), numbers, title + cell.where, cell.symbol(state, first))
        for t, x in enumerate(given.x, 1):
            w.given(self.at("x", t), x, f"Input at t = {t}", self.symbol("x", t))
        if given.loss != "none":
            times = given.times(len(self.times))
            for t, d in zip(times, given.desired(len(self.times), self.outputs), strict=True):
                w.given(self.at("d", t), d, f"Desired output at t = {t}", self.symbol("d", t))

    @property
    def outputs(self) -> int:
        """How many outputs a loss compares."""
        return (
            int(self.working.shapes["V"][0 if self.stored == "neurons x inputs" else 1]) if self.given.V else self.top
        )

    # -- names --------------------------------------------------------------------------------------------------------
    def at(self, letter: str, t: int) -> str:
        """The name of a quantity at a time."""
        return f"{self.letter[letter]}{t}"

    def symbol(self, letter: str, t: int) -> Symbol:
        """Its symbol."""
        return symbol_at(self.letter.get(letter, letter), t)

    # -- steps --------------------------------------------------------------------------------------------------------
    def steps(self) -> Iterator[tuple[GatedCell, int]]:
        """Each cell at each time, in the order of the page; between them come what joins directions, and the outputs."""
        if self.single:
            for t in self.times:
                yield self.cells[0], t
                self.output(t)
            return
        for sides in self.stack:
            for cell in sides:
                for t in reversed(self.times) if cell.backward else self.times:
                    yield cell, t
            if len(sides) > 1:
                for t in self.times:
                    self.joined(sides, t)
        for t in self.times:
            self.output(t)

    def state(self, layer: int, t: int) -> str:
        """The name of what a layer, counted from 0, hands on at a time; before the first one, the input."""
        if layer < 0:
            return self.at("x", t)
        return f"{self.stack[layer][0].layer}{t}"

    def joined(self, sides: Sequence[GatedCell], t: int) -> None:
        """The states of both directions, one below the other."""
        layer = self.stack.index(list(sides))
        together = Call("vstack", tuple(Name(cell.at("h", t)) for cell in sides))
        symbol = sides[0].symbol("h", t)._replace(sup="")
        where = f"of layer {sides[0].mark}, " if sides[0].mark else ""
        title = f"At t = {t}: hidden state {where}both directions".replace(
            " both", " of both" if not where else " both"
        )
        self.working.step(self.state(layer, t), together, title, symbol=symbol)

    def step(self, cell: GatedCell, letter: str, t: int, formula: Tree, title: str, role: Role | None = None) -> None:
        """A quantity of a cell at a time."""
        title = f"At t = {t}: {title}{cell.where}"
        self.working.step(cell.at(letter, t), formula, title, symbol=cell.symbol(letter, t), role=role)

    def below(self, cell: GatedCell, t: int) -> Name:
        """What a cell receives at a time: the input, or the state of the layer below."""
        return Name(self.state(int(cell.mark or 1) - 2, t))

    def fed(self, cell: GatedCell, gate: str, t: int, h: Tree, more: Sequence[Tree] = ()) -> Tree:
        """The net input of a gate: W x + U h, what else it sees, and its biases."""
        w = self.working
        x = self.below(cell, t)
        if self.given.concatenated:
            sides = (x, h) if self.given.concatenated[0] == "x" else (h, x)
            terms = [weighted(w, cell.weight("W", gate), Call("vstack", sides), self.stored)]
        else:
            inner = Group(h) if not isinstance(h, Name) else h
            terms = [
                weighted(w, cell.weight("W", gate), x, self.stored),
                weighted(w, cell.weight("U", gate), inner, self.stored),
            ]
        biases = (cell.weight(b, gate) for b in ("b", "bh"))
        return added([*terms, *more, *(Name(bias) for bias in biases if bias in w.items)])

    def gate(self, cell: GatedCell, gate: str, t: int, title: str, more: Sequence[Tree] = ()) -> None:
        """σ of a gate's net input."""
        formula = Call("sigmoid", (self.fed(cell, gate, t, Name(cell.at("h", cell.before(t))), more),))
        time = t + len(self.times) * self.cells.index(cell)  # each cell's gates are compared with its own alone
        self.step(cell, letter_of(gate), t, formula, title, Role("gate", cell.gate_at(gate, t), time))

    def candidate_step(self, cell: GatedCell, t: int, u: Tree) -> None:
        """tanh of the candidate's net input."""
        self.step(cell, letter_of(self.candidate), t, Call("tanh", (u,)), "candidate")

    def output(self, t: int) -> None:
        """The output layer, where there is one."""
        if self.given.V is not None:
            terms = [weighted(self.working, "V", Name(self.state(len(self.stack) - 1, t)), self.stored)]
            terms += [Name("by")] if self.given.by is not None else []
            formula = activated(self.given.output_activation, added(terms))
            title = f"At t = {t}: output of the network"
            self.working.step(self.at("y", t), formula, title, symbol=self.symbol("y", t))

    # -- what comes behind --------------------------------------------------------------------------------------------
    def finish(self) -> Working:
        """Loss, gradients, an update; the groups that parts may ask for."""
        w, given = self.working, self.given
        parameters = [n for n, item in w.items.items() if item.given and n in self._parameters()]
        w.group("parameters", parameters)
        gates = {cell.gate_at(gate, t) for cell in self.cells for t in self.times for gate in self.gates}
        w.group("gates", [name for name in w.items if name in gates])
        top = [self.state(k, t) for k, sides in enumerate(self.stack) for t in self.times if len(sides) > 1]
        hidden = {*(cell.at("h", t) for cell in self.cells for t in self.times), *top}
        w.group("hidden", [name for name in w.items if name in hidden])
        if "c" in self.states:
            w.group("cell", [cell.at("c", t) for cell in self.cells for t in self.times])
        output = [self.at("y", t) for t in self.times] if given.V is not None else []
        if output:
            w.group("output", output)
        states = {*hidden, *w.groups.get("cell", ()), *output}
        w.group("states", [name for name in w.items if name in states])
        forward = [n for n, item in w.items.items() if not item.given]
        w.group("forward", forward)
        w.default = tuple(forward)
        columns = [*map(letter_of, self.gates), *self.states[::-1]]
        bases = dict.fromkeys(cell.base(letter) for cell in self.cells for letter in columns)
        bases |= dict.fromkeys(sides[0].layer for sides in self.stack)
        bases |= {self.letter["y"]: None} if output else {}
        shorten(w, [*((base, True) for base in bases), *((self.letter[c], False) for c in "xd")], self.times)
        if given.loss == "none":
            w.absent |= dict.fromkeys(
                ("J", "loss", "gradients", "deltas"),
                "give a loss, such as loss: square-error, and the desired outputs d",
            )
            return w
        formula = loss_formula(given, self.outputs, given.output_activation)
        add_losses(
            w, given, given.times(len(self.times)), formula,
            lambda t: {"d": self.at("d", t), "y": self.at("y", t) if output else self.state(len(self.stack) - 1, t)},
            self.symbol, [p for p in parameters if p in self._weights()],
        )  # fmt: skip
        shorten(w, [("J", True)], self.times)
        self._gradients(parameters)
        return w

    def _weights(self) -> set[str]:
        """What weight decay makes smaller."""
        return {cell.weight(x, gate) for cell in self.cells for x in "WU" for gate in self.gates} | {"V"}

    def _parameters(self) -> set[str]:
        others = {cell.weight(x, gate) for cell in self.cells for x in ("b", "bh", "p") for gate in self.gates}
        return self._weights() | others | {"by"}

    def _gradients(self, parameters: Sequence[str]) -> None:
        w, given = self.working, self.given
        needed = set(w.closure(["J"]))
        wrt = [p for p in parameters if p in needed]
        inner = self._inner()
        before = set(w.items)
        add_gradients(w, "J", [*wrt, *(n for n in inner if n in needed)])
        made = [name for name in w.items if name not in before]
        w.group("gradients", [f"grad_{p}" for p in wrt])
        w.group("deltas", [name for name in made if w.roles[name].kind == "delta"])
        w.group("backward", made)
        w.group("gradients_x", [f"grad_{n}" for t in self.times if (n := self.at("x", t)) in needed])
        if given.train is not None:
            decayed = [p for p in wrt if p in self._weights()]
            optimizer = Optimizer(w, given.train, wrt, decayed=decayed)
            optimizer.givens()
            optimizer.advance(1, {p: f"grad_{p}" for p in wrt})
            w.group("updates", [optimizer.current[p] for p in wrt])

    def _inner(self) -> list[str]:
        """States, inputs and outputs in the order of time, layer by layer."""
        cells, count = self.cells, len(self.times)
        if self.single:
            return [
                cells[0].at(s, t) if s in self.states else self.at(s, t)
                for t in range(count + 1)
                for s in (*self.states, "x", "y")
                if t or s in self.states
            ]
        states = [cell.at(s, t) for cell in cells for t in range(count + 2) for s in self.states]
        joined = [self.state(k, t) for k, sides in enumerate(self.stack) for t in self.times if len(sides) > 1]
        return [*states, *joined, *(self.at(s, t) for t in self.times for s in "xy")]
