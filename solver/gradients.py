"""Adds derived gradients to a working, in the order of the page, and keeps what proves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solver.formula.check import largest_difference
from solver.formula.differentiate import Derived, differentiate
from solver.formula.functions import FUNCTIONS
from solver.formula.shape import SCALAR
from solver.formula.symbol import Symbol, default_symbol
from solver.formula.tree import Call, Name, Tree, bare, names
from solver.formula.value import Env
from solver.working import Line, Stated, Step, Working


@dataclass(slots=True)
class Proof:
    """What a check by central differences needs. variables: each variable with the name of its gradient."""

    working: Working
    chain: list[tuple[str, Tree]]
    output: str
    variables: dict[str, str]

    def largest_difference(self, exact: Env) -> float:
        """The largest relative difference of those gradients whose exact values are known."""
        given = {i.name: i.numbers.value for i in self.working.items.values() if isinstance(i, Stated)}
        gradients = {name: exact[made] for name, made in self.variables.items() if made in exact}
        return largest_difference(self.chain, self.output, gradients, given)


def add_gradients(
    working: Working,
    output: str,
    wrt: Sequence[str],
    titles: Mapping[str, str] | None = None,
    *,
    end: Tree | None = None,
) -> list[str]:
    """Adds the steps that lead to the gradients of `output` by each name of `wrt`; returns the gradients' names.

    titles: how a step is introduced, by its name. end: a formula that stands for the output where the working itself
    has none. Raises FormulaError where there is no derivative.
    """
    needed = set(working.closure([output] if end is None else names(end)))
    steps = [item for item in working.items.values() if isinstance(item, Step) and item.name in needed]
    chain = [(item.name, item.formula) for item in steps] + ([] if end is None else [(output, end)])
    derived = differentiate(chain, output, wrt, {**working.shapes, output: working.shapes.get(output, SCALAR)})
    for made in derived:
        reached = made.of in needed
        _add(working, made, output, (titles or {}).get(made.name, ""), reached)
    variables = {made.of: made.name for made in derived if made.kind == "gradient"}
    working.proofs.append(Proof(working, chain, output, variables))
    return [f"grad_{name}" for name in wrt]


def _add(working: Working, made: Derived, output: str, title: str, reached: bool) -> None:
    of, symbol = working.symbols[made.of], working.symbols.get(output) or default_symbol(output)
    match made.kind:
        case "slope":
            symbol = Symbol("f", prime=True, argument=of)
            title = title or f"Slope of the activation at {{{made.of}}}"
            why = _kink(working, made)
        case "delta":
            symbol = Symbol("delta", sub=of.base + of.sub, argument=of.argument)
            title = title or f"Gradient at the net input of {{{made.of}}}"
            why = made.match.pair.reason if made.match else ""
        case _:
            symbol = symbol._replace(wrt=of)
            title = title or f"Gradient by {{{made.of}}}"
            why = made.match.pair.reason if made.match else ""
            if not reached:
                why = f"{{{output}}} does not depend on {{{made.of}}}"
    step = Step(made.name, made.formula, title, why, derivation=_derivation(made))
    working.add(step, working.shapes[made.of], symbol)


def _kink(working: Working, made: Derived) -> str:
    """The convention where an activation has no derivative at 0."""
    for item in working.items.values():
        top = bare(item.formula) if isinstance(item, Step) else None
        if isinstance(top, Call) and FUNCTIONS[top.fn].kink and bare(top.args[0]) == Name(made.of):
            return f"{FUNCTIONS[top.fn].title} has no slope at exactly 0; there the slope from the left is used"
    return ""


def _derivation(made: Derived) -> tuple[Line, ...]:
    """How a known pair comes to its short form."""
    if made.match is None:
        return ()
    lines = [Line(made.match.fill(text), note=reason) for text, reason in made.match.pair.derivation]
    return (lines[0]._replace(left=Name(made.name)), *lines[1:])
