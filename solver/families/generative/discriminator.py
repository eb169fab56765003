"""Two distributions on a discrete set: the optimal discriminator between them, and how far apart they are."""

import numpy as np

from solver.families.generative.given import Given
from solver.formula.symbol import Symbol
from solver.working.page import Working

_BETWEEN = {"KL": ("p_data", "p_g"), "KL_back": ("p_g", "p_data")}


def divergences(given: Given) -> Working:
    """The optimal discriminator with its value, KL both ways, JS."""
    w = Working()
    assert given.p_data is not None
    assert given.p_g is not None
    based = "" if given.log == "natural" else f"/log({given.log})"
    w.given("p_data", given.p_data, "Distribution of the data", Symbol("p", "data"))
    w.given("p_g", given.p_g, "Distribution of the generator", Symbol("p", "g"))
    w.step("D_opt", "p_data/(p_data + p_g)", "Optimal discriminator")
    value = "sum(p_data*log({D})) + sum(p_g*log(1 - {D}))"
    w.step("V_opt", value.format(D="D_opt"), "Value of the optimal discriminator, the highest")
    values = ["V_opt"]
    if given.D is not None:
        w.given("D", given.D, "Discriminator")
        w.step("V", value.format(D="D"), "Value of this discriminator")
        values.insert(0, "V")
    apart = []
    for name, (p, q) in _BETWEEN.items():
        numbers = [getattr(given, each).value for each in (p, q)]
        if (np.where(numbers[1] == 0, numbers[0], 0) > 0).any():
            w.absent[name] = f"it is infinite: {q} is 0 where {p} is not"
            continue
        arguments = ", ".join(p_.removeprefix("p_") for p_ in (p, q))
        title = f"Divergence of {{{p}}} from {{{q}}}"
        w.step(name, f"sum({p}*log({p}/{q})){based}", title, symbol=Symbol("KL", argument=arguments))
        apart.append(name)
    w.step("M", "(p_data + p_g)/2", "Mixture of the two")
    half = "/2" if given.log == "natural" else f"/(2*log({given.log}))"
    halves = " + ".join(f"sum({p}*log({p}/M)){half}" for p in ("p_data", "p_g"))
    why = "half the divergence of each from their mixture; V_opt = 2 JS − ln 4, with natural logarithms"
    w.step("JS", halves, "Jensen-Shannon divergence", why=why)
    w.group("optimal", ["D_opt"])
    w.group("value", values)
    w.group("divergences", [*apart, "M", "JS"])
    w.default = ("D_opt", *values, *apart, "M", "JS")
    return w
