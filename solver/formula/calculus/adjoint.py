"""The constructors of adjoints: they keep derived formulas as short as a lecturer writes them.

Number factors move to the front (−2(d − y)), transposes cancel, factors of ones disappear, like terms are added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from solver.formula.form import Form, form
from solver.formula.tree import Bin, Call, Group, Neg, Num, Sum, Transpose, Tree, bare, ungrouped
from solver.formula.walks.shape import SCALAR, Shape, shape, sizes_of_terms

Shapes = Mapping[str, Shape]

_UNIT = Fraction(1)  # made once: most factors are 1
ONE = Num("1")
ZERO = Num("0")
MOST_TERMS = 4  # a longer sum is one flat node, whatever its length


def split(tree: Tree) -> tuple[Fraction, Tree | None]:
    """A number factor and the rest; None where the rest is 1."""
    match tree:
        case Num(text):
            return Fraction(text), None
        case Group(x):
            factor, rest = split(x)
            return (factor, rest) if factor != 1 else (_UNIT, tree if rest is not None else None)
        case Neg(x):
            factor, rest = split(x)
            return -factor, rest
        case Bin("*", a, b):
            factor, front = split(a)
            if front is not None:
                return (factor, Bin("*", front, b)) if factor != 1 else (factor, tree)
            other, rest = split(b)
            return factor * other, rest
        case Bin("/", a, Num(text)) if Fraction(text):
            factor, rest = split(a)
            return factor / Fraction(text), rest
        case Bin("/", a, b):
            (above, top), (below, bottom) = split(a), split(b)
            if above == below == 1 or not below or bottom is None:
                return _UNIT, tree
            return above / below, Bin("/", top or ONE, bottom)
        case _:
            return _UNIT, tree


def join(factor: Fraction, rest: Tree | None) -> Tree:
    """factor · rest, as short as it can be written."""
    if rest is not None and (factor is _UNIT or factor == 1):
        return rest
    if factor == 0:
        return ZERO
    if isinstance(rest, Bin) and rest.op == "/" and abs(factor) != 1:
        top = join(Fraction(abs(factor.numerator)), None if rest.a == ONE else rest.a)
        made: Tree = Bin("/", top, join(Fraction(factor.denominator), rest.b))
        return Neg(made) if factor < 0 else made
    decimal = _decimal(abs(factor))
    if decimal and rest is not None:
        return _in_front(Neg(Num(decimal)) if factor < 0 else Num(decimal), rest)
    if factor.denominator != 1:
        above = join(Fraction(factor.numerator), rest)
        return Bin("/", above, Num(str(factor.denominator)))
    number: Tree = Num(str(abs(factor.numerator)))
    if rest is None:
        return Neg(number) if factor < 0 else number
    if abs(factor) == 1:
        return Neg(rest) if factor < 0 else rest
    return _in_front(Neg(number) if factor < 0 else number, rest)


def _decimal(factor: Fraction) -> str:
    """0.02, where 1/50 would not be written as a quotient: tenths and their like; no text for whole numbers and x/2."""
    bottom = factor.denominator
    while bottom % 2 == 0:
        bottom //= 2
    if bottom % 5:
        return ""
    while bottom % 5 == 0:
        bottom //= 5
    return str(Decimal(factor.numerator) / Decimal(factor.denominator)) if bottom == 1 else ""


def _in_front(number: Tree, rest: Tree) -> Tree:
    """number · rest, the number at the very front of a chain of products: 2·β·W."""
    if isinstance(rest, Bin) and rest.op == "*":
        return Bin("*", _in_front(number, rest.a), rest.b)
    return Bin("*", number, rest)


def minus(x: Tree) -> Tree:
    """−x"""
    factor, rest = split(x)
    return join(-factor, rest)


def times(a: Tree, b: Tree, shapes: Shapes) -> Tree:
    """The elementwise product a ⊙ b, or a scalar times a matrix (the scalar stands first)."""
    (f, x), (g, y) = split(a), split(b)
    if x is None or y is None:
        return join(f * g, x if y is None else y)
    left, right = shape(x, shapes), shape(y, shapes)
    for factor, other in ((x, y), (y, x)):
        if left == right or shape(factor, shapes) == SCALAR:
            kept = _without_ones(factor, shapes)
            if kept is not None:
                return times(join(f * g, None), times(kept, other, shapes), shapes)
    for top, below in ((x, y), (y, x)):
        if isinstance(below, Bin) and below.op == "/" and below.a == ONE:
            return join(f * g, ratio(top, below.b, shapes))
    if right == SCALAR != left:
        x, y = y, x
    return join(f * g, Bin("*", _bracketed(x), y))


def _without_ones(x: Tree, shapes: Shapes) -> Tree | None:
    """A product without its factor of ones, s·1 as s; None where it has none."""
    match x:
        case Call("ones"):
            return ONE
        case Bin("*", a, b):
            for factor, other in ((a, b), (b, a)):
                kept = _without_ones(factor, shapes)
                if kept is not None:
                    return times(kept, other, shapes)
        case Bin("/", a, b):
            kept = _without_ones(a, shapes)
            if kept is not None:
                return ratio(kept, b, shapes)
    return None


def _bracketed(x: Tree) -> Tree:
    """A matrix product stands in brackets before ⊙: (W δ) ⊙ f′(u)."""
    return Group(x) if isinstance(x, Bin) and x.op == "@" else x


def _is(x: Tree, fn: str) -> bool:
    return isinstance(x, Call) and x.fn == fn


def _flat(x: Tree) -> bool:
    """Brackets that a matrix product on the left does not need: (A B) C is A B C."""
    inner = bare(x)
    return isinstance(inner, Bin) and inner.op == "@"


def matmul(a: Tree, b: Tree, shapes: Shapes) -> Tree:
    """The matrix product a @ b; a number on either side is a factor."""
    (f, x), (g, y) = split(a), split(b)
    if x is None or y is None:
        return join(f * g, x if y is None else y)
    if _is(x, "eye") or _is(y, "eye"):
        return join(f * g, y if _is(x, "eye") else x)
    return join(f * g, Bin("@", bare(x) if _flat(x) else x, y))


def transpose(x: Tree, shapes: Shapes) -> Tree:
    """xᵀ, pushed inwards: (A @ B)ᵀ = Bᵀ @ Aᵀ, (Aᵀ)ᵀ = A."""
    factor, rest = split(x)
    if rest is None:
        return x
    inner = bare(rest)
    match inner:
        case Transpose(y):
            made: Tree = y
        case Bin("/", a, b) if shape(b, shapes) == SCALAR:
            made = Bin("/", transpose(a, shapes), b)
        case Bin("@", a, b):
            made = matmul(transpose(b, shapes), transpose(a, shapes), shapes)
        case Bin("*", a, b) if shape(a, shapes) == SCALAR:
            made = Bin("*", a, transpose(b, shapes))
        case _:
            made = Transpose(rest)
    return join(factor, made) if factor != 1 else made


def power(x: Tree, n: Fraction | int) -> Tree:
    """xⁿ for a number n."""
    if n == 1:
        return x
    exponent = join(Fraction(n), None)
    return ONE if n == 0 else Bin("**", x, exponent if isinstance(exponent, Num) else Group(exponent))


def ratio(a: Tree, b: Tree, shapes: Shapes) -> Tree:
    """a / b, elementwise or by a scalar."""
    (f, x), (g, y) = split(a), split(b)
    if not g:
        return Bin("/", a, b)  # it has no value, and says so where it is computed
    if y is None:
        return join(f / g, x)
    if x is not None and y is not None and ungrouped(x) == ungrouped(y):
        return join(f / g, None if shape(x, shapes) == SCALAR else Call("ones", (x,)))
    return join(f / g, Bin("/", x or ONE, y)) if f else ZERO


def fit(adjoint: Tree, operand: Tree, shapes: Shapes) -> Tree:
    """The adjoint of what was spread over a matrix: of a scalar the sum over its cells, of a row or column that along
    the other."""
    small, large = shape(operand, shapes), shape(adjoint, shapes)
    if small == large or large == SCALAR:
        return adjoint
    factor, rest = split(adjoint)
    assert rest is not None
    summed = "sum" if small == SCALAR else "sum_rows" if small[1] == 1 else "sum_columns"
    return join(factor, Call(summed, (bare(rest),)))


def add(terms: Sequence[Tree], shapes: Shapes) -> Tree:
    """The sum of adjoints, like terms put together, zeros dropped."""
    if len(terms) == 1:
        return terms[0]
    factors: dict[tuple[Form, tuple[str, ...]], Fraction] = {}
    firsts: dict[tuple[Form, tuple[str, ...]], Tree | None] = {}
    plain: set[Form] = set()  # without a number factor, and without brackets
    for term in terms:
        factor: Fraction = _UNIT
        rest: Tree | None = term
        key = form(term)
        if key[0] not in plain:
            factor, rest = split(term)
            without = None if rest is None else ungrouped(rest)
            if without is term:
                plain.add(key[0])
            key = form(without or ONE)
        firsts.setdefault(key, rest)
        factors[key] = factors[key] + factor if key in factors else factor
    parts = [(f, firsts[key]) for key, f in factors.items() if f]
    if not parts:
        return ZERO
    if len(parts) > MOST_TERMS:
        made = Sum(tuple(join(f, rest) for f, rest in parts))
        if len(sizes_of_terms(made, shapes)) == 1:
            return made
    total = join(*parts[0])
    for factor, other in parts[1:]:
        total = Bin("-" if factor < 0 else "+", total, join(abs(factor), other))
    return total
