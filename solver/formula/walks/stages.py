"""The value walk of somebody who writes results down on the way and goes on with what is written.

Each intermediate result (a power, a denominator, a term of a sum) is replaced by what stands for it, such as the number
rounded. A function with a definition is worked out by it, as one does without such a key on the calculator.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from solver.formula.functions import FUNCTIONS
from solver.formula.parse import parse
from solver.formula.tree import SUMS, Array, Bin, Call, Group, Name, Neg, Num, Sum, Transpose, Tree, Written, bare
from solver.formula.walks.value import Env, value
from solver.rounding import Floats

_MOST_TERMS = 64
"""Of a matrix product with longer sums, nobody writes down each product."""

Stands = Callable[[Floats], Floats]


def staged(tree: Tree, env: Env, stands: Stands, every: bool = True) -> Floats:
    """The value of a formula by way of its intermediate results, not itself replaced; over any leading batch axes.

    every: each operation is one; otherwise each line of working, where a chain of sums or of products is one line.
    """
    with np.errstate(all="ignore"):
        return _Stages(stands, every).of(tree, env)


class _Stages:
    def __init__(self, stands: Stands, every: bool) -> None:
        self.stands, self.every = stands, every

    def of(self, tree: Tree, env: Env) -> Floats:
        match tree:
            case Group(x) | Written(x):
                return self.of(x, env)
            case Neg(x):
                return -self.operand(x, env)
            case Transpose(x):
                return np.swapaxes(self.of(x, env), -1, -2)
            case Sum(terms):
                return np.asarray(sum(self.operand(term, env) for term in terms))
            case Bin(op, x, y):
                a, b = (self.operand(side, env, op) for side in (x, y))
                if op == "@" and self.every and summed(a, b):
                    products = self.stands(a[..., :, :, None] * b[..., None, :, :])
                    return np.asarray(products.sum(axis=-2))
                return value(Bin(op, Name("a"), Name("b")), {"a": a, "b": b})
            case Call():
                return self.call(tree, [self.operand(arg, env) for arg in tree.args])
            case _:
                return value(tree, env)

    def operand(self, tree: Tree, env: Env, op: str = "") -> Floats:
        """An operand, as it is written down where it is a result of its own."""
        found = self.of(tree, env)
        if stated(tree):
            return found
        if op and not self.every and isinstance(tree, Bin) and (tree.op in SUMS) == (op in SUMS):
            return found
        return self.stands(found)

    def call(self, call: Call, args: list[Floats]) -> Floats:
        row = FUNCTIONS[call.fn]
        if by_definition(call) and (self.every or row.cells or args[0].shape[-2:] == (1, 1)):
            return self.of(definition(call.fn), {row.params[0]: args[0]})
        return row.code(*args, **dict(call.options))


def stated(tree: Tree) -> bool:
    """Whether an operand stands there already, so that nothing is worked out."""
    inner = bare(tree)
    while isinstance(inner, Neg | Transpose):
        inner = bare(inner.x)
    return isinstance(inner, Name | Num | Array)


def summed(a: Floats, b: Floats) -> bool:
    """Whether the products of a matrix product may be written down one by one."""
    return bool(1 < a.shape[-1] <= _MOST_TERMS and a.shape[-1] == b.shape[-2])


def by_definition(call: Call) -> bool:
    """Whether a function is worked out by its definition where there is no key for it."""
    return isinstance(FUNCTIONS[call.fn].definition, str) and len(call.args) == 1 and not call.options


@cache
def definition(fn: str) -> Tree:
    """The definition of a function, of its one parameter."""
    return parse(str(FUNCTIONS[fn].definition))
