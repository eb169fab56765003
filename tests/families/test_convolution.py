"""Convolution by hand: layers of every kind, what may be asked, what does not fit, marking. PyTorch: tests/oracle."""

from typing import Any

import numpy as np
import pytest

from solver.api import solve
from solver.errors import SpecError
from solver.families.convolution import EXAMPLE
from solver.mark.judge.grade import grade_batch
from solver.mark.judge.numbers import Verdict
from solver.mark.sheet import sheet
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.mark.simulate import key_of
from tests.places import PROBLEMS
from tests.tables import each

X = "X: [[0, 1, 2], [3, 4, 5], [6, 7, 8]]"
K = "K: [[0, 1], [2, 3]]"
TWO = "X: [[[0, 1], [2, 3]], [[1, 0], [0, 1]]]"


def solved(fields: str, find: str = "forward", carry: str = "exact") -> Solution:
    text = f"title: t\nround: {{decimals: 4}}\ncarry: {carry}\ngiven: {{family: convolution, {fields}}}\n"
    return solve_question(load_text(f"{text}parts: [{{label: a, find: {find}}}]").questions[0])


def answers(fields: str, find: str = "output") -> dict[str, Any]:
    return {key.removeprefix("a/"): value for key, value in solved(fields, find).answers.items()}


def problems(fields: str, find: str = "forward") -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields, find)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


@each(
    ("fields", "expected"),
    [
        (f"{X}, {K}", {"Y": [[19, 25], [37, 43]]}),
        (f"{X}, {K}, operation: convolution", {"Y": [[5, 11], [23, 29]]}),
        (f"{X}, {K}, b: 0.5, stride: 2", {"Y": 19.5}),
        (f"{X}, {K}, padding: full, stride: [3, 2]", {"Y": [[0, 8], [6, 8]]}),
        (f"{X}, K: [[0, 0, 0], [0, 1, 0], [0, 0, 0]], padding: same", {"Y": [[0, 1, 2], [3, 4, 5], [6, 7, 8]]}),
        (f"{X}, K: [[1, 0], [0, 1]], dilation: 2", {"Y": 8}),
        (f"{X}, {K}, padding: same", {"Y": [[19, 25, 10], [37, 43, 16], [7, 8, 0]]}),
        (f"{X}, K: [{K[3:]}, [[1, 0], [0, 0]]]", {"Y1": [[19, 25], [37, 43]], "Y2": [[0, 1], [3, 4]]}),
        (f"{TWO}, K: [[[1, 1]], [[0, 2]]]", {"Y": [[1], [7]]}),
        (f"{TWO}, K: [[[[2]], [[1]]], [[[0]], [[-1]]]], b: [1, 0]", {"Y1": [[2, 3], [5, 8]], "Y2": [[-1, 0], [0, -1]]}),
        (f"{TWO}, K: [[[2]], [[3]]], groups: 2", {"Y1": [[0, 2], [4, 6]], "Y2": [[3, 0], [0, 3]]}),
        ("X: [1, 2, 3, 4], K: [1, -1]", {"Y": [[-1, -1, -1]]}),
        ("X: [1, 2, 3, 4], K: [1, 0, 2], padding: full, operation: convolution", {"Y": [[1, 2, 5, 8, 6, 8]]}),
        ("dimensions: 1, X: [[1, 2], [3, 4]], K: [[1, 1], [0, 1]]", {"Y": 7}),
        ("X: [[1, 2], [3, 4]], K: [[1, 0], [0, 1]], operation: transposed, stride: 2, output_padding: 1",
         {"Y": [[1, 0, 2, 0, 0], [0, 1, 0, 2, 0], [3, 0, 4, 0, 0], [0, 3, 0, 4, 0], [0, 0, 0, 0, 0]]}),
        (f"{X}, pool: max, stride: 1", {"Y": [[4, 5], [7, 8]]}),
        (f"{X}, pool: average, size: [1, 3]", {"Y": [[1], [4], [7]]}),
        (f"{X}, pool: global-average", {"Y": 4}),
        (f"{X}, pool: max, ceil: true", {"Y": [[4, 5], [7, 8]]}),
        (f"{X}, pool: average, ceil: true", {"Y": [[2, 3.5], [6.5, 8]]}),
        ("X: [1, 5, 2, 4, 7], pool: average, ceil: true", {"Y": [[3, 3, 7]]}),
        ("X: [1, 5, 2, 4], pool: max, size: 2, stride: 3, padding: 1, ceil: true", {"Y": [[1, 4]]}),
        (f"{X}, pool: global-max", {"Y": 8}),
        ("X: [1, 5, 2, 4], pool: max", {"Y": [[5, 4]]}),
        ("X: [[1, 2], [3, 4]], unpool: nearest", {"Y": [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]}),
        ("X: [[1, 2]], unpool: nails", {"Y": [[1, 0, 2, 0], [0, 0, 0, 0]]}),
        ("X: [[4]], unpool: average", {"Y": [[1, 1], [1, 1]]}),
        ("X: [[1, 3], [2, 0]], layers: [{pool: max}, {K: [[2]]}, {unpool: max}]", {"P3": [[0, 6], [0, 0]]}),
        (f"{X}, layers: [{{{K}, activation: relu}}, {{pool: max}}, {{W: [2], b: 1}}]", {"y": 87}),
        (f"{TWO}, layers: [{{pool: average}}, flatten, {{W: [[1, 0], [0, 2]]}}, {{W: [1, 1]}}]", {"y": 2.5}),
    ],
)  # fmt: skip
def test_in_numbers(fields: str, expected: dict[str, Any]) -> None:
    assert answers(fields) == expected


