"""An author's text to a passage: paragraphs, lists, tables, code, quotations, pictures, mathematics.

A text without markup is read without a parser; one with it has at most MAX_MARKED characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, TypeAlias

from solver.errors import FormulaError
from solver.formula.print.printer_text import words_text
from solver.formula.typeset import Align
from solver.formula.words import Code, Inline, Link, Maths, Styled, Words
from solver.spec.fields import Kind, text_of
from solver.spec.nodes import Node, Report
from solver.working.passage import (
    Bullets,
    Displayed,
    Inset,
    Listed,
    Passage,
    Picture,
    Prose,
    ProseRole,
    Table,
    TextBlock,
    plain,
)

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

MAX_MARKED = 50_000
MAX_LISTS = 2
"""Lists within lists go so deep."""

_INLINE = r"[`*$]|\\[\\\[\]!|>~+.-]|\]\("
_LINES = r"^[ \t]*(?:>[ \t]|[-+][ \t]|\d{1,9}[.)][ \t]|~~~|[|:-][ \t|:-]*$)"
_MARKUP = re.compile(f"{_INLINE}|{_LINES}", re.MULTILINE)
"""What a text has somewhere that is more than words."""
_MARKED = re.compile(_INLINE)
"""What a sentence has then."""

Refuse = Callable[[int, str, str], None]
"""Notes a problem: the character of the text where it is, what is wrong, a hint."""
Load = Callable[[int, str, str], Picture | None]
"""Reads a picture: the character where it stands, its words, the name of its file."""

_ALIGNS: dict[str, Align] = {"text-align:left": "left", "text-align:center": "centre", "text-align:right": "right"}


def read_passage(node: Node, report: Report, name: str, role: ProseRole = "plain") -> Passage:
    """The passage in a scalar, with the pictures that it names; what is wrong with it goes to the report."""

    def load(at: int, alt: str, file: str) -> Picture | None:
        from solver.spec.prose.pictures import picture  # few questions have any

        return picture(file, alt, node.at(at), report)

    return _read(node, report, name, role, load)


def read_sentence(node: Node, report: Report, name: str) -> str:
    """A text of one line with markup, checked, such as a title; `sentence` and `unmarked` read it where it is shown."""
    return _one_line(node, report, name).strip()


def _text(node: Node, report: Report, name: str) -> str:
    _read(node, report, name, "plain", None)
    return text_of(node, Report(), name)


def _one_line(node: Node, report: Report, name: str) -> str:
    _read(node, report, name, "plain", None, lines=False)
    return text_of(node, Report(), name)


Text: TypeAlias = Annotated[str, Kind("text", _text)]
"""A field of text with markup, but without pictures, checked; `passage` reads it again where it is shown."""
Sentence: TypeAlias = Annotated[str, Kind("text", _one_line)]
"""A field of text in one line, with emphasis, code, links and mathematics; `sentence` reads it where it is shown."""


@lru_cache(maxsize=1024)
def passage(text: str) -> Passage:
    """The passage of a text that is checked already; one that cannot be read after all is words."""
    return plain(text) if not _MARKUP.search(text) else _again(text, True)


@lru_cache(maxsize=4096)
def sentence(text: str) -> Words:
    """The words of a text in one line that is checked already."""
    return (text,) if not _MARKED.search(text) else _again(text, False).words


def unmarked(text: str) -> str:
    """The same without its markup, for what takes plain text alone."""
    return words_text(sentence(text))


def _again(text: str, lines: bool) -> Passage:
    found: list[str] = []
    blocks = _Markup(text, lambda at, message, hint: found.append(message), None, "plain").blocks(lines)
    return Passage(text, (Prose((text,)),) if found else blocks)


def _read(node: Node, report: Report, name: str, role: ProseRole, load: Load | None, lines: bool = True) -> Passage:
    """lines: whether it may be more than one sentence."""
    whole = text_of(node, report, name)
    text = whole.strip()
    if not (_MARKUP if lines else _MARKED).search(text):
        return plain(text, role)
    if len(text) > MAX_MARKED:
        report.add(node, f"{name} has {len(text):,} characters, and markup", f"the most is {MAX_MARKED:,}")
        return plain(text, role)
    start = len(whole) - len(whole.lstrip())

    def refuse(at: int, message: str, hint: str) -> None:
        report.add(node.at(start + at), message, hint)

    loaded = load and (lambda at, alt, file: load(start + at, alt, file))
    return Passage(text, _Markup(text, refuse, loaded, role).blocks(lines))


class _Markup:
    """One text, read; it knows where each character of a piece stands."""

    def __init__(self, text: str, refuse: Refuse, load: Load | None, role: ProseRole) -> None:
        self.text, self.refuse, self.load, self.role = text, refuse, load, role
        self.lines = text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def blocks(self, lines: bool) -> tuple[TextBlock, ...]:
        """All of it; without `lines`, one paragraph."""
        from markdown_it.tree import SyntaxTreeNode

        from solver.spec.prose.markdown import parser

        if not lines:
            root = SyntaxTreeNode(parser().parseInline(self.text))
            return tuple(_prose(_Sentence(self, root.children[0]).words(), self.role))
        root = SyntaxTreeNode(parser().parse(self.text))
        return tuple(block for child in root.children for block in self.block(child, 0, self.role))

    def at(self, node: SyntaxTreeNode, index: int) -> int:
        """Where a character of what a node holds stands in the text."""
        first = node.map[0] if node.map else 0
        before = node.content[:index].split("\n")
        line = min(first + len(before) - 1, len(self.lines) - 1)
        inside = node.content.split("\n")[len(before) - 1]
        return self.starts[line] + max(self.lines[line].find(inside), 0) + len(before[-1])

    # -- blocks -------------------------------------------------------------------------------------------------------
    def block(self, node: SyntaxTreeNode, depth: int, role: ProseRole) -> Iterator[TextBlock]:
        match node.type:
            case "paragraph":
                yield from _Sentence(self, node.children[0]).paragraph(role)
            case "bullet_list" | "ordered_list" if depth >= MAX_LISTS:
                self.refuse(self.starts[node.map[0] if node.map else 0], "lists go two deep at the most", "")
            case "bullet_list" | "ordered_list":
                start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
                yield Bullets(tuple(self.inside(item, depth + 1) for item in node.children), start)
            case "blockquote":
                yield Inset(self.inside(node, depth), "quote")
            case "fence":
                yield Listed(node.content.removesuffix("\n"), (node.info.split() or [""])[0])
            case "math_block":
                yield from _Sentence(self, node).displayed(node.content, 0)
            case "table":
                yield self.table(node)
            case _:
                raise TypeError(f"no reader for {node.type}")

    def inside(self, node: SyntaxTreeNode, depth: int) -> tuple[TextBlock, ...]:
        return tuple(block for child in node.children for block in self.block(child, depth, "plain"))

    def table(self, node: SyntaxTreeNode) -> Table:
        rows = [row for part in node.children for row in part.children]
        head, *body = ([tuple(_Sentence(self, cell.children[0]).words()) for cell in row.children] for row in rows)
        aligns = tuple(_ALIGNS.get(str(cell.attrs.get("style", ""))) for cell in rows[0].children)
        return Table(tuple(head), tuple(map(tuple, body)), {}, aligns=aligns)


class _Sentence:
    """The words of one paragraph or cell; each piece is looked for behind the one before it, to know its place."""

    def __init__(self, markup: _Markup, node: SyntaxTreeNode) -> None:
        self.markup, self.node, self.place = markup, node, 0

    def find(self, piece: str) -> int:
        """Where a piece stands in the node's content."""
        found = self.node.content.find(piece, self.place)
        self.place = max(found + len(piece), self.place)
        return max(found, 0)

    def refuse(self, index: int, message: str, hint: str) -> None:
        self.markup.refuse(self.markup.at(self.node, index), message, hint)

    def paragraph(self, role: ProseRole) -> Iterator[TextBlock]:
        """A paragraph, parted by the mathematics that stands on lines of its own; or pictures alone."""
        children = self.node.children
        said = [child for child in children if child.type != "softbreak" and (child.content.strip() or child.children)]
        if any(child.type == "image" for child in children) and all(child.type == "image" for child in said):
            for child in said:
                yield from self.picture(child)
            return
        words: list[Inline] = []
        for child in children:
            if child.type == "math_inline_double":
                yield from _prose(words, role)
                words = []
                yield from self.displayed(child.content, self.find(f"$${child.content}$$") + 2)
            else:
                words += self.inline(child)
        yield from _prose(words, role)

    def displayed(self, latex: str, index: int) -> Iterator[TextBlock]:
        yield from (Displayed(maths.formula) for maths in self.maths(latex, index))

    def picture(self, image: SyntaxTreeNode) -> Iterator[Picture]:
        file = str(image.attrs.get("src", ""))
        index = self.find(f"]({file}") + 2
        if self.markup.load is None:
            self.refuse(index, "no picture can stand here", "prompts and notes hold pictures")
            return
        alt = "".join(child.content for child in image.children)
        found = self.markup.load(self.markup.at(self.node, index), alt, file)
        if found is not None:
            yield found

    def words(self) -> list[Inline]:
        """All of them, in one line."""
        return _joined([piece for child in self.node.children for piece in self.inline(child)])

    def inline(self, node: SyntaxTreeNode) -> list[Inline]:
        match node.type:
            case "text":
                return [node.content]
            case "softbreak" | "hardbreak":
                return [" "]
            case "em" | "strong":
                return [Styled(tuple(self.inner(node)), node.type == "strong")]
            case "code_inline":
                return [Code(node.content)]
            case "link":
                return [Link(tuple(self.inner(node)), str(node.attrs["href"]))]
            case "math_inline" | "math_inline_double":
                marks = node.markup
                return [*self.maths(node.content, self.find(f"{marks}{node.content}{marks}") + len(marks))]
            case "image":
                index = self.find(f"]({node.attrs.get('src', '')}")
                self.refuse(index, "a picture stands in a paragraph of its own", "put a blank line before and after it")
                return []
            case _:
                raise TypeError(f"no reader for {node.type}")

    def inner(self, node: SyntaxTreeNode) -> list[Inline]:
        return _joined([piece for child in node.children for piece in self.inline(child)])

    def maths(self, latex: str, index: int) -> list[Maths]:
        from solver.spec.prose.mathematics import typeset

        tick = len(latex) > 2 and latex[0] == "`" == latex[-1]  # $`x`$, as some viewers have it
        try:
            return [Maths(typeset(latex[1:-1] if tick else latex))]
        except FormulaError as error:
            self.refuse(index + error.column + tick, error.message, error.hint)
            return []


def _prose(words: list[Inline], role: ProseRole) -> Iterator[Prose]:
    joined = _joined(words)
    if any(not isinstance(piece, str) or piece.strip() for piece in joined):
        yield Prose(tuple(joined), role)


def _joined(words: list[Inline]) -> list[Inline]:
    """Neighbouring texts in one."""
    made: list[Inline] = []
    for piece in words:
        if isinstance(piece, str) and made and isinstance(made[-1], str):
            made[-1] += piece
        elif piece != "":
            made.append(piece)
    return made
