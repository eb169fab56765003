"""Values that a reader tries while a page is revealed line by line."""

from __future__ import annotations

import io
import sys
from contextlib import nullcontext

import pytest

from solver.cli import step
from solver.cli.step import _Stepping, step_through
from solver.render.views.view import WHOLE
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.tables import each

QUESTION = """title: t
marking:
  alternatives: [{name: c without b, answers: [a/c], times: 1/4}, {name: another a, given: {quantities: {a: 3, b: 4}}}]
given: {family: formula, quantities: {a: 2.5, b: 4}, formulas: [c = a*b]}
parts: [{label: a, marks: 4, find: c}]
"""


@each(("said", "verdict"), [("10", "right"), ("2.50", "right"), ("12", "right"), ("11", "not right")])
def test_values_are_judged_as_the_question_says(said: str, verdict: str) -> None:
    question = load_text(QUESTION).questions[0]
    stepping = _Stepping(question, solve_question(question), WHOLE)
    assert stepping.verdict("a/c", said).partition(";")[0] == verdict


def test_what_may_take_long_is_done_under_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    barred: list[str] = []
    monkeypatch.setattr(step, "Progress", lambda words: nullcontext(barred.append(words)))
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n9\nq\n"))
    question = load_text(QUESTION).questions[0]
    step_through([question], [solve_question(question)], WHOLE)
    assert barred == ["writing", "solving"]
