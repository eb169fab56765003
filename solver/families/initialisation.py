"""Initial weights by fan-in and fan-out: Xavier (Glorot), He (Kaiming), LeCun; uniform bound and normal σ.

    xavier   variance 2/(n_in + n_out)    uniform between ±√(6/(n_in + n_out))
    he       variance 2/n                 uniform between ±√(6/n)      n is n_in, or n_out with `fan: out`
    lecun    variance 1/n                 uniform between ±√(3/n)

Fans are given, or those of a layer: `shape: [inputs, neurons]` of a dense one, `kernel: [3, 3]` with `channels` and `filters` of a
convolutional one, n_in = channels · rows · columns, n_out = filters · rows · columns. `gain` multiplies bound and σ; `slope`
is that of a leaky ReLU, whose variance is 2/((1 + a²) n).

Quantities: n_in n_out (given, or counted), gain, a; sigma (of the normal distribution), variance, bound (of the uniform one).

find: fans, variance, sigma, bound, or any quantity by name; sigma and bound if left out.
"""

from typing import Annotated, Literal

from solver.formula.symbol import Symbol
from solver.formula.tree import Num
from solver.spec.fields import AtLeast, Scalar, Spec
from solver.spec.nodes import Report
from solver.working.page import Working

EXAMPLE = """
title: Xavier initialisation
round: {decimals: 4}
given: {family: initialisation, scheme: xavier, shape: [300, 100]}
parts: [{label: a, marks: 2, prompt: Between which numbers are the weights drawn?, find: bound}]
"""

NAMES = {"xavier": "Xavier (Glorot)", "he": "He (Kaiming)", "lecun": "LeCun"}


class Given(Spec):
    """The scheme, and the layer whose weights are drawn."""

    scheme: Annotated[Literal["xavier", "glorot", "he", "kaiming", "lecun"], "the rule for the variance"]
    fan_in: Annotated[int | None, AtLeast(1), "how many numbers a neuron receives"] = None
    fan_out: Annotated[int | None, AtLeast(1), "how many neurons receive a number"] = None
    shape: Annotated[tuple[int, ...], "of a dense layer: [inputs, neurons]"] = ()
    kernel: Annotated[int | tuple[int, ...] | None, "of a convolutional layer: rows and columns of a kernel"] = None
    channels: Annotated[int | None, AtLeast(1), "of a convolutional layer: channels of its input"] = None
    filters: Annotated[int | None, AtLeast(1), "of a convolutional layer: how many filters it has"] = None
    fan: Annotated[Literal["in", "out"], "he and lecun: which fan counts"] = "in"
    gain: Annotated[Scalar | None, "what bound and σ are multiplied by, 5/3 for tanh in PyTorch; none if left out"] = (
        None
    )
    slope: Annotated[Scalar | None, "he: the slope a of a leaky ReLU left of 0"] = None


def work(given: Given, report: Report) -> Working:
    """Fans, variance, σ and bound; raises nothing, misfits go to the report."""
    working = Working()
    scheme = {"glorot": "xavier", "kaiming": "he"}.get(given.scheme, given.scheme)
    needed = ("n_in", "n_out") if scheme == "xavier" else (f"n_{given.fan}",)
    before = len(report.problems)
    _check(given, scheme, needed, report)
    if len(report.problems) > before:
        return working
    _fans(given, working)
    if given.gain is not None:
        working.given("gain", given.gain, "Gain")
    if given.slope is not None:
        working.given("a", given.slope, "Slope of the leaky ReLU")
    n = "(n_in + n_out)" if scheme == "xavier" else needed[0]
    if given.slope is not None:
        n = f"((1 + a**2)*{n})"
    above = "1" if scheme == "lecun" else "2"
    factor, title = ("gain*", "gain**2*") if given.gain is not None else ("", ""), NAMES[scheme]
    working.step("variance", f"{factor[1]}{above}/{n}", f"Variance of the weights, {title}", symbol=Symbol("Var"))
    working.step(
        "sigma",
        f"{factor[0]}sqrt({above}/{n})",
        "Standard deviation of the normal distribution",
        symbol=Symbol("sigma"),
    )
    bound = f"{factor[0]}sqrt({3 * int(above)}/{n})"
    why = "a uniform distribution between −r and r has the variance r²/3"
    working.step("bound", bound, "Bound r of the uniform distribution", why=why, symbol=Symbol("r"))
    working.default = ("sigma", "bound")
    working.group("fans", [name for name in ("n_in", "n_out") if name in working.items])
    return working


