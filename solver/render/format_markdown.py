"""A document as GitHub's markdown: mathematics in `$$` blocks with aligned lines."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from solver.formula.print.printer_latex import LatexPrinter
from solver.formula.print.printer_typeset import TypesetPrinter, words_typeset
from solver.formula.print.setter_latex import LatexSetter
from solver.formula.symbol import Symbol, Symbols
from solver.formula.tree import Tree
from solver.formula.typeset import Align, Face, Typeset
from solver.formula.words import Code, Extent, Inline, Link, Maths, Styled, Words
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
    TextBlock,
)
from solver.render.breaking import FEWER, SetRow, broken, set_facts, set_rows
from solver.render.clean import clean
from solver.working.items import Line

if TYPE_CHECKING:
    from solver.render.format import Beside, Shown

ENDINGS = ("", ".md")
FOR_PROGRAMS = False

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$&@]|:(?=//)|/(?=/)|(?<=\bwww)\.", re.IGNORECASE)
"""Signs that would be markup: of CommonMark, of tables, strikes and mathematics, of addresses that become links."""
_LEADING = re.compile(r"\d+(?=[.)](?:\s|$))|(?=[-+=])")
"""Before a sign that would make a line an item of a list, a rule or an underline."""
_ROOM = 41.0
"""The width of a viewer's column of 830 pixels, in the font of its mathematics."""
_LONGEST = 940
"""The most characters of a block of mathematics, without what stands around it: viewers refuse 1,000."""
_RELATIONS = {"=": "=", "≈": r"\approx", "→": r"\to"}


class _CleanSetter(LatexSetter):
    """LaTeX whose words are safe to show."""

    def said(self, text: str) -> str:
        return super().said(clean(text))

    def letters(self, text: str, face: Face) -> str:
        return super().letters(clean(text), face)

    def named(self, text: str, limits: bool) -> str:
        return super().named(clean(text), limits)


_SETTER = _CleanSetter()
_SHORT = _CleanSetter(large=False)


def page(shown: Shown) -> str:
    """The solutions."""
    blocks = shown.blocks(pictures=shown.beside is not None)
    seen = [_seen_from(shown.folder, b) if isinstance(b, Picture | Bullets | Inset) else b for b in blocks]
    if shown.beside is not None:
        seen = [_drawn(shown.beside, b) if isinstance(b, Figure) else b for b in seen]
    return render(seen)


def _drawn(beside: Beside, figure: Figure) -> Block:
    """A figure as a picture in a file of its own."""
    if figure.image is None:
        return figure
    data = figure.image("svg")
    return Picture(figure.said, beside.put(figure.name, ".svg", data), "svg", data)


def render(blocks: Sequence[Block]) -> str:
    """The document's text, ending in a newline."""
    return "\n\n".join(part for block in blocks for part in _block(block)) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:  # the most frequent first
        case Prose(words, role):
            said = _words(words)
            yield from [_prose(said, role)] if said else []
        case Equations(lines, symbols, most):
            yield from _aligned(lines, symbols, most)
        case Facts(lines, symbols, most):
            yield from _facts(lines, symbols, most)
        case Heading(level, title, aside):
            yield f"{'#' * level} " + " — ".join(filter(None, (_words(title), _words((aside,)))))
        case Bullets(items, start):
            marks = ["- " if start is None else f"{number}. " for number, _ in enumerate(items, start or 0)]
            yield "\n".join(_inside(mark, _tight(item)) for mark, item in zip(marks, items, strict=True))
        case Inset(blocks):
            said = "\n\n".join(part for inner in blocks for part in _block(inner))
            yield from ["> " + said.replace("\n", "\n> ")] if said else []
        case Listed(text, language):
            yield _listed(text, language)
        case Displayed(formula):
            yield _displayed(formula)
        case Picture(alt, path):
            yield f"![{_escape(alt)}](<{_file(path)}>)"
        case Figure(_, alt):
            yield f"*\\[{_escape(alt)}\\]*"
        case Cases(left, cases, symbols):
            yield _cases(left, cases, LatexPrinter(symbols))
        case Table(header, rows, symbols, most):
            yield _table(header, rows, block.sides, LatexPrinter(symbols, most))


@lru_cache(maxsize=4096)  # most sentences of a working come again and again
def _escape(text: str) -> str:
    """Plain words that markdown and HTML leave as they are, wherever they stand."""
    return _SPECIAL.sub(r"\\\g<0>", clean(text))


def _unlisted(text: str) -> str:
    """A line whose first sign would begin a list or a rule, kept as words."""
    line = text.strip()
    start = _LEADING.match(line)
    return line if start is None else f"{start[0]}\\{line[start.end() :]}"


def _words(words: Words) -> str:
    return _unlisted("".join(map(_piece, words)))


def _piece(piece: Inline) -> str:
    match piece:
        case str():
            return _escape(piece)
        case Symbol() | Extent() | Maths():
            return _inline(_SETTER.set(words_typeset((piece,))))
        case Styled(words, strong):
            return _styled(words, "**" if strong else "*")
        case Code(text):
            return _code(clean(text))
        case Link(words, address):
            said = "".join(map(_piece, words))
            return f"[{said}](<{_address(address)}>)"


def _styled(words: Words, stars: str) -> str:
    """Emphasised words; mathematics among them stands outside of the stars, which would garble it."""
    made: list[str] = []
    for maths, pieces in groupby(words, lambda piece: isinstance(piece, Symbol | Extent | Maths)):
        said = "".join(map(_piece, pieces))
        inner = said.strip()
        made.append(said if maths or not inner else said.replace(inner, f"{stars}{inner}{stars}", 1))
    return "".join(made)


