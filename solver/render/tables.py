"""Tables in lines of equal cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from solver.formula.tree import Tree
from solver.formula.words import Words
from solver.render.blocks import Table
from solver.render.box import Align, Box, beside, line
from solver.render.clean import clean
from solver.render.equations import BlockPrinter
from solver.render.pieces import Phrase, Piece, Word, aired, column, shared, span
from solver.render.spans import Row, sentence

_GAP, _LEAST_GAP = 3, 2


def table(block: Table, width: int) -> Iterator[Row]:
    """The columns side by side; those without room stand below, beside the first column again."""
    if not block.header:
        return
    printer = BlockPrinter(block.symbols, block.most)
    header = [Phrase(clean(head if isinstance(head, str) else sentence(head))) for head in block.header]
    body = [[_cell(each, printer) for each in row] for row in block.rows]
    columns = list(zip(*body, strict=True)) or [()] * len(header)
    spans = [_span(head, pieces) for head, pieces in zip(header, columns, strict=True)]
    needs = [max(head.least, _need(pieces)) for head, pieces in zip(header, columns, strict=True)]
    for k, shown in enumerate(_tables(needs, width)):
        if k:
            yield ()
        gap = _GAP if sum(needs[i] + _GAP for i in shown) <= width else _LEAST_GAP
        rooms = shared([spans[i] for i in shown], width - gap * (len(shown) - 1))
        made = [_column(header[i], columns[i], room, block.sides[i]) for i, room in zip(shown, rooms, strict=True)]
        yield from _ruled(made, " " * gap)


def _need(pieces: Sequence[Piece]) -> int:
    """The width that a column should have: formulas are broken only where they have no room at all."""
    words = [p.least for p in pieces if isinstance(p, Phrase)]
    formulas = [p for p in pieces if not isinstance(p, Phrase)]
    return max([*words, span(formulas)[0] if formulas else 0])


def _tables(needs: Sequence[int], width: int) -> Iterator[list[int]]:
    """The columns of each of the tables that a table is set as, by the widths that they need."""
    shown: list[int] = [0]
    for i in range(1, len(needs)):
        if len(shown) > 1 and sum(needs[k] + _LEAST_GAP for k in shown) + needs[i] > width:
            yield shown
            shown = [0]
        shown.append(i)
    yield shown


def _ruled(columns: Sequence[Sequence[Box]], gap: str) -> Iterator[Row]:
    """Columns side by side, a rule below their heads."""
    between = line(gap)
    heads, *rows = (
        beside(first, *(box for each in rest for box in (between, each))) for first, *rest in zip(*columns, strict=True)
    )
    yield from (((text, "label"),) for text in heads.lines)
    yield ((gap.join("─" * boxes[0].width for boxes in columns), "rule"),)
    for row in aired(rows):
        yield from (((text, "plain"),) for text in row.lines)


def _cell(cell: Words | Tree, printer: BlockPrinter) -> Piece:
    if not isinstance(cell, tuple):
        return printer.print(cell)
    said = clean(sentence(cell)).strip()
    return Word(said) if said in ("", "…") else Phrase(said)  # which is no word among numbers


def _span(head: Piece, pieces: Sequence[Piece]) -> tuple[int, int]:
    """The width of a column and its head where there is room, and the least that it can be."""
    natural, least = span(pieces) if pieces else (0, 0)
    return max(natural, head.natural.width), max(least, head.least)


def _column(head: Piece, pieces: Sequence[Piece], room: int, side: Align | None) -> list[Box]:
    """A column below its head, both on one side."""
    boxes = [head.within(room), *(column(pieces, room) if pieces else ())]
    width = max(box.width for box in boxes)
    return [box.padded(width, side or "left") for box in boxes]
