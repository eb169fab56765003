"""A computation graph: values forward, local derivatives and gradients backward, node by node.

    inputs: {x: -2, y: 5, z: -4}
    nodes: [q = x + y, f = q*z]

A node is a formula of the inputs and of nodes above it, in the formula language; the last node is the output unless
`output` names another. Backpropagation goes from the output to the inputs. Of scalars, the gradient by a node is the sum,
over the nodes that use it, of their gradient times the local derivative, df/dq = df/dr · ∂r/∂q + …; of vectors and
matrices, the gradient by each is derived as a whole. upstream: the gradient that arrives at the output, 1 unless it is
given; it has the output's shape.

Quantities: inputs and nodes by their names; dq_dx (the local derivative of q by x); grad_q, grad_x (gradients).

find: forward (all nodes), local (all local derivatives), backward (local derivatives and gradients in their order),
gradients (by the inputs), node_gradients (by the nodes), or any quantity by name; forward and backward if left out.
"""

from functools import reduce
from typing import TYPE_CHECKING, Annotated

from solver.errors import FormulaError, nearest
from solver.families import formula as formulas_
from solver.formula.calculus.adjoint import MOST_TERMS
from solver.formula.calculus.differentiate import gradient_name
from solver.formula.calculus.symbolic import plain_derivative
from solver.formula.parse import parse
from solver.formula.print.printer_text import TextPrinter
from solver.formula.source import source
from solver.formula.symbol import Symbol
from solver.formula.tree import Bin, Group, Name, Neg, Num, Sum, Tree, bare, names, rebuild
from solver.formula.walks.shape import SCALAR, show
from solver.spec.fields import AtLeast, AtMost, Quantity, Spec
from solver.spec.nodes import Report
from solver.spec.own_formulas import PlainFormula
from solver.working.gradients import DifferencesProof, add_gradients
from solver.working.page import Working
from solver.working.roles import Role

if TYPE_CHECKING:
    from solver.working.sketches import Sketch

EXAMPLE = """
title: Backpropagation through a small graph
round: {decimals: 2}
given:
  family: graph
  inputs: {x: 3, y: -1, z: 2}
  nodes: [p = x*y, q = p + z, f = q**2]
parts:
  - {label: a, marks: 2, prompt: Find the value of each node., find: forward}
  - {label: b, marks: 4, prompt: Find the gradient of f by each node and input., find: backward}
"""


MAX_DRAWN = 40
"""A graph of more nodes is not drawn."""


class Given(Spec):
    """The graph."""

    inputs: Annotated[dict[str, Quantity], AtLeast(1), AtMost(500), "what the graph starts from, by name"]
    nodes: Annotated[tuple[PlainFormula, ...], AtLeast(1), AtMost(500), "its nodes in order, each `NAME = FORMULA`"]
    output: Annotated[str | None, "the node that gradients are of; the last one if left out"] = None
    upstream: Annotated[Quantity | None, "the gradient that arrives at the output; 1 if left out"] = None


def work(given: Given, report: Report) -> Working:
    """Forward and backward; raises nothing, what cannot be read or derived goes to the report."""
    before = len(report.problems)
    plain = formulas_.Given(quantities=given.inputs, formulas=given.nodes)
    plain._nodes = {"quantities": given._nodes["inputs"], "formulas": given._nodes["nodes"], "": given._nodes[""]}
    working = formulas_.work(plain, report)
    working.gradients = None
    if len(report.problems) > before:
        return working
    nodes = [name for name, item in working.items.items() if not item.given]
    output = given.output or nodes[-1]
    if output not in nodes:
        report.add(given.place("output"), f"{output[:60]!r} is no node", nearest(output, nodes))
        return Working()
    size = working.shapes[output]
    if given.upstream is None and size != SCALAR:
        hint = f"give upstream, {show(size)}: the gradient that arrives there"
        report.add(given.place("output"), f"{output} is {show(size)}, but only a scalar has a gradient", hint)
        return Working()
    if given.upstream is not None and given.upstream.value.shape != size:
        rows, columns = given.upstream.value.shape
        report.add(given.place("upstream"), f"upstream is {show((rows, columns))}, but {output} is {show(size)}")
        return Working()
    working.group("forward", nodes)
    try:
        _Backward(given, working, output).run()
    except FormulaError as error:
        report.add(given.place("nodes"), error.message, error.hint)
        return Working()
    return working


