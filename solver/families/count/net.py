"""The names of a network on their way to the page: sizes of volumes, what a layer costs, and which row it stands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from solver.errors import FormulaError, Place, nearest
from solver.families.count.architecture import CountLayer, Given
from solver.formula.parse import parse
from solver.formula.source import source
from solver.formula.symbol import Symbol, default_symbol
from solver.formula.tree import Name, Num, Tree, names, rebuild, replace_names
from solver.formula.walks.polynomial import polynomial, written
from solver.formula.walks.rational import rational
from solver.formula.walks.value import value
from solver.rounding import Floats
from solver.spec.nodes import Report
from solver.working.equation import Floored
from solver.working.page import Repeat, Working
from solver.working.roles import Role
from solver.working.tally import TallyRow

LARGEST = 10**15
"""Counts beyond this cannot be told apart as floats."""
MAX_SIZE = 10**7
MOST_LAYERS = 5_000
LETTERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "vector": ((),),
    "sequence": ((), ("T",)),
    "image": ((), ("L",), ("H", "W"), ("Z", "H", "W")),
}
"""The names of a volume's axes besides its features, by kind and how many there are."""
SAID = {"L": "length", "T": "length", "H": "height", "W": "width", "Z": "depth"}


class UnfitError(Exception):
    """A layer that does not fit what stands before it; it is noted where it stands."""

    def __init__(self, place: Place, message: str, hint: str = "") -> None:
        self.place, self.message, self.hint = place, message, hint
        super().__init__(message)


class EndlessError(UnfitError):
    """A network that would not end: nothing more is looked at."""


