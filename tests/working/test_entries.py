"""Single entries: as the whole matrix has them, by the chain rule for one weight, and marked."""

import numpy as np
import pytest

from solver.errors import SpecError
from solver.mark.asked import asked
from solver.mark.sitting import Sitting
from solver.render.document import document
from solver.render.format_markdown import render as markdown
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.tables import each

HEAD = """title: t
round: {decimals: 3}
carry: CARRY
given:
  family: mlp
  x: [1.0, 2.0]
  d: [1, 0]
  layers:
    - {W: [[0.5, -0.3], [0.2, 0.8]], b: [0.1, 0.0], activation: tanh}
    - {W: [[1.0, 2.0], [-0.5, 1.0]], b: 0.2, activation: sigmoid}
  loss: square-error
  train: {rate: 0.5, iterations: 2, optimizer: OPTIMIZER}
parts:
"""


def solution(find: str, carry: str = "exact", optimizer: str = "sgd") -> Solution:
    text = HEAD.replace("CARRY", carry).replace("OPTIMIZER", optimizer)
    return solve_question(load_text(f"{text}  - {{label: a, find: {find}}}").questions[0])


WHOLE = ["u1", "h1", "y", "df1", "grad_u1", "grad_W1", "grad_b1", "grad_W2", "W2_t1", "W1_t2", "b1_t2", "grad_h1"]


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_an_entry_is_that_of_the_whole(optimizer: str) -> None:
    whole = solution(str(WHOLE), optimizer=optimizer)
    cells = {}
    for name in WHOLE:
        numbers = whole[f"a/{name}"].exact
        for i, j in np.ndindex(numbers.shape):
            cells[f"{name}[{i + 1}]" if numbers.shape[1] == 1 else f"{name}[{i + 1},{j + 1}]"] = numbers[i, j]
    found = solution(str(list(cells)), optimizer=optimizer)
    for name, number in cells.items():
        assert found[f"a/{name}"].exact_value == pytest.approx(number, abs=1e-12), name


@each(
    ("find", "formula"),
    [
        ("grad_W2[2,1]", "h1[2, :]*grad_u2[1, :]"),
        ("grad_W2[2, 1]", "h1[2, :]*grad_u2[1, :]"),
        ("grad_b1[2]", "grad_u1[2, :]"),
        ("W2_t1[1,2]", "W2[1, 2] - alpha*grad_W2[1,2]"),
        ("W2_t2[1,2]", "W2_t1[1,2] - alpha*grad_W2_t1[1,2]"),
        ("u1[2]", "W1[1, 2]*x[1, :] + W1[2, 2]*x[2, :] + b1[2, :]"),
        ("h1[1]", "tanh(u1[1, :])"),
    ],
)
def test_the_formula_is_that_of_one_entry(find: str, formula: str) -> None:
    (found,) = (solved for _, solved in solution(f"['{find}']"))
    assert found.item.source == formula


def test_the_matrix_is_not_worked_out_for_one_weight() -> None:
    names = [step.name for step in solution("['grad_W2[1,1]']").parts[0].steps]
    assert "grad_W2" not in names
    assert "grad_u1" not in names


def test_entries_are_marked_with_errors_carried_forward() -> None:
    text = HEAD.replace("CARRY", "rounded").replace("OPTIMIZER", "sgd")
    text += "  - {label: a, marks: 4, find: [grad_u2, 'grad_W2[2,1]', 'W2_t1[2,1]']}"
    sitting = Sitting(asked(load_text(text).questions[0]))
    key = sitting.question.sheet
    assert list(key.cells) == ["a/grad_u2[1]", "a/grad_u2[2]", "a/grad_W2[2,1]", "a/W2_t1[2,1]"]
    h2 = float(key.solution["a/grad_W2[2,1]"].context.solved["h1"].written[1, 0])
    replies = sitting.answer_all(
        {"a/grad_u2": "[0.5, 0.1]", "a/grad_W2[2,1]": f"{0.5 * h2:.3f}", "a/W2_t1[2,1]": f"{-0.5 - 0.25 * h2:.3f}"}
    )
    assert [reply["verdict"] for reply in replies.values()][1:] == ["FOLLOWED", "FOLLOWED"]


def test_entries_are_set() -> None:
    found = solution("['grad_W2[2,1]', 'W2_t1[1,1]']", "rounded")
    page = markdown(document("t", [found]))
    assert r"\frac{\partial J}{\partial W_2[2, 1]}" in page
    assert "W_2(1)[1, 1]" in page


@each(
    ("find", "message"),
    [
        ("['grad_W2[3,1]']", "there is no entry 3,1 of grad_W2 it is 2×2, counted from 1"),
        ("['grad_W2[0,1]']", "there is no entry 0,1 of grad_W2"),
        ("['grad_W2[1]']", "grad_W2 is 2×2: an entry has a row and a column such as grad_W2[1,1]"),
        ("['grad_W9[1,1]']", "there is no 'grad_W9' did you mean"),
        ("['J[1]']", "J is one number: there is no entry of it to find find: J"),
        ("['W1[1,1]']", "W1 is given: there is no entry of it to find"),
        ("['grad_W2[x]']", "'grad_W2[x]' is no entry such as grad_W2[1,1]"),
        ("['grad_W2[1,1][1]']", "'grad_W2[1,1][1]' is no entry"),
        ("[grad_W2, 'grad_W2[1,1]']", "grad_W2[1,1] is asked for beside all of grad_W2 leave out one of the two"),
    ],
)
def test_entries_that_are_not_there(find: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        solution(find)
    (problem,) = caught.value.problems
    assert message in f"{problem.message} {problem.hint}"
    assert problem.place.line == 14


def test_entries_of_other_families() -> None:
    text = "title: t\ngiven: {family: formula, quantities: {A: [[1, 2], [3, 4]], B: [[1, 0], [2, 1]]}, formulas: [C = (A - B) @ B]}\n"
    found = solve_question(load_text(f"{text}parts: [{{label: a, find: 'C[2,1]'}}]").questions[0])
    assert found.answers == {"a/C[2,1]": 7}
    assert found["a/C[2,1]"].item.source == "(A[2, 1] - B[2, 1])*B[1, 1] + (A[2, 2] - B[2, 2])*B[2, 1]"
