"""What differentiation makes: formulas with what they are of, and the names they get."""

from __future__ import annotations

from collections.abc import Callable, Container
from itertools import repeat
from operator import contains
from typing import Literal, TypeAlias

from solver.errors import FormulaError
from solver.formula.calculus.pairs import Match
from solver.formula.tree import Tree
from solver.named import NamedTuple

Definition = tuple[str, Tree]
"""A name and the formula that defines it."""

Kind = Literal["gradient", "slope", "delta"]


class Share(NamedTuple):
    """What one use of a quantity adds to its gradient.

    path: the name whose formula uses it, then the nodes of that formula from one of its terms down to the quantity,
    each passed by its own rule.
    """

    adjoint: Tree
    path: tuple[Tree, ...] = ()


class Derived(NamedTuple):
    """A formula that differentiation made.

    kind: a gradient by `of`; the slope of the activation whose argument is `of`; or the delta of `of`: the gradient
    by the argument of the function that gives `of`, where that argument has no name of its own.
    match: the known pair of loss and activation that gives the formula as it stands.
    shares: the terms it was summed from. kinked: the functions it went through that have no derivative somewhere.
    reasons: why it is shorter than the chain rule makes it. flat: whether it is 0 whatever `of` is.
    """

    name: str
    formula: Tree
    kind: Kind
    of: str
    match: Match | None = None
    shares: tuple[Share, ...] = ()
    kinked: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    flat: bool = False


class Label(NamedTuple):
    """What a derived quantity is called after.

    of: as in Derived; own: the quantity whose formula made it; asked: whether somebody asked for it by its name.
    """

    kind: Kind
    of: str
    own: str
    asked: bool = False


Naming: TypeAlias = Callable[[Label], str]
"""Gives each derived quantity a name, in the order in which they are made."""


class Names:
    """Names that nothing else has: grad_x, df1, delta_h. ending: what all of them end with."""

    def __init__(self, *taken: Container[str], ending: str = "") -> None:
        self.made, self.ending = set[str](), ending
        self.taken = (self.made, *taken)

    def __call__(self, label: Label) -> str:
        """The name; raises FormulaError where somebody asks for one that is taken."""
        kind, of, own, asked = label
        if kind == "slope":
            numbered = of[0] == "u" and not of[1:].strip("0123456789")
            name = f"df{of[1:] if numbered else f'_{of}'}{self.ending}"
        else:
            name = f"{'grad' if kind == 'gradient' else kind}_{of}{self.ending}"
        if asked and self.is_taken(name):
            message = f"the gradient by {of} is called {name}, but that name is taken"
            raise FormulaError(message, f"rename the quantity {name}")
        while self.is_taken(name):
            name = f"{name}_{own}"
        self.made.add(name)
        return name

    def is_taken(self, name: str) -> bool:
        return any(map(contains, self.taken, repeat(name)))
