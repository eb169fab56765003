"""Text of the formula language to a tree: Python's expression syntax, read with `ast`, through a whitelist.

    u1 = W1.T @ x + b1

Nothing is evaluated. Brackets and typed digits stay as the author wrote them.
"""

import ast
import re
from collections.abc import Callable, Container, Mapping, Sequence
from functools import lru_cache
from keyword import iskeyword
from types import MappingProxyType

from solver.errors import FormulaError, nearest
from solver.formula.functions import FUNCTIONS, Function, Own
from solver.formula.functions.shapes import MAX_CELLS
from solver.formula.greek import GREEK
from solver.formula.tree import (
    Bin,
    Call,
    Group,
    Name,
    Neg,
    Num,
    Op,
    Option,
    Options,
    Sum,
    Transpose,
    Tree,
)
from solver.named import NamedTuple

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
_NUMBER = re.compile(r"(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
MAX_WHOLE = 1_000_000
"""The largest entry, stride or the like."""

_PART = "write W[1, 2] for an entry, X[1:3, :] for rows 1 to 3: whole numbers, counted from 1"
_LANGUAGE = "a formula has names, numbers, + - * / ** @, .T, brackets and functions, such as tanh(W1.T @ x + b1)"


class Around(NamedTuple):
    """What stands around a formula that may speak of series, h1 h2 h3.

    whole: the quantities that are no series; members: the names of a series, none of what is no series; letter, number:
    a letter that counts, and where it stands. With t at 3, `h[t - 1]` is h2, and t alone the number; `x[t]` of a whole
    quantity is an entry. A function of a series' name alone takes all its members.
    """

    whole: Container[str]
    members: Callable[[str], Sequence[str]]
    letter: str = ""
    number: int = 0


def member(series: str, number: int) -> str:
    """What one quantity of a series is called: h3, h1_3."""
    return f"{series}_{number}" if series[-1].isdigit() else f"{series}{number}"


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


def rule(text: str | Tree) -> Tree:
    """The tree of a rule of a function's row: text in the table, a tree where it is an author's."""
    return parse(text) if isinstance(text, str) else text


def parse_using(text: str, own: Mapping[str, Own], scope: Around | None = None) -> Tree:
    """The tree of a formula that may call an author's own functions, by name, and speaks of series.

    Raises FormulaError as `parse` does.
    """
    if not own and scope is None:
        return parse(text)
    try:
        return _parse(text, own, scope)
    except FormulaError as error:
        if error.column:
            error.column += len(text) - len(text.lstrip())
        raise


def _parse(text: str, own: Mapping[str, Own] = MappingProxyType({}), scope: Around | None = None) -> Tree:
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"a formula of {len(text)} characters is too long", f"the most is {MAX_LENGTH}")
    source = text.strip()
    if not source:
        raise FormulaError("the formula is empty", _LANGUAGE)
    _check_characters(source)
    try:
        body = _python(source)
    except SyntaxError as error:
        open_ = source.count("(") > source.count(")")
        hint = "close the bracket; within [ ], a formula that has commas stands in quotes" if open_ else _LANGUAGE
        raise FormulaError(f"{source[:80]!r} is not a formula", hint, error.offset or 1) from None
    except (ValueError, RecursionError, MemoryError):
        raise FormulaError("the formula is nested too deeply", f"the most is {MAX_DEPTH} levels") from None
    return _TreeReader(source, own, scope).tree(body, 0)


@lru_cache(maxsize=64)
def _python(source: str) -> ast.expr:
    """The formula as Python reads it, once for all numbers of a letter."""
    return ast.parse(source, mode="eval").body


