"""Choices, matching, ordering, blanks and keywords: what is read, what it earns, and that nothing is gained by guessing."""

import csv
import io
from itertools import permutations
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from solver.mark.asked import Asked, asked
from solver.mark.out.template import template
from solver.mark.run import Options, run
from solver.mark.sitting import Sitting
from solver.spec.reader import load_text
from tests.tables import each


def question(marks: int = 12, marking: dict[str, Any] | None = None, **fields: Any) -> Asked:
    part = {"label": "a", "marks": marks, "given": {"family": "concept"} | fields}
    text = {"title": "T", "parts": [part]} | ({"marking": marking} if marking else {})
    return asked(load_text(yaml.safe_dump(text, sort_keys=False, width=1000)).questions[0])


def earned(asked_: Asked, text: object, name: str = "a") -> float | str:
    """The marks, or why the text could not be read."""
    reply = Sitting(asked_).answer(name, text)
    return reply["troubles"][0] if reply["troubles"] else reply["marks"]


def options(right: str, count: int = 4) -> list[Any]:
    return [{"text": f"option {c}", "right": c in right} for c in "ABCDEFGH"[:count]]


ONE = question(options=options("B"))
SEVERAL = question(options=options("AC", 5))
MATCH = question(pairs=[{"left": c, "right": t} for c, t in zip("xyz", "cab", strict=True)], extra=["d"])
ORDER = question(order=["forward pass", "loss", "backward pass", "update"])
FILL = question(fill="It sums to ___.", blanks=[["1", "one", "unity"]])


@each(
    ("asked_", "text", "marks"),
    [
        (ONE, "B", 12),
        (ONE, " (b) ", 12),
        (ONE, "Option B", 12),
        (ONE, "Option B.", 12),
        (ONE, "option b", 12),  # the option's own text
        (ONE, "A", 0),
        (ONE, "E", 0),
        (ONE, "A or B", "'A or B': not one letter"),
        (SEVERAL, "A, C", 12),
        (SEVERAL, "c and a", 12),
        (SEVERAL, "CA", 12),
        (SEVERAL, "a;c", 12),
        (SEVERAL, "A", 6),
        (SEVERAL, "A, B", 2),  # 1/2 - 1/3
        (SEVERAL, "A, B, C", 8),  # 1 - 1/3
        (SEVERAL, "A, B, D", 0),
        (SEVERAL, "A, B, C, D, E", 0),
        (SEVERAL, "A, F", "'A, F': not all letters that are right, of A to E"),
        (SEVERAL, "A because C", "'A because C': not all letters that are right, of A to E"),
        (MATCH, "1-C, 2-A, 3-B", 12),
        (MATCH, "1C 2a 3:b", 12),
        (MATCH, "3→B; 1→C; 2→A", 12),
        (MATCH, "C, A, B", 12),
        (MATCH, ["C", "A", "B"], 12),
        (MATCH, "CAB", 12),
        (MATCH, "1-C, 2-B, 3-A", 4),
        (MATCH, "1-C", 4),
        (MATCH, "A, A, A", 0),
        (MATCH, "1-D, 2-A, 3-B", 8),
        (MATCH, "1-C, 1-A", "'1-C, 1-A': not a letter for each number, as in 1-X, 2-Y"),
        (MATCH, "4-A", "'4-A': not a letter for each number, as in 1-X, 2-Y"),
        (ORDER, "B, C, A, D", 12),
        (ORDER, "B > C > A > D", 12),
        (ORDER, "bcad", "'bcad': not all letters in order, as in X, Y, …"),
        (ORDER, "BCAD", 12),
        (ORDER, "B, A, C, D", 8),  # 5 of 6 pairs: 2·5/6 - 1
        (ORDER, "D, A, C, B", 0),
        (ORDER, "B, C, A", "'B, C, A': not all letters in order, as in X, Y, …"),
        (FILL, "one", 12),
        (FILL, "1.0", 12),
        (FILL, "Unity.", 12),
        (FILL, "0", 0),
    ],
)
def test_what_an_answer_earns(asked_: Asked, text: object, marks: float | str) -> None:
    assert earned(asked_, text) == marks


