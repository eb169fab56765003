"""Verdicts to marks, in whole units (hundredths of a mark), so that every total equals the sum of what is shown.

A part's marks are shared over its answers by weight, an answer's over its cells, in quarters of a mark where hundredths
would be uneven; each sharing is by largest remainder and adds up to the unit. What a cell earns is rounded to the unit, and answers, parts and totals are sums of cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP
from functools import cached_property, lru_cache
from math import floor

import numpy as np
from numpy.typing import NDArray

from solver.mark.judge.numbers import CORRECT, Judged, Note, Verdict, anywhere
from solver.mark.sheet import Sheet
from solver.rounding import Floats
from solver.working.question import Rates, Scheme
from solver.working.solution import SolvedPart

Units = NDArray[np.int64]
Mistakes = Mapping[str, Mapping[tuple[int, int, int], str]]

_LEAST_PLACES, _MOST_PLACES = 2, 6
_VERDICTS, _NOTES = len(Verdict), 64


@dataclass
class Plan:
    """How the marks of a question are shared out, in units of 10**-places marks.

    cells: (rows, columns) units by answer; by_hand: units of the answers that a person marks; parts: by label, the
    answers that are marked here.
    """

    places: int
    cells: dict[str, Units] = field(default_factory=dict)
    by_hand: dict[str, int] = field(default_factory=dict)
    parts: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def answers(self) -> dict[str, int]:
        """The units of each answer that is marked here."""
        return {key: int(cells.sum()) for key, cells in self.cells.items()}

    def most(self, label: str) -> int:
        """The units of a part that can be earned here."""
        return sum(self.answers[key] for key in self.parts[label])

    @property
    def total(self) -> int:
        """The units of the question that can be earned here; what a person marks is not in it."""
        return sum(self.answers.values())

    def text(self, units: int) -> str:
        """Units as marks, with the decimals that they need: 2.5."""
        if units < 0:
            return f"-{self.text(-units)}"
        whole, rest = divmod(units, 10**self.places)
        return f"{whole}.{rest:0{self.places}d}".rstrip("0") if rest else str(whole)

    def number(self, units: int) -> int | float:
        """Units as marks, for programs."""
        text = self.text(units)
        return float(text) if "." in text else int(text)

    def units(self, marks: Floats) -> Units:
        """Marks, of any shape, as the whole units that they are."""
        return np.rint(marks * 10.0**self.places).astype(np.int64)

    def part_units(self, marks: Mapping[str, Floats]) -> dict[str, Units]:
        """The units of every part, (students,) each, from the marks by answer."""
        return {label: np.sum([self.units(marks[key]) for key in keys], axis=0) for label, keys in self.parts.items()}


def plan(sheet: Sheet, scheme: Scheme) -> Plan:
    """How the marks of a sheet are shared out.

    A part without marks shares what its marked siblings leave of the part that holds them; where no part around it has
    marks either, it counts 1 mark. A part whose inner parts all have marks counts as their sum.
    """
    marks = [part.marks for part in sheet.solution.parts if part.marks is not None]
    decimals = (max(-int(m.as_tuple().exponent), 0) for m in marks if m.is_finite())
    made = Plan(min(max([_LEAST_PLACES, *decimals]), _MOST_PLACES))
    quarter = 10**made.places // 4
    for part, units in _Parts(sheet.solution.parts, made.places).shares():
        answers = sheet.by_part.get(part.label, [])
        shares = fair(units, [scheme.weight(answer.key) for answer in answers], quarter)
        for answer, own in zip(answers, shares, strict=True):
            if answer.kind == "text" and not scheme.by_person & {answer.key, answer.part}:
                made.by_hand[answer.key] = own
                continue
            cells = fair(own, [1.0] * (answer.shape[0] * answer.shape[1]), quarter)
            made.cells[answer.key] = np.array(cells, dtype=np.int64).reshape(answer.shape)
            made.parts.setdefault(part.label, []).append(answer.key)
    return made


def fair(units: int, weights: Sequence[float], quarter: int) -> list[int]:
    """Whole units shared in proportion to weights; in quarters of a mark where the shares would be 0.34 and 0.33.

    Exact shares stay as they are; so do those of which a quarter each would be too much.
    """
    some = sum(weight > 0 for weight in weights) or len(weights)
    total = sum(weights) or 1.0
    even = all(abs(x - round(x)) < 1e-6 for x in (units * weight / total for weight in weights))
    if even or units % quarter or units // quarter < some:
        return share(units, weights)
    made = [quarter * n for n in share(units // quarter, weights)]
    if any(weight > 0 and not own for weight, own in zip(weights, made, strict=True)):
        return share(units, weights)
    return made


def share(units: int, weights: Sequence[float]) -> list[int]:
    """Whole units shared in proportion to weights, by largest remainder; they sum to `units`.

    Equal remainders go to the first ones. Weights that are all 0 count as equal.
    """
    total = sum(weights)
    if not total:
        weights, total = [1.0] * len(weights), float(len(weights))
    exact = [units * weight / total for weight in weights]
    made = [floor(x + 1e-9) for x in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (round(made[i] - exact[i], 9), i))
    for i in by_remainder[: units - sum(made)]:
        made[i] += 1
    return made


class _Parts:
    """The marks of every part that asks for something, in units."""

    def __init__(self, parts: Iterable[SolvedPart], places: int) -> None:
        self.one = 10**places
        self.parts = {part.label: part for part in parts}
        self.inner: dict[str, list[str]] = {label: [] for label in self.parts}
        self.top: list[str] = []
        for label in self.parts:
            self.inner.get(label.rpartition(".")[0], self.top).append(label)

    def shares(self) -> Iterator[tuple[SolvedPart, int]]:
        """Each part that asks for something with its units."""
        for label in self.top:
            yield from self.below(label, None)

    def own(self, label: str) -> int | None:
        """The units that a part has by itself, or by its inner parts; None where it has to be given some."""
        inner = [self.own(name) for name in self.inner[label]]
        known = [units for units in inner if units is not None]
        if inner and len(known) == len(inner):
            return sum(known)
        marks = self.parts[label].marks
        return None if marks is None else int((marks * self.one).to_integral_value(ROUND_HALF_UP))

    def below(self, label: str, given: int | None) -> Iterator[tuple[SolvedPart, int]]:
        """The parts within one, with their units. given: what is left for this one by those around it."""
        units = self.own(label)
        units = given if units is None else units
        inner = self.inner[label]
        if not inner:
            if self.parts[label].asked:
                yield self.parts[label], self.one if units is None else units
            return
        known = {name: self.own(name) for name in inner}
        open_ = [name for name in inner if known[name] is None]
        left = None if units is None else max(units - sum(u for u in known.values() if u is not None), 0)
        given_to = (
            dict.fromkeys(open_)
            if left is None
            else dict(zip(open_, fair(left, [1.0] * len(open_), self.one // 4), strict=True))
        )
        for name in inner:
            yield from self.below(name, given_to.get(name))


def award(
    sheet: Sheet, scheme: Scheme, judged: Mapping[str, Judged], mistakes: Mistakes | None = None
) -> dict[str, Floats]:
    """The marks of every answer that is not for a person, (students,) each: whole units, see `Plan`.

    judged: a verdict for every such answer. mistakes: names of wrong cells, by answer and (student, row, column).
    """
    made, by_name = plan(sheet, scheme), bool(scheme.rates.mistake or scheme.alternatives)
    return {
        key: _units(judged[key], cells, scheme, (mistakes or {}).get(key) if by_name else None) / 10.0**made.places
        for key, cells in made.cells.items()
        if key in judged
    }


def _units(judged: Judged, cells: Units, scheme: Scheme, mistakes: Mapping[tuple[int, int, int], str] | None) -> Units:
    """What each student earns, (students,): all of it but where something is not plainly right."""
    count = len(judged.verdicts)
    earned = np.full(count, cells.sum())
    less = np.flatnonzero(anywhere((judged.verdicts != CORRECT) | (judged.notes != 0)))
    some = None if less.size == count or mistakes else less
    units = cell_units(judged if some is None else judged.rows(some), cells, scheme, mistakes).sum(axis=(1, 2))
    earned[slice(None) if some is None else some] = units
    return earned


def cell_units(
    judged: Judged, cells: Units, scheme: Scheme, mistakes: Mapping[tuple[int, int, int], str] | None = None
) -> Units:
    """What each cell of an answer earns, (students, rows, columns), in units. cells: what each can earn."""
    rates = scheme.rates
    factors = _factors(rates)
    shares = {other.name: other.share for other in scheme.alternatives}
    codes = judged.verdicts + (judged.notes & np.uint8(_NOTES - 1)) * np.uint8(_VERDICTS)
    if scheme.share == "all-or-nothing":
        worth = factors[codes]
        for cell, name in (mistakes or {}).items() if rates.mistake or shares else ():
            worth[cell] = shares.get(name, max(worth[cell], rates.mistake))
        worst = worth.min(axis=(1, 2), keepdims=True)
        return _half_up(worst * cells)
    rows, columns = cells.shape
    table = _half_up(factors[:, None, None] * cells)
    made: Units = table[codes, np.arange(rows)[:, None], np.arange(columns)]
    if mistakes and (rates.mistake or shares):
        at = tuple(np.array(list(mistakes)).T)
        made[at] = np.maximum(made[at], _half_up(rates.mistake * cells[at[1:]]))
        for cell, name in mistakes.items() if shares else ():
            if name in shares:
                made[cell] = _half_up(np.asarray(shares[name] * cells[cell[1:]]))
    if judged.shares is not None:
        made = np.where(judged.noted(Note.PARTLY), _half_up(judged.shares * cells), made)
    return made


@lru_cache(maxsize=64)
def _factors(rates: Rates) -> Floats:
    """What each verdict with its notes is worth, by verdict + 4·notes."""
    worth = {Verdict.BLANK: 0.0, Verdict.WRONG: 0.0, Verdict.FOLLOWED: rates.follow, Verdict.CORRECT: 1.0}
    by_note = [
        (1 - rates.too_few_digits * bool(note & Note.TOO_FEW)) * (1 - rates.last_digit * bool(note & Note.LAST_DIGIT))
        for note in range(_NOTES)
    ]
    return np.array([factor * worth[Verdict(v)] for factor in by_note for v in range(_VERDICTS)])


def _half_up(x: Floats) -> Units:
    return np.floor(x + 0.5 + 1e-9).astype(np.int64)
