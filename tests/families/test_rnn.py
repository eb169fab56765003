"""Recurrent networks against published answers, and against the recurrence written independently in numpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.api import solve
from solver.errors import SpecError
from solver.families import rnn
from solver.render.document import View, document
from solver.render.format_text import render as text_of
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_paper, solve_question
from tests.places import PROBLEMS


def solved(fields: str, head: str = "round: {decimals: 4}", find: str = "states") -> Solution:
    text = f"title: t\n{head}\ngiven: {{family: rnn, {fields}}}\nparts: [{{label: a, find: {find}}}]"
    return solve_question(load_text(text).questions[0])


def problems(fields: str, find: str = "states") -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields, find=find)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


def column(solution: Solution, name: str) -> list[float]:
    return np.ravel(solution[f"a/{name}"].value).tolist()


# -- published answers --------------------------------------------------------------------------------------------------


def test_the_paper_question_4a() -> None:
    answers = solve(PROBLEMS / "q4.yaml").answers
    assert {k: v for k, v in answers.items() if k.startswith("a/")} == {
        "a/h1": [[0.9973], [0.9879]],
        "a/y1": 0.5503,
        "a/h2": [[0.9801], [0.9289]],
        "a/y2": 0.5524,
    }


JORDAN = (
    "type: jordan, U: [[-1, 0.5, 0.2], [0.5, 0.1, -2]], W: [[2, 1.3, -1]], b: [0.2, 0.2, 0.2], "
    "V: [[2], [-1.5], [0.2]], c: 0.1, y0: 0"
)


@pytest.mark.parametrize(
    ("x", "hidden", "output"),
    [
        (
            "[[1, 2], [-1, 1], [0, 3]]",
            [[0.1974, 0.7163, -0.9985], [0.9812, 0.2058, -0.9807], [0.9976, 0.9176, -1.0]],
            [0.3144, 0.826, 0.6268],
        ),
        (
            "[[-1, 0], [2, -1], [3, -1]]",
            [[0.8337, -0.2913, 0], [-0.4611, 0.9789, 0.9353], [-0.9958, 0.9404, 0.9908]],
            [0.9006, 0.1088, 0.0429],
        ),
    ],
)
def test_two_sequences_through_one_jordan_network(x: str, hidden: list[list[float]], output: list[float]) -> None:
    solution = solved(f"{JORDAN}, x: {x}", "round: {decimals: 4}\ncarry: exact")
    for t, (h, y) in enumerate(zip(hidden, output, strict=True), 1):
        assert column(solution, f"h{t}") == h
        assert solution[f"a/y{t}"].value == y


def test_one_step_of_an_elman_network_whose_source_stores_neurons_by_rows() -> None:
    fields = "type: elman, U: [[0.5, 0.7], [0.6, 0.8]], W: [[0.1, 0.3], [0.2, 0.4]], b: [0, 0], x: [[1, 2]]"
    assert column(solved(fields), "h1") == [0.9354, 0.9801]


# -- the recurrence, independently --------------------------------------------------------------------------------------

SIZES = st.integers(1, 4)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(["jordan", "elman"]), SIZES, SIZES, SIZES, SIZES)
def test_any_size_and_length(
    data: st.DataObject, kind: str, inputs: int, hidden: int, outputs: int, length: int
) -> None:
    def draw(rows: int, columns: int) -> np.ndarray:
        numbers = st.integers(-20, 20).map(lambda k: k / 10)
        return np.array(data.draw(st.lists(numbers, min_size=rows * columns, max_size=rows * columns))).reshape(
            rows, columns
        )

    u, w = draw(inputs, hidden), draw(outputs if kind == "jordan" else hidden, hidden)
    v, b, c = draw(hidden, outputs), draw(hidden, 1), draw(outputs, 1)
    start, xs = draw(outputs if kind == "jordan" else hidden, 1), [draw(inputs, 1) for _ in range(length)]
    given_start = f"{'y0' if kind == 'jordan' else 'h0'}: {start.ravel().tolist()}"
    solution = solved(
        f"type: {kind}, U: {u.tolist()}, W: {w.tolist()}, V: {v.tolist()}, b: {b.ravel().tolist()}, "
        f"c: {c.ravel().tolist()}, {given_start}, x: {[x.ravel().tolist() for x in xs]}",
        "round: {decimals: 9}\ncarry: exact",
    )
    back = start
    for t, x in enumerate(xs, 1):
        h = np.tanh(u.T @ x + w.T @ back + b)
        y = 1 / (1 + np.exp(-(v.T @ h + c)))
        back = y if kind == "jordan" else h
        assert np.allclose(column(solution, f"h{t}"), h.ravel(), atol=1e-9)
        assert np.allclose(column(solution, f"y{t}"), y.ravel(), atol=1e-9)


SMALL = "U: [[1, 2]], W: [[0, 1], [1, 0]], x: [1, 2]"


def test_what_is_left_out_is_zero_and_one_number_is_for_all() -> None:
    left_out = solved(f"type: elman, {SMALL}")
    written = solved(f"type: elman, {SMALL}, b: [0, 0], h0: 0")
    assert left_out.answers == written.answers
    assert list(left_out.answers) == ["a/h1", "a/h2"]
    shared = solved(f"type: elman, {SMALL}, b: 0.5, h0: 2")
    assert shared.answers == solved(f"type: elman, {SMALL}, b: [0.5, 0.5], h0: [2, 2]").answers


def test_activations_are_chosen() -> None:
    fields = f"type: elman, {SMALL}, V: [[1, 0], [0, -1]], activation: relu, output_activation"
    assert column(solved(f"{fields}: linear"), "y2") == [4.0, -5.0]
    soft = column(solved(f"{fields}: softmax"), "y2")
    assert np.allclose(soft, np.exp([4, -5]) / np.exp([4, -5]).sum(), atol=5e-5)


@pytest.mark.parametrize(
    ("find", "names"),
    [
        ("hidden", ["h1", "h2"]),
        ("output", ["y1", "y2"]),
        ("states", ["h1", "y1", "h2", "y2"]),
        ("parameters", ["U", "W", "V", "b", "c"]),
        ("[y2, h0]", ["y2", "h0"]),
    ],
)
def test_what_a_part_may_ask_for(find: str, names: list[str]) -> None:
    solution = solved(f"type: elman, {SMALL}, V: [[1], [1]]", find=find)
    assert list(solution.answers) == [f"a/{name}" for name in names]


def test_the_formula_of_a_step_is_the_recurrence() -> None:
    solution = solved(f"{JORDAN}, x: [[1, 2]]")
    sources = [step.item.source for step in solution.parts[0].steps]  # type: ignore[union-attr]
    assert sources == ["tanh(U.T @ x1 + W.T @ y0 + b)", "sigmoid(V.T @ h1 + c)"]
    assert [step.symbol.argument for step in solution.parts[0].steps] == ["1", "1"]


def test_a_long_sequence_is_solved() -> None:
    """No step may lean on all steps before it (the benchmarks show the growth)."""
    solution = solved(f"type: elman, U: [[0.2, 0.3]], W: [[0.5, 0.1], [0.2, 0.3]], V: [[1], [-1]], x: {[0.5] * 3_000}")
    assert solution["a/h3000"].value == pytest.approx(solution["a/h2999"].value)


def test_the_example_runs() -> None:
    assert list(solve_question(load_text(rnn.EXAMPLE).questions[0]).answers) == ["a/h1", "a/y1", "a/h2", "a/y2"]
    assert solve(PROBLEMS / "rnn.yaml").answers["b/y1"] == 1.541


# -- misfits ------------------------------------------------------------------------------------------------------------

FITTING = "U: [[1, 2], [3, 4]], x: [[1, 1]]"


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (f"type: jordan, {FITTING}, W: [[1], [2]], V: [[1], [1]]", "W is 2×1, but U is 2×2 and V is 2×1: 1×2 expected"),
        (f"type: elman, {FITTING}, W: [[1, 2]]", "W is 1×2, but U is 2×2: 2×2 expected"),
        (f"type: elman, {FITTING}, W: [[1, 2], [3, 4]], V: [[1, 2]]", "V is 1×2, but U is 2×2: 2 rows expected"),
        (f"type: elman, {FITTING}, W: [[1, 2], [3, 4]], b: [1, 2, 3]", "b is 3×1, but U is 2×2: 2×1 expected"),
        (f"type: elman, {FITTING}, W: [[1, 2], [3, 4]], h0: [1, 2, 3]", "h0 is 3×1, but U is 2×2: 2×1 expected"),
        (f"type: elman, {FITTING}, W: [[1, 2], [3, 4]], c: 1", "c is given without V"),
        (f"type: elman, {FITTING}, W: [[1, 2], [3, 4]], y0: 1", "y0 is not used"),
        (f"type: jordan, {FITTING}, W: [[1, 2]], V: [[1], [1]], h0: 0", "h0 is not used"),
        (f"type: jordan, {FITTING}, W: [[1, 2]], V: [[1], [1]], c: [1, 2]", "c is 2×1, but V is 2×1: 1×1 expected"),
        (f"type: jordan, {FITTING}, W: [[1, 2]]", "'V' is missing: a Jordan network feeds its output back"),
        ("type: elman, U: [[1, 2]], W: [[1, 2], [3, 4]], x: [[1], [1, 2]]", "x(2) is 2×1, but x(1) is 1×1"),
        ("type: elman, U: [[1], [2]], W: [[1]], x: [1, 2]", "a single one is [[1, 2]]"),
        ("type: elman, U: [[1, 2]], W: [[1, 2], [3, 4]], x: [[1, 2]]", "U is 1×2, but x(1) is 2×1"),
        ("type: elmann, U: [[1]], W: [[1]], x: [1]", "unknown type 'elmann' | did you mean 'elman'?"),
    ],
)
def test_a_misfit_names_both_shapes(fields: str, found: str) -> None:
    messages = problems(fields)
    assert len(messages) == 1
    assert found in messages[0]


def test_misfits_are_named_in_one_run_each_at_its_line() -> None:
    text = """title: t
