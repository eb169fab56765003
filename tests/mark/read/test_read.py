"""Files of answers in every format and state: what is read, and what is said of the rest."""

from __future__ import annotations

import io
import json
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.errors import Problem, SpecError
from solver.mark.read import read_blocks
from solver.mark.read.chunks import chunks, local_files, size_of
from solver.mark.read.decimals import DecimalSign
from solver.mark.read.read_batch import Reader
from solver.mark.read.read_blocks import blocks
from solver.mark.read.read_names import names
from solver.mark.records import Submissions
from solver.mark.sheet import Sheet
from tests.questions import asked_of
from tests.tables import each


@pytest.fixture(scope="module")
def q2() -> Sheet:
    return asked_of("q2").sheet


@pytest.fixture(scope="module")
def q3() -> Sheet:
    return asked_of("q3").sheet


class Found:
    """Everything read from some files: the students' cells as text of their values, and what was said."""

    def __init__(self, asked: Sheet, *paths: Path | str, mapping: Path | None = None, sign: DecimalSign = "auto"):
        notices: list[Problem] = []
        reader = Reader(asked, sign)
        known = names(asked, None if mapping is None else str(mapping))
        self.batches: list[Submissions] = [
            reader.submissions(texts)
            for chunk in chunks([str(path) for path in paths], known, notices)
            for texts in chunk.texts()
        ]
        self.notices = [str(notice) for notice in notices]
        self.students = [student for batch in self.batches for student in batch.students]
        self.troubles = [trouble for batch in self.batches for trouble in batch.troubles]

    def cell(self, key: str, row: int = 0, column: int = 0) -> list[float | None]:
        values = np.concatenate([batch.batch.values[key][:, row, column] for batch in self.batches])
        return [None if np.isnan(value) else float(value) for value in values]

    def decimals(self, key: str) -> list[int]:
        return [int(d) for batch in self.batches for d in batch.batch.decimals[key][:, 0, 0]]

    @property
    def said(self) -> list[tuple[str, str, str, int]]:
        return [(t.student, t.cell, t.reason, t.place.line) for t in self.troubles]


