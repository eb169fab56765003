"""Numbers put in for names, as they are printed."""

from collections.abc import Mapping

import numpy as np

from solver.formula.functions import FUNCTIONS
from solver.formula.tree import (
    LITERALS,
    Array,
    Call,
    Literal_,
    Name,
    Num,
    Options,
    Transpose,
    Tree,
    bare,
    rebuild,
)
from solver.formula.walks.shape import SCALAR
from solver.formula.walks.value import value


def substitute(formula: Tree, operands: Mapping[str, Num | Array]) -> Tree:
    """Numbers for names; a transposed name becomes the transposed numbers."""
    if isinstance(formula, Name):
        return operands[formula.id]
    if isinstance(formula, Num):
        return formula
    made = rebuild(formula, lambda x: substitute(x, operands))
    match made:
        case Transpose(x) if isinstance(inner := bare(x), Array):
            return inner.T
        case Transpose(x) if isinstance(inner := bare(x), Num):
            return inner
        case Call("[]", (x,), options) if isinstance(inner := bare(x), Array):
            return _part(inner, options)
        case Call():
            return stacked_up(made)
    return made


def stacked_up(tree: Tree) -> Tree:
    """Numbers put side by side or below each other: the matrix that they make, each as it is written."""
    style = FUNCTIONS[tree.fn].notation.style if isinstance(tree, Call) else "word"
    if not (
        isinstance(tree, Call)
        and style in ("stacked", "side by side")
        and all(isinstance(bare(a), LITERALS) for a in tree.args)
    ):
        return tree
    blocks = [_texts(bare(a)) for a in tree.args]
    rows = [row for block in blocks for row in block]
    if style == "side by side":
        rows = [[text for row in beside for text in row] for beside in zip(*blocks, strict=True)]
    return Array(value(tree, {}), rows)


def _texts(tree: Tree) -> list[list[str]]:
    """The numbers of a literal as they are written."""
    if isinstance(tree, Array):
        return [[tree.text(i, j) for j in range(tree.value.shape[1])] for i in range(tree.value.shape[0])]
    assert isinstance(tree, Num)
    return [[tree.text]]


def _part(array: Array, options: Options) -> Literal_:
    """A part of printed numbers, as they are printed."""
    places = np.arange(array.value.size, dtype=float).reshape(array.value.shape)
    chosen = FUNCTIONS["[]"].code(places, **dict(options)).astype(int)
    texts = [[array.text(*divmod(int(k), array.value.shape[1])) for k in row] for row in chosen]
    return Num(texts[0][0]) if chosen.shape == SCALAR else Array(array.value.flat[chosen], texts)
