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

Quantities: Wz Uz bz … (given), x1 x2 …, h0; z1 r1 n1 h1 y1 z2 …; J1 J2 … J; delta_z1 … (gradients at the net inputs),
grad_h1 grad_x1 grad_Wz …; Wz_t1 … (after the update). `names` renames x, h, y, d.

find: parameters, gates (with the candidate), hidden (all h), output (all y), states (h and y in the order of time),
forward, loss, deltas, gradients (by all weights and biases), gradients_x, backward (all of these), updates,
`gradients of: [Wz]`, or any quantity by name; everything forward if left out.
"""

from typing import Annotated, Literal

from solver.formula.parse import parse
from solver.formula.tree import Bin, Group, Name, Tree, replace_names
from solver.nets.gated import Gated, GatedCell
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
    cell = GatedCell(given, tuple(GATES), ("h",), report)
    if given.reset == "after" and given.concatenated:
        hint = "reset: after needs U and W apart"
        report.add(given.place("reset"), "r is multiplied after a product that x and h share", hint)
    if not cell.ok:
        return Working()
    cell.givens({**GATES, cell.candidate: "candidate"})
    cell.sequence()
    for t in range(1, cell.length + 1):
        for gate, title in GATES.items():
            cell.gate(gate, t, title)
        cell.candidate_step(t, _fed(cell, given, t))
        now = {"z": cell.gate_at("z", t), "n": cell.gate_at(cell.candidate, t), "h": cell.at("h", t - 1)}
        formula = replace_names(STATE[given.z_weighs], {letter: Name(name) for letter, name in now.items()})
        cell.step("h", t, formula, "hidden state")
        cell.output(t)
    return cell.finish()


def _fed(cell: GatedCell, given: Given, t: int) -> Tree:
    """The net input of the candidate."""
    r, h, n = Name(cell.gate_at("r", t)), Name(cell.at("h", t - 1)), cell.candidate
    if given.reset == "before":
        return cell.fed(n, t, Bin("*", r, h))
    w, items = cell.working, cell.working.items
    back = added([weighted(w, f"U{n}", h, cell.stored), *([Name(f"bh{n}")] if f"bh{n}" in items else [])])
    reset = Bin("*", r, Group(back))
    terms = [weighted(w, f"W{n}", Name(cell.at("x", t)), cell.stored), reset]
    return added([*terms, *([Name(f"b{n}")] if f"b{n}" in items else [])])
