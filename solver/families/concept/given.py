"""What a concept question gives: one of its forms, checked."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from solver.families.concept.choices import LETTERS, plain
from solver.spec.fields import AtLeast, AtMost, Kind, Spec, read, text_of
from solver.spec.nodes import Node, Report
from solver.spec.prose.passages import Sentence, Text

MAX_POINTS = 100
MOST = len(LETTERS)

BLANK = re.compile(r"_{3,}")
FORMS = ("points", "statement", "statements", "options", "pairs", "order", "fill")
_EXPECTED = f"give one of: {', '.join(FORMS)}"
_BESIDE = {
    "truth": "statement",
    "select": "options",
    "extra": "pairs",
    "blanks": "fill",
    "keywords": "points",
}
"""Fields that belong to one form."""


class Claim(Spec):
    """One of two statements."""

    text: Annotated[Sentence, "the statement"]
    truth: Annotated[bool, "whether it is true"]
    why: Annotated[Sentence, "the reason"] = ""


class Option(Spec):
    """What may be chosen."""

    text: Annotated[Sentence, "the option"]
    right: Annotated[bool, "whether it is right"] = False
    why: Annotated[Sentence, "the reason"] = ""


class Partners(Spec):
    """What belongs together."""

    left: Annotated[Sentence, "what has a number"]
    right: Annotated[Sentence, "what has a letter"]
    why: Annotated[Sentence, "the reason"] = ""


def _option(node: Node, report: Report, name: str) -> Option | None:
    """A map, or the text of an option that is wrong."""
    return Option(text=text_of(node, report, name)) if node.kind == "scalar" else read(Option, node, report)


class Given(Spec):
    """One question and its answer."""

    points: Annotated[tuple[Text, ...], AtLeast(1), AtMost(MAX_POINTS), "the points of a brief answer"] = ()
    keywords: Annotated[
        tuple[tuple[str, ...], ...],
        AtMost(MAX_POINTS),
        "with points, what a marker looks for in an answer; a list for one of them has several spellings",
    ] = ()
    statement: Annotated[Sentence, "a statement that is TRUE or FALSE"] = ""
    truth: Annotated[bool | None, "whether the statement is true"] = None
    statements: Annotated[tuple[Claim, ...], AtLeast(2), AtMost(2), "two statements, answered A, B, C or D"] = ()
    options: Annotated[
        tuple[Annotated[Option, Kind("text or map", _option)], ...],
        AtLeast(2),
        AtMost(MOST),
        "what may be chosen, lettered from A; text alone is a wrong option, {text: …, right: true} a right one",
    ] = ()
    select: Annotated[
        Literal["one", "several"] | None, "how many options are to be chosen; left out, as many as are right"
    ] = None
    pairs: Annotated[tuple[Partners, ...], AtLeast(2), AtMost(MOST), "what is to be matched, left with right"] = ()
    extra: Annotated[tuple[Sentence, ...], AtMost(MOST), "with pairs, what matches nothing"] = ()
    order: Annotated[
        tuple[Sentence, ...], AtLeast(2), AtMost(MOST), "what is to be put in order, given in the right one"
    ] = ()
    fill: Annotated[Sentence, "a text with blanks, ___ each"] = ""
    blanks: Annotated[
        tuple[tuple[str, ...], ...],
        AtMost(MOST),
        "what stands in each blank; a list for one of them has all that is right there",
    ] = ()
    why: Annotated[Sentence, "the reason behind the answer as a whole"] = ""


def fits(given: Given, report: Report) -> bool:
    """Whether exactly one form is given, and all of it; what does not fit goes to the report."""
    before = len(report.problems)
    forms = [form for form in FORMS if getattr(given, form)]
    if not forms:
        report.add(given.place(), "the answer is missing", _EXPECTED)
    elif len(forms) > 1:
        report.add(given.place(forms[1]), f"{forms[0]} and {forms[1]} stand in one question", _EXPECTED)
    for field, form in _BESIDE.items():
        if getattr(given, field) not in (None, ()) and not getattr(given, form):
            hint = "each of two statements has its own" if field == "truth" and given.statements else ""
            report.add(given.place(field), f"{field} without {_a(form)}", hint or f"{field} goes with {form}")
    if given.statement and given.truth is None:
        report.add(given.place("statement"), "'truth' is missing: is the statement true?", "add truth: true or false")
    if given.why and given.statements:
        report.add(given.place("why"), "why beside two statements", "each of two statements has its own")
    for k, words in enumerate(given.keywords):
        if not all(words) or not words:
            report.add(given.place("keywords", k), "a keyword is empty", "write the word to look for, or leave it out")
    _options(given, report)
    _pairs(given, report)
    _twice(given, "order", given.order, report)
    _blanks(given, report)
    return len(report.problems) == before


def _a(form: str) -> str:
    return "a statement" if form == "statement" else form


def _options(given: Given, report: Report) -> None:
    right = sum(option.right for option in given.options)
    _twice(given, "options", [option.text for option in given.options], report)
    if given.options and not right:
        report.add(given.place("options"), "no option is right", "{text: …, right: true} is a right one")
    elif given.select == "one" and right > 1:
        report.add(given.place("select"), f"one option is to be chosen, but {right} are right", "select: several")


def _pairs(given: Given, report: Report) -> None:
    _twice(given, "pairs", [pair.left for pair in given.pairs], report)
    rights = {plain(pair.right) for pair in given.pairs}
    for i, text in enumerate(given.extra):
        if plain(text) in rights:
            report.add(given.place("extra", i), f"{text[:60]!r} matches something", "extra is what matches nothing")
    _twice(given, "extra", given.extra, report)
    if len(rights) + len(given.extra) > MOST:
        report.add(given.place("extra"), f"more than {MOST} texts to match with", "each has a letter")


def _twice(given: Given, field: str, texts: Sequence[str], report: Report) -> None:
    """Notes what stands twice in a list."""
    seen: set[str] = set()
    for i, text in enumerate(map(plain, texts)):
        if text in seen:
            report.add(given.place(field, i), f"{texts[i][:60]!r} stands twice in {field}")
        seen.add(text)


def _blanks(given: Given, report: Report) -> None:
    if not given.fill:
        return
    found, wanted = len(BLANK.findall(given.fill)), len(given.blanks)
    if not found:
        report.add(given.place("fill"), "there is no blank in the text", "a blank is ___")
    elif found != wanted:
        blanks = "a blank" if found == 1 else f"{found} blanks"
        report.add(given.place("blanks" if wanted else "fill"), f"the text has {blanks}, but blanks has {wanted}")
    for i, words in enumerate(given.blanks):
        if not words:
            report.add(given.place("blanks", i), "nothing is right in this blank", "what stands there, or a list of it")
