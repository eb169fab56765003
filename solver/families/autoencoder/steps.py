"""The steps of an autoencoder: forward, the loss with its penalties, gradients, training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from solver.families.autoencoder.given import Coder, Given, decoder_of
from solver.formula.parse import parse
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Name, Num, Tree
from solver.nets.decay import state_decay, weight_decay
from solver.nets.layers import activated, as_array, put, spread, weights_of
from solver.nets.losses import loss
from solver.nets.network import begun
from solver.nets.training import Optimizer, Rule, at, at_symbol, iteration, repeat, updated, within_budget
from solver.spec.nodes import Report
from solver.working.gradients import add_gradients
from solver.working.page import Working
from solver.working.roles import Role

if TYPE_CHECKING:
    from solver.working.sketches import Sketch


def curve(losses: tuple[str, ...]) -> Sketch:
    """The loss after each update."""
    from solver.working.sketches import Curve  # few questions have a figure

    return Curve("J", losses, "updates")


class CoderLayer(NamedTuple):
    """A layer as it is computed. W, b: the names of its parameters, b "" where it has none; turned: W is tied."""

    W: str
    b: str
    activation: str
    turned: bool


class Autoencoder:
    """Writes the steps. Time counts updates; at time 0 names have no ending."""

    def __init__(self, given: Given) -> None:
        self.given, self.working = given, Working()
        self.many, self.half = given.X is not None, len(given.encoder)
        self.layers: list[CoderLayer] = []
        self.current: Mapping[str, str] = {}
        self.note = ""

    def run(self) -> None:
        """Everything before the first update."""
        self.givens()
        self.forward(0)
        self.error(0)
        self.backward(0)
        self.groups()
        self.working.figures["network"] = self.drawn

    def drawn(self) -> Sketch:
        """The network as it is drawn, before any update."""
        from solver.working.sketches import Feedforward, NeuronColumn  # few questions have a figure

        w, side = self.working, 1 if self.many else 0
        columns = []
        for k, (W, b, activation, turned) in enumerate(self.layers, 1):
            out = self.output_of(k, 0)
            by_inputs = (self.given.weights == "inputs x neurons") != turned
            columns.append(NeuronColumn(out, activation, int(w.shapes[out][side]), W, b, by_inputs))
        return Feedforward(self.seen, int(w.shapes[self.seen][side]), tuple(columns), "An autoencoder")

    # -- what is given ------------------------------------------------------------------------------------------------
    def givens(self) -> None:
        """States patterns, parameters and penalties."""
        given, w = self.given, self.working
        pattern, title = (given.X, "Patterns, one a row") if self.many else (given.x, "Pattern")
        assert pattern is not None
        self.x = "X" if self.many else "x"
        w.given(self.x, pattern, title)
        self.seen = self.x
        if given.corrupted is not None:
            self.seen = f"{self.x}_noisy"
            w.given(
                self.seen,
                as_array(given.corrupted),
                "What the encoder sees of it",
                Symbol(self.x, "noisy"),
                Role("corrupted", self.x),
            )
        if self.many:
            count = pattern.value.shape[0]
            w.given("one", Array(np.ones((count, 1)), (("1",),) * count), "", Symbol("1", str(count)))
        width = int(pattern.value.shape[1 if self.many else 0])
        for k, layer in enumerate((*given.encoder, *decoder_of(given)), 1):
            width = self._layer(layer, k, width)
        if given.sparsity is not None and given.sparsity.l1 is not None:
            w.given("lambda_h", given.sparsity.l1, "Weight of the sparsity penalty")
        elif given.sparsity is not None and given.sparsity.rho is not None:
            w.given("rho", given.sparsity.rho, "Desired mean activation")
            w.given("beta", given.sparsity.beta or Num("1"), "Weight of the sparsity penalty")
        state_decay(w, given.weight_decay)

    def _layer(self, layer: Coder, k: int, inputs: int) -> int:
        """States the parameters of layer k; how many neurons it has."""
        w, place, turned, stored = self.working, self.place(k), layer.W is None, self.given.weights
        weights = f"W{2 * self.half + 1 - k}" if turned else f"W{k}"
        if layer.W is not None:
            w.given(weights, weights_of(layer.W, inputs, stored), f"Weights of {place}")
        rows, columns = (int(n) for n in w.shapes[weights])
        neurons = columns if (stored == "inputs x neurons") != turned else rows
        if layer.b is not None:
            w.given(f"b{k}", spread(layer.b, neurons), f"Biases of {place}")
        self.layers.append(CoderLayer(weights, f"b{k}" if layer.b is not None else "", layer.activation, turned))
        return neurons

    def place(self, k: int) -> str:
        """Layer k in words."""
        half, index, count = ("encoder", k, self.half) if k <= self.half else ("decoder", k - self.half, 0)
        count = count or len(decoder_of(self.given))
        return f"the {half}" if count == 1 else f"{half} layer {index}"

    # -- forward ------------------------------------------------------------------------------------------------------
    def quantity(self, letter: str, t: int) -> str:
        """The name of u1, U1 or u1_t3."""
        return at(letter[0].upper() + letter[1:] if self.many else letter, t)

    def output_of(self, k: int, t: int) -> str:
        """The name of layer k's output."""
        return self.quantity("xhat" if k == len(self.layers) else f"h{k}", t)

    def step(self, name: str, t: int, formula: Tree, title: str, symbol: Symbol | None = None) -> None:
        """A step of time t, by its name at time 0."""
        symbol = at_symbol(symbol or Symbol(name), t)
        self.working.step(at(name, t), formula, begun(self.note, title), symbol=symbol)

    def forward(self, t: int) -> None:
        """Net inputs and outputs of all layers."""
        source = self.seen
        for k, layer in enumerate(self.layers, 1):
            straight = (self.given.weights == "neurons x inputs") != layer.turned
            product = ("x @ W.T" if straight else "x @ W") if self.many else ("W @ x" if straight else "W.T @ x")
            biases = (" + one @ b.T" if self.many else " + b") if layer.b else ""
            W, b = (self.current.get(name, name) for name in (layer.W, layer.b))
            u, last = self.quantity(f"u{k}", 0), k == len(self.layers)
            formula = put(product + biases, W=W, x=source, b=b, one="one")
            self.step(u, t, formula, f"Net input of {self.place(k)}", Symbol(u[0], str(k)))
            out = self.output_of(k, 0)
            symbol = Symbol(self.x, mark="hat") if last else Symbol(out[0], str(k))
            title = "Reconstruction" if last else "Code" if k == self.half else f"Output of {self.place(k)}"
            self.step(out, t, activated(layer.activation, Name(at(u, t))), title, symbol)
            source = at(out, t)

    # -- the loss -----------------------------------------------------------------------------------------------------
    def error(self, t: int) -> None:
        """The reconstruction error, what is added to it, and J."""
        given, (rows, columns) = self.given, (int(n) for n in self.working.shapes[self.x])
        outputs, patterns = (columns, rows) if self.many else (rows, None)
        formula, title = loss(given.loss, outputs, softmax=False, patterns=patterns, average=given.average)
        tree = put(formula, d=self.x, y=self.output_of(len(self.layers), t))
        penalised = given.sparsity is not None or given.weight_decay is not None
        self.step("E" if penalised else "J", t, tree, f"Reconstruction error: {title[0].lower()}{title[1:]}")
        if penalised:
            terms = " + ".join([at("E", t), *self.sparsity(t), *self.decayed(t)])
            self.step("J", t, parse(terms), "Loss with its penalties")

    def sparsity(self, t: int) -> list[str]:
        """The penalty of the code, as a term of J."""
        if self.given.sparsity is None:
            return []
        h = self.output_of(self.half, t)
        if self.given.sparsity.l1 is not None:
            count = int(self.working.shapes[self.x][0])
            mean = f"/{count}" if self.many and self.given.average else ""
            self.step("L1", t, parse(f"sum(abs({h})){mean}"), "Sum of the code's moduli", Symbol("L", "1"))
            return [f"lambda_h*{at('L1', t)}"]
        means = parse(f"mean_columns({h}).T" if self.many else h)
        self.step("rhohat", t, means, "Mean activation of each neuron of the code", Symbol("rho", mark="hat"))
        self.step("KL", t, parse(f"kl(rho, {at('rhohat', t)})"), "Divergence of each from {rho}")
        self.step("Omega", t, parse(f"sum({at('KL', t)})"), "Sparsity penalty")
        return [f"beta*{at('Omega', t)}"]

    def decayed(self, t: int) -> list[str]:
        """Weight decay, as a term of J."""
        if self.given.weight_decay is None:
            return []
        patterns = int(self.working.shapes[self.x][0]) if self.many else None
        weights = [self.current.get(name, name) for name in self.weights]
        self.step("decay", t, parse(weight_decay(self.given.decay, self.working, weights, patterns)), "Weight decay")
        return [at("decay", t)]

    # -- gradients and training ---------------------------------------------------------------------------------------
    @property
    def weights(self) -> list[str]:
        """The weights, those that are tied once."""
        return list(dict.fromkeys(layer.W for layer in self.layers))

    @property
    def parameters(self) -> list[str]:
        """Weights and biases of the last layer first, those that are tied once."""
        found = [name for layer in reversed(self.layers) for name in (layer.W, layer.b) if name]
        return list(dict.fromkeys(found))

    def backward(self, t: int) -> None:
        """The gradients of J by net inputs, the mean activations, and all parameters."""
        w = self.working
        net = [self.quantity(f"u{k}", t) for k in range(len(self.layers), 0, -1)]
        means = [name for name in (at("rhohat", t),) if name in w.items]
        parameters = [self.current.get(name, name) for name in self.parameters]
        titles = {Role("gradient", u): f"Gradient at the net input {{{u}}}" for u in net}
        if self.given.tied:
            shared = {
                Role("gradient", W): f"Gradient with respect to {{{W}}}, a part from each of its two uses"
                for W in self.weights
            }
            titles |= shared if not t else {}
        inputs = set(self.current.values())
        add_gradients(w, at("J", t), [*net, *means, *parameters], titles, begins=self.begins, inputs=inputs)

    def begins(self, title: str) -> str:
        """A title of the present iteration."""
        return begun(self.note, title)

    def learn(self, rule: Rule, report: Report) -> bool:
        """All updates; False (and a problem) where they are too many."""
        w, times = self.working, range(1, rule.iterations + 1)
        optimizer = Optimizer(w, rule, self.parameters, decayed=self.weights)
        optimizer.givens()
        before = len(w.items)
        for t in times:
            if t > 1:
                since, self.note = len(w.items), iteration(rule, t)
                self.backward(t - 1)
                repeat(w, since, t, t - 1, {})
            optimizer.advance(t, {name: f"grad_{self.current.get(name, name)}" for name in self.parameters})
            self.current, since = dict(optimizer.current), len(w.items)
            self.note = updated(rule, t)
            self.forward(t)
            self.error(t)
            repeat(w, since, t, t, {at("J", t): w.symbols["J"]})
            if t == 1 and not within_budget(w, before, rule, report):
                return False
        updates, after = [f"{name}_t{t}" for t in times for name in self.parameters], [f"J_t{t}" for t in times]
        w.group("updates", updates)
        w.group("loss_after", after)
        w.group("history", [*updates, *after])
        w.figures["loss"] = lambda: curve(("J", *after))
        w.group("final", updates[-len(self.parameters) :])
        return True

    def groups(self) -> None:
        """The words of `find`."""
        w, layers = self.working, range(1, len(self.layers) + 1)
        net = [self.quantity(f"u{k}", 0) for k in layers]
        outputs = [self.output_of(k, 0) for k in layers]
        forward = [name for pair in zip(net, outputs, strict=True) for name in pair]
        penalties = [name for name in ("rhohat", "KL", "Omega", "L1") if name in w.items]
        w.group("code", forward[: 2 * self.half])
        w.group("output", forward[2 * self.half :])
        w.group("forward", forward)
        w.group("sparsity", penalties)
        w.group("loss", [n for n in ("E", "Omega", "L1", "decay", "J") if n in w.items])
        made = w.having("gradient")
        w.group("gradients_u", [made[u] for u in reversed(net)])
        w.group("gradients_Wb", [made[name] for name in self.parameters])
        w.group("backward", made.values())
        w.default = (*forward, *w.groups["loss"])
        code, inputs = (int(w.shapes[name][1 if self.many else 0]) for name in (outputs[self.half - 1], self.x))
        kind = "undercomplete" if code < inputs else "overcomplete" if code > inputs else "as many as the input"
        w.statement("kind", kind, f"The code has {code} numbers, a pattern {inputs}")
