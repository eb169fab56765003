"""A question ready to be marked; one serves any number of sittings and runs, in any number of threads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from solver.errors import Place, Problem, SpecError
from solver.mark.decisions import decisions_in
from solver.mark.judge.marks import Plan, plan
from solver.mark.sheet import Sheet, sheet
from solver.spec.reader import load
from solver.working.question import Alternative, Question, Scheme
from solver.working.solution import Solution
from solver.working.solve import solve_question

MAX_ANSWERS = 300
MAX_CELLS = 20_000


@dataclass(frozen=True)
class Asked:
    """What a question asks, how it is marked, and how its marks are shared out."""

    sheet: Sheet
    scheme: Scheme
    plan: Plan


def asked(question: Question, solution: Solution | None = None) -> Asked:
    """A checked question, solved; raises SpecError where it has no solution, or asks for nothing or too much."""
    made, scheme = sheet(solution or solve_question(question)), question.marking or Scheme()
    made.others = {name: sheet(solve_question(other)) for name, other in question.alternatives.items()}
    if not made.answers:
        raise _refused(question.file, "asks for nothing that could be marked")
    cells = sum(rows * columns for rows, columns in (answer.shape for answer in made.answers.values()))
    if len(made.answers) > MAX_ANSWERS or cells > MAX_CELLS:
        found = f"asks for {len(made.answers):,} quantities with {cells:,} numbers in all, too many to be marked"
        raise _refused(question.file, found, f"the most is {MAX_ANSWERS:,} quantities and {MAX_CELLS:,} numbers")
    problems = [problem for other in scheme.alternatives for problem in _misused(other, made)]
    if problems:
        raise SpecError(problems)
    return Asked(made, scheme, plan(made, scheme))


def _misused(other: Alternative, made: Sheet) -> Iterator[Problem]:
    """The answers that another convention is said to be about, and cannot be."""
    for key in other.answers:
        kind = made.answers[key].kind if key in made.answers else "number"
        said = f"the convention {other.name[:60]!r} is about {key[:60]}, "
        if kind == "text":
            yield Problem(other.place, f"{said}which a person marks", "name answers of numbers or of a word")
        elif kind == "formula":
            yield Problem(other.place, f"{said}which is a formula: all that equal the key's count", "leave it out")
        elif kind == "word" and other.times is not None:
            yield Problem(other.place, f"{said}which is no number that `times` could multiply", "given: {…}")


def decided(question: Asked, file: str) -> Asked:
    """The question with a person's decisions from a file; raises SpecError where they do not fit it."""
    scheme = question.scheme.replaced(decisions=decisions_in(file, question.sheet))
    return Asked(question.sheet, scheme, plan(question.sheet, scheme))


def asked_in(file: str | Path) -> Asked:
    """The question in a file, `-` for standard input; raises SpecError."""
    paper, name = load(file), os.fspath(file)
    if paper.exam or len(paper.questions) != 1:
        files = ", ".join(question.file for question in paper.questions[:10])
        raise _refused(name, "is an exam; its questions are marked one by one", files)
    return asked(paper.questions[0])


def _refused(file: str, why: str, hint: str = "") -> SpecError:
    return SpecError([Problem(Place(file), why, hint)])
