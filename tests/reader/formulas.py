"""Random questions of formulas: any expression over shapes that fit, and what the table of functions offers."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from solver.formula.functions import FUNCTIONS
from tests.formula.functions.quantities import SHAPES
from tests.reader.drawing import NUMBERS, PLAIN, UNITS, Draw, matrix, question

CALLS = ["tanh", "sigmoid", "relu", "sin", "cos", "abs", "exp", "softplus", "gelu", "elu", "leaky_relu", "step", "sign"]
SCALAR_CALLS = ["sum", "mean", "norm"]
Size = tuple[int, int]


@st.composite
def formula(draw: Draw) -> str:
    """Formulas with every operator over numbers, vectors and matrices, each of which may use those above it."""
    n, m = draw(st.sampled_from([1, 1, 2, 3])), draw(st.sampled_from([1, 2, 3]))
    shapes: dict[str, Size] = {"a": (1, 1), "c": (1, 1), "x": (n, 1), "z": (n, 1), "W": (n, m), "b": (m, 1)}
    given = [
        f"{name}: {draw(NUMBERS) if size == (1, 1) else matrix(draw, *size, NUMBERS)}" for name, size in shapes.items()
    ]
    formulas = []
    if draw(st.booleans()):  # a recurrence over a scalar
        again = "{over: k = 1..3, formulas: ['s[k] = (k - s[k-1])**2/5']}"
        given = [*given, f"s0: {draw(UNITS)}"]
        formulas = [again, '"total = sum(s)"']
    for k in range(draw(st.integers(1, 4))):
        shape = draw(st.sampled_from([(1, 1), (1, 1), (n, 1), (m, 1), (n, m)]))
        formulas.append(f'"r{k} = {draw(expressions(shapes, shape, 3))}"')
        shapes[f"r{k}"] = shape
    return question(draw, f"family: formula, quantities: {{{', '.join(given)}}}, formulas: [{', '.join(formulas)}]", "")


@st.composite
def expressions(draw: Draw, shapes: dict[str, Size], shape: Size, depth: int) -> str:
    """A formula of a shape."""

    def inner(wanted: Size) -> str:
        return str(draw(expressions(shapes, wanted, depth - 1)))

    leaves = [name for name, size in shapes.items() if size == shape]
    leaves += [f"{name}.T" for name, size in shapes.items() if size[::-1] == shape]
    if not leaves:  # the outer product of two vectors has every other shape
        vectors = [next(name for name, size in shapes.items() if size == (length, 1)) for length in shape]
        leaves = [f"{vectors[0]} @ {vectors[1]}.T"]
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(leaves))
    kinds = ["sum", "sum", "elementwise", "scale", "call", "square", "minus", "matrix", "matrix", "divide", "larger"]
    kind = draw(st.sampled_from([*kinds, *(["scalar", "root", "power"] if shape == (1, 1) else [])]))
    made: dict[str, Callable[[], str]] = {
        "sum": lambda: f"{inner(shape)} {draw(st.sampled_from('+-'))} ({inner(shape)})",
        "elementwise": lambda: f"({inner(shape)})*({inner(shape)})",
        "scale": lambda: f"{draw(st.sampled_from(['2', '0.5', 'a', '-3']))}*({inner(shape)})",
        "call": lambda: f"{draw(st.sampled_from(CALLS))}({inner(shape)})",
        "square": lambda: f"1 - ({inner(shape)})**2",
        "minus": lambda: f"-({inner(shape)})",
        "matrix": lambda: product(shape),
        "divide": lambda: f"({inner(shape)})/(1 + ({inner((1, 1))})**2)",
        "larger": lambda: f"max(0, {inner(shape)})",
        "scalar": lambda: (
            f"{draw(st.sampled_from(SCALAR_CALLS))}({inner(draw(st.sampled_from(list(shapes.values()))))})"
        ),
        "root": lambda: f"sqrt(1 + ({inner(shape)})**2)",
        "power": lambda: f"({inner(shape)})**{draw(st.sampled_from(['3', '(-1)', '2', '0']))}",
    }

    def product(shape: Size) -> str:
        rows, columns = shape
        middle = draw(st.sampled_from([size[0] for size in shapes.values()]))
        able = set(shapes.values()) | {size[::-1] for size in shapes.values()}
        if (rows, middle) in able and (middle, columns) in able:
            return f"({inner((rows, middle))}) @ ({inner((middle, columns))})"
        return inner(shape)

    return made[kind]()


PLAIN_TABLE = [
    example
    for fn, row in FUNCTIONS.items()
    for example in row.examples
    if fn not in ("max_pick", "zeros_around") and not fn.startswith("is_")
]
"""Without those that stand in gradients of gradients only."""


@st.composite
def table(draw: Draw) -> str:
    """Examples of every function of the table, alone or in a small formula."""
    numbers = draw(st.sampled_from([PLAIN, UNITS, NUMBERS]))
    kinds = {"P": UNITS.map(lambda n: n.replace("-", "") if float(n) else "0.5"), "M": st.sampled_from("01")}
    given = [
        f"{name}: {draw(kinds.get(name, numbers)) if size == (1, 1) else matrix(draw, *size, kinds.get(name, numbers))}"
        for name, size in SHAPES.items()
    ]
    frames = ["{}", "{}", "{}", "2*({})", "1 - ({})**2", "-({})", "({}).T", "sum({})", "a*({}) + 1"]
    chosen = draw(st.lists(st.sampled_from(PLAIN_TABLE), min_size=1, max_size=3))
    formulas = [f'"r{k} = {draw(st.sampled_from(frames)).format(each)}"' for k, each in enumerate(chosen)]
    return question(draw, f"family: formula, quantities: {{{', '.join(given)}}}, formulas: [{', '.join(formulas)}]")
