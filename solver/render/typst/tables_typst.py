"""Tables in Typst: columns as wide as their cells where there is room, words broken where there is not."""

from __future__ import annotations

from itertools import zip_longest

from solver.formula.print.printer_typeset import TypesetPrinter, words_typeset
from solver.formula.print.setter_width import WIDTH
from solver.formula.tree import Array, Tree
from solver.formula.typeset import Align, plain_number
from solver.formula.words import Words
from solver.render.blocks import Table
from solver.render.typst.words_typst import SETTER, words

_GAP = 1.2
"""Between two columns."""
_LEAST = 0.45
"""The smallest size of letters, of that of the page."""
_NARROW = 8.0
"""Words as wide as these are not broken."""

_ALIGNS: dict[Align | None, str] = {"left": "left", "centre": "center", "right": "right", None: "left"}


def table(block: Table, room: float) -> str:
    """The table; where its formulas have no room, in smaller letters."""
    printer = TypesetPrinter(block.symbols, block.most)
    header = tuple((cell,) if isinstance(cell, str) else cell for cell in block.header)
    columns = list(zip_longest(header, *block.rows, fillvalue=("",)))
    widths = [max(_width(cell, printer) for cell in column) for column in columns]
    firm = [any(not isinstance(cell, tuple) for cell in column) for column in columns]
    least = [width if held else min(width, _NARROW) for width, held in zip(widths, firm, strict=True)]
    free = room - _GAP * len(columns)
    loose = [width > low for width, low in zip(widths, least, strict=True)] if sum(widths) > free else []
    tracks = (f"{widths[k]:.3g}fr" if loose and loose[k] else "auto" for k in range(len(columns)))
    aligns = (_ALIGNS[side] for side in block.sides)
    size = max(min(free / max(sum(least), 1e-9), 1.0), _LEAST)
    cells = "\n".join(f"  {', '.join(f'[{_cell(c, printer, room)}]' for c in row)}," for row in block.rows)
    heads = ", ".join(f"[{words(cell, room)}]" for cell in header)
    made = (
        f"#table(\n  columns: ({''.join(f'{t}, ' for t in tracks)}), align: ({''.join(f'{a}, ' for a in aligns)}),\n"
        f"  table.header({heads}),\n{cells}\n)"
    )
    return made if size == 1.0 else f"#text(size: {size:.2f}em)[\n{made}\n]"


def _width(cell: Words | Tree, printer: TypesetPrinter) -> float:
    return WIDTH.set(words_typeset(cell) if isinstance(cell, tuple) else printer.print(cell))


def _cell(cell: Words | Tree, printer: TypesetPrinter, room: float) -> str:
    if isinstance(cell, tuple):
        return words(cell, room)
    formula = printer.print(cell)
    if number := plain_number(formula):
        return number  # set in half the time of mathematics, and looks the same
    made = f"$display({SETTER.set(formula)})$"
    return f"#tall({made})" if isinstance(cell, Array) else made
