"""Numbers as they are typed: fractions, and matrices of zeros or ones."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.render.document import document
from solver.render.format_text import render
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.tables import each


def solved(quantities: str, formula: str) -> Solution:
    text = "title: t\nround: {decimals: 9}\ncarry: exact\nparts: [{label: a}]\n"
    text += f"given: {{family: formula, quantities: {{{quantities}}}, formulas: ['c = {formula}']}}"
    return solve_question(load_text(text).questions[0])


@given(st.integers(-999, 999), st.integers(1, 999), st.integers(-99, 99), st.integers(1, 99))
def test_fractions_are_exact_and_echoed(a: int, b: int, c: int, d: int) -> None:
    found = solved(f"w: {a}/{b}, v: [{c}/{d}, 1]", "w*v[1] + w")
    assert found["a/c"].exact_value == pytest.approx(float(Fraction(a, b) * Fraction(c, d) + Fraction(a, b)), rel=1e-12)
    assert found["a/c"].context.solved["w"].text == f"{a}/{b}"
    page = render(document("t", [found]), 100)
    assert f"w = {a}/{b}" in page


def test_a_fraction_in_a_power_or_a_product_is_in_brackets() -> None:
    page = render(document("t", [solved("w: 1/3, v: -2/3", "v*w + w**2")]), 100)
    assert "-2/3 · (1/3) + (1/3)²" in page


@each(
    ("quantity", "rows"),
    [
        ("{zeros: [2, 3]}", [[0, 0, 0], [0, 0, 0]]),
        ("{ones: [1, 2]}", [[1, 1]]),
        ("{ones: 2}", [[1], [1]]),
        ("[[1/2, -1/4], [+3/4, 1 / 8]]", [[0.5, -0.25], [0.75, 0.125]]),
    ],
)
def test_filled_and_fractions(quantity: str, rows: list[list[float]]) -> None:
    assert solved(f"A: {quantity}", "1*A").answers == {"a/c": rows}


@each(
    ("quantity", "message"),
    [
        ("1/0", "found '1/0' for w, expected a number"),
        ("1/2/3", "found '1/2/3' for w, expected a number"),
        ("a/2", "found 'a/2' for w"),
        ("[1/0.0]", "found '1/0.0' for w"),
        ("{zeros: [0, 3]}", "found a list of 2 for zeros of w, expected rows and columns"),
        ("{zeros: [1001, 1000]}", "for zeros of w, expected rows and columns"),
        ("{zeros: [1, 2, 3]}", "found a list of 3 for zeros of w"),
        ("{zeros: {a: 1}}", "found a map of 1 for zeros of w"),
        ("{zero: [1, 2]}", "found a map of 1 for w, expected a number"),
    ],
)
def test_what_is_no_number(quantity: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        solved(f"w: {quantity}", "1*w")
    assert message in caught.value.problems[0].message
