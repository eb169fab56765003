"""Known pairs of activation and loss, each in the activation's row, whose gradient is written in one step: y − d.

y = sigmoid(u), J = -d*log(y) - (1 - d)*log(1 - y)  ->  grad_u = -(d - y)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from solver.formula.calculus.adjoint import join, split
from solver.formula.functions import FUNCTIONS, Pair
from solver.formula.parse import parse
from solver.formula.tree import SUMS, Bin, Call, Group, Name, Neg, Tree, bare, names, replace_names, ungrouped, walk
from solver.formula.walks.shape import SCALAR, Shape
from solver.named import NamedTuple

Distribution = tuple[str, Literal["", "columns", "rows"]]
"""A name, and what of it sums to 1."""
ALONG: tuple[Literal["columns", "rows"], ...] = ("columns", "rows")


class Match(NamedTuple):
    """A pair found in a chain: the names of its y and its d.

    factor: the loss is that many times the pair's. elementwise: whether the loss holds cell by cell, without a sum.
    """

    pair: Pair
    output: str
    target: str
    factor: Fraction = Fraction(1)
    elementwise: bool = False

    def fill(self, text: str) -> Tree:
        """A formula in d and y, in the chain's own names, times the factor."""
        filled = replace_names(parse(text), {"d": Name(self.target), "y": Name(self.output)})
        if self.factor == 1:
            return filled
        factor, rest = split(filled)
        return join(self.factor * factor, Group(rest) if isinstance(rest, Bin) and rest.op in SUMS else rest)

    def renamed(self, names: Mapping[str, str]) -> Match:
        """The pair in the names of another chain."""
        return Match(self.pair, names[self.output], names[self.target], self.factor, self.elementwise)

    def fits(self, y: Shape, d: Shape, loss: Shape) -> bool:
        """Whether the short form is the gradient where y, d and the loss have these shapes."""
        if d not in (SCALAR, y) or loss != (y if self.elementwise else SCALAR):
            return False
        return d == y or not self.pair.distribution

    @property
    def gradient(self) -> Tree:
        """The gradient by the argument of y."""
        return self.fill(self.pair.gradient)


def sharing(node: Tree) -> bool:
    """Whether it is an activation that a known pair with shares of the desired output stands behind."""
    return isinstance(node, Call) and any(pair.distribution for pair in FUNCTIONS[node.fn].pairs)


def composed(call: Call, defined: Mapping[str, Tree], avoid: Collection[str]) -> tuple[str, Tree, str] | None:
    """The y that a call goes past to its u, with the slope by u and the reason; None where no short form is known."""
    found = names(call)
    if len(found) != 1 or (y := next(iter(found))) in avoid or y not in defined:
        return None
    top, names_y = bare(defined[y]), {"y": Name(y)}
    for known in FUNCTIONS[top.fn].composed if isinstance(top, Call) else ():
        if ungrouped(replace_names(parse(known.outer), names_y)) == ungrouped(call):
            return y, replace_names(parse(known.slope), names_y), known.reason
    return None


def match_pair(tree: Tree, defined: Mapping[str, Tree], avoid: Collection[str]) -> Match | None:
    """The pair that a loss formula makes with the activation that gives its y, unless y's own gradient is asked for."""
    factor, plain = split(ungrouped(tree))
    if plain is None:
        return None
    found = list(dict.fromkeys(n.id for n in walk(plain) if isinstance(n, Name)))
    if len(found) != 2:
        return None
    for y, d in (tuple(found), tuple(reversed(found))):
        top = bare(defined[y]) if y in defined else None
        if y in avoid or not isinstance(top, Call):
            continue
        for pair in FUNCTIONS[top.fn].pairs:
            written = replace_names(plain, {d: Name("d"), y: Name("y")})
            for loss_factor, loss in _losses(pair):
                if loss == written:
                    return Match(pair, y, d, factor / loss_factor, _elementwise(plain))
    return None


def _elementwise(tree: Tree) -> bool:
    return not any((isinstance(n, Call) and n.fn == "sum") or (isinstance(n, Bin) and n.op == "@") for n in walk(tree))


@lru_cache
def _losses(pair: Pair) -> list[tuple[Fraction, Tree | None]]:
    """The losses of a pair, each a factor and the rest, in d and y."""
    return [split(ungrouped(parse(text))) for text in pair.losses]


def terms_of(tree: Tree) -> list[Tree]:
    """The terms of a sum, with their signs."""
    if isinstance(tree, Bin) and tree.op in SUMS:
        return [*terms_of(tree.a), Neg(tree.b) if tree.op == "-" else tree.b]
    return [tree]


def joined(terms: Sequence[Tree]) -> Tree:
    """The sum of terms as an author writes it."""
    total = terms[0]
    for term in terms[1:]:
        total = Bin("-", total, term.x) if isinstance(term, Neg) else Bin("+", total, term)
    return total
