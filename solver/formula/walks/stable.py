"""The stable form: the same formula, where the numbers of the page would cancel or vanish.

    y = sigmoid(u);  J = -d*log(y) - (1 - d)*log(1 - y)     the lecturer's line; at u = 40, y is 1 and log(1 - y) −∞
    J = -d*(-softplus(-u)) - (1 - d)*(-softplus(u))         the same J, at any u

The page shows the lecturer's line; its unrounded value is computed by the stable form.
Goldberg, What Every Computer Scientist Should Know About Floating-Point Arithmetic, 1991, section 1.4.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeAlias

from solver.formula.form import Filled, Form, form, form_together, numbered
from solver.formula.functions import Own
from solver.formula.tree import Bin, Call, Group, Name, Neg, Num, Transpose, Tree, bare, rebuild, replace_names, walk
from solver.named import NamedTuple

Definitions: TypeAlias = Callable[[str], Tree | None]
"""The formula behind a name; None where the name is given."""

_ONE = Num("1")


def restated(
    tree: Tree,
    defined: Definitions,
    binary: Callable[[str], bool] = lambda name: False,
) -> Filled | None:
    """The formula rewritten; None where there is nothing to rewrite.

    binary: whether a name stands for zeros and ones only, so that d − y is d(1 − y) − (1 − d)y without any loss. It is rewritten once for all formulas of one form whose names are defined alike.
    """
    kind, used = form(tree)
    for way in _WAYS.get(kind, ()):
        names = way.followed(used, defined, binary)
        if names is not None:
            return None if way.made is None else Filled(way.made, names)
    made, asked = tree, _Asked(used, defined, binary)
    if any(_may_cancel(node) for node in walk(tree)):
        made = _Stable(asked.definition, asked.of_zeros_and_ones).of(tree)
    template = None if made is tree or made == tree else numbered(made, asked.names)
    if isinstance(kind, int):
        _remember(kind, asked, template)
    return None if template is None else Filled(template, asked.names)


def stable(tree: Tree, defined: Definitions, binary: Callable[[str], bool] = lambda name: False) -> Tree:
    """The same, written out; the very formula where there is nothing to rewrite."""
    made = restated(tree, defined, binary)
    return tree if made is None else made.tree


class _Way(NamedTuple):
    """How a formula was rewritten: what was asked of its names, by their numbers, each with its answer, and what came out."""

    asked: tuple[tuple[bool, int, Hashable], ...]
    made: Tree | None

    def followed(self, used: Sequence[str], defined: Definitions, binary: Callable[[str], bool]) -> list[str] | None:
        """The names of another formula of this form, where it has the same answers; None where one of them differs."""
        if not self.asked:
            return list(used)
        now = _Asked(used, defined, binary)
        for of_numbers, k, answer in self.asked:
            name = now.names[k]
            now.of_zeros_and_ones(name) if of_numbers else now.definition(name)
            if now.asked[-1][2] != answer:
                return None
        return now.names


_WAYS: dict[Form, list[_Way]] = {}
_MOST_FORMS, _MOST_WAYS = 2_000, 8


def _remember(kind: Form, asked: _Asked, made: Tree | None) -> None:
    if len(_WAYS) >= _MOST_FORMS:
        _WAYS.clear()
    ways = _WAYS.setdefault(kind, [])
    if len(ways) < _MOST_WAYS:
        ways.append(_Way(tuple(asked.asked), made))


class _Asked:
    """Keeps what is asked of names, which get numbers as they are met."""

    def __init__(self, used: Sequence[str], defined: Definitions, binary: Callable[[str], bool]) -> None:
        self.numbers = {name: k for k, name in enumerate(used)}
        self.defined, self.binary = defined, binary
        self.asked: list[tuple[bool, int, Hashable]] = []

    @property
    def names(self) -> list[str]:
        return list(self.numbers)

    def definition(self, name: str) -> Tree | None:
        tree, number = self.defined(name), self.numbers[name]
        self.asked.append((False, number, None if tree is None else form_together([tree], self.numbers)))
        return tree

    def of_zeros_and_ones(self, name: str) -> bool:
        found = self.binary(name)
        self.asked.append((True, self.numbers[name], found))
        return found


def _may_cancel(node: Tree) -> bool:
    if isinstance(node, Bin) and node.op == "-":
        a, b = bare(node.a), bare(node.b)
        return a == _ONE or (isinstance(a, Name) and isinstance(b, Name))
    return isinstance(node, Call) and node.fn == "log"


class _Stable:
    def __init__(self, defined: Definitions, binary: Callable[[str], bool]) -> None:
        self.defined, self.binary = defined, binary

    def of(self, tree: Tree) -> Tree:
        """The node, rewritten by the first rule that fits."""
        made = None
        if isinstance(tree, Bin):
            if tree.op == "-":
                made = self.difference(bare(tree.a), bare(tree.b))
        elif isinstance(tree, Call) and tree.fn == "log":
            made = self.log(bare(tree.args[0]))
        return rebuild(tree, self.of) if made is None else Group(made)

    def log(self, x: Tree) -> Tree | None:
        """log(sigmoid(u)), log(1 - sigmoid(u)), log(1 + exp(u)), log(softmax(u))"""
        match x:
            case Bin("-", a, b) if bare(a) == _ONE and (u := self.argument(b, "sigmoid")) is not None:
                return Neg(Call("softplus", (u,)))
            case Bin("+", a, b) if bare(a) == _ONE and (u := self.argument(b, "exp")) is not None:
                return Call("softplus", (u,))
        if (u := self.argument(x, "sigmoid")) is not None:
            return Neg(Call("softplus", (Neg(u),)))
        if (u := self.argument(x, "softmax")) is not None:
            return Call("log_softmax", (u,))
        if (u := self.argument(x, "softmax_rows")) is not None:
            return Transpose(Call("log_softmax", (Transpose(u),)))
        return None

    def difference(self, a: Tree, b: Tree) -> Tree | None:
        """1 - sigmoid(u), 1 - tanh(u)**2, d - sigmoid(u)"""
        if a == _ONE and (u := self.argument(b, "sigmoid")) is not None:
            return Call("sigmoid", (Neg(u),))
        if a == _ONE and isinstance(b, Bin) and b.op == "**" and bare(b.b) == Num("2"):
            u = self.argument(b.a, "tanh")
            if u is not None:  # 1/cosh²(u)
                halves = (Call("sigmoid", (Bin("*", Num("2"), side),)) for side in (u, Neg(u)))
                return Bin("*", Num("4"), Bin("*", *halves))
        for d, y, sign in ((a, b, 1), (b, a, -1)):
            if not (isinstance(d, Name) and isinstance(y, Name)):
                continue
            if (u := self.argument(y, "sigmoid")) is not None and self.binary(d.id):
                below = Bin("*", d, Call("sigmoid", (Neg(u),)))
                above = Bin("*", Group(Bin("-", _ONE, d)), Call("sigmoid", (u,)))
                return Bin("-", below, above) if sign == 1 else Bin("-", above, below)
        return None

    def argument(self, tree: Tree, fn: str) -> Tree | None:
        """u where the tree is fn(u), or a name that is defined so; None where it is anything else."""
        tree = bare(tree)
        seen: set[str] = set()
        while isinstance(tree, Name) and tree.id not in seen:
            seen.add(tree.id)
            formula = self.defined(tree.id)
            if formula is None:
                return None
            tree = bare(formula)
        if isinstance(tree, Call) and isinstance(tree.fn, Own):
            tree = bare(replace_names(tree.fn.formula, {"u": Group(tree.args[0])}))
        match tree:
            case Call(name, (u,)) if name == fn:
                return Group(self.of(u))
            case Bin("/", a, b) if fn == "sigmoid" and bare(a) == _ONE:
                return self.logistic(bare(b))
        return None

    def logistic(self, below: Tree) -> Tree | None:
        """u of 1 + exp(-u)"""
        if isinstance(below, Bin) and below.op == "+" and bare(below.a) == _ONE:
            inner = bare(below.b)
            if isinstance(inner, Call) and inner.fn == "exp":
                exponent = bare(inner.args[0])
                return Group(self.of(exponent.x if isinstance(exponent, Neg) else Neg(exponent)))
        return None
