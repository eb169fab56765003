"""Gradients in symbols: of a scalar J by vectors, matrices and scalars whose sizes may stay letters.

    symbols: {x: n, W: n x K, b: K, d: K, beta: scalar}
    formulas: [y = W.T @ x + b]
    J: (d - y).T @ (d - y) + beta*norm(W)**2
    by: [y, W, b]

A vector of size n is a column, n×1; `notation: {vectors: row}` turns what is typed, and derives with rows. `formulas`
define what stands between the symbols and J, in the formula language. Each line of the working names its rule and the
shapes of what it multiplies. A gradient has the shape of its variable (layout: denominator), or the transposed shape
(layout: numerator). Every gradient is checked by central differences on random instances of several sizes. After softmax
the desired outputs of a cross-entropy are taken to sum to 1. At most 20 formulas, and 20 names in `by`.
Petersen and Pedersen, The Matrix Cookbook, chapter 2; its layout is the denominator's.

activations: functions of your own, elementwise; `find: [swish, dswish]` shows one with its derivative.

find: gradients (all that `by` names), grad_NAME for one of them, or any formula by name; gradients if left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

import numpy as np

from solver.errors import FormulaError, Place, nearest
from solver.formula.calculus.check import largest_difference
from solver.formula.calculus.differentiate import Derived
from solver.formula.calculus.instances import instances
from solver.formula.calculus.own_functions import written_out
from solver.formula.functions import FUNCTIONS
from solver.formula.parse import is_name, parse_using, split_equation
from solver.formula.symbol import default_symbol
from solver.formula.tree import Call, Name, Tree, bare, names, walk
from solver.formula.walks.evaluate import evaluate
from solver.formula.walks.shape import SCALAR, Shape, check_sizes, shape, show
from solver.formula.walks.value import Env, value
from solver.formula.words import extent
from solver.nets.own_activations import MAX_ACTIVATIONS, add_activation, read_activations
from solver.rounding import Floats
from solver.spec.fields import AtLeast, AtMost, Spec
from solver.spec.nodes import Report
from solver.working.derivation import add_derivations
from solver.working.items import Derivation, Line
from solver.working.page import Working

EXAMPLE = """
title: A linear layer with weight decay
given:
  family: gradient
  symbols: {x: n, W: n x K, b: K, d: K, beta: scalar}
  formulas: [y = W.T @ x + b]
  J: (d - y).T @ (d - y) + beta*norm(W)**2
  by: [W, b]
parts:
  - {label: a, marks: 4, prompt: Find the gradients of J by W and by b.}
"""

MAX_SIZE = 100
MAX_SYMBOLS = 60
MAX_FORMULAS = 20
MAX_BY = 20
"""Every name is differentiated by through every formula."""

Layout = Literal["denominator", "numerator"]

_SIZE = r"[A-Za-z]_?\d{0,3}|\d{1,9}"
_SHAPE = re.compile(
    rf"(?P<rows>{_SIZE})(?:\s*(?:(?<=\s)x(?=\s)|(?<=\d)x(?=\d)|[×*])\s*(?P<columns>{_SIZE}))?", re.ASCII
)
_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)


class Given(Spec):
    """The symbols, the formulas between them and J, and what to differentiate by."""

    symbols: Annotated[
        dict[str, str], AtLeast(1), AtMost(MAX_SYMBOLS), "each symbol's shape: n (a column), n x K, 3 x 2 or scalar"
    ]
    J: Annotated[str, "the scalar to differentiate: a formula, or NAME = FORMULA for another name"]
    by: Annotated[
        tuple[str, ...],
        AtLeast(1),
        AtMost(MAX_BY, "ask for the others in another question"),
        f"the names to differentiate by, at most {MAX_BY}",
    ]
    formulas: Annotated[
        tuple[str, ...],
        AtMost(MAX_FORMULAS, "put formulas into each other"),
        f"definitions in order, each `NAME = FORMULA`, at most {MAX_FORMULAS}",
    ] = ()
    activations: Annotated[
        dict[str, str] | None,
        AtMost(MAX_ACTIVATIONS),
        "functions of your own, each a formula in u: {swish: u*sigmoid(u)}",
    ] = None
    layout: Annotated[Layout, "a gradient has the shape of its variable (denominator) or its transpose"] = "denominator"


def work(given: Given, report: Report) -> Working:
    """The derivations of all gradients; raises nothing, what cannot be read or derived goes to the report."""
    made = _ChainReader(given, report).working()
    made.in_rows = lambda: _ChainReader(given, report, rows=True).working()
    return made


class Text(NamedTuple):
    """A formula of the author's and where it stands: a field, an item of it, and where its right side starts."""

    text: str
    field: str
    item: int | None
    start: int


