"""The print walk: order, brackets and joins, decided once for every format.

A format is a subclass that says how to set each kind of node (`R` is what it makes: a string, a block of lines).
It never looks inside a tree, and a node it does not know is an error, never a silent `str()`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Generic, Literal, TypeVar

from solver.formula.functions import FUNCTIONS, Style
from solver.formula.greek import GREEK
from solver.formula.print.window import Way, spread, visible, window
from solver.formula.source import source
from solver.formula.symbol import Symbol, Symbols
from solver.formula.tree import (
    SUMS,
    Array,
    Bin,
    Call,
    Dots,
    Group,
    Name,
    Neg,
    Num,
    Option,
    Sum,
    Transpose,
    Tree,
    Written,
    bare,
)
from solver.formula.usage import symbol_for, usage_of
from solver.formula.walks.shape import SCALAR, Shape, shape

R = TypeVar("R")

SUM, NEGATIVE, PRODUCT, POWER, ATOM = range(1, 6)

Join = Literal["juxtaposed", "times", "hadamard", "space", "beside"]
"""How a product is joined: (a)(b), a · b, a ⊙ b, A b, and 2 A, which has a dot where it is broken."""


class Printer(ABC, Generic[R]):
    """Walks a tree and sets it in one format.

    symbols: how names are written (others get their default symbol), and, of a page's own table, its author's usage.
    most: the most rows or columns of a matrix that are shown; the rest is …
    """

    stacks_fractions = False
    ruled = False
    """Whether every fraction has a rule, so that a factor behind it is not read as one below it."""

    def __init__(self, symbols: Symbols | None = None, most: int = 8) -> None:
        self.symbols: Symbols = {} if symbols is None else symbols
        self.usage = usage_of(symbols)
        self.most = most
        self._shapes = _Shapes(self.symbols)
        self._between_bars = False

    # -- what a format provides -------------------------------------------------------------------------------------
    @abstractmethod
    def number(self, text: str) -> R: ...
    @abstractmethod
    def symbol(self, symbol: Symbol) -> R: ...
    @abstractmethod
    def brackets(self, inner: R) -> R: ...
    @abstractmethod
    def negative(self, inner: R) -> R: ...
    @abstractmethod
    def sum(self, op: str, a: R, b: R) -> R: ...
    @abstractmethod
    def product(self, join: Join, a: R, b: R) -> R: ...
    @abstractmethod
    def fraction(self, a: R, b: R) -> R: ...
    @abstractmethod
    def power(self, base: R, exponent: R) -> R: ...
    @abstractmethod
    def transpose(self, inner: R) -> R: ...
    @abstractmethod
    def call(self, fn: str, args: Sequence[R], exponent: R | None = None) -> R:
        """A function of its arguments; an exponent stands behind its word: tanh²(u)."""

    @abstractmethod
    def matrix(self, rows: Sequence[Sequence[R]]) -> R: ...
    @abstractmethod
    def dots(self, way: Way = "…") -> R: ...

    # -- the walk ---------------------------------------------------------------------------------------------------
    def print(self, tree: Tree) -> R:
        """The tree set in this format."""
        return self._set(tree)[0]

    def _at_least(self, tree: Tree, level: int) -> R:
        made, precedence = self._set(tree)
        return made if precedence >= level else self.brackets(made)

    def _set(self, tree: Tree) -> tuple[R, int]:
        """The tree set, and how tightly its parts are bound."""
        try:
            setting = _SETTING[type(tree)]
        except KeyError:
            raise TypeError(f"{type(self).__name__} cannot print {tree!r}") from None
        return setting(self, tree)

    def _num(self, tree: Num) -> tuple[R, int]:
        text = tree.text
        return self.number(text), NEGATIVE if text[0] == "-" else PRODUCT if "e" in text or "/" in text else ATOM

    def _group(self, tree: Group) -> tuple[R, int]:
        inner = self.print(tree.x)
        return (inner if _fenced(tree.x) else self.brackets(inner)), ATOM

    def _name(self, tree: Name) -> tuple[R, int]:
        symbol = symbol_for(tree.id, self.symbols)
        return self.symbol(symbol), ATOM if symbol.wrt is None else POWER if symbol.ratio else PRODUCT

    def _written(self, tree: Written) -> tuple[R, int]:
        if tree.only is not None:  # which may need brackets
            return self._set(tree.only)
        return self.matrix(spread(tree.cells, self.print, self.dots)), ATOM

    def _negative(self, tree: Neg) -> tuple[R, int]:
        return self.negative(self._at_least(self._unfenced(tree.x), PRODUCT)), NEGATIVE

    def _transposed(self, tree: Transpose) -> tuple[R, int]:
        return self._set(tree.x) if self._single(tree.x) else (self.transpose(self._at_least(tree.x, ATOM)), ATOM)

    def _bin(self, tree: Bin) -> tuple[R, int]:
        op, a, b = tree.op, tree.a, tree.b
        if op in SUMS:
            left = self._at_least(self._unfenced(a), SUM)
            return self.sum(op, left, self._at_least(self._unfenced(b), PRODUCT)), SUM
        if op == "/":
            return self._fraction(a, b)
        return self._power(tree, a, b) if op == "**" else self._product(tree, a, b)

    def _power(self, tree: Bin, a: Tree, b: Tree) -> tuple[R, int]:
        match a, b:
            case _, Num("2") if self._cellwise(tree):
                factor = self._at_least(a, POWER)
                return self.product("hadamard", factor, factor), PRODUCT
            case Call(fn, (x,)), Num(text) if FUNCTIONS[fn].notation.raised and text.isdigit():
                return self.call(fn, [self.print(bare(x))], self.number(text)), POWER
            case _, Num("-1") | Neg(Num("1")) if self._shape(a) != SCALAR:  # A⁻¹ is the inverse
                return self._fraction(Num("1"), a)
        return self.power(self._at_least(a, ATOM), self._exponent(b)), POWER

    def _unfenced(self, tree: Tree) -> Tree:
        """A fraction without the brackets that its rule makes needless beside a sign."""
        return tree.x if isinstance(tree, Group) and self.ruled and _stacked(tree.x) else tree

    def _single(self, tree: Tree) -> bool:
        """Whether it is a quantity of one number, whose transpose is itself; a gradient keeps its rule's shape, h (∇ᵤJ)ᵀ."""
        symbol = self.symbols.get(tree.id) if isinstance(tree, Name) else None
        return symbol is not None and symbol.wrt is None and symbol.shape == SCALAR

    def _array(self, array: Array) -> tuple[R, int]:
        height, width = array.value.shape
        if height <= self.most >= width:
            return self.numbers(array.written()), ATOM
        rows, columns = window(height, width, self.most)
        cells = [tuple([None if i is None or j is None else array.text(i, j) for j in columns]) for i in rows]
        return self.numbers(tuple(cells)), ATOM

    def numbers(self, rows: tuple[tuple[str | None, ...], ...]) -> R:
        """A matrix of numbers; None stands for what is left out."""
        return self.matrix(spread(rows, self.number, self.dots))

    def _sum(self, tree: Sum) -> tuple[R, int]:
        """Many terms: the first ones, … and the last."""
        terms = tree.terms
        shown: list[Tree] = [Dots() if k is None else terms[k] for k in visible(len(terms), self.most)]
        made = self._at_least(shown[0], SUM)
        for term in shown[1:]:
            op, rest = ("-", term.x) if isinstance(term, Neg) else ("+", term)
            made = self.sum(op, made, self._at_least(rest, PRODUCT))
        return made, SUM

    def _call(self, tree: Call) -> tuple[R, int]:
        fn, args, options = tree.fn, tree.args, tree.options
        match style(fn):
            case "power of e":
                return self.power(self.symbol(Symbol("e")), self._exponent(args[0])), POWER
            case "inverse":
                return self.power(self._at_least(args[0], ATOM), self.number("-1")), POWER
            case "constant":
                return self._constant(tree), ATOM
            case "stacked":
                return self.matrix([[self.print(bare(a))] for a in args]), ATOM
            case "side by side":
                return self.matrix([[self.print(bare(a)) for a in args]]), ATOM
            case "part" if (entry := self._entry(args[0], dict(options))) is not None:
                return self.symbol(entry), ATOM
            case "part":
                text = source(Call(fn, (Name("x"),), options))
                if self._shape(args[0])[1] == 1 and text.endswith(", :]"):  # of a vector
                    text = text.removesuffix(", :]") + "]"
                return self.product("juxtaposed", self._at_least(args[0], ATOM), self.number(text[1:])), ATOM
            case _:
                given = [
                    self.product("space", self.symbol(Symbol(name)), self.number(str(option)))
                    for name, option in options
                ]
                outside, self._between_bars = self._between_bars, _barred(Call(fn, args))
                made = [self.print(bare(a)) for a in args]
                self._between_bars = outside
                power = FUNCTIONS[fn].notation.power
                return self.call(fn, [*made, *given], self.number(power) if power else None), ATOM

    def _entry(self, tree: Tree, options: dict[str, Option]) -> Symbol | None:
        """w₁,₂ for W[1, 2], u₂ for u[2], u₂(0) for u(0)[2]; None for a larger part, or another quantity's symbol."""
        inner = bare(tree)
        if not isinstance(inner, Name):
            return None
        symbol = symbol_for(inner.id, self.symbols)
        vector = self._shape(inner)[1] == 1
        ends = [
            option
            for option in (options["rows"], options["columns"])[: 1 if vector else 2]
            if isinstance(option, tuple)
        ]
        counted = any(c.isdigit() for c in symbol.sub)  # u₁: of layer 1
        if counted or symbol.sup or symbol.wrt or any(first != last for first, last in ends):
            return None
        below = ",".join(filter(None, (symbol.sub, *(str(first) for first, _ in ends))))
        base = symbol.base.lower() if len(symbol.base) == 1 else symbol.base
        entry = Symbol(base, sub=below, argument=symbol.argument)
        taken = (s for s in self.symbols.values() if s[:4] == entry[:4])
        return None if any(taken) else entry

    def _constant(self, call: Call) -> R:
        """Ones or the identity, with their size below: 1ₙ, I₃."""
        rows, columns = size = self._shape(call)
        below = str(rows) if columns == 1 or call.fn == "eye" else f"{rows},{columns}"
        return self.symbol(Symbol(self.usage.spelled(call.fn), sub=below if size != SCALAR else "", shape=size))

    def _exponent(self, tree: Tree) -> R:
        return self.print(bare(tree))

    def _fraction(self, a: Tree, b: Tree) -> tuple[R, int]:
        if self.stacks_fractions:
            return self.fraction(self.print(bare(a)), self.print(bare(b))), PRODUCT
        return self.fraction(self._at_least(a, PRODUCT), self._at_least(b, POWER)), PRODUCT

    def _product(self, tree: Bin, a: Tree, b: Tree) -> tuple[R, int]:
        grouped = tree.op == "@" or (isinstance(a, Group) and isinstance(b, Group))
        if grouped and isinstance(x := bare(a), Num) and isinstance(y := bare(b), Num):
            first, second = self.brackets(self.number(x.text)), self.brackets(self.number(y.text))
            return self.product("juxtaposed", first, second), PRODUCT
        left, precedence = self._set(a)
        if precedence < NEGATIVE or (tree.op == "@" and self._cellwise(a)):  # a ⊙ b W would be read as a ⊙ (b W)
            left, precedence = self.brackets(left), ATOM
        level = NEGATIVE if precedence == NEGATIVE else PRODUCT  # a product that starts with a minus is negative, too
        if tree.op == "@":
            return self.product("space", left, self._factor(b)), level
        cellwise = self._cellwise(tree)
        join: Join = "hadamard" if cellwise else self._scaled(a, b)
        # a scalar times a matrix product, c A x, or a gradient, α ∇J, needs no brackets
        scaled = self._shape(a) == SCALAR and (self._gradient(b) or (isinstance(b, Bin) and b.op == "@"))
        scaled = scaled and not cellwise
        return self.product(join, left, self._set(b)[0] if scaled else self._at_least(b, POWER)), level

    def _cellwise(self, tree: Tree) -> bool:
        """Whether it is set as a product cell by cell, a ⊙ b."""
        match tree:
            case Bin("*", a, b):
                return self._shape(a) != SCALAR and self._shape(b) != SCALAR
            case Bin("**", a, Num("2")):
                return isinstance(bare(a), Name | Array) and self._shape(a) != SCALAR
            case Neg(x):
                return self._cellwise(x)
        return False

    def _scaled(self, a: Tree, b: Tree) -> Join:
        """How a scalar is joined to another factor: side by side, 2β W, −2(d − y), where that has one reading."""
        left, right = _last(a), _first(b)
        if self.usage.products == "dots" or isinstance(left, Dots) or isinstance(bare(right), Num | Dots):
            return "times"
        words = (left,) if self._gradient(b) else (left, right)
        if any(isinstance(x, Name) and self._word_like(symbol_for(x.id, self.symbols)) for x in words):
            return "times"
        if isinstance(left, Num):
            if "e" in left.text or ("/" in left.text and not self.ruled):
                return "times"
            return "juxtaposed" if isinstance(right, Name | Group) else "beside"
        if isinstance(left, Bin) and left.op == "/" and not self.ruled:
            return "times"
        if _barred(left) or (_barred(right) and self._between_bars):
            return "times"
        return "beside"

    def _gradient(self, tree: Tree) -> bool:
        """Whether it is written ∇J."""
        symbol = symbol_for(tree.id, self.symbols) if isinstance(tree, Name) else None
        return symbol is not None and symbol.wrt is not None and not symbol.ratio

    @staticmethod
    def _word_like(symbol: Symbol) -> bool:
        """Whether it needs a dot beside it: a word, a derivative."""
        return symbol.wrt is not None or (len(symbol.base) > 1 and symbol.base not in GREEK)

    def _factor(self, tree: Tree) -> R:
        """The right factor of a matrix product: a number stands in brackets, [2.0; −1.0] (0.81)."""
        return self.brackets(self.print(tree)) if isinstance(tree, Num) else self._at_least(tree, POWER)

    def _shape(self, tree: Tree) -> Shape:
        return shape(tree, self._shapes)


