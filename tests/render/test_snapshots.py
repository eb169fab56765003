"""Every problem's page as it was read and found good; `python -m tests.render.test_snapshots` takes new ones.

Read what `git diff` shows before you commit them.
"""

from pathlib import Path

import pytest

from solver.render.document import document
from solver.render.format_text import render
from solver.spec.reader import load
from solver.working.solve import solve_paper
from tests.places import PROBLEMS

SNAPSHOTS = Path(__file__).parent / "snapshots"
WIDTH = 80
FILES = sorted(path for path in PROBLEMS.glob("*.yaml") if not load(path).exam)  # an exam repeats its questions


def page(path: Path) -> str:
    paper = load(path)
    return render(document(paper.title, solve_paper(paper)), WIDTH)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_pages_stay_as_they_were_read(path: Path) -> None:
    assert page(path) == (SNAPSHOTS / f"{path.stem}.txt").read_text(encoding="utf-8")


def test_every_snapshot_has_its_problem() -> None:
    assert {path.stem for path in SNAPSHOTS.iterdir()} == {path.stem for path in FILES}


if __name__ == "__main__":
    SNAPSHOTS.mkdir(exist_ok=True)
    for old in SNAPSHOTS.glob("*.txt"):
        old.unlink()
    for path in FILES:
        (SNAPSHOTS / f"{path.stem}.txt").write_text(page(path), encoding="utf-8")
