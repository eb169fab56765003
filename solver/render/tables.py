"""Tables in lines of equal cells."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate

from solver.formula.tree import Tree
from solver.formula.words import Words
from solver.render.blocks import Table
from solver.render.box import Align, Box, beside, cells, line
from solver.render.clean import clean
from solver.render.equations import BlockPrinter
from solver.render.pieces import Phrase, Piece, Word, aired, column, shared, span
from solver.render.spans import Role, Row, Span, sentence, spans_of

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
        yield from _ruled(made, gap, [[_roles(row[i]) for row in block.rows] for i in shown])


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


def _ruled(columns: Sequence[Sequence[Box]], gap: int, roles: Sequence[Sequence[Sequence[Role]]]) -> Iterator[Row]:
    """Columns side by side, a rule below their heads. roles: of the signs of each cell, by columns."""
    between = line(" " * gap)
    heads, *rows = (
        beside(first, *(box for each in rest for box in (between, each))) for first, *rest in zip(*columns, strict=True)
    )
    yield from (((text, "label"),) for text in heads.lines)
    yield (((" " * gap).join("─" * boxes[0].width for boxes in columns), "rule"),)
    ends = list(accumulate(boxes[0].width + gap for boxes in columns))
    said = {id(row): cells_ for row, cells_ in zip(rows, zip(*roles, strict=True), strict=True) if any(cells_)}
    for row in aired(rows):
        if id(row) in said:
            yield from _told(row, ends, [iter(each) for each in said[id(row)]])
        else:
            yield from (((text, "plain"),) for text in row.lines)


def _roles(cell: Words | Tree) -> Sequence[Role]:
    """What each sign of a cell is, its spaces left out; nothing where all is plain."""
    if not isinstance(cell, tuple) or all(isinstance(piece, str) for piece in cell):
        return ()
    return [role for text, role in spans_of(cell, "plain") for c in clean(text) if c != " "]


def _told(row: Box, ends: Sequence[int], roles: Sequence[Iterator[Role]]) -> Iterator[Row]:
    """The lines of cells side by side, which end before `ends`, each sign with what it is."""
    for text in row.lines:
        made: list[Span] = []
        at = 0
        for c in text:
            column = bisect(ends, at)
            role: Role = "plain" if c == " " or column >= len(roles) else next(roles[column], "plain")
            at += cells(c)
            if made and made[-1][1] == role:
                made[-1] = (made[-1][0] + c, role)
            else:
                made.append((c, role))
        yield tuple(made)


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
