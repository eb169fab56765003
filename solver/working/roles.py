"""What a quantity is to the others: stored by whoever makes it, so that nobody reads it out of a name."""

from __future__ import annotations

from typing import Literal

from solver.named import NamedTuple

RoleKind = Literal["gradient", "slope", "delta", "update", "size", "function", "gate", "corrupted"]


class Role(NamedTuple):
    """The role of a quantity.

    kind: the gradient by `of`; the slope of the activation at `of`; the gradient at the argument of the function that
    gives `of`; the value of `of` after `time` updates; the size of a volume that a layer makes of one of size `of`; a
    function of the author's own, or its derivative; a gate of a cell at a `time`; what is seen
    in place of a clean `of`.
    """

    kind: RoleKind
    of: str = ""
    time: int = 0
