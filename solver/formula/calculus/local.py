"""The derivatives of single functions, as the function table gives them: formulas with the operands put in."""

from __future__ import annotations

from collections.abc import Mapping

from solver.errors import FormulaError
from solver.formula.calculus.adjoint import ONE, ZERO, add, matmul, minus, ratio, times, transpose
from solver.formula.functions import FUNCTIONS
from solver.formula.parse import parse
from solver.formula.tree import Bin, Call, Group, Name, Neg, Num, Transpose, Tree, bare, names, rebuild, replace_names
from solver.formula.walks.shape import Shape


def constant_last(call: Call) -> Call:
    """max(0, u) as max(u, 0), whose slope is step(u)."""
    if call.fn in ("max", "min") and not names(call.args[0]):
        return Call(call.fn, call.args[::-1])
    return call


def local_derivative(call: Call, own: Tree, rule: str = "") -> Tree:
    """The derivative of an elementwise function, a formula in its arguments and its own value `own`.

    rule: the derivative by another argument than the first. Raises FormulaError where the table has none.
    """
    row = FUNCTIONS[call.fn]
    rule = rule or row.derivative or ""
    if not rule:
        raise FormulaError(f"{call.fn} has no derivative in the table", "gradients cannot pass through it")
    if rule == "ones(u)":
        return ONE
    arguments: dict[str, Tree] = {"y": own}
    arguments.update({p: Num(d) for p, d in zip(row.params[::-1], row.defaults[::-1], strict=False)})
    arguments.update(zip(row.params, call.args, strict=False))
    return replace_names(_without_zero(parse(rule), arguments), arguments)


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
            case _:
                return rebuild(tree, build)

    return build(rule)