def test_each_cell_is_a_sum_of_products_and_padding_is_no_term() -> None:
    lines = solved(f"{X}, {K}, padding: 1, stride: [3, 2]")["a/Y"].lines()
    assert "(1)*(2) + (2)*(3)" in str([_written(line.right) for line in lines])


def _written(tree: Any) -> list[str]:
    from solver.formula.source import source

    return [source(cell) for row in getattr(tree, "cells", ()) for cell in row]


@each(
    ("fields", "find", "names"),
    [
        (f"{X}, {K}, activation: tanh, b: 1", "[net_inputs, output]", ["U", "Y"]),
        (f"{X}, {K}, gradient: [[1, 0], [0, 1]]", "[gradients, gradients_x]", ["grad_K", "grad_X"]),
        (f"{TWO}, K: [[[1]], [[2]]], b: 1, loss: square-error, d: [[1, 1], [0, 0]]", "[loss, gradients]",
         ["J", "grad_K1", "grad_K2", "grad_b"]),
        (f"{X}, layers: [{{{K}, activation: relu}}, {{pool: max}}]", "[layer1, layer2]", ["U1", "H1", "P2"]),
        (f"{X}, layers: [{{{K}}}, {{W: [1, 0, 2, 1], activation: sigmoid}}], d: 1, loss: cross-entropy",
         "[forward, gradients]", ["H1", "f2", "u2", "y", "grad_K1", "grad_W2"]),
        (f"{X}, {K}, gradient: [[1, 0], [0, 1]], activation: relu", "backward", ["df_U", "grad_U", "grad_X", "grad_K"]),
    ],
)  # fmt: skip
def test_what_a_part_may_ask_for(fields: str, find: str, names: list[str]) -> None:
    found = list(answers(fields, find))
    assert sorted(found) == sorted(names)


