"""A document as one HTML file that needs nothing else: mathematics in MathML, working folded behind its result."""

from __future__ import annotations

import os
import re
from binascii import b2a_base64
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import takewhile
from typing import TYPE_CHECKING

from solver.formula.print.printer_text import words_text
from solver.formula.print.printer_typeset import TypesetPrinter, words_typeset
from solver.formula.print.setter_mathml import MathmlSetter, escaped
from solver.formula.print.setter_width import WIDTH
from solver.formula.symbol import Symbol, Symbols
from solver.formula.tree import Tree
from solver.formula.typeset import Align, Enclosed, Face, Lattice, Sign, Typeset, together
from solver.formula.words import Code, Extent, Inline, Link, Maths, Styled, Words
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
from solver.render.breaking import SetRow, broken, fitted, set_facts, set_rows
from solver.render.clean import clean

if TYPE_CHECKING:
    from solver.render.format import Shown

ENDINGS = (".html", ".htm")
FOR_PROGRAMS = False

_ROOM = 38.0
"""The width of the page's column, in the font of its mathematics."""
_NARROW = 12.0
"""That of the narrowest screens, within lists: what is wider may have to be scrolled there."""
_CELL_GAP = 1.6
_WORDS = 6.0
"""The width that a column of words needs."""
_ROLES = {"title": ' class="step"', "label": ' class="label"', "why": ' class="why"'}
_KINDS = {"png": "image/png", "jpeg": "image/jpeg", "svg": "image/svg+xml"}
_ALIGNS: dict[Align | None, str] = {None: "", "left": "", "centre": ' class="c"', "right": ' class="r"'}
_UNSAID = re.compile(r"[^a-z0-9]+")


class _SafeSetter(MathmlSetter):
    """MathML whose words are safe to show."""

    def said(self, text: str) -> str:
        return super().said(clean(text))

    def letters(self, text: str, face: Face) -> str:
        return super().letters(clean(text), face)

    def named(self, text: str, limits: bool) -> str:
        return super().named(clean(text), limits)


_SETTER = _SafeSetter()


def page(shown: Shown) -> str:
    """The solutions."""
    return render(shown.blocks(), shown.live)


def render(blocks: Sequence[Block], live: bool = False) -> str:
    """The whole file. live: it loads itself again when it is written again."""
    made = _Document(blocks)
    title = next((_said(words_text(block.words)) for block in blocks if isinstance(block, Heading)), "nnsolve")
    style = _beside("page.css") + _beside("blocks.css")
    allowed, script = f"style-src '{_hash(style)}'", ""
    if live:
        code = _beside("live.js")
        allowed += f"; script-src '{_hash(code)}'; frame-src 'self' file:"
        script = f'<meta name="made" content="{_hash(made.header + made.body)}">\n<script>{code}</script>\n'
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="'
        f"default-src 'none'; {allowed}; img-src data:; base-uri 'none'; form-action 'none'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n{script}<style>{style}</style>\n</head>\n<body>\n"
        f'{made.header}<main id="main" class="nnsolve">\n{made.body}</main>\n</body>\n</html>\n'
    )


def _hash(text: str) -> str:
    """As a page's policy writes it."""
    return f"sha256-{b2a_base64(sha256(text.encode()).digest(), newline=False).decode()}"


def fragment(blocks: Sequence[Block], unfolded: bool = False) -> str:
    """The blocks alone, to stand in another page in its colours, with the style that they need."""
    body = "".join(f"{part}\n" for block in blocks for part in _block(block, 3))
    if unfolded:
        body = body.replace("<details>", "<details open>")
    return f'<style>{_beside("cell.css")}{_beside("blocks.css")}</style>\n<div class="nnsolve">\n{body}</div>\n'


@lru_cache(maxsize=4)
def _beside(name: str) -> str:
    with open(os.path.join(os.path.dirname(__file__), "html", name), encoding="utf-8") as file:
        return file.read()


class _Entry(NamedTuple):
    """A heading in the contents, and those below it."""

    anchor: str
    text: str
    below: list[_Entry]


