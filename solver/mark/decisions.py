"""A person's decisions from a file, YAML or CSV.

- {answer: c/J, value: 1.67, why: the other logarithm}           # whoever wrote this has full marks
- {answer: "b/u1[2]", values: [4.7, 4.70], marks: 0.5}           # or so many
- {answer: b/u1, value: [1.3, 4.7, 3.6], students: [ann, bob]}   # of these two alone
- {answer: b, student: ann, add: 1, why: she explained it}       # a part, one mark more
- {answer: a, student: ann, marks: 1.5, why: rubric, line 2}     # words that a person has marked

CSV has the columns answer, value, student, marks, add, why.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable

from solver.errors import Place, Problem, SpecError, nearest
from solver.mark.read.chunks import text_lines
from solver.mark.sheet import Sheet
from solver.spec.nodes import Node, Report, read_nodes
from solver.working.question import Decision

KEYS = ("answer", "value", "values", "student", "students", "marks", "add", "why")
_COLUMNS = ("answer", "value", "student", "marks", "add", "why")


def decisions_in(file: str, sheet: Sheet) -> tuple[Decision, ...]:
    """The decisions in a file; raises SpecError with every problem, each at its line."""
    report = Report()
    lines = list(text_lines(file))
    if file.lower().endswith(".csv"):
        nodes = _rows(lines, file, report)
    else:
        node = read_nodes("".join(lines), file)
        listed = node.get("decisions") if node.kind == "map" else node
        if listed is None or listed.kind != "list":
            raise SpecError([Problem(node.place, f"found {node.found()}, expected a list of decisions")])
        nodes = list(listed.items)
    found = tuple(d for d in (_decision(node, sheet, report) for node in nodes) if d is not None)
    report.check()
    return found


def _rows(lines: list[str], file: str, report: Report) -> list[Node]:
    """The rows of a CSV as maps."""
    delimiter = max(",;\t", key=(lines or [""])[0].count)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        head = [name.strip().lstrip("\ufeff").casefold() for name in next(reader, [])]
        for name in head:
            if name not in _COLUMNS:
                report.add(Place(file, 1), f"no column is called {name[:40]!r}", nearest(name, _COLUMNS))
        nodes = []
        for row in reader:
            place = Place(file, reader.line_num)
            pairs = [(n, cell.strip()) for n, cell in zip(head, row, strict=False) if cell.strip()]
            if pairs:
                entries = [(Node("scalar", place, n), _cell(n, cell, place)) for n, cell in pairs]
                nodes.append(Node("map", place, entries=entries))
    except csv.Error as error:
        raise SpecError([Problem(Place(file, reader.line_num), f"is not CSV: {error}")]) from None
    return nodes


def _cell(name: str, text: str, place: Place) -> Node:
    """A cell; `[1.3, 4.7]` as a list."""
    if name == "value" and text[:1] == "[" and text[-1:] == "]":
        pieces = [piece.strip(" []") for piece in text.split(",")]
        return Node("list", place, items=[Node("scalar", place, piece) for piece in pieces])
    return Node("scalar", place, text)


def _decision(node: Node, sheet: Sheet, report: Report) -> Decision | None:
    """One decision; None, and what is wrong with it noted, where it cannot be read."""
    before = len(report.problems)
    if node.kind != "map":
        report.add(node, f"found {node.found()}, expected a decision: a map with an answer")
        return None
    entries = {key.text: value for key, value in node.entries}
    for key in entries:
        if key not in KEYS:
            report.unknown(node.key(key), "key", key, KEYS)
    name = entries["answer"].text if "answer" in entries else ""
    known = [*sheet.answers, *(part.label for part in sheet.parts)]
    if not name:
        report.add(node, "'answer' is missing", "an answer, one of its cells, or a part")
    elif name not in known and name not in sheet.cells:
        report.add(entries["answer"], f"no answer is called {name[:60]!r}", nearest(name, known))
    students = [item.text.strip() for key in ("student", "students") for item in _items(entries.get(key))]
    values = [tuple(item.text for item in _leaves(entries["value"]))] if "value" in entries else []
    values += [tuple(leaf.text for leaf in _leaves(item)) for item in _items(entries.get("values"))]
    marks, add = (_number(entries.get(key), key, report) for key in ("marks", "add"))
    if marks is not None and add is not None:
        report.add(entries["add"], "found marks and add, expected one of them")
    if not students and not values and name:
        report.add(node, "is about everybody's answer, whatever it is", "give a value, or a student")
    if len(report.problems) == before:
        _check_values(node, name, values, sheet, report)
    if len(report.problems) != before:
        return None
    why = entries["why"].text.strip() if "why" in entries else ""
    return Decision(name, tuple(values), frozenset(students), marks, add, why)


def _check_values(node: Node, name: str, values: list[tuple[str, ...]], sheet: Sheet, report: Report) -> None:
    """Values must be such as the answer may have."""
    cell = sheet.cells.get(name)
    answer = sheet.answers.get(name) or (sheet.answers[cell.key] if cell else None)
    for value in values:
        if answer is None:
            report.add(node, "a value is of an answer, not of a part", "name the answer")
        elif answer.kind == "number":
            most = 1 if cell is not None else len(answer.cells)
            if len(value) != most:
                report.add(node, f"found {len(value)} numbers for {name}, expected {most}")
            for text in value:
                if not _is_number(text):
                    report.add(node, f"found {text[:40]!r} for {name}, expected a number")


def _items(node: Node | None) -> Iterable[Node]:
    return () if node is None else node.items if node.kind == "list" else (node,)


def _leaves(node: Node) -> Iterable[Node]:
    """The scalars of lists within lists."""
    for item in _items(node):
        if item.kind == "list":
            yield from _leaves(item)
        else:
            yield item


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < float("inf")
    except ValueError:
        return False


def _number(node: Node | None, key: str, report: Report) -> float | None:
    if node is None:
        return None
    if not _is_number(node.text) or abs(float(node.text)) > 1e6 or (key == "marks" and float(node.text) < 0):
        report.add(node, f"found {node.found()} for {key}, expected a number of marks")
        return None
    return float(node.text)
