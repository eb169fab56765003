"""What a question of convolution gives: the input, one layer or several, what is desired; and lists of maps as typed."""

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from solver.errors import FormulaError
from solver.formula.functions import ACTIVATIONS
from solver.formula.tree import Array, Num
from solver.nets.decay import Decay
from solver.nets.layers import Stored, as_array, rows_of
from solver.nets.losses import Loss
from solver.spec.fields import AtLeast, AtMost, Matrix, Quantity, Scalar, Spec, Vector

if TYPE_CHECKING:
    OfMaps: TypeAlias = str
else:
    OfMaps = Literal[ACTIVATIONS]

MAX_LAYERS = 50


class Sliding(Spec):
    """One layer: of kernels, pooling, unpooling, or dense."""

    K: Annotated[
        Quantity | tuple[Matrix, ...] | tuple[tuple[Matrix, ...], ...] | None,
        "a kernel; a list, one for each channel (of one channel: for each filter); or a list of filters of such lists",
    ] = None
    b: Annotated[Vector | None, "biases, one for each filter or neuron, or one number for all; none if left out"] = None
    operation: Annotated[
        Literal["cross-correlation", "convolution", "transposed"],
        "whether the kernel slides as it is, is turned by 180° first, or spreads each cell (transposed convolution)",
    ] = "cross-correlation"
    stride: Annotated[int | tuple[int, ...] | None, "by how much a window moves: a number, or [rows, columns]"] = None
    padding: Annotated[
        Literal["same", "valid", "full"] | int | tuple[int, ...],
        "zeros around the input: a number, [rows, columns], same, valid or full; transposed: what the result loses",
    ] = 0
    dilation: Annotated[int | tuple[int, ...], "the distance between the cells under a kernel's"] = 1
    output_padding: Annotated[int | tuple[int, ...], "transposed: rows and columns more, below and on the right"] = 0
    groups: Annotated[
        int, AtLeast(1), "how many groups of channels have filters of their own; depthwise: one a channel"
    ] = 1
    kernels: Annotated[
        Literal["filters x channels", "channels x filters"],
        "how a list of lists in K is stored; PyTorch's transposed ones are channels x filters",
    ] = "filters x channels"
    activation: Annotated[OfMaps, "of this layer; softmax of a dense one only"] = "linear"
    pool: Annotated[
        Literal["max", "average", "global-max", "global-average"] | None, "what is taken of each window of `size`"
    ] = None
    unpool: Annotated[
        Literal["max", "average", "nearest", "nails"] | None,
        "each cell over a window of `size`: at its maximum's place, in equal shares, repeated, or in its first cell",
    ] = None
    size: Annotated[int | tuple[int, ...] | None, "of the window of pooling: a number, or [rows, columns]"] = None
    ceil: Annotated[bool, "of pooling, whether a window that stands out at the end counts, too (ceil mode)"] = False
    W: Annotated[Quantity | None, "weights of a dense layer, stored as `weights` says"] = None
    weights: Annotated[Stored, "how weights of a dense layer are stored"] = "inputs x neurons"


class Given(Sliding):
    """The input, one layer or several, and what is learnt from."""

    X: Annotated[
        Quantity | tuple[Matrix, ...], "the input: a list (one dimension), a map (a list of rows), or a list of maps"
    ]
    dimensions: Annotated[int | None, AtLeast(1), AtMost(2), "1 where each row of X is a channel of one dimension"] = (
        None
    )
    layers: Annotated[
        tuple[Literal["flatten"] | Sliding, ...],
        AtLeast(1),
        AtMost(MAX_LAYERS),
        "several layers in place of the one above",
    ] = ()
    d: Annotated[Quantity | tuple[Matrix, ...] | None, "the desired output, in the form of the output"] = None
    loss: Annotated[Loss, "the loss at the output"] = "none"
    weight_decay: Annotated[Scalar | None, "λ, the weight of the squared weights in the loss; biases stay out"] = None
    decay: Annotated[Decay, "λ/2 Σ w², or λ Σ w²; half-mean is half of one pattern"] = "half"
    gradient: Annotated[
        Quantity | tuple[Matrix, ...] | None, "the gradient of the loss at the output, given instead of a loss"
    ] = None

    @property
    def flat_input(self) -> bool:
        """Whether maps have one dimension."""
        return self.dimensions == 1 or (self.dimensions is None and _depth(self, "X") <= 1)


def _depth(spec: Spec, field: str) -> int:
    """How deep lists are nested: 0 of a number, 1 of a flat list, 2 of a matrix, and so on."""
    value = getattr(spec, field)
    if isinstance(value, tuple):
        return 4 if any(isinstance(item, tuple) for item in value) else 3
    return 0 if isinstance(value, Num) else 1 if spec.flat(field) else 2


def nested(spec: Spec, field: str, flat: bool) -> Array | list[Array] | list[list[Array]]:
    """Maps as they are typed: one, a list, or a list of lists; of one dimension (flat) a map is a row.

    Raises FormulaError where the lists are nested otherwise.
    """
    value, depth = getattr(spec, field), _depth(spec, field)
    level = max(depth, 1 if flat else 2) - (1 if flat else 2)
    if level > 2 or (depth == 1 and not flat):
        found, wanted = (
            ("a flat list", "a list of rows")
            if depth == 1
            else ("nested too deeply", "at most a list of lists of rows")
        )
        raise FormulaError(
            f"{field} is {found}, expected {wanted}", "such as [[1, 2], [3, 4]]; dimensions: 1 says that maps are rows"
        )
    if not isinstance(value, tuple):
        array = as_array(value)
        if not flat or depth < 2:
            return array.T if flat else array
        return [rows_of(array, i, i + 1) for i in range(array.value.shape[0])]
    if not flat:
        return [list(item) if isinstance(item, tuple) else item for item in value]
    return [[rows_of(item, i, i + 1) for i in range(item.value.shape[0])] for item in value]


def maps(spec: Spec, field: str, flat: bool) -> list[Array]:
    """One map a channel; raises FormulaError where there are lists of lists, or maps of several sizes."""
    found = nested(spec, field, flat)
    channels = found if isinstance(found, list) else [found]
    if not channels:
        raise FormulaError(f"{field} is empty", "rows of numbers, or a list of such maps, one for each channel")
    if any(isinstance(channel, list) for channel in channels):
        raise FormulaError(f"{field} is a list of lists of maps, expected a map for each channel")
    arrays = [channel for channel in channels if isinstance(channel, Array)]
    for k, array in enumerate(arrays, 1):
        if array.value.shape != arrays[0].value.shape:
            (a, b), (c, d) = arrays[0].value.shape, array.value.shape
            raise FormulaError(f"map {k} of {field} is {c}×{d}, but map 1 is {a}×{b}", "all channels have one size")
    return arrays
