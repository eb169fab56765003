"""The rules of the mutate walk, one a mistake: a formula to the formulas that the mistake makes of it.

The table in `mutate.py` names each and shows it on an example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from solver.formula.functions import FUNCTIONS
from solver.formula.mistakes.surroundings import Surroundings, slope
from solver.formula.parse import parse
from solver.formula.tree import (
    SUMS,
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
    children,
    names,
    rebuild,
    replace_names,
    walk,
)
from solver.formula.walks.shape import SCALAR, shape


# -- changing one node, or all of a kind -------------------------------------------------------------------------------
def _once(tree: Tree, change: Callable[[Tree], Iterable[Tree]]) -> Iterator[Tree]:
    """The formula with one of its nodes changed, for every node and every change of it."""
    yield from change(tree)
    for i, child in enumerate(children(tree)):
        for made in _once(child, change):
            place = iter(range(len(children(tree))))
            yield rebuild(tree, lambda x, place=place, i=i, made=made: made if next(place) == i else x)  # type: ignore[misc]


def _all(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """The formula with every node changed, operands first."""
    return change(rebuild(tree, lambda x: _all(x, change)))


def _once_or_all(tree: Tree, change: Callable[[Tree], Iterable[Tree]]) -> Iterator[Tree]:
    """The formula changed at one node, for every one of them; then at all of them."""
    yield from _once(tree, change)
    yield _all(tree, lambda node: next(iter(change(node)), node))


def _names(tree: Tree, other: Callable[[str], str]) -> Iterator[Tree]:
    """The formula with other names, where there are any."""
    yield replace_names(tree, {name: Name(other(name)) for name in names(tree)})


def _contains(tree: Tree, op: str) -> bool:
    return any(isinstance(node, Bin) and node.op == op for node in walk(tree))


def _terms(tree: Tree) -> Iterator[Tree]:
    """The terms of a sum, whatever their signs."""
    match tree:
        case Bin(op, a, b) if op in SUMS:
            yield from _terms(a)
            yield b
        case _:
            yield tree


def _is_product(tree: Tree) -> bool:
    """A product, or a kernel's sums of products."""
    if isinstance(tree, Call):
        return "k" in FUNCTIONS[tree.fn].params
    return isinstance(tree, Bin) and tree.op in "@*"


# -- the rules ---------------------------------------------------------------------------------------------------------
def bias_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def weighted(x: Tree) -> bool:
        return any(_is_product(bare(term)) for term in _terms(x))

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

    return iter(()) if around.whole else _once_or_all(tree, change)


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

    return _once(tree, change)


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
    if not (around.whole and _contains(tree, "/")):
        yield from _once(tree, change)


def slope_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        if isinstance(node, Bin) and node.op == "*":
            if around.is_slope(node.b):
                yield node.a
            if around.is_slope(node.a):
                yield node.b

    return _once(tree, change)


_USUAL = ("tanh", "sigmoid", "relu")
"""The activations that are taken for one another."""


