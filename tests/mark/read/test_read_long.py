"""Long CSV sorted by student: the rows may stand in any order, and be of any kind."""

from __future__ import annotations

import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.mark.read import read_blocks, read_long
from solver.mark.sheet import Sheet
from tests.mark.read.test_read import Found, put
from tests.questions import asked_of

SHEET = asked_of("q2").sheet
STUDENTS = st.sampled_from(["ann", "bob", "Li, Cy", "山田", "d\ne", 'q"t', ""])
ROWS = st.lists(
    st.tuples(STUDENTS, st.sampled_from(["c/J", "c/y", "b/u1[2]", "zz"]), st.sampled_from(["1.66", "0,5", ""])),
    max_size=40,
)


@pytest.fixture
def q2() -> Sheet:
    return SHEET


@given(ROWS, st.integers(16, 200), st.integers(1, 3), st.booleans())
def test_the_same_as_gathered_in_a_dictionary(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], block: int, group: int, first: bool
) -> None:
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    order = (lambda s, a, v: (s, a, v)) if first else (lambda s, a, v: (v, a, s))
    out.writerows([order("student", "answer", "value"), *(order(*row) for row in rows), order("end", "c/J", "3")])
    before = read_blocks.BLOCK, read_long.GROUP, read_long.WAITING
    read_blocks.BLOCK, read_long.GROUP, read_long.WAITING = block, group, 50
    try:
        found = Found(SHEET, put(tmp_path_factory.mktemp("long"), "a.csv", text.getvalue()))
    finally:
        read_blocks.BLOCK, read_long.GROUP, read_long.WAITING = before
    expected: dict[str, dict[str, str]] = {}
    for student, answer, value in [*rows, ("end", "c/J", "3")]:
        cells = expected.setdefault(student.strip(), {})
        cells[answer] = value or cells.get(answer, "")
    shown = [student or found.students[i] for i, student in enumerate(expected)]
    assert found.students == shown
    numbers = {"1.66": 1.66, "0,5": 0.5, "3": 3.0, "": None}
    for cell, row in (("c/J", 0), ("c/y", 0)):
        assert found.cell(cell, row) == [numbers[cells.get(cell, "")] for cells in expected.values()]


def test_lines_are_those_of_the_file(q2: Sheet, tmp_path: Path) -> None:
    text = 'student,answer,value\nann,c/J,x\nbob,c/J,1\n\nann,c/y,y\n"d\ne",c/J,z\nann,"b/u1[2]",w\n'
    found = Found(q2, put(tmp_path, "a.csv", text))
    assert found.students == ["ann", "bob", "d\ne"]
    assert sorted(t.cell for t in found.troubles) == ["b/u1[2]", "c/J", "c/J", "c/y"]


def test_memory_does_not_grow_with_the_rows(q2: Sheet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows by answer, as a database gives them: every student comes once for each answer."""
    monkeypatch.setattr(read_long, "GROUP", 25)
    monkeypatch.setattr(read_long, "WAITING", 1 << 9)
    monkeypatch.setattr(read_blocks, "BLOCK", 1 << 13)
    peaks = []
    for times in (8, 40):
        path = tmp_path / f"{times}.csv"
        cells = list(q2.cells)[:times]
        with path.open("w", newline="") as stream:
            out = csv.writer(stream)
            out.writerow(["student", "answer", "value"])
            out.writerows((f"s{i}", cell, f"{i % 50 / 10}") for cell in cells for i in range(100))
        from solver.mark.read.chunks import chunks
        from solver.mark.read.read_names import names

        tracemalloc.start()
        assert sum(len(t.students) for c in chunks([str(path)], names(q2), []) for t in c.texts()) == 100
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 2.5  # five times the rows
