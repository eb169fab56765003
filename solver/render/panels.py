"""A document as a screen shows it: parts in frames, their marks at the right edge."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from solver.formula.print.printer_text import words_text
from solver.render.blocks import Block, Heading
from solver.render.box import cells
from solver.render.clean import clean
from solver.render.layout import Reveal, staged
from solver.render.pieces import wrap
from solver.render.spans import Role, Row, Span, folded

SIGNS = "┌─┐│└┘═⎡₁"
"""Signs that a screen must have: frames, and what stands in them."""
_SIDES = 4
"""The cells that a frame takes of a line: a stroke and a space at both ends."""


def framed(blocks: Sequence[Block], width: int) -> Iterator[Reveal]:
    """The lines of a document in the order of reading, none wider than `width`; each part in a frame of that width."""
    for k, (head, inside) in enumerate(_sections(blocks)):
        if head is None:
            yield from _body(inside, width)
        elif head.part:
            yield from _frame(head, inside, width, k > 0)
        else:
            yield Reveal([*[()] * (k > 0), *_headed(head, width)], head)
            yield from (
                stage._replace(rows=[*[()] * (j == 0), *stage.rows]) for j, stage in enumerate(_body(inside, width))
            )


def _sections(blocks: Sequence[Block]) -> Iterator[tuple[Heading | None, list[Block]]]:
    """Each heading with the blocks below it; the first may have none."""
    head: Heading | None = None
    inside: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading):
            if head or inside:
                yield head, inside
            head, inside = block, []
        else:
            inside.append(block)
    if head or inside:
        yield head, inside


def _body(blocks: Sequence[Block], width: int, part: str = "") -> Iterator[Reveal]:
    for stage in staged(blocks, width, part):
        steady = (tuple((_steady(text), role) for text, role in row) for row in stage.rows)
        yield stage._replace(rows=[made for row in steady for made in folded(row, width)])


def _headed(head: Heading, width: int) -> Iterator[Row]:
    yield from _title(head, "document" if head.level == 1 else "heading", width)
    if head.level < 3:
        yield (("═─"[head.level - 1] * width, "rule"),)


def _title(head: Heading, role: Role, width: int) -> Iterator[Row]:
    """A heading, and what is said beside it at the right edge; below it where a line does not hold both."""
    *lines, last = wrap(_steady(clean(words_text(head.words))), width)
    aside = _steady(clean(head.aside))
    yield from (((text, role),) for text in lines)
    room = width - cells(last) - cells(aside)
    if not aside:
        yield ((last, role),)
    elif room > 0:
        yield ((last, role), (" " * room, "plain"), (aside, "aside"))
    else:
        yield ((last, role),)
        yield from (((text.rjust(width - cells(text) + len(text)), "aside"),) for text in wrap(aside, width))


def _frame(head: Heading, blocks: Sequence[Block], width: int, later: bool) -> Iterator[Reveal]:
    text, aside = _steady(clean(words_text(head.words))), _steady(clean(head.aside))
    said = [f" {text} ", f" {aside} " if aside else ""]
    inner = width - _SIDES
    stroke = inner - sum(map(cells, said))
    top: list[Span] = [("─" * inner, "rule")]
    title: list[Row] = []
    if stroke > 0:
        top = [(said[0], "part"), ("─" * stroke, "rule"), (said[1], "aside")]
    else:
        title = [_sided(row, inner) for row in (*_title(head, "part", inner), ())]
    bottom: Row = (("└" + "─" * (width - 2) + "┘", "rule"),)
    stages = [Reveal([*[()] * later, (("┌─", "rule"), *top, ("─┐", "rule")), *title], head, head.part, later)]
    body = _body(blocks, inner, head.part)
    stages += (stage._replace(rows=[_sided(row, inner) for row in stage.rows]) for stage in body)
    stages[-1].rows.append(bottom)
    yield from stages


def _sided(row: Row, inner: int) -> Row:
    blank = " " * (inner - sum(cells(text) for text, _ in row))
    return (("│ ", "rule"), *row, (blank, "plain"), (" │", "rule"))


def _steady(text: str) -> str:
    """The text without what terminals disagree about the width of: joined pictures, their tones and forms, flags."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text).translate(_FLAGS)
    return "".join(c for k, c in enumerate(text) if not _varies(c, text[k - 1 : k]))


_FLAGS = {0x1F1E6 + k: chr(ord("A") + k) for k in range(26)}


def _varies(c: str, before: str) -> bool:
    return c in "\ufe0e\ufe0f\u20e3" or "\U0001f3fb" <= c <= "\U0001f3ff" or (c == "\u200d" and not before.isalpha())
