"""The rules of mistakes with the sizes of volumes, with what layers cost, and with windows; see `slips.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from solver.formula.functions import FUNCTIONS
from solver.formula.mistakes.changes import contains, every, once, once_or_all, renamed, terms_of
from solver.formula.mistakes.surroundings import Surroundings
from solver.formula.tree import Bin, Call, Group, Name, Num, Sum, Tree, walk
from solver.formula.walks.shape import shape


def _is_size(tree: Tree) -> bool:
    """Whether a count is the size of a volume, and not what a layer costs: it subtracts, or rounds."""
    return any(isinstance(node, Call) or (isinstance(node, Bin) and node.op == "-") for node in walk(tree))


def macs_for_flops(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("*", Num(text="2"), x):
                yield x

    if around.whole and not _is_size(tree):
        yield from once(tree, change)


def bias_not_counted(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("+", a, Num(text="1")):
                yield a
            case Bin("+", Bin("*") as a, Name()):
                yield a

    if around.whole and not _is_size(tree):
        yield from once_or_all(tree, change)


def all_biases_forgotten(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def without(term: Tree) -> Tree:
        counted = around.definitions.get(term.id) if isinstance(term, Name) else None
        made = None if counted is None else next(bias_not_counted(counted, around), None)
        return term if made is None else Group(made)

    terms = tree.terms if isinstance(tree, Sum) else tuple(terms_of(tree))
    if around.whole and len(terms) > 1 and all(isinstance(term, Name) for term in terms):
        yield Sum(tuple(without(term) for term in terms))


def depth_forgotten(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        factors = list(_factors(node))
        for i, factor in enumerate(factors[1:], 1):
            area = (isinstance(factor, Bin) and factor.op == "**") or factors[i + 1 : i + 2] == [factor]
            before = factors[i - 1]
            if area and (isinstance(before, Name) or (isinstance(before, Bin) and before.op == "/")):
                yield _product([*factors[: i - 1], *factors[i:]])
                return

    if around.whole and not _is_size(tree):
        yield from once(tree, change)


def groups_forgotten(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        if isinstance(node, Bin) and node.op == "/" and isinstance(node.b, Name):
            yield node.a

    if around.whole and not _is_size(tree):
        yield from once(tree, change)


def not_rounded(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Tree:
        return node.args[0] if isinstance(node, Call) and node.fn in _ROUNDS else node

    if around.whole:
        yield every(tree, change)


def rounded_otherwise(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Tree:
        return Call(_ROUNDS[node.fn], node.args) if isinstance(node, Call) and node.fn in _ROUNDS else node

    if around.whole:
        yield every(tree, change)


_ROUNDS = {"floor": "ceil", "ceil": "floor"}


def _factors(tree: Tree) -> Iterator[Tree]:
    """The factors of a product of scalars, in their order."""
    if isinstance(tree, Bin) and tree.op == "*":
        yield from _factors(tree.a)
        yield tree.b
    else:
        yield tree


def _product(factors: Iterable[Tree]) -> Tree:
    first, *others = factors
    for factor in others:
        first = Bin("*", first, factor)
    return first


def input_size(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    if around.whole and not _is_size(tree):
        yield from renamed(tree, lambda name: around.sizes.get(name, name))


def _output_size(tree: Tree, change: Callable[[Tree], Iterable[Tree]]) -> Iterator[Tree]:
    """One change at the division of an output size, (H - F + 2*p)/s + 1, or below it."""

    def inside(node: Tree) -> Iterator[Tree]:
        if isinstance(node, Bin) and node.op == "+" and node.b == Num("1") and contains(node.a, "/"):
            yield from (Bin("+", made, node.b) for made in once(node.a, change))

    return once(tree, inside) if _is_size(tree) else iter(())


def stride_ignored(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        if isinstance(node, Bin) and node.op == "/":
            yield node.a

    yield from _output_size(tree, change)
    yield from _sliding_otherwise(tree, "stride", around)


def _sliding_otherwise(tree: Tree, forgotten: str, around: Surroundings) -> Iterator[Tree]:
    """Every window at once without one of its options; of the places there are then, those that have a cell are kept."""

    def change(node: Tree) -> Tree:
        if not (isinstance(node, Call) and forgotten in dict(node.options)):
            return node
        left = tuple(option for option in node.options if option[0] != forgotten)
        if forgotten == "stride" and "size" in FUNCTIONS[node.fn].options and "size" not in dict(left):
            rows, columns = shape(node, around.shapes)
            if isinstance(rows, int) and isinstance(columns, int):
                left = (*left, ("size", (rows, columns)))
        return Call(node.fn, node.args, left)

    yield every(tree, change)


def padding_ignored(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("+", a, Bin("*", Num(text="2"), Name())):
                yield a

    yield from _output_size(tree, change)
    yield from _sliding_otherwise(tree, "padding", around)


def padding_once(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("+", a, Bin("*", Num(text="2"), Name() as p)):
                yield Bin("+", a, p)

    return _output_size(tree, change)


def one_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        if isinstance(node, Bin) and node.op == "+" and node.b == Num("1") and contains(node.a, "/"):
            yield node.a

    return once(tree, change) if _is_size(tree) else iter(())
