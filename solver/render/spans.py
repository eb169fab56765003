"""Lines of equal cells, in spans that each know what they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from solver.formula.print.printer_text import words_text
from solver.formula.words import Code, Inline, Link, Styled, Words
from solver.render.box import cells
from solver.render.clean import clean

Role: TypeAlias = Literal[
    "plain", "document", "part", "heading", "aside", "rule", "title", "why", "label", "mark", "left", "note",
    "emphasis", "strong", "code", "link",
]  # fmt: skip
"""What a span is, for a format that can set it apart."""

Span: TypeAlias = tuple[str, Role]
Row: TypeAlias = tuple[Span, ...]
"""One line of the document."""

_LONG = 24
"""Mathematics in the line of more characters may be broken at its spaces."""
_ON = "↪ "


def sentence(words: Words) -> str:
    """Words as text, their mathematics kept whole when it is wrapped; not safe to show before it is cleaned."""
    return "".join(map(_said, words))


def _said(piece: Inline) -> str:
    match piece:
        case str():
            return piece
        case Styled(words):
            return sentence(words)
        case Code(text):
            return text
    text = clean(words_text((piece,)))
    return text if isinstance(piece, Link) or len(text) > _LONG else text.replace(" ", "\u00a0")


def spans_of(words: Words, role: Role) -> Iterator[Span]:
    """Words with the role of each; not safe to show before they are cleaned."""
    for piece in words:
        match piece:
            case Styled(inner, strong):
                yield from spans_of(inner, "strong" if strong else "emphasis")
            case Code():
                yield _said(piece), "code"
            case Link():
                yield _said(piece), "link"
            case _:
                yield _said(piece), role


def told_apart(lines: Sequence[str], spans: Sequence[Span]) -> Iterator[Row]:
    """Lines, which hold the spans' text but for some of its spaces, with their roles again."""
    roles = iter([role for text, role in spans for c in text if c != " "])
    for each in lines:
        row: list[Span] = []
        for word in each.split(" "):
            gap = " " if row else ""
            for c in word:
                role = next(roles)
                if row and row[-1][1] == role:
                    row[-1] = (row[-1][0] + gap + c, role)
                else:
                    row += [(gap, "plain"), (c, role)] if gap else [(c, role)]
                gap = ""
        yield tuple(row)


def folded(row: Row, width: int) -> Iterator[Row]:
    """A line that nothing else makes fit, in lines of `width` cells, the later ones behind ↪."""
    if sum(cells(text) for text, _ in row) <= width:
        yield row
        return
    made: list[Span] = []
    room = width
    for text, role in row:
        start = 0
        for k, c in enumerate(text):
            if cells(c) > room:
                yield (*made, (text[start:k], role))
                made, room, start = [(_ON, "rule")], max(width - cells(_ON), 1), k
            room -= cells(c)
        made.append((text[start:], role))
    yield tuple(made)
