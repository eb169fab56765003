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
from typing import Any, Literal

import numpy as np

from solver.formula.functions import FUNCTIONS, Cells
from solver.formula.parse import parse, rule
from solver.formula.print.printer import HUGE, visible, window
from solver.formula.tree import (
    LITERALS,
    SUMS,
    Array,
    Bin,
    Call,
    Dots,
    Group,
    Literal_,
    Name,
    Neg,
    Num,
    Options,
    Sum,
    Transpose,
    Tree,
    Written,
    bare,
    children,
    rebuild,
    walk,
    written_literal,
)
from solver.formula.walks.shape import SCALAR, shape
from solver.formula.walks.simplify import drop_trivial, is_number
from solver.formula.walks.value import fault, value
from solver.named import NamedTuple
from solver.rounding import EXACT, MAX_DIGITS, Floats, Format, Rounding, shortest

Detail = Literal["brief", "normal", "full"]
MOST: dict[Detail, int] = {"brief": 8, "normal": 8, "full": 24}
"""The most rows, columns or terms shown, by detail."""

_GUARDS = (2, 4, 7, 10, 12)
_LINES = 40
_NOISE = 1e-14  # of the arithmetic of floats, for operands of size 1
_FIXED, _SMALL = 6, 1e-4
"""With more decimals than these, numbers below the other are written with powers of ten."""

_FRACTION_KINDS = {Num, Bin, Neg, Group}

Operands = Callable[[int], Mapping[str, Literal_]]
"""The operands as printed, given how many guard digits those carried unrounded are to show."""


class Reduced(NamedTuple):
    """One line of working. ≈ where a number on it is shortened, so that it has not quite the value of the line above."""

    tree: Tree
    relation: Literal["=", "≈"] = "="


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
    same = alike(last, target.tree) or (finished(last) and np.array_equal(value(last, {}), result))
    if same or (finished(last) and len(lines) > 1):
        lines.pop()
    if lines and alike(lines[0].tree, formula):
        del lines[0]
    if detail == "brief":
        lines = lines[:1]
    if not lines and finished(formula) and np.array_equal(value(formula, {}), result):
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
        if all(_agrees(value(line.tree, {}), result, form) for line in reversed(tested)):
            return lines
    # no digits are enough, as in a difference of nearly equal numbers: the lines up to there remain
    agreeing = list(takewhile(lambda line: _agrees(value(line.tree, {}), result, form), lines))
    return agreeing or [Reduced(written_literal(result, form))]


def finished(tree: Tree) -> bool:
    """Whether it is a number, vector or matrix with nothing left to work out."""
    return isinstance(bare(tree), LITERALS) or _signed(bare(tree))


def alike(a: Tree, b: Tree) -> bool:
    """Whether two lines read the same, brackets apart."""
    a, b = _inner(a), _inner(b)
    if isinstance(a, Array) and isinstance(b, Array):
        return a.form == b.form and a.typed == b.typed and np.array_equal(a.value, b.value)
    if type(a) is not type(b) or isinstance(a, Written):
        return a is b
    inside = children(a), children(b)
    if not inside[0]:
        return a == b
    if isinstance(a, Call) and isinstance(b, Call) and FUNCTIONS[a.fn].notation.style == "constant":
        return a.fn == b.fn  # 1₃ shows the size of its argument alone
    same = len(inside[0]) == len(inside[1]) and all(
        getattr(a, x, "") == getattr(b, x, "") for x in ("op", "fn", "options")
    )
    return same and all(map(alike, *inside))


def _inner(tree: Tree) -> Tree:
    """Without brackets, a number's sign in its text."""
    tree = bare(tree)
    if isinstance(tree, Written) and len(tree.cells) == 1 == len(tree.cells[0]) and tree.cells[0][0] is not None:
        return _inner(tree.cells[0][0])
    return Num("-" + tree.x.text) if isinstance(tree, Neg) and isinstance(tree.x, Num) else tree


def _agrees(recomputed: Floats, written: Floats, form: Format) -> bool:
    with np.errstate(invalid="ignore"):
        room, gap = form.half_unit(written), np.abs(recomputed - written)
    if not np.isfinite(written).all():  # −∞ is −∞
        gap, written = np.where(recomputed == written, 0.0, gap), np.where(np.isfinite(written), written, 0.0)
    if room.ndim == 0 and gap.max(initial=0.0) <= room:
        return True
    return bool((gap <= room * (1 + 1e-9) + 1e-12 * np.abs(written)).all())


def substitute(formula: Tree, operands: Mapping[str, Num | Array]) -> Tree:
    """Numbers for names; a transposed name becomes the transposed numbers."""
    match formula:
        case Name(id=name):
            return operands[name]
        case Transpose(x):
            inner = bare(substitute(x, operands))
            if isinstance(inner, Array):
                return inner.T
            return inner if isinstance(inner, Num) else Transpose(substitute(x, operands))
        case Call("[]", (x,), options) if isinstance(inner := bare(substitute(x, operands)), Array):
            return _part(inner, options)
        case _:
            return _joined(rebuild(formula, lambda x: substitute(x, operands)))


def _joined(tree: Tree) -> Tree:
    """Numbers put side by side or below each other: the matrix that they make, each as it is written."""
    style = FUNCTIONS[tree.fn].notation.style if isinstance(tree, Call) else "word"
    if not (
        isinstance(tree, Call)
        and style in ("stacked", "side by side")
        and all(isinstance(bare(a), LITERALS) for a in tree.args)
    ):
        return tree
    blocks = [_texts(bare(a)) for a in tree.args]
    rows = [row for block in blocks for row in block]
    if style == "side by side":
        rows = [[text for row in beside for text in row] for beside in zip(*blocks, strict=True)]
    return Array(value(tree, {}), rows)


