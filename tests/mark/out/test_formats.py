"""Every format: its form, sums that hold, nothing that a spreadsheet or terminal would run, batches as one."""

import csv
import io
import json
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.mark.judge.grade import grade_batch
from solver.mark.judge.numbers import Batch
from solver.mark.out.formats import writer
from solver.mark.out.out_canvas import CanvasWriter
from solver.mark.out.out_long import COLUMNS
from solver.mark.out.writer import any_cell, text_cell
from solver.mark.records import Graded, Submissions, Trouble
from solver.mark.sheet import Sheet, sheet
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.mark.simulate import honest
from tests.questions import asked_of
from tests.tables import each
from tests.trials import CHARACTERS

Q2 = asked_of("q2").sheet
MIXED = """
title: Mixed
parts:
  - {label: a, marks: 2, given: {family: concept, points: [one, two]}}
  - {label: b, marks: 1, given: {family: concept, statement: S., truth: true}}
  - label: c
    marks: 2
    given: {family: gradient, symbols: {x: n, A: n x n}, J: x.T @ A @ x, by: [A]}
"""
HOSTILE = '=HYPERLINK("http://x","y")'
STUDENTS = ["ann", HOSTILE, "Bob, jr\x1b[31m", "+cmd|' /C calc'!A0"]


def class_of(students: list[str] = STUDENTS) -> Graded:
    """The first is right; the second slips in b/u1 and goes on; the third leaves c/y blank; the fourth's J is wrong."""
    rng = np.random.default_rng(1)
    batch = honest(Q2, len(students), "rounded", rng, {"b/u1": (1, 0, 0)})
    batch.values["c/y"][2] = np.nan
    batch.values["c/J"][3] = 9.0
    troubles = [Trouble(students[2], "c/y", "0..8", "is no number")]
    return grade_batch(Q2, None, Submissions(students, batch, troubles=troubles))


def written(form: str, made: Sheet, *batches: Graded, **options: object) -> str:
    stream = io.StringIO()
    to = writer(form, stream, made, **options)
    to.open()
    for graded in batches:
        to.add(graded)
    to.close()
    return stream.getvalue()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv() -> None:
    rows = rows_of(written("csv", Q2, class_of()))
    assert list(rows[0]) == ["student", "a", "b", "c", "d", "e", "f", "total", "review"]
    assert rows[0] == {
        "student": "ann",
        "a": "3",
        "b": "4",
        "c": "4",
        "d": "2",
        "e": "6",
        "f": "6",
        "total": "25",
        "review": "",
    }
    assert [row["total"] for row in rows] == ["25", "24.5", "23.75", "23.75"]
    for row in rows:
        assert sum(Decimal(row[part]) for part in "abcdef") == Decimal(row["total"])


def test_long() -> None:
    rows = rows_of(written("long", Q2, class_of()))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(STUDENTS) * len(Q2.cells)
    by_cell = {(row["student"], row["answer"]): row for row in rows}
    slip = by_cell["'" + HOSTILE, "b/u1[1]"]
    assert (slip["verdict"], slip["marks"], slip["of"], slip["key"]) == ("WRONG", "0", "0.5", "1.30")
    followed = [row["answer"] for row in rows if row["verdict"] == "FOLLOWED"]
    assert "b/h1[1]" in followed
    blank = by_cell["Bob, jr␛[31m", "c/y"]
    assert (blank["verdict"], blank["written"], blank["reason"]) == ("BLANK", "", "is no number")
    wrong = by_cell["'" + STUDENTS[3], "c/J"]
    assert (wrong["written"], wrong["expected"]) == ("9.00", "1.66")
    assert "expected 1.66" in wrong["reason"]
    for student, total in zip(
        dict.fromkeys(row["student"] for row in rows), ("25", "24.5", "23.75", "23.75"), strict=True
    ):
        assert sum(Decimal(row["marks"]) for row in rows if row["student"] == student) == Decimal(total)


def test_json() -> None:
    made = json.loads(written("json", Q2, class_of()))
    assert (made["title"], made["of"], made["parts"]["b"]) == ("Question 2", 25, 4)
    assert [s["student"] for s in made["students"]] == STUDENTS
    assert [s["total"] for s in made["students"]] == [25, 24.5, 23.75, 23.75]
    answer = made["students"][3]["answers"]["c/J"]
    assert (answer["verdict"], answer["marks"], answer["written"], answer["expected"]) == ("WRONG", 0, "9.00", "1.66")
    assert json.loads(written("json", Q2))["students"] == []


def test_jsonl() -> None:
    """A line a student, the same objects as in json's list; nothing for nobody."""
    lines = written("jsonl", Q2, class_of()).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(written("json", Q2, class_of()))["students"]
    assert json.loads(lines[2])["review"] == [{"answer": "c/y", "text": "0..8", "reason": "is no number"}]
    assert written("jsonl", Q2) == ""


