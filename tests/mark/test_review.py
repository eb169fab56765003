"""The review list, and a person's readings of it: what is written, filled in and marked again."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from solver.errors import SpecError
from solver.mark.asked import Asked
from solver.mark.review import read_decisions
from solver.mark.run import Options, run
from tests.questions import asked_of

ANSWERS = """student,c/y,c/J,b/u1
ann,y = 0.81 V,l.66,"[1.30, oops, 3.60]"
bob,81%,=1+1,"2,48"
cy,0.81,1.66,
"""


@pytest.fixture(scope="module")
def q2() -> Asked:
    return asked_of("q2")


def marked(asked: Asked, folder: Path, text: str = ANSWERS, form: str = "csv", **options: str) -> list[dict[str, str]]:
    path, marks = folder / "answers.csv", io.StringIO()
    path.write_text(text)
    run(asked, [str(path)], Options(form=form, review=folder / "review.csv", **options), marks)  # type: ignore[arg-type]
    return list(csv.DictReader(io.StringIO(marks.getvalue())))


def listed(folder: Path) -> list[dict[str, str]]:
    with (folder / "review.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_what_could_not_be_read_and_what_was_read_in_part(q2: Asked, tmp_path: Path) -> None:
    rows = marked(q2, tmp_path)
    assert [row["review"] for row in rows] == ["b/u1[2]: oops; c/J: l.66", "b/u1: 2,48; c/J: =1+1", ""]
    assert [(r["student"], r["answer"], r["text"], r["reading"]) for r in listed(tmp_path)] == [
        ("ann", "b/u1[2]", "oops", ""),
        ("ann", "c/J", "l.66", ""),
        ("bob", "b/u1", "2,48", ""),
        ("bob", "c/J", "'=1+1", ""),
        ("ann", "c/y", "y = 0.81 V", "0.81"),
        ("bob", "c/y", "81%", "0.81"),
    ]


def test_readings_of_a_person_count(q2: Asked, tmp_path: Path) -> None:
    before = marked(q2, tmp_path)
    decided = {
        ("ann", "c/J"): "1.66",
        ("ann", "b/u1[2]"): "-4.70",
        ("bob", "b/u1"): "[1.30; -4.70; 3.60]",
        ("bob", "c/y"): "9",
    }
    with (tmp_path / "mine.csv").open("w", newline="") as stream:
        out = csv.DictWriter(stream, ["student", "answer", "text", "reading", "why"], delimiter=";")
        out.writeheader()
        for row in listed(tmp_path):
            out.writerow(row | {"reading": decided.get((row["student"], row["answer"]), row["reading"])})
    after = marked(q2, tmp_path, readings=str(tmp_path / "mine.csv"))
    assert (before[0]["b"], before[0]["c"]) == ("0.75", "1.25")
    assert (after[0]["b"], after[0]["c"], after[0]["review"]) == ("1", "2.5", "")
    assert after[1]["review"] == "c/J: =1+1"  # left open
    assert float(after[1]["c"]) < float(before[1]["c"])  # 81% was corrected to 9
    assert after[2] == before[2]


def test_a_reading_of_another_text_is_not_used(q2: Asked, tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("student,answer,text,reading\nann,c/J,l.66,1.66\n")
    rows = marked(q2, tmp_path, ANSWERS.replace("l.66", "9.99"), readings=str(mine))
    assert rows[0]["c"] == "1.25"
    assert listed(tmp_path)[1]["why"] == "the reading of 'l.66' is not of this text"


def test_words_are_read_by_a_person(tmp_path: Path) -> None:
    q3, mine = asked_of("q3"), tmp_path / "mine.csv"
    mine.write_text("student,answer,text,reading\nann,c.i,Flase,FALSE\n")
    text = "student,c.i\nann,Flase\n"
    assert marked(q3, tmp_path, text)[0]["review"] == "c.i: Flase"
    assert marked(q3, tmp_path, text, readings=str(mine))[0]["review"] == ""


def test_every_output_says_what_is_to_be_looked_at(q2: Asked, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(ANSWERS)
    for form in ("csv", "long", "json", "jsonl", "gradescope", "moodle", "table"):
        marks = io.StringIO()
        run(q2, [str(path)], Options(form=form), marks)
        assert "l.66" in marks.getvalue(), form
        if form == "json":
            ann = json.loads(marks.getvalue())["students"][0]
            assert ann["review"][1] == {"answer": "c/J", "text": "l.66", "reason": "not a number"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("student,total\nann,3\n", "mine.csv:1: found the columns 'student, total'"),
        ("", "mine.csv:1: found the columns"),
        (
            "student,answer,text,reading\na,c/J,x,1\na,c/J,x,2\n",
            "mine.csv:3: another reading of this cell stands above",
        ),
    ],
)
def test_a_list_that_is_none(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mine.csv").write_text(text)
    with pytest.raises(SpecError) as caught:
        read_decisions(str(tmp_path / "mine.csv"))
    assert message in str(caught.value)


# -- attempts ---------------------------------------------------------------------------------------------------------
def attempts(asked: Asked, folder: Path, policy: str, *names: str) -> list[tuple[str, str]]:
    marks = io.StringIO()
    summary = run(asked, [str(folder / name) for name in names], Options(attempts=policy), marks)  # type: ignore[arg-type]
    assert summary.repeated == 1
    return [(row["student"], row["c"]) for row in csv.DictReader(io.StringIO(marks.getvalue()))]


TWICE = {
    "wide": {"a.csv": "student,c/y,c/J\nann,0.81,1.66\nbob,0.81,1.66\n", "b.csv": "student,c/y,c/J\nann,,\n"},
    "one": {"a.csv": "student,c/y,c/J\nann,0.81,1.66\nbob,0.81,1.66\nann,,\n"},
    "json": {"a.json": '[{"student": "ann", "c/y": "0.81", "c/J": 1.66}, {"student": "bob", "c/y": 0.81, "c/J": 1.66}, {"student": "ann"}]'},
    "lines": {"a.jsonl": '{"student": "ann", "c/y": "0.81", "c/J": 1.66}\n{"student": "bob", "c/y": 0.81, "c/J": 1.66}\n{"student": "ann"}\n'},
}  # fmt: skip


@pytest.mark.parametrize("kind", TWICE)
@pytest.mark.parametrize(("policy", "marks"), [("last", "0"), ("first", "2.5"), ("best", "2.5")])
def test_two_attempts_of_a_student(q2: Asked, tmp_path: Path, kind: str, policy: str, marks: str) -> None:
    for name, text in TWICE[kind].items():
        (tmp_path / name).write_text(text)
    found = attempts(q2, tmp_path, policy, *TWICE[kind])
    assert sorted(found) == [("ann", marks), ("bob", "2.5")]


def test_feedback_is_of_the_attempt_that_counts(q2: Asked, tmp_path: Path) -> None:
    for name, text in TWICE["wide"].items():
        (tmp_path / name).write_text(text)
    files = [str(tmp_path / name) for name in TWICE["wide"]]
    run(q2, files, Options(attempts="best", feedback=tmp_path / "out"))
    assert "2.5" in (tmp_path / "out" / "ann.md").read_text()
