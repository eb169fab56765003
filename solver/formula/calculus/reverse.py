"""The backward pass behind `differentiate`: one rule a node, from the output back to every name it depends on."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from fractions import Fraction

from solver.formula.calculus.adjoint import (
    ONE,
    ZERO,
    add,
    fit,
    join,
    matmul,
    minus,
    power,
    ratio,
    split,
    times,
    transpose,
)
from solver.formula.calculus.derived import Definition, Derived, Label, Naming, Share
from solver.formula.calculus.local import bends, constant_last, local_adjoint, local_derivative
from solver.formula.calculus.pairs import Distribution, Match, composed, joined, match_pair, terms_of
from solver.formula.form import form
from solver.formula.functions import FUNCTIONS, Own
from solver.formula.tree import (
    SUMS,
    Bin,
    Call,
    Group,
    Name,
    Neg,
    Num,
    Sum,
    Transpose,
    Tree,
    bare,
    names,
    walk,
)
from solver.formula.walks.shape import SCALAR, Shape, shape

MOST_NODES = 40
"""A longer adjoint of a quantity becomes a step of its own, so that shared ones are not written out again and again."""


CENTRED = "as Σ(x − μ) = 0, nothing comes through the variance"
FLAT_NORM = "where the norm is 0, so is the slope of its power"


class Reverse:
    """One backward pass over a chain of definitions. called: gives names to what it makes."""

    def __init__(
        self,
        chain: Sequence[Definition],
        output: str,
        wrt: list[str],
        shapes: Mapping[str, Shape],
        distributions: Container[Distribution] | None,
        called: Naming,
    ) -> None:
        self.chain, self.output, self.wrt = chain, output, set(wrt)
        self.order, self.distributions, self.called = wrt, distributions, called
        self.shapes = dict(shapes)
        self.defined = dict(chain)
        self.uses = {name: form(tree)[1] for name, tree in chain}
        self.relevant = self._relevant()
        self.adjoints: dict[str, list[Share]] = {}
        self.behind: dict[str, list[Share]] = {}  # adjoints of an activation's argument that skip its value
        self.pairs: dict[str, Match] = {}
        self.kinks: dict[str, dict[str, None]] = {}  # functions with a kink that the adjoint of a name went through
        self.centred: set[str] = set()  # means that a variance does not change with
        self.shortened: dict[str, dict[str, None]] = {}  # why the adjoint of a name is shorter than the chain rule's
        self.slopes: list[Derived] = []
        self.backward: list[Derived] = []

    def _relevant(self) -> set[str]:
        """The names through which the output depends on a name of `wrt`."""
        found = set(self.wrt)
        for name, used in self.uses.items():
            if not found.isdisjoint(used):
                found.add(name)
        return found

    @staticmethod
    def _touches(tree: Tree, found: Collection[str]) -> bool:
        return any(node.id in found for node in walk(tree) if isinstance(node, Name))

    def run(self) -> list[Derived]:
        self.adjoints[self.output] = [Share(ONE)]
        for name, tree in reversed(self.chain):
            if (name in self.adjoints or name in self.behind) and name in self.relevant:
                self.definition(name, tree)
        leaves = [self.gradient(n) for n in self._leaf_order() if n in self.wrt and n not in self.defined]
        return [*reversed(self.slopes), *self.backward, *leaves, *self._independent()]

    def _leaf_order(self) -> list[str]:
        """Given names in the order in which the backward pass meets them."""
        met = dict.fromkeys(n for used in reversed(self.uses.values()) for n in used if n in self.adjoints)
        return list(met | {self.output: None})

    def _independent(self) -> list[Derived]:
        """A gradient of zeros for each name that the output does not depend on."""
        made = {d.of for d in self.backward if d.kind == "gradient"}
        lost = [n for n in dict.fromkeys(self.order) if n not in made and n not in self.adjoints]
        return [Derived(self.gradient_name(n), _nothing(n), "gradient", n, flat=True) for n in lost]

    def definition(self, name: str, tree: Tree) -> None:
        """Passes a quantity's adjoint on through the formula that defines it."""
        top = bare(tree)
        if isinstance(top, Call) and FUNCTIONS[top.fn].activation:
            self.activation(name, top)
            return
        adjoint = self.adjoint(name) or ZERO  # only activations are reached behind their value
        match, loss, others = self.paired(tree)
        if match is not None:
            share = Share(times(adjoint, match.gradient, self.shapes), (Name(name), loss))
            self.behind.setdefault(match.output, []).append(share)
            self.pairs[match.output] = match
        for term, own in others:
            self.push(term, fit(adjoint, term, self.shapes), own or Name(name), (Name(name),))

    def paired(self, tree: Tree) -> tuple[Match | None, Tree, list[tuple[Tree, Tree | None]]]:
        """The known pair in a loss, and its other terms; a term's value is its own formula, or has the loss's name."""
        terms = terms_of(tree)
        for start, stop in [(0, len(terms)), *((i, i + n) for n in (2, 1) for i in range(len(terms) - n + 1))]:
            part = terms[start] if stop - start == 1 else joined(terms[start:stop])
            match = match_pair(part, self.defined, avoid=self.wrt) if len(names(part)) == 2 else None
            if match is not None and self.holds(match, part):
                return match, part, [(term, term) for term in terms[:start] + terms[stop:]]
        return None, tree, [(tree, None)]

    def holds(self, match: Match, part: Tree) -> bool:
        """Whether the short form of a pair is the gradient of a part of a loss."""
        if match.target in self.relevant or match.output not in self.relevant:
            return False
        s = self.shapes
        if not match.fits(s[match.output], s[match.target], shape(part, s)):
            return False
        sums_to_one = (match.target, match.pair.distribution)
        return not match.pair.distribution or self.distributions is None or sums_to_one in self.distributions

    def adjoint(self, name: str) -> Tree | None:
        """A quantity's adjoint where it is used: by name if it is asked for; None where nothing used the quantity."""
        if name not in self.adjoints:
            return None
        if name not in self.wrt:
            total = self.total(name)
            if sum(1 for _ in walk(total)) <= MOST_NODES:
                return total
        derived = self.gradient(name)
        self.backward.append(derived)
        return ONE if name == self.output else Name(derived.name)

    def gradient(self, name: str) -> Derived:
        """The gradient by a name as a step of its own."""
        total, nothing = bare(self.total(name)), _nothing(name)
        if total == ZERO:
            total = nothing
        match, shares, kinked = self.matched(name, total), self.adjoints[name], self.kinks.pop(name, ())
        reasons = (*([CENTRED] if name in self.centred else []), *self.shortened.pop(name, ()))
        called, flat = self.gradient_name(name), total == nothing
        made = Derived(called, total, "gradient", name, match, tuple(shares), tuple(kinked), reasons, flat)
        self.shapes[made.name] = self.shapes[name]
        return made

    def gradient_name(self, name: str) -> str:
        return self.called(Label("gradient", name, name, name in self.wrt))

    def matched(self, name: str, formula: Tree) -> Match | None:
        """The pair whose short form a formula is."""
        match = self.pairs.get(name)
        return match if match is not None and match.gradient == formula else None

    def total(self, name: str) -> Tree:
        """A quantity's adjoint: the sum over its uses."""
        return add([share.adjoint for share in self.adjoints[name]], self.shapes)

    def collect(self, name: str, share: Share) -> None:
        self.adjoints.setdefault(name, []).append(share)

    def activation(self, name: str, call: Call) -> None:
        """Through y = f(u): a slope is a step of its own, as is the delta at an unnamed u that several names share."""
        argument = bare(call.args[0])
        adjoint, found = self.adjoint(name), list(self.behind.get(name, ()))
        if adjoint is not None:
            self.parameters(call, adjoint, (Name(name), call))
        if not self._touches(argument, self.relevant):
            return
        if adjoint is not None:
            through = fit(self.through(call, adjoint, Name(name), name), argument, self.shapes)
            found.append(Share(through, (Name(name), call)))
        delta = bare(add([share.adjoint for share in found], self.shapes))
        if delta == ZERO:
            return
        pair = self.pairs.get(name)
        if isinstance(argument, Name):
            for share in found:
                self.collect(argument.id, share)
            if pair:
                self.pairs[argument.id] = pair
            self.shortened.setdefault(argument.id, {}).update(self.shortened.pop(name, {}))
            return
        kinked = (call.fn,) if adjoint is not None and bends(call) else ()
        if sum(n in self.relevant for n in names(argument)) > 1:
            made = self.called(Label("delta", name, name))
            match, flat = self.matched(name, delta), delta == _nothing(name)
            derived = Derived(made, delta, "delta", name, match, tuple(found), kinked, flat=flat)
            self.shapes[made] = shape(argument, self.shapes)
            self.backward.append(derived)
            self.push(argument, Name(made), argument, (Name(name),))
        else:
            self.note_kinks(kinked, argument)
            self.push(argument, delta, argument, (Name(name), call))

    def through(self, call: Call, g: Tree, own: Tree, name: str = "") -> Tree:
        """The adjoint of a function's argument. name: of the activation whose slope becomes a step of its own."""
        row, u = FUNCTIONS[call.fn], call.args[0]
        if row.constant and not (name and isinstance(call.fn, Own)):  # an author's slope is shown, though it is 0
            return ZERO
        if not row.elementwise:
            return local_adjoint(call, 0, g, own, self.shapes)
        slope = local_derivative(call, own)
        argument = bare(u)
        if name and slope != ONE and isinstance(argument, Name):
            slope = self.slope(argument.id, name, call, slope)
        return times(g, slope, self.shapes)

    def slope(self, argument: str, own: str, call: Call, formula: Tree) -> Name:
        """The step `df1` for the slope at u1."""
        kinked = (call.fn,) if bends(call) else ()
        called, flat = self.called(Label("slope", argument, own)), formula == _nothing(argument)
        made = Derived(called, formula, "slope", argument, kinked=kinked, flat=flat)
        self.shapes[made.name] = self.shapes[own]
        self.slopes.append(made)
        return Name(made.name)

    def note_kinks(self, functions: Iterable[str], argument: Tree) -> None:
        """Remembers that adjoints of the names in an argument went through functions with a kink."""
        for fn in functions:
            for name in names(argument):
                self.kinks.setdefault(name, {})[fn] = None

    def push(self, tree: Tree, adjoint: Tree, own: Tree, path: tuple[Tree, ...]) -> None:
        """Passes the adjoint of a node on to its operands.

        own: how the node's value can be written; path: as in Share, down to this node.
        """
        if adjoint == ZERO or not self._touches(tree, self.relevant):
            return
        match tree:
            case Name(id=name):
                self.collect(name, Share(adjoint, path))
            case Group(x):
                self.push(x, adjoint, own, path)
            case Neg(x):
                self.push(x, minus(adjoint), x, path)
            case Transpose(x):
                self.push(x, transpose(adjoint, self.shapes), x, (*path, tree))
            case Sum(terms):
                for term in terms:
                    self.push(term, adjoint, term, path)
            case Bin(op, a, b):
                self.binary(op, a, b, adjoint, path if op in SUMS else (*path, tree))
            case Call():
                self.call(tree, adjoint, own, (*path, tree))
            case _:
                raise TypeError(f"no adjoint for {tree!r}")

    def binary(self, op: str, a: Tree, b: Tree, g: Tree, path: tuple[Tree, ...]) -> None:
        s = self.shapes
        match op:
            case "+":
                left, right = g, g
            case "-":
                left, right = g, minus(g)
            case "*":
                left, right = times(g, b, s), times(g, a, s)
            case "/":
                left, right = ratio(g, b, s), minus(ratio(times(g, a, s), power(b, 2), s))
            case "@" if shape(g, s) == SCALAR and not isinstance(split(g)[1], Name | None):
                left, right = times(g, transpose(b, s), s), times(g, transpose(a, s), s)
            case "@":
                left = matmul(g, transpose(b, s), s)
                right = matmul(transpose(a, s), g, s)
            case _:
                self.exponent(a, b, g, path)
                return
        self.push(a, fit(left, a, s), a, path)
        self.push(b, fit(right, b, s), b, path)

    def exponent(self, a: Tree, b: Tree, g: Tree, path: tuple[Tree, ...]) -> None:
        """x**n by x: n x**(n − 1); by n, where n is no number: x**n log x."""
        s, base = self.shapes, bare(a)
        n, rest = split(bare(b))
        if rest is not None:
            lowered: Tree = Bin("**", a, Group(Bin("-", b, ONE)))
            self.push(a, times(g, times(b, lowered, s), s), a, path)
            self.push(b, fit(times(g, times(Bin("**", a, b), Call("log", (a,)), s), s), b, s), b, path)
        elif isinstance(base, Call) and base.fn == "norm" and n > 1:
            inner = base.args[0]  # ‖x‖ⁿ by x is n ‖x‖ⁿ⁻² x, without a division by ‖x‖, which may be 0
            if n < 2:
                for name in names(inner):
                    self.shortened.setdefault(name, {})[FLAT_NORM] = None
            self.push(inner, times(times(g, times(join(n, None), power(a, n - 2), s), s), inner, s), inner, path)
        elif isinstance(base, Call) and base.fn == "sqrt" and n >= 2:
            inner = base.args[0]  # √x likewise
            self.push(inner, times(g, times(join(n / 2, None), power(a, n - 2), s), s), inner, path)
        else:
            self.push(a, times(g, times(join(n, None), power(a, n - 1), s), s), a, path)

    def call(self, call: Call, g: Tree, own: Tree, path: tuple[Tree, ...]) -> None:
        """A function inside a formula."""
        call = constant_last(call)
        if FUNCTIONS[call.fn].constant:
            return
        u = call.args[0]
        if bends(call):
            self.note_kinks([call.fn], call)
        self.parameters(call, g, path)
        if not self._touches(u, self.relevant):
            return
        if (short := composed(call, self.defined, self.wrt)) is not None:
            y, slope, reason = short
            self.behind.setdefault(y, []).append(Share(times(g, Group(slope), self.shapes), path))
            self.shortened.setdefault(y, {})[reason] = None
            return
        through = fit(self.through(call, g, own), u, self.shapes)
        if (mean := self.mean_within(call)) in self.relevant and mean is not None:
            self.centred.add(mean)
            square = bare(u)
            assert isinstance(square, Bin)
            difference = bare(square.a)
            assert isinstance(difference, Bin)
            through = times(times(join(Fraction(2), None), through, self.shapes), Group(difference), self.shapes)
            self.push(difference.a, fit(through, difference.a, self.shapes), difference.a, path)
        else:
            self.push(u, through, u, path)

    def mean_within(self, call: Call) -> str | None:
        """The m of a sum or mean of (x − m)², where m is the mean of x over the same cells."""
        kind, ending = call.fn.partition("_")[::2]
        match bare(call.args[0]):
            case Bin("**", a, Num("2")) if kind in ("sum", "mean"):
                match bare(a):
                    case Bin("-", x, Name(m)) if m in self.defined:
                        mean = bare(self.defined[m])
                        alike = isinstance(mean, Call) and mean.fn.partition("_")[::2] == ("mean", ending)
                        return m if alike and isinstance(mean, Call) and mean.args[0] == x else None
        return None

    def parameters(self, call: Call, g: Tree, path: tuple[Tree, ...]) -> None:
        """Passes the adjoint on to a function's further arguments."""
        row = FUNCTIONS[call.fn]
        for k, argument in enumerate(call.args[1:], start=1):
            if not self._touches(argument, self.relevant):
                continue
            if row.elementwise:
                made = times(g, local_derivative(call, call, row.slopes[k]), self.shapes)
            else:
                made = local_adjoint(call, k, g, call, self.shapes)
            self.push(argument, fit(made, argument, self.shapes), argument, path)


def _nothing(of: str) -> Tree:
    """0 in each cell of a quantity."""
    return Bin("*", ZERO, Name(of))
