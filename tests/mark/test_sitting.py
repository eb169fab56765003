"""A sitting: answers one by one give what all at once give, and what a class's file gives."""

from __future__ import annotations

import doctest
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import solver.mark.run
import solver.mark.sitting
from solver.errors import SpecError
from solver.mark.asked import Asked, asked_in
from solver.mark.judge.numbers import Verdict
from solver.mark.out.rows import BY_HAND
from solver.mark.run import Options, run
from solver.mark.sitting import _ORDER, Sitting
from solver.render import format_markdown as markdown
from tests.places import Q2, ROOT
from tests.questions import FEW, asked_of
from tests.trials import times


@pytest.fixture(scope="module")
def q2() -> Asked:
    return asked_of("q2")


def key_of(question: Asked, rng: np.random.Generator) -> dict[str, Any]:
    """The model answer, some of it wrong."""
    made: dict[str, Any] = {}
    for key, answer in question.sheet.answers.items():
        solved = answer.solved
        if answer.kind == "number":
            wrong = rng.random() < 0.2
            values = [
                [solved.form.text(float(x) + wrong) if np.isfinite(x) else "" for x in row]
                for row in solved.written.tolist()
            ]
            made[key] = values[0][0] if answer.shape == (1, 1) else values
        elif answer.kind == "word":
            made[key] = solved.text
        elif answer.kind == "formula":
            made[key] = str(solved.value)
        else:
            made[key] = "in words"
    return made


@pytest.mark.parametrize("name", FEW)
def test_one_by_one_all_at_once_and_from_a_file(name: str, tmp_path: Path) -> None:
    question = asked_of(name)
    answers = key_of(question, np.random.default_rng(5))
    one, whole = Sitting(question, "ann"), Sitting(question, "ann", answers)
    for key, value in list(answers.items())[:: 1 + len(answers) // times(2)]:
        one.answer(key, value)
    one.answer_all(answers)
    assert one.result == whole.result
    assert one.open == whole.open
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"student": "ann", "answers": answers}]))
    stream = io.StringIO()
    run(question, [str(path)], Options(form="json"), stream)
    assert json.loads(stream.getvalue())["students"] == [whole.result]
    assert json.loads(json.dumps(whole.result)) == whole.result
    assert whole.marks["total"] == whole.result["total"]


def test_each_answer_is_judged_as_it_comes(q2: Asked) -> None:
    sitting = Sitting(q2, "ann")
    assert sitting.answer("c/y", 0.81)["verdict"] == "CORRECT"
    assert sitting.answer("c/J", "1.97")["verdict"] == "WRONG"
    assert sitting.answer("c/y", "0.86")["verdict"] == "WRONG"
    assert sitting.reply("c/J")["verdict"] == "FOLLOWED"  # from the wrong y, which came later
    reply = sitting.answer("b/u1[2]", "-4,7")
    assert reply["verdict"] == "BLANK"
    assert [cell["verdict"] for cell in reply["cells"]] == ["BLANK", "CORRECT", "BLANK"]
    assert sitting.marks == {
        "total": 1.5,
        "of": 25,
        "parts": {"a": {"marks": 0, "of": 3}, "b": {"marks": 0.25, "of": 4}, "c": {"marks": 1.25, "of": 4}}
        | {"d": {"marks": 0, "of": 2}, "e": {"marks": 0, "of": 6}, "f": {"marks": 0, "of": 6}},
    }


def test_a_reply_gives_no_value_of_the_key_away(q2: Asked) -> None:
    sitting = Sitting(q2, "ann")
    sitting.answer("c/u3", "9")
    for value in ("7", "1.7", "oops", "0.19"):
        assert "1.66" not in json.dumps(sitting.answer("c/J", value))
    assert "1.66" in json.dumps(sitting.result)


