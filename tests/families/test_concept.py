"""Concept answers: bullets, TRUE or FALSE, and the letter that two truth values make."""

from typing import Any

import pytest
import yaml

import solver
from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.working.items import Statement
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.places import PROBLEMS
from tests.tables import each

LETTERS = {
    "A": "Both statements are TRUE.",
    "B": "Statement I is TRUE, but statement II is FALSE.",
    "C": "Statement I is FALSE, but statement II is TRUE.",
    "D": "Both statements are FALSE.",
}


def spec(**fields: Any) -> str:
    given = {"family": "concept"} | fields
    return yaml.safe_dump({"title": "T", "parts": [{"label": "a", "given": given}]}, sort_keys=False, width=1000)


def solved(**fields: Any) -> Solution:
    return solve_question(load_text(spec(**fields)).questions[0])


def item(solution: Solution) -> Statement:
    statement = solution["a"].item
    assert isinstance(statement, Statement)
    return statement


def test_points_are_the_answer() -> None:
    solution = solved(points=["The first.", "The second."], why="because")
    assert solution.answers == {"a": "The first. The second."}
    assert item(solution).points == ("The first.", "The second.")
    assert item(solution).points_answer
    assert item(solution).why == "because"


def test_points_that_are_no_sentences_are_parted() -> None:
    assert solved(points=["slower training", "Adam", "why?"]).answers == {"a": "slower training; Adam; why?"}


@pytest.mark.parametrize(("truth", "answer"), [(True, "TRUE"), (False, "FALSE")])
def test_one_statement(truth: bool, answer: str) -> None:
    solution = solved(statement="ReLU is bounded.", truth=truth, why="it equals u")
    assert solution.answers == {"a": answer}
    assert (item(solution).title, item(solution).why) == ("ReLU is bounded.", "it equals u")


@each("first", [True, False])
@each("second", [True, False])
def test_the_letter_says_what_its_option_says(first: bool, second: bool) -> None:
    solution = solved(statements=[{"text": "One.", "truth": first, "why": "so"}, {"text": "Two.", "truth": second}])
    option = LETTERS[solution.answers["a"]].removesuffix(".")
    if option.startswith("Both"):
        assert (option.endswith("TRUE"), option.endswith("TRUE")) == (first, second)
    else:
        assert tuple(half.endswith("TRUE") for half in option.split(", but ")) == (first, second)
    words = {True: "TRUE", False: "FALSE"}
    assert item(solution).points == (f"Statement I: One. {words[first]}: so", f"Statement II: Two. {words[second]}.")
    apart = f"statement I is {words[first]} and statement II is {words[second]}"
    assert item(solution).why == (f"both statements are {words[first]}" if first == second else apart)
    assert not item(solution).points_answer


def test_the_answer_can_be_asked_for_by_a_word() -> None:
    text = spec(points=["One."]).replace("label: a", "label: a\n  find: answer")
    assert solve_question(load_text(text).questions[0]).answers == {"a": "One."}


CLAIM = {"text": "One.", "truth": True}
RIGHT = {"text": "r", "right": True}
PAIR = {"left": "x", "right": "y"}
BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "the answer is missing give one of"),
    ({"why": "because"}, "the answer is missing"),
    ({"points": []}, "points has 0 items, expected at least 1"),
    ({"points": [{"Disadvantage": "slower"}]}, "found a map of 1 for points, expected text quote text that holds :"),
    ({"points": ["a"], "statement": "b", "truth": True}, "points and statement stand in one question"),
    ({"points": ["a"], "statements": [CLAIM, CLAIM]}, "points and statements stand in one question"),
    ({"statement": "b"}, "'truth' is missing"),
    ({"points": ["a"], "truth": True}, "truth without a statement"),
    ({"options": ["a", "b"]}, "no option is right {text: …, right: true} is a right one"),
    ({"options": [RIGHT, "a", "A."]}, "'A.' stands twice in options"),
    ({"options": [RIGHT, "a"], "why": 3, "select": "some"}, "unknown select 'some'"),
    ({"options": [RIGHT, dict(RIGHT, text="x")], "select": "one"}, "one option is to be chosen, but 2 are right"),
    ({"options": [RIGHT]}, "options has 1 item, expected at least 2"),
    ({"select": "one", "points": ["a"]}, "select without options select goes with options"),
    ({"pairs": [PAIR, dict(PAIR, right="z")]}, "'x' stands twice in pairs"),
    ({"pairs": [PAIR, dict(PAIR, left="z")], "extra": ["Y"]}, "'Y' matches something"),
    ({"pairs": [PAIR]}, "pairs has 1 item, expected at least 2"),
    ({"order": ["a", "b", "a"]}, "'a' stands twice in order"),
    ({"fill": "no blank", "blanks": ["a"]}, "there is no blank in the text a blank is ___"),
    ({"fill": "a ___ and ___", "blanks": ["a"]}, "the text has 2 blanks, but blanks has 1"),
    ({"fill": "a ___"}, "the text has a blank, but blanks has 0"),
    ({"fill": "a ___", "blanks": [[]]}, "nothing is right in this blank"),
    ({"order": ["a", "b"], "keywords": ["a"]}, "keywords without points"),
    ({"statement": "b", "truth": "perhaps"}, "found 'perhaps' for truth, expected true or false"),
    ({"statements": [CLAIM]}, "statements has 1 item, expected at least 2"),
    ({"statements": [CLAIM] * 3}, "statements has 3 items, expected at most 2"),
    ({"statements": [CLAIM, {"text": "Two."}]}, "'truth' is missing"),
    ({"statements": [CLAIM, CLAIM], "why": "because"}, "each of two statements has its own"),
    ({"statement": "b", "truth": True, "whi": "c"}, "unknown key 'whi' did you mean 'why'?"),
]


@each(("fields", "message"), BAD)
def test_bad_input(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_text(spec(**fields))
    [problem] = caught.value.problems
    assert message in f"{problem.message} {problem.hint}"
    assert problem.place.line > 1


# -- the model exam ---------------------------------------------------------------------------------------------------


def test_question_1() -> None:
    answers = solver.solve(PROBLEMS / "q1.yaml").answers
    assert answers["a.i/params"] == 45
    assert answers["a.ii/tensor"] == [[[1, 2, 3]], [[7, 8, 9]]]
    for label in ("iii", "iv", "v", "vi", "vii", "viii"):
        assert isinstance(answers[f"a.{label}"], str)
    assert answers["a.iii"].startswith("No")
    assert answers["a.iv"].startswith("Not as a cure")


def test_question_3() -> None:
    answers = solver.solve(PROBLEMS / "q3.yaml").answers
    truths = {"i": "FALSE", "ii": "TRUE", "iii": "FALSE", "iv": "TRUE", "v": "FALSE", "vi": "FALSE"}
    assert {label: answers[f"c.{label}"] for label in truths} == truths
    assert "mean and variance" in answers["b.iii"]


def test_question_4() -> None:
    answers = solver.solve(PROBLEMS / "q4.yaml").answers
    assert [answers[f"b.{label}"] for label in ("i", "ii", "iii")] == ["B", "C", "A"]
    assert "sin" in answers["c.i"]
    assert "generator" in answers["d"]
