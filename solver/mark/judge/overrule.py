"""A person's decisions put in the place of verdicts and marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from solver.mark.judge.marks import plan
from solver.mark.judge.numbers import BLANK, CORRECT, Judged, Note
from solver.mark.records import Graded, Submissions
from solver.mark.sheet import Answer, Sheet
from solver.working.question import Decision, Scheme

Named = dict[str, dict[tuple[int, int, int], str]]


def accept(sheet: Sheet, scheme: Scheme, given: Submissions, judged: Mapping[str, Judged], mistakes: Named) -> None:
    """Makes what a person accepts CORRECT, noted as DECIDED; what is said of it stands in place of a mistake's name."""
    for decision in scheme.decisions:
        if decision.marks is not None or decision.add is not None:
            continue
        for answer in answers_of(sheet, decision):
            if answer.key not in judged:
                continue
            found = judged[answer.key]
            rows = _students(sheet, decision, answer, given)
            cell = sheet.cells.get(decision.answer)
            chosen = np.zeros(found.verdicts.shape, dtype=bool)
            chosen[rows if cell is None else (rows, cell.row, cell.column)] = True
            chosen &= (found.verdicts != CORRECT) | (found.notes != 0)
            if not decision.values:
                chosen &= found.verdicts != BLANK
            found.verdicts[chosen], found.notes[chosen] = CORRECT, Note.DECIDED
            names = mistakes.setdefault(answer.key, {})
            for i, r, c in np.argwhere(chosen).tolist():
                names[i, r, c] = decision.why


def give(sheet: Sheet, scheme: Scheme, graded: Graded) -> None:
    """Gives the marks of a person, no more in a part than can be earned there."""
    if not scheme.by_person:
        return
    made = plan(sheet, scheme)
    count, one = len(graded.submissions.students), 10**made.places
    for key, answer in sheet.answers.items():
        if answer.kind == "text" and key in made.cells:
            graded.marks[key] = np.zeros(count)
    for decision in scheme.decisions:
        if decision.marks is None and decision.add is None:
            continue
        answer = next(answers_of(sheet, decision))
        key, part = answer.key, made.parts[answer.part]
        for i in _students(sheet, decision, answer, graded.submissions).tolist():
            units = {other: int(made.units(graded.marks[other][i])) for other in part}
            scope = [key] if decision.answer in (key, *(c.name for c in answer.cells)) else part
            now = sum(units[other] for other in scope)
            wanted = now + round((decision.add or 0) * one) if decision.marks is None else round(decision.marks * one)
            most = made.most(answer.part) - sum(units.values()) + now
            change = min(max(wanted, 0), most) - now
            graded.marks[key][i] = (units[key] + change) / one
            before, why = graded.decided.get((i, key), (0, ""))
            told = "; ".join(filter(None, (why, decision.why)))
            graded.decided[i, key] = (before + change, told)


def answers_of(sheet: Sheet, decision: Decision) -> Iterator[Answer]:
    """The answers that a decision is about: one, that of a cell, or those of a part."""
    cell = sheet.cells.get(decision.answer)
    if decision.answer in sheet.answers:
        yield sheet.answers[decision.answer]
    elif cell is not None:
        yield sheet.answers[cell.key]
    else:
        yield from sheet.by_part.get(decision.answer, [])


def _students(sheet: Sheet, decision: Decision, answer: Answer, given: Submissions) -> NDArray[np.int64]:
    """The students that a decision is about."""
    names = [not decision.students or student in decision.students for student in given.students]
    chosen = np.array(names, dtype=bool)
    if decision.values:
        chosen &= np.array([_wrote(sheet, decision, answer, given, i) for i in range(len(names))], dtype=bool)
    return np.flatnonzero(chosen)


def _wrote(sheet: Sheet, decision: Decision, answer: Answer, given: Submissions, i: int) -> bool:
    """Whether a student wrote one of the values that a decision is about."""
    if answer.kind != "number":
        texts = (given.formulas if answer.kind == "formula" else given.words).get(answer.key)
        text = ((texts[i] if texts else "") or "").strip().casefold()
        return any(text == " ".join(value).strip().casefold() for value in decision.values)
    values = given.batch.values[answer.key][i]
    cell = sheet.cells.get(decision.answer)
    written = values.ravel() if cell is None else values[cell.row, cell.column].reshape(1)
    wanted = (np.array(value, dtype=float) for value in decision.values)
    return any(w.shape == written.shape and np.allclose(w, written, rtol=1e-9, atol=1e-12) for w in wanted)
