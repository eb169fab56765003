"""Sinusoidal positional encoding against published values and against decimal arithmetic of its own."""

import re
from collections.abc import Sequence
from decimal import Decimal, getcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.api import solve
from solver.errors import SpecError
from solver.families import positional
from solver.formula.print.printer_text import TextPrinter
from solver.formula.tree import Num
from solver.render.blocks import Table
from solver.render.document import document
from solver.render.format_text import render as text_of
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.places import PROBLEMS
from tests.tables import each


def solved(fields: str, decimals: int = 4, find: str = "encoding") -> Solution:
    given_ = f"given: {{family: positional, {fields}}}"
    text = f"title: t\nround: {{decimals: {decimals}}}\n{given_}\nparts: [{{label: a, find: {find}}}]"
    return solve_question(load_text(text).questions[0])


def problems(fields: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields)
    return [p.message for p in caught.value.problems]


def test_the_paper_question_4c_with_the_sine_of_5_as_it_is() -> None:
    answers = solve(PROBLEMS / "q4.yaml").answers
    values = [-0.9589, 0.2837, -0.9939, 0.1107, -0.9982, -0.0595, -0.9750, -0.2221, -0.9277, -0.3733, -0.8600]
    assert {k: v for k, v in answers.items() if k.startswith("c.ii/")} == {
        f"c.ii/PE{k}": value for k, value in enumerate(values)
    }


@each(
    ("position", "row"),
    [
        (1, [0.841470985, 0.540302306, 0.310983593, 0.95041528, 0.0998334166, 0.995004165]),
        (2, [0.909297427, -0.416146837, 0.591127117, 0.80657841, 0.198669331, 0.980066578]),
        (3, [0.141120008, -0.989992497, 0.812648897, 0.582753611, 0.295520207, 0.955336489]),
    ],
)
def test_published_rows_of_sixteen_dimensions(position: int, row: list[float]) -> None:
    answers = solved(f"position: {position}, d_model: 16, dimensions: [0, 5]", 9).answers
    assert list(answers.values()) == pytest.approx(row, abs=6e-10)


def sine(x: Decimal) -> Decimal:
    """The Taylor series, in 60 digits."""
    term, total, k = x, x, 1
    while abs(term) > Decimal("1e-50"):
        term *= -x * x / ((2 * k) * (2 * k + 1))
        total, k = total + term, k + 1
    return total


def cosine(x: Decimal) -> Decimal:
    term, total, k = Decimal(1), Decimal(1), 1
    while abs(term) > Decimal("1e-50"):
        term *= -x * x / ((2 * k - 1) * (2 * k))
        total, k = total + term, k + 1
    return total