class _ChainReader:
    """Reads symbols and formulas, then derives. texts: the formula behind each definition of the chain.

    rows: whether vectors, columns where they are typed, are to stand as rows before anything is derived.
    """

    def __init__(self, given: Given, report: Report, rows: bool = False) -> None:
        self.given, self.report, self.rows = given, report, rows
        self.made = Working()
        self.declared: dict[str, Shape] = {}
        self.chain: list[tuple[str, Tree]] = []
        self.texts: dict[str, Text] = {}

    def working(self) -> Working:
        """The working; empty where there are problems."""
        before = len(self.report.problems)
        self.own = read_activations(self.given.activations or {}, self.given, self.report)
        self.symbols()
        for k, text in enumerate(self.given.formulas):
            self.definition(text, "formulas", k, "")
        self.definition(self.given.J, "J", None, "J")
        if len(self.report.problems) == before:
            self.variables()
        if len(self.report.problems) > before:
            return Working()
        if self.rows:
            self.turn()
        try:
            self.derive()
        except FormulaError as error:
            self.report.add(self.blamed(), error.message, error.hint)
        return self.made

    # -- what is given --------------------------------------------------------------------------------------------------
    def symbols(self) -> None:
        """Shapes of the symbols; a letter that is a size is a scalar too, for formulas such as sum(x)/n."""
        letters: dict[str, str] = {}
        for name, text in self.given.symbols.items():
            place = self.given.place("symbols", name)
            size = self.size(name, text)
            letters.update({s: name for s in size if isinstance(s, str)})
            self.declared[name] = size
            if not is_name(name) or name in self.own:
                what = "is a function" if name in FUNCTIONS or name in self.own else "cannot be a name"
                self.report.add(place, f"{name[:60]!r} {what}", "a name has letters, digits and _, such as W1 or beta")
        for letter, name in letters.items():
            if letter in self.declared:
                message = f"{letter!r} is a symbol and a size, of {name}"
                self.report.add(self.given.place("symbols", letter), message, "use another letter for one of them")
            self.declared.setdefault(letter, SCALAR)
        for name, size in self.declared.items():
            self.made.shapes[name] = size
            self.made.symbols[name] = default_symbol(name).shaped(size)

    def size(self, name: str, text: str) -> Shape:
        """A shape as typed: n, n x K, 3 x 2, scalar."""
        if text.strip() == "scalar":
            return SCALAR
        found = _SHAPE.fullmatch(text.strip())
        if found is None:
            message = f"{text[:60]!r} is no shape of {name[:60]}"
            self.report.add(self.given.place("symbols", name), message, "write n, n x K, 3 x 2 or scalar")
            return SCALAR
        rows, columns = (int(s) if s.isdigit() else s for s in (found["rows"], found["columns"] or "1"))
        for size in (rows, columns):
            if isinstance(size, int) and not 1 <= size <= MAX_SIZE:
                message = f"{name[:60]} has a size of {size}"
                self.report.add(self.given.place("symbols", name), message, f"sizes are 1 to {MAX_SIZE}, or letters")
        return rows, columns

    def definition(self, text: str, field: str, index: int | None, default: str) -> None:
        """Reads one `NAME = FORMULA`; the name may be left out where there is a default."""
        name, start = split_equation(text)
        name = name if start else default
        source = Text(text, field, index, start)
        if not name:
            self.report.add(self.place(source), f"{text[:80]!r} does not define a name", "write NAME = FORMULA")
            return
        if not is_name(name):
            self.report.add(self.place(source), f"{name[:60]!r} cannot be a name", "letters, digits and _ make a name")
            return
        if name in self.made.shapes or name in self.own:
            self.report.add(self.place(source), f"{name!r} is defined twice", "a name stands for one quantity")
            return
        self.texts[name] = source
        tree = self.parsed(source)
        self.made.shapes[name] = SCALAR  # what uses it is not to blame, where it cannot be read
        if tree is None or not self.known(source, tree, name):
            return
        try:
            check_sizes(tree, self.made.shapes)
            self.made.shapes[name] = shape(tree, self.made.shapes)
        except FormulaError as error:
            self.report.add(self.place(source), error.message, error.hint)
        self.made.symbols[name] = default_symbol(name).shaped(self.made.shapes[name])
        self.chain.append((name, tree))

    def place(self, source: Text, column: int = 0) -> Place:
        """Where a formula stands, or a column of its text counted from 1."""
        return self.given.place(source.field, source.item, max(column - 1, 0))

    def parsed(self, source: Text) -> Tree | None:
        try:
            return bare(written_out(parse_using(source.text[source.start :], self.own)))
        except FormulaError as error:
            column = source.start + error.column if error.column else 0
            self.report.add(self.place(source, column), error.message, error.hint)
            return None

    def known(self, source: Text, tree: Tree, own: str) -> bool:
        """Whether every name of a formula is a symbol or stands above it."""
        above = {name for name in self.made.shapes if name != own and name not in self.own}
        missing = [name for name in names(tree) if name not in above]
        for name in missing:
            column = next((m.start() + 1 for m in _WORD.finditer(source.text, source.start) if m[0] == name), 0)
            message = f"{name[:60]!r} is neither a symbol nor defined above"
            self.report.add(self.place(source, column), message, nearest(name, above))
        return not missing

    def variables(self) -> None:
        """Checks that J is a scalar and that `by` names quantities."""
        output = self.chain[-1][0]
        size = self.made.shapes[output]
        if size != SCALAR:
            message = f"{output} is {show(size)}, but only a scalar has a gradient"
            self.report.add(self.place(self.texts[output]), message, "sum its cells, or multiply by a row")
        options = [*self.given.symbols, *(name for name, _ in self.chain[:-1])]
        for k, name in enumerate(self.given.by):
            if name not in options:
                message = f"{name[:60]!r} is nothing to differentiate by"
                self.report.add(self.given.place("by", k), message, nearest(name, options))
            elif name in self.given.by[:k]:
                self.report.add(self.given.place("by", k), f"{name!r} stands twice in by", "name it once")

    def turn(self) -> None:
        """Turns every formula, and the shapes of vectors."""
        from solver.formula.walks.turned import Turning

        shapes, symbols = self.made.shapes, self.made.symbols
        rows = {name for name, symbol in symbols.items() if symbol.column}
        turning = Turning(rows, dict(shapes))
        self.chain = [(name, turning.stated(tree, name)) for name, tree in self.chain]
        for name in rows:
            shapes[name] = size = shapes[name][::-1]
            symbols[name] = symbols[name].shaped(size)
        self.declared = {name: shapes[name] for name in self.declared}

    # -- what follows ---------------------------------------------------------------------------------------------------
    def derive(self) -> None:
        """The author's functions, the definitions, the gradients and their proof."""
        for fn in self.own.values():
            add_activation(self.made, fn)
        output, numerator = self.chain[-1][0], self.given.layout == "numerator"
        for k, (name, tree) in enumerate(self.chain):
            title, why = self.said(k)
            size = self.made.shapes[name]
            note = ("scalar",) if size == SCALAR else extent(size)
            called = (fn for fn in self.own if re.search(rf"\b{fn}\s*\(", self.texts[name].text))
            needs = (*called, *(n for n in names(tree) if n in self.made.items))
            line = Line(tree, left=Name(name), note=note)
            self.made.add(Derivation(name, tree, (line,), title, why, needs), self.made.shapes[name])
        derived = add_derivations(self.made, self.chain, output, self.given.by, numerator)
        self.made.default = tuple(f"grad_{name}" for name in self.given.by)
        self.made.group("gradients", self.made.default)
        proof = InstancesProof.of(self.made, self.chain, output, derived, self.declared, numerator)
        if not proof.instances:
            message = f"{output} and its gradients have no values to check them by"
            hint = "at random values log, sqrt and powers were undefined, or numbers too large"
            self.report.add(self.place(self.texts[output]), message, hint)
        self.made.proofs.append(proof)
        if self.rows:
            self.made.symbols.settled = frozenset(self.made.symbols)

    def said(self, k: int) -> tuple[str, str]:
        """How a definition is introduced: the first one by the shapes, J by the layout."""
        title = why = ""
        if k == 0:
            alike: dict[Shape, list[str]] = {}
            for name in self.given.symbols:
                alike.setdefault(self.declared[name], []).append(f"{{{name}}}")
            title = "Given, where " + "; ".join(
                f"{_listed(same)} {'is' if len(same) == 1 else 'are'} {_called(size, len(same))}"
                for size, same in alike.items()
            )
        if k == len(self.chain) - 1:
            shape_ = (
                "the shape of its variable"
                if self.given.layout == "denominator"
                else "its variable's shape, transposed"
            )
            why = f"In {self.given.layout} layout each gradient has {shape_}"
        return title, why

    def blamed(self) -> Place:
        """The first formula with a function that has no derivative; J's place where there is none."""
        for name, tree in self.chain:
            for node in walk(tree):
                if isinstance(node, Call) and not (FUNCTIONS[node.fn].slopes or FUNCTIONS[node.fn].adjoints):
                    source = self.texts[name]
                    return self.place(source, source.text.find(node.fn + "(", source.start) + 1)
        return self.given.place("J")


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _called(size: Shape, count: int) -> str:
    if size != SCALAR:
        return show(size)
    return "a scalar" if count == 1 else "scalars"