def put(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(asked: Sheet, *paths: Path | str, mapping: Path | None = None) -> str:
    with pytest.raises(SpecError) as caught:
        Found(asked, *paths, mapping=mapping)
    return str(caught.value)


# -- the same answers in every format ---------------------------------------------------------------------------------
SAME = {
    "wide.csv": 'student,c/J,"b/u1[1]",b/u1[2],b/u1[3]\nann,0.860,1.3,,3.6\nbob,1/3,,-4.7,\n',
    "vector.csv": 'student,c/J,b/u1\nann,0.860,"[1.3, , 3.6]"\nbob,1/3,"[; -4.7;  ]"\n',
    "semicolon.csv": "c/J;student;b/u1[3];b/u1[2];b/u1[1]\n0,860;ann;3,6;;1,3\n1/3;bob;;-4,7;\n",
    "tab.tsv": "student\tb/u1\tc/J\nann\t[1.3, , 3.6]\t0.860\nbob\t[, -4.7, ]\t1/3\n",
    "quoted.csv": '"student","c/J","b/u1[1]","b/u1[2]","b/u1[3]"\r\n"ann","0.860","1.3","","3.6"\r\n"bob","1/3","","-4.7",""\r\n',
    "bom.csv": b"\xef\xbb\xbfstudent,c/J,b/u1[1],b/u1[2],b/u1[3]\nann,0.860,1.3,,3.6\nbob,1/3,,-4.7,\n",
    "utf16.csv": "student,c/J,b/u1[1],b/u1[2],b/u1[3]\nann,0.860,1.3,,3.6\nbob,1/3,,\u22124.7,\n".encode("utf-16"),
    "mac.csv": "student,c/J,b/u1[1],b/u1[2],b/u1[3]\rann,0.860,1.3,,3.6\rbob,1/3,,-4.7,\r",
    "blank.csv": "\n\nstudent,c/J,b/u1[1],b/u1[2],b/u1[3]\n\nann,0.860,1.3,,3.6,,\n,,,,\nbob,1/3,,-4.7\n , ,\n",
    "loose.csv": 'Student,C/j,b / u1[1],"b/u1[2,1]","b/u1 [3, 1]"\nann,0.860,1.3,,3.6\nbob,1/3,,-4.7,\n',
    "long.csv": "student,answer,value\nann,c/J,0.860\nbob,c/J,1/3\nann,b/u1[1],1.3\nann,b/u1[3],3.6\nbob,b/u1[2],-4.7\n",
    "reordered.csv": 'value,cell,name\n0.860,c/J,ann\n"[1.3,,3.6]",b/u1,ann\n1/3,c/J,bob\n-4.7,b/u1[2],bob\n',
    "list.json": '[{"student": "ann", "c/J": 0.860, "b/u1": [1.3, null, "3.6"]}, {"student": "bob", "answers": {"c/J": "1/3", "b/u1": [[""], [-4.7], [null]]}}]',
    "map.json": '{"ann": {"c/J": "0.860", "b/u1": "[1.3, , 3.6]"}, "bob": {"c/J": "1/3", "b/u1[2]": -4.7}}',
    "lines.jsonl": '{"student": "ann", "c/J": 0.860, "b/u1": [1.3, null, 3.6]}\n\n{"student": "bob", "c/J": ["1/3"], "b/u1[2]": -4.7}\n',
}


def check(found: Found) -> None:
    assert found.students == ["ann", "bob"]
    assert found.cell("c/J") == [0.86, 1 / 3]
    assert found.decimals("c/J") == [3, 99]
    assert [found.cell("b/u1", row) for row in range(3)] == [[1.3, None], [None, -4.7], [3.6, None]]
    assert found.cell("c/y") == [None, None]


@each("name", SAME)
def test_the_same_answers_in_every_format(q2: Sheet, tmp_path: Path, name: str) -> None:
    found = Found(q2, put(tmp_path, name, SAME[name]))
    check(found)
    # `blank.csv` has a row too short; nothing else is to be said of any
    assert [reason for *_, reason, _ in found.said] == (
        ["a row of 4 columns, the header has 5: the rest is blank"] if name == "blank.csv" else []
    )


@pytest.mark.parametrize("name", ["wide.csv", "long.csv", "list.json", "map.json", "lines.jsonl", "bom.csv"])
def test_standard_input_says_what_it_is(q2: Sheet, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    text = SAME[name]
    data = text if isinstance(text, bytes) else text.encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(data))))  # type: ignore[type-var]
    check(Found(q2, "-"))


def test_a_folder_of_one_file_a_student(q2: Sheet, tmp_path: Path) -> None:
    put(tmp_path, "ann.yaml", "c/J: 0.860\nb/u1: [1.3, ~, 3.6]\n")
    put(tmp_path, "x.json", '{"student": "bob", "c/J": "1/3", "b/u1": ["", -4.7, ""]}')
    put(tmp_path, ".hidden.yaml", "c/J: [")
    found = Found(q2, tmp_path)
    check(found)
    assert not found.said
    assert not found.notices


def test_files_one_after_another(q2: Sheet, tmp_path: Path) -> None:
    ann = put(tmp_path, "ann.yml", "student: ann\nanswers:\n  c/J: 0.860\n  b/u1: [1.3, '', 3.6]\n")
    bob = put(tmp_path, "b.csv", "student,c/J,b/u1[2]\nbob,1/3,-4.7\n")
    check(Found(q2, ann, bob))
    assert size_of([str(bob)]) == bob.stat().st_size
    assert size_of([str(tmp_path)]) is None


def test_the_model_answer_is_a_submission(q2: Sheet, tmp_path: Path) -> None:
    answers = {key: answer.solved.written.tolist() for key, answer in q2.answers.items()}
    found = Found(q2, put(tmp_path, "key.json", json.dumps({"title": "Question 2", "answers": answers})))
    assert found.students == ["key"]
    assert not found.said
    for key, answer in q2.answers.items():
        assert np.array_equal(found.batches[0].batch.values[key][0], answer.solved.written)


