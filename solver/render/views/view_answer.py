"""The answer: every part with all of its working."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from solver.formula.form import each_kind
from solver.formula.functions import FUNCTIONS, Own
from solver.formula.print.window import visible
from solver.formula.symbol import Symbol
from solver.formula.tree import Call, Name, Num, Sum, Tree, bare, names
from solver.formula.walks.reduce import MOST, Detail
from solver.formula.words import Words
from solver.render.answers import A_PART, PAGE, answers, distinct, elided, stated
from solver.render.blocks import (
    Block,
    Bullets,
    Equations,
    Facts,
    Heading,
    Inset,
    Prose,
    Table,
    note,
    part_label,
)
from solver.render.views.comparisons import comparison, reconciled
from solver.render.views.definitions import definition, point, slope, titled
from solver.render.views.headings import drawing, headed, rounded_here, roundings, worth
from solver.render.views.view import MOST_WORKED, WHOLE, View, steps
from solver.rounding import Floats, Rounding
from solver.working.items import Item, Line
from solver.working.page import Working
from solver.working.solution import Solution, Solved, SolvedPart

_ROWS: dict[Detail, int] = {"brief": 12, "normal": 24, "full": 200}
"""The most rows of a table of iterations."""
_FEW = 6
"""So many answers of one part are each worked out, even where they repeat the calculation of others."""
_COLUMNS = 6
"""The most columns of such a table, unless more is asked for."""


def question(solution: Solution, view: View, level: int) -> Iterator[Block]:
    """A question, its parts worked out."""
    yield headed(solution, level)
    if solution.prompt:
        yield from solution.prompt.blocks
    yield from drawing(solution.figure)
    told = roundings(solution, view, _rounded)
    if "" in told:
        yield note((_policy(solution),))
    for warning in solution.warnings if view.lecturer else ():
        yield note((f"Warning: {warning.message}" + (f" ({warning.hint})" if warning.hint else "") + ".",))
    page = _QuestionPage(view, told)
    for part in view.shown(solution):
        yield from page.part(part, level + 1)
    if view.compare:
        yield from comparison(solution, view, level + 1)
    if view.reconcile:
        yield from reconciled(solution, view, level + 1)


def _policy(solution: Solution) -> str:
    if solution.carry == "exact":
        return (
            f"Results are written to {solution.rounding}, half up (≈), but every step uses the unrounded values, "
            "of which some more digits are shown."
        )
    return (
        f"Each named result is rounded half up to {solution.rounding}, and the next step uses the rounded value; "
        "the lines between show more digits."
    )


def _printed(item: Item, most: int) -> Iterable[str]:
    """The names that stand in an item's formula on the page: of a long sum, those of the terms that are shown."""
    if not isinstance(item.formula, Sum):
        return item.needs
    terms = item.formula.terms
    return (name for k in visible(len(terms), most) if k is not None for name in names(terms[k]))


def _rounded(part: SolvedPart) -> bool:
    return any(isinstance(solved.form, Rounding) for solved in part.steps)


def part_blocks(part: SolvedPart, view: View = WHOLE) -> list[Block]:
    """The blocks of one part alone."""
    return list(_QuestionPage(view).part(part, 2))


def step_blocks(solved: Solved, view: View = WHOLE) -> list[Block]:
    """The blocks of one step alone: its lines of working, or its value where that is given."""
    page = _QuestionPage(view)
    page.symbols = solved.context.working.symbols
    return list(page.facts([solved]) if solved.item.given else page.step(solved))


