"""Mathematics as it is set on a page, free of any format: what stands beside, above and below what.

Formulas (`print/printer_typeset.py`) and an author's own mathematics become such a tree; a format sets it with a
`print/setter.py` of its own, one method a node.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from solver.named import NamedTuple

Face = Literal["italic", "upright", "bold", "bold italic", "double", "script", "sans", "mono"]
"""How letters look."""

Role = Literal["relation", "binary", "prefix", "punctuation", "open", "close", "ordinary", "large"]
"""What a sign does, which decides the space around it; a large one (∑) has its limits above and below."""

Mark = Literal["hat", "bar", "tilde", "vec", "dot", "ddot", "overline", "underline", "overbrace", "underbrace"]
"""What stands over or under its base, as wide as that."""

Align = Literal["left", "centre", "right"]


class Letters(NamedTuple):
    """An identifier: a letter (Latin, Greek), or several of one face that belong together."""

    text: str
    face: Face = "italic"


class Digits(NamedTuple):
    """A number without a sign: 0.81, and 16,941,456 with a comma between thousands."""

    text: str


class Sign(NamedTuple):
    """An operator, a relation, a bracket of the size of the line: one character."""

    text: str
    role: Role = "ordinary"


class Named(NamedTuple):
    """The name of a function or operator, upright: tanh, max. limits: what is below it stands under it in a display."""

    text: str
    limits: bool = False


class Said(NamedTuple):
    """Words inside mathematics; hostile until a format escapes them."""

    text: str


class Gap(NamedTuple):
    """A space, in units of the font's size; it may be negative."""

    ems: float


class Together(NamedTuple):
    """Parts side by side."""

    parts: tuple[Typeset, ...]


class Scripts(NamedTuple):
    """A base with what is below and above it. limits: they stand under and over it, not behind it."""

    base: Typeset
    below: Typeset | None = None
    above: Typeset | None = None
    limits: bool = False


class Over(NamedTuple):
    """A fraction; without a rule, one above the other, as in a binomial coefficient."""

    top: Typeset
    bottom: Typeset
    rule: bool = True


class Root(NamedTuple):
    """A root, square without a degree."""

    inner: Typeset
    degree: Typeset | None = None


class Enclosed(NamedTuple):
    """What stands between brackets that grow with it, `( ) [ ] { } | ‖ ⌊ ⌋ ⌈ ⌉ ⟨ ⟩`; an empty bracket is not seen."""

    left: str
    inner: Typeset
    right: str


class Numbers(Enclosed):
    """A matrix of numbers, which a page has again and again: a format sets it once."""

    __slots__ = ()


class Accented(NamedTuple):
    """A base with a mark over or under it."""

    mark: Mark
    inner: Typeset


class Lattice(NamedTuple):
    """Rows of cells in columns: a matrix, cases, aligned lines. aligns: of the columns, the last one of all that follow.

    tight: one column stands close to the next, as in aligned lines.
    """

    rows: tuple[tuple[Typeset, ...], ...]
    aligns: tuple[Align, ...] = ("centre",)
    tight: bool = False


Typeset: TypeAlias = (
    Letters | Digits | Sign | Named | Said | Gap | Together | Scripts | Over | Root | Enclosed | Accented | Lattice
)


def columns_of(rows: tuple[tuple[Typeset, ...], ...], aligns: tuple[Align, ...], tight: bool) -> list[Align]:
    """How each column of a lattice is aligned; aligned lines repeat their pattern.

    Numbers of a matrix stand point below point: at the right, as they have as many decimals.
    """
    columns = range(max(map(len, rows), default=0))
    asked = [aligns[j % len(aligns) if tight else min(j, len(aligns) - 1)] for j in columns]
    if aligns != ("centre",):
        return asked
    return ["right" if all(_number(row[j]) for row in rows if j < len(row)) else align for j, align in enumerate(asked)]


def _number(node: Typeset) -> bool:
    """Whether a cell is a number, or stands for some."""
    return (isinstance(node, Sign) and node.text in "…⋮⋱") or bool(plain_number(node))


def plain_number(node: Typeset) -> str:
    """A number of digits alone, as words have it, with a minus of its own; "" for anything else."""
    match node:
        case Digits(text):
            return text
        case Together((Sign("-", "prefix"), Digits(text))):
            return "−" + text
    return ""


def parts_of(node: Typeset) -> tuple[Typeset, ...]:
    """What stands side by side in a node."""
    return node.parts if isinstance(node, Together) else (node,)


def together(*nodes: Typeset) -> Typeset:
    """Nodes side by side, in one row."""
    parts: list[Typeset] = []
    for node in nodes:
        if type(node) is Together:
            parts += node.parts
        else:
            parts.append(node)
    return parts[0] if len(parts) == 1 else Together(tuple(parts))
