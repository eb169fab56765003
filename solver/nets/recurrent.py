"""What families of sequences share: weights shaped by what they act on, quantities of one time, losses over the times."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import numpy as np

from solver.errors import Place, nearest
from solver.formula.functions import ACTIVATIONS, FUNCTIONS
from solver.formula.parse import is_name
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Bin, Group, Name, Num, Sum, Transpose, Tree
from solver.formula.walks.shape import SCALAR
from solver.nets.decay import Decay, add_decay, state_decay
from solver.nets.layers import Stored, one_hot, put
from solver.nets.losses import Loss, loss, undesired, unfit
from solver.spec.fields import Scalar, Spec, Vector
from solver.spec.nodes import Report
from solver.working.page import Working

MAX_TIMES = 10_000

ELEMENTWISE = tuple(name for name in ACTIVATIONS if FUNCTIONS[name].elementwise)
"""Of hidden neurons: softmax turns a whole column into shares."""

if TYPE_CHECKING:
    OutputActivation: TypeAlias = str
else:  # from the table of functions
    OutputActivation = Literal[ACTIVATIONS]


# -- weights as they are typed ------------------------------------------------------------------------------------------
def joined(arrays: Iterable[Array]) -> Array:
    """Arrays one below the other, as they are typed."""
    arrays = list(arrays)
    typed = tuple(tuple(a.text(i, j) for j in range(a.value.shape[1])) for a in arrays for i in range(a.value.shape[0]))
    return Array(np.concatenate([a.value for a in arrays]), typed)


def size(array: Array) -> str:
    """2×3"""
    return f"{array.value.shape[0]}×{array.value.shape[1]}"


# -- formulas -----------------------------------------------------------------------------------------------------------
def weighted(working: Working, weights: str, x: Tree, stored: Stored) -> Tree:
    """W x, or Wᵀx as weights are stored; of a scalar w·x."""
    if working.shapes[weights] == SCALAR:
        return Bin("*", Name(weights), x)
    return Bin("@", Name(weights) if stored == "neurons x inputs" else Transpose(Name(weights)), x)


def added(terms: Iterable[Tree]) -> Tree:
    """The sum of terms, in their order."""
    first, *rest = terms
    for term in rest:
        first = Bin("+", first, term)
    return first


# -- an author's own names ----------------------------------------------------------------------------------------------
def letters(known: Sequence[str], names: Mapping[str, str], given: Spec, report: Report) -> dict[str, str]:
    """What each quantity is called: its own letter, or as `names` says; what cannot be a name is noted at its key."""
    found = {letter: letter for letter in known}
    for letter, name in names.items():
        place = given.place("names", letter)
        if letter not in found:
            report.add(place, f"there is no {letter[:60]!r} to rename", nearest(letter, known))
        elif not is_name(name) or name[-1].isdigit():
            report.add(place, f"{name[:60]!r} cannot name a quantity", "a name is a word without digits at its end")
        else:
            found[letter] = name
    twice = [letter for letter in names if list(found.values()).count(found.get(letter, "")) > 1]
    for letter in twice[:1]:
        report.add(given.place("names", letter), f"{found[letter]!r} names two quantities")
    return found


# -- what is learnt from ------------------------------------------------------------------------------------------------
class Learning(Spec):
    """Desired outputs, and the loss at each time, or at some."""

    d: Annotated[
        tuple[Vector, ...] | None,
        "the desired outputs, one vector, or the number of a class, for each time that has a loss",
    ] = None
    classes_from: Annotated[Literal["0", "1"] | None, "what the first class is counted as, where d are classes"] = None
    loss: Annotated[Loss, "the loss at each time; cross-entropy is binary after sigmoid"] = "none"
    loss_at: Annotated[
        Literal["all", "last"] | tuple[int, ...], "the times that have a loss: all, last, or a list of times from 1"
    ] = "all"
    average: Annotated[bool, "whether the loss is the mean over those times, instead of the sum"] = False
    weight_decay: Annotated[Scalar | None, "λ, the weight of the squared weights in the loss; biases stay out"] = None
    decay: Annotated[Decay, "λ/2 Σ w², or λ Σ w², or λ/(2m) Σ w² of m sequences"] = "half"

    def times(self, length: int) -> list[int]:
        """The times that have a loss."""
        if self.loss_at == "all":
            return list(range(1, length + 1))
        return [length] if self.loss_at == "last" else sorted(set(self.loss_at))

    def desired(self, length: int, outputs: int) -> list[Array]:
        """The desired output of each time that has a loss; a flat list is the vector of a single one; classes one-hot."""
        d = list(self.d or ())
        if self.classes_from is not None and outputs > 1:
            least = int(self.classes_from)
            known = range(least, least + outputs)
            return [one_hot([int(v.value[0, 0])], outputs, least).T if _class(v, known) else v for v in d]
        if len(self.times(length)) == 1 and len(d) == outputs > 1 and all(v.value.shape == (1, 1) for v in d):
            return [joined(d)]
        return d


def _class(d: Array, known: range) -> bool:
    """Whether it is the number of a class."""
    return d.value.shape == (1, 1) and d.value[0, 0] in known


def check_learning(given: Learning, length: int, outputs: int | None, activation: str, report: Report) -> None:
    """Notes what a loss lacks, and desired outputs that do not fit. outputs: how many; None where that is unknown."""
    if given.loss == "none":
        for field in ("d", "average"):
            if getattr(given, field):
                report.add(given.place(field), f"{field} is given without a loss", "such as loss: square-error")
        return
    if (misfit := unfit(given.loss, activation)) is not None:
        report.add(given.place("loss"), *misfit)
    if isinstance(given.loss_at, tuple):
        for i, t in enumerate(given.loss_at):
            if not 1 <= t <= length:
                report.add(given.place("loss_at", i), f"there is no time {t}", f"times count from 1 to {length}")
                return
    if given.d is None:
        report.add(given.place("loss"), "'d' is missing: a loss needs the desired outputs")
        return
    if outputs is None:
        return
    desired, times = given.desired(length, outputs), given.times(length)
    if len(desired) != len(times):
        hint = "one desired output for each time"
        if len(desired) < length and given.loss_at == "all":
            hint += "; loss_at: last, or a list of times, leaves out the others"
        found = "vector" if len(desired) == 1 else "vectors"
        report.add(given.place("d"), f"d has {len(desired)} {found}, but x has {length}" if given.loss_at == "all" else
                   f"d has {len(desired)} {found}, but loss_at names {len(times)} times", hint)  # fmt: skip
        return
    for k, (t, d) in enumerate(zip(times, desired, strict=True)):
        if d.value.shape[0] != outputs:
            least, text = given.classes_from, d.text(0, 0)
            if d.value.shape[0] > 1 or (least is None and not _class(d, range(outputs + 1))):
                report.add(given.place("d", k), f"d({t}) is {size(d)}, but the output is {outputs}×1")
            elif least is None:
                hint = "classes_from: 1 where the first one is class 1, classes_from: 0 where it is class 0"
                message = f"d({t}) is {text}, but there are {outputs} outputs: which class is {text}?"
                report.add(given.place("d", k), message, hint)
                return
            else:
                hint = f"they count from {least} to {int(least) + outputs - 1}"
                report.add(given.place("d", k), f"there is no class {text}", hint)
        elif (misfit := undesired(given.loss, d.value)) is not None:
            report.add(given.place("d", k), *misfit)
        elif given.loss == "cross-entropy" and activation == "softmax" and abs(d.value.sum() - 1) > 1e-9:
            report.add(given.place("d", k), f"d({t}) sums to {d.value.sum():g}", "the classes' probabilities sum to 1")


def add_losses(
    working: Working,
    given: Learning,
    times: Sequence[int],
    formula: str,
    names: Callable[[int], dict[str, str]],
    symbol: Callable[[str, int], Symbol],
    weights: Sequence[str],
    sequences: int = 1,
) -> None:
    """The loss at each time, and their sum J. names: of d and y at a time; weights: those that decay."""
    whole = "J" if given.weight_decay is None else "E"
    ends = [whole] if whole == "J" else ["E", "decay", "J"]
    state_decay(working, given.weight_decay)
    if len(times) == 1 and given.loss_at != "all":
        working.step(whole, put(formula, **names(times[0])), f"At t = {times[0]}: loss")
        if whole == "E":
            add_decay(working, given, weights, sequences)
        working.group("loss", ends)
        return
    losses = [f"J{t}" for t in times]
    for t, name in zip(times, losses, strict=True):
        working.step(name, put(formula, **names(t)), f"At t = {t}: loss", symbol=symbol("J", t))
    total: Tree = Sum(tuple(map(Name, losses))) if len(losses) > 1 else Name(losses[0])
    title = "Loss of the whole sequence"
    if given.average and len(losses) > 1:
        total, title = (
            Bin("/", Group(total), Num(str(len(losses)))),
            "Loss of the whole sequence, the mean over the times",
        )
    working.step(whole, total, title)
    if whole == "E":
        add_decay(working, given, weights, sequences)
    working.group("loss", [*losses, *ends])


def loss_formula(given: Learning, outputs: int, activation: str) -> str:
    """The loss at one time, in d and y."""
    return loss(given.loss, outputs, softmax=activation == "softmax")[0]


def check_vector(name: str, vector: Array | None, expected: int, because: str, place: Place, report: Report) -> None:
    """Notes a vector that has neither one number nor as many as expected."""
    if vector is not None and vector.value.shape[0] not in (1, expected):
        report.add(place, f"{name} is {size(vector)}, but {because}: {expected}×1 expected")
