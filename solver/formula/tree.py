"""The nodes of a formula, and of the lines of working that come from it.

A parsed formula holds `Name`, `Num` and operations. A line of working holds the same operations over numbers:
`Num` for a scalar, `Array` for a vector or matrix, `Written` for an operation whose cells are written out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter, is_
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np

from solver.rounding import Floats, Format

Op: TypeAlias = Literal["+", "-", "*", "/", "**", "@"]
SUMS = frozenset({"+", "-"})

Option: TypeAlias = int | tuple[int, ...]
"""The value of an option: a whole number, or one for the rows and one for the columns."""
Options: TypeAlias = tuple[tuple[str, Option], ...]


class _Node:
    """Equal when kind and operands are; never changed once made. Plain classes, since a formula makes thousands."""

    __slots__: tuple[str, ...] = ("unnamed",)
    __match_args__: tuple[str, ...] = ()
    unnamed: tuple[Any, tuple[str, ...]]  # its form and its names, once `form` has found them
    _parts: ClassVar[Callable[[Any], Any]]

    def __init_subclass__(cls) -> None:
        cls._parts = attrgetter(*cls.__match_args__) if cls.__match_args__ else type

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        kind = type(self)
        return kind is type(other) and bool(kind._parts(self) == kind._parts(other))

    def __hash__(self) -> int:
        kind = type(self)
        return hash((kind, kind._parts(self)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(repr(getattr(self, name)) for name in self.__match_args__)})"

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), tuple(getattr(self, name) for name in self.__match_args__)  # forms are those of this process


class Name(_Node):
    """A quantity that stands on the page: `u1`, `W1`, `grad_u1`."""

    __slots__ = __match_args__ = ("id",)

    def __init__(self, id: str) -> None:
        self.id = id


class Num(_Node):
    """A scalar, kept as it was typed: `3.0` stays `3.0`."""

    __slots__ = __match_args__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    @property
    def value(self) -> Floats:
        """The number as a 1×1 array, made once for all numbers that are typed so."""
        return _number(self.text)


@lru_cache(maxsize=4096)
def _number(text: str) -> Floats:
    made = np.array([[number_of(text)]])
    made.setflags(write=False)
    return made


def number_of(text: str) -> float:
    """A number as it is typed: 3.0, 1e-3 or 1/3."""
    above, slash, below = text.partition("/")
    return float(above) / float(below) if slash else float(text)


class _Operation(_Node):
    """What has operands. One in other names makes them when somebody looks, since thousands stand on no page."""

    __slots__: tuple[str, ...] = ("renames",)
    renames: _Formula  # the formula that it is in other names, if it is one

    def __getattr__(self, name: str) -> Any:
        if name not in self.__match_args__:
            raise AttributeError(name)
        tree = self.renames
        while (before := getattr(tree, "renames", None)) is not None:
            tree = before
        made = replace_names(tree, dict(zip(tree.unnamed[1], map(Name, self.unnamed[1]), strict=True)))
        for part in self.__match_args__:
            setattr(self, part, getattr(made, part))
        return getattr(self, name)


class Neg(_Operation):
    """−x"""

    __slots__ = __match_args__ = ("x",)

    def __init__(self, x: Tree) -> None:
        self.x = x


class Bin(_Operation):
    """Two operands and what joins them; `*` is elementwise, `@` the matrix product."""

    __slots__ = __match_args__ = ("op", "a", "b")

    def __init__(self, op: Op, a: Tree, b: Tree) -> None:
        self.op: Op = op
        self.a = a
        self.b = b


class Transpose(_Operation):
    """xᵀ"""

    __slots__ = __match_args__ = ("x",)

    def __init__(self, x: Tree) -> None:
        self.x = x


class Call(_Operation):
    """A function of the table, `tanh(u)`; options are what is no quantity, `stride=2`, in the table's order."""

    __slots__ = __match_args__ = ("fn", "args", "options")

    def __init__(self, fn: str, args: tuple[Tree, ...], options: Options = ()) -> None:
        self.fn = fn
        self.args = args
        self.options = options


class Group(_Operation):
    """Brackets that the author wrote."""

    __slots__ = __match_args__ = ("x",)

    def __init__(self, x: Tree) -> None:
        self.x = x


class Array:
    """Numbers of a vector or matrix (2-D) and how each is written: as typed, or in a format."""

    __match_args__ = ("value", "typed", "form", "transposed")
    __slots__ = (*__match_args__, "_written")

    def __init__(
        self,
        value: Floats,
        typed: Sequence[Sequence[str]] | None = None,
        form: Format | None = None,
        transposed: bool = False,
    ) -> None:
        self.value = value
        self.typed = typed
        self.form = form
        self.transposed = transposed
        self._written: tuple[tuple[str, ...], ...] | None = None

    def written(self) -> tuple[tuple[str, ...], ...]:
        """All numbers, row by row, as they are written; put into words once."""
        if self._written is None:
            if self.typed is not None:
                rows = zip(*self.typed, strict=True) if self.transposed else map(tuple, self.typed)
                self._written = tuple(rows)
            else:
                text = repr if self.form is None else self.form.text
                self._written = tuple([tuple(map(text, row)) for row in self.value.tolist()])
        return self._written

    def text(self, i: int, j: int) -> str:
        """The number in row i, column j as it is written."""
        if self.typed is not None:
            return self.typed[j][i] if self.transposed else self.typed[i][j]
        if self.form is None:
            return repr(float(self.value[i, j]))
        return self.form.text(float(self.value[i, j]))

    @property
    def T(self) -> Array:
        """The same numbers, rows and columns exchanged."""
        return Array(self.value.T, self.typed, self.form, not self.transposed)


