"""A page on a terminal: as wide as it, in a pager where it is longer, again where a file is saved."""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from solver.cli.main import main
from solver.render.box import cells
from tests.cli.terminals import Run, in_turn, on_a_terminal, shown
from tests.places import Q2
from tests.tables import each

STYLE = re.compile(r"\x1b\[[0-9;]*m")
PAGE = ("run", str(Q2), "--no-pager")
PART = (*PAGE, "--part", "c")
SHORT = ("run", str(Q2), "--part", "d")
FRAME = "sed s/^/|/"
PAGERS = {
    "longer than the screen": (Run(SHORT, lines=9, env={"PAGER": FRAME}), True),
    "as long as the screen": (Run(SHORT, lines=60, env={"PAGER": FRAME}), False),
    "no pager wanted": (Run((*SHORT, "--no-pager"), lines=9, env={"PAGER": FRAME}), False),
    "another format": (Run((*SHORT, "--format", "markdown"), lines=9, env={"PAGER": FRAME}), False),
    "a pager that is none": (Run(SHORT, lines=9, env={"PAGER": "no-such-pager"}), False),
    "an open quote": (Run(SHORT, lines=9, env={"PAGER": "less 'unclosed"}), False),
}
"""Each with whether its page stands in the reader's pager."""
RUNS = {
    "narrow": Run(PAGE, 60),
    "wide": Run(PAGE, 120),
    "part": Run(PART, 60),
    "dumb": Run(PART, env={"TERM": "dumb"}),
    "no colours": Run(PART, env={"NO_COLOR": "1"}),
    "seen enough": Run(SHORT, lines=9, env={"PAGER": "head -1"}),
    **{name: run for name, (run, _) in PAGERS.items()},
}


@cache
def written() -> dict[str, str]:
    """What each of the runs writes."""
    return dict(zip(RUNS, in_turn(*RUNS.values()), strict=True))


@each(("name", "columns"), [("narrow", 60), ("wide", 120)])
def test_a_page_is_as_wide_as_the_terminal(name: str, columns: int) -> None:
    lines = STYLE.sub("", written()[name]).replace("\r", "").splitlines()
    assert max(map(cells, lines)) == columns
    assert [line.endswith(" marks ─┐") for line in lines if line.startswith("┌")] == [True] * 6
    assert "\x1b[1;38;5;63m" in written()[name]


def test_the_numbers_on_the_screen_are_those_of_the_json() -> None:
    made = CliRunner().invoke(main, ["run", str(Q2), "--format", "json"])
    screen = re.sub(r"[│\s]+", " ", shown(written()["narrow"], 60, 1200))
    for part in json.loads(made.stdout)["parts"]:
        part_shown = screen.split(f"┌─ ({part['label']}) ", 1)[1]
        numbers = re.findall(r"-?\d+\.\d+", part_shown.split("└", 1)[0])
        for step in part["steps"]:
            for number in re.findall(r"-?\d+\.\d+", step["text"]):
                assert number in numbers


@each("name", ["dumb", "no colours"])
def test_a_dumb_terminal_gets_no_escapes(name: str) -> None:
    assert "\x1b" not in written()[name]
    assert "┌─ (c) ─" in written()[name]


def test_an_encoding_without_frames_has_none() -> None:
    with on_a_terminal(*PART, TERM="dumb", PYTHONIOENCODING="ascii") as terminal:
        assert terminal.end() == 0
    assert terminal.raw.isascii()
    assert "(c) * 4 marks\r\n-------------" in terminal.raw


# -- the pager ----------------------------------------------------------------------------------------------------------
@pytest.mark.skipif(shutil.which("less") is None, reason="less: apt-get install less")
def test_a_long_page_stands_in_a_pager_that_q_ends() -> None:
    with on_a_terminal("run", str(Q2), PAGER="less -R") as terminal:
        terminal.until("\x1b[?1049h")  # another screen
        terminal.until("A feedforward network")
        assert "(f)" not in terminal.raw
        terminal.type("q")
        assert terminal.end() == 0
    assert "\x1b[1mQuestion 2" in terminal.raw


@each("name", PAGERS)
def test_which_pages_stand_in_the_readers_pager(name: str) -> None:
    assert written()[name].startswith("|Question 2") == PAGERS[name][1]
    assert "(d)" in written()[name]


def test_a_pager_may_end_before_its_page() -> None:
    assert "Question 2" in written()["seen enough"]
    assert "(d)" not in written()["seen enough"]


def test_a_pipe_has_no_pager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", FRAME)
    made = CliRunner().invoke(main, ["run", str(Q2), "--format", "terminal"])
    assert made.exit_code == 0
    assert "|" not in made.stdout


# -- watching -----------------------------------------------------------------------------------------------------------
SPEC = """title: {title}
given: {{family: formula, quantities: {{a: {{file: a.csv}}}}, formulas: [b = 2*a]}}
parts: [{{label: a, marks: 1, prompt: Twice., find: b}}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An exam of one question, whose number stands in a file of its own."""
    (tmp_path / "exam.yaml").write_text("title: The exam\nquestions: [q.yaml]\n", encoding="utf-8")
    (tmp_path / "q.yaml").write_text(SPEC.format(title="First"), encoding="utf-8")
    (tmp_path / "a.csv").write_text("3\n", encoding="utf-8")
    return tmp_path


