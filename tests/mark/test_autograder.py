"""The Gradescope package in a folder laid out as Gradescope's: what is packed, and what comes of each submission."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from solver.cli.main import main
from solver.mark.autograder import MOST_BYTES, autograde
from tests.places import PROBLEMS, Q2

SHEET = "student,c/y,c/J\n"


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of question 2."""
    path = tmp_path_factory.mktemp("package") / "q2.zip"
    done = CliRunner().invoke(main, ["export", "gradescope", str(Q2), "-o", str(path)])
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture
def root(packed: Path, tmp_path: Path) -> Path:
    """A clean folder with the package in `source/`, and an empty submission."""
    with zipfile.ZipFile(packed) as files:
        files.extractall(tmp_path / "source")
    (tmp_path / "submission").mkdir()
    return tmp_path


def graded(root: Path) -> dict[str, Any]:
    results = autograde(root)
    assert json.loads((root / "results" / "results.json").read_text(encoding="utf-8")) == results
    assert isinstance(results["score"], int | float)
    assert results["stdout_visibility"] == "hidden"
    return results


def put(root: Path, text: str | bytes, name: str = "answers.csv") -> None:
    (root / "submission" / name).write_bytes(text.encode() if isinstance(text, str) else text)


def test_what_is_packed(packed: Path) -> None:
    with zipfile.ZipFile(packed) as files:
        names = set(files.namelist())
        modes = {entry.filename: entry.external_attr >> 16 for entry in files.infolist()}
        sheet = files.read("answers.csv").decode()
        setup = files.read("setup.sh").decode()
        (wheel,) = (name for name in names if name.endswith(".whl"))
        (files.extract(wheel, packed.parent))
    assert names == {"setup.sh", "run_autograder", "question.yaml", "settings.json", "answers.csv", wheel}
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert sheet.startswith("student,")
    assert "://" not in setup
    with zipfile.ZipFile(packed.parent / wheel) as inside:
        assert {"solver/cli/main.py", "solver/mark/autograder.py"} <= set(inside.namelist())
        assert not any("__pycache__" in name for name in inside.namelist())


def test_the_wheel_is_one(packed: Path, tmp_path: Path) -> None:
    """pip installs it, without its dependencies, and it runs from there as Gradescope runs it."""
    root = tmp_path
    with zipfile.ZipFile(packed) as files:
        files.extractall(root / "source")
    (wheel,) = (root / "source").glob("*.whl")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-compile",
        "--no-index",
        "--target",
        str(root / "there"),
        str(wheel),
    ]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PIP_NO_INPUT": "1"})
    bin_folder = root / "nnsolve" / "bin"
    bin_folder.mkdir(parents=True)
    python = bin_folder / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{root / "there"}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (root / "submission").mkdir()
    put(root, SHEET + "ann,0.81,1.66\n")
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"AUTOGRADER": str(root)}
    done = subprocess.run(
        ["bash", str(root / "source" / "run_autograder")], env=env, cwd=root, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")
    results = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    assert results["score"] > 2


def test_scripts_are_shell(root: Path) -> None:
    for name in ("setup.sh", "run_autograder"):
        assert subprocess.run(["bash", "-n", str(root / "source" / name)], capture_output=True).returncode == 0


def test_a_submission(root: Path) -> None:
    put(root, SHEET + "ann,y = 0.81,l.66\n")
    results = graded(root)
    assert results["score"] == 1.25
    assert results["visibility"] == "visible"
    assert results["output"] == ("answers.csv was read.\nCould not be read, and is looked at by a person: c/J: l.66")
    assert {test["visibility"] for test in results["tests"]} == {"after_due_date"}
    assert sum(test["max_score"] for test in results["tests"]) == 25


def test_other_kinds_of_files(root: Path) -> None:
    put(root, "c/y: 0.81\nc/J: 1.66\n", "mine.yaml")
    put(root, "what I did", "notes.txt")
    assert graded(root)["score"] > 2


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "No file of answers was handed in"),
        ({"a.pdf": b"%PDF"}, "No file of answers was handed in"),
        ({"a.csv": b"student,c/J\na,1\n", "b.csv": b"student,c/J\na,1\n"}, "Several files of answers were handed in: a.csv, b.csv"),
        ({"answers.csv": b"student,c/J\nann,1\nbob,2\n"}, "holds the answers of 2 students, expected yours alone"),
        ({"answers.csv": b"\x00\xff\xfe" * 50}, "could not be read"),
        ({"answers.csv": b""}, "answers.csv: the file is empty"),
        ({"answers.csv": b"name,email\nann,x\n"}, "no column has the name of an answer"),
        ({"answers.json": b"[" * 90_000}, "nested too deeply"),
        ({"answers.xlsx": b"PK\x03\x04"}, "could not be read"),
        ({"answers.csv": b"x" * (MOST_BYTES + 1)}, "is larger than"),
        ({"a\x1b[31m.csv": b""}, "a␛[31m.csv: the file is empty"),
    ],
)  # fmt: skip
def test_submissions_that_are_not_marked(root: Path, files: dict[str, bytes], said: str) -> None:
    for name, data in files.items():
        put(root, data, name)
    results = graded(root)
    assert said in results["output"]
    assert (results["score"], results["tests"]) == (0, [])
    assert str(root) not in results["output"]


