"""LSTM cells: how they are stored, what may be asked, peepholes, and what does not fit. PyTorch: tests/oracle."""

import numpy as np
import pytest

from solver.api import solve
from solver.errors import SpecError
from solver.mark.judge.grade import grade_batch
from solver.mark.sheet import sheet
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.mark.simulate import key_of
from tests.places import PROBLEMS
from tests.tables import each

W, U = "W: {f: [0.7, 0.4], i: [0.9, 0.8], g: [0.4, 0.2], o: [0.6, 0.4]}", "U: {f: 0.1, i: 0.8, g: 0.2, o: 0.3}"
X = "x: [[1, 2], [0.5, 3]]"
LEARNS = "d: [0.5, 1.2], loss: half-square-error"


def solved(fields: str, find: str = "forward", carry: str = "exact") -> Solution:
    text = f"title: t\nround: {{decimals: 4}}\ncarry: {carry}\ngiven: {{family: lstm, {fields}}}\n"
    return solve_question(load_text(f"{text}parts: [{{label: a, find: {find}}}]").questions[0])


def problems(fields: str, find: str = "forward") -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields, find)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


def exact(solution: Solution, name: str) -> np.ndarray:
    found = solution[f"a/{name}"].exact
    assert found is not None
    return found


STORED = [
    f"{W}, {U}, b: {{f: 0.2, i: 0.6, g: 0.2, o: 0.1}}",
    "order: [f, i, g, o], W: [[0.7, 0.4], [0.9, 0.8], [0.4, 0.2], [0.6, 0.4]], U: [0.1, 0.8, 0.2, 0.3], "
    "b: [0.2, 0.6, 0.2, 0.1]",
    "order: [o, g, i, f], W: [[0.6, 0.4], [0.4, 0.2], [0.9, 0.8], [0.7, 0.4]], U: [0.3, 0.2, 0.8, 0.1], "
    "b: [0.1, 0.2, 0.6, 0.2]",
    "weights: inputs x neurons, order: [f, i, g, o], W: [[0.7, 0.9, 0.4, 0.6], [0.4, 0.8, 0.2, 0.4]], "
    "U: [[0.1, 0.8, 0.2, 0.3]], b: [0.2, 0.6, 0.2, 0.1]",
    "concatenated: [x, h], W: {f: [0.7, 0.4, 0.1], i: [0.9, 0.8, 0.8], g: [0.4, 0.2, 0.2], o: [0.6, 0.4, 0.3]}, "
    "b: {f: 0.2, i: 0.6, g: 0.2, o: 0.1}",
    "concatenated: [h, x], order: [f, i, g, o], "
    "W: [[0.1, 0.7, 0.4], [0.8, 0.9, 0.8], [0.2, 0.4, 0.2], [0.3, 0.6, 0.4]], b: [0.2, 0.6, 0.2, 0.1]",
]


@each("fields", STORED)
def test_one_cell_however_it_is_stored(fields: str) -> None:
    solution = solved(f"{fields}, {X}", "[h1, c2, h2]")
    weights, back, biases = (
        np.array([[0.7, 0.4], [0.9, 0.8], [0.4, 0.2], [0.6, 0.4]]),
        [0.1, 0.8, 0.2, 0.3],
        [0.2, 0.6, 0.2, 0.1],
    )
    h = c = 0.0
    for t, x in enumerate([[1, 2], [0.5, 3]], 1):
        f, i, g, o = weights @ x + np.multiply(back, h) + biases
        c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        h = np.tanh(c) / (1 + np.exp(-o))
        assert exact(solution, f"h{t}").item() == pytest.approx(h, rel=1e-12)
    assert exact(solution, "c2").item() == pytest.approx(c, rel=1e-12)


def test_the_formulas_are_those_of_the_books() -> None:
    solution = solved(f"{W}, {U}, b: 0.1, {X}, peephole: {{i: 0.1, o: 0.2}}", "[f1, i1, g1, c1, o1, h1]")
    sources = {s.name: s.item.source for s in solution.parts[0].steps}
    assert sources == {
        "f1": "sigmoid(Wf @ x1 + Uf*h0 + bf)",
        "i1": "sigmoid(Wi @ x1 + Ui*h0 + pi*c0 + bi)",
        "g1": "tanh(Wg @ x1 + Ug*h0 + bg)",
        "c1": "f1*c0 + i1*g1",
        "o1": "sigmoid(Wo @ x1 + Uo*h0 + po*c1 + bo)",  # the new cell state
        "h1": "o1*tanh(c1)",
    }


