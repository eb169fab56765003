"""Sizes in symbols: what each layer costs as a formula, and how it grows, O(n²d)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from solver.families.count.net import Net, UnfitError
from solver.formula.sizes import SCALAR
from solver.formula.source import source
from solver.formula.symbol import Symbol, default_symbol
from solver.formula.tree import Literal_, Name, Sum, Tree, names
from solver.formula.walks.polynomial import leading, polynomial, written
from solver.working.items import Derivation, Item, Line, Listing
from solver.working.page import Working

WHY = {
    "attention": ("all positions at once", "each position sees every other one directly"),
    **dict.fromkeys(
        ("rnn", "lstm", "gru"),
        (
            "each step waits for the one before",
            "from the first position to the last, a path goes through every step between",
        ),
    ),
    "conv": (
        "all positions at once",
        "a layer joins as many positions as its filter is wide; so many layers stacked join all",
    ),
}
"""Why a layer takes so many sequential operations, and why its longest path is so long."""

_TITLES = {"params": "parameters", "weights": "weights", "biases": "biases", "macs": "MACs", "flops": "FLOPs",
    "cache": "bytes of keys and values kept", "active": "active parameters",
}  # fmt: skip
_BASES = {"macs": "MACs", "flops": "FLOPs"}


def formulas(net: Net) -> Working:
    """The working of all counts as formulas in the words that stand for sizes."""
    working, groups = net.working, net.groups
    first = [word for sizes in (net.given.input or {}).values() for tree in sizes for word in names(tree)]
    words = dict.fromkeys([*first, *(word for tree in net.definitions.values() for word in names(tree))])
    symbols = [word for word in words if word not in net.definitions]
    for word in symbols:
        working.symbols[word] = default_symbol(word)
        working.shapes[word] = SCALAR
    for word, title in _TITLES.items():
        counted = groups.get(word, [])
        if not counted:
            continue
        for name in counted:
            add(net, symbols, name, net.definitions[name], f"{layer(name)}: {title}", _BASES.get(word, word))
        if len(counted) > 1:
            total = f"{word}_total"
            add(net, symbols, total, Sum(tuple(map(Name, counted))), f"{title} of all layers", _BASES.get(word, word))
            counted = [*counted, total]
        working.group({"params": "parameters"}.get(word, word), counted)
        if word == "params":
            working.group("total", counted[-1:])
    orders = []
    for name in [*groups.get("macs", []), *(["macs_total"] if "macs_total" in working.items else [])]:
        title = "How all operations grow" if name == "macs_total" else f"{layer(name)}: how its operations grow"
        orders.append(_order(net, symbols, name, name.replace("macs", "order", 1), title))
    _sequential(net, symbols)
    working.group("order", orders)
    working.group("orders", orders)
    for tag in net.rows:
        working.group(tag, [name for name in working.items if name.partition("_")[2] == tag])
    working.default = (*groups.get("macs", []), *orders)
    return working


def _sequential(net: Net, symbols: list[str]) -> None:
    """How long each layer's operations wait for one another, and the longest path through it; all of it in a table."""
    working, groups = net.working, net.groups
    kinds = {at.tag: at.kind for at, _ in net.made}
    titles = {"steps": "sequential operations", "path": "longest path between two positions"}
    for k, (word, title) in enumerate(titles.items()):
        found = []
        for name in groups.get(word, []):
            tag = name.partition("_")[2]
            why = WHY[kinds[tag]][k] if kinds[tag] in WHY else ""
            add(net, symbols, name, net.definitions[name], f"{layer(name)}: {title}", word, why)
            found += [
                name,
                _order(
                    net,
                    symbols,
                    name,
                    f"order_{name}",
                    f"{layer(name)}: {title}, how they grow" if k == 0 else f"{layer(name)}: {title}, how it grows",
                ),
            ]
        working.group({"steps": "sequential"}.get(word, word), found)
    rows = []
    for tag in net.rows:
        cells = [_grown(net, symbols, f"{word}_{tag}") for word in ("macs", "steps", "path")]
        if cells[0] is not None and cells[1] is not None:
            rows.append((tag.replace("_", " "), *("—" if cell is None else cell for cell in cells)))
    if rows:
        working.add(Growth("growth", rows))


def _grown(net: Net, symbols: list[str], name: str) -> Tree | None:
    if name not in net.working.items:
        return None
    made = polynomial(net.expanded(Name(name)))
    return None if made is None else written(leading(made), symbols)


def _order(net: Net, symbols: list[str], name: str, order: str, title: str) -> str:
    """How a count grows, as a step; its name."""
    tree = _grown(net, symbols, name)
    assert tree is not None  # as add has found
    line = Line(tree, left=Name(order), note=("constants and outgrown terms left out",))
    word, _, rest = order.partition("_")[2].partition("_")
    symbol = Symbol("O", layer(name), argument=word) if rest else Symbol("O", word.replace("_", " "))
    net.working.add(Derivation(order, tree, (line,), title), symbol=symbol)
    return order


class Growth(Item):
    """How everything grows, layer by layer, in a table."""

    title = "How they grow"
    points = ("Constants and outgrown terms are left out.",)
    points_answer = True

    def __init__(self, name: str, rows: Sequence[tuple[str | Tree, ...]]) -> None:
        self.name, self.rows = name, tuple(rows)
        cells = ([cell if isinstance(cell, str) else _said(cell) for cell in row] for row in rows)
        self.answer = "; ".join(f"{layer}: {', '.join(orders)}" for layer, *orders in cells)

    def listing(self, numbers: Mapping[str, Literal_]) -> Listing:
        """A row a layer."""
        return Listing(("layer", "operations", "sequential operations", "longest path"), self.rows)


def _said(tree: Tree) -> str:
    return source(tree).replace("**", "^").replace("*", "·")


def layer(name: str) -> str:
    """The layer whose count it is, in words."""
    return name.partition("_")[2].replace("_", " ")


def add(net: Net, symbols: list[str], name: str, formula: Tree, title: str, base: str, why: str = "") -> None:
    """A count: its formula, then that with the sizes put in, then worked out."""
    net.definitions[name] = formula
    put_in = net.expanded(formula)
    made = polynomial(put_in)
    if made is None:
        raise UnfitError(net.given.place("input"), f"{name} is no polynomial of the sizes", "give sizes as numbers")
    result = written(made, symbols)
    lines = [Line(formula, left=Name(name))]
    if put_in not in (formula, result):
        lines.append(Line(put_in, note=("substituting the sizes",)))
    if result != formula:
        lines.append(Line(result))
    symbol = default_symbol(name)._replace(base=base)
    net.working.add(Derivation(name, result, tuple(lines), title, why), symbol=symbol)
