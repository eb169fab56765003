"""PyTorch as the oracle: values and gradients of random networks and random chains of formulas, in 64-bit floats."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from solver.errors import FormulaError
from solver.families import mlp
from solver.families.mlp import Given
from solver.fields import read
from solver.formula.differentiate import differentiate
from solver.formula.parse import parse_equation
from solver.formula.shape import Shape, shape
from solver.formula.tree import Bin, Call, Group, Name, Neg, Num, Transpose, Tree
from solver.formula.value import value
from solver.nodes import Report, read_nodes
from solver.rounding import Floats
from solver.solving import solve_question
from solver.spec import load_text
from solver.working import Stated, Step

torch: Any = pytest.importorskip("torch")

TOLERANCE = 1e-9
NETWORKS = 2000
CHAINS = 1500

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

SQUARES: dict[str, Callable[..., Any]] = {
    "square-error": lambda d, y: ((d - y) ** 2).sum(),
    "half-square-error": lambda d, y: ((d - y) ** 2).sum() / 2,
    "mean-square-error": lambda d, y: ((d - y) ** 2).mean(),
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
        self.loss = rng.choice([*SQUARES, "cross-entropy", "cross-entropy"])
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
            return SQUARES[self.loss](d, y)
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


@pytest.mark.parametrize("seed", range(5))
def test_random_networks(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(NETWORKS // 5):
        network = Network(rng)
        ours = values_of(network.yaml)
        values, gradients = network.torch()
        for name, expected in (values | gradients).items():
            agree(name, ours[name], expected, network.yaml)


def test_random_networks_solved_from_a_file_and_proved() -> None:
    rng = random.Random(5)
    for _ in range(80):
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
@pytest.mark.parametrize("seed", range(60))
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


# -- chains of formulas -----------------------------------------------------------------------------------------------
def total(u: Any) -> Any:
    return u.sum().reshape(1, 1)


TORCH: dict[str, Callable[..., Any]] = {
    "tanh": lambda u: torch.tanh(u),
    "sigmoid": lambda u: torch.sigmoid(u),
    "relu": lambda u: torch.relu(u),
    "leaky_relu": lambda u, a=0.01: torch.where(u > 0, u, a * u),
    "elu": lambda u, a=1.0: torch.where(u > 0, u, a * torch.expm1(u)),
    "softplus": lambda u: torch.logaddexp(u, torch.zeros_like(u)),
    "gelu": lambda u: torch.nn.functional.gelu(u),
    "linear": lambda u: u,
    "softmax": lambda u: torch.softmax(u, 0),
    "exp": lambda u: torch.exp(u),
    "log": lambda u: torch.log(u),
    "sqrt": lambda u: torch.sqrt(u),
    "sin": lambda u: torch.sin(u),
    "cos": lambda u: torch.cos(u),
    "abs": lambda u: torch.abs(u),
    "max": lambda u, v: torch.where(u > v, u, v) if u.requires_grad else torch.where(v > u, v, u),
    "min": lambda u, v: torch.where(u < v, u, v),
    "sum": total,
    "mean": lambda u: u.mean().reshape(1, 1),
    "norm": lambda u: torch.linalg.norm(u).reshape(1, 1),
    "trace": lambda u: torch.trace(u).reshape(1, 1),
    "det": lambda u: torch.linalg.det(u).reshape(1, 1),
    "inv": lambda u: torch.linalg.inv(u),
}


def by_torch(tree: Tree, env: Mapping[str, Any]) -> Any:
    """A formula's value in PyTorch: an independent walk."""
    match tree:
        case Name(id=name):
            return env[name]
        case Num(text):
            return torch.tensor([[float(text)]], dtype=torch.float64)
        case Group(x):
            return by_torch(x, env)
        case Neg(x):
            return -by_torch(x, env)
        case Transpose(x):
            return by_torch(x, env).T
        case Call(fn, args):
            return TORCH[fn](*[by_torch(a, env) for a in args])
        case Bin(op, a, b):
            left, right = by_torch(a, env), by_torch(b, env)
            return {
                "+": lambda: left + right,
                "-": lambda: left - right,
                "*": lambda: left * right,
                "/": lambda: left / right,
                "**": lambda: left**right,
                "@": lambda: left @ right,
            }[op]()
        case _:
            raise TypeError(tree)