_FOREIGN = {
    **dict.fromkeys("·×⋅∙⊙∗", "write * for a product, @ for a product of matrices"),
    **dict.fromkeys("−–—", "write - for minus"),
    **dict.fromkeys("²³⁴ⁿ", "write **2 for a square"),
    **dict.fromkeys("₀₁₂₃₄₅₆₇₈₉", "write the digits of a name on the line: W1"),
    "^": "write ** for a power: x**2",
    "ᵀ": "write .T for a transpose: W.T",
    "√": "write sqrt(x)",
    "∑": "write sum(x)",
    "Σ": "write sum(x)",
    "Φ": "write Phi(x)",
    "÷": "write / for a division",
    "|": "write abs(x)",
    "‖": "write norm(x)",
}
"""What stands for a character that lecturers write and the formula language does not have."""

# Python would warn of a number with a word right behind it, and warnings are caught for all threads at once
_RUN_ON = re.compile(r"(?<![\w.])(\d[\d_]*\.?[\d_]*|\.[\d_]+)([eE][-+]?\d+)?+(?=[A-Za-z])")

_OTHER_WORDS = {
    "ln": "log is the natural logarithm: write log(x)",
    "lg": "log is the natural logarithm: log(x)/log(10) is that to base 10",
    "log10": "log is the natural logarithm: log(x)/log(10) is that to base 10",
    "log2": "log is the natural logarithm: log(x)/log(2) is that to base 2",
    "cross_entropy": "write the loss out: -d*log(y) - (1 - d)*log(1 - y), or -sum(d*log(y))",
    "mse": "write the loss out: mean((d - y)**2)",
    "conv": "write correlate(X, K), the convolution of networks, or convolve(X, K), which turns the kernel",
    "conv2d": "write correlate(X, K), the convolution of networks, or convolve(X, K), which turns the kernel",
    "transpose": "write .T: W.T",
    "dot": "write @ for a product of matrices: a.T @ b",
    "matmul": "write @ for a product of matrices: a.T @ b",
    "var": "write variance(x)",
    "heaviside": "write step(x)",
    "pow": "write ** for a power: x**2",
}
"""What stands for a function by another name."""


def _check_characters(source: str) -> None:
    """Raises FormulaError at the first character or run of characters that no formula has."""
    if any(c in source for c in "\n\r;#\\"):
        raise FormulaError("a formula stands on one line and holds no ; # or \\", _LANGUAGE)
    for k, c in enumerate(source):
        if not c.isascii() or c in _FOREIGN:
            raise FormulaError(f"{c!r} is not part of the formula language", _foreign(source, k), k + 1)
    run = _RUN_ON.search(source)
    if run:
        hint = f"write {run[0]}*{source[run.end()]}… for a product; a name starts with a letter"
        raise FormulaError(
            f"{source[run.start() : run.end() + 1]!r} is not part of the formula language", hint, run.start() + 1
        )


def _foreign(source: str, k: int) -> str:
    """What to write for a character."""
    c = source[k]
    if c == "σ" and source[k + 1 : k + 2] == "(":
        return "write sigmoid(u)"
    name = next((name for name, letter in GREEK.items() if letter == c), "")
    if name:
        return f"write the letter's name, {'lam' if c == 'λ' else name}"
    return _FOREIGN.get(c, _LANGUAGE)


