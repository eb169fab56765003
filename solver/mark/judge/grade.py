"""Grading a batch of students: a pure function from what they wrote to verdicts, mistakes and marks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solver.mark.judge.acceptance import judge
from solver.mark.judge.behind import acquit
from solver.mark.judge.conventions import judge_alternatives, judge_other_words
from solver.mark.judge.diagnose import Named, name_mistakes
from solver.mark.judge.fillers import alike, review
from solver.mark.judge.formulas import Formulas, judge_formulas
from solver.mark.judge.marks import award
from solver.mark.judge.numbers import NO_LIMIT, Batch, Judged
from solver.mark.judge.overrule import accept, give
from solver.mark.judge.scripts import distinct
from solver.mark.judge.word_answers import judge_word
from solver.mark.records import Graded, Submissions, Trouble
from solver.mark.sheet import Answer, Sheet
from solver.working.question import Scheme


def grade_batch(sheet: Sheet, scheme: Scheme | None, submissions: Submissions) -> Graded:
    """Judges everything that some students handed in, names their mistakes and awards marks.

    Pure: the same submissions give the same verdicts, in whatever batches they come; what several wrote alike is graded
    once. scheme: None for the defaults. A formula that cannot be read is BLANK and one more of the troubles. Answers in
    free text are left to a person.
    """
    scheme = scheme or Scheme()
    apart: frozenset[str] = frozenset().union(*(decision.students for decision in scheme.decisions))
    copies = distinct(submissions, apart)
    once = copies.once(submissions)
    batch = _complete(sheet, once.batch)
    judged = judge(sheet, batch, scheme)
    _judge_repeats(sheet, batch, judged, scheme)
    otherwise = judge_alternatives(sheet, scheme, batch, judged)
    mistakes = name_mistakes(sheet, once.batch, judged)
    for key, names in otherwise.items():
        mistakes.setdefault(key, {}).update(names)
    pairs = alike(once.batch, judged, copies)
    reasons = review(sheet, scheme, once.batch, judged)
    _judge_words(sheet, once, judged, reasons)
    mistakes.update(judge_other_words(sheet, scheme, once.words, judged))
    troubles = list(submissions.troubles)
    for k, key, reason in _judge_formulas(sheet, once, judged, mistakes):
        text = once.formulas[key][k] or ""
        troubles += [Trouble(submissions.students[i], key, text, reason) for i in copies.students(k)]
    ordered = {key: judged[key] for key in sheet.answers if key in judged}
    accept(sheet, scheme, replace(once, batch=batch), ordered, mistakes)
    if otherwise or scheme.decisions:
        acquit(sheet, ordered)
    marks = award(sheet, scheme, ordered, mistakes)
    graded = copies.graded(Graded(replace(once, batch=batch), ordered, mistakes, marks, reasons))
    for i, said in pairs.items():
        graded.review.setdefault(i, []).extend(said)
    graded.submissions = replace(submissions, batch=_complete(sheet, submissions.batch), troubles=troubles)
    give(sheet, scheme, graded)
    return graded


def _judge_words(sheet: Sheet, given: Submissions, judged: dict[str, Judged], reasons: dict[int, list[str]]) -> None:
    """Verdicts on words; texts are listed for a person."""
    for answer in sheet.answers.values():
        if answer.kind == "word":
            words = given.words.get(answer.key) or [None] * given.batch.count
            judged[answer.key] = judge_word(answer, words)
        elif answer.kind == "text":
            _help(answer, given, reasons)


def _judge_formulas(
    sheet: Sheet, given: Submissions, judged: dict[str, Judged], mistakes: dict[str, Named]
) -> list[tuple[int, str, str]]:
    """Verdicts on formulas, and their mistakes; what cannot be read, as (student, answer, reason)."""
    unread = []
    for answers in _by_working(sheet):
        formulas = Formulas(answers[0].solved.context.working, [answer.solved.name for answer in answers])
        found, named, lost = judge_formulas(formulas, answers, given.formulas, given.batch.count)
        judged.update(found)
        mistakes.update(named)
        unread += lost
    return unread


def _help(answer: Answer, submissions: Submissions, reasons: dict[int, list[str]]) -> None:
    """Lists the texts that a person marks with the help of the item, where it has some."""
    for i, text in enumerate(submissions.words.get(answer.key) or ()):
        if text is not None and (said := answer.solved.item.helps(text)):
            reasons.setdefault(i, []).append(f"{answer.key}: {said}")


def _complete(sheet: Sheet, batch: Batch) -> Batch:
    """The batch with blanks for every number that no student gave: each answer gets a verdict."""
    values, decimals = dict(batch.values), dict(batch.decimals)
    for key, answer in sheet.answers.items():
        if answer.kind == "number" and key not in values:
            shape = (batch.count, *answer.shape)
            values[key] = np.broadcast_to(np.nan, shape)
            decimals[key] = np.broadcast_to(np.int16(NO_LIMIT), shape)
    return Batch(batch.count, values, decimals)


def _judge_repeats(sheet: Sheet, batch: Batch, judged: dict[str, Judged], scheme: Scheme) -> None:
    """Verdicts on a quantity that a later part asks for again: as if its answer stood where the first one stands."""
    first: dict[tuple[int, str], str] = {}
    for key, answer in sheet.answers.items():
        if answer.kind == "number":
            asked_first = first.setdefault((id(answer.solved.context), answer.solved.name), key)
            if key not in judged:
                values = {**batch.values, asked_first: batch.values[key]}
                decimals = {**batch.decimals, asked_first: batch.decimals[key]}
                judged[key] = judge(sheet, Batch(batch.count, values, decimals), scheme)[asked_first]


def _by_working(sheet: Sheet) -> list[list[Answer]]:
    """The answers that are formulas, those of one working together, each quantity once."""
    found: dict[int, list[Answer]] = {}
    for answer in sheet.answers.values():
        if answer.kind == "formula":
            found.setdefault(id(answer.solved.context), []).append(answer)
    return list(found.values())
