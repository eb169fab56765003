"""Concept questions: an answer in words, TRUE or FALSE, or the letter for two statements.

One of three forms is given:
points: brief answers, one bullet each;
statement and truth: one statement to call TRUE or FALSE;
statements: two statements, answered A (both are TRUE), B (only I), C (only II) or D (neither).

The answer has no name of its own: it goes by the label of its part.
"""

from typing import Annotated

from solver.spec.fields import AtLeast, AtMost, Spec
from solver.spec.nodes import Report
from solver.working.page import Working

EXAMPLE = """
title: Concepts
parts:
  - label: a
    marks: 1
    prompt: Why are activation functions nonlinear?
    given:
      family: concept
      points:
        - Layers without a nonlinear function between them act like a single linear layer.
  - label: b
    marks: 1
    prompt: TRUE or FALSE?
    given:
      family: concept
      statement: Dropout is active during training only.
      truth: true
      why: at test time every neuron is kept, so that the output does not depend on chance
  - label: c
    marks: 2
    prompt: A (both statements are TRUE), B (only I), C (only II) or D (neither)?
    given:
      family: concept
      statements:
        - {text: The sigmoid function lies between 0 and 1., truth: true, why: 1 + exp(-u) is greater than 1}
        - {text: The ReLU function is bounded above., truth: false, why: it equals u for every positive u}
"""

MAX_POINTS = 100

_LETTERS = {(True, True): "A", (True, False): "B", (False, True): "C", (False, False): "D"}
_FORMS = ("points", "statement", "statements")
_EXPECTED = "give one of: points; statement with truth; statements"


class Claim(Spec):
    """One of two statements."""

    text: Annotated[str, "the statement"]
    truth: Annotated[bool, "whether it is true"]
    why: Annotated[str, "the reason"] = ""


class Given(Spec):
    """One question and its answer."""

    points: Annotated[tuple[str, ...], AtLeast(1), AtMost(MAX_POINTS), "the points of a brief answer"] = ()
    statement: Annotated[str, "a statement that is TRUE or FALSE"] = ""
    truth: Annotated[bool | None, "whether the statement is true"] = None
    statements: Annotated[tuple[Claim, ...], AtLeast(2), AtMost(2), "two statements, answered A, B, C or D"] = ()
    why: Annotated[str, "the reason behind the points, or behind the truth of the statement"] = ""


def work(given: Given, report: Report) -> Working:
    """The answer as one statement without a name; forms that are mixed or incomplete go to the report."""
    working = Working()
    if not _fits(given, report):
        return working
    if given.points:
        working.statement("", _joined(given.points), points=given.points, why=given.why, points_answer=True)
    elif given.statement:
        working.statement("", _called(bool(given.truth)), given.statement, why=given.why)
    else:
        _letter(given.statements, working)
    working.group("answer", [""])
    return working


def _fits(given: Given, report: Report) -> bool:
    """Whether exactly one form is given, and all of it."""
    before = len(report.problems)
    forms = [form for form in _FORMS if getattr(given, form)]
    if not forms:
        report.add(given.place(), "the answer is missing", _EXPECTED)
    elif len(forms) > 1:
        report.add(given.place(forms[1]), f"{forms[0]} and {forms[1]} stand in one question", _EXPECTED)
    if given.statement and given.truth is None:
        report.add(given.place("statement"), "'truth' is missing: is the statement true?", "add truth: true or false")
    if given.truth is not None and not given.statement:
        hint = "each of two statements has its own" if given.statements else "truth goes with statement"
        report.add(given.place("truth"), "truth without a statement", hint)
    if given.why and given.statements:
        report.add(given.place("why"), "why beside two statements", "each of two statements has its own")
    return len(report.problems) == before


def _joined(points: tuple[str, ...]) -> str:
    """The points in one line: sentences follow one another, other points are parted by semicolons."""
    sentences = all(point.rstrip().endswith((".", "?", "!")) for point in points)
    return (" " if sentences else "; ").join(point.strip() for point in points)


def _letter(claims: tuple[Claim, ...], working: Working) -> None:
    """The letter for two statements, with the truth of each."""
    first, second = claims
    points = [
        f"Statement {n}: {claim.text.strip()} {_verdict(claim)}" for n, claim in zip(("I", "II"), claims, strict=True)
    ]
    why = f"statement I is {_called(first.truth)} and statement II is {_called(second.truth)}"
    working.statement("", _LETTERS[first.truth, second.truth], points=points, why=why)


def _verdict(claim: Claim) -> str:
    return f"{_called(claim.truth)}: {claim.why.strip()}" if claim.why.strip() else f"{_called(claim.truth)}."


def _called(truth: bool) -> str:
    return "TRUE" if truth else "FALSE"
