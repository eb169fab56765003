"""The bounds walk: the interval of values that a formula can have when its operands are known to intervals.

An honest student's operand lies within half a unit of what was written; pushed through the formula, that gives every
result an honest calculation can reach. Intervals are never too narrow; where an operand stands twice in a formula they
can be wider than need be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from solver.formula.functions import FUNCTIONS
from solver.formula.interval import Interval, around, minus, over, plus, point, power, times, times_matrix
from solver.formula.tree import Array, Bin, Call, Group, Name, Neg, Num, Op, Sum, Transpose, Tree, Written
from solver.formula.walks.stages import by_definition, definition, stated, summed
from solver.formula.walks.value import value

__all__ = ["Interval", "bounds", "point"]


Stands = Callable[[Interval], Interval]
"""Between what the number lies that stands for an intermediate result."""

_PIECES = 4


def bounds(tree: Tree, env: Mapping[str, Interval], stands: Stands | None = None) -> Interval:
    """The interval of a formula, over any leading batch axes.

    stands: of somebody who may write down some of the intermediate results, and goes on with what is written
    (`stages.py`); the result itself is not replaced. An end that does not exist (a logarithm of 0, a division by an
    interval around 0) is infinite.
    """
    with np.errstate(all="ignore"):
        return _BoundsWalk(stands).of(tree, env)


class _BoundsWalk:
    def __init__(self, stands: Stands | None) -> None:
        self.stands = stands

    def of(self, tree: Tree, env: Mapping[str, Interval]) -> Interval:
        match tree:
            case Name(id=name):
                return env[name]
            case Num() | Array():
                return point(tree.value)
            case Group(x) | Written(x):
                return self.of(x, env)
            case Neg(x):
                a = self.operand(x, env)
                return point(-a.low) if a.exact else Interval(-a.high, -a.low)
            case Transpose(x):
                a = self.of(x, env)
                turned = np.swapaxes(a.low, -1, -2)
                return point(turned) if a.exact else Interval(turned, np.swapaxes(a.high, -1, -2))
            case Sum(terms):
                total = self.operand(terms[0], env)
                for term in terms[1:]:
                    total = plus(total, self.operand(term, env))
                return total
            case Bin(op, x, y):
                return self.join(op, self.operand(x, env), self.operand(y, env))
            case Call():
                return self.call(tree, [self.operand(a, env) for a in tree.args])
            case _:
                raise TypeError(f"no bounds for {tree!r}")

    def operand(self, tree: Tree, env: Mapping[str, Interval]) -> Interval:
        found = self.of(tree, env)
        return found if self.stands is None or stated(tree) else self.stands(found)

    def join(self, op: Op, a: Interval, b: Interval) -> Interval:
        if self.stands is not None and op == "@" and summed(a.low, b.low):
            products = self.stands(times(*(_spread(x, axis) for x, axis in ((a, -1), (b, -3)))))
            return Interval(products.low.sum(axis=-2), products.high.sum(axis=-2))
        if a.exact and b.exact:
            return point(value(Bin(op, Name("a"), Name("b")), {"a": a.low, "b": b.low}))
        return {"+": plus, "-": minus, "*": times, "/": over, "@": times_matrix, "**": power}[op](a, b)

    def call(self, call: Call, args: list[Interval]) -> Interval:
        row, options = FUNCTIONS[call.fn], dict(call.options)
        exact = all(a.exact for a in args)
        found = (
            point(row.code(*[a.low for a in args], **options))
            if exact
            else Interval(*row.bounds(row.code, args, options)).sound
        )
        if self.stands is None or not by_definition(call):
            return found
        other = self.defined(definition(call.fn), row.params[0], args[0], row.elementwise)
        ends = [np.where(np.isnan(end), own, end) for end, own in zip(other, found, strict=True)]
        if row.range is not None:  # whoever gets a value that the function has not looks again
            ends = [np.clip(end, *row.range) for end in ends]
        return around([*found, *ends])

    def defined(self, tree: Tree, name: str, x: Interval, elementwise: bool) -> Interval:
        """What a definition gives. Where its operand stands twice, as in tanh, cell by cell in a few pieces: the shorter
        an interval, the less it matters that both places of the operand do not know of each other.
        """
        if x.exact or not elementwise:
            return self.of(tree, {name: x})
        ends = np.linspace(x.low, x.high, _PIECES + 1)
        found = self.of(tree, {name: Interval(ends[:-1], ends[1:])})
        return Interval(found.low.min(axis=0), found.high.max(axis=0))


def _spread(x: Interval, axis: int) -> Interval:
    """For each product of a matrix product, the factor on one side."""
    low = np.expand_dims(x.low, axis)
    return point(low) if x.exact else Interval(low, np.expand_dims(x.high, axis))
