"""Feedback to one student: the marks, and of each answer that is not plainly right a verdict and what went wrong.

It has no number of the key, unless more is to be shown: the working with the student's own numbers in it, or the key's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from solver.files import whole_file
from solver.formula.tree import Tree
from solver.formula.walks.reduce import Detail
from solver.formula.words import Words
from solver.mark.judge.diagnose import describe
from solver.mark.judge.marks import Plan, plan
from solver.mark.judge.numbers import Note, Verdict
from solver.mark.out.rows import ACCEPTED, OTHERWISE, PARTLY, SAME_EVERYWHERE
from solver.mark.out.writer import csv_line, text_cell
from solver.mark.records import Graded, Show
from solver.mark.sheet import Answer, Sheet
from solver.mark.tell.feedback_files import feedback_file
from solver.mark.tell.own import OwnNumbers
from solver.render.blocks import Block, Equations, Heading, Prose, Table, bullets, part_label
from solver.render.format_markdown import render
from solver.rounding import Rounding
from solver.spec.prose.passages import sentence
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
_WORST_FIRST = (Verdict.WRONG, Verdict.BLANK, Verdict.FOLLOWED, Verdict.CORRECT)


def feedback(sheet: Sheet, graded: Graded, index: int, shares: Plan | None = None, show: Show = "hints") -> list[Block]:
    """What student `index` of a batch is told. shares: how the marks are shared out, by the default scheme if None."""
    return list(_Feedback(sheet, graded, index, shares or plan(sheet, Scheme()), show).blocks())


def write_feedback(
    directory: Path,
    sheet: Sheet,
    graded: Graded,
    shares: Plan | None = None,
    show: Show = "hints",
    participants: Mapping[str, str] | None = None,
) -> list[Path]:
    """One markdown file for each student of a batch, each written whole or not at all; raises OSError.

    Students of one name within a batch get a number behind it. participants: Moodle's folders by student.
    """
    directory.mkdir(parents=True, exist_ok=True)
    shares = shares or plan(sheet, Scheme())
    seen: Counter[str] = Counter()
    made = []
    for index, student in enumerate(graded.submissions.students):
        name = feedback_file(student, participants)
        seen[name] += 1
        path = directory / (name if seen[name] == 1 else f"{name.removesuffix('.md')}.{seen[name]}.md")
        path.parent.mkdir(exist_ok=True)
        with whole_file(path) as file:
            file.write(render(feedback(sheet, graded, index, shares, show)))
        made.append(path)
    return made


def index_lines(students: Sequence[str], files: Sequence[Path], directory: Path) -> str:
    """Lines of a list, student to file, as CSV."""
    pairs = zip(students, files, strict=True)
    return "".join(
        csv_line(map(text_cell, (student, file.relative_to(directory).as_posix()))) for student, file in pairs
    )


class _Feedback:
    def __init__(self, sheet: Sheet, graded: Graded, index: int, shares: Plan, show: Show) -> None:
        self.sheet, self.graded, self.index, self.plan, self.show = sheet, graded, index, shares, show
        self.own = OwnNumbers(sheet, graded, index)
        self.earned = {key: int(self.plan.units(marks[index])) for key, marks in graded.marks.items()}

    def blocks(self) -> Iterator[Block]:
        student = self.graded.submissions.students[self.index]
        yield Heading(1, (*sentence(self.sheet.solution.title), f": {student}"), self.of(self.earned, self.plan.total))
        yield from self.troubles(student)
        answers = [a for a in self.sheet.answers.values() if a.kind != "text"]
        if answers and all(self.blank(a) for a in answers):
            yield Prose(("No answer was handed in.",))
            return
        decided = [(key, found) for (i, key), found in self.graded.decided.items() if i == self.index]
        if decided:
            yield Prose(("Decided by a person:",))
            yield bullets(
                *((f"{key}: {self.plan.text(units)} marks{why and ': '}{why}",) for key, (units, why) in decided)
            )
        yield Table(("part", "marks", "answers"), tuple(self.summary(part) for part in self.sheet.parts), {})
        if self.show != "marks":
            for part in self.sheet.parts:
                yield from self.part(part)

    def of(self, earned: dict[str, int], most: int) -> str:
        return f"{self.plan.text(sum(earned.values()))} of {self.plan.text(most)} marks"

    def troubles(self, student: str) -> Iterator[Block]:
        own = [t for t in self.graded.submissions.troubles if t.student == student]
        if own:
            yield Prose(("What could not be read, and counts as blank:",))
            yield bullets(*((f"{t.cell}: {t.found[:80]!r}, {t.reason}",) for t in own[:_MOST_CELLS]))

    def answers(self, part: SolvedPart) -> list[Answer]:
        return self.sheet.by_part.get(part.label, [])

    def marks(self, part: SolvedPart) -> str:
        earned = {a.key: self.earned[a.key] for a in self.answers(part) if a.key in self.earned}
        return self.of(earned, self.plan.most(part.label))

    def summary(self, part: SolvedPart) -> tuple[Words, ...]:
        """A part in one row: its marks, and how many answers have which verdict."""
        label = (part_label(part.label),)
        if part.label not in self.plan.parts:
            return (label, ("marked by hand",), ("",))
        found = Counter(self.worst(a) for a in self.answers(part) if a.key in self.graded.judged)
        said = ", ".join(f"{n} {WORDS[v]}" for v, n in sorted(found.items(), reverse=True))
        return (label, (self.marks(part),), ("" if self.show == "marks" else said,))

    def part(self, part: SolvedPart) -> Iterator[Block]:
        """What is not plainly right in a part; nothing of one in which all is."""
        some = [a for a in self.answers(part) if a.key in self.graded.judged and not self.plain(a)]
        if not some:
            return
        yield Heading(2, (part_label(part.label),), self.marks(part))
        written_ = [a for a in some if not self.blank(a)]
        remarks = ["; ".join(self.remarks(a)) for a in written_]
        head: tuple[str, ...] = ("answer", "you wrote", "verdict", "marks")
        rows = tuple(map(self.row, written_))
        if any(remarks):
            head, rows = (*head, "why"), tuple((*row, (why,)) for row, why in zip(rows, remarks, strict=True))
        if rows:
            yield Table(head, rows, {})
        blank = [a for a in some if self.blank(a)]
        if blank:
            yield Prose(("No answer: ", *listed(map(name_of, blank)), "."))
        if self.show in ("lines", "key"):
            for answer in written_:
                if self.worst(answer) == Verdict.WRONG:
                    yield from self.explained(answer)

    def row(self, answer: Answer) -> tuple[Words | Tree, ...]:
        marks = f"{self.plan.text(self.earned[answer.key])} of {self.plan.text(self.plan.answers[answer.key])}"
        return (name_of(answer), self.written(answer), (self.verdict(answer),), (marks,))

    def written(self, answer: Answer) -> Words | Tree:
        return written(self.graded, self.own, answer, self.index)

    def found(self, answer: Answer) -> list[Verdict]:
        """The verdicts on the cells of an answer."""
        return [Verdict(code) for code in self.graded.judged[answer.key].verdicts[self.index].ravel().tolist()]

    def worst(self, answer: Answer) -> Verdict:
        """The verdict on an answer: that on its worst cell, WRONG before BLANK."""
        return min(self.found(answer), key=_WORST_FIRST.index)

    def verdict(self, answer: Answer) -> str:
        """The verdict on an answer in words; on its cells, where they differ."""
        found = Counter(self.found(answer))
        if len(found) == 1:
            return WORDS[next(iter(found))]
        return ", ".join(f"{count} {WORDS[verdict]}" for verdict, count in sorted(found.items(), reverse=True))

    def blank(self, answer: Answer) -> bool:
        """Whether an answer was left out."""
        return set(self.found(answer)) == {Verdict.BLANK}

    def plain(self, answer: Answer) -> bool:
        """Whether an answer is right, with nothing to say of it."""
        judged = self.graded.judged[answer.key]
        told = judged.notes[self.index] & ~np.uint8(Note.FLAGGED)
        return bool(((judged.verdicts[self.index] == Verdict.CORRECT) & (told == Note.NONE)).all())

    # -- what should have come out ------------------------------------------------------------------------------------
    def explained(self, answer: Answer) -> Iterator[Block]:
        """The working of a wrong answer, or the key's words."""
        if answer.kind == "number":
            yield Prose(name_of(answer), "label")
            detail: Detail = "normal" if answer.shape == (1, 1) else "brief"  # a page for a few errors
            yield from expected(self.own, answer, "your", self.show == "key", detail)
        elif self.show == "key":
            yield Prose((*name_of(answer), f", expected: {answer.solved.text}"))

    def remarks(self, answer: Answer) -> Iterator[str]:
        """What is said of the cells that are not plainly right, cells of one remark together."""
        cells: dict[str, list[str]] = {}
        for cell in answer.cells:
            said = remark(self.graded, answer, (self.index, cell.row, cell.column))
            if said:
                cells.setdefault(said, []).append(cell.name.removeprefix(answer.key))
        every = len(answer.cells)
        for said, names in cells.items():
            shown = ", ".join(names[:_MOST_CELLS]) + (" …" if len(names) > _MOST_CELLS else "")
            yield f"{shown}: {said}" if len(names) < every else said