@dataclass(slots=True)
class InstancesProof:
    """Checks the gradients as they are printed against central differences, on random instances."""

    chain: list[tuple[str, Tree]]
    output: str
    derived: list[tuple[str, Tree]]
    variables: dict[str, str]
    numerator: bool
    instances: list[dict[str, Floats]]

    @classmethod
    def of(
        cls,
        working: Working,
        chain: list[tuple[str, Tree]],
        output: str,
        derived: list[Derived],
        declared: Mapping[str, Shape],
        numerator: bool,
    ) -> "InstancesProof":
        """The proof of a working's derivations; without instances where no random values suit the formulas."""
        items = [(made.name, working.items[made.name]) for made in derived]
        formulas = [(name, item.formula) for name, item in items if item.formula is not None]
        variables = {made.of: made.name for made in derived if made.kind == "gradient"}
        distributions = {
            (made.match.target, made.match.pair.distribution)
            for made in derived
            if made.match and made.match.pair.distribution
        }

        def values(env: Env) -> Env:
            return evaluate([*chain, *formulas], dict(env), value)

        drawn = instances(declared, values, distributions)
        return cls(chain, output, formulas, variables, numerator, drawn)

    def largest_difference(self, exact: Env) -> float:
        """The largest difference over all instances; the exact values of a question's numbers are not needed."""
        return max(self._difference(given) for given in self.instances)

    def _difference(self, given: Env) -> float:
        env = evaluate([*self.chain, *self.derived], dict(given), value)
        gradients = {}
        for name, made in self.variables.items():
            gradient = env[made].T if self.numerator else env[made]
            gradients[name] = np.broadcast_to(gradient, env[name].shape)
        return largest_difference(self.chain, self.output, gradients, given)
