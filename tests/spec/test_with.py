"""`with:` changes some of what is given for one part."""

import pytest

from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.working.solve import solve_question

HEAD = """title: t
given: {family: formula, quantities: {a: 2, b: 3}, formulas: [c = a*b]}
parts:
  - {label: a}
"""


@pytest.mark.parametrize(
    ("part", "answer"),
    [
        ("{label: b, with: {formulas: [c = a + b]}}", 5),
        ("{label: b, with: {quantities: {b: 10}}}", 20),
        ("{label: b, with: {quantities: {e: 1}, formulas: [c = a + e]}}", 3),
        ("{label: i, with: {quantities: {b: 10}}, parts: [{label: b, with: {quantities: {a: 7}}}]}", 70),
        ("{label: b, with: {quantities: ~, formulas: [c = 1 + 1]}}", 2),
    ],
)
def test_one_thing_changes(part: str, answer: float) -> None:
    solution = solve_question(load_text(f"{HEAD}  - {part}").questions[0])
    assert list(solution.answers.values()) == [6, answer]
    assert solution.answers["a/c"] == 6


@pytest.mark.parametrize(
    ("part", "column", "message"),
    [
        ("{label: b, with: {family: mlp}}", 23, "with changes what is given, not its family"),
        ("{label: b, with: [1]}", 22, "found a list of 1 for with, expected a map of what changes"),
        ("{label: b, with: {}}", 22, "found a map of 0 for with, expected a map of what changes"),
        ("{label: b, with: {a: 1}, given: {family: formula, formulas: [c = 1]}}", 22, "given and with stand in one"),
        ("{label: b, with: {quantity: {}}}", 23, "unknown key 'quantity'"),
        ("{label: b, with: {formulas: [c = x]}}", 38, "'x' is not given yet"),
        ("{label: b, with: {output: c, output: c}}", 34, "the key 'output' stands twice"),
    ],
)
def test_what_cannot_change(part: str, column: int, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_text(f"{HEAD}  - {part}")
    (problem,) = caught.value.problems
    assert (problem.place.line, problem.place.column) == (5, column)
    assert message in problem.message


def test_nothing_is_given() -> None:
    with pytest.raises(SpecError, match="with has nothing to change"):
        load_text("title: t\nparts: [{label: a, with: {x: 1}}]")
