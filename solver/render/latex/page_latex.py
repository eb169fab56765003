"""The blocks of a document in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import zip_longest

from solver.formula.print.printer_typeset import TypesetPrinter, words_typeset
from solver.formula.print.setter_width import WIDTH
from solver.formula.symbol import Symbols
from solver.formula.tree import Tree
from solver.formula.typeset import Align, Typeset
from solver.formula.words import Code, Inline, Link, Maths, Styled, Words
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
from solver.render.keeping import kept as kept_with_next
from solver.render.latex.words_latex import kept, mathematics, text, wide, words
from solver.working.items import Line

ROOM = 38.0
"""The width of the text without the indent of its displays, in units of the font's size."""
_SMALL = 0.87
"""What \\footnotesize is of the font's size."""
_LIST = 2.2
"""The indent of a list."""
_DEEPEST = 4
"""LaTeX takes six lists in each other; so deep, points are paragraphs."""
_COLUMN_GAP = 1.1
_HEADINGS = ("section", "subsection", "subsubsection", "paragraph")
_RELATIONS = {"=": "=", "≈": r"\approx", "→": r"\to"}
_PATH = re.compile(r"[\w ./-]+", re.ASCII)
_DOTS = re.compile(r"\\[vd]?dots")


class LatexPage:
    """Sets blocks. find: names a picture as it is found from where the page will stand."""

    def __init__(self, find: Callable[[Picture], str]) -> None:
        self.find = find

    def render(self, blocks: Sequence[Block], room: float = ROOM, depth: int = 0) -> str:
        """The blocks one below the other; a display belongs to the paragraph above it."""
        made = ""
        for block, keep in kept_with_next(blocks):
            said = self.block(block, room, depth)
            said = _before(block, said) if keep and said else said
            display = isinstance(block, Displayed | Equations | Cases | Facts)
            made += (("\n" if display else "\n\n") if made and said else "") + said
        return made

    def block(self, block: Block, room: float, depth: int) -> str:
        """One block; the empty text where there is nothing to say."""
        match block:
            case Heading(level, said, aside):
                return _heading(level, said, aside)
            case Prose(said, role):
                return _prose(words(said, room), role)
            case Bullets(items, start):
                return self.bullets(items, start, room, depth)
            case Inset(blocks):
                inner = self.render(blocks, room - 2 * _LIST, depth + 1)
                return _environment("quote", inner) if inner and depth <= _DEEPEST else inner
            case Listed(said):
                return (
                    r"\par".join(rf"\noindent\strut\texttt{{{kept(line)}}}" + "\n" for line in _lines(said)) + r"\par"
                )
            case Displayed(formula):
                return _displayed(formula, room)
            case Picture(alt):
                return self.picture(block, f"[Picture: {alt}]")
            case Figure(_, alt, image):
                return _figure(image("tikz").decode()) if image else rf"\emph{{{text(f'[{alt}]')}}}"
            case Equations(lines, symbols, most):
                return _compact(lambda room: _aligned(lines, symbols, most, room), room)
            case Cases(left, cases, symbols):
                return _cases(left, cases, TypesetPrinter(symbols), room)
            case Facts(lines, symbols, most):
                return _compact(lambda room: _facts(lines, symbols, most, room), room)
            case Table():
                return _table(block, room + 1.5 if not depth else room)

    def bullets(self, items: Sequence[Sequence[Block]], start: int | None, room: float, depth: int) -> str:
        """A list; its marks are written out, so that it may begin at any number."""
        marks = [r"\textbullet" if start is None else f"{number}." for number, _ in enumerate(items, start or 0)]
        said = [self.render(item, room - _LIST, depth + 1) for item in items]
        if depth >= _DEEPEST:
            return "\n\n".join(f"{mark} {item}" for mark, item in zip(marks, said, strict=True))
        points = (rf"\item[{mark}] \leavevmode {item}" for mark, item in zip(marks, said, strict=True))
        return _environment("itemize", "\n".join(points))

    def picture(self, picture: Picture, alt: str) -> str:
        """A picture, or what it shows where LaTeX cannot set its kind, or the file is not there."""
        name = "" if picture.kind == "svg" else self.find(picture)
        said = rf"\emph{{{text(alt)}}}"
        if not _PATH.fullmatch(name):
            return said
        return rf"\IfFileExists{{{name}}}{{\fitted{{\linewidth}}{{\includegraphics{{{name}}}}}}}{{{said}}}"


