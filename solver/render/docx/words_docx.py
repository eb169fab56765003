"""Words and mathematics in the XML of word processors: runs and paragraphs, after ECMA-376, part 1, chapter 17."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from solver.formula.print.printer_typeset import words_typeset
from solver.formula.print.setter_mathml import escaped
from solver.formula.print.setter_omml import OmmlSetter
from solver.formula.symbol import Symbol
from solver.formula.typeset import Face, Typeset
from solver.formula.words import Code, Extent, Inline, Link, Maths, Styled, Words
from solver.render.clean import clean

BOLD, ITALIC = "<w:b/>", "<w:i/>"
MONO = '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>'
_ADDRESS = '<w:color w:val="1F4E9E"/><w:u w:val="single"/>'


class _WordSetter(OmmlSetter):
    """Mathematics whose words are safe to show, and no sign of which XML forbids."""

    def said(self, text: str) -> str:
        return super().said(clean(text))

    def letters(self, text: str, face: Face) -> str:
        return super().letters(clean(text), face)

    def named(self, text: str, limits: bool) -> str:
        return super().named(clean(text), limits)


SETTER = _WordSetter()


def run(text: str, style: str = "") -> str:
    """Plain words in one style."""
    look = f"<w:rPr>{style}</w:rPr>" if style else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escaped(clean(text))}</w:t></w:r>' if text else ""


def words(said: Words, link: Callable[[str], str], style: str = "") -> str:
    """Words and what is set apart in them. link: keeps an address, and gives the name that it has in the file."""
    return "".join(_piece(piece, link, style) for piece in said)


def _piece(piece: Inline, link: Callable[[str], str], style: str) -> str:
    match piece:
        case str():
            return run(piece, style)
        case Symbol() | Extent() | Maths():
            return maths(words_typeset((piece,)))
        case Styled(inner, strong):
            more = BOLD if strong else ITALIC
            return words(inner, link, style if more in style else "".join(sorted((style, more))))
        case Code(text):
            return run(text, MONO + style)
        case Link(inner, address):
            return f'<w:hyperlink r:id="{link(address)}">{words(inner, link, style + _ADDRESS)}</w:hyperlink>'


def maths(formula: Typeset) -> str:
    """Mathematics in a line."""
    return f"<m:oMath>{SETTER.set(formula)}</m:oMath>"


def display(formula: str, align: str = "left") -> str:
    """Mathematics, already set, that fills a paragraph."""
    look = f'<m:oMathParaPr><m:jc m:val="{align}"/></m:oMathParaPr>'
    return f"<m:oMathPara>{look}<m:oMath>{formula}</m:oMath></m:oMathPara>"


def paragraph(inner: str, style: str = "", indent: int = 0, keep: bool = False, more: str = "") -> str:
    """A paragraph. indent: in twentieths of a point; keep: on the page of the next one; more: of its properties."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    kept = "<w:keepNext/>" if keep else ""
    side = f'<w:ind w:left="{indent}"/>' if indent else ""
    return f"<w:p><w:pPr>{named}{kept}{more}{side}</w:pPr>{inner}</w:p>"


def table(
    columns: Iterable[int], rows: Iterable[Iterable[str]], indent: int = 0, ruled: bool = False, fixed: bool = False
) -> str:
    """Cells of paragraphs. columns: their widths, in twentieths of a point; ruled: with lines, and a first row that is repeated."""
    widths = list(columns)
    look = '<w:tblStyle w:val="TableGrid"/>' if ruled else ""
    margins = "".join(f'<w:{side} w:w="{100 if ruled else 0}" w:type="dxa"/>' for side in ("left", "right"))
    made = ""
    for k, row in enumerate(rows):
        repeated = "<w:tblHeader/>" if ruled and not k else ""
        cells = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>{cell}</w:tc>'
            for width, cell in zip(widths, row, strict=True)
        )
        made += f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{cells}</w:tr>"
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr>{look}<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblInd w:w="{indent}" w:type="dxa"/>'
        f'<w:tblLayout w:type="{"fixed" if fixed else "autofit"}"/><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{made}</w:tbl>"
    )