def test_several_blanks_are_answers_of_their_own() -> None:
    asked_ = question(fill="___ by ___", blanks=["rows", ["columns", "cols"]])
    assert list(asked_.sheet.answers) == ["a/blank1", "a/blank2"]
    assert (earned(asked_, "rows", "a/blank1"), earned(asked_, "cols", "a/blank2")) == (6, 6)
    assert earned(asked_, "colums", "a/blank2") == "'colums': a word that is misspelt, or another one?"


def test_one_right_option_of_several_to_choose() -> None:
    asked_ = question(options=options("B"), select="several")
    assert (earned(asked_, "B"), earned(asked_, "A, B"), earned(asked_, "A, B, C, D")) == (12, 8, 0)


def test_all_or_nothing_gives_no_partial_marks() -> None:
    asked_ = question(marking={"share": "all-or-nothing"}, options=options("AC", 5))
    assert (earned(asked_, "A"), earned(asked_, "A, C")) == (0, 12)


@given(st.data())
def test_ticking_everything_earns_nothing(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 8))
    letters = "ABCDEFGH"[:count]
    right = data.draw(st.sets(st.sampled_from(letters), min_size=1, max_size=count - 1))
    item = question(select="several", options=options("".join(right), count)).sheet.answers["a"].solved.item
    assert item.share(", ".join(letters)) == 0
    assert item.share(", ".join(sorted(right))) == 1
    ticked = data.draw(st.sets(st.sampled_from(letters)))
    share = item.share(", ".join(sorted(ticked)))
    assert share is not None
    assert 0 <= share <= 1
    assert (share == 1) == (ticked == right)


def test_chance_earns_little_in_an_order() -> None:
    item = ORDER.sheet.answers["a"].solved.item
    shares = [item.share(", ".join(order)) or 0.0 for order in permutations("ABCD")]
    assert sum(share == 1 for share in shares) == 1
    assert sum(shares) / len(shares) < 0.2


@given(st.permutations(["a", "b", "c", "d"]), st.permutations("ABCD"))
def test_one_letter_everywhere_matches_nothing(rights: list[str], said: list[str]) -> None:
    item = question(pairs=[{"left": str(k), "right": t} for k, t in enumerate(rights)]).sheet.answers["a"].solved.item
    key = dict(pair.split("-") for pair in str(item.answer).split(", "))
    mine = dict(zip("1234", said, strict=True))
    assert item.share(", ".join(f"{n}-{c}" for n, c in mine.items())) == sum(key[n] == mine[n] for n in key) / 4
    assert item.share("1-A, 2-A, 3-A, 4-A") == 0
    assert [c for _, c in sorted(key.items())] != list("ABCD")  # the order of the letters tells nothing


def test_the_form_shows_what_there_is_to_choose_from_and_not_what_is_right() -> None:
    form = template(ORDER.sheet, "markdown")
    assert form.index("A. backward pass") < form.index("B. forward pass")
    assert "all letters in order" in template(ORDER.sheet, "yaml")
    assert "right" not in template(ONE.sheet, "markdown")


def test_partly_right_answers_are_told_and_counted(tmp_path: Path) -> None:
    path, marks = tmp_path / "answers.csv", io.StringIO()
    path.write_text('student,a\nann,"A, C"\nbob,A\ncy,"B, D"\ndi,\n')
    run(SEVERAL, [str(path)], Options(form="long", show="hints"), marks)
    rows = [(row["verdict"], row["marks"], row["reason"]) for row in csv.DictReader(io.StringIO(marks.getvalue()))]
    assert rows == [
        ("CORRECT", "12", ""),
        ("WRONG", "6", "right in part"),
        ("WRONG", "0", ""),
        ("BLANK", "0", "no answer"),
    ]


def test_keywords_help_a_person(tmp_path: Path) -> None:
    asked_ = question(points=["It collapses to one linear layer."], keywords=["linear", ["one", "single"], "collaps"])
    path, marks, review = tmp_path / "answers.csv", io.StringIO(), tmp_path / "review.csv"
    path.write_text("student,a\nann,a single Linear map\nbob,nonlinear\ncy,\n")
    run(asked_, [str(path)], Options(review=review), marks)
    rows = [(row["student"], row["why"]) for row in csv.DictReader(io.StringIO(review.read_text()))]
    assert rows == [
        ("ann", "a: marked by a person; says linear, one; lacks collaps"),
        ("bob", "a: marked by a person; lacks linear, one, collaps"),
    ]
    assert "a (by hand)" in marks.getvalue()
