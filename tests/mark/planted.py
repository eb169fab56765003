"""Batches for the tests of what is said of answers: the key's own numbers, with others planted in them."""

from collections.abc import Mapping, Sequence

import numpy as np

from solver.mark.judge.grade import grade_batch
from solver.mark.judge.numbers import Batch
from solver.mark.records import Graded, Submissions, Trouble
from solver.mark.sheet import Sheet
from solver.rounding import Rounding, shortest
from tests.questions import asked_of

SHEETS = {name: asked_of(name).sheet for name in ("q2", "q3", "q4")}


def key_batch(made: Sheet, count: int = 1) -> Batch:
    """The key's own numbers, for every student."""
    batch = Batch(count)
    for answer in made.answers.values():
        if answer.kind == "number":
            batch.values[answer.key] = np.repeat(answer.solved.written[None], count, axis=0)
            form = answer.solved.form
            typed = form if isinstance(form, Rounding) else shortest(answer.solved.written, 6)
            digits = typed.digits if typed else 6
            batch.decimals[answer.key] = np.full(batch.values[answer.key].shape, digits, np.int16)
    return batch


def graded(
    made: Sheet,
    students: Sequence[str],
    wrong: Mapping[tuple[int, str], object],
    troubles: Sequence[Trouble] = (),
) -> Graded:
    """The grades of students who wrote the key's answers, but for `wrong`: numbers by (student index, answer)."""
    batch = key_batch(made, len(students))
    words: dict[str, list[str | None]] = {
        a.key: [a.solved.text] * len(students) for a in made.answers.values() if a.kind == "word"
    }
    for (student, key), value in wrong.items():
        if isinstance(value, str):
            words[key][student] = value
        else:
            batch.values[key][student] = np.asarray(value, dtype=float).reshape(made.answers[key].shape)
    return grade_batch(made, None, Submissions(list(students), batch, words, troubles=list(troubles)))
