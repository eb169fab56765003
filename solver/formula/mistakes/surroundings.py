"""What stands around a formula on the page: the quantities it uses, where they come from, what becomes of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from solver.formula.functions import FUNCTIONS
from solver.formula.parse import rule
from solver.formula.tree import Call, Name, Tree, bare, replace_names
from solver.formula.walks.shape import Shape

ALIKE = ("tanh", "sigmoid", "relu")
"""The activations that are taken for one another."""


@dataclass(frozen=True)
class Surroundings:
    """What stands around a formula on the page.

    shapes: of every name; definitions: the formulas of those that are computed, in the order of the page; whole: the
    formula counts something. updates: each parameter with its name after its first update; sizes: the size that a layer
    puts out with that of what it receives; gates: those of a cell, each with its time. gradients: the names of all;
    corrupted: each clean quantity with what is seen in its place. mutated: what mistakes make of the formulas that were
    asked about here, kept.
    """

    shapes: Mapping[str, Shape]
    definitions: Mapping[str, Tree] = field(default_factory=dict)
    whole: bool = False
    updates: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, str] = field(default_factory=dict)
    gates: Mapping[str, int] = field(default_factory=dict)
    gradients: Collection[str] = ()
    corrupted: Mapping[str, str] = field(default_factory=dict)
    mutated: dict[Tree, list[tuple[str, Tree]]] = field(init=False, default_factory=dict, repr=False, compare=False)

    @cached_property
    def activations(self) -> list[tuple[str, str, Tree]]:
        """Each h = f(u) on the page as (h, f, u)."""
        return [
            (name, top.fn, top.args[0])
            for name, formula in self.definitions.items()
            if isinstance(top := bare(formula), Call) and FUNCTIONS[top.fn].activation
        ]

    @cached_property
    def slopes(self) -> dict[Tree, tuple[str, str, Tree]]:
        """The slope of each activation on the page, f′(u), to its (h, f, u)."""
        found = {slope(fn, h, u): (h, fn, u) for h, fn, u in self.activations}
        return {tree: of for tree, of in found.items() if tree is not None}

    def is_slope(self, tree: Tree) -> bool:
        """Whether a factor is f′(u), written out or by its name."""
        tree = bare(tree)
        if isinstance(tree, Name) and tree.id in self.definitions:
            tree = bare(self.definitions[tree.id])
        return tree in self.slopes if not isinstance(tree, Name) else False

    @cached_property
    def counting(self) -> Surroundings:
        """The same around a formula that counts something."""
        return replace(self, whole=True)

    def beside(self, gate: str) -> list[str]:
        """The other gates of a gate's time; none of what is no gate."""
        time = self.gates.get(gate)
        return [other for other, at in self.gates.items() if at == time and other != gate] if time is not None else []

    def given(self, name: str) -> bool:
        """Whether a quantity is given, or a given one after an update."""
        return name not in self.definitions or name in self.updates.values()


def slope(fn: str, h: str, u: Tree) -> Tree | None:
    """f′(u) as a formula in h = f(u) and u; None where the table has none."""
    derivative = FUNCTIONS[fn].derivative
    return None if derivative is None else replace_names(rule(derivative), {"y": Name(h), "u": u})
