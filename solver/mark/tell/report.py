"""Item analysis: how each part and answer went, the commonest mistakes, wrong answers that several gave, so that one decision
serves them all, where the class disagrees with the key, and the scripts that a person should look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from solver.formula.words import Words
from solver.mark.judge.marks import Plan, plan
from solver.mark.judge.numbers import WRONG, Judged, Note, Verdict
from solver.mark.out.rows import OTHERWISE
from solver.mark.records import Graded
from solver.mark.sheet import Answer, Sheet
from solver.mark.tell.likeness import Likeness
from solver.render.blocks import Block, Heading, Prose, Table, note, part_label
from solver.spec.prose.passages import sentence
from solver.working.question import Scheme

Counts = NDArray[np.int64]

MOST_ROWS = 20
LEAST_STUDENTS = 3
LEAST_SHARE = 0.05
"""A wrong value is common where this many students, and this share of them, wrote it."""

MOST_PEOPLE = 1_000
_BAR = 40
_MOST_VALUES = 10_000
_KEPT = 1_000


class Sums:
    """Count, sum and sum of squares of marks, in whole units, so that the order of batches makes no difference."""

    def __init__(self) -> None:
        self.count = self.total = self.squares = 0

    def add(self, units: Counts) -> None:
        """Takes in the units of some students."""
        self.count += units.size
        self.total += int(units.sum())
        self.squares += int((units * units).sum())

    def merge(self, other: Sums) -> None:
        """Takes in what another has."""
        self.count, self.total, self.squares = (
            self.count + other.count, self.total + other.total, self.squares + other.squares,
        )  # fmt: skip

    @property
    def mean(self) -> float:
        """The mean in units."""
        return self.total / self.count if self.count else 0.0

    @property
    def spread(self) -> float:
        """The standard deviation in units."""
        return sqrt(max(self.squares * self.count - self.total**2, 0)) / self.count if self.count else 0.0


class Analysis:
    """An item analysis that takes in one batch after another; its size does not grow with them."""

    def __init__(self, sheet: Sheet, shares: Plan | None = None) -> None:
        self.sheet, self.plan = sheet, shares or plan(sheet, Scheme())
        self.students = 0
        self.total = Sums()
        self.parts = {label: Sums() for label in self.plan.parts}
        self.answers = {key: Sums() for key in self.plan.cells}
        self.verdicts: dict[str, Counts] = {
            key: np.zeros((len(Verdict), *sheet.answers[key].shape), dtype=np.int64) for key in self.plan.cells
        }
        self.mistakes: Counter[tuple[str, str]] = Counter()
        self.wrong: dict[str, Counter[str]] = {}
        self.totals: Counter[int] = Counter()
        self.products = dict.fromkeys(self.plan.cells, 0)  # of an answer's units and the total
        self.likeness = Likeness()
        self.people: dict[str, list[str]] = {}

    def add(self, graded: Graded) -> None:
        """Takes in one batch."""
        self.students += len(graded.submissions.students)
        units = self.plan.part_units(graded.marks)
        for label, earned in units.items():
            self.parts[label].add(earned)
        totals = np.asarray(sum(units.values()), dtype=np.int64).reshape(-1)
        self.total.add(totals)
        self.totals.update(totals.tolist())
        for student, why in graded.looked_at().items():
            if len(self.people) < MOST_PEOPLE or student in self.people:
                self.people.setdefault(student, []).extend(why)
        for key, judged in graded.judged.items():
            if key in self.answers:
                earned = self.plan.units(graded.marks[key])
                self.answers[key].add(earned)
                self.products[key] += int((earned * totals).sum())
                for verdict in Verdict:
                    self.verdicts[key][verdict] += (judged.verdicts == verdict).sum(axis=0)
                self.wrong_values(self.sheet.answers[key], graded, judged)
        for key, named in graded.mistakes.items():
            notes = graded.judged[key].notes
            once = {
                (at[0], f"{OTHERWISE}: {n}" if notes[at] & Note.OTHERWISE else n)
                for at, n in named.items()
                if not notes[at] & Note.DECIDED
            }
            self.mistakes.update((key, name) for _, name in once)

    def wrong_values(self, answer: Answer, graded: Graded, judged: Judged) -> None:
        """Counts what was written where it is wrong, cell by cell."""
        given = graded.submissions
        for cell in answer.cells:
            students = np.flatnonzero(judged.verdicts[:, cell.row, cell.column] == WRONG)
            if not students.size:
                continue
            found = self.wrong.setdefault(cell.name, Counter())
            if answer.kind == "number":
                values, at, counts = np.unique(
                    given.batch.values[answer.key][students, cell.row, cell.column],
                    return_inverse=True,
                    return_counts=True,
                )
                texts = [f"{v:.10g}" for v in values.tolist()]
                found.update(dict(zip(texts, counts.tolist(), strict=True)))
                for v, i in zip(at.reshape(-1).tolist(), students.tolist(), strict=True):
                    if counts[v] <= 2 or (cell.name, texts[v]) in self.likeness.who:
                        self.likeness.add(cell.name, texts[v], given.students[i : i + 1])
            else:
                written = (given.words if answer.kind == "word" else given.formulas).get(answer.key) or []
                found.update((written[i] or "")[:80] for i in students.tolist() if i < len(written))
            if len(found) > _MOST_VALUES:
                self.wrong[cell.name] = Counter(dict(found.most_common(_KEPT)))

    def merge(self, other: Analysis) -> None:
        """Takes in the report on other students of the same question."""
        self.students += other.students
        self.total.merge(other.total)
        for mine, theirs in ((self.parts, other.parts), (self.answers, other.answers)):
            for key, sums in theirs.items():
                mine[key].merge(sums)
        for key, counts in other.verdicts.items():
            self.verdicts[key] += counts
        self.mistakes.update(other.mistakes)
        for cell, values in other.wrong.items():
            self.wrong.setdefault(cell, Counter()).update(values)
        self.totals.update(other.totals)
        for key, n in other.products.items():
            self.products[key] += n
        self.likeness.merge(other.likeness)
        for student, why in other.people.items():
            self.people.setdefault(student, []).extend(why)

    # -- what it says -------------------------------------------------------------------------------------------------
    def blocks(self) -> list[Block]:
        """The report as a document."""
        return list(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        count = f"{self.students:,} student{'' if self.students == 1 else 's'}"
        yield Heading(1, ("Item analysis: ", *sentence(self.sheet.solution.title)), count)
        if not self.students:
            yield Prose(("Nobody has handed in anything.",))
            return
        most = self.plan.text(self.plan.total)
        spread = self.marks(self.total.spread)
        yield Prose((f"Mean total: {self.marks(self.total.mean)} of {most} marks, standard deviation {spread}.",))
        yield from self.table("Totals", ("marks", "students", ""), self.histogram())
        yield from self.table("Parts", ("part", "mean", "of", "share"), [self.part(label) for label in self.parts])
        header = ("answer", "mean", "of", "correct", "followed", "wrong", "blank", "facility", "discrimination")
        yield from self.table("Answers", header, [self.answer(key) for key in self.answers])
        yield from self.table("Commonest mistakes", ("mistake", "answer", "students", "share"), self.common_mistakes())
        yield from self.disagreements()
        yield from self.table("Wrong values to decide on once", ("cell", "several wrote", "students"), self.shared())
        alike = [(one, other, str(n)) for one, other, n in self.likeness.pairs()[:MOST_ROWS]]
        yield from self.table("Scripts that share wrong values of their own", ("one", "other", "values"), alike)
        if self.likeness.full:
            yield note(("So many different wrong values were handed in that not all were compared.",))
        people = [(student, "; ".join(dict.fromkeys(why))[:300]) for student, why in sorted(self.people.items())]
        yield from self.table("Scripts for a person to look at", ("student", "why"), people[:MOST_PEOPLE])

    def table(self, title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[Block]:
        if rows:
            yield Heading(2, (title,))
            made: list[tuple[Words, ...]] = [tuple((cell,) for cell in row) for row in rows]
            yield Table(header, tuple(made), {})

    def marks(self, units: float) -> str:
        return f"{units / 10**self.plan.places:.2f}"

    def part(self, label: str) -> tuple[str, ...]:
        most, mean = self.plan.most(label), self.parts[label].mean
        return (part_label(label), self.marks(mean), self.plan.text(most), percent(mean, most))

    def answer(self, key: str) -> tuple[str, ...]:
        counts = self.verdicts[key].reshape(len(Verdict), -1).sum(axis=1)
        order = (Verdict.CORRECT, Verdict.FOLLOWED, Verdict.WRONG, Verdict.BLANK)
        shares = (percent(int(counts[verdict]), int(counts.sum())) for verdict in order)
        most = self.plan.answers[key]
        mean, found = self.answers[key].mean, self.discrimination(key)
        facility = f"{mean / most:.2f}" if most else ""
        return (key, self.marks(mean), self.plan.text(most), *shares, facility, "" if found is None else f"{found:.2f}")

    def discrimination(self, key: str) -> float | None:
        """The correlation of an answer's marks with those of all other answers; None where either is the same for all."""
        n, x, t = self.students, self.answers[key], self.total
        rest, square = t.total - x.total, t.squares - 2 * self.products[key] + x.squares
        spread = (n * x.squares - x.total**2) * (n * square - rest**2)
        if spread <= 0:
            return None
        return (n * (self.products[key] - x.squares) - x.total * rest) / sqrt(spread)

    def histogram(self) -> list[tuple[str, ...]]:
        """How many students have how many marks, in tenths of all."""
        most = self.plan.total
        if not most:
            return []
        bins = [0] * 10
        for units, n in self.totals.items():
            bins[min(10 * units // most, 9)] += n
        ends = [-(-most * k // 10) for k in range(11)]
        width = max(bins)
        rows: list[tuple[str, ...]] = [
            (f"{self.plan.text(low)} to {self.plan.text(high)}", f"{n:,}", "█" * -(-_BAR * n // width))
            for low, high, n in zip(ends, [*(end - 1 for end in ends[1:-1]), most], bins, strict=False)
        ]
        return rows[::-1]

    def shared(self) -> list[tuple[str, ...]]:
        """The wrong values that several gave, those of the most students first."""
        least = self.many
        found = [
            (-n, name, value) for name, values in self.wrong.items() for value, n in values.items() if 2 <= n < least
        ]
        return [(name, value, f"{-n:,}") for n, name, value in sorted(found)[:MOST_ROWS]]

    @property
    def many(self) -> float:
        """So many students are many."""
        return max(LEAST_STUDENTS, LEAST_SHARE * self.students)

    def common_mistakes(self) -> list[tuple[str, ...]]:
        ordered = sorted(self.mistakes.items(), key=lambda item: (-item[1], item[0]))
        return [(name, key, f"{n:,}", percent(n, self.students)) for (key, name), n in ordered[:MOST_ROWS]]

    def disagreements(self) -> Iterator[Block]:
        """The wrong values that many gave, those first that more gave than the right one."""
        least = self.many
        found = []
        for name, values in self.wrong.items():
            cell = self.sheet.cells[name]
            right = int(self.verdicts[cell.key][Verdict.CORRECT, cell.row, cell.column])
            for value, n in values.items():
                if n >= least:
                    found.append((n <= right, -n, name, value, self.key_value(name), right))
        if not found:
            return
        shown = sorted(found)[:MOST_ROWS]
        rows = [(name, value, f"{-n:,}", key, f"{right:,}") for _, n, name, value, key, right in shown]
        header = ("cell", "many wrote", "students", "the key has", "judged correct")
        yield from self.table("Wrong values that many gave", header, rows)
        doubtful = list(dict.fromkeys(name for fewer, _, name, *_ in shown if not fewer))
        if doubtful:
            text = f"More students gave one such value than were judged correct: does the key err at {', '.join(doubtful)}?"
            yield note((text,))

    def key_value(self, name: str) -> str:
        cell = self.sheet.cells[name]
        answer = self.sheet.answers[cell.key]
        if answer.kind != "number":
            return answer.solved.text[:80]
        return answer.solved.form.text(float(answer.solved.written[cell.row, cell.column]))


def percent(part: float, whole: float) -> str:
    """`42 %`; nothing of nothing."""
    return f"{100 * part / whole:.0f} %" if whole else ""
