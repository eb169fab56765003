"""What has no rounding: counts, classes, bits, values of step functions, whole-number arithmetic on exact operands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from solver.formula.functions import FUNCTIONS
from solver.formula.tree import Array, Bin, Call, Group, Name, Neg, Num, Sum, Transpose, Tree
from solver.formula.walks.value import value
from solver.mark.sheet import Quantity
from solver.rounding import EXACT, Floats

_TRIALS = 3


def exact_names(chain: Iterable[Quantity]) -> set[str]:
    """The quantities of a chain that are exact whole numbers, whatever digits are asked for."""
    found: set[str] = set()
    sizes: dict[str, Floats] = {}
    for quantity in chain:
        if not quantity.solved.numeric:
            continue
        item, number = quantity.solved.item, quantity.truth.low
        sizes[quantity.name] = number
        if not _whole(number):
            continue
        if (
            item.given
            or quantity.solved.form is EXACT
            or (item.definition is not None and _exact(item.definition, found, sizes))
        ):
            found.add(quantity.name)
    return found


def _whole(x: Floats) -> bool:
    return bool(np.array_equal(x, np.rint(x)))


def _exact(tree: Tree, names: set[str], sizes: Mapping[str, Floats]) -> bool:
    match tree:
        case Name(id=name):
            return name in names
        case Num() | Array():
            return _whole(tree.value)
        case Group(x) | Neg(x) | Transpose(x):
            return _exact(x, names, sizes)
        case Sum(terms):
            return all(_exact(term, names, sizes) for term in terms)
        case Bin("+" | "-" | "*" | "@", a, b):
            return _exact(a, names, sizes) and _exact(b, names, sizes)
        case Bin("**", a, Num(text=text)):
            return text.isdigit() and _exact(a, names, sizes)
        case Call(fn, args):
            if FUNCTIONS[fn].constant:
                return True
            return all(_exact(a, names, sizes) for a in args) and _keeps_whole(tree, sizes)
        case _:
            return False


def _keeps_whole(call: Call, sizes: Mapping[str, Floats]) -> bool:
    """Whether a function gives whole numbers for whole numbers, as a maximum does and a mean does not: by trying."""
    rng = np.random.default_rng(1)
    row, shapes = FUNCTIONS[call.fn], [value(a, sizes).shape for a in call.args]
    for _ in range(_TRIALS):
        drawn = [rng.integers(-7, 8, shape).astype(float) for shape in shapes]
        with np.errstate(all="ignore"):
            if not _whole(np.asarray(row.code(*drawn, **dict(call.options)))):
                return False
    return True
