"""A document in lines of equal cells: the one layout behind plain text and the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from solver.formula.print.printer_text import TextPrinter, words_text
from solver.formula.tree import Tree
from solver.named import NamedTuple
from solver.render.blocks import (
    Block,
    Bullets,
    Cases,
    Displayed,
    Equations,
    Facts,
    Figure,
    Heading,
    Inset,
    Listed,
    Picture,
    Prose,
    Table,
)
from solver.render.box import Box, beside, braced, cells, level, line, stacked
from solver.render.clean import clean
from solver.render.equations import BlockPrinter
from solver.render.pieces import Phrase, aired, column, shared, span, wrap
from solver.render.setter_pieces import PieceSetter
from solver.render.spans import Role, Row, folded, sentence, spans_of, told_apart
from solver.render.tables import table
from solver.working.items import Line

_EMPTY: Row = ()
_INDENT = 2
_GAP = 4
_COLUMN_GAP = 3
_WIDEST_LEFT = 0.4
_HEADINGS: dict[int, Role] = {1: "document", 2: "part"}
_ASIDE = " · "
_RULES = {1: "═", 2: "─"}


class Reveal(NamedTuple):
    """Lines that are read together. block: which they set, whole or a line of its working; part: where they stand.

    waits: whether a reader who works along may first want to find out for himself.
    """

    rows: list[Row]
    block: Block
    part: str = ""
    waits: bool = False


def lay_out(blocks: Sequence[Block], width: int) -> Iterator[Row]:
    """The lines of a document, none wider than `width` unless something in it cannot be broken."""
    return (row for stage in staged(blocks, width) for row in stage.rows)


def staged(blocks: Sequence[Block], width: int, part: str = "") -> Iterator[Reveal]:
    """The same, in the order of reading. part: that of what stands before any heading."""
    width = max(width, 1)
    above: Block | None = None
    begun = False
    for block in blocks:
        pieces = [rows for rows in _pieces(block, width) if rows]
        if not pieces:
            continue
        if above is not None and not _close(above, block):
            pieces[0].insert(0, _EMPTY)
        if isinstance(block, Heading):
            part, begun = block.part, False
            waits = above is not None and bool(part)
        else:
            waits = _waits(above, block, begun)
            begun = begun or not isinstance(block, _WORDS)
        for k, rows in enumerate(pieces):
            yield Reveal(rows, block, part, waits or k > 0)
        above = block


def _pieces(block: Block, width: int) -> Iterator[list[Row]]:
    """The lines of a block; of working a piece for each line."""
    if isinstance(block, Equations):
        yield from _equations(block, width)
    else:
        yield list(_rows(block, width))


_WORDS = (Prose, Bullets, Inset, Listed, Displayed, Picture, Figure)


def _waits(above: Block | None, block: Block, begun: bool) -> bool:
    """Whether a block tells something to be found out, and not what is asked, or what belongs to what has been told.

    begun: whether working stands before it in its part.
    """
    match above, block:
        case Prose(role="title"), Bullets() | Prose(role="label"):
            return True  # an answer in words
        case Prose(role="title" | "label" | "why"), _:
            return False
        case _, Prose(role="title" | "label"):
            return begun
        case _:
            return begun or not isinstance(block, _WORDS)


def _close(above: Block, block: Block) -> bool:
    """Whether two blocks stand without a blank line between them: a title and what it introduces."""
    if isinstance(above, Prose) and above.role in ("title", "label"):
        return isinstance(block, Equations | Cases | Facts | Bullets | Table) or (
            isinstance(block, Prose) and block.role == "why"
        )
    return False


def _inside(mark: str, role: Role, blocks: Sequence[Block], width: int) -> Iterator[Row]:
    """Blocks behind a mark, which stands before their first line; a list follows its sentence closely."""
    indent = cells(mark)
    above: Block | None = None
    first = True
    for block in blocks:
        rows = list(_rows(block, max(width - indent, 1)))
        if rows and above is not None and not (_close(above, block) or isinstance(block, Bullets)):
            yield _EMPTY
        for row in rows:
            yield ((mark, role) if first else (" " * indent, role), *row) if row else row
            first = False
        above = block if rows else above
    if first:
        yield ((mark, role),)


def _rows(block: Block, width: int) -> Iterator[Row]:
    match block:
        case Heading():
            yield from _heading(block, width)
        case Prose():
            yield from _prose(block, width)
        case Bullets(items, start):
            for number, item in enumerate(items, start or 0):
                yield from _inside("• " if start is None else f"{number}. ", "mark", item, width)
        case Inset(blocks, kind):
            yield from _inside(
                "Note: " if kind == "note" else "│ ", "label" if kind == "note" else "rule", blocks, width
            )
        case Listed(text):
            for each in text.split("\n"):
                yield from folded(((" " * _INDENT, "plain"), (clean(each.expandtabs(4)), "code")), width)
        case Displayed(formula):
            box = PieceSetter().set(formula).within(max(width - _INDENT, 1))
            yield from (((" " * _INDENT + each, "plain"),) for each in box.lines)
        case Picture(alt, path):
            said = clean(f"{alt} ({os.path.basename(path)})" if alt else os.path.basename(path))
            yield from (((each, "note"),) for each in wrap(f"[Picture: {said}]", width))
        case Figure(_, alt):
            yield from (((each, "note"),) for each in wrap(f"[{clean(alt)}]", width))
        case Equations():
            yield from (row for rows in _equations(block, width) for row in rows)
        case Cases():
            yield from _cases(block, width)
        case Facts():
            yield from _facts(block, width)
        case Table():
            yield from table(block, width)


def _heading(block: Heading, width: int) -> Iterator[Row]:
    role = _HEADINGS.get(block.level, "heading")
    lines, aside = wrap(clean(words_text(block.words)), width), clean(block.aside)
    rows: list[Row] = [((text, role),) for text in lines]
    longest = max(map(cells, lines))
    if aside:
        end = cells(lines[-1]) + len(_ASIDE) + cells(aside)
        if end <= width:
            rows[-1] = ((lines[-1], role), (_ASIDE, "aside"), (aside, "aside"))
            longest = max(longest, end)
        else:
            rows.extend(((text, "aside"),) for text in wrap(aside, width))
    yield from rows
    if block.level in _RULES:
        yield ((_RULES[block.level] * longest, "rule"),)


def _prose(block: Prose, width: int) -> Iterator[Row]:
    role: Role = "plain" if block.role == "prompt" else block.role
    spans = [(clean(text), each) for text, each in spans_of(block.words, role)]
    text = "".join(text for text, _ in spans)
    if text.strip():
        yield from told_apart(wrap(text, width), spans)


# -- formulas -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Statement:
    """A line of working, set: the boxes of its sides, level with each other, and its note."""

    sides: tuple[Box, ...]
    note: str = ""

    @property
    def width(self) -> int:
        return sum(box.width for box in self.sides)

    @property
    def height(self) -> int:
        return self.sides[0].height

    def rows(self, indent: str = "") -> list[Row]:
        left, *others = (box.lines for box in self.sides)
        return [
            ((indent + first, "left"), ("".join(rest), "plain")) for first, *rest in zip(left, *others, strict=True)
        ]


def _equations(block: Equations | Facts, width: int) -> Iterator[list[Row]]:
    """The lines of writing of each line of working."""
    printer = BlockPrinter(block.symbols, block.most)
    statements = _aligned(block.lines, printer, width - _INDENT)
    column = max((s.width for s in statements if s.note and _beside(s, s.width, width)), default=0)
    for i, each in enumerate(statements):
        rows = each.rows(" " * _INDENT)
        place = column if _beside(each, column, width) else each.width
        if each.note and _beside(each, place, width):
            baseline = each.sides[0].baseline
            space = " " * (place - each.width + _GAP)
            rows[baseline] = (*rows[baseline], (space, "plain"), (each.note, "note"))
        else:
            indent = " " * min(_INDENT + sum(box.width for box in each.sides[:2]), width // 3)
            rows += (((indent, "plain"), (text, "note")) for text in wrap(each.note, width - len(indent)) if text)
        tall = i and max(each.height, statements[i - 1].height) > 1
        yield [_EMPTY, *rows] if tall else rows


def _beside(statement: _Statement, place: int, width: int) -> bool:
    """Whether a note that starts behind `place` has room on the line."""
    return statement.width <= place and _INDENT + place + _GAP + cells(statement.note) <= width


def _aligned(lines: Sequence[Line], printer: BlockPrinter, room: int) -> list[_Statement]:
    """Lines with their relation signs below each other; a left side too wide for that stands on its own."""
    lefts = [printer.print(each.left).natural if each.left is not None else line("") for each in lines]
    column = max((left.width for left in lefts if left.width <= room * _WIDEST_LEFT), default=0)
    statements = []
    for each, left in zip(lines, lefts, strict=True):
        if each.left is not None and left.width > column:
            statements.append(_Statement((fitted(each.left, printer, room),)))
            left = line("")
        relation = line(f" {each.relation} " if column else f"{each.relation} ")
        right = fitted(each.right, printer, room - column - relation.width)
        statements.append(
            _Statement(tuple(level([left.padded(column, "right"), relation, right])), clean(sentence(each.note)))
        )
    return statements


def fitted(tree: Tree, printer: BlockPrinter, room: int) -> Box:
    """A formula in `room` cells; one that no break makes fit is written in one line, wrapped at its spaces."""
    box = printer.print(tree).within(room)
    if box.width <= room:
        return box
    text = clean(TextPrinter(printer.symbols, printer.most).print(tree))
    first, *rest = wrap(text, room - _INDENT, whole=True)
    return stacked(line(first), *(line(" " * _INDENT + each) for each in rest))


def _cases(block: Cases, width: int) -> Iterator[Row]:
    printer = BlockPrinter(block.symbols)
    left = beside(line(" " * _INDENT), printer.print(block.left).natural, line(" = "))
    room = max(width - left.width - 2, 1)
    values = [printer.print(value) for value, _ in block.cases]
    conditions = [Phrase(clean(sentence(words))) for _, words in block.cases]
    rooms = shared([span(values), span(conditions)], room - _COLUMN_GAP)
    rows = zip(column(values, rooms[0]), column(conditions, rooms[1]), strict=True)
    whole = beside(left, braced(*(beside(value, line(" " * _COLUMN_GAP), said) for value, said in rows)))
    yield from (((text, "plain"),) for text in whole.lines)


def _facts(block: Facts, width: int) -> Iterator[Row]:
    """Quantities side by side, as many as a line holds; those with notes one below the other."""
    if any(each.note for each in block.lines):
        yield from (row for rows in _equations(block, width) for row in rows)
        return
    printer = BlockPrinter(block.symbols, block.most)
    alone = (_aligned([each], printer, width - _INDENT) for each in block.lines)
    facts = [_stack([beside(*statement.sides) for statement in statements]) for statements in alone]
    if all(fact.height == 1 for fact in facts) and sum(fact.width + _GAP for fact in facts) > width:
        widest = max(fact.width for fact in facts)
        facts = [fact.padded(widest) for fact in facts]
    lines: list[list[Box]] = []
    room = 0
    for fact in facts:
        if lines and _GAP + fact.width <= room:
            lines[-1] += [line(" " * _GAP), fact]
            room -= _GAP + fact.width
        else:
            lines.append([fact])
            room = width - _INDENT - fact.width
    for row in aired([beside(*boxes) for boxes in lines]):
        yield from (((" " * _INDENT + text, "plain"),) for text in row.lines)


def _stack(boxes: Sequence[Box]) -> Box:
    """Boxes one below the other, on the line of writing of the first."""
    return stacked(*boxes, baseline=boxes[0].baseline)
