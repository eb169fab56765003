"""The entry walk: one cell of a formula as a formula of its own, as a lecturer writes it for one weight.

grad_W2 = h1 @ grad_u2.T    entry 2,1:    h1[2]*grad_u2[1]
W2 - alpha*grad_W2          entry 2,1:    W2[2, 1] - alpha*grad_W2[2, 1]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from solver.errors import FormulaError
from solver.formula.functions import FUNCTIONS
from solver.formula.tree import Bin, Call, Group, Name, Neg, Num, Sum, Transpose, Tree
from solver.formula.walks.shape import SCALAR, Shape, shape

MOST = 1_000
"""The most products that one cell may add up."""

Part = Callable[[str, int, int], Tree]
"""What stands for an entry of a name, row i and column j from 1."""


def part(tree: Tree, i: int, j: int, size: Shape) -> Tree:
    """An entry of a quantity of this size: u[2], W[1, 2]; a scalar itself."""
    if size == SCALAR:
        return tree
    return Call("[]", (tree,), (("rows", (i, i)), ("columns", (1, 0) if size[1] == 1 else (j, j))))


def entry(tree: Tree, i: int, j: int, shapes: Mapping[str, Shape], known: Part) -> Tree:
    """The formula of row i and column j, from 1. known: what stands for the entries of names.

    Raises FormulaError where a cell adds up too many products.
    """

    def of(tree: Tree, i: int, j: int) -> Tree:
        rows, columns = size = shape(tree, shapes)
        i, j = (1 if rows == 1 else i), (1 if columns == 1 else j)  # what is spread over rows or columns
        match tree:
            case Num():
                return tree
            case Name(name):
                return known(name, i, j)
            case Neg(x):
                return Neg(of(x, i, j))
            case Group(x):
                return Group(of(x, i, j))
            case Transpose(x):
                return of(x, j, i)
            case Sum(terms):
                return Sum(tuple(of(term, i, j) for term in terms))
            case Bin("@", a, b):
                return _products(of, a, b, i, j, shape(a, shapes)[1])
            case Bin(op, a, b):
                return Bin(op, of(a, i, j), of(b, i, j))
            case Call(fn, args, options) if FUNCTIONS[fn].elementwise:
                return Call(fn, tuple(of(arg, i, j) for arg in args), options)
            case _:
                return part(tree, i, j, size)

    return of(tree, i, j)


def _products(of: Callable[[Tree, int, int], Tree], a: Tree, b: Tree, i: int, j: int, inner: int | str) -> Tree:
    if not isinstance(inner, int) or inner > MOST:
        raise FormulaError(f"an entry adds up {inner} products", f"the most is {MOST:,}")
    terms = [Bin("*", of(a, i, k), of(b, k, j)) for k in range(1, inner + 1)]
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))
