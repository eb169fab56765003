"""Questions of which something can be drawn, small and large, by name."""

from __future__ import annotations

import random
from functools import cache
from itertools import pairwise

from solver.render.figures.draw import scene_of
from solver.render.figures.scene import Caption, Scene
from solver.spec.reader import load_text
from solver.working.solution import Drawn, Solution
from solver.working.solve import solve_question
from tests.places import PROBLEMS

DICE = random.Random(1)


def matrix(rows: int, columns: int) -> str:
    return str([[round(DICE.uniform(-2, 2), 2) for _ in range(columns)] for _ in range(rows)])


def network(*sizes: int, activation: str = "tanh") -> str:
    layers = "\n".join(f"    - {{W: {matrix(a, b)}, b: -0.25, activation: {activation}}}" for a, b in pairwise(sizes))
    return f"title: t\ngiven:\n  family: mlp\n  x: {[0.5] * sizes[0]}\n  layers:\n{layers}\nparts: [{{label: a, find: output}}]"


def problem(name: str) -> str:
    return (PROBLEMS / f"{name}.yaml").read_text(encoding="utf-8")


CNN = """title: t
given:
  family: cnn
  input: [3, 64, 48]
  layers:
    - {type: conv, filters: 8, size: [5, 3], padding: [2, 1]}
    - {type: max-pool, size: 2}
    - {type: separable, filters: 16, size: 3, padding: same}
    - {type: conv, filters: 32, size: 3, dilation: 2}
    - {type: average-pool, size: 2}
    - {type: dense, neurons: 100}
    - {type: dense, neurons: 10}
parts: [{label: a, find: sizes}]
"""
DEEP_GRAPH = """title: t
given:
  family: graph
  inputs: {x: 2, y: -3, z: 0.5}
  nodes: [a = x*y, b = a + z, c = a*b, d = c + x + z, e = tanh(d)*b]
parts: [{label: a}]
"""
ENCODING = """title: t
given: {family: positional, positions: [0, 1, 2, 3, 4, 5, 60], d_model: 64}
parts: [{label: a, find: encoding}]
"""
OPTIMIZER = """title: t
given: {family: optimizer, loss: "f = (x - 4)**2", quantities: {x: 1}, parameters: [x], rate: 0.1, iterations: 30}
parts: [{label: a, find: history}]
"""
LEARNING = """title: t
given: {family: perceptron, gate: OR, learn: {rate: 0.5}}
parts: [{label: a, find: table}]
"""
UNIT = """title: t
given: {family: perceptron, X: [[0.5, 2], [-1, 1], [3, -2]], w: [1, 0.5], theta: 0.5}
parts: [{label: a, find: outputs}]
"""
LONG = """title: t
given:
  family: rnn
  type: both
  x: [1, 2, 3, 4, 5, 6, 7, 8, 9]
  U: [[0.1, 0.2]]
  W: [[0.1, 0.2], [0.3, -0.4]]
  Wy: [[0.3, 0.1]]
  V: [[0.5], [0.5]]
parts: [{label: a, find: states}]
"""
BOTH = """title: t
given:
  family: rnn
  x: [[1, -1], [2, 0.5], [0, 0]]
  layers:
    - {U: [[0.1], [0.2]], W: 0.5, backward: {U: [[-0.1], [0.2]], W: 0.25}}
    - {U: [[0.5], [-0.2]], W: 0.5, backward: {U: [[0.3], [0.2]], W: 0.25}}
  V: [1, 1]
parts: [{label: a, find: states}]
"""
SOM = """title: t
given:
  family: competitive
  kind: som
  X: [[0, 0], [1, 1], [0.2, 0.9]]
  W: [[0.1, 0.3], [0.5, 0.25], [0.9, 0.3], [0.2, 0.6], [0.6, 0.55], [0.9, 0.75]]
  grid: [2, 3]
  rate: 0.5
  sigma: 1
parts: [{label: a, find: final}]
"""
MEANS = """title: t
given: {family: competitive, kind: k-means, X: [[0, 0], [1, 1], [2, 1], [5, 4]], W: [[0.5, 0.5], [4, 4]]}
parts: [{label: a, find: final}]
"""
PEEPHOLES = """title: t
given:
  family: lstm
  x: [1, 2]
  W: {f: [0.5, 0.1], i: [0.8, 1], gate: [-0.6, 0], o: [0.2, 0]}
  U: {f: [[0.4, 0], [0, 1]], i: [[0.4, 0], [0, 1]], gate: [[0.4, 0], [0, 1]], o: [[0.4, 0], [0, 1]]}
  peephole: {o: [0.1, -0.2]}
parts: [{label: a, find: states}]
"""
CASES: dict[str, tuple[str, str]] = {
    "q2": (problem("q2"), "network"),
    "wide": (network(3, 10, 8, 8, 1), "network"),
    "one neuron": (network(1, 1), "network"),
    "deep": (network(*[2] * 14), "network"),
    "softmax": (network(4, 10, activation="softmax"), "network"),
    "batch": (problem("training"), "network"),
    "q3": (problem("q3"), "network"),
    "six layers": (CNN, "network"),
    "graph": (problem("graph"), "graph"),
    "deep graph": (DEEP_GRAPH, "graph"),
    "attention": (problem("attention"), "heatmap"),
    "encoding": (ENCODING, "heatmap"),
    "training": (problem("training"), "loss"),
    "learning": (LEARNING, "boundary"),
    "unit": (UNIT, "boundary"),
    "folded": (problem("rnn"), "folded"),
    "unrolled": (problem("rnn"), "unrolled"),
    "folded both": (LONG, "folded"),
    "long": (LONG, "unrolled"),
    "both ways": (BOTH, "unrolled"),
    "both ways folded": (BOTH, "folded"),
    "lstm": (problem("lstm"), "unrolled"),
    "lstm cell": (PEEPHOLES, "cell"),
    "gru cell": (problem("gru"), "cell"),
    "gru folded": (problem("gru"), "folded"),
    "autoencoder": (problem("autoencoder"), "network"),
    "gate": (problem("perceptron"), "network"),
    "heads": (problem("attention"), "graph"),
    "hopfield": (problem("competitive"), "heatmap"),
    "optimizer": (OPTIMIZER, "loss"),
    "map": (SOM, "map"),
    "means": (MEANS, "map"),
}
"""Each with the word of its figure."""


@cache
def solved(text: str) -> Solution:
    return solve_question(load_text(text).questions[0])


def drawn(name: str) -> Drawn:
    text, word = CASES[name]
    for part in solved(text).parts:
        if part.context is not None and word in part.context.working.figures:
            return Drawn(word, part.context)
    raise LookupError(name)


@cache
def scene(name: str, answer: bool = True) -> Scene:
    return scene_of(drawn(name), answer)


def words(made: Scene) -> list[str]:
    return [piece.text for piece in made.pieces if isinstance(piece, Caption)]
