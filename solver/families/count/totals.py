"""The end of the page: totals, the table of all layers, and the words of `find`."""

from __future__ import annotations

from solver.families.count.costs import HEADINGS
from solver.families.count.net import Counted, Net
from solver.formula.symbol import Symbol
from solver.formula.tree import Name, Sum, Tree
from solver.working.items import Listing
from solver.working.page import Working
from solver.working.tally import Tally

_SUMS = {
    "weights": "Weights", "biases": "Biases", "params": "Parameters", "neurons": "Neurons",
    "connections": "Connections", "macs": "MACs", "flops": "FLOPs", "activations": "Activations", "memory": "Memory",
    "cache": "Keys and values kept", "active": "Active parameters",
}  # fmt: skip
_WORDS = {"params": "parameters", "reach": "receptive_field"}
"""What a part asks for, where that is not what stands in the names."""


def closed(net: Net) -> Working:
    """The working with all totals, its table and its words."""
    working, groups = net.working, net.groups
    tally = Tally(list(net.rows.values()), list(HEADINGS.values()))
    totals = []
    for word, title in _SUMS.items():
        counted = groups.get(word, [])
        if word == "active" and counted:
            used = {name.replace("active", "params", 1): name for name in counted}
            counted = [used.get(name, name) for name in groups["params"]]
        if not counted:
            working.group(_WORDS.get(word, word), [])
        else:
            name = f"{word}_total"
            terms: Tree = Name(counted[0]) if len(counted) == 1 else Sum(tuple(map(Name, counted)))
            symbol = Symbol({"macs": "MACs", "flops": "FLOPs"}.get(word, word), "total")
            working.add(Counted(name, terms, f"{title} of all layers", whole=True), symbol=symbol)
            tally.totals[HEADINGS[word]] = name
            totals.append(name)
            working.group(_WORDS.get(word, word), [*counted, name])
    tally.notes = _notes(net)
    working.group("multiplications", working.groups["macs"])
    reached = groups.get("reach", [])
    for word in ("receptive_field", "receptive_fields", "receptive field", "receptive fields"):
        working.group(word, reached)
    sizes = groups.get("sizes", []) or list(list(net.rows.values())[-1].size)
    working.group("sizes", sizes)
    working.group("layers", groups.get("params", []))
    working.group("total", [name for name in totals if name == "params_total"])
    working.group("totals", totals)
    for tag in net.rows:
        if tag in groups and tag not in working.items and tag not in working.groups:
            working.group(tag, groups[tag])
    working.default = (*sizes, *groups.get("params", []), *(n for n in totals if n == "params_total"))
    working.tallies = [tally]
    working.others = lambda: _others(net)
    return working


def _others(net: Net) -> Listing:
    from solver.families.count.tools import reconciled

    return reconciled(net)


def _legend(net: Net) -> list[tuple[str, str]]:
    """What the letters stand for, as far as the network has them; nothing of receptive fields, whose column says it."""
    working, said = net.working, dict[str, dict[str, None]]()
    for name, item in working.items.items():
        what = item.title.partition(": ")[2]
        base = working.symbols[name].base
        if what and item.given and len(base) == 1 and base not in "Rj":
            said.setdefault(base, {})[what] = None
    legend = "; ".join(f"{letter}: {' or '.join(meanings)}" for letter, meanings in said.items())
    return [("", f"{legend}.")] if legend else []


def _notes(net: Net) -> list[tuple[str, str]]:
    """The conventions, one for each column that has one."""
    given = net.given
    order = {"channels-first": "channels × height × width", "channels-last": "height × width × channels"}[given.order]
    notes = []
    if any(len(row.size) == 3 for row in net.rows.values()):
        notes.append(("", f"Sizes are {order}."))
    if any(out.kind == "sequence" for _, out in net.made):
        notes.append(("", "Sizes of sequences are length × features."))
    notes += _legend(net)
    left_out = "activations, norms, pooling, softmax and sums are not counted."
    biases = "each bias is one more operation" if given.bias_operations else "biases are not counted"
    notes.append(
        (HEADINGS["macs"], f"MACs: a multiplication and the addition of its product count as one; biases, {left_out}")
    )
    notes.append(
        (
            HEADINGS["flops"],
            f"FLOPs: a multiplication and an addition are one each, so a MAC is two (a sum starts at 0); {biases}; {left_out}",
        )
    )
    if any("bn" in tag for tag in net.rows):
        said = (
            "are not learned, but counted, as Keras does"
            if given.running_averages
            else "are not learned, and not counted"
        )
        notes.append((HEADINGS["params"], f"Running averages of a norm {said}."))
    examples = "one example" if given.batch == 1 else f"{given.batch:,} examples"
    notes.append((HEADINGS["activations"], f"Activations: what each layer puts out for {examples}."))
    notes.append((HEADINGS["memory"], f"Memory: {given.bytes} bytes for each activation of {examples}."))
    notes.append((HEADINGS["cache"], f"Cache: {given.bytes} bytes for each key and value, of {examples}."))
    notes.append((HEADINGS["active"], "Active parameters are those that one token uses."))
    notes.append(
        (
            HEADINGS["reach"],
            "The receptive field R is in cells of the input, along the height; j is how far neighbours are apart there.",
        )
    )
    return notes
