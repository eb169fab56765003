"""From files to marks in chunks: the same marks however the work is shared, in order, in little memory."""

from __future__ import annotations

import io
import os
import pickle
import tracemalloc
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import solver
from solver.errors import Place, SpecError
from solver.mark.out.formats import MarksFormat, writer
from solver.mark.read import read_blocks
from solver.mark.read.chunks import Chunk, chunks
from solver.mark.read.read_batch import Texts
from solver.mark.read.read_names import names
from solver.mark.run import MOST_TROUBLES, SMALL, Engine, Marker, Seen, Summary, local, run, workers_for
from solver.mark.sheet import Sheet, sheet
from tests.places import Q2


@pytest.fixture(scope="module")
def q2() -> Sheet:
    return sheet(solver.solve(Q2))


@pytest.fixture(scope="module")
def classes(q2: Sheet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV of 600 students, some of whom slip, leave blank or write what cannot be read."""
    path = tmp_path_factory.mktemp("class") / "answers.csv"
    rng = np.random.default_rng(7)
    truth = [float(q2.answers[cell.key].solved.written[cell.row, cell.column]) for cell in q2.cells.values()]
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(["student", *(f'"{name}"' for name in q2.cells)]) + "\n")
        for student in range(600):
            slips = rng.random(len(truth)) < 0.05
            cells = [f"{value + slip * rng.integers(1, 9) / 10:.2f}" for value, slip in zip(truth, slips, strict=True)]
            cells[student % len(cells)] = ("", "oops", "1/3")[student % 3]
            file.write(f"s{student:03d}," + ",".join(cells) + "\n")
    return path


def marked(asked: Sheet, path: Path, form: MarksFormat = "csv", engine: Engine = local) -> tuple[str, Summary]:
    stream = io.StringIO()
    there = form if form in ("csv", "long") else None
    marker = Marker(asked, form=there, keep=there is None, analyse=True)
    summary = run(marker, chunks([str(path)], names(asked), []), writer(form, stream, asked), engine)
    return stream.getvalue(), summary


@pytest.mark.parametrize("form", ["csv", "long", "json"])
def test_the_same_marks_in_one_chunk_and_in_many(
    q2: Sheet, classes: Path, monkeypatch: pytest.MonkeyPatch, form: MarksFormat
) -> None:
    whole, summary = marked(q2, classes, form)
    monkeypatch.setattr(read_blocks, "BLOCK", 20_000)
    parts, again = marked(q2, classes, form)
    assert parts == whole
    assert (again.students, again.trouble_count) == (summary.students, summary.trouble_count) == (600, 200)
    assert [trouble.place for trouble in again.troubles] == [trouble.place for trouble in summary.troubles]
    assert summary.report is not None
    assert again.report is not None
    assert again.report.blocks() == summary.report.blocks()


def test_two_processes_give_the_same(q2: Sheet, classes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone, summary = marked(q2, classes)
    monkeypatch.setattr(read_blocks, "BLOCK", 40_000)
    together, again = marked(q2, classes, engine=lambda marker, found: local(marker, found, 2))
    assert together == alone
    assert again.troubles == summary.troubles


def test_a_marker_can_be_sent(q2: Sheet, classes: Path) -> None:
    marker = Marker(q2, form="csv")
    chunk = next(iter(chunks([str(classes)], names(q2), [])))
    sent: Marker = pickle.loads(pickle.dumps(marker))
    assert sent(pickle.loads(pickle.dumps(chunk))).text == marker(chunk).text


def test_an_error_in_a_late_chunk_is_an_error(q2: Sheet, classes: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(classes.read_bytes() + b"\xff,1\n")
    with pytest.raises(SpecError, match=r"a\.csv:602: .*not UTF-8"):
        marked(q2, path)


@dataclass(frozen=True)
class Deadly:
    """A chunk that ends the process that reads it."""

    size: int = 1

    def texts(self) -> Iterator[Texts]:
        os._exit(1)


def test_a_process_that_ends_is_an_error(q2: Sheet) -> None:
    with pytest.raises(SpecError, match="a marking process ended"):
        list(local(Marker(q2), iter([Deadly(), Deadly()]), 2))
    assert issubclass(BrokenProcessPool, RuntimeError)


def test_memory_does_not_grow_with_the_class(q2: Sheet, classes: Path, tmp_path: Path) -> None:
    header, _, rows = classes.read_text().partition("\n")
    peaks = []
    for times in (4, 16):
        path = tmp_path / f"{times}.csv"
        path.write_text("\n".join([header, rows * times]))
        with open(os.devnull, "w", encoding="utf-8") as stream:
            tracemalloc.start()
            run(Marker(q2, form="csv"), _small(q2, path), writer("csv", stream, q2))
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5 + 2e6  # what is kept: 16 bytes a student, and the first troubles


def _small(asked: Sheet, path: Path) -> Iterator[Chunk]:
    before, read_blocks.BLOCK = read_blocks.BLOCK, 100_000
    try:
        yield from chunks([str(path)], names(asked), [])
    finally:
        read_blocks.BLOCK = before


def test_students_who_come_twice() -> None:
    seen, places = Seen(), [Place("a.csv", line) for line in range(2, 8)]
    said = seen.again(["ann", "bob", "ann", "cy", "ann", "dan"], places)
    assert [(trouble.student, trouble.place.line, trouble.reason) for trouble in said] == [
        ("ann", 4, "this student came before, at line 2: both are marked"),
        ("ann", 6, "this student came before, at line 2: both are marked"),
    ]
    assert [t.reason for t in seen.again(["eve", "bob"], [Place("b.csv", 2), Place("b.csv", 3)])] == [
        "this student came before, at a.csv, line 3: both are marked"
    ]
    assert seen.again([], []) == []


def test_many_batches_of_students_are_all_remembered() -> None:
    seen = Seen()
    for start in range(0, 5_000, 50):
        batch = [f"s{i}" for i in range(start, start + 50)]
        assert seen.again(batch, [Place("a.csv", i + 2) for i in range(start, start + 50)]) == []
    assert len(seen.runs) < 10
    again = seen.again(["s4321", "s17", "new"], [Place("a.csv", 9_001 + i) for i in range(3)])
    assert [(trouble.student, trouble.reason.split(":")[0][-4:]) for trouble in again] == [
        ("s4321", "4323"),
        ("s17", "e 19"),
    ]


def test_troubles_are_counted_and_the_first_kept(q2: Sheet, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("student,c/J\n" + "".join(f"s{i},oops\n" for i in range(MOST_TROUBLES + 500)))
    _, summary = marked(q2, path)
    assert summary.trouble_count == MOST_TROUBLES + 500
    assert [trouble.student for trouble in summary.troubles] == [f"s{i}" for i in range(MOST_TROUBLES)]


def test_small_classes_need_no_second_process() -> None:
    assert workers_for(SMALL - 1) == 1
    assert workers_for(None) == workers_for(SMALL) == min(os.cpu_count() or 1, 8)
