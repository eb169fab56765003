"""The table of what repeats: the rows and columns of which something is known, and the totals."""

from solver.formula.tree import Num
from solver.working.tally import Tally, TallyRow


def tally() -> Tally:
    return Tally(
        [
            TallyRow("input", "", ("D_in",), {}),
            TallyRow("one", "dense", ("D_one",), {"parameters": "p_one", "MACs": "m_one"}),
            TallyRow("two", "dense", ("D_two",), {"parameters": "p_two"}),
        ],
        ["parameters", "MACs"],
        {"parameters": "p", "MACs": "m"},
        [("", "Sizes."), ("MACs", "A MAC is one.")],
    )


def numbers(**values: int) -> dict[str, Num]:
    return {name: Num(str(value)) for name, value in values.items()}


def test_columns_and_totals_that_are_known() -> None:
    shown = tally().listing(numbers(D_in=3000, D_one=4, D_two=5, p_one=16, p_two=25, p=41))
    assert shown.header == ("layer", "", "size", "parameters")
    assert shown.rows == (
        ("input", "", "3,000", ""),
        ("one", "dense", "4", Num("16")),
        ("two", "dense", "5", Num("25")),
        ("total", "", "", Num("41")),
    )
    assert tally().said(shown) == ["Sizes."]


def test_rows_of_which_nothing_is_known_are_left_out() -> None:
    shown = tally().listing(numbers(m_one=12))
    assert shown.rows == (("one", "dense", "", Num("12")),)
    assert tally().said(shown) == ["Sizes.", "A MAC is one."]


def test_every_name() -> None:
    assert tally().names == {"D_in", "D_one", "D_two", "p_one", "p_two", "m_one", "p", "m"}
    assert tally().sizes == {"D_in", "D_one", "D_two"}


def test_beside_another() -> None:
    made = tally().beside("big", lambda word, name: f"{word}_{name}")
    shown = made.listing(numbers(big_D_in=3, big_D_one=4, big_D_two=5, big_p_one=16))
    assert shown.header == ("big: layer", "", "size", "parameters")
    assert made.asked(["big_p"])
    assert not made.asked(["small_p"])
    assert tally().asked([]), "a table of its own page is always shown"
