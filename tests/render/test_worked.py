"""A page works out so many steps; of more, it has what is asked for."""

import json

import pytest

from solver.errors import SpecError
from solver.render import format_json
from solver.render.blocks import Block, Equations, Facts, Prose, Table
from solver.render.document import View, document
from solver.render.format import Shown
from solver.spec.reader import load_text
from solver.working.solve import solve_paper
from tests.tables import each

GIVEN = "given: {family: formula, quantities: {a: 2}, formulas: [b = a**2, c = b + 1, d = c + 2]}"
CONCEPT = "given: {family: concept, statement: It is so., truth: true}"
TEXT = (
    f"title: T\nparts:\n- {{label: a, {GIVEN}, find: d}}\n- {{label: b, {GIVEN}, find: d}}\n- {{label: c, {CONCEPT}}}\n"
)
TRAINED = "title: T\ngiven: {family: optimizer, g: [1, 2, 3], w: 1, rate: 0.5, iterations: 3}\nparts: [{label: a, find: history}]\n"


def blocks(worked: int, papers: int = 1) -> list[Block]:
    return document("Papers" if papers > 1 else "T", solve_paper(load_text(TEXT)) * papers, View(worked=worked))


@each(("most", "papers", "worked"), [(9, 1, 6), (4, 1, 4), (0, 1, 0), (9, 2, 9), (7, 3, 7)])
def test_no_more_steps_are_worked_out(most: int, papers: int, worked: int) -> None:
    made = blocks(most, papers)
    assert sum(isinstance(block, Equations) for block in made) == worked
    assert sum(block == Prose(("Answer: TRUE",), "label") for block in made) == papers


def test_what_is_asked_for_stands_in_a_summary() -> None:
    made = blocks(2)
    first = made.index(Prose(("Summary",), "label"))
    assert "500 steps" in str(made[first - 1])
    assert isinstance(made[first + 1], Facts)


def test_json_has_no_lines_of_what_repeats_too_often(monkeypatch: pytest.MonkeyPatch) -> None:
    def worked() -> list[bool]:
        made = json.loads(format_json.render("T", solve_paper(load_text(TRAINED))))
        return [bool(step["lines"]) for step in made["parts"][0]["steps"] if step["formula"]]

    assert worked() == [True] * 3
    monkeypatch.setattr(format_json, "MOST_STEPS", 2)
    assert worked() == [True, False, False]


def test_a_long_table_counts_as_the_steps_that_would_be_as_long() -> None:
    """A convolution's cells stand a row each: 500 steps of 200 rows are more than anybody reads."""
    layers = ", ".join(["{K: [[1, 0], [0, 1]], padding: same}"] * 4)
    given = f"{{family: convolution, X: {[[1] * 8] * 8}, layers: [{layers}]}}"
    paper = solve_paper(load_text(f"title: T\ngiven: {given}\nparts: [{{label: a, find: forward}}]"))

    def rows(worked: int) -> list[int]:
        return [len(block.rows) for block in document("T", paper, View(worked=worked)) if isinstance(block, Table)]

    assert rows(500)[:4] == [64] * 4
    assert rows(13)[:3] == [64] * 2 == rows(13)  # a step of its own and six of rows each


def test_a_large_matrix_written_out_counts_as_the_steps_that_would_be_as_long() -> None:
    ones = [[1] * 8] * 8
    formulas = [f"B{k + 1} = B{k} @ A" for k in range(9)]
    given = f"{{family: formula, quantities: {{A: {ones}, B0: {ones}}}, formulas: {formulas}}}"
    paper = solve_paper(load_text(f"title: T\ngiven: {given}\nparts: [{{label: a, find: B9}}]"))

    def shown(worked: int) -> int:
        return sum(isinstance(block, Equations) for block in document("T", paper, View(worked=worked)))

    assert (shown(500), shown(26), shown(1)) == (9, 2, 1)  # 64 sums of 8 products are as long as 13 steps


def test_json_has_no_more_lines_than_anybody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(format_json, "MOST_WRITTEN", 1_500)
    made = json.loads(format_json.render("T", solve_paper(load_text(TEXT))))
    lines = [[bool(step["lines"]) for step in part["steps"] if step["formula"]] for part in made["parts"]]
    assert lines == [[True, True, False], [False] * 3, []]


def test_long_sums_count_as_several_rows() -> None:
    maps = [[[1] * 8] * 8] * 8
    given = f"{{family: convolution, X: {maps}, K: {[[[[1, 0], [0, 1]]] * 8] * 4}, padding: same}}"
    paper = solve_paper(load_text(f"title: T\ngiven: {given}\nparts: [{{label: a, find: forward}}]"))
    made = [
        block for block in document("T", paper, View(worked=30)) if isinstance(block, Table) and len(block.rows) == 64
    ]
    assert 1 <= sum("written out" in map(str, block.header) for block in made) <= 2


def test_json_writes_no_more_numbers_than_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(format_json, "MAX_NUMBERS", 7)
    shown = Shown("T", solve_paper(load_text(TEXT)))
    assert format_json.page(shown)  # three steps in each of two parts, and an answer
    monkeypatch.setattr(format_json, "MAX_NUMBERS", 6)
    with pytest.raises(SpecError, match="7 numbers to be written, expected at most 6"):
        format_json.page(shown)
    assert format_json.page(shown._replace(view=View(parts=("a",))))
    assert format_json.page(shown._replace(view=View(kind="key")))
