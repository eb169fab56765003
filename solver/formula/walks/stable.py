"""The stable form: the same formula, where the numbers of the page would cancel or vanish.

    y = sigmoid(u);  J = -d*log(y) - (1 - d)*log(1 - y)     the lecturer's line; at u = 40, y is 1 and log(1 - y) −∞
    J = -d*(-softplus(-u)) - (1 - d)*(-softplus(u))         the same J, at any u

The page shows the lecturer's line; its unrounded value is computed by the stable form. The row of a function says what
of it cancels, and what stands for that.
Goldberg, What Every Computer Scientist Should Know About Floating-Point Arithmetic, 1991, section 1.4.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cache
from typing import TypeAlias

from solver.formula.form import Form, each_kind, form, stamp
from solver.formula.functions import FUNCTIONS, Own
from solver.formula.parse import parse
from solver.formula.tree import Bin, Call, Group, Name, Neg, Tree, bare, rebuild, replace_names, walk
from solver.named import NamedTuple

Definitions: TypeAlias = Callable[[str], Tree | None]
"""The formula behind a name; None where the name is given."""


def restated(
    tree: Tree,
    defined: Definitions,
    binary: Callable[[str], bool] = lambda name: False,
) -> Tree | None:
    """The formula rewritten; None where there is nothing to rewrite.

    binary: whether a name stands for zeros and ones only, so that d − y is d(1 − y) − (1 − d)y without any loss. It is rewritten once for all formulas of one form whose names are defined alike.
    """
    kind, used = form(tree)
    for way in _WAYS.get(kind, ()):
        names = way.followed(used, defined, binary)
        if names is not None:
            return None if way.make is None else way.make(names)
    made, asked = tree, _Asked(used, defined, binary)
    if any(_matched(rule.cancels, node) for node in each_kind(tree) for rule in _rules().get(_top(node), ())):
        made = _Stable(asked.definition, asked.of_zeros_and_ones).of(tree)
    rewritten = None if made is tree or made == tree else made
    if isinstance(kind, int):
        _remember(kind, asked, rewritten)
    return rewritten


def stable(tree: Tree, defined: Definitions, binary: Callable[[str], bool] = lambda name: False) -> Tree:
    """The same; the very formula where there is nothing to rewrite."""
    return restated(tree, defined, binary) or tree


class _Way(NamedTuple):
    """How a formula was rewritten: what was asked of its names, by their numbers, each with its answer, and what came out.

    make: makes that of the names of another such formula, by their numbers.
    """

    asked: tuple[tuple[bool, int, Hashable], ...]
    make: Callable[[Sequence[str]], Tree] | None

    def followed(
        self, used: Sequence[str], defined: Definitions, binary: Callable[[str], bool]
    ) -> Sequence[str] | None:
        """The names of another formula of this form, where it has the same answers; None where one of them differs."""
        if not self.asked:
            return used
        now = _Asked(used, defined, binary)
        for of_numbers, k, answer in self.asked:
            if (now.binary(now.names[k]) if of_numbers else now.defined_as(now.names[k])[1]) != answer:
                return None
        return now.names


_WAYS: dict[Form, list[_Way]] = {}
_MOST_FORMS, _MOST_WAYS = 2_000, 8


def _remember(kind: Form, asked: _Asked, made: Tree | None) -> None:
    if len(_WAYS) >= _MOST_FORMS:
        _WAYS.clear()
    ways = _WAYS.setdefault(kind, [])
    if len(ways) < _MOST_WAYS:
        ways.append(_Way(tuple(asked.asked), None if made is None else stamp(made, asked.names)))


class _Asked:
    """Keeps what is asked of names, which get numbers as they are met."""

    def __init__(self, used: Sequence[str], defined: Definitions, binary: Callable[[str], bool]) -> None:
        self.names = list(used)
        self.defined, self.binary = defined, binary
        self.asked: list[tuple[bool, int, Hashable]] = []

    def defined_as(self, name: str) -> tuple[Tree | None, Hashable]:
        """The formula behind a name, and its form with the numbers of its names."""
        tree, names = self.defined(name), self.names
        if tree is None:
            return None, None
        kind, used = form(tree)
        names += [new for new in used if new not in names]
        return tree, (kind, *map(names.index, used))

    def definition(self, name: str) -> Tree | None:
        tree, answer = self.defined_as(name)
        self.asked.append((False, self.names.index(name), answer))
        return tree

    def of_zeros_and_ones(self, name: str) -> bool:
        found = self.binary(name)
        self.asked.append((True, self.names.index(name), found))
        return found


class _Rule(NamedTuple):
    """What cancels, or vanishes, of y = fn(u) and a d of zeros and ones, and what it is made of instead, in u and d."""

    fn: str
    cancels: Tree
    made: Tree


@cache
def _rules() -> dict[str, list[_Rule]]:
    """The rules of all rows, by the operation or function that what cancels is."""
    made: dict[str, list[_Rule]] = {}
    for fn, row in FUNCTIONS.items():
        for cancels, instead in row.stable:
            rule = _Rule(fn, parse(cancels), parse(instead))
            made.setdefault(_top(rule.cancels), []).append(rule)
    return made


@cache
def _definition(fn: str) -> Tree | None:
    """The definition of a function by which it is known where an author writes it out: one with a single u."""
    text = FUNCTIONS[fn].definition
    tree = parse(text) if isinstance(text, str) else None
    once = tree is not None and sum(node == Name("u") for node in walk(tree)) == 1
    return tree if once else None


def _top(tree: Tree) -> str:
    return tree.op if isinstance(tree, Bin) else tree.fn if isinstance(tree, Call) else ""


def _matched(pattern: Tree, tree: Tree) -> dict[str, Tree] | None:
    """What the names of a pattern stand for in a formula, brackets apart; None where it is another. d is a name, and so is y beside it."""
    found: dict[str, Tree] = {}
    fits = _match(pattern, tree, found)
    named = "d" not in found or (isinstance(found["d"], Name) and isinstance(found["y"], Name))
    return found if fits and named else None


def _match(pattern: Tree, tree: Tree, found: dict[str, Tree]) -> bool:
    tree = bare(tree)
    match pattern:
        case Name(id=name):
            found[name] = tree
            return True
        case Neg(x):  # anything is the negative of its negative
            return _match(x, tree.x if isinstance(tree, Neg) else Neg(tree), found)
        case Bin(op, a, b):
            return isinstance(tree, Bin) and tree.op == op and _match(a, tree.a, found) and _match(b, tree.b, found)
        case Call(fn, (x,)):
            return isinstance(tree, Call) and tree.fn == fn and _match(x, tree.args[0], found)
        case Group(x):
            return _match(x, tree, found)
        case _:
            return pattern == tree


class _Stable:
    def __init__(self, defined: Definitions, binary: Callable[[str], bool]) -> None:
        self.defined, self.binary = defined, binary

    def of(self, tree: Tree) -> Tree:
        """The node, rewritten by the first rule that fits."""
        for rule in _rules().get(_top(tree), ()):
            found = _matched(rule.cancels, tree)
            if found is None or (u := self.argument(found["y"], rule.fn)) is None:
                continue
            d = found.get("d")
            if not isinstance(d, Name) or self.binary(d.id):
                return Group(replace_names(rule.made, {**found, "u": u}))
        return rebuild(tree, self.of)

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
        if isinstance(tree, Call) and tree.fn == fn:
            return Group(self.of(tree.args[0]))
        definition = _definition(fn)
        found = None if definition is None else _matched(definition, tree)
        return None if found is None else Group(self.of(found["u"]))
