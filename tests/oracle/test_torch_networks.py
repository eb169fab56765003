"""PyTorch as the oracle: values and gradients of random feedforward and recurrent networks, in 64-bit floats."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from solver.families import mlp
from solver.families.mlp import Given
from solver.formula.walks.value import value
from solver.rounding import Floats
from solver.spec.fields import read
from solver.spec.nodes import Report, read_nodes
from solver.spec.reader import load_text
from solver.working.items import Stated, Step
from solver.working.solve import solve_question
from tests.pytorch import torch
from tests.trials import times

TOLERANCE = 1e-9
NETWORKS = times(50)

# -- networks ---------------------------------------------------------------------------------------------------------
ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "tanh": lambda u, a: torch.tanh(u),
    "sigmoid": lambda u, a: torch.sigmoid(u),
    "relu": lambda u, a: torch.relu(u),
    "leaky_relu": lambda u, a: torch.nn.functional.leaky_relu(u, 0.01 if a is None else a),
    "elu": lambda u, a: torch.nn.functional.elu(u, 1.0 if a is None else a),
    "softplus": lambda u, a: torch.logaddexp(u, torch.zeros_like(u)),
    "gelu": lambda u, a: torch.nn.functional.gelu(u),
    "linear": lambda u, a: u,
    "softmax": lambda u, a: torch.softmax(u, 0),
}

ERRORS: dict[str, Callable[..., Any]] = {
    "square-error": lambda d, y: ((d - y) ** 2).sum(),
    "half-square-error": lambda d, y: ((d - y) ** 2).sum() / 2,
    "mean-square-error": lambda d, y: ((d - y) ** 2).mean(),
    "absolute-error": lambda d, y: (d - y).abs().sum(),
    "mean-absolute-error": lambda d, y: (d - y).abs().mean(),
    "huber": lambda d, y: torch.nn.functional.huber_loss(y, d, reduction="sum"),
    "hinge": lambda d, y: torch.relu(1 - d * y).sum(),
}


class Network:
    """A random network: its YAML, and the same in PyTorch."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.widths = [rng.randint(1, 5) for _ in range(rng.randint(2, 7))]
        depth = len(self.widths) - 1
        self.turned = rng.random() < 0.3
        self.activations = [rng.choice(sorted(ACTIVATIONS)) for _ in range(depth)]
        self.slopes = [rng.choice([None, 0.3]) if name in ("leaky_relu", "elu") else None for name in self.activations]
        self.shifts = [rng.choice(["b", "theta", ""]) for _ in range(depth)]
        self.x = self.numbers(self.widths[0])
        self.W = [[self.numbers(m) for _ in range(n)] for n, m in zip(self.widths, self.widths[1:], strict=False)]
        self.b = [self.numbers(m) for m in self.widths[1:]]
        self.loss = rng.choice([*ERRORS, "cross-entropy", "cross-entropy"])
        outputs = self.widths[-1]
        self.d = self.numbers(outputs)
        if self.loss == "cross-entropy":
            self.activations[-1] = rng.choice(["sigmoid", "softmax"])
            self.slopes[-1] = None
            hot = rng.randrange(outputs)
            self.d = [float(k == hot) for k in range(outputs)]
            if self.activations[-1] == "sigmoid":
                self.d = [float(rng.choice([0, 1, 0.25])) for _ in range(outputs)]
        elif rng.random() < 0.1 and outputs == 1:
            self.loss = "none"
        elif self.loss == "hinge":
            self.d = [float(rng.choice([-1, 1])) for _ in range(outputs)]
            if self.activations[-1] in ("sigmoid", "softmax"):
                self.activations[-1] = "tanh"

    def numbers(self, n: int) -> list[float]:
        return [round(self.rng.uniform(-1.5, 1.5), 3) for _ in range(n)]

    @property
    def yaml(self) -> str:
        """The `given` block."""
        lines = ["family: mlp", f"x: {self.x}", f"loss: {self.loss}"]
        if self.loss != "none":
            lines.append(f"d: {self.d}")
        if self.turned:
            lines.append("weights: neurons x inputs")
        lines.append("layers:")
        for W, b, name, slope, shift in zip(self.W, self.b, self.activations, self.slopes, self.shifts, strict=True):
            stored = [list(row) for row in zip(*W, strict=True)] if self.turned else W
            extra = f", {shift}: {b}" if shift else ""
            extra += f", slope: {slope}" if slope is not None else ""
            lines.append(f"  - {{W: {stored}, activation: {name}{extra}}}")
        return "\n".join(lines)

    def torch(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Values by name, and gradients by the name they have in a working."""
        made: dict[str, Any] = {}
        h = torch.tensor(self.x, dtype=torch.float64).reshape(-1, 1)
        leaves, depth = {}, len(self.W)
        for k in range(1, depth + 1):
            W = torch.tensor(self.W[k - 1], dtype=torch.float64)
            W = (W.T if self.turned else W).contiguous().requires_grad_()
            leaves[f"W{k}"] = W
            u = (W if self.turned else W.T) @ h
            shift = self.shifts[k - 1]
            if shift:
                b = torch.tensor(self.b[k - 1], dtype=torch.float64).reshape(-1, 1).requires_grad_()
                leaves[f"{shift}{k}"] = b
                u = u + b if shift == "b" else u - b
            u.retain_grad()
            made[f"u{k}"] = leaves[f"u{k}"] = u
            h = made["y" if k == depth else f"h{k}"] = ACTIVATIONS[self.activations[k - 1]](u, self.slopes[k - 1])
        output = self.error(h)
        if self.loss != "none":
            made["J"] = output
        output.sum().backward()
        return made, {f"grad_{name}": leaf.grad for name, leaf in leaves.items()}

    def error(self, y: Any) -> Any:
        if self.loss == "none":
            return y
        d = torch.tensor(self.d, dtype=torch.float64).reshape(-1, 1)
        if self.loss != "cross-entropy":
            return ERRORS[self.loss](d, y)
        if self.activations[-1] == "softmax":
            return -(d * torch.log(y)).sum()
        return torch.nn.functional.binary_cross_entropy(y, d, reduction="sum")


def values_of(given: str) -> dict[str, Floats]:
    """Every quantity of a network, each step's formula evaluated once, unrounded."""
    report = Report()
    spec = read(Given, read_nodes(given, "given"), report, skip=("family",))
    assert spec is not None, report.problems
    working = mlp.work(spec, report)
    assert not report.problems
    env: dict[str, Floats] = {}
    for name, item in working.items.items():
        if isinstance(item, Stated):
            env[name] = item.numbers.value
        else:
            assert isinstance(item, Step)
            env[name] = value(item.formula, env)
    return env


def agree(name: str, ours: Floats, theirs: Any, about: str) -> None:
    expected = np.atleast_2d(theirs.detach().numpy())
    assert ours.shape == expected.shape, (name, about)
    assert np.abs(ours - expected).max() <= TOLERANCE * max(1.0, float(np.abs(expected).max())), (name, about)


def test_random_networks() -> None:
    rng = random.Random(0)
    for _ in range(NETWORKS):
        network = Network(rng)
        ours = values_of(network.yaml)
        values, gradients = network.torch()
        for name, expected in (values | gradients).items():
            agree(name, ours[name], expected, network.yaml)


def test_random_networks_solved_from_a_file_and_proved() -> None:
    rng = random.Random(5)
    for _ in range(times(6)):
        network = Network(rng)
        given = network.yaml.replace("\n", "\n  ")
        question = load_text(f"title: T\ncarry: exact\ngiven:\n  {given}\nparts:\n  - {{label: a}}\n").questions[0]
        solution = solve_question(question)
        checked = solution.parts[0].checked
        assert checked is not None
        assert checked <= 1e-5
        for name, expected in network.torch()[1].items():
            exact = solution[f"a/{name}"].exact
            assert exact is not None
            agree(name, exact, expected, network.yaml)


# -- recurrent networks -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(times(6)))
def test_random_recurrent_networks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    steps, n, m, k = (int(rng.integers(*bounds)) for bounds in ((1, 9), (1, 4), (1, 5), (1, 4)))
    jordan, softmax = bool(rng.integers(2)), bool(rng.integers(2))
    activation = str(rng.choice(["tanh", "sigmoid", "relu", "linear", "elu"]))
    size = {"U": (n, m), "W": (k if jordan else m, m), "V": (m, k), "b": (m, 1), "c": (k, 1)}
    arrays = {name: rng.uniform(-1, 1, shape).round(3) for name, shape in size.items()}
    x, d = rng.uniform(-1, 1, (steps, n)).round(3), np.eye(k)[rng.integers(0, k, steps)]
    text = "".join(f"  {name}: {(v.ravel() if name in 'bc' else v).tolist()}\n" for name, v in arrays.items())
    solution = solve_question(
        load_text(
            f"title: T\ncarry: exact\ngiven:\n  family: rnn\n  type: {'jordan' if jordan else 'elman'}\n{text}"
            f"  x: {x.tolist()}\n  d: {d.tolist()}\n  activation: {activation}\n  loss: cross-entropy\n"
            f"  output_activation: {'softmax' if softmax else 'sigmoid'}\nparts: [{{label: a, find: [J, gradients]}}]\n"
        ).questions[0]
    )
    leaves = {name: torch.tensor(v, requires_grad=True) for name, v in arrays.items()}
    U, W, V, b, c = leaves.values()
    back, J = torch.zeros((k if jordan else m, 1), dtype=torch.float64), 0.0
    for t in range(steps):
        h = ACTIVATIONS[activation](U.T @ torch.tensor(x[t]).reshape(-1, 1) + W.T @ back + b, None)
        u, target = V.T @ h + c, torch.tensor(d[t]).reshape(-1, 1)
        if softmax:
            y, J = torch.softmax(u, 0), J - (target * torch.log_softmax(u, 0)).sum()
        else:
            y = torch.sigmoid(u)
            J = J + torch.nn.functional.binary_cross_entropy_with_logits(u, target, reduction="sum")
        back = y if jordan else h
    torch.as_tensor(J).backward()
    agree("J", np.atleast_2d(solution["a/J"].exact_value), torch.as_tensor(J), text)
    for name, leaf in leaves.items():
        exact = solution[f"a/grad_{name}"].exact
        assert exact is not None
        agree(name, exact, leaf.grad, text)
