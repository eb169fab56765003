"""A file solved in one call."""

from pathlib import Path

from solver.rounding import Carry
from solver.spec.reader import load
from solver.working.notebook import NotebookForm, shows
from solver.working.solution import Solution
from solver.working.solve import solve_question


def solve(path: str | Path, *, carry: Carry | None = None, decimals: int | None = None) -> Solution:
    """Solves the question in a file (the first one of an exam).

    carry and decimals override what the question says. Raises SpecError.
    """
    paper = load(path)
    return solve_question(paper.questions[0], carry=carry, decimals=decimals).replaced(head=paper.head)


def _cell(shown: object, form: NotebookForm) -> str:
    from solver.render.notebook_cell import cell  # formats are imported when a notebook shows something

    return cell(shown, form)


shows(_cell)