def test_no_bias_no_term_and_states_start_at_zero() -> None:
    left_out = solved(f"{W}, {U}, {X}")
    assert left_out["a/f1"].item.source == "sigmoid(Wf @ x1 + Uf*h0)"
    assert left_out.answers == solved(f"{W}, {U}, {X}, b: 0, h0: 0, c0: [0]").answers


def test_peepholes_in_numbers() -> None:
    solution = solved(f"{W}, {U}, {X}, c0: 0.5, peephole: {{f: 0.3, i: -0.2, o: 0.4}}", "[f1, c1, o1]")

    def s(u: float) -> float:
        return float(1 / (1 + np.exp(-u)))

    f, i, g = s(1.5 + 0.3 * 0.5), s(2.5 - 0.2 * 0.5), np.tanh(0.8)
    c = f * 0.5 + i * g
    assert exact(solution, "f1").item() == pytest.approx(f)
    assert exact(solution, "c1").item() == pytest.approx(c)
    assert exact(solution, "o1").item() == pytest.approx(s(1.4 + 0.4 * c))


def test_an_output_layer_and_a_loss_at_the_end() -> None:
    fields = (
        f"{W}, {U}, {X}, V: [[2], [-1]], by: [0.1, 0], output_activation: softmax, loss: cross-entropy, loss_at: last"
    )
    solution = solved(f"{fields}, d: [0, 1]", "[output, J, gradients]")
    y = exact(solution, "y2").ravel()
    assert solution["a/J"].exact_value == pytest.approx(-np.log(y[1]))
    assert "a/grad_V" in solution.answers


@each(
    ("find", "names"),
    [
        ("gates", ["f1", "i1", "g1", "o1", "f2", "i2", "g2", "o2"]),
        ("cell", ["c1", "c2"]),
        ("states", ["c1", "h1", "c2", "h2"]),
        ("loss", ["J1", "J2", "J"]),
        ("deltas", ["delta_o2", "delta_g2", "delta_i2", "delta_f2", "delta_o1", "delta_g1", "delta_i1", "delta_f1"]),
        ("gradients_x", ["grad_x1", "grad_x2"]),
        ("[grad_c1, delta_f2]", ["grad_c1", "delta_f2"]),
        ("{gradients of: [Wf, h0]}", ["grad_Wf", "grad_h0"]),
        ("updates", ["Wf_t1", "Uf_t1", "Wi_t1", "Ui_t1", "Wg_t1", "Ug_t1", "Wo_t1", "Uo_t1"]),
    ],
)
def test_what_a_part_may_ask_for(find: str, names: list[str]) -> None:
    solution = solved(f"{W}, {U}, {X}, {LEARNS}, train: {{rate: 0.1}}", find)
    assert list(solution.answers) == [f"a/{name}" for name in names]


def test_names_of_the_author() -> None:
    fields = f"{W.replace('g:', 'a:')}, {U.replace('g:', 'a:')}, {X}, names: {{h: out, c: state}}"
    assert list(solved(fields, "[a1, state1, out1]").answers) == ["a/a1", "a/state1", "a/out1"]
    clash = solved(f"{W.replace('g:', 'c:')}, {U.replace('g:', 'c:')}, {X}", "[chat1, c1]")
    assert clash["a/chat1"].symbol.mark == "hat"


def test_the_problem_runs() -> None:
    answers = solve(PROBLEMS / "lstm.yaml").answers
    assert (answers["b/h2"], answers["c/J"], answers["d/delta_f1"]) == (0.3313, 0.061, 0.0)


