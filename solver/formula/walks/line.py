"""What a line of working is: how many lines it still needs, whether it is finished, whether it reads as another."""

from collections.abc import Callable
from typing import Any

import numpy as np

from solver.formula.functions import FUNCTIONS
from solver.formula.tree import (
    LITERALS,
    SUMS,
    Array,
    Bin,
    Call,
    Dots,
    Group,
    Literal_,
    Neg,
    Num,
    Sum,
    Transpose,
    Tree,
    Written,
    bare,
    children,
    rebuild,
    walk,
)
from solver.formula.walks.simplify import is_number

_NOISE = 1e-14  # of the arithmetic of floats, for operands of size 1


def finished(tree: Tree) -> bool:
    """Whether it is a number, vector or matrix with nothing left to work out."""
    return isinstance(bare(tree), LITERALS) or signed(bare(tree))


def alike(a: Tree, b: Tree) -> bool:
    """Whether two lines read the same, brackets apart."""
    if a is b:
        return True
    a, b = _inner(a), _inner(b)
    if type(a) is not type(b):
        return False
    if isinstance(a, Num) and isinstance(b, Num):
        return a.text == b.text
    if isinstance(a, Array) and isinstance(b, Array):
        return a.form == b.form and a.typed == b.typed and np.array_equal(a.value, b.value)
    if isinstance(a, Written):
        return a is b
    if isinstance(a, Bin) and isinstance(b, Bin):
        return a.op == b.op and alike(a.a, b.a) and alike(a.b, b.b)
    if isinstance(a, Call) and isinstance(b, Call):
        if FUNCTIONS[a.fn].notation.style == "constant":
            return a.fn == b.fn  # 1₃ shows the size of its argument alone
        if (a.fn, a.options) != (b.fn, b.options):
            return False
    inside = children(a), children(b)
    return len(inside[0]) == len(inside[1]) and all(map(alike, *inside)) if inside[0] else a == b


def _inner(tree: Tree) -> Tree:
    """Without brackets, a number's sign in its text."""
    tree = bare(tree)
    if isinstance(tree, Written) and tree.only is not None:
        return _inner(tree.only)
    return Num("-" + tree.x.text) if isinstance(tree, Neg) and isinstance(tree.x, Num) else tree


def layer(tree: Tree) -> int:
    """How many lines an expression of numbers still needs: a product of numbers one, a sum of products two, …"""
    return _LAYER[type(tree)](tree)


def _layer_minus(tree: Neg) -> int:
    return 0 if isinstance(tree.x, Num) and not tree.x.text.startswith("-") else max(layer(tree.x), 1)


def staged(of: Tree) -> bool:
    """Whether what is written out has lines of its own: softmax, by its definition."""
    if not isinstance(of, Call):
        return False
    row = FUNCTIONS[of.fn]
    return row.cells is not None and isinstance(row.definition, str)


def literal_in(tree: Tree) -> Literal_:
    inner = bare(tree)
    assert isinstance(inner, LITERALS)
    return inner


def _step(op: str, operand: Tree) -> int:
    """The layer an operand asks of its parent: a chain of one kind (all sums, all products) is one layer."""
    inner, below = bare(operand), layer(operand)
    if below == 0:
        return 0
    same = isinstance(inner, Bin) and (inner.op in SUMS) == (op in SUMS) and inner is operand
    negated = isinstance(inner, Neg) and below == 1 and is_number(inner.x)
    return below if same or negated else below + 1


_LAYER: dict[type, Callable[[Any], int]] = {
    Num: lambda x: 0,
    Array: lambda x: 0,
    Dots: lambda x: 0,
    Written: lambda x: 2 if staged(x.of) else 1,
    Group: lambda x: layer(x.x),
    Transpose: lambda x: layer(x.x),
    Neg: _layer_minus,
    Call: lambda x: 1 + max(map(layer, x.args), default=0),
    Bin: lambda x: max(1, _step(x.op, x.a), _step(x.op, x.b)),
    Sum: lambda x: max(1, *(_step("+", term) for term in x.terms)),
}


def noise(tree: Tree) -> float:
    """What the arithmetic of floats may leave where a sum of the printed numbers is 0; nothing else leaves any."""
    top = bare(tree)
    if not (isinstance(top, Sum | Written) or (isinstance(top, Bin) and top.op in (*SUMS, "@"))):
        return 0.0
    literals = (n.value for n in walk(top) if isinstance(n, LITERALS))
    return _NOISE * max(float(np.abs(v).max(initial=0.0, where=v != -np.inf)) for v in literals)


def signed(tree: Tree) -> bool:
    """−3, which is a number already."""
    return isinstance(tree, Neg) and isinstance(tree.x, Num) and not tree.x.text.startswith("-")


def all_literals(tree: Bin) -> bool:
    return all(isinstance(bare(x), LITERALS) for x in (tree.a, tree.b))


def without_brackets(tree: Tree) -> Tree:
    """Brackets around a finished number go; those around a negative number stay where a printer needs them."""
    return rebuild(tree, lambda x: bare(x) if isinstance(bare(x), LITERALS) else without_brackets(x))
