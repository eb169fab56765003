"""Formulas over a letter: recurrences, several inputs, sums over all; gradients through them; what can be wrong."""

import numpy as np
import pytest

from solver.errors import Problem, SpecError
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.tables import each

RECURRENCE = """
title: t
round: {decimals: 10}
given:
  family: formula
  quantities: {w: 0.5, u: 0.8, h0: 0.1}
  series: {x: [1, 0.5, -1], d: [0, 1, 0]}
  formulas:
    - over: t
      formulas:
        - {formula: "h[t] = tanh(w*x[t] + u*h[t-1])", title: State}
        - e[t] = (h[t] - d[t])**2/t
    - J = sum(e)
parts:
"""


def solved(text: str) -> Solution:
    solution = solve_question(load_text(text).questions[0])
    for part in solution.parts:
        for step in part.steps:
            assert step.lines("full")
    return solution


def problems(text: str) -> list[Problem]:
    with pytest.raises(SpecError) as caught:
        solve_question(load_text(text).questions[0])
    return caught.value.problems


def question(formulas: str, quantities: str = "{a: 2}", series: str = "{x: [1, 2, 3]}") -> str:
    body = f"given:\n  family: formula\n  quantities: {quantities}\n  series: {series}\n  formulas: {formulas}"
    return f"title: t\nround: {{decimals: 4}}\n{body}\nparts: [{{label: p}}]"


def forward(w: float, u: float) -> tuple[list[float], float]:
    h, states, loss = 0.1, [], 0.0
    for t, (x, d) in enumerate(zip([1, 0.5, -1], [0, 1, 0], strict=True), 1):
        h = float(np.tanh(w * x + u * h))
        states.append(h)
        loss += (h - d) ** 2 / t
    return states, loss


def test_a_recurrence_step_by_step() -> None:
    states, loss = forward(0.5, 0.8)
    answers = solved(RECURRENCE + "  - {label: a, find: h}\n  - {label: b, find: J}").answers
    assert list(answers) == ["a/h1", "a/h2", "a/h3", "b/J"]
    assert list(answers.values()) == pytest.approx([*states, loss], abs=1e-9)


def test_gradients_through_a_recurrence() -> None:
    (part,) = solved(RECURRENCE + "  - {label: a, find: {gradients of: [w, u]}}").parts
    step = 1e-6
    slopes = [
        (forward(0.5 + step, 0.8)[1] - forward(0.5 - step, 0.8)[1]) / (2 * step),
        (forward(0.5, 0.8 + step)[1] - forward(0.5, 0.8 - step)[1]) / (2 * step),
    ]
    assert [s.written.item() for s in part.asked] == pytest.approx(slopes, abs=1e-7)


def test_a_part_changes_a_start_value_and_a_series() -> None:
    text = RECURRENCE + "  - {label: a, with: {h0: 0, x: [1, 0.5]}, find: h}"
    assert list(solved(text.replace("d: [0, 1, 0]", "d: [0, 1]").replace("1, 0.5, -1", "2, 2")).answers) == [
        "a/h1",
        "a/h2",
    ]


def test_several_inputs_of_one_neuron() -> None:
    formulas = "[{over: k, formulas: ['u[k] = w.T @ x[k] - 1.5', 'y[k] = heaviside(u[k])']}]"
    text = question(formulas, "{w: [1, 1]}", "{x: [[0, 0], [0, 1], [1, 0], [1, 1]]}").replace(
        "label: p", "label: p, find: y"
    )
    assert list(solved(text).answers.values()) == [0, 0, 0, 1]


@each(
    ("formulas", "answers"),
    [
        ("[{over: t = 1..3, formulas: ['f[t] = x[t]*t']}]", {"f1": 1, "f2": 4, "f3": 9}),
        ("[{over: t=2…3, formulas: ['f[t] = x[t-1]']}]", {"f2": 1, "f3": 2}),
        ("[{over: k = 0..1, formulas: ['f[k] = a**k']}]", {"f0": 1, "f1": 2}),
        ("[{over: k = 3..3, formulas: ['f[k] = x[k]']}, m = sum(f)]", {"f3": 3, "m": 3}),
        ("[{over: k, formulas: ['f1[k] = x[k]']}]", {"f1_1": 1, "f1_2": 2, "f1_3": 3}),
        ("[m = mean(x)]", {"m": 2}),
        ("[s = sum(x)*a, m = max(x, a)]", None),
        ("[v = vstack(x), s = sum(v)]", {"v": [[1], [2], [3]], "s": 6}),
        ("[{over: k = 1..2, formulas: ['f[k] = v[k]']}, v = 1]", None),
        ("[v = vstack(x), {over: k = 1..2, formulas: ['f[k] = v[k + 1]']}]", {"v": [[1], [2], [3]], "f1": 2, "f2": 3}),
        ("['M = vstack(x) @ ones(1, 2)', {over: k = 3..3, formulas: ['f[k] = M[k, 2] + M[1, k-1]']}]", {"f3": 4}),
        ("[{over: n = 2..4, formulas: ['f[n] = f[n-1] + f[n-2]']}]", {"f2": 1, "f3": 2, "f4": 3}),
    ],
)
def test_what_formulas_over_a_letter_give(formulas: str, answers: dict[str, object] | None) -> None:
    text = question(formulas, "{a: 2, f0: 0, f1: 1}" if "f[n-1]" in formulas else "{a: 2}")
    if answers is None:
        assert problems(text)
        return
    found = {key.removeprefix("p/"): value for key, value in solved(text).answers.items()}
    assert {name: found[name] for name in answers} == answers


