"""The formulas of a feedforward network: one forward pass, its loss, its gradients; for one pattern or for many.

One pattern is a column, u = Wᵀx + b. Many patterns are the rows of X: U = XW + 1bᵀ, with 1 the column of ones.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, NamedTuple

from solver.formula.calculus.differentiate import gradient_name
from solver.formula.functions import ACTIVATIONS, FUNCTIONS, Own
from solver.formula.parse import parse
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Name, Tree
from solver.formula.walks.shape import SCALAR
from solver.nets.layers import activated, put, spread
from solver.nets.losses import Loss, loss
from solver.spec.fields import Matrix, Scalar, Spec, Vector
from solver.working.gradients import add_gradients
from solver.working.page import Working
from solver.working.roles import Role

Stored = Literal["inputs x neurons", "neurons x inputs"]


class Layer(Spec):
    """One fully connected layer."""

    W: Annotated[Matrix, "weights, stored as `weights` says"]
    b: Annotated[Vector | None, "biases, one for each neuron, or one number for all; none if left out"] = None
    theta: Annotated[Vector | None, "thresholds θ, subtracted instead of adding biases"] = None
    activation: Annotated[str, f"{', '.join(ACTIVATIONS)}, or one of `activations`"] = "linear"
    slope: Annotated[Scalar | None, "a of leaky_relu (0.01 if left out) or elu (1)"] = None


class Pass(NamedTuple):
    """One pass: what it starts from, and what its quantities are called.

    x, d: the names of the input and the desired output; ones: of the column of ones, "" for a single pattern.
    ending: of the names, `_t3`; time: in brackets behind the symbols, `3`; mark: below them; note: how titles begin.
    parameters: the names of the weights and biases it uses; their first ones where they are left out.
    """

    x: str = "x"
    d: str = "d"
    ones: str = ""
    ending: str = ""
    time: str = ""
    mark: str = ""
    note: str = ""
    parameters: Mapping[str, str] = {}

    def letter(self, letter: str) -> str:
        """u, or U for many patterns."""
        return letter.upper() if self.ones and letter != "J" else letter

    def quantity(self, letter: str) -> str:
        """The name of u1, U1 or u1_t3."""
        return self.letter(letter) + self.ending

    def parameter(self, name: str) -> str:
        """The present name of W1."""
        return self.parameters.get(name, name)


class Network:
    """Writes the steps of a network into a working. Layers count from 1 to L, the output layer.

    average: whether the loss of many patterns is averaged over them, instead of summed. own: an author's activations.
    """

    def __init__(
        self,
        working: Working,
        layers: Sequence[Layer],
        stored: Stored,
        loss: Loss,
        average: bool,
        own: Mapping[str, Own] | None = None,
    ) -> None:
        self.own: Mapping[str, Own] = own or {}
        self.working, self.layers, self.stored, self.loss_kind, self.average = working, layers, stored, loss, average
        self.depth = len(layers)

    # -- what is given ------------------------------------------------------------------------------------------------
    def givens(self) -> None:
        """States weights, biases and slopes."""
        for k, layer in enumerate(self.layers, 1):
            self.working.given(f"W{k}", layer.W, f"Weights of {self.place(k)}")
            neurons = neurons_of(layer, self.stored)
            if layer.b is not None:
                self.working.given(f"b{k}", spread(layer.b, neurons), f"Biases of {self.place(k)}")
            if layer.theta is not None:
                self.working.given(f"theta{k}", spread(layer.theta, neurons), f"Thresholds of {self.place(k)}")
            if layer.slope is not None:
                self.working.given(f"a{k}", layer.slope, f"Slope of {self.place(k)}")

    def parameters(self, k: int) -> list[str]:
        """The names of layer k's weights and biases."""
        return [name for name in (f"W{k}", f"b{k}", f"theta{k}") if name in self.working.items]

    def place(self, k: int) -> str:
        """Layer k in words."""
        if k == self.depth:
            return "the output layer"
        words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
        if self.depth == 2:
            return "the hidden layer"
        return f"the {words[k - 1]} hidden layer" if k <= len(words) else f"hidden layer {k}"

    # -- forward ------------------------------------------------------------------------------------------------------
    def output_of(self, k: int, at: Pass) -> str:
        """The name of layer k's output; layer 0 is the input."""
        return at.x if k == 0 else at.quantity("y" if k == self.depth else f"h{k}")

    def forward(self, at: Pass) -> None:
        """The synaptic inputs and outputs of all layers."""
        for k, layer in enumerate(self.layers, 1):
            u, out = at.quantity(f"u{k}"), self.output_of(k, at)
            self.step("u", k, self._synaptic_input(layer, k, at), f"Synaptic input to {{{out}}}", at)
            title = f"Output {{{out}}}" if k == self.depth else f"Output of {self.place(k)}"
            letter, layer_of = ("y", None) if k == self.depth else ("h", k)
            self.step(letter, layer_of, self._activated(layer, k, u, at), title, at)

    def step(self, letter: str, k: int | None, formula: Tree, title: str, at: Pass, why: str = "") -> None:
        """A step of a pass. k: the layer that its name and its symbol tell; None where they tell none."""
        layer = "" if k is None else str(k)
        symbol = Symbol(at.letter(letter), ",".join(filter(None, (layer, at.mark))), argument=at.time)
        self.working.step(at.quantity(letter + layer), formula, begun(at.note, title), symbol=symbol, why=why)

    def _activated(self, layer: Layer, k: int, u: str, at: Pass) -> Tree:
        row = FUNCTIONS.get(layer.activation) if at.ones else None
        name = (row and row.by_row) or layer.activation
        return activated(name, Name(u), f"a{k}" if layer.slope is not None else "", self.own)

    def _synaptic_input(self, layer: Layer, k: int, at: Pass) -> Tree:
        shift = "theta" if layer.theta is not None else "b" if layer.b is not None else ""
        sign = "-" if shift == "theta" else "+"
        stored_by_neurons = self.stored == "neurons x inputs"
        if at.ones:
            product = "x @ W.T" if stored_by_neurons else "x @ W"
            formula = f"{product} {sign} one @ b.T" if shift else product
        else:
            product = "W @ x" if stored_by_neurons else "W.T @ x"
            formula = f"{product} {sign} b" if shift else product
        weights, biases = at.parameter(f"W{k}"), at.parameter(f"{shift}{k}")
        return put(formula, W=weights, x=self.output_of(k - 1, at), b=biases, one=at.ones)

    def loss(self, at: Pass) -> None:
        """The loss J."""
        y, softmax = at.quantity("y"), self.layers[-1].activation == "softmax"
        rows, columns = (int(n) for n in self.working.shapes[at.d])
        if at.ones:
            formula, title = loss(self.loss_kind, columns, softmax=softmax, patterns=rows, average=self.average)
        else:
            formula, title = loss(self.loss_kind, rows, softmax=softmax)
        self.step("J", None, put(formula, d=at.d, y=y), title, at)

    # -- backward -----------------------------------------------------------------------------------------------------
    def backward(self, at: Pass, output: str, top: int, learnt: Sequence[str] | None = None, end: str = "") -> None:
        """The gradients of the output by every u, W and b of layers `top` to 1.

        learnt: which parameters are asked for (all if left out); end: a formula in place of the output.
        """
        w, layers = self.working, range(top, 0, -1)
        inputs = {at.quantity(f"u{k}"): self.place(k) for k in layers}
        synaptic = [u for u in inputs if gradient_name(u) not in w.items]
        names = [name for k in layers for name in self.parameters(k) if learnt is None or name in learnt]
        parameters = [at.parameter(name) for name in names]
        titles = {Role("gradient", u): f"Gradient at {place}" for u, place in inputs.items()}
        titles |= {Role("slope", u): f"Derivative at {place}" for u, place in inputs.items()}
        titles |= {Role("gradient", at.parameter(name)): w.items[name].title for name in names}
        if at.note:
            titles |= {Role("gradient", name): f"Gradient by {{{name}}}" for name in parameters}
            titles = {role: begun(at.note, title) for role, title in titles.items()}
        tree: Tree | None = parse(end) if end else None
        add_gradients(w, output, [*synaptic, *parameters], titles, end=tree, inputs=set(at.parameters.values()))

    def delta(self, layer: int, value: Array) -> None:
        """A gradient that the question gives in mid-network."""
        symbol = Symbol("J", wrt=Symbol("u", str(layer)))
        role = Role("gradient", f"u{layer}")
        self.working.given(gradient_name(role.of), value, f"Gradient at {self.place(layer)}", symbol, role)

    def scalar_output(self) -> bool:
        """Whether the output itself has gradients."""
        return self.working.shapes.get("y") == SCALAR


def begun(note: str, title: str) -> str:
    """A title behind what it begins with."""
    return f"{note}{title[0].lower()}{title[1:]}" if note else title


def neurons_of(layer: Layer, stored: Stored) -> int:
    """How many neurons a layer has."""
    rows, columns = layer.W.value.shape
    return int(columns if stored == "inputs x neurons" else rows)
