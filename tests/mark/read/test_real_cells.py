"""A hundred texts as students type them into cells: what is read of each, and which are asked back."""

from __future__ import annotations

import math

import pytest

from solver.mark.judge.numbers import NO_LIMIT
from solver.mark.read.closed_forms import closed_form
from solver.mark.read.decimals import Scale, UnreadableError
from solver.mark.read.grids import elements
from solver.mark.read.read_words import word
from solver.mark.read.values import number
from tests.tables import each

SHARE = Scale()
LARGE = Scale(above_one=True)
VALUE = Scale(above_one=True, thousands=True)
COUNT = Scale(counted=True, above_one=True, thousands=True)
E = NO_LIMIT

NUMBERS = [
    # the answer is named, and said to be nearly so
    ("y=0.81", SHARE, 0.81, 2),
    ("y = 0.81", SHARE, 0.81, 2),
    ("ŷ: 0.81", SHARE, 0.81, 2),
    ("u₁ = 1.30", LARGE, 1.3, 2),
    ("u1[2] = -4.70", LARGE, -4.7, 2),
    ("J(w)=1.66", LARGE, 1.66, 2),
    ("∂J/∂u = -0.19", SHARE, -0.19, 2),
    ("y = σ(1.48) = 0.81", SHARE, 0.81, 2),
    ("1/3 = 0.33", SHARE, 0.33, 2),
    ("=0.81", SHARE, 0.81, 2),
    ("≈0.81", SHARE, 0.81, 2),
    ("~0.81", SHARE, 0.81, 2),
    ("approx. 0.81", SHARE, 0.81, 2),
    ("answer: 5", LARGE, 5, 0),
    ("class 2", LARGE, 2, 0),
    # around the number
    ("0.81.", SHARE, 0.81, 2),
    ("0.81 ;", SHARE, 0.81, 2),
    ("\u200b0.81\u00a0", SHARE, 0.81, 2),
    ("\ufeff0.81", SHARE, 0.81, 2),
    ("−0.81", SHARE, -0.81, 2),
    ('"0.81"', SHARE, 0.81, 2),
    ("'0.81", SHARE, 0.81, 2),
    ("$y = 0.81$", SHARE, 0.81, 2),
    ("0.81 ✓", SHARE, 0.81, 2),
    ("0.333...", SHARE, 0.333, 3),
    # remarks and units
    ("0.86 (2 dp)", SHARE, 0.86, 2),
    ("0.86 2dp", SHARE, 0.86, 2),
    ("0.860 (3 s.f.)", SHARE, 0.86, 3),
    ("0.86 (rounded up)", SHARE, 0.86, 2),
    ("0.86 V", SHARE, 0.86, 2),
    ("5px", LARGE, 5, 0),
    ("48 parameters", COUNT, 48, 0),
    ("7 bits.", LARGE, 7, 0),
    # parts of a hundred, thousands, millions
    ("81%", SHARE, 0.81, 2),
    ("81.3 %", SHARE, 0.813, 3),
    ("138M", VALUE, 138e6, -6),
    ("138 million", COUNT, 138e6, -6),
    ("138 Mio.", COUNT, 138e6, -6),
    ("1.5 GFLOPs", COUNT, 1.5e9, -8),
    ("1.2k", COUNT, 1200, -2),
    ("3,534", COUNT, 3534, 0),
    ("3 534", COUNT, 3534, 0),
    ("3'534", COUNT, 3534, 0),
    ("1.000.000", COUNT, 1e6, 0),
    ("0,81", SHARE, 0.81, 2),
    ("１２", COUNT, 12, 0),
    # powers, roots and fractions are exact
    ("2^10", COUNT, 1024, E),
    ("2**10", COUNT, 1024, E),
    ("2¹⁰", COUNT, 1024, E),
    ("√2", LARGE, math.sqrt(2), E),
    ("√2/2", SHARE, math.sqrt(2) / 2, E),
    ("-2√3", LARGE, -2 * math.sqrt(3), E),
    ("sqrt(2)", LARGE, math.sqrt(2), E),
    ("e^-1", SHARE, math.exp(-1), E),
    ("e⁻¹", SHARE, math.exp(-1), E),
    ("exp(-1)", SHARE, math.exp(-1), E),
    ("ln 2", SHARE, math.log(2), E),
    ("π/2", LARGE, math.pi / 2, E),
    ("½", SHARE, 0.5, E),
    ("1½", LARGE, 1.5, E),
    ("\\frac{1}{3}", SHARE, 1 / 3, E),
    ("10⁻³", SHARE, 0.001, E),
    ("1.6 \\times 10^{-3}", SHARE, 0.0016, 4),
    ("1.6E-03", SHARE, 0.0016, 4),
]

