"""Autoencoders: tied or not, denoising, sparse, with weight decay; the gradients, and training.

    x: [1, 0, 0.5]                      one pattern, or X with a pattern in each row
    encoder: {W: …, b: …, activation: sigmoid}          one layer, or a list of them
    decoder: {W: …, b: …, activation: sigmoid}

Layers count from 1 through encoder and decoder: u1 h1, the code, … and at last xhat, the reconstruction. tied: true gives
each decoder layer the weights of the encoder layer that it mirrors, transposed: their gradient sums both uses.
Denoising: `corrupted` is what the encoder sees, and the loss compares with the clean x.

The reconstruction error is the `loss`; penalties join it, J = E + β Ω + …:

    sparsity: {rho: 0.1, beta: 3}       Ω = Σ KL(ρ‖ρ̂), where ρ̂ is the mean of each code neuron over the patterns
    sparsity: {l1: 0.01}                λ_h Σ|h| of the code, summed over the patterns (averaged where the loss is)
    weight_decay: 0.1                   λ/2 Σ w² of all weights (decay: whole, λ Σ w²; half-mean, λ/2m Σ w²); tied weights count once

Quantities: x x_noisy, W1 b1 … (given); u1 h1 … xhat; of patterns X X_noisy, U1 H1 … Xhat; E, rhohat KL Omega, L1, decay,
J; gradients grad_u1 grad_W1 …; after an update W1_t1, xhat_t1, J_t1 ….

find: code, output (the reconstruction), forward, sparsity (rhohat, KL, Omega), loss (J and what it sums), kind (whether it
is undercomplete), gradients_u (last layer first), gradients_Wb, backward; with `train` updates, loss_after, history, final
(the last parameters); or any quantity by name.
"""

from solver.families.autoencoder.given import Coder, Given, Sparsity, fits
from solver.families.autoencoder.steps import Autoencoder
from solver.spec.nodes import Report
from solver.working.page import Working

__all__ = ["EXAMPLE", "Coder", "Given", "Sparsity", "work"]

EXAMPLE = """
title: An autoencoder with tied weights
round: {decimals: 3}
given:
  family: autoencoder
  x: [1, 0.5, 0]
  encoder: {W: [[0.4, -0.2], [0.3, 0.6], [-0.5, 0.1]], b: [0.1, 0], activation: sigmoid}
  decoder: {b: [0, 0.1, 0.2]}
  tied: true
  loss: half-square-error
parts:
  - {label: a, marks: 2, prompt: Find the code., find: code}
  - {label: b, marks: 2, prompt: Find the reconstruction and its error., find: [output, loss]}
  - {label: c, marks: 3, prompt: Find the gradients., find: [gradients_u, gradients_Wb]}
"""


def work(given: Given, report: Report) -> Working:
    """Forward pass, loss, gradients and training; raises nothing, misfits go to the report."""
    if not fits(given, report):
        return Working()
    made = Autoencoder(given)
    made.run()
    if given.train is not None and not made.learn(given.train, report):
        return Working()
    return made.working
