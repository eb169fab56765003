"""Workings side by side: each quantity under its own working's word, so that one formula can use those of several."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from solver.errors import FormulaError
from solver.formula.form import renamed
from solver.formula.symbol import Symbol
from solver.formula.tree import Literal_, Tree, names
from solver.formula.walks.reduce import Detail, Operands
from solver.formula.walks.value import Env
from solver.rounding import Floats, Format
from solver.working.items import Item, Kind, Line, Listing, Mutants, Stated, Value
from solver.working.page import Working

if TYPE_CHECKING:  # marking alone needs them
    from solver.formula.mistakes.surroundings import Surroundings
    from solver.formula.walks.bounds import Interval

_PLACE = re.compile(r"\{(\w+)\}")


def side_by_side(workings: Mapping[str, Working]) -> Working:
    """One working of several, each name behind the word of its own and a _; each symbol has the word in brackets.

    What belongs to a page as a whole is left out: what other programs say, gradients not yet derived.
    """
    made = Working()
    for word, working in workings.items():
        for name, item in working.items.items():
            role = working.roles.get(name)
            renamed = role and role._replace(of=_name(word, role.of) if role.of in working.items else role.of)
            symbol = _symbol(word, working.symbols[name])
            made.add(_Renamed.of(word, item), working.shapes[name], symbol, renamed)
        for group, members in working.groups.items():
            made.group(_name(word, group), [_name(word, name) for name in members])
        for name, repeat in working.repeats.items():
            heading = repeat.heading and _symbol(word, repeat.heading)
            made.repeats[_name(word, name)] = repeat._replace(series=_name(word, repeat.series), heading=heading)
        default = working.default or tuple(name for name, item in working.items.items() if not item.given)
        made.default = (*made.default, *(_name(word, name) for name in default))
        made.tallies += [tally.beside(word, _name) for tally in working.tallies]
        made.symbols.settled |= {_name(word, name) for name in working.symbols.settled}
        made.absent |= {_name(word, name): hint for name, hint in working.absent.items()}
    return made


def _name(word: str, name: str) -> str:
    return f"{word}_{name}"


def _symbol(word: str, symbol: Symbol) -> Symbol:
    return symbol._replace(sup=f"{symbol.sup}, {word}") if symbol.argument else symbol._replace(argument=word)


class _Renamed(Item):
    """An item under another name, with all names that it uses: whatever is asked of it, the item itself answers."""

    def __init__(self, word: str, item: Item) -> None:
        self.word, self.item = word, item
        self.name = _name(word, item.name)
        self.title = f"{word}: {self._words(item.title)}" if item.title else ""
        self.why = self._words(item.why)
        self.formula = item.formula and self._tree(item.formula)
        self.answer, self.points_answer, self.whole = item.answer, item.points_answer, item.whole
        self.points = tuple(map(self._words, item.points))
        self.steps = self._lines(item.steps)
        self.restated = item.restated and self._tree(item.restated)
        self.again = item.again and _name(word, item.again)
        self.uses = {_name(word, name): name for name in item.needs}

    @classmethod
    def of(cls, word: str, item: Item) -> Item:
        """The item under its new name."""
        made = cls(word, item)
        return item.replaced(name=made.name, title=made.title) if isinstance(item, Stated) else made

    def _tree(self, tree: Tree) -> Tree:
        return renamed(tree, {name: _name(self.word, name) for name in names(tree)})

    def _words(self, text: str) -> str:
        return _PLACE.sub(lambda found: f"{{{_name(self.word, found[1])}}}", text)

    def _lines(self, lines: tuple[Line, ...] | list[Line]) -> tuple[Line, ...]:
        return tuple(
            line._replace(right=self._tree(line.right), left=line.left and self._tree(line.left)) for line in lines
        )

    def _numbers(self, env: Env) -> Env:
        return {name: env[renamed] for renamed, name in self.uses.items()}

    def _intervals(self, env: Mapping[str, Interval]) -> dict[str, Interval]:
        return {name: env[renamed] for renamed, name in self.uses.items()}

    @property
    def derivation(self) -> tuple[Line, ...]:
        """Of the item."""
        return self._lines(self.item.derivation)

    @property
    def kind(self) -> Kind:
        """Of the item."""
        return self.item.kind

    @property
    def needs(self) -> tuple[str, ...]:
        """What the item uses, renamed."""
        return tuple(self.uses)

    def value(self, env: Env) -> Floats | None:
        """Of the item."""
        return self.item.value(self._numbers(env))

    def misfit(self, value: Floats) -> FormulaError | None:
        """Of the item."""
        return self.item.misfit(value)

    def bounds(self, env: Mapping[str, Interval]) -> Interval | None:
        """Of the item."""
        return self.item.bounds(self._intervals(env))

    def mutants(self, around: Surroundings, env: Mapping[str, Interval]) -> Mutants:
        """Of the item, whose mistakes with other quantities are its own working's."""
        if self.formula is None or self.kind != "number":
            return iter(())
        from solver.formula.mistakes.mutate import mutations
        from solver.formula.walks.bounds import bounds

        chosen = around.counting if self.whole else around
        return ((name, bounds(tree, env)) for name, tree in mutations(self.formula, chosen))

    def form(self, policy: Format) -> Format:
        """Of the item."""
        return self.item.form(policy)

    def literal(self, written: Floats, form: Format) -> Literal_:
        """Of the item."""
        return self.item.literal(written, form)

    def shown(self, printed: Literal_) -> Tree:
        """Of the item."""
        return self._tree(self.item.shown(printed))

    def plain(self, written: Floats, form: Format) -> Value:
        """Of the item."""
        return self.source if self.kind == "formula" else self.item.plain(written, form)

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        """Of the item, with its new names."""

        def inner(guard: int) -> Mapping[str, Literal_]:
            found = operands(guard)
            return {name: found[renamed] for renamed, name in self.uses.items()}

        return list(self._lines(self.item.lines(inner, result, form, detail)))

    def listing(self, numbers: Mapping[str, Literal_]) -> Listing | None:
        """Of the item, with its new names."""
        own = {name: numbers[renamed] for renamed, name in self.uses.items()}
        if self.name in numbers:
            own[self.item.name] = numbers[self.name]
        made = self.item.listing(own)
        if made is None:
            return None
        rows = tuple(tuple(cell if isinstance(cell, str) else self._tree(cell) for cell in row) for row in made.rows)
        return made._replace(rows=rows)