def test_words_and_formulas_pass_through(q3: Sheet, tmp_path: Path) -> None:
    text = '[{"student": "ann", "c.i": false, "b.i/depthwise_size": "1x7x7"}, {"student": "bob", "c.i": " f "}]'
    batch = Found(q3, put(tmp_path, "a.json", text)).batches[0]
    assert batch.words["c.i"] == ["FALSE", "f"]
    assert batch.words["b.i/depthwise_size"] == ["1x7x7", None]
    gradient = asked_of("gradient").sheet
    key = next(key for key, answer in gradient.answers.items() if answer.kind == "formula")
    path = put(tmp_path, "f.csv", f"student,{key}\nann,-2*(d-y)@x.T\nbob,{'x+' * 1500}x\ncy,__import__('os')\n")
    found = Found(gradient, path)
    assert found.batches[0].formulas[key] == ["-2*(d-y)@x.T", None, "__import__('os')"]
    assert found.said == [("bob", key, "3,001 characters are too many for a formula", 3)]


def test_a_comma_is_a_thousands_separator_where_thousands_are_asked_for(q3: Sheet, tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", 'student,a.ii/params_fc,a.i/n1\nann,"320,128","6,5"\n')
    assert Found(q3, path).cell("a.ii/params_fc") == [320128]
    assert Found(q3, path).cell("a.i/n1") == [6.5]
    assert Found(q3, path, sign="comma").cell("a.ii/params_fc") == [320.128]


# -- mapping files ----------------------------------------------------------------------------------------------------
FORM = "Timestamp,Email address,Given name,Question 1,Question 2,Score\n1/2/26,a@b.c,Ann,0.86,[1 2 3],5 / 9\n"


def test_a_mapping_file_names_the_columns(q2: Sheet, tmp_path: Path) -> None:
    mapping = put(tmp_path, "map.yaml", "Given name: student\nQuestion 1: c/J\nQuestion 2: b/u1\nScore:\n")
    found = Found(q2, put(tmp_path, "a.csv", FORM), mapping=mapping)
    assert found.students == ["Ann"]
    assert found.cell("c/J") == [0.86]
    assert found.cell("b/u1", 2) == [3]
    assert not found.notices  # the other columns are those of a form


def test_columns_that_name_the_student_together(q2: Sheet, tmp_path: Path) -> None:
    mapping = put(tmp_path, "map.yaml", "Surname: student\nFirst name: student\n")
    path = put(tmp_path, "a.csv", "Surname,First name,c/J\nLi,Ann,0.86\n")
    assert Found(q2, path, mapping=mapping).students == ["Li Ann"]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("Question 1: c/K\n", ["map.yaml:1:13: found 'c/K', expected an answer name or `student`", "'c/"]),
        ("A: [1]\nB: {}\n", ["map.yaml:1:4: found a list of 1", "map.yaml:2:4: found a map of 0"]),
        ("A: c/J\nA: c/y\n", ["map.yaml:2:1: the column 'A' stands here twice"]),
        ("- a\n", ["map.yaml:1:1: found a list of 1, expected a map from column to answer name"]),
        ("Question 11: c/J\n", ["map.yaml:1:1", "has no column 'Question 11'", "did you mean 'Question 1'?"]),
    ],
)
def test_mapping_files_that_are_wrong(q2: Sheet, tmp_path: Path, text: str, messages: list[str]) -> None:
    said = refused(q2, put(tmp_path, "a.csv", FORM), mapping=put(tmp_path, "map.yaml", text))
    for message in messages:
        assert message in said


# -- what is wrong with a whole file ----------------------------------------------------------------------------------
@each(
    ("name", "text", "messages"),
    [
        ("a.csv", "", ["a.csv: the file is empty"]),
        ("a.csv", "\n \n", ["a.csv: the file is empty"]),
        ("a.csv", "student,c/J\n", ["a.csv: holds a header and no answers"]),
        (
            "a.csv",
            b"student,c/J\nann,1\nMalm\xc3\xb6,2\nMalm\xf6,2\n",
            ["a.csv:4: not UTF-8 text: byte 0xf6", "save the file as UTF-8"],
        ),
        ("a.csv", b"\xff\xfe\x00\xd8a\x00", ["a.csv: marked as UTF-16, but not UTF-16 text"]),
        ("a.csv", "student,c/JJ\nann,1\n", ["a.csv:1: column 2, 'c/JJ', is no answer's name", "did you mean 'c/J'?"]),
        ("a.csv", "student,c/J,c/j\nann,1,2\n", ["a.csv:1: column 3, 'c/j', is c/J again, after 'c/J'"]),
        ("a.csv", "c/J,c/y\n1,2\n", ["a.csv:1: no column names the student", "call one `student`"]),
        ("a.csv", "name,email\nann,x\n", ["a.csv:1: no column has the name of an answer"]),
        ("a.json", "", ["a.json: the file is empty"]),
        ("a.json", '[{"student": "ann"},\n 3', ["a.json:2:3: not JSON: Expecting ',' delimiter"]),
        ("a.json", "3", ["a.json: expected a list of students, or an object by student"]),
        ("a.json", "[]", ["a.json: holds no students"]),
        ("a.json", "[" * 100_000, ["a.json: not answers: nested too deeply"]),
        ("a.jsonl", "", ["a.jsonl: the file is empty"]),
        ("missing.csv", None, ["missing.csv: does not exist"]),
        ("missing.yaml", None, ["missing.yaml: does not exist"]),
    ],
)
def test_files_that_cannot_be_marked(
    q2: Sheet, tmp_path: Path, name: str, text: str | bytes | None, messages: list[str]
) -> None:
    path = tmp_path / name if text is None else put(tmp_path, name, text)
    said = refused(q2, path)
    for message in messages:
        assert message in said


