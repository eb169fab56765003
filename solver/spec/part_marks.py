"""The marks of parts, and whether they add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from solver.spec.nodes import Node, Report
from solver.spec.quantities import number
from solver.working.question import Part, worths


def read_marks(entries: Mapping[str, Node], report: Report) -> Decimal | None:
    """The marks of one part; None where it says none."""
    if "marks" not in entries:
        return None
    marks = Decimal(number(entries["marks"], report, "marks").text)
    if not 0 <= marks <= 1000:
        report.add(entries["marks"], f"marks is {marks}, expected 0 to 1000")
    return marks


def check_sum(part: Part, within: Sequence[Part], entries: Mapping[str, Node], report: Report) -> None:
    """Notes marks of a part that those of its own parts do not add up to; what is unmarked shares what is left."""
    found = worths(within)
    inner = [found[each.label] for each in within if each.label.rpartition(".")[0] == part.label]
    marked = sum((marks for marks in inner if marks is not None), Decimal())
    if part.marks is not None and (marked > part.marks or (None not in inner and marked < part.marks)):
        message = f"marks is {part.marks}, but the parts of {part.label} have {marked} together"
        report.add(entries["marks"], message, "leave them out, and they are the sum")
