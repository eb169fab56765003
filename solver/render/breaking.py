"""Lines of working in a page's width, free of any format: sums and products broken, matrices without their middle.

Widths are in units of the font's size, as `formula/print/setter_width.py` estimates them. A format sets each row as
it comes: what stands left of the relation, the relation with what follows it, a part that continues the row above.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from solver.formula.print.printer_typeset import TypesetPrinter, words_typeset
from solver.formula.print.setter_width import WIDTH
from solver.formula.tree import Tree
from solver.formula.typeset import (
    Enclosed,
    Gap,
    Lattice,
    Over,
    Said,
    Scripts,
    Sign,
    Together,
    Typeset,
    parts_of,
    together,
)
from solver.formula.words import Words
from solver.named import NamedTuple
from solver.working.items import Line

INDENT = 1.0
"""Of what continues a row, behind the place of the relation."""
_NOTE_GAP = 2.0
_WIDEST_LEFT = 0.45
FEWER = (3, 4, 5, 6)
"""How many rows, columns and terms are shown of what is too wide: the first are set in a fraction of the time."""
_DOTS = Sign("…")
_RANKS = {"=": 0, "≈": 0, "→": 0, "+": 1, "-": 1, "±": 1, "⊙": 2, "·": 2, "×": 2}
_COMMA = Sign(",", "punctuation")
_ARGUMENT, _LAST = -1, 3
_RELATIONS = {sign: Sign(sign, "relation") for sign in ("=", "≈", "→")}


class SetRow(NamedTuple):
    """One row: what stands left of the relation, the relation, what follows it.

    relation: "" for a row that continues the one above, `INDENT` to the right of where relations stand.
    """

    left: Typeset | None
    relation: str
    right: Typeset


def set_rows(lines: Sequence[Line], printer: TypesetPrinter, room: float) -> list[SetRow]:
    """Lines in rows that are about `room` wide at the most; what cannot be broken or shortened stays wider."""
    lefts = [printer.print(line.left) if line.left is not None else None for line in lines]
    widths = [WIDTH.set(left) if left is not None else 0.0 for left in lefts]
    column = max((width for width in widths if width <= room * _WIDEST_LEFT), default=0.0)
    rows: list[SetRow] = []
    for line, left, width in zip(lines, lefts, widths, strict=True):
        if left is not None and width > column:
            rows += [SetRow(None, "", part) for part in broken(left, room)]
            left = None
        rows += _line(left, line, printer, room - column)
    return rows


def _line(left: Typeset | None, line: Line, printer: TypesetPrinter, room: float) -> Iterator[SetRow]:
    room -= WIDTH.sign(line.relation, "relation")
    made = printer.print(line.right)
    width = WIDTH.set(made)
    parts = [made] if width <= room else broken(fitted(line.right, printer, room, made), room)
    note = words_typeset(line.note) if line.note else None
    beside = note is not None and len(parts) == 1 and width + _NOTE_GAP + WIDTH.set(note) <= room
    if note is not None and beside:
        parts = [together(made, Gap(_NOTE_GAP), note)]
    for k, part in enumerate(parts):
        yield SetRow(None if k else left, "" if k else line.relation, part)
    if note is not None and not beside:
        yield from (SetRow(None, "", part) for part in _wrapped(line.note, room))


def set_facts(lines: Sequence[Line], printer: TypesetPrinter, room: float, gap: float = 2.0) -> list[list[Typeset]]:
    """Quantities side by side, `a = 1`, with `gap` between two, as many in a row as there is room for."""
    rows: list[list[Typeset]] = []
    used = 0.0
    for line in lines:
        relation = _RELATIONS[line.relation]
        start = relation if line.left is None else together(printer.print(line.left), relation)
        note = (Gap(_NOTE_GAP), *parts_of(words_typeset(line.note))) if line.note else ()
        made = printer.print(line.right)
        whole = together(start, made, *note)
        width = WIDTH.set(whole)
        parts = [whole]
        if width > room:
            parts = broken(together(start, fitted(line.right, printer, room - WIDTH.set(start), made), *note), room)
        for k, part in enumerate(parts):
            width = WIDTH.set(part) if len(parts) > 1 else width
            if rows and not k and used + gap + width <= room:
                rows[-1].append(part)
                used += gap + width
            else:
                rows.append([part])
                used = width
    return rows


def fitted(tree: Tree, printer: TypesetPrinter, room: float, made: Typeset | None = None) -> Typeset:
    """A formula with as many rows, columns and terms as there is room for. made: it as it is printed, if it is already."""
    made = printer.print(tree) if made is None else made
    if _fits(made, room):
        return made
    chosen = None
    for most in (most for most in FEWER if most < printer.most):
        made = TypesetPrinter(printer.symbols, most).print(tree)
        if not _fits(made, room):
            break
        chosen = made
    return _narrowed(made, room) if chosen is None else chosen


def broken(node: Typeset, room: float, before: float = 0.0, after: float = 0.0) -> list[Typeset]:
    """A formula in parts of at most `room`, the later ones `INDENT` narrower; a sign stands before what follows it.

    before, after: the room that something else takes in the first part and in the last one.
    """
    if before + WIDTH.set(node) + after <= room:
        return [node]
    pieces = _pieces(node)
    if len(pieces) < 2:
        return _opened(node, room, before, after)
    made: list[Typeset] = []
    row: list[Typeset] = []
    used = before
    for k, piece in enumerate(pieces, 1):
        width, end = WIDTH.set(piece), after if k == len(pieces) else 0.0
        if row and used + width + end <= room:
            row.append(piece)
            used += width
            continue
        if row:
            made.append(together(*row))
        *full, last = broken(together(*_ungapped(piece)), room, INDENT if made else before, end)
        made += full
        row = [last]
        used = (INDENT if made else before) + WIDTH.set(last)
    return [*made, together(*row)]


def _pieces(node: Typeset) -> list[Typeset]:
    """A row cut behind commas, before its signs of the lowest rank, or between factors."""
    parts = parts_of(node)
    ranks = [_rank(parts[i - 1], part) if i else None for i, part in enumerate(parts)]
    if _ARGUMENT in ranks and any(isinstance(part, Sign) and part.role == "open" for part in parts):
        ranks = [None if rank == _ARGUMENT else rank for rank in ranks]  # f(x, y) in small brackets stays together
    lowest = min((rank for rank in ranks if rank is not None), default=None)
    starts = [0, *(i for i, rank in enumerate(ranks) if rank is not None and rank == lowest), len(parts)]
    return [together(*parts[i:j]) for i, j in pairwise(starts) if i < j]


def _rank(before: Typeset, part: Typeset) -> int | None:
    """How readily a row is broken between two parts; None where it is not."""
    if isinstance(part, Sign) and part.role in ("relation", "binary"):
        return _RANKS.get(part.text, 2)
    if before == _COMMA:
        return _ARGUMENT
    apart = isinstance(part, Gap) or (isinstance(part, Enclosed) and isinstance(before, Enclosed))
    return _LAST if apart else None


def _ungapped(node: Typeset) -> tuple[Typeset, ...]:
    """What begins a row, without the space before it."""
    first, *rest = parts_of(node) or (None,)
    return tuple(rest) if isinstance(first, Gap) and rest else parts_of(node)


class _Brackets(NamedTuple):
    """Brackets that may be broken inside, with what stands before and behind them in a row.

    power: what they are the base of, if of anything; it stays with the right bracket.
    """

    left: tuple[Typeset, ...]
    fence: Enclosed
    power: Scripts | None
    right: tuple[Typeset, ...]

    @property
    def opening(self) -> float:
        """The width of the left bracket, with what stands before it."""
        return sum(map(WIDTH.set, self.left)) + WIDTH.bracket(self.fence.left, self.fence.inner)

    @property
    def closing(self) -> float:
        """The width of the right bracket, with what stands above and behind it."""
        above = WIDTH.set(self.power) - WIDTH.set(self.fence) if self.power is not None else 0.0
        return WIDTH.bracket(self.fence.right, self.fence.inner) + above + sum(map(WIDTH.set, self.right))

    def raised(self, fence: Enclosed) -> Typeset:
        """Other brackets as the base of the same power."""
        return fence if self.power is None else self.power._replace(base=fence)


def _bracketed(node: Typeset) -> _Brackets | None:
    """The widest brackets in a row that may be broken inside."""
    parts = parts_of(node)
    found = []
    for i, part in enumerate(parts):
        power = part if isinstance(part, Scripts) else None
        base = part if power is None else power.base
        if isinstance(base, Enclosed) and not isinstance(base.inner, Lattice):
            found.append(_Brackets(parts[:i], base, power, parts[i + 1 :]))
    return max(found, key=lambda brackets: WIDTH.set(brackets.fence), default=None)


def _opened(node: Typeset, room: float, before: float, after: float) -> list[Typeset]:
    """A row broken inside its brackets: they open in the first part and close in the last."""
    found = _bracketed(node)
    if found is None:
        return [node]
    fence = found.fence
    parts = broken(fence.inner, room, before + found.opening, after + found.closing)
    if len(parts) < 2:
        return [node]
    first, *inner, last = parts
    return [
        together(*found.left, Enclosed(fence.left, first, "")),
        *inner,
        together(found.raised(Enclosed("", last, fence.right)), *found.right),
    ]


def _fits(node: Typeset, room: float, before: float = 0.0, after: float = 0.0) -> bool:
    """Whether a formula fits if it is broken wherever it can be."""
    if before + WIDTH.set(node) + after <= room:
        return True
    pieces = _pieces(node)
    if len(pieces) > 1:
        first, *inner, last = pieces
        middle = all(_fits(piece, room, INDENT) for piece in inner)
        return middle and _fits(first, room, before) and _fits(last, room, INDENT, after)
    found = _bracketed(node)
    if found is None:
        return False
    return _fits(found.fence.inner, room, before + found.opening, after + found.closing)


def _narrowed(node: Typeset, room: float) -> Typeset:
    """A row whose matrices lose columns, and whose cells lose terms, until they fit where they can."""
    match node:
        case Together(parts):
            return Together(tuple(_narrowed(part, room) for part in parts))
        case Enclosed(left, Lattice(rows, aligns, tight) as lattice, right) if WIDTH.set(node) > room:
            around = WIDTH.bracket(left, lattice) + WIDTH.bracket(right, lattice)
            return Enclosed(left, Lattice(_fewer_columns(rows, room - around), aligns, tight), right)
        case Over(top, bottom, rule):
            return Over(_shortened(top, room - 0.24), _shortened(bottom, room - 0.24), rule)
        case Enclosed(left, inner, right):
            return Enclosed(left, _narrowed(inner, room), right)
    return node


def _fewer_columns(rows: tuple[tuple[Typeset, ...], ...], room: float) -> tuple[tuple[Typeset, ...], ...]:
    widths = WIDTH.columns(rows)
    count = len(widths)
    for kept in range(count - 1, 1, -1):
        first = kept - 1
        if sum(widths[:first]) + widths[-1] + 1.35 + kept <= room:
            return tuple((*row[:first], _dots(row), row[-1]) for row in rows)
    if count > 1 and widths[0] + 2.35 <= room:
        return tuple((row[0], _dots(row)) for row in rows)
    if count > 1:
        rows = tuple((row[0], _dots(row)) for row in rows)
        room -= 2.35
    return tuple((_fewer_terms(row[0], room), *row[1:]) for row in rows)


def _dots(row: tuple[Typeset, ...]) -> Sign:
    """What stands for cells of a row; it may be left out itself."""
    return Sign("⋱") if row[0] == Sign("⋮") else _DOTS


def _fewer_terms(cell: Typeset, room: float) -> Typeset:
    """A sum without its middle."""
    pieces = _pieces(cell)
    dots = together(Sign("+", "binary"), _DOTS)
    room -= WIDTH.set(dots)
    ends = list(accumulate(map(WIDTH.set, pieces)))  # where each piece ends
    for kept in range(len(pieces) - 2, 0, -1):
        if ends[kept - 1] + ends[-1] - ends[-2] <= room:
            return together(*pieces[:kept], dots, pieces[-1])
    return cell


def _shortened(node: Typeset, room: float) -> Typeset:
    """What cannot be broken, such as the top of a fraction: without the middle of its sum."""
    if WIDTH.set(node) <= room:
        return node
    found = _bracketed(node) if len(_pieces(node)) < 3 else None
    if found is None:
        return _fewer_terms(_narrowed(node, room), room)
    inner = _shortened(found.fence.inner, room - found.opening - found.closing)
    return together(*found.left, found.raised(found.fence._replace(inner=inner)), *found.right)


def _wrapped(words: Words, room: float) -> list[Typeset]:
    """Words in rows, broken at spaces."""
    rows: list[list[Typeset]] = [[]]
    for piece in words:
        for i, text in enumerate(piece.split(" ") if isinstance(piece, str) else [""]):
            made = Said((" " if i else "") + text) if isinstance(piece, str) else words_typeset((piece,))
            if made == Said(""):
                continue
            if rows[-1] and (i or not isinstance(piece, str)) and WIDTH.set(together(*rows[-1], made)) > room:
                rows.append([])
                made = Said(text) if isinstance(piece, str) else made
            rows[-1].append(made)
    return [_said(row) for row in rows if row]


def _said(row: Sequence[Typeset]) -> Typeset:
    """A row with its words put together again."""
    made: list[Typeset] = []
    for node in row:
        last = made[-1] if made else None
        if isinstance(node, Said) and isinstance(last, Said):
            made[-1] = Said(last.text + node.text)
        else:
            made.append(node)
    return together(*made)