class _TreeReader:
    def __init__(self, source: str, own: Mapping[str, Own], scope: Around | None = None) -> None:
        self.source, self.own, self.scope = source, own, scope

    def fail(self, node: ast.expr | ast.keyword, hint: str = _LANGUAGE) -> FormulaError:
        found = self.source[node.col_offset : node.end_col_offset] or self.source
        return FormulaError(f"{found[:80]!r} is not part of the formula language", hint, node.col_offset + 1)

    def tree(self, node: ast.expr, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise FormulaError("the formula is nested too deeply", f"the most is {MAX_DEPTH} levels")
        match node:
            case ast.Name(id=name):
                return Num(str(self.scope.number)) if self.scope and name == self.scope.letter else Name(name)
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
            case ast.Call(func=ast.Name(id=fn), args=args, keywords=keywords):
                return self.call(node, fn, args, keywords, depth)
            case ast.Subscript(value=ast.Name(id=series), slice=index) if self.serial(series, index):
                return Name(member(series, self.whole(index) or 0))
            case ast.Subscript(value=x, slice=index):
                inner = self.grouped(x, node.col_offset, x.col_offset, depth)
                return Call("[]", (inner,), self.part(index))
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

    def part(self, index: ast.expr) -> Options:
        """The rows and columns of W[1, 2] or X[1:3, :]."""
        if isinstance(index, ast.Tuple) and len(index.elts) != 2:
            raise self.fail(index, _PART)
        rows, columns = index.elts if isinstance(index, ast.Tuple) else (index, ast.Slice())
        return (("rows", self.ends(rows)), ("columns", self.ends(columns)))

    def ends(self, index: ast.expr) -> tuple[int, int]:
        """The first and the last, counted from 1; 0 as the last is the end."""
        match index:
            case ast.Slice(lower=lower, upper=upper, step=None):
                first = 1 if lower is None else self.place(lower)
                last = 0 if upper is None else self.place(upper)
            case _:
                first = last = self.place(index)
        if last and first > last:
            raise self.fail(index, _PART)
        return first, last

    def place(self, index: ast.expr) -> int:
        found = self.whole(index)
        if found is None or not 1 <= found <= MAX_WHOLE:
            raise self.fail(index, "entries are counted from 1: the first is x[1]" if found == 0 else _PART)
        return found

    def serial(self, series: str, index: ast.expr) -> bool:
        """Whether `h[t]` is one quantity of a series; raises FormulaError where it would stand before the first."""
        if (
            not self.scope
            or not self.scope.letter
            or series in self.scope.whole
            or (number := self.whole(index)) is None
        ):
            return False
        if number < 0:
            message = f"{series}[{number}] does not exist, at {self.scope.letter} = {self.scope.number}"
            raise FormulaError(message, "let the letter start higher", index.col_offset + 1)
        return True

    def whole(self, node: ast.expr) -> int | None:
        """A whole number: typed in digits, or as the letter that counts, with a number more or less."""
        match node:
            case ast.Constant() if type(node.value) is int:
                return int(self.number(node).text)
            case ast.Name(id=letter) if self.scope and letter == self.scope.letter:
                return self.scope.number
            case ast.BinOp(left=ast.Name() as left, op=ast.Add() | ast.Sub() as op, right=ast.Constant() as right):
                first, more = self.whole(left), self.whole(right)
                if first is not None and more is not None:
                    return first + more if isinstance(op, ast.Add) else first - more
        return None

    def options(self, row: Function, fn: str, keywords: list[ast.keyword]) -> Options:
        """What is given by name, `stride=2`, in the table's order."""
        found: dict[str, Option] = {}
        for keyword in keywords:
            name = keyword.arg or ""
            if name not in row.options or name in found:
                hint = f"{fn} has the options {', '.join(row.options)}" if row.options else f"{fn} has no options"
                raise self.fail(keyword, hint)
            node = keyword.value
            parts = node.elts if isinstance(node, ast.Tuple) else [node]
            numbers = [self.whole(part) for part in parts]
            if None in numbers or len(parts) > 2 or max(n or 0 for n in numbers) > MAX_WHOLE:
                raise self.fail(node, f"{name} is a whole number, or one for the rows and one for the columns: (2, 1)")
            whole = tuple(n for n in numbers if n is not None)
            found[name] = whole if isinstance(node, ast.Tuple) and len(whole) == 2 else whole[0]
        return tuple((name, found[name]) for name in row.options if name in found)

    def sized(self, node: ast.expr, fn: str, args: list[ast.expr]) -> Call | None:
        """ones(4), ones(2, 3), eye(3): whole numbers are a size, and no quantity."""
        if not args or not all(isinstance(a, ast.Constant) for a in args):
            return None
        numbers = [self.whole(a) or 0 for a in args]
        rows, columns = numbers[0], numbers[1] if len(numbers) > 1 else numbers[0] if fn == "eye" else 1
        if len(numbers) > (1 if fn == "eye" else 2) or min(rows, columns) < 1 or rows * columns > MAX_CELLS:
            raise self.fail(node, FUNCTIONS[fn].doc)
        return Call(fn, (), (("size", (rows, columns)),))

    def call(self, node: ast.expr, fn: str, args: list[ast.expr], keywords: list[ast.keyword], depth: int) -> Tree:
        if fn in self.own and not keywords:
            return self.own_call(node, fn, args, depth)
        row = FUNCTIONS.get(fn)
        if row is None:
            raise FormulaError(f"unknown function {fn!r}", self.unknown(fn), node.col_offset + 1)
        made = self.sized(node, fn, args) if row.sized and not keywords else None
        if made is not None:
            return made
        options = self.options(row, fn, keywords)
        if self.scope and len(args) == 1 and isinstance(args[0], ast.Name) and (of := self.scope.members(args[0].id)):
            return self.over_all(node, fn, tuple(map(Name, of)), options)
        needed = [name for name, default in row.options.items() if default == ()]
        if not row.takes(len(args)) or not all(name in dict(options) for name in needed):
            wanted = ", ".join([*row.params, *["…"] * row.more, *(f"{name}=" for name in needed)])
            raise self.fail(node, f"{fn} takes ({wanted}): {row.doc[0].lower()}{row.doc[1:]}" if row.doc else "")
        return Call(fn, tuple(self.tree(a, depth + 1) for a in args), options)

    def over_all(self, node: ast.expr, fn: str, members: tuple[Name, ...], options: Options) -> Tree:
        """A function of all quantities of a series; sum adds them, mean is their mean."""
        total = Group(Sum(members) if len(members) > 1 else members[0])
        if fn == "sum":
            return total
        if fn == "mean":
            return Bin("/", total, Num(str(len(members))))
        if not FUNCTIONS[fn].takes(len(members)):
            raise self.fail(node, f"there are {members[0].id} to {members[-1].id}: take one of them, or their sum")
        return Call(fn, members, options)

    def unknown(self, fn: str) -> str:
        """What to write for a function that there is not."""
        known = [name for name in (*FUNCTIONS, *self.own) if name.isidentifier()]
        hint = _OTHER_WORDS.get(fn.lower())
        if hint:
            return hint
        same = [name for name in known if name.lower().replace("_", "") == fn.lower().replace("_", "")]
        return f"write {same[0]}: names of functions keep to small letters" if same else nearest(fn, known)

    def own_call(self, node: ast.expr, fn: str, args: list[ast.expr], depth: int) -> Call:
        """A call of an author's function."""
        if len(args) != 1:
            raise self.fail(node, f"{fn} takes (u)")
        return Call(self.own[fn], (self.tree(args[0], depth + 1),))


def split_equation(text: str) -> tuple[str, int]:
    """The name that `u1 = W1.T @ x + b1` defines, and where its right side starts; no name and 0 where it has no =."""
    left, sign, _ = text.partition("=")
    return (left.strip(), len(left) + 1) if sign and "(" not in left else ("", 0)  # f(x, stride=2) defines nothing


def misnamed(name: str) -> tuple[str, str] | None:
    """Why a quantity cannot have this name, and what to do; None if it can."""
    if is_name(name):
        return None
    if name in FUNCTIONS:
        return f"{name!r} is a function, not a name", "choose another name"
    hint = "write lam for λ" if name == "lambda" else "a name has letters, digits and _, and starts with a letter"
    return f"{name[:60]!r} cannot be a name", hint


def is_name(text: str) -> bool:
    """Whether `text` can name a quantity: an ASCII identifier that is no function of the table and no keyword."""
    return text.isascii() and text.isidentifier() and len(text) <= 60 and text not in FUNCTIONS and not iskeyword(text)
