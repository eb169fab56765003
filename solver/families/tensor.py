"""A tensor of a given shape and element type, written as Python's nested lists.

Quantities: tensor (the nested list).

find: tensor.
"""

import re
from collections.abc import Sequence
from math import prod
from typing import Annotated, Literal, TypeAlias

from solver.formula.tree import Num
from solver.spec.fields import AtLeast, AtMost, Scalar, Spec
from solver.spec.nodes import Report
from solver.working.items import Answer
from solver.working.page import Working

EXAMPLE = """
title: A tensor
given:
  family: tensor
  shape: [2, 2]
  elements: float
  values: [0.5, 1.0, 1.5, 2.0]
parts:
  - {label: a, marks: 1, prompt: "Write a tensor of shape [2, 2] with float elements, as in Python."}
"""

MAX_AXES = 8
MAX_ELEMENTS = 1000

Element: TypeAlias = int | float | bool
_INTEGER = re.compile(r"-?[0-9]+")


class Given(Spec):
    """What the tensor has to be."""

    shape: Annotated[
        tuple[Annotated[int, AtLeast(1)], ...], AtLeast(1), AtMost(MAX_AXES), "the size of each axis, outermost first"
    ]
    elements: Annotated[Literal["integer", "float", "boolean"], "the type of every element"]
    values: Annotated[
        tuple[Scalar | bool, ...], AtLeast(1), "the elements in order, in one flat list; 1, 2, 3, … if left out"
    ] = ()


def work(given: Given, report: Report) -> Working:
    """The tensor as a nested list; values that do not fit its shape or type go to the report."""
    working = Working()
    size, shape = prod(given.shape), list(given.shape)
    if size > MAX_ELEMENTS:
        report.add(given.place("shape"), f"shape {shape} has {size:,} elements, expected at most {MAX_ELEMENTS:,}")
        return working
    if given.values and len(given.values) != size:
        message = f"values has {len(given.values)} elements, but shape {shape} has {size}"
        report.add(given.place("values"), message, f"the sizes of the axes multiply: {' × '.join(map(str, shape))}")
        return working
    elements = _elements(given, report, size)
    title = f"A tensor of shape {shape} with {given.elements} elements"
    working.statement("tensor", _nested(elements, given.shape), title, points=_points(given))
    return working


def _elements(given: Given, report: Report, size: int) -> list[Element]:
    if given.values:
        return [_element(value, given, report, i) for i, value in enumerate(given.values)]
    counted = range(1, size + 1)
    if given.elements == "boolean":
        return [i % 2 == 1 for i in counted]
    return [float(i) if given.elements == "float" else i for i in counted]


def _element(value: Num | bool, given: Given, report: Report, index: int) -> Element:
    """One of the author's values as the element type asks; noted where it is of another type."""
    place = given.place("values", index)
    if isinstance(value, bool):
        if given.elements != "boolean":
            report.add(place, f"values holds {value}, expected {_A[given.elements]}")
        return value
    if given.elements == "boolean":
        report.add(place, f"values holds {value.text[:60]}, expected true or false")
    elif given.elements == "float":
        return float(value.value.item())
    elif not _INTEGER.fullmatch(value.text):
        hint = "a number with a decimal point or an exponent is a float"
        report.add(place, f"values holds {value.text[:60]}, expected an integer", hint)
    else:
        return int(value.text)
    return 0


_A = {"integer": "an integer", "float": "a float", "boolean": "true or false"}


def _nested(elements: Sequence[Element], shape: Sequence[int]) -> list[Answer]:
    """The elements in order as lists within lists, one level an axis."""
    if len(shape) == 1:
        return list(elements)
    each = len(elements) // shape[0]
    return [_nested(elements[i * each : (i + 1) * each], shape[1:]) for i in range(shape[0])]


def _points(given: Given) -> list[str]:
    """What to check in an answer: the brackets axis by axis, then the elements."""
    last = len(given.shape) - 1
    points = []
    for axis, size in enumerate(given.shape):
        where = "the outermost list holds" if axis == 0 else "each list one level further in holds"
        what = "element" if axis == last else "list"
        points.append(f"Axis {axis} has size {size}: {where} {size} {what}{'' if size == 1 else 's'}.")
    return [*points, _ELEMENTS[given.elements]]


_ELEMENTS = {
    "integer": "Any integers will do, written without a decimal point: 1 is an integer, 1. would be a float.",
    "float": "Any floats will do, written with a decimal point: 1. or 1.0 is a float, 1 would be an integer.",
    "boolean": "Any of True and False will do, with a capital letter and without quotes.",
}
