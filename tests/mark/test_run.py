"""From files to marks in chunks: the same marks however the work is shared, in order, in little memory."""

from __future__ import annotations

import gc
import io
import json
import os
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import solver.mark.run
from solver.errors import SpecError
from solver.mark.asked import Asked, asked, asked_in
from solver.mark.engines import engine_local
from solver.mark.engines.engine import engine_file, engines
from solver.mark.engines.engine_local import SMALL, local, workers_for
from solver.mark.marker import Marked, Marker
from solver.mark.out.formats import formats, writing
from solver.mark.read import read_blocks, read_json, read_long
from solver.mark.read.chunks import chunks
from solver.mark.read.read_batch import Texts
from solver.mark.read.read_csv import CsvBlock
from solver.mark.read.read_json import Files, Items, Lines
from solver.mark.read.read_long import LongGroup
from solver.mark.read.read_names import names
from solver.mark.records import Graded, Submissions
from solver.mark.run import Options, Summary, run
from solver.spec.reader import load_text
from tests.places import PROBLEMS
from tests.questions import asked_of

STUDENTS = 40
TROUBLES = STUDENTS // 3


@pytest.fixture(scope="module")
def q2() -> Asked:
    return asked_of("q2")


@pytest.fixture(scope="module")
def classes(q2: Asked, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV of STUDENTS, some of whom slip, leave blank or write what cannot be read."""
    path = tmp_path_factory.mktemp("class") / "answers.csv"
    rng = np.random.default_rng(7)
    truth = [
        float(q2.sheet.answers[cell.key].solved.written[cell.row, cell.column]) for cell in q2.sheet.cells.values()
    ]
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(["student", *(f'"{name}"' for name in q2.sheet.cells)]) + "\n")
        for student in range(STUDENTS):
            slips = rng.random(len(truth)) < 0.05
            cells = [f"{value + slip * rng.integers(1, 9) / 10:.2f}" for value, slip in zip(truth, slips, strict=True)]
            cells[student % len(cells)] = ("", "oops", "1/3")[student % 3]
            file.write(f"s{student:03d}," + ",".join(cells) + "\n")
    return path


def marked(asked: Asked, path: Path, form: str = "csv", **options: Any) -> tuple[str, Summary]:
    stream = io.StringIO()
    summary = run(asked, [str(path)], Options(form=form, report=True, **options), stream)
    return stream.getvalue(), summary


@pytest.mark.parametrize("form", ["csv", "long", "json", "jsonl"])
def test_the_same_marks_in_one_chunk_and_in_many(
    q2: Asked, classes: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    whole, summary = marked(q2, classes, form)
    monkeypatch.setattr(read_blocks, "BLOCK", 7_000)
    parts, again = marked(q2, classes, form)
    assert parts == whole
    assert (again.students, again.trouble_count) == (summary.students, summary.trouble_count) == (STUDENTS, TROUBLES)
    assert [trouble.place for trouble in again.troubles] == [trouble.place for trouble in summary.troubles]
    assert summary.report is not None
    assert again.report is not None
    assert again.report.blocks() == summary.report.blocks()


def test_two_processes_give_the_same(q2: Asked, classes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone, summary = marked(q2, classes)
    monkeypatch.setattr(read_blocks, "BLOCK", 14_000)
    together, again = marked(q2, classes, workers=2)
    assert together == alone
    assert again.troubles == summary.troubles


def test_a_marker_can_be_sent(q2: Asked, classes: Path) -> None:
    marker = Marker(q2.sheet, form="csv")
    chunk = next(iter(chunks([str(classes)], names(q2.sheet), [])))
    sent: Marker = pickle.loads(pickle.dumps(marker))
    assert sent(pickle.loads(pickle.dumps(chunk))).packed == marker(chunk).packed


def test_an_error_in_a_late_chunk_is_an_error(q2: Asked, classes: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(classes.read_bytes() + b"\x81,1\n")
    with pytest.raises(SpecError, match=rf"a\.csv:{STUDENTS + 2}: .*not UTF-8"):
        marked(q2, path)


@dataclass(frozen=True)
class Deadly:
    """A chunk that ends the process that reads it."""

    size: int = 1

    def who(self) -> list[str]:
        return ["ann"]

    def texts(self) -> Iterator[Texts]:
        os._exit(1)


def test_a_process_that_ends_is_an_error(q2: Asked) -> None:
    with pytest.raises(SpecError, match="a marking process ended"):
        list(local(Marker(q2.sheet), iter([Deadly(), Deadly()]), 2))
    assert issubclass(BrokenProcessPool, RuntimeError)


def test_troubles_are_counted_and_the_first_kept(q2: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver.mark.run, "MOST_TROUBLES", 20)
    path = tmp_path / "a.csv"
    path.write_text("student,c/J\n" + "".join(f"s{i},oops\n" for i in range(30)))
    _, summary = marked(q2, path)
    assert summary.trouble_count == 30
    assert [trouble.student for trouble in summary.troubles] == [f"s{i}" for i in range(20)]


def test_small_classes_need_no_second_process() -> None:
    assert workers_for(SMALL - 1) == 1
    assert workers_for(None) == workers_for(SMALL) == min(os.cpu_count() or 1, 8)


# -- memory ----------------------------------------------------------------------------------------------------------
def class_file(folder: Path, kind: str, students: int) -> Path:
    """A class of so many students, whose numbers differ; every fourth writes what is no number."""
    cells = ("a/r", "a/s", "a/v[1]", "a/v[2]")
    answers = {f"s{i:05d}": {cell: f"{(i + k) % 90 / 10:.2f}" for k, cell in enumerate(cells)} for i in range(students)}
    for given in list(answers.values())[::4]:
        given["a/s"] = "oops"
    path = folder / f"{students}.{'csv' if kind in ('wide', 'long') else kind}"
    if kind == "wide":
        rows = [",".join(["student", *cells]), *(",".join([s, *given.values()]) for s, given in answers.items())]
    elif kind == "long":  # by answer, as a database gives them
        rows = ["student,answer,value", *(f"{s},{cell},{answers[s][cell]}" for cell in cells for s in answers)]
    elif kind == "json":
        rows = ["[", ",\n".join(json.dumps({"student": s, **given}) for s, given in answers.items()), "]"]
    else:
        rows = [json.dumps({"student": s, **given}) for s, given in answers.items()]
    path.write_text("\n".join(rows) + "\n")
    return path


FOUR = """title: Four numbers
given: {family: formula, quantities: {x: [1, 2]}, formulas: [v = 3*x, r = sum(v), s = r/2]}
parts: [{label: a}]
"""


def held() -> int:
    """How many chunks of answers and of marks there are, beside what is frozen."""
    kinds = {Lines, Items, Files, LongGroup, CsvBlock, Texts, Submissions, Graded, Marked}
    return sum(type(thing) in kinds for thing in gc.get_objects())


@pytest.mark.parametrize("kind", ["wide", "long", "json", "jsonl"])
def test_memory_is_that_of_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """No chunk outlives its turn, whatever students come in; what cannot be read is listed up to a number."""
    question = asked(load_text(FOUR).questions[0])
    monkeypatch.setattr(solver.mark.run, "MOST_TROUBLES", 5)
    for module, name, size in (
        (read_blocks, "BLOCK", 400), (read_json, "BLOCK", 400), (read_json, "LONG_JSON", 200),
        (read_long, "GROUP", 6), (read_long, "WAITING", 50),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, size)
    path, into = class_file(tmp_path, kind, 60), tmp_path / "marks.jsonl"
    gc.freeze()
    there: list[int] = []
    summary = run(
        question, [str(path)], Options(form="jsonl", workers=1), into, progress=lambda size: there.append(held())
    )
    assert len(there) >= 5
    assert 1 <= max(there) <= 3, there
    assert summary.students == 60 == len(into.read_text().splitlines())
    assert (summary.trouble_count, len(summary.troubles)) == (15, 5)


# -- runs side by side ------------------------------------------------------------------------------------------------
def test_runs_in_threads_give_the_same(q2: Asked, classes: Path, tmp_path: Path) -> None:
    """One question in many threads, and a question loaded anew in each, with every format among them."""
    kinds = ["csv", "json", "moodle"]
    alone = {form: marked(q2, classes, form)[0] for form in kinds}

    def work(k: int) -> bool:
        form, folder = kinds[k % len(kinds)], tmp_path / f"f{k}"
        asked = q2 if k % 2 else asked_in(PROBLEMS / "q2.yaml")
        text, summary = marked(asked, classes, form, feedback=folder if k == 3 else None)
        return text == alone[form] and (summary.students, summary.trouble_count) == (STUDENTS, TROUBLES)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(len(kinds) + 1)))
    assert len(list((tmp_path / "f3").glob("s*.md"))) == STUDENTS


def test_a_run_says_how_far_it_is(q2: Asked, classes: Path, tmp_path: Path) -> None:
    done: list[int] = []
    summary = run(q2, [str(classes)], Options(), tmp_path / "marks.csv", progress=done.append)
    assert summary.students == STUDENTS
    assert sum(done) == classes.stat().st_size - len(classes.read_bytes().partition(b"\n")[0]) - 1
    assert (tmp_path / "marks.csv").read_text().startswith("student,a,")


def test_audits_and_moves_are_told_in_order(q2: Asked, tmp_path: Path) -> None:
    path, old = tmp_path / "a.csv", tmp_path / "old.csv"
    path.write_text("student,c/J\nann,1.66\nbob,9\n")
    run(q2, [str(path)], marks=old)
    path.write_text("student,c/J\nann,9\nbob,9\n")
    told: list[Any] = []
    summary = run(q2, [str(path)], Options(explain=True, against=str(old)), tell=told.append)
    assert [type(item).__name__ for item in told] == ["list", "list", "str", "str"]
    assert told[2].startswith("ann: 1.25 → 0 (c: 1.25 → 0")
    assert (told[3], summary.moves) == ("1 mark moved", 1)


def test_files_register_formats_and_engines() -> None:
    assert formats() == ("canvas", "csv", "gradescope", "json", "jsonl", "long", "moodle", "table")
    assert [form for form in formats() if writing(form).apart] == ["csv", "json", "jsonl", "long"]
    assert engines() == ("dask", "local")
    assert engine_file("local") is engine_local
    assert [engine_file(name).SEES_FILES for name in engines()] == [False, True]
