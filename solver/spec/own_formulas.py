"""Formulas of an author's own: each defines one name from those above it, alone or once for each number of a letter.

A letter counts within `{over: t = 1..4, formulas: [...]}`: there `h[t] = tanh(w*x[t] + u*h[t-1])` defines h1 to h4 from
h0, and t alone is the number. Behind it, sum(h) adds the h of all numbers, mean(h) is their mean.
"""

import re
from collections.abc import Container, Mapping
from itertools import count
from types import MappingProxyType
from typing import Annotated, TypeAlias

from solver.errors import FormulaError, nearest
from solver.formula.functions import Own
from solver.formula.parse import Around, member, misnamed, parse_using, split_equation
from solver.formula.tree import Bin, Name, Tree, bare, names
from solver.formula.walks.shape import check_sizes
from solver.named import NamedTuple
from solver.spec.fields import AtLeast, AtMost, Kind, Spec, read, text_of
from solver.spec.nodes import Node, Report
from solver.spec.prose.passages import Sentence
from solver.working.page import Working
from solver.working.roles import Role
from solver.working.series import shorten

MAX_FORMULAS = 500
MAX_STEPS = 10_000

_SIZE = re.compile(r"([HWL])(\d{1,9})", re.ASCII)
_WORD = re.compile(r"[A-Za-z_]\w*")
_OVER = re.compile(r"\s*([A-Za-z])\s*(?:=\s*(\d{1,6})\s*(?:\.{2,3}|…)\s*(\d{1,6})\s*)?", re.ASCII)


class Formula(Spec):
    """One formula with what a reader is told about it."""

    formula: Annotated[str, "NAME = FORMULA, such as u = W.T @ x + b"]
    title: Annotated[Sentence, "what it computes, in a few words"] = ""
    why: Annotated[Sentence, "the reason behind it"] = ""
    whole: Annotated[bool, "whether it is an exact count, never rounded"] = False


def _alone(node: Node, report: Report, name: str) -> Formula:
    """A formula, which as a text stands for itself."""
    if node.kind == "map":
        return read(Formula, node, report) or Formula(formula="")
    made = Formula(formula=text_of(node, report, name))
    made._nodes = {"": node, "formula": node}
    return made


PlainFormula: TypeAlias = Annotated[Formula, Kind("formula", _alone)]


class Repeated(Spec):
    """Formulas that are repeated."""

    over: Annotated[str, "the letter that counts, and from where to where: t = 1..4, or t where a series tells"]
    formulas: Annotated[
        tuple[PlainFormula, ...],
        AtLeast(1),
        AtMost(MAX_FORMULAS),
        "the formulas, `h[t] = tanh(w*x[t] + u*h[t-1])`",
    ]


Entry: TypeAlias = Formula | Repeated


def _entry(node: Node, report: Report, name: str) -> Entry:
    if node.kind == "map" and node.get("over") is not None:
        return read(Repeated, node, report) or Repeated(over="", formulas=())
    return _alone(node, report, name)


class FormulaList(Spec):
    """Formulas in the order of the page."""

    formulas: Annotated[
        tuple[Annotated[Entry, Kind("formula", _entry)], ...],
        AtLeast(1),
        AtMost(MAX_FORMULAS),
        "the formulas, each `NAME = FORMULA`, or a map with formula, title, why and whole; "
        "{over: t = 1..4, formulas: [...]} repeats some",
    ]


class _Range(NamedTuple):
    """What a letter counts."""

    letter: str
    first: int
    last: int


