"""What a lecturer crosses out before computing: −0·log(0.81) − (1 − 0)·log(1 − 0.81) is −log(1 − 0.81).

So is a sum over d ⊙ log(y) where d is 0 and 1: log(y₂) is left of it.
"""

from functools import partial, reduce

import numpy as np

from solver.formula.functions import FUNCTIONS
from solver.formula.tree import LITERALS, Array, Bin, Call, Group, Name, Neg, Num, Tree, bare, rebuild, walk
from solver.formula.walks.shape import SCALAR, shape
from solver.formula.walks.value import value

_MOST_CHOSEN = 8


def is_number(tree: Tree) -> bool:
    """Whether it is a number as it stands."""
    return isinstance(tree, LITERALS)


def drop_trivial(tree: Tree) -> Tree:
    """The tree without terms that a factor 0 removes and without factors 1, or the same tree if it has none.

    Of numbers, only where such a factor multiplies a function of the table: products of plain numbers stay written in full.
    """
    if not any(_trivial_product(node) or _chosen(node) for node in walk(tree)):
        return tree
    return _simplify(tree)


def _trivial_product(node: Tree) -> bool:
    if not (isinstance(node, Bin) and node.op == "*" and _has_call(node) and shape(node, {}) == SCALAR):
        return False
    return any(_has_call(y) and _known(x) in (0.0, 1.0) for x, y in ((node.a, node.b), (node.b, node.a)))


def _chosen(node: Tree) -> list[Tree]:
    """The terms that a d of zeros and ones leaves of a sum over d ⊙ f(y); none where it is no such sum."""
    match node:
        case Call("sum", (Bin("*", Array() as d, Call(fn, (y,))),)) if isinstance(y := bare(y), Array):
            if d.value.shape == y.value.shape and FUNCTIONS[fn].slopes and np.isin(d.value, (0, 1)).all():
                places = np.argwhere(d.value == 1).tolist()
                return [Call(fn, (Num(y.text(i, j)),)) for i, j in places] if len(places) <= _MOST_CHOSEN else []
    return []


def _has_call(tree: Tree) -> bool:
    return any(isinstance(n, Call) for n in walk(tree))


def _known(tree: Tree) -> float | None:
    """The value of a scalar of plain numbers; None where functions or names are in it."""
    if any(isinstance(n, Call | Name) for n in walk(tree)) or shape(tree, {}) != SCALAR:
        return None
    return float(np.asarray(value(tree, {})).item())


def _simplify(tree: Tree) -> Tree:
    if chosen := _chosen(tree):
        return chosen[0] if len(chosen) == 1 else Group(reduce(partial(Bin, "+"), chosen))
    match tree:
        case Group(x):
            inner = _simplify(x)
            return inner if isinstance(inner, Num | Call) else Group(inner)
        case Neg(x):
            inner = _simplify(x)
            return Num("0") if _known(inner) == 0 else Neg(inner)
        case Bin("*", a, b):
            return _product(_simplify(a), _simplify(b))
        case Bin("+", a, b):
            left, right = _simplify(a), _simplify(b)
            return right if _is_zero(left) else left if _is_zero(right) else Bin("+", left, right)
        case Bin("-", a, b):
            left, right = _simplify(a), _simplify(b)
            return Neg(right) if _is_zero(left) else left if _is_zero(right) else Bin("-", left, right)
        case _:
            return rebuild(tree, _simplify)


def _is_zero(tree: Tree) -> bool:
    inner = bare(tree)
    return isinstance(inner, Num) and not inner.value.any()


def _product(a: Tree, b: Tree) -> Tree:
    for factor, other in ((a, b), (b, a)):
        known = _known(factor)
        if known == 0 and shape(other, {}) == SCALAR:  # 0 times a vector is no number: it stays
            return Num("0")
        if known == 1:
            return other
        if known == -1 and isinstance(bare(factor), Num | Neg):
            return Neg(other)
    return Bin("*", a, b)
