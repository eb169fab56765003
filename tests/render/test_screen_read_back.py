"""Whole documents in two dimensions: each line of working reads as it does in one line of text, at every width."""

import random
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby

import numpy as np

from solver.formula.print.printer_text import TextPrinter, symbol_text
from solver.formula.symbol import default_symbol
from solver.formula.tree import names
from solver.render.blocks import Equations
from solver.render.layout import lay_out
from solver.working.items import Line
from tests.reader import plain, screen
from tests.reader.expression import ElidedError, Floats, UnreadableError, same, value
from tests.reader.page import entries
from tests.render.documents import NAMES, blocks
from tests.tables import each
from tests.trials import times

_SIGNS = ("=", "≈", "→")


def rights(block: Equations, width: int) -> Iterator[tuple[Line, list[str]]]:
    """Every line of working with what stands right of its sign, as a screen of that width shows it."""
    laid = ("".join(text for text, role in row if role != "note").rstrip() for row in lay_out([block], width))
    rows = [screen.cells(row) for row in laid]
    column = min(place for row in rows if (place := _sign(row)) >= 0)
    shown: list[list[str]] = []
    for filled, group in groupby(rows, key=bool):
        lines = list(group)
        signs = [k for k, row in enumerate(lines) if _sign(row) == column]
        if not filled or (not signs and "".join(lines[0][: column + 1]).strip()):
            continue  # a blank line, or a left side that has no room beside the others
        if len(signs) > 1:
            assert len(signs) == len(lines)
        for piece in [[line] for line in lines] if len(signs) > 1 else [lines]:
            cut = [" " + "".join(row[column + 1 :]) for row in piece]
            if signs:
                shown.append(cut)
            else:
                shown[-1] += ["", *cut]
    yield from zip(block.lines, shown, strict=True)


def _sign(row: list[str]) -> int:
    """Where a row's sign stands; −1 where it has none."""
    return next((k for k, c in enumerate(row) if c in _SIGNS and row[k - 1 : k + 2 : 2] == [" ", " "]), -1)


@each("name", NAMES)
def test_a_screen_says_what_a_line_says(name: str) -> None:
    working = [block for block in blocks(name) if isinstance(block, Equations)]
    for block in random.Random(1).sample(working, min(len(working), times(6))):  # a document repeats itself
        for (line, narrow), (_, wide) in zip(rights(block, 60), rights(block, 100), strict=True):
            agree(line, [narrow] if narrow == wide else [narrow, wide], block)


def agree(line: Line, screens: list[list[str]], block: Equations) -> None:
    """Fails where a screen says something else than the line."""
    rng = np.random.default_rng(1)
    known: dict[str, Floats] = {}
    values: dict[str, Floats] = {}
    for name in names(line.right):
        symbol = block.symbols.get(name) or default_symbol(name)
        size = [n if isinstance(n, int) else {"n": 4, "K": 3}.get(n, 2) for n in symbol.shape]
        known[symbol_text(symbol)] = values[name] = rng.uniform(0.5, 2, size)
    printer = TextPrinter(block.symbols, block.most)
    known |= dict(entries(line.right, printer.print, values))
    text = printer.print(line.right)
    try:
        said = plain.read(text, known)
        for shown in screens:
            read = screen.read(shown, known)
            if read != said:
                with suppress(ElidedError):
                    assert same(value(said), value(read)), "\n".join([text, *shown])
    except UnreadableError:
        if not re.search("[…⋮⋱]", text):  # in a matrix, too, where it takes the place of rows
            raise