def test_both_directions_side_by_side() -> None:
    """Each is a cell of its own; the one from the end receives the sequence the other way round."""
    both = solved(
        f"{W}, {U}, {X}, h0: 0.3, c0: 0.2, backward: {{{W}, {U}, b: 0.1, h0: 0.5, peephole: {{o: 0.2}}}}",
        "[hidden, cell]",
    )
    ahead = solved(f"{W}, {U}, {X}, h0: 0.3, c0: 0.2")
    back = solved(f"{W}, {U}, x: [[0.5, 3], [1, 2]], b: 0.1, h0: 0.5, peephole: {{o: 0.2}}")
    for t in (1, 2):
        assert exact(both, f"hf{t}") == pytest.approx(exact(ahead, f"h{t}"))
        assert exact(both, f"hb{t}") == pytest.approx(exact(back, f"h{3 - t}"))
        assert exact(both, f"cb{t}") == pytest.approx(exact(back, f"c{3 - t}"))
        assert exact(both, f"h{t}").ravel() == pytest.approx(
            [exact(ahead, f"h{t}").item(), exact(back, f"h{3 - t}").item()]
        )


def test_a_second_layer_receives_the_states_of_the_first() -> None:
    second = "W: {f: 0.3, i: 0.2, g: 0.7, o: -0.4}, U: {f: 0.1, i: 0.5, g: 0.2, o: 0.3}"
    deep = solved(f"{X}, layers: [{{{W}, {U}, h0: 0.4}}, {{{second}, c0: 1}}]", "[hidden, f2_1, cell]", "exact")
    first = solved(f"{W}, {U}, {X}, h0: 0.4")
    states = [exact(first, f"h{t}").item() for t in (1, 2)]
    above = solved(f"{second}, x: [[{states[0]!r}], [{states[1]!r}]], c0: 1")
    assert [*deep.answers] == [
        f"a/{name}" for name in ("h1_1", "h1_2", "h2_1", "h2_2", "f2_1", "c1_1", "c1_2", "c2_1", "c2_2")
    ]
    for t in (1, 2):
        assert exact(deep, f"h2_{t}").item() == pytest.approx(exact(above, f"h{t}").item())
    assert deep["a/f2_1"].item.source == "sigmoid(Wf2*h1_1 + Uf2*h2_0)"
    assert deep["a/f2_1"].item.title == "At t = 1: forget gate of layer 2"


# -- misfits ------------------------------------------------------------------------------------------------------------
@each(
    ("fields", "found"),
    [
        (f"W: {{f: 1, i: 1, g: 1}}, {U}, x: [1]", "there is no gate 'o' in W"),
        (f"W: {{f: 1, i: 1, o: 1}}, {U}, x: [1]", "expected f, i, o and one more, the candidate's"),
        ("W: [[1], [1], [1], [1]], U: [1, 1, 1, 1], x: [1]", "'order' is missing: which gates W stacks"),
        ("W: [[1], [1], [1]], U: [1, 1, 1, 1], order: [i, f, g, o], x: [1]", "W has 3 rows, which 4 gates cannot share"),
        (f"{W}, x: [[1, 2]]", "'U' is missing: the weights from the hidden state | or concatenated: [x, h]"),
        (f"{W}, {U}, concatenated: [x, h], x: [[1, 2]]", "U is given, but W acts on x and h together"),
        (f"{W}, U: {{f: 1, i: 1, g: 1}}, {X}", "U has no 'o'"),
        (f"{W}, U: {{f: 1, i: 1, g: 1, o: [[1, 2]]}}, {X}", "U of o is 1×2, but h is 1×1: 1×1 expected"),
        (f"{W}, {U}, x: [[1, 2, 3]]", "W of f is 2×1, but x is 3×1: 2×3 expected"),
        (f"{W}, {U}, x: [[1, 2], [3]]", "x(2) is 1×1, but x(1) is 2×1"),
        (f"{W}, {U}, {X}, c0: [1, 2]", "c0 is 2×1, but there is one neuron: 1×1 expected"),
        (f"{W}, {U}, {X}, b: {{q: 1}}", "b names 'q'"),
        (f"{W}, {U}, {X}, peephole: {{g: 1}}", "there is no gate 'g' with a peephole | gates are f, i, o"),
        (f"{W}, {U}, {X}, names: {{h: h1}}", "'h1' cannot name a quantity"),
        (f"{W}, {U}, {X}, names: {{h: c}}", "'c' names two quantities"),
        (f"{W}, {U}, {X}, names: {{q: a}}", "there is no 'q' to rename"),
        (f"{W}, {U}, {X}, loss: square-error", "'d' is missing: a loss needs the desired outputs"),
        (f"{W}, {U}, {X}, loss: square-error, d: [1]", "d has 1 vector, but x has 2 | one desired output for each time; loss_at"),
        (f"{W}, {U}, {X}, loss: square-error, loss_at: [3], d: [1]", "there is no time 3 | times count from 1 to 2"),
        (f"{W}, {U}, {X}, d: [1, 2]", "d is given without a loss"),
        (f"{W}, {U}, {X}, loss: cross-entropy, d: [1, 0]", "cross-entropy needs an output layer"),
        (f"{W}, {U}, {X}, train: {{rate: 1}}", "an update needs a loss"),
        (f"{W}, {U}, {X}, {LEARNS}, train: {{rate: 1, iterations: 2}}", "one update is made"),
        (f"{W}, {U}, {X}, V: [[1, 2]]", "V is 1×2, but h is 1×1"),
        (f"{U}, {X}", "'W' is missing: the weights from the input"),
        (f"{W}, {U}, {X}, layers: [{{{W}, {U}}}]", "W is given beside layers | each layer has its own"),
        (f"{X}, layers: [{{{W}, {U}}}, {{W: {{f: [[1, 2]], i: 1, g: 1, o: 1}}, {U}}}]", "W of f is 1×2, but the state below is 1×1: 1×1 expected"),
        (f"{X}, layers: [{{{W}, {U}}}, {{W: {{f: 1, i: 1, a: 1, o: 1}}, {U}}}]", "W names 'a'"),
        (f"{X}, {W}, {U}, backward: {{W: {{f: 1, i: 1, g: 1, o: 1}}, {U}}}", "W of f is 1×1, but x is 2×1: 1×2 expected"),
        (f"{X}, {W}, {U}, backward: {{{W}, {U}, c0: [1, 2]}}", "c0 is 2×1, but there is one neuron: 1×1 expected"),
        (f"{X}, {W}, {U}, backward: {{{W}, {U}, peephole: {{g: 1}}}}", "there is no gate 'g' with a peephole"),
        (f"{X}, {W}, {U}, backward: {{{W}, {U}}}, V: [[1]]", "V is 1×1, but h is 2×1"),
    ],
)  # fmt: skip
def test_a_misfit_is_named(fields: str, found: str) -> None:
    assert any(found in message for message in problems(fields)), problems(fields)


