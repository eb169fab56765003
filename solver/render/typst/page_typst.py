"""The blocks of a document as the source of Typst."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files

from solver.formula.print.printer_typeset import TypesetPrinter, words_typeset
from solver.formula.print.setter_typst import quoted
from solver.formula.print.setter_width import WIDTH
from solver.formula.symbol import Symbols
from solver.formula.tree import Tree
from solver.formula.typeset import Enclosed, Lattice, Sign, Typeset, together
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
from solver.render.breaking import INDENT, broken, set_facts, set_rows
from solver.render.clean import clean
from solver.render.keeping import kept
from solver.render.typst.tables_typst import table
from solver.render.typst.words_typst import SETTER, escape, parted, words
from solver.spec.prose.passages import unmarked
from solver.working.items import Line
from solver.working.passage import ProseRole

_ROOM = 41.0
"""The width of the text, without the space before mathematics, in units of the font's size."""
_LEAST_ROOM = 10.0
_MOST_ROWS = 40
"""Of a matrix: more are higher than a page."""


class TypstPage:
    """Sets blocks. find: names a picture as the source finds it; "" where it is not to be."""

    def __init__(self, find: Callable[[Picture | Figure], str]) -> None:
        self.find = find

    def render(self, title: str, blocks: Sequence[Block]) -> str:
        """The document's source, ending in a newline."""
        start = files("solver.render.typst").joinpath("start.typ").read_text(encoding="utf-8")
        return f"#set document(title: {quoted(clean(unmarked(title)))}, date: none)\n{start}\n{self.body(blocks)}\n"

    def body(self, blocks: Sequence[Block], room: float = _ROOM) -> str:
        """Blocks in so much room, parted by empty lines."""
        room = max(room, _LEAST_ROOM)
        return "\n\n".join(part for block, keep in kept(blocks) for part in self.block(block, room, keep))

    def block(self, block: Block, room: float, keep: bool) -> Iterator[str]:
        """One block, in parts that stand below each other; keep: on the page of the next."""
        match block:
            case Heading(level, said, aside):
                yield f"#head({level}, [{words(said, room)}], [{escape(aside)}])"
            case Prose(said, role) if made := words(said, room):
                yield _prose(made, role, keep)
            case Prose():
                return
            case _:
                yield from (f"#keep[\n{part}\n]" if keep else part for part in self.set(block, room))

    def set(self, block: Block, room: float) -> Iterator[str]:
        """One block that is neither a heading nor prose."""
        match block:
            case Bullets(items, start):
                kind = "list(" if start is None else f"enum(start: {start}, "
                points = (f"[\n{self.body(item, room - 2)}\n]" for item in items)
                yield f"#{kind}{', '.join(points)})"
            case Inset(blocks, kind):
                inner = self.body(blocks, room - 2)
                yield from [f"#{kind}[\n{inner}\n]"] if inner else []
            case Listed(text, language):
                lines = (parted(clean(line.expandtabs(4))) for line in text.split("\n"))
                yield f"#raw({quoted(chr(10).join(lines))}, block: true, lang: {quoted(clean(language))})"
            case Displayed(formula):
                first, *more = broken(formula, room)
                yield _equation([f"& {SETTER.set(first)}", *map(_continued, more)] if more else [SETTER.set(first)])
            case Picture(alt):
                yield self.picture(block, f"Picture: {alt}")
            case Figure(_, alt):
                yield self.picture(block, alt)
            case Equations(lines, symbols, most):
                yield _equations(lines, TypesetPrinter(symbols, min(most, _MOST_ROWS)), room)
            case Cases(left, cases, symbols):
                yield _equation([SETTER.set(_cases(left, cases, symbols))])
            case Facts(lines, symbols, most):
                rows = set_facts(lines, TypesetPrinter(symbols, min(most, _MOST_ROWS)), room)
                yield from (_facts(row, room) for row in rows)
            case Table():
                yield table(block, room)

    def picture(self, picture: Picture | Figure, alt: str) -> str:
        """A picture, or what it shows where there is none."""
        name = self.find(picture)
        said = picture.said if isinstance(picture, Figure) else picture.alt
        shown = f"#picture({quoted(name)}, {quoted(clean(said))})"
        return shown if name else f"#align(center)[\\[{escape(alt)}\\]]"


_LOOKS: dict[ProseRole, tuple[str, str]] = {
    "title": ("#lead[{}]", "#strong[{}]"),
    "label": ("#lead[{}]", "#strong[{}]"),
    "why": ("#why[{}]", "#emph[{}]"),
    "prompt": ("#asked[{}]", "{}"),
    "plain": ("#asked[{}]", "{}"),
}
"""How prose is set that is kept with what follows, and that is not."""


def _prose(said: str, role: ProseRole, keep: bool) -> str:
    kept, free = _LOOKS[role]
    return (kept if keep else free).format(said)


def _equation(rows: Sequence[str]) -> str:
    body = " \\\n  ".join(rows)
    return f"$ {body} $"


def _facts(row: Sequence[Typeset], room: float) -> str:
    """Quantities side by side. What fits need not be measured, which takes as long as setting it."""
    fits = len(row) > 1 or WIDTH.set(row[0]) <= room
    return _equation([" wide ".join(map(SETTER.set, row))]) + (" <fits>" if fits else "")


def _continued(part: Typeset) -> str:
    return f"& #h({INDENT}em) {SETTER.set(part)}"


def _equations(lines: Sequence[Line], printer: TypesetPrinter, room: float) -> str:
    made: list[str] = []
    for left, relation, right in set_rows(lines, printer, room):
        if not relation:
            made.append(_continued(right))
        else:
            before = SETTER.set(left) + " " if left is not None else ""
            made.append(f"{before}&{SETTER.sign(relation, 'relation')} {SETTER.set(right)}")
    return _equation(made)


def _cases(left: Tree, cases: Sequence[tuple[Tree, Words]], symbols: Symbols) -> Typeset:
    printer = TypesetPrinter(symbols)
    rows = tuple((printer.print(value), words_typeset(condition)) for value, condition in cases)
    return together(printer.print(left), Sign("=", "relation"), Enclosed("{", Lattice(rows, ("left",)), ""))
