"""The rules of mistakes with gradients, updates and losses; see `slips.py`."""

from __future__ import annotations

from collections.abc import Iterator

from solver.formula.functions import FUNCTIONS
from solver.formula.mistakes.changes import once, renamed
from solver.formula.mistakes.surroundings import ALIKE, Surroundings, slope
from solver.formula.tree import Bin, Call, Group, Name, Neg, Num, Transpose, Tree, bare, names, replace_names, walk


def slope_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        if isinstance(node, Bin) and node.op == "*":
            if around.is_slope(node.b):
                yield node.a
            if around.is_slope(node.a):
                yield node.b

    return once(tree, change)


def wrong_slope(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        if node in around.slopes:
            h, fn, u = around.slopes[node]
            for other in ALIKE:
                made = slope(other, h, u)
                if other != fn and made is not None:
                    yield Group(made)

    return once(tree, change)


def slope_of_argument(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        if node in around.slopes:
            h, _, u = around.slopes[node]
            yield Group(replace_names(node, {h: u}))

    return once(tree, change)


def updated_weights(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    return renamed(tree, lambda name: around.updates.get(name, name))


def part_of_gradient_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("+", a, b) if _uses_gradient(a, around) and _uses_gradient(b, around):
                yield from (a, b)

    return once(tree, change) if around.gradients else iter(())


def decay_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def decays(x: Tree) -> bool:
        return isinstance(bare(x), Bin) and all(around.given(name) for name in names(x))

    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("+", a, b) if decays(a) and _uses_gradient(b, around):
                yield b
            case Bin("+", a, b) if decays(b) and _uses_gradient(a, around):
                yield a

    return once(tree, change) if around.gradients else iter(())


def not_clipped(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    match bare(tree):
        case Bin("*", Bin("/", c, Call("max", (bound, _))), g) if c == bound:
            yield g
        case Call("max", (Neg(c), Call("min", (bound, Name() as g)))) if c == bound:
            yield g


def _uses_gradient(tree: Tree, around: Surroundings) -> bool:
    return any(name in around.gradients for name in names(tree))


def clean_and_corrupted(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    clean = {seen: name for name, seen in around.corrupted.items()}
    yield from renamed(tree, lambda name: around.corrupted.get(name, name))
    yield from renamed(tree, lambda name: clean.get(name, name))


def rest_in_logarithm(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Call("log", (Bin("-", Num("1"), y),)):
                yield Call("log", (y,))

    return once(tree, change)


def other_generator_loss(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def exchanged(x: Tree) -> Tree | None:
        match x:
            case Call("log", (Bin("-", Num("1"), y),)):
                return Call("log", (y,))
            case Call("log", (Name() as y,)):
                return Call("log", (Bin("-", Num("1"), y),))
            case Call("mean" | "sum" as fn, (inner,)) if (made := exchanged(inner)) is not None:
                return Call(fn, (made,))
        return None

    match tree:
        case Neg(x) if (made := exchanged(bare(x))) is not None:
            yield made
        case Call() if (made := exchanged(tree)) is not None:
            yield Neg(made)


def divergence_turned(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("*", p, Call("log", (Bin("/", above, q),))) if p == above:
                yield Bin("*", q, Call("log", (Bin("/", q, p),)))

    return once(tree, change)


def factor_of_loss(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("*", Num(text="2" | "0.5"), x) | Bin("/", x, Num(text="2")):
                yield x
            case Neg(Num(text="2")):
                yield Neg(Num("1"))
            case Bin("*", Bin("/", Num(text="1"), Num(text="2")) | Group(Bin("/", Num(text="1"), Num(text="2"))), x):
                yield x

    inside = isinstance(tree, Call) and FUNCTIONS[tree.fn].elementwise
    if around.whole or inside:  # a result is not off by a factor of a function's argument
        return
    yield from once(tree, change)
    if _is_error(tree):
        yield Bin("*", Num("2"), Group(tree))
        yield Bin("/", Group(tree), Num("2"))


def _is_error(tree: Tree) -> bool:
    """Whether a formula is a squared difference, or the gradient −(d − y) of one."""
    for node in walk(tree):
        match node:
            case Bin("**", a, Num(text="2")) if any(_is_difference(x) for x in walk(a)):
                return True
            case Bin("@", Transpose(a), b) if _is_difference(bare(a)) and a == b:
                return True
    match bare(tree):
        case Neg(x):
            return _is_difference(bare(x))
        case x:
            return _is_difference(x)


def _is_difference(tree: Tree) -> bool:
    match tree:
        case Bin("-", Name(), Name()):
            return True
        case _:
            return False
