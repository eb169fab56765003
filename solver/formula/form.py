"""The form of a formula: what is left of it where its names are numbered.

Formulas of one form, such as those of a thousand time steps, are worked out, checked and differentiated once for all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any, TypeAlias

from solver.formula.tree import Array, Bin, Call, Group, Name, Neg, Num, Sum, Transpose, Tree, Written, replace_names

Form: TypeAlias = Hashable
"""Equal for formulas that differ in their names alone."""

_NUMBERS = (Array, Written)

_KNOWN: dict[Hashable, int] = {}
_COUNT = count()
_MOST_KNOWN = 10_000


def form(tree: Tree) -> tuple[Form, tuple[str, ...]]:
    """The form of a formula, and the names it uses, each once, in the order of their first use; found once."""
    if isinstance(tree, _NUMBERS):
        return _form(tree)
    try:
        return tree.unnamed
    except AttributeError:
        tree.unnamed = _form(tree)
        return tree.unnamed


def form_together(trees: Iterable[Tree], numbers: dict[str, int]) -> Form:
    """The form of some formulas that share their names. numbers: of the names so far; those that are new are added."""
    made: list[Hashable] = []
    for tree in trees:
        kind, used = form(tree)
        made.append(kind)
        made.append(tuple([numbers.setdefault(name, len(numbers)) for name in used]))
    return tuple(made)


def _form(tree: Tree) -> tuple[Form, tuple[str, ...]]:
    numbers: dict[str, int] = {}
    made: list[Any] = []
    known = True
    stack: list[Any] = [tree]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is Name:
            made.append(numbers.setdefault(node.id, len(numbers)))
        elif kind is Bin:
            made.append(node.op)
            stack += (node.b, node.a)
        elif kind is Num:
            made.append((node.text,))
        elif kind is Call:
            made.append((node.fn, len(node.args), node.options))
            stack += node.args[::-1]
        elif kind is Sum:
            made.append((kind, len(node.terms)))
            stack += node.terms[::-1]
        elif kind is Neg or kind is Transpose or kind is Group:
            made.append(kind)
            stack.append(node.x)
        else:
            made.append(node)
            known = False
    key = tuple(made)
    return _numbered(key) if known else key, tuple(numbers)


def renamed(tree: Tree, real: Mapping[str, str], trees: Mapping[str, Tree]) -> Tree:
    """A formula in other names, no two of them the same: its form is known.

    real: the new name of each, and trees: the same as formulas.
    """
    made = _filled(tree, trees)
    if made is not tree and not isinstance(made, _NUMBERS):
        kind, used = form(tree)
        made.unnamed = (kind, tuple([real[name] for name in used]))
    return made


class Filled:
    """A formula in other names, written out when somebody looks at it.

    template: it in names #0, #1, …. names: those names in this formula, by their numbers.
    """

    __slots__ = ("names", "template", "written")

    def __init__(self, template: Tree, names: Sequence[str]) -> None:
        self.template, self.names = template, names
        self.written: Tree | None = None

    @property
    def form(self) -> tuple[Form, tuple[str, ...]]:
        """Of the formula, as `form` tells it, which need not be written out for that."""
        kind, used = form(self.template)
        return kind, tuple([self.names[int(number[1:])] for number in used])

    @property
    def tree(self) -> Tree:
        """The formula."""
        if self.written is None:
            real = {f"#{k}": name for k, name in enumerate(self.names)}
            self.written = renamed(self.template, real, {number: Name(name) for number, name in real.items()})
        return self.written


def numbered(tree: Tree, names: Iterable[str]) -> Tree:
    """The template of a formula: its names as #0, #1, … in the order given."""
    return replace_names(tree, {name: Name(f"#{k}") for k, name in enumerate(names)})


def _filled(tree: Tree, trees: Mapping[str, Tree]) -> Tree:
    fill = _FILL.get(type(tree))
    return tree if fill is None else fill(tree, trees)


_FILL: dict[type, Callable[[Any, Mapping[str, Tree]], Tree]] = {
    Name: lambda x, trees: trees[x.id],
    Bin: lambda x, trees: Bin(x.op, _filled(x.a, trees), _filled(x.b, trees)),
    Neg: lambda x, trees: Neg(_filled(x.x, trees)),
    Transpose: lambda x, trees: Transpose(_filled(x.x, trees)),
    Group: lambda x, trees: Group(_filled(x.x, trees)),
    Call: lambda x, trees: Call(x.fn, tuple([_filled(each, trees) for each in x.args]), x.options),
    Sum: lambda x, trees: Sum(tuple([_filled(each, trees) for each in x.terms])),
}


def _numbered(key: Hashable) -> int:
    """A number for a form, which takes less room than it; no two forms ever have the same."""
    if len(_KNOWN) > _MOST_KNOWN:
        _KNOWN.clear()
    return _KNOWN.setdefault(key, next(_COUNT))


Run: TypeAlias = tuple[Tree, list[tuple[str, ...]]]
"""Terms of one form that stand side by side: the first, and the names that each of them uses."""


def runs(total: Sum) -> list[Run]:
    """The terms of a long sum; looked for once."""
    if total.runs is None:
        made: list[Run] = []
        last: Form = ()
        for term in total.terms:
            kind, used = form(term)
            if kind != last:
                made.append((term, []))
            made[-1][1].append(used)
            last = kind
        total.runs = made
    found: list[Run] = total.runs
    return found