def _texts(tree: Tree) -> list[list[str]]:
    """The numbers of a literal as they are written."""
    if isinstance(tree, Array):
        return [[tree.text(i, j) for j in range(tree.value.shape[1])] for i in range(tree.value.shape[0])]
    assert isinstance(tree, Num)
    return [[tree.text]]


def _part(array: Array, options: Options) -> Literal_:
    """A part of printed numbers, as they are printed."""
    places = np.arange(array.value.size, dtype=float).reshape(array.value.shape)
    chosen = FUNCTIONS["[]"].code(places, **dict(options)).astype(int)
    texts = [[array.text(*divmod(int(k), array.value.shape[1])) for k in row] for row in chosen]
    return Num(texts[0][0]) if chosen.shape == SCALAR else Array(array.value.flat[chosen], texts)


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
        lines = [Reduced(line)]
        if self.detail != "full" and any(o.value.size > HUGE for o in operands.values()):
            return (
                lines  # the corner of a huge matrix shows which numbers go in; how they are worked out, small ones show
            )
        kinds = {type(node) for node in walk(line)}
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
        return substitute(rule(row.definition), {"u": _literal(argument)})

    # -- products written out -----------------------------------------------------------------------------------------
    def _write_out(self, tree: Tree) -> Tree:
        """Every matrix product of numbers, and every power or scalar operation on a vector, cell by cell."""
        if isinstance(tree, Bin) and tree.op == "@" and _literals(tree):
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
        operands = dict(zip(row.params, map(_literal, call.args), strict=False))
        inner = self._evaluate(substitute(parse(str(row.definition)), operands), 1)
        return self._cells(inner, lambda i, j: self.cell(inner, i, j))

    # -- evaluation, innermost layer first ----------------------------------------------------------------------------
    def _evaluate(self, tree: Tree, level: int) -> Tree:
        if isinstance(tree, LITERALS):
            return tree
        if isinstance(tree, Written) and _staged(tree.of):
            return self._stage(tree)
        if layer(tree) <= level and not _signed(tree):
            return self._number(tree)
        made = rebuild(tree, lambda x: self._evaluate(x, level))
        return _joined(_ungroup(made))

    def _number(self, tree: Tree) -> Literal_:
        result = np.asarray(value(tree, {}))
        if not np.isfinite(result).all() and fault(tree, {}) is not None:
            raise OverflowError
        form = self._form(result)
        written = form.round(result)
        if not written.all() and ((written == 0) & (result != 0)).any():
            self.doubtful = True  # what rounds to 0 may be multiplied by a large number further down
            self.short = self.short or bool((np.abs(result[written == 0]) > _noise(tree)).any())
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
        places = np.max(np.asarray(self.form.places(result)))
        needed = shortest(result, int(max(places, 0)) + self.guard)
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


def layer(tree: Tree) -> int:
    """How many lines an expression of numbers still needs: a product of numbers one, a sum of products two, …"""
    return _LAYER[type(tree)](tree)


def _layer_minus(tree: Neg) -> int:
    return 0 if isinstance(tree.x, Num) and not tree.x.text.startswith("-") else max(layer(tree.x), 1)


def _staged(of: Tree) -> bool:
    """Whether what is written out has lines of its own: softmax, by its definition."""
    if not isinstance(of, Call):
        return False
    row = FUNCTIONS[of.fn]
    return row.cells is not None and isinstance(row.definition, str)


def _literal(tree: Tree) -> Literal_:
    inner = bare(tree)
    assert isinstance(inner, LITERALS)
    return inner


def _step(op: str, operand: Tree) -> int:
    """The layer an operand asks of its parent: a chain of one kind (all sums, all products) is one layer."""
    inner, below = bare(operand), layer(operand)
    if below == 0:
        return 0
    same = isinstance(inner, Bin) and (inner.op in SUMS) == (op in SUMS) and inner is operand
    negated = isinstance(inner, Neg) and below == 1 and is_number(inner.x)
    return below if same or negated else below + 1


_LAYER: dict[type, Callable[[Any], int]] = {
    Num: lambda x: 0,
    Array: lambda x: 0,
    Dots: lambda x: 0,
    Written: lambda x: 2 if _staged(x.of) else 1,
    Group: lambda x: layer(x.x),
    Transpose: lambda x: layer(x.x),
    Neg: _layer_minus,
    Call: lambda x: 1 + max(map(layer, x.args), default=0),
    Bin: lambda x: max(1, _step(x.op, x.a), _step(x.op, x.b)),
    Sum: lambda x: max(1, *(_step("+", term) for term in x.terms)),
}


def _noise(tree: Tree) -> float:
    """What the arithmetic of floats may leave where a sum of the printed numbers is 0; nothing else leaves any."""
    top = bare(tree)
    if not (isinstance(top, Sum | Written) or (isinstance(top, Bin) and top.op in (*SUMS, "@"))):
        return 0.0
    literals = (n.value for n in walk(top) if isinstance(n, LITERALS))
    return _NOISE * max(float(np.abs(v).max(initial=0.0, where=v != -np.inf)) for v in literals)


def _signed(tree: Tree) -> bool:
    """−3, which is a number already."""
    return isinstance(tree, Neg) and isinstance(tree.x, Num) and not tree.x.text.startswith("-")


def _literals(tree: Bin) -> bool:
    return all(isinstance(bare(x), LITERALS) for x in (tree.a, tree.b))


def _ungroup(tree: Tree) -> Tree:
    """Brackets around a finished number go; those around a negative number stay where a printer needs them."""
    return rebuild(tree, lambda x: bare(x) if isinstance(bare(x), LITERALS) else _ungroup(x))
