"""What random questions are drawn of: numbers, matrices, and a question around what is given."""

from __future__ import annotations

from hypothesis import strategies as st

Draw = st.DrawFn

PLAIN = st.integers(0, 3).flatmap(
    lambda places: st.integers(-40 * 10**places, 40 * 10**places).map(lambda k: f"{k / 10**places:.{places}f}")
)
WIDE = st.tuples(st.integers(-999, 999), st.integers(-12, 9)).map(lambda n: f"{n[0] / 100:.2f}e{n[1]}")
NUMBERS = st.one_of(PLAIN, PLAIN, PLAIN, WIDE)
UNITS = st.integers(-30, 30).map(lambda k: f"{k / 10:.1f}")
"""Weights and inputs of networks, which are not saturated by them."""


def matrix(draw: Draw, rows: int, columns: int, numbers: st.SearchStrategy[str] = UNITS) -> str:
    """A matrix as YAML."""
    return "[" + ", ".join(vector(draw, columns, numbers) for _ in range(rows)) + "]"


def vector(draw: Draw, size: int, numbers: st.SearchStrategy[str] = UNITS) -> str:
    """A vector as YAML."""
    return "[" + ", ".join(draw(numbers) for _ in range(size)) + "]"


def head(draw: Draw) -> str:
    """The title, the rounding and the carry rule."""
    digits = draw(st.integers(0, 5))
    rule = f"{{figures: {digits + 1}}}" if draw(st.booleans()) else f"{{decimals: {digits}}}"
    return f"title: t\nround: {rule}\ncarry: {draw(st.sampled_from(['rounded', 'exact']))}\n"


def question(draw: Draw, given: str, find: str = "") -> str:
    """A question with one part, or with two that share its results."""
    parts = f"[{{label: a{', find: ' + find if find else ''}}}]"
    return f"{head(draw)}given: {{{given}}}\nparts: {parts}"
