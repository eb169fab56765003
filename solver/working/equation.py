"""Whole numbers from formulas with a division that may leave a remainder: an output size, or what it follows from.

    H2 = (H1 - F1 + 2*p1)/s1 + 1
    49 = (55 - F1 + 2*0)/1 + 1
    48 = 55 - F1
    F1 = 55 - 48
       = 7
    (55 - 7 + 2*0)/1 + 1 = 49          check

The formulas say floor; where the division leaves no remainder, the lines do not show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from solver.errors import FormulaError
from solver.formula.parse import parse
from solver.formula.source import source
from solver.formula.tree import (
    SUMS,
    Bin,
    Call,
    Group,
    Literal_,
    Name,
    Neg,
    Num,
    Tree,
    names,
    rebuild,
    replace_names,
    walk,
)
from solver.formula.walks.bounds import Interval, bounds, point
from solver.formula.walks.isolate import isolate
from solver.formula.walks.reduce import Detail, Operands, reduce
from solver.formula.walks.value import Env, value
from solver.named import Structure
from solver.rounding import EXACT, Floats, Format
from solver.working.items import Item, Line, Mutants, Step

if TYPE_CHECKING:
    from solver.formula.mistakes.surroundings import Surroundings

MOST = 100_000
"""The largest candidate that is tried unless the caller says otherwise."""

_LISTED = 8
_BLOCK = 256

Sides = tuple[Tree, Tree]
"""What stands left and right of an equals sign."""


class Floored(Step):
    """A step whose formula rounds a division down; its lines show that only where there is a remainder."""

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        """The working, without the floor brackets where they change nothing."""
        env = {name: number.value for name, number in operands(0).items()}
        plain = unfloored(self.formula)
        formula = plain if np.array_equal(value(plain, env), result) else self.formula
        first, *rest = reduce(formula, operands, result, form, detail)
        return [Line(first.tree, left=Name(self.name)), *(Line(tree, relation=sign) for tree, sign in rest)]


class Equation(Item, Structure):
    """A whole number, `least` to `most`, found from equations that hold together, such as those of height and width.

    sides: left and right of each equation; every name in them but the unknown's own is known, and all are scalars.
    exact: only solutions for which no division inside a floor leaves a remainder.
    """

    name: str
    sides: tuple[Sides, ...]
    title: str = ""
    why: str = ""
    least: int = 1
    most: int = MOST
    exact: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """The names it uses besides the unknown."""
        found = dict.fromkeys(name for pair in self.sides for side in pair for name in names(side))
        return tuple(name for name in found if name != self.name)

    @property
    def source(self) -> str:
        """The equations as an author would type them."""
        return ", ".join(_typed(pair) for pair in self.sides)

    def value(self, env: Env) -> Floats:
        """The one solution, shape (…, 1, 1); raises FormulaError naming all that fit where there are none or several."""
        known = {name: np.asarray(env[name], dtype=float) for name in self.needs}
        axes = max((v.ndim for v in known.values()), default=2)
        candidates = np.arange(self.least, self.most + 1, dtype=float).reshape(-1, *(1,) * axes)
        trial = {**known, self.name: candidates}
        fits = np.ones(candidates.shape, dtype=bool)
        divides = fits.copy()
        for pair in self.sides:
            fits = fits & _holds(pair, trial)
            divides = divides & _holds(_plain(pair), trial)
        if self.exact:
            fits = fits & divides
        if not np.all(fits.sum(axis=0) == 1):
            raise self._misfit(known, fits.reshape(len(candidates), -1), (fits & divides).reshape(len(candidates), -1))
        found: Floats = np.asarray(self.least + np.argmax(fits, axis=0), dtype=float)
        return found

    def bounds(self, env: Mapping[str, Interval]) -> Interval:
        """The lowest and the highest whole number that fit what is known to intervals; nan where none fits."""
        known = {name: env[name] for name in self.needs}
        if not known:
            return Interval(*(np.full((1, 1), end) for end in self._fitting({})))
        batch = np.broadcast_shapes(*(ends.low.shape[:-2] for ends in known.values()))
        rows = [np.broadcast_to(end, (*batch, 1, 1)).reshape(-1) for ends in known.values() for end in ends]
        cases, which = np.unique(np.array(rows).reshape(len(rows), -1), axis=1, return_inverse=True)
        found = np.array([self._fitting(dict(zip(known, case.reshape(-1, 2), strict=True))) for case in cases.T])
        low, high = found[which.reshape(-1)].T.reshape(2, *batch, 1, 1)
        return point(low) if np.array_equal(low, high) else Interval(low, high)

    def _fitting(self, known: Mapping[str, NDArray[np.float64]]) -> tuple[float, float]:
        """The lowest and the highest solution; known: the two ends of each name."""
        env = {name: Interval(*ends.reshape(2, 1, 1)) for name, ends in known.items()}
        env = {name: point(ends.low) if ends.low == ends.high else ends for name, ends in env.items()}
        starts = np.arange(self.least, self.most + 1, _BLOCK, dtype=float)  # first which blocks may hold a solution
        ends = np.minimum(starts + _BLOCK - 1, self.most)
        starts = starts[self._fits(env, Interval(starts.reshape(-1, 1, 1), ends.reshape(-1, 1, 1)))]
        candidates = (starts[:, None] + np.arange(_BLOCK)).reshape(-1)
        candidates = candidates[candidates <= self.most]
        found = candidates[self._fits(env, point(candidates.reshape(-1, 1, 1)))]
        return (float(found[0]), float(found[-1])) if found.size else (np.nan, np.nan)

    def _fits(self, env: Mapping[str, Interval], unknown: Interval) -> NDArray[np.bool_]:
        """For which values of the unknown, (count, 1, 1), both sides of each equation can be alike; (count,)."""
        within = {**env, self.name: unknown}
        fits = np.ones(len(unknown.low), dtype=bool)
        for pair in self.sides:
            for left, right in (pair, _plain(pair)) if self.exact else (pair,):
                a, b = bounds(left, within), bounds(right, within)
                fits &= ((a.low <= b.high) & (b.low <= a.high)).reshape(-1)
        return fits

    def mutants(self, around: Surroundings, env: Mapping[str, Interval]) -> Mutants:
        """The whole numbers that solve it with a mistake in it."""
        from solver.formula.mistakes.mutate import mutations

        sides = [side for pair in self.sides for side in pair]
        made = [dict(mutations(side, around.counting)) for side in sides]
        for name in dict.fromkeys(name for mistakes in made for name in mistakes):
            mistaken = iter([mistakes.get(name, side) for mistakes, side in zip(made, sides, strict=True)])
            yield name, self.replaced(sides=tuple(zip(mistaken, mistaken, strict=True))).bounds(env)

    def form(self, policy: Format) -> Format:
        """Exact, whatever the policy: it is a whole number."""
        return EXACT

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        """The equations, then the numbers put in, the unknown isolated, and the solution put back in as a check."""
        numbers = operands(0)
        solution = Num(form.text(float(result.item())))
        solved = {**numbers, self.name: solution}
        env = {name: number.value for name, number in solved.items()}
        divides = all(bool(np.all(_holds(_plain(pair), env))) for pair in self.sides)
        sides = [_plain(pair) for pair in self.sides] if divides else list(self.sides)
        if detail == "brief":
            return [*(Line(right, left=left) for left, right in sides), Line(solution, left=Name(self.name))]
        lines = [line for pair in sides for line in _started(pair, numbers)]
        lines += self._solved(sides[0], numbers, solution, detail) if divides else []
        if lines[-1].right != solution:
            note = () if divides else ("the only whole number that fits",)
            lines.append(Line(solution, left=Name(self.name), note=note))
        for pair in sides:
            lines += _check(pair, solved)
        return lines

    def _solved(self, pair: Sides, numbers: Mapping[str, Literal_], solution: Num, detail: Detail) -> Iterator[Line]:
        """The lines that isolate the unknown; none where the equation is of a form that cannot be isolated."""
        left, right = (replace_names(side, numbers) for side in pair)
        states = isolate(left, right, self.name, every=detail == "full")
        for state in states[:-1]:
            yield Line(state.right, left=state.left)
        for state in states[-1:]:
            yield Line(state.left, left=state.right)
            if state.left != solution:
                yield Line(solution)

    def _misfit(self, known: Env, fits: NDArray[np.bool_], divides: NDArray[np.bool_]) -> FormulaError:
        """What is wrong with the first entry of a batch that has no solution, or several; divides: those that do."""
        wrong = int(np.argmax(fits.sum(axis=0) != 1))
        numbers = {name: Num(EXACT.text(float(np.ravel(v)[wrong % v.size]))) for name, v in known.items()}
        sides = [(replace_names(left, numbers), replace_names(right, numbers)) for left, right in self.sides]
        where = " and ".join(_typed(pair) for pair in sides)
        found = np.flatnonzero(fits[:, wrong]) + self.least
        if found.size:
            only = np.flatnonzero(divides[:, wrong]) + self.least
            hint = f"division: exact keeps {only[0]:,}, which leaves no remainder" if only.size == 1 else ""
            return FormulaError(f"{self.name} is not determined: {_listed(found)} all fit {where}", hint)
        without = " without a remainder" if self.exact else ""
        message = f"no whole number from {self.least} to {self.most:,} for {self.name} fits {where}{without}"
        return FormulaError(message, self._nearest(sides))

    def _nearest(self, sides: Iterable[Sides]) -> str:
        """The candidate that comes nearest, as a hint."""
        candidates = np.arange(self.least, self.most + 1, dtype=float).reshape(-1, 1, 1)
        env = {self.name: candidates}
        gaps = [np.abs(value(left, env) - value(right, env)) for left, right in sides]
        total = np.nan_to_num(sum(gaps), nan=np.inf).ravel()
        best = int(np.argmin(total))
        env = {self.name: candidates[best : best + 1]}
        gives = " and ".join(EXACT.text(float(value(right, env).item())) for _, right in sides)
        return f"the nearest is {self.name} = {best + self.least}, which gives {gives}"


def equation(name: str, *texts: str, **options: Any) -> Equation:
    """An Equation from texts such as `H2 = floor((H1 - F1)/s1) + 1`; raises FormulaError."""
    sides = []
    for text in texts:
        left, sign, right = text.partition("=")
        if not sign:
            raise FormulaError(f"{text[:80]!r} is no equation", "write FORMULA = FORMULA")
        sides.append((parse(left), parse(right)))
    return Equation(name, tuple(sides), **options)


def unfloored(tree: Tree) -> Tree:
    """The formula with plain divisions where it rounds down, or up."""
    if isinstance(tree, Call) and tree.fn in ("floor", "ceil"):
        inner = unfloored(tree.args[0])
        sum_ = isinstance(inner, Neg) or (isinstance(inner, Bin) and inner.op in SUMS)
        return Group(inner) if sum_ else inner
    return rebuild(tree, unfloored)


def _plain(pair: Sides) -> Sides:
    return unfloored(pair[0]), unfloored(pair[1])


def _holds(pair: Sides, env: Env) -> NDArray[np.bool_]:
    return np.asarray(value(pair[0], env) == value(pair[1], env))


def _typed(pair: Sides) -> str:
    return f"{source(pair[0])} = {source(pair[1])}"


def _listed(found: NDArray[np.int64]) -> str:
    shown = [f"{n:,}" for n in found[:_LISTED]]
    more = f" and {found.size - _LISTED:,} more" if found.size > _LISTED else ""
    return ", ".join(shown) + more


def _started(pair: Sides, numbers: Mapping[str, Literal_]) -> Iterator[Line]:
    """An equation in symbols, then with its numbers."""
    left, right = pair
    yield Line(right, left=left)
    yield Line(replace_names(right, numbers), left=replace_names(left, numbers))


def _check(pair: Sides, solved: Mapping[str, Literal_]) -> Iterator[Line]:
    """The right side with all numbers in it, worked out; it must give the left side."""
    left, right = (replace_names(side, solved) for side in pair)
    result = value(left, {})
    *lines, target = (tree for tree, _ in reduce(right, lambda guard: {}, result, EXACT))
    rounds = [tree for tree in lines[1:] if _rounds(tree)]  # what is inside the floor brackets, before and after
    first, *rest = [*rounds[-2:], target]
    yield Line(first, left=right, note=("check",), checks=True)
    yield from (Line(tree) for tree in rest)


def _rounds(tree: Tree) -> bool:
    return any(isinstance(node, Call) for node in walk(tree))
