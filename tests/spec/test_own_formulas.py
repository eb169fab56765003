"""An author's formulas behind what any family gives, and families side by side."""

import pytest

from solver.errors import Problem, SpecError
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.tables import each

CNN = """
title: t
round: {decimals: 4}
given: {family: cnn, input: [3, 8, 8], layers: [{type: conv, filters: 4, size: 3}]}
parts:
"""
SIDES = """
title: t
round: {decimals: 4}
given:
  big: {family: cnn, input: [3, 8, 8], layers: [{type: conv, filters: 4, size: 3}]}
  own: {family: formula, quantities: {a: 3}, formulas: [b = 2*a]}
parts:
"""
MLP = "{family: mlp, x: [1.0, 2.0], d: 1, layers: [{W: [[0.5], [-0.5]], b: 0.1, activation: sigmoid}], loss: cross-entropy}"


def solved(text: str) -> Solution:
    solution = solve_question(load_text(text).questions[0])
    for part in solution.parts:
        for step in part.steps:
            assert step.lines("full") or step.item.given
    return solution


def problems(text: str) -> list[Problem]:
    with pytest.raises(SpecError) as caught:
        load_text(text)
    return caught.value.problems


def test_a_part_uses_what_a_family_gives() -> None:
    solution = solved(CNN + '  - {label: a, formulas: ["saving = 1 - flops_separable/flops_conv1", half = saving/2]}')
    depthwise, pointwise, conv = 2 * 9 * 3 * 36, 2 * 3 * 36 * 4, 2 * 27 * 36 * 4
    saving = round(1 - (depthwise + pointwise) / conv, 4)
    assert solution.answers == {"a/saving": saving, "a/half": pytest.approx(saving / 2, abs=6e-5)}


def test_a_question_s_formulas_are_there_for_every_part() -> None:
    text = CNN.replace("parts:", "formulas: [twice = 2*flops_conv1]\nparts:")
    text += "  - {label: a, find: twice}\n  - {label: b, formulas: [four = 2*twice]}\n  - {label: c, find: four}"
    assert solved(text).answers == {"a/twice": 31104 * 0 + 2 * 7776, "b/four": 31104, "c/four": 31104}


def test_what_changes_changes_the_formulas_too() -> None:
    text = CNN.replace("parts:", "formulas: [n = 2*D1]\nparts:")
    text += "  - {label: a, find: n}\n  - {label: b, with: {input: [1, 8, 8]}, find: n}"
    assert solved(text).answers == {"a/n": 6, "b/n": 2}


def test_parts_of_a_part_share_its_formulas() -> None:
    text = (
        CNN + "  - {label: a, formulas: [n = 2*D1], parts: [{label: i, find: n}, {label: ii, formulas: [m = n + 1]}]}"
    )
    assert solved(text).answers == {"a.i/n": 6, "a.ii/m": 7}


def test_families_side_by_side() -> None:
    solution = solved(
        SIDES + "  - {label: a, find: [big_flops, own_b]}\n  - {label: b, formulas: [r = big_flops_conv1/own_b]}"
    )
    assert solution.answers == {"a/big_flops_conv1": 7776, "a/own_b": 6, "b/r": 1296}


def test_one_of_two_families_changes() -> None:
    assert solved(SIDES + "  - {label: a, with: {own: {quantities: {a: 5}}}, find: own_b}").answers == {"a/own_b": 10}


def test_gradients_of_a_formula_over_a_family() -> None:
    text = f"title: t\nround: {{decimals: 8}}\ngiven: {{n: {MLP}, k: {{family: formula, formulas: [s = 1 + 2]}}}}\n"
    text += "formulas: [f = n_y**2*k_s]\nparts: [{label: a, find: {gradients of: [n_x]}}]"
    (part,) = solved(text).parts
    assert part.checked is not None
    y = 1 / (1 + 2.718281828459045 ** -(0.5 - 1.0 + 0.1))
    slope = 3 * 2 * y * y * (1 - y)
    assert part.asked[0].written.ravel() == pytest.approx([slope * 0.5, -slope * 0.5], abs=1e-7)


def test_the_gradients_of_a_family_stay_its_own() -> None:
    text = f"title: t\ngiven: {MLP}\nformulas: [f = 2*J]\nparts: [{{label: a, find: [gradients, f]}}]"
    assert {"a/grad_W1", "a/f"} <= solved(text).answers.keys()


@each(
    ("part", "column", "message", "hint"),
    [
        ("{label: a, formulas: [n = flops_conv9]}", 31, "'flops_conv9' is not given yet", "flops_conv1"),
        ("{label: a, formulas: [D1 = 3]}", 27, "'D1' is defined twice", ""),
        ("{label: a, formulas: [just words]}", 27, "does not define a name", "NAME = FORMULA"),
        ("{label: a, formulas: []}", 26, "formulas has 0 items", ""),
        ("{label: a, formulas: {formula: n = 1, titel: x}}", 43, "unknown key 'titel'", "title"),
        ("{label: a, formulas: [n = 1 + depthwise_size]}", 35, "'depthwise_size' is no number", "words"),
    ],
)
def test_what_is_wrong_and_where(part: str, column: int, message: str, hint: str) -> None:
    found = problems(f"{CNN}  - {part}")
    assert message in found[0].message
    assert hint in found[0].hint
    assert found[0].place.column == column
    assert len(found) == 1


def test_a_faulty_formula_excuses_what_uses_it() -> None:
    text = CNN + "  - {label: a, formulas: [n = tanhh(D1)]}\n  - {label: b, formulas: [m = 2*n]}"
    assert [p.message for p in problems(text)] == ["unknown function 'tanhh'"]


@each(
    ("old", "new", "message"),
    [
        ("own: {family: formula,", "own: {", "'family' is missing"),
        ("own:", "if:", "'if' cannot be a name"),
        ("own:", "big:", "the key 'big' stands twice"),
        ("quantities: {a: 3}", "quantities: {c: 3}", "'a' is not given yet"),
        ("own: {family: formula, quantities: {a: 3}, formulas: [b = 2*a]}", "own: 3", "'family' is missing"),
    ],
)
def test_sides_that_cannot_stand(old: str, new: str, message: str) -> None:
    assert message in problems(SIDES.replace(old, new) + "  - {label: a}")[0].message


def test_formulas_without_anything_given_say_so() -> None:
    (problem,) = problems("title: t\nparts: [{label: a, formulas: [n = 1]}]")
    assert "nothing to work with" in problem.message