ASKED_BACK = [
    ("3.534", COUNT),
    ("-3.534", VALUE),
    ("81%", LARGE),
    ("138M", LARGE),
    ("12 KB", COUNT),
    ("3x3x1", COUNT),
    ("12·1·1", COUNT),
    ("0.81 = 0.82", SHARE),
    ("0.81 or 0.82", SHARE),
    ("0.86 (or 0.87)", SHARE),
    ("0.8-0.9", SHARE),
    ("0.81 ± 0.01", SHARE),
    ("1 1/2", LARGE),
    ("3:4", SHARE),
    ("ratio 3:4", SHARE),
    ("12:30:00", LARGE),
    ("the date 2026-03-01T00:00:00", LARGE),
    ("0. 81", SHARE),
    ("0·86", SHARE),
    ("O.81", SHARE),
    ("log(2)", SHARE),
    ("1.30, -4.70", LARGE),
    ("2*3+1", COUNT),
    ("2e", LARGE),
    ("see paper", SHARE),
]

VECTORS = [
    ("1.3, -4.7, 3.6", ["1.3", "-4.7", "3.6"]),
    ("u₁ = [1.3, -4.7, 3.6]", ["1.3", "-4.7", "3.6"]),
    ("(1.3; -4.7; 3.6)ᵀ", ["1.3", "-4.7", "3.6"]),
    ("⟨1.3, -4.7, 3.6⟩", ["1.3", "-4.7", "3.6"]),
    ("1.3 | -4.7 | 3.6", ["1.3", "-4.7", "3.6"]),
    ("1.3;-4.7;3.6;", ["1.3", "-4.7", "3.6"]),
    ("⎡1.3⎤\n⎢-4.7⎥\n⎣3.6⎦", ["1.3", "-4.7", "3.6"]),
    (r"\begin{bmatrix}1.3\\-4.7\\3.6\end{bmatrix}", ["1.3", "-4.7", "3.6"]),
    ("1,3; -4,7; 3,6", ["1,3", "-4,7", "3,6"]),
    ("3x3x1", ["3", "3", "1"]),
    ("12·1·1", ["12", "1", "1"]),
]

WORDS = [
    ("FALSE because the loss grows", "FALSE", "FALSE"),
    ("False, as it is not true.", "TRUE", "FALSE"),
    ("It is false.", "FALSE", "FALSE"),
    ("f", "FALSE", "f"),
    ("Option B", "B", "B"),
    ("B)", "B", "B)"),
    ("b) the second one", "B", "B"),
    ("Answer: C because A is linear", "B", "C"),
    ("12·1·1", "12×1×1", "12×1×1"),
    ("12 by 1 by 1", "12×1×1", "12×1×1"),
    ("H×W×C = 3x3x1", "12×1×1", "3×3×1"),
    ("12x1x1 pixels", "12×1×1", "12×1×1"),
    ("low bias", "high bias", "low bias"),
]

WORDS_ASKED_BACK = [
    ("Flase", "FALSE"),
    ("TRUE or FALSE", "FALSE"),
    ("TRUE, FALSE", "FALSE"),
    ("not true", "FALSE"),
    ("A and B", "B"),
    ("A, B", "B"),
    ("Adam", "B"),
    ("large", "12×1×1"),
    ("hihg bias", "high bias"),
]


def test_there_are_a_hundred() -> None:
    assert sum(map(len, (NUMBERS, ASKED_BACK, VECTORS, WORDS, WORDS_ASKED_BACK))) >= 100


@each(("text", "scale", "value", "decimals"), NUMBERS)
def test_numbers(text: str, scale: Scale, value: float, decimals: int) -> None:
    read = number(text, scale=scale)
    assert read is not None
    assert read.value == pytest.approx(value, rel=1e-15)
    assert read.decimals == decimals


def test_what_was_read_is_shown_where_something_was_set_aside() -> None:
    assert [number(text).shown for text in ("y = -0.810 V", "√2", "0.81", "1/3", "0,81")] == [  # type: ignore[union-attr]
        "-0.810",
        "1.414213562",
        "",
        "",
        "",
    ]


@each(("text", "scale"), ASKED_BACK)
def test_numbers_that_are_asked_back(text: str, scale: Scale) -> None:
    with pytest.raises(UnreadableError):
        number(text, scale=scale)


def test_a_sign_that_is_said_decides() -> None:
    assert number("3.534", "point", COUNT) == (3.534, 3, "")
    assert number("3.534", "comma", COUNT) == (3534, 0, "")
    assert elements("2,48", (2, 1), "point") == ["2", "48"]


@each(("text", "cells"), VECTORS)
def test_vectors(text: str, cells: list[str]) -> None:
    assert elements(text, (3, 1)) == cells


@pytest.mark.parametrize("text", ["2,48", "-2,48"])
def test_a_lone_comma_where_two_numbers_are_asked_for(text: str) -> None:
    with pytest.raises(UnreadableError, match="two numbers, or one with a decimal comma"):
        elements(text, (2, 1))
    assert elements(f"[{text}]", (2, 1)) == text.split(",")


@each(("text", "key", "meant"), WORDS)
def test_words(text: str, key: str, meant: str) -> None:
    assert word(text, key) == meant


@each(("text", "key"), WORDS_ASKED_BACK)
def test_words_that_are_asked_back(text: str, key: str) -> None:
    with pytest.raises(UnreadableError):
        word(text, key)


@each("text", ["9^9^9", "9^999999", "(" * 30, "√", "1/0", "e^e^e^e", "ln(-1)", "√(-2)", "2(3)", "x", "2+3", ""])
def test_what_is_no_closed_form(text: str) -> None:
    assert closed_form(text) is None
