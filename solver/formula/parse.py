"""Text of the formula language to a tree: Python's expression syntax, read with `ast`, through a whitelist.

    u1 = W1.T @ x + b1

Nothing is evaluated. Brackets and typed digits stay as the author wrote them.
"""

import ast
import re
from collections.abc import Mapping
from functools import lru_cache
from keyword import iskeyword
from types import MappingProxyType

from solver.errors import FormulaError, nearest
from solver.formula.functions import FUNCTIONS
from solver.formula.tree import Bin, Call, Group, Name, Neg, Num, Op, Transpose, Tree, children, replace_names, walk

MAX_LENGTH = 4_000
MAX_DEPTH = 60

_OPS: dict[type[ast.operator], Op] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.MatMult: "@",
}
_GLUED = re.compile(r"(?<![\w.])\.?\d[\w.]*?(?:and|else|for|if|in|is|not|or)")
"""A number with a word of Python's right behind it, as in `2or x`."""
_NUMBER = re.compile(r"(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_LANGUAGE = "a formula has names, numbers, + - * / ** @, .T, brackets and functions, such as tanh(W1.T @ x + b1)"


@lru_cache(maxsize=4096)
def parse(text: str) -> Tree:
    """The tree of a formula such as `W1.T @ x + b1`.

    Raises FormulaError, with the column in `text` counted from 1, for anything outside the language.
    """
    try:
        return _parse(text)
    except FormulaError as error:
        if error.column:
            error.column += len(text) - len(text.lstrip())
        raise


def parse_using(text: str, own: Mapping[str, Tree]) -> Tree:
    """The tree of a formula that may call an author's own functions: a call becomes the function's formula in `u`.

    own: by name, each a formula in u alone. Raises FormulaError as `parse` does.
    """
    if not own:
        return parse(text)
    try:
        return _parse(text, own)
    except FormulaError as error:
        if error.column:
            error.column += len(text) - len(text.lstrip())
        raise


def _parse(text: str, own: Mapping[str, Tree] = MappingProxyType({})) -> Tree:
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"a formula of {len(text)} characters is too long", f"the most is {MAX_LENGTH}")
    source = text.strip()
    if not source:
        raise FormulaError("the formula is empty", _LANGUAGE)
    if not source.isascii():
        column = next(i for i, c in enumerate(source) if not c.isascii())
        raise FormulaError(f"{source[column]!r} is not part of the formula language", _LANGUAGE, column + 1)
    if any(c in source for c in "\n\r;#\\"):
        raise FormulaError("a formula stands on one line and holds no ; # or \\", _LANGUAGE)
    glued = _GLUED.search(source)  # Python would warn of it, and warnings are caught for all threads at once
    if glued:
        raise FormulaError(f"{source[:80]!r} is not a formula", _LANGUAGE, glued.start() + 1)
    try:
        body = ast.parse(source, mode="eval").body
    except SyntaxError as error:
        hint = "write powers as **, multiplication as *" if "^" in source else _LANGUAGE
        raise FormulaError(f"{source[:80]!r} is not a formula", hint, error.offset or 1) from None
    except (ValueError, RecursionError, MemoryError):
        raise FormulaError("the formula is nested too deeply", f"the most is {MAX_DEPTH} levels") from None
    return _Reader(source, own).tree(body, 0)


class _Reader:
    def __init__(self, source: str, own: Mapping[str, Tree]) -> None:
        self.source, self.own = source, own
        self.nodes = 0

    def fail(self, node: ast.expr, hint: str = _LANGUAGE) -> FormulaError:
        found = ast.get_source_segment(self.source, node) or self.source
        return FormulaError(f"{found[:80]!r} is not part of the formula language", hint, node.col_offset + 1)

    def tree(self, node: ast.expr, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise FormulaError("the formula is nested too deeply", f"the most is {MAX_DEPTH} levels")
        match node:
            case ast.Name(id=name):
                return Name(name)
            case ast.Constant():
                return self.number(node)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPS:
                start, middle = node.col_offset, left.end_col_offset or 0
                return Bin(
                    _OPS[type(op)],
                    self.grouped(left, start, left.col_offset, depth),
                    self.grouped(right, middle, right.col_offset, depth),
                )
            case ast.UnaryOp(op=ast.USub(), operand=x):
                return Neg(self.grouped(x, node.col_offset, x.col_offset, depth))
            case ast.Attribute(value=x, attr="T"):
                return Transpose(self.grouped(x, node.col_offset, x.col_offset, depth))
            case ast.Call(func=ast.Name(id=fn), args=args, keywords=[]):
                return self.call(node, fn, args, depth)
            case _:
                raise self.fail(node)

    def grouped(self, node: ast.expr, start: int, end: int, depth: int) -> Tree:
        """The operand, in a Group where the author bracketed it: `ast` drops brackets, the text between keeps them."""
        tree = self.tree(node, depth + 1)
        return Group(tree) if "(" in self.source[start:end] else tree

    def number(self, node: ast.Constant) -> Num:
        text = ast.get_source_segment(self.source, node) or ""
        if type(node.value) not in (int, float) or not _NUMBER.fullmatch(text):
            raise self.fail(node)
        if float(text) == float("inf"):
            raise self.fail(node, "the number is too large")
        return Num(text)

    def call(self, node: ast.expr, fn: str, args: list[ast.expr], depth: int) -> Tree:
        if fn in self.own:
            return self.expanded(node, fn, args, depth)
        row = FUNCTIONS.get(fn)
        if row is None:
            raise FormulaError(f"unknown function {fn!r}", nearest(fn, [*FUNCTIONS, *self.own]), node.col_offset + 1)
        if not row.least <= len(args) <= len(row.params):
            wanted = ", ".join(row.params)
            raise self.fail(node, f"{fn} takes ({wanted})")
        return Call(fn, tuple(self.tree(a, depth + 1) for a in args))

    def expanded(self, node: ast.expr, fn: str, args: list[ast.expr], depth: int) -> Tree:
        """A call of an author's function: its formula, the argument in place of u."""
        if len(args) != 1:
            raise self.fail(node, f"{fn} takes (u)")
        argument = self.tree(args[0], depth + 1)
        alone = isinstance(argument, Name | Num | Call)
        made = replace_names(self.own[fn], {"u": argument if alone else Group(argument)})
        self.nodes += sum(1 for _ in walk(made))
        if self.nodes > MAX_LENGTH or _depth(made) > MAX_DEPTH:
            raise self.fail(node, "written out in full, the formula is too long or nested too deeply")
        return made if isinstance(made, Name | Num | Call) else Group(made)


def _depth(tree: Tree) -> int:
    """How deep a formula is nested."""
    deep, level = 0, [tree]
    while level:
        deep, level = deep + 1, [inner for node in level for inner in children(node)]
    return deep


def parse_equation(text: str) -> tuple[str, Tree]:
    """`u1 = W1.T @ x + b1` to the name it defines and the tree of its right side; raises FormulaError."""
    left, sign, right = text.partition("=")
    name = left.strip()
    if not sign or not is_name(name):
        raise FormulaError(f"{text[:80]!r} does not define a name", "write NAME = FORMULA, such as u1 = W1.T @ x + b1")
    return name, parse(right)


def is_name(text: str) -> bool:
    """Whether `text` can name a quantity: an ASCII identifier that is no function of the table and no keyword."""
    return text.isascii() and text.isidentifier() and len(text) <= 60 and text not in FUNCTIONS and not iskeyword(text)