class Output(NamedTuple):
    """What a layer puts out: the names of its channels (or features) and of the sizes of its axes.

    kind: image, sequence (of feature vectors) or vector. reach: of each axis, the names of its receptive field and of
    the distance between neighbours, in cells of the input. features: empty for a sequence of words.
    """

    features: str
    axes: tuple[str, ...]
    kind: str
    reach: tuple[tuple[str, str], ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every name, the features first."""
        return tuple(name for name in (self.features, *self.axes) if name)


LOST = Output("", (), "lost")
"""Behind a layer that does not fit, where its output cannot be told."""


class Counted(Floored):
    """A count, small enough to be exact."""

    def misfit(self, value: Floats) -> FormulaError | None:
        """A count that is too large, or no whole number."""
        if float(value.max()) > LARGEST:
            return FormulaError(f"{self.name} is more than {LARGEST:,}", "smaller layers can be counted exactly")
        return super().misfit(value)


@dataclass
class Net:
    """The working of a network as it grows, layer by layer.

    known: the value of every size. symbolic: sizes are words, and all that is made are formulas (`definitions`).
    outputs: of layers, by name; made: layers with theirs, in order. rows: of the table. groups: names by what a part may
    call them together. misfits: where something did not fit; doubtful: the names of sizes behind it; tags:
    of layers, fitting or not; lost: whether layers were left out behind a misfit.
    """

    given: Given
    report: Report
    symbolic: bool = False
    working: Working = field(default_factory=Working)
    known: dict[str, Floats] = field(default_factory=dict)
    definitions: dict[str, Tree] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)
    rows: dict[str, TallyRow] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    made: list[tuple[At, Output]] = field(default_factory=list)
    layers: int = 0
    doubtful: set[str] = field(default_factory=set)
    misfits: set[Place] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    lost: bool = False

    def note(self, error: UnfitError) -> None:
        """Notes a misfit, once where a block repeats it."""
        if error.place not in self.misfits:
            self.misfits.add(error.place)
            self.report.add(error.place, error.message, error.hint)

    def doubted(self, out: Output, features: Tree | None = None) -> Output:
        """What a layer that does not fit would have put out, by names of its own: no misfit of sums follows from it."""

        def copied(name: str) -> str:
            made = f"{name}?"
            self.doubtful.add(made)
            self.definitions[made] = self.definitions[name]
            if name in self.known:
                self.known[made] = self.known[name]
            return made

        made = out._replace(features=copied(out.features), axes=tuple(map(copied, out.axes)), reach=())
        if features is not None:
            self.definitions[made.features] = features
            if isinstance(features, Num):
                self.known[made.features] = features.value
        return made

    def number(self, name: str) -> int:
        """The value of a size."""
        return int(self.known[name].item())

    def text(self, name: str) -> str:
        """The value of a size in words: its number, or the word that stands for it."""
        if not self.symbolic:
            return f"{self.number(name):,}"
        put_in = self.expanded(Name(name))
        made = polynomial(put_in)
        tree = put_in if made is None else written(made, names(put_in))
        return source(tree).replace("**", "^").replace("*", "·")

    def expanded(self, tree: Tree) -> Tree:
        """A formula with every name that is computed replaced by its formula, down to the words of the question."""
        if isinstance(tree, Name) and tree.id in self.definitions:
            return self.expanded(self.definitions[tree.id])
        return rebuild(tree, self.expanded)

    def sizes(self, out: Output) -> str:
        """An output's sizes as 64×112×112."""
        return "×".join(str(self.text(name)).replace(",", "") for name in self.ordered(out))

    def ordered(self, out: Output) -> tuple[str, ...]:
        """The names of an output's sizes in the order in which they are written."""
        last = out.kind == "sequence" or (out.kind == "image" and self.given.order == "channels-last")
        return tuple(name for name in ((*out.axes, out.features) if last else (out.features, *out.axes)) if name)

    def state(self, name: str, tree: Tree, title: str, kind: str, symbol: Symbol | None = None) -> None:
        """States a given number."""
        self.definitions[name] = tree
        if not self.symbolic and isinstance(tree, Num):
            self.working.given(name, tree, title, symbol)
            self.known[name] = tree.value
            self.repeats(name, kind)

    def step(
        self, name: str, tree: Tree, title: str, kind: str, *, why: str = "", symbol: Symbol | None = None,
        role: Role | None = None, size: bool = False,
    ) -> None:  # fmt: skip
        """Adds a count. size: one that later layers depend on."""
        self.definitions[name] = tree
        if self.symbolic:
            return
        self.working.add(Counted(name, tree, title, why, whole=True), symbol=symbol, role=role)
        if size:
            self.known[name] = value(tree, self.known)
        self.repeats(name, kind)

    def repeats(self, name: str, kind: str) -> None:
        """Notes the how-manieth of its kind this is: the first is worked out, the table says the others."""
        self.seen[kind] = self.seen.get(kind, 0) + 1
        self.working.repeats[name] = Repeat(self.seen[kind], name, counts="layer", few=True)

    def group(self, word: str, name: str) -> None:
        """Lets a part ask for a name by one word more."""
        self.groups.setdefault(word, []).append(name)

    def whole(self, tree: Tree, scope: Mapping[str, Tree], place: Place, what: str, least: int = 1) -> Tree:
        """A number that words of a block may stand in; where sizes are symbols, a formula. Raises UnfitError."""
        tree = replace_names(tree, scope)
        found = rational(tree)
        if found is None:
            if self.symbolic and names(tree):
                return tree
            word = next(iter(names(tree)), "")
            hint = f"where: {{{word}: 3}} gives it a number; " + nearest(word, scope) if word else ""
            raise UnfitError(place, f"{what} is {source(tree)}, expected a whole number", hint.removesuffix("; "))
        if found.denominator != 1 or not least <= found <= MAX_SIZE:
            raise UnfitError(place, f"{what} is {found}, expected a whole number from {least} to {MAX_SIZE:,}")
        return Num(str(int(found)))


@lru_cache(maxsize=2048)
def _template(text: str) -> Tree:
    return parse(text)


class At:
    """A layer at its place: states its numbers and makes steps from formulas in short local names, `n*(D*F**2 + 1)`.

    tag: its name; title: how its steps are introduced; local: what the short names stand for. reached: the name of its
    receptive field; area: the cells of one channel of its filter, in short names.
    """

    def __init__(
        self, net: Net, layer: CountLayer, tag: str, before: Output, scope: Mapping[str, Tree], kind: str
    ) -> None:
        self.net, self.layer, self.tag, self.before, self.scope, self.kind = net, layer, tag, before, scope, kind
        self.title = tag.replace("_", " ")
        self.reached = self.area = ""
        self.local = {f"X{i}": name for i, name in enumerate(before.axes, 1)} | {"D": before.features}

    def bias(self) -> bool:
        """Whether this layer has biases."""
        return self.net.given.bias if self.layer.bias is None else self.layer.bias

    def unfit(self, field: str, message: str, hint: str = "") -> UnfitError:
        """What does not fit, at a field of this layer."""
        return UnfitError(self.layer.place(field), message, hint)

    def tree(self, template: str) -> Tree:
        """A formula in local names, in those of the page."""
        return replace_names(_template(template), {short: Name(name) for short, name in self.local.items()})

    def worth(self, template: str) -> int:
        """The value of a formula of sizes."""
        return int(value(self.tree(template), self.net.known).item())

    def state(self, letter: str, tree: Tree, what: str, field: str = "", least: int = 1) -> int:
        """States one of the layer's numbers under a local name; its value, 0 where it is a symbol."""
        made = self.net.whole(tree, self.scope, self.layer.place(field), f"{what} of {self.title}", least)
        name = f"{letter}_{self.tag}"
        self.net.state(name, made, f"{self.title}: {what}", f"{self.kind} {letter}")
        self.local[letter] = name
        return int(made.text) if isinstance(made, Num) else 0

    def several(self, letter: str, trees: Sequence[Tree], what: str, field: str, least: int = 1) -> tuple[str, ...]:
        """States a number for each axis: one name where all are the same; the local names, one an axis."""
        axes = len(self.before.axes)
        if len(trees) not in (1, axes):
            raise self.unfit(field, f"{what} of {self.title} has {len(trees)} numbers, its input {axes} axes")
        if len({source(tree) for tree in trees}) == 1:
            self.state(letter, trees[0], what, field, least)
            return (letter,) * axes
        made = []
        for tree, axis in zip(trees, LETTERS["image"][axes], strict=True):
            self.state(f"{letter}{axis}", tree, what, field, least)
            made.append(f"{letter}{axis}")
        return tuple(made)

    def size(self, letter: str, template: str, what: str, why: str = "", of: str = "") -> str:
        """A step for one size of the output; its name."""
        name = f"{letter}_{self.tag}"
        role = Role("size", of) if of else None
        tree = self.tree(template)
        title = f"{self.title}: {what}"
        self.net.step(name, tree, title, f"{self.kind} {letter} {template}", why=why, role=role, size=True)
        if not self.net.symbolic and self.net.number(name) < 1:
            raise self.unfit("", f"{what} of {self.title} is {self.net.number(name)}", "an output is at least 1")
        self.net.group("sizes", name)
        self.net.group(self.tag, name)
        return name

    def count(self, word: str, template: str, title: str, why: str = "", base: str = "") -> str:
        """A step for what the layer costs; its name. base: what it is written as, where that is not the word."""
        name = f"{word}_{self.tag}"
        symbol = default_symbol(name)._replace(base=base) if base else None
        self.net.step(
            name,
            self.tree(template),
            f"{self.title}: {title}",
            f"{self.kind} {word} {template}",
            why=why,
            symbol=symbol,
        )
        self.net.group(word, name)
        return name

    def out(self, output: Output, said: str) -> Output:
        """Ends the layer: its output by its name, and its row."""
        if not self.net.doubtful.isdisjoint(self.before.all):
            self.net.doubtful.update(output.all)
        self.net.outputs[self.tag] = output
        self.local |= {"E": output.features} | {f"Y{i}": name for i, name in enumerate(output.axes, 1)}
        cells = {"receptive field": self.reached} if self.reached else {}
        self.net.rows[self.tag] = TallyRow(self.title, said, self.net.ordered(output), cells)
        self.net.made.append((self, output))
        return output


Maker = Callable[[At], Output]
