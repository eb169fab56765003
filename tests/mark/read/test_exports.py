"""Files as platforms and spreadsheets save them: read without a mapping, or asked back."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from solver.errors import SpecError
from solver.mark.read import read_blocks
from solver.mark.sheet import Sheet, sheet
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.mark.read.test_read import Found, put, refused
from tests.questions import asked_of

SMALL = """title: A formula
given: {family: formula, quantities: {a: 2.5, b: 4}, formulas: [c = a*b, d = c/4]}
parts: [{label: a, marks: 4, find: [c, d]}]
"""


@pytest.fixture(scope="module")
def small() -> Sheet:
    return sheet(solve_question(load_text(SMALL).questions[0]))


@pytest.fixture(scope="module")
def q2() -> Sheet:
    return asked_of("q2").sheet


EXPORTS = {
    "moodle": (
        "Last name,First name,Email address,State,Started,Completed,Time taken,Grade/4.00,Response 1,Response 2\n"
        "Li,Ann,a@x.org,Finished,1 March,1 March,5 mins,-,10,2.5\n"
        'Ng,Bo,b@x.org,Finished,1 March,1 March,6 mins,-,"10,0",-\n'
        "Overall average,,,,,,,2.1,,\n",
        ["a@x.org", "b@x.org"],
    ),
    "moodle, old": (
        "\ufeffSurname,First name,ID number,Status,Started on,Completed,Time taken,Grade/10.00,Response 1,Response 2\n"
        "Li,Ann,17,Finished,x,y,5 mins,-,10,2.5\nNg,Bo,18,Finished,x,y,6 mins,-,10,\nOverall average,,,,,,,,,\n",
        ["17", "18"],
    ),
    "canvas quiz": (
        "name,id,sis_id,section,section_id,section_sis_id,submitted,attempt,77: a/c,1.0,78: Find d,1.0,n correct,n incorrect,score\n"
        "Ann Li,1,s1,A,9,,2026-03-01,1,10,1.0,2.5,1.0,2,0,2.0\nBo Ng,2,s2,A,9,,2026-03-01,1,10.0,1.0,,0.0,1,1,1.0\n".replace(
            "78: Find d", "78: a/d find it"
        ),
        ["s1", "s2"],
    ),
    "canvas gradebook": (
        "Student,ID,SIS User ID,SIS Login ID,Section,a/c (77),a/d (78),Current Score\n"
        ",,,,,Manual Posting,Manual Posting,\n    Points Possible,,,,,1,1,(read only)\n"
        '"Li, Ann",1,s1,ann,A,10,2.5,3\n"Ng, Bo",2,s2,bo,A,10,,3\n',
        ["ann", "bo"],
    ),
    "google forms": (
        "Timestamp,Email Address,Score,a/c: the product,a/d\n"
        "2026/03/01 9:00:00,a@x.org,,10,2.5\n2026/03/01 9:01:00,b@x.org,,10,\n",
        ["a@x.org", "b@x.org"],
    ),
    "microsoft forms": (
        "ID,Start time,Completion time,Email,Name,a/c,Points - a/c,a/d\n"
        "1,x,y,a@x.org,Ann Li,10,0,2.5\n2,x,y,b@x.org,Bo Ng,10,0,\n",
        ["a@x.org", "b@x.org"],
    ),
    "gradescope": (
        "First Name,Last Name,SID,Email,Sections,Submission ID,Question 1 Response,Question 2 Response\n"
        "Ann,Li,17,a@x.org,A,5,10,2.5\nBo,Ng,18,b@x.org,A,6,10,\n",
        ["17", "18"],
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_are_known_by_their_columns(small: Sheet, tmp_path: Path, name: str) -> None:
    text, students = EXPORTS[name]
    found = Found(small, put(tmp_path, "a.csv", text))
    assert found.students == students
    assert found.cell("a/c") == [10, 10]
    assert found.cell("a/d") == [2.5, None]
    assert not found.troubles
    assert all("are read as a/c … a/d" in notice for notice in found.notices)


def test_a_form_that_asked_for_no_student(small: Sheet, tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", "Timestamp,Your number,a/c\n2026/03/01 9:00:00,17,10\n")
    said = refused(small, path)
    assert "a.csv:1: no column names the student" in said
    assert "'Your number'" in said
    assert "--map FILE" in said
    found = Found(small, path, mapping=put(tmp_path, "map.yaml", "Your number: student\n"))
    assert found.students == ["17"]


def test_responses_that_are_too_many_are_not_guessed(small: Sheet, tmp_path: Path) -> None:
    text = "Email address,Completed,Time taken,Response 1,Response 2,Response 3\na@x.org,Finished,1 min,1,2,3\n"
    assert "no column has the name of an answer" in refused(small, put(tmp_path, "a.csv", text))


# -- spreadsheets -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("head", ["sep=;\n", '"sep=;"\r\n', "SEP=;;;\n"])
def test_a_first_line_that_says_what_parts_columns(q2: Sheet, tmp_path: Path, head: str) -> None:
    found = Found(q2, put(tmp_path, "a.csv", f"{head}student;c/J;c/y\nann;1,66;x\n"))
    assert (found.students, found.cell("c/J")) == (["ann"], [1.66])
    assert found.said == [("ann", "c/y", "not a number", 3)]


@pytest.mark.parametrize("block", [1 << 20, 7])
@pytest.mark.parametrize("end", ["\n", ""])
def test_windows_1252(q2: Sheet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, end: str) -> None:
    monkeypatch.setattr(read_blocks, "BLOCK", block)
    text = f"c/J;student\n1,66;Ann\n1,66;Malmö “x” –\n1,67;José{end}"
    found = Found(q2, put(tmp_path, "a.csv", text.encode("cp1252")))
    assert found.students == ["Ann", "Malmö “x” –", "José"]
    assert [notice.partition("a.csv")[2] for notice in found.notices] == [
        ":3: not UTF-8 text (byte 0xf6): read as Windows-1252"
    ]
    same = Found(q2, put(tmp_path, "b.csv", text))
    assert (same.students, same.notices) == (found.students, [])


def workbook(path: Path, rows: list[list[Any]], formats: dict[str, str] | None = None) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    for cell, form in (formats or {}).items():
        book.active[cell].number_format = form
    book.save(path)
    return path


def test_a_workbook(q2: Sheet, tmp_path: Path) -> None:
    rows = [
        ["student", "c/J", "c/y", "b/u1"],
        ["ann", 1.6601, 0.81, "1.3; -4.7; 3.6"],
        ["Łukasz, jr", 1.7, "0,81", None],
        [17, datetime.date(2026, 3, 1), True, None],
        [None, None, None, None],
        ["=1+1", 0.5, 12, "[1.3\n-4.7\n3.6]"],
    ]
    path = workbook(tmp_path / "a.xlsx", rows, {"B2": "0.00", "B3": "0.000", "C6": "0%"})
    found = Found(q2, path)
    assert found.students[:3] == ["ann", "Łukasz, jr", "17"]
    assert found.cell("c/J") == [1.66, 1.7, None, 0.5]
    assert found.decimals("c/J")[:2] == [2, 3]
    assert found.cell("c/y") == [0.81, 0.81, None, 12]
    assert sorted((cell, line) for _, cell, _, line in found.said if cell) == [("c/J", 4), ("c/y", 4)]


def test_a_workbook_without_its_reader(q2: Sheet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "a.xlsx", [["student", "c/J"], ["ann", 1.66]])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert "a.xlsx: openpyxl, which reads .xlsx, is not installed\n  hint: pip install 'nnsolve[xlsx]'" in refused(
        q2, path
    )


@pytest.mark.parametrize("data", [b"", b"student,c/J\nann,1\n", b"PK\x03\x04nonsense"])
def test_what_is_no_workbook(q2: Sheet, tmp_path: Path, data: bytes) -> None:
    assert "a.xlsx: cannot be read as a workbook" in refused(q2, put(tmp_path, "a.xlsx", data))


def test_a_workbook_that_unpacks_to_too_much(q2: Sheet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.mark.read.read_xlsx.MOST_BYTES", 1_000)
    path = workbook(tmp_path / "a.xlsx", [["student", "c/J"], ["ann", 1.66]])
    with pytest.raises(SpecError, match="larger than 1,000 bytes"):
        Found(q2, path)
