"""A solution to the blocks of a document: what is said, in which order; how it looks is each format's own affair."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

import numpy as np

from solver.formula.functions import FUNCTIONS, Own
from solver.formula.parse import parse, rule
from solver.formula.print.printer import visible
from solver.formula.symbol import Symbol, Symbols
from solver.formula.tree import Bin, Call, Name, Num, Tree, bare, literal, replace_names, walk
from solver.formula.walks.reduce import MOST, Detail
from solver.formula.words import Inline, Words
from solver.named import Structure
from solver.render.answers import PAGE, answers, elided, stated
from solver.render.blocks import (
    Block,
    Bullets,
    Cases,
    Equations,
    Facts,
    Heading,
    Inset,
    Prose,
    Table,
    TextBlock,
    bullets,
    note,
    part_label,
)
from solver.rounding import Rounding
from solver.spec.prose.passages import passage, sentence
from solver.working.items import Line
from solver.working.solution import Drawn, Solution, Solved, SolvedPart

_ROWS: dict[Detail, int] = {"brief": 12, "normal": 24, "full": 200}
"""The most rows of a table of iterations."""
_FEW = 6
"""So many answers of one part are each worked out, even where they repeat the calculation of others."""
_COLUMNS = 6
"""The most columns of such a table, unless more is asked for."""


class View(Structure):
    """What of a solution is shown. parts: labels (with all below them); none means every part."""

    detail: Detail = "normal"
    parts: tuple[str, ...] = ()
    compare: bool = False
    reconcile: bool = False

    def shows(self, label: str) -> bool:
        """Whether a part is among those asked for, or leads to one."""
        return not self.parts or any(
            label == part or label.startswith(part + ".") or part.startswith(label + ".") for part in self.parts
        )


WHOLE = View()


def document(title: str, solutions: Sequence[Solution], view: View = WHOLE) -> list[Block]:
    """The blocks of one question, or of an exam or several questions under a title of their own."""
    if len(solutions) == 1 and solutions[0].title == title:
        return list(_question(solutions[0], view, 1))
    blocks: list[Block] = [Heading(1, title, _marks(sum((_total(s) for s in solutions), Decimal())))]
    for solution in solutions:
        blocks += _question(solution, view, 2)
    return blocks


def _question(solution: Solution, view: View, level: int) -> Iterator[Block]:
    yield Heading(level, solution.title, _marks(_total(solution)))
    if solution.prompt:
        yield from solution.prompt.blocks
    yield from _figure(solution.figure)
    if any(isinstance(solved.form, Rounding) for part in solution.parts for solved in part.steps):
        yield note((_policy(solution),))
    for warning in solution.warnings:
        yield note((f"Warning: {warning.message}" + (f" ({warning.hint})" if warning.hint else "") + ".",))
    page = _QuestionPage(view)
    for part in solution.parts:
        if view.shows(part.label):
            yield from page.part(part, level + 1)
    if view.compare:
        yield from _comparison(solution, view, level + 1)
    if view.reconcile:
        yield from _reconciled(solution, view, level + 1)


def _figure(drawn: Drawn | None) -> Iterator[Block]:
    if drawn is not None:
        from solver.render.figures.draw import figure  # few questions have one

        yield figure(drawn)


def _total(solution: Solution) -> Decimal:
    """The marks of a question: those of its outermost marked parts."""
    marked = {part.label: part.marks for part in solution.parts if part.marks is not None}
    return sum((m for label, m in marked.items() if not any(outer in marked for outer in _around(label))), Decimal())


def _around(label: str) -> Iterator[str]:
    """The labels of the parts around a part: of `a.ii.x`, `a.ii` and `a`."""
    while "." in label:
        label = label.rpartition(".")[0]
        yield label


def _marks(marks: Decimal | None) -> str:
    if not marks:
        return ""
    return f"{marks.normalize():f} mark{'' if marks == 1 else 's'}"


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


class _QuestionPage:
    """One question's parts in order; remembers which functions have been defined already."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.most = MOST[view.detail]
        self.defined: set[tuple[str, int]] = set()
        self.tabled: set[str] = set()
        self.asked: set[str] = set()
        self.said: set[str] = set()

    def part(self, part: SolvedPart, level: int) -> Iterator[Block]:
        yield Heading(level, part_label(part.label), _marks(part.marks))
        if part.prompt:
            yield from part.prompt.blocks
        yield from _figure(part.figure)
        if part.context is None:
            yield from self.remark(part)
            return
        self.symbols = part.context.working.symbols
        yield from self.tally(part)
        yield from self.given(part)
        stated: list[Solved] = []
        for solved in part.steps:
            if solved.item.given:
                stated.append(solved)
                continue
            if self.repeats(solved) and self.view.detail != "full":
                continue
            yield from self.facts(stated)
            stated = []
            yield from self.step(solved)
        yield from self.facts(stated)
        yield from self.iterations(part)
        yield from self.summary(part)
        yield from self.overwhelmed(part)
        yield from self.proof(part)
        yield from self.remark(part)

    def tally(self, part: SolvedPart) -> Iterator[Block]:
        """The table that states what the part's steps use and give, and its conventions."""
        assert part.context is not None
        working, self.tabled, self.asked = part.context.working, set[str](), set[str]()
        if working.tally is None:
            return
        asked = [solved.name for solved in part.asked]
        self.asked = set(asked if len(asked) <= _FEW else ())
        known = working.tally.names & {*working.closure(asked), *working.tally.sizes}
        numbers = {name: part.context.solved[name].literal() for name in known}
        shown = working.tally.listing(numbers)
        if len(shown.rows) > 1:
            self.tabled = known
            for said in working.tally.said(shown):
                if said not in self.said:
                    self.said.add(said)
                    yield Prose((said,), "why")
            rows = tuple(tuple((cell,) if isinstance(cell, str) else cell for cell in row) for row in shown.rows)
            yield Table(shown.header, rows, self.symbols, self.most)

    def repeats(self, solved: Solved) -> bool:
        """Whether a step repeats that of the first iteration with new numbers, and is not shown in full."""
        repeat = solved.context.working.repeats.get(solved.name)
        return repeat is not None and repeat.iteration > 1 and not repeat.shown and solved.name not in self.asked

    def iterations(self, part: SolvedPart) -> Iterator[Block]:
        """The table of all iterations, where there is more than one: a row each, long ones without their middle."""
        assert part.context is not None
        rows: dict[int, dict[Symbol, Tree]] = {}
        counts = ""
        for solved in part.steps:
            repeat = part.context.working.repeats.get(solved.name)
            if repeat is not None and repeat.heading is not None:
                rows.setdefault(repeat.iteration, {})[repeat.heading] = solved.literal()
                counts = repeat.counts
        if not any(iteration > 1 for iteration in rows):
            return
        headings = list(dict.fromkeys(heading for row in rows.values() for heading in row))
        if len(headings) > _COLUMNS or any(heading.bold for heading in headings):  # room for what is asked for alone
            repeats = part.context.working.repeats
            asked = {repeats[s.name].heading for s in part.asked if s.name in repeats}
            headings = [heading for heading in headings if heading in asked]
        order = sorted(rows)
        shown = [None if k is None else order[k] for k in visible(len(order), _ROWS[self.view.detail])]
        yield Prose((f"Every {counts}",), "label")
        yield Table(
            (counts, *((heading,) for heading in headings)),
            tuple(
                (("…" if t is None else str(t),), *(("",) if t is None else rows[t].get(h, ("",)) for h in headings))
                for t in shown
            ),
            self.symbols,
            PAGE,
        )
        if None in shown:
            yield note((f"--format json gives all {len(order):,} iterations.",))

    def proof(self, part: SolvedPart) -> Iterator[Block]:
        if part.checked is not None:
            yield Prose(
                (f"The gradients are checked by central differences: largest difference {part.checked:.0e}.",), "why"
            )

    def remark(self, part: SolvedPart) -> Iterator[Block]:
        if part.note:
            yield Inset(part.note.blocks, "note")

    def given(self, part: SolvedPart) -> Iterator[Block]:
        """What the part's steps start from: what the question gives, then results of earlier parts."""
        uses = [s for s in part.uses if not self.repeats(s) or self.view.detail == "full"]
        given = [s for s in uses if s.item.given]
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
        reason = [Prose(self.words(item.why), "why")] if item.why and self.view.detail != "brief" else []
        if item.answer is None:
            yield from reason
        if item.formula is not None and self.view.detail != "brief":
            yield from self.definitions(item.formula)
        if item.derivation and self.view.detail == "full":
            yield Equations(item.derivation, self.symbols, self.most)
        lines, listing = solved.lines(self.view.detail), solved.listing
        if lines:
            yield Equations(lines, self.symbols, self.most)
        if listing:
            rows = tuple(tuple((cell,) if isinstance(cell, str) else cell for cell in row) for row in listing.rows)
            yield Table(listing.header, rows, self.symbols, self.most)
        if item.points:
            yield Bullets(tuple(self.point(point, item.points_answer) for point in item.points))
        if item.answer is not None and item.answer != "" and not item.points_answer:
            yield Prose((f"Answer: {item.answer}",), "label")
        if item.answer is not None:
            yield from reason

    def definitions(self, formula: Tree) -> Iterator[Block]:
        """Each function's definition and convention, where it first appears."""
        for node in walk(formula):
            if not isinstance(node, Call) or (node.fn, len(node.args)) in self.defined:
                continue
            said = FUNCTIONS[node.fn].convention
            if said and not any(fn == node.fn for fn, _ in self.defined):
                yield Prose((said,), "why")
            self.defined.add((node.fn, len(node.args)))
            if isinstance(node.fn, Own):
                yield from self.definitions(node.fn.definition)
            yield from definition(node.fn, len(node.args))

    def summary(self, part: SolvedPart) -> Iterator[Block]:
        """Every result asked for; of quantities that a training run makes again and again, the last."""
        asked = [s for s in part.asked if not s.item.given and s.item.answer is None and s.name not in self.tabled]
        repeats = {} if part.context is None else part.context.working.repeats
        again = {name: repeat.series for name, repeat in repeats.items() if repeat.counts == "iteration"}
        series = {s.name: again.get(s.name, s.name) for s in asked}
        last = {series[s.name]: s for s in asked if self.repeats(s)}
        asked = [s for s in asked if last.get(series[s.name], s) is s]
        asked = list({(s.symbol, s.written.tobytes()): s for s in asked}.values())  # worked out in two ways
        if asked and (len(part.steps) > 1 or any(elided(s, self.most) for s in asked)):
            yield Prose(("Summary",), "label")
            yield from answers(asked, self.symbols, self.most)
            said = [s.item for s in part.asked if s.item.answer is not None and s.item.title]
            if said:
                yield bullets(*((*self.words(item.title), f": {item.answer}") for item in said))

    def overwhelmed(self, part: SolvedPart) -> Iterator[Block]:
        """A warning where rounding has made a result another number altogether."""
        for solved in part.asked:
            if solved.rounded is None or solved.exact is None or solved.exact.size == 0:
                continue
            if solved.context.carry == "exact":
                continue  # what is written is the exact value
            finite = np.isfinite(solved.rounded) & np.isfinite(solved.exact)
            rounded, exact = (np.where(finite, x, 0.0) / 4 for x in (solved.rounded, solved.exact))  # / 4: no overflow
            if np.abs(rounded - exact).max() > 0.25 + 2 * np.abs(exact).max():
                text = " is far from its exact value: the rounding of earlier results overwhelms it. "
                yield note((solved.symbol, text + "More decimals, significant figures or carry: exact mend that."))

    def words(self, text: str) -> Words:
        """A title's words, with symbols for the names in braces."""
        return titled(text, self.symbols)

    def point(self, text: str, whole: bool) -> tuple[TextBlock, ...]:
        """The blocks of a point, with symbols for the names in braces; whole: it is more than a sentence of ours."""
        blocks = passage(text).blocks if whole else (Prose(sentence(text)),)
        return tuple(b._replace(words=_named(b.words, self.symbols)) if isinstance(b, Prose) else b for b in blocks)


