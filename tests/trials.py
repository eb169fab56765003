"""How often what is random is tried: few times in every run, and N times as often by `pytest --trials N`."""

N = 1


def times(few: int) -> int:
    """So many trials, or seeds, of one test."""
    return few * N
