"""Sizes in symbols: what each layer costs as a formula, and how it grows, O(n²d)."""

from __future__ import annotations

from solver.families.count.net import Net, UnfitError
from solver.formula.sizes import SCALAR
from solver.formula.symbol import Symbol, default_symbol
from solver.formula.tree import Name, Sum, Tree, names, rebuild
from solver.formula.walks.polynomial import leading, polynomial, written
from solver.working.items import Derivation, Line
from solver.working.page import Working

_TITLES = {"params": "parameters", "weights": "weights", "biases": "biases", "macs": "MACs", "flops": "FLOPs"}
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
    orders = []
    for name in [*groups.get("macs", []), *(["macs_total"] if "macs_total" in working.items else [])]:
        order = name.replace("macs", "order", 1)
        made = polynomial(expanded(net, Name(name)))
        assert made is not None  # as add has found
        tree = written(leading(made), symbols)
        title = "How all operations grow" if name == "macs_total" else f"{layer(name)}: how its operations grow"
        working.add(
            Derivation(
                order, tree, (Line(tree, left=Name(order), note=("constants and outgrown terms left out",)),), title
            ),
            symbol=Symbol("O", layer(name)),
        )
        orders.append(order)
    working.group("order", orders)
    working.group("orders", orders)
    for tag in net.rows:
        working.group(tag, [name for name in working.items if name.partition("_")[2] == tag])
    working.default = (*groups.get("macs", []), *orders)
    return working


def layer(name: str) -> str:
    """The layer whose count it is, in words."""
    return name.partition("_")[2].replace("_", " ")


def add(net: Net, symbols: list[str], name: str, formula: Tree, title: str, base: str) -> None:
    """A count: its formula, then that with the sizes put in, then worked out."""
    net.definitions[name] = formula
    put_in = expanded(net, formula)
    made = polynomial(put_in)
    if made is None:
        raise UnfitError(net.given.place("input"), f"{name} is no polynomial of the sizes", "give sizes as numbers")
    result = written(made, symbols)
    lines = [Line(formula, left=Name(name))]
    if put_in not in (formula, result):
        lines.append(Line(put_in, note=("the sizes put in",)))
    if result != formula:
        lines.append(Line(result))
    symbol = default_symbol(name)._replace(base=base)
    net.working.add(Derivation(name, result, tuple(lines), title), symbol=symbol)


def expanded(net: Net, tree: Tree) -> Tree:
    """A formula with every name that is computed replaced by its formula, down to the words of the question."""
    if isinstance(tree, Name) and tree.id in net.definitions:
        return expanded(net, net.definitions[tree.id])
    return rebuild(tree, lambda x: expanded(net, x))
