"""The answer sheet as a form: every cell is there, and a filled form reads back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from solver.mark.out.template import template
from solver.mark.read.chunks import chunks
from solver.mark.read.read_batch import Reader
from solver.mark.read.read_names import names
from solver.mark.sheet import Sheet
from solver.render.views.view_sheet import wanted
from solver.spec.nodes import read_nodes
from tests.questions import PROBLEM_NAMES, asked_of
from tests.tables import each


def asked(name: str) -> Sheet:
    return asked_of(name).sheet


@pytest.mark.parametrize("name", PROBLEM_NAMES)
def test_the_header_names_every_cell_and_reads_back(name: str, tmp_path: Path) -> None:
    made = asked(name)
    header = next(csv.reader(io.StringIO(template(made, "csv"))))
    assert header == ["student", *made.cells]
    path = tmp_path / "a.csv"
    path.write_text(template(made, "csv") + "ann" + ",1" * len(made.cells) + "\n")
    notices: list[object] = []
    found = [Reader(made).submissions(t) for c in chunks([str(path)], names(made), notices) for t in c.texts()]  # type: ignore[arg-type]
    assert not notices
    assert all(made.answers[trouble.cell].kind == "word" for trouble in found[0].troubles)
    assert all((values == 1).all() for values in found[0].batch.values.values())


@each("name", PROBLEM_NAMES)
def test_the_yaml_form_is_empty_and_of_the_right_shapes(name: str, tmp_path: Path) -> None:
    made = asked(name)
    path = tmp_path / "ann.yaml"
    path.write_text(template(made, "yaml"), encoding="utf-8")
    answers = read_nodes(path.read_text(encoding="utf-8"), "ann.yaml").get("answers")
    assert answers is not None
    assert [key.text for key, _ in answers.entries] == list(made.answers)
    found = [Reader(made).submissions(t) for c in chunks([str(path)], names(made), []) for t in c.texts()]
    assert found[0].students == ["ann"]
    assert not found[0].troubles


@each("name", PROBLEM_NAMES)
def test_markdown_has_a_row_for_every_answer(name: str) -> None:
    made = asked(name)
    text = template(made, "markdown").replace("\\", "")
    for key, answer in made.answers.items():
        assert f"| {key} | {wanted(answer.solved)} |" in text


def test_shapes_in_words() -> None:
    q2 = asked("q2")
    assert wanted(q2.answers["a/W1"].solved) == "2×3 numbers"
    assert wanted(q2.answers["c/J"].solved) == "a number"
    assert wanted(asked("q3").answers["c.i"].solved) == "a word or a letter"
    lines = template(q2, "yaml").splitlines()
    assert '  a/W2: [["", ""], ["", ""], ["", ""]]  # 3×2 numbers' in lines
    assert "  c/J:  # a number" in lines
    assert "| a/W2 | 3×2 numbers | ........, ........; ........, ........; ........, ........ |" in template(
        q2, "markdown"
    )
