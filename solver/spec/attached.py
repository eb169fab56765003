"""Numbers in a file of their own beside the question, `W: {file: weights.npy}` or `.csv`; nothing in it is evaluated."""

from __future__ import annotations

import os
import re
from math import prod

from solver.errors import Problem
from solver.formula.tree import Array
from solver.rounding import Floats
from solver.spec.nodes import MAX_BYTES, Node, Report
from solver.spec.number_lists import Typed, is_row, values


class _UnreadableError(Exception):
    """What is wrong with a file."""


def names_a_file(node: Node) -> bool:
    """Whether a node is a map `{file: NAME}`."""
    return node.kind == "map" and len(node.entries) == 1 and node.entries[0][0].text == "file"


def attached(node: Node, report: Report, name: str) -> Array | None:
    """The numbers of the file that `{file: NAME}` names, shape (rows, columns); one row a line, one column for a list.

    None, and a problem, where it cannot be read.
    """
    named = node.entries[0][1]
    try:
        if named.kind != "scalar" or named.empty:
            raise _UnreadableError(f"found {named.found()} for a file, expected its name")
        path = beside(named.place.file, named.text)
        if path is None:
            raise _UnreadableError(f"{named.text[:80]!r} leads out of the question's folder")
        ending = os.path.splitext(path)[1].lower()
        if ending not in (".npy", ".csv"):
            raise _UnreadableError(f"{named.text[:80]!r} is no .npy and no .csv")
        data = _bytes(path, named.text[:80])
        report.attached += len(data)
        if report.attached > MAX_BYTES:
            raise _UnreadableError(f"the files of numbers together are larger than {MAX_BYTES:,} bytes")
        read = _npy if ending == ".npy" else _csv
        return read(data, named.text[:80])
    except _UnreadableError as error:
        hint = f"{name} is read from a file beside the question or below it, .npy or .csv"
        report.problems.append(Problem(named.place, str(error), hint))
        return None


def beside(file: str, name: str) -> str | None:
    """The path of a file beside another one or below it; None where the name, or a link, leads elsewhere."""
    if os.path.isabs(name) or os.pardir in name.replace("\\", "/").split("/"):
        return None
    folder = os.path.dirname(file) or os.curdir
    path = os.path.normpath(os.path.join(folder, name))
    if "\0" not in name and not os.path.realpath(path).startswith(os.path.join(os.path.realpath(folder), "")):
        return None
    return path


def _bytes(path: str, name: str) -> bytes:
    try:
        if not os.path.exists(path):
            raise _UnreadableError(f"{name}: does not exist")
        if not os.path.isfile(path):
            raise _UnreadableError(f"{name}: is no regular file")
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise _UnreadableError(f"{name}: cannot be read: {error.strerror or error}") from None
    if len(data) > MAX_BYTES:
        raise _UnreadableError(f"{name}: is larger than {MAX_BYTES:,} bytes")
    return data


def _npy(data: bytes, name: str) -> Array:
    """An array as numpy saves it: real numbers, one or two axes. Its header is matched, and never evaluated."""
    import numpy as np

    header = re.match(
        rb"\x93NUMPY(?:\x01\x00..|[\x02\x03]\x00....)\{'descr': (.{1,200}?), 'fortran_order': (True|False), "
        rb"'shape': (\([0-9, ]{0,40}\)),? ?\} *\n",
        data[:20_000],
        re.DOTALL,
    )
    if header is None:
        raise _UnreadableError(f"{name}: is no array as numpy saves it")
    kind, by_columns, axes = (group.decode("latin-1") for group in header.groups())
    if not re.fullmatch(r"'[<>|=](f[248]|[iu][1248])'", kind):
        raise _UnreadableError(f"{name}: holds {kind[:40]}, expected real numbers")
    dtype, shape = np.dtype(kind[1:-1]), [int(n) for n in re.findall(r"\d+", axes)]
    if len(shape) not in (1, 2) or not all(shape):
        raise _UnreadableError(f"{name}: has the shape {axes}, expected a vector or a matrix")
    if prod(shape) * dtype.itemsize != len(data) - header.end():
        raise _UnreadableError(f"{name}: is cut off, or longer than its shape says")
    numbers = np.frombuffer(data, dtype, offset=header.end()).reshape(shape, order="F" if by_columns == "True" else "C")
    return Array(_finite(numbers.astype(float).reshape(shape[0], -1), name))


def _csv(data: bytes, name: str) -> Array:
    """Rows of numbers, a comma between two; digits stay as typed."""
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise _UnreadableError(f"{name}: not UTF-8 text") from None
    rows = [line for line in lines if line.strip()]
    if not rows:
        raise _UnreadableError(f"{name}: is empty, expected rows of numbers")
    columns = rows[0].count(",")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if not is_row(line):
            raise _UnreadableError(f"{name}: line {number} is {line[:40]!r}, expected numbers with a comma between two")
        if line.count(",") != columns:
            raise _UnreadableError(f"{name}: line {number} has {line.count(',') + 1} numbers, line 1 has {columns + 1}")
    found = values(rows)
    if found is None:
        raise _UnreadableError(f"{name}: holds a number that is too large")
    return Array(found, Typed(rows))


def _finite(numbers: Floats, name: str) -> Floats:
    import numpy as np

    wrong = np.argwhere(~np.isfinite(numbers))
    if len(wrong):
        i, j = wrong[0] + 1
        raise _UnreadableError(f"{name}: row {i}, column {j} is {numbers[i - 1, j - 1]}, and numbers must be finite")
    return numbers
