"""Formulas where vectors stand as rows: u = Wᵀx + b, whose u, x and b are columns, is u = xW + b."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet

from solver.formula.functions import FUNCTIONS
from solver.formula.sizes import SCALAR, Shape
from solver.formula.tree import (
    Array,
    Bin,
    Call,
    Group,
    Literal_,
    Name,
    Neg,
    Num,
    Options,
    Sum,
    Transpose,
    Tree,
    rebuild,
    walk,
)
from solver.formula.walks.shape import shape


class Turning:
    """Turns formulas, of which every line has the same value as before, or the transposed one.

    rows: the names of the vectors that stand as rows; shapes: of all names, where those are still columns.
    """

    def __init__(self, rows: AbstractSet[str], shapes: Mapping[str, Shape]) -> None:
        self.rows, self.shapes = rows, shapes
        self._kept: dict[Tree, Tree] = {}
        self._turned: dict[Tree, Tree] = {}

    def kept(self, tree: Tree) -> Tree:
        """A formula of the same value in vectors that are rows."""
        return _known(self._kept, tree, self._keep)

    def turned(self, tree: Tree) -> Tree:
        """A formula of the transposed value in vectors that are rows."""
        return _known(self._turned, tree, self._turn)

    def stated(self, tree: Tree, name: str) -> Tree:
        """The formula of a quantity, which may itself be a vector that stands as a row."""
        return self.turned(tree) if name in self.rows else self.kept(tree)

    def number(self, number: Literal_, name: str) -> Literal_:
        """The numbers of a quantity as they stand on the page."""
        return number.T if name in self.rows and isinstance(number, Array) else number

    def _keep(self, tree: Tree) -> Tree:
        if self._scalar(tree):
            return self._shorter(tree)
        match tree:
            case Name(name):
                return Transpose(tree) if name in self.rows else tree
            case Transpose(x):
                return self.turned(x)
            case Bin("*" | "/", a, b) if self._scalar(a) or self._scalar(b):
                return rebuild(tree, self.kept)
            case _:
                plain = rebuild(tree, self.kept)
                if shape(tree, self.shapes)[1] != 1:
                    return plain
                return min(Transpose(self.turned(tree)), plain, key=_transposes)  # log(v)ᵀ, not log(vᵀ)

    def _turn(self, tree: Tree) -> Tree:
        if self._scalar(tree):
            return self._shorter(tree)
        return self._over(tree)

    def _shorter(self, scalar: Tree) -> Tree:
        """Of a scalar, which is its own transpose, the form with fewer transposes in it, or the author's order."""
        if isinstance(scalar, Name | Num):
            return scalar
        plain = self.turned(scalar.x) if isinstance(scalar, Transpose) else rebuild(scalar, self.kept)
        return min(plain, self._over(scalar), key=_transposes)

    def _over(self, tree: Tree) -> Tree:
        """The transpose, carried into a formula as far as it goes."""
        match tree:
            case Name(name):
                return tree if name in self.rows else Transpose(tree)
            case Transpose(x):
                return self.kept(x)
            case Array():
                return tree.T
            case Bin("@", a, b):
                return Bin("@", self.turned(b), self.turned(a))
            case Bin() | Neg() | Group() | Sum() | Num():
                return rebuild(tree, self.turned)
            case Call(fn, args, options):
                row = FUNCTIONS[fn]
                if row.elementwise and args and not options:
                    return rebuild(tree, self.turned)
                if row.by_row and 1 in shape(args[0], self.shapes):
                    return Call(row.by_row, tuple(map(self.turned, args)), _exchanged(options))
        return Transpose(rebuild(tree, self.kept))

    def _scalar(self, tree: Tree) -> bool:
        return shape(tree, self.shapes) == SCALAR


def _exchanged(options: Options) -> Options:
    """Options with those of rows and of columns in each other's place, where a function has both."""
    known = dict(options)
    if known.keys() != {"rows", "columns"}:
        return options
    return (("rows", known["columns"]), ("columns", known["rows"]))


def _known(known: dict[Tree, Tree], tree: Tree, make: Callable[[Tree], Tree]) -> Tree:
    if (made := known.get(tree)) is None:
        made = known[tree] = make(tree)
    return made


def _transposes(tree: Tree) -> int:
    return sum(isinstance(node, Transpose) for node in walk(tree))
