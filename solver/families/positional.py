"""Sinusoidal positional encoding, as in the Transformer: sines in even dimensions, cosines in odd ones.

    PE(pos, 2i)     = sin(pos / base^(2i/d_model))
    PE(pos, 2i + 1) = cos(pos / base^(2i/d_model))

Positions and dimensions count from 0; base is 10000 (Vaswani et al., Attention Is All You Need, 2017).

Quantities: pos d_model base (given); PE0 PE1 … (the encoding in dimension 0, 1, …).

find: encoding (every dimension asked for), sine (the even ones), cosine (the odd ones), or any quantity by name.
"""

from dataclasses import dataclass
from typing import Annotated

from solver.formula.parse import parse
from solver.formula.symbol import Symbol
from solver.formula.tree import Name, Num, Tree, replace_names
from solver.formula.walks.reduce import Detail, Operands
from solver.rounding import Floats, Format
from solver.spec.fields import AtLeast, AtMost, Scalar, Spec
from solver.spec.nodes import Report
from solver.working.items import Line, Step
from solver.working.page import Working

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

SINE: Tree = parse("sin(pos/base**(2*i/d_model))")
COSINE: Tree = parse("cos(pos/base**(2*i/d_model))")


class Given(Spec):
    """One position, the embedding, and the dimensions to encode."""

    position: Annotated[int, AtLeast(0), "the position in the sequence, counted from 0"]
    d_model: Annotated[int, AtLeast(1), "the dimension of the embeddings"]
    dimensions: Annotated[tuple[int, ...], "the first and the last dimension, [0, 10]; all if left out"] = ()
    indices: Annotated[tuple[int, ...], AtMost(MAX_DIMENSIONS), "or a list of dimensions, [0, 3, 7]"] = ()
    base: Annotated[Scalar, "what is raised to the power 2i/d_model"] = Num("10000")


@dataclass
class Encoding(Step):
    """One dimension of the encoding: its working opens with the general formula in i."""

    general: Tree = SINE

    def lines(self, operands: Operands, result: Floats, form: Format, detail: Detail) -> list[Line]:
        """`PE(5, 2) = sin(pos/base^(2i/d_model)) = …` with the numbers in it."""
        own = Step.lines(self, operands, result, form, detail)
        return [Line(self.general, left=Name(self.name)), *own[1:]]


def work(given: Given, report: Report) -> Working:
    """One step a dimension; raises nothing, what does not fit goes to the report."""
    before, working = len(report.problems), Working()
    dimensions = _dimensions(given, report)
    if float(given.base.text) <= 0:
        report.add(given.place("base"), f"base is {given.base.text}, expected a number above 0")
    if len(report.problems) > before:
        return working
    working.given("pos", Num(str(given.position)), "Position")
    working.given("d_model", Num(str(given.d_model)), "Dimension of the embeddings")
    working.given("base", given.base, "Base of the wavelengths")
    for k in dimensions:
        _encode(k, given.position, working)
    working.group("encoding", [f"PE{k}" for k in dimensions])
    working.group("sine", [f"PE{k}" for k in dimensions if k % 2 == 0])
    working.group("cosine", [f"PE{k}" for k in dimensions if k % 2])
    return working


def _encode(k: int, position: int, working: Working) -> None:
    i = k // 2
    general, function, pair = (COSINE, "cosine", f"2i + 1 = {k}") if k % 2 else (SINE, "sine", f"2i = {k}")
    formula = replace_names(general, {"i": Num(str(i))})
    title = f"Dimension {k}, {'odd' if k % 2 else 'even'}, takes the {function}: {pair}, so i = {i}"
    symbol = Symbol("PE", argument=f"{position}, {k}")
    working.add(Encoding(f"PE{k}", formula, title, general=general), symbol=symbol)


def _dimensions(given: Given, report: Report) -> list[int]:
    """The dimensions asked for, in order; each must lie in the embedding."""
    if given.dimensions and given.indices:
        report.add(given.place("indices"), "both dimensions and indices are given", "keep one of the two")
        return []
    field = "indices" if given.indices else "dimensions"
    listed = given.indices or given.dimensions
    seen: set[int] = set()
    for i, k in enumerate(listed):
        if not 0 <= k < given.d_model:
            report.add(
                given.place(field, i), f"dimension {k} does not exist", f"they count from 0 to {given.d_model - 1}"
            )
        elif given.indices and k in seen:
            report.add(given.place(field, i), f"dimension {k} stands twice")
        seen.add(k)
    if given.indices:
        return list(given.indices)
    if len(listed) > 2:
        hint = "[0, 10] means 0 to 10; a list of single dimensions goes under `indices`"
        report.add(given.place(field), f"dimensions has {len(listed)} numbers, expected the first and the last", hint)
        return []
    first, last = (listed[0], listed[-1]) if listed else (0, given.d_model - 1)
    if first > last:
        report.add(given.place(field), f"dimensions goes from {first} to {last}", "the first one first")
    elif last - first >= MAX_DIMENSIONS:
        report.add(given.place(field), f"{last - first + 1:,} dimensions, expected at most {MAX_DIMENSIONS:,}")
        return []
    return list(range(first, last + 1))
