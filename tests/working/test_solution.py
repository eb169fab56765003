"""What a page shows under each carry rule: the digits that are used, ≈ where the printed number is not the value."""

import pytest

from solver.errors import SpecError
from solver.formula.print.printer_text import TextPrinter
from solver.render.document import document
from solver.render.format_text import render
from tests.reader.page import check, solved

QUESTION = """
title: t
round: {decimals: 2}
carry: CARRY
given:
  family: formula
  quantities: {x: 1.0, w: 2.0}
  formulas: [h = tanh(x), u = w*h, v = 0.25*w]
parts:
  - {label: a, find: h}
  - {label: b, find: [u, v]}
"""


def lines(carry: str) -> dict[str, list[str]]:
    solution = solved(QUESTION.replace("CARRY", carry))
    check(solution)
    symbols = solution.parts[0].asked[0].context.working.symbols
    return {
        step.name: [f"{line.relation} {TextPrinter(symbols).print(line.right)}" for line in step.lines()]
        for part in solution.parts
        for step in part.asked
    }


def test_carried_rounded_the_result_as_written_is_the_value() -> None:
    made = lines("rounded")
    assert made["h"][-1] == "= 0.76"
    assert made["u"] == ["= w h", "= 2.0 · 0.76", "= 1.52"]


def test_carried_exactly_the_guard_digits_are_shown_and_the_result_is_approximate() -> None:
    made = lines("exact")
    assert made["h"][-1] == "≈ 0.76"
    assert made["u"] == ["= w h", "≈ 2.0 · 0.7616", "≈ 1.52"]
    assert made["v"] == ["= 0.25w", "= 0.25 · 2.0", "= 0.50"]  # nothing is left out


def test_an_earlier_result_is_stated_with_the_digits_that_are_used() -> None:
    exact = solved(QUESTION.replace("CARRY", "exact"))
    text = render(document(exact.title, [exact]))
    assert "From part (a), unrounded\n  h ≈ 0.7616\n" in text
    assert "u ≈ 1.52    v = 0.50" in text
    rounded = solved(QUESTION.replace("CARRY", "rounded"))
    assert "From part (a)\n  h = 0.76\n" in render(document(rounded.title, [rounded]))


def test_a_count_is_a_whole_number() -> None:
    with pytest.raises(SpecError, match=r"a/n: 2\.5 is not a whole number, in 5/2"):
        solved("title: t\ngiven: {family: formula, formulas: [{formula: n = 5/2, whole: true}]}\nparts: [{label: a}]")


def test_the_answers_of_a_part_are_gone_through_only_for_one_that_gives_another_again() -> None:
    given = "given: {family: formula, quantities: {a: 2}, formulas: [b = a**2]}"
    part = solved(f"title: t\n{given}\nparts: [{{label: a, find: b}}]").parts[0]
    (answer,) = part.asked
    vars(part)["asked"] = None
    assert not part.again(answer)
