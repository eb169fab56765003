"""Concept questions: an answer in words, TRUE or FALSE, letters of options, pairs or an order, words for blanks.

One of these forms is given:
points: brief answers, one bullet each, marked by a person; keywords help: the review list says which an answer has;
statement and truth: one statement to call TRUE or FALSE;
statements: two statements, answered A (both are TRUE), B (only I), C (only II) or D (neither);
options: multiple choice, answered `B`, or, where several are right, `A, C`. Partial marks are the share of the right
options that is ticked less the share of the wrong ones, so that ticking all earns nothing;
pairs: matching, answered `1-C, 2-A`. Each right pair earns as much, unless its letter stands more often than it should;
order: ordering, answered `C, A, B`. Partial marks are how many more pairs stand in the right order than in the wrong
one, as a share of all pairs: chance, or less, earns nothing;
fill and blanks: a text with ___ for each blank, a word for each.

What is matched or put in order gets its letters in the order of the alphabet, or the other way round where that would
tell the answer; `nnsolve template --format markdown` shows it to who answers. `marking: {share: all-or-nothing}` gives
no partial marks.

The answer has no name of its own: it goes by the label of its part. Several blanks are blank1, blank2 …

find: answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from solver.families.concept.choices import (
    LETTERS,
    Blank,
    Brief,
    Choice,
    Choices,
    Matching,
    Ordering,
    plain,
    spread_letters,
)
from solver.families.concept.given import BLANK, Claim, Given, fits
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
      keywords: [linear, [single, one, collapse]]
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
  - label: d
    marks: 2
    prompt: Which of these are activation functions?
    given:
      family: concept
      options:
        - {text: ReLU, right: true}
        - {text: cross-entropy, why: it is a loss}
        - {text: tanh, right: true}
        - Adam
  - label: e
    marks: 2
    prompt: Match each function with its range.
    given:
      family: concept
      pairs:
        - {left: sigmoid, right: 0 to 1}
        - {left: tanh, right: -1 to 1}
      extra: [0 to infinity]
  - label: f
    marks: 2
    prompt: Put the steps of training in order.
    given: {family: concept, order: [forward pass, loss, backward pass, update]}
  - label: g
    marks: 1
    prompt: Fill in the blank.
    given: {family: concept, fill: The outputs of softmax sum to ___., blanks: [[1, one]]}
"""

_VERDICTS = {(True, True): "A", (True, False): "B", (False, True): "C", (False, False): "D"}


def work(given: Given, report: Report) -> Working:
    """The answer as statements; forms that are mixed or incomplete go to the report."""
    working = Working()
    if not fits(given, report):
        return working
    forms: dict[str, Callable[[Given, Working], None]] = {
        "points": _brief,
        "statement": _truth,
        "statements": _letter,
        "options": _options,
        "pairs": _pairs,
        "order": _order,
        "fill": _fill,
    }
    next(form for name, form in forms.items() if getattr(given, name))(given, working)
    working.group("answer", list(working.items))
    return working


def _brief(given: Given, working: Working) -> None:
    """Points, which are the answer."""
    points, words = given.points, [" or ".join(words) for words in given.keywords]
    looks = f"a marker looks for {', '.join(words)}" if words else ""
    why = "; ".join(filter(None, (given.why, looks)))
    item = Brief("", _joined(points), points=points, why=why, points_answer=True, keywords=given.keywords)
    working.add(item)


def _joined(points: Sequence[str]) -> str:
    """The points in one line: sentences follow one another, other points are parted by semicolons."""
    sentences = all(point.rstrip().endswith((".", "?", "!")) for point in points)
    return (" " if sentences else "; ").join(point.strip() for point in points)


def _truth(given: Given, working: Working) -> None:
    working.statement("", _called(bool(given.truth)), given.statement, why=given.why)


def _letter(given: Given, working: Working) -> None:
    """The letter for two statements, with the truth of each."""
    first, second = given.statements
    offered = [f"Statement {n}: {claim.text.strip()}" for n, claim in (("I", first), ("II", second))]
    points = [f"{said} {_verdict(claim)}" for said, claim in zip(offered, given.statements, strict=True)]
    one, other = _called(first.truth), _called(second.truth)
    why = f"both statements are {one}" if one == other else f"statement I is {one} and statement II is {other}"
    working.statement("", _VERDICTS[first.truth, second.truth], points=points, why=why, offered=offered)


