"""How often what is random is tried: few times in every run, and N times as often by `pytest --trials N`."""

from hypothesis import strategies as st

N = 1
CHARACTERS = st.characters(exclude_categories=["Cs"])
"""All that UTF-8 can write, as in `st.text()`, which needs two seconds in every process to find out what that is."""


def times(few: int) -> int:
    """So many trials, or seeds, of one test."""
    return few * N