class Written:
    """An operation with its result's cells written out as expressions; None stands where cells are left out.

    `rows` and `columns` say which cell of the result each written cell is.
    """

    __slots__ = __match_args__ = ("of", "cells", "rows", "columns")

    def __init__(
        self,
        of: Tree,
        cells: tuple[tuple[Tree | None, ...], ...],
        rows: tuple[int | None, ...] = (),
        columns: tuple[int | None, ...] = (),
    ) -> None:
        self.of = of
        self.cells = cells
        self.rows = rows
        self.columns = columns

    @property
    def only(self) -> Tree | None:
        """The cell of a 1×1 result, which it stands for; None where it has more."""
        return self.cells[0][0] if len(self.cells) == 1 == len(self.cells[0]) else None


class Sum(_Operation):
    """The sum of many terms of one shape, flat: a gradient added up over a thousand time steps is not a thousand deep."""

    __slots__ = ("runs", "terms")
    __match_args__ = ("terms",)

    runs: Any  # of terms of one form, once somebody has looked for them

    def __init__(self, terms: tuple[Tree, ...]) -> None:
        self.terms = terms


class Dots(_Node):
    """Terms left out of a long sum."""

    __slots__ = __match_args__ = ()


Literal_: TypeAlias = Num | Array
LITERALS = (Num, Array)  # for isinstance: a tuple made once is four times as fast as Num | Array
_Formula: TypeAlias = Neg | Bin | Sum | Transpose | Call | Group
Tree: TypeAlias = _Formula | Name | Num | Array | Written | Dots


CHILDREN: dict[type, Callable[[Any], tuple[Tree, ...]]] = {  # by type: far faster than a match, and everything walks
    Bin: lambda x: (x.a, x.b),
    Neg: lambda x: (x.x,),
    Transpose: lambda x: (x.x,),
    Group: lambda x: (x.x,),
    Call: lambda x: x.args,
    Sum: lambda x: x.terms,
    Written: lambda x: (x.of,),
}


def children(tree: Tree) -> tuple[Tree, ...]:
    """The operands of a node, in the order of the page."""
    operands = CHILDREN.get(type(tree))
    return operands(tree) if operands else ()


Change: TypeAlias = Callable[[Tree], Tree]


def _each(trees: tuple[Tree, ...], change: Change) -> tuple[Tree, ...]:
    made = tuple(map(change, trees))
    return trees if all(map(is_, made, trees)) else made


def _call(x: Call, change: Change) -> Tree:
    args = _each(x.args, change)
    return x if args is x.args else Call(x.fn, args, x.options)


def _sum(x: Sum, change: Change) -> Tree:
    terms = _each(x.terms, change)
    return x if terms is x.terms else Sum(terms)


def _bin(x: Bin, change: Change) -> Tree:
    a, b = change(x.a), change(x.b)
    return x if a is x.a and b is x.b else Bin(x.op, a, b)


def _one(x: Neg | Transpose | Group, change: Change) -> Tree:
    operand = change(x.x)
    return x if operand is x.x else type(x)(operand)


_REBUILD: dict[type, Callable[[Any, Change], Tree]] = {
    Bin: _bin,
    Neg: _one,
    Transpose: _one,
    Group: _one,
    Call: _call,
    Sum: _sum,
}


def rebuild(tree: Tree, change: Change) -> Tree:
    """The node with `change` applied to each of its operands (not to the node itself); itself where nothing changes."""
    made = _REBUILD.get(type(tree))
    return tree if made is None else made(tree, change)


def walk(tree: Tree) -> Iterator[Tree]:
    """Every node, a parent before its operands."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        operands = CHILDREN.get(type(node))
        if operands:
            stack.extend(operands(node)[::-1])


def names(tree: Tree) -> list[str]:
    """The names a formula uses, each once, in the order of their first use."""
    found: dict[str, None] = {}
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Name):
            found[node.id] = None
            continue
        operands = CHILDREN.get(type(node))
        if operands:
            stack.extend(operands(node)[::-1])
    return list(found)


def replace_names(tree: Tree, trees: Mapping[str, Tree]) -> Tree:
    """The formula with other formulas in place of the names given; other names stay."""
    if isinstance(tree, Bin):  # every other node is one
        a, b = replace_names(tree.a, trees), replace_names(tree.b, trees)
        return tree if a is tree.a and b is tree.b else Bin(tree.op, a, b)
    if isinstance(tree, Name):
        return trees.get(tree.id, tree)
    made = _REBUILD.get(type(tree))
    return tree if made is None else made(tree, lambda operand: replace_names(operand, trees))


def bare(tree: Tree) -> Tree:
    """The tree without brackets around it."""
    while isinstance(tree, Group):
        tree = tree.x
    return tree


def ungrouped(tree: Tree) -> Tree:
    """The tree without any brackets, so that formulas differing in brackets alone count as alike."""
    return rebuild(bare(tree), ungrouped)


def literal(value: Floats, form: Format) -> Literal_:
    """Numbers rounded and written in a format."""
    return written_literal(form.round(value), form)


def written_literal(written: Floats, form: Format) -> Literal_:
    """Numbers already rounded, written in their format: a `Num` if 1×1, otherwise an `Array`."""
    if written.shape == (1, 1):
        return Num(form.text(float(written[0, 0])))
    return Array(written, form=form)