def _verdict(claim: Claim) -> str:
    return f"{_called(claim.truth)}: {claim.why.strip()}" if claim.why.strip() else f"{_called(claim.truth)}."


def _called(truth: bool) -> str:
    return "TRUE" if truth else "FALSE"


def _options(given: Given, working: Working) -> None:
    """The letters of the right options."""
    options = tuple(option.text.strip() for option in given.options)
    right = [LETTERS[i] for i, option in enumerate(given.options) if option.right]
    last, count = LETTERS[len(options) - 1], len(options)
    points = tuple(
        f"{line}: {'right' if option.right else 'wrong'}{_reason(option.why)}"
        for line, option in zip(_lettered(options), given.options, strict=True)
    )
    offered = tuple(_lettered(options))
    if given.select == "several" or len(right) > 1:
        asks = f"all letters that are right, of A to {last}"
        working.add(Choices("", ", ".join(right), "", points, given.why, asks=asks, offered=offered, count=count))
    else:
        asks = f"a letter, A to {last}"
        working.add(Choice("", right[0], "", points, given.why, asks=asks, offered=offered, options=options))


def _lettered(texts: Sequence[str]) -> list[str]:
    return [f"{letter}. {text.strip()}" for letter, text in zip(LETTERS, texts, strict=False)]


def _reason(why: str) -> str:
    return f", {why.strip()}" if why.strip() else ""


def _pairs(given: Given, working: Working) -> None:
    """The letter that belongs to each number."""
    rights = list({plain(pair.right): pair.right.strip() for pair in given.pairs}.values())
    texts = spread_letters([*rights, *(text.strip() for text in given.extra)], rights)
    letters = {plain(text): letter for letter, text in zip(LETTERS, texts, strict=False)}
    made = [letters[plain(pair.right)] for pair in given.pairs]
    lefts = [f"{n}. {pair.left.strip()}" for n, pair in enumerate(given.pairs, 1)]
    points = [
        f"{left}: {letter}, {pair.right.strip()}{_reason(pair.why)}"
        for left, letter, pair in zip(lefts, made, given.pairs, strict=True)
    ]
    points += [f"{letters[plain(text)]}, {text.strip()}: matches nothing" for text in given.extra]
    answer = ", ".join(f"{n}-{letter}" for n, letter in enumerate(made, 1))
    asks, offered = "a letter for each number, as in 1-X, 2-Y", (*lefts, *_lettered(texts))
    working.add(Matching("", answer, "", tuple(points), given.why, asks=asks, offered=offered, count=len(texts)))


def _order(given: Given, working: Working) -> None:
    """The letters in the right order."""
    right = [text.strip() for text in given.order]
    texts = spread_letters(right, right)
    letters = {text: letter for letter, text in zip(LETTERS, texts, strict=False)}
    points = tuple(f"{letters[text]}. {text}" for text in right)
    answer, offered = ", ".join(letters[text] for text in right), tuple(_lettered(texts))
    working.add(
        Ordering("", answer, "", points, given.why, asks="all letters in order, as in X, Y, …", offered=offered)
    )


def _fill(given: Given, working: Working) -> None:
    """What stands in each blank."""
    count = len(given.blanks)
    numbers = iter(range(1, count + 1))
    text = given.fill.strip() if count == 1 else BLANK.sub(lambda _: f"___({next(numbers)})", given.fill.strip())
    for k, words in enumerate(given.blanks, 1):
        others = f"also right: {', '.join(words[1:])}" if len(words) > 1 else ""
        why = "; ".join(filter(None, (others, given.why if k == count else "")))
        name, title = ("", text) if count == 1 else (f"blank{k}", text if k == 1 else f"Blank {k}")
        asks = "what stands in the blank" if count == 1 else f"what stands in blank {k}"
        offered = (text,) if k == 1 else ()
        working.add(Blank(name, words[0].strip(), title, (), why, asks=asks, offered=offered, accepted=words))
