"""Known pairs of activation and loss, whose gradient is written in one step: y − d.

y = sigmoid(u), J = -d*log(y) - (1 - d)*log(1 - y)  ->  grad_u = -(d - y)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from solver.formula.parse import parse
from solver.formula.tree import Call, Name, Tree, bare, rebuild, replace_names, walk


class Pair(NamedTuple):
    """An activation y = f(u) and a loss J(d, y).

    losses: the ways the loss is written; gradient: ∇_u J; derivation: how it comes about, line by line, each equal to
    the one above; reason: in words.
    """

    activation: str
    losses: tuple[str, ...]
    gradient: str
    derivation: tuple[tuple[str, str], ...]
    reason: str


class Match(NamedTuple):
    """A pair found in a chain: the names of its y and its d."""

    pair: Pair
    output: str
    target: str

    def fill(self, text: str) -> Tree:
        """A formula in d and y, in the chain's own names."""
        return replace_names(parse(text), {"d": Name(self.target), "y": Name(self.output)})

    @property
    def gradient(self) -> Tree:
        """The gradient by the argument of y."""
        return self.fill(self.pair.gradient)


PAIRS = (
    Pair(
        "sigmoid",
        (
            "-d*log(y) - (1 - d)*log(1 - y)",
            "-(d*log(y) + (1 - d)*log(1 - y))",
            "-sum(d*log(y) + (1 - d)*log(1 - y))",
            "sum(-d*log(y) - (1 - d)*log(1 - y))",
        ),
        "-(d - y)",
        (
            ("(-d/y + (1 - d)/(1 - y)) * (y*(1 - y))", "chain rule: the derivative of the loss, times that of sigmoid"),
            ("-d*(1 - y) + (1 - d)*y", "y and 1 - y cancel"),
            ("-d + d*y + y - d*y", "multiplied out"),
            ("-(d - y)", "the products cancel"),
        ),
        "cross-entropy after sigmoid: the derivatives cancel to the plain error",
    ),
    Pair(
        "softmax",
        ("-sum(d*log(y))", "sum(-d*log(y))", "-d.T @ log(y)", "-(d.T @ log(y))"),
        "-(d - y)",
        (
            ("y*((-d/y) - y.T @ (-d/y))", "chain rule: the derivative of the loss, through that of softmax"),
            ("-d + y*sum(d)", "y cancels"),
            ("-(d - y)", "the desired outputs sum to 1"),
        ),
        "cross-entropy after softmax: the derivatives cancel to the plain error",
    ),
)


def match_pair(tree: Tree, defined: Mapping[str, Tree], avoid: Collection[str]) -> Match | None:
    """The pair that a loss formula makes with the activation that gives its y, unless y's own gradient is asked for."""
    plain = _plain(tree)
    found = list(dict.fromkeys(n.id for n in walk(plain) if isinstance(n, Name)))
    if len(found) != 2:
        return None
    for y, d in (tuple(found), tuple(reversed(found))):
        top = bare(defined[y]) if y in defined else None
        if y in avoid or not isinstance(top, Call):
            continue
        for pair in PAIRS:
            if pair.activation == top.fn and plain in _losses(pair, d, y):
                return Match(pair, y, d)
    return None


def _losses(pair: Pair, d: str, y: str) -> list[Tree]:
    return [_plain(Match(pair, y, d).fill(text)) for text in pair.losses]


def _plain(tree: Tree) -> Tree:
    """The tree without brackets."""
    return rebuild(bare(tree), _plain)
