"""One student's own numbers along a question's working, and the lines of working with these numbers in them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from solver.errors import FormulaError
from solver.formula.tree import Array, Literal_, Num, written_literal
from solver.formula.walks.evaluate import evaluate
from solver.formula.walks.reduce import Detail
from solver.mark.judge.acceptance import own_values
from solver.mark.judge.diagnose import leading_to
from solver.mark.judge.numbers import NO_LIMIT, Batch
from solver.mark.records import Graded
from solver.mark.sheet import Quantity, Sheet
from solver.rounding import EXACT, MAX_DIGITS, Floats, Rounding, shortest
from solver.working.items import Line
from solver.working.solution import Solved

MOST_STEPS = 6
"""The most steps shown for one answer."""


class OwnNumbers:
    """The numbers of student `index` of a batch.

    Where nothing is written, what follows from the numbers before it stands for it; so it does where a number is such
    that nothing could follow from it.
    """

    def __init__(self, sheet: Sheet, graded: Graded, index: int) -> None:
        self.sheet, self.batch, self.index = sheet, graded.submissions.batch, index

    def wrote(self, key: str) -> Literal_ | None:
        """The numbers of an answer in the digits that the student wrote; None where some are blank."""
        values = self.batch.values.get(key)
        if values is None or np.isnan(values[self.index]).any():
            return None
        return _typed(values[self.index], self.batch.decimals[key][self.index])

    def lines(self, solved: Solved, detail: Detail = "normal") -> list[list[Line]]:
        """The working of an answer from the student's numbers, behind that of the last unwritten steps that lead to it.

        Empty where nothing can be worked out from them.
        """
        chain, own = self.chains.get(id(solved.context), ({}, {}))
        at = chain.get(solved.name)
        if at is None or not at.solved.numeric:
            return []
        found = []
        for quantity in [*islice(leading_to(at, chain, self.written), MOST_STEPS)][::-1]:
            result = self.follows(quantity, own)
            if result is None:
                return []
            found.append(_lines(quantity.solved, own, result, detail))
        return found

    @cached_property
    def written(self) -> set[str]:
        """The answers with a number in them."""
        return {key for key, values in self.batch.values.items() if not np.isnan(values[self.index]).all()}

    @cached_property
    def chains(self) -> dict[int, tuple[dict[str, Quantity], dict[str, Literal_]]]:
        """Each working by its identity: its quantities, and the student's numbers by name."""
        row = slice(self.index, self.index + 1)
        values = {key: v[row] for key, v in self.batch.values.items()}
        alone = Batch(1, values, {key: self.batch.decimals[key][row] for key in values})
        return {
            id(context): (
                {quantity.name: quantity for quantity in chain},
                self.numbers(chain, {n: i.middle for n, i in own_values(self.sheet, k, alone).items()}),
            )
            for k, (context, chain) in enumerate(self.sheet.chains)
        }

    def numbers(self, chain: list[Quantity], taken: dict[str, Floats]) -> dict[str, Literal_]:
        """The student's number of each quantity. taken: what its judge took for it."""
        quantities = ((quantity.name, quantity) for quantity in chain if quantity.name in taken)
        return evaluate(quantities, {}, lambda quantity, own: self.number(quantity, own, taken[quantity.name]))

    def number(self, quantity: Quantity, own: Mapping[str, Literal_], taken: Floats) -> Literal_:
        """What a student wrote; what follows from the numbers before it, where it is blank or nothing can follow."""
        values = self.batch.values.get(quantity.key or "")
        typed = None if values is None else values[self.index]
        if typed is not None and not _stands(typed, np.reshape(taken, typed.shape)):
            typed = None
        whole = None if typed is None or quantity.key is None else self.wrote(quantity.key)
        if whole is not None:
            return whole
        following = self.follows(quantity, own) or quantity.solved.literal()
        return following if typed is None else _typed(np.where(np.isnan(typed), following.value, typed), None)

    def follows(self, quantity: Quantity, own: Mapping[str, Literal_]) -> Literal_ | None:
        """What follows from the numbers before a quantity, as it is written; None where nothing does."""
        item, form = quantity.solved.item, quantity.solved.form
        try:
            found = item.value({name: own[name].value for name in item.needs})
        except FormulaError:
            return None
        return None if found is None else item.literal(form.round(found), form)


def _stands(typed: Floats, taken: Floats) -> bool:
    """Whether the judge took what is typed where something is."""
    return bool((np.isnan(typed) | (np.abs(typed - taken) <= 1e-12 + 1e-9 * np.abs(taken)) | (typed == taken)).all())


def _lines(solved: Solved, own: Mapping[str, Literal_], result: Literal_, detail: Detail) -> list[Line]:
    operands = {name: own[name] for name in solved.item.needs}
    return solved.worked(lambda guard: operands, result.value, detail)


def _typed(values: Floats, decimals: NDArray[np.int16] | None) -> Literal_:
    """Numbers in the digits that were written, or in as few as they need."""
    if decimals is not None and not (decimals >= NO_LIMIT).any():
        texts = tuple(
            tuple(f"{v + 0.0:.{min(max(d, 0), MAX_DIGITS)}f}" for v, d in zip(row, places, strict=True))
            for row, places in zip(values.tolist(), decimals.tolist(), strict=True)
        )
        if np.allclose(np.array(texts, dtype=float), values, rtol=1e-12, atol=0):
            return Num(texts[0][0]) if values.shape == (1, 1) else Array(values, typed=texts, form=EXACT)
    form = shortest(values, MAX_DIGITS) or Rounding(MAX_DIGITS)
    return written_literal(form.round(values), form)