class FormulasReader:
    """Adds formulas to a working, one by one, and what is wrong with them to the report.

    own: functions of the author's, by name. defined: the names that formulas define. series: the numbers of the
    quantities that one name has, x1 to x4. spoilt: names that a faulty formula was to define; they excuse what uses them.
    """

    def __init__(self, working: Working, report: Report, own: Mapping[str, Own] = MappingProxyType({})) -> None:
        self.made, self.report, self.own = working, report, own
        self.defined: list[str] = []
        self.series: dict[str, range] = {}
        self.spoilt: set[str] = set()
        self.later: set[str] = set()
        self.steps = 0

    def add(self, given: FormulaList) -> list[str]:
        """The names that were added, in the order of the page."""
        before = len(self.defined)
        self.later = {_defines(item) for entry in given.formulas for item in _each(entry)}
        for entry in given.formulas:
            if isinstance(entry, Formula):
                self.formula(entry)
            elif entry.over and (counted := self.counted(entry)):
                self.over(entry, counted)
        return self.defined[before:]

    # -- formulas over a letter ---------------------------------------------------------------------------------------
    def counted(self, entry: Repeated) -> _Range | None:
        """What the letter counts: as it says, or as the series in the formulas have numbers; None where that fails."""
        found = _OVER.fullmatch(entry.over)
        place = entry.place("over")
        if found is None:
            self.report.add(place, f"{entry.over[:60]!r} does not say what counts", "a letter from … to …: t = 1..4")
            return None
        letter = found[1]
        if found[2]:
            counted = _Range(letter, int(found[2]), int(found[3]))
        else:
            defined = {_defines(item) for item in entry.formulas}
            indexed = {s for item in entry.formulas for s in re.findall(r"([A-Za-z_]\w*)\s*\[", item.formula)}
            known = {name: numbers for name in sorted(indexed - defined) if (numbers := self.members(name))}
            if len({len(numbers) for numbers in known.values()}) != 1:
                lengths = ", ".join(f"{name} has {len(numbers)}" for name, numbers in known.items())
                message = f"series of different length: {lengths}" if known else f"{letter} has no end"
                self.report.add(place, message, f"write {letter} = 1..4, or name a series")
                self.spoilt |= defined
                return None
            numbers = next(iter(known.values()))
            counted = _Range(letter, numbers[0], numbers[-1])
        self.steps += max(counted.last - counted.first + 1, 0) * len(entry.formulas)
        if counted.first > counted.last:
            self.report.add(place, f"{letter} counts from {counted.first} to {counted.last}", "from low to high")
        elif self.steps > MAX_STEPS:
            self.report.add(place, f"formulas are repeated more than {MAX_STEPS:,} times in all")
        else:
            return counted
        self.spoilt |= {_defines(item) for item in entry.formulas}
        return None

    def over(self, entry: Repeated, counted: _Range) -> None:
        """The formulas for each number in turn; of what is wrong, what is wrong first."""
        defines = [self.indexed(item, counted.letter) for item in entry.formulas]
        if None in defines:
            self.spoilt |= {_defines(item) for item in entry.formulas}
            return
        series = [name for name in defines if name]
        numbers = range(counted.first, counted.last + 1)
        for number in numbers:
            before = len(self.report.problems)
            for item, name in zip(entry.formulas, series, strict=True):
                self.formula(item, member(name, number), Around(self.made.items, self.named, counted.letter, number))
            if len(self.report.problems) > before:
                self.spoilt |= {*series, *(member(name, n) for name in series for n in numbers)}
                break
        for name in series:
            self.count_as(name, numbers)
        shorten(self.made, [(name, True) for name in series], numbers, counted.letter)

    def count_as(self, name: str, numbers: range) -> None:
        """Lets formulas and parts speak of all quantities of a series."""
        self.series[name] = numbers
        self.made.group(name, [n for number in numbers if (n := member(name, number)) in self.made.items])

    def members(self, name: str) -> range:
        """The numbers of the quantities x1, x2, … that a name stands for; none where it is no series."""
        if name in self.series or name in self.made.items:
            return self.series.get(name, range(0))
        return range(1, next(k for k in count(1) if member(name, k) not in self.made.items))

    def named(self, name: str) -> list[str]:
        """The quantities that a series has."""
        return [member(name, number) for number in self.members(name)]

    def indexed(self, item: Formula, letter: str) -> str | None:
        """The series that a formula over a letter defines; None, and a problem, where it defines none."""
        left, _ = split_equation(item.formula)
        found = re.fullmatch(rf"(\w+)\s*\[\s*{letter}\s*\]", left, re.ASCII)
        problem = misnamed(found[1]) if found else None
        if found and found[1] in (*self.made.items, *self.series):
            problem = f"{found[1]!r} is defined twice", "a name stands for one quantity, or one series"
        if found is None:
            message = f"{item.formula[:80]!r} does not define {letter} by {letter}"
            problem = message, f"write NAME[{letter}] = FORMULA; what is defined once stands outside of over"
        if problem:
            self.report.add(item.place("formula"), *problem)
        return found[1] if found and not problem else None

    # -- one formula --------------------------------------------------------------------------------------------------
    def formula(self, item: Formula, name: str = "", scope: Around | None = None) -> None:
        """Adds one formula to the working, or its problems to the report; nothing to a working that is full."""
        if self.made.full:
            return
        before = len(self.report.problems)
        scope = scope or Around(self.made.items, self.named)
        text = item.formula
        left, start = split_equation(text)
        name = name or left
        tree = self.parsed(item, start, scope) if self.check_name(item, name) else None
        known = tree is not None and self.check_names(item, start, tree, scope)
        if tree is None or not known or len(self.report.problems) > before:
            self.spoilt.add(name)
            return
        title = item.title
        if scope.letter and title:
            title = f"At {scope.letter} = {scope.number}: {title}"
        try:
            role = _role(name, tree, self.made.items)
            check_sizes(tree, self.made.shapes)
            self.made.step(name, tree, title, why=item.why, whole=item.whole, role=role)
        except FormulaError as error:
            self.report.add(item.place("formula"), error.message + _at(scope), error.hint)
            self.spoilt.add(name)
            return
        self.defined.append(name)

    def check_name(self, item: Formula, name: str) -> bool:
        """Notes a name that the formula cannot define; returns whether there is a formula at all."""
        text, place = item.formula, item.place("formula")
        problem = misnamed(name)
        if "=" not in text:
            message = f"{text[:80]!r} does not define a name"
            self.report.add(place, message, "write NAME = FORMULA, such as u = W.T @ x + b")
        elif problem and re.fullmatch(r"\w+\[\w+\]", name):
            hint = f"a series is defined within {{over: {name[:-1].partition('[')[2][:1]} = 1..4, formulas: […]}}"
            self.report.add(place, f"{name[:60]!r} stands outside of over", hint)
            return False
        elif problem:
            self.report.add(place, *problem)
        elif name in self.made.items or name in self.spoilt:
            self.report.add(place, f"{name!r} is defined twice", "a name stands for one quantity")
        return "=" in text

    def parsed(self, item: Formula, start: int, scope: Around) -> Tree | None:
        try:
            return bare(parse_using(item.formula[start:], self.own, scope))
        except FormulaError as error:
            place = item.place("formula", offset=max(start + error.column - 1, 0) if error.column else 0)
            self.report.add(place, error.message, error.hint)
            return None

    def check_names(self, item: Formula, start: int, tree: Tree, scope: Around) -> bool:
        """Whether every name stands above; one that does not is noted, unless a faulty formula was to define it."""
        known = self.made.items
        columns: dict[str, int] = {}
        for word in _WORD.finditer(item.formula, start):
            columns.setdefault(word.group(), word.start())
        missing = [name for name in names(tree) if name not in known]
        wordy = [name for name in names(tree) if name in known and known[name].kind != "number"]
        for name in wordy:
            offset = columns.get(name, 0)
            self.report.add(item.place("formula", offset=offset), f"{name[:60]!r} is no number", "its answer is words")
        hinted = False
        for name in missing:
            series = next((s for s in columns if scope.letter and name.startswith(s) and s != name), "")
            if name in self.spoilt or series in self.spoilt:
                continue
            hint = ""
            if numbers := self.members(name):
                first, last = member(name, numbers[0]), member(name, numbers[-1])
                hint = f"there are {first} to {last}: write sum({name}), or one of them"
            elif series:
                hint = f"start values are quantities, too: {name}" if series == _defines(item) else ""
            elif name in self.later:
                hint = "it is defined below: a formula uses what stands above it"
            elif name == "pi":
                hint = "it is a quantity, too: quantities: {pi: 3.14159265}"
            elif not hinted:
                hint, hinted = nearest(name, known), True
            place = item.place("formula", offset=columns.get(series or name, 0))
            self.report.add(place, f"{name[:60]!r} is not given yet{_at(scope)}", hint)
        return not missing and not wordy


def _at(scope: Around) -> str:
    return f", at {scope.letter} = {scope.number}" if scope.letter else ""


def _each(entry: Entry) -> tuple[Formula, ...]:
    return (entry,) if isinstance(entry, Formula) else entry.formulas


def _defines(item: Formula) -> str:
    """The name, or the name of the series, on the left of a formula."""
    return split_equation(item.formula)[0].partition("[")[0].strip()


def _role(name: str, tree: Tree, known: Container[str]) -> Role | None:
    """What an author's own names tell: W_new = W - … is an update of W; H2 is put out by a layer that receives H1."""
    match tree:
        case Bin("-" | "+", Name(id=old), _) if name.startswith(f"{old}_"):
            return Role("update", old, 1)
    return size_role(name, known)


def size_role(name: str, known: Container[str]) -> Role | None:
    """H2 is put out by a layer that receives H1."""
    size = _SIZE.fullmatch(name)
    before = f"{size[1]}{int(size[2]) - 1}" if size else ""
    return Role("size", before) if before in known else None
