"""Parameter counts against the shapes of the weights themselves, and against published answers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.formula.print.printer_text import TextPrinter
from solver.spec.reader import load_text
from solver.working.solution import Solution, Solved
from solver.working.solve import solve_question
from tests.tables import each


def solved(
    inputs: int, layers: list[int], bias: bool = True, recurrent: str = "none", carry: str = "rounded"
) -> Solution:
    fields = f"inputs: {inputs}, layers: {layers}, bias: {str(bias).lower()}, recurrent: {recurrent}"
    text = f"title: T\ncarry: {carry}\ngiven: {{family: count, {fields}}}\nparts: [{{label: a}}]"
    return solve_question(load_text(text).questions[0])


def lines(step: Solved) -> list[str]:
    printer = TextPrinter(step.context.working.symbols)
    return [printer.print(line.right) for line in step.lines()]


def counted(inputs: int, layers: list[int], bias: bool, recurrent: str) -> list[int]:
    """The cells of every array a network of these sizes stores, layer by layer."""
    counts, before = [], inputs
    for k, neurons in enumerate(layers):
        arrays = [np.empty((before, neurons), dtype=bool)]
        if bias:
            arrays.append(np.empty(neurons, dtype=bool))
        if recurrent == "elman" and k < len(layers) - 1:
            arrays.append(np.empty((neurons, neurons), dtype=bool))
        if recurrent == "jordan" and k == 0:
            arrays.append(np.empty((layers[-1], neurons), dtype=bool))
        counts.append(sum(array.size for array in arrays))
        before = neurons
    return counts


PUBLISHED = [
    (2, [5, 5], True, "none", 45),  # the model exam's 1(a)(i)
    (3, [4, 2], True, "elman", 42),  # 12 + 16 + 8 weights and 6 biases
    (2, [2, 1], True, "jordan", 11),  # the network of the model exam's 4(a)
    (784, [10], True, "none", 7850),
    (2500, [128], True, "none", 320128),  # the dense layer of the model exam's 3(a)(ii)
    (2500, [128], False, "none", 320000),
]


@each(("inputs", "layers", "bias", "recurrent", "total"), PUBLISHED)
def test_published_totals(inputs: int, layers: list[int], bias: bool, recurrent: str, total: int) -> None:
    found = solved(inputs, layers, bias, recurrent)["a/params"].value
    assert (found, type(found)) == (total, int)


sizes = st.integers(1, 60)


@given(sizes, st.lists(sizes, min_size=2, max_size=6), st.booleans(), st.sampled_from(["none", "elman", "jordan"]))
def test_each_layer_counts_the_cells_of_its_arrays(inputs: int, layers: list[int], bias: bool, recurrent: str) -> None:
    answers = solved(inputs, layers, bias, recurrent).answers
    expected = counted(inputs, layers, bias, recurrent)
    assert [answers[f"a/params{k}"] for k in range(1, len(layers) + 1)] == expected
    assert answers["a/params"] == sum(expected)


def test_the_working_of_the_model_exam() -> None:
    solution = solved(2, [5, 5])
    assert lines(solution["a/params1"]) == ["neurons₁ · (inputs + 1)", "5(2 + 1)", "5 · 3", "15"]
    assert lines(solution["a/params2"]) == ["neurons₂ · (neurons₁ + 1)", "5(5 + 1)", "5 · 6", "30"]
    assert lines(solution["a/params"]) == ["params₁ + params₂", "15 + 30", "45"]


def test_the_sizes_are_stated_before_the_count() -> None:
    assert [s.name for s in solved(2, [5, 5]).parts[0].uses] == ["inputs", "neurons1", "neurons2"]


@each("carry", ["rounded", "exact"])
@each("layers", [[1_000_000, 1_000_000], [999_999_999], [31_622_000, 31_622_000], [7] * 50])
def test_large_networks_are_counted_to_the_last_parameter(layers: list[int], carry: str) -> None:
    solution = solved(3, layers, carry=carry)
    expected = [n * (m + 1) for m, n in zip([3, *layers], layers, strict=False)]
    assert solution["a/params"].value == sum(expected) < 2**53
    assert [solution[f"a/params{k}"].text.replace(",", "") for k in range(1, len(layers) + 1)] == list(
        map(str, expected)
    )


def error(fields: str) -> str:
    with pytest.raises(SpecError) as caught:
        load_text(f"title: T\ngiven:\n  family: count\n  {fields}\nparts: [{{label: a}}]")
    [problem] = caught.value.problems
    assert problem.place.line >= 2
    return f"{problem.message} {problem.hint}"


def test_what_cannot_be_counted_is_refused() -> None:
    assert "at most 999,999,999,999,999 parameters" in error("inputs: 1000000000\n  layers: [1000000000]")
    assert "at most 1,000,000,000" in error("inputs: 1000000001\n  layers: [1]")
    assert "layers has 51 items, expected at most 50" in error(f"inputs: 1\n  layers: {[1] * 51}")
    assert "layers has 0 items" in error("inputs: 1\n  layers: []")
    assert "inputs is 0, expected at least 1" in error("inputs: 0\n  layers: [1]")
    assert "a hidden layer and an output layer" in error("inputs: 1\n  layers: [1]\n  recurrent: elman")
    assert "did you mean 'elman'" in error("inputs: 1\n  layers: [1, 1]\n  recurrent: elmann")


def test_what_is_refused_is_out_of_reach_of_an_exact_count() -> None:
    most = 10**15
    assert most < 2**53
    neurons = math.isqrt(most)
    assert solved(neurons - 2, [neurons])["a/params"].value == neurons * (neurons - 1)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("inputs: 3, layers: [4, 2]", {"weights": 20, "biases": 6, "neurons": 6, "params": 26}),
        ("inputs: 3, layers: [4, 2], recurrent: elman", {"weights": 36, "biases": 6, "neurons": 6, "params": 42}),
    ],
)
def test_weights_and_biases_apart(fields: str, found: dict[str, int]) -> None:
    text = f"title: t\ngiven: {{family: count, {fields}}}\nparts: [{{label: a, find: [{', '.join(found)}]}}]"
    answers = solve_question(load_text(text).questions[0]).answers
    assert {name.removeprefix("a/"): value for name, value in answers.items()} == found
