"""What the usual counters of PyTorch print for a network, and why they differ: what each counts, and how.

The rules are those of torch.utils.flop_counter (2.13), torchinfo 1.8, thop 0.1.1, ptflops 0.7.5 and fvcore 0.1.5, for one
example and a model set to eval().
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from solver.families.count.costs import cells
from solver.families.count.net import At, Net, Output
from solver.formula.tree import Sum, Tree, names
from solver.formula.walks.evaluate import evaluate
from solver.formula.walks.value import value
from solver.working.items import Listing


class Seen(NamedTuple):
    """A layer as a counter sees it, in local names: its MACs, parameters, cells put in and put out, and places."""

    at: At
    out: Output
    macs: str
    params: str
    given: str
    made: str
    places: str

    @property
    def affine(self) -> bool:
        """Whether a norm has a scale."""
        return bool(self.params)

    @property
    def biased(self) -> bool:
        """Whether the layer has biases."""
        return f"biases_{self.at.tag}" in self.at.net.working.items


Rule = Callable[[Seen], str]
"""What a counter adds for a layer, as a formula in local names; empty where it counts nothing."""


class Tool(NamedTuple):
    """A counter: what it calls its number, what a MAC is to it, how it treats biases, what else it counts and misses."""

    name: str
    calls: str
    unit: int
    biases: str
    counts: str
    rules: dict[str, Rule]
    untold: tuple[str, ...] = ()


def _macs(seen: Seen) -> str:
    return seen.macs


def _twice(seen: Seen) -> str:
    return f"2*({seen.macs})"


def _params(seen: Seen) -> str:
    return seen.params


def _given(seen: Seen) -> str:
    return seen.given


def _made(seen: Seen) -> str:
    return seen.made


def _with_biases(seen: Seen) -> str:
    return f"{seen.macs} + {seen.made}" if seen.biased else seen.macs


def _norm(affine: int, plain: int) -> Rule:
    return lambda seen: f"{affine if seen.affine else plain}*{seen.given}"


CONVS = ("conv", "depthwise", "pointwise", "transposed")
RECURRENT = ("rnn", "lstm", "gru")
NORMS = ("batch-norm", "layer-norm", "group-norm", "instance-norm", "rms-norm")
AVERAGES = ("global-pool", "adaptive-pool")

TOOLS = (
    Tool(
        "torch.utils.flop_counter", "FLOPs", 2, "not counted",
        "products of matrices and convolutions, 2 a MAC; nothing else",
        dict.fromkeys((*CONVS, "dense", "attention"), _twice),
        RECURRENT,
    ),
    Tool(
        "torchinfo", "Total mult-adds", 1, "counted, as weights are",
        "every parameter of a layer once, of a convolution once for each place: norms and embeddings as well; of a "
        "dense layer once for a whole sequence; pooling, activations and attention's products not at all",
        {
            **dict.fromkeys(CONVS, lambda seen: f"({seen.params})*{seen.places}"),
            **dict.fromkeys(("dense", "embedding", *NORMS), _params),
            **dict.fromkeys(RECURRENT, lambda seen: f"X1*({seen.params})" if seen.at.before.axes else seen.params),
        },
        ("attention", "positions"),
    ),
    Tool(
        "thop", "MACs", 1, "not counted",
        "also norms, 4 a cell (2 without scale and shift; group norms not), and average pooling; a transposed "
        "convolution as if every cell that it puts out were a sum over the whole filter",
        {
            **dict.fromkeys(("conv", "depthwise", "pointwise", "dense"), _macs),
            "transposed": lambda seen: f"{seen.made}*D*({seen.at.area})" + ("/g" if "g" in seen.at.local else ""),
            **dict.fromkeys(("batch-norm", "layer-norm", "instance-norm"), _norm(4, 2)),
            "average-pool": _made,
            **dict.fromkeys(AVERAGES, lambda seen: f"{seen.given} + {seen.made}"),
            "upsample": _made,
        },
        ("attention", *RECURRENT),
    ),
    Tool(
        "ptflops", "MACs", 1, "counted, one for each cell",
        "also norms, 2 a cell (1 without scale and shift, and for layer norms), and pooling, upsampling and activations, "
        "1 a cell, but twice: once as a module and once as the function that it calls",
        {
            **dict.fromkeys((*CONVS, "dense"), _with_biases),
            **dict.fromkeys(("batch-norm", "group-norm", "instance-norm"), _norm(2, 1)),
            "layer-norm": _given,
            **dict.fromkeys(("max-pool", "average-pool", *AVERAGES, "activation"), lambda seen: f"2*{seen.given}"),
            "upsample": lambda seen: f"2*{seen.made}",
        },
        ("attention", *RECURRENT),
    ),
    Tool(
        "fvcore", "flops (they are MACs)", 1, "not counted",
        "also batch norms, 2 a cell (1 without scale and shift), other norms, 5 a cell (4), adaptive pooling, 1 a cell "
        "put in, and upsampling, 1 a cell put out",
        {
            **dict.fromkeys((*CONVS, "dense"), _macs),
            "batch-norm": _norm(2, 1),
            **dict.fromkeys(("layer-norm", "group-norm", "instance-norm"), _norm(5, 4)),
            **dict.fromkeys(AVERAGES, _given),
            "upsample": _made,
        },
        ("attention", *RECURRENT),
    ),
)  # fmt: skip


def reconciled(net: Net) -> Listing:
    """A row a counter: what it prints for this network, and by how much it differs from ours, kind by kind; its rules."""
    seen = [_seen(at, out) for at, out in net.made]
    rows: list[tuple[str | Tree, ...]] = []
    for tool in TOOLS:
        untold = [layer.at.kind for layer in seen if layer.at.kind in tool.untold]
        if untold:
            rows.append((tool.name, tool.calls, "—", f"not told here: it has {untold[0]} layers"))
            continue
        by: dict[str, list[Tree]] = {}
        ours: dict[str, list[Tree]] = {}
        for layer in seen:
            rule = tool.rules.get(layer.at.kind)
            if rule is not None and (term := rule(layer)):
                by.setdefault(layer.at.kind, []).append(layer.at.tree(term))
            if layer.macs:
                ours.setdefault(layer.at.kind, []).append(layer.at.tree(f"{tool.unit}*({layer.macs})"))
        differs = []
        for kind in dict.fromkeys([*by, *ours]):
            apart = _worth(net, by.get(kind, [])) - _worth(net, ours.get(kind, []))
            if apart:
                differs.append(f"{kind.replace('-', ' ')} {'+' if apart > 0 else '−'}{abs(apart):,}")
        total = _worth(net, [term for terms in by.values() for term in terms])
        unit = "FLOPs" if tool.unit == 2 else "MACs"
        rows.append((tool.name, tool.calls, f"{total:,}", ", ".join(differs) or f"nothing: as the {unit} here"))
    rules = tuple(f"{tool.name}: biases {tool.biases}; {tool.counts}." for tool in TOOLS)
    return Listing(("tool", "what it prints", "here", "differs by"), tuple(rows), rules)


def _worth(net: Net, terms: list[Tree]) -> int:
    """The value of a sum of counts, each from the formulas of the page."""
    if not terms:
        return 0
    tree = Sum(tuple(terms))
    missing = [name for name in net.working.closure(names(tree)) if name not in net.known]
    evaluate(net.working.program(missing), net.known, lambda item, env: item.value(env))
    return int(value(tree, net.known).item())


def _seen(at: At, out: Output) -> Seen:
    items = at.net.working.items
    at.local |= {word: f"{word}_{at.tag}" for word in ("macs", "params") if f"{word}_{at.tag}" in items}
    given = "*".join([*(["D"] if at.before.features else []), *(f"X{i}" for i in range(1, len(at.before.axes) + 1))])
    places = "*".join(f"Y{i}" for i in range(1, len(out.axes) + 1)) or "1"
    return Seen(
        at, out, "macs" if f"macs_{at.tag}" in items else "", "params" if f"params_{at.tag}" in items else "", given,
        cells(out), places,
    )  # fmt: skip
