"""`nnsolve template` and `nnsolve grade` as their users meet them."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import solver
from solver.cli.main import main
from solver.mark.sheet import sheet
from tests.places import ROOT

Q2, Q3, EXAM = (str(ROOT / "problems" / name) for name in ("q2.yaml", "q3.yaml", "exam.yaml"))

ANSWERS = """student,c/y,c/J,b/u1,remark
ann,0.86,1.97,"[1.30, -4.70, 3.60]",hello
bob,__import__('os'),,"[1.30, oops, 3.60]",
=HYPERLINK("http://x"),0.86,1.97,,
../../x,0.86
"""


def run(*args: str | Path, text: str | None = None) -> Result:
    result = CliRunner().invoke(main, [str(arg) for arg in args], input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.csv"
    path.write_text(ANSWERS)
    return path


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model answer as a submission."""
    path = tmp_path_factory.mktemp("key") / "key.json"
    path.write_text(run("run", Q2, "--format", "json").stdout)
    return path


# -- template ---------------------------------------------------------------------------------------------------------
def test_template_is_a_header() -> None:
    result = run("template", Q2)
    assert result.exit_code == 0
    assert next(csv.reader([result.stdout])) == ["student", *sheet(solver.solve(Q2)).cells]


@pytest.mark.parametrize(("form", "start"), [("yaml", "# Question 2\n"), ("markdown", "# Question 2 — 25 marks\n\n")])
def test_template_in_other_forms(form: str, start: str, tmp_path: Path) -> None:
    result = run("template", Q2, "--format", form)
    assert result.exit_code == 0
    assert result.stdout.startswith(start)
    run("template", Q2, "--format", form, "-o", tmp_path / "form")
    assert (tmp_path / "form").read_text(encoding="utf-8") == result.stdout


def test_an_empty_template_is_marked_blank(tmp_path: Path) -> None:
    path = tmp_path / "ann.yaml"
    path.write_text(run("template", Q3, "--format", "yaml").stdout, encoding="utf-8")
    result = run("grade", Q3, path)
    assert (result.exit_code, result.stderr) == (0, "1 student marked\n")
    assert rows(result.stdout)[0]["total"] == "0"


# -- grade ------------------------------------------------------------------------------------------------------------
def test_the_key_has_full_marks(key: Path) -> None:
    result = run("grade", Q2, key)
    assert (result.exit_code, result.stderr) == (0, "1 student marked\n")
    assert rows(result.stdout)[0] == {
        "student": "key", "a": "3", "b": "4", "c": "4", "d": "2", "e": "6", "f": "6", "total": "25", "review": "",
    }  # fmt: skip


def test_what_cannot_be_read_is_told_and_costs_itself_alone(answers: Path) -> None:
    result = run("grade", Q2, answers)
    assert result.exit_code == 0
    assert [row["student"] for row in rows(result.stdout)] == ["ann", "bob", '\'=HYPERLINK("http://x")', "../../x"]
    assert [row["b"] for row in rows(result.stdout)] == ["1", "0.75", "0", "0"]
    assert result.stderr.splitlines() == [
        f"{answers}:1: column 5, 'remark', is ignored: no answer has this name",
        f"{answers}:3: bob, b/u1[2]: 'oops': not a number",
        f"{answers}:3: bob, c/y: \"__import__('os')\": not a number",
        f"{answers}:5: ../../x: a row of 2 columns, the header has 5: the rest is blank",
        "4 students marked, 3 troubles",
    ]


@pytest.mark.parametrize("form", ["table", "csv", "long", "json", "gradescope", "moodle"])
def test_every_format_has_every_student(answers: Path, tmp_path: Path, form: str) -> None:
    result = run("grade", Q2, answers, "--format", form)
    assert result.exit_code == 0
    assert "4 students marked" in result.stderr
    for student in ("ann", "bob", "HYPERLINK", "../../x"):
        assert student in result.stdout
    if form in ("json", "gradescope"):
        json.loads(result.stdout)
    run("grade", Q2, answers, "--format", form, "-o", tmp_path / "out")
    assert (tmp_path / "out").read_text(encoding="utf-8") == result.stdout


def test_the_format_follows_the_name_of_the_output(answers: Path, tmp_path: Path) -> None:
    assert run("grade", Q2, answers, "-o", tmp_path / "marks.json").stdout == ""
    assert json.loads((tmp_path / "marks.json").read_text())["of"] == 25
    run("grade", Q2, answers, "-o", tmp_path / "marks.csv")
    assert (tmp_path / "marks.csv").read_text().startswith("student,a,b,")


