"""The derivatives of single functions, as the function table gives them: formulas with the operands put in."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from solver.errors import FormulaError
from solver.formula.calculus.adjoint import ONE, ZERO, add, matmul, minus, ratio, times, transpose
from solver.formula.functions import FUNCTIONS
from solver.formula.parse import parse, rule
from solver.formula.tree import Bin, Call, Group, Name, Neg, Num, Transpose, Tree, bare, names, rebuild, replace_names
from solver.formula.walks.shape import Shape, shape
from solver.formula.walks.value import value


def constant_last(call: Call) -> Call:
    """max(0, u) as max(u, 0), whose slope is step(u)."""
    if call.fn in ("max", "min") and not names(call.args[0]):
        return Call(call.fn, call.args[::-1])
    return call


def bends(call: Call) -> bool:
    """Whether a call has a kink somewhere; elu has none where a is 1."""
    row = FUNCTIONS[call.fn]
    if not row.bends:
        return bool(row.at_kink)
    smooth = replace_names(parse(row.bends), _arguments(call))
    return bool(names(smooth)) or bool(np.any(value(smooth, {})))


def _arguments(call: Call) -> dict[str, Tree]:
    """What stands for each parameter, those left out as well."""
    row = FUNCTIONS[call.fn]
    found: dict[str, Tree] = {p: Num(d) for p, d in zip(row.params[::-1], row.defaults[::-1], strict=False)}
    return found | dict(zip(row.params, call.args, strict=False))


def local_adjoint(call: Call, k: int, g: Tree, own: Tree, shapes: Mapping[str, Shape]) -> Tree:
    """The adjoint of argument k of a function that is not elementwise, `g` being the function's own."""
    found = FUNCTIONS[call.fn].adjoint(k)
    if callable(found):
        made = found(call, g, [shape(a, shapes) for a in call.args], k)
        if not isinstance(made, str):
            return made
        found = made
    return filled(parse(found), {**_arguments(call), "y": own, "G": g}, shapes) if found else ZERO


def local_derivative(call: Call, own: Tree, slope: str | Tree = "") -> Tree:
    """The derivative of an elementwise function, a formula in its arguments and its own value `own`.

    slope: the derivative by another argument than the first. Raises FormulaError where the table has none.
    """
    row = FUNCTIONS[call.fn]
    slope = slope or row.derivative or ""
    if not slope:
        raise FormulaError(f"{call.fn} has no derivative in the table", "gradients cannot pass through it")
    if slope == "ones(u)":
        return ONE
    arguments = _arguments(call) | {"y": own}
    return replace_names(_without_zero(rule(slope), arguments), arguments)


def _without_zero(rule: Tree, arguments: Mapping[str, Tree]) -> Tree:
    """A rule in u − v where v is 0: step(u), and not step(u − 0)."""
    difference = {Name(name) for name, tree in arguments.items() if bare(tree) == ZERO}

    def change(tree: Tree) -> Tree:
        match tree:
            case Bin("-", a, b) if b in difference:
                return a
            case Bin("-", a, b) if a in difference:
                return Neg(b)
            case _:
                return rebuild(tree, change)

    return change(rule) if difference else rule


def filled(rule: Tree, trees: Mapping[str, Tree], shapes: Mapping[str, Shape]) -> Tree:
    """A rule with formulas put in for its names, by the constructors that simplify."""

    def build(tree: Tree) -> Tree:
        match tree:
            case Name(id=name):
                return trees[name]
            case Group(x):
                made = build(x)
                return Group(made) if isinstance(made, Bin) else made
            case Neg(x):
                return minus(build(x))
            case Bin("-", a, b):
                return add([build(a), minus(build(b))], shapes)
            case Bin("*", a, b):
                return times(build(a), build(b), shapes)
            case Bin("@", a, b):
                return matmul(build(a), build(b), shapes)
            case Bin("/", a, b):
                return ratio(build(a), build(b), shapes)
            case Transpose(x):
                return transpose(build(x), shapes)
            case Call("size" | "size_rows" | "size_columns", (x,)):
                made = rebuild(tree, build)
                return _counted(tree.fn, shape(build(x), shapes)) or made
            case _:
                return rebuild(tree, build)

    return build(rule)


def _counted(fn: str, size: Shape) -> Num | None:
    """How many cells there are, where that is known."""
    rows, columns = size
    if not (isinstance(rows, int) and isinstance(columns, int)):
        return None
    return Num(str({"size": rows * columns, "size_rows": columns, "size_columns": rows}[fn]))
