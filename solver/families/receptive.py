"""Receptive fields of stacks of equal layers: how much one cell sees, and how many layers see a whole input.

Each layer slides a filter of `size` F by `stride` s over the layer below; `dilation` r is the distance of a filter's
cells in the first layer, and `growth` g how many times larger it is in each next one (2: 1, 2, 4, 8 …). With `layers` the
receptive field is found, with `covers` how many layers it takes until it is at least that many cells:

    s = g = 1     R = 1 + n (F − 1) r, and n = ⌈(N − 1)/((F − 1) r)⌉
    else          R_k = R_{k−1} + (F − 1) r (g s)^{k−1}, from R_0 = 1 on, until R_k ≥ N

Several layers of one network that differ are of the family count, which finds their receptive fields, too.

Quantities: F s r g N (given); R, or R1 R2 … of each layer; n (covers).

find: receptive_field, layers, or any quantity by name; both if left out.
"""

from typing import Annotated

from solver.formula.tree import Num
from solver.spec.fields import AtLeast, AtMost, Spec
from solver.spec.nodes import Report
from solver.working.page import Working

EXAMPLE = """
title: Dilated causal convolutions
given: {family: receptive, size: 2, growth: 2, covers: 100}
parts: [{label: a, marks: 2, prompt: "Dilations are 1, 2, 4, 8, … How many layers see 100 steps back?", find: layers}]
"""

MAX_LAYERS = 200
MAX_FIELD = 10**12


class Given(Spec):
    """One layer of the stack, and how many there are, or what they shall cover."""

    size: Annotated[int, AtLeast(1), "of the filter, along one side"]
    stride: Annotated[int, AtLeast(1), "of every layer"] = 1
    dilation: Annotated[int, AtLeast(1), "of the first layer"] = 1
    growth: Annotated[int, AtLeast(1), "how many times larger the dilation of each next layer is"] = 1
    layers: Annotated[int | None, AtLeast(1), AtMost(MAX_LAYERS), "how many there are"] = None
    covers: Annotated[int | None, AtLeast(1), "instead of layers, how many cells the last layer shall see"] = None


def work(given: Given, report: Report) -> Working:
    """The receptive field, and how many layers there must be; misfits go to the report."""
    working, before = Working(), len(report.problems)
    if (given.layers is None) == (given.covers is None):
        hint = "layers: how many there are, or covers: what they shall see"
        report.add(given.place("covers"), "expected layers or covers", hint)
    if given.covers is not None and given.size == 1:
        report.add(given.place("size"), "a filter of one cell never sees more than one", "a size of at least 2")
    if len(report.problems) > before:
        return working
    for name, number, title in (
        ("F", given.size, "Size of the filters"),
        ("s", given.stride, "Stride"),
        ("r", given.dilation, "Dilation of the first layer"),
        ("g", given.growth, "Growth of the dilation"),
        ("N", given.covers, "To be covered"),
    ):
        if number is not None and (number > 1 or name in "FN"):
            working.given(name, Num(str(number)), title)
    reach = "(F - 1)*r" if given.dilation > 1 else "(F - 1)"
    if given.stride == given.growth == 1:
        _equal(given, reach, working)
    else:
        _growing(given, reach, working, report)
    return working


def _equal(given: Given, reach: str, working: Working) -> None:
    """Layers that all see as many cells more."""
    more, size = ("({F} − 1) {r}", ", {r} its dilation") if given.dilation > 1 else ("{F} − 1", "")
    why = f"each layer adds {more} cells to the one that is seen without any; {{F}} is the size of a filter{size}"
    if given.covers is not None:
        divisor = f"({reach})" if "*" in reach else reach
        working.step("n", f"ceil((N - 1)/{divisor})", "Layers that are needed", why=why, whole=True)
        working.group("layers", ["n"])
        why = ""
    else:
        working.given("n", Num(str(given.layers)), "Layers")
    working.step("R", f"1 + n*{reach}", "Receptive field", why=why, whole=True)
    working.group("receptive_field", ["R"])


def _growing(given: Given, reach: str, working: Working, report: Report) -> None:
    """Layers that each see further, one after the other."""
    factors = [name for name, number in (("g", given.growth), ("s", given.stride)) if number > 1]
    factor, times = "*".join(factors), given.growth * given.stride
    field, made = 1, list[str]()
    for k in range(1, (given.layers or MAX_LAYERS) + 1):
        grown = "" if k == 1 else f"*{factor if len(factors) == 1 else f'({factor})'}" + (f"**{k - 1}" if k > 2 else "")
        field += (given.size - 1) * given.dilation * times ** (k - 1)
        if field > MAX_FIELD:
            place = given.place("covers" if given.covers is not None else "layers")
            report.add(place, f"layer {k} sees {field:,} cells, expected at most {MAX_FIELD:,}")
            return
        apart = "".join(f"{{{name}}}" for name in factors)
        why = f"a filter of size {{F}} reaches {{F}} − 1 cells further, which lie {apart} times as far apart in each layer"
        formula, title = f"{made[-1] if made else '1'} + {reach}{grown}", f"Layer {k}: receptive field"
        working.step(f"R{k}", formula, title, why="" if made else why, whole=True)
        made.append(f"R{k}")
        if given.covers is not None and field >= given.covers:
            break
    working.group("receptive_field", made)
    if given.covers is not None:
        short = [f"greater(N, {name})" for name in made]
        why = "one more than the layers whose receptive fields are too small"
        working.step("n", " + ".join(["1", *short]), "Layers that are needed", why=why, whole=True)
        working.group("layers", ["n"])
