"""An audit of somebody's published answers, line by line: which carry rule each agrees with, what is wrong and why."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from solver.formula.tree import Tree
from solver.formula.words import Words
from solver.mark.judge.numbers import Note, Verdict
from solver.mark.records import Graded
from solver.mark.sheet import Answer, Sheet
from solver.mark.tell.feedback import expected, name_of, remark, written
from solver.mark.tell.own import OwnNumbers
from solver.render.blocks import Block, Heading, Prose, Table, bullets, part_label
from solver.rounding import Floats
from solver.spec.prose.passages import sentence
from solver.working.solution import SolvedPart

AGREES = "agrees"
ROUNDED = "agrees where rounded values are carried"
EXACT = "agrees where exact values are carried"
MIXED = "agrees, some of it where rounded and some where exact values are carried"
OWN = "follows from its own earlier values"
FOLLOWED = "follows from its own earlier value, which is wrong"
TOO_FEW = "agrees, with fewer digits than asked for"
LAST_DIGIT = "agrees but for the last digit"
OTHERWISE = "agrees by another convention"
DECIDED = "accepted by a person"
GIVEN = "marks given by a person"
WRONG = "wrong"
BLANK = "left out"

_MOST_CELLS = 24


def explain(sheet: Sheet, graded: Graded, index: int) -> list[Block]:
    """The audit of the answers that `index` of a batch handed in."""
    return list(_Audit(sheet, graded, index).blocks())


def finding(graded: Graded, answer: Answer, index: int) -> str:
    """What is found of one answer, one of the phrases above."""
    judged = graded.judged[answer.key]
    verdicts, notes = judged.verdicts[index], judged.notes[index]
    if (verdicts == Verdict.WRONG).any():
        return WRONG
    if (verdicts == Verdict.BLANK).any():
        return BLANK
    if (verdicts == Verdict.FOLLOWED).any():
        return FOLLOWED
    if (notes & Note.DECIDED).any():
        return DECIDED
    if (notes & Note.OTHERWISE).any():
        return OTHERWISE
    if answer.kind != "number":
        return AGREES
    if (notes & Note.LAST_DIGIT).any():
        return LAST_DIGIT
    if (notes & Note.TOO_FEW).any():
        return TOO_FEW
    return _carried(answer, graded.submissions.batch.values[answer.key][index])


def _carried(answer: Answer, given: Floats) -> str:
    """Which carry rule right numbers agree with."""
    solved = answer.solved
    by_rule = [
        np.zeros(given.shape, dtype=bool) if value is None else _equal(given, solved.form.round(value))
        for value in (solved.rounded, solved.exact)
    ]
    rounded, exact = (bool(flags.all()) for flags in by_rule)
    if rounded or exact:
        return AGREES if rounded and exact else ROUNDED if rounded else EXACT
    return MIXED if bool((by_rule[0] | by_rule[1]).all()) else OWN


def _equal(a: Floats, b: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    with np.errstate(over="ignore", invalid="ignore"):  # the largest numbers, and −∞, agree with nothing
        return np.asarray((a == b) | (np.abs(a - b) <= 1e-9 * np.maximum(np.abs(b), 1.0)))


class _Audit:
    def __init__(self, sheet: Sheet, graded: Graded, index: int) -> None:
        self.sheet, self.graded, self.index = sheet, graded, index
        self.own = OwnNumbers(sheet, graded, index)
        self.findings = {
            key: finding(graded, answer, index) for key, answer in sheet.answers.items() if key in graded.judged
        }

    def blocks(self) -> Iterator[Block]:
        yield Heading(1, (*sentence(self.sheet.solution.title), f": {self.graded.submissions.students[self.index]}"))
        yield Prose((self.verdict(),))
        troubles = [
            t for t in self.graded.submissions.troubles if t.student == self.graded.submissions.students[self.index]
        ]
        if troubles:
            yield bullets(*((f"{t.cell}: {t.found[:80]!r}, {t.reason}",) for t in troubles))
        given = {key: why for (student, key), (_, why) in self.graded.decided.items() if student == self.index}
        if given:
            yield bullets(*((f"{key}: {GIVEN}" + (f": {why}" if why else ""),) for key, why in given.items()))
        for part in self.sheet.parts:
            yield from self.part(part)

    def verdict(self) -> str:
        """The whole in one sentence or two."""
        found = list(self.findings.values())
        wrong, blank = found.count(WRONG), found.count(BLANK)
        count = f"{len(found)} answer{'' if len(found) == 1 else 's'}"
        said = f"{wrong} of {count} {'is' if wrong == 1 else 'are'} wrong." if wrong else f"None of {count} is wrong."
        if blank:
            said += f" {blank} {'is' if blank == 1 else 'are'} left out."
        given = {phrase for phrase in found if phrase not in (WRONG, BLANK)}
        if not wrong and given:
            if given == {AGREES}:
                said += " They agree under either carry rule."
            elif given <= {AGREES, ROUNDED}:
                said += " They agree where rounded values are carried."
            elif given <= {AGREES, EXACT}:
                said += " They agree where exact values are carried."
        return said

    def part(self, part: SolvedPart) -> Iterator[Block]:
        answers = [a for a in self.sheet.by_part.get(part.label, []) if a.key in self.findings]
        if not answers:
            return
        symbols = answers[0].solved.context.working.symbols
        yield Heading(2, (part_label(part.label),))
        yield Table(("answer", "published", "finding", "here"), tuple(self.row(a) for a in answers), symbols)
        for answer in answers:
            if self.findings[answer.key] in (WRONG, FOLLOWED, LAST_DIGIT, TOO_FEW, OTHERWISE, DECIDED):
                yield from self.explained(answer)

    def row(self, answer: Answer) -> tuple[Words | Tree, ...]:
        here: Words | Tree = answer.solved.shown if answer.kind != "word" else (answer.solved.text,)
        return (name_of(answer), written(self.graded, self.own, answer, self.index), (self.findings[answer.key],), here)

    def explained(self, answer: Answer) -> Iterator[Block]:
        judged = self.graded.judged[answer.key]
        yield Prose(name_of(answer), "label")
        said = []
        for cell in answer.cells:
            at = (self.index, cell.row, cell.column)
            if judged.verdicts[at] != Verdict.CORRECT or judged.notes[at]:
                verdict = {Verdict.WRONG: "wrong", Verdict.FOLLOWED: "follows", Verdict.BLANK: "left out"}
                pieces = (verdict.get(Verdict(int(judged.verdicts[at])), ""), remark(self.graded, answer, at))
                said.append((f"{cell.name}: {': '.join(p for p in pieces if p)}",))
        yield bullets(*said[:_MOST_CELLS])
        if answer.kind == "number" and self.findings[answer.key] not in (OTHERWISE, DECIDED):
            yield from expected(self.own, answer, "its")
