"""What the count family reads: the input, the layers as a graph of blocks and branches, and which fields go with which."""

from typing import Annotated, Literal, TypeAlias, get_args

from solver.errors import FormulaError
from solver.families.count.short import expanded
from solver.formula.parse import parse
from solver.formula.tree import Num, Tree
from solver.spec.fields import AtLeast, AtMost, Kind, Spec, read, text_of, whole_number
from solver.spec.nodes import Node, Report

MOST_ENTRIES = 1_000
"""The most layers written in one list."""

Type = Literal[
    "conv", "depthwise", "pointwise", "separable", "transposed", "max-pool", "average-pool", "global-pool",
    "adaptive-pool", "subsampling", "upsample", "batch-norm", "layer-norm", "group-norm", "instance-norm", "rms-norm",
    "embedding", "positions", "rnn", "lstm", "gru", "attention", "feed-forward", "encoder", "decoder", "dense",
    "flatten", "select", "tokens", "class-token", "crop", "add", "concat", "multiply", "dropout", "activation",
]  # fmt: skip


def _size(node: Node, report: Report, name: str) -> Tree:
    """A whole number, or a formula in words that stand for numbers; problems go to the report."""
    text = text_of(node, report, name)
    if not text or text.lstrip("+-").isdecimal():
        return Num(str(whole_number(node, report, name, (AtLeast(0),)))) if text else Num("1")
    if text[:1].isdigit() and not set(text) & set("+-*/()"):
        whole_number(node, report, name)
        return Num("1")
    try:
        return parse(text)
    except FormulaError as error:
        report.add(node.at(max(0, error.column - 1)), f"{name}: {error.message}", error.hint)
        return Num("1")


def _entries(node: Node, report: Report, name: str) -> "tuple[CountLayer, ...]":
    """A list of layers, each a map, a short text, or a number of neurons."""
    items = node.items if node.kind == "list" else [node]
    if len(items) > MOST_ENTRIES:
        report.add(node, f"{name} has {len(items):,} items, expected at most {MOST_ENTRIES:,}")
        return ()
    made = (expanded(item, report, get_args(Type)) for item in items)
    return tuple(layer for item in made if item is not None and (layer := read(CountLayer, item, report)) is not None)


def _branches(node: Node, report: Report, name: str) -> "tuple[tuple[CountLayer, ...], ...]":
    if node.kind != "list" or len(node.items) < 2:
        report.add(node, f"found {node.found()} for {name}, expected a list of two or more lists of layers")
        return ()
    return tuple(_entries(item, report, "a branch") for item in node.items)


def _shortcut(node: Node, report: Report, name: str) -> "tuple[CountLayer, ...] | None":
    if node.kind == "scalar" and node.text.lower() in ("true", "yes", "identity"):
        return ()
    if node.kind == "scalar" and node.text.lower() in ("false", "no"):
        return None
    return _entries(node, report, name)


def _input(node: Node, report: Report, name: str) -> dict[str, tuple[Tree, ...]]:
    """The sizes of the input; of several, by name."""
    if node.kind != "map":
        return {"in": _input_sizes(node, report, name)}
    if not node.entries:
        report.add(node, "input names nothing, expected its sizes", "[3, 32, 32], or several by name: {a: 10, b: 20}")
    return {key.text: _input_sizes(value, report, name) for key, value in node.entries}


def _input_sizes(node: Node, report: Report, name: str) -> tuple[Tree, ...]:
    items = node.items if node.kind == "list" else [node]
    if not 1 <= len(items) <= 4:
        report.add(node, f"input has {len(items)} numbers", "1 (inputs), 2, 3 (D, H, W) or 4, channels first")
    return tuple(_size(item, report, name) for item in items)


Size: TypeAlias = Annotated[Tree, Kind("whole number or word", _size)]
Sizes: TypeAlias = tuple[Size, ...]
Entries: TypeAlias = Annotated[tuple["CountLayer", ...], Kind("list of layers", _entries)]


