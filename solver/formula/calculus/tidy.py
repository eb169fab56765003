"""Formulas written as short as a lecturer writes them: factors in front, transposes carried out, like terms added."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce

from solver.formula.calculus.adjoint import ONE, Shapes, add, join, matmul, minus, ratio, split, times, transpose
from solver.formula.tree import Bin, Call, Group, Name, Neg, Num, Sum, Transpose, Tree, bare, rebuild, ungrouped, walk
from solver.formula.walks.shape import SCALAR, Shape, shape


def tidy(tree: Tree, shapes: Shapes) -> Tree:
    """The same value, built again by the simplifying constructors."""
    match tree:
        case Group(x):
            inner = tidy(x, shapes)
            return inner if isinstance(inner, Name | Num | Group | Transpose) else Group(inner)
        case Neg(x):
            return minus(tidy(x, shapes))
        case Transpose(x):
            return _transposed(tidy(x, shapes), shapes)
        case Sum() | Bin("+" | "-"):
            return add([tidy(t, shapes) if t is not tree else t for t in terms(tree)], shapes)
        case Bin("*" | "/"):
            return _quotient(tree, shapes)
        case Call("sum", (u,)):
            return _sum(_inside(u, shapes), shapes)
        case Bin("@"):
            return _product([tidy(x, shapes) for x in factors(tree)], shapes)
        case _:
            return rebuild(tree, lambda x: _inside(x, shapes))


def _inside(x: Tree, shapes: Shapes) -> Tree:
    """An argument made tidy, unless it lost its shape: what cancels to 0 stays a matrix where a function takes it."""
    made = tidy(x, shapes)
    return made if shape(made, shapes) == shape(x, shapes) else x


def _product(parts: Sequence[Tree], shapes: Shapes) -> Tree:
    """A matrix product in a row without brackets, its scalar factors in front: 2 c A B / n."""
    number, over, under, chain = Fraction(1), [], [], []
    for part in parts:
        own, rest = split(part)
        number *= own
        above, below = _fraction(rest) if rest is not None else ([], [])
        matrices = [x for x in above if shape(x, shapes) != SCALAR]
        if len(matrices) > 1 or any(shape(x, shapes) != SCALAR for x in below):
            assert rest is not None
            chain.append(rest)
            continue
        over += [x for x in above if x not in matrices]
        under += below
        chain += [factor for x in matrices for factor in factors(x)]
    made = reduce(lambda a, b: matmul(a, b, shapes), chain) if chain else ONE
    return times(join(number, None), _cancelled([*over, made], under, shapes), shapes)


def _transposed(x: Tree, shapes: Shapes) -> Tree:
    inner = bare(x)
    if shape(inner, shapes) == SCALAR:
        return x
    if isinstance(inner, Bin) and inner.op == "/" and shape(inner.b, shapes) == SCALAR:
        return Bin("/", transpose(inner.a, shapes), inner.b)
    return transpose(x, shapes)


def _quotient(tree: Tree, shapes: Shapes) -> Tree:
    """A product or quotient of cells."""
    above, below = _fraction(tree)
    over: list[Tree] = []
    under: list[Tree] = []
    for x in above:
        (p, q) = _fraction(tidy(x, shapes))
        over, under = over + p, under + q
    for x in below:
        (p, q) = _fraction(tidy(x, shapes))
        over, under = over + q, under + p
    return _cancelled(over, under, shapes)


def _cancelled(above: list[Tree], below: list[Tree], shapes: Shapes) -> Tree:
    """A quotient of products without what cancels: equal factors above and below, and factors of ones."""
    for x in list(below):
        same = next((y for y in above if ungrouped(y) == ungrouped(x)), None)
        if same is None:
            continue
        others = [y for y in above if y is not same]
        if _kept(shape(same, shapes), others, shapes):
            above, below = others or [ONE], [y for y in below if y is not x]
    for x in [x for x in above if isinstance(x, Call) and x.fn == "ones"]:
        others = [y for y in above if y is not x]
        if _kept(shape(x, shapes), [*others, *below], shapes):
            above = others or [ONE]
    made = _times(above, shapes)
    return ratio(made, _times(below, shapes), shapes) if below else made


def _times(parts: Sequence[Tree], shapes: Shapes) -> Tree:
    return reduce(lambda a, b: times(a, b, shapes), parts)


def _fraction(tree: Tree) -> tuple[list[Tree], list[Tree]]:
    """The factors above and below the stroke."""
    match bare(tree):
        case Bin("*", a, b):
            (p, q), (r, s) = _fraction(a), _fraction(b)
            return p + r, q + s
        case Bin("/", a, b):
            (p, q), (r, s) = _fraction(a), _fraction(b)
            return p + s, q + r
        case _:
            return [tree], []


def _kept(gone: Shape, others: Sequence[Tree], shapes: Shapes) -> bool:
    """Whether a product keeps its shape without one of its factors."""
    return gone == SCALAR or any(shape(x, shapes) == gone for x in others)


def _sum(u: Tree, shapes: Shapes) -> Tree:
    """The sum of all cells: Σ(a ⊙ b) of two columns is aᵀb, and a transpose changes nothing."""
    if isinstance(u, Transpose):
        return _sum(bare(u.x), shapes)
    if isinstance(u, Bin) and u.op == "*":
        a, b = bare(u.a), bare(u.b)
        if isinstance(a, Transpose) and isinstance(b, Transpose):
            return _sum(Bin("*", a.x, b.x), shapes)
        if shape(a, shapes) == shape(b, shapes) and shape(a, shapes)[1] == 1 != shape(a, shapes)[0]:
            return matmul(transpose(a, shapes), b, shapes)
    return Call("sum", (u,))


def terms(tree: Tree) -> list[Tree]:
    """The terms of a sum, with their signs; a sum in brackets stays one term, unless it stands alone."""
    match tree:
        case Group(Group() | Sum() | Bin("+" | "-") as x):
            return terms(x)
        case Bin("+", a, b):
            return [*terms(a), *terms(b)]
        case Bin("-", a, b):
            return [*terms(a), *(minus(t) for t in terms(b))]
        case Sum(parts):
            return [t for part in parts for t in terms(part)]
        case _:
            return [tree]


def total(parts: Sequence[Tree]) -> Tree:
    """The sum of terms as they are, like ones beside each other."""
    made = parts[0]
    for part in parts[1:]:
        number, rest = split(part)
        made = Bin("-" if number < 0 else "+", made, join(abs(number), rest))
    return made


def factors(tree: Tree) -> list[Tree]:
    """The factors of a matrix product."""
    inner = bare(tree)
    if isinstance(inner, Bin) and inner.op == "@":
        return [*factors(inner.a), *factors(inner.b)]
    return [tree]


def flipped(tree: Tree, shapes: Shapes) -> Tree:
    """The transpose, carried through to the names: (A @ B)ᵀ = Bᵀ @ Aᵀ, (a ⊙ b)ᵀ = aᵀ ⊙ bᵀ."""
    if shape(tree, shapes) == SCALAR:
        return tree
    inside = _flipped(tree, shapes)
    return min((Transpose(tree), inside), key=lambda made: sum(isinstance(x, Transpose) for x in walk(made)))


def _flipped(tree: Tree, shapes: Shapes) -> Tree:
    match tree:
        case Group(x):
            return Group(flipped(x, shapes))
        case Neg(x):
            return Neg(flipped(x, shapes))
        case Transpose(x):
            return bare(x)
        case Bin("@", a, b):
            return Bin("@", flipped(b, shapes), flipped(a, shapes))
        case Bin("**", a, b):
            return Bin("**", flipped(a, shapes), b)
        case Bin(op, a, b):
            return Bin(op, flipped(a, shapes), flipped(b, shapes))
        case Sum(parts):
            return Sum(tuple(flipped(part, shapes) for part in parts))
        case _:
            return Transpose(tree)