def replace(path: Path, text: str) -> None:
    """Saves a file as editors do: another takes its place."""
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def test_a_page_is_shown_again_when_any_of_its_files_is_saved(folder: Path) -> None:
    with on_a_terminal("run", "exam.yaml", "--watch", folder=folder) as terminal:
        terminal.until("Ctrl-C ends")
        assert "First" in terminal.shown
        assert "= 6" in terminal.shown
        replace(folder / "a.csv", "4.5\n")
        terminal.until("Ctrl-C ends", 2)
        assert "= 9" in terminal.shown
        assert "= 6" not in terminal.shown  # the screen is a new one
        (folder / "q.yaml").write_text(SPEC.format(title="Second") + "oops: 1\n", encoding="utf-8")
        terminal.until("Ctrl-C ends", 3)
        assert "q.yaml:4:1:" in terminal.shown
        (folder / "a.csv").unlink()
        replace(folder / "q.yaml", SPEC.format(title="Second"))
        terminal.until("does not exist")
        terminal.until("Ctrl-C ends", 4)
        replace(folder / "a.csv", "1\n")
        terminal.until("Second")
        terminal.until("Ctrl-C ends", 5)
        terminal.type("\x03")
        assert terminal.end() == 130
    assert terminal.raw.endswith("^C\r\n")


def test_a_page_in_a_file_is_written_again(folder: Path) -> None:
    page = folder / "page.html"
    with on_a_terminal("run", ".", "--watch", "-o", "page.html", folder=folder, TERM="dumb") as terminal:
        terminal.until("page.html is written at")
        first = page.read_text(encoding="utf-8")
        replace(folder / "a.csv", "4.5\n")
        terminal.until("page.html is written at", 2)
        assert "<mn>9.00</mn>" in page.read_text(encoding="utf-8")
        (folder / "r.yaml").write_text(SPEC.format(title="One more"), encoding="utf-8")
        terminal.until("page.html is written at", 3)
        assert "One more" in page.read_text(encoding="utf-8")
        terminal.type("\x03")
        assert terminal.end() == 130
    assert terminal.raw.count("written") == 3  # what it writes itself is no change
    assert "<script>" in first
    assert "\x1b" not in terminal.raw


def test_standard_input_cannot_be_watched() -> None:
    done = CliRunner().invoke(main, ["run", "-", "--watch"], input="")
    assert done.exit_code == 2
    assert done.stderr.startswith("--watch: does not go with standard input\n  hint:")


# -- line by line -------------------------------------------------------------------------------------------------------
STEPS = ("run", str(Q2), "--step", "--part", "c")
WAITS = " > "


def test_a_page_is_revealed_line_by_line() -> None:
    with on_a_terminal(*STEPS, columns=60, lines=70) as terminal:
        terminal.until(WAITS)
        assert "Given" not in terminal.shown
        terminal.type("\n")
        terminal.until(WAITS, 2)
        assert "b₃ = 0.5" in terminal.shown
        assert terminal.shown.count("Enter") == 2  # the help, and what is asked now
        for _ in range(3):
            terminal.type("\n")
            terminal.until(WAITS, terminal.raw.count(WAITS) + 1)
        assert "u₃ = W₃ᵀ h₂ + b₃" in terminal.shown
        assert "0.98" not in terminal.shown
        terminal.type("p\n")
        assert terminal.end() == 0
    revealed = terminal.shown[terminal.shown.index("Question 2") :]
    assert revealed.rstrip() == shown(written()["part"], 60, 70).rstrip()  # what was asked is wiped away


def test_a_reader_tries_his_own_values() -> None:
    with on_a_terminal("run", "problems/mlp.yaml", "--step", TERM="dumb") as terminal:
        terminal.until(WAITS)
        while ", or " not in terminal.raw:
            terminal.type("\n")
            terminal.until(WAITS, terminal.raw.count(WAITS) + 1)
        asked = terminal.raw.count(WAITS)
        terminal.type("123456\n")
        terminal.until("not ")
        terminal.until(WAITS, asked + 1)
        told = terminal.raw.count("\nnot understood")
        terminal.type("\x1b]0;x\x07\n")
        terminal.until("\nnot understood", told + 1)
        terminal.type("q\n")
        assert terminal.end() == 0
    assert "\x1b" not in terminal.raw.replace("^[", "")


@each(("keys", "status"), [("q\n", 0), ("\x04", 0), ("\x03", 130)])
def test_a_reader_ends_it(keys: str, status: int) -> None:
    with on_a_terminal(*STEPS) as terminal:
        terminal.until(WAITS)
        terminal.type(keys)
        assert terminal.end() == status
    assert "1.48" not in terminal.raw


@each("options", [[], ["--watch"], ["-o", "x.txt"], ["--format", "html"]])
def test_steps_need_a_terminal_and_nothing_else(options: list[str]) -> None:
    done = CliRunner().invoke(main, [*STEPS, *options])
    assert done.exit_code == 2
    assert done.output.startswith("--step: ")
    assert "Traceback" not in done.output
