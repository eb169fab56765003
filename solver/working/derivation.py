"""Gradients derived in symbols: each line with the rule it used and the shapes of what it multiplies.

grad_W = x @ grad_y.T          chain rule through y; derivative of a matrix product; n×1 times 1×K
       = x @ (-2*(d - y)).T    substituting grad_y
       = -2*(x @ (d - y).T)    n×K, the shape of W
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from solver.formula.calculus.adjoint import add, times
from solver.formula.calculus.differentiate import Derived, Share, differentiate, paired_outputs
from solver.formula.calculus.pairs import ALONG
from solver.formula.calculus.rules import rules, sizes
from solver.formula.calculus.tidy import flipped, tidy, total
from solver.formula.functions import FUNCTIONS, word
from solver.formula.print.printer_text import TextPrinter
from solver.formula.source import source
from solver.formula.symbol import Symbol
from solver.formula.tree import Call, Name, Num, Transpose, Tree, bare, children, names, replace_names, walk
from solver.formula.walks.shape import SCALAR, Shape, shape
from solver.formula.words import Words, extent, listed
from solver.named import NamedTuple
from solver.working.items import Derivation, Line
from solver.working.page import Working
from solver.working.roles import Role

MOST_TIDY = 500
MOST_NODES = 120
"""A result of more nodes stays in terms of the gradients above it; a much longer one is not made shorter."""

Chain = Sequence[tuple[str, Tree]]


class Origin(NamedTuple):
    """What one term of one formula adds to a gradient: its parts, not yet merged, and the rules behind them."""

    term: Tree
    parts: list[Tree]
    note: Words


def add_derivations(working: Working, chain: Chain, output: str, by: Sequence[str], numerator: bool) -> list[Derived]:
    """Adds the derivations that lead to the gradient of `output` by each name of `by`.

    The working knows shape and symbol of every name. numerator: whether a gradient has the transposed shape of its
    variable. Returns what was derived, in denominator layout. Raises FormulaError where there is no derivative.
    """
    wrt = [*by, *_between(chain, output, by)]
    given = {n for _, tree in chain for n in names(tree)}.difference(n for n, _ in chain)
    distributions = [(n, along) for n in given for along in ALONG]  # the desired outputs are taken to be one-hot
    activations = {fn for fn, row in FUNCTIONS.items() if row.pairs}
    held = [n for n, tree in chain if n in wrt and n not in by and _function(tree) in activations]
    matched = paired_outputs(chain, output, [n for n in wrt if n not in held], working.shapes, distributions)
    derived = differentiate(
        chain, output, [n for n in wrt if n not in held or n not in matched], working.shapes, distributions
    )
    for made in derived:
        size, symbol = _written(working, made, output, numerator)
        working.shapes[made.name] = size
        working.symbols[made.name] = symbol.shaped(size)
    page = _Lines(working, chain, output, numerator)
    for made in derived:
        size, symbol = working.shapes[made.name], working.symbols[made.name]
        working.add(page.derivation(made), size, symbol, Role(made.kind, made.of))
    return derived


def _between(chain: Chain, output: str, by: Iterable[str]) -> list[str]:
    """The definitions between the variables and the output, the output itself left out."""
    depends, leads = set(by), {output}
    for name, tree in chain:
        if depends.intersection(names(tree)):
            depends.add(name)
    for name, tree in reversed(chain):
        if name in leads:
            leads.update(names(tree))
    return [name for name, _ in chain if name in depends & leads - {output, *by}]


def _function(tree: Tree) -> str:
    top = bare(tree)
    return top.fn if isinstance(top, Call) else ""


def _written(working: Working, made: Derived, output: str, numerator: bool) -> tuple[Shape, Symbol]:
    """The shape and the symbol of a derived quantity."""
    of, (rows, columns) = working.symbols[made.of], working.shapes[made.of]
    match made.kind:
        case "slope":
            return (rows, columns), Symbol("f", prime=True, argument=of)
        case "delta":
            symbol = Symbol("delta", sub=of.base + of.sub)
        case _:
            symbol = working.symbols[output]._replace(wrt=of)
    return ((columns, rows) if numerator else (rows, columns)), symbol


class _Lines:
    """Writes the lines of each derivation. values: results in the names that the author gave."""

    def __init__(self, working: Working, chain: Chain, output: str, numerator: bool) -> None:
        self.working, self.output, self.numerator = working, output, numerator
        self.shapes = working.shapes
        self.defined = dict(chain)
        self.place = {name: k for k, name in enumerate(self.defined)}
        self.values: dict[str, Tree] = {}
        self.kinds: dict[str, str] = {}

    def derivation(self, made: Derived) -> Derivation:
        """One derived quantity with its lines."""
        first, *others = self.slope(made) if made.kind == "slope" else self.gradient(made)
        lines = [first if first.left else first._replace(left=Name(made.name)), *others]
        result = lines[-1].right
        if _nodes(result) <= MOST_NODES:
            self.values[made.name] = result
        lines[-1] = lines[-1]._replace(note=listed(lines[-1].note, self.size(made)))
        used = dict.fromkeys(n for line in lines for tree in (line.left, line.right) if tree for n in names(tree))
        needs = tuple(n for n in (self.output, *used) if n in self.working.items and n != made.name)
        kind, why = _KINDS[made.kind], self.why(made)
        self.kinds[made.name] = made.kind
        return Derivation(made.name, result, tuple(lines), f"{kind} {{{made.of}}}", why, needs)

    def why(self, made: Derived) -> str:
        """The reason behind a known pair, the convention at a kink, or why a gradient is 0."""
        if made.kind == "slope" or made.shares:
            kinks = [f"{FUNCTIONS[fn].title} {FUNCTIONS[fn].at_kink}" for fn in made.kinked]
            reasons = [made.match.pair.reason, *kinks] if made.match else kinks
            return "; ".join(dict.fromkeys(reasons))
        if made.of in self.leading():
            return f"{{{self.output}}} changes with {{{made.of}}} in steps only: the slope between them is 0"
        return f"{{{self.output}}} does not depend on {{{made.of}}}"

    def leading(self) -> set[str]:
        """Every name that leads to the output."""
        found = {self.output}
        for name in reversed(self.defined):
            if name in found:
                found.update(names(self.defined[name]))
        return found

    def size(self, made: Derived) -> Words:
        """The statement that ends a derivation: its shape, and whose shape that is."""
        rows, columns = size = self.shapes[made.name]
        if size == SCALAR:
            return ("a scalar",)
        turned = self.numerator and made.kind != "slope" and rows != columns
        return (*extent(size), f", the {'transposed ' if turned else ''}shape of ", self.working.symbols[made.of])

    def slope(self, made: Derived) -> Iterator[Line]:
        """The derivative of an activation, as its definition in the table has it."""
        fn = next(
            _function(tree)
            for tree in self.defined.values()
            if _function(tree) and [bare(x) for x in children(bare(tree))][:1] == [Name(made.of)]
        )
        yield Line(made.formula, note=(f"derivative of {word(fn)}, elementwise",))

    def gradient(self, made: Derived) -> Iterator[Line]:
        """The rules applied, like terms collected, earlier results substituted, and what remains as short as it can be."""
        origins = list(self.origins(made))
        parts = [part for origin in origins for part in origin.parts]
        merged = self.tidy(add(parts, self.shapes)) if parts else Num("0")
        yield from self.applied(made, origins, merged)
        known = {n: self.values[n] for n in names(merged) if n in self.values}
        put = replace_names(merged, known)
        short = self.spread(self.tidy(put), made)
        reason: Words = tuple(piece for n in known for piece in (" and ", self.working.symbols[n]))[1:]
        reason = ("substituting ", *reason) if known else ()
        if known and not self.alike(put, short):
            yield Line(put, note=reason)
            reason = ()
        if source(short) != source(merged):
            yield Line(short, note=reason)

    def alike(self, a: Tree, b: Tree) -> bool:
        """Whether two formulas read the same."""
        if max(_nodes(a), _nodes(b)) > MOST_TIDY:
            return source(a) == source(b)
        printer = TextPrinter(self.working.symbols)
        return printer.print(a) == printer.print(b)

    def applied(self, made: Derived, origins: Sequence[Origin], merged: Tree) -> Iterator[Line]:
        """What each term gives by its rules, and their sum."""
        if not origins:
            yield Line(merged)
            return
        if len(origins) > 1:
            for origin in origins:
                yield Line(total(origin.parts), left=origin.term, relation="→", note=origin.note)
        joined = total([part for origin in origins for part in origin.parts])
        if made.match and len(origins) == 1 and not self.numerator:
            pair = [Line(made.match.fill(text), note=(reason,)) for text, reason in made.match.pair.derivation]
            yield from pair[:-1]
            joined = pair[-1].right
            yield pair[-1]
        else:
            note = ("the sum of these",) if len(origins) > 1 else origins[0].note
            yield Line(joined, left=Name(made.name), note=note)
        if not self.alike(joined, merged):
            yield Line(merged, note=("collecting like terms",))

    def origins(self, made: Derived) -> Iterator[Origin]:
        """The uses of a quantity, those of one term of a formula together, in the order of the formulas."""
        uses: dict[tuple[str, Tree], list[Share]] = {}
        for share in made.shares:
            through, *nodes = share.path or (Name(made.of),)
            assert isinstance(through, Name)
            uses.setdefault((through.id, nodes[0] if nodes else Name(made.of)), []).append(share)
        for (name, term), shares in sorted(uses.items(), key=lambda use: self.place[use[0][0]]):
            parts = [self.laid(share.adjoint) for share in shares]
            yield Origin(term, parts, self.reasons(made, name, term, shares, parts))

    def reasons(self, made: Derived, through: str, term: Tree, shares: Sequence[Share], parts: Sequence[Tree]) -> Words:
        """The rules behind a term's part of a gradient, and the shapes of what they multiply."""
        symbols = self.working.symbols
        said: list[Words] = [("chain rule through ", symbols[through])] if through not in (self.output, made.of) else []
        if made.match and made.of not in names(term) and made.kind == "gradient":
            return listed(*said, made.match.pair.reason)
        found: list[str | Words] = [rule for share in shares for rule in rules(share.path[1:], made.of, self.shapes)]
        if not found and through != made.of:
            found = [(symbols[made.of], " is a term of ", symbols[through])]
        return listed(*said, *found, *(sizes(part, self.shapes) for part in parts))

    def laid(self, tree: Tree) -> Tree:
        """A derived formula in the layout of the page."""
        if not self.numerator:
            return self.tidy(tree)
        turned = [n for n in names(tree) if self.kinds.get(n) in ("gradient", "delta")]
        columns = replace_names(tree, {n: Transpose(Name(n)) for n in turned if self.shapes[n] != SCALAR})
        return self.tidy(flipped(columns, self.shapes))

    def tidy(self, tree: Tree) -> Tree:
        """The formula in its short form, unless it is too long for any to matter."""
        return tidy(tree, self.shapes) if _nodes(tree) <= MOST_TIDY else tree

    def spread(self, tree: Tree, made: Derived) -> Tree:
        """A number that stands for every cell of a gradient, written as such; 0 stays 0."""
        if shape(tree, self.shapes) == self.shapes[made.name] or tree == Num("0"):
            return tree
        return times(tree, Call("ones", (Name(made.of),)), {**self.shapes, made.of: self.shapes[made.name]})


_KINDS = {
    "gradient": "Gradient with respect to",
    "delta": "Gradient at the argument of",
    "slope": "Slope of the activation at",
}


def _nodes(tree: Tree) -> int:
    return sum(1 for _ in walk(tree))