@pytest.mark.parametrize(
    "row",
    [
        "__import__('os').system('true'),=cmd|' /C calc'!A0",
        "9" * 10_000 + ",1e999",
        "<script>alert(1)</script>,\x1b[2J",
        "../../etc/passwd,{{7*7}}",
        "nan,inf",
    ],
)
def test_hostile_answers_earn_nothing(root: Path, row: str) -> None:
    put(root, SHEET + f"ann,{row}\n")
    results = graded(root)
    assert results["score"] == 0
    assert "\x1b" not in json.dumps(results, ensure_ascii=False)


def test_a_link_to_the_key_is_no_submission(root: Path) -> None:
    (root / "submission" / "answers.yaml").symlink_to(root / "source" / "question.yaml")
    assert "No file of answers was handed in" in graded(root)["output"]


def test_what_nobody_foresaw_is_told_to_the_staff_alone(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the key is 1.66")

    monkeypatch.setattr("solver.mark.autograder.run", broken)
    put(root, SHEET + "ann,0.81,1.66\n")
    results = graded(root)
    assert results["output"] == "The answers could not be marked. The course's staff can see why."
    assert "the key is 1.66" in capsys.readouterr().out


def test_a_folder_and_the_files_that_a_question_names(tmp_path: Path) -> None:
    (tmp_path / "q.yaml").write_text(
        "title: T\ngiven: {family: formula, quantities: {a: {file: data/a.csv}}, formulas: [c = a*2]}\nparts: [{label: a, find: c}]\n"
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("1,2\n")
    done = CliRunner().invoke(
        main, ["export", "gradescope", str(tmp_path / "q.yaml"), "-o", str(tmp_path / "made"), "--visibility", "hidden"]
    )
    assert done.exit_code == 0, done.output
    assert (tmp_path / "made" / "data" / "a.csv").read_text() == "1,2\n"
    assert os.access(tmp_path / "made" / "run_autograder", os.X_OK)
    assert json.loads((tmp_path / "made" / "settings.json").read_text()) == {"visibility": "hidden"}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("missing.yaml", "missing.yaml: does not exist"),
        ("-", "a package needs the question's file"),
        (str(PROBLEMS / "exam.yaml"), "is an exam"),
    ],
)
def test_questions_that_cannot_be_exported(
    question: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["export", "gradescope", question])
    assert done.exit_code == 2
    assert said in done.output
    assert not list(tmp_path.iterdir())
