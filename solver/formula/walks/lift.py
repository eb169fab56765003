"""What a recurrence can have in one stack: the largest parts of its formula in which nothing recurs.

Of h[t] = tanh(U @ x[t] + W @ h[t-1]), the products U @ x[t] of all times; what is left goes from one time to the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from solver.formula.arithmetic import all_finite
from solver.formula.form import form
from solver.formula.tree import SUMS, Bin, Call, Name, Sum, Transpose, Tree, rebuild, walk
from solver.formula.walks.stack import FEW, stacked
from solver.formula.walks.unguarded import Ready, unguarded
from solver.formula.walks.value import unwarned, value
from solver.named import Structure
from solver.rounding import Floats


def lifted(tree: Tree, free: Set[str]) -> tuple[Tree, dict[str, Tree]]:
    """The formula with a new name for each of its largest parts that use free names alone, and those parts.

    Terms of one sum are parts each for itself: what is noise beside them is told from all of them.
    """
    parts: dict[Tree, Name] = {}

    def change(node: Tree) -> Tree:
        if not isinstance(node, Name) and free >= set(form(node)[1]) and _works(node):
            return parts.setdefault(node, Name(f"#{len(parts)}"))
        return within(node)

    def within(node: Tree) -> Tree:
        if isinstance(node, Sum) and len(node.terms) > FEW:  # a stack already
            return node
        if not (isinstance(node, Bin) and node.op in SUMS):
            return rebuild(node, change)
        left = within(node.a) if isinstance(node.a, Bin) and node.a.op in SUMS else change(node.a)
        right = change(node.b)
        return node if left is node.a and right is node.b else Bin(node.op, left, right)

    left = change(tree)
    return left, {name.id: part for part, name in parts.items()}


def _works(tree: Tree) -> bool:
    """Whether there is anything to do."""
    return any(isinstance(node, Bin | Call | Sum | Transpose) for node in walk(tree))


class Recurring(Structure):
    """Definitions of one form, ready to go one by one.

    rest: the formula of the first of them, with names for its parts. uses: the names that each definition uses. asked:
    those that are looked up for each, by their places, with what they are called in `rest`. known: what is the same
    for all. parts: what each definition has in place of a name. ready: `rest`, ready to be computed without a guard.
    """

    rest: Tree
    uses: Sequence[Sequence[str]]
    asked: Sequence[tuple[int, str]]
    known: dict[str, Floats]
    parts: Mapping[str, Sequence[Floats]]
    ready: Ready

    def value(self, k: int, env: Mapping[str, Floats]) -> Floats | None:
        """The value of a definition; None where a name has none, or where it is not finite."""
        names = self.uses[k]
        if any(names[place] not in env for place, _ in self.asked):
            return None
        made = unwarned(self.rest, self._operands(k, env))
        return made if all_finite(made) else None

    def unguarded(self, k: int, env: Mapping[str, Floats]) -> Floats:
        """The same as numpy alone has it; raises KeyError where a name has no value."""
        return self.ready(self._operands(k, env))

    def _operands(self, k: int, env: Mapping[str, Floats]) -> dict[str, Floats]:
        operands, names = self.known, self.uses[k]
        for place, called in self.asked:
            operands[called] = env[names[place]]
        for name, values in self.parts.items():
            operands[name] = values[k]
        return operands


def recurrence(tree: Tree, uses: Sequence[Sequence[str]], env: Mapping[str, Floats]) -> Recurring | None:
    """Definitions of one form, before the first of them has a value; None where what they have for a stack makes none.

    tree: the formula of the first. uses: the names of each, those in one place standing for one another.
    """
    columns = list(zip(*uses, strict=True))
    free = [column for column in columns if all(map(env.__contains__, column))]
    rest, formulas = lifted(tree, {column[0] for column in free})
    try:
        stacks, depth = stacked(list(zip(*free, strict=True)), env) if formulas else ({}, 0)
    except ValueError:
        return None
    known = {column[0]: env[column[0]] for column in free if len(set(column)) == 1}
    parts: dict[str, list[Floats]] = {}
    for name, formula in formulas.items():
        made = value(formula, stacks)
        if known.keys() >= set(form(formula)[1]):
            known[name] = made
        elif made.ndim == depth and len(made) == len(uses):
            parts[name] = list(made)
        else:
            return None
    left = set(form(rest)[1])
    asked = [(k, column[0]) for k, column in enumerate(columns) if column[0] in left and column[0] not in known]
    return Recurring(rest, uses, asked, known, parts, unguarded(rest))
