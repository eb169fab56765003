"""What students are told has no number of the key, unless more is to be shown."""

from __future__ import annotations

import io
import re
from functools import cache

import numpy as np
import pytest

from solver.mark.asked import Asked
from solver.mark.judge.grade import grade_batch
from solver.mark.out.formats import writer
from solver.mark.records import Graded, Show
from solver.mark.tell.feedback import feedback
from solver.render.format_markdown import render
from tests.mark.simulate import key_of
from tests.questions import FEW, asked_of
from tests.tables import each
from tests.trials import times

FORMATS = ("gradescope", "moodle", "json", "long", "csv")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@cache
def one(name: str, seed: int) -> Graded:
    """A student with about half of the answers wrong, far off, and some left out."""
    question, rng = asked_of(name), np.random.default_rng(seed)
    made = key_of(question.sheet, 1)
    for key, values in made.batch.values.items():
        wrong = rng.random(values.shape) < 0.5
        values[wrong] = np.round(rng.uniform(50, 900, values.shape), 3)[wrong]
        made.batch.values[key] = np.where(rng.random(values.shape) < 0.2, np.nan, values)
    return grade_batch(question.sheet, question.scheme, made)


def told(question: Asked, graded: Graded, form: str, show: Show | None) -> set[str]:
    """The numbers in an output."""
    if form == "feedback":
        said = render(feedback(question.sheet, graded, 0, question.plan, show or "hints"))
    else:
        stream = io.StringIO()
        to = writer(form, stream, question.sheet, question.scheme, show)
        to.open()
        to.add(graded)
        to.close()
        said = stream.getvalue()
    return set(_NUMBER.findall(said))


def secrets(question: Asked, graded: Graded) -> set[str]:
    """The key's numbers that the student did not write; those of one digit stand everywhere."""
    found: set[str] = set()
    wrote: set[str] = set()
    for key, answer in question.sheet.answers.items():
        if answer.kind == "number":
            form = answer.solved.form
            given = graded.submissions.batch.values[key][0]
            for right, written in zip(answer.solved.written.ravel().tolist(), given.ravel().tolist(), strict=True):
                text = form.text(abs(right)) if np.isfinite(right) else ""
                found.add(text)
                wrote |= {text} if written == right else set()
    return {text for text in found - wrote if len(text) > 1}


@pytest.mark.parametrize("form", ["feedback", *FORMATS])
@each("name", FEW)
def test_no_number_of_the_key(name: str, form: str) -> None:
    question = asked_of(name)
    usual: Show | None = None if form in ("feedback", "gradescope", "moodle") else "hints"
    for seed in range(times(1)):
        graded = one(name, seed)
        marks_alone = told(question, graded, form, "marks")
        assert not (told(question, graded, form, usual) - marks_alone) & secrets(question, graded), seed


def test_the_test_sees_them() -> None:
    question = asked_of("q2")
    graded = one("q2", 0)
    for form in ("feedback", "gradescope", "moodle", "json", "long"):
        assert (told(question, graded, form, "key") - told(question, graded, form, "marks")) & secrets(
            question, graded
        ), form
