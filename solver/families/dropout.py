"""Dropout with a given mask: inverted or not, in training and in inference, and its gradient.

    training     inverted: h = m ⊙ x/(1 − p)    not: h = m ⊙ x
    inference    inverted: h = x                not: h = (1 − p) x

The mask m has 1 for what is kept and 0 for what is dropped, of the shape of x, or of one row or column of it. p is the
probability of being dropped; or `keep` is given, that of being kept, q: h = m ⊙ x/q. With a `gradient` given at h, that by
x is derived.

Quantities: x m p, or q (given); h; grad_h (given), grad_x. A matrix is called X, its mask M, its result H.

find: output, gradients, or any quantity by name; the output if left out.
"""

from typing import Annotated, Literal

from solver.formula.symbol import Symbol
from solver.formula.tree import Bin, Call, Group, Name, Num, Tree
from solver.nets.layers import as_array
from solver.nets.recurrent import size
from solver.spec.fields import Quantity, Scalar, Spec
from solver.spec.nodes import Report
from solver.working.gradients import add_gradients
from solver.working.page import Working

EXAMPLE = """
title: Dropout in training
given: {family: dropout, x: [2, -1, 0.5, 4], mask: [1, 0, 1, 1], p: 0.5}
parts: [{label: a, marks: 2, prompt: Find the output of the layer., find: output}]
"""


class Given(Spec):
    """Numbers, the mask, and how often it drops one."""

    x: Annotated[Quantity, "the numbers: one pattern, or a matrix"]
    mask: Annotated[Quantity | None, "1 for what is kept, 0 for what is dropped; training needs it"] = None
    p: Annotated[Scalar | None, "the probability of being dropped"] = None
    keep: Annotated[Scalar | None, "the probability of being kept, in place of p"] = None
    inverted: Annotated[bool, "whether what is kept is divided by the probability of being kept, in training"] = True
    mode: Annotated[Literal["training", "inference"], "whether the mask drops numbers, or none is dropped"] = "training"
    gradient: Annotated[Quantity | None, "the gradient of the loss at the output"] = None


def work(given: Given, report: Report) -> Working:
    """The output and the gradient; raises nothing, misfits go to the report."""
    working, before = Working(), len(report.problems)
    _check(given, report)
    if len(report.problems) > before:
        return working
    several = as_array(given.x).value.shape[1] > 1
    x, h, m = ("X", "H", "M") if several else ("x", "h", "m")
    working.given(x, as_array(given.x), "Input of the dropout layer")
    training = given.mode == "training"
    if training and given.mask is not None:
        working.given(m, as_array(given.mask), "Mask: 1 where a number is kept")
    scaled = training == given.inverted
    if given.keep is not None:
        working.given("q", given.keep, "Probability of being kept")
    elif given.p is not None:
        working.given("p", given.p, "Probability of being dropped")
    kept: Tree = Name("q") if given.keep is not None else Group(Bin("-", Num("1"), Name("p")))
    formula: Tree = Bin("*", Name(m), Name(x)) if training else Name(x)
    if scaled:
        formula = Bin("/", formula, kept) if training else Bin("*", kept, formula)
    why = {
        (True, True): "what is kept is divided by the probability of being kept, so that the mean stays the same",
        (True, False): "inference will multiply by the probability of being kept",
        (False, True): "nothing is dropped, and training has scaled already",
        (False, False): "nothing is dropped; the mean is that of training",
    }[training, given.inverted]
    working.step(h, formula, "Output", why=why)
    working.default = (h,)
    working.group("output", [h])
    if given.gradient is None:
        working.absent |= dict.fromkeys(("gradients", "backward", "loss"), "give the gradient at the output")
        return working
    working.given(f"grad_{h}", as_array(given.gradient), "Gradient at the output", Symbol("J", wrt=working.symbols[h]))
    end = Call("sum", (Bin("*", Name(f"grad_{h}"), Name(h)),))
    working.group("gradients", add_gradients(working, "J", [x], end=end))
    return working


def _check(given: Given, report: Report) -> None:
    """Notes what is missing, or does not fit."""
    add, x = report.add, as_array(given.x)
    if given.mode == "training" and given.mask is None:
        add(given.place(), "'mask' is missing: 1 for what is kept, 0 for what is dropped", "or mode: inference")
    if given.mask is not None:
        mask = as_array(given.mask)
        if given.mode == "inference":
            add(given.place("mask"), "mask is not used in inference: nothing is dropped")
        rows, columns = x.value.shape
        fits = mask.value.shape in ((rows, columns), (1, columns), (rows, 1))
        if not fits or mask.value.size == 1 < x.value.size:
            add(given.place("mask"), f"mask is {size(mask)}, but x is {size(x)}")
        if not set(mask.value.ravel().tolist()) <= {0.0, 1.0}:
            add(given.place("mask"), "mask has other numbers than 0 and 1", "1 keeps a number, 0 drops it")
    if given.p is not None and given.keep is not None:
        add(
            given.place("keep"),
            "p and keep are given",
            "p is the probability of being dropped, keep that of being kept",
        )
    if given.p is None and given.keep is None and (given.mode == "training") == given.inverted:
        add(given.place(), "'p' is missing: the probability of being dropped", "or keep, that of being kept")
    for name, value in (("p", given.p), ("keep", given.keep)):
        if value is not None and not 0 <= float(value.text) <= 1:
            add(given.place(name), f"{name} is {value.text}, expected a probability from 0 to 1")
    none_kept = (given.p is not None and float(given.p.text) == 1) or (
        given.keep is not None and float(given.keep.text) == 0
    )
    if none_kept and given.inverted and given.mode == "training":
        add(given.place("p" if given.p is not None else "keep"), "everything is dropped: there is nothing to divide by")
    if given.gradient is not None and as_array(given.gradient).value.shape != x.value.shape:
        add(given.place("gradient"), f"gradient is {size(as_array(given.gradient))}, but x is {size(x)}")
