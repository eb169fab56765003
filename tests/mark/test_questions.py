"""Every problem file, and examples that are none: right, slipped and invalid answers get the marks expected."""

import numpy as np
import pytest

from solver.mark.judge.grade import grade_batch
from solver.mark.judge.marks import plan
from solver.mark.judge.numbers import Verdict
from solver.mark.read.read_names import IGNORED, AnswerNames
from solver.mark.sheet import sheet
from solver.spec.reader import load_text
from solver.working.question import Scheme
from solver.working.solve import solve_paper
from tests.mark.simulate import automatic, honest, key_of, spoil
from tests.places import PROBLEMS
from tests.questions import EXAMPLES, PROBLEM_NAMES, asked_of
from tests.trials import times

MOST = times(3)
"""About how many answers of a question are made wrong in turn."""
QUESTIONS = [name for name in PROBLEM_NAMES if name != "training"]
QUESTIONS += [name for name in EXAMPLES if name.removeprefix("example of ") not in PROBLEM_NAMES]
"""Every problem but a long one, which repeats itself, and examples that are no problem."""


@pytest.mark.parametrize("name", QUESTIONS)
def test_right_slipped_and_invalid_answers(name: str) -> None:
    """The key gets all marks; one wrong or unreadable answer costs itself alone."""
    made = asked_of(name).sheet
    shares = plan(made, Scheme())
    answers = list(automatic(made))
    answers = answers[:: 1 + len(answers) // MOST]
    given = key_of(made, 1 + 2 * len(answers))
    expected = [shares.total]
    for k, answer in enumerate(answers):
        spoil(given, answer, 1 + 2 * k, "slip")
        spoil(given, answer, 2 + 2 * k, "invalid")
        expected += [shares.total - shares.answers[answer.key]] * 2
    graded = grade_batch(made, None, given)
    zeros = np.zeros(given.batch.count, dtype=np.int64)
    totals = sum(shares.part_units(graded.marks).values(), zeros)
    wrong = {i: (int(t), e) for i, (t, e) in enumerate(zip(totals, expected, strict=True)) if t != e}
    assert not wrong, {answers[(i - 1) // 2].key: pair for i, pair in wrong.items()}
    assert all(judged.verdicts.shape[0] == given.batch.count for judged in graded.judged.values())
    hostile = sum(answer.kind == "formula" for answer in answers)
    assert len(graded.submissions.troubles) == hostile


@pytest.mark.parametrize("name", QUESTIONS)
def test_followed_answers(name: str) -> None:
    """One who slips in one cell and goes on from it loses that cell alone."""
    made = asked_of(name).sheet
    numbers = [
        a for a in automatic(made) if a.kind == "number" and a.solved.item.definition and not a.solved.item.given
    ]
    finite = [(a, tuple(map(int, cells[k % len(cells)]))) for k, a in enumerate(numbers)
              if len(cells := np.argwhere(np.isfinite(a.solved.written)))]  # fmt: skip
    slipped = finite[:: 1 + len(finite) // MOST]
    if not slipped:
        assert name.removeprefix("example of ") in ("concept", "gradient", "tensor")
        return
    given, rng = key_of(made, len(slipped)), np.random.default_rng(1)
    slips = {answer.key: (i, *at) for i, (answer, at) in enumerate(slipped)}
    batch = honest(made, len(slipped), "rounded", rng, slips)
    given.batch.values |= {key: batch.values[key] for key in given.batch.values}
    judged = {key: found.verdicts for key, found in grade_batch(made, None, given).judged.items()}
    lost = [{(key, *map(int, at)) for key, found in judged.items() for at in np.argwhere(found[i] == Verdict.WRONG)}
            for i in range(len(slipped))]  # fmt: skip
    assert lost == [{(answer.key, *at)} for answer, at in slipped]


def test_one_number_is_asked_once() -> None:
    """A ratio that the page shows twice, in full and shortened, is one answer; alone, the shortened one is asked."""
    text = (PROBLEMS / "q3.yaml").read_text(encoding="utf-8")
    (both,) = map(sheet, solve_paper(load_text(text)))
    assert "b.ii/ratio" in both.answers
    assert both.again == ["b.ii/ratio_short"]
    assert AnswerNames(both).find("b.ii/ratio_short") == IGNORED
    (alone,) = map(sheet, solve_paper(load_text(text.replace("flops_separable, ratio]", "ratio_short]"))))
    assert "b.ii/ratio_short" in alone.answers