class _Document:
    """The body of a page, in sections, and its contents."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.anchors: set[str] = {"main", "contents", "all"}
        self.root = _Entry("", "", [])
        open_: list[tuple[int, _Entry]] = [(0, self.root)]
        made: list[str] = []
        for block in blocks:
            if isinstance(block, Heading):
                while open_[-1][0] >= block.level:
                    made.append("</section>")
                    open_.pop()
                entry = self.entry(block, open_[-1][1])
                made.append(f'<section id="{entry.anchor}">')
                open_.append((block.level, entry))
                made.append(_heading(block))
            else:
                made += _block(block, open_[-1][0] + 1)
        made += ["</section>"] * (len(open_) - 1)
        self.body = "".join(f"{part}\n" for part in made)

    def entry(self, block: Heading, above: _Entry) -> _Entry:
        """Puts a heading into the contents, with an anchor that no other has."""
        anchor = _UNSAID.sub("-", words_text(block.words).lower()).strip("-") or "part"
        if above.anchor and block.level > 2:
            anchor = f"{above.anchor}-{anchor}"
        number, plain = 1, anchor
        while anchor in self.anchors:
            number += 1
            anchor = f"{plain}-{number}"
        self.anchors.add(anchor)
        above.below.append(_Entry(anchor, _words(_unlinked(block.words)), []))
        return above.below[-1]

    @property
    def header(self) -> str:
        """Links to everything below the title, where that is more than one part, and the switch for all working."""
        entries = [entry for title in self.root.below for entry in title.below]
        made = ""
        if "<details>" in self.body:
            made += '<p class="all"><label><input type="checkbox" id="all"> Show all working</label></p>\n'
        if len(entries) > 1:
            made += f'<nav aria-labelledby="contents">\n<h2 id="contents">Contents</h2>\n{_links(entries)}\n</nav>\n'
        return f'<a class="skip" href="#main">Skip the contents</a>\n<header>\n{made}</header>\n' if made else ""


def _links(entries: Sequence[_Entry]) -> str:
    items = (
        f'<li><a href="#{entry.anchor}">{entry.text}</a>{_links(entry.below) if entry.below else ""}</li>'
        for entry in entries
    )
    return f"<ol>{''.join(items)}</ol>"


def _block(block: Block, level: int) -> Iterator[str]:
    """A block's elements. level: of a heading that would stand here."""
    match block:
        case Heading():
            yield _heading(block)
        case Prose(words, role):
            said = _words(words).strip()
            if said:
                name = f"h{level}" if role == "title" else "p"
                yield f"<{name}{_ROLES.get(role, '')}>{said}</{name}>"
        case Bullets(items, start):
            name, first = ("ul", "") if start is None else ("ol", f' start="{start}"' if start != 1 else "")
            yield f"<{name}{first}>{''.join(f'<li>{_point(item, level)}</li>' for item in items)}</{name}>"
        case Inset(blocks, kind):
            name = "blockquote" if kind == "quote" else "div"
            note = ' class="note" role="note"' if kind == "note" else ""
            yield f"<{name}{note}>{_inside(blocks, level)}</{name}>"
        case Listed(text):
            lines = "\n".join(_said(line.expandtabs(4)) for line in text.split("\n"))
            yield f"<pre><code>{lines}</code></pre>"
        case Displayed(formula):
            yield _displayed(formula)
        case Picture(alt, _, kind, data):
            content = b2a_base64(data, newline=False).decode()
            yield f'<p class="picture"><img src="data:{_KINDS[kind]};base64,{content}" alt="{_said(alt)}"></p>'
        case Figure(image=image) if image is not None:
            yield from _block(Picture(block.said, "", "svg", image("svg")), level)
        case Figure(_, alt):
            yield f'<p class="picture">[{_said(alt)}]</p>'
        case Equations():
            yield _equations(block)
        case Cases(left, cases, symbols):
            yield _cases(left, cases, symbols)
        case Facts(lines, symbols, most):
            rows = set_facts(lines, TypesetPrinter(symbols, most), _ROOM)
            yield _box("facts", "Formulas", [fact for row in rows for fact in row])
        case Table():
            yield _table(block)


def _inside(blocks: Sequence[Block], level: int) -> str:
    return "".join(part for block in blocks for part in _block(block, level))


def _point(blocks: Sequence[Block], level: int) -> str:
    """A point of a list: one of a sentence is no paragraph."""
    if len(blocks) == 1 and isinstance(blocks[0], Prose):
        return _words(blocks[0].words).strip()
    return _inside(blocks, level)


def _unlinked(words: Words) -> Words:
    """Words that may stand in a link of their own."""
    made: list[Inline] = []
    for piece in words:
        match piece:
            case Link(inner):
                made += _unlinked(inner)
            case Styled(inner, strong):
                made.append(Styled(_unlinked(inner), strong))
            case _:
                made.append(piece)
    return tuple(made)


def _heading(block: Heading) -> str:
    aside = f' <span class="marks">{_said(block.aside)}</span>' if block.aside else ""
    return f"<h{block.level}>{_words(block.words)}{aside}</h{block.level}>"


# -- words --------------------------------------------------------------------------------------------------------------
@lru_cache(maxsize=4096)  # most sentences of a working come again and again
def _said(text: str) -> str:
    return escaped(clean(text))


def _words(words: Words) -> str:
    return "".join(map(_piece, words))


def _piece(piece: Inline) -> str:
    match piece:
        case str():
            return _said(piece)
        case Symbol() | Extent() | Maths():
            return _inline(words_typeset((piece,)))
        case Styled(words, strong):
            name = "strong" if strong else "em"
            return f"<{name}>{_words(words)}</{name}>"
        case Code(text):
            return f"<code>{_said(text)}</code>"
        case Link(words, address):
            return f'<a href="{_said(address)}" rel="noreferrer">{_words(words)}</a>'