class _QuestionPage:
    """One question's parts in order; remembers which functions have been defined already."""

    def __init__(self, view: View, told: Mapping[str, Rounding] | None = None) -> None:
        self.view, self.told = view, told or {}
        self.most, self.left, self.numbers = MOST[view.detail], view.worked, view.numbers
        self.defined: set[tuple[str, int]] = set()
        self.tabled: set[str] = set()
        self.asked: set[str] = set()
        self.said: set[str] = set()
        self.applied: dict[int, Mapping[str, Sequence[tuple[str, int]]]] = {}  # by working
        self.reasons: set[Words] = set()

    def part(self, part: SolvedPart, level: int) -> Iterator[Block]:
        yield Heading(level, (part_label(part.label),), worth(part.worth), part.label)
        if part.prompt:
            yield from part.prompt.blocks
        yield from drawing(part.figure)
        yield from rounded_here(part, self.told)
        if part.context is None:
            yield from self.remark(part)
            return
        self.symbols, self.reasons = part.context.working.symbols, set()
        yield from self.tally(part)
        yield from self.given(part)
        stated: list[Solved] = []
        self.short = False
        for solved in part.steps:
            if solved.item.given:
                stated.append(solved)
                continue
            if self.repeats(solved) and self.view.detail != "full":
                continue
            if not self.left and solved.item.answer is None:
                self.short = True
                continue
            yield from self.facts(stated)
            stated = []
            yield from self.step(solved)
        yield from self.facts(stated)
        if self.short:
            said = f"A page works out {MOST_WORKED:,} steps, where long tables and large matrices count as several"
            yield note((f"{said}; of those here, it has the results alone.",))
        yield from self.iterations(part)
        yield from self.summary(part)
        yield from self.overwhelmed(part)
        yield from self.proof(part)
        yield from self.remark(part)

    def tally(self, part: SolvedPart) -> Iterator[Block]:
        """The table that states what the part's steps use and give, and its conventions."""
        assert part.context is not None
        working, self.tabled = part.context.working, set[str]()
        asked = [solved.name for solved in part.asked]
        self.asked = set(asked if len(asked) <= _FEW else ())
        used = working.closure(asked) if working.tallies else ()
        for tally in working.tallies:
            if not tally.asked(solved.name for solved in part.steps):
                continue
            known = tally.names & {*used, *tally.sizes}
            shown = tally.listing({name: part.context.solved[name].literal() for name in known})
            if len(shown.rows) <= 1:
                continue
            self.tabled |= known
            for said in tally.said(shown):
                if said not in self.said:
                    self.said.add(said)
                    yield Prose((said,), "why")
            rows = tuple(tuple((cell,) if isinstance(cell, str) else cell for cell in row) for row in shown.rows)
            yield Table(shown.header, rows, self.symbols, self.most)

    def repeats(self, solved: Solved) -> bool:
        """Whether a step repeats that of the first iteration with new numbers, and is not shown in full."""
        repeat = solved.context.working.repeats.get(solved.name)
        if repeat is None or repeat.iteration <= 1 or repeat.shown:
            return False
        return not (repeat.few and solved.name in self.asked)

    def iterations(self, part: SolvedPart) -> Iterator[Block]:
        """The table of all iterations, where there is more than one: a row each, long ones without their middle."""
        assert part.context is not None
        rows: dict[int, dict[Symbol, Solved]] = {}
        counts, stand, usage = "", set[str](), self.symbols.usage
        for solved in part.steps:
            repeat = part.context.working.repeats.get(solved.name)
            if repeat is not None and repeat.heading is not None:
                rows.setdefault(repeat.iteration, {})[usage.symbol(repeat.heading)] = solved
                counts = repeat.counts
                if repeat.few:
                    stand.add(solved.name)
        if not rows or not any(self.repeats(solved) for solved in part.steps):
            return
        headings = list(dict.fromkeys(heading for row in rows.values() for heading in row))
        if len(headings) > _COLUMNS or any(heading.bold for heading in headings):  # room for what is asked for alone
            repeats = part.context.working.repeats
            made = (repeats[s.name].heading for s in part.asked if s.name in repeats)
            asked = {usage.symbol(heading) for heading in made if heading is not None}
            headings = [heading for heading in headings if heading in asked]
        order = sorted(rows)
        most = max(_ROWS[self.view.detail], PAGE if stand else 0)
        shown = [None if k is None else order[k] for k in visible(len(order), most)]
        yield Prose((f"Every {counts}",), "label")
        yield Table(
            (counts, *((heading,) for heading in headings)),
            tuple(
                (
                    ("…",) if t is None else Num(str(t)),
                    *(("",) if t is None or h not in rows[t] else rows[t][h].printed() for h in headings),
                )
                for t in shown
            ),
            self.symbols,
            PAGE,
        )
        if None in shown:
            yield note((f"--format json gives all {len(order):,} rows.",))
        else:
            self.tabled |= stand

    def proof(self, part: SolvedPart) -> Iterator[Block]:
        if part.checked is not None and self.view.lecturer:
            yield Prose(
                (f"The gradients are checked by central differences: largest difference {part.checked:.0e}.",), "why"
            )

    def remark(self, part: SolvedPart) -> Iterator[Block]:
        if part.note and self.view.lecturer:
            yield Inset(part.note.blocks, "note")

    def given(self, part: SolvedPart) -> Iterator[Block]:
        """What the part's steps start from: what the question gives, then results of earlier parts."""
        shown = [s for s in part.steps if not self.repeats(s) or self.view.detail == "full"]
        needed = {name for s in shown for name in _printed(s.item, self.most)}
        uses = [s for s in part.uses if s.name in needed or not self.repeats(s) or self.view.detail == "full"]
        given = distinct(s for s in uses if s.item.given)
        if given:
            yield Prose(("Given",), "label")
            yield from self.facts(given)
        earlier: dict[str, list[Solved]] = {}
        for solved in uses:
            if not solved.item.given:
                earlier.setdefault(solved.label, []).append(solved)
        guard = self.guard(part) if earlier else 0
        for label, results in earlier.items():
            unrounded = guard and any(s.shortened() for s in results)
            yield Prose((f"From part {part_label(label)}{', unrounded' if unrounded else ''}",), "label")
            yield from self.facts(results, guard)

    def guard(self, part: SolvedPart) -> int:
        """How many digits more than asked for the steps of a part show of earlier results that are carried exactly."""
        assert part.context is not None
        if part.context.carry == "rounded":
            return 0
        shown = (s for s in part.steps if not self.repeats(s) or self.view.detail == "full")
        return max((s.guard(self.view.detail) for s in shown), default=0)

    def facts(self, solved: Sequence[Solved], guard: int = 0) -> Iterator[Block]:
        if solved:
            yield Facts([stated(s, guard) for s in solved], self.symbols, self.most)

    def step(self, solved: Solved) -> Iterator[Block]:
        item = solved.item
        if item.title:
            yield Prose(self.words(item.title), "title")
        reason = self.reason(item.why)
        if item.answer is None:
            yield from reason
        if item.formula is not None and self.view.detail != "brief":
            yield from self.slope(solved)
            yield from self.definitions(self.symbols.on_page(item.formula, solved.name))
        lines, listing = self.lines(solved), solved.listing
        worked: list[Block] = [Equations(lines, self.symbols, self.most)] if lines else []
        if listing:
            rows = tuple(tuple((cell,) if isinstance(cell, str) else cell for cell in row) for row in listing.rows)
            worked.append(Table(listing.header, rows, self.symbols, self.most))
            self.tabled.update(item.tabled)
        self.left = max(self.left - steps(worked), 0)
        yield from worked
        if item.points:
            yield Bullets(tuple(point(said, self.symbols, whole=item.points_answer) for said in item.points))
        if item.answer is not None and item.answer != "" and not item.points_answer:
            yield Prose((f"Answer: {item.answer}",), "label")
        if item.answer is not None:
            yield from reason

    def reason(self, why: str) -> list[Prose]:
        """Why a step is as it is; once in a part."""
        said = self.words(why) if why and self.view.detail != "brief" else ()
        if not said or said in self.reasons:
            return []
        self.reasons.add(said)
        return [Prose(said, "why")]

    def lines(self, solved: Solved) -> list[Line]:
        """The lines of working; before the first of a kind, or every one, where a known pair's short formula comes from."""
        lines, derived = solved.lines(self.view.detail), solved.derivation()
        kind = str([line.note for line in derived])
        if not derived or self.view.detail == "brief" or (kind in self.said and self.view.detail != "full"):
            return lines
        self.said.add(kind)
        return [*derived, *lines[derived[-1].right == lines[0].right :]]

    def slope(self, solved: Solved) -> Iterator[Block]:
        """What the derivative of an activation is, before the first that is worked out."""
        working = solved.context.working
        role = working.roles.get(solved.name)
        if role is None or role.kind != "slope":
            return
        if id(working) not in self.applied:
            self.applied[id(working)] = _applied(working)
        for fn, given in self.applied[id(working)].get(role.of, ()):
            if (slope_of := f"{fn}′ of {given}") not in self.said:
                self.said.add(slope_of)
                yield from slope(fn, given, working.symbols.usage)

    def definitions(self, formula: Tree) -> Iterator[Block]:
        """Each function's definition and convention, where it first appears."""
        for node in each_kind(formula):
            if not isinstance(node, Call) or (node.fn, len(node.args)) in self.defined:
                continue
            said = FUNCTIONS[node.fn].convention
            if said and not any(fn == node.fn for fn, _ in self.defined):
                yield Prose(self.words(said.replace("{log}", self.symbols.usage.log)), "why")
            self.defined.add((node.fn, len(node.args)))
            if isinstance(node.fn, Own):
                yield from self.definitions(node.fn.definition)
            yield from definition(node.fn, len(node.args), self.symbols.usage)

    def summary(self, part: SolvedPart) -> Iterator[Block]:
        """Every result asked for; of quantities that a training run makes again and again, the last."""
        asked = [s for s in part.asked if not s.item.given and s.item.answer is None and s.name not in self.tabled]
        repeats = {} if part.context is None else part.context.working.repeats
        again = {name: repeat.series for name, repeat in repeats.items() if repeat.counts == "iteration"}
        series = {s.name: again.get(s.name, s.name) for s in asked}
        last = {series[s.name]: s for s in asked if self.repeats(s)}
        asked = [s for s in asked if last.get(series[s.name], s) is s]
        asked = distinct(asked)  # worked out in two ways
        said = any(s.item.answer is not None and s.item.title for s in part.asked)
        ends = (
            not self.short and len(asked) == 1 and not said and asked == part.steps[-1:] and not self.repeats(asked[0])
        )
        if asked and (not ends or any(elided(s, self.most) for s in asked)):
            yield Prose(("Summary",), "label")
            yield from answers(asked, self.symbols, self.most, left=min(A_PART, self.numbers))
            self.numbers = max(self.numbers - sum(solved.written.size for solved in asked), 0)

    def overwhelmed(self, part: SolvedPart) -> Iterator[Block]:
        """A warning where rounding has made a result another number altogether."""
        lost = _overwhelmed(part.asked) if self.view.lecturer else ()
        for solved in part.asked if lost else ():
            if solved.name in lost:
                text = " is far from its exact value: the rounding of earlier results overwhelms it. "
                yield note((solved.symbol, text + "More decimals, significant figures or carry: exact mend that."))

    def words(self, text: str) -> Words:
        """A title's words, with symbols for the names in braces."""
        return titled(text, self.symbols)


