"""Random questions of every family, their lines read back in every format and recomputed."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.formula.functions import FUNCTIONS
from tests.formula.functions.quantities import drawn
from tests.reader.formulas import PLAIN_TABLE
from tests.reader.page import OTHERS, check, solved
from tests.reader.specs import FAMILIES
from tests.tables import each
from tests.trials import times


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=times(2), derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_line_follows_from_the_one_above(family: str, data: st.DataObject) -> None:
    text = data.draw(FAMILIES[family]())
    try:
        solution = solved(text)
    except SpecError:
        return  # rounded to 0, such as log(0): it says so
    check(solution, turn=data.draw(st.integers(0, len(OTHERS) - 1)))


def test_powers_too_large_for_a_float_are_read() -> None:
    check(
        solved(
            "title: t\nround: {decimals: 0}\n"
            'given: {family: formula, quantities: {X: [[0, 0], [0, 710]]}, formulas: ["s = softmax_rows(X)"]}\n'
            "parts: [{label: a}]"
        )
    )


FIRST = {row.examples[0] for row in FUNCTIONS.values()}


@each(("turn", "example"), enumerate(PLAIN_TABLE))
def test_every_function_of_the_table_is_read(turn: int, example: str) -> None:
    """Its first example in all formats, others in turn."""
    given = ", ".join(f"{name}: {np.round(at, 1).tolist()}" for name, at in drawn(3).items())
    check(
        solved(
            f"title: t\nround: {{decimals: 3}}\ngiven:\n  family: formula\n  quantities: {{{given}}}\n"
            f'  formulas: ["r = {example}"]\nparts: [{{label: a}}]'
        ),
        None if example in FIRST else turn,
    )
