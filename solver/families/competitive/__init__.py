"""Competitive and associative nets: SOM, LVQ, winner-take-all, k-means, RBF networks, Hopfield networks.

kind: som, lvq, winner-take-all: units are the rows of W, and inputs the rows of X, presented one after the other. d are
the distances (squared, unless `distance` says euclidean or city), s marks the winner, the first of the nearest; then

    winner-take-all     W ← W + η s (xᵀ − W)
    som                 W ← W + η h (xᵀ − W), h = e^(−r/2σ²) at the squared distance r on the grid (radius: h is 1 up to it)
    lvq                 W ← W + η a s (xᵀ − W), a = 1 where the winner's `labels` has the class of x, and −1 elsewhere (LVQ1)
                        rule: lvq2 or lvq2.1 moves winner s and runner-up r, W ← W + η a (r − s)(xᵀ − W), where q = d_c/d_r
                        is above (1 − w)/(1 + w) with `window` w (nearness); a is 1 where the winner is of another class
                        and the runner-up of that of x, and, in lvq2.1, −1 where it is the other way round

grid: [2, 3] puts the units on 2 rows of 3; left out, they are a chain. rate: one, or a list, one a presentation (per: epoch, one an epoch); without it
only winners are found. schedule lets η fall from `rate` on, and shrink σ, t counting presentations or epochs:
{kind: exponential, k: 0.1}. Names are of presentation 1: d_t1 s_t1 c_t1 (the winner's number) r_t1 h_t1 k_t1 a_t1 (lvq2: k_t1 and l_t1 are the classes, q_t1, v_t1 is 1 in the window), W_t1 after it.

kind: k-means: D are all squared distances, A marks each input's nearest unit, W_t1 = the means of what each unit won;
J is the sum of the smallest distances. It ends where no input changes its unit, or after `epochs`.

kind: rbf: Φ = e^(−R/2σ²) of the squared distances R of X from the `centres` (gaussian: sigma^2 divides by σ² alone); with
`bias` a first column of ones. y = Φ w with given `w`; or w is found for the targets `d`, by Φ⁻¹ d where Φ is square, and
by least squares, (ΦᵀΦ)⁻¹ Φᵀ d, where it is not. J is the sum of squared errors.

kind: hopfield: W = PᵀP − p I of the `patterns` P, of ±1, a row each (scale: N divides by N; diagonal: kept leaves p I in), or
given. Recall from `start`: all neurons at once, s ← sign(W s − θ), or update: asynchronous, one after the other in `order`,
until nothing changes or a cycle is found; tie: what is put out at 0: what was there (keep), 1 or −1. With
outputs: 0/1, patterns and states are of 0 and 1, and W = (2P − 1)ᵀ(2P − 1) − p I. E = −sᵀW s/2 + θᵀs.
Names: u_t1, s_t1, E, E_t1. stable: 1 for each pattern that stays. capacity: 0.138 N; capacity_exact: N/(2 ln N).

find: winners, distances, neighbourhood, weights, final, table; clusters; hidden (R, Phi), output, loss, gradients; weights,
recall, energy, stability, attractors (all stable states, up to 8 neurons), capacity; or any quantity by name.
"""

from solver.errors import FormulaError
from solver.families.competitive.given import Given, fits
from solver.families.competitive.hopfield import hopfield
from solver.families.competitive.prototypes import clustered, prototypes
from solver.families.competitive.radial import radial
from solver.spec.nodes import Report
from solver.working.page import Working

__all__ = ["EXAMPLE", "Given", "work"]

EXAMPLE = """
title: A Hopfield network
round: {decimals: 2}
given:
  family: competitive
  kind: hopfield
  patterns: [[1, -1, 1, -1], [1, 1, 1, 1]]
  start: [1, -1, -1, -1]
  update: asynchronous
parts:
  - {label: a, marks: 2, prompt: Find the weights., find: weights}
  - {label: b, marks: 4, prompt: What does the network recall?, find: recall}
"""


def work(given: Given, report: Report) -> Working:
    """The net of the kind asked for; raises nothing, misfits go to the report."""
    if not fits(given, report):
        return Working()
    try:
        match given.kind:
            case "hopfield":
                return hopfield(given, report)
            case "rbf":
                return radial(given)
            case "k-means":
                return clustered(given, report)
            case _:
                return prototypes(given)
    except FormulaError as error:
        report.add(given.place(), error.message, error.hint)
        return Working()
