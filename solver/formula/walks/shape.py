"""The shape walk: rows and columns of a formula, and the error that names the two shapes that do not fit."""

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any

from solver.errors import FormulaError, nearest
from solver.formula.form import form, runs
from solver.formula.functions import FUNCTIONS
from solver.formula.functions.shapes import MAX_CELLS
from solver.formula.sizes import SCALAR, Shape, Size, misfit, show, spread
from solver.formula.source import source
from solver.formula.tree import Array, Bin, Call, Group, Name, Neg, Num, Sum, Transpose, Tree, Written, walk

__all__ = ["MAX_CELLS", "SCALAR", "Shape", "Size", "check_sizes", "shape", "shape_alike", "show", "sizes_of_terms"]

_KNOWN: dict[Hashable, Shape] = {}
_MOST_KNOWN = 10_000


def shape(tree: Tree, shapes: Mapping[str, Shape]) -> Shape:
    """Rows and columns of a formula whose names have the given shapes; raises FormulaError naming what does not fit."""
    return _SHAPE[type(tree)](tree, shapes)


def check_sizes(tree: Tree, shapes: Mapping[str, Shape]) -> None:
    """Raises FormulaError where a number is meant as a size: ones(n) has as many cells as n, which is one."""
    for node in walk(tree):
        if isinstance(node, Call) and FUNCTIONS[node.fn].sized and node.args and shape(node.args[0], shapes) == SCALAR:
            message = f"{source(node)} would be a single number: {source(node.args[0])} is no size"
            raise FormulaError(message, f"a size is typed in digits: {node.fn}(3)")


def shape_alike(tree: Tree, shapes: Mapping[str, Shape]) -> Shape:
    """The same, found once for all formulas of one form and names of the same shapes."""
    kind, used = form(tree)
    key = (kind, *map(shapes.get, used))
    made = _KNOWN.get(key)
    if made is None:
        made = shape(tree, shapes)
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[key] = made
    return made


def sizes_of_terms(total: Sum, shapes: Mapping[str, Shape]) -> list[Shape]:
    """The shapes that terms of a sum have, each once: one look for all of one form and names of the same shapes.

    Raises KeyError for a name without a shape.
    """
    found: dict[Shape, None] = {}
    for term, uses in runs(total):
        of_names = partial(map, shapes.__getitem__)
        for sizes in dict.fromkeys(map(tuple, map(of_names, uses))):
            found[shape(term, dict(zip(uses[0], sizes, strict=True)))] = None
    return list(found)


def _name(tree: Name, shapes: Mapping[str, Shape]) -> Shape:
    if tree.id not in shapes:
        raise FormulaError(f"{tree.id!r} is not given yet", nearest(tree.id, shapes))
    return shapes[tree.id]


def _sum(tree: Sum, shapes: Mapping[str, Shape]) -> Shape:
    try:
        first, *others = sizes_of_terms(tree, shapes)
    except KeyError:
        first, *others = dict.fromkeys(shape(term, shapes) for term in tree.terms)
    if others:
        raise _misfit(tree, first, others[0], "terms of a sum need equal shapes")
    return first


def _call(call: Call, shapes: Mapping[str, Shape]) -> Shape:
    args = [shape(a, shapes) for a in call.args]
    try:
        return FUNCTIONS[call.fn].shape(call.fn, args, dict(call.options))
    except FormulaError as error:
        raise FormulaError(f"{error.message} in {source(call)}", error.hint) from None


def _join(tree: Bin, shapes: Mapping[str, Shape]) -> Shape:
    op, a, b = tree.op, shape(tree.a, shapes), shape(tree.b, shapes)
    if op == "@":
        if a[1] != b[0]:
            raise _misfit(tree, a, b, f"the {a[1]} columns on the left must meet {a[1]} rows on the right, not {b[0]}")
        if isinstance(a[0], int) and isinstance(b[1], int) and a[0] * b[1] > MAX_CELLS:
            message = f"{source(tree)} has {a[0]}×{b[1]} numbers"
            raise FormulaError(message, f"a result has {MAX_CELLS:,} numbers at the most")
        return (a[0], b[1])
    if op == "**":
        if b != SCALAR:
            raise _misfit(tree, a, b, "the exponent must be a scalar")
        return a
    found = spread(a, b)
    if found is None:
        raise _misfit(tree, a, b, f"{op} needs equal shapes, or a scalar, row or column on one side")
    return found


def _misfit(tree: Tree, a: Shape, b: Shape, hint: str) -> FormulaError:
    error = misfit(a, b, hint)
    return FormulaError(f"{error.message} in {source(tree)}", hint)


_SHAPE: dict[type, Callable[[Any, Mapping[str, Shape]], Shape]] = {
    Name: _name,
    Num: lambda x, shapes: SCALAR,
    Array: lambda x, shapes: x.value.shape,
    Bin: _join,
    Neg: lambda x, shapes: shape(x.x, shapes),
    Group: lambda x, shapes: shape(x.x, shapes),
    Written: lambda x, shapes: shape(x.of, shapes),
    Transpose: lambda x, shapes: shape(x.x, shapes)[::-1],
    Sum: _sum,
    Call: _call,
}