def _figure(made: str) -> str:
    return f"\\fitted{{\\linewidth}}{{%\n{made}}}"


def _heading(level: int, said: Words, aside: str) -> str:
    """A heading, with what is said beside it at the right edge."""
    name = _HEADINGS[min(level, len(_HEADINGS)) - 1]
    told = rf"\normalfont\normalsize {text(aside)}"
    beside = (rf"\hfill\mbox{{{told}}}" if wide(aside) < ROOM / 2 else rf" {{{told}}}") if aside else ""
    return rf"\{name}*{{{words(said, ROOM)}{beside}}}"


def _environment(name: str, inner: str, option: str = "") -> str:
    return f"\\begin{{{name}}}{option}\n{inner}\n\\end{{{name}}}"


def _prose(said: str, role: str) -> str:
    if not said:
        return ""
    match role:
        case "title" | "label":
            return rf"\textbf{{{said}}}"
        case "why":
            return rf"\emph{{{said}}}"
        case _:
            return said


def _before(block: Block, said: str) -> str:
    """A block that stays on the page of the next one, as a heading does by itself."""
    match block:
        case Prose():
            return rf"{said}\nopagebreak"
        case Facts() | Cases():
            return f"{{\\postdisplaypenalty=10000\n{said}}}"
    return said


def _lines(said: str) -> list[str]:
    return [line.expandtabs(4) for line in said.split("\n")]


def _compact(made: Callable[[float], str], room: float) -> str:
    """A display, in smaller type where that leaves out less of its matrices."""
    usual = made(room)
    left_out = len(_DOTS.findall(usual))
    if not left_out:
        return usual
    small = made(room / _SMALL)
    if len(_DOTS.findall(small)) >= left_out:
        return usual
    return f"{{\\footnotesize\n{small}\\par}}"


def _aligned(lines: Sequence[Line], symbols: Symbols, most: int, room: float) -> str:
    rows = list(set_rows(lines, TypesetPrinter(symbols, most), room))
    column = max((WIDTH.set(row.left) for row in rows if row.left is not None), default=0.0)
    return _rows([_row(row, room - column) for row in rows])


def _rows(rows: Sequence[str]) -> str:
    """Aligned rows, the first and the last of which never stand alone on a page."""
    ends = [r" \\*" if k in (0, len(rows) - 2) else r" \\" for k in range(len(rows) - 1)]
    return _environment("align*", "\n".join(f"{row}{end}" for row, end in zip(rows, [*ends, ""], strict=False)))


def _row(row: SetRow, room: float) -> str:
    left = mathematics(row.left) if row.left is not None else ""
    if not row.relation:
        return rf"{left}&\quad {mathematics(row.right, room - INDENT)}"
    return f"{left} &{_RELATIONS[row.relation]} {mathematics(row.right, room - WIDTH.sign(row.relation, 'relation'))}"


def _displayed(formula: Typeset, room: float) -> str:
    first, *more = broken(formula, room)
    if not more:
        return f"\\[\n{mathematics(first, room)}\n\\]"
    return _rows([f"& {mathematics(first, room)}", *(rf"&\quad {mathematics(m, room - INDENT)}" for m in more)])


def _cases(left: Tree, cases: Sequence[tuple[Tree, Words]], printer: TypesetPrinter, room: float) -> str:
    rows = " \\\\\n".join(
        f"{mathematics(printer.print(value))} & {mathematics(words_typeset(said))}" for value, said in cases
    )
    return f"\\[\n{mathematics(printer.print(left))} = \\begin{{cases}}\n{rows}\n\\end{{cases}}\n\\]"


def _facts(lines: Sequence[Line], symbols: Symbols, most: int, room: float) -> str:
    rows = set_facts(lines, TypesetPrinter(symbols, most), room)
    made = (r" \qquad ".join(mathematics(fact, room) for fact in row) for row in rows)
    return _environment("gather*", " \\\\\n".join(f"{{}}{row}" if row[:1] in "[*" else row for row in made))


