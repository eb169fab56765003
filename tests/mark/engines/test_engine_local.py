"""Processes that mark on this machine: none outlives a run that is killed, and what it had begun to write goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from solver.mark.run import Options, run
from tests.places import Q2, ROOT
from tests.questions import asked_of


def children(pid: int) -> set[int]:
    """The processes whose parent a process is, by Linux's own list."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z":
                found.add(int(entry.name))
    return found


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(what: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.05)
    return what()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at Linux's list of processes")
def test_a_killed_run_leaves_no_process_and_no_draft_behind(tmp_path: Path) -> None:
    answers, marks = tmp_path / "answers.csv", tmp_path / "marks.csv"
    answers.write_text("student,c/J\n" + "".join(f"s{i},{i % 97}.{i % 89:02d}\n" for i in range(400_000)))
    command = [
        sys.executable,
        "-m",
        "solver",
        "grade",
        str(Q2),
        str(answers),
        "-o",
        str(marks),
        "--workers",
        "2",
        "--format",
        "long",
    ]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        assert wait_for(lambda: bool(list(tmp_path.glob(".marks.csv.*.part"))) and len(children(process.pid)) >= 2)
        workers = children(process.pid)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(60)
    assert wait_for(lambda: not any(map(running, workers)))
    assert len(list(tmp_path.glob(".*.part"))) == 1
    other = tmp_path / ".other.csv.x.part"
    other.write_text("")
    answers.write_text("student,c/J\nann,1.66\n")
    run(asked_of("q2"), [str(answers)], Options(), marks)
    assert list(tmp_path.glob(".*.part")) == [other]
    assert marks.read_text().startswith("student,")


def test_a_draft_that_is_being_written_stays(tmp_path: Path) -> None:
    from solver.files import whole_file

    with whole_file(tmp_path / "a.csv") as first:
        with whole_file(tmp_path / "a.csv") as second:
            assert len(list(tmp_path.glob(".*.part"))) == 2
            second.write("2")
        first.write("1")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "1"
