"""The differentiate walk: the gradients of a chain of formulas, derived backwards in the form a lecturer writes.

    u = W.T @ x + b;  y = sigmoid(u);  J = -d*log(y) - (1 - d)*log(1 - y)
    grad_u = -(d - y)
    grad_W = x @ grad_u.T
    grad_b = grad_u

Each node of a formula passes its adjoint (the gradient of the output by it) on to its operands by one rule; where a
quantity is used more than once, its adjoints add up. Gradients have the shape of their variable (denominator layout).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from solver.errors import FormulaError
from solver.formula.adjoint import ONE, add, fit, matmul, minus, power, ratio, times, transpose
from solver.formula.functions import CONSTANT, FUNCTIONS
from solver.formula.pairs import Match, match_pair
from solver.formula.parse import parse
from solver.formula.shape import SCALAR, Shape, shape, show
from solver.formula.tree import Bin, Call, Group, Name, Neg, Num, Sum, Transpose, Tree, bare, names, replace_names

Definition = tuple[str, Tree]
"""A name and the formula that defines it."""


class Derived(NamedTuple):
    """A formula that differentiation made.

    kind: a gradient by `of`; the slope of the activation whose argument is `of`; or the delta of `of`: the gradient
    by the argument of the function that gives `of`, where that argument has no name of its own.
    match: the known pair of loss and activation it comes from.
    """

    name: str
    formula: Tree
    kind: Literal["gradient", "slope", "delta"]
    of: str
    match: Match | None = None


def differentiate(
    chain: Sequence[Definition], output: str, wrt: Iterable[str], shapes: Mapping[str, Shape]
) -> list[Derived]:
    """The steps that lead to the gradient of `output` by each name of `wrt`: slopes first, then gradients backwards.

    chain: the definitions in order, each using names defined above it or given; shapes: of every name.
    Raises FormulaError where the output is no scalar, or a function has no derivative.
    """
    if shapes[output] != SCALAR:
        raise FormulaError(
            f"{output} is {show(shapes[output])}, but only a scalar has a gradient", "sum it, or choose another output"
        )
    return _Reverse(chain, output, list(wrt), shapes).run()


class _Reverse:
    """One backward pass over a chain of definitions."""

    def __init__(self, chain: Sequence[Definition], output: str, wrt: list[str], shapes: Mapping[str, Shape]) -> None:
        self.chain, self.output, self.wrt = chain, output, wrt
        self.shapes = dict(shapes)
        self.defined = dict(chain)
        self.relevant = self._relevant()
        self.adjoints: dict[str, list[Tree]] = {}
        self.behind: dict[str, list[Tree]] = {}  # adjoints of an activation's argument that skip its value
        self.pairs: dict[str, Match] = {}
        self.slopes: list[Derived] = []
        self.backward: list[Derived] = []

    def _relevant(self) -> set[str]:
        """The names through which the output depends on a name of `wrt`."""
        found = set(self.wrt)
        for name, tree in self.chain:
            if name not in found and any(n in found for n in names(tree)):
                found.add(name)
        return found

    def run(self) -> list[Derived]:
        self.adjoints[self.output] = [ONE]
        for name, tree in reversed(self.chain):
            if (name in self.adjoints or name in self.behind) and name in self.relevant:
                self.definition(name, tree)
        leaves = [self.gradient(n) for n in self._leaf_order() if n in self.wrt and n not in self.defined]
        return [*reversed(self.slopes), *self.backward, *leaves, *self._independent()]

    def _leaf_order(self) -> list[str]:
        """Given names in the order in which the backward pass meets them."""
        return list(dict.fromkeys(n for _, tree in reversed(self.chain) for n in names(tree) if n in self.adjoints))

    def _independent(self) -> list[Derived]:
        """A gradient of zeros for each name that the output does not depend on."""
        made = {d.of for d in self.backward if d.kind == "gradient"}
        lost = [n for n in self.wrt if n not in made and n not in self.adjoints]
        return [Derived(f"grad_{n}", Bin("*", Num("0"), Name(n)), "gradient", n) for n in lost]

    # -- one definition -----------------------------------------------------------------------------------------------
    def definition(self, name: str, tree: Tree) -> None:
        """Passes a quantity's adjoint on through the formula that defines it."""
        top = bare(tree)
        if isinstance(top, Call) and FUNCTIONS[top.fn].activation:
            self.activation(name, top)
            return
        adjoint = self.adjoint(name)
        assert adjoint is not None  # only activations are reached behind their value
        match = match_pair(tree, self.defined, avoid=self.wrt)
        if match is not None:
            self.behind.setdefault(match.output, []).append(times(adjoint, match.gradient, self.shapes))
            self.pairs[match.output] = match
        else:
            self.push(tree, adjoint, Name(name))

    def adjoint(self, name: str) -> Tree | None:
        """A quantity's adjoint where it is used: by name if it is asked for; None where nothing used the quantity."""
        if name not in self.adjoints:
            return None
        if name not in self.wrt:
            return self.total(name)
        derived = self.gradient(name)
        self.backward.append(derived)
        return ONE if name == self.output else Name(derived.name)

    def gradient(self, name: str) -> Derived:
        """The gradient by a name as a step of its own."""
        made = Derived(f"grad_{name}", self.total(name), "gradient", name, self.pairs.get(name))
        self.shapes[made.name] = self.shapes[name]
        return made

    def total(self, name: str) -> Tree:
        """A quantity's adjoint: the sum over its uses."""
        return add(self.adjoints[name], self.shapes)

    def collect(self, name: str, adjoint: Tree) -> None:
        self.adjoints.setdefault(name, []).append(adjoint)

    def activation(self, name: str, call: Call) -> None:
        """Through y = f(u): a slope is a step of its own, as is the delta at an unnamed u that several names share."""
        argument = bare(call.args[0])
        adjoint, found = self.adjoint(name), list(self.behind.get(name, ()))
        named = isinstance(argument, Name)
        if adjoint is not None:
            found.append(self.through(call, adjoint, Name(name), named))
        pair = self.pairs.get(name)
        if isinstance(argument, Name):
            for term in found:
                self.collect(argument.id, term)
            if pair:
                self.pairs[argument.id] = pair
            return
        delta = add(found, self.shapes)
        if sum(n in self.relevant for n in names(argument)) > 1:
            derived = Derived(f"delta_{name}", delta, "delta", name, pair)
            self.shapes[derived.name] = self.shapes[name]
            self.backward.append(derived)
            delta = Name(derived.name)
        self.push(argument, delta, argument)

    def through(self, call: Call, g: Tree, own: Tree, steps: bool = False) -> Tree:
        """The adjoint of a function's argument. steps: whether an activation's slope becomes a step of its own."""
        row, u = FUNCTIONS[call.fn], call.args[0]
        if row.adjoint is not None:
            self.shapes["G"] = shape(g, self.shapes)
            return simplified(replace_names(parse(row.adjoint), {"u": u, "y": own}), g, self.shapes)
        slope = local_derivative(call, own)
        argument = bare(u)
        if steps and slope != ONE and isinstance(argument, Name):
            slope = self.slope(argument.id, slope)
        return times(g, slope, self.shapes)

    def slope(self, argument: str, formula: Tree) -> Name:
        """The step `df1` for the slope at u1."""
        suffix = argument.lstrip("u") if argument.startswith("u") else f"_{argument}"
        made = Derived(f"df{suffix}", formula, "slope", argument)
        self.shapes[made.name] = self.shapes[argument]
        self.slopes.append(made)
        return Name(made.name)

    # -- one rule a node ----------------------------------------------------------------------------------------------
    def push(self, tree: Tree, adjoint: Tree, own: Tree) -> None:
        """Passes the adjoint of a node on to its operands. own: how the node's value can be written."""
        if not any(n in self.relevant for n in names(tree)):
            return
        match tree:
            case Name(id=name):
                self.collect(name, adjoint)
            case Group(x):
                self.push(x, adjoint, own)
            case Neg(x):
                self.push(x, minus(adjoint), x)
            case Transpose(x):
                self.push(x, transpose(adjoint, self.shapes), x)
            case Sum(terms):
                for term in terms:
                    self.push(term, fit(adjoint, term, self.shapes), term)
            case Bin(op, a, b):
                self.binary(op, a, b, adjoint)
            case Call():
                self.call(tree, adjoint, own)
            case _:
                raise TypeError(f"no adjoint for {tree!r}")

    def binary(self, op: str, a: Tree, b: Tree, g: Tree) -> None:
        s = self.shapes
        match op:
            case "+":
                left, right = g, g
            case "-":
                left, right = g, minus(g)
            case "*":
                left, right = times(g, b, s), times(g, a, s)
            case "/":
                left, right = ratio(g, b, s), minus(ratio(times(g, a, s), power(b, "2"), s))
            case "@":
                left = matmul(g, transpose(b, s), s)
                right = matmul(transpose(a, s), g, s)
            case _:
                self.exponent(a, b, g)
                return
        self.push(a, fit(left, a, s), a)
        self.push(b, fit(right, b, s), b)

    def exponent(self, a: Tree, b: Tree, g: Tree) -> None:
        """x**n by x: n x**(n − 1); by n, where n is no number: x**n log x."""
        s, base, n = self.shapes, bare(a), bare(b)
        if isinstance(base, Call) and base.fn == "norm" and n == Num("2"):
            inner = base.args[0]  # ‖x‖² is the sum of squares, without the root
            self.push(inner, times(times(g, Num("2"), s), inner, s), inner)
            return
        if isinstance(n, Num):
            lowered = power(a, str(int(n.text) - 1)) if n.text.isdigit() else Bin("**", a, Bin("-", n, Num("1")))
            self.push(a, times(g, times(n, lowered, s), s), a)
            return
        self.push(a, times(g, times(b, Bin("**", a, Group(Bin("-", b, Num("1")))), s), s), a)
        self.push(b, fit(times(g, times(Bin("**", a, b), Call("log", (a,)), s), s), b, s), b)

    def call(self, call: Call, g: Tree, own: Tree) -> None:
        """A function inside a formula."""
        if FUNCTIONS[call.fn].derivative != CONSTANT:
            u = call.args[0]
            self.push(u, fit(self.through(call, g, own), u, self.shapes), u)


