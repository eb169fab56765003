"""What the cnn family reads: the input volume and the layers, and which fields go with which layer."""

from copy import copy
from typing import Annotated, Literal

from solver.errors import Place
from solver.nets.sliding import order_in_doubt
from solver.spec.fields import AtLeast, AtMost, Spec
from solver.spec.nodes import Report

MAX_LAYERS = 300
MAX_SIZE = 100_000
_DEPTH_FIRST = (2, 0, 1)

Unknown = Literal["unknown"]
Type = Literal[
    "conv", "depthwise", "pointwise", "separable", "transposed", "max-pool", "average-pool", "flatten", "dense"
]
Side = Annotated[int, AtLeast(1), AtMost(MAX_SIZE)] | Unknown
Pad = Annotated[int, AtLeast(0), AtMost(MAX_SIZE)] | Literal["unknown", "same", "valid"]
Sides = tuple[Side, ...]


class CnnLayer(Spec):
    """One layer. A size, stride or padding is one number, or [height, width]; the word unknown asks for it."""

    type: Annotated[Type, "the kind of layer; separable is depthwise, then pointwise"]
    filters: Annotated[int | Unknown | None, AtLeast(1), AtMost(MAX_SIZE), "filters; from output if left out"] = None
    depth: Annotated[
        int | Unknown | None, AtLeast(1), AtMost(MAX_SIZE), "depth of a filter; the input's depth if left out"
    ] = None
    size: Annotated[Sides | None, AtLeast(1), AtMost(2), "filter or window size"] = None
    stride: Annotated[Sides | None, AtLeast(1), AtMost(2), "stride; 1 if left out, a pool's size for a pool"] = None
    padding: Annotated[
        tuple[Pad, ...] | None, AtLeast(1), AtMost(2), "padding on each side, or same or valid; 0 if left out"
    ] = None
    dilation: Annotated[int | None, AtLeast(1), AtMost(MAX_SIZE), "distance of a filter's cells; 1 if left out"] = None
    neurons: Annotated[int | None, AtLeast(1), AtMost(MAX_SIZE), "neurons of a dense layer"] = None
    bias: Annotated[bool | None, "whether each filter or neuron has a bias; true if left out"] = None
    output: Annotated[Sides | None, AtLeast(1), AtMost(3), "the output, D×H×W; computed if left out"] = None


class Given(Spec):
    """The input volume and the layers behind it."""

    input: Annotated[Sides, AtLeast(1), AtMost(3), "the input, [D, H, W]; one number for a dense network"]
    layers: Annotated[tuple[CnnLayer, ...], AtLeast(1), AtMost(MAX_LAYERS), "the layers in order"]
    order: Annotated[
        Literal["channels-first", "channels-last"] | None,
        "whether input and output are [D, H, W] (channels-first, if left out) or [H, W, D] (channels-last)",
    ] = None
    division: Annotated[
        Literal["floor", "exact"], "windows that do not fit are left out (floor), or must not occur (exact)"
    ] = "floor"
    count: Annotated[
        Literal["flops", "macs"], "multiplications and additions (flops), or multiplications only (macs)"
    ] = "flops"
    replace: Annotated[
        int | None,
        AtLeast(1),
        AtMost(2 * MAX_LAYERS),
        "the convolutional layer to be made depthwise separable; the first",
    ] = None


class MisfitError(Exception):
    """A layer that does not fit what stands before it, or an unknown that cannot be found."""

    def __init__(self, place: Place, message: str, hint: str = "") -> None:
        self.place, self.message, self.hint = place, message, hint
        super().__init__(message)


_WINDOW = ("size", "stride", "padding")
_TAKES: dict[str, tuple[str, ...]] = {
    "conv": ("filters", "depth", *_WINDOW, "dilation", "bias"),
    "depthwise": ("filters", "depth", *_WINDOW, "dilation", "bias"),
    "pointwise": ("filters", "depth", "bias"),
    "separable": ("filters", *_WINDOW, "dilation", "bias"),
    "transposed": ("filters", "depth", *_WINDOW, "dilation", "bias"),
    "max-pool": _WINDOW,
    "average-pool": _WINDOW,
    "flatten": (),
    "dense": ("neurons", "bias"),
}
_NEEDS = {"flatten": (), "pointwise": (), "dense": ("neurons",)}


def channels_first(given: Given, report: Report) -> Given:
    """The same with every volume as [D, H, W]; warns where an input looks as if its channels stood last."""
    if given.order is None:
        _check_order(given, report)
    if given.order != "channels-last":
        return given
    layers = tuple(
        layer.reordered("output", _DEPTH_FIRST) if len(layer.output or ()) == 3 else layer for layer in given.layers
    )
    made = given.reordered("input", _DEPTH_FIRST) if len(given.input) == 3 else copy(given)
    made.layers = layers
    return made


def _check_order(given: Given, report: Report) -> None:
    match given.input:
        case (int(depth), int(height), int(width)) if doubt := order_in_doubt(depth, height, width):
            report.warn(given.place("input"), *doubt)


def check_layers(given: Given, report: Report) -> None:
    """Notes every field that is missing, that its layer does not take, or that has too many numbers."""
    if len(given.input) == 2:
        report.add(given.place("input"), "input has 2 numbers", "a volume is [D, H, W]")
    for layer in given.layers:
        takes = (*_TAKES[layer.type], "output")
        fields = ("filters", "depth", *_WINDOW, "dilation", "neurons", "bias")
        for field in fields:
            if getattr(layer, field) is not None and field not in takes:
                report.add(layer.place(field), f"{layer.type} takes no {field}", f"it takes {', '.join(takes)}")
        for field in _NEEDS.get(layer.type, ("size",)):
            if getattr(layer, field) is None:
                report.add(layer.place(), f"{field!r} of this {layer.type} layer is missing")
        _check_padding(layer, report)
        wanted = 1 if layer.type in ("flatten", "dense") else 3
        if layer.output not in (None, ("unknown",)) and len(layer.output or ()) != wanted:
            form = "[D, H, W]" if wanted == 3 else "one number"
            report.add(
                layer.place("output"), f"output of {layer.type} has {len(layer.output or ())} numbers, expected {form}"
            )


def _check_padding(layer: CnnLayer, report: Report) -> None:
    words = {"same", "valid"} & {p for p in layer.padding or () if isinstance(p, str)}
    if words and len(layer.padding or ()) == 2:
        report.add(layer.place("padding"), "same and valid pad height and width alike", "write the word alone")
    sizes, pads = ((f or ()) * 2 if len(f or ()) == 1 else f or () for f in (layer.size, layer.padding))
    for size, pad in zip(sizes, pads, strict=False):  # height, then width
        if (
            layer.type in ("max-pool", "average-pool")
            and isinstance(size, int)
            and isinstance(pad, int)
            and pad >= size
        ):
            message = f"padding {pad} of a pool of size {size}"
            report.add(layer.place("padding"), message, "a window must not lie in the padding alone")
            break
    if "same" in words and layer.type == "transposed":
        report.add(layer.place("padding"), "padding: same of a transposed convolution", "give the padding as a number")
