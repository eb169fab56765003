"""Marks as Gradescope's results.json: a test for each part, with its score and what was said of each answer.

Format: https://gradescope-autograders.readthedocs.io/en/latest/specs/ (score, tests with score, max_score, name, number,
status, output, output_format).
"""

from __future__ import annotations

import json
from typing import Any

from solver.mark.judge.numbers import Verdict
from solver.mark.out.rows import BY_HAND, NO_ANSWER, Row, Rows
from solver.mark.out.writer import Writer
from solver.mark.records import Graded, Show
from solver.render.clean import clean


class GradescopeWriter(Writer):
    """Writes results.json, which is of one student; of several, one object with each student's results by name.

    What was expected, and the key's values, stand in tests without a score that students see after the due date.
    """

    show: Show = "hints"
    for_programs = True

    def open(self) -> None:
        self.waiting: tuple[str, dict[str, Any]] | None = None
        self.count = 0

    def add(self, graded: Graded) -> None:
        hints: Show = "marks" if self.show == "marks" else "hints"
        rows = Rows(self.sheet, self.plan, self.scheme, graded, hints)
        later = self.told(graded) if self.show in ("lines", "key") else None
        parts = self.part_marks(graded)
        for i, student in enumerate(graded.submissions.students):
            units = {label: column[i] for label, column in parts.items()}
            results = self.results(rows.of(i), units)
            if later is not None:
                results["tests"] += self.later(later.of(i))
            unread = [clean(trouble.told) for trouble in rows.reviews.get(student, ())]
            if unread:
                said = f"Could not be read, and is looked at by a person: {'; '.join(unread)}"
                results["output"] = "\n".join(filter(None, (results["output"], said)))
            self.put(student, results)

    def put(self, student: str, results: dict[str, Any]) -> None:
        """Writes the student before, now that it is known that there are several."""
        self.count += 1
        if self.waiting is not None:
            self.write(*self.waiting, "{" if self.count == 2 else ",")
        self.waiting = (student, results)

    def write(self, student: str, results: dict[str, Any], before: str) -> None:
        """Writes one of several students."""
        self.stream.write(f"{before}\n{json.dumps(clean(student))}: {json.dumps(results)}")

    def close(self) -> None:
        if self.waiting is None:
            self.stream.write("{}\n")
        elif self.count == 1:
            self.stream.write(json.dumps(self.waiting[1], indent=1) + "\n")
        else:
            self.write(*self.waiting, ",")
            self.stream.write("\n}\n")

    def results(self, rows: list[Row], units: dict[str, int]) -> dict[str, Any]:
        """One student's results.json."""
        tests = [self.test(label, units[label], rows) for label in self.plan.parts]
        by_hand = [row.cell for row in rows if row.verdict == BY_HAND]
        said = f"To be marked by hand: {', '.join(by_hand)}" if by_hand else ""
        return {
            "score": self.marks(sum(units.values())),
            "output": said,
            "output_format": "text",
            "visibility": "visible",
            "tests": tests,
        }

    def test(self, label: str, units: int, rows: list[Row]) -> dict[str, Any]:
        """One part as a test."""
        keys, most = self.plan.parts[label], self.plan.most(label)
        lines = [] if self.show == "marks" else _lines([row for row in rows if row.answer in keys])
        return {
            "number": label,
            "name": f"Part {label}",
            "score": self.marks(units),
            "max_score": self.marks(most),
            "status": "passed" if units == most else "failed",
            "output": "\n".join(lines),
            "output_format": "text",
        }

    def later(self, rows: list[Row]) -> list[dict[str, Any]]:
        """A test for each part that lost marks, with what was expected of each answer."""
        made = []
        for label, keys in self.plan.parts.items():
            lines = [
                f"{row.cell}: {clean(row.reason)}" + (f"; the key has {clean(row.key)}" if _unsaid(row) else "")
                for row in rows
                if row.answer in keys and row.verdict != Verdict.CORRECT.name
            ]
            if lines:
                made.append(
                    {
                        "number": f"{label} expected",
                        "name": f"Part {label}: what was expected",
                        "output": "\n".join(lines),
                        "output_format": "text",
                        "visibility": "after_due_date",
                    }
                )
        return made

    def marks(self, units: int) -> float:
        """Units as a number."""
        return float(self.plan.text(units))


def _unsaid(row: Row) -> bool:
    """Whether the key's value stands in no reason."""
    return bool(row.key) and row.key not in row.reason


def _lines(rows: list[Row]) -> list[str]:
    """What is said of each answer, and in one line which ones are left out."""
    left_out = [row for row in rows if row.verdict == Verdict.BLANK.name and row.reason == NO_ANSWER]
    lines = [_line(row) for row in rows if row not in left_out]
    answers = dict.fromkeys(row.answer for row in left_out)
    whole = {key for key in answers if all(row in left_out for row in rows if row.answer == key)}
    names = dict.fromkeys(row.answer if row.answer in whole else row.cell for row in left_out)
    return lines + ([f"no answer: {', '.join(names)}"] if names else [])


def _line(row: Row) -> str:
    written = f" {clean(row.written)}" if row.written else ""
    reason = f": {clean(row.reason)}" if row.reason else ""
    return f"{row.cell}{written} {row.verdict.lower()}{reason}"