def test_a_later_value_replaces_an_earlier_one(q2: Asked) -> None:
    sitting = Sitting(q2)
    assert sitting.answer("b/u1", "[9, -4.7, 3.6]")["cells"][0]["verdict"] == "WRONG"
    assert sitting.answer("b/u1[1]", "1.3")["verdict"] == "CORRECT"
    assert sitting.answer("b/u1", [[1.3], ["oops"], [3.6]])["troubles"] == ["'oops': not a number"]
    assert sitting.answer("b/u1", "[1 2]") | {"cells": 0} == {
        "answer": "b/u1",
        "verdict": "BLANK",
        "marks": 0,
        "of": 1,
        "troubles": ["'[1 2]': 1×2 numbers, expected 3×1"],
        "cells": 0,
    }
    assert sitting.answer("b/u1", [1.3, -4.7, 3.6])["troubles"] == []
    assert sitting.answer("b/u1", None)["verdict"] == "BLANK"
    assert sitting.state["answers"].keys() == {"b/u1[1]", "b/u1[2]", "b/u1[3]"} or not sitting.state["answers"]
    assert len(sitting.open) == len(q2.sheet.answers)


def test_a_sitting_goes_on_from_its_state(q2: Asked) -> None:
    sitting = Sitting(q2, "ann", {"b/u1": "1,3; -4,7; 3,6", "c/y": "oops"}, "comma")
    later = Sitting(q2, **json.loads(json.dumps(sitting.state)))
    assert later.result == sitting.result
    assert later.state == sitting.state
    assert later.reply("c/y")["troubles"] == ["'oops': not a number"]


def test_what_may_be_asked_next_waits_for_nothing(q2: Asked) -> None:
    question, order = asked_of("example of mlp"), []
    sitting, answers = Sitting(question), key_of(question, np.random.default_rng(0))
    while sitting.next:
        order.append(sitting.next[0])
        sitting.answer(order[-1], answers[order[-1]])
    assert order == list(question.sheet.answers)
    assert sitting.open == []
    assert Sitting(q2).next == ["a/W1", "a/b1", "a/W2", "a/b2", "a/W3", "a/b3", "b/u1"]
    assert "c/J" in Sitting(q2, answers={"c/y": 1}).next


def test_wrong_names_are_all_told(q2: Asked) -> None:
    sitting = Sitting(q2)
    with pytest.raises(SpecError) as caught:
        sitting.answer_all({"b/u9": 1, "c/J": 1, "student": "x", "zz": 2})
    assert [problem.message for problem in caught.value.problems] == [
        "no answer is called 'b/u9'",
        "no answer is called 'student'",
        "no answer is called 'zz'",
    ]
    assert "did you mean" in caught.value.problems[0].hint
    assert sitting.state["answers"] == {}
    with pytest.raises(TypeError, match="not dict"):
        sitting.answer("c/J", {"a": 1})


def test_feedback_is_a_document(q2: Asked) -> None:
    text = markdown.render(Sitting(q2, "ann", {"c/y": "0.86", "c/J": "1.97"}).feedback)
    assert text.startswith("# Question 2: ann — 1.25 of 25 marks\n")
    assert "follows from your earlier value" in text


def test_sittings_in_threads_give_the_same(q2: Asked) -> None:
    """Many students at once at one question, and one sitting that many threads answer."""
    answers = [key_of(q2, np.random.default_rng(k)) for k in range(3)]
    alone = [Sitting(q2, "s", given).result for given in answers]

    def one_by_one(k: int) -> bool:
        given = list(answers[k % 3].items())
        sitting = Sitting(q2 if k % 3 else asked_in(Q2), "s")
        for key, value in given[k::20]:
            sitting.answer(key, value)
        sitting.answer_all(dict(given))
        return sitting.result == alone[k % 3] and bool(sitting.feedback)

    items = list(answers[0].items())
    apart = items[::5]
    shared = Sitting(q2, "s", dict(item for item in items if item not in apart))
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(one_by_one, range(4)))
        list(pool.map(lambda item: shared.answer(*item), apart))
    assert shared.result == alone[0]


def test_every_verdict_has_its_place() -> None:
    assert set(_ORDER) == {BY_HAND, *(verdict.name for verdict in Verdict)}


@pytest.mark.parametrize("module", [solver.mark.sitting, solver.mark.run])
def test_the_examples_of_the_documents_run(module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "problems").symlink_to(ROOT / "problems")
    (tmp_path / "answers.csv").write_text("student,c/J\nann,1.66\nbob,oops\n")
    found = doctest.testmod(module)
    assert found.attempted > 3
    assert found.failed == 0
