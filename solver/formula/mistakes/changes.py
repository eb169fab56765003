"""How a mistake changes a formula: at one node, at each of a kind, in its names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count

from solver.formula.functions import FUNCTIONS
from solver.formula.tree import SUMS, Bin, Call, Name, Tree, children, names, rebuild, replace_names, walk


def once(tree: Tree, change: Callable[[Tree], Iterable[Tree]]) -> Iterator[Tree]:
    """The formula with one of its nodes changed, for every node and every change of it."""
    yield from change(tree)
    for i, child in enumerate(children(tree)):
        for made in once(child, change):
            yield _with_child(tree, i, made)


def _with_child(tree: Tree, i: int, made: Tree) -> Tree:
    place = count()
    return rebuild(tree, lambda x: made if next(place) == i else x)


def every(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """The formula with every node changed, operands first."""
    return change(rebuild(tree, lambda x: every(x, change)))


def once_or_all(tree: Tree, change: Callable[[Tree], Iterable[Tree]]) -> Iterator[Tree]:
    """The formula changed at one node, for every one of them; then at all of them."""
    yield from once(tree, change)
    yield every(tree, lambda node: next(iter(change(node)), node))


def renamed(tree: Tree, other: Callable[[str], str]) -> Iterator[Tree]:
    """The formula with other names, where there are any."""
    yield replace_names(tree, {name: Name(other(name)) for name in names(tree)})


def contains(tree: Tree, op: str) -> bool:
    return any(isinstance(node, Bin) and node.op == op for node in walk(tree))


def terms_of(tree: Tree) -> Iterator[Tree]:
    """The terms of a sum, whatever their signs."""
    match tree:
        case Bin(op, a, b) if op in SUMS:
            yield from terms_of(a)
            yield b
        case _:
            yield tree


def is_product(tree: Tree) -> bool:
    """A product, or a kernel's sums of products."""
    if isinstance(tree, Call):
        return "k" in FUNCTIONS[tree.fn].params
    return isinstance(tree, Bin) and tree.op in "@*"
