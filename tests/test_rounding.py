"""Rounding against the decimal module, and what a page may never show."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from solver.rounding import EXACT, Rounding, shortest
from tests.tables import each


def written(x: float, rounding: Rounding) -> str:
    return rounding.text(float(rounding.round(np.array([[x]]))[0, 0]))


@each(
    ("x", "decimals", "text"),
    [
        (2.675, 2, "2.68"),
        (0.645, 2, "0.65"),
        (1.005, 2, "1.01"),
        (-2.675, 2, "-2.68"),
        (6.7, 2, "6.70"),
        (-0.004, 2, "0.00"),
        (-0.0, 2, "0.00"),
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (1 - 0.9801, 2, "0.02"),
        (0.1 + 0.2 - 0.295, 2, "0.01"),
        (1e20, 2, "1.00e+20"),
    ],
)
def test_decimals(x: float, decimals: int, text: str) -> None:
    assert written(x, Rounding(decimals)) == text


@each(
    ("x", "figures", "text"),
    [
        (9.995, 3, "10.0"),
        (0.18707, 3, "0.187"),
        (0.00012345, 3, "0.000123"),
        (1234.5, 2, "1200"),
        (0.0, 3, "0.00"),
        (-0.06345, 3, "-0.0635"),
        (1.23e-9, 3, "1.23e-09"),
    ],
)
def test_figures(x: float, figures: int, text: str) -> None:
    assert written(x, Rounding(figures, figures=True)) == text


@given(st.decimals(-1000, 1000, places=6), st.integers(0, 5))
@example(Decimal("0.645000"), 2)
def test_typed_decimals_round_as_decimal_does(x: Decimal, places: int) -> None:
    expected = x.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0
    assert Decimal(written(float(x), Rounding(places))) == expected


@given(
    st.lists(st.tuples(st.decimals(-9, 9, places=2), st.decimals(-9, 9, places=2)), min_size=1, max_size=6),
    st.integers(1, 3),
)
def test_sums_of_products_round_as_decimal_does(pairs: list[tuple[Decimal, Decimal]], places: int) -> None:
    """Binary arithmetic leaves ties a little off; the page shows what decimal arithmetic gives."""
    exact = sum((a * b for a, b in pairs), Decimal())
    binary = float(np.dot([float(a) for a, _ in pairs], [float(b) for _, b in pairs]))
    expected = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0
    assert Decimal(written(binary, Rounding(places))) == expected


@given(st.floats(-1e6, 1e6), st.integers(0, 6), st.booleans())
def test_rounding_is_idempotent_and_within_half_a_unit(x: float, digits: int, figures: bool) -> None:
    rounding = Rounding(max(digits, 1), figures)
    once = rounding.round(np.array([[x]]))
    assert np.allclose(rounding.round(once), once, rtol=1e-15, atol=0)  # powers of ten beyond 10²² are not exact
    assert np.abs(once - x) <= rounding.half_unit(np.array([[x]])) * (1 + 1e-6)
    assert not np.signbit(once[once == 0]).any()


@given(st.decimals(-1000, 1000, places=4))
def test_shortest_writes_the_value_with_no_digit_too_many(x: Decimal) -> None:
    found = shortest(np.array([[float(x)]]), 6)
    assert found is not None
    expected = max(0, -int(x.normalize().as_tuple().exponent)) if x else 0
    assert found.digits == expected


def test_shortest_gives_up_on_what_no_few_decimals_write() -> None:
    assert shortest(np.array([[1 / 3]]), 8) is None


@given(st.lists(st.floats() | st.decimals(-1000, 1000, places=3).map(float), max_size=4), st.integers(0, 12))
def test_shortest_takes_few_values_as_it_takes_many(x: list[float], most: int) -> None:
    assert shortest(np.array(x), most) == shortest(np.array(x * 10 or [0.0] * 10), most)


def test_counts_are_written_whole() -> None:
    assert EXACT.text(16941456.0) == "16941456"
    assert EXACT.text(0.25) == "0.25"


@each(
    ("x", "rounding"),
    product([1.797e308, -1.797e308, 1.7e308], [Rounding(1, True), Rounding(2, True), Rounding(3), Rounding(12, True)]),
)
def test_what_is_too_large_to_be_rounded_up_stays_a_number(x, rounding):
    rounded = float(rounding.round(np.array(x)))
    assert rounded == pytest.approx(x, rel=0.1)
    assert np.isfinite(rounded)
    assert np.isfinite(rounding.half_unit(np.array(rounded)))
    assert rounding.text(rounded).startswith(str(x)[:2])


@each(
    ("rounding", "x", "half"),
    [
        (Rounding(2), 123.0, 0.005),
        (Rounding(0), 7.0, 0.5),
        (Rounding(3, figures=True), 123.0, 0.5),
        (Rounding(3, figures=True), -0.00123, 0.000005),
        (Rounding(1, figures=True), 4567.0, 500.0),
        (Rounding(2, figures=True), 0.0, 0.05),
    ],
)
def test_half_a_unit(rounding: Rounding, x: float, half: float) -> None:
    assert np.ravel(rounding.half_unit(np.array([[x]]))).tolist() == [pytest.approx(half, rel=1e-12)]


@each(
    ("x", "rounding", "text"),
    [
        (1e15, Rounding(2), "1.00e+15"),
        (1e15, Rounding(3, figures=True), "1.00e+15"),
        (1234567890123456.0, Rounding(2), "1234567890123456.0"),
        (1234567890123456.0, Rounding(3, figures=True), "1.23e+15"),
        (999999999999999.0, Rounding(0), "999999999999999"),
        (-0.0, Rounding(2), "0.00"),
    ],
)
def test_numbers_without_decimals_left(x: float, rounding: Rounding, text: str) -> None:
    assert rounding.text(x) == text


@each("decimals", [0, 2, 7, 12])
def test_a_few_cells_are_rounded_as_many_are(decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    sizes = rng.normal(size=3_000) * 10.0 ** rng.integers(-14, 16, 3_000)
    odd = [0.0, -0.0, 0.5, -2.5, 0.645, 2.675, -1e-9, 1e15, -1e300, np.inf, -np.inf, np.nan]
    x = np.concatenate((sizes, rng.integers(-(10**6), 10**6, 1_000) / 1_000, odd))
    many, few = (
        Rounding(decimals).round(x),
        np.concatenate([Rounding(decimals).round(part) for part in x.reshape(-1, 4)]),
    )
    np.testing.assert_array_equal(few.ravel(), many)
    np.testing.assert_array_equal(np.signbit(few).ravel(), np.signbit(many))