def wrong_slope(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        if node in around.slopes:
            h, fn, u = around.slopes[node]
            for other in _USUAL:
                made = slope(other, h, u)
                if other != fn and made is not None:
                    yield Group(made)

    return _once(tree, change)


def slope_of_argument(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        if node in around.slopes:
            h, _, u = around.slopes[node]
            yield Group(replace_names(node, {h: u}))

    return _once(tree, change)


def activation_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        applied = isinstance(node, Call) and FUNCTIONS[node.fn].activation and node.fn != "step"
        if isinstance(node, Call) and applied and not _is_seen_state(node, tree, around):
            yield node.args[0]

    return _once(tree, change)


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

    return _once(tree, change)


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

    return _once(tree, change)


def shift_in_root_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Call("sqrt", (Bin("+", a, Name(id=name)),)) if around.given(name):
                yield Call("sqrt", (a,))

    return _once(tree, change)


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
        if isinstance(node, Call) and node.fn in _USUAL:
            for other in _USUAL:
                if other != "relu" or not _is_seen_state(node, tree, around):  # relu of a positive state is the state
                    yield Call(other, node.args)

    return _once(tree, change)


def updated_weights(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    return _names(tree, lambda name: around.updates.get(name, name))


def part_of_gradient_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("+", a, b) if _uses_gradient(a, around) and _uses_gradient(b, around):
                yield from (a, b)

    return _once(tree, change) if around.gradients else iter(())


def decay_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def decays(x: Tree) -> bool:
        return isinstance(bare(x), Bin) and all(around.given(name) for name in names(x))

    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("+", a, b) if decays(a) and _uses_gradient(b, around):
                yield b
            case Bin("+", a, b) if decays(b) and _uses_gradient(a, around):
                yield a

    return _once(tree, change) if around.gradients else iter(())


def _uses_gradient(tree: Tree, around: Surroundings) -> bool:
    return any(name in around.gradients for name in names(tree))


def clean_and_corrupted(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    clean = {seen: name for name, seen in around.corrupted.items()}
    yield from _names(tree, lambda name: around.corrupted.get(name, name))
    yield from _names(tree, lambda name: clean.get(name, name))


def rest_in_logarithm(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Call("log", (Bin("-", Num("1"), y),)):
                yield Call("log", (y,))

    return _once(tree, change)


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

    return _once(tree, change)


def variance_for_deviation(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Call("exp", (Bin("/", v, Num("2")),)):
                yield Call("exp", (v,))

    return _once(tree, change)


def diagonal_kept(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("-", a, b) if any(isinstance(n, Call) and n.fn == "eye" for n in walk(b)):
                yield a

    return _once(tree, change)


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
    yield from _once(tree, change)
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


def _is_size(tree: Tree) -> bool:
    """Whether a count is the size of a volume, and not what a layer costs: it subtracts, or rounds."""
    return any(isinstance(node, Call) or (isinstance(node, Bin) and node.op == "-") for node in walk(tree))


def macs_for_flops(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("*", Num(text="2"), x):
                yield x

    if around.whole and not _is_size(tree):
        yield from _once(tree, change)


def bias_not_counted(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("+", a, Num(text="1")):
                yield a
            case Bin("+", Bin("*") as a, Name()):
                yield a

    if around.whole and not _is_size(tree):
        yield from _once_or_all(tree, change)


def all_biases_forgotten(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def without(term: Tree) -> Tree:
        counted = around.definitions.get(term.id) if isinstance(term, Name) else None
        made = None if counted is None else next(bias_not_counted(counted, around), None)
        return term if made is None else Group(made)

    terms = tree.terms if isinstance(tree, Sum) else tuple(_terms(tree))
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
        yield from _once(tree, change)


def groups_forgotten(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        if isinstance(node, Bin) and node.op == "/" and isinstance(node.b, Name):
            yield node.a

    if around.whole and not _is_size(tree):
        yield from _once(tree, change)


def not_rounded(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Tree:
        return node.args[0] if isinstance(node, Call) and node.fn in _ROUNDS else node

    if around.whole:
        yield _all(tree, change)


def rounded_otherwise(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Tree:
        return Call(_ROUNDS[node.fn], node.args) if isinstance(node, Call) and node.fn in _ROUNDS else node

    if around.whole:
        yield _all(tree, change)


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
        yield from _names(tree, lambda name: around.sizes.get(name, name))


def _output_size(tree: Tree, change: Callable[[Tree], Iterable[Tree]]) -> Iterator[Tree]:
    """One change at the division of an output size, (H - F + 2*p)/s + 1, or below it."""

    def inside(node: Tree) -> Iterator[Tree]:
        if isinstance(node, Bin) and node.op == "+" and node.b == Num("1") and _contains(node.a, "/"):
            yield from (Bin("+", made, node.b) for made in _once(node.a, change))

    return _once(tree, inside) if _is_size(tree) else iter(())


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

    yield _all(tree, change)


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
        if isinstance(node, Bin) and node.op == "+" and node.b == Num("1") and _contains(node.a, "/"):
            yield node.a

    return _once(tree, change) if _is_size(tree) else iter(())


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
        yield _all(tree, change)

    return rule


def square_left_out(tree: Tree, around: Surroundings) -> Iterator[Tree]:
    def change(node: Tree) -> Iterator[Tree]:
        match node:
            case Bin("**", x, Num(text="2")):
                yield x

    return _once(tree, change)
