"""A document as GitHub's markdown: mathematics in `$$` blocks with aligned lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from solver.formula.print.printer_latex import LatexPrinter, piece_latex, words_latex
from solver.formula.tree import Array, Tree
from solver.formula.words import Words
from solver.render.blocks import Block, Bullets, Cases, Equations, Facts, Heading, Prose, Table
from solver.render.clean import clean, paragraphs
from solver.working.items import Line

if TYPE_CHECKING:
    from solver.render.format import Shown

ENDINGS = ("", ".md")
FOR_PROGRAMS = False

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$&@]|:(?=//)|/(?=/)|(?<=\bwww)\.", re.IGNORECASE)
"""Signs that would be markup: of CommonMark, of tables, strikes and mathematics, of addresses that become links."""
_LEADING = re.compile(r"^(\d+(?=[.)](?:\s|$))|(?=[-+=]))")
"""Before a sign that would make a line an item of a list, a rule or an underline."""
_FACTS_WIDTH = 84


def page(shown: Shown) -> str:
    """The solutions."""
    return render(shown.blocks())


def render(blocks: Sequence[Block]) -> str:
    """The document's text, ending in a newline."""
    return "\n\n".join(part for block in blocks for part in _block(block)) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text, aside):
            yield f"{'#' * level} " + " — ".join(filter(None, (_words((text,)), _words((aside,)))))
        case Prose((str(text),), "prompt" | "note" as role):
            said = "\n\n".join(_words((p,)) for p in paragraphs(text))
            yield from [_prose(said, role)] if said else []
        case Prose(words, role):
            said = _words(words)
            yield from [_prose(said, role)] if said else []
        case Bullets(items):
            yield "\n".join("- " + _words(item) for item in items)
        case Equations(lines, symbols, most):
            yield _aligned(lines, LatexPrinter(symbols, most))
        case Cases(left, cases, symbols):
            yield _cases(left, cases, LatexPrinter(symbols))
        case Facts(lines, symbols, most):
            yield from _facts(lines, LatexPrinter(symbols, most))
        case Table(header, rows, symbols, most):
            yield _table(header, rows, LatexPrinter(symbols, most))


@lru_cache(maxsize=4096)  # most sentences of a working come again and again
def _escape(text: str) -> str:
    """Plain words that markdown and HTML leave as they are, wherever they stand."""
    return _SPECIAL.sub(r"\\\g<0>", clean(text))


def _unlisted(text: str) -> str:
    """A line whose first sign would begin a list or a rule, kept as words."""
    return _LEADING.sub(r"\1\\", text.strip())


def _words(words: Words) -> str:
    return _unlisted("".join(_escape(w) if isinstance(w, str) else _inline(piece_latex(w)) for w in words))


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
        case "note":
            return "> " + text.replace("\n", "\n> ")
        case _:
            return text


def _inside(words: Words) -> str:
    """Words inside mathematics."""
    return words_latex(tuple(clean(w) if isinstance(w, str) else w for w in words))


def _line(line: Line, printer: LatexPrinter) -> str:
    left = printer.print(line.left) + " " if line.left is not None else ""
    note = rf" \qquad {_inside(line.note)}" if line.note else ""
    relation = {"=": "=", "≈": r"\approx", "→": r"\to"}[line.relation]
    return f"{left}&{relation} {printer.print(line.right)}{note}"


def _aligned(lines: Sequence[Line], printer: LatexPrinter) -> str:
    body = " \\\\\n".join(_line(line, printer) for line in lines)
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"


def _cases(left: Tree, cases: Sequence[tuple[Tree, Words]], printer: LatexPrinter) -> str:
    rows = " \\\\\n".join(f"{printer.print(value)} & {_inside(words)}" for value, words in cases)
    return f"$$\n{printer.print(left)} = \\begin{{cases}}\n{rows}\n\\end{{cases}}\n$$"


def _facts(lines: Sequence[Line], printer: LatexPrinter) -> Iterator[str]:
    """Quantities side by side, as many in a row as a page is wide."""
    row: list[str] = []
    room = _FACTS_WIDTH
    for line in lines:
        width = _width(line.right)
        if row and width > room:
            yield "$$\n" + r" \qquad ".join(row) + "\n$$"
            row, room = [], _FACTS_WIDTH
        row.append(_line(line, printer).replace("&", "", 1))
        room -= width
    if row:
        yield "$$\n" + r" \qquad ".join(row) + "\n$$"


def _width(tree: Tree) -> int:
    """About how wide a quantity is set, in digits."""
    return 10 + 6 * (min(tree.value.shape[1], 9) if isinstance(tree, Array) else 1)


def _table(header: tuple[str | Words, ...], rows: Sequence[tuple[Words | Tree, ...]], printer: LatexPrinter) -> str:
    lines = [
        "| " + " | ".join(_escape(h) if isinstance(h, str) else _words(h) for h in header) + " |",
        "|" + " --- |" * len(header),
    ]
    for row in rows:
        cells = (_words(c) if isinstance(c, tuple) else _inline(printer.print(c)).replace("|", r"\|") for c in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