def test_the_example_and_the_problem() -> None:
    assert solve_question(load_text(EXAMPLE).questions[0]).answers == {"a/Y": [[4, 8], [1, 3]]}
    found = solve(PROBLEMS / "convolution.yaml").answers
    assert found["b.ii/grad_X"] == [[0, 0, 0, 0], [1, 0, 0, -2], [0, 0, 3, 0], [0, 0.5, 0, 0]]
    assert found["c/Y"] == [[1, 2, 2, 4], [3, 4, 6, 8], [0, 0, -1, -2], [0, 0, -3, -4]]
    assert found["d/Y"] == [[2, -2, -5, 3, 2]]


@each(
    ("layers", "expected"),
    [
        ("pool: max, gradient: [[2]]", [[2, 0], [0, 0]]),
        ("pool: global-max, gradient: [[2]]", [[2, 0], [0, 0]]),
        ("layers: [{K: [[1, -1]], activation: relu, padding: [0, 1]}, {pool: max, stride: 1}], gradient: [[1, 2]]",
         [[0, 2], [0, 0]]),
        ("layers: [{pool: max}, {unpool: max}], gradient: [[1, 2], [3, 4]]", [[1, 0], [0, 0]]),
    ],
)  # fmt: skip
def test_of_equal_cells_the_first_has_the_gradient_and_it_is_proved(layers: str, expected: Any) -> None:
    solution = solved(f"X: [[1, 1], [0, 1]], {layers}", "gradients_x")
    assert solution.parts[0].checked is not None
    assert solution.answers["a/grad_X"] == expected


# -- misfits ------------------------------------------------------------------------------------------------------------
@each(
    ("fields", "found"),
    [
        (X, "the question has none of K, pool, unpool and W"),
        (f"{X}, {K}, pool: max", "the question has K and pool at once"),
        (f"{X}, {K}, ceil: true", "ceil is not used by a layer with K"),
        (f"{X}, pool: global-max, ceil: true", "ceil is not used by pool: global-max"),
        (f"{X}, {K}, layers: [{{{K}}}]", "K is given, and layers with their own | move it into a layer"),
        (f"{X}, layers: [{{{K}}}, {{K: [[1,1,1],[1,1,1],[1,1,1]]}}]", "filter 3×3 larger than the input 2×2 of layer 2"),
        (f"{X}, K: [[1, 1, 1, 1, 1, 1]], padding: 1", "filter 1×6 larger than the padded input 5×5"),
        (f"{X}, K: [[1, 1], [1, 1]], dilation: 3", "filter 4×4 larger than the input 3×3"),
        (f"{X}, pool: max, size: 4", "pooling window 4×4 larger than the input 3×3"),
        (f"{TWO}, {K}", "K has 1 kernel, but the input has 2 channels: 2 expected | a filter has a kernel for each"),
        (f"{TWO}, K: [[[[1]], [[1]]], [[[1]]]]", "filter 2 of K has 1 kernel, but the input has 2 channels: 2 expected"),
        (f"{TWO}, K: [[[1]], [[1, 2]]]", "a kernel of K is 1×2, but the first is 1×1"),
        (f"{TWO}, K: [[[1]], [[1]]], groups: 3", "3 groups cannot share 2 channels equally"),
        (f"{X}, {K}, b: [1, 2]", "b has 2 numbers, but K has 1 filter"),
        (f"{X}, {K}, stride: 0", "stride is 0, expected at least 1"),
        (f"{X}, {K}, stride: [1, 2, 3]", "stride has 3 numbers, expected one, or [rows, columns]"),
        (f"{X}, {K}, size: 2", "size is not used by a layer with K"),
        (f"{X}, {K}, activation: softmax", "softmax of maps | it is for a dense layer at the end"),
        (f"{X}, {K}, output_padding: 1", "output_padding is of a transposed convolution"),
        (f"{X}, {K}, operation: transposed, padding: 2", "padding takes away the whole output: it is 0×0"),
        (f"{X}, K: [1, 2]", "K is a flat list, expected a list of rows"),
        ("X: [[[1, 2]], [[1]]], K: [[[1]], [[1]]]", "map 2 of X is 1×1, but map 1 is 1×2"),
        ("X: [[5]], K: [[1]], padding: 1", "input and window have one row: padding there makes rows of zeros alone"),
        (f"{X}, layers: [{{W: [1, 2]}}]", "W is 1×2, but 9 numbers come in"),
        (f"{X}, layers: [flatten, {{{K}}}]", "layer 2 needs maps, but what comes before it is a flat vector"),
        (f"{X}, unpool: max", "there is no max pooling before it that says where the maxima were"),
        (f"{X}, {K}, loss: square-error", "'d' is missing: a loss needs the desired output"),
        (f"{X}, {K}, d: [[1, 2], [1, 2]]", "d is given without a loss"),
        (f"{X}, {K}, gradient: [[1]]", "gradient is 1×1, but the output is 2×2"),
        (f"{X}, {K}, loss: cross-entropy, d: [[1, 0], [0, 1]]", "cross-entropy of maps"),
        (f"{X}, pool: max, padding: 2", "padding is more than half the window"),
        (f"{X}, K: {[[[1]]] * 201}", "201 kernels, expected at most 200 | fewer channels, filters or layers"),
    ],
)  # fmt: skip
def test_a_misfit_is_named(fields: str, found: str) -> None:
    assert any(found in message for message in problems(fields)), problems(fields)


