"""What a wrong value takes from what follows: a step that it leaves empty, and values that no function gives."""

from __future__ import annotations

import numpy as np

from solver.formula.functions import FUNCTIONS
from solver.formula.tree import Call, Name, Transpose, Tree, bare, walk
from solver.mark.judge.numbers import WRONG, Codes, Flags, anywhere
from solver.mark.judge.routes import result
from solver.mark.sheet import Quantity
from solver.rounding import Floats


def nothing(answer: Floats, verdicts: Codes) -> Flags:
    """For which students an answer is all zero where it should not be."""
    found = anywhere(verdicts == WRONG)
    wrong = np.flatnonzero(found)
    found[wrong] = ~anywhere(answer[wrong] != 0)
    return found


class Emptied:
    """Which steps a zero leaves empty: 0·x is 0 whatever x is, so that there is nothing to work out."""

    def __init__(self, chain: list[Quantity]) -> None:
        self.quantities = {q.name: q for q in chain}
        self.known: dict[tuple[str, str], bool] = {}

    def by(self, quantity: Quantity, need: str) -> bool:
        """Whether a quantity is zero whatever all others are, where one that it needs is zero."""
        key = (quantity.name, need)
        if key not in self.known:
            rng = np.random.default_rng(2)
            env = {
                name: np.zeros_like(number) if name == need else rng.uniform(0.1, 0.9, number.shape)
                for name in quantity.solved.item.needs
                for number in (self.quantities[name].truth.low,)
            }
            formula = quantity.solved.item.definition
            copied = formula is None or isinstance(bare(formula), Name | Transpose)
            self.known[key] = not copied and not np.any(result(quantity, env))
        return self.known[key]


def may_be_infinite(quantity: Quantity) -> bool:
    """Whether −∞ is a value of its formula as good as another, as of a mask."""
    formula = quantity.solved.item.definition
    calls = (node for node in walk(formula) if isinstance(node, Call)) if formula is not None else ()
    return any(FUNCTIONS[call.fn].infinite for call in calls)


def outside(formula: Tree | None, answer: Floats) -> Flags:
    """Which cells cannot come from the function at the top of a formula, such as a sigmoid above 1."""
    top = None if formula is None else bare(formula)
    limits = FUNCTIONS[top.fn].range if isinstance(top, Call) else None
    if limits is None:
        return np.zeros(answer.shape, dtype=bool)
    return np.asarray((answer < limits[0]) | (answer > limits[1]))
