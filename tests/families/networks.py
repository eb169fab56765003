"""Networks for tests: the same pass in plain numpy, random ones, and the text that describes them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from math import erf, sqrt

import numpy as np
import pytest

from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question

Matrix = np.ndarray


def solved(fields: str, find: str = "", head: str = "round: {decimals: 9}\ncarry: exact") -> Solution:
    asked = f", find: {find}" if find else ""
    text = f"title: t\n{head}\ngiven: {{family: mlp, {fields}}}\nparts: [{{label: a{asked}}}]"
    return solve_question(load_text(text).questions[0])


def problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(SpecError) as caught:
        load_text(f"title: t\nparts: [{{label: a}}]\ngiven:\n  family: mlp\n{text}")
    return [(p.place.line, f"{p.message} | {p.hint}") for p in caught.value.problems]


# -- the same network in numpy ------------------------------------------------------------------------------------------
def sigmoid(u: Matrix) -> Matrix:
    return 1 / (1 + np.exp(-u))


def softmax(u: Matrix) -> Matrix:
    e = np.exp(u - u.max(axis=0))
    return e / e.sum(axis=0)


def cdf(u: Matrix) -> Matrix:
    return np.vectorize(lambda v: (1 + erf(v / sqrt(2))) / 2)(u)


ACTIVATIONS: dict[str, tuple[Callable[[Matrix], Matrix], Callable[[Matrix], Matrix]]] = {
    "tanh": (np.tanh, lambda u: 1 - np.tanh(u) ** 2),
    "sigmoid": (sigmoid, lambda u: sigmoid(u) * (1 - sigmoid(u))),
    "relu": (lambda u: np.maximum(u, 0), lambda u: (u > 0) * 1.0),
    "leaky_relu": (lambda u: np.where(u > 0, u, 0.01 * u), lambda u: np.where(u > 0, 1, 0.01)),
    "softplus": (lambda u: np.log1p(np.exp(u)), sigmoid),
    "elu": (lambda u: np.where(u > 0, u, np.expm1(u)), lambda u: np.where(u > 0, 1, np.exp(u))),
    "gelu": (lambda u: u * cdf(u), lambda u: cdf(u) + u * np.exp(-u * u / 2) / sqrt(2 * np.pi)),
    "linear": (lambda u: u, np.ones_like),
}


@dataclass
class Net:
    """A network whose patterns are columns, and its gradients by hand."""

    weights: list[Matrix]
    biases: list[Matrix]
    activations: list[str]
    loss: str
    u: list[Matrix] = field(default_factory=list)
    h: list[Matrix] = field(default_factory=list)

    def forward(self, x: Matrix) -> Matrix:
        self.u, self.h = [], [x]
        for w, b, name in zip(self.weights, self.biases, self.activations, strict=True):
            self.u.append(np.round(w.T @ self.h[-1] + b, 12))  # at a kink 0 is 0, not 5e-17 on the wrong side
            self.h.append(softmax(self.u[-1]) if name == "softmax" else ACTIVATIONS[name][0](self.u[-1]))
        return self.h[-1]

    def cost(self, x: Matrix, d: Matrix) -> float:
        y = self.forward(x)
        match self.loss:
            case "cross-entropy" if self.activations[-1] == "softmax":
                return float(-(d * np.log(y)).sum())
            case "cross-entropy":
                return float(-(d * np.log(y) + (1 - d) * np.log(1 - y)).sum())
            case "mean-square-error":
                return float(((d - y) ** 2).sum() / len(d))
            case loss:
                return float(((d - y) ** 2).sum() * (0.5 if loss == "half-square-error" else 1))

    def backward(self, x: Matrix, d: Matrix) -> tuple[list[Matrix], list[Matrix], list[Matrix]]:
        """Gradients by every u, W and b, the first layer first; those of W and b summed over the patterns."""
        y = self.forward(x)
        factor = {"half-square-error": 1, "square-error": 2, "mean-square-error": 2 / len(d)}.get(self.loss, 1)
        out = self.activations[-1]
        if self.loss == "cross-entropy":
            g = y - d
        elif out == "softmax":
            e = -factor * (d - y)
            g = y * (e - (y * e).sum(axis=0))
        else:
            g = -factor * (d - y) * ACTIVATIONS[out][1](self.u[-1])
        deltas = [g]
        for k in range(len(self.weights) - 1, 0, -1):
            g = (self.weights[k] @ g) * ACTIVATIONS[self.activations[k - 1]][1](self.u[k - 1])
            deltas.insert(0, g)
        return (
            deltas,
            [h @ g.T for h, g in zip(self.h, deltas, strict=False)],
            [g.sum(axis=1, keepdims=True) for g in deltas],
        )


def layers_text(net: Net, *, transposed: bool = False, theta: bool = False) -> str:
    made = []
    for w, b, name in zip(net.weights, net.biases, net.activations, strict=True):
        shift = f"theta: {(-b).ravel().tolist()}" if theta else f"b: {b.ravel().tolist()}"
        made.append(f"{{W: {(w.T if transposed else w).tolist()}, {shift}, activation: {name}}}")
    return f"layers: [{', '.join(made)}], weights: {'neurons x inputs' if transposed else 'inputs x neurons'}"


def random_net(rng: np.random.Generator, sizes: list[int], activations: list[str], loss: str) -> Net:
    pairs = list(pairwise(sizes))
    weights = [rng.integers(-15, 16, pair) / 10 for pair in pairs]
    biases = [rng.integers(-10, 11, (n, 1)) / 10 for _, n in pairs]
    return Net(weights, biases, activations, loss)


def targets(rng: np.random.Generator, net: Net, outputs: int, patterns: int = 1) -> Matrix:
    if net.activations[-1] == "softmax":
        return np.eye(outputs)[:, rng.integers(0, outputs, patterns)]
    return rng.integers(0, 2, (outputs, patterns)) * 1.0