def _inline(formula: Typeset) -> str:
    """Mathematics in a line of words; what a narrow screen may not hold scrolls in a box of its own."""
    made = f"<math>{_SETTER.set(formula)}</math>"
    if WIDTH.set(formula) <= _NARROW:
        return made
    return f'<span class="wide"{_scrolled("Formula")}>{made}</span>'


# -- mathematics --------------------------------------------------------------------------------------------------------
def _math(formula: Typeset, place: str = "") -> str:
    return f'<math display="block"{place}>{_SETTER.set(formula)}</math>'


def _scrolled(label: str) -> str:
    """What lets a keyboard reach a box, and scroll it."""
    return f' tabindex="0" role="group" aria-label="{label}"'


def _box(kind: str, label: str, formulas: Sequence[Typeset]) -> str:
    reached = _scrolled(label) if any(WIDTH.set(formula) > _NARROW for formula in formulas) else ""
    return f'<div class="{kind}"{reached}>{"".join(map(_math, formulas))}</div>'


def _equations(block: Equations) -> str:
    """Lines of working; of several, the result stands before them, and they are folded behind it."""
    if not block.lines:
        return ""
    printer = TypesetPrinter(block.symbols, block.most)
    lines = _lines(set_rows(block.lines, printer, _ROOM))
    if len(block.lines) == 1:
        return lines
    worked = list(takewhile(lambda line: not line.checks, block.lines))
    left = next((line.left for line in reversed(worked) if line.left is not None), None)
    result = worked[-1]._replace(left=left, note=())
    said = "".join(f"<math>{_SETTER.set(fact)}</math>" for row in set_facts([result], printer, _ROOM) for fact in row)
    return f'<details><summary><span class="unseen">Working: </span>{said}</summary>{lines}</details>'


def _lines(rows: Sequence[SetRow]) -> str:
    """Rows aligned at their relations; what continues a row stands further in."""
    made: list[str] = []
    widest = [0.0, 0.0]
    for left, relation, right in rows:
        if left is not None:
            made.append(_math(left, ' class="left"'))
            widest[0] = max(widest[0], WIDTH.set(left))
        whole = together(Sign(relation, "relation"), right) if relation else right
        made.append(_math(whole, ' class="right"' if relation else ' class="more"'))
        widest[1] = max(widest[1], WIDTH.set(whole))
    reached = _scrolled("Working") if sum(widest) > _NARROW else ""
    return f'<div class="lines"{reached}>{"".join(made)}</div>'


def _displayed(formula: Typeset) -> str:
    return _box("display", "Formula", broken(formula, _ROOM))


def _cases(left: Tree, cases: Sequence[tuple[Tree, Words]], symbols: Symbols) -> str:
    printer = TypesetPrinter(symbols)
    rows = tuple((printer.print(value), words_typeset(words)) for value, words in cases)
    made = together(printer.print(left), Sign("=", "relation"), Enclosed("{", Lattice(rows, ("left",)), ""))
    return _box("display", "Formula", [made])


def _table(block: Table) -> str:
    if not block.header:
        return ""
    columns = list(zip(*block.rows, strict=True)) or [()] * len(block.header)
    aligns = block.sides
    heads = ((_said(h) if isinstance(h, str) else _words(h)).strip() for h in block.header)
    rows = ["".join(_cell("th" if head else "td", head, align) for head, align in zip(heads, aligns, strict=True))]
    rows += [
        "".join(map(_cell, ["td"] * len(cells), cells, aligns)) for cells in zip(*_columns(columns, block), strict=True)
    ]
    head, *body = (f"<tr>{row}</tr>" for row in rows)
    return (
        f'<div class="table"{_scrolled("Table")}><table><thead>{head}</thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _columns(columns: Sequence[Sequence[Words | Tree]], block: Table) -> Iterator[list[str]]:
    """The cells of each column; formulas in columns that are too wide together lose their middle."""
    printer = TypesetPrinter(block.symbols, block.most)
    widths = [max((_width(cell, printer) for cell in cells), default=0.0) for cells in columns]
    room = _ROOM - _CELL_GAP * len(columns)
    wide = sum(widths) > room
    for k, width in enumerate(sorted(widths)):  # narrow columns keep their width, the others share what is left
        share = room / (len(widths) - k)
        if width > share:
            break
        room -= width
    for cells in columns:
        made = []
        for cell in cells:
            if isinstance(cell, tuple):
                made.append(_words(cell).strip())
            else:
                made.append(_inline(fitted(cell, printer, share) if wide else printer.print(cell)))
        yield made


def _width(cell: Words | Tree, printer: TypesetPrinter) -> float:
    """That of a formula; words may be broken."""
    return _WORDS if isinstance(cell, tuple) else WIDTH.set(printer.print(cell))


def _cell(name: str, content: str, align: Align | None) -> str:
    scope = ' scope="col"' if name == "th" else ""
    return f"<{name}{scope}{_ALIGNS[align]}>{content}</{name}>"
