"""The blocks of a document as the body of a file for word processors."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from itertools import zip_longest
from typing import TYPE_CHECKING

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.shared import Cm

from solver.errors import Place, Problem, SpecError
from solver.formula.print.printer_typeset import TypesetPrinter, words_typeset
from solver.formula.print.setter_omml import NOTHING
from solver.formula.print.setter_width import WIDTH, words_width
from solver.formula.symbol import Symbols
from solver.formula.tree import Tree
from solver.formula.typeset import Align, Enclosed, Gap, Lattice, Sign, Typeset, together
from solver.formula.words import Words
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
from solver.render.breaking import INDENT, SetRow, broken, set_facts, set_rows
from solver.render.clean import clean
from solver.render.docx.words_docx import BOLD, ITALIC, MONO, SETTER, display, maths, paragraph, run, table, words
from solver.render.keeping import kept

if TYPE_CHECKING:
    from docx.document import Document

WIDTH_OF_TEXT = 9638
"""A4 without margins of 2 cm, in twentieths of a point."""
_EM = 220
_STEP = 360
"""How far a list is indented."""
_DISPLAY = 240
_DEEPEST = 3
_RELATION = 1.34
_NARROW = 8.0
_LONG_WORD = 16.0
_BOLD = 1.2
_MOST_ROWS = 40
"""Of a matrix: more are higher than a page."""


class DocxPage:
    """Sets blocks as XML; pictures, addresses and numbers of lists are kept in the document."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def body(self, blocks: Sequence[Block], indent: int = 0, depth: int = 0) -> str:
        """Blocks one below the other."""
        return "".join(self.block(block, indent, depth, keep) for block, keep in kept(blocks))

    def block(self, block: Block, indent: int, depth: int, keep: bool = False) -> str:
        """One block; `indent` in twentieths of a point, `depth` the lists around it; keep: on the page of the next."""
        room = max((WIDTH_OF_TEXT - indent - _DISPLAY) / _EM - 2, 10.0)
        match block:
            case Heading(level, said, aside):
                beside = f'<w:r><w:rPr><w:b w:val="0"/><w:sz w:val="22"/></w:rPr><w:tab/></w:r>{run(aside, _ASIDE)}'
                tabs = f'<w:tabs><w:tab w:val="right" w:pos="{WIDTH_OF_TEXT}"/></w:tabs>'
                return paragraph(
                    words(said, self.link) + (beside if aside else ""), f"Heading{min(level, 9)}", keep=True, more=tabs
                )
            case Prose(said, role):
                look = BOLD if role in ("title", "label") else ITALIC if role == "why" else ""
                inner = words(said, self.link, look)
                return paragraph(inner, indent=indent, keep=keep) if inner else ""
            case Bullets():
                return self.bullets(block, indent, depth)
            case Inset(blocks):
                return "".join(self.beside_bar(inner, indent + _STEP, depth) for inner in blocks)
            case Listed(text):
                lines = "<w:r><w:br/></w:r>".join(run(clean(each.expandtabs(4)), MONO) for each in text.split("\n"))
                return paragraph(lines, indent=indent)
            case Displayed(formula):
                first, *more = broken(formula, room)
                rows = [first, *(together(Gap(INDENT), part) for part in more)]
                return "".join(_display(row, indent) for row in rows)
            case Picture(alt, path, kind, data):
                named = paragraph(run(f"[Picture: {alt}]", ITALIC), indent=indent)
                return named if kind == "svg" else self.picture(path, alt, data)
            case Figure(name, alt, image):
                return self.picture(name, block.said, image("png")) if image else paragraph(run(f"[{alt}]", ITALIC))
            case Equations(lines, symbols, most):
                return _equations(set_rows(lines, TypesetPrinter(symbols, min(most, _MOST_ROWS)), room), indent)
            case Cases(left, cases, symbols):
                return _display(_cases(left, cases, symbols), indent, keep)
            case Facts(lines, symbols, most):
                rows_ = set_facts(lines, TypesetPrinter(symbols, min(most, _MOST_ROWS)), room)
                return "".join(_display(_beside(row), indent, keep) for row in rows_)
            case Table():
                return self.table(block, indent)

    def beside_bar(self, block: Block, indent: int, depth: int) -> str:
        """A block that is set apart, its words beside a bar."""
        if isinstance(block, Prose):
            return paragraph(words(block.words, self.link), indent=indent, more=_BAR)
        return self.block(block, indent, depth)

    def link(self, address: str) -> str:
        """The name of an address in this file."""
        return self.document.part.relate_to(clean(address), RELATIONSHIP_TYPE.HYPERLINK, is_external=True)

    def bullets(self, block: Bullets, indent: int, depth: int) -> str:
        """A list; what follows the first paragraph of a point stands below it."""
        level = min(depth + 1, _DEEPEST)
        style = f"List{'Bullet' if block.start is None else 'Number'}{level if level > 1 else ''}"
        number = "" if block.start is None else self.number(style, block.start)
        made = ""
        for item in block.items:
            first, rest = (item[0], item[1:]) if item and isinstance(item[0], Prose) else (Prose(()), item)
            assert isinstance(first, Prose)
            made += paragraph(words(first.words, self.link), style, more=number)
            made += self.body(rest, _STEP * level, depth + 1)
        return made

    def number(self, style: str, start: int) -> str:
        """A list's own numbers, which begin at `start`."""
        numbering = self.document.part.numbering_part.element
        named = next(each for each in self.document.styles if each.style_id == style).element
        kind = numbering.num_having_numId(named.pPr.numPr.numId.val).abstractNumId.val
        num = numbering.add_num(kind)
        num.add_lvlOverride(ilvl=0).add_startOverride(start)
        return f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{num.numId}"/></w:numPr>'

    def picture(self, name: str, alt: str, data: bytes) -> str:
        """A picture as wide as it is, or as the page."""
        try:
            _, image = self.document.part.get_or_add_image(BytesIO(data))
            size = {"width": Cm(17)} if image.width > Cm(17) else {"height": Cm(20)} if image.height > Cm(20) else {}
            inline = self.document.part.new_pic_inline(BytesIO(data), **size)
        except Exception as error:  # what is no picture fails in as many ways as there are formats
            raise SpecError([Problem(Place(name), f"cannot be read as a picture: {error}", "save it again")]) from None
        inline.docPr.set("descr", clean(alt))
        inline.docPr.set("name", clean(alt)[:60])
        return paragraph(f"<w:r><w:drawing>{inline.xml}</w:drawing></w:r>", more=_CENTRE)

    def table(self, block: Table, indent: int) -> str:
        """A table; columns share the page by what is in them."""
        printer = TypesetPrinter(block.symbols, block.most)
        header = tuple((cell,) if isinstance(cell, str) else cell for cell in block.header)
        columns = list(zip_longest(header, *block.rows, fillvalue=("",)))
        widths = [_in_cell(_widest([_width(cell, printer) for cell in column])) for column in columns]
        longest = [min(_in_cell(_widest(list(map(_longest_word, column)))), _LONG_WORD) for column in columns]
        numbers = [any(not isinstance(cell, tuple) for cell in column) for column in columns]
        sides = [_side(k, block.aligns, number) for k, number in enumerate(numbers)]
        head = [_cell(words(cell, self.link, BOLD), side) for cell, side in zip(header, sides, strict=True)]
        rows = (
            [
                _cell(words(c, self.link) if isinstance(c, tuple) else maths(printer.print(c)), side)
                for c, side in zip(row, sides, strict=True)
            ]
            for row in block.rows
        )
        widths = _shared(widths, longest, numbers, (WIDTH_OF_TEXT - indent) / _EM)
        made = table((int(width * _EM) for width in widths), [head, *rows], indent, ruled=True)
        return made + _AFTER_TABLE


