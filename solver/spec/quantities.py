"""Numbers, vectors and matrices as they are read; numbers keep the digits that were typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import inf

import numpy as np

from solver.formula.tree import Array, Num, number_of
from solver.spec.attached import attached, names_a_file
from solver.spec.nodes import Node, Report
from solver.spec.number_lists import Typed, cells, values

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
_FRACTION = re.compile(r"\s*([-+]?\d+(?:\.\d*)?|[-+]?\.\d+)\s*/\s*(\d+(?:\.\d*)?|\.\d+)\s*", re.ASCII)
MAX_FRACTION = 40
_FILLS = {"zeros": "0", "ones": "1"}
MAX_FILLED = 1_000_000
_NOTHING = (("0",),)
"""Stands for what could not be read; the report already refuses it."""


def is_number(text: str) -> bool:
    """Whether a text is a number as it is typed."""
    return _NUMBER.fullmatch(text) is not None


def number(node: Node, report: Report, name: str) -> Num:
    """A scalar quantity."""
    return Num(_digits(node, report, name, fractions=False))


def vector(node: Node, report: Report, name: str) -> Array:
    """A column vector, shape (n, 1): a list of numbers (or of rows of one number), one number, or a file."""
    if names_a_file(node):
        found = attached(node, report, name)
        if found and found.value.shape[1] != 1:
            rows, columns = found.value.shape
            report.add(node, f"{name} in the file is {rows}×{columns}, expected a vector", "a vector is one column")
        return found or _array(_NOTHING)
    if filled(node):
        found = _filled(node, report, name)
        if found.value.shape[1] != 1:
            report.add(node, f"{name} is {found.value.shape[0]}×{found.value.shape[1]}, expected a vector")
        return found
    if node.kind == "map":
        hint = "such as [1.0, 2.0], or {file: NAME.csv}"
        report.add(node, f"found {node.found()} for {name}, expected a list of numbers", hint)
        return _array(_NOTHING)
    if node.numbers and (found_values := values(node.numbers.rows)) is not None:
        if not node.numbers.nested:
            return Array(found_values.T, Typed(node.numbers.rows), transposed=True)
        if found_values.shape[1] == 1:
            return Array(found_values, Typed(node.numbers.rows))
    items = node.items if node.kind == "list" else [node]
    long = next((item for item in items if item.kind == "list" and item.length != 1), None)
    if long is not None:
        report.add(long, f"{name} has a row of {long.length} numbers, expected a vector", "a vector is one list")
        return _array(_NOTHING)
    if not items:
        report.add(node, f"{name} is empty, expected numbers")
    numbers = [item.items[0] if item.kind == "list" else item for item in items]
    return _array([(_digits(item, report, name),) for item in numbers] or _NOTHING)


def matrix(node: Node, report: Report, name: str) -> Array:
    """A matrix, shape (rows, columns): a list of rows, or a file."""
    if names_a_file(node):
        return attached(node, report, name) or _array(_NOTHING)
    if filled(node):
        return _filled(node, report, name)
    if node.numbers and node.numbers.nested and (found := values(node.numbers.rows)) is not None:
        return Array(found, Typed(node.numbers.rows))
    rows = node.items
    if node.kind != "list" or any(row.kind != "list" for row in rows):
        wrong = next((row for row in rows if row.kind != "list"), node)
        single = is_number(node.text)
        hint = f"a single number is [[{node.text[:60]}]]" if single else "such as [[1, 2], [3, 4]]"
        report.add(wrong, f"found {wrong.found()} for {name}, expected a list of rows", hint)
        return _array(_NOTHING)
    for row in rows:
        if row.length != rows[0].length:
            message = f"{name} has rows of {rows[0].length} and {row.length} numbers"
            report.add(row, message, "every row of a matrix has equally many")
            return _array(_NOTHING)
    if not rows or not rows[0].length:
        report.add(node, f"{name} is empty, expected numbers")
        return _array(_NOTHING)
    return _array([_row(row, report, name) for row in rows])


def quantity(node: Node, report: Report, name: str) -> Num | Array:
    """A number, a vector (a list) or a matrix (a list of lists)."""
    if names_a_file(node):
        return matrix(node, report, name)
    if filled(node):
        return _filled(node, report, name)
    if node.kind != "list":
        return Num(_digits(node, report, name))
    nested = node.numbers.nested if node.numbers else any(row.kind == "list" for row in node.items)
    return (matrix if nested else vector)(node, report, name)


def _row(row: Node, report: Report, name: str) -> str | tuple[str, ...]:
    """A row as it stands in the text, where it is long and sound, or digit by digit."""
    if row.numbers and not row.numbers.nested and values(row.numbers.rows) is not None:
        return row.numbers.rows[0]
    return tuple(_digits(cell, report, name) for cell in row.items)


def _array(rows: Sequence[str | tuple[str, ...]]) -> Array:
    texts = [row for row in rows if isinstance(row, str)]
    if len(texts) == len(rows) and (found := values(texts)) is not None:
        return Array(found, Typed(texts))
    typed = tuple(cells(row) if isinstance(row, str) else row for row in rows)
    return Array(np.array([[number_of(cell) for cell in row] for row in typed]), typed)


def _digits(node: Node, report: Report, name: str, fractions: bool = True) -> str:
    """The digits of a number, or of a fraction; 0 stands for what is none, and the report refuses it."""
    text = node.text
    if fractions and node.kind == "scalar" and (fraction := _fraction(text)):
        return fraction
    if node.kind == "scalar" and is_number(text):
        if abs(float(text)) < inf:
            return text.removeprefix("+")
        report.add(node, f"{name} is {text[:60]}, which is too large", "the largest number is about 1.8e308")
    else:
        report.add(node, f"found {node.found()} for {name}, expected a number", _hint(text))
    return "0"


def _fraction(text: str) -> str:
    """A fraction of two numbers without a space, 1/3; nothing where it is none, or has no value."""
    match = _FRACTION.fullmatch(text)
    if match is None or len(text) > MAX_FRACTION or not float(match[2]):
        return ""
    return f"{match[1].removeprefix('+')}/{match[2]}"


def filled(node: Node) -> bool:
    """Whether a node is a map `{zeros: [3, 4]}` or `{ones: …}`."""
    return node.kind == "map" and len(node.entries) == 1 and node.entries[0][0].text in _FILLS


def _filled(node: Node, report: Report, name: str) -> Array:
    """Rows and columns of equal numbers."""
    key, size = node.entries[0]
    sizes = [item.text for item in (size.items if size.kind == "list" else [size])]
    sound = 1 <= len(sizes) <= 2 and all(s.isascii() and s.isdigit() and len(s) <= 6 and int(s) for s in sizes)
    rows, columns = (int(sizes[0]), int(sizes[-1]) if len(sizes) > 1 else 1) if sound else (0, 0)
    if not sound or rows * columns > MAX_FILLED:
        message = f"found {size.found()} for {key.text} of {name}, expected rows and columns"
        report.add(size, message, f"such as {{{key.text}: [3, 4]}}, of at most {MAX_FILLED:,} numbers")
        return _array(_NOTHING)
    return _array([(_FILLS[key.text],) * columns] * rows)


def _hint(text: str) -> str:
    """What helps who typed this where a number is expected."""
    if "inf" in text.lower() or "nan" in text.lower():
        return "numbers must be finite"
    over = re.fullmatch(r"\s*([-+]?[\d.]{1,20})\s*/\s*([\d.]{1,20})\s*", text, re.ASCII)
    if over and is_number(over[1]) and is_number(over[2]) and float(over[2]):
        return f"a given number is written in digits: {float(over[1]) / float(over[2]):.6g}"
    if re.fullmatch(r"[-+]?\d+,\d+", text):
        return f"the decimal sign is a point: {text.replace(',', '.')}"
    return ""


QUANTITIES: dict[str, Callable[[Node, Report, str], Num | Array]] = {
    "number": number,
    "vector": vector,
    "matrix": matrix,
    "quantity": quantity,
}
