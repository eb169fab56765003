"""Grading a batch of students: a pure function from what they wrote to verdicts, mistakes and marks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solver.mark.judge.acceptance import judge
from solver.mark.judge.behind import acquit
from solver.mark.judge.conventions import judge_alternatives, judge_other_words
from solver.mark.judge.diagnose import name_mistakes
from solver.mark.judge.fillers import review
from solver.mark.judge.formulas import Formulas, judge_formulas
from solver.mark.judge.marks import award
from solver.mark.judge.numbers import NO_LIMIT, Batch, Judged
from solver.mark.judge.overrule import accept, give
from solver.mark.judge.word_answers import judge_word
from solver.mark.records import Graded, Submissions, Trouble
from solver.mark.sheet import Answer, Sheet
from solver.working.question import Scheme


def grade_batch(sheet: Sheet, scheme: Scheme | None, submissions: Submissions) -> Graded:
    """Judges everything that some students handed in, names their mistakes and awards marks.

    Pure: the same submissions give the same verdicts, in whatever batches they come. scheme: None for the defaults.
    A formula that cannot be read is BLANK and one more of the troubles. Answers in free text are left to a person.
    """
    batch = _complete(sheet, submissions.batch)
    scheme = scheme or Scheme()
    judged = judge(sheet, batch, scheme)
    _judge_repeats(sheet, batch, judged, scheme)
    otherwise = judge_alternatives(sheet, scheme, batch, judged)
    mistakes = name_mistakes(sheet, submissions.batch, judged)
    for key, names in otherwise.items():
        mistakes.setdefault(key, {}).update(names)
    reasons = review(sheet, scheme, submissions.batch, judged)
    troubles = list(submissions.troubles)
    for answer in sheet.answers.values():
        if answer.kind == "word":
            words = submissions.words.get(answer.key) or [None] * batch.count
            judged[answer.key] = judge_word(answer, words)
        elif answer.kind == "text":
            _help(answer, submissions, reasons)
    mistakes.update(judge_other_words(sheet, scheme, submissions.words, judged))
    for answers in _by_working(sheet):
        formulas = Formulas(answers[0].solved.context.working, [answer.solved.name for answer in answers])
        found, named, unread = judge_formulas(formulas, answers, submissions.formulas, batch.count)
        judged.update(found)
        mistakes.update(named)
        for i, key, reason in unread:
            troubles.append(Trouble(submissions.students[i], key, submissions.formulas[key][i] or "", reason))
    ordered = {key: judged[key] for key in sheet.answers if key in judged}
    done = replace(submissions, batch=batch, troubles=troubles)
    accept(sheet, scheme, done, ordered, mistakes)
    if otherwise or scheme.decisions:
        acquit(sheet, ordered)
    graded = Graded(done, ordered, mistakes, award(sheet, scheme, ordered, mistakes), reasons)
    give(sheet, scheme, graded)
    return graded


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
