"""What the table knows of one function: everything, in one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

from solver.formula.functions.intervals import rising
from solver.formula.functions.shapes import like_arguments
from solver.formula.functions.written import Cells
from solver.formula.interval import Interval
from solver.formula.sizes import Shape
from solver.formula.tree import Call, Option, Tree
from solver.named import NamedTuple, Structure
from solver.rounding import Floats

Case: TypeAlias = tuple[str, str]
"""A formula and the condition under which it holds."""

Given: TypeAlias = Mapping[str, Option]
"""The options of a call, by name."""

Shaping: TypeAlias = Callable[[str, Sequence[Shape], Given], Shape]
"""The shape of a result, from the function's name, the shapes of its arguments and its options; raises FormulaError."""

Bounding: TypeAlias = "Callable[[Callable[..., Floats], Sequence[Interval], Given], tuple[Floats, Floats]]"
"""Lowest and highest result, from the function's code, the intervals of its arguments and its options."""

Adjoint: TypeAlias = "str | Callable[[Call, Tree, Sequence[Shape], int], Tree | str]"
"""The gradient by argument k: a formula in G (the gradient by y), y and the parameters, or, where options
or shapes matter, what makes it of the call, G, the shapes of the arguments and k."""

Writing: TypeAlias = Callable[[Cells, int, int, Given], Tree]
"""One cell of the result, row i and column j from 0, written with the operands' cells."""

Style: TypeAlias = Literal[
    "word",
    "bars",
    "double bars",
    "floor",
    "ceil",
    "root",
    "power of e",
    "inverse",
    "constant",
    "stacked",
    "side by side",
    "part",
]


class Notation(NamedTuple):
    """How a call is written, free of any format.

    word: in front of the brackets, upright, instead of the function's own name; a Greek letter's name is the letter.
    below, power: a word below it, max over rows; an exponent above it, dist² for squared distances.
    style: fences, a root, a power of e, an inverse A⁻¹, a constant without its argument, blocks of a matrix, a part of one.
    raised: a whole exponent stands behind the word, tanh²(u), where elsewhere the call is raised.
    """

    word: str = ""
    style: Style = "word"
    below: str = ""
    power: str = ""
    raised: bool = False


class Slip(NamedTuple):
    """A mistake that is made with this function alone. said: what the student is told; formula: in the parameters."""

    name: str
    said: str
    formula: str


class Pair(NamedTuple):
    """A loss J(d, y) of an activation y = f(u) whose gradient is short.

    losses: the ways the loss is written; gradient: ∇_u J; derivation: how it comes about, line by line, each equal to
    the one above; reason: in words. distribution: what of d must sum to 1.
    """

    losses: tuple[str, ...]
    gradient: str
    derivation: tuple[tuple[str, str], ...]
    reason: str
    distribution: Literal["", "columns", "rows"] = ""


class Composed(NamedTuple):
    """A function of y = f(u) whose derivative by u is short. outer: that function of y; slope: ∂/∂u, in y."""

    outer: str
    slope: str
    reason: str