def test_all_misfits_of_fields_at_once() -> None:
    assert len(problems(f"{X}, layers: [{{{K}, size: 3}}, {{pool: max, b: 1}}, {{stride: 2}}]")) == 3


def test_what_gradients_need() -> None:
    hint = "give a loss and the desired output d, or a gradient at the output"
    assert problems(f"{X}, {K}", "loss") == [f"there is no loss here | {hint}"]


# -- marking ------------------------------------------------------------------------------------------------------------
def judged(fields: str, find: str, name: str, wrong: Any) -> set[str]:
    solution = solved(fields, find, "rounded")
    given = key_of(made := sheet(solution), 1)
    given.batch.values[f"a/{name}"][0] = np.round(wrong, 4)
    return set(grade_batch(made, None, given).mistakes[f"a/{name}"].values())


@each(
    ("fields", "name", "wrong", "mistake"),
    [
        (f"{X}, {K}", "Y", [[5, 11], [23, 29]], "kernel turned"),
        (f"{X}, {K}, operation: convolution", "Y", [[19, 25], [37, 43]], "kernel not turned"),
        (f"{X}, {K}, b: 7", "Y", [[19, 25], [37, 43]], "bias forgotten"),
        ("X: [1, 2, 3, 5, 8, 13], K: [2, 1], stride: 3", "Y", [[4, 7]], "stride ignored"),
        ("X: [1, 2, 3, 5, 8], K: [2, 1], stride: 3, padding: 1", "Y", [[4, 18]], "padding ignored"),
        ("X: [[1, 5], [2, 4]], pool: max", "Y", [[3]], "mean for the largest"),
        ("X: [[1, 5], [2, 4]], pool: average", "Y", [[5]], "largest for the mean"),
    ],
)
def test_mistakes_are_named(fields: str, name: str, wrong: Any, mistake: str) -> None:
    assert judged(fields, "output", name, np.array(wrong, dtype=float)) == {mistake}


def test_a_mistake_is_followed() -> None:
    solution = solved(f"{X}, {K}, b: 0.5, activation: relu", "[U, Y]", "rounded")
    given = key_of(made := sheet(solution), 1)
    for name in "UY":
        given.batch.values[f"a/{name}"][0] = np.array([[5.5, 11.5], [23.5, 29.5]])
    graded = grade_batch(made, None, given)
    assert set(graded.mistakes["a/U"].values()) == {"kernel turned"}
    assert set(graded.judged["a/Y"].verdicts.ravel().tolist()) == {Verdict.FOLLOWED}


