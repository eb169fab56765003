"""Positional encoding: sines and cosines of one position, or a table of several; rotary embeddings (RoPE).

    PE(pos, 2i)     = sin(pos / base^(2i/d_model))
    PE(pos, 2i + 1) = cos(pos / base^(2i/d_model))

Positions and dimensions count from 0 (positions from 1 with positions_from: 1, the first one having pos = 0); base is
10000 (Vaswani et al., Attention Is All You Need, 2017). With `layout: halves` all sines come first, then all cosines.
A list of positions makes one table, a row for each. With `rotate`, a vector (or a row for each position) is turned pair
by pair instead, by θ = pos/base^(2i/d_model): (a, b) becomes (a cos θ − b sin θ, a sin θ + b cos θ); pairs are
neighbours, or with layout: halves the i-th of each half (Su et al., RoFormer, 2021).

Quantities: pos d_model base (given); PE0 PE1 … (the encoding in dimension 0, 1, …), or PE, the whole table; x1 x2 …,
theta0 theta1 … (the angle of each pair), r1 r2 … (the numbers of the turned vector, from the first), r (all of it).

find: encoding (every dimension asked for, or the table), sine (the even ones), cosine (the odd ones), angles, rotated,
or any quantity by name.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import numpy as np

from solver.formula.parse import parse
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Call, Literal_, Name, Num, Tree, replace_names
from solver.formula.walks.reduce import Detail, Operands
from solver.nets.layers import as_array, put, rows_of
from solver.rounding import Floats, Format
from solver.spec.fields import AtLeast, AtMost, Quantity, Scalar, Spec
from solver.spec.nodes import Report
from solver.working.items import Line, Listing, Step
from solver.working.page import Repeat, Working

if TYPE_CHECKING:
    from solver.working.sketches import Sketch

EXAMPLE = """
title: The encoding of one position
round: {decimals: 4}
given:
  family: positional
  position: 3
  d_model: 8
  dimensions: [0, 3]
parts:
  - {label: a, marks: 2, prompt: Compute the positional encoding in dimensions 0 to 3., find: encoding}