def _fans(given: Given, working: Working) -> None:
    """States or counts what a neuron receives, and how many receive a number."""
    symbols = {"n_in": Symbol("n", "in"), "n_out": Symbol("n", "out")}
    if given.kernel is None:
        found = dict(zip(("n_in", "n_out"), given.shape or (given.fan_in, given.fan_out), strict=True))
        for name, number in found.items():
            if number is not None:
                what = "Numbers that a neuron receives" if name == "n_in" else "Neurons that receive a number"
                working.given(name, Num(str(number)), what, symbols[name])
        return
    rows, columns = _sides(given.kernel)
    working.given("F1", Num(str(rows)), "Rows of a kernel", Symbol("F", "1"))
    working.given("F2", Num(str(columns)), "Columns of a kernel", Symbol("F", "2"))
    for name, letter, number, what in (
        ("n_in", "C", given.channels, "Channels"), ("n_out", "N", given.filters, "Filters"),
    ):  # fmt: skip
        if number is not None:
            working.given(letter, Num(str(number)), what)
            title = (
                "Fan-in: the numbers that a filter sees at once"
                if name == "n_in"
                else "Fan-out: the results that a number goes into"
            )
            working.step(name, f"{letter}*F1*F2", title, whole=True, symbol=symbols[name])


def _sides(kernel: int | tuple[int, ...]) -> tuple[int, int]:
    found = (kernel,) if isinstance(kernel, int) else kernel
    return (found[0], found[-1])


def _check(given: Given, scheme: str, needed: tuple[str, ...], report: Report) -> None:
    """Notes what is missing, or given twice."""
    add = report.add
    ways = [
        w
        for w, used in (("fan_in", given.fan_in or given.fan_out), ("shape", given.shape), ("kernel", given.kernel))
        if used
    ]
    if len(ways) > 1:
        add(given.place(ways[1]), f"{ways[0]} and {ways[1]} are given", "give fans, a shape, or a kernel")
    if not ways:
        hint = "fan_in and fan_out, shape: [inputs, neurons], or kernel, channels and filters"
        add(given.place(), "the layer is missing: its fans", hint)
    if given.shape and (len(given.shape) != 2 or min(given.shape) < 1):
        add(given.place("shape"), f"shape has {len(given.shape)} numbers, expected [inputs, neurons], at least 1 each")
    if given.kernel is not None:
        sides = (given.kernel,) if isinstance(given.kernel, int) else given.kernel
        if len(sides) not in (1, 2) or min(sides) < 1:
            add(given.place("kernel"), "kernel is a number, or [rows, columns], at least 1 each")
    known = {
        "n_in": given.shape or (given.channels if given.kernel is not None else given.fan_in),
        "n_out": given.shape or (given.filters if given.kernel is not None else given.fan_out),
    }
    for name in needed if ways else ():
        if not known[name]:
            field = {"n_in": ("fan_in", "channels"), "n_out": ("fan_out", "filters")}[name][given.kernel is not None]
            add(given.place(), f"{field!r} is missing: scheme: {given.scheme} needs it")
    for field in ("channels", "filters") if given.kernel is None else ():
        if getattr(given, field) is not None:
            add(given.place(field), f"{field} is given without a kernel")
    if scheme != "he" and given.slope is not None:
        add(given.place("slope"), "slope is for scheme: he")
    if scheme == "xavier" and "fan" in given.written:
        add(given.place("fan"), "fan is for scheme: he or lecun", "xavier takes both")
