"""Random questions of every family, their lines read back in every format and recomputed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.errors import SpecError
from tests.reader.page import check, solved
from tests.reader.specs import FAMILIES


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=12, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_line_follows_from_the_one_above(family: str, data: st.DataObject) -> None:
    text = data.draw(FAMILIES[family]())
    try:
        solution = solved(text)
    except SpecError:
        return  # rounded to 0, such as log(0): it says so
    check(solution)
