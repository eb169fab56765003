"""Feedback: the student's own numbers in the lecturer's lines, the mistake's name, marks that add up, safe files."""

import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.formula.print.printer_text import words_text
from solver.mark.judge.numbers import Verdict
from solver.mark.records import SHOWS, Show, Trouble
from solver.mark.tell.feedback import GUARDED, feedback, write_feedback
from solver.mark.tell.feedback_files import feedback_file, file_stem, participants_in
from solver.mark.tell.own import OwnNumbers
from solver.render.blocks import Heading, Table
from solver.render.format_markdown import render
from tests.mark.planted import SHEETS, graded
from tests.tables import each
from tests.trials import CHARACTERS

Q2 = SHEETS["q2"]


def text(wrong: dict[str, object], name: str = "q2", show: Show = "key") -> str:
    made = SHEETS[name]
    found = graded(made, ["ann", "bob"], {(1, key): value for key, value in wrong.items()})
    return render(feedback(made, found, 1, show=show))


def test_all_right_is_short() -> None:
    said = text({})
    assert "25 of 25 marks" in said
    assert "wrong" not in said
    assert "aligned" not in said


def test_own_numbers_in_the_lines() -> None:
    """h1 follows from the student's u1, and its line shows that u1."""
    said = text({"b/u1": [0.8, -5.2, 3.1], "b/h1": [0.66, -1.0, 0.3]})
    assert r"\tanh\begin{pmatrix} 0.80 \\ -5.20 \\ 3.10 \end{pmatrix}" in said
    assert "bias forgotten" in said
    assert "1 follows from your earlier value" in said
    assert "bias forgotten" in text({"b/u1": [0.8, -5.2, 3.1]}, show="hints")


def test_blank_upstream_is_recomputed() -> None:
    said = text({"b/u2": [np.nan, np.nan], "b/h2": [0.5, 0.5]}, show="lines")
    assert r"\tanh\begin{pmatrix} 2.48 \\ 7.20 \end{pmatrix}" in said


def test_guarded_is_explained() -> None:
    said = text({"e/grad_u2": [0.0, 0.0], "e/grad_u1": [0.0, 0.0, 0.0]})
    assert GUARDED in said


def test_unwritten_steps_are_shown() -> None:
    """The parameters of a filter stand before those of the layer, with the student's own F1 in them."""
    said = text({"a.i/F1": 6, "a.ii/params_conv1": 3528}, "q3")
    assert r"&= 12 \cdot 6 \cdot 6 + 1" in said
    assert r"&= 433 \cdot 6" in said


def test_the_equation_is_solved_from_the_question() -> None:
    """A wrong unknown does not stand in its own equation."""
    said = text({"a.i/F1": 6}, "q3")
    assert "+ 1 left out" in said
    assert r"49 &= \frac{55 - F_1 + 2 \cdot 0}{1} + 1" in said
    assert "55" not in text({"a.i/F1": 6}, "q3", "hints")


def test_three_errors_are_a_page_and_a_blank_script_a_few_lines() -> None:
    wrong = {"b/u1": [0.8, -5.2, 3.1], "c/J": 9.0, "f/grad_W1": [[1, 2, 3], [4, 5, 6]]}
    lengths = {show: len(text(wrong, show=show).splitlines()) for show in SHOWS}
    assert lengths["marks"] < lengths["hints"] < 40
    assert lengths["lines"] < 80
    blank: dict[str, object] = {key: np.full(answer.shape, np.nan) for key, answer in Q2.answers.items()}
    assert len(text(blank).splitlines()) == 3


def test_words() -> None:
    assert "expected: FALSE" in text({"c.i": "TRUE"}, "q3")
    assert "FALSE" not in text({"c.i": "TRUE"}, "q3", "lines")


def test_nothing_follows() -> None:
    """A value from which no logarithm exists leads to the key's lines."""
    said = text({"c/y": 1.0, "c/J": 3.0})
    assert "Nothing can be worked out from your earlier values" in said
    assert r"-\ln(0.19)" in said
    assert "0.19" not in text({"c/y": 1.0, "c/J": 3.0}, show="lines")


def test_unreadable() -> None:
    trouble = Trouble("bob", "c/J", "<script>", "not a number")
    found = graded(Q2, ["ann", "bob"], {(1, "c/J"): np.nan}, [trouble])
    said = render(feedback(Q2, found, 1))
    assert "not a number" in said
    assert re.findall(r".<script", said) == [r"\<script"]
    assert "not a number" not in render(feedback(Q2, found, 0))


def test_marks_add_up() -> None:
    found = graded(Q2, ["ann"], {(0, "b/u1"): [9.0, -4.7, 3.6], (0, "f/grad_W1"): np.full((2, 3), np.nan)})
    blocks = feedback(Q2, found, 0)
    heads = {words_text(b.words): Decimal(b.aside.split()[0]) for b in blocks if isinstance(b, Heading)}
    (table,) = (b for b in blocks if isinstance(b, Table) and b.header[0] == "part")
    parts = {row[0][0]: Decimal(row[1][0].split()[0]) for row in table.rows}  # type: ignore[index, union-attr]
    total = heads.pop("Question 2: ann")
    assert heads.items() <= parts.items()
    assert total == sum(parts.values())
    assert total == Decimal(repr(round(float(sum(m[0] for m in found.marks.values())), 6)))


