"""What stands below an answer where it is asked for: the other way of rounding, and what other programs print."""

from __future__ import annotations

from collections.abc import Iterator

from solver.formula.symbol import Symbol
from solver.formula.tree import Name, Tree, bare, literal
from solver.formula.walks.reduce import MOST
from solver.render.blocks import Block, Heading, Prose, Table, bullets, part_label
from solver.render.views.view import View
from solver.working.solution import Solution, Solved


def comparison(solution: Solution, view: View, level: int) -> Iterator[Block]:
    """Every quantity that prints differently when rounded values are carried and when exact ones are."""
    yield Heading(level, ("Carried rounded or exact",))
    rows: dict[tuple[int, str], tuple[list[str | Symbol], Tree, Tree]] = {}
    for part in view.shown(solution):
        for solved in part.steps:
            if not solved.diverges:
                continue
            assert solved.rounded is not None
            assert solved.exact is not None
            source = _renamed(solved)
            if (id(solved.context), source) in rows:
                rows[id(solved.context), source][0].extend([" = ", solved.symbol])
                continue
            cells = (literal(solved.rounded, solved.form), literal(solved.exact, solved.form))
            rows[id(solved.context), solved.name] = ([f"({part.label}) ", solved.symbol], *cells)
    if not rows:
        yield Prose(("Every result prints the same under both rules.",), "plain")
        return
    yield Prose(
        ("Both columns are right, each under its own rule: the same formulas, rounded at every step or only once.",),
        "plain",
    )
    header = ("quantity", "rounded values carried", "exact values carried")
    yield Table(header, tuple((tuple(q), a, b) for q, a, b in rows.values()), {}, MOST[view.detail])


def _renamed(solved: Solved) -> str:
    """The quantity a step merely renames (∇_b J = ∇_u J), or its own name."""
    tree = bare(solved.item.definition) if solved.item.definition is not None else None
    return tree.id if isinstance(tree, Name) else solved.name


def reconciled(solution: Solution, view: View, level: int) -> Iterator[Block]:
    """What other programs print for what each part works with, and why."""
    seen: set[int] = set()
    for part in view.shown(solution):
        working = part.context.working if part.context else None
        if working is None or working.others is None or id(working) in seen:
            continue
        seen.add(id(working))
        yield Heading(level, (f"What other programs print, for part {part_label(part.label)}",))
        listing = working.others()
        rows = tuple(tuple((cell,) if isinstance(cell, str) else cell for cell in row) for row in listing.rows)
        yield Table(listing.header, rows, {}, MOST[view.detail])
        yield bullets(*((point,) for point in listing.points))
    if not seen:
        yield Heading(level, ("What other programs print",))
        yield Prose(("No part counts a network.",), "plain")
