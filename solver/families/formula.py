"""A list of formulas of the author's own: what no family covers needs no Python.

    quantities: {x: [1.0, 2.0], W: [[0.5, -0.3], [0.2, 0.8]], b: 0.1}
    formulas:
      - u = W.T @ x + b
      - {formula: y = sigmoid(u), title: Output of the neuron}

A quantity is a number, a vector (a list) or a matrix (a list of rows). A formula defines one name from those above it,
in the formula language: names, numbers, + - * / ** @, .T, brackets, and functions such as tanh, log, exp, sum. Constants
are quantities too: give e or pi where a formula uses them.

Gradients are derived, of the last formula or of the one named as `output`, which must be a scalar:

    output: J

find: any quantity by name; gradients (by every given quantity that leads to the output); `gradients of: [W, h]` (by
given quantities or by results of formulas), which are called grad_W, grad_h; all formulas if left out.
"""

import re
from collections.abc import Container
from typing import Annotated

from solver.errors import FormulaError, Place, nearest
from solver.formula.parse import misnamed, parse_using, split_equation
from solver.formula.tree import Bin, Name, Tree, bare, names
from solver.formula.walks.shape import SCALAR, show
from solver.nets.own_activations import MAX_ACTIVATIONS, read_activations
from solver.spec.fields import AtLeast, AtMost, Quantity, Spec
from solver.spec.nodes import Report
from solver.working.gradients import OnDemand
from solver.working.page import Working
from solver.working.roles import Role

EXAMPLE = """
title: One neuron
round: {decimals: 2}
given:
  family: formula
  quantities:
    x: [1.0, 2.0]
    w: [0.4, -0.3]
    b: 0.5
  formulas:
    - {formula: u = w.T @ x + b, title: Synaptic input}
    - {formula: y = sigmoid(u), title: Output}
parts:
  - {label: a, marks: 2, prompt: Find the output of the neuron., find: [u, y]}
"""

MAX_QUANTITIES = 500
MAX_FORMULAS = 500
MAX_NUMBERS = 10_000_000

_SIZE = re.compile(r"([HWL])(\d{1,9})", re.ASCII)
_WORD = re.compile(r"[A-Za-z_]\w*")


class Formula(Spec):
    """One formula with what a reader is told about it."""

    formula: Annotated[str, "NAME = FORMULA, such as u = W.T @ x + b"]
    title: Annotated[str | None, "what it computes, in a few words"] = None
    why: Annotated[str | None, "the reason behind it"] = None
    whole: Annotated[bool, "whether it is an exact count, never rounded"] = False


class Given(Spec):
    """What is given, and the formulas in the order of the page."""

    formulas: Annotated[
        tuple[Formula | str, ...],
        AtLeast(1),
        AtMost(MAX_FORMULAS),
        "the formulas, each `NAME = FORMULA`, or a map with formula, title, why and whole",
    ]
    quantities: Annotated[
        dict[str, Quantity] | None, AtMost(MAX_QUANTITIES), "what is given, by name: a number, a vector or a matrix"
    ] = None
    output: Annotated[str | None, "the scalar that gradients are taken of; the last formula's if left out"] = None
    activations: Annotated[
        dict[str, str] | None,
        AtMost(MAX_ACTIVATIONS),
        "functions of your own, each a formula in u: {swish: u*sigmoid(u)}",
    ] = None


def work(given: Given, report: Report) -> Working:
    """One step a formula; raises nothing, each formula that cannot be used goes to the report."""
    return _FormulasReader(given, report).working()