class Chain:
    """Random formulas over random quantities; each uses what stands above it, the last one is a scalar."""

    # names that rules, slopes and gradients use themselves: a derivation must not mistake them for its own
    NAMES = ("u", "y", "G", "v", "a", "d", "u1", "u_1", "uu1", "h", "df", "df1", "delta_h", "x", "W", "J2")
    ELEMENTWISE = ("tanh", "sigmoid", "softplus", "gelu", "relu", "leaky_relu", "elu", "sin", "cos", "linear", "abs")

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.names = list(self.NAMES)
        rng.shuffle(self.names)
        n, m = rng.randint(1, 3), rng.randint(2, 3)
        kinds = [(1, 1), (n, 1), (n, n), (n, m), (m, 1), (1, m)]
        self.shapes: dict[str, Shape] = {self.names.pop(): rng.choice(kinds) for _ in range(rng.randint(2, 4))}
        self.given = list(self.shapes)
        self.equations: list[str] = []
        for _ in range(rng.randint(1, 5)):
            size = rng.choice(kinds)
            self.define(self.names.pop(), self.formula(size, rng.randint(1, 3)), size)
        scalar = self.formula((1, 1), 3)
        for name in rng.sample(list(self.shapes), 2):
            scalar += f" {rng.choice('+-')} {self.scalar_of(name)}"
        self.define("J", scalar, (1, 1))

    def define(self, name: str, formula: str, size: Shape) -> None:
        self.equations.append(f"{name} = {formula}")
        self.shapes[name] = size

    def scalar_of(self, name: str) -> str:
        return self.rng.choice([f"norm({name})**2", f"sum({name})", f"mean({name})", f"sum(sin({name}))"])

    def known(self, size: Shape) -> str:
        """A quantity of this shape, or a way to make one."""
        found = [name for name, its in self.shapes.items() if its == size]
        found += [f"{name}.T" for name, its in self.shapes.items() if its == size[::-1] and its != size]
        if found:
            return self.rng.choice(found)
        name = self.rng.choice(list(self.shapes))
        if size == (1, 1):
            return self.scalar_of(name)
        rows = next((n for n, its in self.shapes.items() if its[0] == size[0]), None)
        columns = next((n for n, its in self.shapes.items() if its[0] == size[1]), None)
        if rows and columns and self.shapes[rows][1] == self.shapes[columns][1]:
            return f"({rows} @ {columns}.T)"
        return ""

    def formula(self, size: Shape, depth: int) -> str:
        rng = self.rng
        leaf = self.known(size)
        if depth == 0 or not leaf:
            return leaf or "1"
        kind = rng.randrange(12)

        def inner(of: Shape = size) -> str:
            return self.formula(of, depth - 1)

        match kind:
            case 0 | 1:
                return f"{rng.choice(self.ELEMENTWISE)}({inner()})"
            case 2:
                return f"({inner()} {rng.choice('+-')} {inner()})"
            case 3:
                return f"({inner()})*({inner((1, 1))})"
            case 4:
                return f"({inner()})*({inner()})"
            case 5:
                return f"({inner()})/(2 + sin({inner(rng.choice([size, (1, 1)]))}))"
            case 6:
                return f"({inner()})**{rng.choice([2, 3, 1])}"
            case 7:
                return f"(1 + ({inner()})**2)**{rng.choice(['0.5', '(1/3)', '(-1)', 'sin(' + inner((1, 1)) + ')'])}"
            case 8:
                return rng.choice(
                    [
                        f"max({inner()}, {inner()})",
                        f"min({inner()}, 0.25)",
                        f"max(0, {inner()})",
                        f"leaky_relu({inner()}, {inner((1, 1))})",
                        f"softmax({inner()})",
                        f"log(1 + exp(-({inner()})))",
                        f"sqrt(1 + ({inner()})**2)",
                    ]
                )
            case 9:
                middle = rng.choice([its for its in self.shapes.values() if its[0] == size[0]] or [size])
                if middle[0] != size[0]:
                    return leaf
                right = self.formula((middle[1], size[1]), depth - 1)
                return f"({self.formula(middle, depth - 1)}) @ ({right})" if right != "1" else leaf
            case 10:
                return f"-({inner()})" if rng.random() < 0.5 else f"0.3*{leaf}/7"
            case _:
                if size != (1, 1):
                    return leaf
                squares = [its for its in self.shapes.values() if its[0] == its[1]]
                of = rng.choice(squares or [size])
                shifted = f"(({self.formula(of, 1)}) + 0)"
                return rng.choice([f"trace({shifted})", f"norm({rng.choice(self.given)})"])


def test_random_chains_of_formulas() -> None:
    rng = random.Random(20)
    compared = made = 0
    while compared < CHAINS and made < 2 * CHAINS:
        made += 1
        compared += compare(Chain(rng), rng)
    assert compared == CHAINS, made


def compare(chain: Chain, rng: random.Random) -> bool:
    """Checks one chain; False where random operands do not fit, or the arithmetic overflows."""
    definitions = [parse_equation(text) for text in chain.equations]
    shapes = {name: chain.shapes[name] for name in chain.given}
    for name, tree in definitions:
        try:
            shapes[name] = shape(tree, shapes)
        except FormulaError:
            return False
    if shapes["J"] != (1, 1):
        return False
    numbers = np.random.default_rng(rng.randrange(10**9))
    env: dict[str, Floats] = {name: numbers.uniform(-1.2, 1.2, shapes[name]) for name in chain.given}
    wrt = rng.sample(list(shapes), rng.randint(1, len(shapes)))
    theirs: dict[str, Any] = {name: torch.tensor(env[name], requires_grad=True) for name in chain.given}
    for name, tree in definitions:
        env[name] = value(tree, env)
        theirs[name] = by_torch(tree, theirs) + 0.0  # a tensor of its own, also where a formula is a bare name
        theirs[name].requires_grad_().retain_grad()
        if not np.isfinite(env[name]).all() or np.abs(env[name]).max() > 1e4:
            return False
        agree(name, env[name], theirs[name], "\n".join(chain.equations))
    theirs["J"].backward()
    for derived in differentiate(definitions, "J", wrt, shapes):
        env[derived.name] = value(derived.formula, env)
    for name in wrt:
        expected = theirs[name].grad
        expected = torch.zeros(shapes[name]) if expected is None else expected
        agree(name, env[f"grad_{name}"], expected, f"by {wrt}\n" + "\n".join(chain.equations))
    return True
