"""Single entries of quantities, `grad_W2[1,1]`: found by the formula of that entry alone, the chain rule for one weight."""

from __future__ import annotations

import re

from solver.errors import FormulaError, nearest
from solver.formula.symbol import Symbol
from solver.formula.tree import Name, Tree
from solver.formula.walks.entry import entry, part
from solver.formula.walks.shape import SCALAR
from solver.working.page import Working

_ENTRY = re.compile(r"(?P<name>\w+)\s*\[\s*(?P<row>\d{1,9})\s*(?:,\s*(?P<column>\d{1,9})\s*)?\]", re.ASCII)


def add_entry(working: Working, word: str) -> str:
    """Adds the entry that a word asks for, where it is not there; gives its name.

    Raises FormulaError where there is no such quantity, or no such entry of it.
    """
    match = _ENTRY.fullmatch(word.strip())
    if match is None:
        raise FormulaError(f"{word[:60]!r} is no entry", "such as grad_W2[1,1], counted from 1")
    name = match["name"]
    if name in working.offers:
        working.expand([name])
    if name not in working.items:
        raise FormulaError(f"there is no {name[:60]!r}", nearest(name, working.findable()))
    rows, columns = working.shapes[name]
    if working.items[name].definition is None or (rows, columns) == SCALAR:
        what = "is given" if working.items[name].given else "is one number"
        raise FormulaError(
            f"{name} {what}: there is no entry of it to find", f"find: {name}" if what != "is given" else ""
        )
    row, column = int(match["row"]), int(match["column"] or 1)
    if match["column"] is None and columns != 1:
        raise FormulaError(f"{name} is {rows}×{columns}: an entry has a row and a column", f"such as {name}[{row},1]")
    if not (1 <= row <= int(rows) and 1 <= column <= int(columns)):
        raise FormulaError(f"there is no entry {row},{column} of {name}", f"it is {rows}×{columns}, counted from 1")
    return _added(working, name, row, column)


def _added(working: Working, name: str, i: int, j: int) -> str:
    """The entry's name, once it stands among the items."""
    columns = working.shapes[name][1]
    at = str(i) if columns == 1 else f"{i},{j}"
    made = f"{name}[{at}]"
    if made in working.items:
        return made

    def known(other: str, i: int, j: int) -> Tree:
        if other in working.shapes and _by_itself(working, other):
            return Name(_added(working, other, i, j))
        return part(Name(other), i, j, working.shapes[other])

    item = working.items[name]
    assert item.definition is not None
    formula = entry(item.definition, i, j, working.shapes, known)
    symbol, role = _at(working.symbols[name], at.replace(",", ", ")), working.roles.get(name)
    why = "the chain rule for this weight alone" if role is not None and role.kind == "gradient" else ""
    where = f"entry {at}" if columns == 1 else f"row {i}, column {j}"
    working.step(made, formula, f"{item.title}: {where}" if item.title else "", why=why, symbol=symbol)
    return made


def _at(symbol: Symbol, at: str) -> Symbol:
    """The symbol of an entry; of a gradient, the derivative by the entry."""
    if symbol.wrt is not None:
        return symbol._replace(wrt=_at(symbol.wrt, at), ratio="∂")
    return symbol.shaped(SCALAR)._replace(entry=at)


def _by_itself(working: Working, name: str) -> bool:
    """Whether an entry of this quantity is found by itself, too: gradients by weights and their updates."""
    role = working.roles.get(name)
    if role is None or working.shapes[name] == SCALAR:
        return False
    if role.kind == "update":
        return True
    of = working.items.get(role.of)
    updated = working.roles.get(role.of)
    return role.kind == "gradient" and of is not None and (of.given or (updated or role).kind == "update")