class _FormulasReader:
    """Reads the formulas one by one. `spoilt`: names that a faulty formula was to define; they excuse what uses them."""

    def __init__(self, given: Given, report: Report) -> None:
        self.given, self.report = given, report
        self.made = Working()
        self.spoilt: set[str] = set()
        self.numbers = 0
        self.own = read_activations(given.activations or {}, given, report)
        self.later = {split_equation(_text(item))[0] for item in given.formulas}

    def working(self) -> Working:
        for name, numbers in (self.given.quantities or {}).items():
            problem = misnamed(name)
            if problem:
                self.report.add(self.given.place("quantities", name), *problem)
                self.spoilt.add(name)
            else:
                self.made.given(name, numbers, role=_role(name, None, self.given.quantities or {}))
        for k, item in enumerate(self.given.formulas):
            self.formula(k, item)
        self.gradients()
        return self.made

    def gradients(self) -> None:
        """Lets parts ask for gradients; an output that has none is noted."""
        defined = [split_equation(_text(item))[0] for item in self.given.formulas]
        output = self.given.output or (defined[-1] if defined else "")
        if not output or output in self.spoilt:
            return
        if output not in defined:
            self.report.add(self.given.place("output"), f"unknown output {output[:60]!r}", nearest(output, defined))
        elif self.given.output and self.made.shapes[output] != SCALAR:
            message = f"{output} is {show(self.made.shapes[output])}, but only a scalar has a gradient"
            self.report.add(self.given.place("output"), message, "sum it, or name another output")
        else:
            self.made.gradients = OnDemand(self.made, output)

    def place(self, k: int, column: int = 0) -> Place:
        """Where formula k stands, or a column of its text."""
        item = self.given.formulas[k]
        offset = max(column - 1, 0)
        return (
            self.given.place("formulas", k, offset) if isinstance(item, str) else item.place("formula", offset=offset)
        )

    def formula(self, k: int, item: Formula | str) -> None:
        """Adds one formula to the working, or its problems to the report."""
        before = len(self.report.problems)
        text = _text(item)
        name, start = split_equation(text)
        tree = self.parsed(k, text, start) if self.check_name(k, text, name) else None
        known = tree is not None and self.check_names(k, text, start, tree)
        if tree is None or not known or len(self.report.problems) > before:
            self.spoilt.add(name)
            return
        title, why, whole = ("", "", False) if isinstance(item, str) else (item.title or "", item.why or "", item.whole)
        try:
            self.made.step(name, tree, title, why=why, whole=whole, role=_role(name, tree, self.made.items))
        except FormulaError as error:
            self.report.add(self.place(k), error.message, error.hint)
            self.spoilt.add(name)
            return
        self.count(k, name)

    def check_name(self, k: int, text: str, name: str) -> bool:
        """Notes a name that the formula cannot define; returns whether there is a formula at all."""
        problem = misnamed(name)
        if "=" not in text:
            message = f"{text[:80]!r} does not define a name"
            self.report.add(self.place(k), message, "write NAME = FORMULA, such as u = W.T @ x + b")
        elif problem:
            self.report.add(self.place(k), *problem)
        elif name in self.made.items or name in self.spoilt:
            self.report.add(self.place(k), f"{name!r} is defined twice", "a name stands for one quantity")
        return "=" in text

    def parsed(self, k: int, text: str, start: int) -> Tree | None:
        try:
            return bare(parse_using(text[start:], self.own))
        except FormulaError as error:
            self.report.add(self.place(k, start + error.column if error.column else 0), error.message, error.hint)
            return None

    def check_names(self, k: int, text: str, start: int, tree: Tree) -> bool:
        """Whether every name stands above; one that does not is noted, unless a faulty formula was to define it."""
        known = self.made.items
        missing = [name for name in names(tree) if name not in known]
        columns: dict[str, int] = {}
        for word in _WORD.finditer(text, start):
            columns.setdefault(word.group(), word.start() + 1)
        hinted = False
        for name in missing:
            if name in self.spoilt:
                continue
            hint = ""
            if name in self.later:
                hint = "it is defined below: a formula uses what stands above it"
            elif not hinted:
                hint, hinted = nearest(name, known), True
            self.report.add(self.place(k, columns.get(name, 0)), f"{name[:60]!r} is not given yet", hint)
        return not missing

    def count(self, k: int, name: str) -> None:
        """Keeps all results together within memory."""
        height, width = self.made.shapes[name]
        before = self.numbers
        self.numbers += int(height) * int(width)
        if before <= MAX_NUMBERS < self.numbers:
            self.report.add(self.place(k), "the results hold too many numbers", f"the most is {MAX_NUMBERS:,} in all")


def _role(name: str, tree: Tree | None, known: Container[str]) -> Role | None:
    """What an author's own names tell: W_new = W - … is an update of W; H2 is put out by a layer that receives H1."""
    match tree:
        case Bin("-" | "+", Name(id=old), _) if name.startswith(f"{old}_"):
            return Role("update", old, 1)
    size = _SIZE.fullmatch(name)
    before = f"{size[1]}{int(size[2]) - 1}" if size else ""
    return Role("size", before) if before in known else None


def _text(item: Formula | str) -> str:
    return item if isinstance(item, str) else item.formula
