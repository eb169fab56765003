"""The names of differentiation rules, and the shapes of what a gradient multiplies, as a line's note says them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from solver.formula.calculus.adjoint import Shapes, split
from solver.formula.calculus.tidy import factors
from solver.formula.functions import FUNCTIONS, word
from solver.formula.tree import Bin, Call, Num, Transpose, Tree, bare, names, ungrouped
from solver.formula.walks.shape import SCALAR, shape
from solver.formula.words import Words, extent


def rules(path: Sequence[Tree], of: str, shapes: Shapes) -> list[str]:
    """The rule of each node on the way from a term down to the quantity `of`, outermost first, each once."""
    return list(dict.fromkeys(_rules(path, of, shapes)))


def _rules(path: Sequence[Tree], of: str, shapes: Shapes) -> Iterator[str]:
    named: Tree | None = None  # what the rule above has named already
    for node in path:
        if named is not None and any(node is inner for inner in _parts(named)):
            continue
        named = None
        match node:
            case Bin("@"):
                yield _product(node, of, shapes)
                named = node
            case Bin("**", a, b) if bare(b) == Num("2") and _calls(a, "norm"):
                yield "derivative of a squared norm"
            case Bin("**", a, Num(text)) if _calls(a, "norm") and float(text) > 1:
                yield "derivative of a power of a norm"
            case Bin("**", a, b):
                yield "power rule" if of in names(a) else "derivative of a power by its exponent"
            case Bin("*", a, b) if of in names(a) and of in names(b):
                yield "product rule"
            case Bin("/", _, b) if of in names(b):
                yield "quotient rule"
            case Call("sum" | "mean" as fn, (u,)):
                inner = bare(u)
                if isinstance(inner, Bin) and inner.op == "**" and bare(inner.b) == Num("2"):
                    yield f"derivative of a {fn} of squares"
                    named = inner
                elif _calls(u, "abs"):
                    yield f"derivative of a {fn} of absolute values"
                    named = inner
                else:
                    yield f"derivative of {FUNCTIONS[fn].noun}"
            case Call(fn):
                row = FUNCTIONS[fn]
                where = ", elementwise" if row.elementwise and shape(node, shapes) != SCALAR else ""
                yield f"derivative of {row.noun or word(fn)}{where}"


def _parts(tree: Tree) -> Iterator[Tree]:
    """The nodes that one rule covers: a whole matrix product, or the one function inside a sum."""
    yield tree
    if isinstance(tree, Bin) and tree.op == "@":
        for side in (bare(tree.a), bare(tree.b)):
            yield from _parts(side)
            if isinstance(side, Transpose):
                yield from _parts(bare(side.x))


def _calls(tree: Tree, fn: str) -> bool:
    inner = bare(tree)
    return isinstance(inner, Call) and inner.fn == fn


def _product(tree: Tree, of: str, shapes: Shapes) -> str:
    """What a matrix product is to the quantity it is differentiated by."""
    first, *middle, last = factors(tree)
    if shape(tree, shapes) == SCALAR and _same(first, last, shapes):
        if not middle:
            return "derivative of a sum of squares, by the product rule"
        if of in names(first) and not any(of in names(m) for m in middle):
            return "derivative of a quadratic form, by the product rule"
    if sum(of in names(factor) for factor in (first, *middle, last)) > 1:
        return "product rule of a matrix product"
    if shape(tree, shapes) == SCALAR:
        return "derivative of a bilinear form" if middle else "derivative of a linear form"
    return "derivative of a matrix product"


def _same(first: Tree, last: Tree, shapes: Shapes) -> bool:
    """Whether one is the transpose of the other, apart from a scalar factor."""
    first, last = ungrouped(first), ungrouped(last)
    if isinstance(first, Bin) and first.op == "*" and shape(first.a, shapes) == SCALAR:
        first = first.b
    return first == Transpose(last) or last == Transpose(first)


def sizes(tree: Tree, shapes: Shapes) -> Words:
    """The shapes of the factors of a product, `n×1 times 1×K`; nothing where there is none."""
    inner = split(tree)[1]
    while inner is not None:
        inner = bare(inner)
        if isinstance(inner, Bin) and inner.op == "@":
            return tuple(x for f in factors(inner) for x in (" times ", *extent(shape(f, shapes))))[1:]
        if not (isinstance(inner, Bin) and inner.op == "*"):
            return ()
        left = shape(inner.a, shapes)
        if left != SCALAR:
            return ("both ", *extent(left)) if shape(inner.b, shapes) == left else ()
        inner = inner.b
    return ()