@pytest.mark.parametrize("form", ["long", "json", "jsonl", "moodle", "gradescope"])
def test_students_are_told_some_at_a_time(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few have their rows as plain objects, the text is the same; a student may be asked for again."""
    students = [f"s{i}" for i in range(11)]
    whole = written(form, Q2, class_of(students))
    monkeypatch.setattr("solver.mark.out.rows.WINDOW", 3)
    assert written(form, Q2, class_of(students)) == whole
    graded = class_of(students)
    told = writer("long", io.StringIO(), Q2).told(graded)
    assert [told.of(i) for i in (10, 0, 4, 10)] == [told.of(i) for i in (10, 0, 4, 10)]
    assert told.of(3)[32].written == "9.00"


def test_json_says_why_a_person_should_look_at_a_script() -> None:
    graded = class_of()
    graded.review[1] = ["1 stands in 60 of 64 cells"]
    student = json.loads(written("jsonl", Q2, graded).splitlines()[1])
    assert student["review"] == [{"answer": "", "text": "", "reason": "1 stands in 60 of 64 cells"}]


def test_gradescope() -> None:
    graded = class_of()
    several = json.loads(written("gradescope", Q2, graded))
    assert next(iter(several.values()))["score"] == 25
    rng = np.random.default_rng(1)
    batch = honest(Q2, 1, "rounded", rng)
    batch.values["c/J"][0] = 9.0
    one = json.loads(written("gradescope", Q2, grade_batch(Q2, None, Submissions(["ann"], batch))))
    assert one["score"] == 23.75
    assert [test["number"] for test in one["tests"]] == list("abcdef")
    assert sum(Decimal(str(test["score"])) for test in one["tests"]) == Decimal("23.75")
    test = one["tests"][2]
    assert (test["max_score"], test["score"], test["status"]) == (4.0, 2.75, "failed")
    assert "c/J 9.00 wrong" in test["output"]
    later = json.loads(written("gradescope", Q2, grade_batch(Q2, None, Submissions(["ann"], batch)), show="key"))[
        "tests"
    ][6:]
    assert [(test["visibility"], test["output"]) for test in later] == [("after_due_date", "c/J: expected 1.66")]
    assert one["tests"][0]["status"] == "passed"
    assert {test["output_format"] for test in one["tests"]} == {"text"}
    assert json.loads(written("gradescope", Q2)) == {}


def test_gradescope_names_what_is_left_out_in_one_line() -> None:
    batch = honest(Q2, 1, "rounded", np.random.default_rng(1))
    batch.values["b/h1"][0], batch.values["b/u1"][0, 2] = np.nan, np.nan
    one = json.loads(written("gradescope", Q2, grade_batch(Q2, None, Submissions(["ann"], batch))))
    assert one["tests"][1]["output"].splitlines()[-1] == "no answer: b/u1[3], b/h1"
    assert one["tests"][1]["output"].count("no answer") == 1


@pytest.mark.parametrize(
    ("student", "field"), [("ann@example.org", "Email address"), ("0123", "ID number"), ("ann", "Username")]
)
def test_moodle(student: str, field: str) -> None:
    rng = np.random.default_rng(1)
    batch = honest(Q2, 1, "rounded", rng)
    batch.values["c/J"][0] = 9.0
    (row,) = rows_of(written("moodle", Q2, grade_batch(Q2, None, Submissions([student], batch))))
    assert list(row) == [field, "Question 2", "Question 2 (feedback)"]
    assert (row[field], row["Question 2"]) == (student, "23.75")
    assert row["Question 2 (feedback)"].startswith("Parts: a 3/3, b 4/4, c 2.75/4")
    assert "c/J: " in row["Question 2 (feedback)"]


GRADEBOOK = '''\
Student,ID,SIS User ID,SIS Login ID,Section,Question 1 (11),Question 2 (12),Final Score
,,,,,Manual Posting,,
    Points Possible,,,,,10,25,(read only)
"Ann, A",101,u1,ann,S1,-5.5,,90
"=""Bob""",102,u2,bob,S1,7,3,80
"Cy, C",103,u3,cy,S1,8,EX,70
"Di, D",104,u4,di,S1,8,1,70
'''


def canvas(graded: Graded, gradebook: str = GRADEBOOK, assignment: str = "") -> tuple[str, CanvasWriter]:
    stream = io.StringIO()
    lines = io.StringIO(gradebook, newline="")
    to = CanvasWriter(stream, Q2, gradebook=lines, assignment=assignment, file="gradebook.csv")
    to.open()
    to.add(graded)
    to.close()
    return stream.getvalue(), to


def test_canvas() -> None:
    """The assignment is filled in by login, ID or name; all else stays, the excused too."""
    text, to = canvas(class_of(["ANN", "102", "cy", "zed"]))
    rows = list(csv.reader(io.StringIO(text)))
    before = list(csv.reader(io.StringIO(GRADEBOOK)))
    assert [row[6] for row in rows] == ["Question 2 (12)", "", "25", "25", "24.5", "EX", "1"]
    assert to.unmatched == ["zed"]
    for row, old in zip(rows, before, strict=True):
        assert row[1:6] + row[7:] == old[1:6] + old[7:]
    assert rows[4][0] == '\'="Bob"'


def test_canvas_has_notes_for_teachers() -> None:
    """What a person has to look at goes behind what stands in Notes, once; without that column, that is told."""
    noted = GRADEBOOK.replace(",Section,", ",Section,Notes,").replace(",S1,", ',S1,"late, ill",')
    text, to = canvas(class_of(["ann", "zed", "102", "cy"]), noted)
    again, _ = canvas(class_of(["ann", "zed", "102", "cy"]), text)
    column = noted.splitlines()[0].split(",").index("Notes")
    for found in (text, again):
        notes = [row[column] for row in csv.reader(io.StringIO(found))]
        assert "late, ill; c/y: 0..8" in notes, found
    assert to.notices == []
    _, without = canvas(class_of(["ann", "zed", "102", "cy"]))
    assert "no column 'Notes', which would say of 1 script what" in without.notices[0].message


def test_canvas_with_semicolons_and_a_byte_order_mark() -> None:
    text, _ = canvas(
        class_of(["ann", "u2", "x", "y"]), "\ufeff" + GRADEBOOK.replace('"Ann, A"', "Ann").replace(",", ";")
    )
    assert text.splitlines()[0] == GRADEBOOK.splitlines()[0].replace(",", ";")
    assert text.splitlines()[3] == "Ann;101;u1;ann;S1;-5.5;25;90"


@pytest.mark.parametrize(
    ("gradebook", "assignment", "message"),
    [
        ("", "", "expected a gradebook"),
        ("name,mark\na,1\n", "", "found 'name, mark'"),
        (GRADEBOOK, "Question 3", "no assignment is called 'Question 3'"),
        ('Student,ID,"x\n', "", "is not CSV"),
    ],
)
def test_canvas_refuses(gradebook: str, assignment: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        canvas(class_of(), gradebook, assignment)


def test_table() -> None:
    text = written("table", Q2, class_of(), width=100)
    assert "total /25" in text
    assert HOSTILE in text
    assert "\x1b" not in text
    assert "mean" in text
    short = written("table", Q2, class_of(), width=100, most=2)
    assert "and 2 more students" in short
    assert "24.25" in short  # the mean of all four


def test_by_hand() -> None:
    made = sheet(solve_question(load_text(MIXED).questions[0]))
    given_ = Submissions(["s"], Batch(1), words={"a": ["[bold]my words"], "b": ["t"]}, formulas={"c/grad_A": ["x@x.T"]})
    graded = grade_batch(made, None, given_)
    rows = rows_of(written("long", made, graded))
    assert [(row["answer"], row["verdict"], row["marks"], row["of"]) for row in rows] == [
        ("a", "BY HAND", "", "2"),
        ("b", "CORRECT", "1", "1"),
        ("c/grad_A", "CORRECT", "2", "2"),
    ]
    assert rows_of(written("csv", made, graded)) == [
        {"student": "s", "b": "1", "c": "2", "total": "3", "a (by hand)": "", "review": ""}
    ]
    assert "by hand" in written("table", made, graded)
    assert json.loads(written("json", made, graded))["by_hand"] == {"a": 2}
    assert "a" in json.loads(written("gradescope", made, graded))["output"]
    assert "to be marked by hand: a" in written("moodle", made, graded)


@pytest.mark.parametrize("form", ["csv", "long", "json", "jsonl", "moodle", "gradescope", "table"])
def test_batches_are_written_as_one(form: str) -> None:
    """However the class is cut into batches, the text is the same."""
    whole = class_of()
    given_ = whole.submissions
    pieces = []
    for rows in (slice(0, 1), slice(1, 3), slice(3, 4)):
        batch = Batch(len(given_.students[rows]))
        batch.values = {k: v[rows] for k, v in given_.batch.values.items()}
        batch.decimals = {k: v[rows] for k, v in given_.batch.decimals.items()}
        troubles = [t for t in given_.troubles if t.student in given_.students[rows]]
        pieces.append(grade_batch(Q2, None, Submissions(given_.students[rows], batch, troubles=troubles)))
    assert written(form, Q2, *pieces) == written(form, Q2, whole)


@given(st.text(CHARACTERS, max_size=30))
def test_no_cell_is_a_formula(text: str) -> None:
    """What a spreadsheet reads back is never computed, and tells the text; it is one cell of one line."""
    cell = text_cell(text)
    ((read,),) = list(csv.reader([cell])) if cell else [("",)]
    assert not read.lstrip().startswith(("=", "+", "-", "@"))
    assert "\n" not in cell
    assert "\r" not in cell
    assert "\t" not in cell


@each("text", ["-1", "-0.5", "+3", "1e-3", "-1,5", "12%"])
def test_numbers_stay(text: str) -> None:
    assert next(csv.reader([any_cell(text)])) == [text]


@each("text", ["-2*(d-y)@x.T", "=1+1", "@SUM(A1)", "+cmd", " =1", "\t=1", "-", "＝1+1"])
def test_text_that_looks_like_a_formula_is_text(text: str) -> None:
    assert next(csv.reader([any_cell(text)]))[0].startswith("'")
