"""The names of an answer file's columns and entries: a cell, a whole answer, the student, or nothing known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from solver.errors import Place, Problem, SpecError
from solver.mark.sheet import Sheet
from solver.spec.nodes import Report, read_nodes
from solver.spec.reader import text_of_file

STUDENT = "student"
"""The column that names the student."""

IGNORED = ""
"""What a column is that says nothing to mark."""


@dataclass
class AnswerNames:
    """What each name in a file stands for: the name of a cell or of a whole answer, STUDENT or IGNORED.

    renamed: from the mapping file, the file's own names to names of the sheet, with the place of each line.
    """

    sheet: Sheet
    renamed: dict[str, tuple[str, Place]] = field(default_factory=dict)
    known: dict[str, str] = field(init=False)
    looked: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.known = {STUDENT: STUDENT} | {_folded(key): IGNORED for key in self.sheet.again}
        for key, answer in self.sheet.answers.items():
            self.known[_folded(key)] = key
            for cell in answer.cells:
                self.known[_folded(cell.name)] = cell.name
                if answer.shape != (1, 1):  # a vector's cells may be named as a matrix's
                    self.known.setdefault(_folded(f"{key}[{cell.row + 1},{cell.column + 1}]"), cell.name)
                if answer.shape[0] == 1:
                    self.known.setdefault(_folded(f"{key}[{cell.column + 1}]"), cell.name)

    def find(self, name: str) -> str | None:
        """The name on the sheet, STUDENT or IGNORED; None where it is unknown."""
        name = name.strip()
        if name in self.renamed:
            return self.renamed[name][0]
        return self.known.get(_folded(name))

    def nearest(self, name: str) -> str:
        """A hint that names what was probably meant; "" where nothing is near."""
        meant = self.close(name, self.all, 0.6)
        return f"did you mean {meant!r}?" if meant else ""

    @property
    def all(self) -> list[str]:
        """Every answer and every cell."""
        return [*self.sheet.answers, *(name for name in self.sheet.cells if name not in self.sheet.answers)]

    def close(self, name: str, among: Iterable[str], cutoff: float = 0.85) -> str | None:
        """The name that a misspelt one must have meant, if there is one. cutoff: how alike they are, 0 to 1."""
        self.looked += 1
        if self.looked > MOST_HINTS:
            return None  # a file with so many other names holds something else
        by_folded = {_folded(known): known for known in among}
        found = difflib.get_close_matches(_folded(name)[:100], by_folded, n=1, cutoff=cutoff)
        return by_folded[found[0]] if found else None


MOST_HINTS = 2_000


def _folded(name: str) -> str:
    return "".join(name.split()).casefold()


def names(sheet: Sheet, mapping: str | None = None) -> AnswerNames:
    """The names of a sheet, and those of a mapping file: a YAML map from column to answer name, `student` or nothing.

    Raises SpecError with every line that names no answer.
    """
    made = AnswerNames(sheet)
    if mapping is None:
        return made
    root, report = read_nodes(text_of_file(mapping), mapping), Report()
    if root.kind != "map":
        report.add(root, f"found {root.found()}, expected a map from column to answer name")
    for key, value in root.entries:
        column = key.text.strip()
        if column in made.renamed:
            report.add(key, f"the column {column[:60]!r} stands here twice")
        elif value.empty:
            made.renamed[column] = (IGNORED, key.place)
        elif value.kind != "scalar" or _folded(value.text) not in made.known:
            hint = made.nearest(value.text) if value.kind == "scalar" else "or nothing, for a column to ignore"
            report.add(value, f"found {value.found()}, expected an answer name or `student`", hint)
        else:
            made.renamed[column] = (made.known[_folded(value.text)], key.place)
    report.check()
    return made


def unknown_entry(made: AnswerNames, name: str) -> str:
    """Why an entry of one student's answers is not marked."""
    hint = made.nearest(name)
    return "no answer has this name" + (f"; {hint}" if hint else "")


def refuse(place: Place, message: str, hint: str = "") -> SpecError:
    """The error of a file that cannot be marked."""
    return SpecError([Problem(place, message, hint)])
