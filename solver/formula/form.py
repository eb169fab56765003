"""The form of a formula: what is left of it where its names are numbered.

Formulas of one form, such as those of a thousand time steps, are worked out, checked and differentiated once for all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, count
from operator import itemgetter
from typing import Any, TypeAlias

from solver.formula.tree import (
    CHILDREN,
    Array,
    Bin,
    Call,
    Dots,
    Group,
    Name,
    Neg,
    Num,
    Sum,
    Transpose,
    Tree,
    Written,
    replace_names,
)

Form: TypeAlias = Hashable
"""Equal for formulas that differ in their names alone."""

_NUMBERS = (Array, Written)
_NAMELESS = (Num, Array, Written, Dots)

_KNOWN: dict[Hashable, int] = {}
_COUNT = count()
_MOST_KNOWN = 10_000


def form(tree: Tree) -> tuple[Form, tuple[str, ...]]:
    """The form of a formula, and the names it uses, each once, in the order of their first use; found once."""
    found: tuple[Form, tuple[str, ...]] | None = getattr(tree, "unnamed", None)
    if found is None:
        found = _form(tree)
        if not isinstance(tree, _NUMBERS):
            tree.unnamed = found
    return found


def form_together(trees: Iterable[Tree], numbers: dict[str, int]) -> tuple[tuple[Form, ...], tuple[int, ...]]:
    """The forms of some formulas that share their names, and the numbers of the names that each uses.

    numbers: of the names so far; those that are new are added.
    """
    kinds, uses = zip(*map(form, trees), strict=True)
    for name in chain.from_iterable(uses):
        if name not in numbers:
            numbers[name] = len(numbers)
    return kinds, tuple(map(numbers.__getitem__, chain.from_iterable(uses)))


def renamed(tree: Tree, names: Mapping[str, str]) -> Tree:
    """The formula with other names in place of the names given; other names stay. It has its form from this one, and
    its operands once somebody looks at them."""
    kind, used = form(tree)
    now = tuple([names.get(name, name) for name in used])
    if now == used or isinstance(tree, _NAMELESS):
        return tree
    if isinstance(tree, Name):
        return Name(*now)
    if len(set(now)) < len(now):  # two have become one
        return replace_names(tree, {name: Name(new) for name, new in names.items()})
    return _in_names(tree, kind, now)


def stamp(tree: Tree, names: Sequence[str]) -> Callable[[Sequence[str]], Tree]:
    """What makes the formula in other names, again and again: each in the place that its own has among `names`.

    No two of these names may be one.
    """
    kind, used = form(tree)
    if not used or isinstance(tree, _NAMELESS):
        return lambda real: tree
    first, *others = (names.index(name) for name in used)
    if isinstance(tree, Name):
        return lambda real: Name(real[first])
    several: Callable[[Sequence[str]], tuple[str, ...]] = itemgetter(first, *others)

    def make(real: Sequence[str]) -> Tree:
        now = several(real) if others else (real[first],)
        return tree if now == used else _in_names(tree, kind, now)

    return make


def _in_names(tree: Tree, kind: Form, now: tuple[str, ...]) -> Tree:
    """A formula of this form in other names, which makes its operands once somebody looks at them."""
    made: Any = object.__new__(type(tree))
    made.unnamed, made.renames = (kind, now), tree
    in_names: Tree = made
    return in_names


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
            terms = form_together(node.terms, numbers)
            made.append((kind, terms))
            known = known and all(type(each) is int for each in terms[0])
        elif kind is Neg or kind is Transpose or kind is Group:
            made.append(kind)
            stack.append(node.x)
        else:
            made.append(node)
            known = False
    key = tuple(made)
    return _numbered(key) if known else key, tuple(numbers)


def _numbered(key: Hashable) -> int:
    """A number for a form, which takes less room than it; no two forms ever have the same."""
    if len(_KNOWN) > _MOST_KNOWN:
        _KNOWN.clear()
    return _KNOWN.setdefault(key, next(_COUNT))


Run: TypeAlias = tuple[Tree, list[tuple[str, ...]]]
"""Terms of one form that stand side by side: the first, and the names that each of them uses."""


def each_kind(tree: Tree) -> Iterator[Tree]:
    """Every node, a parent before its operands; of terms of one form that stand side by side, the first alone."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Sum):
            stack += [first for first, _ in runs(node)][::-1]
        elif operands := CHILDREN.get(type(node)):
            stack += operands(node)[::-1]


def runs(total: Sum) -> list[Run]:
    """The terms of a long sum; looked for once."""
    found: list[Run] | None = getattr(total, "runs", None)
    if found is None:
        made: list[Run] = []
        last: Form = ()
        for term in total.terms:
            kind, used = form(term)
            if kind != last:
                made.append((term, []))
            made[-1][1].append(used)
            last = kind
        found = total.runs = made
    return found