def test_every_line_follows_from_the_student() -> None:
    """The last line of each working is the value that was expected, wherever the judge expects one."""
    wrong = {"b/u1": [2.0, -1.0, 0.5], "b/h1": [0.96, -0.76, 0.46], "c/u3": 0.5, "d/df1": [0.1, 0.2, 0.3]}
    found = graded(Q2, ["ann"], {(0, key): value for key, value in wrong.items()})
    own = OwnNumbers(Q2, found, 0)
    for key, answer in Q2.answers.items():
        lines = own.lines(answer.solved)
        last = lines[-1][-1].right
        own_way = found.judged[key].verdicts[0] < Verdict.CORRECT
        off = np.abs(last.value - found.judged[key].expected[0])  # type: ignore[union-attr]
        assert (off[own_way] <= 0.0051).all(), key


# -- files -------------------------------------------------------------------------------------------------------------
HOSTILE = [
    "../../etc/passwd",
    "a/b",
    "..",
    "",
    "CON",
    "ann\n",
    "ann",
    "Ann",
    "ANN",
    "x" * 300,
    "名前",
    "=HYPERLINK()",
    "a\0b",
]


def test_names_make_safe_files(tmp_path: Path) -> None:
    found = graded(Q2, HOSTILE, {})
    made = write_feedback(tmp_path / "out", Q2, found)
    assert len({path.name.lower() for path in made}) == len(HOSTILE)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in made)
    assert all(path.parent == tmp_path / "out" for path in made)
    again = write_feedback(tmp_path / "out", Q2, found)
    assert again == made


def test_one_name_twice(tmp_path: Path) -> None:
    made = write_feedback(tmp_path, Q2, graded(Q2, ["ann", "ann"], {}))
    assert [path.name for path in made] == ["ann.md", "ann.2.md"]


@given(st.text(CHARACTERS, max_size=60))
def test_stem(student: str) -> None:
    stem = file_stem(student)
    assert re.fullmatch(r"[a-z0-9_-]{1,60}", stem)
    assert stem.strip("-_")


@given(st.text(CHARACTERS, max_size=20), st.text(CHARACTERS, max_size=20))
def test_stems_differ(one: str, other: str) -> None:
    assert (file_stem(one) == file_stem(other)) == (one == other)


WORKSHEET = """\
Identifier,Full name,ID number,Email address,Status,Grade
Participant 41,Ann Example,007,ann@x.org,Submitted,
Participant 42,"Bob / O'Neil_jr",008,bob@x.org,Submitted,
Participant 43,Cy,009,cy@x.org,,
Participant 44,Cy,010,cy2@x.org,,
"""


def test_moodle_takes_the_tree(tmp_path: Path) -> None:
    """Folders have the participant's number, whatever the student is known by; who is not known has a file."""
    (tmp_path / "sheet.csv").write_text("\ufeff" + WORKSHEET, encoding="utf-8")
    known = participants_in(str(tmp_path / "sheet.csv"))
    students = ["ann@x.org", "008", "Participant 44", "cy", "Di Doe_77_assignsubmission_file_answers"]
    made = write_feedback(tmp_path / "out", Q2, graded(Q2, students, {}), participants=known)
    assert [path.relative_to(tmp_path / "out").as_posix() for path in made] == [
        "Ann Example_41_assignsubmission_file_/feedback.md",
        "Bob - O'Neil-jr_42_assignsubmission_file_/feedback.md",
        "Cy_44_assignsubmission_file_/feedback.md",
        "cy.md",
        "Di Doe_77_assignsubmission_file_/feedback.md",
    ]
    assert all(path.is_file() for path in made)


@each("student", ["../../x_1_assignsubmission_file_", "a\\b_2_assignsubmission_file_", ".._3_assignsubmission_file_"])
def test_a_submission_of_moodle_stays_in_its_folder(student: str) -> None:
    folder, slash, page = feedback_file(student).partition("/")
    assert (slash, page) == ("/", "feedback.md")
    assert not folder.startswith(".")
    assert "\\" not in folder


def test_no_worksheet(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text("name,mark\n")
    with pytest.raises(SpecError, match="expected Identifier"):
        participants_in(str(tmp_path / "sheet.csv"))


def test_a_name_that_looks_hashed() -> None:
    assert file_stem(file_stem("Ann")) != file_stem("Ann")


def test_an_interrupted_file_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("solver.files.os.replace", fail)
    with pytest.raises(SpecError, match="disk full"):
        write_feedback(tmp_path, Q2, graded(Q2, ["ann"], {}))
    assert list(tmp_path.iterdir()) == []


def test_a_student_is_plain_words() -> None:
    said = render(feedback(Q2, graded(Q2, ["<img src=x onerror=alert(1)> [x](javascript:1)"], {}), 0))
    assert re.findall(r".<img", said) == [r"\<img"]
    assert r"\[x\](" in said