class CountLayer(Spec):
    """A layer, a block of layers, or branches. A size is a number, or a word that `where` gives a number."""

    type: Annotated[Type | None, "the kind of layer; left out for a block or branches"] = None
    name: Annotated[str, "what the layer is called; conv1, conv2 … if left out"] = ""
    after: Annotated[tuple[str, ...], "the layers (or inputs) it takes, by name; the one before if left out"] = ()
    filters: Annotated[Size | None, "filters of a convolution"] = None
    size: Annotated[Sizes, AtLeast(1), AtMost(3), "filter or window; features of an embedding"] = ()
    stride: Annotated[Sizes, AtLeast(1), AtMost(3), "stride; 1 if left out, a pool's size for a pool"] = ()
    padding: Annotated[Sizes, AtLeast(1), AtMost(3), "padding on each side, or same or valid; 0 if left out"] = ()
    output_padding: Annotated[Sizes, AtLeast(1), AtMost(3), "what a transposed convolution adds at the end"] = ()
    dilation: Annotated[Sizes, AtLeast(1), AtMost(3), "distance of a filter's cells; 1 if left out"] = ()
    groups: Annotated[
        Size | None, "groups of channels, each with filters of its own; of heads with keys of their own"
    ] = None
    ceil: Annotated[bool, "whether windows that do not fit count, too"] = False
    bias: Annotated[
        bool | None, "whether there are biases (of a norm: shifts); as for the whole network if left out"
    ] = None
    biases: Annotated[int, AtLeast(1), AtMost(2), "bias vectors of a recurrent layer's gate; PyTorch has 2"] = 1
    shared: Annotated[bool, "whether one filter serves every place; false: locally connected"] = True
    connections: Annotated[Sizes, AtLeast(1), AtMost(10_000), "channels that each filter sees, or their sum"] = ()
    affine: Annotated[bool, "whether a norm has a learnable scale and shift"] = True
    neurons: Annotated[Size | None, "neurons of a dense or hidden layer; features within a feed-forward layer"] = None
    bidirectional: Annotated[bool, "whether a second recurrent layer reads backwards"] = False
    peephole: Annotated[bool, "whether an LSTM's gates see the cell"] = False
    returns: Annotated[Literal["sequence", "last"], "what a recurrent layer puts out: every step, or the last"] = (
        "sequence"
    )
    words: Annotated[Size | None, "entries of an embedding; positions of learned positions"] = None
    heads: Annotated[Size | None, "heads of attention; 1 if left out"] = None
    keys: Annotated[Size | None, "size of a head's queries and keys; features/heads if left out"] = None
    values: Annotated[Size | None, "size of a head's values; as keys if left out"] = None
    projections: Annotated[bool, "whether attention has weights for queries, keys, values and output"] = True
    experts: Annotated[Size | None, "feed-forward layers beside each other, and a router that chooses among them"] = (
        None
    )
    active: Annotated[Size | None, "how many experts each token goes through; 1 if left out"] = None
    memory: Annotated[str, "the layer whose output attention reads, if not its own input"] = ""
    gated: Annotated[bool, "whether a feed-forward layer has a third matrix, for its gate"] = False
    norm: Annotated[Literal["layer-norm", "rms-norm", "none"], "the norms of an encoder or decoder"] = "layer-norm"
    tied: Annotated[bool, "whether a layer's weights are those of another, and not counted again"] = False
    output: Annotated[Sizes, AtLeast(1), AtMost(3), "sizes that adaptive pooling, or a crop, puts out"] = ()
    scale: Annotated[Size | None, "how many times an upsampling enlarges"] = None
    block: Annotated[str, "the name of a block to put here"] = ""
    where: Annotated[dict[str, Size] | None, "numbers for the words of a block"] = None
    repeat: Annotated[Size | None, "how often the block stands one after the other"] = None
    layers: Annotated[Entries, "the layers of a block without a name"] = ()
    shortcut: Annotated[
        tuple["CountLayer", ...] | None,
        Kind("true or list of layers", _shortcut),
        "what is added to a block's output: its input, or that through layers",
    ] = None
    branches: Annotated[
        tuple[tuple["CountLayer", ...], ...],
        Kind("list of lists of layers", _branches),
        "lists of layers beside each other",
    ] = ()
    join: Annotated[Literal["concat", "add", "multiply"], "how branches come together"] = "concat"


class Given(Spec):
    """A network: inputs and neurons of dense layers, or an input and layers of any kind."""

    inputs: Annotated[int | None, AtLeast(1), "how many inputs a dense network receives"] = None
    input: Annotated[
        dict[str, tuple[Size, ...]] | None,
        Kind("list of whole numbers", _input),
        "[D, H, W] (channels, height, width), [length, features] or [channels, length], or one number; several by name",
    ] = None
    layers: Annotated[
        tuple[CountLayer, ...],
        Kind("list of layers: neurons, texts such as conv 64@3x3 stride 2, or maps", _entries),
        "the layers in order, the output layer last",
    ]
    blocks: Annotated[dict[str, Entries] | None, "layers that stand in the network by a name"] = None
    bias: Annotated[bool, "whether every neuron and filter has a bias, unless its layer says otherwise"] = True
    recurrent: Annotated[
        Literal["none", "elman", "jordan"],
        "of a dense network, what is fed back: nothing, hidden outputs to their own layer, or the output to the first",
    ] = "none"
    order: Annotated[Literal["channels-first", "channels-last"], "whether a volume is [D, H, W] or [H, W, D]"] = (
        "channels-first"
    )
    bias_operations: Annotated[bool, "whether adding a bias counts as an operation (of FLOPs)"] = False
    running_averages: Annotated[
        bool, "whether a batch norm's two running averages count as parameters, as Keras has it"
    ] = False
    batch: Annotated[int, AtLeast(1), AtMost(1_000_000), "examples at once, for the memory of activations"] = 1
    bytes: Annotated[int, AtLeast(1), AtMost(16), "bytes of a number, for memory: 4 in single precision"] = 4