def titled(text: str, symbols: Symbols) -> Words:
    """A title's words, with symbols for the names in braces."""
    return _named(sentence(text), symbols)


def _named(words: Words, symbols: Symbols) -> Words:
    """Words with symbols for the names in braces."""
    pieces: list[Inline] = []
    for word in words:
        if not isinstance(word, str):
            pieces.append(word)
            continue
        for i, piece in enumerate(re.split(r"\{(\w+)\}", word) if "{" in word else [word]):
            symbol = symbols.get(piece) if i % 2 else None
            pieces.append(symbol or (f"{{{piece}}}" if i % 2 else piece))
    return tuple(p for p in pieces if p)


def definition(fn: str, given: int | None = None) -> Iterator[Facts | Cases]:
    """What defines a function of the table; nothing for what every reader knows, such as sin.

    given: how many of its arguments are; the others have their usual numbers in the definition.
    """
    row = FUNCTIONS[fn]
    if row.definition is None or row.definition == "u":
        return
    params = row.params[:given]
    usual = dict(zip(reversed(row.params), map(Num, reversed(row.defaults)), strict=False))
    filled: dict[str, Tree] = {name: number for name, number in usual.items() if name not in params}
    left, symbols = Call(fn, tuple(map(Name, params))), {p: Symbol(p) for p in row.params}

    def value(text: str | Tree) -> Tree:
        tree = replace_names(rule(text), filled)
        return bare(tree.b) if isinstance(tree, Bin) and tree.op == "*" and tree.a == Num("1") else tree

    if row.shown:
        yield Facts([Line(parse(row.shown), left=Call(fn, (Name("u_k"),)))], {})
    elif isinstance(row.definition, tuple):
        yield Cases(left, tuple((value(text), _condition(said, symbols)) for text, said in row.definition), symbols)
    else:
        yield Facts([Line(value(row.definition), left=left)], symbols)