def test_a_folder_without_answers(q2: Sheet, tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "student,c/J\nann,1\n")
    assert "is a folder without YAML or JSON files" in refused(q2, tmp_path)


def test_a_quote_that_never_closes(q2: Sheet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_blocks, "BLOCK", 64)
    monkeypatch.setattr(read_blocks, "MOST_BLOCK", 1_000)
    rows = "".join(f"s{i},0.86\n" for i in range(300))
    said = refused(q2, put(tmp_path, "a.csv", f'student,c/J\nann,0.86\n"bob,0.86\n{rows}'))
    assert "a.csv:3: a row of more than 1,000 bytes starts here" in said
    assert "is a quote never closed?" in said


# -- what is wrong with a row or a cell costs itself alone ------------------------------------------------------------
def test_cells_that_cannot_be_read(q2: Sheet, tmp_path: Path) -> None:
    rows = [
        "student,c/J,c/y,b/u1",
        "ann,__import__('os'),0.5,\"[1.3, x, 3.6]\"",
        "bob," + "9" * 400 + ',1/0,"[1, 2]"',
        "cy,0.86,=1+1,",
        "dan," + "x" * 200_000 + ",0.5,",
        "../../x,\x00,0.5,",
    ]
    found = Found(q2, put(tmp_path, "a.csv", "\n".join(rows)))
    assert found.students == ["ann", "bob", "cy", "dan", "../../x"]
    assert found.cell("c/J") == [None, None, 0.86, None, None]
    assert found.cell("c/y") == [0.5, None, None, 0.5, 0.5]
    assert [found.cell("b/u1", row)[0] for row in range(3)] == [1.3, None, 3.6]
    assert sorted(found.said) == sorted(
        [
            ("ann", "c/J", "not a number", 2),
            ("ann", "b/u1[2]", "not a number", 2),
            ("bob", "c/J", "400 characters are too many for a number", 3),
            ("bob", "c/y", "a fraction over 0", 3),
            ("bob", "b/u1", "1×2 numbers, expected 3×1", 3),
            ("cy", "c/y", "not a number", 4),
            ("dan", "c/J", "200,000 characters are too many for a number", 5),
            ("../../x", "c/J", "not a number", 6),
        ]
    )
    assert all(len(trouble.found) <= 80 for trouble in found.troubles)


def test_rows_that_do_not_match_the_header(q2: Sheet, tmp_path: Path) -> None:
    text = "student,c/J,c/y\nann,0.86\nbob,0,86,0,58\n,0.1,0.2\n" + "x" * 300 + ",0.3,0.4\n"
    found = Found(q2, put(tmp_path, "a.csv", text))
    assert found.students == ["ann", "bob", "(line 4)", "x" * 200]
    assert found.cell("c/J") == [0.86, None, 0.1, 0.3]
    assert [(student[:3], reason.partition(":")[0], line) for student, _, reason, line in found.said] == [
        ("ann", "a row of 2 columns, the header has 3", 2),
        ("bob", "a row of 5 columns, the header has 3", 3),
        ("(li", "no student is named", 4),
        ("xxx", "a name of 300 characters is cut", 5),
    ]


