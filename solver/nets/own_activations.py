"""An author's own functions of one number, such as {swish: u*sigmoid(u)}: read, differentiated, checked."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from solver.errors import FormulaError, nearest
from solver.formula.calculus.check import TOLERANCE, largest_difference
from solver.formula.functions import ACTIVATIONS, FUNCTIONS, Own
from solver.formula.parse import is_name, parse_using
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Bin, Call, Name, Transpose, Tree, bare, names, walk
from solver.formula.walks.value import Env, value
from solver.spec.fields import Spec
from solver.spec.nodes import Node, Report
from solver.working.items import Derivation, Line
from solver.working.page import Working
from solver.working.roles import Role

MAX_ACTIVATIONS = 20


def read_activations(texts: Mapping[str, str], given: Spec, report: Report) -> dict[str, Own]:
    """Each function by its name; one may use those above it. What cannot be read is noted at its key."""
    own: dict[str, Own] = {}
    for fn, text in texts.items():
        place = given.place("activations", fn)
        if not is_name(fn) or fn == "u":
            hint = "the table has it already" if fn in FUNCTIONS else "a name has letters, digits and _"
            report.add(place, f"{fn[:60]!r} cannot name a function", hint)
            continue
        try:
            tree = bare(parse_using(text, own))
        except FormulaError as error:
            report.add(place, f"{fn}: {error.message}", error.hint)
            continue
        unknown = [name for name in names(tree) if name != "u"]
        if unknown:
            report.add(place, f"{fn} uses {unknown[0][:60]!r}", nearest(unknown[0], ["u"]))
        elif not _elementwise(tree):
            hint = "use + - * / ** and functions with a derivative of one number, such as exp or tanh"
            report.add(place, f"{fn} is no elementwise function of u", hint)
        else:
            from solver.formula.calculus.own_functions import own_function  # few questions bring functions

            try:
                own[fn] = own_function(fn, tree)
            except FormulaError as error:
                report.add(place, f"{fn}: {error.message}", error.hint)
    return own


def known_activations(node: Node) -> list[str]:
    """The activations that a question can name: of the table, and its own."""
    own = node.get("activations")
    return [*ACTIVATIONS, *(key.text for key, _ in (own.entries if own else ()))]


def note_activation(word: Node | None, known: list[str], report: Report) -> None:
    """Notes a word that names none of the known activations."""
    if word is not None and word.kind == "scalar" and word.text not in known:
        report.unknown(word, "activation", word.text, known)


def _elementwise(tree: Tree) -> bool:
    for node in walk(tree):
        if isinstance(node, Transpose | Array) or (isinstance(node, Bin) and node.op == "@"):
            return False
        if isinstance(node, Call) and FUNCTIONS[node.fn].derivative is None:
            return False
    return "u" in names(tree)


def add_activation(working: Working, own: Own) -> None:
    """Adds a function's definition, and `d` + its name for its derivative: derived, shortened and checked.

    Raises FormulaError where the derivative cannot be found, or central differences do not confirm it.
    """
    from solver.formula.calculus.symbolic import derivative

    fn, formula = str(own), own.formula
    slope = derivative(formula, "u")
    found = _difference(formula, slope)
    if not found <= TOLERANCE:
        raise FormulaError(f"the derivative of {fn} differs from central differences by {found:.1g}")
    symbol = Symbol(fn, argument="u")
    working.add(Derivation(fn, formula, (Line(formula, left=Name(fn)),)), symbol=symbol, role=Role("function", fn))
    line = Line(slope, left=Name(f"d{fn}"), note=(f"checked by central differences: largest difference {found:.0e}",))
    working.add(
        Derivation(f"d{fn}", slope, (line,), f"Derivative of {fn}", needs=(fn,)),
        symbol=symbol._replace(prime=True),
        role=Role("function", f"d{fn}"),
    )


def _difference(formula: Tree, slope: Tree) -> float:
    """The largest difference between a derivative and central differences at random points; inf where it has no value."""
    from solver.formula.calculus.instances import instances

    def values(env: Env) -> Env:
        return {"y": value(formula, env), "slope": value(slope, env)}

    chain = [("J", Call("sum", (formula,)))]
    worst = [
        largest_difference(chain, "J", {"u": np.broadcast_to(value(slope, env), env["u"].shape)}, env)
        for env in instances({"u": ("n", 1)}, values)
    ]
    return max(worst, default=float("inf"))