def _code(text: str) -> str:
    """Code between more backticks than it has itself."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if text[:1] in ("`", " ") or text[-1:] in ("`", " ") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}" if text.strip() else ""


def _listed(text: str, language: str) -> str:
    """A block of code between more backticks than it has itself."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(longest + 1, 3)
    said = "\n".join(clean(line.expandtabs(4)) for line in text.split("\n"))
    return f"{fence}{language if language.isalnum() else ''}\n{said}\n{fence}"


def _file(path: str) -> str:
    """A file's path inside the angles of an address."""
    return _address(path.replace(os.sep, "/").replace("%", "%25"))


def _address(address: str) -> str:
    """An address between angles: nothing in it ends it, or is read as another sign."""
    shown = clean(address).replace("&", "&amp;")
    return re.sub(r"[<>\\]", lambda match: f"%{ord(match[0]):02X}", shown)


def _seen_from(folder: str, block: TextBlock) -> TextBlock:
    """A block whose pictures are named as they are found from the folder of the page."""
    match block:
        case Picture(_, path):
            return block._replace(path=os.path.relpath(path, folder or os.curdir))
        case Bullets(items):
            return block._replace(items=tuple(tuple(_seen_from(folder, b) for b in item) for item in items))
        case Inset(blocks):
            return block._replace(blocks=tuple(_seen_from(folder, b) for b in blocks))
    return block


def _tight(blocks: Sequence[Block]) -> str:
    """The blocks of a point: a list follows its sentence closely."""
    made = ""
    for block in blocks:
        said = "\n\n".join(_block(block))
        if said:
            made += (("\n" if isinstance(block, Bullets) else "\n\n") if made else "") + said
    return made


def _inside(mark: str, text: str) -> str:
    """Lines behind the mark of a point, the later ones indented."""
    return mark + text.replace("\n", "\n" + " " * len(mark)).replace("\n" + " " * len(mark) + "\n", "\n\n")


def _inline(latex: str) -> str:
    """Mathematics in a line of words, where markdown's own signs must not meddle."""
    return f"$`{latex}`$"


def _prose(text: str, role: str) -> str:
    match role:
        case "title":
            return f"**{text}**"
        case "label":
            return f"**{text}**"
        case "why":
            return f"*{text}*"
        case _:
            return text


def _row(row: SetRow) -> str:
    """A row; fractions in the matrices of a very long one are small, which takes fewer characters."""
    made = _set(row, _SETTER)
    return made if len(made) <= _LONGEST else _set(row, _SHORT)


def _set(row: SetRow, setter: LatexSetter) -> str:
    left = setter.set(row.left) + " " if row.left is not None else ""
    relation = _RELATIONS[row.relation] if row.relation else r"\quad"
    return f"{left}&{relation} {setter.set(row.right).strip()}"


def _aligned(lines: Sequence[Line], symbols: Symbols, most: int) -> Iterator[str]:
    """Lines below each other; a block that viewers would refuse for its length is parted, its formulas shortened."""
    for fewer in (most, *(few for few in reversed(FEWER) if few < most)):
        rows = [_row(row) for row in set_rows(lines, TypesetPrinter(symbols, fewer), _ROOM)]
        if max(map(len, rows), default=0) <= _LONGEST:
            break
    yield from (_aligned_block(part) for part in _parted(rows))


def _aligned_block(rows: Sequence[str]) -> str:
    body = " \\\\\n".join(rows)
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"


def _parted(rows: Sequence[str]) -> Iterator[list[str]]:
    """The rows in groups that one block holds."""
    group: list[str] = []
    for row in rows:
        if group and sum(map(len, group)) + 4 * len(group) + len(row) > _LONGEST:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _displayed(formula: Typeset) -> str:
    first, *more = broken(formula, _ROOM)
    if not more:
        return f"$$\n{_SETTER.set(first)}\n$$"
    return _aligned_block([f"& {_SETTER.set(first)}", *(rf"&\quad {_SETTER.set(part).strip()}" for part in more)])


def _cases(left: Tree, cases: Sequence[tuple[Tree, Words]], printer: LatexPrinter) -> str:
    rows = " \\\\\n".join(f"{printer.print(value)} & {_SETTER.set(words_typeset(words))}" for value, words in cases)
    return f"$$\n{printer.print(left)} = \\begin{{cases}}\n{rows}\n\\end{{cases}}\n$$"


def _facts(lines: Sequence[Line], symbols: Symbols, most: int) -> Iterator[str]:
    """Quantities side by side, as many in a row as a page is wide."""
    for row in set_facts(lines, TypesetPrinter(symbols, most), _ROOM):
        made = [_SETTER.set(fact) for fact in row]
        while made:
            count = len(made)
            while count > 1 and sum(map(len, made[:count])) + 8 * count > _LONGEST:
                count -= 1
            yield "$$\n" + r" \qquad ".join(made[:count]) + "\n$$"
            made = made[count:]


_RULES: dict[Align | None, str] = {None: " --- |", "left": " :-- |", "centre": " :-: |", "right": " --: |"}


def _table(
    header: tuple[str | Words, ...],
    rows: Sequence[tuple[Words | Tree, ...]],
    sides: Sequence[Align | None],
    printer: LatexPrinter,
) -> str:
    lines = [
        "| " + " | ".join(_escape(h) if isinstance(h, str) else _cell(h) for h in header) + " |",
        "|" + "".join(_RULES[side] for side in sides),
    ]
    for row in rows:
        cells = (_cell(c) if isinstance(c, tuple) else _inline(printer.print(c)).replace("|", r"\|") for c in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(words: Words) -> str:
    """Words in a table, where a stroke in mathematics or code would end the cell."""
    return _unlisted("".join(_escape(w) if isinstance(w, str) else _unparted(w) for w in words))


def _unparted(piece: Inline) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", _piece(piece))