class _Backward:
    """The way back from the output."""

    def __init__(self, given: Given, working: Working, output: str) -> None:
        self.given, self.working, self.output = given, working, output
        leading = working.closure([output])
        self.inputs = [name for name in leading if working.items[name].given]
        self.nodes = [name for name in leading if not working.items[name].given]
        self.formulas = {name: bare(tree) for name in self.nodes if (tree := working.items[name].definition)}
        self.locals: list[str] = []
        self.order: list[str] = []

    def run(self) -> None:
        """All gradients, with what they need."""
        w = self.working
        if self.given.upstream is not None:
            w.given("upstream", self.given.upstream, f"Gradient that arrives at {{{self.output}}}", Symbol("G"))
        if all(w.shapes[name] == SCALAR for name in (*self.inputs, *self.nodes)):
            self.scalars()
        else:
            self.arrays()
        w.group("local", self.locals)
        w.group("backward", self.order)
        w.group("gradients", [gradient_name(name) for name in self.inputs])
        w.group("node_gradients", [gradient_name(name) for name in reversed(self.nodes)])
        w.default = (*w.groups["forward"], *self.order)
        w.offer_graph(len(self.inputs) + len(self.nodes), MAX_DRAWN, self.drawn)

    def drawn(self) -> "Sketch":
        """The graph as it is drawn."""
        from solver.working.sketches import GraphNode, Nodes

        w, gradients = self.working, self.working.having("gradient")
        nodes = [GraphNode(name, "", (), gradients.get(name, "")) for name in self.inputs]
        for name, formula in self.formulas.items():
            operands = tuple((of, made if (made := _local(name, of)) in w.items else "") for of in names(formula))
            text = TextPrinter(w.symbols).print(w.symbols.on_page(formula, name))
            nodes.append(GraphNode(name, text, operands, gradients.get(name, "")))
        return Nodes(tuple(nodes))

    def arrays(self) -> None:
        """The gradients by all nodes, then by the inputs."""
        wrt = [*reversed(self.nodes[:-1] if self.given.upstream is None else self.nodes), *self.inputs]
        before = set(self.working.items)
        if self.given.upstream is None:
            add_gradients(self.working, self.output, wrt)
        else:
            titles = {Role("gradient", self.output): f"Gradient with respect to {{{self.output}}}: what arrives"}
            add_gradients(self.working, "J", wrt, titles, end=parse(f"sum(upstream*{self.output})"))
        self.order = [name for name in self.working.items if name not in before]
        if self.given.upstream is None:
            self.nodes = self.nodes[:-1]  # the output's own is 1

    def scalars(self) -> None:
        """Each node in turn: its gradient, from the nodes that use it, then its local derivatives."""
        w = self.working
        users: dict[str, list[str]] = {name: [] for name in (*self.inputs, *self.nodes)}
        for node in reversed(self.nodes):
            for name in names(self.formulas[node]):
                users[name].append(node)
        waiting = {name: len(nodes) for name, nodes in users.items()}
        for node in reversed(self.nodes):
            self.gradient(node, users[node])
            for name in names(self.formulas[node]):
                self.local(node, name)
            for name in names(self.formulas[node]):
                waiting[name] -= 1
                if waiting[name] == 0 and w.items[name].given:
                    self.gradient(name, users[name])
        chain: list[tuple[str, Tree]] = [(name, self.formulas[name]) for name in self.nodes]
        output = self.output
        if self.given.upstream is not None:
            output = "#"
            chain.append((output, Bin("*", Name("upstream"), Name(self.output))))
        variables = {name: gradient_name(name) for name in (*self.nodes, *self.inputs) if name != self.output}
        w.proofs.append(DifferencesProof(w, chain, output, variables))

    def gradient(self, name: str, users: list[str]) -> None:
        """The gradient by a node or an input: over every way that leads from it."""
        w, made = self.working, gradient_name(name)
        symbol = Symbol(w.symbols[self.output].base, w.symbols[self.output].sub, wrt=w.symbols[name], ratio="d")
        if name == self.output:
            start: Tree = Num("1") if self.given.upstream is None else Name("upstream")
            title = f"Backpropagation starts at the output {{{name}}}"
            why = "∂ is the derivative of a node by its own operand, d that along every path to the output"
            whole = self.given.upstream is None
            w.step(made, start, title, why=why, symbol=symbol, whole=whole, role=Role("gradient", name))
        else:
            terms: list[Tree] = [Bin("*", Name(gradient_name(u)), Name(_local(u, name))) for u in users]
            many = len(terms) > MOST_TERMS
            total = Sum(tuple(terms)) if many else reduce(lambda before, term: Bin("+", before, term), terms)
            ways = " and ".join(f"{{{user}}}" for user in users)
            why = f"{{{name}}} leads to {ways}: the gradients of its paths are added" if len(users) > 1 else ""
            w.step(
                made,
                total,
                f"Gradient with respect to {{{name}}}",
                why=_plain(why),
                symbol=symbol,
                role=Role("gradient", name),
            )
        self.order.append(made)

    def local(self, node: str, name: str) -> None:
        """The derivative of a node by one of its operands."""
        w, formula = self.working, self.formulas[node]
        tree = _with_node(plain_derivative(formula, name), formula, node)
        symbol = w.symbols[node]._replace(wrt=w.symbols[name], ratio="∂")
        made = _local(node, name)
        constant = isinstance(tree.x if isinstance(tree, Neg) else tree, Num) and "." not in source(tree)
        w.step(made, tree, f"Local derivative of {{{node}}} with respect to {{{name}}}", symbol=symbol, whole=constant)
        self.locals.append(made)
        self.order.append(made)


def _local(node: str, name: str) -> str:
    return f"d{node}_d{name}"


def _plain(text: str) -> str:
    return text.replace("{", "").replace("}", "")


def _with_node(tree: Tree, formula: Tree, node: str) -> Tree:
    """A derivative in which the node itself stands where its formula does: y(1 − y)."""
    if bare(tree) == formula and not isinstance(formula, Name | Num):
        return Name(node)
    made = rebuild(tree, lambda x: _with_node(x, formula, node))
    return made.x if isinstance(made, Group) and isinstance(made.x, Name) else made
