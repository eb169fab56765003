"""Numbers in a file of their own beside the question, `W: {file: weights.npy}` or `.csv`; nothing in it is evaluated."""

from __future__ import annotations

import os
import re
import sys
from math import prod

from solver.errors import Problem
from solver.files import READING
from solver.formula.tree import Array
from solver.rounding import Floats
from solver.spec.nodes import MAX_BYTES, Node, Report
from solver.spec.number_lists import Typed, is_row, values


class AttachedError(Exception):
    """What is wrong with a file beside a question."""


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
            raise AttachedError(f"found {named.found()} for a file, expected its name")
        path, data = bytes_beside(named.place.file, named.text, (".npy", ".csv"), report)
        read = _npy if path.lower().endswith(".npy") else _csv
        return read(data, named.text[:80])
    except AttachedError as error:
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


def bytes_beside(file: str, name: str, endings: tuple[str, ...], report: Report, most: int = 0) -> tuple[str, bytes]:
    """The path of a file beside another one or below it, and what is in it; raises AttachedError.

    endings: of the names that are meant. most: the bytes that it may have, where that is less than the usual. The report counts the bytes of all such files.
    """
    path = beside(file, name)
    if path is None:
        raise AttachedError(f"{name[:80]!r} leads out of the question's folder")
    if os.path.splitext(path)[1].lower() not in endings:
        raise AttachedError(f"{name[:80]!r} is {' and '.join(f'no {ending}' for ending in endings)}")
    data = _bytes(path, name[:80], most or MAX_BYTES)
    report.attached += len(data)
    if report.attached > MAX_BYTES:
        raise AttachedError(f"the files beside the question together are larger than {MAX_BYTES:,} bytes")
    return path, data


def _bytes(path: str, name: str, most: int) -> bytes:
    sys.audit(READING, path)
    try:
        if not os.path.exists(path):
            raise AttachedError(f"{name}: does not exist")
        if not os.path.isfile(path):
            raise AttachedError(f"{name}: is no regular file")
        with open(path, "rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise AttachedError(f"{name}: cannot be read: {error.strerror or error}") from None
    if len(data) > most:
        raise AttachedError(f"{name}: is larger than {most:,} bytes")
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
        raise AttachedError(f"{name}: is no array as numpy saves it")
    kind, by_columns, axes = (group.decode("latin-1") for group in header.groups())
    if not re.fullmatch(r"'[<>|=](f[248]|[iu][1248])'", kind):
        raise AttachedError(f"{name}: holds {kind[:40]}, expected real numbers")
    dtype, shape = np.dtype(kind[1:-1]), [int(n) for n in re.findall(r"\d+", axes)]
    if len(shape) not in (1, 2) or not all(shape):
        raise AttachedError(f"{name}: has the shape {axes}, expected a vector or a matrix")
    if prod(shape) * dtype.itemsize != len(data) - header.end():
        raise AttachedError(f"{name}: is cut off, or longer than its shape says")
    numbers = np.frombuffer(data, dtype, offset=header.end()).reshape(shape, order="F" if by_columns == "True" else "C")
    return Array(_finite(numbers.astype(float).reshape(shape[0], -1), name))


def _csv(data: bytes, name: str) -> Array:
    """Rows of numbers, a comma between two; digits stay as typed."""
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise AttachedError(f"{name}: not UTF-8 text") from None
    rows = [line for line in lines if line.strip()]
    if not rows:
        raise AttachedError(f"{name}: is empty, expected rows of numbers")
    columns = rows[0].count(",")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if not is_row(line):
            raise AttachedError(f"{name}: line {number} is {line[:40]!r}, expected numbers with a comma between two")
        if line.count(",") != columns:
            raise AttachedError(f"{name}: line {number} has {line.count(',') + 1} numbers, line 1 has {columns + 1}")
    found = values(rows)
    if found is None:
        raise AttachedError(f"{name}: holds a number that is too large")
    return Array(found, Typed(rows))


def _finite(numbers: Floats, name: str) -> Floats:
    import numpy as np

    wrong = np.argwhere(~np.isfinite(numbers))
    if len(wrong):
        i, j = wrong[0] + 1
        raise AttachedError(f"{name}: row {i}, column {j} is {numbers[i - 1, j - 1]}, and numbers must be finite")
    return numbers
