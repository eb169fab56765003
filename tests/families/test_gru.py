"""GRU: both conventions of the gates, what may be asked, what does not fit. PyTorch: tests/oracle."""

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

W, U = "W: {z: [0.5, 0.2], r: [1, 0.3], n: [0.8, -0.4]}", "U: {z: 0.4, r: -0.3, n: 0.6}"
X = "x: [[1, 0.5], [-1, 2]], h0: 0.5"


def solved(fields: str, find: str = "forward", carry: str = "exact") -> Solution:
    text = f"title: t\nround: {{decimals: 4}}\ncarry: {carry}\ngiven: {{family: gru, {fields}}}\n"
    return solve_question(load_text(f"{text}parts: [{{label: a, find: {find}}}]").questions[0])


def problems(fields: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


@each(
    ("options", "candidate", "state"),
    [
        ("", "tanh(Wn @ x1 + Un*(r1*h0) + bn)", "(1 - z1)*h0 + z1*n1"),
        ("reset: after", "tanh(Wn @ x1 + r1*(Un*h0) + bn)", "(1 - z1)*h0 + z1*n1"),
        ("z_weighs: state", "tanh(Wn @ x1 + Un*(r1*h0) + bn)", "z1*h0 + (1 - z1)*n1"),
        ("b_hh: {n: 0.3}, reset: after", "tanh(Wn @ x1 + r1*(Un*h0 + bhn) + bn)", "(1 - z1)*h0 + z1*n1"),
        ("b_hh: {n: 0.3}", "tanh(Wn @ x1 + Un*(r1*h0) + bn + bhn)", "(1 - z1)*h0 + z1*n1"),
    ],
)
def test_the_formulas_of_each_convention(options: str, candidate: str, state: str) -> None:
    solution = solved(f"{W}, {U}, b: {{n: 0.1}}, {X}, {options}", "[n1, h1]")
    assert solution["a/n1"].item.source == candidate
    assert solution["a/h1"].item.source == state


def test_the_candidate_by_the_letter_of_the_state_has_a_hat() -> None:
    solution = solved(f"{W.replace('n:', 'h:')}, {U.replace('n:', 'h:')}, {X}", "[z1, r1, hhat1, h1]")
    assert list(solution.answers) == ["a/z1", "a/r1", "a/hhat1", "a/h1"]
    assert solution["a/hhat1"].symbol.mark == "hat"


def test_weights_on_both_together_are_weights_on_each() -> None:
    apart = solved(f"{W}, {U}, {X}")
    both = "W: {z: [0.5, 0.2, 0.4], r: [1, 0.3, -0.3], n: [0.8, -0.4, 0.6]}"
    assert solved(f"{both}, concatenated: [x, h], {X}").answers == apart.answers


@each(
    ("find", "names"),
    [
        ("gates", ["z1", "r1", "n1", "z2", "r2", "n2"]),
        ("hidden", ["h1", "h2"]),
        ("parameters", ["Wz", "Uz", "Wr", "Ur", "Wn", "Un"]),
        ("gradients", ["grad_Wz", "grad_Uz", "grad_Wr", "grad_Ur", "grad_Wn", "grad_Un"]),
        ("deltas", ["delta_n2", "delta_r2", "delta_z2", "delta_n1", "delta_r1", "delta_z1"]),
    ],
)
def test_what_a_part_may_ask_for(find: str, names: list[str]) -> None:
    solution = solved(f"{W}, {U}, {X}, d: [0, 1], loss: square-error", find)
    assert list(solution.answers) == [f"a/{name}" for name in names]


def test_the_mean_over_the_times() -> None:
    fields = f"{W}, {U}, {X}, d: [0, 1], loss: square-error"
    total, mean = (float(solved(f"{fields}, average: {a}", "J")["a/J"].exact_value) for a in ("false", "true"))
    assert mean == pytest.approx(total / 2)


def test_the_problem_runs() -> None:
    answers = solve(PROBLEMS / "gru.yaml").answers
    assert answers["c/y2"] == 0.257
    assert answers["b/h1"] != answers["a/h1"]


@each(
    ("fields", "found"),
    [
        (f"W: {{z: 1, n: 1}}, {U}, x: [1]", "there is no gate 'r' in W"),
        (f"W: {{z: 1, r: 1}}, {U}, x: [1]", "expected z, r and one more, the candidate's"),
        (f"{W}, concatenated: [x, h], reset: after, x: [1]", "r is multiplied after a product that x and h share"),
        (f"{W}, {U}, x: [[1, 2]], reset: later", "unknown reset 'later'"),
        (f"{W}, {U}, x: [[1, 2]], h0: [1, 2]", "h0 is 2×1, but there is one neuron: 1×1 expected"),
        (f"{W}, U: {{z: 1, r: 1, h: 1}}, x: [[1, 2]]", "U has no 'n' | W has z, r, n"),
    ],
)
def test_a_misfit_is_named(fields: str, found: str) -> None:
    assert any(found in message for message in problems(fields)), problems(fields)


def test_z_and_the_rest_exchanged_is_named() -> None:
    solution = solved(f"{W}, {U}, {X}", "[z1, n1, h1]", "rounded")
    z, n = (float(np.asarray(solution[f"a/{name}"].value)) for name in ("z1", "n1"))
    made = sheet(solution)
    given = key_of(made, 1)
    given.batch.values["a/h1"][0] = round(z * 0.5 + (1 - z) * n, 4)
    assert set(grade_batch(made, None, given).mistakes["a/h1"].values()) == {"1 − z for z"}
