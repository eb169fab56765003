"""Each printed line of working follows from the one above it: checked on what is printed, with its own arithmetic."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.formula.tree import Array, Bin, Call, Dots, Group, Neg, Num, Transpose, Tree, Written, bare, walk
from solver.rounding import Rounding
from solver.spec.reader import load_text
from solver.working.items import Stated
from solver.working.solution import Solution, Solved
from solver.working.solve import solve_question

# -- the reader with a calculator: knows what stands on the page, and nothing of how it was made ------------------------


def _softmax(u: np.ndarray) -> np.ndarray:
    e = np.exp(u - u.max())
    return e / e.sum()


CALCULATOR: dict[str, Callable[..., np.ndarray]] = {
    "tanh": np.tanh,
    "sigmoid": lambda u: 0.5 * (1 + np.tanh(u / 2)),
    "relu": lambda u: np.where(u > 0, u, 0.0),
    "softmax": _softmax,
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "sqrt": np.sqrt,
    "max": np.maximum,
    "sum": lambda u: np.array([[u.sum()]]),
    "mean": lambda u: np.array([[u.mean()]]),
    "norm": lambda u: np.array([[math.sqrt(float((u**2).sum()))]]),
}
JOINS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
    "@": lambda a, b: a @ b,
}


def texts(tree: Num | Array) -> list[list[str]]:
    if isinstance(tree, Num):
        return [[tree.text]]
    height, width = tree.value.shape
    return [[tree.text(i, j) for j in range(width)] for i in range(height)]


def read(tree: Tree) -> np.ndarray:
    """The value of a line from its printed digits and its written-out cells."""
    match tree:
        case Num() | Array():
            return np.array([[float(t) for t in row] for row in texts(tree)])
        case Neg(x):
            return -read(x)
        case Group(x):
            return read(x)
        case Transpose(x):
            return read(x).T
        case Bin(op, a, b):
            return JOINS[op](read(a), read(b))
        case Call(fn, args):
            with np.errstate(over="ignore"):  # e^800 on the way to 1/(1 + e^800)
                return CALCULATOR[fn](*map(read, args))
        case Written(of, cells):
            if any(c is None or any(isinstance(n, Dots) for n in walk(c)) for row in cells for c in row):
                return read(of)
            return np.array([[float(read(c)[0, 0]) for c in row if c is not None] for row in cells])
        case _:
            raise AssertionError(f"no number is printed for {tree!r}")


class Page:
    """What a reader makes of printed digits. figures: whether the zeros that end a whole number only hold its place."""

    def __init__(self, figures: bool) -> None:
        self.figures = figures

    def half_unit(self, text: str) -> float:
        """Half a unit of the last digit that is printed."""
        digits, _, exponent = text.partition("e")
        zeros = len(digits) - len(digits.rstrip("0")) if self.figures and "." not in digits else 0
        return 0.5 * 10.0 ** (int(exponent or 0) + zeros - len(digits.partition(".")[2]))

    def close(self, found: np.ndarray, printed: Tree) -> bool:
        """Whether numbers are what is printed, to within half a unit of it."""
        assert isinstance(printed, Num | Array)
        room = np.array([[self.half_unit(t) for t in row] for row in texts(printed)])
        numbers = read(printed)
        return bool(np.all(np.abs(found - numbers) <= room * (1 + 1e-6) + 1e-12 + 1e-9 * np.abs(numbers)))

    def follows(self, above: Tree, below: Tree) -> bool:
        """Whether a line is the one above it with parts worked out, each as exactly as its digits say."""
        above, below = bare(above), bare(below)
        if isinstance(below, Num | Array):
            return self.close(read(above), below)
        match above, below:
            case Bin(p, a, b), Bin(q, c, d) if p == q and self.follows(a, c) and self.follows(b, d):
                return True
            case (Neg(a), Neg(b)) | (Transpose(a), Transpose(b)) if self.follows(a, b):
                return True
            case Call(f, (a,)), Call(g, (b,)) if f == g and self.follows(a, b):
                return True
        return np.allclose(read(above), read(below), rtol=1e-9, atol=1e-12)


def check(solution: Solution) -> None:
    for part in solution.parts:
        for solved in part.steps:
            if not isinstance(solved.item, Stated):
                check_step(solved)


def check_step(solved: Solved) -> None:
    page = Page(isinstance(solved.form, Rounding) and solved.form.figures)
    for detail in ("normal", "full", "brief"):
        first, *lines = [line.right for line in solved.lines(detail)]
        assert not isinstance(first, Num | Array) or lines
        assert np.allclose(read(lines[-1]), solved.written, rtol=1e-14, atol=0)
        for above, below in pairwise(lines):
            assert page.follows(above, below), (solved.name, above, below)
        for line in lines:
            assert page.close(read(line), lines[-1]), (solved.name, line, lines[-1])


def solved(text: str) -> Solution:
    return solve_question(load_text(text).questions[0])


# -- random questions ---------------------------------------------------------------------------------------------------

DIGITS = st.integers(0, 3).flatmap(
    lambda places: st.integers(-99 * 10**places, 99 * 10**places).map(lambda k: f"{k / 10**places:.{places}f}")
)
SIZES = st.integers(1, 4)


@st.composite
def chains(draw: st.DrawFn) -> str:
    """Formulas over numbers, vectors and matrices, each of which may use those above it."""
    n, m = draw(SIZES), draw(SIZES)
    shapes: dict[str, tuple[int, int]] = {"a": (1, 1), "x": (n, 1), "z": (n, 1), "W": (n, m), "b": (m, 1)}
    lines = [f"    {name}: {_yaml(draw, shape)}" for name, shape in shapes.items()]
    formulas = []
    for k in range(draw(st.integers(1, 5))):
        shape = draw(st.sampled_from([(1, 1), (n, 1), (m, 1), (n, m)]))
        formulas.append(f"    - r{k} = {draw(expressions(shapes, shape, 3))}")
        shapes[f"r{k}"] = shape
    digits = draw(st.integers(0, 5))
    rule = f"{{figures: {digits + 1}}}" if draw(st.booleans()) else f"{{decimals: {digits}}}"
    carry = draw(st.sampled_from(["rounded", "exact"]))
    head = f"title: t\nround: {rule}\ncarry: {carry}\ngiven:\n  family: formula\n  quantities:\n"
    return "\n".join([head + "\n".join(lines), "  formulas:", *formulas, "parts: [{label: a}]"])


def _yaml(draw: st.DrawFn, shape: tuple[int, int]) -> str:
    if shape == (1, 1):
        return draw(DIGITS)
    return "[" + ", ".join(f"[{', '.join(draw(DIGITS) for _ in range(shape[1]))}]" for _ in range(shape[0])) + "]"


@st.composite
def expressions(draw: st.DrawFn, shapes: dict[str, tuple[int, int]], shape: tuple[int, int], depth: int) -> str:
    def inner(wanted: tuple[int, int]) -> str:
        return draw(expressions(shapes, wanted, depth - 1))

    leaves = [name for name, size in shapes.items() if size == shape]
    leaves += [f"{name}.T" for name, size in shapes.items() if size[::-1] == shape]
    if not leaves:  # the outer product of two vectors has every other shape
        vectors = [next(name for name, size in shapes.items() if size == (length, 1)) for length in shape]
        leaves = [f"{vectors[0]} @ {vectors[1]}.T"]
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(leaves))
    kind = draw(st.sampled_from(["sum", "sum", "elementwise", "scale", "call", "square", "minus", "matrix", "divide"]))
    match kind:
        case "sum":
            return f"{inner(shape)} {draw(st.sampled_from('+-'))} {inner(shape)}"
        case "elementwise":
            return f"({inner(shape)})*({inner(shape)})"
        case "scale":
            return f"{draw(st.sampled_from(['2', '0.5', 'a', '-3']))}*({inner(shape)})"
        case "call":
            return f"{draw(st.sampled_from(['tanh', 'sigmoid', 'relu', 'sin']))}({inner(shape)})"
        case "square":
            return f"1 - ({inner(shape)})**2"
        case "minus":
            return f"-({inner(shape)})"
        case "matrix":
            rows, columns = shape
            middle = draw(st.sampled_from([size[0] for size in shapes.values()]))
            able = set(shapes.values()) | {size[::-1] for size in shapes.values()}
            if (rows, middle) in able and (middle, columns) in able:
                return f"({inner((rows, middle))}) @ ({inner((middle, columns))})"
            return inner(shape)
        case _:
            return f"({inner(shape)})/(1 + ({inner((1, 1))})**2)"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(chains())
def test_each_line_follows_from_the_one_above(text: str) -> None:
    check(solved(text))


# -- what once went wrong -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "formulas"),
    [
        ("{figures: 1}\ncarry: exact", ["r = 11", "s = r/(1 + 1**2)"]),  # 11 in one figure would be shown as 10
        ("{figures: 1}", ["r = 17.783**4"]),  # 100000, not 99999.99999999999
        ("{decimals: 0}", ["r = 1 - 31640625**2"]),  # beyond 10**15 every digit counts
        ("{decimals: 2}", ["r = 1/(1 + exp(1000))"]),  # e**1000 has no digits
        ("{figures: 3}", ["r = sigmoid(-900)"]),
        ("{figures: 2}\ncarry: exact", ["r = 1/3", "s = r*10**15", "u = s - 333333333333333"]),  # cancellation
        ("{decimals: 2}\ncarry: exact", ["r = 1/7", "s = r*10**9", "u = sin(s)"]),
    ],
)
def test_lines_that_need_care(head: str, formulas: list[str]) -> None:
    listed = "".join(f"    - {formula}\n" for formula in formulas)
    check(solved(f"title: t\nround: {head}\ngiven:\n  family: formula\n  formulas:\n{listed}parts: [{{label: a}}]"))


def test_no_lines_are_shown_where_no_digits_are_enough() -> None:
    text = "title: t\nround: {decimals: 2}\ngiven: {family: formula, formulas: [r = 1e16 + 1 - 1e16, s = 0.1]}\n"
    for step in solved(text + "parts: [{label: a}]").parts[0].steps:
        assert np.array_equal(read(step.lines()[-1].right), step.written)
