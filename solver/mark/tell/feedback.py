"""Feedback to one student: marks and a verdict at each answer, and the working with the student's own numbers in it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from solver.files import whole_file
from solver.formula.tree import Tree
from solver.formula.words import Words
from solver.mark.judge.diagnose import describe
from solver.mark.judge.marks import Plan, plan
from solver.mark.judge.numbers import Note, Verdict
from solver.mark.records import Graded
from solver.mark.sheet import Answer, Sheet
from solver.mark.tell.own import OwnNumbers
from solver.render.blocks import Block, Bullets, Equations, Heading, Prose, Table, part_label
from solver.render.format_markdown import render
from solver.rounding import Rounding
from solver.working.question import Scheme
from solver.working.solution import SolvedPart

WORDS = {
    Verdict.CORRECT: "correct",
    Verdict.FOLLOWED: "follows from your earlier value",
    Verdict.WRONG: "wrong",
    Verdict.BLANK: "blank",
}
"""The verdicts as a student reads them."""

GUARDED = (
    "an earlier value of yours leaves nothing to work out here, as 0 times anything does, or no value to go on with; what "
    "is right there counts"
)

_MOST_CELLS = 24


def feedback(sheet: Sheet, graded: Graded, index: int, shares: Plan | None = None) -> list[Block]:
    """What student `index` of a batch is told. shares: how the marks are shared out, by the default scheme if None."""
    return list(_Feedback(sheet, graded, index, shares or plan(sheet, Scheme())).blocks())


def write_feedback(directory: Path, sheet: Sheet, graded: Graded, shares: Plan | None = None) -> list[Path]:
    """One markdown file for each student of a batch, each written whole or not at all; raises OSError.

    Students of one name within a batch get a number behind it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    shares = shares or plan(sheet, Scheme())
    seen: Counter[str] = Counter()
    made = []
    for index, student in enumerate(graded.submissions.students):
        stem = file_stem(student)
        seen[stem] += 1
        path = directory / (f"{stem}.md" if seen[stem] == 1 else f"{stem}.{seen[stem]}.md")
        with whole_file(path) as file:
            file.write(render(feedback(sheet, graded, index, shares)))
        made.append(path)
    return made


def file_stem(student: str) -> str:
    """A file name for a student, safe on every system: letters, digits, `-` and `_`.

    A name that is not one already gets a short hash behind what is left of it, so that no two students share a file.
    """
    stem = re.sub(r"[^a-z0-9_-]+", "-", student.lower()).strip("-_")[:40]
    plain = stem == student and not _RESERVED.fullmatch(stem) and not _HASHED.search(stem)
    return (
        stem
        if plain and stem
        else f"{stem or 'student'}-{hashlib.sha256(student.encode(errors='replace')).hexdigest()[:12]}"
    )


_RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
_HASHED = re.compile(r"-[0-9a-f]{12}$")


