"""The formulas of a feedforward network: one forward pass, its loss, its gradients; for one pattern or for many.

One pattern is a column, u = Wᵀx + b. Many patterns are the rows of X: U = XW + 1bᵀ, with 1 the column of ones.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Protocol

from solver.formula.calculus.differentiate import gradient_name
from solver.formula.functions import ACTIVATIONS, FUNCTIONS, Own
from solver.formula.parse import parse
from solver.formula.symbol import Symbol, default_symbol
from solver.formula.tree import Array, Bin, Call, Group, Name, Tree
from solver.formula.walks.shape import SCALAR
from solver.named import NamedTuple
from solver.nets.decay import Decay, state_decay, weight_decay
from solver.nets.layers import Stored, activated, as_array, neurons_inputs, put, spread
from solver.nets.losses import Loss, loss
from solver.spec.fields import AtLeast, AtMost, Matrix, Quantity, Scalar, Spec, Vector
from solver.working.gradients import add_gradients
from solver.working.page import Working
from solver.working.roles import Role


class Neurons(Spec):
    """What a fully connected layer has beside its weights."""

    b: Annotated[Vector | None, "biases, one for each neuron, or one number for all; none if left out"] = None
    theta: Annotated[Vector | None, "thresholds θ, subtracted instead of adding biases"] = None
    activation: Annotated[str, f"{', '.join(ACTIVATIONS)}, or one of `activations`"] = "linear"
    slope: Annotated[Scalar | None, "a of leaky_relu (0.01 if left out) or elu (1)"] = None


class Layer(Neurons):
    """One fully connected layer."""

    W: Annotated[Matrix, "weights, stored as `weights` says"]


class AnyLayer(Neurons):
    """One fully connected layer, whose weights may be written short, or known by their shape alone."""

    W: Annotated[
        Quantity | None,
        "weights, stored as `weights` says; a number, or one list, where there is one neuron or one input",
    ] = None
    shape: Annotated[
        tuple[int, ...], AtMost(2), "instead of W, its rows and columns: then parameters are counted, and no more"
    ] = ()


MAX_LAYERS = 1_000
"""The number of a layer in mid-network; each of those before it has its names."""


class Start(Spec):
    """What is given of a layer in mid-network, in place of an input: the layers listed are those behind it."""

    layer: Annotated[int, AtLeast(1), AtMost(MAX_LAYERS), "the layer's number"]
    value: Annotated[Quantity, "the numbers there; of several patterns a row each, where D has a row for each"]
    activation: Annotated[str, f"the layer's own: {', '.join(ACTIVATIONS)}, or one of `activations`"] = "linear"
    slope: Annotated[Scalar | None, "a of leaky_relu or elu"] = None


class Delta(Spec):
    """A gradient that the question gives in mid-network."""

    layer: Annotated[int, AtLeast(1), "at the synaptic input of this layer"]
    value: Annotated[Vector, "the gradient there; backpropagation starts from it"]


class Pass(NamedTuple):
    """One pass: what it starts from, and what its quantities are called.

    x, d: the names of the input and the desired output; ones: of the column of ones, "" for a single pattern.
    ending: of the names, `_t3`; time: in brackets behind the symbols, `3`; mark: below them; note: how titles begin.
    parameters: the names of the weights and biases it uses; their first ones where they are left out. called: an
    author's names, by the letter that they stand for.
    """

    x: str = "x"
    d: str = "d"
    ones: str = ""
    ending: str = ""
    time: str = ""
    mark: str = ""
    note: str = ""
    parameters: Mapping[str, str] = {}
    called: Mapping[str, str] = {}

    def letter(self, letter: str) -> str:
        """u, or U for many patterns, or as the author calls it."""
        called = self.called.get(letter, letter)
        return called.upper() if self.ones and letter != "J" and len(called) == 1 else called

    def quantity(self, letter: str, k: int | None = None) -> str:
        """The name of u1, U1 or u1_t3."""
        return f"{self.letter(letter)}{'' if k is None else k}{self.ending}"

    def begun(self) -> "Pass":
        """The pass as it is at first, for what no update changes."""
        return self._replace(ending="", time="", mark="", note="")

    def parameter(self, name: str) -> str:
        """The present name of W1."""
        return self.parameters.get(name, name)


class Described(Protocol):
    """What a question says of a network. h, u: what is given of a layer, where no input is."""

    layers: tuple[AnyLayer, ...]
    weights: Stored
    loss: Loss
    average: bool
    threshold: Scalar | None
    weight_decay: Scalar | None
    decay: Decay
    h: Start | None
    u: Start | None
    delta: Delta | None


class Network:
    """Writes the steps of a network into a working. Layers count from `first` to the output layer, `depth`.

    matrices: the weights of each layer; own: an author's activations; called: an author's names, by letter. start: the
    layer that is given in place of an input, by its h or, from_u, its u.
    """

    def __init__(
        self,
        working: Working,
        given: Described,
        matrices: Sequence[Array],
        own: Mapping[str, Own],
        called: Mapping[str, str],
    ) -> None:
        self.working, self.own, self.called = working, own, called
        self.stored, self.loss_kind, self.average = given.weights, given.loss, given.average
        self.weight_decay, self.decay, self.threshold = given.weight_decay, given.decay, given.threshold
        self.start, self.from_u = given.h or given.u, given.u is not None
        self.first = 1 if self.start is None else self.start.layer + 1
        self.layers = dict(enumerate(given.layers, self.first))
        self.matrices = dict(enumerate(matrices, self.first))
        self.depth = max(self.first + len(given.layers) - 1, 0 if given.delta is None else given.delta.layer)

    def letter(self, letter: str) -> str:
        """W, b, x … as the author calls it."""
        return self.called.get(letter, letter)

    def weights(self, k: int) -> str:
        """The name of layer k's weights."""
        return f"{self.letter('W')}{k}"

    # -- what is given ------------------------------------------------------------------------------------------------
    def givens(self, at: Pass) -> None:
        """States what the network starts from, weights, biases and slopes. at: the pass that starts there."""
        if self.start is not None:
            k, last = self.start.layer, self.start.layer == self.depth
            letter, number = ("u", k) if self.from_u else ("y", None) if last else ("h", k)
            title = f"{'Synaptic input' if self.from_u else 'Output'} of {self.place(k)}"
            title += ", a pattern in each row" if at.ones else ""
            called = at.letter(letter)
            symbol = symbol_of(called, "" if number is None else str(number))
            name = at.quantity(letter, number)
            self.working.given(name, as_array(self.start.value), title, symbol)
            if self.from_u and self.start.slope is not None:
                self.working.given(f"a{k}", self.start.slope, f"Slope of {self.place(k)}")
        for k, layer in self.layers.items():
            self.given("W", k, self.matrices[k], f"Weights of {self.place(k)}")
            neurons = neurons_inputs(self.matrices[k], self.stored)[0]
            if layer.b is not None:
                self.given("b", k, spread(layer.b, neurons), f"Biases of {self.place(k)}")
            if layer.theta is not None:
                self.given("theta", k, spread(layer.theta, neurons), f"Thresholds of {self.place(k)}")
            if layer.slope is not None:
                self.working.given(f"a{k}", layer.slope, f"Slope of {self.place(k)}")
        if self.threshold is not None:
            self.working.given("Delta", self.threshold, "Threshold of the loss")
        state_decay(self.working, self.weight_decay)

    def given(self, letter: str, k: int | None, numbers: Array, title: str) -> None:
        """States a quantity by its letter and the number of its layer."""
        called, number = self.letter(letter), "" if k is None else str(k)
        self.working.given(f"{called}{number}", numbers, title, symbol_of(called, number))

    def parameters(self, k: int) -> list[str]:
        """The names of layer k's weights and biases."""
        names = (f"{self.letter(letter)}{k}" for letter in ("W", "b", "theta"))
        return [name for name in names if name in self.working.items]

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
        if self.start is not None and k == self.start.layer:
            at = at.begun()
        return at.x if k == 0 else at.quantity("y") if k == self.depth else at.quantity("h", k)

    def forward(self, at: Pass) -> None:
        """The synaptic inputs and outputs of all layers, from what is given on."""
        if self.start is not None and self.from_u and self.output_of(self.start.layer, at) not in self.working.items:
            self._output(self.start.layer, self.start.activation, self.start.slope is not None, at.begun())
        for k, layer in self.layers.items():
            title = f"Synaptic input to {{{self.output_of(k, at)}}}"
            self.step("u", k, self.synaptic_input(k, at), title, at)
            self._output(k, layer.activation, layer.slope is not None, at)

    def _output(self, k: int, activation: str, sloped: bool, at: Pass) -> None:
        row = FUNCTIONS.get(activation) if at.ones else None
        name = (row and row.by_row) or activation
        formula = activated(name, Name(at.quantity("u", k)), f"a{k}" if sloped else "", self.own)
        last = k == self.depth
        title = f"Output {{{self.output_of(k, at)}}}" if last else f"Output of {self.place(k)}"
        self.step("y" if last else "h", None if last else k, formula, title, at)

    def step(self, letter: str, k: int | None, formula: Tree, title: str, at: Pass, why: str = "") -> None:
        """A step of a pass. k: the layer that its name and its symbol tell; None where they tell none."""
        symbol = symbol_of(at.letter(letter), "" if k is None else str(k))
        below = ",".join(filter(None, (symbol.sub, at.mark)))
        name = at.quantity(letter, k)
        self.working.step(
            name, formula, begun(at.note, title), symbol=symbol._replace(sub=below, argument=at.time), why=why
        )

    def synaptic_input(self, k: int, at: Pass) -> Tree:
        """The formula of u of layer k."""
        layer = self.layers[k]
        shift = "theta" if layer.theta is not None else "b" if layer.b is not None else ""
        sign = "-" if shift == "theta" else "+"
        stored_by_neurons = self.stored == "neurons x inputs"
        if at.ones:
            product = "x @ W.T" if stored_by_neurons else "x @ W"
            formula = f"{product} {sign} one @ b.T" if shift else product
        else:
            product = "W @ x" if stored_by_neurons else "W.T @ x"
            formula = f"{product} {sign} b" if shift else product
        weights, biases = at.parameter(self.weights(k)), at.parameter(f"{self.letter(shift)}{k}")
        return put(formula, W=weights, x=self.output_of(k - 1, at), b=biases, one=at.ones)

    def loss(self, at: Pass) -> None:
        """The loss J."""
        y, last = at.quantity("y"), self.layers.get(self.depth) or self.start
        rows, columns = (int(n) for n in self.working.shapes[at.d])
        softmax = last is not None and last.activation == "softmax"
        threshold = "" if self.threshold is None else "Delta"
        if at.ones:
            formula, title = loss(
                self.loss_kind, columns, softmax=softmax, patterns=rows, average=self.average, threshold=threshold
            )
        else:
            formula, title = loss(self.loss_kind, rows, softmax=softmax, threshold=threshold)
        if self.weight_decay is None:
            self.step("J", None, put(formula, d=at.d, y=y), title, at)
            return
        self.step("E", None, put(formula, d=at.d, y=y), title, at)
        weights = [at.parameter(self.weights(k)) for k in self.layers]
        decay = weight_decay(self.decay, self.working, weights, rows if at.ones else None)
        self.step("decay", None, parse(decay), "Weight decay", at)
        total = put("E + decay", E=at.quantity("E"), decay=at.quantity("decay"))
        self.step("J", None, total, "Loss with weight decay", at)

    # -- backward -----------------------------------------------------------------------------------------------------
    def backward(self, at: Pass, output: str, top: int, learnt: Sequence[str] | None = None, end: str = "") -> None:
        """The gradients of the output by every u, W and b of layers `top` to the first.

        learnt: which parameters are asked for (all if left out); end: a formula in place of the output.
        """
        w, layers = self.working, range(top, self.first - 1, -1)
        inputs = {at.quantity("u", k): self.place(k) for k in layers}
        if self.start is not None and self.from_u:
            inputs[at.begun().quantity("u", self.start.layer)] = self.place(self.start.layer)
        synaptic = [u for u in inputs if gradient_name(u) not in w.items]
        names = [name for k in layers for name in self.parameters(k) if learnt is None or name in learnt]
        parameters = [at.parameter(name) for name in names]
        titles = {Role("gradient", u): f"Gradient at {place}" for u, place in inputs.items()}
        titles |= {Role("slope", u): f"Derivative at {place}" for u, place in inputs.items()}
        titles |= {
            Role("gradient", at.parameter(name)): begun("Gradient with respect to the ", w.items[name].title)
            for name in names
        }
        if at.note:
            titles |= {Role("gradient", name): f"Gradient with respect to {{{name}}}" for name in parameters}
            titles = {role: begun(at.note, title) for role, title in titles.items()}
        if not (synaptic or parameters):
            return
        tree: Tree | None = parse(end) if end else None
        add_gradients(w, output, [*synaptic, *parameters], titles, end=tree, inputs=set(at.parameters.values()))

    def by_output(self, working: Working, k: int, at: Pass, output: str) -> None:
        """The gradient by the output of layer k, from that by what comes next: the synaptic input, or the loss."""
        name = self.output_of(k, at)
        title = f"Gradient with respect to the output of {self.place(k)}"
        titles = {Role("gradient", name): title}
        if k == self.depth:
            add_gradients(working, output, [name], titles, inputs={name})
            return
        after = gradient_name(at.quantity("u", k + 1))
        end = Call("sum", (Bin("*", Name(after), Group(self.synaptic_input(k + 1, at))),))
        add_gradients(working, output, [name], titles, end=end, inputs={name, after})

    def delta(self, layer: int, value: Array) -> None:
        """A gradient that the question gives in mid-network."""
        u = f"{self.letter('u')}{layer}"
        symbol = Symbol(self.letter("J"), wrt=symbol_of(self.letter("u"), str(layer)))
        self.working.given(gradient_name(u), value, f"Gradient at {self.place(layer)}", symbol, Role("gradient", u))

    def scalar_output(self) -> bool:
        """Whether the output itself has gradients."""
        return self.working.shapes.get(self.letter("y")) == SCALAR


def symbol_of(name: str, number: str = "") -> Symbol:
    """The symbol of a name, with the number of a layer below; words behind one another are one upright word."""
    found = default_symbol(name) if "_" not in name else Symbol(name.replace("_", " "))
    return found._replace(sub=",".join(filter(None, (found.sub, number))))


def begun(note: str, title: str) -> str:
    """A title behind what it begins with."""
    return f"{note}{title[0].lower()}{title[1:]}" if note else title


def neurons_of(layer: Layer, stored: Stored) -> int:
    """How many neurons a layer has."""
    return neurons_inputs(layer.W, stored)[0]
