"""Digits at the border: the last one, too few, fractions; values at and beyond the range of a function."""

from __future__ import annotations

import pytest

from solver.mark.asked import asked
from solver.mark.judge.numbers import Note
from solver.mark.sitting import Sitting
from solver.spec.reader import load_text
from tests.tables import each

SPEC = """title: T
given:
  family: formula
  quantities: {a: 1.234, u: 0.5}
  formulas: [c = 1*a, d = 10*c, y = tanh(u), z = 2*y]
parts:
  - {label: a, find: [c, d, y, z]}
"""
QUESTION = asked(load_text(SPEC).questions[0])


def judged(**answers: str) -> list[tuple[str, Note]]:
    """The verdict and the notes on each answer."""
    sitting = Sitting(QUESTION, answers={f"a/{name}": text for name, text in answers.items()})
    notes = {key: Note(int(sitting.graded.judged[key].notes[0, 0, 0])) for key in sitting.graded.judged}
    return [(sitting.reply(f"a/{name}")["verdict"], notes[f"a/{name}"]) for name in answers]


@each(
    ("text", "verdict", "note"),
    [
        ("1.23", "CORRECT", Note.NONE),
        ("1.234", "CORRECT", Note.NONE),
        ("37/30", "CORRECT", Note.NONE),
        ("1.24", "CORRECT", Note.LAST_DIGIT),
        ("1.244", "CORRECT", Note.LAST_DIGIT),  # a whole unit off
        ("1.2445", "WRONG", Note.NONE),
        ("1.225", "CORRECT", Note.LAST_DIGIT),
        ("1.22", "WRONG", Note.NONE),
        ("1.2", "CORRECT", Note.TOO_FEW),
        ("1", "WRONG", Note.NONE),
        ("1/1", "WRONG", Note.NONE),  # a fraction is exact, however short
        ("2", "WRONG", Note.NONE),
    ],
)
def test_the_last_digits(text: str, verdict: str, note: Note) -> None:
    assert judged(c=text) == [(verdict, note)]


def test_too_few_digits_of_what_follows() -> None:
    assert judged(c="2.04", d="20.4") == [("WRONG", Note.NONE), ("FOLLOWED", Note.NONE)]
    assert judged(c="2.037", d="20.4") == [("WRONG", Note.NONE), ("FOLLOWED", Note.TOO_FEW)]
    assert judged(c="2.04", d="12.3") == [("WRONG", Note.NONE), ("CORRECT", Note.NONE)]  # 12.30
    assert judged(c="2.04", d="20") == [("WRONG", Note.NONE), ("WRONG", Note.NONE)]


@pytest.mark.parametrize("at_the_border", ["-1", "1"])
def test_a_value_at_the_border_of_its_range_or_beyond_is_gone_on_from(at_the_border: str) -> None:
    twice = str(2 * int(at_the_border))
    assert judged(y=at_the_border + ".00", z=twice + ".00") == [("WRONG", Note.NONE), ("FOLLOWED", Note.NONE)]
    assert judged(y=at_the_border + ".01", z=twice + ".02") == [("WRONG", Note.NONE), ("FOLLOWED", Note.NONE)]


FIGURES = asked(
    load_text(
        """title: T
round: {figures: 3}
given:
  family: formula
  quantities: {a: 0.0523, b: 0.0711, c: 0.99727, d: 0.99962}
  formulas: [y = a*b, w = c*1, n = d*1, s = sin(1.497), o = c - 0.99727]
parts:
  - {label: a, find: [y, w, n, s, o]}
"""
    ).questions[0]
)


@each(
    ("answer", "text", "verdict", "note"),
    [
        ("y", "0.00372", "CORRECT", Note.NONE),
        ("y", "0.0037", "CORRECT", Note.TOO_FEW),
        ("y", "0.004", "WRONG", Note.NONE),
        ("y", "0", "WRONG", Note.NONE),  # nothing is not something
        ("y", "0.00000", "WRONG", Note.NONE),
        ("w", "0.997", "CORRECT", Note.NONE),
        ("w", "0.998", "CORRECT", Note.LAST_DIGIT),
        ("w", "1.00", "CORRECT", Note.TOO_FEW),  # two decimals, and so two figures
        ("w", "1.002", "WRONG", Note.NONE),  # five units off
        ("n", "1.00", "CORRECT", Note.NONE),
        ("n", "0.9996", "CORRECT", Note.NONE),
        ("s", "1.002", "WRONG", Note.NONE),  # no sine is
        ("o", "0", "CORRECT", Note.NONE),
        ("o", "0.0000000000001", "WRONG", Note.NONE),
    ],
)
def test_the_last_figures(answer: str, text: str, verdict: str, note: Note) -> None:
    sitting = Sitting(FIGURES, answers={f"a/{answer}": text})
    notes = sitting.graded.judged[f"a/{answer}"].notes[0, 0, 0]
    assert (sitting.reply(f"a/{answer}")["verdict"], Note(int(notes))) == (verdict, note)
