"""Recurrent networks (RNN), unfolded in time: Elman and Jordan type, deep, in both directions.

At each time t, with φ the hidden and σ the output activation, weights stored inputs × neurons (or the other way round,
with `weights: neurons x inputs`, h(t) = φ(Ux(t) + …)):

    elman (hidden recurrence)      h(t) = φ(Uᵀx(t) + Wᵀh(t−1) + b),   W is hidden × hidden
    jordan (top-down recurrence)   h(t) = φ(Uᵀx(t) + Wᵀy(t−1) + b),   W is outputs × hidden
    both                           h(t) = φ(Uᵀx(t) + Wᵀh(t−1) + Wyᵀy(t−1) + b)
    the output of each             y(t) = σ(Vᵀh(t) + c)

With teacher_forcing: true, d(t−1) stands in place of y(t−1). Without V there are hidden states only; biases left out are
no term. Without a loss, gradients are those of the last state or output where it is a single number: `gradients of: [h0]` is
the product along the sequence. `layers` stacks several, the states of one being the inputs of the next. `backward` adds a layer that reads the sequence from its end: h(t) is then [hf(t); hb(t)], unless
`backward` has a V of its own. X instead of x is a batch of sequences: at each time their inputs are the rows of X(t), and
H(t) = φ(X(t)U + H(t−1)W + 1bᵀ). With desired outputs and a loss, at every time, at some, or at the last one (`loss_at`), J(t) is
the loss at time t and J their sum; its gradients are derived back through time, the weights being the same at every time.

Quantities: x1 x2 …, U W V b c, y0 (jordan) or h0 (elman), d1 d2 … (given); h1 y1 h2 y2 … (the states, in the order of
time); with net_inputs: true, u1 and o1 (what φ and σ act on); J1 J2 … J (losses); delta_y1 delta_h1 … (gradients at the
net inputs), grad_U grad_W …; U_t1 … (after an update). Layer 2 has U2 W2 b2 and h2_1 h2_2 … (at time 1, 2); both
directions have Uf Wf bf hf1 … and Ub Wb bb hb1 …; a batch has X1 H1 Y1 D1 …. `names` renames x, h, y, u, o, d and the weights:
{h: a, U: Wax}.

find: parameters (U, W, V, b, c), hidden (all h), output (all y), states (h and y in the order of time), net_inputs,
loss (J1 … J), gradients (by all parameters), updates, `gradients of: [W, h1]`, or any quantity by name; states and losses
if left out.
"""

from solver.families.rnn.misfits import fits
from solver.families.rnn.recurrence import Given, levels
from solver.families.rnn.unfolded import Unfolded
from solver.nets.own_activations import read_activations
from solver.nets.recurrent import letters
from solver.spec.nodes import Report
from solver.working.page import Working

__all__ = ["EXAMPLE", "Given", "work"]

EXAMPLE = """
title: A small Elman network
round: {decimals: 4}
given:
  family: rnn
  type: elman
  U: [[0.5, -0.2], [0.1, 0.4]]
  W: [[0.3, 0.0], [-0.1, 0.2]]
  V: [[1.0], [-1.0]]
  b: 0.1
  x: [[1.0, 0.0], [0.0, 1.0]]
parts:
  - {label: a, marks: 4, prompt: Find the hidden states and outputs for the sequence., find: states}
"""

LETTERS = ("x", "h", "y", "u", "o", "d", "U", "W", "Wy", "V", "b", "c")


def work(given: Given, report: Report) -> Working:
    """Every hidden state and output in the order of time; raises nothing, misfits go to the report."""
    before, stack = len(report.problems), levels(given)
    names = letters(LETTERS, given.names or {}, given, report)
    own = read_activations(given.activations or {}, given, report)
    if not fits(given, stack, report) or len(report.problems) > before:
        return Working()
    return Unfolded(given, stack, names, own).run()