_SETTING: dict[type, Callable[[Printer[Any], Any], tuple[Any, int]]] = {  # by type: far faster than a match
    Num: Printer._num,
    Group: Printer._group,
    Name: Printer._name,
    Array: Printer._array,
    Written: Printer._written,
    Dots: lambda self, tree: (self.dots(), ATOM),
    Neg: Printer._negative,
    Transpose: Printer._transposed,
    Call: Printer._call,
    Sum: Printer._sum,
    Bin: Printer._bin,
}


def _fenced(tree: Tree) -> bool:
    """Whether a matrix's own brackets enclose it, so that no others are needed."""
    return isinstance(tree, Array) or (isinstance(tree, Written) and tree.only is None)


class _Shapes(dict[str, Shape]):
    """The shapes that the symbols know, looked up when they are asked for; a name without a symbol counts as a scalar."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Shape:
        symbol = self.symbols.get(name)
        return symbol.shape if symbol else SCALAR


def _stacked(tree: Tree) -> bool:
    return isinstance(tree, Bin) and tree.op == "/"


def _last(tree: Tree) -> Tree:
    """The last factor of a product, as it stands on the page."""
    while True:
        match tree:
            case Bin("*" | "@", _, b):
                tree = b
            case Neg(x):
                tree = x
            case _:
                return tree


def _barred(tree: Tree) -> bool:
    """Whether bars enclose it, whose left and right look alike."""
    return isinstance(tree, Call) and style(tree.fn) in ("bars", "double bars")


def _first(tree: Tree) -> Tree:
    """What a factor begins with."""
    while True:
        match tree:
            case Bin("*" | "@" | "**" | "/", a, _):
                tree = a
            case Transpose(x):
                tree = x
            case _:
                return tree


def style(fn: str) -> Style:
    """How a call of a function is set: in fences, as a root, …"""
    return FUNCTIONS[fn].notation.style