def test_misfits_are_named_in_one_run_each_at_its_line() -> None:
    text = """title: t
given:
  family: lstm
  W:
    f: [1, 2]
    i: [[1, 2, 3]]
    g: [1, 2]
    o: [1, 2]
  U: {f: 1, i: 1, g: 1, o: [[1, 2]]}
  x: [[1, 2], [2]]
parts: [{label: a, find: h1}]"""
    with pytest.raises(SpecError) as caught:
        load_text(text)
    assert [(p.place.line, p.place.column) for p in caught.value.problems][:2] == [(6, 5), (9, 25)]


def test_what_is_missing_for_gradients() -> None:
    assert problems(f"{W}, {U}, {X}", "deltas") == [
        "there is no deltas here | give a loss, such as loss: square-error, and the desired outputs d"
    ]


# -- marking ------------------------------------------------------------------------------------------------------------
def test_mistakes_with_gates_are_named() -> None:
    solution = solved(f"{W}, {U}, b: 0.3, h0: 0.4, c0: 0.9, {X}", "[f1, i1, g1, o1, c1, h1]", "rounded")
    made = sheet(solution)
    v = {name: solution[f"a/{name}"].value for name in ("f1", "i1", "g1", "o1", "c1")}
    wrong = {
        "c1": [v["i1"] * 0.9 + v["f1"] * v["g1"], v["f1"] * 0.9 + v["o1"] * v["g1"]],
        "h1": [v["o1"] * v["c1"], v["f1"] * np.tanh(v["c1"])],
    }
    expected = {"c1": ["gates swapped", "gate mixed up"], "h1": ["tanh of the cell state left out", "gate mixed up"]}
    for name, answers in wrong.items():
        for answer, mistake in zip(answers, expected[name], strict=True):
            given = key_of(made, 1)
            given.batch.values[f"a/{name}"][0] = round(answer, 4)
            graded = grade_batch(made, None, given)
            assert mistake in set(graded.mistakes[f"a/{name}"].values()), (name, mistake)
