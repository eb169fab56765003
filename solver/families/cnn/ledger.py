"""The names of a network on their way to the page: which are given, which asked for, and what each is worth so far."""

from solver.errors import Place
from solver.families.cnn.given import Given, MisfitError
from solver.formula.parse import parse
from solver.formula.source import source
from solver.formula.symbol import Symbol
from solver.formula.tree import Num, names, replace_names
from solver.formula.walks.evaluate import evaluate
from solver.formula.walks.value import value
from solver.rounding import EXACT, Floats
from solver.working.equation import Floored
from solver.working.items import Step
from solver.working.page import Working

LARGEST = 10**15
"""Counts beyond this cannot be told apart as floats."""


class Ledger:
    """Writes givens and steps into a working, and knows every value so far, each computed by its own step's formula.

    unknowns: the names the question asks for by the word unknown; places: where each of them was asked for;
    asked: what it is, by the field or the axis that it stands for.
    """

    def __init__(self, given: Given) -> None:
        self.given = given
        self.working = Working()
        self.known: dict[str, Floats] = {}
        self.places: dict[str, Place] = {}
        self.asked: dict[str, str] = {}
        self.unknowns: list[str] = []

    def number(self, name: str) -> int:
        """The value of a name."""
        return int(self.known[name].item())

    def state(self, name: str, number: int, title: str = "") -> None:
        """States a given number, once."""
        if name not in self.known:
            stated = Num(str(number))
            self.working.given(name, stated, title)
            self.known[name] = stated.value

    def ask(self, name: str, place: Place, what: str) -> None:
        """Notes a name that the question asks for, and what it is."""
        self.places[name] = place
        self.asked[name] = what
        self.unknowns.append(name)

    def step(
        self, name: str, formula: str, title: str, place: Place, *, why: str = "", symbol: Symbol | None = None
    ) -> None:
        """Adds a step for a whole number and evaluates it."""
        step = Floored(name, parse(formula), title, why, whole=True)
        evaluate([(name, step)], self.known, Step.value)
        if float(self.known[name].item()) > LARGEST:
            raise MisfitError(place, f"{name} is more than {LARGEST:,}", "smaller layers can be counted exactly")
        self.working.add(step, symbol=symbol)

    def with_numbers(self, formula: str) -> str:
        """A formula with the numbers known so far in it, as it would be typed."""
        tree = parse(formula)
        numbers = {name: Num(EXACT.text(float(self.known[name].item()))) for name in names(tree) if name in self.known}
        return source(replace_names(tree, numbers))

    def worth(self, formula: str) -> int:
        """The value of a formula of whole numbers, all of them known."""
        return int(value(parse(formula), self.known).item())

    def missing(self, formula: str) -> list[str]:
        """The names in a formula that have no value yet."""
        return [name for name in names(parse(formula)) if name not in self.known]

    def undetermined(self, name: str, hint: str) -> MisfitError:
        """An unknown that nothing tells."""
        return MisfitError(self.places[name], f"{name} is unknown, and what follows from it is not given", hint)
