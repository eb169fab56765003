"""The reduce walk: a formula to the lines of working a lecturer writes.

    u1 = W1.T @ x + b1
       = [3.2 -1.2; …] [1.0; 2.0] + [0.5; …]              numbers for symbols
       = [(3.2)(1.0) + (-1.2)(2.0); …] + [0.5; …]         products written out
       = [0.8; …] + [0.5; …]                              partial sums
       = [1.30; …]                                        rounded

Each line is computed from the numbers printed in the line above it. Where that would miss the result, numbers that
are not exact are shown with more digits, until it does not.
"""

from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Literal

import numpy as np

from solver.formula.arithmetic import all_finite
from solver.formula.functions import FUNCTIONS, Cells
from solver.formula.parse import parse, rule
from solver.formula.print.window import HUGE, visible, window
from solver.formula.tree import (
    LITERALS,
    Array,
    Bin,
    Call,
    Dots,
    Group,
    Literal_,
    Neg,
    Num,
    Sum,
    Transpose,
    Tree,
    Written,
    bare,
    rebuild,
    walk,
    written_literal,
)
from solver.formula.walks.line import (
    alike,
    all_literals,
    finished,
    layer,
    literal_in,
    noise,
    signed,
    staged,
    without_brackets,
)
from solver.formula.walks.shape import SCALAR, shape
from solver.formula.walks.simplify import drop_trivial
from solver.formula.walks.substitute import stacked_up, substitute
from solver.formula.walks.value import fault, unwarned
from solver.named import NamedTuple
from solver.rounding import EXACT, MAX_DIGITS, Floats, Format, Rounding, shortest

Detail = Literal["brief", "normal", "full"]
MOST: dict[Detail, int] = {"brief": 8, "normal": 8, "full": 24}
"""The most rows, columns or terms shown, by detail."""

_GUARDS = (2, 4, 7, 10, 12)
_LINES = 40
_FIXED, _SMALL = 6, 1e-4
"""With more decimals than these, numbers below the other are written with powers of ten."""

_FRACTION_KINDS = {Num, Bin, Neg, Group}

Operands = Callable[[int], Mapping[str, Literal_]]
"""The operands as printed, given how many guard digits those carried unrounded are to show."""


class Reduced(NamedTuple):
    """One line of working. ≈ where a number on it is shortened, so that it has not quite the value of the line above."""

    tree: Tree
    relation: Literal["=", "≈"] = "="


@np.errstate(all="ignore")  # what is not finite is looked at
def reduce(formula: Tree, operands: Operands, result: Floats, form: Format, detail: Detail = "normal") -> list[Reduced]:
    """The lines of working, the first the formula itself, the last the result as written; none says nothing new.

    operands: what each name stands for, as printed.
    result: the value as written, shape (rows, columns); form: how it is written.

    A line follows with = where it has the value of the line above, and with ≈ where it shows numbers with fewer digits
    than they have. The result follows with =: as it is written, later steps use it. (Where they do not, and where
    operands are shortened, the caller knows, and says ≈.)
    """
    target = Reduced(written_literal(result, form))
    if any(len(node.terms) > MOST[detail] for node in walk(formula) if isinstance(node, Sum)):
        return [Reduced(formula), target]  # the terms left out could not be followed
    lines = _agreeing(formula, operands, result, form, detail)
    last = lines[-1].tree
    same = alike(last, target.tree) or (finished(last) and np.array_equal(unwarned(last, {}), result))
    if same or (finished(last) and len(lines) > 1):
        lines.pop()
    if lines and alike(lines[0].tree, formula):
        del lines[0]
    if detail == "brief":
        lines = lines[:1]
    if not lines and finished(formula) and np.array_equal(unwarned(formula, {}), result):
        return [target]
    return [Reduced(formula), *lines, target]


def written_cell(formula: Tree, numbers: Mapping[str, Literal_], i: int, j: int) -> Tree:
    """Row i, column j of a formula's result, counted from 0, written out in numbers."""
    return _Reduction(EXACT, 0, "full").cell(substitute(formula, numbers), i, j)


