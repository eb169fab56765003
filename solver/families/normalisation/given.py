"""What a question of normalisation gives; and its numbers, map by map."""

from typing import Annotated, Literal, NamedTuple

from solver.errors import FormulaError
from solver.formula.tree import Array
from solver.nets.layers import as_array
from solver.spec.fields import AtLeast, Matrix, Quantity, Scalar, Spec, Vector

Estimate = Literal["biased", "unbiased"]


class Given(Spec):
    """The numbers, what they are normalised over, and how."""

    kind: Annotated[Literal["batch", "layer", "instance", "group", "rms"], "over what mean and variance are taken"]
    X: Annotated[
        Quantity | tuple[Matrix, ...] | tuple[tuple[Matrix, ...], ...],
        "a list, a matrix, a list of maps (channels), or a list of samples, each a list of maps",
    ]
    gamma: Annotated[Vector | None, "the factor γ: a number, or one for each feature or channel; none if left out"] = (
        None
    )
    beta: Annotated[Vector | None, "the shift β, as gamma"] = None
    eps: Annotated[Scalar | None, "ε, added to the variance; none if left out"] = None
    variance: Annotated[Estimate, "whether squares are divided by n, or by n − 1"] = "biased"
    groups: Annotated[int, AtLeast(1), "kind: group, how many groups share the features or channels"] = 1
    mode: Annotated[Literal["training", "inference"], "batch: by its own statistics, or by the running ones"] = (
        "training"
    )
    running_mean: Annotated[Vector | None, "batch: the running mean, a number or one for each feature or channel"] = (
        None
    )
    running_var: Annotated[Vector | None, "batch: the running variance, as running_mean"] = None
    momentum: Annotated[Scalar | None, "the weight of the newest, or of the old one, in the running averages"] = None
    momentum_weighs: Annotated[Literal["new", "old"], "(1 − m) old + m new as PyTorch, or m old + (1 − m) new"] = "new"
    running_variance: Annotated[Estimate, "which variance goes into the running one; PyTorch's is unbiased"] = "biased"
    D: Annotated[Quantity | tuple[Matrix, ...] | tuple[tuple[Matrix, ...], ...] | None, "the desired output"] = None
    loss: Annotated[Literal["square-error", "half-square-error", "none"], "the loss at the output"] = "none"
    gradient: Annotated[
        Quantity | tuple[Matrix, ...] | tuple[tuple[Matrix, ...], ...] | None, "the gradient at the output, given"
    ] = None


class Block(NamedTuple):
    """A map, or the whole matrix: its numbers; which sample and channel; 0 where there is one."""

    numbers: Array
    sample: int = 0
    channel: int = 0

    def ending(self) -> str:
        """1_2 of sample 1 and channel 2."""
        return "_".join(str(k) for k in (self.sample, self.channel) if k)


def blocks_of(given: Given, field: str) -> list[Block]:
    """What was typed, map by map; raises FormulaError where maps have several sizes."""
    value = getattr(given, field)
    if not isinstance(value, tuple):
        array = as_array(value)
        row = given.flat(field) and given.kind != "batch"
        return [Block(array.T if row else array)]
    if not value or () in value:
        raise FormulaError(f"{field} is empty, expected numbers")
    samples = [list(s) for s in value] if isinstance(value[0], tuple) else [list(value)]
    several, channels = len(samples) > 1, max(map(len, samples)) > 1
    made = [
        Block(as_array(numbers), s * several, c * channels)
        for s, sample in enumerate(samples, 1)
        for c, numbers in enumerate(sample, 1)
    ]
    if len({len(sample) for sample in samples}) > 1:
        raise FormulaError(f"the samples of {field} have not equally many channels")
    if len({block.numbers.value.shape for block in made}) > 1:
        raise FormulaError(f"the maps of {field} have several sizes", "all channels of all samples have one size")
    return made
