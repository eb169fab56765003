"""CONTRIBUTING's recipes, carried out: each block is written into a copy of the package and used from the command line."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.places import ROOT

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n# (solver/\S+?\.py)(?:, in (\w+))?\n(.*?)```", CONTRIBUTING, re.DOTALL)

ROW = """
title: Rows
round: {decimals: 3}
given:
  family: formula
  quantities: {x: [0.5, -1.0, 2.0]}
  formulas: [a = arctan(x), s = gap(a)]
parts: [{label: a, find: [a, s]}, {label: b, find: grad_x}]
"""
LAYER = """
title: A layer
round: {decimals: 2}
given:
  family: mlp
  x: [1.0]
  d: 0
  layers: [{W: [[2.0]], b: 0, activation: arctan}]
  loss: square-error
parts: [{label: a, marks: 2, find: y}]
"""
SYMBOLS = """
title: In symbols
given: {family: gradient, symbols: {x: n, c: n}, J: gap(c*x), by: [x]}
parts: [{label: a}]
"""
ANSWERS = {
    "ohm.csv": "student,a/I\nann,2.25\nbob,0.44\n",
    "layer.csv": "student,a/y\nann,1.11\nbob,0.96\n",
    "median.csv": "student,a/m\nann,3\nbob,2\n",
}

RUN = """
import json, sys
from click.testing import CliRunner
from solver.cli.main import main
for line in sys.stdin:
    done = CliRunner().invoke(main, json.loads(line))
    print(json.dumps([done.exit_code, done.output]))
"""


class Done(NamedTuple):
    """A command's end."""

    code: int
    text: str


COMMANDS = {
    "overview": "families",
    "family": "families ohm",
    "table": "families formula",
    "ohm": "run ohm.yaml --format text",
    "rows": "run rows.yaml --detail full --format text",
    "latex": "run rows.yaml --detail full --format markdown",
    "symbols": "run symbols.yaml --format text",
    "layer": "run layer.yaml --format text",
    "median": "run median.yaml --format text",
    "slipped": "grade layer.yaml layer.csv --format long",
    "upside down": "grade ohm.yaml ohm.csv --format long",
    "marked": "grade median.yaml median.csv --format totals",
    "answers": "run ohm.yaml -o made.answers",
    "audit": "grade ohm.yaml ohm.csv --explain",
    "totals": "grade ohm.yaml ohm.csv -o made.totals",
    "parts": "parts rows.yaml",
    "help": "--help",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with every block in the file that it names."""
    made = tmp_path_factory.mktemp("recipes")
    shutil.copytree(ROOT / "solver", made / "solver")
    for name, table, code in BLOCKS:
        path = made / name
        if table:
            text, found = re.subn(
                rf"(?m)^{table}\b.*\{{$", lambda m, code=code: f"{m[0]}\n{code}", path.read_text("utf-8")
            )  # type: ignore[misc]
            assert found == 1
            path.write_text(text, "utf-8")
        else:
            with path.open("a", encoding="utf-8") as file:
                file.write(("\n\n" if path.stat().st_size else "") + code)
    for family in ("ohm", "median"):
        example = re.search(
            r'EXAMPLE = """(.*?)"""', (made / f"solver/families/{family}.py").read_text("utf-8"), re.DOTALL
        )
        assert example
        (made / f"{family}.yaml").write_text(example[1], "utf-8")
    for file, text in {"rows.yaml": ROW, "layer.yaml": LAYER, "symbols.yaml": SYMBOLS, **ANSWERS}.items():
        (made / file).write_text(text, "utf-8")
    return made


@pytest.fixture(scope="module")
def done(folder: Path) -> dict[str, Done]:
    """What every command says, all in one process."""
    told = "".join(json.dumps(command.split()) + "\n" for command in COMMANDS.values())
    run = subprocess.run(
        [sys.executable, "-c", RUN],
        input=told,
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    ends = [Done(*json.loads(line)) for line in run.stdout.splitlines()]
    return dict(zip(COMMANDS, ends, strict=True))


def test_every_block_is_carried_out() -> None:
    assert len(BLOCKS) == CONTRIBUTING.count("```python")


@pytest.mark.parametrize("name", COMMANDS)
def test_it_runs(done: dict[str, Done], name: str) -> None:
    assert done[name].code == 0, done[name].text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("overview", ["ohm", "Ohm's law"]),
        ("family", ["the resistance", "title: A resistor"]),
        ("ohm", ["I = U/R", "= 2.25"]),
        ("table", ["arctan(u): The arc tangent", "How far apart the cells are:", "gap(u): The largest cell less"]),
        ("rows", ["max(0.464, -0.785, 1.107) - min(", "= 1.892", "checked by central differences: largest difference"]),
        ("latex", [r"\arctan(", r"\text{gap}\begin{pmatrix}", r"\max(0.464, -0.785, 1.107)"]),
        ("symbols", ["(onehot argmax(c ⊙ x) - onehot argmin(c ⊙ x)) ⊙ c", "derivative of gap", "checked by central differences"]),
        ("layer", ["arctan(2.00)", "1.11"]),
        ("median", ["in order", "m = 3.00"]),
        ("slipped", ["bob,a/y,0.96,1.11,1.11,WRONG,tanh for arctan"]),
        ("upside down", ["bob,a/I,0.44,2.25,2.25,WRONG,fraction upside down"]),
        ("audit", ["wrong: fraction upside down (a fraction is upside down)"]),
        ("marked", ["ann: 1\n", "bob: 0\n"]),
        ("parts", ["a\nb\n"]),
        ("help", ["List the parts of a QUESTION"]),
    ],
)  # fmt: skip
def test_it_says(done: dict[str, Done], name: str, words: list[str]) -> None:
    for each in words:
        assert each in done[name].text


def test_an_ending_asks_for_its_format(done: dict[str, Done], folder: Path) -> None:
    assert done["answers"].code == done["totals"].code == 0
    assert (folder / "made.answers").read_text("utf-8") == "a/I = 2.25\n"
    assert (folder / "made.totals").read_text("utf-8") == "ann: 1\nbob: 0\n"
