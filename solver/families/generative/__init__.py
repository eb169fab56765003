"""Generative models: the losses of a GAN, its optimal discriminator, divergences; a VAE's ELBO and gradients.

A GAN by what its discriminator says of real and of generated samples, as probabilities or as logits (D = σ(a)):

    d_real: [0.9, 0.8], d_fake: [0.3]           or a_real: [2.1, 1.4], a_fake: [-0.8]

V = mean log D(x) + mean log(1 − D(G(z))) (average: sum adds up); the discriminator's loss J_D = −V (half: true, −V/2);
the generator's J_S = mean log(1 − D(G(z))), which saturates, and J_G = −mean log D(G(z)), which does not. Gradients are
by the logits, or by D where none are given: grad_a_real and grad_a_fake of J_D, grad_a_fake_S and grad_a_fake_G of the
generator's losses.

Or both networks whole, with `discriminator` and `generator` (layers, Wd1 bd1 … and Wg1 bg1 …), `real` samples and `noise`: then
x_fake = G(z), D_real and D_fake are worked out, and gradients are by all net inputs, weights and biases.

    p_data: [0.5, 0.3, 0.2], p_g: [0.2, 0.3, 0.5]

Two distributions on one set: the optimal discriminator D_opt = p_data/(p_data + p_g), the value V_opt that it reaches,
M = (p_data + p_g)/2, JS, KL (p_data from p_g) and KL_back (p_g from p_data); with `D`, the value V of that discriminator.
log: 2 measures divergences in bits.

    mu: [0.5, -0.2], logvar: [0.1, -0.4], eps: [0.3, -1.1]            or sigma in place of logvar

A VAE: z = μ + σ ⊙ ε, KL_dim of each dimension from N(0, 1), and KL, their sum. With x and a `decoder` (or its output xhat)
R is the reconstruction error by `loss`, ELBO = −R − KL (β KL where `beta` is given), and J = −ELBO; gradients by z, mu and
logvar or sigma, and by the decoder's weights. A `gradient` of R at z stands for a decoder. In place of mu and logvar, `encoder`
(hidden layers, We1 be1 …, if any), `to_mu` and `to_logvar` (W_mu b_mu W_logvar b_logvar) make them of x.

find: generated (G(z)), encoding (mu, logvar), value (V, V_opt), losses (J_D J_S J_G), optimal, divergences, sampling (sigma, z), kl, reconstruction, elbo,
gradients, or any quantity by name.
"""

from solver.families.generative.adversarial import adversarial
from solver.families.generative.discriminator import divergences
from solver.families.generative.given import Given, fits
from solver.families.generative.variational import variational
from solver.spec.nodes import Report
from solver.working.page import Working

__all__ = ["EXAMPLE", "Given", "work"]

EXAMPLE = """
title: The losses of a GAN
round: {decimals: 3}
given: {family: generative, a_real: [2, 0.5], a_fake: [-1, 0.2]}
parts:
  - {label: a, marks: 2, prompt: What value has the minimax objective?, find: value}
  - {label: b, marks: 2, prompt: Find the losses of discriminator and generator., find: losses}
  - {label: c, marks: 3, prompt: Find their gradients by the logits., find: gradients}
"""


def work(given: Given, report: Report) -> Working:
    """One of the three kinds of question; raises nothing, misfits go to the report."""
    kind = fits(given, report)
    if kind is None:
        return Working()
    return {"GAN": adversarial, "distributions": divergences, "VAE": variational}[kind](given)