class Function(Structure):
    """One function of the formula language.

    code: numpy arrays (…, rows, columns) and the options to an array, over any leading batch axes.
    doc: one sentence with the conventions; examples: formulas in the names of `tests/formula/functions/quantities.py`,
    which the suite checks against central differences, random points of intervals and the written cells.
    params: the arguments; defaults: the values of the last ones, where they may be left out. more: whether the last
    may be repeated. options: what is no quantity, `stride=2`, by name, each with its default (None: worked out).
    sized: whether whole numbers in place of the argument are the option `size`: ones(4) is 4×1, eye(3) 3×3.
    shape, bounds: as above; an elementwise function that rises in every argument needs neither.
    slopes: of an elementwise function, its derivative by each argument, formulas in the parameters and y.
    adjoints: of any other, the gradient by each argument; "" where the value does not change with it.
    definition: what a lecturer writes: a formula in the parameters, or cases of (formula, condition).
    shown: how the definition stands on the page where it is of one cell: k, among all cells j.
    cells: how one cell of the result is worked out by hand.
    convention: what a page says where the function first appears, since not every book agrees.
    activation: whether y = f(u) is how a layer uses it; by_row: the same function where a pattern, or a vector, is a row,
    not a column; an elementwise one is its own.
    kink: where this formula is 0, there is no derivative, and at_kink says which one is used; bends: where this formula,
    of the further parameters, is 0, there is no kink at all. tied: of a function that chooses among cells, what it is
    while its choice stays what it is at x: a formula in u and x, where ties would make central differences choose otherwise.
    noun: what a rule of differentiation calls it, the derivative of "a sum over all cells", where not by its name.
    analytic: whether the code takes complex numbers, too; if not, the definition may stand for it where a proof needs
    them. algebra: whether SymPy's function of this name is the same.
    domain: what the argument must be, in words, for the message where the result is not a number.
    range: between what its values lie, where not everywhere. infinite: whether −∞ is a value as good as another.
    slips: the mistakes made with it. pairs: losses with which its gradient is short; composed: functions of its value
    whose derivative is. stable: what cancels or vanishes in floats, a formula in y = f(u), and a d of zeros and ones;
    and the same in u, where nothing does.
    """

    code: Callable[..., Floats]
    doc: str = ""
    examples: tuple[str, ...] = ()
    params: tuple[str, ...] = ("u",)
    defaults: tuple[str, ...] = ()
    more: bool = False
    options: Mapping[str, Option | None] = {}
    sized: bool = False
    shape: Shaping = staticmethod(like_arguments)
    bounds: Bounding = staticmethod(rising)
    slopes: tuple[str | Tree, ...] = ()
    adjoints: tuple[Adjoint, ...] = ()
    definition: str | Tree | tuple[Case, ...] | None = None
    shown: str = ""
    cells: Writing | None = None
    activation: bool = False
    by_row: str = ""
    kink: str = ""
    at_kink: str = ""
    bends: str = ""
    tied: str = ""
    notation: Notation = Notation()
    domain: str = ""
    title: str = ""
    noun: str = ""
    analytic: bool = False
    algebra: bool = False
    convention: str = ""
    range: tuple[float, float] | None = None
    infinite: bool = False
    slips: tuple[Slip, ...] = ()
    pairs: tuple[Pair, ...] = ()
    composed: tuple[Composed, ...] = ()
    stable: tuple[tuple[str, str], ...] = ()

    @property
    def least(self) -> int:
        """The fewest arguments it takes."""
        return len(self.params) - len(self.defaults)

    @property
    def elementwise(self) -> bool:
        """Whether each cell of the result comes from the same cell of the arguments."""
        return bool(self.slopes)

    @property
    def derivative(self) -> str | Tree | None:
        """The slope by the first argument of an elementwise function."""
        return self.slopes[0] if self.slopes else None

    @property
    def constant(self) -> bool:
        """Whether the value never changes a little: every gradient through it is 0."""
        return not any(rule and rule != CONSTANT for rule in (*self.slopes, *self.adjoints))

    def adjoint(self, k: int) -> Adjoint:
        """The gradient by argument k, of a function that is not elementwise; "" where there is none."""
        return self.adjoints[min(k, len(self.adjoints) - 1)] if self.more or k < len(self.adjoints) else ""

    def takes(self, count: int) -> bool:
        """Whether it can have so many arguments."""
        return self.least <= count and (self.more or count <= len(self.params))


class Own(str):
    """The name of an author's own function, which carries its row: no table changes, and nothing leaks.

    definition: as the author gave it, a formula in u; formula: the same, written out in functions of the table.
    """

    row: Function
    definition: Tree
    formula: Tree

    def __new__(cls, name: str, row: Function, definition: Tree, formula: Tree) -> Own:
        """The name with its row."""
        made = super().__new__(cls, name)
        made.row, made.definition, made.formula = row, definition, formula
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own) and str(self) == str(other) and self.formula == other.formula

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return str.__hash__(self)

    def __reduce__(self) -> tuple[type[Own], tuple[str, Function, Tree, Tree]]:
        return Own, (str(self), self.row, self.definition, self.formula)


class FunctionTable(dict[str, Function]):
    """Rows by name; an author's own function brings its row with it."""

    def __missing__(self, fn: str) -> Function:
        if isinstance(fn, Own):
            return fn.row
        raise KeyError(fn)


CONSTANT = "0*u"
"""The derivative of what does not change with u."""