_WINDOW = ("size", "stride", "padding")
_CONV = ("filters", *_WINDOW, "dilation", "bias")
_RECURRENT = ("neurons", "bias", "biases", "bidirectional", "returns")
_HEADS = ("heads", "keys", "values", "bias", "projections", "memory", "groups")
_FORWARD = ("neurons", "bias", "gated", "experts", "active")
_CODER = ("heads", "norm", "groups", *_FORWARD)
TAKES: dict[str, tuple[str, ...]] = {
    "conv": (*_CONV, "groups", "shared", "connections"),
    "depthwise": _CONV,
    "pointwise": ("filters", "stride", "bias"),
    "separable": _CONV,
    "transposed": (*_CONV, "groups", "output_padding"),
    "max-pool": (*_WINDOW, "dilation", "ceil"),
    "average-pool": (*_WINDOW, "ceil"),
    "global-pool": (),
    "adaptive-pool": ("output",),
    "crop": ("output",),
    "subsampling": (*_WINDOW, "bias"),
    "upsample": ("scale",),
    "batch-norm": ("affine", "bias"),
    "layer-norm": ("affine", "bias"),
    "group-norm": ("affine", "bias", "groups"),
    "instance-norm": ("affine", "bias"),
    "rms-norm": ("affine",),
    "embedding": ("words", "size", "tied"),
    "positions": ("words",),
    "rnn": _RECURRENT,
    "lstm": (*_RECURRENT, "peephole"),
    "gru": _RECURRENT,
    "attention": _HEADS,
    "feed-forward": _FORWARD,
    "encoder": _CODER,
    "decoder": (*_CODER, "memory"),
    "dense": ("neurons", "bias", "tied"),
}
"""Which fields a type of layer takes, besides its name and what it stands after; a type left out takes none."""
_NEEDS: dict[str, tuple[str, ...]] = {
    "conv": ("filters", "size"), "depthwise": ("size",), "pointwise": ("filters",), "separable": ("filters", "size"),
    "transposed": ("filters", "size"), "max-pool": ("size",), "average-pool": ("size",), "adaptive-pool": ("output",), "crop": ("output",),
    "subsampling": ("size",), "upsample": ("scale",), "embedding": ("words", "size"),
    "rnn": ("neurons",), "lstm": ("neurons",), "gru": ("neurons",), "feed-forward": ("neurons",),
    "encoder": ("neurons",), "decoder": ("neurons",), "dense": ("neurons",),
    "add": ("after",), "concat": ("after",), "multiply": ("after",),
}  # fmt: skip
_ANY = ("type", "name", "after", "repeat")
_BLOCK = ("name", "after", "block", "where", "repeat", "layers", "shortcut")
_BRANCHES = ("name", "after", "branches", "join")


def check(layers: tuple[CountLayer, ...], report: Report) -> None:
    """Notes every field that is missing, or that its layer does not take, in all layers and those within them."""
    for layer in layers:
        written = layer.written
        kinds = [field for field in ("type", "block", "layers", "branches") if field in written]
        if len(kinds) != 1:
            found = " and ".join(kinds) or "none of them"
            report.add(layer.place(), f"a layer has a type, or is a block, layers or branches; found {found}")
            continue
        takes = {"type": (*_ANY, *TAKES.get(layer.type or "", ())), "branches": _BRANCHES}.get(kinds[0], _BLOCK)
        for field in written:
            if field not in takes:
                what = layer.type or f"an entry with {kinds[0]}"
                report.add(layer.place(field), f"{what} takes no {field}", f"it takes {', '.join(takes)}")
        for field in _NEEDS.get(layer.type or "", ()):
            if field not in written:
                report.add(layer.place(), f"{field!r} of this {layer.type} layer is missing")
        for inner in (layer.layers, layer.shortcut or (), *layer.branches):
            check(inner, report)