_ASIDE = '<w:b w:val="0"/><w:sz w:val="22"/>'
_CENTRE = '<w:jc w:val="center"/>'
_BAR = '<w:pBdr><w:left w:val="single" w:sz="12" w:space="8" w:color="999999"/></w:pBdr>'
_AFTER_TABLE = paragraph("", more='<w:spacing w:after="0" w:line="120" w:lineRule="exact"/>')
_CLOSE = '<w:spacing w:before="20" w:after="20"/>'


def _width(cell: Words | Tree, printer: TypesetPrinter) -> float:
    return WIDTH.set(words_typeset(cell) if isinstance(cell, tuple) else printer.print(cell))


def _widest(widths: list[float]) -> float:
    """Of a column whose head is bold."""
    return max(widths[0] * _BOLD, *widths)


def _in_cell(width: float) -> float:
    return width * 1.1 + 1.2


def _longest_word(cell: Words | Tree) -> float:
    texts = [piece for piece in cell if isinstance(piece, str)] if isinstance(cell, tuple) else []
    return max((words_width(word) for text in texts for word in text.split()), default=0.0)


def _shared(widths: list[float], longest: list[float], firm: Sequence[bool], room: float) -> list[float]:
    """The widths of columns in so much room; first words part, then firm columns narrow, and at last a word is broken.

    longest: the width of each column's longest word.
    """
    if sum(widths) <= room:
        return widths
    least = [
        width if held else min(width, max(word, _NARROW))
        for width, word, held in zip(widths, longest, firm, strict=True)
    ]
    if sum(least) >= room:
        widths, least = least, longest
    free, wanted = room - sum(least), sum(widths) - sum(least)
    if free <= 0 or not wanted:
        return [width * room / sum(least) for width in least]
    return [low + (width - low) * free / wanted for low, width in zip(least, widths, strict=True)]


