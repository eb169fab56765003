"""RBF networks: Gaussian hidden units, the design matrix, weights that are given or found by least squares."""

import numpy as np

from solver.families.competitive.given import Given, inputs_of, units_of
from solver.formula.symbol import Symbol
from solver.formula.tree import Array
from solver.formula.walks.shape import SCALAR
from solver.nets.layers import as_array
from solver.working.gradients import OnDemand
from solver.working.page import Working


def radial(given: Given) -> Working:
    """Hidden units, output, weights and error."""
    w = Working()
    assert given.sigma is not None
    X, C = inputs_of(given), units_of(given)
    rows, count = X.value.shape[0], C.value.shape[0]
    w.given("X", X, "Inputs, one a row")
    w.given("C", C, "Centres, one a row")
    w.given("sigma", as_array(given.sigma), "Width" if as_array(given.sigma).value.size == 1 else "Widths")
    sigma = "sigma" if w.shapes["sigma"] == SCALAR else "sigma.T"
    w.step("R", "squared_distances(X, C)", "Squared distance of each input from each centre")
    divisor = f"2*{sigma}**2" if given.gaussian == "2 sigma^2" else f"{sigma}**2"
    hidden = f"bell(R, {divisor})"
    if given.bias:
        w.step("G", hidden, "Hidden units")
        w.given("one", Array(np.ones((rows, 1)), (("1",),) * rows), "", Symbol("1", str(rows)))
        w.step("Phi", "hstack(one, G)", "Design matrix: a column of ones for the bias")
    else:
        w.step("Phi", hidden, "Design matrix: the hidden units, a row for each input")
    names = ["R", *(["G"] if given.bias else []), "Phi"]
    w.group("hidden", names)
    w.default = tuple(names)
    if given.w is None and given.d is None:
        hint = "give weights w, or desired outputs d"
        w.absent |= dict.fromkeys(("output", "y", "w", "weights", "loss", "J"), hint)
        return w
    made = []
    if given.d is not None:
        w.given("d", given.d, "Desired outputs")
    if given.w is not None:
        w.given("w", given.w, "Weights of the output")
    elif rows == count + given.bias:
        w.step("w", "inv(Phi) @ d", "Weights of the output", why="as many weights as inputs: all are met exactly")
        made = ["w"]
    else:
        w.step("A", "Phi.T @ Phi", "Normal equations: the matrix")
        w.step("q", "Phi.T @ d", "Normal equations: the right side")
        w.step("w", "inv(A) @ q", "Weights of the output", why="least squares: (ΦᵀΦ)⁻¹Φᵀ is the pseudo-inverse")
        made = ["A", "q", "w"]
    w.step("y", "Phi @ w", "Output of the network" + ("" if rows == 1 else " for each input"))
    w.group("weights", made)
    w.group("output", ["y"])
    if given.d is not None:
        w.step("J", "sum((d - y)**2)" if w.shapes["y"] != SCALAR else "(d - y)**2", "Sum of squared errors")
        w.group("loss", ["J"])
        if given.w is not None:
            w.gradients = OnDemand(w, "J", ["w", "C", "sigma"])
    w.default = (*names, *made, "y", *(["J"] if given.d is not None else []))
    return w