# -- long pages ---------------------------------------------------------------------------------------------------------
def page(fields: str, find: str = "forward") -> str:
    from solver.render.document import document
    from solver.render.format_text import render

    return render(document("t", [solved(fields, find)]), 120)


def test_many_sums_stand_in_a_table_and_every_answer_is_there() -> None:
    rng = np.random.default_rng(1)
    X, K = rng.integers(-3, 4, (8, 9)), rng.integers(-2, 3, (3, 3))
    solution = solved(f"X: {X.tolist()}, {{K}}, b: 2".replace("{K}", f"K: {K.tolist()}"), "output", "rounded")
    (step,) = (s for s in solution.parts[0].steps if not s.item.given)
    assert len(step.lines()) == 3
    table = step.listing
    assert table is not None
    assert len(table.rows) == 6 * 7
    from solver.formula.walks.value import value

    for k, (cell, sum_, result) in enumerate(table.rows):
        i, j = divmod(k, 7)
        assert cell == f"{i + 1}, {j + 1}"
        expected = (X[i : i + 3, j : j + 3] * K).sum() + 2
        assert not isinstance(sum_, str)
        assert not isinstance(result, str)
        assert value(sum_, {}).item() == value(result, {}).item() == expected == step.written[i, j]


def test_few_sums_stand_where_they_did() -> None:
    solution = solved(f"{X}, {K}")
    steps = [s for s in solution.parts[0].steps if not s.item.given]
    assert [s.listing for s in steps] == [None]
    assert len(steps[0].lines()) == 4


def test_a_cell_alone_is_written_out_in_lines_however_long_its_sum_is() -> None:
    row = "[" + ", ".join(["1", "2"] * 6) + "]"
    step = solved(f"X: [{', '.join([row] * 12)}], K: [{', '.join([row] * 12)}]", "output")["a/Y"]
    assert step.listing is None
    assert [len(step.lines()), len(step.lines("full"))] == [4, 4]


def test_a_huge_map_leaves_rows_of_its_table_out() -> None:
    row = "[" + ", ".join(["1", "2"] * 15) + "]"
    solution = solved(f"X: [{', '.join([row] * 30)}], {K}")
    step = solution["a/Y"]
    assert step.listing is not None
    assert len(step.listing.rows) <= 201
    assert ("…", "", "") in step.listing.rows


def test_a_sum_that_stands_in_the_table_is_not_written_out_above_it(monkeypatch: pytest.MonkeyPatch) -> None:
    row = "[" + ", ".join(["1", "2"] * 15) + "]"
    step = solved(f"X: [{', '.join([row] * 30)}], {K}")["a/Y"]
    monkeypatch.setattr("solver.formula.walks.reduce._Reduction.cell", None)
    assert len(step.lines()) == 3


def test_terms_that_a_long_sum_leaves_out_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    from solver.formula.functions.written import Cells

    made: list[tuple[int, int]] = []
    cell = Cells.cell
    monkeypatch.setattr(Cells, "cell", lambda self, i, j, k=0: made.append((i, j)) or cell(self, i, j, k))
    row = "[" + ", ".join(["1", "2"] * 10) + "]"
    step = solved(f"X: [{', '.join([row] * 21)}], K: [{', '.join([row] * 20)}]", "output")["a/Y"]
    assert step.listing is not None
    assert len(made) < 100  # of 1,600


def test_what_not_every_reader_knows_is_said_once() -> None:
    fields = f"{X}, layers: [{{pool: max, stride: 1}}, {{{K}, operation: transposed}}, {{{K}, operation: transposed}}]"
    assert page(fields).count("puts each cell of u times the kernel k where the kernel stood") == 1
    back = "X: [[1, 3], [2, 0]], layers: [{pool: max}, {unpool: max}]"
    assert page(back).count("puts each number of u where the largest cell of its window") == 1
    assert "180°" in page(f"{X}, {K}, operation: convolution")
    assert "as well" in page(f"{X}, pool: max, ceil: true")