@given(st.integers(0, 40), st.integers(1, 64), st.integers(2, 20_000), st.data())
def test_any_position_dimension_and_base(position: int, d_model: int, base: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, d_model - 1))
    getcontext().prec = 60
    power = (Decimal(base).ln() * 2 * (k // 2) / d_model).exp()
    expected = (cosine if k % 2 else sine)(position / power)
    fields = f"position: {position}, d_model: {d_model}, base: {base}, indices: [{k}]"
    assert solved(fields, 10).answers[f"a/PE{k}"] == pytest.approx(float(expected), abs=6e-11)


def test_the_working_opens_with_the_general_formula_and_then_says_i() -> None:
    step = solved("position: 5, d_model: 512, dimensions: 2").parts[0].steps[0]
    printer = TextPrinter(step.context.working.symbols)
    lines = [printer.print(line.right) for line in step.lines()]
    assert lines[:2] == ["sin(pos/base^(2i/d_model))", "sin(5/10,000^(2 · 1/512))"]
    assert lines[-1] == "-0.9939"
    assert printer.print(step.lines()[0].left) == "PE(5, 2)"  # type: ignore[arg-type]
    assert step.item.title == "Dimension 2, even, takes the sine: 2i = 2, so i = 1"
    assert step.item.source == "sin(pos/base**(2*1/d_model))"  # type: ignore[union-attr]


@each(
    ("fields", "names"),
    [
        ("d_model: 4", ["PE0", "PE1", "PE2", "PE3"]),
        ("d_model: 8, dimensions: [2, 4]", ["PE2", "PE3", "PE4"]),
        ("d_model: 8, dimensions: 5", ["PE5"]),
        ("d_model: 8, indices: [7, 0, 3]", ["PE7", "PE0", "PE3"]),
    ],
)
def test_the_dimensions_asked_for(fields: str, names: list[str]) -> None:
    assert list(solved(f"position: 1, {fields}").answers) == [f"a/{name}" for name in names]


def test_sines_and_cosines_can_be_asked_for_alone() -> None:
    assert list(solved("position: 1, d_model: 4", find="sine").answers) == ["a/PE0", "a/PE2"]
    assert list(solved("position: 1, d_model: 4", find="cosine").answers) == ["a/PE1", "a/PE3"]


# -- tables and rotations -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("layout", ["interleaved", "halves"])
def test_a_table_is_each_of_its_positions(layout: str) -> None:
    fields = f"d_model: 6, layout: {layout}, base: 50"
    table = np.asarray(solved(f"positions: [0, 2, 7], {fields}", 9).answers["a/PE"])
    for row, position in zip(table, (0, 2, 7), strict=True):
        single = solved(f"position: {position}, {fields}", 9).answers
        assert row.tolist() == list(single.values())


def test_a_table_is_one_table_of_the_page() -> None:
    solution = solved("positions: [1, 2], d_model: 4")
    page = text_of(document(solution.title, [solution]))
    assert page.count("PE(pos, 2i) =") == 1
    assert page.count("0.8415") == 1
    assert "position" in page
    printer = TextPrinter(solution["a/PE"].context.working.symbols)
    assert [printer.print(line.left) for line in solution["a/PE"].lines() if line.left] == [
        "PE(pos, 2i)",
        "PE(pos, 2i + 1)",
    ]


def test_positions_that_count_from_one() -> None:
    from_one = solved("position: 3, positions_from: 1, d_model: 4").answers
    assert list(from_one.values())[1:] == list(solved("position: 2, d_model: 4").answers.values())[1:]
    tables = [solved(f"positions: [{k}, {k + 1}], positions_from: {k}, d_model: 4").answers for k in (0, 1)]
    assert tables[0] == tables[1]


@pytest.mark.parametrize("layout", ["interleaved", "halves"])
def test_a_rotation_multiplies_pairs_as_complex_numbers(layout: str) -> None:
    x, size, base = np.array([[0.3, -1.2, 2.0, 0.7, 1.1, -0.4], [1, 2, 3, 4, 5, 6]]), 6, 100.0
    pos = np.array([[3], [5]])
    turn = np.exp(1j * pos / base ** (2 * np.arange(size // 2) / size))
    if layout == "interleaved":
        z = (x[:, ::2] + 1j * x[:, 1::2]) * turn
        expected = np.stack([z.real, z.imag], axis=-1).reshape(2, size)
    else:
        z = (x[:, :3] + 1j * x[:, 3:]) * turn
        expected = np.hstack([z.real, z.imag])
    solution = solved(f"positions: [3, 5], rotate: {x.tolist()}, base: 100, layout: {layout}", find="rotated")
    exact = solution["a/r"].exact
    assert exact is not None
    assert np.allclose(exact, expected, atol=1e-12)
    single = solved(f"position: 3, rotate: {x[0].tolist()}, base: 100, layout: {layout}", find="[angles, rotated]")
    exact = single["a/r"].exact
    assert exact is not None
    assert np.allclose(exact.ravel(), expected[0], atol=1e-12)
    assert list(single.answers)[:3] == ["a/theta0", "a/theta1", "a/theta2"]


@each(
    ("fields", "message"),
    [
        ("d_model: 4", "'position' is missing: the position in the sequence, or positions with several"),
        ("position: 1, positions: [1], d_model: 4", "position and positions are given"),
        ("position: 1", "'d_model' is missing: the dimension of the embeddings"),
        ("position: 0, positions_from: 1, d_model: 4", "position 0, but the first is 1"),
        ("position: 1, rotate: [1, 2, 3]", "3 numbers cannot be turned in pairs"),
        ("positions: [1, 2], rotate: [[1, 2]]", "there are 1 rows, but 2 positions"),
        ("position: 1, rotate: [1, 2], d_model: 4", "d_model is 4, but 2 numbers are to be turned"),
        ("position: 1, rotate: [1, 2], indices: [0]", "indices is for sines and cosines"),
    ],
)
def test_what_is_missing_or_does_not_fit(fields: str, message: str) -> None:
    assert problems(fields) == [message]


@each(
    ("fields", "message"),
    [
        ("position: -1, d_model: 8", "position is -1, expected at least 0"),
        ("position: 1.5, d_model: 8", "found '1.5' for position, expected a whole number"),
        ("position: 1, d_model: 8, dimensions: [0, 8]", "dimension 8 does not exist"),
        ("position: 1, d_model: 8, dimensions: [4, 2]", "dimensions goes from 4 to 2"),
        ("position: 1, d_model: 8, dimensions: [0, 1, 2]", "dimensions has 3 numbers, expected the first and the last"),
        ("position: 1, d_model: 8, indices: [1, 1]", "dimension 1 stands twice"),
        ("position: 1, d_model: 8, indices: [1], dimensions: [0, 1]", "both dimensions and indices are given"),
        ("position: 1, d_model: 8, base: 0", "base is 0, expected a number above 0"),
        ("position: 1, d_model: 900000000", "900,000,000 dimensions, expected at most 10,000"),
        (
            f"positions: {list(range(101))}, d_model: 1000",
            "101,000 numbers, expected at most 100,000",
        ),
    ],
)
def test_what_cannot_be_encoded(fields: str, message: str) -> None:
    assert problems(fields) == [message]


def test_the_examples_run() -> None:
    assert len(solve_question(load_text(positional.EXAMPLE).questions[0]).answers) == 4
    assert solve(PROBLEMS / "positional.yaml").answers["b/PE8"] == 0.0699


FEW = """
title: Few or many
given: {{family: positional, position: 5, d_model: 64, {more}}}
parts: [{{label: a, prompt: Compute., find: {find}}}]
"""


@each(
    ("more", "find", "worked", "tabled"),
    [
        ("dimensions: [0, 10]", "encoding", [0, 1, 2, 3], range(11)),
        ("dimensions: [20, 30]", "encoding", [20, 21, 22, 23], range(20, 31)),
        ("layout: halves, dimensions: [0, 9]", "encoding", [0, 1], range(10)),
        ("dimensions: [0, 5]", "encoding", range(6), []),
        ("dimensions: [0, 63]", "PE37", [37], []),
        ("dimensions: [0, 63]", "cosine", [1, 3], range(1, 64, 2)),
    ],
)
def test_many_dimensions_are_a_table_and_no_value_is_said_twice(
    more: str, find: str, worked: Sequence[int], tabled: Sequence[int]
) -> None:
    solution = solve_question(load_text(FEW.format(more=more, find=find)).questions[0])
    blocks = document(solution.title, [solution])
    page = text_of(blocks)
    assert [int(k) for k in re.findall(r"^Dimension (\d+), ", page, re.MULTILINE)] == list(worked)
    values = [
        cell for b in blocks if isinstance(b, Table) for row in b.rows for cell in row[1:] if isinstance(cell, Num)
    ]
    assert sorted(number.text for number in values) == sorted(solution[f"a/PE{k}"].literal().text for k in tabled)
    assert ("Summary" in page) == (not tabled and len(worked) > 1)
