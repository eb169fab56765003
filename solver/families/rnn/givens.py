"""What a recurrent network is given, stated in a working, and what its quantities are called at each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from solver.families.rnn.recurrence import Direction, Given, batch, shaped
from solver.formula.functions import Own
from solver.formula.symbol import Symbol
from solver.formula.tree import Array
from solver.named import Structure, field
from solver.nets.layers import neurons_inputs, spread
from solver.working.page import Working


class Givens(Structure):
    """Names the quantities of a network, and states those that are given. names: what each letter is called; own: the author's activations; parameters: all that is learnt, of which some are biases."""

    given: Given
    stack: Sequence[Sequence[Direction]]
    names: Mapping[str, str]
    own: Mapping[str, Own]
    working: Working = field(default_factory=Working)
    parameters: list[str] = field(default_factory=list)
    biases: list[str] = field(default_factory=list)

    @property
    def many(self) -> bool:
        """Whether it is a batch of sequences."""
        return self.given.X is not None

    @property
    def times(self) -> range:
        """All times, from 1."""
        return range(1, self.given.length + 1)

    # -- names --------------------------------------------------------------------------------------------------------
    @cached_property
    def letters(self) -> Mapping[str, str]:
        """What each letter is called: h, or H of a batch."""
        return {
            letter: called.upper() if self.many and called == letter and letter in "xhyd" else called
            for letter, called in self.names.items()
        }

    def at(self, letter: str, t: int) -> str:
        """The name of a quantity at a time."""
        return f"{self.letters[letter]}{t}"

    def symbol(self, letter: str, t: int, mark: str = "", side: str = "") -> Symbol:
        """h(1): a quantity at time t."""
        return Symbol(self.letters.get(letter, letter), mark, side, str(t))

    def name(self, of: Direction, t: int, letter: str = "h") -> str:
        """The name of a layer's state at a time: h1, h2_1 of layer 2, hf1 of the forward direction."""
        return f"{self.letters[letter]}{of.side}{of.mark}{'_' if of.mark else ''}{t}"

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
            self.biases.append(self.weight("b", side))
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
            self.biases.append(self.names["c"])
        if given.type != "elman":
            fed = "d" if given.teacher_forcing else "y"
            w.given(self.at(fed, 0), self.rows(spread(given.y0, outputs)), "Initial output", self.symbol(fed, 0))

    def rows(self, column: Array) -> Array:
        """A column; for a batch, a row of it for each sequence."""
        if self.given.X is None:
            return column
        count, row = len(self.given.X), tuple(column.text(i, 0) for i in range(column.value.shape[0]))
        return Array(np.tile(column.value.T, (count, 1)), (row,) * count)