def _applied(working: Working) -> Mapping[str, Sequence[tuple[str, int]]]:
    """The functions whose value for a quantity has a name of its own, and how many arguments they have, by that quantity."""
    found = defaultdict[str, list[tuple[str, int]]](list)
    for item in working.items.values():
        made = item.definition and bare(item.definition)
        if isinstance(made, Call) and made.args and isinstance(made.args[0], Name):
            found[made.args[0].id].append((made.fn, len(made.args)))
    return found


@np.errstate(all="ignore")  # what is not finite is looked at
def _overwhelmed(asked: Sequence[Solved]) -> set[str]:
    """The names of results that are far from their exact values, where what is written is not the exact value."""
    return {
        solved.name
        for solved in asked
        if not solved.item.given
        and solved.rounded is not None
        and solved.exact is not None
        and solved.context.carry == "rounded"
        and _far(solved.rounded, solved.exact)
    }


def _far(rounded: Floats, exact: Floats) -> bool:
    """Whether some numbers are further from their exact values than 1 and twice the size of these."""
    if not (np.abs(rounded - exact) > 1).any():
        return False
    known = np.isfinite(rounded) & np.isfinite(exact)
    a, b = (np.where(known, x, 0.0) / 4 for x in (rounded, exact))  # / 4: no overflow
    return bool(np.abs(a - b).max() > 0.25 + 2 * np.abs(b).max())
