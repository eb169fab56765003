"""From the givens of a network to its names: the input, then every layer."""

from __future__ import annotations

from solver.families.count.architecture import Given
from solver.families.count.branches import Graph
from solver.families.count.net import LETTERS, MAX_SIZE, SAID, Net, Output, UnfitError
from solver.formula.symbol import Symbol
from solver.formula.tree import Num, Tree, names
from solver.formula.walks.rational import rational
from solver.nets.sliding import order_in_doubt
from solver.spec.nodes import Report
from solver.working.tally import TallyRow

_SPATIAL = frozenset(
    [
        "conv",
        "depthwise",
        "pointwise",
        "separable",
        "transposed",
        "max-pool",
        "average-pool",
        "global-pool",
        "adaptive-pool",
        "subsampling",
    ]
)


def network(given: Given, report: Report) -> Net | None:
    """The network, walked through; None where something does not fit, which goes to the report."""
    assert given.input is not None
    symbolic = any(names(tree) for sizes in given.input.values() for tree in sizes)
    net = Net(given, report, symbolic)
    if not symbolic:
        net.state("bytes", Num(str(given.bytes)), "Bytes of a number", "bytes")
        if given.batch > 1:
            net.state("batch", Num(str(given.batch)), "Examples at once", "batch")
    if not given.layers:
        report.add(given.place("layers"), "layers has 0 items, expected at least 1")
        return None
    first = None
    try:
        for tag, sizes in given.input.items():
            output = entered(net, tag, sizes)
            first = first or output
        assert first is not None
        Graph(net).walk(given.layers, first, {})
    except UnfitError as error:
        net.note(error)
    return None if net.misfits else net


def entered(net: Net, tag: str, sizes: tuple[Tree, ...]) -> Output:
    """The output of the input: a vector or words, a sequence, or a volume with its receptive field of one cell."""
    given = net.given
    spatial = next((layer.type for layer in given.layers if layer.type), "") in _SPATIAL
    if len(sizes) == 1:
        kind, order = "vector", [0]
    elif len(sizes) == 2 and not (spatial and not net.symbolic):
        kind, order = "sequence", [1, 0]
    else:
        last = given.order == "channels-last"
        kind, order = "image", [len(sizes) - 1, *range(len(sizes) - 1)] if last else list(range(len(sizes)))
    axes = () if kind == "vector" else LETTERS[kind][len(sizes) - 1]
    made = []
    for letter, k in zip(("D", *axes), order, strict=True):
        tree, place = (
            sizes[k],
            given.place("input") if tag == "in" and len(given.input or ()) == 1 else given.place("input", tag),
        )
        whole = rational(tree)
        if whole is not None and whole.denominator != 1:
            raise UnfitError(place, f"input is {whole}, expected a whole number", "sizes are counted")
        if whole is not None and not 1 <= whole <= MAX_SIZE:
            raise UnfitError(place, f"input is {whole}, expected 1 to {MAX_SIZE:,}")
        name = f"{letter}_{tag}"
        net.state(name, tree, f"Input: {SAID.get(letter, 'channels' if kind == 'image' else 'features')}", "in")
        made.append(name)
    if not net.symbolic and kind == "image" and len(sizes) == 3 and "order" not in given.written:
        doubt = order_in_doubt(*(net.number(name) for name in made))
        if doubt:
            net.report.warn(given.place("input"), *doubt)
    reach: tuple[tuple[str, str], ...] = ()
    if kind == "image" or (kind == "sequence" and spatial):
        for word in ("reach", "apart"):
            title = f"Input: {'receptive field' if word == 'reach' else 'distance of neighbours'}"
            net.state(f"{word}_{tag}", Num("1"), title, "in", Symbol("R" if word == "reach" else "j", tag))
        reach = ((f"reach_{tag}", f"apart_{tag}"),) * len(axes)
    out = Output(made[0], tuple(made[1:]), kind, reach)
    net.outputs[tag] = out
    net.rows[tag] = TallyRow("input" if tag == "in" else tag, "", net.ordered(out), {})
    return out
