"""Gated recurrent unit (GRU): gates, candidate and hidden state over several steps, forward and backward.

With x the input at time t and h the hidden state before it, each gate by weights of its own:

    z = σ(Wz x + Uz h + bz)           update gate
    r = σ(Wr x + Ur h + br)           reset gate
    n = tanh(Wn x + Un (r ⊙ h) + bn)  candidate; with reset: after, tanh(Wn x + r ⊙ (Un h + bhn) + bn)
    h = (1 − z) ⊙ h + z ⊙ n           the new hidden state; with z_weighs: state, z ⊙ h + (1 − z) ⊙ n
    y = V h + by                      an output layer, where V is given

PyTorch's is reset: after and z_weighs: state. The candidate goes by the letter that W gives it, n or g; h makes it ĥ,
called hhat1 …. W, U and b are given by gate; or stacked, all gates in one matrix, in the order that `order` names; or W acts on
[x; h] or [h; x] (`concatenated`), and there is no U. With desired outputs and a loss (of h where there is no V), gradients
are derived back through time, and `train` makes one update.

Several layers: `layers`, a list of maps with W, U, b … each; both directions: `backward`, with its own W, U, b, of a layer or
of the single one. The states of both directions stand one below the other for the layer above, and for V.

Quantities: Wz Uz bz … (given), x1 x2 …, h0; z1 r1 n1 h1 y1 z2 …; J1 J2 … J; delta_z1 … (gradients at the net inputs),
grad_h1 grad_x1 grad_Wz …; Wz_t1 … (after the update). `names` renames x, h, y, d. With several layers
h2_1 (layer 2, time 1), Wz2; with both directions hf1 hb1 and h1 of both, Wzf Wzb.

find: parameters, gates (with the candidate), hidden (all h), output (all y), states (h and y in the order of time),
forward, loss, deltas, gradients (by all weights and biases), gradients_x, backward (all of these), updates,
`gradients of: [Wz]`, or any quantity by name; everything forward if left out.
"""

from typing import Annotated, Literal

from solver.formula.parse import parse
from solver.formula.tree import Bin, Group, Name, Tree, replace_names
from solver.nets.gated import Gated, GatedCell
from solver.nets.gated_drawn import figures
from solver.nets.gated_net import GatedNet
from solver.nets.recurrent import added, weighted
from solver.spec.nodes import Report
from solver.working.page import Working

EXAMPLE = """
title: A step of a GRU
round: {decimals: 3}
given:
  family: gru
  W: {z: [[0.3, 0.2], [0.1, 0.5]], r: [[0.2, 0.4], [0.4, 0.1]], n: [[0.5, 0.1], [0.2, 0.3]]}
  U: {z: [[0.1, 0.4], [0.3, 0.2]], r: [[0.3, 0.1], [0.2, 0.3]], n: [[0.2, 0.3], [0.4, 0.1]]}
  h0: [0.5, -0.5]
  x: [[1, 0.5]]
parts:
  - {label: a, marks: 3, prompt: Find both gates and the candidate., find: gates}
  - {label: b, marks: 1, prompt: Find the new hidden state., find: hidden}
"""

GATES = {"z": "update gate", "r": "reset gate"}
STATE = {"candidate": parse("(1 - z)*h + z*n"), "state": parse("z*h + (1 - z)*n")}


class Given(Gated):
    """The unit, its state before the first step, one input sequence, and what it learns from."""

    reset: Annotated[
        Literal["before", "after"], "whether r is multiplied with h before the product with U, or with U h after it"
    ] = "before"
    z_weighs: Annotated[
        Literal["candidate", "state"], "what z is the share of in the new state: (1 − z)h + zn, or zh + (1 − z)n"
    ] = "candidate"


def work(given: Given, report: Report) -> Working:
    """Gates and states in the order of time; raises nothing, misfits go to the report."""
    net = GatedNet(given, tuple(GATES), ("h",), report)
    if given.reset == "after" and given.concatenated:
        hint = "reset: after needs U and W apart"
        report.add(given.place("reset"), "r is multiplied after a product that x and h share", hint)
    if not net.ok:
        return Working()
    net.givens({**GATES, net.candidate: "candidate"})
    net.sequence()
    for cell, t in net.steps():
        for gate, title in GATES.items():
            net.gate(cell, gate, t, title)
        net.candidate_step(cell, t, _fed(net, cell, given, t))
        h = cell.at("h", cell.before(t))
        now = {"z": cell.gate_at("z", t), "n": cell.gate_at(net.candidate, t), "h": h}
        formula = replace_names(STATE[given.z_weighs], {letter: Name(name) for letter, name in now.items()})
        net.step(cell, "h", t, formula, "hidden state")
    working = net.finish()
    working.figures |= figures(net)
    return working


def _fed(net: GatedNet, cell: GatedCell, given: Given, t: int) -> Tree:
    """The net input of the candidate."""
    r, h, n = Name(cell.gate_at("r", t)), Name(cell.at("h", cell.before(t))), net.candidate
    if given.reset == "before":
        return net.fed(cell, n, t, Bin("*", r, h))
    w = net.working
    W, U, b, bh = (cell.weight(letter, n) for letter in ("W", "U", "b", "bh"))
    back = added([weighted(w, U, h, cell.stored), *([Name(bh)] if bh in w.items else [])])
    terms = [weighted(w, W, net.below(cell, t), cell.stored), Bin("*", r, Group(back))]
    return added([*terms, *([Name(b)] if b in w.items else [])])