def listed(names: Iterable[Words]) -> Words:
    """Names one behind the other, parted by commas."""
    found: list[Words] = list(names)
    return tuple(word for at, words in enumerate(found) for word in ((", ", *words) if at else words))


def expected(
    own: OwnNumbers, answer: Answer, whose: str, key: bool = True, detail: Detail = "normal"
) -> Iterator[Block]:
    """The working of a number from what was written before it, or the key's, if told, where nothing follows from that."""
    symbols, working = answer.solved.context.working.symbols, own.lines(answer.solved, detail)
    if working and answer.solved.item.needs:
        yield Prose((f"What follows from {whose} numbers:",))
    elif not working:
        has = " In the key:" if key else ""
        yield Prose((f"Nothing can be worked out from {whose} earlier values here.{has}",))
    for lines in working or ([answer.solved.lines()] if key else []):
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
    bits, mistake = int(graded.judged[answer.key].notes[at]), graded.mistakes.get(answer.key, {}).get(at)
    if not bits and not mistake:
        return ""  # as of most cells
    note, said = Note(bits), []
    if note & Note.DECIDED:
        return f"{ACCEPTED}: {mistake}" if mistake else ACCEPTED
    if note & Note.OTHERWISE:
        return f"{OTHERWISE}: {mistake}"
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
    if note & Note.FILLER:
        said.append(SAME_EVERYWHERE)
    if note & Note.PARTLY:
        said.append(PARTLY)
    return "; ".join(said)
