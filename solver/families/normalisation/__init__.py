"""Normalisation: batch (training and inference), layer, instance, group and RMS, with their gradients.

    μ = mean of x,   σ² = mean of (x − μ)²,   s = √(σ² + ε),   x̂ = (x − μ)/s,   y = γ x̂ + β

What μ and σ² are taken over is the kind. X is a matrix, or a list of maps (channels), or a list of samples, each a list
of maps:

    batch      each column of X (rows are samples, columns are features); each channel, over all samples
    layer      each row of X; all channels of a sample
    instance   each row of X (rows are channels); each map of a sample
    group      each row of X, its columns in `groups`; the channels of a sample, in `groups`
    rms        as layer, without a mean: s = √(mean of x² + ε)

A flat list is one feature (batch), or one sample (any other kind). gamma and beta are a number, or one for each feature or
channel; ε, γ and β that are left out are no part of the formulas. variance: unbiased divides by n − 1. mode: inference
takes `running_mean` and `running_var`; in training, they are averaged with the batch's by `momentum`. With a loss and
the desired output D, or a `gradient` given at the output, gradients are derived: by x̂, s, σ², μ and x. The last but one uses
Σ(x − μ) = 0.

Quantities: X gamma beta eps (given); mu var s Xhat Y (a flat list: x xhat y); mu1 var1 … of the first channel, sample or
group, mu1_2 of sample 1 and channel or group 2; X1 Y1 or X1_2 Y1_2 of maps; run_mean run_var (given), run_mean_t1 run_var_t1; J,
grad_Y, grad_Xhat, grad_s, grad_var, grad_mu, grad_X, grad_gamma, grad_beta.

find: statistics (mu and var), normalised (Xhat), output, running, forward, loss, gradients (by X, gamma and beta), backward (all
gradients), or any quantity by name; everything forward if left out.
"""

from solver.errors import FormulaError
from solver.families.normalisation.given import Given, blocks_of
from solver.families.normalisation.normaliser import Normaliser
from solver.spec.nodes import Report
from solver.working.page import Working

__all__ = ["EXAMPLE", "Given", "work"]

EXAMPLE = """
title: Layer normalisation
round: {decimals: 3}
given: {family: normalisation, kind: layer, X: [[1, 2, 6], [0, 3, 0]], eps: 0.001, gamma: [1, 2, 1], beta: 0.5}
parts:
  - {label: a, marks: 2, prompt: Find mean and variance of each row., find: statistics}
  - {label: b, marks: 3, prompt: Find the output., find: [normalised, output]}
"""


def work(given: Given, report: Report) -> Working:
    """Statistics, output and gradients; raises nothing, misfits go to the report."""
    try:
        blocks = blocks_of(given, "X")
    except FormulaError as error:
        report.add(given.place("X"), error.message, error.hint)
        return Working()
    normaliser = Normaliser(given, blocks, report)
    return normaliser.run() if normaliser.fits() else Working()
