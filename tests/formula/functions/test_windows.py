"""Where windows stand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from solver.formula.functions.windows import Pair, Windows

few = st.tuples(st.integers(1, 4), st.integers(1, 4))
none_or_few = st.tuples(st.integers(0, 3), st.integers(0, 3))


@given(few, few, few, none_or_few, few, none_or_few)
def test_what_stands_at_a_cell_is_found_without_trying_every_place(
    count: Pair, size: Pair, stride: Pair, padding: Pair, dilation: Pair, at: Pair
) -> None:
    windows = Windows(size, stride, padding, dilation)
    places = ((place, cell) for place in np.ndindex(*count) for cell in np.ndindex(*size))
    expected = [(place, cell) for place, cell in places if windows.place(*place, *cell) == at]
    assert windows.standing(count, *at) == expected