def _cell(inner: str, side: str) -> str:
    return paragraph(inner, more=f'<w:spacing w:before="20" w:after="20"/><w:jc w:val="{side}"/>')


def _side(column: int, aligns: tuple[Align | None, ...], number: bool) -> str:
    said = aligns[column] if column < len(aligns) else None
    return {"left": "left", "centre": "center", "right": "right", None: "right" if number else "left"}[said]


def _display(formula: Typeset, indent: int, keep: bool = False) -> str:
    return paragraph(display(SETTER.set(formula)), indent=indent + _DISPLAY, keep=keep)


def _beside(facts: Sequence[Typeset]) -> Typeset:
    return together(*(part for k, fact in enumerate(facts) for part in ((Gap(2.0), fact) if k else (fact,))))


def _cases(left: Tree, cases: Sequence[tuple[Tree, Words]], symbols: Symbols) -> Typeset:
    printer = TypesetPrinter(symbols)
    rows = tuple((printer.print(value), words_typeset(condition)) for value, condition in cases)
    return together(printer.print(left), Sign("=", "relation"), Enclosed("{", Lattice(rows, ("left",)), ""))


def _equations(rows: Sequence[SetRow], indent: int) -> str:
    """Rows whose relations stand below each other: cells of a table without lines, so that pages break between them."""
    left = max((WIDTH.set(row.left) for row in rows if row.left is not None), default=0.0)
    if len(rows) == 1 and rows[0].relation:
        (row,) = rows
        before = (row.left,) if row.left is not None else ()
        return _display(together(*before, Sign(row.relation, "relation"), row.right), indent)
    first = int((left + 0.6) * _EM)
    cells = []
    for k, row in enumerate(rows):
        keep = k in (0, len(rows) - 2)  # the first and the last row never stand alone on a page
        left_side = display(SETTER.set(row.left), "right") if row.left is not None else ""
        made = together(Sign(row.relation, "relation"), row.right) if row.relation else row.right
        shift = 0 if row.relation else int((_RELATION + INDENT) * _EM)
        right_side = display(NOTHING + SETTER.set(made))
        cells.append(
            (
                paragraph(left_side, keep=keep, more=_CLOSE),
                paragraph(right_side, indent=shift, keep=keep, more=_CLOSE),
            )
        )
    widths = (first, WIDTH_OF_TEXT - indent - _DISPLAY - first)
    return table(widths, cells, indent + _DISPLAY, fixed=True) + _AFTER_TABLE
