"""Recurrent networks against published answers, and against the recurrence written independently in numpy."""

import re

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
from tests.tables import each
from tests.trials import times


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


@settings(max_examples=times(8))
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


@each(
    ("find", "names"),
    [
        ("hidden", ["h1", "h2"]),
        ("output", ["y1", "y2"]),
        ("states", ["h1", "y1", "h2", "y2"]),
        ("parameters", ["U", "W", "V"]),
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
    solution = solved(f"type: elman, U: [[0.2, 0.3]], W: [[0.5, 0.1], [0.2, 0.3]], V: [[1], [-1]], x: {[0.5] * 1_200}")
    assert solution["a/h1200"].value == pytest.approx(solution["a/h1199"].value)


def test_the_example_runs() -> None:
    assert list(solve_question(load_text(rnn.EXAMPLE).questions[0]).answers) == ["a/h1", "a/y1", "a/h2", "a/y2"]
    assert solve(PROBLEMS / "rnn.yaml").answers["b/y1"] == 1.541


# -- other forms --------------------------------------------------------------------------------------------------------
def sources(solution: Solution) -> dict[str, str]:
    return {s.name: s.item.source for s in solution.parts[0].steps if not s.item.given}


def test_no_bias_is_no_term() -> None:
    assert sources(solved(f"{SMALL}, V: [[1], [1]]")) == {
        "h1": "tanh(U.T @ x1 + W.T @ h0)",
        "y1": "sigmoid(V.T @ h1)",
        "h2": "tanh(U.T @ x2 + W.T @ h1)",
        "y2": "sigmoid(V.T @ h2)",
    }


def test_a_scalar_network_is_written_with_scalars() -> None:
    solution = solved("U: 0.5, W: -0.3, V: 2, b: 0.1, x: [1], net_inputs: true", find="[net_inputs, states]")
    assert sources(solution) == {
        "u1": "U*x1 + W*h0 + b",
        "h1": "tanh(u1)",
        "o1": "V*h1",
        "y1": "sigmoid(o1)",
    }
    assert solution["a/u1"].value == 0.6


def test_weights_are_stored_either_way() -> None:
    rows = solved("U: [[1, 2], [3, 4]], W: [[0, 1], [1, 0.5]], V: [[1], [2]], x: [[0.1, 0.2], [0.3, 0.1]]")
    fields = "U: [[1, 3], [2, 4]], W: [[0, 1], [1, 0.5]], V: [[1, 2]], x: [[0.1, 0.2], [0.3, 0.1]]"
    columns = solved(f"weights: neurons x inputs, {fields}")
    assert rows.answers == columns.answers
    assert sources(columns)["h2"] == "tanh(U @ x2 + W @ h1)"


def test_flat_lists_are_one_neuron_or_one_input() -> None:
    typed = "U: [[1, 2]], W: [[0, 1], [1, 0]], V: [[1], [3]], x: [1, 2]"
    assert solved(typed.replace("[[1, 2]]", "[1, 2]").replace("[[1], [3]]", "[1, 3]")).answers == solved(typed).answers


def test_names_of_the_author() -> None:
    solution = solved(f"{SMALL}, names: {{h: a, U: Wax, W: Waa}}", find="[Wax, a1, a2]")
    assert list(solution.answers) == ["a/Wax", "a/a1", "a/a2"]
    assert sources(solution)["a1"] == "tanh(Wax.T @ x1 + Waa.T @ a0)"


def test_a_bias_is_no_weight_whatever_it_is_called() -> None:
    fields = "U: [[1, 2]], W: [[0, 1], [1, 0]], b: 0.5, V: [[1], [3]], x: [1, 2], loss: square-error, d: [1, 1], weight_decay: 0.1"
    called = solved(f"{fields}, names: {{b: Ub}}", find="[decay, J]")
    assert called.answers == solved(fields, find="[decay, J]").answers
    assert sources(called)["decay"] == "lam/2*(sum(U**2) + sum(W**2) + sum(V**2))"


def test_one_name_for_two_quantities_is_noted_once() -> None:
    assert problems(f"{SMALL}, names: {{h: x}}") == ["'x' names two quantities | "]


def test_both_feed_back() -> None:
    solution = solved("type: both, U: 0.5, W: 0.2, Wy: 0.7, V: 0.4, x: [1, -1]")
    h1 = np.tanh(0.5)
    assert sources(solution)["h2"] == "tanh(U*x2 + W*h1 + Wy*y1)"
    assert column(solved("type: both, U: 0.5, W: 0.2, Wy: 0.7, V: 0.4, x: [1, -1]", "carry: exact"), "h1") == [
        round(h1, 2)
    ]


def test_a_batch_is_each_of_its_sequences() -> None:
    net = "U: [[1, 2]], W: [[0, 1], [1, 0]], V: [[1], [-1]], b: 0.3, c: 0.1, h0: 0.2"
    head = "round: {decimals: 9}\ncarry: exact"
    many = solved(f"{net}, X: [[1, 2, 0.5], [-1, 0.3, 0.2]]", head)
    for k, x in enumerate(("[1, 2, 0.5]", "[-1, 0.3, 0.2]")):
        one = solved(f"{net}, x: {x}", head)
        for t in (1, 2, 3):
            assert np.allclose(np.asarray(many[f"a/H{t}"].value)[k], column(one, f"h{t}"))
            assert np.allclose(np.asarray(many[f"a/Y{t}"].value)[k], column(one, f"y{t}"))
    assert sources(many)["H1"] == "tanh(X1 @ U + H0 @ W + one @ b.T)"


@pytest.mark.parametrize("kind", ["jordan", "both"])
def test_what_is_desired_feeds_back(kind: str) -> None:
    """Teacher forcing: the last desired output in place of the network's own."""
    W, Wy, h, before = 0.3, 0.8, 0.0, 0.25
    weights = f"W: {Wy}" if kind == "jordan" else f"W: {W}, Wy: {Wy}"
    made = f"type: {kind}, U: 0.5, {weights}, V: 1.5, x: [1, 2, -1], d: [1, 0, 1], y0: {before}, loss: square-error"
    solution = solved(f"{made}, teacher_forcing: true", "carry: exact")
    for t, (x, d) in enumerate([(1, 1), (2, 0), (-1, 1)], 1):
        h = np.tanh(0.5 * x + Wy * before + (W * h if kind == "both" else 0))
        before = d
        assert np.ravel(solution[f"a/h{t}"].exact) == pytest.approx([h])
        assert np.ravel(solution[f"a/y{t}"].exact) == pytest.approx([1 / (1 + np.exp(-1.5 * h))])
    assert problems("U: 1, W: 1, V: 1, x: [1], d: [1], loss: square-error, teacher_forcing: true") == [
        "type: elman feeds no output back | type: jordan, or both"
    ]
    assert problems("type: jordan, U: 1, W: 1, V: 1, x: [1], teacher_forcing: true") == [
        "desired outputs of every time are fed back | give d, and a loss at all times"
    ]


def test_the_gradient_along_the_sequence_needs_no_loss() -> None:
    """The last state by the first: a factor w (1 − h²) for each step."""
    solution = solved("U: 0.5, W: 0.9, x: [1, -1, 0.5], h0: 0.2", "carry: exact", "[hidden, gradients of: [h0]]")
    states = [float(np.ravel(solution[f"a/h{t}"].exact)[0]) for t in (1, 2, 3)]
    assert np.ravel(solution["a/grad_h0"].exact) == pytest.approx([np.prod([0.9 * (1 - h**2) for h in states])])


def test_a_loss_at_the_last_time_alone() -> None:
    fields = f"{SMALL}, V: [[1], [1]], loss: square-error"
    last = solved(f"{fields}, d: [1], loss_at: last", find="[J, gradients]")
    assert sources(last)["J"] == "(d2 - y2)**2"
    some = solved(f"{fields}, d: [1], loss_at: [2]", find="J")
    assert some["a/J"].value == last["a/J"].value
    every = solved(f"{fields}, d: [0, 1], average: true", find="loss")
    assert sources(every)["J"] == "(J1 + J2)/2"


def test_an_update() -> None:
    solution = solved("U: 0.5, W: 0.2, V: 2, x: [1, 0], d: [1], loss: square-error, loss_at: last, train: {rate: 0.5}",
                      "round: {decimals: 4}\ncarry: exact", "[gradients, updates]")  # fmt: skip
    for name, start in (("U", 0.5), ("W", 0.2), ("V", 2)):
        gradient = float(solution[f"a/grad_{name}"].exact_value)
        assert float(solution[f"a/{name}_t1"].exact_value) == pytest.approx(start - 0.5 * gradient)


def test_both_directions_and_several_layers_by_name() -> None:
    both = solved(
        f"{SMALL}, backward: {{U: [3, 4], W: [[1, 0], [0, 1]], b: 1}}, V: [1, 1, 1, 1]", find="[hidden, output]"
    )
    assert list(both.answers) == [f"a/{n}" for n in ("hf1", "hb1", "hf2", "hb2", "h1", "h2", "y1", "y2")]
    split = solved(f"{SMALL}, backward: {{U: [3, 4], W: [[1, 0], [0, 1]], V: [1, 1]}}, V: [1, 1]", find="y1")
    assert sources(split)["y1"] == "sigmoid(V.T @ hf1 + Vb.T @ hb1)"
    deep = solved("layers: [{U: 1, W: 2}, {U: [1, 2], W: [[1, 0], [0, 1]], b: 1}], x: [1, 2]", find="hidden")
    assert list(deep.answers) == [f"a/{n}" for n in ("h1_1", "h1_2", "h2_1", "h2_2")]
    assert sources(deep)["h2_1"] == "tanh(U2.T @ h1_1 + W2.T @ h2_0 + b2)"


@each(
    ("fields", "found"),
    [
        ("W: [[1]], x: [1]", "'U' is missing: the input weights"),
        ("U: 1, W: 1", "'x' is missing: the input sequence, or X with several"),
        ("U: 1, W: 1, x: [1], X: [[1]]", "x and X are given"),
        ("U: 1, W: 1, X: [[1, 2], [1]]", "sequence 2 is 1×1, but the first is 2×1"),
        ("U: 1, W: 1, V: 1, X: [[1], [2]], loss: square-error", "'D' is missing"),
        ("U: 1, W: 1, V: 1, X: [[1], [2]], D: [[1]], loss: square-error", "D has 1 sequences, but X has 2"),
        ("U: 1, W: 1, V: 1, X: [[1], [2]], D: [[1], [1, 2]], loss: square-error", "sequence 2 of D is 2×1, but 1 times of 1"),
        ("type: both, U: 1, W: 1, V: 1, x: [1]", "'Wy' is missing: the weights from the last output"),
        ("U: 1, W: 1, Wy: 1, x: [1]", "Wy is for type: both"),
        ("layers: [{U: 1, W: 1}], U: 1, x: [1]", "U is given, and layers with their own"),
        ("layers: [{U: 1, W: 1}, {U: [[1], [2]], W: 1}], x: [1]", "U2 is 2×1, but the layer below has 1 states"),
        ("layers: [{U: 1, W: 1}, {U: 1, W: [[1, 2]]}], x: [1]", "W2 is 1×2, but U2 is 1×1: 1×1 expected"),
        ("U: 1, W: 1, backward: {U: 1, W: 1, b: [1, 2]}, x: [1]", "b of backward is 2×1"),
        ("type: jordan, U: 1, W: 1, V: 1, backward: {U: 1, W: 1}, x: [1]", "type: jordan reads a sequence in one direction"),
        ("U: 1, W: 1, V: 1, x: [1], train: {rate: 1}", "an update needs a loss"),
        ("U: 1, W: 1, V: 1, x: [1, 2], d: [1], loss: square-error", "d has 1 vector, but x has 2"),
        ("U: 1, W: 1, V: 1, x: [1, 2], d: [1], loss: square-error, loss_at: [5]", "there is no time 5"),
        ("weights: neurons x inputs, U: [[1, 2, 3]], W: 1, x: [[1, 2]]", "U is 1×3, but x(1) is 2×1"),
    ],
)  # fmt: skip
def test_a_misfit_of_other_forms(fields: str, found: str) -> None:
    assert any(found in message for message in problems(fields)), problems(fields)


def test_net_inputs_are_asked_for_by_an_option() -> None:
    assert problems(SMALL, "u1") == ["there is no u1 here | give net_inputs: true for net inputs as steps"]


# -- misfits ------------------------------------------------------------------------------------------------------------

FITTING = "U: [[1, 2], [3, 4]], x: [[1, 1]]"


@each(
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


GENERAL = """
title: Any time
given: {{family: rnn, type: {kind}, U: [[0.2, 0.3], [0.8, 0.9]], W: {W}, V: [[0.2], [-0.2]], b: 0.2, x: {x}{more}}}
parts: [{{label: a, prompt: Find the outputs., find: output}}]
"""


@pytest.mark.parametrize("net_inputs", ["", ", net_inputs: true"])
@pytest.mark.parametrize(("kind", "W"), [("elman", "[[1, 2], [3, 4]]"), ("jordan", "[[2, 1]]")])
def test_the_formulas_of_any_time_stand_once_and_are_those_of_the_first(kind: str, W: str, net_inputs: str) -> None:
    spec = GENERAL.format(kind=kind, W=W, x="[[1.5, 1], [-3, 2], [1, 1]]", more=net_inputs)
    solution = solve_question(load_text(spec).questions[0])
    page = [line.strip() for line in text_of(document(solution.title, [solution])).splitlines()]
    general = [i for i, line in enumerate(page) if re.match(r"\w\(t\) = ", line)]
    assert len(general) == len({page[i] for i in general}) >= 2
    for i in general:
        assert page[i].replace("(t - 1)", "(0)").replace("(t)", "(1)") == next(filter(None, page[i + 1 :]))


def test_a_sequence_of_one_has_no_other_times() -> None:
    spec = GENERAL.format(kind="elman", W="[[1, 2], [3, 4]]", x="[[1.5, 1]]", more="")
    solution = solve_question(load_text(spec).questions[0])
    assert "(t)" not in text_of(document(solution.title, [solution]))
