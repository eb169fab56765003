"""Solutions, parts and steps in a notebook."""

import json
import re
import subprocess
import sys
from typing import Any

import html5lib
import pytest

import solver
from solver.render.format_json import render as to_json
from solver.working.solution import Solution
from tests.places import PROBLEMS, ROOT

NOTEBOOK = PROBLEMS / "notebook.ipynb"


@pytest.fixture(scope="module")
def solution() -> Solution:
    return solver.solve(PROBLEMS / "q2.yaml")


def test_each_shows_itself_in_each_form(solution: Solution) -> None:
    for shown in (solution, solution.parts[2], solution["c/J"], solution.parts[2].uses[0]):
        html, latex, markdown = shown._repr_html_(), shown._repr_latex_(), shown._repr_markdown_()
        assert html is not None
        assert latex is not None
        assert markdown is not None
        html5lib.HTMLParser(strict=True).parse(f"<!DOCTYPE html><title>t</title>{html}")
        assert "<math" in html
        assert not re.search(r"\sid=|<script|prefers-color-scheme", html)
        assert latex.count("$$") % 2 == 0
        assert not latex.replace("$$", "").startswith("#")
        assert "$`" not in markdown
    assert "<details open>" in (solution["c/J"]._repr_html_() or "")
    assert "1.66" in (solution["c/J"]._repr_latex_() or "")


def test_json_has_latex_beside_text(solution: Solution) -> None:
    steps = {
        step["name"]: step
        for part in json.loads(to_json(solution.title, [solution]))["parts"]
        for step in part["steps"]
    }
    assert (steps["u1"]["text"], steps["u1"]["latex"]) == (
        "[1.30; -4.70; 3.60]",
        r"\begin{pmatrix} 1.30 \\ -4.70 \\ 3.60 \end{pmatrix}",
    )
    assert steps["J"]["latex"] == "1.66"


def test_a_solution_needs_no_format_before_it_is_shown() -> None:
    code = (
        "import solver, sys; s = solver.solve('problems/q2.yaml'); s.answers;"
        "print([name for name in sys.modules if 'render' in name or 'IPython' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def executed() -> Any:
    """The notebook, run once more."""
    import nbformat
    from nbclient import NotebookClient

    made = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(made)
    return NotebookClient(
        made, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}
    ).execute()


def test_the_notebook_runs_and_says_what_it_said() -> None:
    import nbformat

    kept, run = nbformat.read(NOTEBOOK, as_version=4), executed()
    for before, after in zip(kept.cells, run.cells, strict=True):
        assert [output.get("data", output.get("text")) for output in before.get("outputs", [])] == [
            output.get("data", output.get("text")) for output in after.get("outputs", [])
        ]


if __name__ == "__main__":
    import nbformat

    notebook = executed()
    for each in notebook.cells:
        each.metadata.pop("execution", None)
    nbformat.write(notebook, NOTEBOOK)