class _Feedback:
    def __init__(self, sheet: Sheet, graded: Graded, index: int, shares: Plan) -> None:
        self.sheet, self.graded, self.index, self.plan = sheet, graded, index, shares
        self.own = OwnNumbers(sheet, graded, index)
        self.earned = {key: int(self.plan.units(marks[index])) for key, marks in graded.marks.items()}

    def blocks(self) -> Iterator[Block]:
        student = self.graded.submissions.students[self.index]
        yield Heading(1, f"{self.sheet.solution.title}: {student}", self.of(self.earned, self.plan.total))
        yield from self.troubles(student)
        for part in self.sheet.parts:
            yield from self.part(part)

    def of(self, earned: dict[str, int], most: int) -> str:
        return f"{self.plan.text(sum(earned.values()))} of {self.plan.text(most)} marks"

    def troubles(self, student: str) -> Iterator[Block]:
        own = [t for t in self.graded.submissions.troubles if t.student == student]
        if own:
            yield Prose(("What could not be read, and counts as blank:",))
            yield Bullets(tuple((f"{t.cell}: {t.found[:80]!r}, {t.reason}",) for t in own))

    def part(self, part: SolvedPart) -> Iterator[Block]:
        answers = [a for a in self.sheet.answers.values() if a.part == part.label]
        marked = {a.key: self.earned[a.key] for a in answers if a.key in self.earned}
        label = part_label(part.label)
        if part.label not in self.plan.parts:
            yield Heading(2, label, "marked by hand")
            return
        yield Heading(2, label, self.of(marked, self.plan.most(part.label)))
        rows = tuple(self.row(a) for a in answers if a.kind != "text")
        yield Table(("answer", "you wrote", "verdict", "marks"), rows, {})
        for answer in answers:
            if answer.key in self.graded.judged and not self.plain(answer):
                yield from self.explained(answer)

    def row(self, answer: Answer) -> tuple[Words | Tree, ...]:
        marks = f"{self.plan.text(self.earned[answer.key])} of {self.plan.text(self.plan.answers[answer.key])}"
        return (name_of(answer), self.written(answer), (self.verdict(answer),), (marks,))

    def written(self, answer: Answer) -> Words | Tree:
        return written(self.graded, self.own, answer, self.index)

    def verdict(self, answer: Answer) -> str:
        """The verdict on an answer in words; on its cells, where they differ."""
        judged = self.graded.judged[answer.key]
        found = Counter(Verdict(code) for code in judged.verdicts[self.index].ravel().tolist())
        if len(found) == 1:
            return WORDS[next(iter(found))]
        return ", ".join(f"{count} {WORDS[verdict]}" for verdict, count in sorted(found.items(), reverse=True))

    def plain(self, answer: Answer) -> bool:
        """Whether an answer is right, with nothing to say of it."""
        judged = self.graded.judged[answer.key]
        right = (judged.verdicts[self.index] == Verdict.CORRECT) & (judged.notes[self.index] == Note.NONE)
        return bool(right.all())

    # -- what should have come out ------------------------------------------------------------------------------------
    def explained(self, answer: Answer) -> Iterator[Block]:
        yield Prose(name_of(answer), "label")
        remarks = tuple(self.remarks(answer))
        if remarks:
            yield Bullets(remarks)
        if (self.graded.judged[answer.key].verdicts[self.index] == Verdict.CORRECT).all():
            return
        if answer.kind != "number":
            yield Prose((f"Expected: {answer.solved.text}",))
            return
        yield from expected(self.own, answer, "your")

    def remarks(self, answer: Answer) -> Iterator[Words]:
        """What is said of the cells that are not plainly right, cells of one remark together."""
        cells: dict[str, list[str]] = {}
        for cell in answer.cells:
            said = remark(self.graded, answer, (self.index, cell.row, cell.column))
            if said:
                cells.setdefault(said, []).append(cell.name.removeprefix(answer.key))
        every = len(answer.cells)
        for said, names in cells.items():
            shown = ", ".join(names[:_MOST_CELLS]) + (" …" if len(names) > _MOST_CELLS else "")
            yield (f"{shown}: {said}",) if len(names) < every else (said,)


def expected(own: OwnNumbers, answer: Answer, whose: str) -> Iterator[Block]:
    """The working of a number from what was written before it, or the key's where nothing follows from that."""
    symbols, working = answer.solved.context.working.symbols, own.lines(answer.solved)
    if working and answer.solved.item.needs:
        yield Prose((f"What follows from {whose} numbers:",))
    elif not working:
        yield Prose((f"Nothing can be worked out from {whose} earlier values here. In the key:",))
    for lines in working or [answer.solved.lines()]:
        yield Equations(lines, symbols)


def name_of(answer: Answer) -> Words:
    """An answer by its symbol, or by its part where it has no name."""
    return (answer.solved.symbol,) if answer.solved.name else (part_label(answer.part),)


def written(graded: Graded, own: OwnNumbers, answer: Answer, index: int) -> Words | Tree:
    """What a student wrote for an answer."""
    given = graded.submissions
    if answer.kind != "number":
        texts = (given.words if answer.kind == "word" else given.formulas).get(answer.key)
        return ((texts[index] or "")[:200] if texts else "",)
    found = own.wrote(answer.key)
    if found is not None:
        return found
    values = given.batch.values.get(answer.key)
    if values is None or np.isnan(values[index]).all():
        return ("",)
    return ("; ".join(" ".join(_typed(v) for v in row) for row in values[index].tolist()),)


def _typed(value: float) -> str:
    """One of a student's numbers; – where it is blank."""
    return "–" if np.isnan(value) else "−∞" if value == -np.inf else f"{value:.10g}"


def remark(graded: Graded, answer: Answer, at: tuple[int, int, int]) -> str:
    """What is said of one cell beside its verdict; nothing where there is no more to say."""
    judged = graded.judged[answer.key]
    note, mistake = Note(int(judged.notes[at])), graded.mistakes.get(answer.key, {}).get(at)
    said = []
    if mistake:
        meaning = describe(mistake)
        said.append(mistake if meaning == mistake else f"{mistake} ({meaning})")
    if note & Note.TOO_FEW:
        form = answer.solved.form
        said.append(f"fewer digits than asked for ({form})" if isinstance(form, Rounding) else "too few digits")
    if note & Note.LAST_DIGIT:
        said.append("the last digit is wrongly rounded")
    if note & Note.GUARDED:
        said.append(GUARDED)
    return "; ".join(said)
