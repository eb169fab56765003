"""The steps of a recurrent network, time by time: states, outputs, losses, gradients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Self

from solver.families.rnn.givens import Givens
from solver.families.rnn.recurrence import Direction
from solver.formula.form import renamed
from solver.formula.functions import FUNCTIONS
from solver.formula.symbol import Symbol
from solver.formula.tree import Bin, Call, Name, Transpose, Tree, names
from solver.formula.walks.reduce import Detail, Operands
from solver.formula.walks.shape import SCALAR, shape
from solver.named import NamedTuple, field
from solver.nets.layers import activated
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

INPUT, STATE, OUTPUT, NET = "#x", "#h", "#y", "#u"
"""What the formulas of any time call an input, a state and an output that feed in, and a net input; no author can write that."""


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


class AnyTime(NamedTuple):
    """A layer at any time. u: its net input, where that is a step of its own; formula: what it gives."""

    u: Tree | None
    formula: Tree
    title: str
    net_title: str


class Unfolded(Givens):
    """Writes a network that fits into a working."""

    nets: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    told: set[tuple[object, ...]] = field(default_factory=set)

    def run(self) -> Working:
        """Everything in the order of the page."""
        self.givens()
        inputs = {t: self.at("x", t) for t in self.times}
        if len(self.stack) == 1 and len(self.stack[0]) == 1:
            side = self.stack[0][0]
            layer, output = self.hidden_layer(side), self.output_layer([side.side])
            for t in self.times:
                self.state(layer, side, t, inputs[t])
                self.output(output, t, {side.side: self.name(side, t)})
            self.hidden = [self.name(side, t) for t in self.times]
        else:
            self.layers(inputs)
        self.finish()
        return self.working

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

    def layer(self, terms: Iterable[Tree], activation: str, title: str, short: str) -> AnyTime:
        """φ of the sum of some terms, the net input a step of its own where that is asked for, or where the slope is one of it."""
        row = FUNCTIONS.get(activation) if self.many else None
        apart = self.given.net_inputs or activation in self.own
        u = added(terms)
        phi = activated((row and row.by_row) or activation, Name(NET) if apart else u, own=self.own)
        return AnyTime(u if apart else None, phi, title, f"net input of {short}")

    def hidden_layer(self, side: Direction) -> AnyTime:
        """A hidden layer at any time."""
        terms = [self.fed(self.weight("U", side), INPUT), self.fed(self.weight("W", side), STATE)]
        if self.given.type == "both":
            terms.append(self.fed(self.weight("Wy", side), OUTPUT))
        short = f"hidden layer {side.mark}" if side.mark else "the hidden layer"
        short += {"": "", "f": ", forward", "b": ", backward"}[side.side]
        return self.layer([*terms, *self.bias(self.weight("b", side))], side.activation, f"output of {short}", short)

    def output_layer(self, sides: Iterable[str]) -> AnyTime | None:
        """The output at any time, from the states of the last layer, by direction."""
        if self.given.V is None:
            return None
        V = self.names["V"]
        terms = [self.fed(f"{V}b" if side == "b" else V, STATE + side) for side in sides]
        title = "outputs of the network" if self.many else "output of the network"
        return self.layer([*terms, *self.bias(self.names["c"])], self.given.output_activation, title, "the output")

    def state(self, layer: AnyTime, side: Direction, t: int, x: str) -> None:
        """The state of a layer at a time."""
        before = t + 1 if side.side == "b" else t - 1
        fed = self.at("d" if self.given.teacher_forcing else "y", before)
        back = fed if self.given.type == "jordan" else self.name(side, before)
        real = {INPUT: x, STATE: back, OUTPUT: fed}
        if layer.u is not None:
            real = self.net(layer, real, self.name(side, t, "u"), self.symbol("u", t, side.mark, side.side), t)
        self.step(self.name(side, t), layer.formula, real, layer.title, self.symbol("h", t, side.mark, side.side), t)

    def output(self, layer: AnyTime | None, t: int, states: Mapping[str, str]) -> None:
        """The output at a time, from the states of the last layer, by direction."""
        if layer is None:
            return
        real = {STATE + side: name for side, name in states.items()}
        if layer.u is not None:
            real = self.net(layer, real, self.at("o", t), self.symbol("o", t), t)
        self.step(self.at("y", t), layer.formula, real, layer.title, self.symbol("y", t), t)

    def net(self, layer: AnyTime, real: Mapping[str, str], name: str, symbol: Symbol, t: int) -> dict[str, str]:
        """A net input as a step of its own; what the layer's formula calls it."""
        assert layer.u is not None
        self.step(name, layer.u, real, layer.net_title, symbol, t)
        self.nets.append(name)
        return {NET: name}

    def step(self, name: str, anytime: Tree, real: Mapping[str, str], title: str, symbol: Symbol, t: int) -> None:
        """A step by a formula of any time; the first of its kind is written for any time, too."""
        w, kind, formula, title = self.working, symbol[:3], renamed(anytime, real), f"At t = {t}: {title}"
        if kind in self.told or self.given.length == 1:
            w.step(name, formula, title, symbol=symbol)
            return
        self.told.add(kind)
        times: dict[Symbol | str, str] = {str(t - 1): "t - 1", str(t): "t", str(t + 1): "t + 1"}
        size = shape(formula, w.shapes)
        w.symbols[f"{name}_t"] = symbol._replace(argument="t").shaped(size)
        general = {}
        for n in names(formula):
            if (at := w.symbols[n]).argument in times:
                general[n] = f"{n}_t"
                w.symbols[f"{n}_t"] = at._replace(argument=times[at.argument])
        line = Line(renamed(formula, general), left=Name(f"{name}_t"))
        w.add(First(name, formula, title, general=line), size, symbol)

    def layers(self, inputs: dict[int, str]) -> None:
        """Several layers, or both directions: one after the other, each over all times."""
        split = self.given.backward is not None and self.given.backward.V is not None
        for sides in self.stack:
            for side in sides:
                layer = self.hidden_layer(side)
                for t in self.times if side.side != "b" else reversed(self.times):
                    self.state(layer, side, t, inputs[t])
            self.hidden += [self.name(side, t) for t in self.times for side in sides]
            if len(sides) == 2 and not split:
                for t in self.times:
                    self.stacked(sides, t)
                self.hidden += [self.stack_name(sides, t) for t in self.times]
                inputs = {t: self.stack_name(sides, t) for t in self.times}
            else:
                inputs = {t: self.name(sides[0], t) for t in self.times}
        top = self.stack[-1]
        output = self.output_layer([side.side for side in top] if split else [""])
        for t in self.times:
            self.output(output, t, {side.side: self.name(side, t) for side in top} if split else {"": inputs[t]})

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
        weights = [name for name in learnt if name not in self.biases]
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
        bases = {self.letters[letter]: letter not in "xd" for letter in "xduohy"} | {"J": True}
        for sides in self.stack:
            for side in sides:
                bases |= {self.name(side, 0, letter)[:-1]: True for letter in "uh"}
        for base, column in bases.items():
            made = {t: name for t in self.times if (name := f"{base}{t}") in w.items}
            heading = w.symbols[next(iter(made.values()))]._replace(argument="") if made and column else None
            for t, name in made.items():
                w.repeats[name] = Repeat(t, base, heading, t <= 2 or t == last, "time", False)
