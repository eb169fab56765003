"""The proof of a derivation: gradients against differences of the formulas themselves.

Every variable is pushed up and down a little, all pushes in one batch, and the chain of formulas evaluated again.
Where central differences cannot resolve a gradient, as behind a very large or a very steep value, and every function is
analytic, variables are pushed along the imaginary axis instead, which cancels nothing.
Squire and Trapp, Using Complex Variables to Estimate Derivatives of Real Functions, SIAM Review 40(1), 1998.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from solver.formula.calculus.local import bends, constant_last, local_derivative
from solver.formula.form import Form, each_kind, form, renamed
from solver.formula.functions import FUNCTIONS, Own
from solver.formula.parse import parse
from solver.formula.tree import Array, Bin, Call, Tree, rebuild, replace_names, walk
from solver.formula.walks.together import Definition, Program
from solver.formula.walks.value import Env, unwarned, value
from solver.rounding import Floats

MOST_CELLS = 256
MOST_NUMBERS = 20_000_000
DIRECTIONS = 3
MANY_CELLS = 100_000  # so many that one direction has to do
TOLERANCE = 1e-5
_STEPS = (6e-6, 6e-7, 1e-4)
_NOISE = 64 * float(np.finfo(float).eps)  # of an output, relative
_NEAR = 1e-3  # a kink closer than this is gone past straight on
_TINY = 1e-200
_SMALL = 1e-30  # of a gradient: where x**1.5 has a slope of 0, an imaginary step finds that much

Chain = Sequence[tuple[str, Tree]]


@np.errstate(over="ignore", invalid="ignore")  # what overflows confirms nothing
def largest_difference(
    chain: Chain, output: str, gradients: Mapping[str, Floats], given: Env, known: Env = MappingProxyType({})
) -> float:
    """The largest difference between a gradient and its central difference, relative to the gradient.

    Where those fail to confirm it, complex steps may; where the output has no value, nothing does. A gradient so small
    that central differences cannot resolve it counts as the least that they can.
    gradients: by variable, each of the variable's shape; a variable may be given or defined in the chain. known: values
    of the chain that were worked out before.
    Of many cells, random directions through all of them are compared instead of each cell alone.
    """
    calls = _calls(chain)
    if any(isinstance(call.fn, Own) for call in calls):
        from solver.formula.calculus.own_functions import unfolded  # few questions bring functions

        chain = unfolded(chain)
        calls = _calls(chain)
    exact = {**known, **given}
    _program([each for each in chain if each[0] not in known]).evaluate(exact, unwarned, formula=_itself)
    if not np.isfinite(exact[output]).all():
        return float("inf")
    if any(map(_bent, calls)):
        chain = [(name, straight(tree, exact)) for name, tree in chain]
    found = _least_difference(chain, output, gradients, given, exact)
    if found > TOLERANCE / 10 and any(map(_chooses, _calls(chain))):
        chain = [(name, _chosen(tree, exact)) for name, tree in chain]
        found = min(found, _least_difference(chain, output, gradients, given, exact))
    if found > TOLERANCE / 10 and all(_for_complex(call.fn) for call in _calls(chain)):
        found = min(found, _complex_difference(chain, output, gradients, given, exact))
    return found


def _calls(chain: Chain) -> list[Call]:
    """The calls of functions in the formulas; of those of one form, in one."""
    trees = {form(tree)[0]: tree for _, tree in chain}.values()
    return [node for tree in trees for node in each_kind(tree) if isinstance(node, Call)]


def _program(chain: Chain, moved: Container[str] = ()) -> Program[Tree]:
    """The formulas as a program; those that are moved each for itself."""
    forms = ((name, tree, *form(tree)) for name, tree in chain)
    return Program(Definition(name, tree, used, None if name in moved else kind) for name, tree, kind, used in forms)


def _itself(tree: Tree) -> Tree:
    return tree


def _least_difference(chain: Chain, output: str, gradients: Mapping[str, Floats], given: Env, exact: Env) -> float:
    found, program = float("inf"), _program(chain, gradients)
    for step in _STEPS:  # strong curvature, or a large output, wants another step
        found = min(found, _difference(program, output, gradients, given, exact, step))
        if found <= TOLERANCE / 10:
            break
    return found


def _chooses(node: Tree) -> bool:
    return isinstance(node, Call) and bool(FUNCTIONS[node.fn].tied)


def _chosen(tree: Tree, exact: Env) -> Tree:
    """The formula where functions that choose among cells, which may tie, keep to what they choose at `exact`."""
    if not (isinstance(tree, Call) and _chooses(tree)):
        return rebuild(tree, lambda node: _chosen(node, exact))
    at = {"u": _chosen(tree.args[0], exact), "x": Array(value(tree.args[-1], exact))}
    made = replace_names(parse(FUNCTIONS[tree.fn].tied), at)
    return Call(made.fn, made.args, tree.options) if isinstance(made, Call) and tree.options else made


def _complex_difference(chain: Chain, output: str, gradients: Mapping[str, Floats], given: Env, exact: Env) -> float:
    """The same by steps along the imaginary axis: f(x + ih) = f(x) + ih f′(x), to the last digit where h is tiny."""
    ways = _ways(gradients, exact)
    program = _program(_each_written_out(chain), gradients)
    imaginary: Any = _TINY * 1j * ways
    slopes = (_pushed(program, given, _parted(imaginary, gradients))[output].imag / _TINY).reshape(-1)
    expected = ways @ _flat(gradients)
    gaps = np.abs(slopes - expected)
    worst = np.max(np.where(gaps == 0, 0.0, gaps / np.maximum(np.abs(expected), _SMALL)), initial=0.0)
    return float(worst) if np.isfinite(worst) else float("inf")


def _analytic(tree: Tree) -> bool:
    return all(_for_complex(node.fn) for node in walk(tree) if isinstance(node, Call))


def _for_complex(fn: str) -> bool:
    """Whether a function has a value for complex numbers, by its code or by its definition."""
    row = FUNCTIONS[fn]
    return row.analytic or (isinstance(row.definition, str) and _analytic(parse(row.definition)))


def _each_written_out(chain: Chain) -> Chain:
    """The formulas without functions whose code is for real numbers only, written out once for all of one form."""
    done: dict[Form, tuple[Tree, tuple[str, ...]]] = {}
    made = []
    for name, tree in chain:
        kind, used = form(tree)
        if kind not in done:
            done[kind] = _written_out(tree), used
        out, names = done[kind]
        made.append((name, renamed(out, dict(zip(names, used, strict=True)))))
    return made


def _written_out(tree: Tree) -> Tree:
    """The formula without functions whose code is for real numbers only."""
    tree = rebuild(tree, _written_out)
    if isinstance(tree, Call) and not FUNCTIONS[tree.fn].analytic:
        return _written_out(_filled(str(FUNCTIONS[tree.fn].definition), tree))
    return tree


def _difference(
    program: Program[Tree], output: str, gradients: Mapping[str, Floats], given: Env, exact: Env, step: float
) -> float:
    ways = _ways(gradients, exact)
    moved = _pushed(program, given, _parted(np.concatenate((step * ways, -step * ways)), gradients))[output]
    high, low = np.broadcast_to(moved, (2 * len(ways), 1, 1)).reshape(2, -1)
    slopes = (high - low) / (2 * step)
    expected = ways @ _flat(gradients)
    resolved = _NOISE / step * max(1.0, float(np.abs(exact[output]).max())) / TOLERANCE
    worst = np.max(np.abs(slopes - expected) / np.maximum(np.abs(expected), resolved), initial=0.0)
    return float(worst) if np.isfinite(worst) else float("inf")


def _ways(variables: Mapping[str, Floats], exact: Env) -> Floats:
    """Directions through all cells of some variables: each cell alone, or a few random ones; shape (directions, cells)."""
    total, largest = sum(v.size for v in variables.values()), max(v.size for v in exact.values())
    if total <= MOST_CELLS and total * largest <= MOST_NUMBERS:
        return np.eye(total)
    rng = np.random.default_rng(0)
    count = DIRECTIONS if total < MANY_CELLS else 1
    signs = [rng.integers(0, 2, (count, v.size), dtype=np.int8) for v in variables.values()]
    return np.asarray((2.0 * np.concatenate(signs, axis=1) - 1.0) / np.sqrt(total))


def _parted(ways: Floats, variables: Mapping[str, Floats]) -> dict[str, Floats]:
    """What directions do to each variable; shape (directions, rows, columns)."""
    made, at = {}, 0
    for name, variable in variables.items():
        made[name] = ways[:, at : at + variable.size].reshape(len(ways), *variable.shape)
        at += variable.size
    return made


def _flat(variables: Mapping[str, Floats]) -> Floats:
    """All cells of some variables in a row."""
    return np.concatenate([v.ravel() for v in variables.values()])


def _pushed(program: Program[Tree], given: Env, pushes: Mapping[str, Floats]) -> Env:
    """The values of a chain, as a program, each named quantity pushed by what `pushes` adds to it."""

    def push(name: str, found: Floats) -> Floats:
        return found + pushes[name] if name in pushes else found

    env = {name: push(name, v) for name, v in given.items()}
    program.evaluate(env, unwarned, push, _itself)
    return env


def straight(tree: Tree, exact: Env) -> Tree:
    """The formula with straight lines in place of kinks at the values that `exact` gives.

    A function that stands at its kink goes on with the slope of its derivative's formula; one whose derivative is 0,
    such as a step, stays as it is.
    """
    if not any(isinstance(node, Call) and _bent(node) for node in walk(tree)):
        return tree

    def change(node: Tree) -> Tree:
        if not (isinstance(node, Call) and _bent(node)):
            return rebuild(node, change)
        node = constant_last(node)
        if FUNCTIONS[node.fn].constant:
            return Array(value(node, exact))
        at_kink = np.abs(value(_filled(FUNCTIONS[node.fn].kink, node), exact)) < _NEAR
        bent = rebuild(node, change)
        if not at_kink.any():
            return bent
        line: Tree = Array(value(node, exact))
        for by, argument in zip(FUNCTIONS[node.fn].slopes, node.args, strict=False):
            slope = Array(value(local_derivative(node, node, by), exact))
            moved = Bin("-", change(argument), Array(value(argument, exact)))
            line = Bin("+", line, Bin("*", slope, moved))
        weight = at_kink.astype(float)
        return Bin("+", Bin("*", Array(weight), line), Bin("*", Array(1.0 - weight), bent))

    return change(tree)


def _bent(call: Call) -> bool:
    row = FUNCTIONS[call.fn]
    return (bool(row.kink) and bends(call)) or row.constant


def _filled(formula: str, call: Call) -> Tree:
    return replace_names(parse(formula), dict(zip(FUNCTIONS[call.fn].params, call.args, strict=False)))
