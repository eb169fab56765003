"""Cells as students write them: what each text means, and what is no number."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.mark.judge.numbers import NO_LIMIT
from solver.mark.read.decimals import DecimalSign, Number, Scale, UnreadableError
from solver.mark.read.grids import elements
from solver.mark.read.read_words import prose
from solver.mark.read.values import number
from tests.tables import each
from tests.trials import CHARACTERS

ANY_SIGN = [
    ("0.86", 0.86, 2),
    (".86", 0.86, 2),
    ("5.", 5, 0),
    ("0.860", 0.86, 3),
    (" -1 ", -1, 0),
    ("−1", -1, 0),
    ("–4.7", -4.7, 1),
    ("- 4.7", -4.7, 1),
    ("+3", 3, 0),
    ("1/3", 1 / 3, NO_LIMIT),
    ("55/294", 55 / 294, NO_LIMIT),
    ("-1 / 4", -0.25, NO_LIMIT),
    ("1.6e-3", 0.0016, 4),
    ("1.6E+3", 1600, -2),
    ("1.6×10⁻³", 0.0016, 4),
    ("1.6 x 10^-3", 0.0016, 4),
    ("1.6*10**-12", 1.6e-12, 13),
    ("1.6·10^{-3}", 0.0016, 4),
    ("[0.86]", 0.86, 2),
    ("$0.86$", 0.86, 2),
    ("16 941 456", 16941456, 0),
    ("16'941'456.5", 16941456.5, 1),
    ("1\u202f234", 1234, 0),
    ("-0", 0, 0),
]

DECIMAL_SIGNS: tuple[DecimalSign, ...] = get_args(DecimalSign)


@each("sign", DECIMAL_SIGNS)
@each(("text", "value", "decimals"), ANY_SIGN)
def test_numbers_that_every_setting_reads_alike(text: str, value: float, decimals: int, sign: DecimalSign) -> None:
    assert number(text, sign) == Number(value, decimals)


@each(
    ("text", "auto", "point", "comma"),
    [
        ("0,86", Number(0.86, 2), None, Number(0.86, 2)),
        ("-,5", Number(-0.5, 1), None, Number(-0.5, 1)),
        ("0,125", Number(0.125, 3), None, Number(0.125, 3)),
        ("16,941,456", Number(16941456, 0), Number(16941456, 0), None),
        ("16,941.5", Number(16941.5, 1), Number(16941.5, 1), None),
        ("16.941.456", Number(16941456, 0), None, Number(16941456, 0)),
        ("1.234,5", Number(1234.5, 1), None, Number(1234.5, 1)),
        ("16,941", Number(16.941, 3), Number(16941, 0), Number(16.941, 3)),
        ("16.941", Number(16.941, 3), Number(16.941, 3), Number(16941, 0)),
        ("1,6e-3", Number(0.0016, 4), None, Number(0.0016, 4)),
    ],
)
def test_points_and_commas(text: str, auto: Number | None, point: Number | None, comma: Number | None) -> None:
    for sign, expected in zip(DECIMAL_SIGNS, (auto, point, comma), strict=True):
        if expected is None:
            with pytest.raises(UnreadableError):
                number(text, sign)
        else:
            assert number(text, sign) == expected


def test_one_group_of_three_is_a_thousand_where_thousands_are_asked_for() -> None:
    thousands = Scale(above_one=True, thousands=True)
    assert number("16,941", scale=thousands) == Number(16941, 0)
    assert number("0,941", scale=thousands) == Number(0.941, 3)


@each("text", ["", "  ", "-", "–", "?", "n/a", "NaN", "None", "~", "."])
def test_blanks(text: str) -> None:
    assert number(text) is None


@each(
    "text",
    [
        "__import__('os')",
        "=HYPERLINK(1)",
        "=1+1",
        "1+1",
        "2**9999",
        "abc",
        "0x10",
        "1_000",
        "٣",
        "²",
        "inf",
        "1/0",
        "1//2",
        "1/2/3",
        "1e400",
        "1e31",
        "1e1000",
        "9" * 400,
        "1" * 65,
        "1,23,456",
        "1.2.3",
        "--1",
        "1e",
        "e5",
        "\x00",
        "1\x00",
        "TRUE",
    ],
)
@each("sign", DECIMAL_SIGNS)
def test_what_is_no_number(text: str, sign: DecimalSign) -> None:
    with pytest.raises(UnreadableError):
        number(text, sign)


@given(st.decimals(-(10**9), 10**9, places=4), st.integers(0, 4))
def test_a_decimal_reads_as_itself(value: Decimal, places: int) -> None:
    text = f"{value:.{places}f}"
    read = number(text)
    assert read is not None
    assert Fraction(read.value) == Fraction(float(Decimal(text)))
    assert read.decimals == places
    assert number(text.replace(".", ","), "comma") == read
    grouped = f"{Decimal(text):,}"
    assert number(grouped, "point") == read
    assert number(grouped.replace("-", "−"), "point") == read


SCALES = st.builds(Scale, st.booleans(), st.booleans(), st.booleans())
TEXTS = st.text(CHARACTERS, max_size=80) | st.text(alphabet="0123456789.,-+^√πe()/·%kM= ½xV", max_size=40)


@given(TEXTS, st.sampled_from(DECIMAL_SIGNS), SCALES)
def test_any_text_is_a_number_a_blank_or_unreadable(text: str, sign: DecimalSign, scale: Scale) -> None:
    with suppress(UnreadableError):
        read = number(text, sign, scale)
        assert read is None or abs(read.value) <= 1e30


@each(
    ("text", "shape", "cells"),
    [
        ("[1.3, -4.7, 3.6]", (3, 1), ["1.3", "-4.7", "3.6"]),
        ("[1.3; -4.7]", (2, 1), ["1.3", "-4.7"]),
        ("(1.3, -4.7)", (2, 1), ["1.3", "-4.7"]),
        ("1.3, −4.7", (2, 1), ["1.3", "-4.7"]),
        ("[1.3 -4.7]^T", (2, 1), ["1.3", "-4.7"]),
        ("[[1.3], [-4.7]]", (2, 1), ["1.3", "-4.7"]),
        ("[[1.3, -4.7]]", (2, 1), ["1.3", "-4.7"]),
        ("[1.3; -4.7]", (1, 2), ["1.3", "-4.7"]),
        ("[1,3; -4,7]", (2, 1), ["1,3", "-4,7"]),
        ("1,3 -4,7", (2, 1), ["1,3", "-4,7"]),
        ("[1,3, -4,7]", (2, 1), ["1,3", "-4,7"]),
        ("[1.3, , 3.6]", (3, 1), ["1.3", "", "3.6"]),
        ("[[1, 2], [3, 4]]", (2, 2), ["1", "2", "3", "4"]),
        ("[1 2; 3 4]", (2, 2), ["1", "2", "3", "4"]),
        ("1 2\n3 4", (2, 2), ["1", "2", "3", "4"]),
        ("[[1,2],\n [3,4]]", (2, 2), ["1", "2", "3", "4"]),
        ("[1, x]", (2, 1), ["1", "x"]),
        ("", (2, 1), ["", ""]),
        ("n/a", (2, 1), ["", ""]),
    ],
)
def test_vectors_and_matrices_in_one_cell(text: str, shape: tuple[int, int], cells: list[str]) -> None:
    assert elements(text, shape) == cells


def test_commas_are_decimal_signs_first_where_that_is_said() -> None:
    assert elements("[1,5 2,5]", (2, 1), "comma") == ["1,5", "2,5"]


@each(
    ("text", "shape", "reason"),
    [
        ("[1, 2]", (3, 1), "1×2 numbers, expected 3×1"),
        ("[[1, 2], [3]]", (2, 2), "2 rows of 1 and 2 numbers, expected 2×2"),
        ("[[1, 2, 3], [4, 5, 6]]", (3, 2), "2×3 numbers, expected 3×2"),
        ("[1, 2, 3, 4]", (2, 2), "1×4 numbers, expected 2×2"),
        ("[1, 2", (2, 1), "brackets that do not match"),
        ("[[[1]]]", (2, 1), "brackets that do not match"),
        ("0.5", (2, 1), "1×1 numbers, expected 2×1"),
        ("1, " * 300, (2, 1), "900 characters are too many for 2 numbers"),
    ],
)
def test_what_does_not_fit(text: str, shape: tuple[int, int], reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        elements(text, shape)


@given(st.text(alphabet="[](){};, \n0123456789.-'T^x", max_size=120), st.sampled_from([(1, 3), (2, 1), (2, 2)]))
def test_any_text_has_the_cells_or_a_reason(text: str, shape: tuple[int, int]) -> None:
    with suppress(UnreadableError):
        assert len(elements(text, shape)) == shape[0] * shape[1]


@each(("text", "words"), [("  a \n b ", "a b"), ("", None), (" – ", None), ("TRUE", "TRUE")])
def test_words(text: str, words: str | None) -> None:
    assert prose(text) == words


def test_too_many_words() -> None:
    with pytest.raises(UnreadableError, match="20,001 characters"):
        prose("x" * 20_001)
