"""PyTorch as the oracle of random chains of formulas: values and gradients, in 64-bit floats."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from solver.errors import FormulaError
from solver.formula.calculus.differentiate import differentiate
from solver.formula.calculus.tidy import tidy
from solver.formula.tree import Bin, Call, Group, Name, Neg, Num, Transpose, Tree
from solver.formula.walks.shape import Shape, shape
from solver.formula.walks.value import value
from solver.rounding import Floats
from tests.equations import equation
from tests.pytorch import torch
from tests.trials import times

TOLERANCE = 1e-9
CHAINS = times(40)


def agree(name: str, ours: Floats, theirs: Any, about: str) -> None:
    expected = np.atleast_2d(theirs.detach().numpy())
    assert ours.shape == expected.shape, (name, about)
    assert np.abs(ours - expected).max() <= TOLERANCE * max(1.0, float(np.abs(expected).max())), (name, about)


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
    "step": lambda u: (u > 0).to(torch.float64),
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
        kind = rng.randrange(15)

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
            case 12:  # many terms, scalars among them
                added = [inner(rng.choice([size, size, (1, 1)])) for _ in range(rng.randint(3, 5))]
                return f"({' + '.join([inner(), *added])})"
            case 13:  # what is 0 whatever the numbers are
                return rng.choice([f"0*({inner()})", f"(({leaf}) - ({leaf}))", f"step({inner()})", f"({inner()})*0"])
            case 14:
                return (
                    f"({inner()})*{rng.choice(['norm', 'sum', 'mean'])}({rng.choice(self.given)})**{rng.choice('23')}"
                )
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
    definitions = [equation(text) for text in chain.equations]
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
        shapes[derived.name] = shape(derived.formula, shapes)
        short = np.broadcast_to(value(tidy(derived.formula, shapes), env), env[derived.name].shape)
        agree(derived.name, short, torch.tensor(env[derived.name]), "made tidy\n" + "\n".join(chain.equations))
    for name in wrt:
        expected = theirs[name].grad
        expected = torch.zeros(shapes[name]) if expected is None else expected
        agree(name, env[f"grad_{name}"], expected, f"by {wrt}\n" + "\n".join(chain.equations))
    return True