def test_lines_count_through_quoted_breaks(q2: Sheet, tmp_path: Path) -> None:
    text = 'student,c/J,b/u1\n"an\nn",0.86,"[1\n2\n3]"\nbob,x,\n'
    found = Found(q2, put(tmp_path, "a.csv", text))
    assert found.students == ["an\nn", "bob"]
    assert found.cell("b/u1", 2) == [3, None]
    assert found.said == [("bob", "c/J", "not a number", 6)]


def test_unknown_and_repeated_entries(q2: Sheet, tmp_path: Path) -> None:
    text = "student,answer,value\nann,c/J,0.86\nann,c/q,3\nann,c/J,0.87\nann,c/J,0.87\nbob,c/y\n"
    found = Found(q2, put(tmp_path, "a.csv", text))
    assert found.students == ["ann", "bob"]
    assert found.cell("c/J") == [0.87, None]
    assert [(cell, reason.partition(";")[0], line) for _, cell, reason, line in found.said] == [
        ("c/q", "no answer has this name", 3),
        ("c/J", "given twice: the later value counts", 4),
    ]


def test_records_that_are_no_answers(q2: Sheet, tmp_path: Path) -> None:
    text = '{"student": "ann", "c/J": {"x": 1}, "b/u1": [[1, 2], [3]]}\n{oops\n[]\n{"c/J": true}\n'
    found = Found(q2, put(tmp_path, "a.jsonl", text))
    assert found.students == ["ann", "(line 4)"]
    assert sorted((student, cell, line) for student, cell, _, line in found.said) == [
        ("(line 2)", "", 2),
        ("(line 3)", "", 3),
        ("(line 4)", "", 4),
        ("(line 4)", "c/J", 4),
        ("ann", "b/u1", 1),
        ("ann", "c/J", 1),
    ]


def test_a_file_that_cannot_be_read_leaves_its_student_blank(q2: Sheet, tmp_path: Path) -> None:
    put(tmp_path, "ann.yaml", "c/J: [1\n")
    put(tmp_path, "bob.yaml", "c/J: 0.86\nc/JJ: 3\n")
    put(tmp_path, "cy.json", "[]")
    put(tmp_path, "dan.yaml", "")
    put(tmp_path, "eve.yaml", b"\xff\xff")
    put(tmp_path, "notes.txt", "")
    found = Found(q2, tmp_path)
    assert found.students == ["ann", "bob", "cy", "dan", "eve"]
    assert found.cell("c/J") == [None, 0.86, None, None, None]
    assert [(student, line) for student, _, _, line in found.said] == [
        ("ann", 2),
        ("bob", 2),
        ("cy", 0),
        ("dan", 1),
        ("eve", 1),
    ]
    assert found.notices == [f"{tmp_path}: ignored, as neither YAML nor JSON: notes.txt"]


def test_files_are_read_here_for_other_machines(q2: Sheet, tmp_path: Path) -> None:
    put(tmp_path, "ann.yaml", "c/J: 0.86\n")
    made = list(local_files(chunks([str(tmp_path)], names(q2), [])))
    assert [student for chunk in made for texts in chunk.texts() for student in texts.students] == ["ann"]


# -- blocks -----------------------------------------------------------------------------------------------------------
FIELDS = st.text(alphabet='ab",;\n 1', max_size=8)


@given(st.lists(st.tuples(FIELDS, FIELDS), min_size=1, max_size=30), st.integers(1, 40))
def test_blocks_hold_whole_rows(rows: list[tuple[str, str]], size: int) -> None:
    import csv

    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(rows)
    data = written.getvalue().encode()
    before, read_blocks.BLOCK = read_blocks.BLOCK, size
    try:
        parts = list(blocks(io.BytesIO(data), "a.csv"))
    finally:
        read_blocks.BLOCK = before
    assert b"".join(part for _, part in parts) == data
    found = [row for _, part in parts for row in csv.reader(io.StringIO(part.decode(), newline=""))]
    assert found == [list(row) for row in rows]
    lines = 1
    for line, part in parts:
        assert line == lines
        lines += part.count(b"\n")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(q2: Sheet, tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    for name in ("a.csv", "a.json", "a.jsonl", "a.yaml"):
        path = put(folder, name, b"student,c/J\n" + data if name == "a.csv" else data)
        with suppress(SpecError):
            found = Found(q2, path)
            assert not found.batches or len(found.students) == len(found.cell("c/J"))
