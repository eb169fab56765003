"""What a family makes of a question's givens: named quantities and the ordered steps that lead to them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from solver.errors import FormulaError
from solver.formula.parse import parse
from solver.formula.symbol import Symbol, default_symbol
from solver.formula.tree import Array, Literal_, Num, Tree
from solver.formula.usage import SymbolTable
from solver.formula.walks.shape import SCALAR, Shape, shape_alike
from solver.formula.walks.stable import restated, stable
from solver.named import NamedTuple, Structure, field
from solver.rounding import Floats
from solver.working.items import Answer, Item, Listing, Stated, Statement, Step
from solver.working.roles import Role, RoleKind
from solver.working.tally import Tally

if TYPE_CHECKING:  # few questions have a figure
    from solver.working.sketches import Sketch


_SAMPLE = 8
MAX_QUANTITIES = 30_000
"""The most quantities of one working, and of all that is read together."""
MAX_NUMBERS = 20_000_000
"""The most numbers that the quantities of one working hold."""


class Proof(Protocol):
    """A check of derived gradients against the formulas themselves.

    variables: each variable with the name of its gradient.
    """

    @property
    def variables(self) -> Mapping[str, str]: ...
    def largest_difference(self, exact: dict[str, Floats]) -> float: ...


class Gradients(Protocol):
    """Gradients that parts may ask for, and that a working has only then."""

    def ask(self, names: Iterable[str] | None = None) -> list[str]:
        """The names of the gradients by the names given, or by everything that is given.

        Raises KeyError for a name without a gradient, FormulaError where the output is no scalar.
        """

    def derived(self, gradients: Iterable[str]) -> Working:
        """The working with these gradients in it; raises FormulaError where there is no derivative."""


class Repeat(NamedTuple):
    """A step that every iteration repeats with new numbers: from the second on, only its number is shown, in a table.

    series: the quantity that is made again and again. heading: the symbol above its column; None where it is in no
    column. shown: whether it is worked out in full all the same. counts: what is counted: iterations, times, layers, an author's own letter.
    few: whether those that a part asks for are worked out in full, too, where they are few.
    """

    iteration: int
    series: str
    heading: Symbol | None = None
    shown: bool = False
    counts: str = "iteration"
    few: bool = False


class Working(Structure):
    """Named quantities in the order of the page: what is given, then steps that use only what stands above them.

    groups: what a part may ask for under one word, `hidden` for u1, h1, u2, h2.
    default: what a part finds that asks for nothing; every step if empty.
    It is final when its family returns it. gradients: what parts may ask gradients of. proofs: what checks those among the items. repeats: the steps of iterations, by name. places: of the items, from the top.
    roles: what quantities are to others.
    absent: what parts may expect that is not here, with what it needs. tallies: the tables that state what repeats.
    others: what other programs say of the same, in a table. offers: what is worked out only where a part asks for it, by
    name: each adds it. figures: what can be drawn of it, by the word of `figure:`; undrawn: why one of them is not.
    numbers: how many all quantities hold. full: whether one was too many.
    in_rows: makes the working anew with vectors as rows, where its lines cannot be turned one by one.
    """

    items: dict[str, Item] = field(default_factory=dict)
    symbols: SymbolTable = field(default_factory=SymbolTable)
    shapes: dict[str, Shape] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    default: tuple[str, ...] = ()
    gradients: Gradients | None = None
    proofs: list[Proof] = field(default_factory=list)
    repeats: dict[str, Repeat] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    tallies: list[Tally] = field(default_factory=list)
    others: Callable[[], Listing] | None = None
    offers: dict[str, Callable[[Working], None]] = field(default_factory=dict)
    figures: dict[str, Callable[[], Sketch]] = field(default_factory=dict)
    undrawn: dict[str, str] = field(default_factory=dict)
    numbers: int = 0
    full: bool = False
    in_rows: Callable[[], Working] | None = None

    def given(
        self, name: str, numbers: Literal_, title: str = "", symbol: Symbol | None = None, role: Role | None = None
    ) -> None:
        """States a given quantity; a 1×1 array is a scalar."""
        if isinstance(numbers, Array) and numbers.value.shape == SCALAR:
            numbers = Num(numbers.text(0, 0))
        height, width = numbers.value.shape
        self.add(Stated(name, numbers, title), (height, width), symbol, role)

    def step(
        self,
        name: str,
        formula: str | Tree,
        title: str = "",
        *,
        why: str = "",
        symbol: Symbol | None = None,
        whole: bool = False,
        role: Role | None = None,
        again: str = "",
    ) -> None:
        """Adds a step; raises FormulaError where its formula uses an unknown name or shapes that do not fit."""
        tree = parse(formula) if isinstance(formula, str) else formula
        self.add(Step(name, tree, title, why, whole, again=again), shape_alike(tree, self.shapes), symbol, role)

    def stable(self, formula: Tree, opaque: Container[str] = ()) -> Tree:
        """The stable form of a formula, from the definitions of its names, but for those that are to stand."""
        return stable(formula, lambda name: None if name in opaque else self._definition(name), self._binary)

    def _definition(self, name: str) -> Tree | None:
        return self.items[name].definition if name in self.items else None

    def _binary(self, name: str) -> bool:
        """Whether a given quantity is of zeros and ones."""
        numbers = self.items[name].value({}) if name in self.items and self.items[name].given else None
        if numbers is not None and numbers.size == 1:
            return numbers.item() in (0.0, 1.0)
        if numbers is None or not {0.0, 1.0}.issuperset(numbers.flat[:_SAMPLE].tolist()):
            return False
        return numbers.size <= _SAMPLE or bool(((numbers == 0) | (numbers == 1)).all())

    def statement(
        self,
        name: str,
        answer: Answer,
        title: str = "",
        *,
        points: Iterable[str] = (),
        why: str = "",
        points_answer: bool = False,
        offered: Iterable[str] = (),
        also: Iterable[str] = (),
    ) -> None:
        """Adds an answer in words."""
        self.add(Statement(name, answer, title, tuple(points), why, points_answer, tuple(offered), tuple(also)))

    def group(self, word: str, members: Iterable[str]) -> None:
        """Lets a part ask for several names by one word."""
        self.groups[word] = tuple(members)

    def add(self, item: Item, size: Shape = SCALAR, symbol: Symbol | None = None, role: Role | None = None) -> None:
        """Adds an item of any kind, rows × columns `size`; raises FormulaError where its name is taken, or all is too much."""
        if item.name in self.items:
            raise FormulaError(f"{item.name!r} is defined twice", "a name stands for one quantity")
        self.numbers += size[0] * size[1] if isinstance(size[0], int) and isinstance(size[1], int) else 0
        self.full = len(self.items) >= MAX_QUANTITIES or self.numbers > MAX_NUMBERS
        if self.full:
            most = f"the most is {MAX_QUANTITIES:,} quantities with {MAX_NUMBERS:,} numbers in all"
            raise FormulaError("this is too much to work out", most)
        formula = item.definition
        if formula is not None and (made := restated(formula, self._definition, self._binary)):
            item.restated = made
        self.places[item.name] = len(self.items)
        self.items[item.name] = item
        self.shapes[item.name] = size
        self.symbols[item.name] = (symbol or default_symbol(item.name)).shaped(size)
        if role is not None:
            self.roles[item.name] = role

    def having(self, kind: RoleKind) -> dict[str, str]:
        """The quantities of one role, in the order of the page: what each is of, with its name."""
        return {role.of: name for name, role in self.roles.items() if role.kind == kind}

    def copy(self) -> Working:
        """A working that can grow without changing this one."""
        return self.replaced(
            **{name: value.copy() for name, value in vars(self).items() if isinstance(value, dict | list)}
        )

    def findable(self) -> list[str]:
        """Every word a part may ask for; an answer without a name goes by its group."""
        return [word for word in (*self.groups, *self.items, *self.offers) if word]

    def __getstate__(self) -> dict[str, object]:
        """What goes to another process: what nobody asked for and figures stay behind, since functions cannot go."""
        return self.__dict__ | {"offers": {}, "figures": {}}

    def offer(self, name: str, add: Callable[[Working], None]) -> None:
        """Offers a quantity, which `add` adds where a part asks for it."""
        self.offers[name] = add

    def expand(self, words: Iterable[str]) -> list[str]:
        """The names that words ask for, each once; no words ask for the default. Raises KeyError for an unknown word."""
        words, asked = tuple(words), dict[str, None]()
        for word in words:
            if word not in self.groups and word not in self.items and word not in self.offers:
                raise KeyError(word)
            asked.update(dict.fromkeys(self.groups.get(word, (word,))))
        for name in asked:
            if name in self.offers:
                self.offers.pop(name)(self)
        if not words:
            every = (n for n, item in self.items.items() if not item.given)
            asked = dict.fromkeys(self.default or every)
        return list(asked)

    def closure(self, asked: Iterable[str], known: Container[str] = ()) -> list[str]:
        """The names asked for and all they need, in the order of the page. known: names whose needs do not count."""
        wanted, items = set[str](), self.items
        new = set(asked)
        while new:
            wanted |= new
            new = set[str]().union(*[items[name].needs for name in new if name not in known]) - wanted
        return sorted(wanted, key=self.places.__getitem__)

    def offer_graph(self, nodes: int, most: int, draw: Callable[[], Sketch]) -> None:
        """A graph of so many nodes as a figure; or why it is none, where they are too many."""
        if nodes <= most:
            self.figures["graph"] = draw
        else:
            self.undrawn["graph"] = f"a graph of {nodes} nodes is too large to be drawn: {most} at the most"

    def work_out(self, name: str, exact: dict[str, Floats]) -> None:
        """Adds the exact number of a quantity to those of all that it needs, for what decides by numbers what comes next."""
        made = self.items[name].precise(exact)
        assert made is not None
        exact[name] = made

    def program(self, names: Iterable[str]) -> Iterator[tuple[str, Item]]:
        """These names with their items, as the evaluator takes them."""
        return ((name, self.items[name]) for name in names)
