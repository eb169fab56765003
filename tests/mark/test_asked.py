"""A question ready to be marked."""

import pytest

from solver.errors import SpecError
from solver.mark import asked
from tests.places import Q2


@pytest.mark.parametrize("most", ["MAX_ANSWERS", "MAX_CELLS"])
def test_a_question_may_ask_for_so_much(most: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "MAX_ANSWERS", 100)
    asked.asked_in(Q2)
    monkeypatch.setattr(asked, most, 10)
    with pytest.raises(SpecError, match="too many to be marked"):
        asked.asked_in(Q2)
