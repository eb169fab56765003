"""Adds derived gradients to a working, in the order of the page, and keeps what proves them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial

import numpy as np

from solver.errors import FormulaError
from solver.formula.calculus.alike import differentiate_alike
from solver.formula.calculus.check import largest_difference
from solver.formula.calculus.differentiate import Derived, gradient_name
from solver.formula.form import form
from solver.formula.functions import FUNCTIONS
from solver.formula.symbol import Symbol, default_symbol
from solver.formula.tree import Name, Tree, names
from solver.formula.walks.evaluate import evaluate
from solver.formula.walks.shape import SCALAR, shape_alike, show
from solver.formula.walks.value import Env, finite, value
from solver.named import Structure
from solver.rounding import Floats
from solver.working.items import Item, Line, Step
from solver.working.page import Repeat, Working
from solver.working.roles import Role


class DifferencesProof(Structure):
    """What a check by central differences needs. variables: each variable with the name of its gradient."""

    working: Working
    chain: list[tuple[str, Tree]]
    output: str
    variables: dict[str, str]

    def largest_difference(self, exact: dict[str, Floats]) -> float:
        """The largest relative difference of those gradients whose exact values are known.

        What the chain starts from, and no part has asked for, is computed and added to the exact values.
        Raises FormulaError where nothing confirms them as a formula of the chain has no value.
        """
        defined = {name for name, _ in self.chain}
        used = [n for _, tree in self.chain for n in form(tree)[1]]
        inputs = [n for n in dict.fromkeys([*used, *self.variables]) if n not in defined]
        gradients = {name: exact[made] for name, made in self.variables.items() if made in exact}
        missing = (name for name in self.working.closure(inputs, exact) if name not in exact)
        evaluate(self.working.program(missing), exact, _unchecked)
        items, chain, known = self.working.items, [], {}
        plain, reached = defined.isdisjoint(self.variables), defined.union(inputs)
        for name, tree in self.chain:
            item = items.get(name)
            if item is not None and item.definition is tree and (plain or item.restated is None):  # as it was solved
                solved = item.restated or tree
                if not reached.issuperset(form(solved)[1]):  # it passes by what the chain starts from
                    solved = self.working.stable(tree, reached)
                chain.append((name, solved))
                if name in exact:
                    known[name] = exact[name]
            else:
                chain.append((name, self.working.stable(tree, self.variables)))
        found = largest_difference(chain, self.output, gradients, {n: exact[n] for n in inputs}, known)
        if found == np.inf:
            _each_has_a_value(chain, exact)
        return found


def _each_has_a_value(chain: Iterable[tuple[str, Tree]], env: Env) -> None:
    """Raises FormulaError for the first formula that has none."""
    known = dict(env)
    for name, tree in chain:
        if name not in known:
            try:
                known[name] = finite(tree, known)
            except FormulaError as error:
                raise FormulaError(f"{name}: {error.message}", error.hint) from None


def _unchecked(item: Item, env: Env) -> Floats | None:
    """The value of an item, which may be infinite: then the proof fails, and says so."""
    formula = item.restated or item.definition
    return item.value(env) if formula is None else value(formula, env)


class OnDemand(Structure):
    """The gradients of an output, derived together once it is known which of them are asked for.

    wrt: the variables where none are named; all that is given and leads to the output if left out. through: quantities
    whose gradients are steps on the way.
    """

    working: Working
    output: str
    wrt: Sequence[str] = ()
    through: Sequence[str] = ()

    def ask(self, names: Iterable[str] | None = None) -> list[str]:
        """The names of the gradients by `names`, or by `wrt`.

        Raises KeyError for what has no gradient, FormulaError where the output is no scalar.
        """
        items, size = self.working.items, self.working.shapes[self.output]
        if size != SCALAR:
            hint = "sum it, or name another quantity as the output"
            raise FormulaError(f"{self.output} is {show(size)}, but only a scalar has a gradient", hint)
        if names is None:
            names = self.wrt or [n for n in self.working.closure([self.output]) if items[n].given]
        names = list(names)
        for name in names:
            if name not in items or not (items[name].given or items[name].definition):
                raise KeyError(name)
        return [gradient_name(name) for name in names]

    def derived(self, gradients: Iterable[str]) -> Working:
        """The working with the steps that lead to what was asked for; raises FormulaError where there is no derivative."""
        variables = {gradient_name(name): name for name in self.working.items}
        made = self.working.copy()
        asked = [variables[name] for name in gradients]
        add_gradients(made, self.output, list(dict.fromkeys([*asked, *self.through])))
        return made


def add_gradients(
    working: Working,
    output: str,
    wrt: Sequence[str],
    titles: Mapping[Role, str] | None = None,
    *,
    begins: Callable[[str], str] = str,
    end: Tree | None = None,
    inputs: Collection[str] = (),
    ending: str = "",
) -> list[str]:
    """Adds the steps that lead to the gradients of `output` by each name of `wrt`; returns the gradients' names.

    titles: how a step is introduced, by its role; begins: what is made of every title. end: a formula that stands for the output where the working itself
    has none. inputs: computed quantities that count as given here, such as the weights that an earlier update made.
    ending: of the names of what is made, where the same is derived of several outputs.
    Raises FormulaError where there is no derivative.
    """
    steps, needed = _leading_to(working, [output] if end is None else names(end), inputs)
    chain = steps + ([] if end is None else [(output, end)])
    shapes = {name: working.shapes[name] for name in (*needed, *wrt)}
    leading, introduced = set(needed), titles or {}
    derived = differentiate_alike(
        chain, output, wrt, {output: SCALAR, **shapes}, _Distributions(working), working.items, ending
    )
    for made in derived:
        reason = _reason(made, output) if made.of in leading else f"{{{output}}} does not depend on {{{made.of}}}"
        role = Role(made.kind, made.of)
        _add(working, made, output, role, introduced.get(role, ""), reason, begins)
    variables = {made.of: made.name for made in derived if made.kind == "gradient"}
    working.proofs.append(DifferencesProof(working, chain, output, variables))
    return [gradient_name(name) + ending for name in wrt]


def _leading_to(
    working: Working, ends: Sequence[str], inputs: Collection[str]
) -> tuple[list[tuple[str, Tree]], list[str]]:
    """The formulas from `inputs` to `ends` in the order of the page, and every name they use."""
    needed = working.closure(ends, inputs)
    formulas = ((name, working.items[name].definition) for name in needed if name not in inputs)
    return [(name, tree) for name, tree in formulas if tree is not None], needed


class _Distributions:
    """The given quantities whose columns, or rows, sum to 1: looked at when somebody asks."""

    def __init__(self, working: Working) -> None:
        self.items = working.items

    def __contains__(self, of: object) -> bool:
        assert isinstance(of, tuple)
        name, along = of
        item = self.items.get(name)
        numbers = item.value({}) if item is not None and item.given else None
        if numbers is None:
            return False
        with np.errstate(over="ignore"):  # what overflows sums to something else
            return bool(np.abs(numbers.sum(axis=0 if along == "columns" else 1) - 1.0).max() <= 1e-9)


def _add(
    working: Working, made: Derived, output: str, role: Role, title: str, why: str, begins: Callable[[str], str]
) -> None:
    of, size = working.symbols[made.of], shape_alike(made.formula, working.shapes)
    match made.kind:
        case "slope":
            symbol = Symbol("f", prime=True, argument=of)
            title = title or f"Slope of the activation at {{{made.of}}}"
        case "delta":
            symbol = Symbol("delta", of.base + of.sub, of.sup, of.argument, False, None, size)
            title = title or f"Gradient at the net input of {{{made.of}}}"
        case _:
            symbol = (working.symbols.get(output) or default_symbol(output))._replace(wrt=of)
            title = title or f"Gradient with respect to {{{made.of}}}"
    step = Step(made.name, made.formula, begins(title), why, derive=partial(_derivation, made))
    working.add(step, size, symbol, role)
    repeat = working.repeats.get(made.of)
    if repeat is not None:  # what is found of a time that is not shown in full is not either
        iteration, _, _, shown, counts, few = repeat
        working.repeats[made.name] = Repeat(iteration, made.name, None, shown, counts, few)


def _reason(made: Derived, output: str) -> str:
    """Why the formula is as short as it is, and the convention where a function has no derivative."""
    if made.flat and made.kind == "slope":
        return "the function changes in steps only: the slope between them is 0"
    if made.flat:
        return f"{{{output}}} changes with {{{made.of}}} in steps only, or not at all: the slope between them is 0"
    reasons = [made.match.pair.reason] if made.match else []
    reasons += made.reasons
    reasons += [f"{FUNCTIONS[fn].title} {FUNCTIONS[fn].at_kink}" for fn in made.kinked]
    return "; ".join(reasons)


def _derivation(made: Derived) -> tuple[Line, ...]:
    """How a known pair comes to its short form."""
    if made.match is None:
        return ()
    lines = [Line(made.match.fill(text), note=(reason,)) for text, reason in made.match.pair.derivation]
    return (lines[0]._replace(left=Name(made.name)), *lines[1:])
