"""Tensors: the nested list has the shape and the element type asked for."""

import ast
import json
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.working.solution import Solved
from solver.working.solve import solve_question
from tests.tables import each


def spec(shape: object, elements: str, values: str = "") -> str:
    given = f"family: tensor\n  shape: {shape}\n  elements: {elements}\n" + (f"  values: {values}\n" if values else "")
    return f"title: T\ngiven:\n  {given}parts: [{{label: a}}]"


def tensor(shape: object, elements: str, values: str = "") -> Solved:
    return solve_question(load_text(spec(shape, elements, values)).questions[0])["a/tensor"]


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=4),
    st.sampled_from([("integer", int), ("float", float), ("boolean", bool)]),
)
def test_shape_and_type_are_as_asked(shape: list[int], elements: tuple[str, type]) -> None:
    found = tensor(shape, elements[0])
    array = np.array(found.value, dtype=object)
    assert list(array.shape) == shape
    assert {type(cell) for cell in array.ravel()} == {elements[1]}
    assert ast.literal_eval(found.text) == found.value
    assert json.loads(json.dumps(found.value)) == found.value


@given(st.lists(st.integers(-(10**30), 10**30), min_size=6, max_size=6))
def test_values_stand_in_the_order_given(values: list[int]) -> None:
    assert tensor([2, 1, 3], "integer", str(values)).value == [[values[:3]], [values[3:]]]


EXAMPLES = [
    ([2, 1, 3], "integer", "[1, 2, 3, 7, 8, 9]", "[[[1, 2, 3]], [[7, 8, 9]]]"),
    ([2, 1, 3], "float", "[1., 2., 3., 7., 8., 9.]", "[[[1.0, 2.0, 3.0]], [[7.0, 8.0, 9.0]]]"),
    ([3], "float", "[1, -0.5, 1e3]", "[1.0, -0.5, 1000.0]"),
    ([2, 2], "boolean", "[true, false, yes, no]", "[[True, False], [True, False]]"),
    ([4], "integer", "", "[1, 2, 3, 4]"),
    ([1, 1, 1], "integer", "[+5]", "[[[5]]]"),
]


@each(("shape", "elements", "values", "text"), EXAMPLES)
def test_examples(shape: list[int], elements: str, values: str, text: str) -> None:
    assert tensor(shape, elements, values).text == text


def test_the_points_go_through_every_axis_and_the_type() -> None:
    points = tensor([2, 1, 3], "integer").item.points
    assert [point for point in points if point.startswith("Axis")] == [
        "Axis 0 has size 2: the outermost list holds 2 lists.",
        "Axis 1 has size 1: each list one level further in holds 1 list.",
        "Axis 2 has size 3: each list one level further in holds 3 elements.",
    ]
    assert "1. would be a float" in points[-1]


BAD = [
    ([2, 2], "integer", "[1, 2, 3]", 6, 11, "values has 3 elements, but shape [2, 2] has 4"),
    ([2], "integer", "[1, 2.0]", 6, 15, "values holds 2.0, expected an integer"),
    ([2], "integer", "[1, 2.]", 6, 15, "a number with a decimal point"),
    ([2], "integer", "[1e3, 2]", 6, 12, "values holds 1e3, expected an integer"),
    ([2], "integer", "[true, 2]", 6, 12, "values holds True, expected an integer"),
    ([2], "float", "[1.0, false]", 6, 17, "values holds False, expected a float"),
    ([2], "boolean", "[1, true]", 6, 12, "values holds 1, expected true or false"),
    ([2], "float", "[.nan, 1]", 6, 12, "numbers must be finite"),
    ([2], "float", "[[1, 2]]", 6, 12, "found a list of 2 for values, expected a number"),
    ([2], "float", "[x, 1]", 6, 12, "found 'x' for values, expected a number"),
    ([0], "integer", "", 4, 11, "shape is 0, expected at least 1"),
    ([], "integer", "", 4, 10, "shape has 0 items, expected at least 1"),
    ([1] * 9, "integer", "", 4, 10, "shape has 9 items, expected at most 8"),
    ([100_000, 100_000], "integer", "", 4, 10, "expected at most 1,000"),
    ([2], "int", "", 5, 13, "did you mean 'integer'?"),
]


@each(("shape", "elements", "values", "line", "column", "message"), BAD)
def test_bad_input(shape: list[int], elements: str, values: str, line: int, column: int, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_text(spec(shape, elements, values))
    [problem] = caught.value.problems
    assert (problem.place.line, problem.place.column) == (line, column)
    assert message in f"{problem.message} {problem.hint}"


@given(st.lists(st.integers(1, 30), min_size=1, max_size=5))
def test_size_is_bounded(shape: list[int]) -> None:
    if prod(shape) <= 1000:
        assert np.array(tensor(shape, "integer").value).size == prod(shape)
    else:
        with pytest.raises(SpecError):
            load_text(spec(shape, "integer"))
