"""Formulas at random: of every function and operator, mostly of shapes that fit; and formulas with one thing changed."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from random import Random

from solver.errors import FormulaError
from solver.formula.functions import FUNCTIONS
from solver.formula.parse import parse
from solver.formula.walks.shape import Shape, shape

OPERATORS: tuple[ast.operator, ...] = (ast.Add(), ast.Sub(), ast.Mult(), ast.Div(), ast.Pow(), ast.MatMult())
CONSTANTS = ("0", "1", "2", "0.5", "3", "1e-12", "1e308", "1e12", "10", "0.1", "1.0", "1e-308", "100", "-1", "-2")
ENTRIES = ("1", "1, 1", "2, 1", "1:2", "1:2, :", ":, 1", ":", "0", "-1", "1:2, 1:1", "9", "x", "", "1:2:3")
OPTIONS = ("0", "1", "2", "3", "-1", "1.5", "same", "x", "100000", "(1, 2)")
NAMES = tuple(FUNCTIONS)


def expression(rng: Random, names: Sequence[str], depth: int = 3) -> str:
    """Any formula over some names; its shapes need not fit."""
    if depth <= 0 or rng.random() < 0.2:
        return rng.choice(names) if names and rng.random() < 0.75 else rng.choice(CONSTANTS)
    inner = expression(rng, names, depth - 1)
    match rng.randrange(9):
        case 0 | 1 | 2:
            op = rng.choice(("+", "-", "*", "*", "/", "**", "@", "@"))
            return f"{_bracketed(rng, inner)} {op} {_bracketed(rng, expression(rng, names, depth - 1))}"
        case 3 | 4 | 5:
            return call(rng, inner, names, depth)
        case 6:
            return f"-{_bracketed(rng, inner)}"
        case 7:
            return f"({inner}).T"
        case _:
            return f"{_bracketed(rng, inner)}[{rng.choice(ENTRIES)}]"


def call(rng: Random, inner: str, names: Sequence[str], depth: int) -> str:
    """A call of any function, mostly with as many arguments as it takes."""
    fn = rng.choice(NAMES)
    row = FUNCTIONS[fn]
    count = rng.randint(row.least, len(row.params)) if rng.random() < 0.97 else rng.randrange(4)
    examples: tuple[str, ...] = getattr(row, "examples", ())
    if examples and names and rng.random() < 0.25:
        return re.sub(r"\b[A-Za-z]\b(?!\s*[=(])", lambda match: rng.choice(names), rng.choice(examples))
    options: dict[str, object] = dict(getattr(row, "options", {}))
    others = [expression(rng, names, depth - 2) for _ in range(count - 1)]
    given = [f"{name}={rng.choice(OPTIONS)}" for name in options if rng.random() < 0.4]
    return f"{fn}({', '.join([*[inner, *others][:count], *given])})"


def fitting(rng: Random, shapes: Mapping[str, Shape], depth: int, scalar: bool = False) -> tuple[str, Shape] | None:
    """A formula whose shapes fit, and its shape; None where luck gave none."""
    for _ in range(12):
        text = expression(rng, list(shapes), depth)
        try:
            size = shape(parse(text), shapes)
        except FormulaError:
            continue
        except Exception:  # the trial will meet it, and tell
            return text, (1, 1)
        if scalar and size != (1, 1):
            text, size = f"{rng.choice(('sum', 'mean', 'norm'))}({text})", (1, 1)
        return text, size
    return None


def _bracketed(rng: Random, text: str) -> str:
    return f"({text})" if rng.random() < 0.6 else text


# -- a formula changed ------------------------------------------------------------------------------------------------
def parsed(text: str) -> ast.Expression | None:
    """The syntax tree of a text that is a formula, and more than a name or a number."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return None if isinstance(tree.body, ast.Name | ast.Constant | ast.UnaryOp) else tree


def changed(rng: Random, text: str) -> str:
    """A formula, or `NAME = FORMULA`, with one node of its tree changed."""
    name, sign, right = text.partition("=") if text.count("=") == 1 else ("", "", text)
    tree = parsed(right)
    if tree is None:
        return text
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.expr)]
    target = rng.choice(nodes)
    names = sorted({node.id for node in nodes if isinstance(node, ast.Name)} - set(FUNCTIONS)) or ["x"]
    inner = ast.unparse(target)
    match rng.randrange(9):
        case 0:
            new = expression(rng, names, 2)
        case 1:
            new = call(rng, inner, names, 2)
        case 2:
            new = f"-({inner})"
        case 3:
            new = f"({inner}).T"
        case 4:
            new = f"({inner}) {rng.choice(('+', '-', '*', '/', '**', '@'))} ({expression(rng, names, 1)})"
        case 5:
            new = rng.choice((*names, *CONSTANTS))
        case 6:
            new = ast.unparse(rng.choice(nodes))
        case 7 if isinstance(target, ast.BinOp):
            new = ast.unparse(ast.BinOp(target.right, rng.choice(OPERATORS), target.left))
        case _:
            new = rng.choice(("f(x)", "x[0]", "x^2", "ln(x)", "x if y else z", "lambda: 0", "(x", "x.y", "x=1", "σ"))
    try:
        made = _Swap(target, ast.parse(new.strip(), mode="eval").body).visit(tree)
        return f"{name}{sign} {ast.unparse(made)}".strip()
    except (SyntaxError, ValueError, RecursionError):
        return f"{name}{sign} {new}".strip()


class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else super().generic_visit(node)
