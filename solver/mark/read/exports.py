"""Answers as learning platforms export them, known by the names of their columns: no mapping is needed.

Each says which columns belong to the platform, which of them names the student (the one that no two share, if there is
one: names may be shared), and which rows are of no student.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from solver.mark.read.read_names import IGNORED, STUDENT, AnswerNames


@dataclass(frozen=True, slots=True)
class Export:
    """One platform's export. Names are in lower case.

    needs: columns that it always has; student: those that may name the student, best first; own: further columns of the
    platform, as a pattern; answers: columns of answers that are known by their place alone; skips: what stands in the
    first column of rows that are of no student.
    """

    title: str
    needs: frozenset[str]
    student: tuple[str, ...]
    own: re.Pattern[str]
    answers: re.Pattern[str] | None = None
    skips: frozenset[str] = frozenset()


def _own(*names: str) -> re.Pattern[str]:
    return re.compile("|".join(names))


EXPORTS = (
    Export(
        "Moodle quiz responses",
        frozenset(("completed", "time taken")),
        ("email address", "username", "id number"),
        _own(
            "last name|surname|first name|full name|institution|department|email address|username|id number",
            "state|status|started( on)?|completed|time taken|grade/.*|question \\d+|right answer \\d+",
        ),
        re.compile(r"response \d+"),
        frozenset(("overall average",)),
    ),
    Export(
        "Canvas quiz responses",
        frozenset(("name", "id", "submitted", "attempt")),
        ("sis_id", "id"),
        _own(
            "name|id|sis_id|root_account|section|section_id|section_sis_id|submitted|attempt",
            r"\d+(\.\d+)?|n correct|n incorrect|score",
        ),
        re.compile(r"\d+: .*"),
    ),
    Export(
        "Canvas gradebook",
        frozenset(("student", "id", "section")),
        ("sis login id", "sis user id", "id"),
        _own(
            "student|id|sis user id|sis login id|integration id|root account|section|notes",
            r".*\b(current|final|unposted) (score|grade|points)",
        ),
        None,
        frozenset(("points possible", "")),
    ),
    Export(
        "Microsoft Forms",
        frozenset(("start time", "completion time", "email")),
        ("email",),
        _own(
            "id|start time|completion time|email|name|last modified time|total points|quiz feedback|grade posted time",
            "(points|feedback) - .*",
        ),
    ),
    Export(
        "Google Forms",
        frozenset(("timestamp",)),
        ("email address", "username", "email"),
        _own("timestamp|email address|username|score|.* \\[(score|feedback)\\]"),
    ),
    Export(
        "Gradescope",
        frozenset(("sid", "email")),
        ("sid", "email"),
        _own(
            "name|first name|last name|sid|email|sections?|section_name|assignment|submission id|submission time|status",
            r"total score|max points|lateness.*|view count|submission count|.* score",
        ),
        re.compile(r"question [\d.]+ response|[\d.]+: .* \((?:response|answer)\)"),
    ),
)

_TIMES = ("timestamp", "zeitstempel", "horodateur", "marca temporal", "date", "time", "submitted", "start time", "id")


class Found(NamedTuple):
    """What an export's columns are: those of answers, STUDENT, IGNORED, or None where that is not known.

    title: of the export; skips: first cells of rows that are of no student; told: what was taken for what by its place.
    """

    columns: list[str | None]
    title: str
    skips: frozenset[str]
    told: str


def known_export(header: Sequence[str], names: AnswerNames) -> Found | None:
    """The export that a header is of; None where it is of none."""
    low = [name.strip().lstrip("\ufeff").casefold() for name in header]
    export = next((e for e in EXPORTS if e.needs <= set(low)), None)
    if export is None:
        return None
    columns = [names.find(name) or _leading(name, names) for name in header]
    named = STUDENT in [names.renamed[name.strip()][0] for name in header if name.strip() in names.renamed]
    if not named:
        columns = [
            None if column == STUDENT and name == "student" else column
            for column, name in zip(columns, low, strict=True)
        ]
        best = next((name for name in export.student if name in low), None)
        if best is not None:
            columns[low.index(best)] = STUDENT
    told = ""
    if export.answers is not None:
        by_place = [i for i, name in enumerate(low) if columns[i] is None and export.answers.fullmatch(name)]
        for some in (list(names.sheet.answers), list(names.sheet.cells)):
            if by_place and len(some) == len(by_place) and not set(some) & set(columns):
                for i, name in zip(by_place, some, strict=True):
                    columns[i] = name
                told = f"{header[by_place[0]][:40]} … {header[by_place[-1]][:40]} are read as {some[0]} … {some[-1]}"
                break
    columns = [
        IGNORED if column is None and export.own.fullmatch(name) else column
        for column, name in zip(columns, low, strict=True)
    ]
    return Found(columns, export.title, export.skips, told)


def is_time(name: str) -> bool:
    """Whether a column holds when somebody answered, or a number of the row: no name of a student."""
    return name.strip().lstrip("\ufeff").casefold() in _TIMES


def _leading(name: str, names: AnswerNames) -> str | None:
    """The answer that a title begins with: `c/J: the loss`, `1234: c/J`, `c/J (98765)`."""
    plain = re.sub(r"^\d+: |\s*\(\d+\)$", "", name.strip())
    for part in (plain, re.split(r"[\s:–—]", plain, maxsplit=1)[0]):
        found = names.find(part)
        if found not in (None, STUDENT, IGNORED):
            return found
    return None
