"""What of a document stays on the page of what follows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from solver.render.blocks import Block, Cases, Equations, Facts, Heading, Prose


def kept(blocks: Sequence[Block]) -> Iterator[tuple[Block, bool]]:
    """Each block, and whether no page ends between it and the next.

    So are kept: a heading; what stands between a heading and that of its first part; a title, reason or definition with
    its working. What ends a step, such as an answer and its reason, is kept with nothing.
    """
    opened = Heading(0, ())
    for block, after in zip_longest(blocks, blocks[1:]):
        if isinstance(block, Heading):
            opened = block
        yield block, after is not None and _keeps(block, after, opened)


def _keeps(block: Block, after: Block, opened: Heading) -> bool:
    match block, after:
        case Heading(), _:
            return True
        case _, Heading():
            return after.level > opened.level > 0 or after.part.startswith(f"{opened.part}.")
        case Prose(role="why" | "label"), Prose(role="title" | "label"):
            return False
        case Prose(role=role), _:
            return role != "plain"
        case Facts() | Cases(), Facts() | Cases() | Equations():
            return True
    return False
