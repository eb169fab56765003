"""The bar of a long command: on a terminal's standard error, after a second, and gone at the end."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from solver.cli import progress
from solver.cli.progress import Progress
from solver.spec.reader import load
from solver.working.solve import solve_paper
from tests.places import PROBLEMS, Q2, ROOT


def solving(seconds: float) -> str:
    """A program that solves, shows what takes a tenth of a second, and says whether it has imported rich."""
    return f"""
import atexit, sys, time
from solver.cli import progress
from solver.render import format_terminal, format_text
from solver.cli.main import main
progress.PATIENCE, page = 0.1, format_text.page
format_text.page = lambda shown: (time.sleep({seconds}), page(shown))[1]
atexit.register(lambda: print("rich" in sys.modules))
main(["run", {str(Q2)!r}, "--part", "c", "--format", "text"], prog_name="nnsolve")
"""


def on_a_terminal(code: str) -> tuple[str, str]:
    """What a process writes to a pipe and to a terminal that is its standard error."""
    import pty

    master, terminal = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=terminal) as process:
        os.close(terminal)
        seen = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        assert process.stdout is not None
        out = process.stdout.read()
    os.close(master)
    assert process.returncode == 0
    return out.decode(), seen.decode()


def test_what_takes_long_shows_a_bar() -> None:
    out, seen = on_a_terminal(solving(0.4))
    assert "writing" in seen
    assert "writing" not in out
    assert "1.48" in out
    assert out.endswith("True\n")


def test_what_is_quick_shows_none_and_imports_none() -> None:
    out, seen = on_a_terminal(solving(0).replace("0.1,", "30,"))
    assert seen == ""
    assert out.endswith("False\n")


def test_a_stream_that_is_no_terminal_shows_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with Progress("reading") as bar:
        assert bar.timer is None
        bar.advance(1)
        time.sleep(0.05)
    assert capsys.readouterr() == ("", "")


def test_solving_says_how_far_it_is() -> None:
    seen: list[tuple[int, int]] = []
    paper = load(PROBLEMS / "exam.yaml")
    solve_paper(paper, progress=lambda done, total: seen.append((done, total)))
    total = sum(len(question.parts) for question in paper.questions)
    assert seen == [(done, total) for done in range(1, total + 1)]
