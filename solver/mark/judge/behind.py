"""What is accepted after all, by another convention or by a person, is no wrong earlier value any more."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from solver.mark.judge.numbers import BLANK, CORRECT, FOLLOWED, WRONG, Judged, anywhere
from solver.mark.sheet import Sheet


def acquit(sheet: Sheet, judged: Mapping[str, Judged]) -> None:
    """Makes FOLLOWED answers CORRECT for the students of whom nothing wrong stands behind them."""
    keys: dict[tuple[int, str], list[str]] = {}
    for key, answer in sheet.answers.items():
        if answer.kind == "number" and key in judged:
            keys.setdefault((id(answer.solved.context), answer.solved.name), []).append(key)
    if not keys:
        return
    count = max(len(found.verdicts) for found in judged.values())
    for context, chain in sheet.chains:
        slipped = {quantity.name: np.zeros(count, dtype=bool) for quantity in chain}
        for quantity in chain:
            behind = np.logical_or.reduce(
                [
                    np.zeros(count, dtype=bool),
                    *(slipped[need] for need in quantity.solved.item.needs if need in slipped),
                ]
            )
            slipped[quantity.name] = behind
            for key in keys.get((id(context), quantity.name), ()):
                verdicts = judged[key].verdicts
                verdicts[(verdicts == FOLLOWED) & ~behind[:, None, None]] = CORRECT
                if key == quantity.key:
                    amiss = (verdicts == WRONG) | (verdicts == FOLLOWED)
                    slipped[quantity.name] = anywhere(amiss) | (anywhere(verdicts == BLANK) & behind)
