"""An author's own functions of one number: each a name that carries its row, as good as one of the table.

    g = own_function("g", parse("u*sigmoid(u)"));  Call(g, (Name("u1"),))

Value, bounds, gradients, mistakes and printers ask the row, and nothing is registered anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from solver.errors import FormulaError
from solver.formula.calculus.local import bends
from solver.formula.calculus.symbolic import plain_derivative
from solver.formula.functions import CONSTANT, FUNCTIONS, word
from solver.formula.functions.intervals import Code, Ends, Given
from solver.formula.functions.row import Function, Own
from solver.formula.interval import Interval
from solver.formula.parse import MAX_DEPTH, MAX_LENGTH
from solver.formula.tree import Call, Group, Name, Num, Tree, children, rebuild, replace_names, walk
from solver.formula.walks.bounds import bounds
from solver.formula.walks.value import value
from solver.rounding import Floats


def _numbers(formula: Tree, u: Floats) -> Floats:
    return value(formula, {"u": u})


def _bounds(formula: Tree, code: Code, args: Sequence[Interval], options: Given) -> Ends:
    found = bounds(formula, {"u": args[0]})
    return found.low, found.high


def own_function(name: str, definition: Tree) -> Own:
    """The function `name` with a definition in u; raises FormulaError where it has no derivative, or is too long.

    Its derivative is that of its definition: where a part of it has a kink, the part's convention holds.
    """
    formula = written_out(definition)
    slope = plain_derivative(formula, "u")
    flat = slope == Num("0")
    said = "; ".join(dict.fromkeys(_convention(x) for x in walk(formula) if isinstance(x, Call) and bends(x)))
    row = Function(
        partial(_numbers, formula),  # which can be sent to another process, as no closure can
        bounds=partial(_bounds, formula),
        slopes=(CONSTANT if flat else slope,),
        definition=definition,
        activation=True,
        title=name,
        at_kink=f"follows its parts: {said}" if said else "",
    )
    return Own(name, row, definition, formula)


def _convention(call: Call) -> str:
    """What is said of the slope of a part that has a kink."""
    title = FUNCTIONS[call.fn].title or word(call.fn)
    return f"{title.replace('The ', 'the ')} {FUNCTIONS[call.fn].at_kink}"


def written_out(tree: Tree) -> Tree:
    """A formula with every call of an author's function replaced by its definition.

    Raises FormulaError where that grows too long.
    """
    made = _Writing().of(tree)
    if _depth(made) > MAX_DEPTH:
        raise _too_long()
    return made


class _Writing:
    def __init__(self) -> None:
        self.nodes = 0

    def of(self, tree: Tree) -> Tree:
        if not (isinstance(tree, Call) and isinstance(tree.fn, Own)):
            return rebuild(tree, self.of)
        argument = self.of(tree.args[0])
        alone = isinstance(argument, Name | Num | Call)
        made = replace_names(tree.fn.formula, {"u": argument if alone else Group(argument)})
        self.nodes += sum(1 for _ in walk(made))
        if self.nodes > MAX_LENGTH:
            raise _too_long()
        return made if isinstance(made, Name | Num | Call) else Group(made)


def _depth(tree: Tree) -> int:
    """How deep a formula is nested."""
    deep, level = 0, [tree]
    while level:
        deep, level = deep + 1, [inner for node in level for inner in children(node)]
    return deep


def _too_long() -> FormulaError:
    return FormulaError("the formula is too long", "written out in full, the formula is too long or nested too deeply")


def unfolded(chain: Sequence[tuple[str, Tree]]) -> list[tuple[str, Tree]]:
    """A chain of formulas without calls of an author's functions: each argument is a step of its own before them."""
    made: list[tuple[str, Tree]] = []

    def change(tree: Tree) -> Tree:
        tree = rebuild(tree, change)
        if not (isinstance(tree, Call) and isinstance(tree.fn, Own)):
            return tree
        argument = Name(f"{tree.fn}·{len(made)}")
        made.append((argument.id, tree.args[0]))
        return Group(replace_names(tree.fn.formula, {"u": argument}))

    for name, tree in chain:
        made.append((name, change(tree)))
    return made
