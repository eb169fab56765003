"""The steps of a recurrent network, time by time: states, outputs, losses, gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Self

import numpy as np

from solver.families.rnn.recurrence import Direction, Given, batch, shaped
from solver.formula.functions import FUNCTIONS, Own
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Bin, Call, Name, Transpose, Tree, names, replace_names
from solver.formula.walks.reduce import Detail, Operands
from solver.formula.walks.shape import SCALAR, shape
from solver.nets.layers import activated, neurons_inputs, spread
from solver.nets.losses import loss
from solver.nets.recurrent import add_losses, added, loss_formula, weighted
from solver.nets.training import Optimizer
from solver.rounding import Floats, Format
from solver.working.gradients import OnDemand, add_gradients
from solver.working.items import Line, Step
from solver.working.page import Repeat, Working
from solver.working.series import LONG

if TYPE_CHECKING:
    from solver.formula.walks.turned import Turning
    from solver.working.sketches import Sketch


class First(Step):
    """A quantity at the first time that it is worked out: its working opens with the formula of any time."""

    general: Line | None = None

    def in_rows(self, turning: Turning) -> Self:
        """With the formula of any time turned, too."""
        general = self.general and self.general._replace(right=turning.stated(self.general.right, self.name))
        return super().in_rows(turning).replaced(general=general)

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        """`h(t) = tanh(…)`, then that of this time with the numbers in it."""
        own = Step.lines(self, operands, result, form, detail)
        return [self.general, *own] if self.general is not None and detail != "brief" else own


class Unfolded:
    """Writes a network that fits into a working. names: what each letter is called; own: the author's activations."""

    def __init__(
        self,
        given: Given,
        stack: Sequence[Sequence[Direction]],
        names: Mapping[str, str],
        own: Mapping[str, Own],
    ) -> None:
        self.given, self.stack, self.names, self.own, self.working = given, stack, names, own, Working()
        self.many, self.times = given.X is not None, range(1, given.length + 1)
        self.parameters: list[str] = []
        self.nets: list[str] = []
        self.hidden: list[str] = []
        self.told: set[Symbol] = set()

    def run(self) -> Working:
        """Everything in the order of the page."""
        self.givens()
        plain = len(self.stack) == 1 and len(self.stack[0]) == 1
        inputs = {t: self.at("x", t) for t in self.times}
        if plain:
            for t in self.times:
                self.state(self.stack[0][0], t, inputs[t])
                self.output(t, {self.stack[0][0].side: self.name(self.stack[0][0], t)})
            self.hidden = [self.name(self.stack[0][0], t) for t in self.times]
        else:
            self.layers(inputs)
        self.finish()
        return self.working

    # -- names --------------------------------------------------------------------------------------------------------
    def letter(self, letter: str) -> str:
        """h, or H of a batch."""
        called = self.names[letter]
        return called.upper() if self.many and called == letter and letter in "xhyd" else called

    def at(self, letter: str, t: int) -> str:
        """The name of a quantity at a time."""
        return f"{self.letter(letter)}{t}"

    def symbol(self, letter: str, t: int, mark: str = "", side: str = "") -> Symbol:
        """h(1): a quantity at time t."""
        return Symbol(self.letter(letter) if letter in self.names else letter, mark, side, argument=str(t))

    def name(self, of: Direction, t: int, letter: str = "h") -> str:
        """The name of a layer's state at a time: h1, h2_1 of layer 2, hf1 of the forward direction."""
        return f"{self.letter(letter)}{of.side}{of.mark}{'_' if of.mark else ''}{t}"

    def weight(self, letter: str, of: Direction) -> str:
        """U, U2, Uf."""
        return f"{self.names[letter]}{of.side}{of.mark}"

    # -- what is given ------------------------------------------------------------------------------------------------
    def givens(self) -> None:
        """States weights, biases, initial states, inputs and desired outputs."""
        given = self.given
        for sides in self.stack:
            for side in sides:
                self.layer_given(side)
        if given.V is not None:
            self.output_given()
        if self.many:
            ones = len(given.X or ())
            self.working.given("one", Array(np.ones((ones, 1)), (("1",),) * ones), "", Symbol("1", str(ones)))
        for t in self.times:
            if given.X is not None:
                self.working.given(
                    self.at("x", t),
                    batch(given.X, t),
                    f"Inputs at t = {t}, a sequence in each row",
                    self.symbol("x", t),
                )
            elif given.x is not None:
                self.working.given(self.at("x", t), given.x[t - 1], f"Input at t = {t}", self.symbol("x", t))
        if given.loss == "none" or given.V is None:
            return
        times = given.times(given.length)
        of = given.desired_rows(self.outputs()) if self.many else given.desired(given.length, self.outputs())
        for k, t in enumerate(times):
            d = batch(of, k + 1) if self.many else of[k]
            self.working.given(self.at("d", t), d, f"Desired output at t = {t}", self.symbol("d", t))

    def outputs(self) -> int:
        """How many outputs there are."""
        shape = self.working.shapes[self.names["V"]]
        return int(shape[0] if self.given.weights == "neurons x inputs" else shape[1])

    def layer_given(self, side: Direction) -> None:
        w, given, hidden = self.working, self.given, side.neurons
        layer = f"hidden layer {side.mark}" if side.mark else "the hidden layer"
        below = f"hidden layer {int(side.mark) - 1}" if side.mark not in ("", "1") else "the input"
        layer = layer.removeprefix("the ") if side.mark else layer
        way = {"": "", "f": ", forward", "b": ", backward"}[side.side]
        self.parameter("U", side, side.U, f"Weights from {below} to {layer}{way}")
        source = "the output" if given.type == "jordan" else layer
        source = source if not side.mark else layer
        self.parameter("W", side, side.W, f"Recurrence weights from {source} to {layer}{way}")
        if given.Wy is not None:
            outputs = neurons_inputs(self.V(), given.weights)[0]
            Wy = shaped(given, "Wy", given.Wy, outputs, given.weights)
            self.parameter("Wy", side, Wy, f"Recurrence weights from the output to {layer}")
        if side.b is not None:
            self.parameter("b", side, spread(side.b, hidden), f"Biases of {layer}{way}")
        if given.type != "jordan":
            t = given.length + 1 if side.side == "b" else 0
            title = "Initial hidden state" if t == 0 else "Hidden state behind the last step"
            symbol = self.symbol("h", t, side.mark, side.side)
            w.given(
                self.name(side, t),
                self.rows(spread(side.h0, hidden)),
                title + (f" of layer {side.mark}" if side.mark else ""),
                symbol,
            )

    def parameter(self, letter: str, side: Direction, numbers: Array, title: str) -> None:
        name = self.weight(letter, side)
        base, sub = (letter[0], letter[1:]) if self.names[letter] == letter else (self.names[letter], "")
        self.working.given(name, numbers, title, Symbol(base, ",".join(filter(None, (sub, side.mark))), side.side))
        self.parameters.append(name)

    def V(self) -> Array:
        """The output weights."""
        given, top = self.given, self.stack[-1]
        assert given.V is not None
        split = given.backward is not None and given.backward.V is not None
        states = top[0].neurons if split else sum(side.neurons for side in top)
        return shaped(given, "V", given.V, states, given.weights)

    def output_given(self) -> None:
        w, given = self.working, self.given
        V = self.V()
        outputs = neurons_inputs(V, given.weights)[0]
        w.given(self.names["V"], V, "Weights from the hidden layer to the output")
        self.parameters.append(self.names["V"])
        if given.backward is not None and given.backward.V is not None:
            Vb = shaped(given.backward, "V", given.backward.V, self.stack[-1][1].neurons, given.weights)
            w.given(f"{self.names['V']}b", Vb, "Weights from the backward layer to the output", Symbol("V", "", "b"))
            self.parameters.append(f"{self.names['V']}b")
        if given.c is not None:
            w.given(self.names["c"], spread(given.c, outputs), "Biases of the output layer")
            self.parameters.append(self.names["c"])
        if given.type != "elman":
            fed = "d" if given.teacher_forcing else "y"
            w.given(self.at(fed, 0), self.rows(spread(given.y0, outputs)), "Initial output", self.symbol(fed, 0))

    def rows(self, column: Array) -> Array:
        """A column; for a batch, a row of it for each sequence."""
        if self.given.X is None:
            return column
        count, row = len(self.given.X), tuple(column.text(i, 0) for i in range(column.value.shape[0]))
        return Array(np.tile(column.value.T, (count, 1)), (row,) * count)

    # -- steps --------------------------------------------------------------------------------------------------------
    def fed(self, weights: str, x: str) -> Tree:
        """Uᵀx, or XU of a batch; as weights are stored."""
        stored = self.given.weights
        if not self.many:
            return weighted(self.working, weights, Name(x), stored)
        W: Tree = Name(weights)
        return Bin("@", Name(x), Transpose(W) if stored == "neurons x inputs" else W)

    def bias(self, name: str) -> list[Tree]:
        """A bias, for each row of a batch; nothing where there is none."""
        if name not in self.working.items:
            return []
        return [Bin("@", Name("one"), Transpose(Name(name))) if self.many else Name(name)]

    def active(self, activation: str, u: Tree) -> Tree:
        row = FUNCTIONS.get(activation) if self.many else None
        return activated((row and row.by_row) or activation, u, own=self.own)

    def step(
        self, name: str, symbol: Symbol, u: Tree, activation: str, t: int, what: str, net: tuple[str, Symbol]
    ) -> None:
        """φ(u), the net input a step of its own where that is asked for, or where the slope is one of it."""
        begin = f"At t = {t}: "
        if self.given.net_inputs or activation in self.own:
            layer = "the output" if what.endswith("of the network") else what.removeprefix("output of ")
            self.timed(net[0], u, f"{begin}net input of {layer}", net[1], t)
            self.nets.append(net[0])
            u = Name(net[0])
        self.timed(name, self.active(activation, u), begin + what, symbol, t)

    def timed(self, name: str, formula: Tree, title: str, symbol: Symbol, t: int) -> None:
        """A step; the first of its kind is written for any time, too."""
        w, kind = self.working, symbol._replace(argument="")
        times: dict[Symbol | str, str] = {str(t - 1): "t - 1", str(t): "t", str(t + 1): "t + 1"}
        if kind in self.told or self.given.length == 1:
            w.step(name, formula, title, symbol=symbol)
            return
        self.told.add(kind)
        size = shape(formula, w.shapes)
        w.symbols[f"{name}_t"] = symbol._replace(argument="t").shaped(size)
        anytime = {}
        for n in names(formula):
            if (at := w.symbols[n]).argument in times:
                anytime[n] = Name(f"{n}_t")
                w.symbols[f"{n}_t"] = at._replace(argument=times[at.argument])
        general = Line(replace_names(formula, anytime), left=Name(f"{name}_t"))
        w.add(First(name, formula, title, general=general), size, symbol)

    def state(self, side: Direction, t: int, x: str) -> None:
        """The state of a layer at a time."""
        before = t + 1 if side.side == "b" else t - 1
        kind = self.given.type
        fed = self.at("d" if self.given.teacher_forcing else "y", before)
        back = fed if kind == "jordan" else self.name(side, before)
        terms = [self.fed(self.weight("U", side), x), self.fed(self.weight("W", side), back)]
        if kind == "both":
            terms.append(self.fed(self.weight("Wy", side), fed))
        u = added([*terms, *self.bias(self.weight("b", side))])
        what = f"output of hidden layer {side.mark}" if side.mark else "output of the hidden layer"
        what += {"": "", "f": ", forward", "b": ", backward"}[side.side]
        net = (self.name(side, t, "u"), self.symbol("u", t, side.mark, side.side))
        self.step(self.name(side, t), self.symbol("h", t, side.mark, side.side), u, side.activation, t, what, net)

    def output(self, t: int, states: Mapping[str, str]) -> None:
        """The output at a time, from the states of the last layer."""
        if self.given.V is None:
            return
        V = self.names["V"]
        terms = [self.fed(f"{V}b" if side == "b" else V, name) for side, name in states.items()]
        u = added([*terms, *self.bias(self.names["c"])])
        net = (self.at("o", t), self.symbol("o", t))
        what = "outputs of the network" if self.many else "output of the network"
        self.step(self.at("y", t), self.symbol("y", t), u, self.given.output_activation, t, what, net)

    def layers(self, inputs: dict[int, str]) -> None:
        """Several layers, or both directions: one after the other, each over all times."""
        split = self.given.backward is not None and self.given.backward.V is not None
        for sides in self.stack:
            for side in sides:
                for t in self.times if side.side != "b" else reversed(self.times):
                    self.state(side, t, inputs[t])
            self.hidden += [self.name(side, t) for t in self.times for side in sides]
            if len(sides) == 2 and not split:
                for t in self.times:
                    self.stacked(sides, t)
                self.hidden += [self.stack_name(sides, t) for t in self.times]
                inputs = {t: self.stack_name(sides, t) for t in self.times}
            else:
                inputs = {t: self.name(sides[0], t) for t in self.times}
        top = self.stack[-1]
        for t in self.times:
            self.output(t, {side.side: self.name(side, t) for side in top} if split else {"": inputs[t]})

    def stack_name(self, sides: Sequence[Direction], t: int) -> str:
        """The name of both directions' states together."""
        return self.name(sides[0]._replace(side=""), t)

    def stacked(self, sides: Sequence[Direction], t: int) -> None:
        states = tuple(Name(self.name(side, t)) for side in sides)
        together = Call("hstack" if self.many else "vstack", states)
        title = f"At t = {t}: the states of both directions"
        self.working.step(self.stack_name(sides, t), together, title, symbol=self.symbol("h", t, sides[0].mark))

    # -- what comes behind --------------------------------------------------------------------------------------------
    def finish(self) -> None:
        """Losses and gradients, groups, what is left to a table."""
        w, given = self.working, self.given
        output = [self.at("y", t) for t in self.times] if given.V is not None else []
        if given.loss != "none":
            self.losses()
        else:
            hint = "give a loss, such as loss: square-error, and the desired outputs"
            w.absent |= dict.fromkeys(("J", "loss"), hint)
            last = [*self.hidden, *output][-1]
            if w.shapes[last] == SCALAR:
                firsts = [name for name in w.items if w.items[name].given and name not in self.parameters]
                w.gradients = OnDemand(w, last, [*self.parameters, *firsts])
        if not given.net_inputs:
            nets = [self.at(letter, t) for letter in "uo" for t in self.times] if len(self.stack) == 1 else []
            nets = [name for name in nets if name not in w.items]
            w.absent |= dict.fromkeys(("net_inputs", *nets), "give net_inputs: true for net inputs as steps")
        w.figures["folded"], w.figures["unrolled"] = partial(self.drawn, True), partial(self.drawn, False)
        w.group("parameters", self.parameters)
        w.group("hidden", self.hidden)
        if output:
            w.group("output", output)
        if given.net_inputs:
            w.group("net_inputs", self.nets)
        if given.length > LONG:
            self.shorten()
        states = {*self.hidden, *output}
        w.group("states", [name for name in w.items if name in states])

    def drawn(self, folded: bool) -> Sketch:
        """The network as it is drawn."""
        from solver.working.sketches import Recurrence, StateRow  # few questions have a figure

        given, items = self.given, self.working.items
        rows: list[tuple[StateRow, ...]] = []
        for sides in self.stack:
            row = []
            for side in sides:
                states = tuple(self.name(side, t) for t in self.times)
                first = self.name(side, given.length + 1 if side.side == "b" else 0)
                back, loop = ("", False) if given.type == "jordan" else (self.weight("W", side), True)
                start = first if first in items else ""
                row.append(StateRow(states, start, self.weight("U", side), back, loop, side.side == "b"))
            rows.append(tuple(row))
        first_side = self.stack[0][0]
        feeds = {"elman": "", "jordan": self.weight("W", first_side), "both": self.weight("Wy", first_side)}[given.type]
        feeds = "" if given.teacher_forcing else feeds
        inputs = tuple(self.at("x", t) for t in self.times)
        if given.V is None:
            return Recurrence(folded, inputs, tuple(rows), feeds=feeds)
        V, y0 = self.names["V"], self.at("y", 0)
        split = f"{V}b" if f"{V}b" in items else V
        outputs, start = tuple(self.at("y", t) for t in self.times), y0 if y0 in items else ""
        return Recurrence(folded, inputs, tuple(rows), outputs, start, (V, split)[: len(self.stack[-1])], feeds)

    def losses(self) -> None:
        w, given = self.working, self.given
        activation = given.output_activation
        if self.many:
            rows, columns = (int(n) for n in w.shapes[self.at("y", 1)])
            formula = loss(given.loss, columns, softmax=activation == "softmax", patterns=rows)[0]
        else:
            formula = loss_formula(given, self.outputs(), activation)
        times = given.times(given.length)
        needed = set(w.closure([self.at("y", t) for t in times]))
        learnt = [name for name in self.parameters if name in needed]
        biases = {name for name in learnt if name[0] in (self.names["b"][0], self.names["c"][0])}
        weights = [name for name in learnt if name not in biases]
        sequences = len(given.X or (None,))
        add_losses(
            w, given, times, formula, lambda t: {"d": self.at("d", t), "y": self.at("y", t)},
            self.symbol, weights, sequences,
        )  # fmt: skip
        if given.train is None:
            w.gradients = OnDemand(w, "J", learnt, [] if given.net_inputs else self.nets)
            return
        forward = list(w.items)
        add_gradients(w, "J", [*learnt, *(name for name in self.hidden if name in needed)])
        w.group("gradients", [f"grad_{name}" for name in learnt])
        optimizer = Optimizer(w, given.train, learnt, decayed=weights)
        optimizer.givens()
        optimizer.advance(1, {name: f"grad_{name}" for name in learnt})
        w.group("updates", [optimizer.current[name] for name in learnt])
        w.default = tuple(name for name in forward if not w.items[name].given)

    def shorten(self) -> None:
        """Leaves the first two times and the last one in full; a table has the numbers of those between."""
        w, last = self.working, self.given.length
        bases = {self.letter(letter): letter not in "xd" for letter in "xduohy"} | {"J": True}
        for sides in self.stack:
            for side in sides:
                bases |= {self.name(side, 0, letter)[:-1]: True for letter in "uh"}
        for base, column in bases.items():
            for t in self.times:
                name = f"{base}{t}"
                if name in w.items:
                    heading = w.symbols[name]._replace(argument="") if column else None
                    w.repeats[name] = Repeat(t, base, heading, t <= 2 or t == last, "time")