def _agreeing(formula: Tree, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Reduced]:
    """The lines with as many digits as it takes for every one of them to come to the result."""
    for guard in _GUARDS:
        reduction = _Reduction(form, guard, detail)
        lines = reduction.lines(formula, operands(guard))
        tested = lines if reduction.doubtful else lines[:1]  # lines of exact numbers have the value of the first
        if lines and all(_agrees(unwarned(line.tree, {}), result, form) for line in reversed(tested)):
            return lines
    # no digits are enough, as in a difference of nearly equal numbers: the lines up to there remain
    agreeing = list(takewhile(lambda line: _agrees(unwarned(line.tree, {}), result, form), lines))
    return agreeing or [Reduced(written_literal(result, form))]


def _agrees(recomputed: Floats, written: Floats, form: Format) -> bool:
    room, gap = form.half_unit(written), np.abs(recomputed - written)
    if room.ndim == 0 and gap.max(initial=0.0) <= room:
        return True
    if not np.isfinite(written).all():  # −∞ is −∞
        gap, written = np.where(recomputed == written, 0.0, gap), np.where(np.isfinite(written), written, 0.0)
    return bool((gap <= room * (1 + 1e-9) + 1e-12 * np.abs(written)).all())


def _endless(node: Tree) -> bool:
    """Whether it is a power of 0 with a negative exponent."""
    if not (isinstance(node, Bin) and node.op == "**") or (isinstance(node.b, Num) and node.b.text[0] != "-"):
        return False
    base, exponent = unwarned(node.a, {}), unwarned(node.b, {})
    return bool(((base == 0) & (exponent < 0)).any())