"""

MAX_DIMENSIONS = 10_000
MAX_POSITIONS = 10_000
MAX_CELLS = 100_000

Count: TypeAlias = Annotated[int, AtLeast(0)]

SINE: Tree = parse("sin(pos/base**(2*i/d_model))")
COSINE: Tree = parse("cos(pos/base**(2*i/d_model))")
EVEN, ODD = "PE_even", "PE_odd"


class Given(Spec):
    """One position or several, the embedding, the dimensions to encode, or what to rotate."""

    position: Annotated[int | None, AtLeast(0), "the position in the sequence, counted from 0"] = None
    positions: Annotated[
        tuple[Count, ...], AtMost(MAX_POSITIONS), "instead, several positions: one table, a row for each"
    ] = ()
    positions_from: Annotated[Literal[0, 1], "what the first position is called; its pos is 0"] = 0
    d_model: Annotated[int | None, AtLeast(1), "the dimension of the embeddings; with `rotate` that of the vector"] = (
        None
    )
    layout: Annotated[
        Literal["interleaved", "halves"], "sine and cosine in turn, or all sines and then all cosines"
    ] = "interleaved"
    rotate: Annotated[Quantity | None, "RoPE: a vector to turn by its position, or a row for each position"] = None
    dimensions: Annotated[tuple[int, ...], "the first and the last dimension, [0, 10]; all if left out"] = ()
    indices: Annotated[tuple[int, ...], AtMost(MAX_DIMENSIONS), "or a list of dimensions, [0, 3, 7]"] = ()
    base: Annotated[Scalar, "what is raised to the power 2i/d_model"] = Num("10000")


class Encoding(Step):
    """One dimension of the encoding: its working opens with the general formula in i."""

    general: Tree = SINE

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        """`PE(5, 2) = sin(pos/base^(2i/d_model)) = …` with the numbers in it."""
        own = Step.lines(self, operands, result, form, detail)
        return [Line(self.general, left=Name(self.name)), *own[1:]]


class Encodings(Step):
    """Every dimension of several positions: the two general formulas, and a table of what they give."""

    positions: Sequence[str] = ()
    dimensions: Sequence[int] = ()

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        """The general formulas in i."""
        return [Line(SINE, left=Name(EVEN)), Line(COSINE, left=Name(ODD))]

    def listing(self, numbers: Mapping[str, Literal_]) -> Listing:
        """A row for each position, a column for each dimension."""
        own, columns = numbers[self.name], range(len(self.dimensions))
        cells = own if isinstance(own, Array) else Array(own.value, ((own.text,),))
        rows: list[tuple[str | Tree, ...]] = []
        for n, position in enumerate(self.positions):
            rows.append((position, *(Num(cells.text(n, k)) for k in columns)))
        return Listing(("position", *map(str, self.dimensions)), tuple(rows))


def work(given: Given, report: Report) -> Working:
    """One step a dimension, one table, or a rotation; raises nothing, what does not fit goes to the report."""
    before, working = len(report.problems), Working()
    if float(given.base.text) <= 0:
        report.add(given.place("base"), f"base is {given.base.text}, expected a number above 0")
    positions = _positions(given, report)
    if given.rotate is not None:
        return _rotated(given, as_array(given.rotate), positions, report, before)
    if given.d_model is None:
        report.add(given.place(), "'d_model' is missing: the dimension of the embeddings")
        return working
    dimensions = _dimensions(given, given.d_model, report)
    if len(positions) * len(dimensions) > MAX_CELLS:
        found = f"{len(positions) * len(dimensions):,} numbers, expected at most {MAX_CELLS:,}"
        report.add(given.place("positions"), found, "fewer positions or dimensions")
    if len(report.problems) > before:
        return working
    if given.position is not None:
        pos = _begin(given, working, positions, given.d_model)
        worked = list(dict.fromkeys(_function(k, given, given.d_model)[0] for k in dimensions))[:2]
        for k in dimensions:
            _encode(k, given, given.d_model, pos, working, worked)
        working.group("encoding", [f"PE{k}" for k in dimensions])
        working.group("sine", [f"PE{k}" for k in dimensions if not _function(k, given, given.d_model)[1]])
        working.group("cosine", [f"PE{k}" for k in dimensions if _function(k, given, given.d_model)[1]])
        return working
    _begin(given, working, positions, given.d_model)
    columns = []
    for k in dimensions:
        i, cosine = _function(k, given, given.d_model)
        columns.append(replace_names(COSINE if cosine else SINE, {"i": Num(str(i))}))
    title = f"One row for each position, dimensions {dimensions[0]} to {dimensions[-1]}" if dimensions else ""
    made = Call("hstack", tuple(columns)) if len(columns) > 1 else columns[0]
    shown = [str(p) for p in given.positions]
    working.add(
        Encodings("PE", made, title, positions=shown, dimensions=dimensions),
        (len(positions), len(columns)),
        Symbol("PE"),
    )
    working.symbols |= dict(zip((EVEN, ODD), _general(given, given.d_model, "pos"), strict=True))
    working.group("encoding", ["PE"])
    working.figures["heatmap"] = lambda: _heat(shown, dimensions)
    return working


def _heat(positions: Sequence[str], dimensions: Sequence[int]) -> "Sketch":
    from solver.working.sketches import Heat  # few questions have a figure

    return Heat("Positional encoding", ("PE",), "position", "dimension", tuple(positions), tuple(map(str, dimensions)))


def _positions(given: Given, report: Report) -> list[int]:
    """pos of each position, from 0."""
    if given.position is not None and given.positions:
        report.add(given.place("positions"), "position and positions are given", "keep one of the two")
    if given.position is None and not given.positions:
        report.add(given.place(), "'position' is missing: the position in the sequence, or positions with several")
    listed = [given.position] if given.position is not None else list(given.positions)
    field = "position" if given.position is not None else "positions"
    for k, position in enumerate(listed):
        if position < given.positions_from:
            report.add(given.place(field, k), f"position {position}, but the first is {given.positions_from}")
    return [position - given.positions_from for position in listed]


def _begin(given: Given, working: Working, positions: Sequence[int], d_model: int) -> str:
    """States what the formulas use; where the first position is 1, pos is a step. Gives how a single position is shown."""
    column = Array(np.array([[float(p)] for p in positions]), tuple((str(p),) for p in positions))
    if given.positions_from and given.position is not None:
        working.given("position", Num(str(given.position)), "Position, the first one being 1")
        working.step("pos", "position - 1", "Positions before it", whole=True)
    else:
        title = "Position" if len(positions) == 1 else "Positions"
        working.given("pos", column, title + (", the first one being 0" if given.positions_from else ""))
    working.given("d_model", Num(str(d_model)), "Dimension of the embeddings")
    working.given("base", given.base, "Base of the wavelengths")
    return str(positions[0])


def _function(k: int, given: Given, d_model: int) -> tuple[int, bool]:
    """i of a dimension, and whether it takes the cosine."""
    if given.layout == "halves":
        half = (d_model + 1) // 2
        return (k - half, True) if k >= half else (k, False)
    return k // 2, bool(k % 2)


def _general(given: Given, d_model: int, position: str) -> tuple[Symbol, Symbol]:
    """PE(5, 2i) and PE(5, 2i + 1): the sine and the cosine of any i."""
    sine, cosine = ("2i", "2i + 1") if given.layout == "interleaved" else ("i", f"{(d_model + 1) // 2} + i")
    return Symbol("PE", argument=f"{position}, {sine}"), Symbol("PE", argument=f"{position}, {cosine}")


def _encode(k: int, given: Given, d_model: int, position: str, working: Working, worked: Sequence[int]) -> None:
    """One dimension. worked: the i that are worked out in full."""
    i, cosine = _function(k, given, d_model)
    general, function = (COSINE, "cosine") if cosine else (SINE, "sine")
    formula = replace_names(general, {"i": Num(str(i))})
    if given.layout == "halves":
        title = f"Dimension {k}, in the {'second' if cosine else 'first'} half, takes the {function}: i = {i}"
    else:
        pair = f"2i + 1 = {k}" if cosine else f"2i = {k}"
        title = f"Dimension {k}, {'odd' if cosine else 'even'}, takes the {function}: {pair}, so i = {i}"
    symbol = Symbol("PE", argument=f"{position}, {k}")
    working.add(Encoding(f"PE{k}", formula, title, general=general), symbol=symbol)
    heading = _general(given, d_model, position)[cosine]
    working.repeats[f"PE{k}"] = Repeat(i, f"PE{k}", heading, i in worked, "i", few=True)


# -- rotary embeddings --------------------------------------------------------------------------------------------------
def _rotated(given: Given, x: Array, positions: Sequence[int], report: Report, before: int) -> Working:
    """Each pair of numbers turned by its angle."""
    single = given.position is not None and (x.value.shape[1] == 1 or x.value.shape[0] == 1)
    if single and x.value.shape[0] == 1:
        x = x.T
    size, rows = (x.value.shape[0], 1) if single else (x.value.shape[1], x.value.shape[0])
    place = given.place("rotate")
    if size % 2:
        report.add(place, f"{size} numbers cannot be turned in pairs", "an even number is expected")
    if rows != len(positions):
        report.add(place, f"there are {rows} rows, but {len(positions)} positions", "a row for each position")
    if given.d_model not in (None, size):
        report.add(given.place("d_model"), f"d_model is {given.d_model}, but {size} numbers are to be turned")
    for name in ("dimensions", "indices"):
        if getattr(given, name):
            report.add(given.place(name), f"{name} is for sines and cosines", "rotate turns every pair")
    if len(report.problems) > before:
        return Working()
    working = Working()
    for k in range(size):
        column = rows_of(x, k, k + 1) if single else rows_of(x.T, k, k + 1).T
        title = f"Number {k + 1} of the vector" if single else f"Number {k + 1} of each vector"
        working.given(f"x{k + 1}", column, title, Symbol("x", str(k + 1)))
    _begin(given, working, positions, size)
    parts: list[str] = [""] * size
    for i in range(size // 2):
        a, b = (2 * i + 1, 2 * i + 2) if given.layout == "interleaved" else (i + 1, size // 2 + i + 1)
        _pair(i, a, b, working)
        parts[a - 1], parts[b - 1] = f"r{a}", f"r{b}"
    together = Call("vstack" if single else "hstack", tuple(map(Name, parts)))
    working.step(
        "r",
        together,
        "The turned vector" if single else "The turned vectors",
        symbol=Symbol("x" if single else "X", "rot"),
    )
    working.group("angles", [f"theta{i}" for i in range(size // 2)])
    working.group("rotated", ["r"])
    return working


def _pair(i: int, a: int, b: int, working: Working) -> None:
    """One pair, the numbers a and b."""
    theta = replace_names(parse("pos/base**(2*i/d_model)"), {"i": Num(str(i))})
    working.step(f"theta{i}", theta, f"Pair {i}, numbers {a} and {b}: the angle", symbol=Symbol("theta", str(i)))
    for k, formula in ((a, "x*cos(t) - y*sin(t)"), (b, "x*sin(t) + y*cos(t)")):
        made = put(formula, x=f"x{a}", y=f"x{b}", t=f"theta{i}")
        working.step(f"r{k}", made, f"Pair {i}: number {k}", symbol=Symbol("x", f"rot,{k}"))


def _dimensions(given: Given, d_model: int, report: Report) -> list[int]:
    """The dimensions asked for, in order; each must lie in the embedding."""
    if given.dimensions and given.indices:
        report.add(given.place("indices"), "both dimensions and indices are given", "keep one of the two")
        return []
    field = "indices" if given.indices else "dimensions"
    listed = given.indices or given.dimensions
    seen: set[int] = set()
    for i, k in enumerate(listed):
        if not 0 <= k < d_model:
            report.add(given.place(field, i), f"dimension {k} does not exist", f"they count from 0 to {d_model - 1}")
        elif given.indices and k in seen:
            report.add(given.place(field, i), f"dimension {k} stands twice")
        seen.add(k)
    if given.indices:
        return list(given.indices)
    if len(listed) > 2:
        hint = "[0, 10] means 0 to 10; a list of single dimensions goes under `indices`"
        report.add(given.place(field), f"dimensions has {len(listed)} numbers, expected the first and the last", hint)
        return []
    first, last = (listed[0], listed[-1]) if listed else (0, d_model - 1)
    if first > last:
        report.add(given.place(field), f"dimensions goes from {first} to {last}", "the first one first")
    elif last - first >= MAX_DIMENSIONS:
        report.add(given.place(field), f"{last - first + 1:,} dimensions, expected at most {MAX_DIMENSIONS:,}")
        return []
    return list(range(first, last + 1))