given:
  family: rnn
  type: elman
  U: [[1, 2]]
  W: [[1, 2]]
  V: [[1, 2, 3]]
  b: [1, 2, 3]
  x: [[1], [2, 3]]
parts: [{label: a, find: y1}]"""
    with pytest.raises(SpecError) as caught:
        load_text(text)
    assert [p.place.line for p in caught.value.problems] == [6, 7, 8, 9]


def test_a_long_sequence_shows_its_ends_and_a_table_and_everything_in_full_detail() -> None:
    xs = ", ".join(f"[0.{t % 10}]" for t in range(20))
    ds = ", ".join(["[1]"] * 20)
    (solution,) = solve_paper(
        load_text(
            "title: Long\ngiven:\n  family: rnn\n  type: elman\n  U: [[0.5]]\n  W: [[0.3]]\n  V: [[1.0]]\n"
            f"  x: [{xs}]\n  d: [{ds}]\n  loss: cross-entropy\n"
            "parts: [{label: a, find: states}, {label: b, find: {gradients of: [W]}}]\n"
        )
    )
    normal = text_of(document(solution.title, [solution]))
    assert all(f"At t = {t}: output of the network" in normal for t in (1, 2, 20))
    assert not any(f"At t = {t}: output of the network" in normal for t in range(3, 20))
    assert "Every time" in normal
    assert [f"Gradient at the net input of h({t})" in normal for t in (2, 10, 20)] == [True, False, True]
    assert normal.count("h(10) = ") == 1  # among the results asked for
    full = text_of(document(solution.title, [solution], View(detail="full")))
    assert all(f"At t = {t}: output of the network" in full for t in range(1, 21))