_COLUMNS: dict[Align, str] = {"left": "l", "centre": "c", "right": "r"}
_RAGGED: dict[Align, str] = {"left": r"\raggedright", "centre": r"\centering", "right": r"\raggedleft"}


def _table(table: Table, room: float) -> str:
    """A table that may go over pages, several where it has more columns than a page is wide."""
    printer = TypesetPrinter(table.symbols, table.most)
    header: list[Words] = [(cell,) if isinstance(cell, str) else cell for cell in table.header]
    rows = [[cell if isinstance(cell, tuple) else (Maths(printer.print(cell)),) for cell in row] for row in table.rows]
    columns = [list(column) for column in zip_longest(header, *rows, fillvalue=())]
    widths = [max(map(_width, column)) for column in columns]
    aligns: list[Align] = [side or "left" for side in table.sides]
    return "\n\n".join(
        _columns([columns[j] for j in group], [widths[j] for j in group], [aligns[j] for j in group], room)
        for group in _groups(widths, room)
    )


def _columns(columns: Sequence[Sequence[Words]], widths: Sequence[float], aligns: Sequence[Align], room: float) -> str:
    """Some columns of a table; those of words share what room those of numbers leave."""
    needed = sum(widths) + _COLUMN_GAP * len(widths)
    size, scale = next((each for each in _SIZES if needed * each[1] <= room), _SIZES[0])
    if sum(min(width, _NARROW) for width in widths) + _COLUMN_GAP * len(widths) > room:
        size, scale = _SIZES[-1]
    shares = _shares(widths, room / scale - _COLUMN_GAP * len(widths))
    kinds = "".join(
        _COLUMNS[align] if share >= width else rf">{{{_RAGGED[align]}\arraybackslash}}p{{{share:.2f}em}}"
        for align, share, width in zip(aligns, shares, widths, strict=True)
    )
    top, *body = zip(*columns, strict=True)
    first = " & ".join(rf"\textbf{{{_cell(cell, share)}}}" for cell, share in zip(top, shares, strict=True))
    lines = [r"\toprule", rf"{first} \\", r"\midrule", r"\endhead", r"\bottomrule", r"\endlastfoot"]
    lines += [" & ".join(map(_cell, row, shares)) + r" \\" for row in body]
    return f"{{{size}\\besidemargin\n{_environment('longtable', chr(10).join(lines), f'{{{kinds}}}')}}}"


_SIZES = (("", 1.0), (r"\small", 0.93), (r"\footnotesize", 0.86), (r"\scriptsize", 0.8))
_NARROW = 4.0
"""A column of words is not made narrower than that."""


def _groups(widths: Sequence[float], room: float) -> list[list[int]]:
    """The columns that stand in one table; a later one begins with the first column again."""
    groups: list[list[int]] = [[]]
    left = room / _SIZES[-1][1]
    for j, width in enumerate(widths):
        least = min(width, _NARROW) + _COLUMN_GAP
        if len(groups[-1]) > 1 and least > left:
            groups.append([0])
            left = room / _SIZES[-1][1] - min(widths[0], _NARROW) - _COLUMN_GAP
        groups[-1].append(j)
        left -= least
    return groups


def _shares(widths: Sequence[float], room: float) -> list[float]:
    """The width of each column: narrow ones have what they need, the others equal parts of what is left."""
    given = list(widths)
    left, open_ = room, set(range(len(widths)))
    while open_ and (narrow := {j for j in open_ if widths[j] <= left / len(open_)}):
        left -= sum(widths[j] for j in narrow)
        open_ -= narrow
    for j in open_:
        given[j] = left / len(open_)
    return given


def _width(said: Words) -> float:
    """The width of words in one line."""
    return sum(map(_piece_width, said))


def _piece_width(piece: Inline) -> float:
    match piece:
        case str(text_):
            return 1.1 * wide(text_)
        case Styled(inner) | Link(inner):
            return 1.1 * _width(inner)
        case Code(text_):
            return max(0.54 * len(text_), wide(text_))
        case _:
            return WIDTH.set(words_typeset((piece,)))


def _cell(said: Words, room: float) -> str:
    """What stands in a cell."""
    return words(said, room).strip()