@each(
    ("formulas", "message", "hint", "word"),
    [
        (
            "[{over: t, formulas: ['h[t] = x[t] + h[t-1]']}]",
            "'h0' is not given yet, at t = 1",
            "start values",
            "h[t-1]",
        ),
        ("[{over: t, formulas: ['h[t] = x[t+1]']}]", "'x4' is not given yet, at t = 3", "", "x[t+1]"),
        ("[{over: t, formulas: ['h[t] = x[t-2]']}]", "x[-1] does not exist, at t = 1", "start higher", "t-2"),
        ("[{over: t, formulas: ['h = x[t]']}]", "does not define t by t", "NAME[t] = FORMULA", "h ="),
        ("[{over: t, formulas: ['h[s] = x[t]']}]", "does not define t by t", "", "h[s]"),
        ("[{over: t = 1..2, formulas: ['x[t] = a']}]", "'x' is defined twice", "one series", "x[t]"),
        ("[{over: t, formulas: ['a[t] = x[t]']}]", "'a' is defined twice", "", "a[t]"),
        ("[{over: t, formulas: ['tanh[t] = x[t]']}]", "'tanh' is a function", "", "tanh"),
        ("[{over: t, formulas: ['h[t] = y[t]']}]", "t has no end", "t = 1..4", "t, f"),
        ("[{over: 2, formulas: ['h[t] = x[t]']}]", "'2' does not say what counts", "t = 1..4", "2, f"),
        ("[{over: t = 4..1, formulas: ['h[t] = x[t]']}]", "t counts from 4 to 1", "", "t = 4"),
        ("[{over: t = 1..100000, formulas: ['h[t] = a']}]", "more than 10,000", "", "t = 1"),
        ("[{over: t = 1..3, formulas: ['h[t] = x[t] @ ones(2, 2) @ ones(3)']}]", "do not fit", "", "h[t]"),
        ("['h[t] = x[t]']", "'h[t]' stands outside of over", "over: t = 1..4", "h[t]"),
        ("['h = a + x']", "'x' is not given yet", "there are x1 to x3: write sum(x)", "x'"),
        ("[{over: t, formulas: ['h[t] = x[t] + zz']}]", "'zz' is not given yet, at t = 1", "", "zz"),
        ("[{over: t}]", "'formulas' is missing", "", "{over"),
        ("[{over: t, formulas: ['h[t] = x[t]'], to: 3}]", "unknown key 'to'", "", "to"),
    ],
)
def test_what_is_wrong_and_where(formulas: str, message: str, hint: str, word: str) -> None:
    text = question(formulas)
    found = problems(text)
    assert message in found[0].message
    assert hint in found[0].hint
    assert len(found) == 1
    line = text.splitlines()[found[0].place.line - 1]
    assert line[found[0].place.column - 1 :].removeprefix("'").startswith(word)


def test_series_of_different_length_are_named() -> None:
    text = question("[{over: t, formulas: ['h[t] = x[t]*y[t]']}, 's = sum(h)']", series="{x: [1, 2, 3], y: [1, 2]}")
    assert [p.message for p in problems(text)] == ["series of different length: x has 3, y has 2"]


def test_a_series_that_is_given_twice() -> None:
    found = problems(question("[f = a]", "{a: 1, x2: 3}"))
    assert [p.message for p in found] == ["'x2' is given twice"]
    assert "has no members" in problems(question("[f = a]", series="{x: []}"))[0].message


def test_one_mistake_in_a_recurrence_is_one_problem() -> None:
    formulas = "[{over: t, formulas: ['h[t] = tanhh(x[t])', 'g[t] = h[t] + a']}, 's = sum(g) + h2']"
    assert [p.message for p in problems(question(formulas))] == ["unknown function 'tanhh'"]


def test_a_long_recurrence_is_a_table() -> None:
    from solver.render.document import document
    from solver.render.format_text import render

    text = "title: t\nround: {decimals: 4}\ngiven: {family: formula, quantities: {a: 0.5, h0: 1}, formulas: "
    text += "[{over: t = 1..300, formulas: ['h[t] = a*h[t-1] + 1/t']}]}\nparts: [{label: p, find: h}]"
    solution = solve_question(load_text(text).questions[0])
    assert len(solution.answers) == 300
    page = render(document("t", [solution]), 100)
    assert page.count("h₁₅₀") <= 1
    assert "Every t" in page
    assert len(page.splitlines()) < 200
