"""Answers about counts: right, slipped, followed; mistakes by their names."""

import csv
import io
from pathlib import Path

import pytest

from solver.mark.asked import asked_in
from solver.mark.out.template import template
from tests.places import ROOT

PROBLEM = ROOT / "problems/count.yaml"


def test_template_names_every_answer() -> None:
    header = next(csv.reader(io.StringIO(template(asked_in(PROBLEM).sheet, "csv"))))
    assert {"b/params_conv1", "c/flops_total", "d/memory_total", "e/reach_conv4"} <= set(header)


def graded(tmp_path: Path, question: str, answers: dict[str, object]) -> str:
    from click.testing import CliRunner

    from solver.cli.main import main

    spec = tmp_path / "q.yaml"
    spec.write_text(question, encoding="utf-8")
    sheet = tmp_path / "a.csv"
    sheet.write_text(
        "student," + ",".join(answers) + "\n1," + ",".join(map(str, answers.values())) + "\n", encoding="utf-8"
    )
    done = CliRunner().invoke(main, ["grade", str(spec), str(sheet), "--explain"])
    assert done.exit_code == 0, done.output
    return done.output


QUESTION = """
title: T
given: {family: count, input: [6, 14, 14], layers: [%s]}
parts: [{label: a, marks: 2, find: [%s]}]
"""

MISTAKES = [
    ("max-pool 3 stride 2", "H_pool1", 6.5, "not rounded"),
    ("max-pool 3 stride 2", "H_pool1", 7, "rounded the wrong way"),
    ("max-pool 3 stride 2", "H_pool1", 12, "stride ignored"),
    ("conv 8@3x3", "params_conv1", 80, "depth forgotten"),
    ("conv 8@3x3 groups 2", "params_conv1", 440, "groups forgotten"),
    ("conv 8@3x3", "params_conv1", 432, "bias not counted"),
    ("conv 8@3x3", "flops_conv1", 62208, "MACs for FLOPs"),
    ("conv 8@3x3, flatten, dense 5", "params_total", 6192, "all biases forgotten"),
]


@pytest.mark.parametrize(("layers", "asked", "answer", "mistake"), MISTAKES)
def test_named_mistakes(tmp_path: Path, layers: str, asked: str, answer: float, mistake: str) -> None:
    found = graded(tmp_path, QUESTION % (layers, asked), {f"a/{asked}": answer})
    assert mistake in found


def test_errors_are_carried_forward(tmp_path: Path) -> None:
    layers = "conv 8@3x3, flatten, dense 5"
    right = {"a/params_conv1": 440, "a/params_fc1": 5765, "a/params_total": 6205}
    asked = "parameters"
    assert "None of 3 answers is wrong" in graded(tmp_path, QUESTION % (layers, asked), right)
    followed = {**right, "a/params_conv1": 432, "a/params_total": 6197}
    assert "follow" in graded(tmp_path, QUESTION % (layers, asked), followed)