def _condition(said: str, symbols: Symbols) -> Words:
    """`u > 0` as words, its names symbols."""
    if said == "otherwise":
        return (said,)
    names = "|".join(symbols)
    return ("if ", *(symbols.get(piece, piece) for piece in re.split(rf"\b({names})\b", said) if piece))


def _comparison(solution: Solution, view: View, level: int) -> Iterator[Block]:
    """Every quantity that prints differently when rounded values are carried and when exact ones are."""
    yield Heading(level, "Carried rounded or exact")
    rows: dict[tuple[int, str], tuple[list[str | Symbol], Tree, Tree]] = {}
    for part in solution.parts:
        for solved in part.steps:
            if not solved.diverges or not view.shows(part.label):
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


def _reconciled(solution: Solution, view: View, level: int) -> Iterator[Block]:
    """What other programs print for what each part works with, and why."""
    seen: set[int] = set()
    for part in solution.parts:
        working = part.context.working if part.context and view.shows(part.label) else None
        if working is None or working.others is None or id(working) in seen:
            continue
        seen.add(id(working))
        yield Heading(level, f"What other programs print, for part {part_label(part.label)}")
        listing = working.others()
        rows = tuple(tuple((cell,) if isinstance(cell, str) else cell for cell in row) for row in listing.rows)
        yield Table(listing.header, rows, {}, MOST[view.detail])
        yield bullets(*((point,) for point in listing.points))
    if not seen:
        yield Heading(level, "What other programs print")
        yield Prose(("No part counts a network.",), "plain")
