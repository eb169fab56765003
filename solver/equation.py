"""An equation solved for one whole number: every candidate tried, then the lines that isolate the unknown.

    H2 = (H1 - F1 + 2*p1)/s1 + 1
    49 = (55 - F1 + 2*0)/1 + 1
    48 = 55 - F1
    F1 = 55 - 48
       = 7
    (55 - 7 + 2*0)/1 + 1 = 49          check
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.errors import FormulaError
from solver.formula.parse import parse
from solver.formula.reduce import Detail, Operands, reduce
from solver.formula.source import source
from solver.formula.tree import SUMS, Bin, Call, Group, Neg, Num, Tree, names, rebuild, replace_names
from solver.formula.value import Env, value
from solver.isolate import isolate
from solver.rounding import EXACT, Floats, Format
from solver.working import Line, Step

MOST = 100_000
"""The largest candidate tried."""

_LISTED = 8

Sides = tuple[Tree, Tree]
"""What stands left and right of the equals sign."""


@dataclass(frozen=True, slots=True)
class Equation:
    """A whole number, least to most, found from equations that must hold together, such as those for height and width.

    sides: left and right of each equation; all names in them but the unknown's own are known, and scalars.
    exact: only solutions for which every division inside a floor leaves no remainder.
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
        found = dict.fromkeys(n for pair in self.sides for side in pair for n in names(side))
        return tuple(n for n in found if n != self.name)

    @property
    def source(self) -> str:
        """The equations as an author would type them."""
        return ", ".join(_typed(pair) for pair in self.sides)

    def value(self, env: Env) -> Floats:
        """The one solution, shape (…, 1, 1); raises FormulaError naming all that fit where there are none or several."""
        known = {n: np.asarray(env[n], dtype=float) for n in self.needs}
        axes = max((v.ndim for v in known.values()), default=2)
        candidates = np.arange(self.least, self.most + 1, dtype=float).reshape(-1, *(1,) * axes)
        fits = self._fits({**known, self.name: candidates}, candidates.shape)
        count = fits.sum(axis=0)
        if not np.all(count == 1):
            raise self._misfit(known, candidates, fits)
        result: Floats = self.least + np.argmax(fits, axis=0).astype(float)
        return result

    def form(self, policy: Format) -> Format:
        """Exact: it is a whole number."""
        return EXACT

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        """The equations, the numbers put in, the unknown isolated, and the solution put back in as a check."""
        numbers = operands(0)
        solution = Num(form.text(float(result.item())))
        solved = {**numbers, self.name: solution}
        divides = all(_holds(_unfloored(pair), {n: v.value for n, v in solved.items()}).all() for pair in self.sides)
        sides = tuple(_unfloored(pair) for pair in self.sides) if divides else self.sides
        answer = Line(solution, left=Tree_name(self.name))
        if detail == "brief":
            return [Line(right, left=left) for left, right in sides] + [answer]
        lines: list[Line] = []
        for left, right in sides:
            lines += [Line(right, left=left), Line(_put(right, numbers), left=_put(left, numbers))]
        return lines
