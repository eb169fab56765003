"""The function table: one row a function, one file a topic. A file with ROWS in it is part of the table by its name."""

from importlib import import_module

from solver.files import registered
from solver.formula.functions.row import (
    CONSTANT,
    Adjoint,
    Case,
    Function,
    FunctionTable,
    Notation,
    Own,
    Pair,
    Slip,
    Style,
)
from solver.formula.functions.written import Cells
from solver.formula.greek import GREEK

__all__ = [
    "ACTIVATIONS",
    "CONSTANT",
    "FUNCTIONS",
    "TOPICS",
    "Adjoint",
    "Case",
    "Cells",
    "Function",
    "Notation",
    "Own",
    "Pair",
    "Slip",
    "Style",
    "listed",
    "summary",
    "word",
]

TOPICS: dict[str, dict[str, Function]] = {}
"""The rows of each topic, by the first sentence of its file."""

FUNCTIONS = FunctionTable()
"""Every function by name."""

for _file in registered(__name__):
    _module = import_module(f"{__name__}.{_file}")
    if _rows := getattr(_module, "ROWS", None):
        TOPICS[(_module.__doc__ or "").split(".")[0].split(": ")[0]] = _rows
        FUNCTIONS.update(_rows)

_BY_ROW = {row.by_row for row in FUNCTIONS.values()}
ACTIVATIONS = tuple(name for name, row in FUNCTIONS.items() if row.activation and name not in _BY_ROW)
"""The functions that a layer can name as its activation."""


def listed() -> list[str]:
    """The table in words, a topic at a time: each function as it is called, and its sentence."""
    lines: list[str] = []
    for topic, rows in TOPICS.items():
        lines += ["", f"{topic}:"]
        lines += [f"  {_called(fn, row)}: {row.doc}" for fn, row in rows.items()]
    return lines[1:]


def summary() -> str:
    """The table as a list in markdown, a topic a line: each function as it is called."""
    return "\n".join(
        f"- {topic}: {', '.join(f'`{_called(fn, row)}`' for fn, row in rows.items())}" for topic, rows in TOPICS.items()
    )


def _called(fn: str, row: Function) -> str:
    """`correlate(u, k, stride=1)`, what may be left out with its default."""
    if fn == "[]":
        return "X[rows, columns]"
    required = row.params[: row.least]
    optional = [f"{name}={text}" for name, text in zip(row.params[row.least :], row.defaults, strict=True)]
    given = [name if default in (None, ()) else f"{name}={default}" for name, default in row.options.items()]
    return f"{fn}({', '.join([*required, *['…'] * row.more, *optional, *given])})"


def word(fn: str) -> str:
    """What a function is called in words."""
    notation = FUNCTIONS[fn].notation
    found = notation.word or str(fn)
    return GREEK.get(found, found) + (f"_{notation.below}" if notation.below else "")