def local_derivative(call: Call, own: Tree) -> Tree:
    """The derivative of an elementwise function, a formula in its argument and its own value `own`."""
    row = FUNCTIONS[call.fn]
    if row.derivative is None:
        raise FormulaError(f"{call.fn} has no derivative in the table", "gradients cannot pass through it")
    if row.derivative == "ones(u)":
        return ONE
    filled = {"u": call.args[0], "y": own}
    filled.update({p: Num(d) for p, d in zip(row.params[::-1], row.defaults[::-1], strict=False)})
    filled.update(zip(row.params[1:], call.args[1:], strict=False))
    return replace_names(parse(row.derivative), filled)


def simplified(rule: Tree, g: Tree, shapes: Mapping[str, Shape]) -> Tree:
    """A rule in G, with the adjoint put in by the constructors that simplify."""

    def build(tree: Tree) -> Tree:
        match tree:
            case Name("G"):
                return g
            case Group(x):
                return build(x)
            case Neg(x):
                return minus(build(x))
            case Bin("*", a, b):
                return times(build(a), build(b), shapes)
            case Bin("@", a, b):
                return matmul(build(a), build(b), shapes)
            case Bin("/", a, b):
                return ratio(build(a), build(b), shapes)
            case Transpose(x):
                return transpose(build(x), shapes)
            case Bin(op, a, b):
                return Bin(op, build(a), build(b))
            case _:
                return tree

    return build(rule)