def test_canvas_fills_a_gradebook(answers: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_text(
        "Student,ID,SIS Login ID,Section,Question 2 (77)\n    Points Possible,,,,25\nAnn,1,ann,S,\nBob,2,bob,S,\n"
    )
    result = run("grade", Q2, answers, "--format", "canvas", "--gradebook", book)
    assert result.exit_code == 0
    assert "ann" in result.stdout
    assert "not in the gradebook: " in result.stderr


def test_standard_input_and_a_mapping_file(tmp_path: Path) -> None:
    mapping = tmp_path / "map.yaml"
    mapping.write_text("Email: student\nQ1: b/u1\n")
    result = run("grade", Q2, "-", "--map", mapping, text='Email;Q1\na@b.c;"[1,3; -4,7; 3,6]"\n')
    assert result.exit_code == 0
    assert [(row["student"], row["b"]) for row in rows(result.stdout)] == [("a@b.c", "1")]


def test_report_and_explain(key: Path, answers: Path, tmp_path: Path) -> None:
    report = run("grade", Q2, answers, "--report")
    assert report.exit_code == 0
    assert report.stdout.splitlines()[0].split("  ")[0] == "Item analysis: Question 2"
    assert report.stdout.splitlines()[0].endswith(" 4 students")
    audit = run("grade", Q2, key, "--explain")
    assert audit.exit_code == 0
    assert audit.stdout.startswith("Question 2: key\n")
    # marks for a program keep standard output to themselves
    both = run("grade", Q2, answers, "--report", "--format", "csv")
    assert len(rows(both.stdout)) == 4
    assert "Item analysis" in both.stderr
    filed = run("grade", Q2, answers, "--report", "-o", tmp_path / "marks.csv")
    assert filed.stdout == report.stdout


def test_feedback_stays_in_its_folder(answers: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in" / "feedback"
    result = run("grade", Q2, answers, "--feedback", folder)
    assert (result.exit_code, result.stdout) == (0, "")
    index = rows((folder / "index.csv").read_text(encoding="utf-8"))
    assert [row["student"] for row in index] == ["ann", "bob", '\'=HYPERLINK("http://x")', "../../x"]
    assert {path.name for path in folder.iterdir()} == {"index.csv", *(row["file"] for row in index)}
    assert len(index) == 4
    assert {Path(row["file"]).suffix for row in index} == {".md"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.csv", "in"]


def test_against_an_earlier_run(answers: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.csv"
    run("grade", Q2, answers, "-o", old)
    same = run("grade", Q2, answers, "--against", old)
    assert (same.exit_code, same.stdout) == (0, "0 marks moved\n")
    answers.write_text(ANSWERS.replace("-4.70", "9"))
    moved = run("grade", Q2, answers, "--against", old)
    assert moved.stdout.startswith("ann: ")
    assert moved.stdout.endswith("1 mark moved\n")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((Q2, "missing.csv"), "missing.csv: does not exist"),
        (("missing.yaml", "missing.csv"), "missing.yaml: does not exist"),
        ((EXAM, "a.csv"), "is an exam; its questions are marked one by one"),
        (("-", "-"), "cannot both come from standard input"),
        ((Q2, "a.csv", "--format", "canvas"), "needs the exported gradebook"),
        ((Q2, "a.csv", "--gradebook", "b.csv"), "is of no use without --format canvas"),
        ((Q2, "a.csv", "--scheduler", "tcp://x:1"), "is of no use without --engine dask"),
        ((Q2, "a.csv", "--against", "missing.csv"), "missing.csv: does not exist"),
        ((Q2, "a.csv", "--map", "missing.yaml"), "missing.yaml: does not exist"),
        ((Q2, "a.csv", "-o", "no/such/folder/out.csv"), "no/such/folder/out.csv: cannot be written"),
    ],
)
def test_errors_end_with_status_2(
    args: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("student,c/J\nann,0.86\n")
    result = run("grade", *args)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.endswith("1 problem found; nothing was marked\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv"]


def test_a_failed_run_leaves_the_old_file_whole(answers: Path, tmp_path: Path) -> None:
    marks = tmp_path / "marks.csv"
    run("grade", Q2, answers, "-o", marks)
    before = marks.read_bytes()
    answers.write_bytes(ANSWERS.encode() + b"\x81\n")
    assert run("grade", Q2, answers, "-o", marks).exit_code == 2
    assert marks.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.csv", "marks.csv"]


def test_an_interrupted_run_leaves_no_file(answers: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "solver", "grade", Q2, "-", "-o", str(tmp_path / "marks.csv")]

    def interruptible() -> None:  # a shell's job in the background ignores the signal, and so do its children
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=interruptible
    ) as process:
        assert process.stdin is not None
        process.stdin.write(ANSWERS.encode())
        process.stdin.flush()
        end = time.monotonic() + 60
        while not (drafts := list(tmp_path.glob(".*.part"))) and process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        assert len(drafts) == 1
        process.send_signal(signal.SIGINT)
        process.wait(60)
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()
    assert process.returncode != 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.csv"]
