"""The documents cannot drift: every example in them is run."""

import os
import re
import subprocess
import sys
from itertools import cycle
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import solver
from solver.cli.describe import describe, overview
from solver.cli.main import main
from solver.formula.functions import FUNCTIONS, summary
from solver.spec.fields import fields_of
from solver.spec.reader import load_text
from solver.spec.registry import families, family
from solver.working.solve import solve_paper
from tests.places import ROOT
from tests.questions import solutions
from tests.tables import each

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n\$ (.*?)\n(.*?)```", README, re.DOTALL)
YAML = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("command", "expected"), CONSOLE, ids=[c for c, _ in CONSOLE])
def test_console_examples(command: str, expected: str) -> None:
    """What the README shows is what is printed; … stands for lines left out."""
    shell = (
        re.sub(r"\bnnsolve\b", "PYTHON -m solver", command)
        .replace("python3", "PYTHON")
        .replace("PYTHON", sys.executable)
    )
    done = subprocess.run(
        shell, shell=True, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "COLUMNS": "100"}
    )
    printed = done.stdout + done.stderr
    at = 0
    for piece in expected.split("…\n"):
        assert piece.strip("\n") in printed[at:], f"{piece}\nnot in\n{printed[at:]}"
        at = printed.index(piece.strip("\n"), at)


def test_the_functions_are_those_of_the_table() -> None:
    """What stands between the two marks is the table's own list; `python -m tests.test_docs` writes it."""
    assert functions_written(README) == README


def functions_written(text: str) -> str:
    """The document with the present list of functions in its place."""
    found = re.search(r"(<!-- functions: [^\n]*-->\n).*(<!-- end of functions -->)", text, re.DOTALL)
    assert found
    return f"{text[: found.start()]}{found[1]}{summary()}\n{found[2]}{text[found.end() :]}"


@each("text", YAML)
def test_yaml_examples(text: str) -> None:
    assert all(solution.answers for solution in solve_paper(load_text(text)))


def test_python_example() -> None:
    code = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(code) == 2
    done = subprocess.run([sys.executable, "-c", "\n".join(code)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    s = solver.solve(ROOT / "problems" / "q2.yaml")
    assert s["c/J"].value == 1.66
    assert str(s["c/J"].exact_value).startswith("1.679")


def test_every_command_and_option_is_documented() -> None:
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        assert f"nnsolve {name}" in README
        for option in command.params:
            long = [o for o in option.opts if o.startswith("--")]
            assert not long or any(o in README for o in option.opts), f"{name} {option.opts}"


def test_every_family_is_named_in_the_overview() -> None:
    listed = overview()
    assert all(re.search(rf"^{name}\s", listed, re.MULTILINE) for name in families())


@each("name", families())
def test_a_family_documents_itself(name: str) -> None:
    module = family(name)
    first = (module.__doc__ or "").strip().splitlines()
    assert first, "a family's docstring says what it solves"
    assert first[0].endswith(".")
    assert len(first[0]) <= 110
    assert all(field.doc for field in fields_of(module.Given).values())
    printed = describe(name)
    assert all(field in printed for field in fields_of(module.Given))


@each("name", families())
def test_a_family_s_example_runs(name: str) -> None:
    (solution,) = solutions(f"example of {name}")
    assert solution.answers
    for _, solved in solution:
        solved.lines()


@each("name", families())
def test_a_family_has_a_problem_file(name: str) -> None:
    texts = [p.read_text(encoding="utf-8") for p in (ROOT / "problems").glob("*.yaml")]
    assert any(re.search(rf"family: {name}\b", text) for text in texts)


def test_every_formula_function_is_listed() -> None:
    printed = describe("formula")
    assert all(row.doc in printed for row in FUNCTIONS.values())
    assert "correlate(u, k, stride=1, padding=0, dilation=1, after=0, size): Cross-correlation" in printed


def test_families_command() -> None:
    run = CliRunner().invoke(main, ["families", "mlp"])
    assert run.exit_code == 0
    assert "x: the input pattern (vector)" in run.output
    wrong = CliRunner().invoke(main, ["families", "mpl"])
    assert wrong.exit_code == 2
    assert "did you mean 'mlp'?" in wrong.output


@pytest.mark.parametrize(
    ("path", "form"), list(zip(sorted((ROOT / "problems").glob("*.yaml"))[::4], cycle(["markdown", "json", "text"])))
)
def test_the_command_solves_problems(path: Path, form: str) -> None:
    """Some, in one format each: `tests/render` has every problem in every format."""
    run = CliRunner().invoke(main, ["run", str(path), "--format", form, "--compare", "--detail", "full"])
    assert run.exit_code == 0, run.output


if __name__ == "__main__":
    (ROOT / "README.md").write_text(functions_written(README), encoding="utf-8")