class _Reduction:
    """One reduction with a fixed number of guard digits.

    doubtful: whether a line's value may be another than that of the first. short: whether the line being made has a
    number with fewer digits than it has.
    """

    def __init__(self, form: Format, guard: int, detail: Detail) -> None:
        self.form, self.guard, self.detail = form, guard, detail
        self.doubtful = self.short = False

    def lines(self, formula: Tree, operands: Mapping[str, Literal_]) -> list[Reduced]:
        line = substitute(formula, operands)
        nodes = list(walk(line))
        if any(map(_endless, nodes)):
            return []  # 0·∞ counts as 0, but 0^(−0.5) is no number to write down
        lines = [Reduced(line)]
        if self.detail == "brief" and not alike(line, formula):
            return lines  # nothing below it is shown
        if self.detail != "full" and any(o.value.size > HUGE for o in operands.values()):
            return (
                lines  # the corner of a huge matrix shows which numbers go in; how they are worked out, small ones show
            )
        kinds = {type(node) for node in nodes}
        if kinds <= _FRACTION_KINDS and self._is_fraction(line):
            return [*lines, *map(Reduced, self._as_fraction(line))]
        simpler = drop_trivial(line) if Call in kinds else line
        if not alike(line, simpler):
            lines.append(Reduced(line := simpler))
        for _ in range(_LINES):
            if isinstance(line, LITERALS):
                break
            defined = self._definition(line)
            if defined is not None:
                line = defined
                self.doubtful = True  # e^800 may stand in it, which no calculator has
                if shape(line, {}) == SCALAR:
                    lines.append(Reduced(line))
                    if self.detail != "full":
                        break
            self.short = False
            try:
                following = self._next(line)
            except OverflowError:  # e^800 on the way to 1/(1 + e^800) has no digits: the result comes at once
                break
            if following is None:
                break
            if not alike(line, following):  # a 1×1 result written out may read as before
                lines.append(Reduced(following, "≈" if self.short else "="))
            line = following
        return lines

    def _next(self, line: Tree) -> Tree | None:
        """The line that follows; None where it is the result."""
        written = self._write_out(line)
        if written is not line:
            return written
        return None if layer(line) <= 1 else self._evaluate(line, 1)

    # -- a function's definition with the number in it ----------------------------------------------------------------
    def _definition(self, line: Tree) -> Tree | None:
        """The definition of a scalar's activation with the number in it."""
        if not (isinstance(line, Call) and len(line.args) == 1):
            return None
        row, argument = FUNCTIONS[line.fn], line.args[0]
        explains = isinstance(argument, Num) and row.cells is None
        if not explains or not row.activation or row.definition in (None, "u") or isinstance(row.definition, tuple):
            return None
        return substitute(rule(row.definition), {"u": literal_in(argument)})

    # -- products written out -----------------------------------------------------------------------------------------
    def _write_out(self, tree: Tree) -> Tree:
        """Every matrix product of numbers, and every power or scalar operation on a vector, cell by cell."""
        if isinstance(tree, Bin) and tree.op == "@" and all_literals(tree):
            return self._product(tree) if any(isinstance(bare(x), Array) for x in (tree.a, tree.b)) else tree
        if (
            isinstance(tree, Call)
            and FUNCTIONS[tree.fn].cells
            and all(isinstance(bare(a), LITERALS) for a in tree.args)
        ):
            return self._cells(tree, lambda i, j: self.cell(tree, i, j))
        if self._spreads(tree):
            return self._cells(tree, lambda i, j: self.cell(tree, i, j))
        changed = False

        def step(x: Tree) -> Tree:
            nonlocal changed
            new = self._write_out(x)
            changed = changed or new is not x
            return new

        rebuilt = rebuild(tree, step)
        return rebuilt if changed else tree

    def _product(self, tree: Bin) -> Tree:
        a, b = bare(tree.a), bare(tree.b)
        height, inner = a.value.shape if isinstance(a, LITERALS) else (0, 0)
        shown = window(height, inner, MOST[self.detail])[1]  # a term for each column that is shown

        def cell(i: int, j: int) -> Tree:
            terms: list[Tree] = [
                Dots() if k is None else Bin("*", Group(self.cell(a, i, k)), Group(self.cell(b, k, j))) for k in shown
            ]
            total = terms[0]
            for term in terms[1:]:
                total = Bin("+", total, term)
            return total

        return self._cells(tree, cell)

    def _cells(self, tree: Tree, cell: Callable[[int, int], Tree]) -> Written:
        height, width = shape(tree, {})
        rows, columns = window(int(height), int(width), MOST[self.detail])
        made = tuple(tuple(None if i is None or j is None else cell(i, j) for j in columns) for i in rows)
        return Written(tree, made, rows, columns)

    def _spreads(self, tree: Tree) -> bool:
        """Whether an elementwise operation over a vector reads better cell by cell: 1 − h² does, a sum of vectors not."""
        if not isinstance(tree, Bin | Neg) or (isinstance(tree, Bin) and tree.op == "@") or shape(tree, {}) == SCALAR:
            return False
        nodes = list(walk(tree))
        if any(isinstance(n, Written | Call | Transpose) or (isinstance(n, Bin) and n.op == "@") for n in nodes):
            return False
        return any(
            isinstance(n, Bin)
            and (n.op == "**" or SCALAR in (shape(n.a, {}), shape(n.b, {})))
            and shape(n, {}) != SCALAR
            for n in nodes
        )

    def cell(self, tree: Tree, i: int, j: int) -> Tree:
        """Row i, column j of an expression of numbers."""
        match tree:
            case Array():
                rows, columns = tree.value.shape  # a row or column is spread
                return Num(tree.text(min(i, rows - 1), min(j, columns - 1)))
            case Num():
                return tree
            case Bin("**", a, b):
                base = self.cell(a, i, j)
                return Bin("**", Group(base) if isinstance(base, Num) else base, b)
            case Call(fn, args, options) if FUNCTIONS[fn].cells is not None:
                write = FUNCTIONS[fn].cells
                assert write is not None
                numbers = [x for a in args if isinstance(x := bare(a), LITERALS)]
                rows, columns = shape(tree, {})
                at = (min(i, int(rows) - 1), min(j, int(columns) - 1))
                return write(Cells(numbers, lambda n: visible(n, MOST[self.detail])), *at, dict(options))
            case _:
                return rebuild(tree, lambda x: self.cell(x, i, j))

    def _stage(self, written: Written) -> Tree:
        """The line below a function written out by its definition: its innermost operations done, the rest written."""
        call = written.of
        assert isinstance(call, Call)
        row = FUNCTIONS[call.fn]
        operands = dict(zip(row.params, map(literal_in, call.args), strict=False))
        inner = self._evaluate(substitute(parse(str(row.definition)), operands), 1)
        if not all_finite(unwarned(inner, {})):  # ln 0, where a share is less than any float
            raise OverflowError
        return self._cells(inner, lambda i, j: self.cell(inner, i, j))

    # -- evaluation, innermost layer first ----------------------------------------------------------------------------
    def _evaluate(self, tree: Tree, level: int) -> Tree:
        if isinstance(tree, LITERALS):
            return tree
        if isinstance(tree, Written) and staged(tree.of):
            return self._stage(tree)
        if layer(tree) <= level and not signed(tree):
            return self._number(tree)
        made = rebuild(tree, lambda x: self._evaluate(x, level))
        return stacked_up(without_brackets(made))

    def _number(self, tree: Tree) -> Literal_:
        result = np.asarray(unwarned(tree, {}))
        if not all_finite(result) and fault(tree, {}) is not None:
            raise OverflowError
        form = self._form(result)
        written = form.round(result)
        if not written.all() and ((written == 0) & (result != 0)).any():
            self.doubtful = True  # what rounds to 0 may be multiplied by a large number further down
            self.short = self.short or bool((np.abs(result[written == 0]) > noise(tree)).any())
        return written_literal(written, form)

    def _form(self, result: Floats) -> Format:
        """As many decimals as the numbers need, or the result's digits and some guard digits."""
        if not isinstance(self.form, Rounding):
            self.doubtful = True
            if np.array_equal(result, np.rint(result)):
                return EXACT
            needed = shortest(result, self.guard)
            self.short = self.short or needed is None
            return needed or Rounding(self.guard)
        places = self.form.places(result)
        least = places if isinstance(places, int) else int(places.max())
        needed = shortest(result, max(least, 0) + self.guard)
        if needed is None:
            self.doubtful = self.short = True
            return Rounding(self.form.digits + self.guard, self.form.figures)
        return needed if needed.digits <= _FIXED else self._figures(result, needed)

    def _figures(self, result: Floats, fixed: Rounding) -> Rounding:
        """Small numbers as 4·10⁻¹¹, in as few figures as write them exactly."""
        if not (np.abs(result) < _SMALL).all():
            return fixed
        written = fixed.round(result)
        forms = (Rounding(figures, figures=True) for figures in range(1, MAX_DIGITS + 1))
        return next((form for form in forms if np.allclose(form.round(written), written, rtol=1e-12, atol=0)), fixed)

    # -- ratios of whole numbers --------------------------------------------------------------------------------------
    def _is_fraction(self, line: Tree) -> bool:
        """Whether a line is a scalar with a division, all of whole numbers: it has an exact fraction worth showing."""
        if not isinstance(self.form, Rounding):
            return False
        divides = False
        for n in walk(line):
            if isinstance(n, Bin):
                divides = divides or n.op == "/"
            elif not (isinstance(n, Neg | Group) or (isinstance(n, Num) and n.text.isdigit())):
                return False
        return divides

    def _as_fraction(self, line: Tree) -> list[Tree]:
        from solver.formula.walks.rational import rational

        fraction = rational(line)
        if fraction is None or fraction.denominator == 1 or max(fraction.denominator, abs(fraction.numerator)) > 10**7:
            return []
        whole: Tree = Bin("/", Num(str(abs(fraction.numerator))), Num(str(fraction.denominator)))
        lowest: Tree = Neg(whole) if fraction < 0 else whole
        return [] if lowest == line else [lowest]
