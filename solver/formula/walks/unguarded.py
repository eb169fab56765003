"""A formula as numpy alone computes it, made ready once and then called for one time after the other.

It knows nothing of 0·∞ and of what noise leaves of a sum: who calls it compares what comes out with `value`, of all at once.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from operator import itemgetter
from typing import Any, TypeAlias

from solver.formula.arithmetic import power
from solver.formula.functions import FUNCTIONS
from solver.formula.tree import Array, Bin, Call, Group, Name, Neg, Num, Op, Transpose, Tree
from solver.formula.walks.value import Env, unwarned
from solver.rounding import Floats

Ready: TypeAlias = Callable[[Env], Floats]


def unguarded(tree: Tree) -> Ready:
    """What computes a formula from its names' numbers."""
    made = _READY.get(type(tree))
    return (lambda env: unwarned(tree, env)) if made is None else made(tree)


def _bin(tree: Bin) -> Ready:
    join, a, b = _JOIN[tree.op], unguarded(tree.a), unguarded(tree.b)
    return lambda env: join(a(env), b(env))


def _call(tree: Call) -> Ready:
    code, operands, options = FUNCTIONS[tree.fn].code, [unguarded(a) for a in tree.args], dict(tree.options)
    if len(operands) == 1 and not options:
        only = operands[0]
        return lambda env: code(only(env))
    return lambda env: code(*[operand(env) for operand in operands], **options)


def _negative(tree: Neg) -> Ready:
    operand = unguarded(tree.x)
    return lambda env: -operand(env)


def _transposed(tree: Transpose) -> Ready:
    operand = unguarded(tree.x)
    return lambda env: operand(env).swapaxes(-1, -2)


def _number(tree: Num | Array) -> Ready:
    number = tree.value
    return lambda env: number


_JOIN: dict[Op, Callable[[Floats, Floats], Floats]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "@": operator.matmul,
    "**": power,
}
_READY: dict[type, Callable[[Any], Ready]] = {
    Name: lambda x: itemgetter(x.id),
    Num: _number,
    Array: _number,
    Bin: _bin,
    Neg: _negative,
    Group: lambda x: unguarded(x.x),
    Transpose: _transposed,
    Call: _call,
}
