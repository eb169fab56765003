"""The rules of the mutate walk, one a mistake: a formula to the formulas that the mistake makes of it.

The table in `mutate.py` names each and shows it on an example. Here: mistakes with layers, gates, norms and functions;
those with gradients and losses, and with sizes and counts, have files of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from solver.formula.functions import FUNCTIONS
from solver.formula.mistakes.changes import contains, every, is_product, once, once_or_all, terms_of
from solver.formula.mistakes.surroundings import ALIKE, Surroundings
from solver.formula.parse import parse
from solver.formula.tree import (
    Bin,
    Call,
    Group,
    Name,
    Neg,
    Num,
    Sum,
    Transpose,
    Tree,
    bare,
    names,
    rebuild,
    replace_names,
    walk,
)
from solver.formula.walks.shape import SCALAR, shape


def bias_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def weighted(x: Tree) -> bool:
        return any(is_product(bare(term)) for term in terms_of(x))

    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("+" | "-", a, Name(id=name)) if around.given(name) and weighted(a):
                yield a
            case Bin("+", Name(id=name), b) if around.given(name) and weighted(b):
                yield b
            case Sum(terms) if len(terms) > 2:
                for i, term in enumerate(terms):
                    if isinstance(term, Name) and around.given(term.id):
                        yield Sum(terms[:i] + terms[i + 1 :])

    return iter(()) if around.whole else once_or_all(tree, change)


def transpose_mixed_up(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def turned(x: Tree) -> Tree | None:
        match bare(x):
            case Transpose(Name() as name):
                return name
            case Name() as name:
                return Transpose(name)
        return None

    def change(node: Tree) -> Iterator[Tree]:
        if isinstance(node, Bin) and node.op == "@":
            a, b = turned(node.a), turned(node.b)
            if a is not None:
                yield Bin("@", a, node.b)
            if b is not None:
                yield Bin("@", node.a, b)

    return once(tree, change)


def result_transposed(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    if shape(tree, around.shapes) != SCALAR:
        yield Transpose(tree)


def wrong_sign(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("+", a, b):
                yield Bin("-", a, b)
            case Bin("-", a, b):
                yield Bin("+", a, b)
            case Neg(x):
                yield x

    if not around.whole:
        yield Neg(tree)
    if not (around.whole and contains(tree, "/")):
        yield from once(tree, change)


def activation_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        applied = isinstance(node, Call) and FUNCTIONS[node.fn].activation and node.fn != "step"
        if isinstance(node, Call) and applied and not _is_seen_state(node, tree, around):
            yield node.args[0]

    return once(tree, change)


def _is_seen_state(node: Tree, tree: Tree, around: Surroundings) -> bool:
    """Whether a node is the tanh through which an output gate lets a cell state."""
    match tree:
        case Bin("*", Name(id=gate), seen) | Bin("*", seen, Name(id=gate)):
            return node is seen and gate in around.gates and isinstance(seen, Call) and seen.fn == "tanh"
    return False


def state_not_squashed(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        if isinstance(node, Call) and _is_seen_state(node, tree, around):
            yield node.args[0]

    return once(tree, change)


def gate_mixed_up(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    used = names(tree)
    for gate in used:
        for other in around.beside(gate):
            if other not in used:
                yield replace_names(tree, {gate: Name(other)})


def gates_swapped(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    used = names(tree)
    for gate in used:
        for other in around.beside(gate):
            if other in used and gate < other:
                yield replace_names(tree, {gate: Name(other), other: Name(gate)})


def gate_for_the_rest(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def turned(node: Tree, gate: Name) -> Tree:
        rest = Bin("-", Num("1"), gate)
        if bare(node) == rest:
            return gate
        return Group(rest) if node == gate else rebuild(node, lambda x: turned(x, gate))

    for gate in map(Name, names(tree)):
        if gate.id in around.gates and any(node == Bin("-", Num("1"), gate) for node in walk(tree)):
            yield turned(tree, gate)


def scale_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("/", a, Call("sqrt", (Name() | Num() as size,))) if isinstance(size, Num) or around.given(size.id):
                yield a

    return once(tree, change)


def shift_in_root_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Call("sqrt", (Bin("+", a, Name(id=name)),)) if around.given(name):
                yield Call("sqrt", (a,))

    return once(tree, change)


def factor_before_shift_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    match bare(tree):
        case Bin("*", Name(id=name), Name() as x) if around.given(name):
            yield x
        case Bin("+", Bin("*", Name(id=name), Name() as x), Name() as b) if around.given(name) and not around.given(
            x.id
        ):
            yield Bin("+", x, b)


def dropout_scale_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def kept(x: Tree) -> bool:
        match bare(x):
            case Name(id=name):
                return around.given(name) and around.shapes[name] == SCALAR
            case Bin("-", Num(text="1"), Name(id=name)):
                return around.given(name)
        return False

    match bare(tree):
        case Bin("/", Bin("*", Name(id=mask), Name()) as dropped, q) if around.given(mask) and kept(q):
            yield dropped
        case Bin("*", q, Name() as x) if kept(q) and isinstance(bare(q), Bin):
            yield x


def unbiased(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    match bare(tree):
        case Call(fn, (Bin("**", difference, Num(text="2")) as squares,)) if fn.startswith("mean"):
            if isinstance(inner := bare(difference), Bin) and inner.op == "-":
                ending = fn.removeprefix("mean")
                less = Group(Bin("-", Call(f"size{ending}", (squares,)), Num("1")))
                yield Bin("/", Call(f"sum{ending}", (squares,)), less)


def biased(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    match bare(tree):
        case Bin("/", Call() as total, Group(Bin("-", Num() as n, Num(text="1")))) if total.fn.startswith("sum"):
            yield Bin("/", total, n)


def wrong_activation(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        if isinstance(node, Call) and node.fn in ALIKE:
            for other in ALIKE:
                if other != "relu" or not _is_seen_state(node, tree, around):  # relu of a positive state is the state
                    yield Call(other, node.args)

    return once(tree, change)


def variance_for_deviation(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Call("exp", (Bin("/", v, Num("2")),)):
                yield Call("exp", (v,))

    return once(tree, change)


def diagonal_kept(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("-", a, b) if any(isinstance(n, Call) and n.fn == "eye" for n in walk(b)):
                yield a

    return once(tree, change)


def of_functions(formulas: Mapping[str, str]) -> Callable[[Tree, Surroundings], Iterator[Tree]]:
    """The rule of a mistake that the function table names: every call of these functions goes wrong, as its formula says."""

    def change(x: Tree) -> Tree:
        if not (isinstance(x, Call) and x.fn in formulas):
            return x
        made = replace_names(parse(formulas[x.fn]), dict(zip(FUNCTIONS[x.fn].params, x.args, strict=False)))
        if isinstance(made, Call) and made not in x.args:
            return Call(made.fn, made.args, tuple(o for o in x.options if o[0] in FUNCTIONS[made.fn].options))
        return made

    def rule(tree: Tree, around: Surroundings) -> Iterator[Tree]:
        yield every(tree, change)

    return rule


def square_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("**", x, Num(text="2")):
                yield x

    return once(tree, change)
